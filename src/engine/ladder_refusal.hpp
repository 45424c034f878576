#pragma once

#include "codec/protocol.hpp"
#include "engine/torch/failure.hpp"
#include "model/probe.hpp"

namespace envguard::engine {

/// What a probe that ended so is called. What says nothing about the install is `failed`, and so never locked.
[[nodiscard]] model::ProbeStatus status_of(torch::Refusal::Reason reason);

/// Whether the GPU still answers where this ended a call that asked for nothing but a few bytes of it.
[[nodiscard]] bool answers_after(torch::Refusal::Reason reason);

/// What an install is called whose first tensor on the GPU was refused: the GPU may be there, and taken by others.
[[nodiscard]] codec::NotOpened::Kind not_opened_by(const torch::Refusal& refusal);

}  // namespace envguard::engine
