#pragma once

#include <optional>

#include "cli/call.hpp"
#include "cli/scene.hpp"
#include "detect/discovery.hpp"
#include "model/observed.hpp"
#include "model/run.hpp"
#include "runner/runner.hpp"
#include "trust/trust.hpp"

namespace envguard::cli {

/// The PyTorch that an environment means and the machine it stands on, nothing of it opened yet.
struct Subject {
  trust::Situation situation;
  model::Observed observed;
  trust::Seen seen;          ///< the files that trust looked at
  trust::Searched searched;  ///< where libraries are looked for
  /// Why no child is started that loads libraries: a variable of the caller's names some that may not be opened.
  std::optional<trust::Refusal> no_start;
  /// Why the install, or a library that would load with it, is not opened; `no_start` too. Then the dynamic linker was
  /// not asked about it.
  std::optional<trust::Refusal> refusal;
};

/// What to do where no PyTorch was found.
inline constexpr const char* name_a_torch =
    "name one with --torch INSTALL or ENVGUARD_TORCH: an interpreter, a venv, a conda prefix, a LibTorch folder";

/// Discovery only: fast, and enough to tell whether a kept verdict still holds.
[[nodiscard]] detect::Discovery discover(const Call& call, const Scene& scene, const model::Environment* environment);

/// The install that an option names. Error usage where it names none.
[[nodiscard]] detect::Discovery discover_named(const Call& call, const Scene& scene, const std::string& install);

/// `environment`: nothing where no policy speaks.
[[nodiscard]] Subject look_at(const Call& call, const Scene& scene, detect::Discovery discovery);

/// Asks the engine for driver and GPUs. A driver that hangs or crashes is an answer too. The caller has made sure that
/// an engine may be started (`Subject::no_start`).
[[nodiscard]] model::Devices ask_devices(const Call& call);

/// The same; Error could_not_measure where the driver hangs or crashes.
[[nodiscard]] model::Devices ask_answering_devices(const Call& call);

/// Asks for the GPUs and takes the key of that one. A GPU that is not there leaves `observed.gpu` empty. Error
/// could_not_measure where the driver hangs or crashes; what it said until then is in `observed.devices`. Error
/// untrusted where no engine may be started.
void ask_gpu(const Call& call, Subject& subject, int index);

/// The key of a GPU that was asked for; none where it is not there.
void take_key(model::Observed& observed, int index);

/// Why `cuda:index` is not there, in one sentence; nothing: it is.
[[nodiscard]] std::optional<std::string> no_such_gpu(const model::Observed& observed, int index);

/// Whether the PyTorch that was found can compute on a GPU at all, as its own files say.
[[nodiscard]] bool built_with_cuda(const model::Observed& observed);

/// What contradicts what on this machine: of detection, and of src/diagnosis.
[[nodiscard]] std::vector<model::Finding> findings_of(const Call& call, const model::Observed& observed);

/// The device that `auto` means: the GPU where there is one, else the CPU. Asks for the GPUs.
[[nodiscard]] model::Device pick_device(const Call& call, Subject& subject, std::optional<model::Device> wanted);

/// The install of a subject that is about to be opened. Errors: not_judged where there is none, untrusted where it may
/// not be opened.
[[nodiscard]] const model::Install& install_to_open(const Subject& subject);

[[nodiscard]] runner::Runner make_runner(const Call& call, const Subject& subject);
[[nodiscard]] model::Plan make_plan(const Subject& subject, model::Device device,
                                    const std::vector<std::string>& probes);

}  // namespace envguard::cli
