#pragma once

#include <cstddef>

/// What the engine uses of libnvrtc, declared by hand after CUDA 13.0's nvrtc.h (the same in 12.x).
namespace envguard::engine::cuda::abi::nvrtc {

using Result = int;
struct ProgramObject;

inline constexpr Result success = 0;
inline constexpr Result out_of_memory = 1;
inline constexpr Result invalid_option = 5;
inline constexpr Result compilation = 6;

using Version = Result(int* major, int* minor);
using CreateProgram = Result(ProgramObject** program, const char* source, const char* name, int header_count,
                             const char* const* headers, const char* const* header_names);
using DestroyProgram = Result(ProgramObject** program);
using CompileProgram = Result(ProgramObject* program, int option_count, const char* const* options);
using GetCubinSize = Result(ProgramObject* program, std::size_t* size);
using GetCubin = Result(ProgramObject* program, char* cubin);
using GetProgramLogSize = Result(ProgramObject* program, std::size_t* size);
using GetProgramLog = Result(ProgramObject* program, char* log);
using GetErrorString = const char*(Result result);

}  // namespace envguard::engine::cuda::abi::nvrtc
