#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/gpu.hpp"

namespace envguard::compare {

/// What the engine needs at most; cuDNN chooses its plans by the memory that is free, so that less of it is no place to
/// judge.
inline constexpr std::uint64_t needed_bytes = std::uint64_t{2} << 30;

/// Who uses it and what is left: "python 41213 holds 71.0 GiB; 0.3 GiB of 79.6 GiB are free". Empty: not known.
[[nodiscard]] std::string occupation(const model::Gpu& gpu);

/// Why nothing can ever be measured on this GPU, "GPU 0 is too small: …". Nothing: it is large enough, or NVML does not
/// tell.
[[nodiscard]] std::optional<std::string> too_small(const model::Gpu& gpu);

/// Why nothing can be measured on this GPU for now, "GPU 0 is busy: …": less than `needed_bytes` free, or another
/// process has it to itself. Nothing: it is idle enough, or NVML does not tell.
[[nodiscard]] std::optional<std::string> busy(const model::Gpu& gpu);

/// "GPU 0 is busy: …" where CUDA refused a process because another one took the GPU to itself, which NVML does not list
/// in a container. `said`: of the measurement that failed. Nothing: it failed of something else.
[[nodiscard]] std::optional<std::string> taken_meanwhile(const model::Gpu& gpu, std::string_view said);

/// Whether a measurement failed for want of the GPU's memory.
[[nodiscard]] bool lacked_memory(std::string_view said);

/// Indices of the GPUs that stand for all: of each key one, an idle one before a busy one, then CUDA's order.
[[nodiscard]] std::vector<int> one_of_each_key(const std::vector<model::Gpu>& gpus);

/// The GPU of this key to measure on: an idle one before a busy one. Nothing: there is none.
[[nodiscard]] std::optional<int> best_of(const std::vector<model::Gpu>& gpus, const model::GpuKey& key);

/// Indices of the other GPUs of this one's key, idle ones first.
[[nodiscard]] std::vector<int> of_one_key(const std::vector<model::Gpu>& gpus, int index);

/// Why no GPU computes here, in the driver's words, with how many of them are only hidden from this process. `devices`
/// shows none.
[[nodiscard]] std::string why_no_gpu(const model::Devices& devices);

/// In a sentence each: the GPUs that the driver lists and that compute for nobody, lost or divided into no instance.
/// One that is only hidden from this process, or given to another job, is not among them.
[[nodiscard]] std::vector<std::string> unusable(const model::Devices& devices);

/// UUIDs of the MIG instances that CUDA does not show to this process, of which it shows one alone.
[[nodiscard]] std::vector<std::string> other_instances(const model::Devices& devices);

}  // namespace envguard::compare
