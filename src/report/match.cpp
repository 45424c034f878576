#include <fmt/format.h>

#include "base/text.hpp"
#include "report/judgement.hpp"
#include "report/numerics.hpp"

namespace envguard::report {

namespace {

using Weight = model::Difference::Weight;

std::vector<std::string> of_weight(const model::Judgement& judgement, Weight weight) {
  std::vector<std::string> named;
  for (const auto& difference : judgement.differences) {
    if (difference.weight != weight) continue;
    const bool knob = difference.kind == model::Difference::Kind::knob;
    named.push_back(knob && difference.here != "not set" ? difference.name + "=" + difference.here : difference.name);
  }
  return named;
}

/// What must be said even of a match: probes that were not judged, knobs that strict replaced, drift that was excused.
std::string reservations(const model::Judgement& judgement) {
  std::string text;
  if (!judgement.quarantined.empty()) text += fmt::format(", {} quarantined", judgement.quarantined.size());
  const auto unshared = judgement.only_in_lock.size() + judgement.only_here.size();
  if (unshared > 0) text += fmt::format(", {} on one side only", unshared);
  if (const auto excused = of_weight(judgement, Weight::excused); !excused.empty()) {
    text += "; excused: " + listed(excused, 3);
  }
  if (const auto overridden = of_weight(judgement, Weight::overridden); !overridden.empty()) {
    text += "; strict overrode " + listed(overridden, 3);
  }
  return text;
}

}  // namespace

std::string lock_name(const model::Judgement& judgement, bool several) {
  if (judgement.environment.empty()) return judgement.target;
  if (!several && judgement.environment == "default") return {};
  return judgement.target.empty() ? judgement.environment : judgement.environment + "/" + judgement.target;
}

void put_match(Page& page, const model::Judgement& judgement, bool several) {
  const auto how =
      judgement.kept ? "kept verdict, measured " + page.when(judgement.measured) : duration(judgement.seconds);
  const auto torch = judgement.install
                         ? fmt::format("torch {}{} ", judgement.install->version, judgement.kept ? ";" : ",")
                         : std::string();
  const auto name = lock_name(judgement, several);
  const auto start = fmt::format("  {}  ", judgement.id.spoken());
  auto probes = how_many_are_equal(judgement);
  if (const auto& as_is = judgement.as_is) {
    probes += fmt::format(", {} as-is", as_is->identical());
    const auto without_result = as_is->unsupported + as_is->not_deterministic;
    if (without_result > 0) probes += fmt::format(" and {} not computed as-is on both sides", without_result);
  }
  const auto rest = reservations(judgement);
  // What does not fit the width is left out, least needed first: the hardware, then the lock's name where it is the
  // only one. A kept line is ready made for the hook, which does not know the width: it is the same at any.
  auto where = judgement.hardware.empty() ? std::string() : " on " + judgement.hardware;
  auto which = name.empty() ? std::string() : name + "  ";
  const auto columns = [&] {
    return base::display_width("envguard: match" + start + which + probes + where + " (" + torch + how + ")" + rest);
  };
  if (judgement.kept || columns() > page.width()) where.clear();
  if (columns() > page.width() && !several && !judgement.kept) which.clear();
  page.line({"envguard: ",
             {"match", Tone::good},
             start + which + probes + where + " ",
             {"(" + torch + how + ")", Tone::faint},
             rest});
  for (const auto& note : judgement.notes) page.row("note", {note});
}

void put_passed(Page& page, const model::Judgement& judgement, bool several) {
  const auto name = lock_name(judgement, several);
  page.wrapped(
      {"envguard: ", {"not judged here", Tone::faint}, (name.empty() ? ": " : " (" + name + "): ") + judgement.what}, 0,
      2);
}

}  // namespace envguard::report
