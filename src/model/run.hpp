#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "model/observed.hpp"
#include "model/probe.hpp"

namespace envguard::model {

/// One environment variable of an engine and who set it: "caller", "profile strict", "device".
struct Variable {
  std::string name;
  std::optional<std::string> value;  ///< nothing: removed
  std::string origin;
};

/// What one engine process is asked to do. Deterministic JSON of it is its digest.
struct Plan {
  int recipe = 0;
  Profile profile = Profile::strict;
  Install install;
  std::vector<std::filesystem::path> preload;  ///< absolute, in the order that this PyTorch preloads them
  Device device;
  int threads = 1;  ///< 0: as PyTorch has them
  std::vector<std::pair<std::string, std::string>>
      flags;  ///< "deterministic-algorithms" -> "true" …, from recipe/profile; empty: left as it is, and read
  std::vector<std::string> probes;  ///< ids in order; whole units of the recipe
  std::vector<std::uint64_t>
      perturb;              ///< one round for each: all probes, every input element moved by -1, 0 or +1
                            ///< ulp after the pattern of this seed; empty: one round of the inputs as they are
  bool keep_bytes = false;  ///< whole tensors into the memfd
};

/// Why a Run is not whole. It says nothing about numerics.
struct Fault {
  enum class Kind {
    engine_missing,
    other_build,
    not_opened,
    crashed,
    timed_out,
    bad_protocol,
    no_done,
    cuda_error,
    will_not_die,
    gpu_taken  ///< somebody else came onto the GPU before this process was started
  };
  Kind kind = Kind::crashed;
  std::string what;   ///< "the engine died of SIGSEGV in train.cnn_sgd"
  std::string probe;  ///< where it was, or empty
};
[[nodiscard]] std::string_view name(Fault::Kind kind);

/// What one engine process answered.
struct Run {
  Plan plan;
  std::string build;          ///< of the engine
  std::string torch_version;  ///< as the opened library answers: "2.11.0"
  std::optional<GpuKey> gpu;
  std::vector<std::pair<std::string, std::string>> built;  ///< of PyTorch's build, as it answers: mkl, onednn, blas …
  std::vector<std::pair<std::string, std::string>> flags;  ///< as read back; under as-is also "threads"
  std::vector<std::string> not_settable;
  std::vector<ProbeResult> probes;               ///< in the plan's order; none where it perturbs
  std::vector<std::vector<ProbeResult>> rounds;  ///< of a plan that perturbs: one for each seed, each in its order
  std::vector<Library> libraries;                ///< what was mapped at the end
  std::vector<Component> versions;               ///< asked of the loaded libraries: cudnn, cuda, nccl … where opened
  std::vector<Variable> environment;
  /// Names of the environment variables that the engine and the libraries in it asked for, set or not; sorted. Nothing:
  /// not known, so the Run must not be kept.
  std::optional<std::vector<std::string>> asked;
  std::optional<Fault> fault;
  bool resumed = false;
  double seconds = 0;
  std::string output;  ///< last 64 KiB of what the engine and its libraries printed

  [[nodiscard]] const ProbeResult* probe(std::string_view id) const;
  /// Whole: no fault, and every probe of the plan answered in every round, none of them `failed`.
  [[nodiscard]] bool whole() const;
};

}  // namespace envguard::model
