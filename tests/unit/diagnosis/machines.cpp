#include "machines.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "knowledge/rules.hpp"

namespace envguard::diagnosis {

void set_component(model::Observed& observed, const std::string& name, const std::string& version) {
  std::erase_if(observed.components, [&](const model::Component& each) { return each.name == name; });
  observed.components.push_back({name, version, "METADATA of " + name});
}

void set_torch(model::Observed& observed, const std::string& version, const std::string& cuda, const std::string& cudnn,
               const std::string& architectures) {
  set_component(observed, "torch", version);
  set_component(observed, "cuda", cuda);
  set_component(observed, "cudnn", cudnn);
  observed.build = {{"cuda", cuda.substr(0, 4)}};
  if (!architectures.empty()) observed.build.emplace_back("cuda-architectures", architectures);
}

void set_driver(model::Observed& observed, const std::string& driver, const std::string& cuda) {
  observed.kernel_driver->version = driver;
  set_component(observed, "driver", driver);
  observed.devices->driver = driver;
  observed.devices->cuda_version = cuda;
}

void set_gpus(model::Observed& observed, const std::vector<std::pair<std::string, std::string>>& gpus) {
  observed.devices->gpus.clear();
  for (const auto& [name, capability] : gpus) {
    model::Gpu gpu;
    gpu.index = static_cast<int>(observed.devices->gpus.size());
    gpu.uuid = fmt::format("GPU-{}000", gpu.index);
    gpu.key = {name, capability, 132, {}};
    gpu.nvml_name = name;
    gpu.pci_id = fmt::format("00000000:{}B:00.0", gpu.index);
    gpu.ecc_errors.emplace();
    gpu.mig = false;
    gpu.compute_mode = "default";
    gpu.fabric = "completed";
    gpu.virtualization = "none";
    observed.devices->gpus.push_back(gpu);
  }
}

model::Observed clean() {
  model::Observed observed;
  observed.install = model::Install{{}, "/sp/torch", "/sp/torch/lib", "/venv", "--torch", "2.11.0+cu130"};
  set_torch(observed, "2.11.0+cu130", "13.0.96", "9.19.0.56", "sm_75 sm_80 sm_86 sm_90 sm_100 sm_120");
  observed.kernel_driver.emplace();
  observed.kernel_driver->gpus = {"NVIDIA H100 at 0000:0b:00.0", "NVIDIA H100 at 0000:1b:00.0"};
  observed.devices.emplace();
  observed.devices->nvml = {model::DriverAnswer::answered, {}, "/usr/lib/libnvidia-ml.so.1"};
  observed.devices->cuda = {model::DriverAnswer::answered, {}, "/usr/lib/libcuda.so.1"};
  set_driver(observed, "580.65.06", "13.0");
  set_gpus(observed, {{"NVIDIA H100 80GB HBM3", "9.0"}, {"NVIDIA H100 80GB HBM3", "9.0"}});
  return observed;
}

model::Observed laptop() {
  model::Observed observed = clean();
  observed.kernel_driver.reset();
  std::erase_if(observed.components, [](const model::Component& each) { return each.name == "driver"; });
  observed.devices.emplace();
  observed.devices->nvml = {model::DriverAnswer::no_library, "libnvidia-ml.so.1: cannot open", {}};
  observed.devices->cuda = {model::DriverAnswer::no_library, "libcuda.so.1: cannot open", {}};
  return observed;
}

model::Observed container(const std::string& kind) {
  model::Observed observed = laptop();
  observed.kernel_driver = model::KernelDriver{"580.65.06", false, {}, {}};
  observed.container.kind = kind;
  observed.container.gpu_route = "none";
  return observed;
}

void fail_cuda(model::Observed& observed, model::DriverAnswer answer, const std::string& why) {
  observed.devices->cuda.answer = answer;
  observed.devices->cuda.why = why;
  observed.devices->cuda_version.clear();
  observed.devices->gpus.clear();
}

std::vector<std::string> ids(const model::Observed& observed) {
  std::vector<std::string> ids;
  for (const model::Finding& each : findings(observed, today)) ids.push_back(each.id);
  return ids;
}

model::Finding found(const model::Observed& observed, const std::string& id) {
  const auto all = findings(observed, today);
  const auto it = std::ranges::find(all, id, &model::Finding::id);
  EXPECT_NE(it, all.end()) << id << " is not among: " << testing::PrintToString(ids(observed));
  return it == all.end() ? model::Finding{} : *it;
}

void expect(const Case& each) {
  SCOPED_TRACE(each.id);
  model::Observed sick = clean();
  each.sick(sick);
  const model::Finding finding = found(sick, each.id);
  EXPECT_EQ(finding.severity, each.severity);
  EXPECT_EQ(finding.rule, each.rule);
  ASSERT_NE(knowledge::rule(each.rule), nullptr);
  EXPECT_EQ(finding.source, knowledge::rule(each.rule)->source.text);
  EXPECT_THAT(finding.what, testing::HasSubstr(each.what));
  EXPECT_THAT(finding.what, testing::EndsWith("."));
  EXPECT_THAT(finding.mend, testing::HasSubstr(each.mend));
  EXPECT_EQ(std::ranges::count(ids(sick), each.id), 1);
  model::Observed well = clean();
  each.well(well);
  EXPECT_THAT(ids(well), testing::Not(testing::Contains(each.id)));
}

}  // namespace envguard::diagnosis
