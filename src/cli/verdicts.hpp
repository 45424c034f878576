#pragma once

#include <vector>

#include "cli/call.hpp"
#include "cli/scene.hpp"
#include "compare/outcome.hpp"
#include "model/verdict.hpp"

namespace envguard::cli {

/// More than any judgement asks for; the deadline is what ends a check early.
inline constexpr int most_check_processes = 40;

/// What is said of an environment without any lock, as the policy answers it.
[[nodiscard]] model::Judgement nothing_locked(const Scene& scene, const model::Environment& environment,
                                              compare::Context context, std::string_view today);

/// One verdict for several environments.
[[nodiscard]] model::Verdict joined(std::vector<model::Verdict> verdicts);

/// In the format asked for; with --quiet a match prints nothing.
void print_verdict(const Call& call, const model::Verdict& verdict);

}  // namespace envguard::cli
