#include "cli/memory.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cache/entries.hpp"
#include "cache/transients.hpp"
#include "codec/verdict.hpp"

namespace envguard::cli {

namespace {

cache::Entries verdicts(const Call& call) {
  return {call.machine.cache / "verdicts", {}};
}

base::Hash128 key(const std::filesystem::path& place) {
  return base::hash128("last verdict in " + place.string());
}

std::vector<std::string> transients_of(const model::Judgement& judgement) {
  auto ids = judgement.transient;
  if (judgement.as_is) ids.insert(ids.end(), judgement.as_is->transient.begin(), judgement.as_is->transient.end());
  return ids;
}

std::string in_words(const std::string& hardware, const std::vector<std::string>& probes) {
  return fmt::format("{} probe{} flipped once on {}: {}", probes.size(), probes.size() == 1 ? "" : "s",
                     base::visible(hardware), base::visible(fmt::format("{}", fmt::join(probes, ", "))));
}

/// A probe that flipped within the month and did it again is unstable, and one more flip of this hardware.
void add_repeated(std::vector<std::string>& ids, const model::Numerics& numerics,
                  const std::vector<std::string>& recent) {
  std::ranges::copy_if(numerics.unstable, std::back_inserter(ids),
                       [&](const auto& id) { return std::ranges::find(recent, id) != recent.end(); });
}

}  // namespace

void remember_verdict(const Call& call, const std::filesystem::path& place, const model::Verdict& verdict) {
  if (!call.machine.cache.empty()) verdicts(call).keep(key(place), codec::write_verdict(verdict));
}

std::optional<model::Verdict> last_verdict(const Call& call, const std::filesystem::path& place) {
  if (call.machine.cache.empty()) return std::nullopt;
  const auto text = verdicts(call).find(key(place));
  if (!text) return std::nullopt;
  try {
    return codec::read_verdict(*text);
  } catch (const base::Error&) {
    return std::nullopt;  // what another version kept is absent
  }
}

void remember_transients(const Call& call, const model::Verdict& verdict) {
  if (call.machine.cache.empty()) return;
  const cache::Transients kept(call.machine.cache);
  for (const auto& judgement : verdict.judgements) {
    if (judgement.kept) continue;
    auto ids = transients_of(judgement);
    if (judgement.outcome != model::Outcome::match) {  // the usual case asks no file
      const auto recent = recent_transients(call, judgement.hardware);
      add_repeated(ids, judgement, recent);
      if (judgement.as_is) add_repeated(ids, *judgement.as_is, recent);
    }
    if (ids.empty()) continue;
    const auto now = call.machine.now();
    kept.add({model::utc_time(now), judgement.hardware, ids, false}, now);
  }
}

std::vector<std::string> recent_transients(const Call& call, const std::string& hardware) {
  std::vector<std::string> ids;
  if (call.machine.cache.empty()) return ids;
  for (const auto& transient : cache::Transients(call.machine.cache).recent(call.machine.now(), hardware)) {
    ids.insert(ids.end(), transient.probes.begin(), transient.probes.end());
  }
  return ids;
}

void tell_of_transients(const Call& call) {
  if (call.machine.cache.empty() || !call.machine.now) return;
  for (const auto& transient : cache::Transients(call.machine.cache).recent(call.machine.now())) {
    if (transient.acknowledged) continue;
    call.streams.err << fmt::format("envguard: transient of {}: {}; seen: envguard explain --ack\n", transient.when,
                                    in_words(transient.hardware, transient.probes))
                     << std::flush;
  }
}

void acknowledge_transients(const Call& call) {
  if (!call.machine.cache.empty()) cache::Transients(call.machine.cache).acknowledge_all(call.machine.now());
}

void refuse_suspect(const Call& call, const std::string& hardware) {
  if (call.machine.cache.empty()) return;
  const auto flips = cache::Transients(call.machine.cache).recent(call.machine.now(), hardware).size();
  if (flips < cache::Transients::suspect) return;
  throw base::Error(base::ExitCode::unstable,
                    fmt::format("{} is suspect: it flipped {} times in 30 days; nothing was written", hardware, flips),
                    "test the hardware (memory, cooling, ECC counters), or lock on another machine");
}

void show_on_terminal(const Call& call, const model::Verdict& verdict) {
  for (const auto& judgement : verdict.judgements) {
    const auto ids = transients_of(judgement);
    if (ids.empty() || judgement.kept) continue;
    std::ofstream terminal(call.machine.terminal);
    terminal << "envguard: transient: " << in_words(judgement.hardware, ids)
             << "; possible silent data corruption: envguard explain\n";
  }
}

}  // namespace envguard::cli
