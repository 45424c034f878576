#include "lockfile/lock.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/text.hpp"

#include "fixtures.hpp"
#include "sample_lock.hpp"

namespace envguard::lockfile {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_lock(text, "train/h200.toml"));
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
    return error.what();
  }
  return "";
}

TEST(Lock, WritesTheDocumentedBytes) {
  EXPECT_EQ(write_lock(sample_pair().lock), read_fixture("locks/cpu.toml"));
  EXPECT_EQ(write_lock(seal(sample_gpu_lock(), sample_evidence(sample_gpu_lock())).lock),
            read_fixture("locks/gpu.toml"));
}

TEST(Lock, ReadsWhatItWrote) {
  const model::Lock lock = parse_lock(read_fixture("locks/cpu.toml"), "cpu.toml");
  const model::Lock sample = sample_pair().lock;
  EXPECT_EQ(lock.environment, sample.environment);
  EXPECT_EQ(lock.target, sample.target);
  EXPECT_EQ(lock.reason, sample.reason);
  EXPECT_EQ(lock.id, sample.id);
  EXPECT_EQ(lock.evidence, sample.evidence);
  EXPECT_EQ(lock.versions, sample.versions);
  EXPECT_EQ(lock.key, sample.key);
  EXPECT_EQ(lock.change, sample.change);
  EXPECT_EQ(lock.quarantined, sample.quarantined);
  EXPECT_EQ(lock.strict, sample.strict);
  EXPECT_EQ(std::get<model::GpuKey>(parse_lock(read_fixture("locks/gpu.toml"), "gpu.toml").key).sm_count, 132);
}

TEST(Lock, BelongsWhereItLies) {
  const model::Lock lock = sample_pair().lock;
  EXPECT_NO_THROW(check_place(lock, lock.environment, lock.target, "cpu.toml"));
  for (const auto& [environment, target] :
       {std::pair<std::string, std::string>("serve", lock.target), {lock.environment, "other"}}) {
    try {
      check_place(lock, environment, target, "index:there.toml");
      ADD_FAILURE() << environment << "/" << target;
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
      EXPECT_EQ(error.place(), "index:there.toml");
      EXPECT_EQ(error.message(), "this lock says it is " + lock.environment + "/" + lock.target + ", and lies as " +
                                     environment + "/" + target);
      EXPECT_FALSE(error.next().empty());
    }
  }
}

TEST(Lock, KeepsKeysOfALaterVersionOfItsSchema) {
  const std::string text = read_fixture("locks/later.toml");
  const model::Lock lock = parse_lock(text, "later.toml");
  EXPECT_THAT(lock.unknown,
              testing::Contains(std::pair<std::string, std::string>("change.linalg.second", "\"cholesky\"")));
  EXPECT_THAT(lock.unknown,
              testing::Contains(std::pair<std::string, std::string>("image.\"a.b\"", "[1, 2.5, { c = true }]")));
  EXPECT_EQ(write_lock(lock), text);
}

TEST(Lock, EveryLineIsCoveredByTheId) {
  const std::string text = write_lock(sample_pair().lock);
  const auto by_hand = testing::HasSubstr("edited or merged by hand");
  EXPECT_EQ(refusal(text), "");
  EXPECT_THAT(refusal(replaced(text, "ec0c5a51", "fc0c5a51")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "exp_f64", "exp_f32")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "\"unsupported\"", "\"not-deterministic\"")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "[strict.arith]\nexp_f64 = \"ec0c5a51977450d80c8a01c0cfe5b7a6\"\n", "")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "[strict.linalg]", "[strict.blas]")), by_hand);
  EXPECT_THAT(refusal(text + "added = \"unsupported\"\n"), by_hand);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : base::split(text, '\n')) lines.emplace_back(line);
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

bool is_comment_or_blank(const std::string& line) {
  return line.empty() || line.starts_with('#');
}

TEST(Lock, EveryLineIsCoveredByTheSeal) {
  const auto whole = lines_of(write_lock(sample_pair().lock));
  int tried = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (is_comment_or_blank(whole[i])) continue;
    auto without = whole, twice = whole;
    without.erase(without.begin() + static_cast<long>(i));
    twice.insert(twice.begin() + static_cast<long>(i), whole[i]);
    EXPECT_NE(refusal(text_of(without)), "") << "without: " << whole[i];
    EXPECT_NE(refusal(text_of(twice)), "") << "twice: " << whole[i];
    // Each character in turn, so that every part of a line is tried.
    for (std::size_t at = 0; at < whole[i].size(); ++at) {
      auto changed = whole;
      changed[i][at] = changed[i][at] == 'x' ? 'y' : 'x';
      EXPECT_NE(refusal(text_of(changed)), "") << changed[i];
      ++tried;
    }
  }
  EXPECT_GT(tried, 1000);
}

/// What `[change]` and the tables of recorded values say, without their order, which nothing depends on.
std::string without_order(model::Lock lock) {
  for (auto* table : {&lock.versions, &lock.build, &lock.caches, &lock.knobs, &lock.settings, &lock.unknown})
    std::ranges::sort(*table);
  if (lock.change) std::ranges::sort(lock.change->layers, {}, &model::LayerChange::layer);
  return write_lock(lock);
}

