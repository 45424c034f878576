#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "diagnosis/diagnosis.hpp"

namespace envguard::diagnosis {

inline constexpr std::string_view today = "2026-11-23";

/// A clean machine: two H100, driver 580.65.06 (CUDA 13.0), torch 2.11.0+cu130 with its own libraries.
[[nodiscard]] model::Observed clean();
/// The same torch on a laptop that never had a GPU.
[[nodiscard]] model::Observed laptop();
/// The same torch in a container of this kind, on a host whose driver is loaded, that was given no GPU.
[[nodiscard]] model::Observed container(const std::string& kind);
/// A torch and what it brings: "2.8.0+cu128", "12.8.90", "9.10.2.21", "sm_70 sm_75 …".
void set_torch(model::Observed& observed, const std::string& version, const std::string& cuda, const std::string& cudnn,
               const std::string& architectures);
void set_driver(model::Observed& observed, const std::string& driver, const std::string& cuda);
void set_component(model::Observed& observed, const std::string& name, const std::string& version);
/// GPUs that CUDA shows, each "NVIDIA H100 80GB HBM3", "9.0".
void set_gpus(model::Observed& observed, const std::vector<std::pair<std::string, std::string>>& gpus);
/// CUDA failed, and so shows nothing.
void fail_cuda(model::Observed& observed, model::DriverAnswer answer, const std::string& why);

/// The finding of this id; a failure of the test where there is none.
[[nodiscard]] model::Finding found(const model::Observed& observed, const std::string& id);
/// The ids of all findings, gravest first.
[[nodiscard]] std::vector<std::string> ids(const model::Observed& observed);

/// A machine that has a finding, and the nearest one that has not.
struct Case {
  std::string id;
  model::Finding::Severity severity;
  std::string rule, what, mend;                      ///< parts of the texts
  std::function<void(model::Observed&)> sick, well;  ///< of a clean machine
};
void expect(const Case& each);

}  // namespace envguard::diagnosis
