#include "engine/shared_library.hpp"

#include <system_error>

#include <dlfcn.h>
#include <link.h>

namespace envguard::engine {

std::variant<SharedLibrary, Unopened> SharedLibrary::open(const std::filesystem::path& path, Scope scope) {
  const int flags = RTLD_NOW | (scope == Scope::global ? RTLD_GLOBAL : RTLD_LOCAL);
  if (void* handle = dlopen(path.c_str(), flags)) return SharedLibrary(path, handle);
  const char* why = dlerror();
  return Unopened{why != nullptr ? why : path.string() + ": the dynamic linker gave no reason"};
}

std::optional<SharedLibrary> SharedLibrary::mapped(const std::filesystem::path& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
  if (handle == nullptr) return std::nullopt;
  return SharedLibrary(path, handle);
}

void* SharedLibrary::find(const char* symbol) const {
  return dlsym(handle_, symbol);
}

std::filesystem::path SharedLibrary::file() const {
  const link_map* entry = nullptr;
  if (dlinfo(handle_, RTLD_DI_LINKMAP, static_cast<void*>(&entry)) != 0 || entry == nullptr) return {};
  std::error_code gone;
  auto file = std::filesystem::canonical(entry->l_name, gone);
  return gone ? std::filesystem::path(entry->l_name) : file;
}

}  // namespace envguard::engine
