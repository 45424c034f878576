#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/lock.hpp"

namespace envguard::lockfile {

/// The lock with its id and the hash of its evidence set, and the evidence's bytes.
struct SealedLock {
  model::Lock lock;
  std::string evidence;
};

/// Sets `id` from the lines, makes the evidence and sets its hash.
[[nodiscard]] SealedLock seal(model::Lock lock, const std::vector<model::EvidenceRecord>& records);

[[nodiscard]] std::string lock_file_name(std::string_view target);      ///< "h200.toml"
[[nodiscard]] std::string evidence_file_name(std::string_view target);  ///< "h200.evidence"

/// Writes both files of the lock into `folder` (envguard.lock.d/ENVIRONMENT) as one step, evidence first: a full disk
/// or another failure leaves the old pair, a crash that or the new evidence beside the old lock, never half a file.
/// Error could_not_measure where it cannot.
void write_pair(const std::filesystem::path& folder, const model::Lock& lock, std::string_view evidence);

}  // namespace envguard::lockfile
