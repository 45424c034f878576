#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace envguard::repository {

/// hooks/hook.sh, with @PROGRAM@ and @PREVIOUS@ to be filled in.
extern const std::string_view script_template;

/// What an existing hook's name is given when envguard takes its place: "pre-commit.before-envguard", ".2" …
inline constexpr std::string_view set_aside_ending = ".before-envguard";

/// What an installed script says of itself.
struct Script {
  std::filesystem::path program;  ///< absolute
  std::string previous;           ///< file name of the hook that runs first, in the same folder; empty: none
};

/// The script's text.
[[nodiscard]] std::string write_script(const Script& script);

/// Nothing where the text has not envguard's marker, or names a previous hook that envguard did not set aside: somebody
/// else's hook.
[[nodiscard]] std::optional<Script> parse_script(std::string_view text);

/// What in this text asks for its own file name, so that the hook does something else under another; empty: nothing
/// known.
[[nodiscard]] std::string asks_for_its_name(std::string_view text);

}  // namespace envguard::repository
