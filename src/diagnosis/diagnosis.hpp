#pragma once

#include <string_view>
#include <vector>

#include "model/finding.hpp"
#include "model/observed.hpp"

namespace envguard::diagnosis {

/// What this machine's driver, GPUs, CUDA libraries and container contradict, each with its rule and its source; the
/// gravest first. What stands between PyTorch and a GPU is said once. Rests on `observed` alone, `today` ("2026-11-23")
/// included; what is unknown there is not judged.
[[nodiscard]] std::vector<model::Finding> findings(const model::Observed& observed, std::string_view today);

/// The findings of detection, each as grave as what driver and GPUs answered makes it: CUDA libraries that are missing
/// are an error where there is a GPU to use.
[[nodiscard]] std::vector<model::Finding> weighed(const model::Observed& observed);

}  // namespace envguard::diagnosis
