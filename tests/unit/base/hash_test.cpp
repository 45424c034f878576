#include "base/hash.hpp"

#include <gtest/gtest.h>

namespace envguard::base {
namespace {

TEST(Hash, IsTheCanonicalXxh3) {
  // printf '' | xxhsum -H128; printf abc | xxhsum -H128
  EXPECT_EQ(hash128("").hex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash128("abc").hex(), "06b05ab6733a618578af5f94892f3950");
  EXPECT_EQ(hash128("abc").spoken(), "06b0-5ab6-733a");
}

TEST(Hash, HexReadsBack) {
  const auto hash = hash128("envguard");
  EXPECT_EQ(Hash128::parse(hash.hex()), hash);
  EXPECT_EQ(Hash128::from_bytes(hash.bytes()), hash);
  for (const auto* text : {"", "06b0", "06B05AB6733A618578AF5F94892F3950", "g6b05ab6733a618578af5f94892f3950"}) {
    EXPECT_FALSE(Hash128::parse(text)) << text;
  }
}

TEST(Hasher, FramesItsFields) {
  EXPECT_EQ(Hasher().bytes(std::as_bytes(std::span("ab", 2))).digest(), hash128("ab"));
  EXPECT_NE(Hasher().field("ab").field("c").digest(), Hasher().field("a").field("bc").digest());
  EXPECT_NE(Hasher().field("").digest(), Hasher().digest());
}

}  // namespace
}  // namespace envguard::base
