#include "compare/cause.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compare/experiments.hpp"

namespace envguard::compare {

namespace {

using model::Cause;
using Line = Answer::Line;

/// Written as if every answer were at hand. One that is missing ends it with Unanswered, and it is run again with one
/// answer more.
class Search {
 public:
  explicit Search(const Experiments& experiments) : experiments_(experiments) {}

  /// Throws Unanswered.
  void run() {
    const auto& all = experiments_.all();
    if (all.empty() || first_guess()) return;
    const auto& back = experiments_.leaving({});
    if (!back.fault.empty()) {
      for (const auto index : all) (void)experiments_.leaving(without(all, {index}));
      return;
    }
    for (std::size_t i = 0; i < back.lines.size(); ++i) {
      if (back.lines[i] == Line::locked) explained_.push_back(i);
    }
    if (explained_.empty()) return;
    auto rest = all;
    while (suffices(rest)) {
      sufficient_.push_back(smallest_sufficient(rest));
      rest = without(rest, sufficient_.back());
    }
    // With these put back and nothing else, every explained probe must return; else something interacts.
    confirmed_ = restores(rest);
  }

  [[nodiscard]] bool confirmed() const { return confirmed_; }
  [[nodiscard]] const std::vector<Set>& sufficient() const { return sufficient_; }
  [[nodiscard]] int explained() const { return static_cast<int>(explained_.size()); }

  /// Whether each member of the one sufficient set, alone, was seen to move something.
  [[nodiscard]] bool separately() const {
    if (sufficient_.size() != 1 || sufficient_.front().size() < 2) return false;
    return std::ranges::all_of(sufficient_.front(), [&](std::size_t index) {
      const auto* alone = experiments_.known({index});
      return alone != nullptr && alone->fault.empty() && !alone->all(Line::locked);
    });
  }

  /// Whether no member of the one sufficient set moves anything alone, and none can be left out.
  [[nodiscard]] bool only_together() const {
    if (sufficient_.size() != 1 || sufficient_.front().size() < 2) return false;
    const auto all_locked = [&](const Set& left) {
      const auto* known = experiments_.known(left);
      return known != nullptr && every_explained(*known, Line::locked);
    };
    return std::ranges::all_of(sufficient_.front(), [&](std::size_t index) {
      return all_locked({index}) && all_locked(without(sufficient_.front(), {index}));
    });
  }

 private:
  /// Put back alone, the likeliest returns everything; set alone, it drifts everything alike.
  bool first_guess() {
    const auto& all = experiments_.all();
    const Set guess{all.front()};
    if (!experiments_.leaving(without(all, guess)).all(Line::locked)) return false;
    if (!experiments_.leaving(guess).all(Line::drifted)) return false;
    for (std::size_t i = 0; i < experiments_.probes(); ++i) explained_.push_back(i);
    sufficient_ = {guess};
    confirmed_ = true;
    return true;
  }

  [[nodiscard]] bool every_explained(const Answer& answer, Line line) const {
    return answer.fault.empty() &&
           std::ranges::all_of(explained_, [&](std::size_t probe) { return answer.lines[probe] == line; });
  }
  [[nodiscard]] bool suffices(const Set& left) const {
    return !left.empty() && every_explained(experiments_.leaving(left), Line::drifted);
  }
  [[nodiscard]] bool restores(const Set& left) const {
    return every_explained(experiments_.leaving(left), Line::locked);
  }

  /// Tries ever finer parts and their complements, until no single difference can be taken away.
  [[nodiscard]] Set smallest_sufficient(Set set) const {
    for (std::size_t parts = 2; set.size() > 1;) {
      parts = std::min(parts, set.size());
      auto smaller = part_that_suffices(set, parts);
      if (!smaller.empty()) {
        set = std::move(smaller);
        parts = 2;
      } else if (parts == set.size()) {
        break;
      } else {
        parts *= 2;
      }
    }
    return set;
  }

  [[nodiscard]] Set part_that_suffices(const Set& set, std::size_t parts) const {
    std::vector<Set> chunks(parts);
    for (std::size_t i = 0; i < set.size(); ++i) chunks[i * parts / set.size()].push_back(set[i]);
    for (const auto& chunk : chunks) {
      if (suffices(chunk)) return chunk;
    }
    for (const auto& chunk : chunks) {
      auto rest = without(set, chunk);
      if (parts > 2 && suffices(rest)) return rest;
    }
    return {};
  }

