#include "engine/printed_text.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

namespace envguard::engine {
namespace {

void print(std::string_view text) {
  ASSERT_EQ(write(STDERR_FILENO, text.data(), text.size()), ssize_t(text.size()));
}

TEST(PrintedText, GivesWhatWasPrintedSinceTheLastQuestion) {
  testing::internal::CaptureStderr();
  {
    PrintedText printed;
    print("first\n");
    EXPECT_EQ(printed.take(), "first");
    print("second\n");
    EXPECT_EQ(printed.take(), "second");
    EXPECT_EQ(printed.take(), "");
    printed.hand_on();
    print("third\n");
    EXPECT_EQ(printed.take(), "third");
  }
  print("after\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "first\nsecond\nthird\nafter\n");
}

TEST(RefusalMessage, IsPyTorchsOwnWords) {
  EXPECT_EQ(
      refusal_message("[E1123 08:15:00.123456789 shim_common.cpp:10] Exception in aoti_torch: No available kernel.\n"
                      "Exception raised from sdp at attention.cpp:700 (most recent call first):\nframe #0: …\n"),
      "No available kernel.");
}

TEST(RefusalMessage, IsTheLastOfSeveral) {
  EXPECT_EQ(refusal_message("Exception in aoti_torch: one\nException in aoti_torch: two\n"), "two");
}

TEST(RefusalMessage, IsShort) {
  EXPECT_EQ(refusal_message(std::string(100'000, 'x')).size(), 4096U);
}

}  // namespace
}  // namespace envguard::engine
