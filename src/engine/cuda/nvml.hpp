#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/cuda/driver.hpp"

namespace envguard::engine::cuda {

struct Memory {
  std::uint64_t free = 0;
  std::uint64_t total = 0;
};

/// NVML, initialized. It orders GPUs by PCI bus, so they are asked for by UUID.
class Nvml {
 public:
  [[nodiscard]] static std::variant<Nvml, Absent> open(const std::string& library);

  [[nodiscard]] std::string driver_version() const;  ///< "580.65.06"
  [[nodiscard]] std::string name(const std::string& uuid) const;
  [[nodiscard]] std::optional<Memory> memory(const std::string& uuid) const;

 private:
  explicit Nvml(SharedLibrary library) : library_(std::move(library)) {}
  [[nodiscard]] void* device(const std::string& uuid) const;
  SharedLibrary library_;
};

}  // namespace envguard::engine::cuda
