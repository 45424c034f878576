#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/policy.hpp"

namespace envguard::lockfile {

/// Reads `envguard.toml`. `place` is how errors name it ("envguard.toml", "index:envguard.toml"); they add the line.
/// Error usage: not TOML, an unknown key (the nearest known one is named), a wrong type, a bad specifier, a name that
/// is no file name, a newer schema, or a `required-version` that this envguard is not.
[[nodiscard]] model::Policy parse_policy(std::string_view text, std::string_view place);

/// Reads [tool.envguard] of `pyproject.toml`, by the same rules; nothing where there is no such table.
[[nodiscard]] std::optional<model::Policy> parse_pyproject(std::string_view text, std::string_view place);

}  // namespace envguard::lockfile
