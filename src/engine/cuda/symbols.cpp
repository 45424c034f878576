#include "engine/cuda/symbols.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "engine/torch/failure.hpp"

namespace envguard::engine::cuda {

void* Symbols::find(const char* name) const {
  void* address = global_first_ ? dlsym(RTLD_DEFAULT, name) : nullptr;
  if (address == nullptr) address = library_.find(name);
  if (address != nullptr) return address;
  throw torch::Refusal(torch::Refusal::Reason::unsupported,
                       fmt::format("{} and what it depends on have no function {}", library_.path().string(), name));
}

}  // namespace envguard::engine::cuda
