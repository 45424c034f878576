#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lockfile/document.hpp"
#include "model/policy.hpp"

namespace envguard::lockfile {

/// Reads [targets.*]; `owner` is "targets" or "tool.envguard.targets".
[[nodiscard]] std::vector<model::Target> read_targets(const Table& table, const std::string& owner,
                                                      const Source& source);

/// The table of an environment or a target, whose name must be able to name a file.
[[nodiscard]] const Table& named_table(std::string_view name, const Value& value, std::string_view owner,
                                       const Source& source);

}  // namespace envguard::lockfile
