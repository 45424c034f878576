#include "version/driver.hpp"

#include <charconv>

#include "base/text.hpp"

namespace envguard::version {

std::optional<DriverVersion> DriverVersion::parse(std::string_view text) {
  const auto parts = base::split(text, '.');
  DriverVersion result;
  if (parts.size() < 2 || parts.size() > result.numbers_.size()) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const char* end = parts[i].data() + parts[i].size();
    const auto [stop, error] = std::from_chars(parts[i].data(), end, result.numbers_[i]);
    if (error != std::errc{} || stop != end) return std::nullopt;
  }
  result.text_ = text;
  return result;
}

Pep440 DriverVersion::release() const {
  return Pep440::parse(text_).value();
}

}  // namespace envguard::version
