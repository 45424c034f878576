#include "codec/plan.hpp"

#include <nlohmann/json.hpp>

#include "codec/parts.hpp"
#include "codec/protocol.hpp"

namespace envguard::codec {

namespace {

Json install_json(const model::Install& install) {
  const bool wheel = install.kind == model::Install::Kind::site_packages;
  return {{"kind", wheel ? "site-packages" : "libtorch"},
          {"root", text_json(install.root.native())},
          {"library", text_json(install.library.native())},
          {"prefix", text_json(install.prefix.native())},
          {"rule", text_json(install.rule)},
          {"version", text_json(install.version)}};
}

model::Install install_from(const Reader& reader) {
  model::Install install;
  const auto kind = reader.text("kind");
  if (kind != "site-packages" && kind != "libtorch") reader.at("kind").refuse("is no kind of install");
  install.kind = kind == "libtorch" ? model::Install::Kind::libtorch : model::Install::Kind::site_packages;
  install.root = reader.text("root");
  install.library = reader.text("library");
  install.prefix = reader.text("prefix");
  install.rule = reader.text("rule");
  install.version = reader.text("version");
  return install;
}

}  // namespace

Json plan_json(const model::Plan& plan) {
  std::vector<std::string> preload;
  for (const auto& library : plan.preload) preload.push_back(library.native());
  Json json{
      {"recipe", plan.recipe},           {"profile", name(plan.profile)},     {"install", install_json(plan.install)},
      {"preload", texts_json(preload)},  {"device", plan.device.text()},      {"threads", plan.threads},
      {"flags", pairs_json(plan.flags)}, {"probes", texts_json(plan.probes)}, {"keep_bytes", plan.keep_bytes}};
  if (!plan.perturb.empty()) json["perturb"] = plan.perturb;
  return json;
}

model::Plan plan_from(const Reader& reader) {
  model::Plan plan;
  plan.recipe = reader.integer<int>("recipe");
  const auto profile = model::parse_profile(reader.text("profile"));
  if (!profile) reader.at("profile").refuse("is no profile");
  plan.profile = *profile;
  plan.install = install_from(reader.at("install"));
  for (const auto& library : reader.texts("preload")) plan.preload.emplace_back(library);
  const auto device = model::Device::parse(reader.text("device"));
  if (!device) reader.at("device").refuse("is no device");
  plan.device = *device;
  plan.threads = reader.integer<int>("threads");
  plan.flags = reader.pairs("flags");
  plan.probes = reader.texts("probes");
  if (reader.has("perturb")) {
    for (const auto& seed : reader.items("perturb")) plan.perturb.push_back(seed.as_unsigned(UINT64_MAX));
  }
  plan.keep_bytes = reader.flag("keep_bytes");
  return plan;
}

std::string write_plan(const model::Plan& plan, std::string_view build) {
  return print_json({{"protocol", protocol_number}, {"build", text_json(build)}, {"plan", plan_json(plan)}});
}

PlanMessage read_plan(std::string_view text) {
  const auto json = parse_json(text);
  const Reader reader(json, "plan");
  return {reader.integer<int>("protocol"), reader.text("build"), plan_from(reader.at("plan"))};
}

}  // namespace envguard::codec
