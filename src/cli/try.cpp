#include "report/try.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/gpu_gate.hpp"
#include "cli/measurement.hpp"
#include "cli/scene.hpp"
#include "recipe/table.hpp"

namespace envguard::cli {

namespace {

constexpr std::chrono::seconds timeout{300};
constexpr const char* knob = "ONEDNN_MAX_CPU_ISA";

/// The layers in which oneDNN computes: the knob needs no others to show.
std::vector<std::string> knob_probes() {
  auto ids = recipe::probes(model::DeviceKind::cpu);
  std::erase_if(ids, [](const auto& id) { return model::layer_of(id) != "dnn" && model::layer_of(id) != "ops"; });
  return ids;
}

/// Values of the knob that this CPU may feel, mildest first: one step below what the hardware offers, then the last.
std::vector<std::string> knob_values(const model::CpuKey& cpu) {
  if (cpu.isa.starts_with("avx512") || cpu.isa == "amx") return {"AVX2", "SSE41"};
  return {"SSE41"};
}

report::KnobTurned compare_layers(const std::string& value, const model::Run& before, const model::Run& after) {
  report::KnobTurned turned{.name = knob, .value = value, .layers = {}};
  for (const auto& probe : after.probes) {
    const auto layer = std::string(model::layer_of(probe.id));
    auto row = std::ranges::find(turned.layers, layer, &model::LayerSummary::layer);
    if (row == turned.layers.end()) row = turned.layers.insert(row, {layer, 0, 0});
    const auto* earlier = before.probe(probe.id);
    row->of += 1;
    row->moved += earlier == nullptr || earlier->line() != probe.line() ? 1 : 0;
  }
  return turned;
}

bool moved(const report::KnobTurned& turned) {
  return std::ranges::any_of(turned.layers, [](const auto& row) { return row.moved > 0; });
}

std::vector<report::KnobTurned> turn_knobs(const runner::Runner& runner, const Subject& subject,
                                           const model::Run& whole, Purse& purse, ProgressLine& progress) {
  const auto plan = make_plan(subject, {}, knob_probes());
  // A GPU's run says nothing about the CPU: measure the untouched side too.
  const auto before = whole.plan.device.kind == model::DeviceKind::cpu
                          ? whole
                          : measure_whole(runner, plan, purse, progress, "measuring on cpu");
  std::vector<report::KnobTurned> turned;
  for (const auto& value : knob_values(subject.observed.cpu)) {
    const auto what = fmt::format("measuring with {}={}", knob, value);
    turned.push_back(
        compare_layers(value, before, measure_whole(runner, plan, purse, progress, what, {{knob, value}})));
    if (moved(turned.back())) break;
  }
  return turned;
}

}  // namespace

base::ExitCode run(const TryOptions& /*options*/, const Call& call) {
  if (!call.text()) {
    throw base::Error(base::ExitCode::usage, "try is a first look for people and has no JSON",
                      "envguard fingerprint --format json");
  }
  const auto scene = look_around_without_policy(call);
  auto subject = look_at(call, scene, discover(call, scene, nullptr));
  static_cast<void>(install_to_open(subject));
  const auto device = pick_device(call, subject, {});
  const auto style = call.style();
  std::string text;
  // Each piece is shown as soon as it is known; a file gets them together.
  const auto tell = [&](const std::string& piece) {
    text += piece;
    if (call.global.output.empty()) call.print(piece);
  };
  tell(report::try_environment(subject.observed, device, style));

  GpuGate gate(call, device, subject.observed.devices);
  gate.enter();
  Purse purse(8, timeout);
  ProgressLine progress(call);
  const auto runner = make_runner(call, subject);
  const auto plan = make_plan(subject, device, recipe::probes(device.kind));
  const auto first = measure_whole(runner, plan, purse, progress, "measuring");
  const auto second = measure_whole(runner, plan, purse, progress, "measuring again");
  const auto again = fingerprint_of(subject, second).id;
  const auto fingerprint = fingerprint_of(subject, first);
  tell(report::try_fingerprint(fingerprint, again, style));
  const bool stable = again == fingerprint.id;
  if (stable) {
    tell(report::try_knobs(turn_knobs(runner, subject, first, purse, progress), style));
    tell(report::try_next(scene.repository.has_value(), style));
  }
  if (!call.global.output.empty()) call.print(text);
  return stable ? base::ExitCode::match : base::ExitCode::unstable;
}

}  // namespace envguard::cli
