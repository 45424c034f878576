#include "codec/parts.hpp"

#include <nlohmann/json.hpp>

namespace envguard::codec {

namespace {

template <typename Value, std::size_t Count>
Json floats_json(const std::array<Value, Count>& values) {
  auto array = Json::array();
  for (const auto value : values) array.push_back(float_json(static_cast<double>(value)));
  return array;
}

template <typename Value, std::size_t Count>
std::array<Value, Count> floats_from(const Reader& reader, const char* name) {
  const auto items = reader.items(name);
  if (items.size() != Count) reader.at(name).refuse("does not hold " + std::to_string(Count) + " numbers");
  std::array<Value, Count> values{};
  for (std::size_t i = 0; i < Count; ++i) values[i] = static_cast<Value>(items[i].as_float());
  return values;
}

Json evidence_json(const model::Evidence& evidence) {
  return {{"norm", float_json(evidence.norm)},
          {"max", float_json(evidence.max)},
          {"elements", evidence.elements},
          {"nan", evidence.nan},
          {"inf", evidence.inf},
          {"negative_zero", evidence.negative_zero},
          {"subnormal", evidence.subnormal},
          {"nonfinite_positions", evidence.nonfinite_positions.hex()},
          {"sentinels", floats_json(evidence.sentinels)},
          {"sketch_high", floats_json(evidence.sketch.high)},
          {"sketch_low", floats_json(evidence.sketch.low)}};
}

model::Evidence evidence_from(const Reader& reader) {
  model::Evidence evidence;
  evidence.norm = reader.number("norm");
  evidence.max = reader.number("max");
  evidence.elements = reader.integer<std::uint64_t>("elements");
  evidence.nan = reader.integer<std::uint64_t>("nan");
  evidence.inf = reader.integer<std::uint64_t>("inf");
  evidence.negative_zero = reader.integer<std::uint64_t>("negative_zero");
  evidence.subnormal = reader.integer<std::uint64_t>("subnormal");
  evidence.nonfinite_positions = reader.hash("nonfinite_positions");
  evidence.sentinels = floats_from<double, model::sentinel_count>(reader, "sentinels");
  evidence.sketch.high = floats_from<double, model::sketch_buckets>(reader, "sketch_high");
  evidence.sketch.low = floats_from<float, model::sketch_buckets>(reader, "sketch_low");
  return evidence;
}

}  // namespace

Json probe_json(const model::ProbeResult& result) {
  Json json{{"probe", text_json(result.id)}, {"status", name(result.status)}};
  if (result.hash) json["hash"] = result.hash->hex();
  if (result.evidence) json["evidence"] = evidence_json(*result.evidence);
  if (!result.choice.empty()) json["choice"] = text_json(result.choice);
  if (!result.message.empty()) json["message"] = text_json(result.message);
  return json;
}

model::ProbeResult probe_from(const Reader& reader) {
  model::ProbeResult result;
  result.id = reader.text("probe");
  const auto status = model::parse_status(reader.text("status"));
  if (!status) reader.at("status").refuse("is no status of a probe");
  result.status = *status;
  if (*status == model::ProbeStatus::ok) {
    result.hash = reader.hash("hash");
    result.evidence = evidence_from(reader.at("evidence"));
  } else if (reader.has("hash") || reader.has("evidence")) {
    reader.refuse("has a result, and its status is not ok");
  }
  if (const auto choice = reader.find("choice")) result.choice = choice->as_text();
  if (const auto message = reader.find("message")) result.message = message->as_text();
  return result;
}

Json gpu_key_json(const model::GpuKey& key) {
  Json json{{"gpu", text_json(key.gpu)}, {"compute_capability", key.compute_capability}, {"sm_count", key.sm_count}};
  if (!key.mig_profile.empty()) json["mig_profile"] = text_json(key.mig_profile);
  return json;
}

model::GpuKey gpu_key_from(const Reader& reader) {
  return {reader.text("gpu"), reader.text("compute_capability"), reader.integer<int>("sm_count"),
          reader.has("mig_profile") ? reader.text("mig_profile") : std::string()};
}

Json libraries_json(const std::vector<model::Library>& libraries) {
  auto array = Json::array();
  for (const auto& library : libraries) {
    array.push_back({{"name", text_json(library.name)},
                     {"path", text_json(library.path.native())},
                     {"build_id", text_json(library.build_id)}});
  }
  return array;
}

std::vector<model::Library> libraries_from(const std::vector<Reader>& items) {
  std::vector<model::Library> libraries;
  for (const auto& item : items) libraries.push_back({item.text("name"), item.text("path"), item.text("build_id")});
  return libraries;
}

Json components_json(const std::vector<model::Component>& components) {
  auto array = Json::array();
  for (const auto& component : components) {
    array.push_back({{"name", text_json(component.name)},
                     {"version", text_json(component.version)},
                     {"origin", text_json(component.origin)}});
  }
  return array;
}

std::vector<model::Component> components_from(const std::vector<Reader>& items) {
  std::vector<model::Component> components;
  for (const auto& item : items) components.push_back({item.text("name"), item.text("version"), item.text("origin")});
  return components;
}

}  // namespace envguard::codec
