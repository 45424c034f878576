#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compare/cause.hpp"

namespace envguard::compare {

/// Substitutes by their index in the question, in order.
using Set = std::vector<std::size_t>;
[[nodiscard]] Set without(const Set& all, const Set& some);

/// What one process said of each probe that drifted.
struct Answer {
  enum class Line { locked, drifted, other };
  std::vector<Line> lines;
  std::string fault;  ///< why it said nothing; `lines` is then empty

  [[nodiscard]] int count(Line line) const;
  [[nodiscard]] bool all(Line line) const { return fault.empty() && count(line) == static_cast<int>(lines.size()); }
};

/// The process that a search lacks: only these differences are left as they are here, all others put back.
struct Unanswered {
  Set left;
};

/// The processes of one search, by the differences that they left as they are here.
class Experiments {
 public:
  Experiments(const CauseQuestion& question, const std::vector<Measured>& done);

  [[nodiscard]] const Set& all() const { return all_; }
  [[nodiscard]] std::size_t probes() const { return ids_.size(); }
  /// With everything left the drift itself. Throws Unanswered.
  [[nodiscard]] const Answer& leaving(const Set& left) const;
  /// Null where there was no such process.
  [[nodiscard]] const Answer* known(const Set& left) const;

  [[nodiscard]] Measure measure(const Unanswered& next) const;
  [[nodiscard]] std::vector<std::string> names(const Set& set) const;
  [[nodiscard]] std::vector<model::Experiment> records() const;  ///< oldest first

 private:
  [[nodiscard]] Step step(const Set& left) const;
  [[nodiscard]] Answer answer_of(const model::Run& run) const;

  const CauseQuestion& question_;
  std::vector<std::string> ids_;
  Set all_;
  Answer drift_;
  std::vector<std::pair<Set, Answer>> done_;
};

}  // namespace envguard::compare
