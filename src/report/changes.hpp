#pragma once

#include "model/results.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// The rows that say how two locks differ: versions, knobs, build, caches, and the probes that moved by layer.
void put_changes(Page& page, const model::LockDiff& diff);

}  // namespace envguard::report
