#include "codec/devices.hpp"

#include <nlohmann/json.hpp>

#include "codec/parts.hpp"

namespace envguard::codec {

namespace {

Json gpu_json(const Gpu& gpu) {
  Json json{{"index", gpu.index},
            {"uuid", text_json(gpu.uuid)},
            {"key", gpu_key_json(gpu.key)},
            {"nvml_name", text_json(gpu.nvml_name)},
            {"mig", gpu.mig}};
  if (gpu.free_bytes) json["free_bytes"] = *gpu.free_bytes;
  if (gpu.total_bytes) json["total_bytes"] = *gpu.total_bytes;
  return json;
}

Gpu gpu_from(const Reader& reader) {
  Gpu gpu;
  gpu.index = reader.integer<int>("index");
  gpu.uuid = reader.text("uuid");
  gpu.key = gpu_key_from(reader.at("key"));
  gpu.nvml_name = reader.text("nvml_name");
  gpu.mig = reader.flag("mig");
  if (reader.has("free_bytes")) gpu.free_bytes = reader.integer<std::uint64_t>("free_bytes");
  if (reader.has("total_bytes")) gpu.total_bytes = reader.integer<std::uint64_t>("total_bytes");
  return gpu;
}

}  // namespace

std::string write_devices(const Devices& devices) {
  auto gpus = Json::array();
  for (const auto& gpu : devices.gpus) gpus.push_back(gpu_json(gpu));
  Json json{{"build", text_json(devices.build)},
            {"no_driver", text_json(devices.no_driver)},
            {"gpus", std::move(gpus)},
            {"no_gpu", text_json(devices.no_gpu)}};
  if (devices.driver) json["driver"] = text_json(*devices.driver);
  if (devices.cuda_driver_api) json["cuda_driver_api"] = text_json(*devices.cuda_driver_api);
  return print_json(json);
}

Devices read_devices(std::string_view text) {
  const auto json = parse_json(text);
  const Reader reader(json, "devices");
  Devices devices;
  devices.build = reader.text("build");
  if (const auto driver = reader.find("driver")) devices.driver = driver->as_text();
  devices.no_driver = reader.text("no_driver");
  if (const auto version = reader.find("cuda_driver_api")) devices.cuda_driver_api = version->as_text();
  for (const auto& gpu : reader.items("gpus")) devices.gpus.push_back(gpu_from(gpu));
  devices.no_gpu = reader.text("no_gpu");
  return devices;
}

}  // namespace envguard::codec
