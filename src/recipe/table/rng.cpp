#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

// torch's default generator, set to the unit's seed first. Below 16 elements randn takes another path on the CPU. On
// CUDA, Philox maps its stream by the number of SMs above one wave of blocks (270,336 elements on an H200,
// pytorch#196613): hence 2^20 + 1.
std::vector<Unit> rng_units() {
  return {
      drawn("rng.rand_10000", everywhere, 1001, {}, "rand(10000)"),
      drawn("rng.rand_1048577", cuda, 1002, {}, "rand(1048577)"),
      drawn("rng.randn_15", cpu, 1003, {}, "randn(15)"),
      drawn("rng.randn_10000", everywhere, 1004, {}, "randn(10000)"),
      drawn("rng.randn_1048577", cuda, 1005, {}, "randn(1048577)"),
      drawn("rng.bernoulli_10000", everywhere, 1006, {uniform("x", f32, {10000}, 1051)}, "bernoulli(x, p=0.3)"),
      drawn("rng.dropout_10000", everywhere, 1007, {uniform("x", f32, {10000}, 1052)}, "dropout(x, p=0.3, train=True)"),
      drawn("rng.randperm_10000", everywhere, 1008, {}, "randperm(10000)"),
  };
}

}  // namespace envguard::recipe::table
