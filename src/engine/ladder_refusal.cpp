#include "engine/ladder_refusal.hpp"

#include <string_view>

namespace envguard::engine {

using model::ProbeStatus;
using torch::Refusal;

ProbeStatus status_of(Refusal::Reason reason) {
  switch (reason) {
    case Refusal::Reason::unsupported:
      return ProbeStatus::unsupported;
    case Refusal::Reason::not_deterministic:
      return ProbeStatus::not_deterministic;
    case Refusal::Reason::no_kernel_image:  // nothing of this PyTorch runs here
    case Refusal::Reason::no_memory:
    case Refusal::Reason::device:  // of this moment
      break;                       // must never be locked
  }
  return ProbeStatus::failed;
}

bool answers_after(Refusal::Reason reason) {
  return reason == Refusal::Reason::no_memory;  // another process took it; the context is whole
}

codec::NotOpened::Kind not_opened_by(const Refusal& refusal) {
  using Kind = codec::NotOpened::Kind;
  switch (refusal.reason()) {
    case Refusal::Reason::no_memory:
    case Refusal::Reason::no_kernel_image:
      return Kind::not_loadable;
    default:
      break;
  }
  // cudaErrorDevicesUnavailable: its compute mode is exclusive, and another process has it.
  const bool taken = std::string_view(refusal.what()).find("busy or unavailable") != std::string_view::npos;
  return taken ? Kind::not_loadable : Kind::no_device;
}

}  // namespace envguard::engine
