#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/discovery.hpp"
#include "detect/search.hpp"
#include "model/machine.hpp"

namespace envguard::detect {

/// The rule of the policy's own `python`.
inline constexpr std::string_view policy_rule = "python of the policy";

/// A place where a PyTorch may be.
struct Candidate {
  enum class Holds { install, libtorch };
  std::string rule;   ///< "VIRTUAL_ENV": kept in the install
  std::string named;  ///< "VIRTUAL_ENV=/x": what a person reads where it is passed over; empty: nobody named it
  std::filesystem::path path;
  std::string skip;              ///< why it is passed over unseen; or empty
  Holds holds = Holds::install;  ///< libtorch: libtorch.so lies in `path` itself
  model::FoundBy found_by = model::FoundBy::machine;
};

/// One rule of the discovery: its candidates, looked for only when the rules before it gave nothing.
using Rule = std::function<std::vector<Candidate>(const model::Machine&, const Question&, Search&)>;

/// Every rule but --torch, in product order.
[[nodiscard]] const std::vector<Rule>& rules();

/// VIRTUAL_ENV and CONDA_PREFIX, where each counts as active: a person switched it on.
[[nodiscard]] std::vector<Candidate> active_environments(const model::Machine& machine, Search& search);

/// Whether the path lies in the cache of pre-commit or prek, which set VIRTUAL_ENV and PATH to environments of their
/// own.
[[nodiscard]] bool in_hook_manager(const model::Machine& machine, const std::filesystem::path& path);

/// The project's folders: `root` of the policy's environment, else the working directory, and upwards as far as
/// `question.highest`. None where that lies elsewhere.
[[nodiscard]] std::vector<std::filesystem::path> folders_up(const model::Machine& machine, const Question& question);

/// Poetry's environments of the nearest project that has a poetry.lock.
[[nodiscard]] std::vector<Candidate> poetry(const model::Machine& machine, const Question& question, Search& search);

/// The first python3 on PATH, pyenv's shims resolved.
[[nodiscard]] std::vector<Candidate> python_on_path(const model::Machine& machine, const Question& question,
                                                    Search& search);

/// The folders of sys.path of the python3 on PATH, asked of it: only for one that is a wrapper which no file explains.
[[nodiscard]] std::vector<Candidate> asked_of_python(const model::Machine& machine, const Question& question,
                                                     Search& search);

}  // namespace envguard::detect
