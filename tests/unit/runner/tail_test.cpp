#include "runner/tail.hpp"

#include <gtest/gtest.h>

namespace envguard::runner {
namespace {

TEST(Tail, KeepsTheLastBytesHoweverTheyCome) {
  for (const std::size_t piece : {1U, 3U, 7U, 100U}) {
    std::string all;
    for (int i = 0; i < 1000; ++i) all += std::to_string(i);
    Tail tail(10);
    for (std::size_t at = 0; at < all.size(); at += piece) tail.add(std::string_view(all).substr(at, piece));
    EXPECT_EQ(tail.text(), all.substr(all.size() - 10)) << piece;
  }
}

TEST(Tail, KeepsLessWhereThereIsLess) {
  Tail tail(10);
  EXPECT_EQ(tail.text(), "");
  tail.add("abc");
  tail.add("");
  EXPECT_EQ(tail.text(), "abc");
}

}  // namespace
}  // namespace envguard::runner
