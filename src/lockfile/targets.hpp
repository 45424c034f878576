#pragma once

#include <optional>
#include <vector>

#include "model/key.hpp"
#include "model/policy.hpp"

namespace envguard::lockfile {

/// Whether the key is of the target's device and every field that the target names has the target's value.
[[nodiscard]] bool fits(const model::Target& target, const model::Key& key);

/// The one target that fits the key, or nothing. Error usage where two fit: --target must choose.
[[nodiscard]] std::optional<model::Target> fits(const std::vector<model::Target>& targets, const model::Key& key);

}  // namespace envguard::lockfile
