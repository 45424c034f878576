#include "compare/signatures.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "model/probe.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {

namespace {

/// Families of the recipe that turning one of these was seen to move. Measured on x86 with the PyPI wheel of torch
/// 2.11.0, by `ci/bench-detection`; versions and libraries from wheels 2.8.0 to 2.15.0.
struct Signature {
  std::string_view name;  ///< or the start of one, with a `*`
  std::set<std::string_view> families;
};

const std::vector<Signature>& signatures() {
  static const std::vector<Signature> all{
      {"ONEDNN_*", {"conv", "lstm", "elementwise"}},
      {"DNNL_*", {"conv", "lstm", "elementwise"}},
      {"MKLDNN_*", {"conv", "lstm", "elementwise"}},
      {"ATEN_CPU_CAPABILITY", {"rng", "gemm", "norm", "elementwise", "softmax", "attention"}},
      {"threads", {"gemm", "linalg", "reduction", "conv"}},
      {"MKL_NUM_THREADS", {"gemm", "linalg", "reduction", "conv"}},
      {"OMP_NUM_THREADS", {"gemm", "linalg", "reduction", "conv"}},
      {"MKL_*", {"gemm", "linalg", "attention"}},
      {"OPENBLAS_*", {"gemm", "linalg"}},
      {"GLIBC_TUNABLES", {"libm"}},
      {"LD_PRELOAD", {"libm", "control", "elementwise"}},
      {"torch", {"conv", "norm", "elementwise", "attention", "linalg"}},
      {"glibc", {"libm"}},
  };
  return all;
}

bool names(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
}

std::set<std::string_view> families_of(const std::vector<std::string>& probes) {
  std::set<std::string_view> families;
  for (const auto& id : probes) {
    const auto* definition = recipe::find(id);
    if (definition != nullptr && definition->family != "train") families.insert(definition->family);
  }
  return families;
}

}  // namespace

double likelihood(std::string_view name, const std::vector<std::string>& drifted) {
  const auto& all = signatures();
  const auto found = std::ranges::find_if(all, [&](const auto& signature) { return names(signature.name, name); });
  if (found == all.end()) return 0;
  const auto moved = families_of(drifted);
  const auto both = std::ranges::count_if(moved, [&](auto family) { return found->families.contains(family); });
  const auto either = static_cast<std::ptrdiff_t>(moved.size() + found->families.size()) - both;
  return either == 0 ? 0 : static_cast<double>(both) / static_cast<double>(either);
}

}  // namespace envguard::compare
