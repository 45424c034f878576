#include "report/diff.hpp"

#include <fmt/format.h>

#include "report/changes.hpp"

namespace envguard::report {

namespace {

using Kind = model::LockDiff::Kind;

std::string sides(const model::LockDiff& diff) {
  const auto side = [](const std::string& name, const std::string& day) {
    return day.empty() || name.empty() ? name + day : fmt::format("{} ({})", name, day);
  };
  const auto older = side(diff.older, diff.older_locked);
  const auto newer = side(diff.newer, diff.newer_locked);
  if (diff.kind == Kind::added) return newer;
  if (diff.kind == Kind::removed) return older;
  return older + " -> " + newer;
}

void put_lock(Page& page, const model::LockDiff& diff) {
  const auto name = diff.environment + "/" + diff.target;
  if (diff.same()) {
    page.wrapped({{name, Tone::strong}, ": nothing differs  ", {diff.newer_id.spoken(), Tone::strong}}, 0, 2);
    page.row("between", {{sides(diff), Tone::faint}});
    return;
  }
  const std::string done = diff.kind == Kind::added ? "added" : diff.kind == Kind::removed ? "removed" : "differs";
  page.wrapped({{name, Tone::strong},
                " ",
                {done, diff.kind == Kind::added ? Tone::good : Tone::warning},
                ": ",
                {sides(diff), Tone::faint}},
               0, 2);
  if (!diff.reason.empty()) page.row("reason", {diff.reason});
  if (diff.kind != Kind::changed) {
    const bool added = diff.kind == Kind::added;
    page.row("hardware", {added ? diff.newer_hardware : diff.older_hardware});
    page.row("id", {(added ? diff.newer_id : diff.older_id).spoken()});
    page.row("probes", {fmt::format("{}", (added ? diff.only_newer : diff.only_older).size())});
    return;
  }
  page.row("id",
           {diff.older_id == diff.newer_id ? diff.newer_id.spoken() + ", the same"
                                           : fmt::format("{} -> {}", diff.older_id.spoken(), diff.newer_id.spoken())});
  put_changes(page, diff);
}

}  // namespace

std::string diff_text(const std::vector<model::LockDiff>& diffs, const Style& style) {
  Page page(style);
  if (diffs.empty()) page.line({"no lock on either side"});
  bool first = true;
  for (const auto& diff : diffs) {
    if (!first) page.blank();
    first = false;
    put_lock(page, diff);
  }
  return page.text();
}

}  // namespace envguard::report
