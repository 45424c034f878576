#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "git/git.hpp"
#include "model/machine.hpp"
#include "model/observed.hpp"
#include "trust/seen.hpp"

namespace envguard::trust {

/// Opening a library is running it, so an install is opened only if this says nothing against it. docs/security.md is
/// the threat model.
struct Refusal {
  std::string why;   ///< one sentence with the path
  std::string next;  ///< what to do
};

/// Who asks, and where.
struct Situation {
  git::Git git;                              ///< at the top of the work tree, or in a folder of no repository
  std::optional<std::filesystem::path> top;  ///< of the work tree; nothing: in no repository
  uid_t user = 0;
  model::EnvironmentMap environment;  ///< the caller's: the engine inherits it
  std::filesystem::path directory;    ///< the caller's working directory: relative entries of variables start here
  std::filesystem::path engine;       ///< the engine's folder: $ORIGIN of LD_LIBRARY_PATH
};

struct Answer {
  std::optional<Refusal> refusal;  ///< nothing: it may be opened
  Seen seen{};                     ///< every file that was looked at, as it was then
  Searched searched{};             ///< where libraries were looked for
};

/// What the caller's variables make every child load: the folders of LD_LIBRARY_PATH and their sub-folders for single
/// kinds of CPU, LD_PRELOAD, LD_AUDIT, and every other variable that names a library (profilers, injections, plugins).
/// Asked before the first child is started that is not git. The rules are those of `may_load`.
[[nodiscard]] Answer may_start(const Situation& situation);

/// Whether this install may be opened; also whether the dynamic linker may be asked about it, since that maps its
/// files. `install` holds its paths **as they were found**, symbolic links unresolved.
///
/// Inside the repository, however it was chosen: git tracks no file of it (nor a link on the way to it, nor does the
/// submodule or outer repository that holds it), everything of it and on the way to it belongs to the user or to root,
/// and no one else can write it. The folders in which the dynamic linker looks for its libraries (DT_RPATH, DT_RUNPATH)
/// are held to the same.
/// Outside of the repository: no other repository tracks it either. The policy may not name such a place (a link of the
/// user's own that git does not track may lead there).
/// In no repository at all: not where discovery merely found it beside a project's files, since nothing says whether it
/// came with them.
[[nodiscard]] Answer may_open(const model::Install& install, model::FoundBy found_by, const Situation& situation);

/// The same rules for single files: the libraries that would load, an interpreter.
[[nodiscard]] Answer may_load(const std::vector<std::filesystem::path>& files, const Situation& situation);

/// After a measurement: what the engine had mapped. Error untrusted where it opened a file that may not be opened and
/// that nobody had foreseen; Error could_not_measure where a file is not the one any more that was looked at before.
void insist_on_seen(const std::vector<model::Library>& mapped, const Seen& seen, const Situation& situation);

/// How far up discovery may look for a project's files outside of a repository: from `start` up to the home folder, the
/// border of the file system, and not into a folder that belongs to somebody else or that others can write. Empty:
/// not even `start` is the user's alone.
[[nodiscard]] std::filesystem::path highest_folder(const std::filesystem::path& start,
                                                   const std::filesystem::path& home, uid_t user);

/// The refusal as the failure that ends a command (exit 5).
[[nodiscard]] base::Error untrusted(const Refusal& refusal);

}  // namespace envguard::trust
