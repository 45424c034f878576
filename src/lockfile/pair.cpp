#include "lockfile/pair.hpp"

#include "base/files.hpp"
#include "base/hash.hpp"
#include "lockfile/evidence.hpp"
#include "lockfile/lock.hpp"

namespace envguard::lockfile {

SealedLock seal(model::Lock lock, const std::vector<model::EvidenceRecord>& records) {
  lock.id = model::fingerprint_id(lock.strict);
  lock.as_is_id = lock.as_is.empty() ? base::Hash128{} : model::fingerprint_id(lock.as_is);
  std::string evidence = write_evidence(lock, records);
  lock.evidence = base::hash128(evidence);
  return {std::move(lock), std::move(evidence)};
}

std::string lock_file_name(std::string_view target) {
  return std::string(target) + ".toml";
}

std::string evidence_file_name(std::string_view target) {
  return std::string(target) + ".evidence";
}

void write_pair(const std::filesystem::path& folder, const model::Lock& lock, std::string_view evidence) {
  base::AtomicFiles files;
  files.add(folder / evidence_file_name(lock.target), evidence);
  files.add(folder / lock_file_name(lock.target), write_lock(lock));
  files.commit();
}

}  // namespace envguard::lockfile
