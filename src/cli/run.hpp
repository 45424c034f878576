#pragma once

#include <span>
#include <string>

#include "cli/streams.hpp"
#include "model/machine.hpp"

namespace envguard::cli {

/// Parses, runs and prints; every failure is caught here, once, and becomes a message on `streams.err` and the exit
/// code that is returned. `arguments` without the program's name.
[[nodiscard]] int run(std::span<const std::string> arguments, const model::Machine& machine, const Streams& streams);

}  // namespace envguard::cli
