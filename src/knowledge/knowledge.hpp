#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "knowledge/dotted.hpp"

/// What is publicly known about which CUDA, cuDNN, driver, GPU and PyTorch go together: facts/*.toml, each with its
/// source, as tables. What a lookup does not find is unknown, and no more than that.
namespace envguard::knowledge {

enum class Confidence { low, medium, high };

/// Where a fact is from: documents, repositories, measurements.
struct Source {
  std::string_view text;
  Confidence confidence = Confidence::high;
};

/// The oldest driver (Linux) that runs a program built with this CUDA; "580" where NVIDIA names a branch alone.
struct Floor {
  Dotted driver;
  Source source;
};
/// `cuda`: "12.8" or longer. Holds for every minor version of a known major version.
[[nodiscard]] std::optional<Floor> floor_of(const Dotted& cuda);

/// A toolkit by its major and minor version, and the driver that came with it, which has all of its features.
struct Toolkit {
  Dotted cuda, driver;
  std::optional<Dotted> floor;  ///< where it is not its major version's
  Source source;
};
[[nodiscard]] const Toolkit* toolkit(const Dotted& cuda);

/// A driver branch: 580 of "580.65.06".
struct Branch {
  unsigned number;
  std::string_view kind;  ///< "long-term support", "production", "new feature"
  std::string_view end;   ///< month of its end of life, "2028-06"
  unsigned newest_major;  ///< of the CUDA versions that it runs by itself
  Source source;
};
[[nodiscard]] const Branch* branch_of(const Dotted& driver);

enum class Platform { x86_64, aarch64 };

/// An official wheel of PyTorch. Of aarch64's only the architectures are known, from the release `torch` on.
struct TorchBuild {
  Dotted torch;
  std::string_view variant;               ///< "cu130"
  std::optional<Dotted> cudnn, nccl;      ///< that it was built against
  std::span<const Dotted> architectures;  ///< with code of their own; empty: unknown
  std::optional<Dotted> ptx;              ///< whose PTX is kept for newer GPUs
  Source source;
};
[[nodiscard]] const TorchBuild* torch_build(const Dotted& torch, std::string_view variant, Platform platform);
/// Every wheel known for x86_64, releases and variants ascending.
[[nodiscard]] std::span<const TorchBuild> torch_builds();

struct Architecture {
  Dotted compute_capability;
  std::string_view name;            ///< "Hopper"
  std::optional<Dotted> last_cuda;  ///< the last toolkit that compiles for it
  Source source;
};
[[nodiscard]] const Architecture* architecture(const Dotted& compute_capability);

/// What a cuDNN runs with and on.
struct CudnnSupport {
  std::span<const unsigned> cuda_majors;     ///< all that it is built for; empty: not known release by release
  unsigned oldest_cuda_major = 0;            ///< none older; 0: unknown
  std::optional<Dotted> compute_capability;  ///< the smallest
  Source source;
};
[[nodiscard]] std::optional<CudnnSupport> cudnn_support(const Dotted& cudnn);

/// What pip installs to bring a CUDA library: "nvidia-cuda-runtime==13.*" for libcudart.so.13. `cuda_major` 0: unknown,
/// which is enough where every major version has a soname of its own.
[[nodiscard]] std::optional<std::string_view> wheel_of(std::string_view soname, unsigned cuda_major);

}  // namespace envguard::knowledge
