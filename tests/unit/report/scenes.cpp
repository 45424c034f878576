#include "scenes.hpp"

#include <algorithm>
#include <iterator>

#include "scene_parts.hpp"

namespace envguard::report::test {

namespace {

using base::ExitCode;
using model::Outcome;
using model::Response;
using Kind = model::Difference::Kind;
using Weight = model::Difference::Weight;

Scene match() {
  return {"match", verdict({judgement(Outcome::match, ExitCode::match)})};
}

Scene match_overridden() {
  auto found = judgement(Outcome::match, ExitCode::match);
  found.differences = {difference(Kind::knob, "MKL_NUM_THREADS", "not set", "2", Weight::overridden)};
  return {"match-overridden-knob", verdict({found})};
}

/// As a GPU without the newer features has it; the policy loosens something.
Scene match_in_part() {
  auto found = judgement(Outcome::match, ExitCode::match);
  found.unsupported = 30;
  found.not_deterministic = 2;
  found.as_is = model::Numerics();
  found.as_is->layers = {{"blas", 0, 10}};
  found.as_is->unsupported = 4;
  found.notes = {"the policy lets changes of the class rounding pass (fail-on = \"precision\")"};
  return {"match-in-part", verdict({found})};
}

Scene too_few_computed() {
  auto found = judgement(Outcome::too_few_computed, ExitCode::not_judged);
  found.unsupported = 30;
  found.what =
      "the policy asks for at least 90 probes that are computed equal (least-computed), and there are 66: 30 "
      "unsupported and 0 not deterministic on both sides, 0 quarantined";
  found.next = "envguard fingerprint";
  found.notes = {"the policy asks for 90 probes that are computed equal (least-computed)"};
  return {"too-few-computed", verdict({found})};
}

Scene drift_beside_uncomputed() {
  auto found = drift();
  found.unsupported = 3;
  found.not_deterministic = 1;
  return {"drift-not-computed", verdict({found})};
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
  found.transient = {"blas.gemm_f32_256"};
  found.runs = 5;
  found.seconds = 5.6;
  found.what =
      "one process differed in 1 of 96 probes, four others gave the locked bits: possible silent data corruption";
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
  std::vector<Scene> all{match(),          match_overridden(),  match_reserved(),
                         match_in_part(),  too_few_computed(),  drift_beside_uncomputed(),
                         version_drift(),  version_rule(),      unstable(),
                         transient(),      could_not_measure(), not_locked(false),
                         not_locked(true), no_torch(false),     no_torch(true),
                         untrusted(),      several(),           hostile()};
  for (auto& more : {drift_scenes(), profile_scenes()}) std::ranges::copy(more, std::back_inserter(all));
  return all;
}

}  // namespace envguard::report::test