  const Experiments& experiments_;
  std::vector<std::size_t> explained_;
  std::vector<Set> sufficient_;
  bool confirmed_ = false;
};

/// "A, B and C".
std::string joined(const std::vector<std::string>& names) {
  if (names.size() < 2) return names.empty() ? std::string() : names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::string probes(int number) {
  return number == 1 ? "1 probe" : fmt::format("{} probes", number);
}

std::string confirmed_in_words(const Cause& cause) {
  const auto returns =
      fmt::format("put back, {} to the locked bits",
                  cause.explained == 1 ? "the 1 probe returns" : fmt::format("all {} probes return", cause.explained));
  std::vector<std::string> sets;
  for (const auto& set : cause.sufficient) sets.push_back(joined(set));
  std::string text;
  if (sets.size() > 1) {
    text = fmt::format("{} each suffice alone; all {}", joined(sets), returns);
  } else if (cause.separately) {
    text = fmt::format("{}, each moving a part of it; {}", sets.front(), returns);
  } else if (cause.sufficient.front().size() > 1) {
    text = fmt::format("{}, {}together; {}", sets.front(), cause.only_together ? "only " : "", returns);
  } else {
    text = fmt::format("{}: {}", sets.front(), returns);
  }
  if (cause.explained == cause.of) return text;
  text += fmt::format("; {} more stay moved", probes(cause.of - cause.explained));
  return cause.candidates.empty() ? text : fmt::format("{}, consistent with {}", text, cause.candidates.front());
}

/// `sufficient`: a set that was seen to suffice and is not confirmed.
std::string unsettled_in_words(const Cause& cause, const std::vector<std::string>& sufficient) {
  if (cause.cut_short) {
    return fmt::format("not settled: nothing more may be spent after {} processes", cause.experiments.size());
  }
  const auto crashed = std::ranges::find_if(cause.experiments, [](const auto& each) { return !each.fault.empty(); });
  if (crashed != cause.experiments.end()) {
    return fmt::format("not settled: with {} put back, {}", joined(crashed->put_back), crashed->fault);
  }
  if (cause.explained > 0) {
    return sufficient.empty()
               ? "not settled: what differs interacts, and no set of it brings the same bits about alone"
               : fmt::format(
                     "not settled: {} brings the same bits about alone, and put back does not return them: what "
                     "differs interacts",
                     joined(sufficient));
  }
  if (!cause.candidates.empty()) {
    const auto tried = cause.experiments.empty() ? "" : "; what could be put back returns no probe";
    return fmt::format("consistent with {}{}", cause.candidates.front(), tried);
  }
  return cause.experiments.empty()
             ? "nothing that the lock records differs: the hardware moved it, or something unrecorded"
             : "what differs was put back and no probe returned: the hardware moved it, or something unrecorded";
}

}  // namespace

std::variant<Measure, Cause> find_cause(const CauseQuestion& question, const std::vector<Measured>& experiments,
                                        bool may_go_on) {
  const Experiments done(question, experiments);
  Search search(done);
  Cause cause;
  try {
    search.run();
  } catch (const Unanswered& next) {
    if (may_go_on) return done.measure(next);
    cause.cut_short = true;
  }
  cause.of = static_cast<int>(done.probes());
  cause.explained = search.explained();
  cause.experiments = done.records();
  if (search.confirmed()) {
    cause.certainty = Cause::Certainty::confirmed;
    for (const auto& set : search.sufficient()) cause.sufficient.push_back(done.names(set));
    cause.separately = search.separately();
    cause.only_together = search.only_together();
  }
  if (cause.explained < cause.of) cause.candidates = question.others;
  const auto* all_put_back = done.known({});
  const bool crashed = all_put_back != nullptr && !all_put_back->fault.empty();
  const bool settled = !cause.cut_short && !crashed && cause.explained == 0;
  if (settled && !cause.candidates.empty()) cause.certainty = Cause::Certainty::consistent_with;
  const auto seen = search.sufficient().empty() ? std::vector<std::string>() : done.names(search.sufficient().front());
  cause.what = search.confirmed() ? confirmed_in_words(cause) : unsettled_in_words(cause, seen);
  return cause;
}

}  // namespace envguard::compare
