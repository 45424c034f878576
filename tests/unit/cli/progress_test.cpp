#include "cli/progress.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::cli {
namespace {

using Stage = runner::Progress::Stage;
using testing::EndsWith;
using testing::HasSubstr;

const std::string library =
    "/home/ada/a/project/with/a/long/name/.venv/lib/python3.12/site-packages/torch/lib/libtorch_cpu.so";

/// What stands on a terminal of this width after one step.
std::string shown(const runner::Progress& progress, int width = 80) {
  std::istringstream in;
  std::ostringstream out, err;
  const GlobalOptions global;
  const model::Machine machine;
  const Streams streams{.in = in, .out = out, .err = err, .err_is_terminal = true, .width = width};
  const Call call{global, machine, streams};
  ProgressLine line(call);
  line.start("run 1");
  line.show(progress);
  auto text = err.str();
  EXPECT_THAT(text, EndsWith("\x1b[K"));
  return text.substr(1, text.size() - 4);
}

TEST(ProgressLine, ShowsTheEndOfAPathThatDoesNotFit) {
  const auto line = shown({Stage::opening, library});
  EXPECT_EQ(line.size(), 79U);
  EXPECT_THAT(line, testing::StartsWith("envguard: run 1: opening ..."));
  EXPECT_THAT(line, EndsWith("/torch/lib/libtorch_cpu.so"));
  EXPECT_THAT(shown({Stage::opening, library}, 200), EndsWith("opening " + library));
}

TEST(ProgressLine, CutsNoLetterInHalf) {
  std::string path = "x";
  for (int i = 0; i < 60; ++i) path += "\xc3\xa9";  // é
  EXPECT_THAT(shown({Stage::opening, path}), HasSubstr("opening ...\xc3\xa9"));
  EXPECT_THAT(shown({Stage::opening, path}, 81), HasSubstr("opening ...\xc3\xa9"));
}

TEST(ProgressLine, SaysOfWhatIsOpenItsVersionAndOfAProbeItsName) {
  EXPECT_EQ(shown({Stage::opened, "2.11.0"}), "envguard: run 1: opened torch 2.11.0");
  EXPECT_EQ(shown({Stage::probe, "blas.mv_f32", 3, 96}), "envguard: run 1: 3/96  blas.mv_f32");
}

}  // namespace
}  // namespace envguard::cli
