#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string_view>

namespace envguard::knowledge {

/// A version of one to four numbers with dots between: "580.65.06", "13.0", "9.19.0.56". Compared number by number, a
/// missing one as 0; shown as it was written.
class Dotted {
 public:
  /// Digits and dots alone; anything else ("2.8.0a0") is no such version.
  [[nodiscard]] static constexpr std::optional<Dotted> parse(std::string_view text) {
    Dotted result;
    if (text.empty() || text.size() > result.text_.size()) return std::nullopt;
    bool digit = false;
    for (const char c : text) {
      result.text_[result.size_++] = c;
      if (c == '.') {
        if (!digit || result.count_ == most) return std::nullopt;
        digit = false;
        continue;
      }
      if (c < '0' || c > '9') return std::nullopt;
      if (!digit && ++result.count_ > most) return std::nullopt;
      digit = true;
      unsigned& number = result.numbers_[result.count_ - 1];
      if (number > largest) return std::nullopt;
      number = number * 10 + static_cast<unsigned>(c - '0');
    }
    if (!digit) return std::nullopt;
    return result;
  }

  [[nodiscard]] constexpr std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] constexpr unsigned number(std::size_t place) const { return numbers_.at(place); }  ///< 0: not there
  [[nodiscard]] constexpr std::size_t count() const { return count_; }

  /// Whether the first `places` numbers are the other's.
  [[nodiscard]] constexpr bool shares(const Dotted& other, std::size_t places) const {
    for (std::size_t place = 0; place < places; ++place)
      if (numbers_.at(place) != other.numbers_.at(place)) return false;
    return true;
  }

  friend constexpr std::strong_ordering operator<=>(const Dotted& a, const Dotted& b) {
    return a.numbers_ <=> b.numbers_;
  }
  friend constexpr bool operator==(const Dotted& a, const Dotted& b) { return a.numbers_ == b.numbers_; }

 private:
  static constexpr std::size_t most = 4;
  static constexpr unsigned largest = 99'999'999;

  std::array<unsigned, most> numbers_{};
  std::size_t count_ = 0;
  std::array<char, 24> text_{};
  std::size_t size_ = 0;
};

}  // namespace envguard::knowledge
