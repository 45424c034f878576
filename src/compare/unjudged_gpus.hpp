#pragma once

#include <vector>

#include "compare/outcome.hpp"
#include "model/lock.hpp"
#include "model/observed.hpp"
#include "model/policy.hpp"
#include "model/verdict.hpp"

namespace envguard::compare {

/// Who asked, as far as it counts that a GPU was not judged.
struct Asking {
  Context context = Context::by_hand;
  bool require_gpu = false;
  model::Response no_gpu = model::Response::pass;  ///< what `[commit]` says of it
};

/// Whether these judgements speak of no GPU that one of the locks is of.
[[nodiscard]] bool leaves_out(const std::vector<model::Judgement>& judgements, const std::vector<model::Lock>& locks);

/// Of a question that named neither device nor target: adds what is to be said of the locks of GPUs that no judgement
/// speaks of. One whose GPU the driver lists and lost is `no-gpu` whatever else was judged, unless the lost one is
/// known to be another; where none was judged at all, the match of a CPU does not stand for it in CI, under
/// --require-gpu, on a machine that shows any sign of NVIDIA, and in a commit whose policy asks. A machine that never
/// had a GPU is told in a note. `observed.devices`: asked; `judgements` may be empty, and may be left so.
void answer_for_gpus(std::vector<model::Judgement>& judgements, const std::vector<model::Lock>& locks,
                     const model::Observed& observed, const Asking& asking);

}  // namespace envguard::compare
