#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace envguard::version {

/// A whole number of any length, as PEP 440 allows it (a local part may be a date, a build number or an all-digit git
/// hash).
class Number {
 public:
  Number() = default;
  explicit Number(std::string_view digits);  ///< decimal digits; leading zeros are dropped

  [[nodiscard]] const std::string& text() const { return digits_; }
  friend bool operator==(const Number&, const Number&) = default;
  friend std::strong_ordering operator<=>(const Number& a, const Number& b);

 private:
  std::string digits_ = "0";
};

/// A Python package version (https://peps.python.org/pep-0440/): epoch, release, pre, post and dev parts, local parts
/// ("2.11.0+cu130"). Ordered and compared as PEP 440 says: 1.0 equals 1.0.0, a local version lies after its public one.
class Pep440 {
 public:
  enum class Pre { alpha, beta, candidate };
  struct PreRelease {
    Pre kind = Pre::alpha;
    Number number;
    friend auto operator<=>(const PreRelease&, const PreRelease&) = default;
  };
  using LocalPart = std::variant<std::string, Number>;  ///< words lie before numbers

  /// Any spelling that PEP 440 accepts ("v1.0-ALPHA.1" is 1.0a1), surrounding blanks too; anything else: nothing.
  [[nodiscard]] static std::optional<Pep440> parse(std::string_view text);

  /// The normal form: "1!2.0rc1.post2.dev3+cu130.1".
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const std::vector<Number>& release() const { return release_; }
  [[nodiscard]] bool is_prerelease() const { return pre_.has_value() || dev_.has_value(); }
  [[nodiscard]] bool is_development() const { return dev_.has_value(); }
  [[nodiscard]] bool is_postrelease() const { return post_.has_value(); }
  [[nodiscard]] bool has_local() const { return !local_.empty(); }

  /// Without the local part: "2.11.0" of "2.11.0+cu130".
  [[nodiscard]] Pep440 public_version() const;
  /// The earliest development release of this public version, which lies before all of its pre-releases.
  [[nodiscard]] Pep440 first_development_release() const;
  /// Without post, development and local parts: "1.0rc1" of "1.0rc1.post2".
  [[nodiscard]] Pep440 without_post() const;
  /// Whether the epoch and the first `parts` numbers of the release are the other's; missing numbers count as 0.
  [[nodiscard]] bool shares_release(const Pep440& other, std::size_t parts) const;

  friend std::strong_ordering operator<=>(const Pep440& a, const Pep440& b);
  friend bool operator==(const Pep440& a, const Pep440& b) { return (a <=> b) == std::strong_ordering::equal; }

 private:
  friend class Pep440Reader;
  Number epoch_;
  std::vector<Number> release_;
  std::optional<PreRelease> pre_;
  std::optional<Number> post_, dev_;
  std::vector<LocalPart> local_;
};

}  // namespace envguard::version
