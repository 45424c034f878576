#include "compare/faults.hpp"

namespace envguard::compare {

std::string next_step(model::Fault::Kind kind) {
  using enum model::Fault::Kind;
  switch (kind) {
    case engine_missing:
    case other_build:
      return "install envguard again: envguard and envguard-engine must be of one build";
    case not_opened:
      return "envguard doctor";
    case timed_out:
      return "envguard check --timeout 600";
    case will_not_die:
      return "the driver holds the process; see `dmesg`, and restart the machine if it stays";
    case cuda_error:
      return "see `dmesg` for an Xid of the driver, then: envguard check --no-cache";
    case gpu_taken:
      return wait_or_elsewhere;
    case crashed:
    case bad_protocol:
    case no_done:
      return "envguard check --no-cache -v";
  }
  return "envguard doctor";
}

}  // namespace envguard::compare
