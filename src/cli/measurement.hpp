#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/laboratory.hpp"
#include "cli/subject.hpp"
#include "model/results.hpp"

namespace envguard::cli {

/// Error could_not_measure, with the fault or the first probe that gave no result, where a run is not whole.
void insist_on_whole(const model::Run& run);

/// One whole run over these probes, in a process of its own. Error could_not_measure where it is not whole.
[[nodiscard]] model::Run measure_whole(const runner::Runner& runner, const model::Plan& plan, Purse& purse,
                                       ProgressLine& progress, const std::string& what,
                                       const runner::Variables& step = {});

[[nodiscard]] model::Fingerprint fingerprint_of(const Subject& subject, const model::Run& run);

}  // namespace envguard::cli
