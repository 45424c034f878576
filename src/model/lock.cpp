#include "model/lock.hpp"

#include <algorithm>

namespace envguard::model {

const std::string* Lock::line(std::string_view probe_id) const {
  const auto found = std::ranges::find(strict, probe_id, &ProbeLine::first);
  return found == strict.end() ? nullptr : &found->second;
}

const EvidenceRecord* EvidenceTable::record(std::string_view id) const {
  const auto found = std::ranges::find(records, id, &EvidenceRecord::id);
  return found == records.end() ? nullptr : &*found;
}

}  // namespace envguard::model
