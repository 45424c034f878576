#include "runner/tail.hpp"

#include <algorithm>

namespace envguard::runner {

void Tail::add(std::string_view text) {
  kept_.append(text.substr(text.size() - std::min(text.size(), limit_)));
  if (kept_.size() > 2 * limit_) kept_.erase(0, kept_.size() - limit_);
}

std::string Tail::text() const {
  return kept_.substr(kept_.size() - std::min(kept_.size(), limit_));
}

}  // namespace envguard::runner
