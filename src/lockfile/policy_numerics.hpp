#pragma once

#include <string>
#include <vector>

#include "lockfile/document.hpp"
#include "lockfile/table_reader.hpp"
#include "model/policy.hpp"

namespace envguard::lockfile {

/// `fail-on` of [numerics]; "any-bit" where it is not there.
[[nodiscard]] model::FailOn read_fail_on(TableReader& numerics);

/// `least-computed` of [numerics]; 0 where it is not there.
[[nodiscard]] int read_least_computed(TableReader& numerics);

/// Every [[allow]]; `owner` is "allow" or "tool.envguard.allow". All of its keys are required, the end above all: an
/// exception without one is a rule that nobody decided.
[[nodiscard]] std::vector<model::Allowance> read_allowances(TableReader& top, const std::string& owner,
                                                            const Source& source);

}  // namespace envguard::lockfile
