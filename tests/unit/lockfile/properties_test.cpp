#include <cstring>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "lockfile/evidence.hpp"
#include "lockfile/lock.hpp"
#include "lockfile/policy.hpp"
#include "lockfile/utf8.hpp"

#include "fixtures.hpp"
#include "sample_lock.hpp"

namespace envguard::lockfile {
namespace {

/// A text of whole code points, ugly ones among them.
rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"a",
                                                                 "Z",
                                                                 "0",
                                                                 " ",
                                                                 ".",
                                                                 "\"",
                                                                 "\\",
                                                                 "'",
                                                                 "#",
                                                                 "\n",
                                                                 "\t",
                                                                 "\r",
                                                                 "=",
                                                                 "[",
                                                                 "]",
                                                                 "{",
                                                                 "\x01",
                                                                 "\x1b",
                                                                 "\x7f",
                                                                 "ü",
                                                                 "日",
                                                                 "\xE2\x80\xAE",
                                                                 "\xEF\xBB\xBF",
                                                                 "\xEF\xBB\xAF",
                                                                 "\xEF\xBF\xBF",
                                                                 "\xF0\x9F\x98\x80",
                                                                 "\xF4\x8F\xBF\xBF"});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string text;
    for (const auto& part : pieces) text += part;
    return text;
  });
}

/// A table whose names and values are put together from these pieces.
model::Table any_table(std::vector<std::string> names, const std::vector<std::string>& pieces) {
  model::Table table;
  for (auto& name : names) {
    std::string value = *rc::gen::elementOf(pieces);
    for (auto more = *rc::gen::inRange(0, 4); more > 0; --more) value += *rc::gen::elementOf(pieces);
    if (*rc::gen::arbitrary<bool>()) table.emplace_back(std::move(name), std::move(value));
  }
  return table;
}

/// Every form of value that envguard writes into [knobs].
model::Table any_knobs() {
  model::Table knobs = any_table({"MKL_CBWR", "GLIBC_TUNABLES", "PYTORCH_TUNABLEOP_X"},
                                 {"a", "Z", "0", " ", ".", "\"", "\\", "'", "#", "=", "[", "]", "{", "`", ";", "\\n"});
  if (*rc::gen::arbitrary<bool>())
    knobs.emplace_back("LD_PRELOAD", "a.so@1f xxh3:00112233445566778899aabbccddeeff@missing");
  if (*rc::gen::arbitrary<bool>()) knobs.emplace_back("OMP_NUM_THREADS", "xxh3:00112233445566778899aabbccddeeff");
  return knobs;
}

std::vector<model::ProbeLine> any_lines() {
  std::vector<model::ProbeLine> lines;
  const auto count = *rc::gen::inRange<std::size_t>(1, 8);
  for (const std::string layer : {"arith", "blas", "train"}) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto hash = *rc::gen::arbitrary<std::pair<std::uint64_t, std::uint64_t>>();
      const auto line = *rc::gen::element(base::Hash128{hash.first, hash.second}.hex(), std::string("unsupported"));
      lines.emplace_back(layer + ".probe_" + std::to_string(9 - i) + *rc::gen::element<std::string>("", ".w1", "-x"),
                         line);
    }
  }
  return lines;
}

model::Key any_key() {
  const model::Key cpu = model::CpuKey{*any_text(), *rc::gen::inRange(0, 300), *rc::gen::inRange(0, 300), *any_text()};
  const model::Key gpu = model::GpuKey{*any_text(), *any_text(), *rc::gen::inRange(1, 300), *any_text()};
  return *rc::gen::element(cpu, gpu);
}

