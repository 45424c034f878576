#pragma once

namespace envguard::engine {

/// Protocol version 1 from its first line to its last: reads a plan, opens its PyTorch, runs its probes. An install
/// that cannot be opened is an answer. Throws base::Error where there is nobody to answer to, or no plan that can be
/// read.
void run_session();

}  // namespace envguard::engine
