#include "version/pep440.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace envguard::version {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}
bool is_separator(char c) {
  return c == '.' || c == '-' || c == '_';
}

std::string lower_trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

}  // namespace

Number::Number(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (!digits.empty()) digits_ = digits;
}

std::strong_ordering operator<=>(const Number& a, const Number& b) {
  if (const auto by_length = a.digits_.size() <=> b.digits_.size(); by_length != 0) return by_length;
  return a.digits_ <=> b.digits_;
}

/// Reads the grammar of PEP 440, appendix B, left to right; every `take_` consumes what it finds or nothing.
class Pep440Reader {
 public:
  explicit Pep440Reader(std::string_view text) : rest_(text) {}

  std::optional<Pep440> read() {
    Pep440 version;
    take("v");
    auto first = take_number();
    if (!first) return std::nullopt;
    if (take("!")) {
      version.epoch_ = *std::exchange(first, take_number());
      if (!first) return std::nullopt;
    }
    version.release_.push_back(*first);
    while (auto next = take_release_part()) version.release_.push_back(*next);
    version.pre_ = take_prerelease();
    version.post_ = take_post();
    version.dev_ = take_labelled({"dev"});
    if (take("+")) {
      version.local_ = take_local();
      if (version.local_.empty()) return std::nullopt;
    }
    if (!rest_.empty()) return std::nullopt;
    return version;
  }

 private:
  bool take(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  std::optional<Number> take_number() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    if (length == 0) return std::nullopt;
    const Number number(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return number;
  }

  std::optional<Number> take_release_part() {
    if (rest_.size() < 2 || rest_[0] != '.' || !is_digit(rest_[1])) return std::nullopt;
    rest_.remove_prefix(1);
    return take_number();
  }

  void take_separator() {
    if (!rest_.empty() && is_separator(rest_.front())) rest_.remove_prefix(1);
  }

  /// "[.-_]?LABEL[.-_]?N?"; a missing number is 0.
  std::optional<Number> take_labelled(std::initializer_list<std::string_view> labels) {
    const std::string_view before = rest_;
    take_separator();
    for (const std::string_view label : labels) {
      if (!take(label)) continue;
      take_separator();
      return take_number().value_or(Number{});
    }
    rest_ = before;
    return std::nullopt;
  }

  std::optional<Pep440::PreRelease> take_prerelease() {
    if (auto n = take_labelled({"alpha", "a"})) return Pep440::PreRelease{Pep440::Pre::alpha, *n};
    if (auto n = take_labelled({"beta", "b"})) return Pep440::PreRelease{Pep440::Pre::beta, *n};
    if (auto n = take_labelled({"preview", "pre", "c", "rc"})) return Pep440::PreRelease{Pep440::Pre::candidate, *n};
    return std::nullopt;
  }

  std::optional<Number> take_post() {
    if (rest_.size() >= 2 && rest_[0] == '-' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      return take_number();
    }
    return take_labelled({"post", "rev", "r"});
  }

  /// The parts after "+"; none where one of them is empty.
  std::vector<Pep440::LocalPart> take_local() {
    std::vector<Pep440::LocalPart> parts;
    do {
      const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word);
      const std::string_view part = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
      if (part.empty()) return {};
      const bool number = std::all_of(part.begin(), part.end(), is_digit);
      parts.push_back(number ? Pep440::LocalPart(Number(part)) : Pep440::LocalPart(std::string(part)));
      rest_.remove_prefix(part.size());
    } while (take(".") || take("-") || take("_"));
    return parts;
  }

  std::string_view rest_;
};

std::optional<Pep440> Pep440::parse(std::string_view text) {
  const std::string normal = lower_trimmed(text);
  return Pep440Reader(normal).read();
}

std::string Pep440::text() const {
  static constexpr std::array<std::string_view, 3> pre_names{"a", "b", "rc"};
  std::string result = epoch_ == Number{} ? "" : epoch_.text() + "!";
  for (std::size_t i = 0; i < release_.size(); ++i) result += (i == 0 ? "" : ".") + release_[i].text();
  if (pre_) result += fmt::format("{}{}", pre_names[static_cast<std::size_t>(pre_->kind)], pre_->number.text());
  if (post_) result += ".post" + post_->text();
  if (dev_) result += ".dev" + dev_->text();
  for (std::size_t i = 0; i < local_.size(); ++i) {
    const auto* word = std::get_if<std::string>(&local_[i]);
    result += (i == 0 ? "+" : ".") + (word ? *word : std::get<Number>(local_[i]).text());
  }
  return result;
}

Pep440 Pep440::public_version() const {
  Pep440 result = *this;
  result.local_.clear();
  return result;
}

Pep440 Pep440::without_post() const {
  Pep440 result = public_version();
  result.post_.reset();
  result.dev_.reset();
  return result;
}

Pep440 Pep440::first_development_release() const {
  Pep440 result = public_version();
  result.dev_ = Number{};
  return result;
}

bool Pep440::shares_release(const Pep440& other, std::size_t parts) const {
  const auto part = [](const Pep440& version, std::size_t i) {
    return i < version.release_.size() ? version.release_[i] : Number{};
  };
  if (epoch_ != other.epoch_) return false;
  for (std::size_t i = 0; i < parts; ++i) {
    if (part(*this, i) != part(other, i)) return false;
  }
  return true;
}

std::strong_ordering operator<=>(const Pep440& a, const Pep440& b) {
  const auto release = [](const Pep440& version) {
    auto numbers = version.release_;
    while (!numbers.empty() && numbers.back() == Number{}) numbers.pop_back();
    return numbers;
  };
  // 1.0.dev1 < 1.0a1 < 1.0b1 < 1.0rc1 < 1.0 < 1.0.post1, and X.devN lies before its X.
  const auto suffix = [](const Pep440& v) {
    const int development_only = v.dev_ && !v.pre_ && !v.post_ ? 0 : 1;
    const auto pre = v.pre_.value_or(Pep440::PreRelease{});
    return std::tuple(development_only, !v.pre_, pre, v.post_, !v.dev_, v.dev_.value_or(Number{}));
  };
  if (const auto order = a.epoch_ <=> b.epoch_; order != 0) return order;
  if (const auto order = release(a) <=> release(b); order != 0) return order;
  if (const auto order = suffix(a) <=> suffix(b); order != 0) return order;
  return a.local_ <=> b.local_;
}

}  // namespace envguard::version
