#include "codec/status.hpp"

#include <nlohmann/json.hpp>

#include "codec/result_parts.hpp"

namespace envguard::codec {

namespace {

std::string state_name(model::StatusRow::State state) {
  using enum model::StatusRow::State;
  switch (state) {
    case current:
      return "current";
    case older_recipe:
      return "older-recipe";
    case missing:
      return "missing";
    case unreadable:
      return "unreadable";
  }
  return {};
}

}  // namespace

std::string write_status(const model::Status& status) {
  auto rows = Document::array();
  for (const auto& row : status.rows) {
    rows.push_back({{"state", state_name(row.state)},
                    {"environment", row.environment},
                    {"target", row.target},
                    {"path", row.path},
                    {"hardware", row.hardware},
                    {"torch", row.torch},
                    {"locked", row.locked},
                    {"reason", row.reason},
                    {"id", row.id ? json_of(*row.id) : Document(nullptr)},
                    {"probes", row.probes},
                    {"runs", row.runs},
                    {"quarantined", row.quarantined},
                    {"required", row.required},
                    {"fits_here", row.fits_here},
                    {"note", row.note}});
  }
  return document({{"schema", 1}, {"locks", rows}, {"notes", status.notes}});
}

}  // namespace envguard::codec
