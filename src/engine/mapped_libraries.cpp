#include "engine/mapped_libraries.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>

#include <link.h>

#include "base/elf.hpp"

namespace envguard::engine {
namespace {

using Address = std::uintptr_t;

/// First address of every mapping of a file -> (end, path).
std::map<Address, std::pair<Address, std::string>> read_maps() {
  std::map<Address, std::pair<Address, std::string>> maps;
  std::ifstream file("/proc/self/maps");
  for (std::string line; std::getline(file, line);) {
    const std::size_t path = line.find('/');
    const std::size_t dash = line.find('-');
    if (path == std::string::npos || dash == std::string::npos) continue;
    maps[std::stoull(line, nullptr, 16)] = {std::stoull(line.substr(dash + 1), nullptr, 16), line.substr(path)};
  }
  return maps;
}

/// Where the object's first segment lies.
Address first_address(const dl_phdr_info& object) {
  for (const auto& header : std::span(object.dlpi_phdr, object.dlpi_phnum)) {
    if (header.p_type == PT_LOAD) return object.dlpi_addr + header.p_vaddr;
  }
  return object.dlpi_addr;
}

struct Collector {
  std::map<Address, std::pair<Address, std::string>> maps = read_maps();
  std::vector<model::Library> libraries;

  void add(const dl_phdr_info& object) {
    const std::string requested = object.dlpi_name == nullptr ? "" : object.dlpi_name;
    const Address address = first_address(object);
    auto mapping = maps.upper_bound(address);
    if (requested.empty() || mapping == maps.begin()) return;
    --mapping;
    if (address >= mapping->second.first) return;  // the kernel's vdso, which has no file
    libraries.push_back({std::filesystem::path(requested).filename().string(), mapping->second.second,
                         base::build_id(mapping->second.second)});
  }
};

}  // namespace

std::vector<model::Library> mapped_libraries() {
  Collector collector;
  dl_iterate_phdr(
      [](dl_phdr_info* object, std::size_t, void* to) {
        static_cast<Collector*>(to)->add(*object);
        return 0;
      },
      &collector);
  return collector.libraries;
}

}  // namespace envguard::engine
