#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/diff.hpp"
#include "codec/fingerprint.hpp"
#include "codec/hooks.hpp"
#include "codec/lock_result.hpp"
#include "codec/status.hpp"
#include "report/diff.hpp"
#include "report/fingerprint.hpp"
#include "report/hooks.hpp"
#include "report/lock.hpp"
#include "report/status.hpp"
#include "report/try.hpp"

#include "scenes.hpp"

namespace envguard::report {
namespace {

using model::Difference;
using model::LockDiff;
using model::LockResult;
using test::expect_golden;

const auto old_id = *base::Hash128::parse("7d39e462ba902c656e7ef6406864f0e0");
const auto new_id = *base::Hash128::parse("1f2ec0ffee5a4b3c2d1e0f9a8b7c6d5e");
const model::CpuKey cpu{"AuthenticAMD", 25, 1, "avx512-bf16"};

LockDiff relock() {
  LockDiff diff;
  diff.environment = "train";
  diff.target = "cpu-amd-25-1";
  diff.older = "main";
  diff.newer = "work tree";
  diff.older_locked = "2026-11-20";
  diff.newer_locked = "2026-11-23";
  diff.older_hardware = diff.newer_hardware = model::describe(cpu);
  diff.older_id = old_id;
  diff.newer_id = new_id;
  diff.reason = "NGC 26.02 -> 26.04";
  diff.differences = {
      {Difference::Kind::knob, "MKL_CBWR", "not set", "COMPATIBLE", Difference::Weight::note, {}},
      {Difference::Kind::knob, "OMP_NUM_THREADS", "not set", "4", Difference::Weight::overridden, {}},
      {Difference::Kind::version, "torch", "2.11.0+cu130", "2.15.0+cu132", Difference::Weight::note, {}},
      {Difference::Kind::version,
       "torch-git",
       "70d99e998b4955e0049d13a98d77ae1b14db1f45",
       "1f0c2d7a9be0b8f54b1d37d0f4c7a88d0f4cbe21",
       Difference::Weight::note,
       {}},
      {Difference::Kind::build, "blas", "mkl", "openblas", Difference::Weight::note, {}}};
  diff.layers = {{"blas", 0, 15}, {"linalg", 3, 4}, {"ops", 6, 29}};
  diff.moved = {{"linalg.cholesky", "a", "b"}, {"linalg.qr", "a", "b"},   {"linalg.svdvals", "a", "b"},
                {"ops.exp", "a", "b"},         {"ops.log", "a", "b"},     {"ops.tanh", "a", "b"},
                {"ops.gelu", "a", "b"},        {"ops.softmax", "a", "b"}, {"ops.var", "a", "b"}};
  for (auto& probe : diff.moved) {
    probe.distance = model::Distance{2e-7, 1.6e-7, 2.6e-7, false, true};
    probe.band = 1e-7;
    probe.drift_class = model::DriftClass::rounding;
  }
  diff.moved[2] = {"linalg.svdvals", "a", "unsupported"};
  diff.moved[2].drift_class = model::DriftClass::wrong;
  diff.layers[1].worst = "linalg.svdvals";
  diff.layers[2].worst = "ops.exp";
  diff.only_newer = {"ops.fft_rfft_1021"};
  diff.quarantined_newer = {"ops.sum_f32"};
  return diff;
}

LockDiff same() {
  auto diff = relock();
  diff.differences.clear();
  diff.moved.clear();
  diff.only_newer.clear();
  diff.quarantined_newer.clear();
  diff.newer_id = diff.older_id;
  for (auto& layer : diff.layers) layer.moved = 0;
  return diff;
}

LockDiff added() {
  LockDiff diff;
  diff.kind = LockDiff::Kind::added;
  diff.environment = "train";
  diff.target = "h200";
  diff.newer = "work tree";
  diff.newer_locked = "2026-11-23";
  diff.newer_hardware = "NVIDIA H200, compute capability 9.0, 132 SMs";
  diff.newer_id = new_id;
  diff.reason = "new runner";
  diff.only_newer = {"blas.gemm_f32_256", "blas.mv_f32"};
  return diff;
}

LockResult first_lock() {
  LockResult result;
  result.lock.environment = "train";
  result.lock.target = "cpu-amd-25-1";
  result.lock.key = cpu;
  result.lock.id = old_id;
  result.lock.locked = "2026-11-23";
  result.lock.versions = {{"torch", "2.11.0+cu130"}, {"cudnn", "9.19.0.56"}};
  result.lock.runs = 5;
  result.lock.strict.assign(96, {"blas.gemm_f32_256", std::string(32, 'a')});
  result.path = "envguard.lock.d/train/cpu-amd-25-1.toml";
  result.band_rounds = 19;
  result.flip_rate_excluded = 0.4507;
  result.seconds = 5.5;
  return result;
}

model::Status status() {
  model::Status status;
  model::StatusRow here;
  here.environment = "train";
  here.target = "cpu-amd-25-1";
  here.torch = "2.11.0+cu130";
  here.locked = "2026-11-23";
  here.id = old_id;
  here.probes = 96;
  here.runs = 5;
  here.fits_here = true;
  here.reason = "first lock";
  here.quarantined = 1;
  model::StatusRow missing;
  missing.state = model::StatusRow::State::missing;
  missing.environment = "train";
  missing.target = "h200";
  missing.required = true;
  auto older = here;
  older.state = model::StatusRow::State::older_recipe;
  older.target = "cpu-intel-6-143";
  older.fits_here = false;
  older.quarantined = 0;
  older.reason = "a reason that a person wrote at some length, since the upgrade moved more than anybody had expected";
  auto broken = missing;
  broken.state = model::StatusRow::State::unreadable;
  broken.target = "l4";
  broken.required = false;
  broken.note = "envguard.lock.d/train/l4.toml: the id does not follow from its lines";
  status.rows = {here, missing, older, broken};
  status.notes = {"pre-commit hook: installed"};
  return status;
}

model::Fingerprint fingerprint() {
  model::Fingerprint fingerprint;
  fingerprint.hardware = model::describe(cpu);
  fingerprint.install.version = "2.11.0+cu130";
  fingerprint.install.prefix = "/home/ada/project/.venv";
  fingerprint.install.rule = "--torch";
  fingerprint.recipe = 1;
  fingerprint.lines = {{"arith.exp", std::string(32, 'a')},
                       {"arith.sin", std::string(32, 'b')},
                       {"blas.gemm_f32_256", std::string(32, 'c')},
                       {"ops.sdpa_flash", "unsupported"}};
  fingerprint.id = model::fingerprint_id(fingerprint.lines);
  fingerprint.knobs = {{"MKL_CBWR", "AVX2"}};
  fingerprint.seconds = 1.08;
  return fingerprint;
}

void expect_text(const std::string& name, const auto& print) {
  expect_golden(name + ".txt", print(Style{}));
  expect_golden(name + ".120.txt", print(Style{false, 120}));
  expect_golden(name + ".color.txt", print(Style{true, 80}));
}

TEST(DiffText, IsTheGoldenOne) {
  auto removed = added();
  removed.kind = LockDiff::Kind::removed;
  std::swap(removed.older, removed.newer);
  std::swap(removed.older_locked, removed.newer_locked);
  std::swap(removed.older_hardware, removed.newer_hardware);
  std::swap(removed.older_id, removed.newer_id);
  std::swap(removed.only_older, removed.only_newer);
  removed.reason.clear();
  removed.target = "l4";
  auto other_key = relock();
  other_key.same_key = false;
  other_key.newer_hardware = "AuthenticAMD family 25 model 97, avx512-bf16";
  const std::vector<LockDiff> diffs{relock(), same(), added(), removed, other_key};
  expect_text("diff", [&](const Style& style) { return diff_text(diffs, style); });
  expect_golden("diff.json", codec::write_diff(diffs));
  test::expect_schema("diff", codec::write_diff(diffs));
  EXPECT_EQ(diff_text({}, {}), "no lock on either side\n");
}

TEST(LockText, IsTheGoldenOne) {
  auto again = first_lock();
  again.diff = relock();
  again.lock.reason = again.diff->reason;
  again.lock.change =
      model::Change{{"torch 2.11.0 -> 2.15.0"},
                    {},
                    {{"linalg", 3, 4, "svdvals", "", "wrong"}, {"ops", 6, 29, "exp", "2.0e-07", "rounding"}}};
  again.lock.id = new_id;
  again.lock.versions.front().second = "2.15.0+cu132";
  again.lock.quarantined = {"ops.sum_f32"};
  again.lock.strict.at(1).second = "unsupported";
  auto would = again;
  would.action = LockResult::Action::would_write;
  auto unchanged = first_lock();
  unchanged.action = LockResult::Action::unchanged;
  auto stays = unchanged;
  stays.action = LockResult::Action::would_stay;
  expect_text("lock-first", [&](const Style& style) { return lock_text(first_lock(), style); });
  expect_text("lock-again", [&](const Style& style) { return lock_text(again, style); });
  expect_text("lock-would-write", [&](const Style& style) { return lock_text(would, style); });
  expect_text("lock-unchanged", [&](const Style& style) { return lock_text(unchanged, style); });
  expect_text("lock-would-stay", [&](const Style& style) { return lock_text(stays, style); });
  expect_golden("lock-again.json", codec::write_lock_result(again));
  test::expect_schema("lock_result", codec::write_lock_result(again));
  expect_golden("lock-unchanged.json", codec::write_lock_result(unchanged));
  test::expect_schema("lock_result", codec::write_lock_result(unchanged));
}

TEST(HooksText, ClaimsOfAnOlderHookOnlyWhatTheScriptDoes) {
  model::HookReport report;
  report.hooks = {{"pre-commit", "/r/pre-commit", model::HookState::installed, "/e", "/r/pre-commit.before-envguard"}};
  EXPECT_EQ(hooks_text(report, {}),
            "pre-commit        installed  /r/pre-commit\n"
            "                  runs first, if executable: /r/pre-commit.before-envguard\n");
}

TEST(HooksText, IsTheGoldenOne) {
  model::HookReport report;
  report.hooks = {
      {"pre-commit", "/r/.git/hooks/pre-commit", model::HookState::installed, "/opt/bin/envguard", ""},
      {"pre-merge-commit", "/r/.git/hooks/pre-merge-commit", model::HookState::foreign, "", ""},
      {"pre-commit", "/s/pre-commit", model::HookState::program_gone, "/gone/envguard", "/s/pre-commit.old"},
      {"pre-merge-commit", "/s/pre-merge-commit", model::HookState::absent, "", ""}};
  report.notes = {"core.hooksPath is set globally: every repository of yours runs these hooks"};
  expect_text("hooks", [&](const Style& style) { return hooks_text(report, style); });
  expect_golden("hooks.json", codec::write_hooks(report));
  test::expect_schema("hooks", codec::write_hooks(report));
}

TEST(StatusText, IsTheGoldenOne) {
  expect_text("status", [&](const Style& style) { return status_text(status(), style); });
  expect_text("status-empty", [&](const Style& style) { return status_text({}, style); });
  expect_golden("status.json", codec::write_status(status()));
  test::expect_schema("status", codec::write_status(status()));
}

TEST(FingerprintText, IsTheGoldenOne) {
  expect_text("fingerprint", [&](const Style& style) { return fingerprint_text(fingerprint(), style); });
  expect_golden("fingerprint.json", codec::write_fingerprint(fingerprint()));
  test::expect_schema("fingerprint", codec::write_fingerprint(fingerprint()));
}

TEST(TryText, IsTheGoldenOne) {
  model::Observed observed;
  observed.install = fingerprint().install;
  observed.components = {{"cuda", "13.0", {}}, {"cudnn", "9.19.0.56", {}}, {"python", "3.12.4", {}}};
  observed.cpu = cpu;
  const std::vector<KnobTurned> felt{
      {"ONEDNN_MAX_CPU_ISA", "AVX2", {{"dnn", 0, 24}, {"train", 0, 14}}},
      {"ONEDNN_MAX_CPU_ISA", "SSE41", {{"blas", 0, 15}, {"dnn", 14, 24}, {"train", 11, 14}}}};
  const std::vector<KnobTurned> unfelt{felt.front()};
  expect_text("try", [&](const Style& style) {
    return try_environment(observed, {}, style) + "\n" + try_fingerprint(fingerprint(), fingerprint().id, style) +
           "\n" + try_knobs(felt, style) + "\n" + try_next(true, style);
  });
  expect_text("try-unfelt", [&](const Style& style) {
    return try_fingerprint(fingerprint(), new_id, style) + "\n" + try_knobs(unfelt, style) + "\n" +
           try_next(false, style);
  });
}

}  // namespace
}  // namespace envguard::report
