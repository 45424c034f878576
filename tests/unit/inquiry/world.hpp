#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "compare/classify.hpp"
#include "compare/lock.hpp"
#include "inquiry/laboratory.hpp"
#include "model/verdict.hpp"
#include "recipe/table.hpp"

namespace envguard::inquiry::test {

/// Probes that tests speak of: one of a unit of two, two units of one.
inline constexpr auto conv = "dnn.conv2d_3x3.forward";
inline constexpr auto gemm = "blas.gemm_f32_256x256x256";
inline constexpr auto exp_f32 = "ops.exp_f32";

/// Five knobs in the order of their names. No family of probes makes one of them likelier than the others.
inline const std::array<std::string, 5> knobs{"CUBLAS_EMULATE_DOUBLE_PRECISION", "CUBLAS_EMULATE_SINGLE_PRECISION",
                                              "CUDA_FORCE_PTX_JIT", "NVIDIA_TF32_OVERRIDE", "TORCH_LINEAR_FLATTEN_3D"};

/// One row of the table that stands for a PyTorch: where this holds, in this process, these probes compute something
/// else.
struct Row {
  /// "MKL_CBWR=AVX2", "MKL_CBWR=" where it is not set; several with "&" where all must hold; empty: always.
  /// "profile=as-is" and "threads=1" are what they say, "install=other" is the PyTorch of --against, "order=part" a
  /// process that runs some of the probes only.
  std::string holds;
  int process = 0;       ///< 1 for the first; 0: in every one
  std::string where;     ///< a layer, or the start of a probe's id
  std::string computes;  ///< what makes the bits others; "unsupported", "failed", "gone", "crash" make it that
  double by = 1e-7;      ///< relative L2 that it adds; a band is 1e-7
};

/// A laboratory that starts nothing: (variables, install, order) -> bits by a table.
class TableLaboratory : public Laboratory {
 public:
  explicit TableLaboratory(std::vector<Row> rows = {}, std::map<std::string, std::string> variables = {})
      : rows_(std::move(rows)), variables_(std::move(variables)) {}

  model::Run measure(const compare::Measure& wanted) override {
    ++processes;
    asked.push_back(wanted);
    const auto scene = scene_of(wanted);
    model::Run run;
    run.plan.probes = wanted.probes;
    run.plan.profile = wanted.profile;
    run.plan.perturb = wanted.perturb;
    run.plan.recipe = recipe::number;
    run.plan.device = device;
    run.seconds = 1;
    if (wanted.profile == model::Profile::as_is) {
      run.flags = {{"threads", scene.contains("threads") ? scene.at("threads") : "2"}};
    }
    run.versions = loaded;
    const bool crashes =
        std::ranges::any_of(rows_, [&](const Row& row) { return row.computes == "crash" && holds(row, scene); });
    if (processes == faulty_process || crashes) {
      run.fault = model::Fault{model::Fault::Kind::crashed, "the engine died of SIGSEGV", {}};
    }
    if (wanted.perturb.empty()) run.probes = results(wanted, scene, 0);
    for (const auto seed : wanted.perturb) run.rounds.push_back(results(wanted, scene, seed));
    return run;
  }
  Budget left() const override { return {allowed.processes - processes, allowed.seconds - processes}; }

  Budget allowed{100, 1000};
  int faulty_process = 0;
  int processes = 0;
  model::Device device;
  std::vector<model::Component> loaded;
  std::vector<compare::Measure> asked;

 private:
  using Scene = std::map<std::string, std::string>;

  Scene scene_of(const compare::Measure& wanted) const {
    auto scene = variables_;
    for (const auto& [name, value] : wanted.step.variables) {
      if (value) {
        scene[name] = *value;
      } else {
        scene.erase(name);
      }
    }
    scene["install"] = wanted.step.other_install ? "other" : "own";
    scene["profile"] = model::name(wanted.profile);
    for (const auto& [name, value] : wanted.step.settings) scene[name] = value;
    scene["order"] = wanted.probes == recipe::probes(device.kind, wanted.profile) ? "whole" : "part";
    return scene;
  }

