#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

// What the host itself computes, without PyTorch: the C library's libm and the processor's own arithmetic.
std::vector<Unit> arith_units() {
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

}  // namespace envguard::recipe::table
