#include "base/error.hpp"

#include <algorithm>
#include <utility>

namespace envguard::base {

const std::array<ExitCodeText, 10>& exit_codes() {
  static const std::array<ExitCodeText, 10> table{{
      {ExitCode::match, "match", "computed the locked bits, or not judged here and the policy lets that pass"},
      {ExitCode::version_drift, "version-drift", "a component differs from the lock beyond the policy"},
      {ExitCode::usage, "usage", "bad option or policy, or several locks fit and --target chose none"},
      {ExitCode::lock_unreadable, "lock-unreadable",
       "the lock is damaged, edited, not whole, or written by a newer envguard"},
      {ExitCode::not_judged, "not-judged",
       "no PyTorch, no GPU, a busy GPU, never locked on this hardware, or too few probes computed"},
      {ExitCode::untrusted, "untrusted", "the repository asks to open something nobody here trusted"},
      {ExitCode::could_not_measure, "could-not-measure", "crash, timeout or fault: says nothing about numerics"},
      {ExitCode::unstable, "unstable", "this machine disagrees with itself, or did once (transient)"},
      {ExitCode::numeric_drift, "numeric-drift", "stable here, and not what was locked"},
      {ExitCode::interrupted, "interrupted", "stopped by a signal"},
  }};
  return table;
}

std::string_view name(ExitCode code) {
  const auto& table = exit_codes();
  const auto* row = std::find_if(table.begin(), table.end(), [code](const auto& text) { return text.code == code; });
  return row == table.end() ? "unknown" : row->name;
}

ExitCode first_of(ExitCode a, ExitCode b) {
  static constexpr std::array order{ExitCode::interrupted,   ExitCode::usage,
                                    ExitCode::numeric_drift, ExitCode::unstable,
                                    ExitCode::version_drift, ExitCode::lock_unreadable,
                                    ExitCode::untrusted,     ExitCode::could_not_measure,
                                    ExitCode::not_judged,    ExitCode::match};
  return *std::find_if(order.begin(), order.end(), [a, b](ExitCode code) { return code == a || code == b; });
}

Error::Error(ExitCode code, std::string what, std::string next)
    : code_(code), message_(std::move(what)), next_(std::move(next)) {
  compose();
}

Error& Error::at(std::string_view place) & {
  place_ = place_.empty() ? std::string(place) : std::string(place) + ": " + place_;
  compose();
  return *this;
}

Error&& Error::at(std::string_view place) && {
  at(place);
  return std::move(*this);
}

Error& Error::next_if_none(std::string_view next) {
  if (next_.empty()) next_ = next;
  compose();
  return *this;
}

void Error::compose() {
  what_ = place_.empty() ? message_ : place_ + ": " + message_;
  if (!next_.empty()) what_ += "\n  next: " + next_;
}

}  // namespace envguard::base
