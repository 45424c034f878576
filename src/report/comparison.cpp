#include "report/comparison.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/numerics.hpp"

namespace envguard::report {

namespace {

using model::Comparison;
using model::ComparisonPair;

std::size_t probes(const ComparisonPair& pair) {
  std::size_t all = 0;
  for (const auto& layer : pair.layers) all += static_cast<std::size_t>(layer.of);
  return all;
}

const ComparisonPair* find(const Comparison& comparison, std::size_t a, std::size_t b) {
  const auto found = std::ranges::find_if(
      comparison.pairs, [&](const auto& pair) { return pair.a == std::min(a, b) && pair.b == std::max(a, b); });
  return found == comparison.pairs.end() ? nullptr : &*found;
}

std::optional<model::DriftClass> gravest(const std::vector<model::MovedProbe>& moved) {
  std::optional<model::DriftClass> found;
  for (const auto& probe : moved) found = std::max(found, probe.drift_class);
  return found;
}

/// "37 rounding", "=" where nothing differs.
std::string cell(const Comparison& comparison, std::size_t a, std::size_t b) {
  if (a == b) return ".";
  const auto* pair = find(comparison, a, b);
  if (pair == nullptr) return "?";
  if (pair->moved.empty()) return "=";
  const auto worst = gravest(pair->moved);
  return fmt::format("{}{}", pair->moved.size(), worst ? fmt::format(" {}", model::name(*worst)) : "");
}

void put_sides(Page& page, const Comparison& comparison) {
  std::size_t number = 0;
  for (const auto& side : comparison.sides) {
    const auto label = fmt::format("{}", ++number);
    if (!side.fault.empty()) {
      page.row(label, {{side.name, Tone::strong}, ": ", {"could not be measured: " + side.fault, Tone::bad}});
      continue;
    }
    page.row(label,
             {{side.name, Tone::strong}, "  " + side.id.spoken() + "  ", {side.install.prefix.string(), Tone::faint}});
    if (!side.unstable.empty()) {
      page.row("",
               {{counted(side.unstable.size(), "probe") + " that did not repeat left out: " + listed(side.unstable, 3),
                 Tone::warning}});
    }
  }
}

std::string without_trailing_blanks(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

void put_matrix(Page& page, const Comparison& comparison) {
  const auto count = comparison.sides.size();
  std::size_t width = 4;
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) width = std::max(width, base::display_width(cell(comparison, a, b)) + 2);
  }
  page.blank();
  page.line({{"Probes that differ, and their gravest class", Tone::strong}});
  std::string head;
  for (std::size_t b = 0; b < count; ++b) head += padded(fmt::format("{}", b + 1), width);
  page.line({"  " + padded("", 9), {without_trailing_blanks(head), Tone::faint}});
  for (std::size_t a = 0; a < count; ++a) {
    std::string row;
    for (std::size_t b = 0; b < count; ++b) row += padded(cell(comparison, a, b), width);
    page.line({"  " + padded(fmt::format("{}", a + 1), 9), without_trailing_blanks(row)});
  }
}

/// The layer that moved most first; those that did not move in one line.
void put_pair(Page& page, const Comparison& comparison, const ComparisonPair& pair) {
  page.blank();
  page.wrapped(
      {{fmt::format("{} -> {}  {}", pair.a + 1, pair.b + 1, comparison.sides[pair.b].name), Tone::strong},
       pair.moved.empty() ? fmt::format(": all {} identical", counted(probes(pair), "probe"))
                          : fmt::format(": {} of {} differ", pair.moved.size(), counted(probes(pair), "probe"))},
      0, 2);
  struct Row {
    const model::LayerSummary* layer;
    const model::MovedProbe* worst;
  };
  std::vector<Row> rows;
  std::vector<std::string> silent;
  for (const auto& layer : pair.layers) {
    const auto worst = std::ranges::find(pair.moved, layer.worst, &model::MovedProbe::id);
    if (worst == pair.moved.end()) {
      silent.push_back(layer.layer);
    } else {
      rows.push_back({&layer, &*worst});
    }
  }
  std::ranges::stable_sort(rows, [](const Row& a, const Row& b) { return model::moved_more(*a.worst, *b.worst); });
  for (const auto& [layer, worst] : rows) {
    page.row(layer->layer, {fmt::format("{:>2} of {:<2}  ", layer->moved, layer->of),
                            {class_of(*worst), Tone::strong},
                            ": " + how_far(*worst) + "; ",
                            {short_probe(worst->id), Tone::faint}});
  }
  if (!silent.empty() && !rows.empty()) page.row("identical", {listed(silent, silent.size())});
}

}  // namespace

std::string comparison_text(const Comparison& comparison, const Style& style) {
  Page page(style, 11);
  page.line({fmt::format("Compared on {}", comparison.hardware)});
  put_sides(page, comparison);
  for (const auto& note : comparison.notes) page.row("note", {{note, Tone::warning}});
  if (comparison.sides.size() > 2) put_matrix(page, comparison);
  for (const auto& pair : comparison.pairs) {
    if (pair.a == comparison.pairs.front().a) put_pair(page, comparison, pair);
  }
  return page.text();
}

}  // namespace envguard::report
