#include "report/explain.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/verdict.hpp"

#include "scenes.hpp"

namespace envguard::report {
namespace {

using test::Scene;
using testing::HasSubstr;
using testing::Not;

class ExplainText : public testing::TestWithParam<Scene> {};
INSTANTIATE_TEST_SUITE_P(Scenes, ExplainText, testing::ValuesIn(test::scenes()), [](const auto& scene) {
  auto name = scene.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(ExplainText, IsTheGoldenOne) {
  const auto& [name, verdict] = GetParam();
  test::expect_golden(name + ".explain.txt", explain_text(verdict, {}));
}

TEST_P(ExplainText, SendsNothingToTheTerminalButLinesOfText) {
  const auto text = explain_text(GetParam().verdict, {});
  for (const auto line : base::split(text, '\n')) EXPECT_EQ(base::visible(line), line);
}

TEST_P(ExplainText, WrapsEverythingButCommands) {
  const auto& [name, verdict] = GetParam();
  if (name == "hostile") return;
  for (const int width : {80, 120}) {
    const auto text = explain_text(verdict, {false, width});
    for (const auto line : base::split(text, '\n')) {
      const bool command = std::ranges::any_of(verdict.judgements, [&](const auto& judgement) {
        return line.ends_with(judgement.accept) ||
               std::ranges::any_of(judgement.undo, [&](const auto& step) { return line.ends_with(step); });
      });
      EXPECT_TRUE(command || base::display_width(line) <= static_cast<std::size_t>(width)) << line;
    }
  }
}

/// Whoever reads it needs no other page: every term stands with its meaning.
TEST_P(ExplainText, EveryTermIsExplainedWhereItIsUsed) {
  const auto text = explain_text(GetParam().verdict, {});
  const std::pair<const char*, const char*> terms[] = {{" x band", "The band is how far"},
                                                       {"probes were run", "A probe is one small computation"},
                                                       {"strict profile", "pins threads, determinism and TF32"},
                                                       {"Confirmed", "Confirmed means both ways round"},
                                                       {"as-is:", "PyTorch's own defaults"},
                                                       {"e-07 (", "relative L2 distance"}};
  for (const auto& [term, meaning] : terms) {
    if (text.find(term) == std::string::npos) continue;
    std::string flat;
    for (const auto word : base::split(text, '\n')) flat += std::string(word) + " ";
    std::string single;
    std::ranges::unique_copy(flat, std::back_inserter(single), [](char a, char b) { return a == ' ' && b == ' '; });
    EXPECT_THAT(single, HasSubstr(meaning)) << term;
  }
}

TEST(ExplainText, AMatchAsksForNothing) {
  EXPECT_THAT(explain_text(test::scenes().front().verdict, {}), Not(HasSubstr("What to do")));
}

TEST(ExplainText, EveryOtherVerdictSaysWhatToDo) {
  for (const auto& [name, verdict] : test::scenes()) {
    if (name.starts_with("match")) continue;
    EXPECT_THAT(explain_text(verdict, {}), HasSubstr("What to do")) << name;
  }
}

TEST(ExplainText, AFileWithAnImpossibleDistanceIsRefused) {
  auto verdict = test::scenes().front().verdict;
  for (auto& scene : test::scenes()) {
    if (scene.name == "drift-knob") verdict = scene.verdict;
  }
  auto& distance = verdict.judgements.front().moved.front().distance;
  for (const auto& wrong : {model::Distance{0, 0, 0, false, true}, model::Distance{1, 2, 3, false, true},
                            model::Distance{1, 0, -1, false, true}, model::Distance{1, 1, 1, false, false}}) {
    distance = wrong;
    EXPECT_THROW(static_cast<void>(codec::read_verdict(codec::write_verdict(verdict))), base::Error) << wrong.value;
  }
  distance = model::Distance{1e-320, 8e-321, 1.3e-320, false, true};
  EXPECT_THAT(explain_text(codec::read_verdict(codec::write_verdict(verdict)), {}), HasSubstr("e-320"));
}

TEST(ExplainText, OfNothingSaysSo) {
  EXPECT_EQ(explain_text({}, {}), "envguard explain: nothing was judged\n");
}

}  // namespace
}  // namespace envguard::report