  bool holds(const Row& row, const Scene& scene) const {
    if (row.process != 0 && row.process != processes) return false;
    if (row.holds.empty()) return true;
    return std::ranges::all_of(base::split(row.holds, '&'), [&](std::string_view condition) {
      const auto equals = condition.find('=');
      const auto found = scene.find(std::string(condition.substr(0, equals)));
      return (found == scene.end() ? "" : std::string_view(found->second)) == condition.substr(equals + 1);
    });
  }

  std::vector<model::ProbeResult> results(const compare::Measure& wanted, const Scene& scene,
                                          std::uint64_t seed) const {
    std::vector<model::ProbeResult> all;
    for (const auto& id : wanted.probes) {
      auto probe = compute(id, scene, seed);
      if (probe.message != "gone") all.push_back(std::move(probe));
    }
    return all;
  }

  /// Rows that compute the same give the same bits, whether one holds or several. The pattern of seed 19 moves every
  /// result by 1e-7, the others by less.
  model::ProbeResult compute(const std::string& id, const Scene& scene, std::uint64_t seed) const {
    model::ProbeResult probe;
    probe.id = id;
    std::vector<std::string> computed;
    double moved = seed == 0 ? 0 : 1e-7 / (20.0 - static_cast<double>(seed));
    for (const auto& row : rows_) {
      if (!id.starts_with(row.where) || !holds(row, scene)) continue;
      if (std::ranges::find(computed, row.computes) != computed.end()) continue;
      computed.push_back(row.computes);
      moved += row.by;
      if (row.computes == "gone") probe.message = "gone";
      if (const auto status = model::parse_status(row.computes)) probe.status = *status;
    }
    if (probe.status != model::ProbeStatus::ok) return probe;
    std::string value = id + "|" + std::to_string(seed);
    for (const auto& each : computed) value += "|" + each;
    probe.hash = base::hash128(value);
    probe.evidence = model::Evidence{.norm = 1, .elements = 4};
    probe.evidence->sketch.high[0] = moved;
    return probe;
  }

  std::vector<Row> rows_;
  std::map<std::string, std::string> variables_;
};

inline model::Observed machine() {
  model::Observed observed;
  observed.install = model::Install{};
  observed.install->version = "2.11.0+cu130";
  observed.install->prefix = "/home/ada/project/.venv";
  observed.install->rule = "python of the environment";
  observed.components = {{"torch", "2.11.0+cu130", "torch/version.py"},
                         {"cuda", "13.0", "torch/version.py"},
                         {"cudnn", "9.19.0.56", "METADATA"},
                         {"numpy", "2.3.1", "METADATA"},
                         {"kernel", "6.1.0", "uname"},
                         {"driver", "580.65.06", "sysfs"}};
  observed.build = {{"blas", "mkl"}};
  observed.cpu = {"AuthenticAMD", 25, 1, "avx512-bf16"};
  observed.caches = {{"l1d", "32 KiB"}, {"l2", "1024 KiB"}};
  return observed;
}

inline compare::LockQuestion question() {
  compare::LockQuestion question;
  question.environment = "train";
  question.target = "cpu-amd-25-1";
  question.reason = "first";
  question.today = "2026-11-23";
  return question;
}

/// The whole ladder of the CPU, once.
inline compare::Measure whole() {
  return {recipe::probes(model::DeviceKind::cpu)};
}

/// What five rounds with moved inputs leave in the lock's evidence of this run.
inline model::EvidenceTable evidence(TableLaboratory& laboratory, const model::Run& run) {
  auto table = compare::evidence_of(run);
  auto wanted = whole();
  wanted.perturb = {15, 16, 17, 18, 19};
  compare::set_bands(table.records, laboratory.measure(wanted));
  return table;
}

/// The lock that `machine()` makes where nothing is turned, and its evidence.
inline model::Baseline baseline(const model::Observed& observed = machine(),
                                std::vector<std::string> quarantined = {}) {
  TableLaboratory laboratory;
  const auto run = laboratory.measure(whole());
  model::Baseline baseline;
  baseline.lock = compare::lock_of(observed, {}, run, nullptr, question(), std::move(quarantined));
  baseline.lock.runs = 5;
  baseline.evidence = evidence(laboratory, run);
  baseline.source = "index";
  return baseline;
}

inline void set(model::Observed& observed, const std::string& component, const std::string& version) {
  for (auto& each : observed.components) {
    if (each.name == component) each.version = version;
  }
}

}  // namespace envguard::inquiry::test
