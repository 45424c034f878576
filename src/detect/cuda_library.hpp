#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/observed.hpp"

namespace envguard::detect {

/// One of CUDA's libraries, and how its file tells its version.
struct KnownLibrary {
  std::string_view component;   ///< model::CudaLibrary's: "cublaslt"
  std::string_view stem;        ///< of its file: "libcublasLt"
  std::string_view wheel;       ///< the distribution that brings it: "nvidia-cublas", with "-cu12" behind it or without
  std::string_view locked{};    ///< model::Component's: "cuda" for cudart; empty: a lock does not record it
  std::string_view constant{};  ///< text in .rodata that the version follows; empty: none does
  bool expected = false;        ///< a PyTorch with CUDA is not whole without it
};

/// In the lock's order.
[[nodiscard]] std::span<const KnownLibrary> known_libraries();

/// What a file name means: null for a library that is not CUDA's. Every part of cuDNN ("libcudnn_graph.so.9") is
/// `cudnn_part()`, whose component is part_name(name).
[[nodiscard]] const KnownLibrary* known_library(std::string_view file_name);
[[nodiscard]] const KnownLibrary& cudnn_part();

/// "libcudnn_graph" of "libcudnn_graph.so.9" and, as LibTorch's zips mark their copies, "libcudnn_graph-9335f6a2.so.9".
[[nodiscard]] std::string_view library_stem(std::string_view file_name);

/// A version, and where it was read.
struct ToldVersion {
  std::string version;
  model::Origin origin;
};

/// What the file itself says, without running it: its name, its constants, or of cuDNN's parts the number that they
/// compare with each other. Nothing where it says nothing.
[[nodiscard]] std::optional<ToldVersion> version_of_file(const KnownLibrary& known, const std::filesystem::path& path);

}  // namespace envguard::detect
