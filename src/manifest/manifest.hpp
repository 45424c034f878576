#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "manifest/identity.hpp"
#include "manifest/surroundings.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"

namespace envguard::manifest {

using Time = std::chrono::system_clock::time_point;

/// The state that a result was measured in. Taken before measuring, completed after it.
struct State {
  std::vector<Seen> files;
  NamedValues variables;  ///< as `variable_lines` has them; a name with `not_set` was asked for in vain
  NamedValues machine;

  /// XXH3-128 of all of it: what a kept Run is filed under.
  [[nodiscard]] base::Hash128 digest() const;
  friend bool operator==(const State&, const State&) = default;
};

/// Files that a result will rest on.
struct Grounds {
  std::vector<model::Sighting> sightings{};       ///< of discovery and detection
  std::vector<std::filesystem::path> programs{};  ///< envguard, engine, hook
  std::set<std::filesystem::path> folders{};      ///< where libraries were looked for, whether there or not
  std::set<std::filesystem::path> links{};        ///< symbolic links on the way to libraries
};

/// The state as it was found: `grounds`, /etc/ld.so.{cache,preload}, the folders of LD_LIBRARY_PATH, variables,
/// machine.
[[nodiscard]] State look(const model::Machine& machine, const Grounds& grounds);

/// What the engines of a measurement told at their end.
struct Opened {
  std::vector<model::Library> mapped;
  std::vector<std::string> asked;  ///< names of variables
};

/// `before` with what the engines had mapped and asked for. Nothing, so nothing may be kept, where anything changed
/// since `before` or any file of it is younger than `started` (it may have changed between being read and being looked
/// at).
[[nodiscard]] std::optional<State> complete(const State& before, const model::Machine& machine, const Opened& opened,
                                            Time started);

/// Why this state is not the machine's any more; nothing: it is.
[[nodiscard]] std::optional<std::string> changed(const State& state, const model::Machine& machine);

/// (path, git's id) of a policy or lock file.
using Input = std::pair<std::string, std::string>;

/// A verdict and everything that it rested on: one file a work tree and environment.
struct Manifest {
  std::string environment;
  std::vector<Input> inputs;  ///< the policy's, then every file of envguard.lock.d/E, each by path
  State state;
  Time measured;
  std::chrono::seconds cache_for{};
  std::string outcome;  ///< model::Outcome: "match", "version-drift", "numeric-drift"; nothing else is kept
  int exit_code = 0;
  std::string line;  ///< a match for people, with `age_here` where its age belongs
  std::string text;  ///< what a kept drift shows, whole
};

/// Why a kept verdict does not count now; nothing: it does.
[[nodiscard]] std::optional<std::string> outdated(const Manifest& manifest, const std::vector<Input>& inputs,
                                                  const model::Machine& machine, Time now);

/// Stands in a kept line for how long ago it was measured.
inline constexpr std::string_view age_here = "{age}";

/// "just now", "3 min ago", "5 h ago", "2 days ago".
[[nodiscard]] std::string age(std::chrono::seconds seconds);

/// What a hit prints: `line` with the age that it has now.
[[nodiscard]] std::string hit_line(const Manifest& manifest, Time now);

/// Which environments the policy of a work tree has, so that the hook's fast path need not read the policy.
struct Directory {
  std::vector<Input> policy;              ///< repository::PolicyFile::inputs
  std::vector<std::string> environments;  ///< all of them: each must hold
};

/// Lines of text, ended by the hash of what is before; nothing at anything damaged or of another format.
[[nodiscard]] std::string write(const Manifest& manifest);
[[nodiscard]] std::string write(const Directory& directory);
[[nodiscard]] std::optional<Manifest> parse_manifest(std::string_view text);
[[nodiscard]] std::optional<Directory> parse_directory(std::string_view text);

}  // namespace envguard::manifest
