#include "engine/shared_library.hpp"

#include <dlfcn.h>

namespace envguard::engine {

std::variant<SharedLibrary, Unopened> SharedLibrary::open(const std::filesystem::path& path, Scope scope) {
  const int flags = RTLD_NOW | (scope == Scope::global ? RTLD_GLOBAL : RTLD_LOCAL);
  if (void* handle = dlopen(path.c_str(), flags)) return SharedLibrary(path, handle);
  const char* why = dlerror();
  return Unopened{why != nullptr ? why : path.string() + ": the dynamic linker gave no reason"};
}

void* SharedLibrary::find(const char* symbol) const {
  return dlsym(handle_, symbol);
}

}  // namespace envguard::engine
