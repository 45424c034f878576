#pragma once

#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace envguard::compare {

/// --require-gpu: what was not judged of a GPU, or could not be measured there, keeps its own exit code, whatever the
/// policy lets pass; where no judgement is of a GPU, one is added that says so.
void require_gpu(std::vector<model::Judgement>& judgements, const std::string& environment);

}  // namespace envguard::compare
