#include "detect/system.hpp"

#include <fmt/format.h>

#include "base/elf.hpp"
#include "base/text.hpp"

namespace envguard::detect {

namespace {

constexpr std::size_t most_loader_constants = std::size_t{1} << 20;

}  // namespace

Facts glibc(const model::Machine& machine) {
  // "ld.so (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36."
  constexpr std::string_view before = "release version ";
  const auto constants = base::ElfFile(machine.loader).section(".rodata", most_loader_constants);
  const auto place = constants ? constants->find(before) : std::string::npos;
  if (place == std::string::npos)
    return Facts::not_found("glibc", fmt::format("constants of {}", machine.loader.string()));
  std::string_view text = std::string_view(*constants).substr(place + before.size());
  text = text.substr(0, text.find_first_not_of("0123456789."));
  if (text.ends_with('.')) text.remove_suffix(1);
  return Facts::found("glibc", std::string(text), machine.loader.string());
}

Facts kernel(const model::Machine& machine) {
  Search search;
  const auto place = machine.proc / "sys" / "kernel" / "osrelease";
  const auto text = search.text(place);
  if (!text) return Facts::not_found("kernel", place.string());
  return Facts::found("kernel", std::string(base::trim(*text)), place.string());
}

}  // namespace envguard::detect
