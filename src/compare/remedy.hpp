#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compare/next.hpp"

namespace envguard::compare {

/// Commands that put the recorded differences back as the lock has them, knobs first: "unset MKL_CBWR", "pip install
/// torch==2.11.0 …". Where no command does it, words that start with "#". A command sets a knob only to what an
/// experiment may set, and installs only PyTorch, NVIDIA's libraries and packages that are installed here: a lock of a
/// stranger cannot make a user install another one. `locked_cuda` names the PyPI distributions of NVIDIA's libraries.
[[nodiscard]] std::vector<std::string> undo(const std::vector<model::Difference>& differences,
                                            std::string_view locked_cuda);

/// The command that locks what is measured here: `envguard lock --environment train --target h200 --reason "…"`.
[[nodiscard]] std::string accept(const std::string& environment, const std::string& target, const model::Device& device,
                                 const model::Observed& observed, bool first);

}  // namespace envguard::compare
