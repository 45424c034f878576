#include "report/fingerprint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/page.hpp"

namespace envguard::report {

namespace {

struct Layer {
  std::string name;
  std::vector<model::ProbeLine> lines;
  std::vector<std::string> refused;  ///< probes with a status instead of a hash
};

std::vector<Layer> layers(const model::Fingerprint& fingerprint) {
  std::vector<Layer> layers;
  for (const auto& line : fingerprint.lines) {
    const auto name = model::layer_of(line.first);
    auto found = std::ranges::find(layers, name, &Layer::name);
    if (found == layers.end()) found = layers.insert(layers.end(), Layer{std::string(name), {}, {}});
    found->lines.push_back(line);
    if (model::parse_status(line.second)) found->refused.push_back(short_probe(line.first) + " " + line.second);
  }
  return layers;
}

}  // namespace

std::string fingerprint_text(const model::Fingerprint& fingerprint, const Style& style) {
  Page page(style);
  page.line({{fingerprint.id.spoken(), Tone::strong},
             fmt::format("  {}, profile {}, recipe {}", counted(fingerprint.lines.size(), "probe"),
                         model::name(fingerprint.profile), fingerprint.recipe)});
  page.row("device", {fmt::format("{}: {}", fingerprint.device.text(), fingerprint.hardware)});
  page.row("torch", {fmt::format("{} in {} ({})", fingerprint.install.version, fingerprint.install.prefix.string(),
                                 fingerprint.install.rule)});
  std::vector<std::string> knobs;
  for (const auto& knob : fingerprint.knobs) knobs.push_back(knob.name + "=" + knob.value);
  if (!knobs.empty()) page.row("knobs", {listed(knobs, knobs.size())});
  page.row("measured", {duration(fingerprint.seconds)});
  page.blank();
  for (const auto& layer : layers(fingerprint)) {
    page.row(layer.name,
             {fmt::format("{}  {}", model::fingerprint_id(layer.lines).spoken(), counted(layer.lines.size(), "probe")),
              {layer.refused.empty() ? "" : ", " + listed(layer.refused, 3), Tone::faint}});
  }
  return page.text();
}

}  // namespace envguard::report
