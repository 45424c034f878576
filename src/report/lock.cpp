#include "report/lock.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/changes.hpp"

namespace envguard::report {

namespace {

using Action = model::LockResult::Action;

std::string name(const model::Lock& lock) {
  return lock.environment + "/" + lock.target;
}

/// "5 identical fresh runs exclude a flip rate above 45% per run, at 95%".
std::string what_the_runs_show(const model::LockResult& result) {
  return fmt::format("{} identical fresh runs exclude a flip rate above {:.0f}% per run, at 95%", result.lock.runs,
                     result.flip_rate_excluded * 100);
}

std::vector<std::string> unsupported(const model::Lock& lock) {
  std::vector<std::string> ids;
  for (const auto& [id, line] : lock.strict)
    if (line == model::name(model::ProbeStatus::unsupported)) ids.push_back(id);
  return ids;
}

void put_unchanged(Page& page, const model::LockResult& result) {
  const auto& lock = result.lock;
  page.wrapped({"envguard: ",
                {"nothing moved", Tone::good},
                fmt::format(" in {}  ", name(lock)),
                {lock.id.spoken(), Tone::strong}},
               0, 2);
  const auto runs = counted(static_cast<std::size_t>(lock.runs), "fresh run");
  page.row("measured", {fmt::format("{}, {}", runs, duration(result.seconds))});
  page.row("unchanged", {result.path});
}

}  // namespace

std::string lock_text(const model::LockResult& result, const Style& style) {
  Page page(style);
  if (result.action == Action::unchanged || result.action == Action::would_stay) {
    put_unchanged(page, result);
    return page.text();
  }
  const auto& lock = result.lock;
  const bool written = result.action == Action::written;
  const auto torch = std::ranges::find(lock.versions, "torch", &model::Table::value_type::first);
  page.wrapped({"envguard: ",
                {written ? "locked" : "would change", written ? Tone::good : Tone::warning},
                fmt::format(" {}  ", name(lock)),
                {lock.id.spoken(), Tone::strong}},
               0, 2);
  page.row("hardware", {model::describe(lock.key)});
  if (torch != lock.versions.end()) page.row("torch", {torch->second});
  if (!lock.reason.empty()) page.row("reason", {lock.reason});
  page.row("probes", {fmt::format("{}; {}", lock.strict.size(), what_the_runs_show(result))});
  if (written) {
    page.row("bands", {fmt::format("{} rounds with every input moved by at most one ulp; {} in all", result.band_rounds,
                                   duration(result.seconds))});
  }
  if (!lock.quarantined.empty()) {
    page.row("quarantined", {counted(lock.quarantined.size(), "probe") +
                             " did not repeat, to be run and never judged: " + listed(lock.quarantined, 4)});
  }
  if (const auto ids = unsupported(lock); !ids.empty()) {
    page.row("unsupported", {counted(ids.size(), "probe") + " not to be run by this PyTorch here: " + listed(ids, 4)});
  }
  if (result.diff) {
    page.blank();
    page.line({"Against the lock that it replaces"});
    put_changes(page, *result.diff);
    page.blank();
  }
  page.row(written ? "wrote" : "would write", {result.path + " and its .evidence"});
  if (written) page.command("next", "git add envguard.lock.d");
  return page.text();
}

}  // namespace envguard::report
