// Layer 0 on a GPU: our own kernels, by nvcc's machine code and by the NVRTC that PyTorch loads.
#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "engine/cuda/kernels.hpp"
#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

using cuda::Compiler;
using cuda::Contraction;
using cuda::Kernels;

constexpr unsigned threads = 256;
constexpr unsigned warp = 32;

unsigned blocks(std::int64_t elements) {
  return static_cast<unsigned>((elements + threads - 1) / threads);
}

/// Every unit is there twice: who compiled its kernel stands in its id, "arith.gpu_exp_f32".
Compiler compiler_of(std::string_view unit) {
  return unit.starts_with("arith.sass_") ? Compiler::nvcc : Compiler::nvrtc;
}

/// x [rows, columns] and y, where the unit has one, through the kernel; what comes back is kept as `shape`.
void run(Bench& bench, Kernels::Call call, std::string_view x, std::string_view y, DType dtype, const Shape& shape) {
  Kernels& kernels = bench.direct().kernels();
  const recipe::Buffer first = bench.host_bytes(x);
  const recipe::Buffer second = y.empty() ? recipe::Buffer(0) : bench.host_bytes(y);
  call.x = first.bytes();
  call.y = second.bytes();
  call.result_size = recipe::size_of(dtype);
  for (const std::int64_t size : shape) call.result_size *= static_cast<std::size_t>(size);
  const auto result = kernels.run(compiler_of(bench.unit().id), call);
  bench.keep({}, result, dtype, shape);
}

/// One thread an element.
void each(Bench& bench, const char* kernel, std::string_view other = {}) {
  const recipe::Input& x = bench.unit().input("x");
  const std::int64_t count = x.elements();
  run(bench,
      {.name = kernel, .shape = {.blocks_x = blocks(count), .threads = threads}, .rows = static_cast<int>(count)}, "x",
      other, x.dtype, {count});
}

void exp_f32(Bench& bench) {
  each(bench, "exp_f32");
}
void sin_f32(Bench& bench) {
  each(bench, "sin_f32");
}
void pow_f32(Bench& bench) {
  each(bench, "pow_f32", "y");
}
void division_f32(Bench& bench) {
  each(bench, "division_f32", "y");
}
void rsqrt_f32(Bench& bench) {
  each(bench, "rsqrt_f32");
}
void exp_f64(Bench& bench) {
  each(bench, "exp_f64");
}
void division_f64(Bench& bench) {
  each(bench, "division_f64", "y");
}

/// One thread a column.
void chain(Bench& bench, Contraction contraction) {
  const Shape size = bench.unit().input("x").shape;
  run(bench,
      {.name = "multiply_add_chain_f32",
       .contraction = contraction,
       .shape = {.blocks_x = blocks(size[1]), .threads = threads},
       .rows = static_cast<int>(size[0]),
       .columns = static_cast<int>(size[1])},
      "x", "y", DType::float32, {size[1]});
}
void fma_chain(Bench& bench) {
  chain(bench, Contraction::on);
}
void multiply_add_chain(Bench& bench) {
  chain(bench, Contraction::off);
}

/// One block of `width` threads a row.
void rows(Bench& bench, const char* kernel, unsigned width) {
  const Shape size = bench.unit().input("x").shape;
  run(bench,
      {.name = kernel,
       .shape = {.blocks_x = static_cast<unsigned>(size[0]), .threads = width},
       .rows = static_cast<int>(size[0]),
       .columns = static_cast<int>(size[1])},
      "x", {}, DType::float32, {size[0]});
}
void sum(Bench& bench) {
  rows(bench, "sum_f32", threads);
}
void warp_sum(Bench& bench) {
  rows(bench, "warp_sum_f32", warp);
}

