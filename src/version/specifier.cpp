#include "version/specifier.hpp"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace envguard::version {

namespace {

using Operator = Specifier::Operator;

constexpr std::array<std::pair<std::string_view, Operator>, 8> operators{{
    {"===", Operator::arbitrary},  // the longer spelling first
    {"==", Operator::equal},
    {"!=", Operator::not_equal},
    {"~=", Operator::compatible},
    {"<=", Operator::less_equal},
    {">=", Operator::greater_equal},
    {"<", Operator::less},
    {">", Operator::greater},
}};

base::Error bad(std::string_view text, std::string_view why) {
  return {base::ExitCode::usage, fmt::format("\"{}\" is not a version specifier: {}", base::visible(text), why),
          "write \"locked\", \"any\", or PEP 440 specifiers, as in \">=2.10,<3\", \"==2.11.*\", \"~=2.11.0\""};
}

std::optional<std::pair<Operator, std::string_view>> split_operator(std::string_view text) {
  for (const auto& [spelling, op] : operators) {
    if (text.starts_with(spelling)) return std::pair(op, base::trim(text.substr(spelling.size())));
  }
  return std::nullopt;
}

std::string why_no_operator(std::string_view text) {
  if (Pep440::parse(text)) return fmt::format("it has no operator; \"=={}\" asks for this version", text);
  return "it begins with none of === == != ~= <= >= < >";
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

}  // namespace

Specifier Specifier::parse(std::string_view text) {
  text = base::trim(text);
  const auto parts = split_operator(text);
  if (!parts) throw bad(text, why_no_operator(text));
  Specifier result;
  std::string_view version = parts->second;
  result.operator_ = parts->first;
  if (version.empty()) throw bad(text, "it has no version");
  if (result.operator_ == Operator::arbitrary) {
    if (version.find_first_of(" \t;)") != std::string_view::npos) throw bad(text, "a version holds no blank, ; or )");
    result.arbitrary_ = lower(version);
    return result;
  }
  result.prefix_ = version.ends_with(".*");
  if (result.prefix_) version.remove_suffix(2);
  const auto parsed = Pep440::parse(version);
  if (!parsed) throw bad(text, fmt::format("\"{}\" is not a version of PEP 440", base::visible(version)));
  result.version_ = *parsed;

  const bool equality = result.operator_ == Operator::equal || result.operator_ == Operator::not_equal;
  const bool bare = !parsed->is_prerelease() && !parsed->is_postrelease() && !parsed->has_local();
  if (result.prefix_ && !equality) throw bad(text, "only == and != take \".*\"");
  if (result.prefix_ && !bare) throw bad(text, "\".*\" follows a plain release, as in ==2.11.*");
  if (parsed->has_local() && !equality) throw bad(text, "only ==, != and === take a local part (+cu130)");
  if (result.operator_ == Operator::compatible && parsed->release().size() < 2)
    throw bad(text, fmt::format("~= takes at least two numbers, as in ~={}.0", parsed->text()));
  return result;
}

bool Specifier::contains(const Pep440& version) const {
  const auto equals = [&] {
    if (prefix_) return version.shares_release(version_, version_.release().size());
    return (version_.has_local() ? version : version.public_version()) == version_;
  };
  switch (operator_) {
    case Operator::equal:
      return equals();
    case Operator::not_equal:
      return !equals();
    case Operator::compatible:
      return version >= version_ && version.shares_release(version_, version_.release().size() - 1);
    case Operator::less:
      return version < (version_.is_prerelease() ? version_ : version_.first_development_release());
    case Operator::less_equal:
      return version.public_version() <= version_;
    case Operator::greater:
      return exceeds(version);
    case Operator::greater_equal:
      return version >= version_;
    case Operator::arbitrary:
      return version.text() == arbitrary_;
  }
  return false;
}

/// ">1.7" holds for neither 1.7+local nor 1.7.post1; ">1.7.post1" holds for 1.7.post2.
bool Specifier::exceeds(const Pep440& version) const {
  if (version.public_version() <= version_) return false;
  const bool names_post = version_.is_postrelease() || version_.is_development();
  return names_post || !version.is_postrelease() || version.without_post() != version_;
}

SpecifierSet SpecifierSet::parse(std::string_view text) {
  SpecifierSet result;
  result.text_ = base::trim(text);
  for (const std::string_view clause : base::split(text, ',')) {
    if (!base::trim(clause).empty()) result.clauses_.push_back(Specifier::parse(clause));
  }
  if (result.clauses_.empty()) throw bad(text, "it is empty");
  return result;
}

bool SpecifierSet::contains(const Pep440& version) const {
  for (const Specifier& clause : clauses_) {
    if (!clause.contains(version)) return false;
  }
  return true;
}

}  // namespace envguard::version
