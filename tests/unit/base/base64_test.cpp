#include "base/base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace envguard::base {
namespace {

std::string encode(std::string_view text) {
  return to_base64(std::as_bytes(std::span(text)));
}

TEST(Base64, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg==");
  EXPECT_EQ(encode("fo"), "Zm8=");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, RefusesWhatIsNotBase64) {
  for (const auto* text : {"Zg=", "Zg", "Z===", "Zg==Zg==", "Zh==", "Zm9=", "Z g=", "====", "Zm9v\n"}) {
    EXPECT_FALSE(parse_base64(text)) << text;
  }
}

RC_GTEST_PROP(Base64, ReadsBackWhatItWrote, (const std::vector<std::uint8_t>& data)) {
  const auto bytes = std::as_bytes(std::span(data));
  RC_ASSERT(parse_base64(to_base64(bytes)) == std::vector<std::byte>(bytes.begin(), bytes.end()));
}

}  // namespace
}  // namespace envguard::base
