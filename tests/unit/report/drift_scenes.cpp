#include "scene_parts.hpp"

namespace envguard::report::test {

using base::ExitCode;
using model::Cause;
using model::Difference;
using model::DriftClass;
using model::Response;
using Certainty = model::Cause::Certainty;
using Kind = Difference::Kind;
using Weight = Difference::Weight;
using Named = std::vector<std::string>;

namespace {

/// Every one of the 34 explained by these sets.
Cause confirmed(std::vector<Named> sufficient, std::vector<model::Experiment> experiments, std::string what) {
  return {.certainty = Certainty::confirmed,
          .sufficient = std::move(sufficient),
          .explained = 34,
          .of = 34,
          .candidates = {},
          .experiments = std::move(experiments),
          .what = std::move(what)};
}

Cause unsettled(Certainty certainty, Named candidates, std::vector<model::Experiment> experiments, std::string what) {
  return {.certainty = certainty,
          .sufficient = {},
          .of = 34,
          .candidates = std::move(candidates),
          .experiments = std::move(experiments),
          .what = std::move(what)};
}

Scene drift_version() {
  auto found = drift();
  for (auto& layer : found.layers) layer = {layer.layer, 0, layer.of};
  found.layers[3] = {"linalg", 1, 4, "linalg.svd.values"};
  found.moved = {{"linalg.svd.values", hash('a'), hash('b')}};
  auto& probe = found.moved.front();
  probe.distance = model::Distance{2.1e-3, 1.7e-3, 2.8e-3, false, true};
  probe.band = 1e-7;
  probe.drift_class = DriftClass::precision;
  found.differences = torch_upgrade();
  found.undo = {torch_back};
  found.cause = unsettled(Certainty::consistent_with, {"torch", "cuda", "cublas"}, {}, "consistent with torch");
  found.cause->of = 1;
  auto all = verdict({found});
  all.judgements.front().install->version = "2.15.0+cu132";
  return {"drift-version", all};
}

Scene drift_unexplained() {
  auto found = drift();
  found.what = "nothing that the lock records differs: the hardware moved it, or something unrecorded";
  found.cause = unsettled(Certainty::undetermined, {}, {}, found.what);
  found.next = "envguard doctor";
  found.moved.push_back({"train.transformer_adamw.w32", hash('c'), "unsupported"});
  found.moved.back().drift_class = DriftClass::wrong;
  ++found.layers.back().moved;
  found.layers.back().worst = "train.transformer_adamw.w32";
  return {"drift-nothing-recorded", verdict({found})};
}

Scene drift_never_fails() {
  auto scene = drift_knob();
  scene.name = "drift-fail-on-never";
  auto& found = scene.verdict.judgements.front();
  found.exit_code = scene.verdict.exit_code = ExitCode::match;
  found.response = Response::warn;
  for (auto& probe : found.moved) probe.weight = model::MovedProbe::Weight::tolerated;
  return scene;
}

Scene drift_each_suffices() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "DNNL_MAX_CPU_ISA", "not set", "SSE41"),
                       difference(Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "SSE41")};
  found.undo = {"unset DNNL_MAX_CPU_ISA ONEDNN_MAX_CPU_ISA"};
  found.cause = confirmed({{"DNNL_MAX_CPU_ISA"}, {"ONEDNN_MAX_CPU_ISA"}},
                          {{{"DNNL_MAX_CPU_ISA"}, 0, 34, {}},
                           {{"DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA"}, 34, 0, {}},
                           {{"ONEDNN_MAX_CPU_ISA"}, 0, 34, {}}},
                          "DNNL_MAX_CPU_ISA and ONEDNN_MAX_CPU_ISA each suffice alone; all put back, all 34 probes "
                          "return to the locked bits");
  return {"drift-each-suffices", verdict({found})};
}

Scene drift_together() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "ATEN_CPU_CAPABILITY", "not set", "avx2"),
                       difference(Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "AVX2")};
  found.undo = {"unset ATEN_CPU_CAPABILITY ONEDNN_MAX_CPU_ISA"};
  found.cause =
      confirmed({{"ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"}},
                {{{"ATEN_CPU_CAPABILITY"}, 34, 0, {}},
                 {{"ONEDNN_MAX_CPU_ISA"}, 34, 0, {}},
                 {{"ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA"}, 34, 0, {}}},
                "ATEN_CPU_CAPABILITY and ONEDNN_MAX_CPU_ISA, only together; put back, all 34 probes return to "
                "the locked bits");
  found.cause->only_together = true;
  return {"drift-together", verdict({found})};
}

