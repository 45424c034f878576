#include "engine/torch/random.hpp"

#include <string>

namespace envguard::engine::torch {
namespace {

void* symbol(const Torch& torch, const char* name) {
  void* address = torch.library().find(name);
  if (address == nullptr) throw Refusal(std::string("this PyTorch has no symbol ") + name);
  return address;
}

/// An at::Generator is one pointer to its GeneratorImpl; set_current_seed is a member of the Impl.
void seed_generator(void* generator, void* set_current_seed, std::uint64_t seed) {
  void* implementation = *static_cast<void**>(generator);
  reinterpret_cast<void (*)(void*, std::uint64_t)>(set_current_seed)(implementation, seed);
}

}  // namespace

void manual_seed(const Torch& torch, std::uint64_t seed) {
  if (torch.on_cuda()) {
    auto* generator = symbol(torch, "_ZN2at4cuda6detail23getDefaultCUDAGeneratorEa");
    const auto index = static_cast<signed char>(torch.place().index);
    return seed_generator(reinterpret_cast<void* (*)(signed char)>(generator)(index),
                          symbol(torch, "_ZN2at17CUDAGeneratorImpl16set_current_seedEm"), seed);
  }
  auto* generator = symbol(torch, "_ZN2at6detail22getDefaultCPUGeneratorEv");
  seed_generator(reinterpret_cast<void* (*)()>(generator)(),
                 symbol(torch, "_ZN2at16CPUGeneratorImpl16set_current_seedEm"), seed);
}

}  // namespace envguard::engine::torch
