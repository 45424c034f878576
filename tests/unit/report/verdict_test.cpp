#include "report/verdict.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "codec/verdict.hpp"
#include "manifest/manifest.hpp"

#include "scenes.hpp"

namespace envguard::report {
namespace {

using test::expect_golden;
using test::Scene;
using testing::HasSubstr;

class VerdictText : public testing::TestWithParam<Scene> {};
INSTANTIATE_TEST_SUITE_P(Scenes, VerdictText, testing::ValuesIn(test::scenes()), [](const auto& scene) {
  auto name = scene.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(VerdictText, IsTheGoldenOne) {
  const auto& [name, verdict] = GetParam();
  expect_golden(name + ".txt", verdict_text(verdict, {}));
  expect_golden(name + ".120.txt", verdict_text(verdict, {false, 120}));
  expect_golden(name + ".color.txt", verdict_text(verdict, {true, 80}));
}

TEST_P(VerdictText, ColourChangesNoWord) {
  const auto colored = verdict_text(GetParam().verdict, {true, 80});
  std::string plain;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      plain += colored[i];
  }
  EXPECT_EQ(plain, verdict_text(GetParam().verdict, {}));
}

TEST_P(VerdictText, SendsNothingToTheTerminalButLinesOfText) {
  const auto text = verdict_text(GetParam().verdict, {});
  for (const auto line : base::split(text, '\n')) EXPECT_EQ(base::visible(line), line);
}

TEST_P(VerdictText, WrapsEverythingButCommandsAndMatches) {
  const auto& [name, verdict] = GetParam();
  const auto text = verdict_text(verdict, {});
  const auto command = [&](std::string_view line) {
    return std::ranges::any_of(verdict.judgements, [&](const auto& judgement) {
      return line.ends_with(judgement.accept) ||
             std::ranges::any_of(judgement.undo, [&](const auto& step) { return line.ends_with(step); });
    });
  };
  for (const auto line : base::split(text, '\n')) {
    const bool whole = line.starts_with("envguard: match") || command(line) || name == "hostile";
    EXPECT_TRUE(whole || base::display_width(line) <= 80) << line;
  }
}

TEST_P(VerdictText, JsonIsTheGoldenOneAndReadsBack) {
  const auto& [name, verdict] = GetParam();
  const auto json = codec::write_verdict(verdict);
  expect_golden(name + ".json", json);
  EXPECT_EQ(codec::write_verdict(codec::read_verdict(json)), json);
}

TEST_P(VerdictText, JsonHasTheMembersOfTheSchema) {
  test::expect_schema("verdict", codec::write_verdict(GetParam().verdict));
}

TEST(VerdictText, AMatchIsOneLineAndFitsEightyColumns) {
  const auto text = verdict_text(test::scenes().front().verdict, {});
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_LE(text.size(), 81U);
}

TEST(VerdictText, AKeptMatchIsTheSameWordsFromTheHookAndAtAnyWidth) {
  const auto measured = std::chrono::system_clock::from_time_t(1795421700);  // 2026-11-23T08:15:00Z
  const auto now = measured + std::chrono::minutes(3);
  for (auto [name, verdict] : test::scenes()) {
    if (!name.starts_with("match")) continue;
    manifest::Manifest kept;
    kept.line = kept_line(verdict);
    kept.measured = measured;
    for (auto& judgement : verdict.judgements) judgement.kept = true;
    for (const int width : {80, 300}) {
      const auto text = verdict_text(verdict, {.width = width, .now = now});
      EXPECT_THAT(text, HasSubstr("(torch 2.11.0+cu130; kept verdict, measured 3 min ago)"));
      EXPECT_EQ(text.substr(0, text.find('\n')), hit_line(kept, now).substr(0, text.find('\n')));
    }
  }
}

TEST(VerdictText, NothingJudgedNeverSaysMatch) {
  model::Verdict empty;
  empty.exit_code = base::ExitCode::not_judged;
  EXPECT_EQ(verdict_text(empty, {}), "envguard: nothing was judged\n");
}

TEST(VerdictText, EveryBlockedCommitSaysTheFourThings) {
  for (const auto& [name, verdict] : test::scenes()) {
    if (name != "drift-knob" && name != "drift-version") continue;
    const auto text = verdict_text(verdict, {});
    for (const auto* row : {"what moved  lowest layer", "how far     ", "cause       ", "goes with   ", "to undo     ",
                            "to accept   envguard lock"}) {
      EXPECT_THAT(text, HasSubstr(row)) << name;
    }
  }
}

}  // namespace
}  // namespace envguard::report