model::Lock any_lock() {
  model::Lock lock = sample_lock();
  lock.reason = *any_text();
  lock.versions = any_table({"torch", "numpy", "torch-git"}, {"1", "a", ".", "+", "!", "_", "-", "Z"});
  lock.build = any_table({"cuda", "show-config"}, {" ", "a", "\"", "\\", "'", "#", "=", "~", "/"});
  lock.key = any_key();
  lock.caches = any_table({"l1d", "l2"}, {"1", " ", "KiB", "\""});
  lock.knobs = any_knobs();
  if (*rc::gen::arbitrary<bool>())
    lock.change = model::Change{{*any_text(), *any_text()},
                                {*any_text()},
                                {{"blas", 1, 9, *any_text(), *any_text(), *any_text()}, {"train", 0, 1}}};
  lock.strict = any_lines();
  lock.id = model::fingerprint_id(lock.strict);
  lock.settings = any_table({"sdpa_default_f32", "sdpa_default_x_causal"}, {"flash", "math"});
  if (*rc::gen::arbitrary<bool>()) lock.settings.emplace_back("threads", std::to_string(*rc::gen::inRange(1, 999'999)));
  lock.as_is = *rc::gen::arbitrary<bool>() ? any_lines() : std::vector<model::ProbeLine>{};
  lock.as_is_id = lock.as_is.empty() ? base::Hash128{} : model::fingerprint_id(lock.as_is);
  return lock;
}

RC_GTEST_PROP(Properties, LocksReadBackAsWritten, ()) {
  const model::Lock lock = any_lock();
  const std::string text = write_lock(lock);
  const model::Lock read = parse_lock(text, "T");
  RC_ASSERT(read.reason == lock.reason);
  RC_ASSERT(read.versions == lock.versions);
  RC_ASSERT(read.build == lock.build);
  RC_ASSERT(read.key == lock.key);
  RC_ASSERT(read.caches == lock.caches);
  RC_ASSERT(read.knobs == lock.knobs);
  RC_ASSERT(read.change == lock.change);
  RC_ASSERT(read.strict == lock.strict);
  RC_ASSERT(read.settings == lock.settings);
  RC_ASSERT(read.as_is == lock.as_is);
  RC_ASSERT(read.as_is_id == lock.as_is_id);
  RC_ASSERT(read.unknown.empty());
  RC_ASSERT(write_lock(read) == text);
}

RC_GTEST_PROP(Properties, EvidenceReadsBackAsWritten, ()) {
  model::Lock lock = any_lock();
  std::vector<model::EvidenceRecord> records;
  std::vector<std::pair<model::Profile, model::ProbeLine>> lines;
  for (const auto& line : lock.strict) lines.emplace_back(model::Profile::strict, line);
  for (const auto& line : lock.as_is) lines.emplace_back(model::Profile::as_is, line);
  for (const auto& [profile, line] : lines) {
    model::Evidence evidence;
    evidence.norm = *rc::gen::arbitrary<double>();
    evidence.elements = *rc::gen::arbitrary<std::uint64_t>();
    evidence.sentinels[15] = *rc::gen::arbitrary<double>();
    evidence.sketch.low[31] = *rc::gen::arbitrary<float>();
    std::optional<double> band;
    if (*rc::gen::arbitrary<bool>()) band = *rc::gen::nonNegative<int>() * 1e-9;
    if (!model::parse_status(line.second)) records.push_back({profile, line.first, evidence, band});
  }
  const auto sealed = seal(lock, records);
  const auto table = parse_evidence(sealed.evidence, sealed.lock, "T");
  for (const auto& record : records) RC_ASSERT(*table.record(record.id, record.profile) == record);
}

/// A real file with bytes changed, taken out, put in or repeated.
std::string mutated(std::string text) {
  static const std::vector<std::string> pieces{"[",
                                               "]",
                                               "\"",
                                               "'''",
                                               "\"\"\"",
                                               "=",
                                               ".",
                                               "\n",
                                               "#",
                                               "{",
                                               "}",
                                               ",",
                                               "1e9",
                                               "true",
                                               "1979-05-27T07:32:00Z",
                                               "\xEF\xBB\xAF",
                                               "\xff",
                                               std::string(1, '\0'),
                                               "a.b.c",
                                               "[[x]]\n"};
  const auto changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes && !text.empty(); ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto length = std::min(*rc::gen::inRange<std::size_t>(0, 20), text.size() - at);
    const std::string put = *rc::gen::oneOf(rc::gen::elementOf(pieces), rc::gen::just(text.substr(at, length)),
                                            rc::gen::just(std::string()));
    text.replace(at, *rc::gen::element(std::size_t{0}, length), put);
  }
  return text;
}

template <class Parse>
void parses_or_says_why(const Parse& parse) {
  try {
    parse();
  } catch (const base::Error& error) {
    RC_ASSERT(!error.message().empty());
    RC_ASSERT(!error.place().empty());
    RC_ASSERT(!error.next().empty());
  }
}

RC_GTEST_PROP(Properties, NoPolicyCrashes, ()) {
  const std::string text = mutated(read_fixture("policies/full.toml"));
  parses_or_says_why([&] { static_cast<void>(parse_policy(text, "P")); });
  parses_or_says_why([&] { static_cast<void>(parse_pyproject(text, "P")); });
}

RC_GTEST_PROP(Properties, NoLockCrashes, ()) {
  const std::string text = mutated(read_fixture("locks/later.toml"));
  parses_or_says_why([&] { static_cast<void>(parse_lock(text, "L")); });
}

RC_GTEST_PROP(Properties, NoTextCrashes, (const std::string& text)) {
  parses_or_says_why([&] { static_cast<void>(parse_policy(text, "P")); });
  parses_or_says_why([&] { static_cast<void>(parse_lock(text, "L")); });
  parses_or_says_why([&] { static_cast<void>(parse_policy(*any_text(), "P")); });
}

}  // namespace
}  // namespace envguard::lockfile
