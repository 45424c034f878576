#pragma once

#include <stdexcept>
#include <string>

#include "codec/protocol.hpp"

namespace envguard::engine::torch {

/// Why an install cannot be measured at all: the answer that goes to envguard.
class CannotOpen : public std::runtime_error {
 public:
  using Kind = codec::NotOpened::Kind;
  CannotOpen(Kind kind, const std::string& what, std::string looked_for)
      : std::runtime_error(what), kind_(kind), looked_for_(std::move(looked_for)) {}
  [[nodiscard]] codec::NotOpened answer() const { return {kind_, what(), looked_for_}; }

 private:
  Kind kind_;
  std::string looked_for_;
};

/// PyTorch, or a library of CUDA's, answered a call with an error; `what()` is its own message.
class Refusal : public std::runtime_error {
 public:
  enum class Reason {
    unsupported,        ///< this build or this device does not have it: as lasting as the install
    not_deterministic,  ///< it has no deterministic implementation here, and strict asks for one
    no_memory,          ///< host or device memory ran out: says nothing about the install
    no_kernel_image,    ///< the build has no machine code for this GPU's architecture
    device,             ///< a library of CUDA's failed otherwise, perhaps with its context: of this moment, or unknown
  };
  explicit Refusal(const std::string& message);
  /// Of another library than PyTorch, whose codes say the reason.
  Refusal(Reason reason, const std::string& message) : std::runtime_error(message), reason_(reason) {}
  [[nodiscard]] Reason reason() const { return reason_; }

 private:
  Reason reason_;
};

}  // namespace envguard::engine::torch
