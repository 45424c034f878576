#include "codec/protocol.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "codec/build_id.hpp"
#include "codec/plan.hpp"

#include "sample_run.hpp"

namespace envguard::codec {
namespace {

std::string refusal(std::string_view line) {
  try {
    (void)read_line(line);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
    return error.message();
  }
  return "accepted";
}

template <typename Type>
Type through(const Type& line) {
  const auto text = write_line(line);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  return std::get<Type>(read_line(std::string_view(text).substr(0, text.size() - 1)));
}

TEST(Protocol, TheLinesAreAsWritten) {
  EXPECT_EQ(write_line(Hello{1, "0.1.0-abc", 1}),
            "{\"hello\":{\"build\":\"0.1.0-abc\",\"protocol\":1,\"recipe\":1}}\n");
  EXPECT_EQ(write_line(Opening{"/x/libtorch.so"}), "{\"opening\":\"/x/libtorch.so\"}\n");
  EXPECT_EQ(write_line(Begin{"blas.gemm"}), "{\"begin\":\"blas.gemm\"}\n");
  EXPECT_EQ(write_line(Done{96, ""}), "{\"done\":{\"probes\":96}}\n");
  EXPECT_EQ(write_line(Done{3, "cuda-error"}), "{\"done\":{\"probes\":3,\"stopped\":\"cuda-error\"}}\n");
  EXPECT_EQ(write_line(Probe{{"a.b", model::ProbeStatus::failed, {}, {}, "no"}, {}}),
            "{\"message\":\"no\",\"probe\":\"a.b\",\"status\":\"failed\"}\n");
}

TEST(Protocol, EveryLineComesBack) {
  EXPECT_EQ(through(Hello{2, "b", 7}).recipe, 7);
  EXPECT_EQ(through(Opening{"/\xff"}).library, "/\xff");
  const auto refused = through(NotOpened{NotOpened::Kind::too_old, "torch 2.9.1 is older than 2.10", "2.10"});
  EXPECT_EQ(refused.kind, NotOpened::Kind::too_old);
  EXPECT_EQ(refused.looked_for, "2.10");
  const auto opened =
      through(Opened{"2.11.0", UINT64_MAX, model::GpuKey{"G", "9.0", 1}, {{"mkl", "2024.2"}}, {{"f", "true"}}, {"x"}});
  EXPECT_EQ(opened.abi, UINT64_MAX);
  EXPECT_EQ(opened.gpu->sm_count, 1);
  EXPECT_EQ(opened.built.at(0).second, "2024.2");
  EXPECT_EQ(opened.flags.at(0).second, "true");
  EXPECT_EQ(opened.not_settable.at(0), "x");
  EXPECT_EQ(through(Begin{"a"}).probe, "a");
  const auto probe = through(Probe{test::ok_probe("blas.a"), Extent{4096, 12}});
  EXPECT_EQ(probe.result.evidence, test::ok_probe("blas.a").evidence);
  EXPECT_EQ(probe.bytes, (Extent{4096, 12}));
  const auto libraries = through(Libraries{{{"n", "/p", "id"}}, {{"cudnn", "9", "o"}}});
  EXPECT_EQ(libraries.libraries.at(0).path, "/p");
  EXPECT_EQ(libraries.versions.at(0).version, "9");
  EXPECT_EQ(through(Done{4, "cuda-error"}).stopped, stopped_by_cuda_error);
}

TEST(Protocol, AProbeLineIsFarBelowTheLimit) {
  EXPECT_LT(write_line(Probe{test::ok_probe("blas.a"), Extent{1, 2}}).size(), base::limits::protocol_line_bytes / 8);
}

TEST(Protocol, UnknownMembersAreIgnoredAndUnknownLinesAreNot) {
  EXPECT_EQ(std::get<Begin>(read_line(R"({"begin":"a","later":[1]})")).probe, "a");
  EXPECT_EQ(refusal(R"({"later":1})"), "line: is none of protocol 1");
  EXPECT_EQ(refusal("[]"), "line: is none of protocol 1");
  EXPECT_EQ(refusal("rubbish \x1b[31m"), "not JSON: \"rubbish \\x1b[31m\"");
  EXPECT_EQ(refusal(""), "not JSON: \"\"");
  EXPECT_EQ(refusal(R"({"hello":{"protocol":"1"}})"), "line.hello.protocol: is not an integer in range");
  EXPECT_EQ(refusal(R"({"hello":{"protocol":1e400}})").substr(0, 8), "not JSON");
  EXPECT_EQ(refusal(R"({"hello":{"protocol":9223372036854775808}})"),
            "line.hello.protocol: is not an integer in range");
  EXPECT_EQ(refusal(R"({"hello":{"protocol":1}})"), "line.hello: has no member \"build\"");
  EXPECT_EQ(refusal(R"({"probe":"a","status":"good"})"), "line.status: is no status of a probe");
  EXPECT_EQ(refusal(R"({"probe":"a","status":"ok"})"), "line: has no member \"hash\"");
  EXPECT_EQ(refusal(R"({"probe":"a","status":"failed","hash":"00000000000000000000000000000000"})"),
            "line: has a result, and its status is not ok");
}

TEST(Protocol, DepthIsRefusedWhileReading) {
  const auto nested = [](int depth) {
    const auto size = static_cast<std::size_t>(depth);
    return "{\"x\":" + std::string(size, '[') + std::string(size, ']') + ",\"begin\":\"a\"}";
  };
  EXPECT_EQ(std::get<Begin>(read_line(nested(60))).probe, "a");
  EXPECT_EQ(refusal(nested(70)), "JSON is nested too deeply");
  EXPECT_EQ(refusal(std::string(60'000, '[')), "JSON is nested too deeply");
}

TEST(PlanJson, EqualPlansAreEqualBytesAndComeBack) {
  const auto plan = test::sample_run().plan;
  const auto text = write_plan(plan, "b");
  const auto message = read_plan(text);
  EXPECT_EQ(message.protocol, protocol_number);
  EXPECT_EQ(message.build, "b");
  EXPECT_EQ(write_plan(message.plan, "b"), text);
  auto other = plan;
  other.perturb.clear();
  EXPECT_NE(write_plan(other, "b"), text);
  EXPECT_TRUE(read_plan(write_plan(other, "b")).plan.perturb.empty());
  EXPECT_THROW((void)read_plan("{}"), base::Error);
}

TEST(BuildId, HasVersionAndDigest) {
  EXPECT_TRUE(build_id().starts_with("0.")) << build_id();
  EXPECT_EQ(build_id().size() - build_id().find('-'), 17U) << build_id();
}

}  // namespace
}  // namespace envguard::codec
