#include "lockfile/evidence.hpp"

#include <bit>
#include <cmath>
#include <limits>

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
  const auto answer = check_evidence(lock, bytes, "T.evidence");
  const auto* found = std::get_if<EvidenceProblem>(&answer);
  if (!found) return "none";
  EXPECT_EQ(found->kind, kind);
  return found->what;
}

TEST(Evidence, HasTheDocumentedSize) {
  const auto [lock, bytes] = sample_pair();
  EXPECT_EQ(bytes.size(), 64 + (lock.strict.size() + lock.as_is.size()) * 608);
  EXPECT_EQ(bytes.substr(0, 8), "ENVGUARD");
  EXPECT_EQ(base::hash128(bytes), lock.evidence);
}

TEST(Evidence, ReadsBackWhatItWrote) {
  const auto [lock, bytes] = sample_pair();
  const auto table = parse_evidence(bytes, lock, "T.evidence");
  ASSERT_EQ(table.records.size(), lock.strict.size() + lock.as_is.size());
  for (const auto& record : sample_evidence(lock)) {
    const auto* read = table.record(record.id, record.profile);
    ASSERT_NE(read, nullptr) << record.id;
    EXPECT_EQ(*read, record) << record.id;
  }
  EXPECT_EQ(table.record("linalg.svdvals")->evidence.elements, 0U) << "a status has no numbers";
}

TEST(Evidence, EveryHashLineMustHaveSome) {
  auto evidence = sample_evidence(sample_lock());
  evidence.pop_back();
  EXPECT_THROW(static_cast<void>(write_evidence(sample_lock(), evidence)), std::invalid_argument);
}

TEST(Evidence, ExtraProbesAreLeftOut) {
  auto evidence = sample_evidence(sample_lock());
  evidence.insert(evidence.begin(), {model::Profile::strict, "ops.sdpa_flash", {}, {}});
  EXPECT_EQ(seal(sample_lock(), evidence).evidence, sample_pair().evidence);
}

/// The bytes of the band of the first record, arith.exp_f64, with the lock that then pins them.
std::pair<model::Lock, std::string> with_band(double band) {
  auto [lock, bytes] = sample_pair();
  const auto bits = std::bit_cast<std::uint64_t>(band);
  constexpr std::size_t at = evidence_header_bytes + 16 + 2 * 8;
  for (std::size_t i = 0; i < 8; ++i) bytes[at + i] = static_cast<char>((bits >> (8 * i)) & 0xFFU);
  lock.evidence = base::hash128(bytes);
  return {lock, bytes};
}

TEST(Evidence, ABandOfZeroIsABandAndNoneIsNone) {
  auto records = sample_evidence(sample_lock());
  records[0].band = 0;
  records[1].band.reset();
  const auto sealed = seal(sample_lock(), records);
  const auto table = parse_evidence(sealed.evidence, sealed.lock, "T");
  EXPECT_EQ(table.record(records[0].id)->band, 0.0);
  EXPECT_FALSE(table.record(records[1].id)->band);
  EXPECT_FALSE(table.record("linalg.svdvals")->band) << "a status has none";
}

TEST(Evidence, WithoutAnyBandSaysSoInItsHeader) {
  auto records = sample_evidence(sample_lock());
  EXPECT_EQ(seal(sample_lock(), records).evidence[20], 1);
  for (auto& record : records) record.band.reset();
  const auto sealed = seal(sample_lock(), records);
  EXPECT_EQ(sealed.evidence[20], 0);
  for (const auto& record : parse_evidence(sealed.evidence, sealed.lock, "T").records) EXPECT_FALSE(record.band);
}

TEST(Evidence, WhatCannotBeABandIsRefused) {
  constexpr auto infinity = std::numeric_limits<double>::infinity();
  for (const double band : {-1e-7, -0.5, -infinity, infinity}) {
    const auto [lock, bytes] = with_band(band);
    EXPECT_THAT(fault(bytes, lock), testing::HasSubstr("evidence damaged: the band of arith.exp_f64 is ")) << band;
  }
  const auto [without, no_band] = with_band(std::nan(""));
  EXPECT_FALSE(parse_evidence(no_band, without, "T").record("arith.exp_f64")->band);
  const auto [lock, bytes] = with_band(2e-7);
  EXPECT_EQ(parse_evidence(bytes, lock, "T").record("arith.exp_f64")->band, 2e-7);
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
  EXPECT_THAT(fault(changed(16, 4), lock), HasSubstr("holds 4 probes, the lock 8"));
  EXPECT_THAT(fault(changed(20, 2), lock), HasSubstr("its flags are 0x2"));
  EXPECT_THAT(fault(changed(24, 'x'), lock), HasSubstr("it belongs to lock"));
  EXPECT_THAT(fault(changed(63, 1), lock), HasSubstr("its header is not whole"));
  EXPECT_THAT(fault(changed(64, 'x'), lock), HasSubstr("a record is not of arith.exp_f64"));
  EXPECT_THAT(fault(whole.substr(0, whole.size() - 1), lock), HasSubstr("4927 bytes, not 4928"));
  EXPECT_THAT(fault(whole + "x", lock), HasSubstr("4929 bytes, not 4928"));
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
  try {
    static_cast<void>(check_evidence(lock, truncated, "T.evidence"));
    ADD_FAILURE() << "what the lock pins was not written by envguard, and was believed";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
    EXPECT_EQ(error.place(), "T.evidence");
    EXPECT_THAT(error.message(), HasSubstr("evidence damaged: it has 700 bytes"));
  }
}

}  // namespace
}  // namespace envguard::lockfile
