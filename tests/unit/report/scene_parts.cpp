#include "scene_parts.hpp"

#include "base/hash.hpp"

namespace envguard::report::test {

using base::ExitCode;
using model::Difference;
using model::Outcome;
using Kind = Difference::Kind;
using Weight = Difference::Weight;

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
  judgement.locked_id = judgement.id = *base::Hash128::parse("7d39e462ba902c656e7ef6406864f0e0");
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

Difference difference(Kind kind, std::string name, std::string locked, std::string here, Weight weight,
                      std::string rule) {
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

model::Judgement drift() {
  auto drift = judgement(Outcome::numeric_drift, ExitCode::numeric_drift);
  drift.id = *base::Hash128::parse("1f2ec0ffee5a4b3c2d1e0f9a8b7c6d5e");
  drift.runs = 3;
  drift.seconds = 3.36;
  for (auto& layer : drift.layers) {
    if (layer.layer == "dnn") layer = {"dnn", 14, 24, "dnn.conv2d_3x3.grad_weight"};
    if (layer.layer == "ops") layer = {"ops", 9, 29, "ops.conv2d_3x3.grad_weight"};
    if (layer.layer == "train") layer = {"train", 11, 14, "train.conv2d_3x3.grad_weight"};
  }
  for (const auto* layer : {"dnn", "ops", "train"}) {
    const int moved = layer == std::string("dnn") ? 14 : layer == std::string("ops") ? 9 : 11;
    static const std::vector<std::string> names{"conv2d_3x3.output", "conv2d_3x3.grad_input", "conv2d_3x3.grad_weight"};
    for (int i = 0; i < moved; ++i) {
      const auto name = i < 3 ? names[static_cast<std::size_t>(i)] : "probe_" + std::to_string(i);
      auto& probe = drift.moved.emplace_back(model::MovedProbe{std::string(layer) + "." + name, hash('a'), hash('b')});
      if (i >= 3) continue;
      probe.distance = model::Distance{1.2e-07 * (i + 1), 9.6e-08 * (i + 1), 1.6e-07 * (i + 1), false, true};
      probe.band = 3e-7;
      if (layer == std::string("train")) continue;
      probe.drift_class = model::DriftClass::rounding;
      if (layer == std::string("dnn")) continue;
      if (i == 0) probe.distance = model::Distance{0, 0, 0, false, false};
      if (i < 2) continue;
      probe.band = 8e-8;
      probe.drift_class = model::DriftClass::precision;
      probe.borderline = true;
    }
  }
  drift.accept = accept;
  return drift;
}

}  // namespace envguard::report::test
