#include "codec/diff.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "codec/result_parts.hpp"

namespace envguard::codec {

std::string write_diff(const std::vector<model::LockDiff>& diffs) {
  auto locks = Document::array();
  for (const auto& diff : diffs) locks.push_back(json_of(diff));
  const bool same = std::ranges::all_of(diffs, &model::LockDiff::same);
  return document({{"schema", 1}, {"same", same}, {"locks", locks}});
}

}  // namespace envguard::codec
