#include "model/device.hpp"

#include "base/number.hpp"

namespace envguard::model {

std::string Device::text() const {
  return kind == DeviceKind::cpu ? "cpu" : "cuda:" + std::to_string(index);
}

std::optional<Device> Device::parse(std::string_view text) {
  if (text == "cpu") return Device{};
  if (text == "cuda") return Device{DeviceKind::cuda, 0};
  if (!text.starts_with("cuda:")) return std::nullopt;
  const auto index = base::parse_integer(text.substr(5));
  if (!index || *index < 0 || *index > 127) return std::nullopt;
  return Device{DeviceKind::cuda, static_cast<int>(*index)};
}

}  // namespace envguard::model
