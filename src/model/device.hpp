#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace envguard::model {

enum class DeviceKind { cpu, cuda };

/// Where probes run: `cpu`, or `cuda:N`. N counts as CUDA counts under the caller's own CUDA_VISIBLE_DEVICES.
struct Device {
  DeviceKind kind = DeviceKind::cpu;
  int index = 0;

  friend bool operator==(const Device&, const Device&) = default;
  [[nodiscard]] std::string text() const;
  /// "cpu", "cuda", "cuda:3"; anything else: nothing.
  [[nodiscard]] static std::optional<Device> parse(std::string_view text);
};

}  // namespace envguard::model
