#include <filesystem>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "codec/protocol.hpp"
#include "process/interrupt.hpp"
#include "recipe/table.hpp"
#include "runner/plan.hpp"
#include "runner/runner.hpp"

#include "running.hpp"

namespace envguard::runner {
namespace {

using namespace std::chrono_literals;
using Kind = model::Fault::Kind;
using testing::HasSubstr;
using testing::IsEmpty;

/// Runs one of the fake engines, then looks for whatever it may have left behind.
class Faults : public testing::Test {
 protected:
  Faults() {
    temporary_ = testing::TempDir() + "/faults-" + std::to_string(::getpid());
    std::filesystem::create_directories(temporary_);
    setup_.build = "0.1.0-test";
    setup_.caller = {
        {"PATH", "/usr/bin:/bin"}, {"TMPDIR", temporary_}, {"GIT_INDEX_FILE", "x"}, {"MKL_NUM_THREADS", "7"}};
    setup_.deadlines = {.opening = 60s, .probe = 60s};
    setup_.kill = [this](pid_t session) {
      sessions_.push_back(session);
      process::kill_session(session);
    };
  }

  ~Faults() override {
    EXPECT_TRUE(std::filesystem::is_empty(temporary_)) << "the engine's folder is still there";
    std::filesystem::remove_all(temporary_);
    EXPECT_FALSE(sessions_.empty());
    for (const auto session : sessions_) EXPECT_TRUE(test::session_ends(session)) << "session " << session;
  }

  model::Run run(const std::string& engine, model::Plan plan = plan_of({"blas.a", "blas.b", "blas.c"}),
                 std::chrono::milliseconds deadline = 120s) {
    setup_.engine = std::filesystem::path(ENGINES) / engine;
    return Runner(setup_).run(plan, deadline, watch_);
  }

  static model::Plan plan_of(const std::vector<std::string>& probes) {
    return make_plan({}, {}, model::Profile::strict, probes, {});
  }

  static void expect_fault(const model::Run& run, Kind kind, const std::string& what, const std::string& probe = "") {
    ASSERT_TRUE(run.fault);
    EXPECT_EQ(name(run.fault->kind), name(kind));
    EXPECT_THAT(run.fault->what, HasSubstr(what));
    EXPECT_EQ(run.fault->probe, probe);
    EXPECT_FALSE(run.whole());
  }

  std::filesystem::path temporary_;
  runner::Setup setup_;
  Watch watch_;
  std::vector<pid_t> sessions_;
};

TEST_F(Faults, NoneAtAll) {
  std::vector<std::string> told;
  watch_.progress = [&](const Progress& progress) {
    told.push_back(std::to_string(progress.done) + "/" + std::to_string(progress.of) + " " + progress.name);
  };
  const auto run = this->run("well");
  EXPECT_FALSE(run.fault) << run.fault->what;
  EXPECT_TRUE(run.whole());
  EXPECT_FALSE(run.resumed);
  EXPECT_EQ(run.build, setup_.build);
  EXPECT_EQ(run.torch_version, "2.11.0");
  ASSERT_EQ(run.probes.size(), 3U);
  EXPECT_EQ(run.probes[1].id, "blas.b");
  EXPECT_EQ(run.probes[1].hash, base::hash128("blas.b"));
  EXPECT_EQ(run.libraries.size(), 1U);
  EXPECT_EQ(run.output, "CUDA_VISIBLE_DEVICES= device=cpu\n");
  EXPECT_THAT(told,
              testing::ElementsAre("0/3 /fake/libtorch.so", "0/3 2.11.0", "0/3 blas.a", "1/3 blas.b", "2/3 blas.c"));
  std::map<std::string, model::Variable> variables;
  for (const auto& variable : run.environment) variables[variable.name] = variable;
  EXPECT_EQ(variables.at("PATH").origin, "caller");
  EXPECT_EQ(variables.at("MKL_NUM_THREADS").value, "1");
  EXPECT_EQ(variables.at("MKL_NUM_THREADS").origin, "profile strict");
  EXPECT_FALSE(variables.at("GIT_INDEX_FILE").value);
}

TEST_F(Faults, NoneInAnyRound) {
  auto plan = plan_of({"blas.a", "blas.b"});
  plan.perturb = {7, 9, 11};
  std::vector<std::string> told;
  watch_.progress = [&](const Progress& progress) {
    told.push_back(std::to_string(progress.done) + "/" + std::to_string(progress.of));
  };
  const auto run = this->run("well", plan);
  EXPECT_TRUE(run.whole()) << run.fault->what;
  ASSERT_EQ(run.rounds.size(), 3U);
  for (const auto& round : run.rounds) EXPECT_EQ(round.size(), 2U);
  EXPECT_THAT(run.probes, IsEmpty());
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), "5/6");
}

TEST_F(Faults, DiesInARound) {
  auto plan = plan_of({"blas.a", "blas.b"});
  plan.perturb = {7, 9};
  const auto run = this->run("dies_in_a_round", plan);
  expect_fault(run, Kind::crashed, "the engine died of SIGFPE in blas.b", "blas.b");
  ASSERT_EQ(run.rounds.size(), 2U) << "what came before is kept";
  EXPECT_EQ(run.rounds[0].size(), 2U);
  EXPECT_EQ(run.rounds[1].size(), 1U);
}

