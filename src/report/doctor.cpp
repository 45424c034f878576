#include "report/doctor.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "report/doctor_devices.hpp"
#include "report/doctor_libraries.hpp"
#include "report/page.hpp"

namespace envguard::report {

namespace {

using Severity = model::Finding::Severity;

constexpr std::size_t widest_value = 24;
constexpr std::size_t widest_name = 24;
constexpr std::size_t commit_digits = 12;

/// One line of the table: a value and where it is from, or where it was looked for.
struct Row {
  std::string name, value, origin;
};

std::string pairs(const std::vector<std::pair<std::string, std::string>>& values) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : values) texts.push_back(fmt::format("{} {}", name, value));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::vector<Row> component_rows(const model::Observed& observed) {
  std::vector<Row> rows;
  for (const model::Component& component : observed.components) {
    const bool commit = component.name == "torch-git";
    rows.push_back(
        {component.name, commit ? component.version.substr(0, commit_digits) : component.version, component.origin});
  }
  return rows;
}

/// What is absent for one reason stands on one line.
std::vector<Row> absence_rows(const model::Observed& observed) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const model::Absence& absence : observed.absent) {
    auto known = std::ranges::find(reasons, absence.looked_in, &decltype(reasons)::value_type::first);
    if (known == reasons.end()) known = reasons.insert(reasons.end(), {absence.looked_in, {}});
    known->second.push_back(absence.name);
  }
  std::vector<Row> rows;
  for (const auto& [reason, names] : reasons) {
    const std::vector<std::string> others(names.begin() + 1, names.end());
    rows.push_back({names.front(), "not found",
                    others.empty() ? fmt::format("looked in: {}", reason)
                                   : fmt::format("looked in: {} (nor {})", reason, fmt::join(others, ", "))});
  }
  return rows;
}

std::vector<Row> machine_rows(const model::Observed& observed) {
  std::vector<Row> rows{{"cpu", model::describe(observed.cpu), std::string(model::cpu_origin)}};
  if (observed.caches.empty())
    rows.push_back({"caches", "not found", fmt::format("looked in: {}", model::caches_origin)});
  else
    rows.push_back({"caches", pairs(observed.caches), std::string(model::caches_origin)});
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

std::size_t widest_of(const std::vector<Row>& rows, std::string Row::* cell, std::size_t most) {
  std::size_t widest = 0;
  for (const Row& row : rows)
    if (const auto columns = base::display_width(row.*cell); columns <= most) widest = std::max(widest, columns);
  return widest;
}

void put_rows(Page& page, const std::vector<Row>& rows, std::size_t columns) {
  for (const Row& row : rows) {
    if (base::display_width(row.value) <= columns)
      page.item(row.name, row.value, columns, {{row.origin, Tone::faint}});
    else
      page.row(row.name, {row.value + " ", {fmt::format("({})", row.origin), Tone::faint}});
  }
}

void put_settings(Page& page, const model::Observed& observed) {
  if (!observed.build.empty()) page.row("built with", {pairs(observed.build)});
  std::string label = "knobs";
  for (const model::Knob& knob : observed.knobs) {
    const auto& preset = observed.container.preset_knobs;
    const bool by_image = std::ranges::find(preset, knob.name) != preset.end();
    page.row(label,
             {fmt::format("{}={}", knob.name, knob.value), {by_image ? " (preset by the image)" : "", Tone::faint}});
    label.clear();
  }
  if (observed.knobs.empty()) page.row("knobs", {"none set"});
  put_cuda_libraries(page, observed);
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
    if (!finding.source.empty())
      page.row("", {{fmt::format("rule {}: {}", finding.rule, finding.source), Tone::faint}});
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
  const auto found = component_rows(observed);
  const auto absent = absence_rows(observed);
  const auto machine = machine_rows(observed);
  const auto columns = std::max(widest_of(found, &Row::value, widest_value), std::string_view("not found").size());
  Page page(style, 4 + std::max(widest_of(found, &Row::name, widest_name), std::string_view("passed over").size()));
  put_heading(page, observed);
  for (const auto* rows : {&found, &absent, &machine}) {
    if (!rows->empty()) page.blank();
    put_rows(page, *rows, columns);
  }
  put_devices(page, observed);
  put_container(page, observed.container);
  page.blank();
  put_settings(page, observed);
  page.blank();
  put_findings(page, observed);
  return page.text();
}

}  // namespace envguard::report
