#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "engine/shared_library.hpp"
#include "model/gpu.hpp"
#include "model/key.hpp"

namespace envguard::engine::cuda {

/// Why a library of the driver gives no answer.
struct Absent {
  model::DriverAnswer answer = model::DriverAnswer::failed;
  std::string why;
  std::filesystem::path file;  ///< that was opened; empty: none
};

/// libcuda, initialized. GPUs are counted as CUDA counts them, under CUDA_VISIBLE_DEVICES.
class Driver {
 public:
  /// `library`: a path or a bare name.
  [[nodiscard]] static std::variant<Driver, Absent> open(const std::string& library);

  [[nodiscard]] std::filesystem::path file() const { return library_.file(); }
  [[nodiscard]] int count() const;
  [[nodiscard]] std::optional<model::GpuKey> key(int index) const;
  /// "GPU-…" or "MIG-…", as CUDA_VISIBLE_DEVICES takes it; empty where the driver does not say.
  [[nodiscard]] std::string uuid(int index) const;
  [[nodiscard]] std::string pci_id(int index) const;                        ///< "00000000:1B:00.0", as NVML spells it
  [[nodiscard]] std::optional<std::uint64_t> total_bytes(int index) const;  ///< of memory
  [[nodiscard]] std::string api_version() const;                            ///< "13.0"

 private:
  explicit Driver(SharedLibrary library) : library_(std::move(library)) {}
  [[nodiscard]] std::optional<int> device(int index) const;
  [[nodiscard]] int attribute(int attribute, int device) const;
  SharedLibrary library_;
};

/// What a CUresult says of driver and system.
[[nodiscard]] model::DriverAnswer answer_of_cuda(int code);

/// The key's name and MIG profile, of what libcuda calls "NVIDIA H100 80GB HBM3 MIG 1g.10gb".
[[nodiscard]] std::pair<std::string, std::string> split_mig(const std::string& name);

}  // namespace envguard::engine::cuda