TEST_F(Faults, ALostGpuEndsEveryRound) {
  auto plan = plan_of({"blas.a", "blas.b"});
  plan.perturb = {7, 9};
  const auto run = this->run("cuda_error_in_a_round", plan);
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(name(run.fault->kind), name(Kind::cuda_error));
  EXPECT_FALSE(run.resumed);
}

TEST_F(Faults, AGpuIsChosenByItsUuid) {
  setup_.gpu_uuids = {{0, "GPU-a"}, {1, "GPU-b"}};
  auto plan = plan_of({"blas.a"});
  plan.device = {model::DeviceKind::cuda, 1};
  const auto run = this->run("well", plan);
  EXPECT_TRUE(run.whole());
  EXPECT_EQ(run.output, "CUDA_VISIBLE_DEVICES=GPU-b device=cuda:0\n");
  EXPECT_EQ(run.plan.device, plan.device);
}

TEST_F(Faults, DiesWhileOpening) {
  const auto run = this->run("dies_while_opening");
  expect_fault(run, Kind::crashed, "the engine died of SIGSEGV while it opened /fake/libtorch.so");
  EXPECT_THAT(run.output, HasSubstr("symbol lookup error\n"));
}

TEST_F(Faults, DiesInAProbe) {
  const auto run = this->run("dies_in_a_probe");
  expect_fault(run, Kind::crashed, "the engine died of SIGFPE in blas.c", "blas.c");
  EXPECT_EQ(run.probes.size(), 1U) << "what came before is kept";
}

TEST_F(Faults, NotOpened) {
  expect_fault(run("not_opened"), Kind::not_opened, "torch 2.9.1 is older than 2.10 (looked for: torch 2.10)");
}

TEST_F(Faults, HangsWhileOpening) {
  setup_.deadlines.opening = 300ms;
  expect_fault(run("hangs_while_opening"), Kind::timed_out,
               "the engine did not answer within 0.3 s while it opened /fake/libcuda.so.1");
}

TEST_F(Faults, EachLibraryHasTheDeadlineOfOpening) {
  setup_.deadlines.opening = 1500ms;
  const auto run = this->run("opens_slowly");
  EXPECT_TRUE(run.whole()) << run.fault->what;
}

TEST_F(Faults, HangsInAProbe) {
  setup_.deadlines.probe = 300ms;
  expect_fault(run("hangs_in_a_probe"), Kind::timed_out, "the engine did not answer within 0.3 s in blas.a", "blas.a");
}

TEST_F(Faults, NeverEnds) {
  expect_fault(run("never_ends", plan_of({"blas.a"}), 1s), Kind::timed_out,
               "the engine was ended at the deadline of the whole measurement (1 s) in blas.a", "blas.a");
}

TEST_F(Faults, FloodsStdout) {
  const auto run = this->run("floods_stdout");
  EXPECT_TRUE(run.whole());
  EXPECT_EQ(run.output.size(), 64U << 10);
  EXPECT_TRUE(run.output.ends_with("x\nthe last words\n"));
}

TEST_F(Faults, FloodsResults) {
  expect_fault(run("floods_results"), Kind::bad_protocol, "the engine wrote a line of more than 64 KiB");
}

TEST_F(Faults, Rubbish) {
  const auto run = this->run("rubbish");
  expect_fault(run, Kind::bad_protocol, "wrote what is not of the protocol (not JSON: \"\\x1b[31m what is this?\")");
  EXPECT_THAT(run.probes, IsEmpty());
}

TEST_F(Faults, HalfALine) {
  expect_fault(run("half_a_line"), Kind::no_done, "the engine ended in the middle of a line");
}

TEST_F(Faults, NoLastLine) {
  const auto run = this->run("no_last_line");
  expect_fault(run, Kind::no_done, "the engine ended with status 0 and without its last line in blas.c", "blas.c");
  EXPECT_EQ(run.probes.size(), 3U);
}

TEST_F(Faults, AnswersTooLittle) {
  expect_fault(run("answers_too_little"), Kind::bad_protocol, "3 probes asked for, 1 came", "blas.a");
}

TEST_F(Faults, EndsBadly) {
  expect_fault(run("ends_badly"), Kind::crashed, "the engine ended with status 23 after its last line");
}

TEST_F(Faults, OtherBuild) {
  expect_fault(
      run("other_build"), Kind::other_build,
      "envguard is build 0.1.0-test (protocol 1, recipe 3), the engine is build 0.0.9-other (protocol 1, recipe 1)");
}

TEST_F(Faults, OtherProtocol) {
  expect_fault(run("other_protocol"), Kind::other_build, "(protocol 2, recipe 3)");
}

TEST_F(Faults, IgnoresSigterm) {
  setup_.deadlines.probe = 300ms;
  expect_fault(run("ignores_sigterm"), Kind::timed_out, "did not answer within 0.3 s in blas.a", "blas.a");
}

