#include <cstdint>

extern "C" __attribute__((visibility("default"))) std::uint64_t aoti_torch_abi_version();

std::uint64_t aoti_torch_abi_version() {
  return std::uint64_t{2} << 56 | std::uint64_t{8} << 48;
}
