#include "codec/observed_devices.hpp"

#include <nlohmann/json.hpp>

namespace envguard::codec {

namespace {

template <class Value>
Document value_or_null(const std::optional<Value>& value) {
  return value ? Document(*value) : Document(nullptr);
}

Document json_of_library(const model::DriverLibrary& library) {
  return {{"answer", model::name(library.answer)}, {"why", library.why}, {"path", library.path}};
}

Document json_of_errors(const std::optional<model::EccErrors>& errors) {
  if (!errors) return nullptr;
  return {{"corrected", errors->corrected},
          {"uncorrected", errors->uncorrected},
          {"lifetime_corrected", errors->lifetime_corrected},
          {"lifetime_uncorrected", errors->lifetime_uncorrected}};
}

Document json_of_gpu(const model::Gpu& gpu) {
  auto processes = Document::array();
  for (const auto& process : gpu.processes)
    processes.push_back({{"pid", process.pid}, {"name", process.name}, {"used_bytes", process.used_bytes}});
  Document json{{"index", gpu.index}, {"uuid", gpu.uuid}};
  json["name"] = gpu.key.gpu;
  json["compute_capability"] = gpu.key.compute_capability;
  json["sm_count"] = gpu.key.sm_count;
  json["mig_profile"] = gpu.key.mig_profile;
  json["nvml_name"] = gpu.nvml_name;
  json["pci_id"] = gpu.pci_id;
  json["free_bytes"] = value_or_null(gpu.free_bytes);
  json["total_bytes"] = value_or_null(gpu.total_bytes);
  json["ecc"] = value_or_null(gpu.ecc);
  json["ecc_errors"] = json_of_errors(gpu.ecc_errors);
  json["mig"] = value_or_null(gpu.mig);
  json["compute_mode"] = gpu.compute_mode;
  json["throttle_reasons"] = gpu.throttle_reasons;
  json["persistence"] = value_or_null(gpu.persistence);
  json["nvlinks"] = value_or_null(gpu.nvlinks);
  json["fabric"] = gpu.fabric;
  json["virtualization"] = gpu.virtualization;
  json["processes"] = std::move(processes);
  return json;
}

}  // namespace

Document json_of_devices(const std::optional<model::Devices>& devices) {
  if (!devices) return nullptr;
  auto gpus = Document::array();
  for (const auto& gpu : devices->gpus) gpus.push_back(json_of_gpu(gpu));
  auto hidden = Document::array();
  for (const auto& gpu : devices->hidden)
    hidden.push_back({{"uuid", gpu.uuid},
                      {"name", gpu.name},
                      {"pci_id", gpu.pci_id},
                      {"mig", gpu.mig},
                      {"answer", model::name(gpu.answer)},
                      {"why", gpu.why}});
  return {{"nvml", json_of_library(devices->nvml)},
          {"libcuda", json_of_library(devices->cuda)},
          {"driver", devices->driver},
          {"cuda_version", devices->cuda_version},
          {"gpus", std::move(gpus)},
          {"hidden", std::move(hidden)}};
}

Document json_of_kernel_driver(const std::optional<model::KernelDriver>& driver) {
  if (!driver) return nullptr;
  return {{"version", driver->version},
          {"branch", driver->branch},
          {"open", driver->open},
          {"gpus", driver->gpus},
          {"excluded", driver->excluded}};
}

Document json_of(const std::vector<model::PciGpu>& gpus) {
  auto array = Document::array();
  for (const auto& gpu : gpus) array.push_back({{"place", gpu.place}, {"driver", gpu.driver}});
  return array;
}

Document json_of(const model::Container& container) {
  return {{"kind", container.kind},
          {"within", container.within},
          {"image", container.image},
          {"preset_knobs", container.preset_knobs},
          {"gpu_route", container.gpu_route},
          {"visible_devices", container.visible_devices},
          {"driver_capabilities", container.driver_capabilities},
          {"device_files", container.device_files},
          {"driver_libraries", container.driver_libraries}};
}

Document json_of(const std::vector<model::CudaLibrary>& libraries) {
  auto array = Document::array();
  for (const auto& library : libraries)
    array.push_back({{"component", library.component},
                     {"version", library.version},
                     {"origin", library.origin},
                     {"path", library.path.string()},
                     {"build_id", library.build_id}});
  return array;
}

}  // namespace envguard::codec
