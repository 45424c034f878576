#include "compare/diff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::compare {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

model::Lock lock() {
  model::Lock lock;
  lock.environment = "train";
  lock.target = "cpu";
  lock.locked = "2026-11-20";
  lock.key = model::CpuKey{"AuthenticAMD", 25, 97, "avx2"};
  lock.versions = {{"torch", "2.11.0"}};
  lock.knobs = {{"MKL_CBWR", "AVX2"}};
  lock.strict = {{"ops.exp", std::string(32, 'a')}, {"blas.mv", std::string(32, 'b')}, {"blas.dot", "unsupported"}};
  lock.id = model::fingerprint_id(lock.strict);
  return lock;
}

model::LockDiff between(const model::Lock& older, const model::Lock& newer) {
  return diff({older}, {newer});
}

TEST(Diff, OfALockWithItselfIsTheSameWhateverTheDayAndReason) {
  auto later = lock();
  later.locked = "2027-01-01";
  later.reason = "again";
  EXPECT_TRUE(between(lock(), later).same());
  EXPECT_FALSE(change_of(between(lock(), later)));
}

TEST(Diff, EverythingThatALockRecordsCounts) {
  const auto differs = [](auto edit) {
    auto other = lock();
    edit(other);
    other.id = model::fingerprint_id(other.strict);
    return !between(lock(), other).same();
  };
  EXPECT_TRUE(differs([](model::Lock& each) { each.versions[0].second = "2.15.0"; }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.knobs.clear(); }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.build = {{"blas", "mkl"}}; }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.caches = {{"l2", "1 MiB"}}; }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.strict[0].second = std::string(32, 'c'); }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.strict.pop_back(); }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.quarantined = {"ops.sum"}; }));
  EXPECT_TRUE(differs([](model::Lock& each) { each.key = model::GpuKey{"NVIDIA L4", "8.9", 58}; }));
}

TEST(Diff, MovedProbesByLayerLowestFirst) {
  auto newer = lock();
  newer.strict[0].second = std::string(32, 'c');
  newer.strict[2].second = std::string(32, 'd');
  const auto found = between(lock(), newer);
  ASSERT_THAT(found.moved, SizeIs(2));
  EXPECT_EQ(found.moved[0].id, "blas.dot");
  EXPECT_EQ(found.moved[1].id, "ops.exp");
  ASSERT_THAT(found.layers, SizeIs(2));
  EXPECT_EQ(found.layers[0].layer, "blas");
  EXPECT_EQ(found.layers[0].moved, 1);
  EXPECT_EQ(found.layers[0].of, 2);
}

TEST(Diff, OfTwoMachinesWithoutEvidenceNothingIsCompared) {
  auto newer = lock();
  newer.key = model::CpuKey{"AuthenticAMD", 25, 1, "avx2"};
  newer.strict[0].second = std::string(32, 'c');
  const auto found = between(lock(), newer);
  EXPECT_FALSE(found.same_key);
  EXPECT_THAT(found.moved, IsEmpty());
  EXPECT_FALSE(found.same());
}

TEST(Diff, AProbeThatBecameQuarantinedIsNotGone) {
  auto newer = lock();
  newer.strict.erase(newer.strict.begin());
  newer.quarantined = {"ops.exp"};
  const auto found = between(lock(), newer);
  EXPECT_THAT(found.only_older, IsEmpty());
  EXPECT_THAT(found.quarantined_newer, ElementsAre("ops.exp"));
}

TEST(Diff, AddedAndRemovedNameTheirSide) {
  EXPECT_THAT(added(lock()).only_newer, SizeIs(3));
  EXPECT_EQ(added(lock()).newer_id, lock().id);
  EXPECT_THAT(removed(lock()).only_older, SizeIs(3));
  EXPECT_EQ(removed(lock()).older_id, lock().id);
  EXPECT_FALSE(added(lock()).same());
}

// Evidence of both sides: how far, and which class.

