#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/cuda/symbols.hpp"

namespace envguard::engine::cuda {

/// NVIDIA's run-time compiler. Every call throws torch::Refusal with its own words.
class Nvrtc {
 public:
  explicit Nvrtc(const SharedLibrary& library);

  /// The file that PyTorch loads: the one that is mapped, else what its libcaffe2_nvrtc.so, which lies in `libtorch`'s
  /// folder and asks for it, brings along. Refusal unsupported where there is none.
  [[nodiscard]] static Nvrtc of_pytorch(const std::filesystem::path& libtorch);

  /// CUDA source to a cubin for exactly that compute capability (90: sm_90a is not meant). What the compiler does not
  /// know, or cannot compile, is unsupported.
  [[nodiscard]] std::vector<std::byte> compile(const std::string& source, int capability,
                                               std::vector<std::string> options) const;
  [[nodiscard]] std::string version() const;  ///< "13.0"
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void check(const char* name, int result) const;

  std::filesystem::path path_;
  Symbols symbols_;
};

/// The path, as it was opened, of a mapped library with this name up to its version: "libnvrtc.so".
[[nodiscard]] std::optional<std::filesystem::path> mapped(const std::string& name);

}  // namespace envguard::engine::cuda
