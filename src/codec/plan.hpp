#pragma once

#include <string>
#include <string_view>

#include "model/run.hpp"

namespace envguard::codec {

/// What the engine reads from descriptor 0.
struct PlanMessage {
  int protocol = 0;
  std::string build;  ///< of envguard
  model::Plan plan;
};

/// Deterministic JSON: equal plans, equal bytes.
[[nodiscard]] std::string write_plan(const model::Plan& plan, std::string_view build);

/// Error could_not_measure, naming the member. Unknown members are ignored.
[[nodiscard]] PlanMessage read_plan(std::string_view text);

}  // namespace envguard::codec
