#include "codec/run.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "codec/parts.hpp"

namespace envguard::codec {

namespace {

using Kind = model::Fault::Kind;
constexpr std::array fault_kinds{Kind::engine_missing, Kind::other_build,  Kind::not_opened, Kind::crashed,
                                 Kind::timed_out,      Kind::bad_protocol, Kind::no_done,    Kind::cuda_error,
                                 Kind::will_not_die,   Kind::gpu_taken};

Json fault_json(const model::Fault& fault) {
  return {{"kind", name(fault.kind)}, {"what", text_json(fault.what)}, {"probe", text_json(fault.probe)}};
}

model::Fault fault_from(const Reader& reader) {
  const auto written = reader.text("kind");
  const auto* kind = std::ranges::find_if(fault_kinds, [&](Kind one) { return name(one) == written; });
  if (kind == fault_kinds.end()) reader.at("kind").refuse("is no kind of fault");
  return {*kind, reader.text("what"), reader.text("probe")};
}

Json environment_json(const std::vector<model::Variable>& environment) {
  auto array = Json::array();
  for (const auto& variable : environment) {
    Json json{{"name", text_json(variable.name)}, {"origin", text_json(variable.origin)}};
    if (variable.value) json["value"] = text_json(*variable.value);
    array.push_back(std::move(json));
  }
  return array;
}

std::vector<model::Variable> environment_from(const std::vector<Reader>& items) {
  std::vector<model::Variable> environment;
  for (const auto& item : items) {
    const auto value = item.find("value");
    environment.push_back(
        {item.text("name"), value ? std::optional(value->as_text()) : std::nullopt, item.text("origin")});
  }
  return environment;
}

}  // namespace

std::string write_run(const model::Run& run) {
  auto probes = Json::array();
  for (const auto& probe : run.probes) probes.push_back(probe_json(probe));
  Json json{{"plan", plan_json(run.plan)},
            {"build", text_json(run.build)},
            {"torch_version", text_json(run.torch_version)},
            {"built", pairs_json(run.built)},
            {"flags", pairs_json(run.flags)},
            {"not_settable", texts_json(run.not_settable)},
            {"probes", std::move(probes)},
            {"libraries", libraries_json(run.libraries)},
            {"versions", components_json(run.versions)},
            {"environment", environment_json(run.environment)},
            {"resumed", run.resumed},
            {"seconds", float_json(run.seconds)},
            {"output", text_json(run.output)}};
  if (run.gpu) json["gpu"] = gpu_key_json(*run.gpu);
  if (run.asked) json["asked"] = texts_json(*run.asked);
  if (run.fault) json["fault"] = fault_json(*run.fault);
  return print_json(json);
}

model::Run read_run(std::string_view text) {
  const auto json = parse_json(text);
  const Reader reader(json, "run");
  model::Run run;
  run.plan = plan_from(reader.at("plan"));
  run.build = reader.text("build");
  run.torch_version = reader.text("torch_version");
  if (const auto gpu = reader.find("gpu")) run.gpu = gpu_key_from(*gpu);
  run.built = reader.pairs("built");
  run.flags = reader.pairs("flags");
  run.not_settable = reader.texts("not_settable");
  for (const auto& probe : reader.items("probes")) run.probes.push_back(probe_from(probe));
  run.libraries = libraries_from(reader.items("libraries"));
  run.versions = components_from(reader.items("versions"));
  run.environment = environment_from(reader.items("environment"));
  if (reader.has("asked")) run.asked = reader.texts("asked");
  if (const auto fault = reader.find("fault")) run.fault = fault_from(*fault);
  run.resumed = reader.flag("resumed");
  run.seconds = reader.number("seconds");
  run.output = reader.text("output");
  return run;
}

}  // namespace envguard::codec
