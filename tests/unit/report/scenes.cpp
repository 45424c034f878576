#include "scenes.hpp"

#include "base/hash.hpp"

namespace envguard::report::test {

namespace {

using base::ExitCode;
using model::Difference;
using model::Outcome;
using model::Response;
using Kind = Difference::Kind;
using Weight = Difference::Weight;

const auto locked_id = *base::Hash128::parse("7d39e462ba902c656e7ef6406864f0e0");
const auto other_id = *base::Hash128::parse("1f2ec0ffee5a4b3c2d1e0f9a8b7c6d5e");
constexpr auto accept = "envguard lock --environment train --target cpu-amd-25-1 --reason \"…\"";

std::string hash(char digit) {
  return std::string(32, digit);
}

model::Judgement judgement(Outcome outcome, ExitCode code) {
  model::Judgement judgement;
  judgement.outcome = outcome;
  judgement.exit_code = code;
  judgement.environment = "train";
  judgement.target = "cpu-amd-25-1";
  judgement.hardware = "AuthenticAMD family 25 model 1, avx512-bf16";
  judgement.source = "index";
  judgement.locked_id = locked_id;
  judgement.id = locked_id;
  judgement.layers = {{"arith", 0, 4}, {"rng", 0, 6},  {"blas", 0, 15}, {"linalg", 0, 4},
                      {"dnn", 0, 24},  {"ops", 0, 29}, {"train", 0, 14}};
  judgement.runs = 1;
  judgement.seconds = 1.12;
  judgement.measured = "2026-11-23T08:15:00Z";
  return judgement;
}

model::Verdict verdict(std::vector<model::Judgement> judgements) {
  model::Verdict verdict;
  verdict.outcome = judgements.front().outcome;
  verdict.exit_code = judgements.front().exit_code;
  verdict.judgements = std::move(judgements);
  model::Install install;
  install.root = "/home/ada/project/.venv/lib/python3.12/site-packages/torch";
  install.library = install.root / "lib";
  install.prefix = "/home/ada/project/.venv";
  install.rule = ".venv beside uv.lock";
  install.version = "2.11.0+cu130";
  for (auto& each : verdict.judgements) each.install = install;
  return verdict;
}

model::Judgement drift() {
  auto drift = judgement(Outcome::numeric_drift, ExitCode::numeric_drift);
  drift.id = other_id;
  drift.runs = 3;
  drift.seconds = 3.36;
  for (auto& layer : drift.layers) {
    if (layer.layer == "dnn") layer.moved = 14;
    if (layer.layer == "ops") layer.moved = 9;
    if (layer.layer == "train") layer.moved = 11;
  }
  for (const auto* layer : {"dnn", "ops", "train"}) {
    const int moved = layer == std::string("dnn") ? 14 : layer == std::string("ops") ? 9 : 11;
    static const std::vector<std::string> names{"conv2d_3x3.output", "conv2d_3x3.grad_input", "conv2d_3x3.grad_weight"};
    for (int i = 0; i < moved; ++i) {
      const auto name = i < 3 ? names[static_cast<std::size_t>(i)] : "probe_" + std::to_string(i);
      auto& probe = drift.moved.emplace_back(model::MovedProbe{std::string(layer) + "." + name, hash('a'), hash('b')});
      if (i < 3) probe.distance = model::Distance{1.2e-07 * (i + 1), 9.6e-08 * (i + 1), 1.6e-07 * (i + 1), false, true};
      if (i == 0 && layer == std::string("ops")) probe.distance = model::Distance{0, 0, 0, false, false};
    }
  }
  drift.accept = accept;
  return drift;
}

Difference difference(Kind kind, std::string name, std::string locked, std::string here, Weight weight = Weight::note,
                      std::string rule = {}) {
  return {kind, std::move(name), std::move(locked), std::move(here), weight, std::move(rule)};
}

std::vector<Difference> torch_upgrade() {
  return {difference(Kind::version, "torch", "2.11.0+cu130", "2.15.0+cu132", Weight::blocks, "locked"),
          difference(Kind::version, "torch-git", "70d99e998b4955e0049d13a98d77ae1b14db1f45",
                     "1f0c2d7a9be0b8f54b1d37d0f4c7a88d0f4cbe21", Weight::blocks, "locked"),
          difference(Kind::version, "cuda", "13.0", "13.2", Weight::blocks, "locked"),
          difference(Kind::version, "cudnn", "9.19.0.56", "9.26.0.12", Weight::blocks, "locked"),
          difference(Kind::version, "nccl", "2.28.9", "2.30.1", Weight::blocks, "locked"),
          difference(Kind::version, "cublas", "13.1.0.3", "13.4.0.1", Weight::blocks, "locked"),
          difference(Kind::version, "nvrtc", "13.0.88", "13.2.12", Weight::blocks, "locked"),
          difference(Kind::version, "triton", "3.6.0", "3.8.0", Weight::note, "any"),
          difference(Kind::version, "numpy", "2.3.1", "2.4.0", Weight::note, "any")};
}

const std::string torch_back = "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130";

Scene match() {
  return {"match", verdict({judgement(Outcome::match, ExitCode::match)})};
}

Scene match_overridden() {
  auto found = judgement(Outcome::match, ExitCode::match);
  found.differences = {difference(Kind::knob, "MKL_NUM_THREADS", "not set", "2", Weight::overridden)};
  return {"match-overridden-knob", verdict({found})};
}

Scene match_reserved() {
  auto found = judgement(Outcome::match, ExitCode::match);
  found.environment = "default";
  found.kept = true;
  found.quarantined = {"ops.sum_f32"};
  found.only_here = {"ops.new_probe"};
  found.differences = {difference(Kind::version, "triton", "3.6.0", "3.8.0", Weight::excused, "locked")};
  auto all = verdict({found});
  all.findings = {{model::Finding::Severity::warning,
                   "other-torch-active",
                   "the active VIRTUAL_ENV /home/ada/other holds torch 2.15.0; judged was /home/ada/project/.venv",
                   {},
                   {}},
                  {model::Finding::Severity::warning, "stray-cudnn", "not for a match", {}, {}}};
  return {"match-with-reservations", all};
}

Scene version_drift() {
  auto found = judgement(Outcome::version_drift, ExitCode::version_drift);
  found.differences = torch_upgrade();
  found.undo = {torch_back};
  found.accept = accept;
  auto all = verdict({found});
  all.judgements.front().install->version = "2.15.0+cu132";
  return {"version-drift", all};
}

Scene version_rule() {
  auto found = judgement(Outcome::version_drift, ExitCode::version_drift);
  found.differences = {difference(Kind::version, "python", "3.11.2", "3.11.2", Weight::blocks, "==3.12.*"),
                       difference(Kind::version, "numpy", "2.3.1", "1.26.4", Weight::blocks, ">=2"),
                       difference(Kind::version, "flash-attn", "not found", "not found", Weight::blocks, ">=2.8")};
  found.undo = {"pip install numpy==2.3.1 'flash-attn>=2.8'",
                "# install a python in ==3.12.*, which the policy asks for"};
  found.notes = {"the policy asks for python ==3.12.*: a relock does not change that, [versions] does",
                 "the policy asks for numpy >=2: a relock does not change that, [versions] does"};
  return {"version-drift-rule", verdict({found})};
}

Scene drift_knob() {
  auto found = drift();
  found.differences = {difference(Kind::knob, "ONEDNN_MAX_CPU_ISA", "not set", "SSE41"),
                       difference(Kind::knob, "MKL_NUM_THREADS", "not set", "2", Weight::overridden),
                       difference(Kind::version, "numpy", "2.3.1", "2.4.0", Weight::note, "any")};
  found.undo = {"unset ONEDNN_MAX_CPU_ISA"};
  return {"drift-knob", verdict({found})};
}

Scene drift_version() {
  auto found = drift();
  for (auto& layer : found.layers) layer.moved = layer.layer == "linalg" ? 1 : 0;
  found.moved = {{"linalg.svdvals", hash('a'), hash('b')}};
  found.differences = torch_upgrade();
  found.undo = {torch_back};
  auto all = verdict({found});
  all.judgements.front().install->version = "2.15.0+cu132";
  return {"drift-version", all};
}

Scene drift_unexplained() {
  auto found = drift();
  found.what = "nothing that the lock records differs: the hardware moved it, or something unrecorded";
  found.next = "envguard doctor";
  found.moved.push_back({"train.transformer_adamw.w32", hash('c'), "unsupported"});
  ++found.layers.back().moved;
  return {"drift-nothing-recorded", verdict({found})};
}

Scene drift_never_fails() {
  auto scene = drift_knob();
  scene.name = "drift-fail-on-never";
  auto& found = scene.verdict.judgements.front();
  found.exit_code = scene.verdict.exit_code = ExitCode::match;
  found.response = Response::warn;
  return scene;
}

Scene unstable() {
  auto found = judgement(Outcome::unstable, ExitCode::unstable);
  found.moved = drift().moved;
  found.unstable = {"blas.gemm_f32_257x1031x129", "blas.gemm_f32_256", "blas.mv_f32", "dnn.lstm.output",
                    "train.cnn_sgd.w32"};
  found.distinct_results = 4;
  found.runs = 4;
  found.seconds = 4.5;
  found.what = "5 probes do not repeat: 4 runs in fresh processes gave 4 different results";
  found.next = "envguard doctor";
  return {"unstable", verdict({found})};
}

Scene transient() {
  auto found = judgement(Outcome::transient, ExitCode::match);
  found.response = Response::warn;
  found.moved = {{"blas.gemm_f32_256", hash('a'), hash('b')}};
  found.runs = 5;
  found.seconds = 5.6;
  found.what =
      "the first run differed in 1 of 96 probes, four whole reruns gave the locked bits: possible silent data "
      "corruption";
  found.next = "envguard check --no-cache";
  return {"transient", verdict({found})};
}

Scene could_not_measure() {
  auto found = judgement(Outcome::could_not_measure, ExitCode::could_not_measure);
  found.layers.clear();
  found.id = {};
  found.what = "the engine died of SIGSEGV in train.cnn_sgd";
  found.next = "envguard check --no-cache -v";
  auto all = verdict({found});
  all.findings = {{model::Finding::Severity::error, "stray-cudnn",
                   "libcudnn_graph.so.9 would load from /opt/cudnn/lib under the wheel's libcudnn.so.9",
                   "LD_LIBRARY_PATH", "unset LD_LIBRARY_PATH"}};
  return {"could-not-measure", all};
}

model::Judgement not_judged(Outcome outcome, std::string what, std::string next) {
  model::Judgement found;
  found.outcome = outcome;
  found.exit_code = ExitCode::not_judged;
  found.environment = "train";
  found.what = std::move(what);
  found.next = std::move(next);
  return found;
}

Scene not_locked(bool passes) {
  auto found =
      not_judged(Outcome::not_locked,
                 "this machine is AuthenticAMD family 25 model 97, avx512-bf16; locked: h200 (NVIDIA H200, compute "
                 "capability 9.0, 132 SMs), cpu-amd-25-1 (AuthenticAMD family 25 model 1, avx512-bf16)",
                 "envguard lock --environment train --target cpu-amd-25-97");
  found.accept = found.next;
  if (passes) {
    found.response = Response::warn;
    found.exit_code = ExitCode::match;
  }
  return {passes ? "not-locked-warns" : "not-locked", verdict({found})};
}

Scene no_torch(bool passes) {
  auto found = not_judged(Outcome::no_torch, "no PyTorch was found", "envguard doctor");
  found.notes = {"VIRTUAL_ENV=/home/ada/other: no torch", "python3 on PATH (/usr/bin/python3): no torch"};
  if (passes) {
    found.response = Response::pass;
    found.exit_code = ExitCode::match;
  }
  auto all = verdict({found});
  all.judgements.front().install.reset();
  return {passes ? "no-torch-passes" : "no-torch", all};
}

Scene untrusted() {
  auto found =
      not_judged(Outcome::untrusted,
                 "/home/ada/project/.venv/lib/python3.12/site-packages/torch/lib/libtorch.so is tracked by git; "
                 "opening it would run what the repository holds",
                 "untrack it (git rm -r --cached .venv), or choose another install with --torch or ENVGUARD_TORCH");
  found.exit_code = ExitCode::untrusted;
  return {"untrusted", verdict({found})};
}

Scene several() {
  auto gpu = drift_knob().verdict.judgements.front();
  gpu.target = "h200";
  gpu.device.kind = model::DeviceKind::cuda;
  gpu.hardware = "NVIDIA H200, compute capability 9.0, 132 SMs";
  gpu.differences = {difference(Kind::knob, "NVIDIA_TF32_OVERRIDE", "not set", "1")};
  gpu.undo = {"unset NVIDIA_TF32_OVERRIDE"};
  gpu.accept = "envguard lock --environment train --target h200 --reason \"…\"";
  return {"several", verdict({gpu, judgement(Outcome::match, ExitCode::match)})};
}

Scene hostile() {
  auto found = drift();
  found.environment = "tr\x1b[2Jain";
  found.target =
      "\xe2\x80\xae"
      "evil";
  found.differences = {difference(Kind::version, "torch\n::error::", "2.11\x07", "\xff\xfe", Weight::blocks, "locked")};
  found.undo = {"# torch\x1b]0;x\x07"};
  found.accept = "envguard lock --environment 'tr\x1b[2Jain'";
  found.notes = {
      "\x9b"
      "31m"};
  return {"hostile", verdict({found})};
}

}  // namespace

std::vector<Scene> scenes() {
  return {
      match(),           match_overridden(),  match_reserved(),    version_drift(), version_rule(), drift_knob(),
      drift_version(),   drift_unexplained(), drift_never_fails(), unstable(),      transient(),    could_not_measure(),
      not_locked(false), not_locked(true),    no_torch(false),     no_torch(true),  untrusted(),    several(),
      hostile()};
}

}  // namespace envguard::report::test
