#include "engine/cuda/kernel_code.hpp"

#if ENVGUARD_EMBEDDED_SASS

// .incbin takes the files as they are; cuModuleLoadData wants a fatbin aligned to 8 bytes.
asm(R"(
  .pushsection .rodata
  .balign 16
envguard_contracted_begin:
  .incbin ")" ENVGUARD_CONTRACTED R"("
envguard_contracted_end:
  .balign 16
envguard_uncontracted_begin:
  .incbin ")" ENVGUARD_UNCONTRACTED R"("
envguard_uncontracted_end:
  .popsection
)");

extern "C" {
[[gnu::visibility("hidden")]] extern const std::byte envguard_contracted_begin[], envguard_contracted_end[];
[[gnu::visibility("hidden")]] extern const std::byte envguard_uncontracted_begin[], envguard_uncontracted_end[];
}

#endif

namespace envguard::engine::cuda {

std::span<const std::byte> embedded_code([[maybe_unused]] Contraction contraction) {
#if ENVGUARD_EMBEDDED_SASS
  if (contraction == Contraction::on) return {envguard_contracted_begin, envguard_contracted_end};
  return {envguard_uncontracted_begin, envguard_uncontracted_end};
#else
  return {};
#endif
}

}  // namespace envguard::engine::cuda
