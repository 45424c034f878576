#include "detect/driver.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "detect/search.hpp"

namespace envguard::detect {

namespace {

/// "580.65.06" of "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul …", and of the open module's
/// line.
std::string version_in(std::string_view text) {
  for (const std::string_view word : base::split(text.substr(0, text.find('\n')), ' ')) {
    const bool digits =
        word.find('.') != std::string_view::npos && word.find_first_not_of("0123456789.") == std::string_view::npos;
    if (digits) return std::string(word);
  }
  return {};
}

}  // namespace

Facts driver(const model::Machine& machine) {
  Search search;
  const auto module = machine.sys / "module" / "nvidia" / "version";
  if (const auto text = search.text(module); text && !base::trim(*text).empty())
    return Facts::found("driver", std::string(base::trim(*text)), module.string());
  const auto proc = machine.proc / "driver" / "nvidia" / "version";
  if (const auto text = search.text(proc))
    if (auto version = version_in(*text); !version.empty())
      return Facts::found("driver", std::move(version), proc.string());
  return Facts::not_found("driver", fmt::format("{}, {}", module.string(), proc.string()));
}

}  // namespace envguard::detect
