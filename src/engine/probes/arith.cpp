// Layer 0 on the host: the C library's libm and the processor's own arithmetic, without PyTorch.
#include <array>
#include <cmath>

#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

// Volatile: the functions of the C library are called, and nothing is computed while compiling.
double (*volatile exp_f64)(double) = std::exp;
double (*volatile sin_f64)(double) = std::sin;
double (*volatile fma_f64)(double, double, double) = std::fma;
float (*volatile exp_f32)(float) = std::exp;

template <class T, class Function>
void keep_each(Bench& bench, Function function) {
  std::vector<T> values = bench.host<T>("x");
  for (T& value : values) value = function(value);
  bench.keep({}, values);
}

template <class Function>
void keep_each_of_two(Bench& bench, Function function) {
  std::vector<double> values = bench.host<double>("x");
  const std::vector<double> others = bench.host<double>("y");
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = function(values[i], others[i]);
  bench.keep({}, values);
}

void exp64(Bench& bench) {
  keep_each<double>(bench, exp_f64);
}
void sin64(Bench& bench) {
  keep_each<double>(bench, sin_f64);
}
void exp32(Bench& bench) {
  keep_each<float>(bench, exp_f32);
}

void fma_chain(Bench& bench) {
  double a = 0;
  keep_each_of_two(bench, [&a](double x, double y) { return a = fma_f64(a, x, y); });
}

void division(Bench& bench) {
  keep_each_of_two(bench, [](double x, double y) { return x / y; });
}

void subnormal(Bench& bench) {
  keep_each<float>(bench, [](float x) { return x * 0.25F; });
}

constexpr std::array units{
    UnitCode{"arith.exp_f64", exp64},         UnitCode{"arith.sin_f64", sin64},
    UnitCode{"arith.exp_f32", exp32},         UnitCode{"arith.fma_chain_f64", fma_chain},
    UnitCode{"arith.division_f64", division}, UnitCode{"arith.subnormal_f32", subnormal},
};

}  // namespace

std::span<const UnitCode> arith() {
  return units;
}

}  // namespace envguard::engine::probes
