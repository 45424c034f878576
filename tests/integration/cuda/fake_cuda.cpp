// A libcuda whose device is the host: memory is the host's, and kernels.cu, compiled as C++, runs thread after thread.
// What needs other lanes (sums, mma) is not run by the tests.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#define __global__
#define __device__
#define __shared__ static
struct Index {
  unsigned x = 0, y = 0, z = 0;
};
static Index threadIdx, blockIdx, blockDim;
static void __syncthreads() {}
static float __shfl_xor_sync(unsigned, float value, int) {
  return value;
}
static float rsqrtf(float x) {
  return 1 / sqrtf(x);
}

#include "kernels.cu"

extern "C" {
// What the tests turn.
int fake_driver_version = 13000;
const char* fake_failing = "";
int fake_failure = 0;
bool fake_flips_a_bit = false;
int fake_objects = 0;  // memory, modules and contexts that are held
}

namespace {

using Kernel = void (*)(void*, const void*, const void*, int, int);

int answer(const char* function) {
  return std::strcmp(function, fake_failing) == 0 ? fake_failure : 0;
}

}  // namespace

extern "C" {

int cuInit(unsigned) {
  return answer("cuInit");
}
int cuDriverGetVersion(int* version) {
  return *version = fake_driver_version, 0;
}
int cuDeviceGet(int* device, int ordinal) {
  return *device = ordinal, ordinal == 0 ? 0 : 101;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  return *value = attribute == 75 ? 9 : 0, 0;
}
int cuDevicePrimaryCtxRetain(void** context, int) {
  ++fake_objects;
  return *context = &fake_objects, answer("cuDevicePrimaryCtxRetain");
}
int cuDevicePrimaryCtxRelease_v2(int) {
  return --fake_objects, 0;
}
int cuCtxSetCurrent(void*) {
  return 0;
}
int cuCtxSynchronize() {
  return answer("cuCtxSynchronize");
}
int cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  return *free = 5 << 20, *total = 80ull << 30, 0;
}
int cuMemAlloc_v2(unsigned long long* address, std::size_t size) {
  if (const int failed = answer("cuMemAlloc_v2")) return failed;
  ++fake_objects;
  return *address = reinterpret_cast<unsigned long long>(std::malloc(size)), 0;
}
int cuMemFree_v2(unsigned long long address) {
  if (address == 0) return 1;
  --fake_objects;
  return std::free(reinterpret_cast<void*>(address)), 0;
}
int cuMemcpyHtoD_v2(unsigned long long to, const void* from, std::size_t size) {
  return std::memcpy(reinterpret_cast<void*>(to), from, size), 0;
}
int cuMemcpyDtoH_v2(void* to, unsigned long long from, std::size_t size) {
  std::memcpy(to, reinterpret_cast<void*>(from), size);
  if (fake_flips_a_bit) static_cast<unsigned char*>(to)[size / 2] ^= 1;
  return 0;
}
int cuModuleLoadData(void** module, const void*) {
  if (const int failed = answer("cuModuleLoadData")) return failed;
  ++fake_objects;
  return *module = &fake_objects, 0;
}
int cuModuleUnload(void*) {
  return --fake_objects, 0;
}
int cuModuleGetFunction(void** function, void*, const char* name) {
  const std::string wanted = name;
  *function = nullptr;
  if (wanted == "multiply_add_chain_f32") *function = reinterpret_cast<void*>(multiply_add_chain_f32);
  if (wanted == "pow_f32") *function = reinterpret_cast<void*>(pow_f32);
  if (wanted == "exp_f64") *function = reinterpret_cast<void*>(exp_f64);
  if (wanted == "integer_hash") *function = reinterpret_cast<void*>(integer_hash);
  return *function == nullptr ? 500 : 0;
}
int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned, unsigned block_x, unsigned, unsigned,
                   unsigned, void*, void** arguments, void**) {
  blockDim = {block_x, 1, 1};
  for (blockIdx.y = 0; blockIdx.y < grid_y; ++blockIdx.y) {
    for (blockIdx.x = 0; blockIdx.x < grid_x; ++blockIdx.x) {
      for (threadIdx.x = 0; threadIdx.x < block_x; ++threadIdx.x) {
        reinterpret_cast<Kernel>(function)(*static_cast<void**>(arguments[0]), *static_cast<void**>(arguments[1]),
                                           *static_cast<void**>(arguments[2]), *static_cast<int*>(arguments[3]),
                                           *static_cast<int*>(arguments[4]));
      }
    }
  }
  return answer("cuLaunchKernel");
}
int cuGetErrorString(int error, const char** text) {
  *text = error == 2     ? "out of memory"
          : error == 209 ? "no kernel image is available for execution on the device"
          : error == 700 ? "an illegal memory access was encountered"
                         : "another error";
  return 0;
}
}
