#pragma once

#include <span>

#include "knowledge/knowledge.hpp"
#include "knowledge/rules.hpp"

/// The tables as `generate` writes them; knowledge.hpp has the questions that they answer.
namespace envguard::knowledge::tables {

struct Major {
  unsigned cuda;
  Dotted floor;
  Source source;
};

struct CudnnRelease {
  Dotted cudnn;  ///< "8.4": every 8.4.x
  std::span<const unsigned> cuda_majors;
  std::optional<Dotted> compute_capability;
  Source source;
};

struct CudnnDrop {
  Dotted since;
  unsigned oldest_cuda_major;
  Dotted compute_capability;
  Source source;
};

struct Wheel {
  std::string_view library;
  unsigned cuda_major;
  std::string_view requirement;
  Source source;
};

[[nodiscard]] std::span<const Major> majors();
[[nodiscard]] std::span<const Toolkit> toolkits();
[[nodiscard]] std::span<const Branch> branches();
[[nodiscard]] std::span<const TorchBuild> torch_x86_64();
[[nodiscard]] std::span<const TorchBuild> torch_aarch64();
[[nodiscard]] std::span<const Architecture> architectures();
[[nodiscard]] std::span<const CudnnRelease> cudnn_releases();
[[nodiscard]] std::span<const CudnnDrop> cudnn_drops();
[[nodiscard]] std::span<const Wheel> wheels();
[[nodiscard]] std::span<const Rule> rules();

}  // namespace envguard::knowledge::tables
