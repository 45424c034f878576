#pragma once

#include <string>

#include "engine/shared_library.hpp"

namespace envguard::engine::cuda {

/// Where the functions of one of CUDA's libraries are taken from.
class Symbols {
 public:
  /// Of this library and what it depends on.
  [[nodiscard]] static Symbols in(const SharedLibrary& library) { return {library, false}; }
  /// As the dynamic linker bound them for PyTorch: what is loaded for all to see comes first, then libtorch.so and what
  /// it depends on. So a call reaches the very file that PyTorch's calls reach.
  [[nodiscard]] static Symbols as_bound_by(const SharedLibrary& libtorch) { return {libtorch, true}; }

  /// The function `name`. Refusal unsupported, naming it and where it was looked for, where there is none.
  template <class Signature>
  [[nodiscard]] Signature* function(const char* name) const {
    return reinterpret_cast<Signature*>(find(name));
  }

 private:
  Symbols(SharedLibrary library, bool global_first) : library_(std::move(library)), global_first_(global_first) {}
  [[nodiscard]] void* find(const char* name) const;

  SharedLibrary library_;
  bool global_first_;
};

}  // namespace envguard::engine::cuda
