#include "detect/knobs.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/elf.hpp"
#include "base/hash.hpp"
#include "detect/linker.hpp"
#include "detect/search.hpp"
#include "recipe/knobs.hpp"

namespace envguard::detect {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t shown_digits = 12;

/// A path would make the same file differ between two machines, so name and content are kept.
std::string name_and_content(const fs::path& path) {
  std::string content = base::build_id(path);
  if (content.empty()) {
    Search search;
    if (const auto text = search.text(path)) content = base::hash128(*text).hex();
  }
  return recipe::recorded_file(path.filename().string(), content.substr(0, shown_digits));
}

std::string name_and_content(const model::Library& library) {
  if (library.build_id.empty()) return name_and_content(library.path.parent_path() / library.name);
  return recipe::recorded_file(library.name, library.build_id.substr(0, shown_digits));
}

std::string joined(std::vector<std::string> words) {
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  return fmt::format("{}", fmt::join(words, " "));
}

std::string through_library_path(const Listing* listing) {
  std::vector<std::string> files;
  if (listing)
    for (const model::Library& library : listing->libraries)
      if (std::ranges::find(listing->through_library_path, library.name) != listing->through_library_path.end())
        files.push_back(name_and_content(library));
  return joined(std::move(files));
}

std::string through_preload(const model::Machine& machine, const Listing* listing) {
  std::vector<std::string> files;
  for (const fs::path& entry : preloaded(machine)) {
    const model::Library* loaded = nullptr;
    if (listing)
      for (const model::Library& library : listing->libraries)
        if (library.name == entry.filename()) loaded = &library;
    files.push_back(name_and_content(loaded ? loaded->path.parent_path() / loaded->path.filename() : entry));
  }
  return joined(std::move(files));
}

std::string recorded(const model::Machine& machine, const std::string& name, const std::string& value,
                     const Listing* listing) {
  if (name == "LD_LIBRARY_PATH") return through_library_path(listing);
  if (name == "LD_PRELOAD") return through_preload(machine, listing);
  return recipe::names_files(name) ? name_and_content(machine.directory / value) : value;
}

/// The knob as a lock may hold it. A value that may not stand in a lock is there as its hash.
std::string acceptable(const std::string& name, std::string value) {
  if (value.empty() || recipe::chooses_device(name) || recipe::may_be_recorded(name, value)) return value;
  return recipe::recorded_hash(value);
}

}  // namespace

std::vector<model::Knob> knobs(const model::Machine& machine, const Listing* listing) {
  std::vector<model::Knob> found;
  for (const auto& [name, value] : machine.environment) {
    // CUDA takes an empty list of devices at its word: it shows none.
    const bool says_none = value.empty() && name == "CUDA_VISIBLE_DEVICES";
    if (!recipe::is_knob(name) || (value.empty() && !says_none)) continue;
    std::string kept = acceptable(name, recorded(machine, name, value, listing));
    if (!kept.empty() || says_none) found.push_back({name, std::move(kept)});
  }
  return found;
}

}  // namespace envguard::detect
