#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/cuda/driver.hpp"
#include "engine/cuda/nvml_interface.hpp"
#include "model/gpu.hpp"

namespace envguard::engine::cuda {

/// NVML, initialized. It orders GPUs by PCI bus, so those that CUDA shows are asked for by UUID. A function that this
/// driver lacks, or a GPU does not support, leaves its value absent.
class Nvml {
 public:
  /// `library`: a path or a bare name.
  [[nodiscard]] static std::variant<Nvml, Absent> open(const std::string& library);

  [[nodiscard]] std::filesystem::path file() const { return library_.file(); }
  [[nodiscard]] std::string driver_version() const;  ///< "580.65.06"
  [[nodiscard]] int count() const;                   ///< of GPUs, whoever may use them

  /// The GPU of this place in NVML's order, or, where it is divided, its MIG instances.
  [[nodiscard]] std::vector<model::HiddenGpu> listed(int place) const;

  /// `gpu` with all that NVML knows of its UUID. What is a GPU's and not a MIG instance's is its GPU's.
  [[nodiscard]] model::Gpu described(model::Gpu gpu) const;

 private:
  using Handle = void*;  // nvmlDevice_t

  explicit Nvml(SharedLibrary library) : library_(std::move(library)) {}

  template <class... Arguments>
  [[nodiscard]] int call(const char* symbol, Arguments... arguments) const {
    auto* function = library_.function<int(Arguments...)>(symbol);
    return function == nullptr ? management::function_not_found : function(arguments...);
  }
  /// What a function of (handle, …, Value*) gives.
  template <class Value, class... Arguments>
  [[nodiscard]] std::optional<Value> value(const char* symbol, Arguments... arguments) const {
    Value answer{};
    if (call(symbol, arguments..., &answer) != management::success) return std::nullopt;
    return answer;
  }
  [[nodiscard]] std::string text(const char* symbol, Handle handle) const;
  [[nodiscard]] std::string error_text(int code) const;

  [[nodiscard]] Handle by_uuid(const std::string& uuid) const;
  [[nodiscard]] std::string pci_id(Handle gpu) const;
  [[nodiscard]] std::optional<bool> mig(Handle gpu) const;
  [[nodiscard]] std::vector<Handle> instances(Handle gpu) const;
  [[nodiscard]] model::HiddenGpu identity(Handle gpu) const;
  [[nodiscard]] std::optional<bool> ecc(Handle gpu) const;
  [[nodiscard]] std::optional<model::EccErrors> ecc_errors(Handle gpu) const;
  [[nodiscard]] std::vector<std::string> throttle_reasons(Handle gpu) const;
  [[nodiscard]] std::optional<int> nvlinks(Handle gpu) const;
  [[nodiscard]] std::string fabric(Handle gpu) const;
  [[nodiscard]] std::vector<model::GpuProcess> processes(Handle gpu) const;

  SharedLibrary library_;
};

/// What an nvmlReturn_t says of driver and system.
[[nodiscard]] model::DriverAnswer answer_of_nvml(int code);

}  // namespace envguard::engine::cuda
