#include <gtest/gtest.h>

#include "knowledge/knowledge.hpp"

namespace envguard::knowledge {
namespace {

Dotted v(std::string_view text) {
  return Dotted::parse(text).value();
}

std::string listed(std::span<const Dotted> versions) {
  std::string text;
  for (const Dotted& each : versions) text += (text.empty() ? "" : " ") + std::string(each.text());
  return text;
}

TEST(Dotted, ComparesNumbersNotText) {
  EXPECT_LT(v("9.9"), v("9.10.2"));
  EXPECT_LT(v("525.60.13"), v("525.105.17"));
  EXPECT_EQ(v("13.0"), v("13.0.0"));
  EXPECT_LT(v("8.6"), v("10.0"));
  EXPECT_EQ(v("580.65.06").text(), "580.65.06");
  EXPECT_TRUE(v("12.8.93").shares(v("12.8"), 2));
  EXPECT_FALSE(v("12.8").shares(v("12.9"), 2));
}

TEST(Dotted, IsNumbersAndDotsAlone) {
  for (const char* text : {"", ".", "1.", ".1", "1..2", "2.8.0a0", "1.2.3.4.5", "12 ", "-1", "99999999999",
                           "1.000000000000000000000000000001"})
    EXPECT_FALSE(Dotted::parse(text)) << text;
}

TEST(Floor, OfEveryMinorVersionAndOfNoUnknownMajor) {
  EXPECT_EQ(floor_of(v("11.0"))->driver.text(), "450.36.06");
  EXPECT_EQ(floor_of(v("11.8.89"))->driver.text(), "450.80.02");
  EXPECT_EQ(floor_of(v("12.8.90"))->driver.text(), "525.60.13");
  EXPECT_EQ(floor_of(v("13.5"))->driver.text(), "580");
  EXPECT_FALSE(floor_of(v("14.0")));
  EXPECT_FALSE(floor_of(v("10.2")));
}

TEST(Toolkit, ComesWithADriver) {
  EXPECT_EQ(toolkit(v("12.8.93"))->driver.text(), "570.26");
  EXPECT_EQ(toolkit(v("13.0"))->driver.text(), "580.65.06");
  EXPECT_EQ(toolkit(v("13.3"))->source.confidence, Confidence::low);
  EXPECT_EQ(toolkit(v("12.7")), nullptr);
  EXPECT_EQ(toolkit(v("13.4")), nullptr);
}

TEST(Branch, EndsInAMonth) {
  EXPECT_EQ(branch_of(v("535.161.08"))->end, "2026-06");
  EXPECT_EQ(branch_of(v("535.161.08"))->newest_major, 12U);
  EXPECT_EQ(branch_of(v("580.65.06"))->kind, "long-term support");
  EXPECT_EQ(branch_of(v("550.54.14")), nullptr);
}

TEST(TorchBuild, ByReleaseVariantAndPlatform) {
  const TorchBuild* build = torch_build(v("2.11.0"), "cu130", Platform::x86_64);
  ASSERT_NE(build, nullptr);
  EXPECT_EQ(build->cudnn->text(), "9.19.0.56");
  EXPECT_EQ(build->nccl->text(), "2.28.9");
  EXPECT_EQ(listed(build->architectures), "7.5 8.0 8.6 9.0 10.0 12.0");
  EXPECT_FALSE(build->ptx);
  EXPECT_EQ(build->source.confidence, Confidence::medium);
  EXPECT_EQ(torch_build(v("2.10.0"), "cu130", Platform::x86_64)->ptx->text(), "12.0");
  EXPECT_EQ(torch_build(v("2.15.0"), "cu132", Platform::x86_64)->cudnn->text(), "9.26.0.51");
  EXPECT_EQ(torch_build(v("2.15.0"), "cu126", Platform::x86_64), nullptr);
  EXPECT_EQ(torch_build(v("2.1"), "cu121", Platform::x86_64)->cudnn->text(), "8.9.2.26");
}

TEST(TorchBuild, OfAarch64FromAReleaseOn) {
  EXPECT_EQ(listed(torch_build(v("2.11.0"), "cu130", Platform::aarch64)->architectures), "8.0 9.0 10.0 11.0 12.0");
  EXPECT_EQ(torch_build(v("2.9.1"), "cu130", Platform::aarch64), nullptr);
}

TEST(TorchBuild, ReleasesAscend) {
  for (std::size_t place = 1; place < torch_builds().size(); ++place)
    EXPECT_LE(torch_builds()[place - 1].torch, torch_builds()[place].torch) << torch_builds()[place].torch.text();
}

TEST(Architecture, HasANameAndALastToolkit) {
  EXPECT_EQ(architecture(v("9.0"))->name, "Hopper");
  EXPECT_EQ(architecture(v("7.0"))->last_cuda->text(), "12.9");
  EXPECT_FALSE(architecture(v("9.0"))->last_cuda);
  EXPECT_EQ(architecture(v("13.0")), nullptr);
}

TEST(Cudnn, OfAReleaseOrOfWhatHoldsFromAVersionOn) {
  const auto known = cudnn_support(v("9.10.2.21"));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->compute_capability->text(), "5.0");
  EXPECT_EQ(std::vector<unsigned>(known->cuda_majors.begin(), known->cuda_majors.end()),
            (std::vector<unsigned>{11, 12}));
  EXPECT_EQ(known->oldest_cuda_major, 0U);
  const auto later = cudnn_support(v("9.19.0.56"));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->compute_capability->text(), "7.5");
  EXPECT_TRUE(later->cuda_majors.empty());
  EXPECT_EQ(later->oldest_cuda_major, 12U);
  EXPECT_EQ(cudnn_support(v("8.4.1"))->compute_capability->text(), "3.0");
  EXPECT_FALSE(cudnn_support(v("9.2.1")));
  EXPECT_FALSE(cudnn_support(v("9.10.1")));
}

TEST(Wheel, OfASonameAndWhereItIsNotEnoughOfTheCudaMajor) {
  EXPECT_EQ(wheel_of("libcudart.so.12", 12), "nvidia-cuda-runtime-cu12");
  EXPECT_EQ(wheel_of("libcudart.so.13", 0), "nvidia-cuda-runtime==13.*");
  EXPECT_EQ(wheel_of("libcudnn.so.9", 13), "nvidia-cudnn-cu13");
  EXPECT_EQ(wheel_of("libcusparse.so.12", 12), "nvidia-cusparse-cu12");
  EXPECT_FALSE(wheel_of("libcudnn.so.9", 0));
  EXPECT_FALSE(wheel_of("libcudnn.so.9", 11));
  EXPECT_FALSE(wheel_of("libfoo.so.1", 13));
}

}  // namespace
}  // namespace envguard::knowledge
