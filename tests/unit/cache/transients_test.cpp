#include "cache/transients.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "model/machine.hpp"

namespace envguard::cache {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string zen = "AuthenticAMD family 25 model 1, avx2", h200 = "NVIDIA H200, 132 SMs";

class Remembered : public testing::Test {
 protected:
  Remembered() : folder_(testing::TempDir() + "/transients-" + std::to_string(::getpid())) { fs::remove_all(folder_); }
  ~Remembered() override { fs::remove_all(folder_); }

  void flip(std::chrono::system_clock::time_point when, const std::string& hardware = zen) const {
    kept().add({model::utc_time(when), hardware, {"dnn.lstm", "blas.dot"}, false}, when);
  }
  [[nodiscard]] Transients kept() const { return Transients(folder_); }

  fs::path folder_;
  std::chrono::system_clock::time_point now_ = std::chrono::system_clock::from_time_t(1795421700);
};

TEST_F(Remembered, NothingAtFirst) {
  EXPECT_THAT(kept().recent(now_), IsEmpty());
  kept().acknowledge_all(now_);
  EXPECT_THAT(kept().recent(now_), IsEmpty());
}

TEST_F(Remembered, WhatFlippedWhereAndWhen) {
  flip(now_ - 1h);
  flip(now_, h200);
  const auto all = kept().recent(now_);
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].when, model::utc_time(now_ - 1h));
  EXPECT_EQ(all[0].hardware, zen);
  EXPECT_THAT(all[0].probes, ElementsAre("dnn.lstm", "blas.dot"));
  EXPECT_FALSE(all[0].acknowledged);
  EXPECT_THAT(kept().recent(now_, h200), SizeIs(1)) << "each hardware has its own";
}

TEST_F(Remembered, AfterThirtyDaysItIsForgotten) {
  flip(now_);
  EXPECT_THAT(kept().recent(now_ + 30 * 24h), SizeIs(1));
  EXPECT_THAT(kept().recent(now_ + 30 * 24h + 1s), IsEmpty());
}

TEST_F(Remembered, AcknowledgedIsNotForgotten) {
  flip(now_);
  kept().acknowledge_all(now_);
  flip(now_);
  const auto all = kept().recent(now_);
  ASSERT_THAT(all, SizeIs(2)) << "it still counts towards suspect";
  EXPECT_TRUE(all[0].acknowledged);
  EXPECT_FALSE(all[1].acknowledged);
}

TEST_F(Remembered, ADamagedFileIsAsNone) {
  flip(now_);
  for (const auto& entry : fs::directory_iterator(folder_ / "transients")) {
    std::ofstream(entry.path()) << "rubbish\t\n\xff\n";
  }
  EXPECT_THAT(kept().recent(now_), IsEmpty());
}

}  // namespace
}  // namespace envguard::cache
