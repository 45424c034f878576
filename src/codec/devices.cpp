#include "codec/devices.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "codec/parts.hpp"

namespace envguard::codec {

namespace {

using model::DriverAnswer;
using model::Gpu;

constexpr int most_answers = static_cast<int>(DriverAnswer::failed);

template <class Value>
void put(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

Json library_json(const model::DriverLibrary& library) {
  return {{"answer", model::name(library.answer)}, {"why", text_json(library.why)}, {"path", text_json(library.path)}};
}

DriverAnswer answer_from(const Reader& reader) {
  const auto answer = reader.text("answer");
  for (int number = 0; number <= most_answers; ++number) {
    const auto known = static_cast<DriverAnswer>(number);
    if (model::name(known) == answer) return known;
  }
  reader.at("answer").refuse("is no answer of a driver");
}

model::DriverLibrary library_from(const Reader& reader) {
  return {answer_from(reader), reader.text("why"), reader.text("path")};
}

Json hidden_json(const model::HiddenGpu& gpu) {
  return {{"uuid", text_json(gpu.uuid)},
          {"name", text_json(gpu.name)},
          {"pci_id", text_json(gpu.pci_id)},
          {"why", text_json(gpu.why)},
          {"mig", gpu.mig},
          {"answer", model::name(gpu.answer)}};
}

model::HiddenGpu hidden_from(const Reader& reader) {
  return {reader.text("uuid"), reader.text("name"), reader.text("pci_id"),
          reader.text("why"),  reader.flag("mig"),  answer_from(reader)};
}

Json errors_json(const model::EccErrors& errors) {
  return {{"corrected", errors.corrected},
          {"uncorrected", errors.uncorrected},
          {"lifetime_corrected", errors.lifetime_corrected},
          {"lifetime_uncorrected", errors.lifetime_uncorrected}};
}

model::EccErrors errors_from(const Reader& reader) {
  return {reader.integer<std::uint64_t>("corrected"), reader.integer<std::uint64_t>("uncorrected"),
          reader.integer<std::uint64_t>("lifetime_corrected"), reader.integer<std::uint64_t>("lifetime_uncorrected")};
}

Json gpu_json(const Gpu& gpu) {
  auto processes = Json::array();
  for (const auto& process : gpu.processes)
    processes.push_back({{"pid", process.pid}, {"used_bytes", process.used_bytes}, {"name", text_json(process.name)}});
  Json json{{"index", gpu.index},
            {"uuid", text_json(gpu.uuid)},
            {"key", gpu_key_json(gpu.key)},
            {"nvml_name", text_json(gpu.nvml_name)},
            {"pci_id", text_json(gpu.pci_id)},
            {"compute_mode", text_json(gpu.compute_mode)},
            {"throttle_reasons", texts_json(gpu.throttle_reasons)},
            {"fabric", text_json(gpu.fabric)},
            {"virtualization", text_json(gpu.virtualization)},
            {"processes", std::move(processes)}};
  put(json, "free_bytes", gpu.free_bytes);
  put(json, "total_bytes", gpu.total_bytes);
  put(json, "ecc", gpu.ecc);
  if (gpu.ecc_errors) json["ecc_errors"] = errors_json(*gpu.ecc_errors);
  put(json, "mig", gpu.mig);
  put(json, "persistence", gpu.persistence);
  put(json, "nvlinks", gpu.nvlinks);
  return json;
}

Gpu gpu_from(const Reader& reader) {
  Gpu gpu;
  gpu.index = reader.integer<int>("index");
  gpu.uuid = reader.text("uuid");
  gpu.key = gpu_key_from(reader.at("key"));
  gpu.nvml_name = reader.text("nvml_name");
  gpu.pci_id = reader.text("pci_id");
  gpu.compute_mode = reader.text("compute_mode");
  gpu.throttle_reasons = reader.texts("throttle_reasons");
  gpu.fabric = reader.text("fabric");
  gpu.virtualization = reader.text("virtualization");
  for (const auto& process : reader.items("processes"))
    gpu.processes.push_back(
        {process.integer<std::int64_t>("pid"), process.integer<std::uint64_t>("used_bytes"), process.text("name")});
  if (reader.has("free_bytes")) gpu.free_bytes = reader.integer<std::uint64_t>("free_bytes");
  if (reader.has("total_bytes")) gpu.total_bytes = reader.integer<std::uint64_t>("total_bytes");
  if (reader.has("ecc")) gpu.ecc = reader.flag("ecc");
  if (reader.has("ecc_errors")) gpu.ecc_errors = errors_from(reader.at("ecc_errors"));
  if (reader.has("mig")) gpu.mig = reader.flag("mig");
  if (reader.has("persistence")) gpu.persistence = reader.flag("persistence");
  if (reader.has("nvlinks")) gpu.nvlinks = reader.integer<int>("nvlinks");
  return gpu;
}

}  // namespace

std::string write_devices(const model::Devices& devices) {
  auto gpus = Json::array();
  for (const auto& gpu : devices.gpus) gpus.push_back(gpu_json(gpu));
  auto hidden = Json::array();
  for (const auto& gpu : devices.hidden) hidden.push_back(hidden_json(gpu));
  return print_json({{"build", text_json(devices.build)},
                     {"nvml", library_json(devices.nvml)},
                     {"cuda", library_json(devices.cuda)},
                     {"driver", text_json(devices.driver)},
                     {"cuda_version", text_json(devices.cuda_version)},
                     {"gpus", std::move(gpus)},
                     {"hidden", std::move(hidden)},
                     {"asking", text_json(devices.asking)}});
}

model::Devices read_devices(std::string_view line) {
  const auto json = parse_json(line);
  const Reader reader(json, "devices");
  model::Devices devices;
  devices.build = reader.text("build");
  devices.nvml = library_from(reader.at("nvml"));
  devices.cuda = library_from(reader.at("cuda"));
  devices.driver = reader.text("driver");
  devices.cuda_version = reader.text("cuda_version");
  for (const auto& gpu : reader.items("gpus")) devices.gpus.push_back(gpu_from(gpu));
  for (const auto& gpu : reader.items("hidden")) devices.hidden.push_back(hidden_from(gpu));
  devices.asking = reader.text("asking");
  return devices;
}

}  // namespace envguard::codec
