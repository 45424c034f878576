#pragma once

#include <string>
#include <string_view>

#include "model/gpu.hpp"

namespace envguard::codec {

/// One line of `envguard-engine --devices`. It writes one whenever it begins to ask something that may hang, and the
/// last one when all is answered; each holds all that is known by then.
[[nodiscard]] std::string write_devices(const model::Devices& devices);

/// Error could_not_measure, naming the member.
[[nodiscard]] model::Devices read_devices(std::string_view line);

}  // namespace envguard::codec
