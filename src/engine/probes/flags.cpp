#include "engine/probes/flags.hpp"

#include <fmt/format.h>

namespace envguard::engine::probes {

FlagsInForce::FlagsInForce(const torch::Torch& torch, const Flags& flags) : torch_(torch) {
  for (const auto& [flag, value] : flags) {
    const auto now = torch.context().get(flag);
    if (now) before_.emplace_back(flag, *now);
    if (now && torch.context().set(flag, value)) continue;
    put_back();
    throw torch::Refusal(torch::Refusal::Reason::unsupported, fmt::format("this PyTorch has no switch {}", flag));
  }
}

FlagsInForce::~FlagsInForce() {
  put_back();
}

/// The last first: a switch may carry others along.
void FlagsInForce::put_back() const {
  for (auto flag = before_.rbegin(); flag != before_.rend(); ++flag) {
    (void)torch_.context().set(flag->first, flag->second);
  }
}

}  // namespace envguard::engine::probes
