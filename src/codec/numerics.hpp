#pragma once

#include <optional>
#include <vector>

#include "codec/json.hpp"
#include "codec/result_parts.hpp"
#include "model/cause.hpp"
#include "model/difference.hpp"
#include "model/verdict.hpp"

namespace envguard::codec {

// What moved, how far, and why: written into every result that speaks of it, read back from kept verdicts. The readers
// throw nlohmann's exceptions, or std::out_of_range for a name that is not known.

[[nodiscard]] Document json_of(const std::vector<model::LayerSummary>& layers);
[[nodiscard]] std::vector<model::LayerSummary> read_layers(const Json& json);

[[nodiscard]] Document json_of(const std::vector<model::MovedProbe>& moved);
[[nodiscard]] std::vector<model::MovedProbe> read_moved(const Json& json);

[[nodiscard]] Document json_of(const std::optional<model::Cause>& cause);  ///< null for none
[[nodiscard]] std::optional<model::Cause> read_cause(const Json& json);

/// Adds what was found under one profile to an object.
void put_numerics(Document& object, const model::Numerics& numerics);
void read_numerics(const Json& json, model::Numerics& numerics);

}  // namespace envguard::codec
