#include "report/status.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/page.hpp"

namespace envguard::report {

namespace {

using State = model::StatusRow::State;
constexpr std::size_t columns = 6;
using Cells = std::array<std::string, columns>;

Tone tone(State state) {
  switch (state) {
    case State::current:
      return Tone::good;
    case State::older_recipe:
    case State::missing:
      return Tone::warning;
    case State::unreadable:
      return Tone::bad;
  }
  return Tone::plain;
}

std::string state_text(const model::StatusRow& row) {
  switch (row.state) {
    case State::current:
      return "current";
    case State::older_recipe:
      return "older recipe";
    case State::missing:
      return row.required ? "missing, required" : "missing";
    case State::unreadable:
      return "unreadable";
  }
  return {};
}

Cells cells(const model::StatusRow& row) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? std::string("-") : base::visible(text); };
  return {base::visible(row.environment + "/" + row.target) + (row.fits_here ? " *" : ""),
          state_text(row),
          row.id ? row.id->spoken() : "-",
          or_dash(row.torch),
          or_dash(row.locked),
          row.probes == 0 ? std::string("-") : std::to_string(row.probes)};
}

void put_details(Page& page, const model::StatusRow& row) {
  const auto note_tone = row.state == State::unreadable ? Tone::bad : Tone::warning;
  if (!row.note.empty()) page.wrapped({{row.note, note_tone}}, 4, 4);
  if (!row.reason.empty()) page.wrapped({{"reason: " + row.reason, Tone::faint}}, 4, 4);
  if (row.quarantined > 0) {
    page.wrapped({{counted(static_cast<std::size_t>(row.quarantined), "probe") + " quarantined", Tone::warning}}, 4, 4);
  }
}

}  // namespace

std::string status_text(const model::Status& status, const Style& style) {
  Page page(style);
  const Cells heads{"lock", "state", "id", "torch", "locked", "probes"};
  std::array<std::size_t, columns> widths{};
  const auto widen = [&](const Cells& row) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], base::display_width(row[i]));
  };
  widen(heads);
  for (const auto& row : status.rows) widen(cells(row));
  std::size_t shown = columns;  // what does not fit is left out from the right
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.begin() + static_cast<long>(shown), 2 * (shown - 1));
  };
  while (shown > 3 && total() > page.width()) --shown;
  const auto put = [&](const Cells& row, Tone all, Tone state) {
    Text text;
    for (std::size_t i = 0; i < shown; ++i) {
      const bool last = i + 1 == shown;
      text.push_back({row[i], i == 1 ? state : all});
      if (!last) text.push_back({padded("", widths[i] - base::display_width(row[i]) + 2)});
    }
    page.line(text);
  };
  if (status.rows.empty()) {
    page.line({"nothing is locked yet"});
    page.command("next", "envguard lock");
  } else {
    put(heads, Tone::faint, Tone::faint);
  }
  for (const auto& row : status.rows) {
    put(cells(row), Tone::plain, tone(row.state));
    put_details(page, row);
  }
  const bool any_here = std::ranges::any_of(status.rows, &model::StatusRow::fits_here);
  if (any_here) page.line({{"* of this machine", Tone::faint}});
  for (const auto& note : status.notes) page.wrapped({note}, 0, 2);
  return page.text();
}

}  // namespace envguard::report
