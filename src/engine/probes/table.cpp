#include "engine/probes/table.hpp"

#include <algorithm>

namespace envguard::engine::probes {

const std::vector<UnitCode>& unit_codes() {
  static const std::vector<UnitCode> codes = [] {
    std::vector<UnitCode> all;
    for (const auto layer : {arith(), arith_gpu(), libraries(), rng(), blas(), linalg(), dnn(), ops(), train()}) {
      all.insert(all.end(), layer.begin(), layer.end());
    }
    return all;
  }();
  return codes;
}

const UnitCode* find_code(std::string_view unit) {
  const auto& codes = unit_codes();
  const auto code =
      std::find_if(codes.begin(), codes.end(), [unit](const UnitCode& entry) { return entry.unit == unit; });
  return code == codes.end() ? nullptr : &*code;
}

}  // namespace envguard::engine::probes
