#pragma once

#include "model/verdict.hpp"
#include "report/page.hpp"

namespace envguard::report {

/// Why probes drifted: what was put back in which process, what that showed, and how sure it makes.
void explain_cause(Page& page, const model::Cause& cause);

/// What there is to do about a judgement, the likeliest first.
void explain_ways_out(Page& page, const model::Judgement& judgement);

}  // namespace envguard::report
