#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/call.hpp"
#include "model/verdict.hpp"

namespace envguard::cli {

// What a machine remembers between commands beside kept verdicts: its last verdict, and its transients.

/// `place`: the top of the work tree, or where envguard was started outside of one.
void remember_verdict(const Call& call, const std::filesystem::path& place, const model::Verdict& verdict);
[[nodiscard]] std::optional<model::Verdict> last_verdict(const Call& call, const std::filesystem::path& place);

/// Keeps the transients of a verdict that was measured now.
void remember_transients(const Call& call, const model::Verdict& verdict);
/// Ids of the probes that flipped on this hardware within the last 30 days.
[[nodiscard]] std::vector<std::string> recent_transients(const Call& call, const std::string& hardware);
/// Says on standard error what flipped and was not acknowledged yet.
void tell_of_transients(const Call& call);
void acknowledge_transients(const Call& call);
/// Error unstable where this hardware flipped three times within 30 days.
void refuse_suspect(const Call& call, const std::string& hardware);
/// A hook manager shows nothing of a hook that passes: a transient is written to the terminal itself, where there is
/// one.
void show_on_terminal(const Call& call, const model::Verdict& verdict);

}  // namespace envguard::cli
