#pragma once

#include <string>
#include <utility>
#include <vector>

#include "process/environment.hpp"
#include "runner/runner.hpp"

namespace envguard::runner {

/// The caller's variables without git's and envguard's own and with `directory` before relative entries of
/// LD_LIBRARY_PATH and LD_PRELOAD, without process::observers, then the profile's, then what the user typed, then the
/// step's, then device and cache. Error could_not_measure where the step sets or removes what no experiment may
/// (recipe/knobs.hpp).
[[nodiscard]] process::Environment engine_environment(const Setup& setup, const model::Plan& plan,
                                                      const Variables& step);

/// The plan as its engine sees it: where one GPU alone is made visible, that one is cuda:0.
[[nodiscard]] model::Plan as_seen_by_engine(const Setup& setup, model::Plan plan);

}  // namespace envguard::runner
