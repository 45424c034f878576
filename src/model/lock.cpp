#include "model/lock.hpp"

#include <algorithm>

namespace envguard::model {

const std::string* Lock::line(std::string_view probe_id) const {
  const auto found = std::ranges::find(strict, probe_id, &ProbeLine::first);
  return found == strict.end() ? nullptr : &found->second;
}

const Evidence* EvidenceTable::probe(std::string_view id) const {
  const auto found = std::ranges::find_if(probes, [id](const auto& entry) { return entry.first == id; });
  return found == probes.end() ? nullptr : &found->second;
}

}  // namespace envguard::model
