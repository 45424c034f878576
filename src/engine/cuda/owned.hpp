#pragma once

#include <memory>

#include "engine/cuda/symbols.hpp"

namespace envguard::engine::cuda {

/// A handle of a CUDA library, given back through the library's own function, which answers a status that nobody can do
/// anything about.
template <class Object>
using Owned = std::unique_ptr<Object, int (*)(Object*)>;

/// What `create` makes of these further arguments. `check` hears the status and the function's name.
template <class Object, class Check, class... Arguments>
[[nodiscard]] Owned<Object> make_owned(const Symbols& symbols, const Check& check, const char* create,
                                       const char* destroy, Arguments... arguments) {
  Object* object = nullptr;
  auto* give_back = symbols.template function<int(Object*)>(destroy);
  check(create, symbols.template function<int(Object**, Arguments...)>(create)(&object, arguments...));
  return {object, give_back};
}

}  // namespace envguard::engine::cuda
