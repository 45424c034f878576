#pragma once

#include "codec/json.hpp"
#include "model/run.hpp"

namespace envguard::codec {

// Values that more than one document holds.

[[nodiscard]] Json plan_json(const model::Plan& plan);
[[nodiscard]] model::Plan plan_from(const Reader& reader);

/// Members "probe", "status", "hash", "evidence", "message"; hash and evidence are there exactly when the status is ok.
[[nodiscard]] Json probe_json(const model::ProbeResult& result);
[[nodiscard]] model::ProbeResult probe_from(const Reader& reader);

[[nodiscard]] Json gpu_key_json(const model::GpuKey& key);
[[nodiscard]] model::GpuKey gpu_key_from(const Reader& reader);

[[nodiscard]] Json libraries_json(const std::vector<model::Library>& libraries);
[[nodiscard]] std::vector<model::Library> libraries_from(const std::vector<Reader>& items);

[[nodiscard]] Json components_json(const std::vector<model::Component>& components);
[[nodiscard]] std::vector<model::Component> components_from(const std::vector<Reader>& items);

}  // namespace envguard::codec