/// A knob explains a part; what else differs is a version that nobody can put back.
Scene drift_in_part() {
  auto found = drift();
  found.differences = torch_upgrade();
  found.differences.insert(found.differences.begin(), difference(Kind::knob, "MKL_CBWR", "not set", "AVX2"));
  found.undo = {"unset MKL_CBWR", torch_back};
  found.cause = confirmed({{"MKL_CBWR"}}, {{{"MKL_CBWR"}, 20, 14, {}}},
                          "MKL_CBWR: put back, all 20 probes return to the locked bits; 14 probes more stay moved, "
                          "consistent with torch");
  found.cause->explained = 20;
  found.cause->candidates = {"torch", "cuda"};
  return {"drift-in-part", verdict({found})};
}

Scene drift_cut_short() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "MKL_CBWR", "not set", "AVX2"),
                       difference(Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "AVX2")};
  found.undo = {"unset MKL_CBWR ONEDNN_MAX_CPU_ISA"};
  found.cause = unsettled(Certainty::undetermined, {},
                          {{{"ONEDNN_MAX_CPU_ISA"}, 0, 34, {}}, {{"MKL_CBWR", "ONEDNN_MAX_CPU_ISA"}, 34, 0, {}}},
                          "not settled: nothing more may be spent after 2 processes");
  found.cause->explained = 34;
  found.cause->cut_short = true;
  return {"drift-cut-short", verdict({found})};
}

Scene drift_crash() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "LD_PRELOAD", "not set", "libjemalloc.so.2@8fa833c4b713")};
  found.undo = {"unset LD_PRELOAD"};
  found.cause = unsettled(Certainty::undetermined, {},
                          {{{"LD_PRELOAD"}, 0, 0, "the engine died of SIGSEGV while it opened libtorch_cpu.so"}},
                          "not settled: with LD_PRELOAD put back, the engine died of SIGSEGV while it opened "
                          "libtorch_cpu.so");
  return {"drift-experiment-crashed", verdict({found})};
}

/// One probe allowed, the ended exception of another, the rest milder than fail-on.
Scene drift_weighed(bool blocked) {
  auto scene = drift_knob();
  scene.name = blocked ? "drift-allowance-ended" : "drift-tolerated";
  auto& found = scene.verdict.judgements.front();
  for (auto& probe : found.moved) probe.weight = model::MovedProbe::Weight::tolerated;
  found.moved[1].weight = model::MovedProbe::Weight::allowed;
  found.moved[1].allowance = "the kernel was compared by hand";
  found.moved[1].allowed_until = "2027-02-01";
  if (blocked) {
    found.moved[2].weight = model::MovedProbe::Weight::blocks;
    found.notes = {"the [[allow]] of dnn.conv2d_3x3.grad_weight ended on 2026-11-01"};
    return scene;
  }
  found.exit_code = scene.verdict.exit_code = ExitCode::match;
  found.response = Response::warn;
  return scene;
}

/// Everything that a drift can have beside it.
Scene drift_beside() {
  auto scene = drift_knob();
  scene.name = "drift-beside";
  auto& found = scene.verdict.judgements.front();
  found.runs = 5;
  found.order_dependent = {"dnn.conv2d_3x3.output"};
  found.transient = {"blas.mv_f32_1031x257"};
  found.unstable = {"rng.rand_10000", "rng.randn_15"};
  found.distinct_results = 3;
  found.moved.insert(found.moved.begin(), {"rng.dropout_10000", hash('c'), hash('d')});
  found.moved.front().drift_class = DriftClass::other_stream;
  found.layers[1] = {"rng", 1, 6, "rng.dropout_10000"};
  return scene;
}

}  // namespace

Scene drift_knob() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "SSE41"),
                       difference(Kind::knob, "MKL_NUM_THREADS", "not set", "2", Weight::overridden),
                       difference(Kind::version, "numpy", "2.3.1", "2.4.0", Weight::note, "any")};
  found.undo = {"unset ONEDNN_MAX_CPU_ISA"};
  found.cause = confirmed({{"ONEDNN_MAX_CPU_ISA"}}, {{{"ONEDNN_MAX_CPU_ISA"}, 34, 0, {}}},
                          "ONEDNN_MAX_CPU_ISA: put back, all 34 probes return to the locked bits");
  return {"drift-knob", verdict({found})};
}

std::vector<Scene> drift_scenes() {
  return {drift_knob(),          drift_version(),      drift_unexplained(), drift_never_fails(),
          drift_each_suffices(), drift_together(),     drift_in_part(),     drift_cut_short(),
          drift_crash(),         drift_weighed(false), drift_weighed(true), drift_beside()};
}

}  // namespace envguard::report::test
