#include "model/lock.hpp"

#include <algorithm>

namespace envguard::model {

const std::string* Lock::line(std::string_view probe_id) const {
  const auto found = std::ranges::find(strict, probe_id, &ProbeLine::first);
  return found == strict.end() ? nullptr : &found->second;
}

const EvidenceRecord* EvidenceTable::record(std::string_view id, Profile profile) const {
  const auto found =
      std::ranges::find_if(records, [&](const auto& record) { return record.profile == profile && record.id == id; });
  return found == records.end() ? nullptr : &*found;
}

}  // namespace envguard::model
