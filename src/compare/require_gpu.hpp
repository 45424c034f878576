#pragma once

#include "model/verdict.hpp"

namespace envguard::compare {

/// --require-gpu: what was not judged of a GPU, or could not be measured there, keeps its own exit code, whatever the
/// policy lets pass; where no judgement of any environment is of a GPU, one is added that says so.
[[nodiscard]] model::Verdict require_gpu(model::Verdict verdict);

}  // namespace envguard::compare
