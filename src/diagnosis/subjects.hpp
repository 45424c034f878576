#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/finding.hpp"
#include "model/observed.hpp"

/// The subjects of `findings`, one file each.
namespace envguard::diagnosis {

using Findings = std::vector<model::Finding>;

/// The driver's version against the CUDA that PyTorch loads, and its branch's end of life.
[[nodiscard]] Findings driver(const model::Observed& observed, std::string_view today);

/// Whether this PyTorch has code for each GPU.
[[nodiscard]] Findings architectures(const model::Observed& observed);

/// cuDNN against PyTorch, CUDA and the GPUs.
[[nodiscard]] Findings cudnn(const model::Observed& observed);

/// How NVML and libcuda failed to answer.
[[nodiscard]] Findings answers(const model::Observed& observed);

/// Each GPU: names, ECC, MIG, compute mode, fabric, virtualization; lost ones.
[[nodiscard]] Findings gpus(const model::Observed& observed);

/// What CUDA_VISIBLE_DEVICES and cgroups hide.
[[nodiscard]] Findings visibility(const model::Observed& observed);

/// nvcc beside the runtime that PyTorch loads.
[[nodiscard]] Findings toolkits(const model::Observed& observed);

/// What the container's image sets; Windows' driver in WSL.
[[nodiscard]] Findings surroundings(const model::Observed& observed);

/// The one missing link where torch.cuda.is_available() is false and nothing in `said` explains it.
[[nodiscard]] std::optional<model::Finding> missing_link(const model::Observed& observed, const Findings& said);

/// Of a container that was not given a GPU: which link is missing.
[[nodiscard]] model::Finding container_without_gpu(const model::Observed& observed);

}  // namespace envguard::diagnosis
