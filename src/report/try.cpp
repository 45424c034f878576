#include "report/try.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/page.hpp"

namespace envguard::report {

namespace {

std::string version_of(const model::Observed& observed, std::string_view name) {
  const auto* component = observed.component(name);
  return component == nullptr ? "not found" : component->version;
}

std::string knobs_of(const model::Observed& observed) {
  std::vector<std::string> set;
  for (const auto& knob : observed.knobs) set.push_back(knob.name + "=" + knob.value);
  return set.empty() ? "none is set" : listed(set, 6);
}

}  // namespace

std::string try_environment(const model::Observed& observed, const model::Device& device, const Style& style) {
  Page page(style);
  page.line({{"What is here", Tone::strong}});
  if (observed.install) {
    page.row("PyTorch", {{observed.install->version, Tone::strong},
                         fmt::format(" in {} ({})", observed.install->prefix.string(), observed.install->rule)});
  }
  page.row("with it",
           {fmt::format("CUDA {}, cuDNN {}, NCCL {}, Python {}", version_of(observed, "cuda"),
                        version_of(observed, "cudnn"), version_of(observed, "nccl"), version_of(observed, "python"))});
  page.row("CPU", {model::describe(observed.cpu)});
  page.row("GPU", {observed.gpu ? model::describe(*observed.gpu) : "none found"});
  page.row("knobs", {knobs_of(observed)});
  page.row("measured on", {device.text()});
  return page.text();
}

std::string try_fingerprint(const model::Fingerprint& first, const base::Hash128& second, const Style& style) {
  Page page(style);
  const bool same = first.id == second;
  page.line({{"What it computes", Tone::strong}});
  page.row("fingerprint", {{first.id.spoken(), Tone::strong},
                           fmt::format("  {} in {}", counted(first.lines.size(), "probe"), duration(first.seconds))});
  page.row("again", {{second.spoken(), Tone::strong},
                     "  in another process: ",
                     {same ? "the same bits" : "other bits", same ? Tone::good : Tone::bad}});
  if (!same) page.row("", {"this machine disagrees with itself; `envguard lock` finds out in which probes"});
  return page.text();
}

std::string try_knobs(const std::vector<KnobTurned>& turned, const Style& style) {
  Page page(style);
  page.line({{"What one variable does to it", Tone::strong}});
  bool moved_any = false;
  for (const auto& knob : turned) {
    int moved = 0, all = 0;
    std::vector<std::string> layers;
    for (const auto& layer : knob.layers) {
      moved += layer.moved;
      all += layer.of;
      if (layer.moved > 0) layers.push_back(fmt::format("{} {} of {}", layer.layer, layer.moved, layer.of));
    }
    page.wrapped({{knob.name + "=" + knob.value, Tone::command}}, 2, 4);
    if (moved == 0) {
      page.row("", {fmt::format("all {} probes identical", all)});
      continue;
    }
    moved_any = true;
    page.row("", {{fmt::format("{} of {} probes moved", moved, all), Tone::bad}, ": " + listed(layers, layers.size())});
    page.row("", {"a check would exit 8 and name the variable and the layer ",
                  {layers.front().substr(0, layers.front().find(' ')), Tone::strong}});
  }
  if (!moved_any) page.row("", {"this CPU does not feel any of them"});
  return page.text();
}

std::string try_next(bool in_repository, const Style& style) {
  Page page(style);
  page.line({{in_repository ? "Next, here" : "Next, in your repository", Tone::strong}});
  page.command("1", "envguard init");
  page.command("2", "envguard lock");
  page.command("3", "envguard hook install");
  return page.text();
}

}  // namespace envguard::report
