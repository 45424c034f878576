#pragma once

#include <cstddef>
#include <cstdint>

/// What the engine uses of libcuda, declared by hand after CUDA 13.0's cuda.h: the engine is built without the toolkit.
/// A test compares every number and signature with the real header where there is one.
namespace envguard::engine::cuda::abi::driver {

using Result = int;
using Device = int;
using Pointer = unsigned long long;
struct ContextObject;
struct ModuleObject;
struct FunctionObject;
struct StreamObject;

inline constexpr Result success = 0;
inline constexpr Result out_of_memory = 2;
inline constexpr Result invalid_image = 200;
inline constexpr Result no_binary_for_gpu = 209;
inline constexpr Result unsupported_ptx_version = 222;
inline constexpr Result invalid_source = 300;

inline constexpr int compute_capability_major = 75;  // of CUdevice_attribute
inline constexpr int compute_capability_minor = 76;

using Init = Result(unsigned flags);
using DriverGetVersion = Result(int* version);
using DeviceGet = Result(Device* device, int ordinal);
using DeviceGetAttribute = Result(int* value, int attribute, Device device);
using DevicePrimaryCtxRetain = Result(ContextObject** context, Device device);
using DevicePrimaryCtxRelease = Result(Device device);
using CtxSetCurrent = Result(ContextObject* context);
using CtxSynchronize = Result();
using MemGetInfo = Result(std::size_t* free, std::size_t* total);
using MemAlloc = Result(Pointer* address, std::size_t size);
using MemFree = Result(Pointer address);
using MemcpyHtoD = Result(Pointer to, const void* from, std::size_t size);
using MemcpyDtoH = Result(void* to, Pointer from, std::size_t size);
using ModuleLoadData = Result(ModuleObject** module, const void* image);
using ModuleUnload = Result(ModuleObject* module);
using ModuleGetFunction = Result(FunctionObject** function, ModuleObject* module, const char* name);
using LaunchKernel = Result(FunctionObject* function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                            unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                            StreamObject* stream, void** arguments, void** extra);
using GetErrorString = Result(Result error, const char** text);

}  // namespace envguard::engine::cuda::abi::driver
