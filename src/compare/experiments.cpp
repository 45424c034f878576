#include "compare/experiments.hpp"

#include <algorithm>

#include "compare/lines.hpp"

namespace envguard::compare {

using Line = Answer::Line;

namespace {

bool puts_back(const Step& step, const Step& one) {
  if (one.other_install) return step.other_install;
  if (!one.settings.empty()) return std::ranges::find(step.settings, one.settings.front()) != step.settings.end();
  return std::ranges::find(step.variables, one.variables.front()) != step.variables.end();
}

}  // namespace

Set without(const Set& all, const Set& some) {
  Set rest;
  std::ranges::copy_if(all, std::back_inserter(rest),
                       [&](auto each) { return std::ranges::find(some, each) == some.end(); });
  return rest;
}

int Answer::count(Line line) const {
  return static_cast<int>(std::ranges::count(lines, line));
}

Experiments::Experiments(const CauseQuestion& question, const std::vector<Measured>& done) : question_(question) {
  for (const auto& [id, line] : question.locked) ids_.push_back(id);
  for (std::size_t i = 0; i < question.substitutes.size(); ++i) all_.push_back(i);
  drift_.lines.assign(ids_.size(), Line::drifted);
  for (const auto& measured : done) {
    Set left;
    for (const auto index : all_) {
      if (!puts_back(measured.asked.step, question.substitutes[index].put_back)) left.push_back(index);
    }
    done_.emplace_back(std::move(left), answer_of(measured.run));
  }
}

const Answer& Experiments::leaving(const Set& left) const {
  if (left == all_) return drift_;
  const auto* answer = known(left);
  if (answer == nullptr) throw Unanswered{left};
  return *answer;
}

const Answer* Experiments::known(const Set& left) const {
  const auto found = std::ranges::find(done_, left, &std::pair<Set, Answer>::first);
  return found == done_.end() ? nullptr : &found->second;
}

Measure Experiments::measure(const Unanswered& next) const {
  return {.probes = question_.probes, .profile = question_.profile, .perturb = {}, .step = step(next.left)};
}

Step Experiments::step(const Set& left) const {
  Step step;
  for (const auto index : without(all_, left)) {
    const auto& one = question_.substitutes[index].put_back;
    step.variables.insert(step.variables.end(), one.variables.begin(), one.variables.end());
    step.settings.insert(step.settings.end(), one.settings.begin(), one.settings.end());
    step.other_install = step.other_install || one.other_install;
  }
  return step;
}

Answer Experiments::answer_of(const model::Run& run) const {
  Answer answer;
  if (const auto fault = fault_of(run, ids_, {})) {
    answer.fault = fault->what;
    return answer;
  }
  const auto found = lines(run, ids_);
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    answer.lines.push_back(found[i] == question_.locked[i] ? Line::locked
                           : found[i] == question_.here[i] ? Line::drifted
                                                           : Line::other);
  }
  return answer;
}

std::vector<std::string> Experiments::names(const Set& set) const {
  std::vector<std::string> names;
  for (const auto index : set) names.push_back(question_.substitutes[index].name);
  return names;
}

std::vector<model::Experiment> Experiments::records() const {
  std::vector<model::Experiment> records;
  for (const auto& [left, answer] : done_) {
    records.push_back(
        {names(without(all_, left)), answer.count(Line::locked), answer.count(Line::drifted), answer.fault});
  }
  return records;
}

}  // namespace envguard::compare
