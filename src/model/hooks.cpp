#include "model/hooks.hpp"

namespace envguard::model {

std::string_view name(HookState state) {
  switch (state) {
    case HookState::absent:
      return "absent";
    case HookState::installed:
      return "installed";
    case HookState::program_gone:
      return "program-gone";
    case HookState::foreign:
      return "foreign";
  }
  return "unknown";
}

}  // namespace envguard::model