TEST_F(Faults, LeavesGrandchildren) {
  EXPECT_TRUE(run("leaves_a_grandchild").whole());
  ASSERT_EQ(sessions_.size(), 1U);
}

TEST_F(Faults, StaysAfterTheLastLine) {
  EXPECT_TRUE(run("stays_after_the_last_line").whole());
}

TEST_F(Faults, WillNotDie) {
  setup_.deadlines.probe = 300ms;
  setup_.kill = [this](pid_t session) { sessions_.push_back(session); };
  const auto run = this->run("hangs_in_a_probe");
  ASSERT_FALSE(sessions_.empty());
  expect_fault(
      run, Kind::will_not_die,
      "did not answer within 0.3 s in blas.a; process " + std::to_string(sessions_.front()) + " does not die (state S)",
      "blas.a");
  process::kill_session(sessions_.front());
}

TEST_F(Faults, ACudaErrorIsResumedAtMostThreeTimes) {
  const auto run = this->run("cuda_error", plan_of({"a.1", "a.2", "a.3", "a.4", "a.5"}));
  expect_fault(run, Kind::cuda_error, "a CUDA error in a.2: CUDA error: unspecified", "a.2");
  EXPECT_TRUE(run.resumed);
  ASSERT_EQ(run.probes.size(), 5U);
  EXPECT_EQ(run.probes[4].status, model::ProbeStatus::ok);
  EXPECT_EQ(run.libraries.size(), 1U) << "each library once";
  EXPECT_EQ(run.plan.probes.size(), 5U);
  EXPECT_EQ(sessions_.size(), 3U);

  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("a." + std::to_string(i));
  sessions_.clear();
  EXPECT_EQ(this->run("cuda_error", plan_of(many)).probes.size(), 8U);
  EXPECT_EQ(sessions_.size(), 4U);
}

/// What began it is named, whatever the processes after it ran into.
TEST_F(Faults, TheFirstFaultIsKept) {
  const auto plan = plan_of({"a.1", "a.2", "a.3", "a.4"});
  expect_fault(run("cuda_error_then_not_opened", plan), Kind::cuda_error,
               "a CUDA error in a.2: CUDA error: unspecified; then torch 2.9.1 is older than 2.10", "a.2");
  setup_.deadlines.probe = 300ms;
  expect_fault(run("cuda_error_then_hangs", plan), Kind::cuda_error,
               "unspecified; then the engine did not answer within 0.3 s in a.3", "a.2");
  setup_.kill = [this](pid_t session) { sessions_.push_back(session); };
  expect_fault(run("cuda_error_then_hangs", plan), Kind::will_not_die, "a CUDA error in a.2: ", "a.2");
  for (const auto session : sessions_) process::kill_session(session);
}

TEST_F(Faults, TheRestOfAFailedUnitIsNotAskedForAgain) {
  const auto& units = recipe::units();
  const auto unit = std::ranges::find_if(units, [](const auto& one) { return one.outputs.size() > 2; });
  ASSERT_NE(unit, units.end());
  std::vector<std::string> probes;
  for (const auto& output : unit->outputs) probes.push_back(output.id);
  probes.emplace_back("other.unit");
  const auto run = this->run("cuda_error", plan_of(probes));
  ASSERT_EQ(run.probes.size(), 3U);
  EXPECT_EQ(run.probes[2].id, "other.unit");
  EXPECT_FALSE(run.whole());
}

TEST_F(Faults, TensorsAreHandedOver) {
  std::vector<std::string> tensors;
  watch_.tensor = [&](const std::string& id, std::span<const std::byte> bytes) {
    tensors.push_back(id + ": " + std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  };
  EXPECT_TRUE(run("keeps_bytes", plan_of({"blas.a", "blas.b"})).whole());
  EXPECT_THAT(tensors, testing::ElementsAre("blas.a: tensor of blas.a", "blas.b: tensor of blas.b"));
  tensors.clear();
  expect_fault(run("bytes_beyond_the_end", plan_of({"blas.a"})), Kind::bad_protocol,
               "a tensor beyond the end of its file");
  EXPECT_THAT(tensors, IsEmpty());
}

TEST_F(Faults, AnInterruptionEndsTheSessionAndThrows) {
  const process::Interrupt interrupt;
  try {
    (void)run("interrupts_its_caller");
    ADD_FAILURE() << "not interrupted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::interrupted);
    EXPECT_EQ(error.message(), "interrupted by SIGINT");
  }
}

TEST(NoEngine, IsNamed) {
  runner::Setup setup;
  setup.engine = "/nowhere/envguard-engine";
  const auto run = Runner(setup).run(make_plan({}, {}, model::Profile::strict, {"a.b"}, {}), 1s);
  ASSERT_TRUE(run.fault);
  EXPECT_EQ(run.fault->kind, Kind::engine_missing);
  EXPECT_THAT(run.fault->what, HasSubstr("/nowhere/envguard-engine is not there"));
}

}  // namespace
}  // namespace envguard::runner
