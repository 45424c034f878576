#include "sample_lock.hpp"

namespace envguard::lockfile {

model::Lock sample_lock() {
  model::Lock lock;
  lock.environment = "train";
  lock.target = "cpu-amd-25-97";
  lock.locked = "2026-11-23";
  lock.reason = "torch 2.11 -> 2.15, \"as agreed\"";
  lock.versions = {
      {"torch", "2.15.0+cu132"}, {"torch-git", "1f0c2d7a9be0b8f54b1d37d0f4c7a88d0f4cbe21"}, {"glibc", "2.36"}};
  lock.build = {{"cpu-capability", "AVX512"}, {"show-config", "xxh3:00112233445566778899aabbccddeeff"}};
  lock.key = model::CpuKey{"AuthenticAMD", 25, 97, "avx512-bf16"};
  lock.caches = {{"l1d", "32 KiB"}, {"l2", "1 MiB"}};
  lock.knobs = {{"MKL_CBWR", "COMPATIBLE"}};
  lock.change = model::Change{
      {"torch 2.11.0+cu130 -> 2.15.0+cu132"},
      {"MKL_CBWR unset -> COMPATIBLE"},
      {{"rng", 6, 6, "rand_10000", "", "other-stream"}, {"linalg", 1, 4, "svdvals", "3.1e-07", "rounding"}}};
  lock.recipe = 1;
  lock.runs = 5;
  lock.quarantined = {"ops.sdpa_flash"};
  lock.strict = {{"arith.exp_f64", "ec0c5a51977450d80c8a01c0cfe5b7a6"},
                 {"linalg.cholesky", "929f1d8b9fce145737f6c1adfdb05ef4"},
                 {"linalg.svdvals", "unsupported"},
                 {"train.cnn_sgd.forward", "00000000000000000000000000000001"},
                 {"train.cnn_sgd.w32", "not-deterministic"}};
  lock.settings = {{"threads", "8"}, {"sdpa_default_f32", "flash"}};
  lock.as_is = {{"linalg.cholesky", "5fba84d6f1be2b3a0b9d9ae0e4b7d1c2"},
                {"ops.sdpa_default_f32", std::string(model::by_band)},
                {"train.cnn_sgd.forward", "unsupported"}};
  return lock;
}

model::Lock sample_gpu_lock() {
  model::Lock lock = sample_lock();
  lock.target = "h200";
  lock.key = model::GpuKey{"NVIDIA H200", "9.0", 132};
  lock.reason.clear();
  lock.caches.clear();
  lock.knobs.clear();
  lock.change.reset();
  lock.quarantined.clear();
  return lock;
}

namespace {

/// No two records are alike; one is without a band.
void add_evidence(std::vector<model::EvidenceRecord>& result, model::Profile profile,
                  const std::vector<model::ProbeLine>& lines) {
  for (const auto& [id, line] : lines) {
    if (model::parse_status(line)) continue;
    const auto seed = static_cast<double>(result.size() + 1);
    model::Evidence evidence;
    evidence.norm = seed + 0.5;
    evidence.max = -seed;
    evidence.elements = 1000 + result.size();
    evidence.nan = 1;
    evidence.inf = 2;
    evidence.negative_zero = 3;
    evidence.subnormal = 4;
    evidence.nonfinite_positions = base::hash128(id);
    for (std::size_t i = 0; i < evidence.sentinels.size(); ++i) evidence.sentinels[i] = seed * static_cast<double>(i);
    for (std::size_t i = 0; i < evidence.sketch.high.size(); ++i) {
      evidence.sketch.high[i] = seed + static_cast<double>(i) / 3;
      evidence.sketch.low[i] = static_cast<float>(i) * 1e-9F;
    }
    result.push_back({profile, id, evidence, {}});
    if (id != "arith.exp_f64") result.back().band = seed * 1e-7;
  }
}

}  // namespace

std::vector<model::EvidenceRecord> sample_evidence(const model::Lock& lock) {
  std::vector<model::EvidenceRecord> result;
  add_evidence(result, model::Profile::strict, lock.strict);
  add_evidence(result, model::Profile::as_is, lock.as_is);
  return result;
}

SealedLock sample_pair() {
  return seal(sample_lock(), sample_evidence(sample_lock()));
}

}  // namespace envguard::lockfile
