#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/laboratory.hpp"
#include "cli/scene.hpp"
#include "cli/subject.hpp"
#include "codec/comparison.hpp"
#include "compare/comparison.hpp"
#include "compare/lock.hpp"
#include "recipe/knobs.hpp"
#include "recipe/profile.hpp"
#include "recipe/table.hpp"
#include "report/comparison.hpp"

namespace envguard::cli {

namespace {

using base::Error;
using base::ExitCode;

using recipe::most_threads;

/// An install, and what this side has otherwise.
struct Measurement {
  Subject subject;
  compare::Step step;       ///< a flag
  runner::Variables typed;  ///< a knob, which the user may set to anything
  std::string turned;
};

std::pair<std::string, std::string> name_and_value(const std::string& text, const char* option) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(
        ExitCode::usage, fmt::format("{} \"{}\" is no NAME=VALUE", option, base::visible(text)),
        fmt::format("write it as in {}", option == std::string_view("--knob") ? "--knob MKL_CBWR=COMPATIBLE"
                                                                              : "--flag matmul-precision=medium"));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// As PyTorch or envguard spells it: matmul_precision, matmul-precision.
compare::Step step_of_flag(const std::string& text) {
  auto [name, value] = name_and_value(text, "--flag");
  std::ranges::replace(name, '_', '-');
  const auto known = recipe::settable_flags();
  if (std::ranges::find(known, name) == known.end()) {
    throw Error(ExitCode::usage, fmt::format("no engine can set the flag \"{}\"", base::visible(name)),
                fmt::format("--flag takes one of: {}", fmt::join(known, ", ")));
  }
  const auto values = recipe::flag_values(name);
  const auto number = base::parse_integer(value).value_or(0);
  const bool count = values.empty() && number >= 1 && number <= most_threads;
  if (!count && std::ranges::find(values, value) == values.end()) {
    throw Error(ExitCode::usage, fmt::format("the flag {} cannot be \"{}\"", name, base::visible(value)),
                values.empty() ? fmt::format("it takes a number from 1 to {}", most_threads)
                               : fmt::format("it is one of: {}", fmt::join(values, ", ")));
  }
  compare::Step step;
  step.settings.emplace_back(name, value);
  return step;
}

runner::Variables typed_knob(const std::string& text) {
  auto [name, value] = name_and_value(text, "--knob");
  return {{std::move(name), std::move(value)}};
}

std::vector<Measurement> sides_of(const CompareOptions& options, const Call& call) {
  const bool turns = !options.knobs.empty() || !options.flags.empty();
  if (turns && options.installs.size() != 1) {
    throw Error(ExitCode::usage, "--knob and --flag compare one install with itself",
                "name one install, or leave --knob and --flag out");
  }
  if (!turns && options.installs.size() < 2) {
    throw Error(ExitCode::usage, "one install is compared with nothing",
                "name a second install, or turn something: --knob MKL_CBWR=COMPATIBLE");
  }
  const auto scene = look_around_without_policy(call);
  std::vector<Measurement> sides;
  for (const auto& install : options.installs) {
    sides.push_back({look_at(call, scene, discover_named(call, scene, install)), {}, {}, {}});
    static_cast<void>(install_to_open(sides.back().subject));
  }
  const auto subject = sides.front().subject;
  for (const auto& knob : options.knobs) sides.push_back({subject, {}, typed_knob(knob), knob});
  for (const auto& flag : options.flags) sides.push_back({subject, step_of_flag(flag), {}, flag});
  return sides;
}

/// Two installs of one version are told apart by where they lie.
std::string name_of(const Measurement& side, const std::vector<Measurement>& all) {
  if (!side.turned.empty()) return side.turned;
  const auto& install = *side.subject.observed.install;
  const auto same = std::ranges::count_if(all, [&](const auto& other) {
    return other.turned.empty() && other.subject.observed.install->version == install.version;
  });
  const auto name = "torch " + install.version;
  return same == 1 ? name : fmt::format("{} in {}", name, install.prefix.string());
}

class Bench {
 public:
  Bench(const Call& call, model::Device device, const Subject& subject, Purse& purse)
      : call_(call), device_(device), gate_(call, device, subject.observed.devices), purse_(purse), progress_(call) {}

  model::Run measure(const Measurement& side, compare::Measure wanted) {
    const auto runner = make_runner(call_, side.subject).with_typed(side.typed);
    EngineLaboratory laboratory(runner, make_plan(side.subject, device_, {}), {}, gate_, purse_, progress_);
    wanted.step = side.step;
    auto run = laboratory.measure(wanted);
    for (const auto& [name, value] : side.step.settings) {
      if (run.fault || std::ranges::find(run.not_settable, name) == run.not_settable.end()) continue;
      run.fault =
          model::Fault{model::Fault::Kind::not_opened, fmt::format("this PyTorch cannot set {}={}", name, value), {}};
    }
    return run;
  }

 private:
  const Call& call_;
  model::Device device_;
  GpuGate gate_;
  Purse& purse_;
  ProgressLine progress_;
};

}  // namespace

base::ExitCode run(const CompareOptions& options, const Call& call) {
  auto sides = sides_of(options, call);
  const auto device = pick_device(call, sides.front().subject, options.device);
  for (auto& side : sides) {
    if (device.kind == model::DeviceKind::cuda) ask_gpu(call, side.subject, device.index);
  }
  Purse purse(2 * static_cast<int>(sides.size()) + 1, options.timeout);
  Bench bench(call, device, sides.front().subject, purse);
  const compare::Measure ladder{recipe::probes(device.kind)};
  std::vector<compare::RunsOfSide> runs;
  for (const auto& side : sides) runs.push_back({bench.measure(side, ladder), bench.measure(side, ladder)});

  model::Comparison comparison{.device = device, .hardware = {}, .sides = {}, .pairs = {}, .notes = {}};
  const auto& observed = sides.front().subject.observed;
  comparison.hardware =
      device.kind == model::DeviceKind::cpu ? model::describe(observed.cpu) : model::describe(observed.gpu.value());
  for (const auto& side : sides) {
    comparison.sides.push_back({name_of(side, sides), *side.subject.observed.install, side.turned, {}, {}, {}});
  }
  std::vector<model::EvidenceRecord> bands;
  if (runs.front().first.whole()) {
    const auto perturbed = bench.measure(sides.front(), compare::perturbed(device.kind, model::Profile::strict));
    if (perturbed.whole()) {
      bands = compare::evidence_with_bands(runs.front().first, perturbed);
    } else {
      comparison.notes.push_back(
          fmt::format("no bands and no classes: {}; more time: --timeout 1800",
                      perturbed.fault ? perturbed.fault->what : "a probe failed with moved inputs"));
    }
  }
  compare::compare_sides(comparison, runs, bands);
  comparison.seconds = static_cast<double>(options.timeout.count()) - purse.left().seconds;
  call.print(call.text() ? report::comparison_text(comparison, call.style()) : codec::write_comparison(comparison));

  const bool failed = std::ranges::any_of(comparison.sides, [](const auto& side) { return !side.fault.empty(); });
  if (failed) return ExitCode::could_not_measure;
  const bool differ = std::ranges::any_of(comparison.pairs, [](const auto& pair) { return !pair.moved.empty(); });
  return options.exit_code && differ ? ExitCode::version_drift : ExitCode::match;
}

}  // namespace envguard::cli
