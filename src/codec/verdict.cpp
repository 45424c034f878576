#include "codec/verdict.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "codec/numerics.hpp"
#include "codec/result_parts.hpp"

namespace envguard::codec {

namespace {

constexpr std::array outcomes{model::Outcome::match,         model::Outcome::version_drift,
                              model::Outcome::numeric_drift, model::Outcome::unstable,
                              model::Outcome::transient,     model::Outcome::not_locked,
                              model::Outcome::no_torch,      model::Outcome::no_gpu,
                              model::Outcome::gpu_busy,      model::Outcome::could_not_measure,
                              model::Outcome::untrusted,     model::Outcome::lock_unreadable,
                              model::Outcome::usage,         model::Outcome::too_few_computed};

[[noreturn]] void refuse(const std::string& why) {
  throw base::Error(base::ExitCode::could_not_measure, "not a verdict that this envguard reads: " + why,
                    "write it again: envguard check --format json");
}

Document json_of_judgement(const model::Judgement& judgement) {
  Document json{
      {"outcome", model::name(judgement.outcome)},
      {"exit_code", static_cast<int>(judgement.exit_code)},
      {"response", judgement.response ? Document(name_in(responses, *judgement.response)) : Document(nullptr)},
      {"environment", judgement.environment},
      {"target", judgement.target},
      {"device", judgement.device.text()},
      {"hardware", judgement.hardware},
      {"install", judgement.install ? json_of(*judgement.install) : Document(nullptr)},
      {"source", judgement.source}};
  put_numerics(json, judgement);
  json["as_is"] = nullptr;
  if (judgement.as_is) put_numerics(json["as_is"], *judgement.as_is);
  json["differences"] = json_of(judgement.differences);
  json["quarantined"] = judgement.quarantined;
  json["seconds"] = judgement.seconds;
  json["suspect"] = judgement.suspect;
  json["what"] = judgement.what;
  json["next"] = judgement.next;
  json["undo"] = judgement.undo;
  json["accept"] = judgement.accept;
  json["notes"] = judgement.notes;
  json["kept"] = judgement.kept;
  json["measured"] = judgement.measured;
  return json;
}

Document json_of_finding(const model::Finding& finding) {
  return {{"severity", name_in(severities, finding.severity)},
          {"id", finding.id},
          {"what", finding.what},
          {"where", finding.where},
          {"mend", finding.mend},
          {"rule", finding.rule},
          {"source", finding.source}};
}

model::Outcome read_outcome(const Json& json) {
  const auto name = json.get<std::string>();
  const auto* found = std::ranges::find(outcomes, name, [](auto each) { return model::name(each); });
  if (found == outcomes.end()) refuse(fmt::format("the verdict \"{}\" is not known", name));
  return *found;
}

base::ExitCode read_exit_code(const Json& json) {
  const auto code = static_cast<base::ExitCode>(json.get<int>());
  const auto& known = base::exit_codes();
  if (std::ranges::none_of(known, [code](const auto& row) { return row.code == code; })) {
    refuse(fmt::format("{} is no exit code", json.get<int>()));
  }
  return code;
}

model::Difference read_difference(const Json& json) {
  model::Difference difference;
  difference.kind = read_name(difference_kinds, json.at("kind"));
  difference.name = json.at("name");
  difference.locked = json.at("locked");
  difference.here = json.at("here");
  difference.weight = read_name(difference_weights, json.at("weight"));
  difference.rule = json.at("rule");
  return difference;
}

model::Install read_install(const Json& json) {
  model::Install install;
  install.kind = read_name(install_kinds, json.at("kind"));
  install.root = json.at("root").get<std::string>();
  install.library = json.at("library").get<std::string>();
  install.prefix = json.at("prefix").get<std::string>();
  install.rule = json.at("rule");
  install.version = json.at("version");
  return install;
}

model::Judgement read_judgement(const Json& json) {
  model::Judgement judgement;
  judgement.outcome = read_outcome(json.at("outcome"));
  judgement.exit_code = read_exit_code(json.at("exit_code"));
  if (!json.at("response").is_null()) judgement.response = read_name(responses, json.at("response"));
  judgement.environment = json.at("environment");
  judgement.target = json.at("target");
  const auto device = model::Device::parse(json.at("device").get<std::string>());
  if (!device) refuse("a device is neither cpu nor cuda:N");
  judgement.device = *device;
  judgement.hardware = json.at("hardware");
  judgement.source = json.at("source");
  read_numerics(json, judgement);
  if (!json.at("as_is").is_null()) read_numerics(json.at("as_is"), judgement.as_is.emplace());
  for (const auto& each : json.at("differences")) judgement.differences.push_back(read_difference(each));
  json.at("quarantined").get_to(judgement.quarantined);
  if (!json.at("install").is_null()) judgement.install = read_install(json.at("install"));
  json.at("seconds").get_to(judgement.seconds);
  judgement.suspect = json.value("suspect", "");
  json.at("what").get_to(judgement.what);
  json.at("next").get_to(judgement.next);
  json.at("undo").get_to(judgement.undo);
  json.at("accept").get_to(judgement.accept);
  json.at("notes").get_to(judgement.notes);
  json.at("kept").get_to(judgement.kept);
  json.at("measured").get_to(judgement.measured);
  return judgement;
}

model::Verdict read(const Json& json) {
  if (json.at("schema") != model::Verdict::schema) {
    refuse(fmt::format("schema {}, this envguard reads {}", json.at("schema").dump(), model::Verdict::schema));
  }
  model::Verdict verdict;
  verdict.outcome = read_outcome(json.at("verdict"));
  verdict.exit_code = read_exit_code(json.at("exit_code"));
  for (const auto& each : json.at("judgements")) verdict.judgements.push_back(read_judgement(each));
  for (const auto& each : json.at("findings")) {
    verdict.findings.push_back({read_name(severities, each.at("severity")), each.at("id"), each.at("what"),
                                each.at("where"), each.at("mend"), each.value("rule", ""), each.value("source", "")});
  }
  return verdict;
}

}  // namespace

std::string write_verdict(const model::Verdict& verdict) {
  Document json{{"schema", model::Verdict::schema},
                {"verdict", model::name(verdict.outcome)},
                {"exit_code", static_cast<int>(verdict.exit_code)},
                {"judgements", Document::array()},
                {"findings", Document::array()}};
  for (const auto& judgement : verdict.judgements) json["judgements"].push_back(json_of_judgement(judgement));
  for (const auto& finding : verdict.findings) json["findings"].push_back(json_of_finding(finding));
  return document(json);
}

model::Verdict read_verdict(std::string_view text) {
  const auto json = parse_json(text);
  try {
    return read(json);
  } catch (const Json::exception& error) {
    refuse(error.what());
  } catch (const std::out_of_range& error) {
    refuse(error.what());
  }
}

}  // namespace envguard::codec