model::EvidenceTable evidence(double moved, std::optional<double> band) {
  model::EvidenceTable table;
  for (const auto& [id, line] : lock().strict) {
    model::Evidence numbers{.norm = 1, .elements = 4};
    numbers.sketch.high[0] = moved;
    table.records.push_back(
        {model::Profile::strict, id, model::parse_status(line) ? model::Evidence{} : numbers, band});
  }
  return table;
}

TEST(Diff, WithEvidenceOfBothSidesSaysHowFar) {
  auto newer = lock();
  newer.strict[1].second = std::string(32, 'c');
  const auto before = evidence(0, 1e-7), after = evidence(2e-7, {});
  const auto found = diff({lock(), &before}, {newer, &after});
  ASSERT_THAT(found.moved, SizeIs(1));
  ASSERT_TRUE(found.moved[0].distance);
  EXPECT_NEAR(found.moved[0].distance->value, 2e-7, 1e-15);
  EXPECT_EQ(found.moved[0].band, 1e-7);
  EXPECT_FALSE(diff({lock(), nullptr}, {newer, &after}).moved[0].distance);
  EXPECT_FALSE(diff({lock(), &before}, {newer, nullptr}).moved[0].distance);
}

TEST(Diff, OfTwoMachinesWithEvidenceTheDistancesAreToldAndAreNoVerdict) {
  auto newer = lock();
  newer.key = model::CpuKey{"AuthenticAMD", 25, 1, "avx2"};
  newer.strict[1].second = std::string(32, 'c');
  const auto before = evidence(0, 1e-7), after = evidence(2e-7, {});
  const auto found = diff({lock(), &before}, {newer, &after});
  EXPECT_FALSE(found.same_key);
  EXPECT_FALSE(found.same());
  ASSERT_THAT(found.moved, SizeIs(1));
  EXPECT_NEAR(found.moved[0].distance->value, 2e-7, 1e-15);
  newer.strict = lock().strict;
  EXPECT_FALSE(diff({lock(), &before}, {newer, &before}).same()) << "equal bits of another machine are no match";
  newer.key = model::GpuKey{"NVIDIA H200", "9.0", 132};
  EXPECT_THAT(diff({lock(), &before}, {newer, &after}).layers, IsEmpty()) << "a CPU and a GPU";
}

TEST(ChangeOf, NamesTheWorstOfALayerItsDistanceAndClass) {
  auto older = lock();
  older.strict[1].first = "blas.mv_f32_1031x257";
  auto newer = older;
  newer.strict[1].second = std::string(32, 'c');
  newer.strict[2].second = std::string(32, 'd');
  auto before = evidence(0, 1e-7), after = evidence(2e-7, {});
  before.records[1].id = after.records[1].id = "blas.mv_f32_1031x257";
  EXPECT_THAT(change_of(diff({older, &before}, {newer, &after}))->layers,
              ElementsAre(model::LayerChange{"blas", 2, 2, "dot", "", "wrong"}))
      << "another status is graver than any rounding";
  newer.strict[2].second = "unsupported";
  EXPECT_THAT(change_of(diff({older, &before}, {newer, &after}))->layers,
              ElementsAre(model::LayerChange{"blas", 1, 2, "mv_f32_1031x257", "2.0e-07", "rounding"}));
}

TEST(ChangeOf, SpeaksAsTheLockDoes) {
  auto newer = lock();
  newer.versions = {{"torch", "2.15.0"}, {"triton", "3.8.0"}};
  newer.knobs.clear();
  newer.strict[1].second = std::string(32, 'c');
  const auto change = change_of(between(lock(), newer));
  ASSERT_TRUE(change);
  EXPECT_THAT(change->versions, ElementsAre("torch 2.11.0 -> 2.15.0", "triton not found -> 3.8.0"));
  EXPECT_THAT(change->knobs, ElementsAre("MKL_CBWR AVX2 -> not set"));
  EXPECT_THAT(change->layers, ElementsAre(model::LayerChange{"blas", 1, 2, "mv"}));
}

}  // namespace
}  // namespace envguard::compare
