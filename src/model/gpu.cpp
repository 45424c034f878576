#include "model/gpu.hpp"

#include <array>
#include <utility>

namespace envguard::model {

std::string_view name(DriverAnswer answer) {
  static constexpr std::array<std::string_view, 13> names{
      "not-asked", "answered", "no-library", "no-driver", "no-device", "version-mismatch", "no-permission", "lost",
      "not-ready", "stub",     "hung",       "crashed",   "failed"};
  return names.at(static_cast<std::size_t>(answer));
}

std::string Devices::no_gpu() const {
  if (!gpus.empty()) return {};
  if (!cuda.why.empty()) return cuda.why;
  if (!nvml.why.empty()) return nvml.why;
  return cuda.answer == DriverAnswer::answered ? "the driver shows no GPU to this process" : "the driver was not asked";
}

}  // namespace envguard::model
