#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace envguard::model {

enum class HookState { absent, installed, program_gone, foreign };
[[nodiscard]] std::string_view name(HookState state);  ///< kebab-case

/// One hook of git, as it lies there.
struct Hook {
  std::string name;            ///< "pre-commit"
  std::filesystem::path path;  ///< absolute
  HookState state = HookState::absent;
  std::filesystem::path program;   ///< what an installed script starts
  std::filesystem::path previous;  ///< the hook that it runs first; empty: none
};

struct HookReport {
  std::vector<Hook> hooks;         ///< pre-commit, pre-merge-commit
  std::vector<std::string> notes;  ///< "core.hooksPath is set globally: every repository of yours runs these hooks"
};

}  // namespace envguard::model
