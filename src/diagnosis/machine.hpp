#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "knowledge/knowledge.hpp"
#include "model/observed.hpp"

/// What several subjects ask of a machine.
namespace envguard::diagnosis {

using knowledge::Dotted;

/// The CUDA that PyTorch loads, "13.0.96"; else the one that it was built with, "13.0".
[[nodiscard]] std::optional<Dotted> cuda_of_torch(const model::Observed& observed);

/// Whether PyTorch was built with CUDA; nothing where its files do not tell.
[[nodiscard]] std::optional<bool> built_with_cuda(const model::Observed& observed);

/// The kernel's driver, where it has Linux' numbers (WSL's are Windows').
[[nodiscard]] std::optional<Dotted> driver_of(const model::Observed& observed);

/// The newest CUDA that libcuda.so.1 says it supports.
[[nodiscard]] std::optional<Dotted> cuda_of_driver(const model::Observed& observed);

/// "580.82.07" of /usr/lib/libcuda.so.580.82.07; empty: the name does not tell.
[[nodiscard]] std::string version_in_name(std::string_view path);

/// Whether a library of this path is of the cuda-compat package.
[[nodiscard]] bool from_compat_package(std::string_view path);

/// Whether libcuda says that it is newer than the kernel's driver, and that the GPU does not allow it.
[[nodiscard]] bool attempted_compat(const model::Devices& devices);

/// Whether that is of a cuda-compat package or its like: an updated driver whose old module is still loaded gets the
/// same answer (pytorch/pytorch#40671), but NVML does not fit the module then either.
[[nodiscard]] bool refused_compat(const model::Observed& observed);

/// The official wheel that this PyTorch is ("2.11.0+cu130"), where it is one that is known.
[[nodiscard]] const knowledge::TorchBuild* official_build(const model::Observed& observed);

/// A value of the lock's [build]; empty: not there.
[[nodiscard]] std::string_view build_setting(const model::Observed& observed, std::string_view name);

/// "2.11.0+cu130", safe to show.
[[nodiscard]] std::string torch_version(const model::Observed& observed);

/// Whether this machine has, as far as can be seen, an NVIDIA GPU or its driver.
[[nodiscard]] bool has_nvidia(const model::Observed& observed);

/// The variable's value; nothing: it is not set.
[[nodiscard]] std::optional<std::string> variable(const model::Observed& observed, std::string_view name);

/// "GPU 0, NVIDIA H200", safe to show.
[[nodiscard]] std::string named(const model::Gpu& gpu);

/// Code that a build holds for GPUs: sm_90, sm_90a, sm_100f, compute_120.
struct Code {
  Dotted capability;
  char suffix = 0;  ///< 'a': that GPU alone; 'f': its family
  bool ptx = false;

  [[nodiscard]] static std::optional<Code> parse(std::string_view text);
  /// Whether a GPU of this compute capability runs it, compiled by the driver where it is PTX.
  [[nodiscard]] bool runs_on(const Dotted& gpu) const;
};

/// The command that installs an official wheel which this driver runs and which has code for every GPU here: of the
/// same release where there is one, else the newest. Nothing: none is known.
[[nodiscard]] std::optional<std::string> fitting_wheel(const model::Observed& observed);

}  // namespace envguard::diagnosis
