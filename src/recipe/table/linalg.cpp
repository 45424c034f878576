#include "recipe/table/layers.hpp"

namespace envguard::recipe::table {

// Factors are kept only up to what the signs of their columns leave free: absolute values, spectra and reconstructed
// products.
std::vector<Unit> linalg_units() {
  const Input positive_definite{"a", f32, {65, 65}, Fill::dominant, 3001, 0, 0};
  return {
      probe("linalg.cholesky", "linalg", everywhere, {positive_definite}, "linalg.cholesky_ex(a).L"),
      unit("linalg.qr", "linalg", everywhere, {uniform("a", f32, {97, 65}, 3002)},
           {{"r", "abs(R) of linalg.qr(a, mode='reduced')"}, {"product", "Q @ R"}}),
      unit("linalg.svd", "linalg", everywhere, {uniform("a", f32, {97, 65}, 3003)},
           {{"values", "S of linalg.svd(a, full_matrices=False)"}, {"product", "(U * S) @ Vh"}}),
      unit("linalg.eigh", "linalg", everywhere, {{"a", f32, {65, 65}, Fill::dominant, 3004, 3, 0}},
           {{"values", "L of linalg.eigh(a, UPLO='L')"}, {"product", "(V * L) @ V.t()"}}),
      probe("linalg.solve", "linalg", everywhere, {uniform("a", f32, {65, 65}, 3005), uniform("b", f32, {65, 7}, 3006)},
            "linalg.solve(a, b)"),
  };
}

}  // namespace envguard::recipe::table