/// One warp a tile of 16 x 8 of a [m, k] @ b [n, k]^T.
void tiles(Bench& bench, const char* kernel) {
  const int capability = bench.direct().gpu().capability();
  if (capability < 80) {
    throw torch::Refusal(
        torch::Refusal::Reason::unsupported,
        fmt::format("it needs compute capability 8.0; this GPU has {}.{}", capability / 10, capability % 10));
  }
  const Shape a = bench.unit().input("a").shape, b = bench.unit().input("b").shape;
  run(bench,
      {.name = kernel,
       .shape = {.blocks_x = static_cast<unsigned>(a[0] / 16),
                 .blocks_y = static_cast<unsigned>(b[0] / 8),
                 .threads = warp},
       .rows = static_cast<int>(b[0]),
       .columns = static_cast<int>(b[1])},
      "a", "b", DType::float32, {a[0], b[0]});
}
void mma_f16(Bench& bench) {
  tiles(bench, "mma_f16");
}
void mma_bf16(Bench& bench) {
  tiles(bench, "mma_bf16");
}
void mma_tf32(Bench& bench) {
  tiles(bench, "mma_tf32");
}

/// The one result that is known: a GPU that gives another is broken, and what it computes is never locked.
void integer_hash(Bench& bench) {
  Kernels& kernels = bench.direct().kernels();
  const std::vector<std::int64_t> x = bench.host<std::int64_t>("x");
  const std::size_t size = x.size() * sizeof(std::int64_t);
  const auto result =
      kernels.run(compiler_of(bench.unit().id), {.name = "integer_hash",
                                                 .shape = {.blocks_x = blocks(std::ssize(x)), .threads = threads},
                                                 .x = std::as_bytes(std::span(x)),
                                                 .rows = static_cast<int>(x.size()),
                                                 .result_size = size});
  const auto wrong = cuda::wrong_hashes(x, result);
  if (wrong > 0) {
    throw std::runtime_error(fmt::format(
        "this GPU computes {} of {} integer hashes wrongly: it is broken, or its memory is", wrong, x.size()));
  }
  bench.keep({}, result, DType::int64, {std::ssize(x)});
}

constexpr std::array units{
    UnitCode{"arith.sass_exp_f32", exp_f32},
    UnitCode{"arith.sass_sin_f32", sin_f32},
    UnitCode{"arith.sass_pow_f32", pow_f32},
    UnitCode{"arith.sass_division_f32", division_f32},
    UnitCode{"arith.sass_rsqrt_f32", rsqrt_f32},
    UnitCode{"arith.sass_exp_f64", exp_f64},
    UnitCode{"arith.sass_division_f64", division_f64},
    UnitCode{"arith.sass_fma_chain_f32", fma_chain},
    UnitCode{"arith.sass_multiply_add_chain_f32", multiply_add_chain},
    UnitCode{"arith.sass_mma_f16", mma_f16},
    UnitCode{"arith.sass_mma_bf16", mma_bf16},
    UnitCode{"arith.sass_mma_tf32", mma_tf32},
    UnitCode{"arith.sass_sum_f32", sum},
    UnitCode{"arith.sass_warp_sum_f32", warp_sum},
    UnitCode{"arith.sass_integer_hash", integer_hash},
    UnitCode{"arith.gpu_exp_f32", exp_f32},
    UnitCode{"arith.gpu_sin_f32", sin_f32},
    UnitCode{"arith.gpu_pow_f32", pow_f32},
    UnitCode{"arith.gpu_division_f32", division_f32},
    UnitCode{"arith.gpu_rsqrt_f32", rsqrt_f32},
    UnitCode{"arith.gpu_exp_f64", exp_f64},
    UnitCode{"arith.gpu_division_f64", division_f64},
    UnitCode{"arith.gpu_fma_chain_f32", fma_chain},
    UnitCode{"arith.gpu_multiply_add_chain_f32", multiply_add_chain},
    UnitCode{"arith.gpu_mma_f16", mma_f16},
    UnitCode{"arith.gpu_mma_bf16", mma_bf16},
    UnitCode{"arith.gpu_mma_tf32", mma_tf32},
    UnitCode{"arith.gpu_sum_f32", sum},
    UnitCode{"arith.gpu_warp_sum_f32", warp_sum},
    UnitCode{"arith.gpu_integer_hash", integer_hash},
};

}  // namespace

std::span<const UnitCode> arith_gpu() {
  return units;
}

}  // namespace envguard::engine::probes
