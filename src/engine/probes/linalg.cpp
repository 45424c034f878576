// Layer 1b: factorizations, kept only up to what the signs of their columns leave free.
#include <array>

#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

void cholesky(Bench& bench) {
  bench.keep(linalg_cholesky(bench.input("a")));
}

void qr(Bench& bench) {
  const auto [q, r] = linalg_qr(bench.input("a"));
  bench.keep("r", abs(r));
  bench.keep("product", mm(q, r));
}

void svd(Bench& bench) {
  const auto [u, s, vh] = linalg_svd(bench.input("a"));
  bench.keep("values", s);
  bench.keep("product", mm(mul(u, s), vh));
}

void eigh(Bench& bench) {
  const auto [values, vectors] = linalg_eigh(bench.input("a"));
  bench.keep("values", values);
  bench.keep("product", mm(mul(vectors, values), t(vectors)));
}

void solve(Bench& bench) {
  bench.keep(linalg_solve(bench.input("a"), bench.input("b")));
}

constexpr std::array units{
    UnitCode{"linalg.cholesky", cholesky}, UnitCode{"linalg.qr", qr},       UnitCode{"linalg.svd", svd},
    UnitCode{"linalg.eigh", eigh},         UnitCode{"linalg.solve", solve},
};

}  // namespace

std::span<const UnitCode> linalg() {
  return units;
}

}  // namespace envguard::engine::probes
