#include "codec/run.hpp"

#include <bit>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"

#include "sample_run.hpp"

namespace envguard::codec {
namespace {

TEST(RunJson, EveryMemberComesBack) {
  const auto run = test::sample_run();
  const auto back = read_run(write_run(run));
  EXPECT_EQ(back.plan.install.root, run.plan.install.root);
  EXPECT_EQ(back.plan.install.kind, run.plan.install.kind);
  EXPECT_EQ(back.plan.preload, run.plan.preload);
  EXPECT_EQ(back.plan.device, run.plan.device);
  EXPECT_EQ(back.plan.threads, run.plan.threads);
  EXPECT_EQ(back.plan.flags, run.plan.flags);
  EXPECT_EQ(back.plan.probes, run.plan.probes);
  EXPECT_EQ(back.plan.perturb, run.plan.perturb);
  EXPECT_TRUE(back.plan.keep_bytes);
  EXPECT_EQ(back.build, run.build);
  EXPECT_EQ(back.torch_version, run.torch_version);
  EXPECT_EQ(back.gpu, run.gpu);
  EXPECT_EQ(back.flags, run.flags);
  EXPECT_EQ(back.built, run.built);
  EXPECT_EQ(back.not_settable, run.not_settable);
  ASSERT_EQ(back.probes.size(), 2U);
  EXPECT_EQ(back.probes[0].hash, run.probes[0].hash);
  EXPECT_EQ(back.probes[0].evidence, run.probes[0].evidence);
  EXPECT_TRUE(std::signbit(back.probes[0].evidence->sentinels[0]));
  EXPECT_EQ(back.probes[1].status, model::ProbeStatus::unsupported);
  EXPECT_EQ(back.probes[1].message, run.probes[1].message);
  EXPECT_EQ(back.libraries, run.libraries);
  EXPECT_EQ(back.versions, run.versions);
  ASSERT_EQ(back.environment.size(), 2U);
  EXPECT_EQ(back.environment[0].value, "b=c\n");
  EXPECT_EQ(back.environment[1].value, std::nullopt);
  EXPECT_EQ(back.environment[1].origin, "kept from children");
  ASSERT_TRUE(back.fault);
  EXPECT_EQ(back.fault->kind, run.fault->kind);
  EXPECT_EQ(back.fault->what, run.fault->what);
  EXPECT_EQ(back.fault->probe, run.fault->probe);
  EXPECT_TRUE(back.resumed);
  EXPECT_EQ(back.seconds, run.seconds);
  EXPECT_EQ(back.output, run.output);
  EXPECT_EQ(write_run(back), write_run(run));
}

RC_GTEST_PROP(RunJson, AnyBytesAndFloatsComeBackExactly, (std::string text, std::uint64_t bits)) {
  auto run = test::sample_run();
  run.output = text;
  run.plan.install.root = text;
  run.probes[1].message = text;
  run.probes[1].id = text;
  auto value = std::bit_cast<double>(bits);
  if (std::isnan(value)) value = 0;
  run.probes[0].evidence->norm = value;
  const auto back = read_run(write_run(run));
  RC_ASSERT(back.output == text);
  RC_ASSERT(back.plan.install.root.native() == text);
  RC_ASSERT(back.probes[1].message == run.probes[1].message);
  RC_ASSERT(back.probes[1].id == text);
  RC_ASSERT(std::bit_cast<std::uint64_t>(back.probes[0].evidence->norm) == std::bit_cast<std::uint64_t>(value));
}

TEST(RunJson, ATruncatedRunIsRefusedAtEveryByte) {
  const auto text = write_run(test::sample_run());
  for (std::size_t length = 0; length < text.size(); length += 7) {
    EXPECT_THROW((void)read_run(std::string_view(text).substr(0, length)), base::Error) << length;
  }
}

}  // namespace
}  // namespace envguard::codec
