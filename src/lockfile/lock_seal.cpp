#include "lockfile/lock_seal.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "lockfile/unknown_keys.hpp"

namespace envguard::lockfile {

base::Hash128 seal_of(const Table& document) {
  std::vector<std::pair<std::string, std::string>> values;
  for (const Entry& entry : document.entries) {
    if (entry.key != seal_key) std::ranges::move(values_below("", entry), std::back_inserter(values));
  }
  std::ranges::sort(values);
  std::string text;
  for (const auto& [path, value] : values) text.append(path).append(" = ").append(value).append("\n");
  return base::hash128(text);
}

}  // namespace envguard::lockfile
