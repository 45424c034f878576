#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "version/pep440.hpp"

namespace envguard::version {

/// An NVIDIA driver version, "580.65.06" or "470.82": branch, minor and, since 418, a third number of two digits.
class DriverVersion {
 public:
  [[nodiscard]] static std::optional<DriverVersion> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }  ///< as NVIDIA writes it
  [[nodiscard]] Pep440 release() const;                            ///< as specifiers compare it: 580.65.6
  friend std::strong_ordering operator<=>(const DriverVersion& a, const DriverVersion& b) {
    return a.numbers_ <=> b.numbers_;
  }
  friend bool operator==(const DriverVersion& a, const DriverVersion& b) { return a.numbers_ == b.numbers_; }

 private:
  std::string text_;
  std::array<unsigned, 3> numbers_{};
};

}  // namespace envguard::version
