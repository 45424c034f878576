#include "diagnosis/machine.hpp"

#include <gmock/gmock.h>

#include "machines.hpp"

namespace envguard::diagnosis {
namespace {

TEST(Code, RunsWhereTheCompatibilityRulesSay) {
  struct Row {
    const char* code;
    const char* gpu;
    bool runs;
  };
  for (const Row& row : std::vector<Row>{{"sm_80", "8.0", true},
                                         {"sm_80", "8.9", true},
                                         {"sm_86", "8.0", false},
                                         {"sm_90", "10.0", false},
                                         {"sm_90", "8.9", false},
                                         {"sm_90a", "9.0", true},
                                         {"sm_100a", "10.0", true},
                                         {"sm_100a", "10.3", false},
                                         {"sm_100f", "10.3", true},
                                         {"sm_100f", "12.0", false},
                                         {"sm_120", "12.1", true},
                                         {"compute_80", "9.0", true},
                                         {"compute_80", "8.0", true},
                                         {"compute_90", "8.9", false},
                                         {"compute_90a", "10.0", false},
                                         {"compute_120", "10.3", false}}) {
    const auto code = Code::parse(row.code);
    ASSERT_TRUE(code) << row.code;
    EXPECT_EQ(code->runs_on(Dotted::parse(row.gpu).value()), row.runs) << row.code << " on " << row.gpu;
  }
}

TEST(Code, IsNothingElse) {
  for (const char* text : {"", "sm_", "sm_9", "sm_a", "gfx90a", "compute_", "lto_90", "sm_9x0"})
    EXPECT_FALSE(Code::parse(text)) << text;
}

TEST(OfficialBuild, OnlyOfARelease) {
  model::Observed observed = clean();
  EXPECT_NE(official_build(observed), nullptr);
  for (const char* version : {"2.11.0", "2.11.0a0+cu130", "2.12.0.dev20260301+cu130", "2.11.0+cpu", "2.11.0+git1234"}) {
    set_component(observed, "torch", version);
    EXPECT_EQ(official_build(observed), nullptr) << version;
  }
}

TEST(FittingWheel, OfTheSameReleaseElseTheNewest) {
  model::Observed observed = clean();
  EXPECT_EQ(fitting_wheel(observed), "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu130");
  set_driver(observed, "535.161.08", "");
  EXPECT_EQ(fitting_wheel(observed), "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu128");
  set_driver(observed, "580.65.06", "13.0");
  set_gpus(observed, {{"Tesla V100", "7.0"}});
  EXPECT_EQ(fitting_wheel(observed), "pip install torch==2.11.0 --index-url https://download.pytorch.org/whl/cu126");
  set_gpus(observed, {{"Tesla V100", "7.0"}, {"NVIDIA B200", "10.0"}});
  EXPECT_EQ(fitting_wheel(observed), "pip install torch==2.10.0 --index-url https://download.pytorch.org/whl/cu128")
      << "no wheel of 2.11.0 has both";
  set_gpus(observed, {{"Tesla K20", "3.5"}});
  EXPECT_FALSE(fitting_wheel(observed));
  set_gpus(observed, {{"NVIDIA H100", "9.0"}});
  observed.cpu.isa = "neon";
  EXPECT_FALSE(fitting_wheel(observed));
}

}  // namespace
}  // namespace envguard::diagnosis
