#include "lockfile/evidence.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

#include "sample_lock.hpp"

namespace envguard::lockfile {
namespace {

std::string fault(const std::string& bytes, const model::Lock& lock) {
  try {
    static_cast<void>(parse_evidence(bytes, lock, "h200.evidence"));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
    return error.message();
  }
  return "";
}

std::string problem(const model::Lock& lock, const std::optional<std::string>& bytes, EvidenceProblem::Kind kind) {
  const auto answer = check_evidence(lock, bytes);
  const auto* found = std::get_if<EvidenceProblem>(&answer);
  if (!found) return "none";
  EXPECT_EQ(found->kind, kind);
  return found->what;
}

TEST(Evidence, HasTheDocumentedSize) {
  const auto [lock, bytes] = sample_pair();
  EXPECT_EQ(bytes.size(), 64 + lock.strict.size() * 608);
  EXPECT_EQ(bytes.substr(0, 8), "ENVGUARD");
  EXPECT_EQ(base::hash128(bytes), lock.evidence);
}

TEST(Evidence, ReadsBackWhatItWrote) {
  const auto [lock, bytes] = sample_pair();
  const auto table = parse_evidence(bytes, lock, "T.evidence");
  ASSERT_EQ(table.probes.size(), lock.strict.size());
  for (const auto& [id, evidence] : sample_evidence(lock)) {
    ASSERT_NE(table.probe(id), nullptr) << id;
    EXPECT_EQ(*table.probe(id), evidence) << id;
  }
  EXPECT_EQ(table.probe("linalg.svdvals")->elements, 0U) << "a status has no numbers";
}

TEST(Evidence, EveryHashLineMustHaveSome) {
  auto evidence = sample_evidence(sample_lock());
  evidence.pop_back();
  EXPECT_THROW(static_cast<void>(write_evidence(sample_lock(), evidence)), std::invalid_argument);
}

TEST(Evidence, ExtraProbesAreLeftOut) {
  auto evidence = sample_evidence(sample_lock());
  evidence.insert(evidence.begin(), {"ops.sdpa_flash", {}});
  EXPECT_EQ(seal(sample_lock(), evidence).evidence, sample_pair().evidence);
}

TEST(Evidence, AnythingElseIsDamaged) {
  const auto [lock, whole] = sample_pair();
  const auto changed = [&whole = whole](std::size_t at, char to) {
    std::string bytes = whole;
    bytes[at] = to;
    return bytes;
  };
  using testing::HasSubstr;
  EXPECT_EQ(fault(whole, lock), "");
  EXPECT_THAT(fault("", lock), HasSubstr("evidence damaged: it has 0 bytes"));
  EXPECT_THAT(fault(whole.substr(0, 63), lock), HasSubstr("it has 63 bytes"));
  EXPECT_THAT(fault(changed(0, 'e'), lock), HasSubstr("does not begin with ENVGUARD"));
  EXPECT_THAT(fault(changed(8, 2), lock), HasSubstr("its format is 2, not 1"));
  EXPECT_THAT(fault(changed(12, 9), lock), HasSubstr("of recipe 9, the lock of recipe 1"));
  EXPECT_THAT(fault(changed(16, 4), lock), HasSubstr("holds 4 probes, the lock 5"));
  EXPECT_THAT(fault(changed(20, 2), lock), HasSubstr("its flags are 0x2"));
  EXPECT_THAT(fault(changed(24, 'x'), lock), HasSubstr("it belongs to lock"));
  EXPECT_THAT(fault(changed(63, 1), lock), HasSubstr("its header is not whole"));
  EXPECT_THAT(fault(changed(64, 'x'), lock), HasSubstr("a record is not of arith.exp_f64"));
  EXPECT_THAT(fault(whole.substr(0, whole.size() - 1), lock), HasSubstr("3103 bytes, not 3104"));
  EXPECT_THAT(fault(whole + "x", lock), HasSubstr("3105 bytes, not 3104"));
  EXPECT_THAT(fault(std::string(64, '\0'), lock), HasSubstr("does not begin"));
}

TEST(Evidence, IsCheckedAgainstTheLock) {
  using Kind = EvidenceProblem::Kind;
  using testing::HasSubstr;
  auto [lock, bytes] = sample_pair();
  EXPECT_EQ(problem(lock, bytes, Kind::missing), "none");
  EXPECT_THAT(problem(lock, std::nullopt, Kind::missing), HasSubstr("cpu-amd-25-97.evidence is missing"));
  std::string other = bytes;
  other.back() = static_cast<char>(other.back() ^ 1);
  EXPECT_THAT(problem(lock, other, Kind::other_hash), HasSubstr("is not the one that the lock pins"));
  EXPECT_THAT(problem(lock, "", Kind::other_hash), HasSubstr("is not the one"));
  const std::string truncated = bytes.substr(0, 700);
  lock.evidence = base::hash128(truncated);
  EXPECT_THAT(problem(lock, truncated, Kind::damaged), HasSubstr("evidence damaged: it has 700 bytes"));
}

}  // namespace
}  // namespace envguard::lockfile
