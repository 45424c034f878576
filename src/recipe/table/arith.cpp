#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

namespace {

/// A kernel of kernels.cu; the same source in two units.
struct Kernel {
  std::string name, family;
  std::vector<Input> inputs;
  std::string operation;
};

std::vector<Kernel> math_kernels() {
  return {
      {"exp_f32", "device-math", {uniform("x", f32, {4097}, 101, 3)}, "expf(x)"},
      {"sin_f32", "device-math", {uniform("x", f32, {4097}, 102, 10)}, "sinf(x)"},
      {"pow_f32", "device-math", {positive("x", f32, {4097}, 103, 2), uniform("y", f32, {4097}, 104, 2)}, "powf(x, y)"},
      {"division_f32", "device-math", {uniform("x", f32, {4097}, 105), positive("y", f32, {4097}, 106)}, "x / y"},
      {"rsqrt_f32", "device-math", {positive("x", f32, {4097}, 107, 4)}, "rsqrtf(x)"},
      {"exp_f64", "device-math", {uniform("x", f64, {1025}, 108, 3)}, "exp(x)"},
      {"division_f64", "device-math", {uniform("x", f64, {1025}, 109), positive("y", f64, {1025}, 110)}, "x / y"},
  };
}

std::vector<Kernel> order_kernels() {
  const std::string chain = "of each column: a = 0; a = a * x[row] + y[row] for every row; the last a, ";
  const std::string tile = "a @ b.t() in f32, one warp a tile of 16 x 8, along k by ";
  return {
      {"fma_chain_f32",
       "device-arith",
       {uniform("x", f32, {64, 257}, 111), uniform("y", f32, {64, 257}, 112)},
       chain + "contracted"},
      {"multiply_add_chain_f32",
       "device-arith",
       {uniform("x", f32, {64, 257}, 113), uniform("y", f32, {64, 257}, 114)},
       chain + "not contracted"},
      {"mma_f16",
       "mma",
       {uniform("a", f16, {128, 256}, 115), uniform("b", f16, {64, 256}, 116)},
       tile + "mma.m16n8k16 of f16"},
      {"mma_bf16",
       "mma",
       {uniform("a", bf16, {128, 256}, 117), uniform("b", bf16, {64, 256}, 118)},
       tile + "mma.m16n8k16 of bf16"},
      {"mma_tf32",
       "mma",
       {uniform("a", f32, {128, 256}, 119), uniform("b", f32, {64, 256}, 120)},
       tile + "mma.m16n8k8 of tf32"},
      {"sum_f32",
       "device-arith",
       {uniform("x", f32, {33, 1031}, 121)},
       "the sum of each row by a block of 256 threads, then by halves through shared memory"},
      {"warp_sum_f32",
       "device-arith",
       {uniform("x", f32, {33, 1031}, 122)},
       "the sum of each row by a warp, then by butterfly shuffles"},
      // Its result is known: the host computes it too, and a GPU that disagrees is broken.
      {"integer_hash", "control", {below("x", 2147483647, {4097}, 123)}, "64 rounds of splitmix64's mix over x"},
  };
}

/// First nvcc's machine code, which only the hardware can move, then the same source by the NVRTC that PyTorch loads.
std::vector<Unit> gpu_units() {
  std::vector<Unit> embedded, compiled;
  for (const auto& group : {math_kernels(), order_kernels()}) {
    for (const Kernel& kernel : group) {
      embedded.push_back(probe("arith.sass_" + kernel.name, kernel.family, cuda, kernel.inputs,
                               kernel.operation + "; machine code of nvcc 13.0, embedded"));
      embedded.back().twin = "arith.gpu_" + kernel.name;
      embedded.back().embedded = true;
      compiled.push_back(probe("arith.gpu_" + kernel.name, kernel.family, cuda, kernel.inputs,
                               kernel.operation + "; compiled by NVRTC for this GPU"));
    }
  }
  embedded.insert(embedded.end(), compiled.begin(), compiled.end());
  return embedded;
}

std::vector<Unit> host_units() {
  return {
      probe("arith.exp_f64", "libm", cpu, {uniform("x", f64, {1025}, 1, 3)}, "exp(x)"),
      probe("arith.sin_f64", "libm", cpu, {uniform("x", f64, {1025}, 2, 10)}, "sin(x)"),
      probe("arith.exp_f32", "libm", cpu, {uniform("x", f32, {1025}, 3, 3)}, "expf(x)"),
      probe("arith.fma_chain_f64", "arith", cpu, {uniform("x", f64, {1025}, 4), uniform("y", f64, {1025}, 5)},
            "a = 0; a = fma(a, x[i], y[i]) for every i; each a is kept"),
      probe("arith.division_f64", "arith", cpu, {uniform("x", f64, {1025}, 6), positive("y", f64, {1025}, 7)}, "x / y"),
      probe("arith.subnormal_f32", "control", cpu, {uniform("x", f32, {1025}, 8, -125)}, "x * 0.25"),
  };
}

}  // namespace

// What the processors themselves compute, without PyTorch: the C library's libm and the host's own arithmetic; on a GPU
// kernels of our own.
std::vector<Unit> arith_units() {
  std::vector<Unit> units = host_units();
  const std::vector<Unit> gpu = gpu_units();
  units.insert(units.end(), gpu.begin(), gpu.end());
  return units;
}

}  // namespace envguard::recipe::table
