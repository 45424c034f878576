#pragma once

#include <cstdint>
#include <span>

#include "codec/protocol.hpp"

namespace envguard::engine {

/// Where results go: one line, one write(2). A reader that is gone ends the process.
class Channel {
 public:
  /// Takes descriptors 3 (lines) and 4 (whole tensors) and closes them on exec. Error usage where 3 is not open.
  Channel();

  void send(const codec::Line& line) const;
  /// Appends to descriptor 4; where it now lies.
  [[nodiscard]] codec::Extent store(std::span<const std::byte> bytes);

 private:
  std::uint64_t stored_ = 0;
};

/// The plan on descriptor 0, to its end. Error could_not_measure where it is longer than 4 MiB.
[[nodiscard]] std::string read_plan_text();

}  // namespace envguard::engine
