#include "model/cause.hpp"

namespace envguard::model {

std::string_view name(Cause::Certainty certainty) {
  switch (certainty) {
    case Cause::Certainty::confirmed:
      return "confirmed";
    case Cause::Certainty::consistent_with:
      return "consistent-with";
    case Cause::Certainty::undetermined:
      return "undetermined";
  }
  return "undetermined";
}

}  // namespace envguard::model
