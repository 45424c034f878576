#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/torch/torch.hpp"

namespace envguard::engine::probes {

/// While it lives, these flags of PyTorch's hold; then what held before. Refusal where this PyTorch has no such switch,
/// or none that can be read and so put back.
class FlagsInForce {
 public:
  using Flags = std::vector<std::pair<std::string, bool>>;
  FlagsInForce(const torch::Torch& torch, const Flags& flags);
  ~FlagsInForce();
  FlagsInForce(const FlagsInForce&) = delete;
  FlagsInForce& operator=(const FlagsInForce&) = delete;

 private:
  void put_back() const;

  const torch::Torch& torch_;
  Flags before_;
};

}  // namespace envguard::engine::probes
