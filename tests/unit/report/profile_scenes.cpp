#include "scene_parts.hpp"

namespace envguard::report::test {

using base::ExitCode;
using model::Cause;
using model::Difference;
using model::DriftClass;
using model::Outcome;

namespace {

/// PyTorch's own defaults, every one as locked.
model::Numerics as_is() {
  model::Numerics numerics;
  numerics.locked_id = numerics.id = *base::Hash128::parse("5fba84d6f1be2b3a0b9d9ae0e4b7d1c2");
  numerics.layers = {{"blas", 0, 5}, {"ops", 0, 20}, {"train", 0, 9}};
  numerics.runs = 1;
  return numerics;
}

Scene match_of_both() {
  auto found = judgement(Outcome::match, ExitCode::match);
  found.as_is = as_is();
  return {"match-as-is", verdict({found})};
}

/// A thread count that strict pins and as-is feels.
Scene drift_as_is() {
  auto found = judgement(Outcome::numeric_drift, ExitCode::numeric_drift);
  found.differences = {
      difference(Difference::Kind::knob, "OMP_NUM_THREADS", "not set", "1", Difference::Weight::overridden)};
  found.undo = {"unset OMP_NUM_THREADS"};
  found.accept = accept;
  auto& numerics = found.as_is.emplace(as_is());
  numerics.id = *base::Hash128::parse("1f2ec0ffee5a4b3c2d1e0f9a8b7c6d5e");
  numerics.layers[1] = {"ops", 2, 20, "ops.sum_f32"};
  numerics.moved = {{"ops.sdpa_default_f16_d64_l128.full", "by-band", hash('b')},
                    {"ops.sum_f32", hash('a'), hash('b')}};
  for (auto& probe : numerics.moved) {
    probe.distance = model::Distance{1.2e-07, 9.6e-08, 1.6e-07, false, true};
    probe.band = 3e-7;
    probe.drift_class = DriftClass::rounding;
  }
  numerics.runs = 3;
  numerics.cause = Cause{.certainty = Cause::Certainty::confirmed,
                         .sufficient = {{"OMP_NUM_THREADS"}},
                         .explained = 2,
                         .of = 2,
                         .candidates = {},
                         .experiments = {{{"OMP_NUM_THREADS"}, 2, 0, {}}},
                         .what = "OMP_NUM_THREADS: put back, both probes return to the locked bits"};
  return {"drift-as-is", verdict({found})};
}

/// What ran before decides what they compute; nothing recorded differs.
Scene drift_by_order() {
  auto found = judgement(Outcome::numeric_drift, ExitCode::numeric_drift);
  found.id = *base::Hash128::parse("1f2ec0ffee5a4b3c2d1e0f9a8b7c6d5e");
  found.layers[4] = {"dnn", 1, 24, "dnn.conv2d_3x3.output"};
  found.moved = {{"dnn.conv2d_3x3.output", hash('a'), hash('b')}};
  found.moved.front().distance = model::Distance{1.2e-07, 9.6e-08, 1.6e-07, false, true};
  found.moved.front().band = 3e-7;
  found.moved.front().drift_class = DriftClass::rounding;
  found.order_dependent = {"dnn.conv2d_3x3.output"};
  found.runs = 3;
  found.what = "nothing that the lock records differs: the hardware moved it, or something unrecorded";
  found.cause = Cause{.sufficient = {}, .of = 1, .candidates = {}, .experiments = {}, .what = found.what};
  found.next = "envguard doctor";
  found.accept = accept;
  return {"drift-by-order", verdict({found})};
}

}  // namespace

std::vector<Scene> profile_scenes() {
  return {match_of_both(), drift_as_is(), drift_by_order()};
}

}  // namespace envguard::report::test
