#pragma once

#include <span>
#include <string_view>

namespace envguard::recipe {

/// Environment variables that move numerics or choose the code that computes. A trailing `*` stands for a prefix.
[[nodiscard]] std::span<const std::string_view> knobs();

/// Whether a variable of this name is one of them.
[[nodiscard]] bool is_knob(std::string_view variable);

/// CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER say which device, not how it computes: they go into no lock.
[[nodiscard]] bool chooses_device(std::string_view variable);

}  // namespace envguard::recipe