TEST(Lock, TwoLinesThatChangePlacesAreFoundOutOrMeanTheSame) {
  const model::Lock sample = sample_pair().lock;
  const auto whole = lines_of(write_lock(sample));
  int read = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (std::size_t j = i + 1; j < whole.size(); ++j) {
      auto swapped = whole;
      std::swap(swapped[i], swapped[j]);
      try {
        const auto lock = parse_lock(text_of(swapped), "T");
        EXPECT_EQ(lock.strict, sample.strict) << whole[i] << " <-> " << whole[j];
        EXPECT_EQ(lock.as_is, sample.as_is) << whole[i] << " <-> " << whole[j];
        EXPECT_EQ(lock.quarantined, sample.quarantined);
        EXPECT_EQ(without_order(lock), without_order(sample)) << whole[i] << " <-> " << whole[j];
        ++read;
      } catch (const base::Error& error) {
        EXPECT_EQ(error.code(), base::ExitCode::lock_unreadable);
      }
    }
  }
  EXPECT_GT(read, 20) << "two versions, or a comment and a blank line, may change places";
}

TEST(Lock, WhatIsUnknownIsSealedToo) {
  const std::string text = read_fixture("locks/later.toml");
  const auto by_hand = testing::HasSubstr("edited or merged by hand. At least one line is not as");
  EXPECT_EQ(refusal(text), "");
  EXPECT_THAT(refusal(replaced(text, "[1, 2.5", "[1, 2.25")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "on-gpu = 3", "on-gpu = 4")), by_hand);
  EXPECT_THAT(refusal(replaced(text, "pulled = 2026-11-23\n", "")), by_hand);
  EXPECT_THAT(refusal(text + "\n[later]\n"), by_hand) << "an empty table is one more";
}

TEST(Lock, CommentsAndBlankLinesAreNotSealed) {
  std::string text = write_lock(sample_pair().lock);
  text = replaced(text, "[versions]", "# Why so old?\n\n\n[versions]  # pinned");
  EXPECT_EQ(parse_lock(text, "T").versions, sample_lock().versions);
}

TEST(Lock, OfSchemaOneIsReadAndWrittenAsTheCurrentOne) {
  const model::Lock old = parse_lock(read_fixture("locks/schema-1.toml"), "T");
  EXPECT_EQ(old.schema, 1);
  const std::string text = write_lock(old);
  EXPECT_EQ(text, read_fixture("locks/cpu.toml"));
  EXPECT_EQ(parse_lock(text, "T").schema, model::Lock::current_schema);
}

TEST(Lock, NoReasonIsWrittenThatNoReaderTakes) {
  model::Lock lock = sample_pair().lock;
  lock.reason = std::string(20'000, 'x');
  try {
    static_cast<void>(write_lock(lock));
    ADD_FAILURE() << "was written";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ExitCode::could_not_measure);
    EXPECT_EQ(error.next(), "give a shorter --reason");
  }
}

TEST(Lock, LinesKeepTheOrderOfTheFile) {
  const std::string text = write_lock(sample_pair().lock);
  const std::string swapped = replaced(replaced(text, "svdvals = \"unsupported\"\n", ""),
                                       "cholesky =", "svdvals = \"unsupported\"\ncholesky =");
  EXPECT_THAT(refusal(swapped), testing::HasSubstr("edited or merged by hand"));
}

TEST(Lock, IsReadInAnyLayoutThatMeansTheSame) {
  std::string text = write_lock(sample_pair().lock);
  text = replaced(text, "[strict.arith]\nexp_f64", "[strict]\narith.exp_f64");
  text = replaced(text, "\n[strict.linalg]\ncholesky", "linalg.\"cholesky\"");
  text = replaced(text, "svdvals = ", "'linalg' . svdvals = ");
  EXPECT_EQ(parse_lock("\xEF\xBB\xBF" + text, "T").strict, sample_lock().strict);
}

TEST(Lock, AnotherMeasurementOfOneProbeChangesFourLines) {
  const auto lines = [](const model::Lock& lock) {
    const std::string text = write_lock(seal(lock, sample_evidence(lock)).lock);
    std::vector<std::string> result;
    for (const auto line : base::split(text, '\n')) result.emplace_back(line);
    return result;
  };
  model::Lock moved = sample_lock();
  moved.strict[1].second = "00000000000000000000000000000002";
  const auto before = lines(sample_lock());
  const auto after = lines(moved);
  ASSERT_EQ(before.size(), after.size());
  int changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] == after[i] ? 0 : 1;
  EXPECT_EQ(changed, 4) << "id, evidence, seal, the probe";
}

TEST(Lock, NoLayerBeginsTwice) {
  model::Lock lock = sample_lock();
  lock.strict.emplace_back("arith.late", "unsupported");
  EXPECT_THROW(static_cast<void>(write_lock(lock)), std::invalid_argument);
}

TEST(Lock, ShowsWhatCannotBeSeen) {
  model::Lock lock = sample_pair().lock;
  lock.reason = "a\"\\\n\t\x01\x7f\xE2\x80\xAE\xF0\x9F\x98\x80";
  const std::string text = write_lock(lock);
  EXPECT_THAT(text, testing::HasSubstr(R"(reason = "a\"\\\n\t\u0001\u007F\u202E)"));
  EXPECT_EQ(parse_lock(text, "T").reason, lock.reason);
  lock.knobs = {{"a key", "\xff"}};
  EXPECT_THAT(write_lock(lock), testing::HasSubstr(R"("a key" = "\\xff")"));
}

TEST(Lock, ARefusedValueIsShownShortAndHarmless) {
  model::Lock lock = sample_pair().lock;
  lock.knobs = {{"LD_PRELOAD", "\x1b[2J" + std::string(1000, 'a')}};
  const auto message = refusal(write_lock(lock));
  EXPECT_THAT(message, testing::HasSubstr("LD_PRELOAD of [knobs] is \"\\x1b[2Jaaa"));
  EXPECT_LT(message.size(), 600U);
}

}  // namespace
}  // namespace envguard::lockfile
