#include "runner/transcript.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace envguard::runner {
namespace {

using Kind = model::Fault::Kind;
using testing::HasSubstr;

model::Plan plan() {
  model::Plan plan;
  plan.recipe = 1;
  plan.probes = {"a.1", "a.2"};
  return plan;
}

std::string probe(const std::string& id) {
  return codec::write_line(codec::Probe{{id, model::ProbeStatus::unsupported, {}, {}, "no"}, {}});
}

const std::string hello = codec::write_line(codec::Hello{1, "b", 1});
const std::string opened = codec::write_line(codec::Opened{"2.11.0", 0, {}, {}, {}, {}});

std::string whole() {
  return hello + opened + probe("a.1") + probe("a.2") + codec::write_line(codec::Libraries{}) +
         codec::write_line(codec::Done{2, ""});
}

constexpr process::Exit well{.status = 0, .signal = {}};

TEST(Transcript, DoesNotCareHowTheBytesComeInPieces) {
  for (const std::size_t piece : {1U, 2U, 13U, 10'000U}) {
    Transcript transcript(plan(), "b");
    const auto text = whole();
    for (std::size_t at = 0; at < text.size(); at += piece) transcript.add(std::string_view(text).substr(at, piece));
    transcript.end(well);
    EXPECT_FALSE(transcript.fault()) << transcript.fault()->what;
    EXPECT_EQ(transcript.take().probes.size(), 2U);
  }
}

TEST(Transcript, EveryPrefixIsAFaultAndKeepsWhatCameBefore) {
  const auto text = whole();
  for (std::size_t length = 0; length < text.size(); ++length) {
    Transcript transcript(plan(), "b");
    transcript.add(std::string_view(text).substr(0, length));
    transcript.end(well);
    ASSERT_TRUE(transcript.fault()) << length;
    EXPECT_EQ(transcript.fault()->kind, Kind::no_done);
  }
}

TEST(Transcript, EveryLineHasItsPlace) {
  const auto fault = [](const std::string& text) {
    Transcript transcript(plan(), "b");
    transcript.add(text);
    return transcript.fault() ? transcript.fault()->what : "none";
  };
  EXPECT_EQ(fault(whole()), "none");
  EXPECT_THAT(fault(opened), HasSubstr("out of its place"));
  EXPECT_THAT(fault(hello + hello), HasSubstr("out of its place"));
  EXPECT_THAT(fault(hello + probe("a.1")), HasSubstr("out of its place"));
  EXPECT_THAT(fault(hello + opened + opened), HasSubstr("out of its place"));
  EXPECT_THAT(fault(whole() + probe("a.1")), HasSubstr("out of its place"));
  EXPECT_THAT(fault(hello + opened + probe("a.1") + probe("a.1")), HasSubstr("probe a.1 came twice"));
  EXPECT_THAT(fault(hello + opened + probe("b.1")), HasSubstr("probe b.1 was not asked for"));
  EXPECT_THAT(fault(hello + opened + probe("a.1") + codec::write_line(codec::Done{2, ""})),
              HasSubstr("2 probes announced, 1 came"));
  EXPECT_THAT(fault("\n"), HasSubstr("not JSON"));
}

// Plans that perturb: a round for each seed.

model::Plan perturbing() {
  auto perturbing = plan();
  perturbing.perturb = {7, 9};
  return perturbing;
}

const std::string both = probe("a.1") + probe("a.2");

std::string round(std::uint64_t seed) {
  return codec::write_line(codec::Round{seed});
}

std::string done(int probes, const std::string& stopped = {}) {
  return codec::write_line(codec::Libraries{}) + codec::write_line(codec::Done{probes, stopped});
}

std::string fault_of(const model::Plan& plan, const std::string& text) {
  Transcript transcript(plan, "b");
  transcript.add(hello + opened + text);
  transcript.end(well);
  return transcript.fault() ? transcript.fault()->what : "none";
}

TEST(Rounds, EachHoldsEveryProbe) {
  Transcript transcript(perturbing(), "b");
  transcript.add(hello + opened + round(7) + both + round(9) + both + done(4));
  transcript.end(well);
  ASSERT_FALSE(transcript.fault()) << transcript.fault()->what;
  const auto run = transcript.take();
  ASSERT_EQ(run.rounds.size(), 2U);
  for (const auto& results : run.rounds) EXPECT_EQ(results.size(), 2U);
  EXPECT_TRUE(run.probes.empty());
  EXPECT_TRUE(run.whole());
}

TEST(Rounds, AProbeComesOnceInEach) {
  EXPECT_THAT(fault_of(perturbing(), round(7) + probe("a.1") + probe("a.1")), HasSubstr("probe a.1 came twice"));
  EXPECT_EQ(fault_of(perturbing(), round(7) + both + round(9) + probe("a.2") + probe("a.1") + done(4)), "none");
}

TEST(Rounds, OneThatIsMissingIsAFault) {
  EXPECT_THAT(fault_of(perturbing(), round(7) + both + done(2)), HasSubstr("4 probes asked for, 2 came"));
  EXPECT_THAT(fault_of(perturbing(), round(7) + both + round(9) + probe("a.1") + done(3)),
              HasSubstr("4 probes asked for, 3 came"));
  EXPECT_THAT(fault_of(perturbing(), round(7) + probe("a.1") + round(9) + both + done(3)),
              HasSubstr("4 probes asked for, 3 came"));
}

TEST(Rounds, OneThatWasNotAskedForIsAFault) {
  const auto surplus = "a round that was not asked for";
  EXPECT_THAT(fault_of(perturbing(), round(8)), HasSubstr(surplus));
  EXPECT_THAT(fault_of(perturbing(), round(9)), HasSubstr(surplus)) << "out of the plan's order";
  EXPECT_THAT(fault_of(perturbing(), round(7) + both + round(9) + both + round(7)), HasSubstr(surplus));
  EXPECT_THAT(fault_of(plan(), round(7)), HasSubstr(surplus));
}

TEST(Rounds, NothingIsMeasuredOutsideOfThem) {
  const auto outside = "a probe outside of a round";
  EXPECT_THAT(fault_of(perturbing(), codec::write_line(codec::Begin{"a.1"})), HasSubstr(outside));
  EXPECT_THAT(fault_of(perturbing(), probe("a.1")), HasSubstr(outside));
  EXPECT_THAT(fault_of(perturbing(), probe("a.1") + round(7) + both + round(9) + both + done(5)), HasSubstr(outside));
}

TEST(Rounds, TheLastLineCountsTheProbesOfAll) {
  EXPECT_THAT(fault_of(perturbing(), round(7) + both + round(9) + both + done(2)),
              HasSubstr("2 probes announced, 4 came"));
}

TEST(Rounds, ALostGpuMayEndThemEarly) {
  Transcript transcript(perturbing(), "b");
  transcript.add(hello + opened + round(7) + both + round(9) + done(2, "cuda-error"));
  transcript.end(well);
  EXPECT_FALSE(transcript.fault());
  EXPECT_TRUE(transcript.stopped());
  EXPECT_FALSE(transcript.take().whole());
}

TEST(Transcript, AnotherRecipeIsAnotherBuild) {
  Transcript transcript(plan(), "b");
  transcript.add(codec::write_line(codec::Hello{1, "b", 2}));
  ASSERT_TRUE(transcript.fault());
  EXPECT_EQ(transcript.fault()->kind, Kind::other_build);
}

TEST(Transcript, KilledFromOutsideSaysWhyThatMayBe) {
  Transcript transcript(plan(), "b");
  transcript.add(hello + opened + codec::write_line(codec::Begin{"a.1"}));
  transcript.end({.status = {}, .signal = SIGKILL});
  ASSERT_TRUE(transcript.fault());
  EXPECT_EQ(transcript.fault()->what, "the engine died of SIGKILL (the kernel does that when memory runs out) in a.1");
}

TEST(Transcript, HeardIsTheLineThatWasInItsPlace) {
  int heard = 0;
  Transcript transcript(plan(), "b", [&heard](const codec::Line&) { ++heard; });
  transcript.add(hello + opened + probe("b.1") + probe("a.1"));
  EXPECT_EQ(heard, 2);
}

}  // namespace
}  // namespace envguard::runner
