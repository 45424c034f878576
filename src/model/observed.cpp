#include "model/observed.hpp"

#include <algorithm>

namespace envguard::model {

const Component* Observed::component(std::string_view name) const {
  const auto found = std::ranges::find(components, name, &Component::name);
  return found == components.end() ? nullptr : &*found;
}

}  // namespace envguard::model
