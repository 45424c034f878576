#pragma once

#include <string_view>

namespace envguard::recipe {

// What a lock may hold beside its probes. Each function answers for one line, NAME = "VALUE": whether envguard itself
// would have written it. The reader of locks refuses every other line, since these values reach plans, the variables of
// experiments and commands that a user pastes. For [knobs] see recipe/knobs.hpp.

/// [versions]: a name as PEP 503 normalises it, and letters, digits and .+!_- as the version.
[[nodiscard]] bool version_may_be_recorded(std::string_view component, std::string_view version);

/// [build]: lower-case words joined by hyphens, and printable ASCII.
[[nodiscard]] bool build_may_be_recorded(std::string_view name, std::string_view value);

/// [caches]: "l1d", and a size such as "32 KiB".
[[nodiscard]] bool cache_may_be_recorded(std::string_view name, std::string_view value);

/// [as-is.settings]: the number of threads, PyTorch's flags, and the attention backends that it chose.
[[nodiscard]] bool setting_may_be_recorded(std::string_view name, std::string_view value);

/// Whether an engine can be asked to have this setting: a flag that can be set, or 1 to `most_threads` threads.
[[nodiscard]] bool setting_may_be_set(std::string_view name, std::string_view value);

}  // namespace envguard::recipe
