#include "report/doctor.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/page.hpp"

namespace envguard::report {

namespace {

using Severity = model::Finding::Severity;

constexpr std::size_t widest_value = 24;
constexpr std::size_t commit_digits = 12;
constexpr std::size_t most_named = 4;

/// One line of the table: a value and where it is from, or where it was looked for.
struct Row {
  std::string name, value, origin;
};

std::vector<Row> rows(const model::Observed& observed) {
  std::vector<Row> rows;
  for (const model::Component& component : observed.components)
    rows.push_back({component.name,
                    component.name == "torch-git" ? component.version.substr(0, commit_digits) : component.version,
                    component.origin});
  for (const model::Absence& absence : observed.absent)
    rows.push_back({absence.name, "not found", fmt::format("looked in: {}", absence.looked_in)});
  return rows;
}

void put_heading(Page& page, const model::Observed& observed) {
  if (!observed.install) {
    page.line({{"No PyTorch", Tone::strong}, " found by any rule of discovery; --torch INSTALL names one"});
    return;
  }
  const model::Install& install = *observed.install;
  const std::string version = install.version.empty() ? "of unknown version" : install.version;
  page.line({{"PyTorch " + version, Tone::strong},
             " in " + install.prefix.string(),
             {fmt::format(" ({})", install.rule), Tone::faint}});
}

void put_table(Page& page, const model::Observed& observed) {
  const auto table = rows(observed);
  std::size_t columns = 0;
  for (const Row& row : table)
    if (base::display_width(row.value) <= widest_value) columns = std::max(columns, base::display_width(row.value));
  for (const Row& row : table) page.item(row.name, row.value, columns, {{row.origin, Tone::faint}});
}

std::string pairs(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string text;
  for (const auto& [name, value] : values) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
  return text;
}

void put_machine(Page& page, const model::Observed& observed) {
  page.row("cpu", {model::describe(observed.cpu), {fmt::format("  {}", model::cpu_origin), Tone::faint}});
  if (observed.caches.empty())
    page.row("caches", {"not found", {fmt::format("  looked in: {}", model::caches_origin), Tone::faint}});
  else
    page.row("caches", {pairs(observed.caches), {fmt::format("  {}", model::caches_origin), Tone::faint}});
  if (observed.gpu) page.row("gpu", {model::describe(*observed.gpu), {"  libcuda, asked by the engine", Tone::faint}});
  page.row("container", {observed.container, {fmt::format("  {}", model::container_origin), Tone::faint}});
}

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

/// Which folders would be loaded from; the install's own count together.
void put_libraries(Page& page, const model::Observed& observed) {
  if (observed.libraries.empty() || !observed.install) return;
  const auto packages = observed.install->root.parent_path();
  std::size_t own = 0;
  std::map<std::filesystem::path, std::vector<std::string>> others;
  for (const model::Library& library : observed.libraries) {
    if (is_below(library.path, packages) || is_below(library.path, observed.install->prefix))
      ++own;
    else
      others[library.path.parent_path()].push_back(library.name);
  }
  page.row("would load", {fmt::format("{} from this install", own),
                          {"  asked of the dynamic linker; nothing was opened", Tone::faint}});
  for (const auto& [folder, names] : others)
    page.row("",
             {fmt::format("{} from {}: ", names.size(), folder.string()), {listed(names, most_named), Tone::faint}});
}

void put_settings(Page& page, const model::Observed& observed) {
  if (!observed.build.empty()) page.row("built with", {pairs(observed.build)});
  std::string label = "knobs";
  for (const model::Knob& knob : observed.knobs) {
    page.row(label, {fmt::format("{}={}", knob.name, knob.value)});
    label.clear();
  }
  if (observed.knobs.empty()) page.row("knobs", {"none set"});
  put_libraries(page, observed);
  label = "passed over";
  for (const std::string& passed : observed.passed_over) {
    page.row(label, {passed});
    label.clear();
  }
}

void put_findings(Page& page, const model::Observed& observed) {
  std::map<Severity, std::size_t> counts;
  auto findings = observed.findings;
  std::ranges::stable_sort(findings, std::greater<>{}, &model::Finding::severity);
  for (const model::Finding& finding : findings) {
    ++counts[finding.severity];
    const bool error = finding.severity == Severity::error;
    const bool note = finding.severity == Severity::note;
    page.row(error  ? "error"
             : note ? "note"
                    : "warning",
             {{finding.what, error  ? Tone::bad
                             : note ? Tone::plain
                                    : Tone::warning},
              {" [" + finding.id + "]", Tone::faint}});
    if (!finding.where.empty()) page.row("", {{finding.where, Tone::faint}});
    if (!finding.mend.empty()) page.command("", finding.mend);
    page.blank();
  }
  if (findings.empty())
    page.line({{"No contradiction found.", Tone::good}});
  else
    page.line({fmt::format("{}, {}, {}.", counted(counts[Severity::error], "error"),
                           counted(counts[Severity::warning], "warning"), counted(counts[Severity::note], "note"))});
}

}  // namespace

std::string doctor_text(const model::Observed& observed, const Style& style) {
  Page page(style);
  put_heading(page, observed);
  page.blank();
  put_table(page, observed);
  page.blank();
  put_machine(page, observed);
  page.blank();
  put_settings(page, observed);
  page.blank();
  put_findings(page, observed);
  return page.text();
}

}  // namespace envguard::report
