#include "codec/numerics.hpp"

#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

namespace envguard::codec {

namespace {

using Certainty = model::Cause::Certainty;
using Weight = model::MovedProbe::Weight;

constexpr Named<Weight> weights[] = {
    {Weight::blocks, "blocks"}, {Weight::tolerated, "tolerated"}, {Weight::allowed, "allowed"}};
constexpr Named<Certainty> certainties[] = {{Certainty::confirmed, "confirmed"},
                                            {Certainty::consistent_with, "consistent-with"},
                                            {Certainty::undetermined, "undetermined"}};

Document text_or_null(const std::string& text) {
  return text.empty() ? Document(nullptr) : Document(text);
}

std::string read_text(const Json& json) {
  return json.is_null() ? std::string() : json.get<std::string>();
}

Document distance_json(const std::optional<model::Distance>& distance) {
  if (!distance) return nullptr;
  return {{"value", distance->value},
          {"low", distance->low},
          {"high", distance->high},
          {"absolute", distance->absolute},
          {"resolved", distance->resolved}};
}

std::optional<model::Distance> read_distance(const Json& json) {
  if (json.is_null()) return std::nullopt;
  const model::Distance distance{.value = json.at("value"),
                                 .low = json.at("low"),
                                 .high = json.at("high"),
                                 .absolute = json.at("absolute"),
                                 .resolved = json.at("resolved")};
  const bool in_order = 0 <= distance.low && distance.low <= distance.value && distance.value <= distance.high;
  if (!in_order || distance.resolved != (distance.value > 0)) throw std::out_of_range("a distance is none");
  return distance;
}

base::Hash128 read_hash(const Json& json) {
  if (json.is_null()) return {};
  const auto hash = base::Hash128::parse(json.get<std::string>());
  if (!hash) throw std::out_of_range("an id is not 32 hex digits");
  return *hash;
}

std::optional<model::DriftClass> read_class(const Json& json) {
  if (json.is_null()) return std::nullopt;
  const auto found = model::parse_drift_class(json.get<std::string>());
  if (!found) throw std::out_of_range("the class \"" + json.get<std::string>() + "\" is not known");
  return found;
}

Document experiment_json(const model::Experiment& experiment) {
  return {{"put_back", experiment.put_back},
          {"restored", experiment.restored},
          {"unchanged", experiment.unchanged},
          {"fault", text_or_null(experiment.fault)}};
}

}  // namespace

Document json_of(const std::vector<model::LayerSummary>& layers) {
  auto array = Document::array();
  for (const auto& layer : layers) {
    array.push_back(
        {{"layer", layer.layer}, {"moved", layer.moved}, {"of", layer.of}, {"worst", text_or_null(layer.worst)}});
  }
  return array;
}

std::vector<model::LayerSummary> read_layers(const Json& json) {
  std::vector<model::LayerSummary> layers;
  for (const auto& each : json) {
    layers.push_back({each.at("layer"), each.at("moved"), each.at("of"), read_text(each.at("worst"))});
  }
  return layers;
}

Document json_of(const std::vector<model::MovedProbe>& moved) {
  auto array = Document::array();
  for (const auto& probe : moved) {
    array.push_back({{"probe", probe.id},
                     {"locked", probe.locked},
                     {"here", probe.here},
                     {"distance", distance_json(probe.distance)},
                     {"band", probe.band ? Document(*probe.band) : Document(nullptr)},
                     {"class", probe.drift_class ? Document(model::name(*probe.drift_class)) : Document(nullptr)},
                     {"borderline", probe.borderline},
                     {"weight", name_in(weights, probe.weight)},
                     {"allowance", text_or_null(probe.allowance)},
                     {"allowed_until", text_or_null(probe.allowed_until)}});
  }
  return array;
}

std::vector<model::MovedProbe> read_moved(const Json& json) {
  std::vector<model::MovedProbe> moved;
  for (const auto& each : json) {
    model::MovedProbe probe{.id = each.at("probe"), .locked = each.at("locked"), .here = each.at("here")};
    probe.distance = read_distance(each.at("distance"));
    if (!each.at("band").is_null()) probe.band = each.at("band").get<double>();
    probe.drift_class = read_class(each.at("class"));
    probe.borderline = each.at("borderline");
    probe.weight = read_name(weights, each.at("weight"));
    probe.allowance = read_text(each.at("allowance"));
    probe.allowed_until = read_text(each.at("allowed_until"));
    moved.push_back(std::move(probe));
  }
  return moved;
}

Document json_of(const std::optional<model::Cause>& cause) {
  if (!cause) return nullptr;
  auto experiments = Document::array();
  for (const auto& experiment : cause->experiments) experiments.push_back(experiment_json(experiment));
  return {{"certainty", name_in(certainties, cause->certainty)},
          {"sufficient", cause->sufficient},
          {"separately", cause->separately},
          {"only_together", cause->only_together},
          {"explained", cause->explained},
          {"of", cause->of},
          {"candidates", cause->candidates},
          {"experiments", std::move(experiments)},
          {"processes", cause->experiments.size()},
          {"cut_short", cause->cut_short},
          {"what", cause->what}};
}

std::optional<model::Cause> read_cause(const Json& json) {
  if (json.is_null()) return std::nullopt;
  model::Cause cause;
  cause.certainty = read_name(certainties, json.at("certainty"));
  json.at("sufficient").get_to(cause.sufficient);
  cause.separately = json.at("separately");
  cause.only_together = json.at("only_together");
  cause.explained = json.at("explained");
  cause.of = json.at("of");
  json.at("candidates").get_to(cause.candidates);
  for (const auto& each : json.at("experiments")) {
    cause.experiments.push_back(
        {each.at("put_back"), each.at("restored"), each.at("unchanged"), read_text(each.at("fault"))});
  }
  cause.cut_short = json.at("cut_short");
  cause.what = json.at("what");
  return cause;
}

void put_numerics(Document& object, const model::Numerics& numerics) {
  object["locked_id"] = json_of(numerics.locked_id);
  object["id"] = json_of(numerics.id);
  object["layers"] = json_of(numerics.layers);
  object["moved"] = json_of(numerics.moved);
  object["cause"] = json_of(numerics.cause);
  object["order_dependent"] = numerics.order_dependent;
  object["transient"] = numerics.transient;
  object["unstable"] = numerics.unstable;
  object["distinct_results"] = numerics.distinct_results;
  object["only_in_lock"] = numerics.only_in_lock;
  object["only_here"] = numerics.only_here;
  object["runs"] = numerics.runs;
  object["identical"] = numerics.identical();
  object["unsupported"] = numerics.unsupported;
  object["not_deterministic"] = numerics.not_deterministic;
}

void read_numerics(const Json& json, model::Numerics& numerics) {
  numerics.locked_id = read_hash(json.at("locked_id"));
  numerics.id = read_hash(json.at("id"));
  numerics.layers = read_layers(json.at("layers"));
  numerics.moved = read_moved(json.at("moved"));
  numerics.cause = read_cause(json.at("cause"));
  json.at("order_dependent").get_to(numerics.order_dependent);
  json.at("transient").get_to(numerics.transient);
  json.at("unstable").get_to(numerics.unstable);
  json.at("distinct_results").get_to(numerics.distinct_results);
  json.at("only_in_lock").get_to(numerics.only_in_lock);
  json.at("only_here").get_to(numerics.only_here);
  json.at("runs").get_to(numerics.runs);
  numerics.unsupported = json.value("unsupported", 0);
  numerics.not_deterministic = json.value("not_deterministic", 0);
}

}  // namespace envguard::codec
