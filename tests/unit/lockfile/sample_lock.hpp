#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lockfile/pair.hpp"
#include "model/lock.hpp"

namespace envguard::lockfile {

/// A CPU lock with every table, and the evidence of its probes.
[[nodiscard]] model::Lock sample_lock();
[[nodiscard]] model::Lock sample_gpu_lock();
/// Numbers that follow from the probe's name, so that records cannot be mistaken for each other.
[[nodiscard]] std::vector<model::EvidenceRecord> sample_evidence(const model::Lock& lock);
[[nodiscard]] SealedLock sample_pair();

}  // namespace envguard::lockfile
