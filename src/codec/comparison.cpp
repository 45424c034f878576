#include "codec/comparison.hpp"

#include <nlohmann/json.hpp>

#include "codec/numerics.hpp"
#include "codec/result_parts.hpp"

namespace envguard::codec {

std::string write_comparison(const model::Comparison& comparison) {
  auto sides = Document::array();
  for (const auto& side : comparison.sides) {
    sides.push_back({{"name", side.name},
                     {"install", json_of(side.install)},
                     {"turned", side.turned.empty() ? Document(nullptr) : Document(side.turned)},
                     {"id", json_of(side.id)},
                     {"unstable", side.unstable},
                     {"fault", side.fault.empty() ? Document(nullptr) : Document(side.fault)}});
  }
  auto pairs = Document::array();
  for (const auto& pair : comparison.pairs) {
    pairs.push_back({{"a", pair.a}, {"b", pair.b}, {"layers", json_of(pair.layers)}, {"moved", json_of(pair.moved)}});
  }
  return document({{"schema", 1},
                   {"device", comparison.device.text()},
                   {"hardware", comparison.hardware},
                   {"sides", std::move(sides)},
                   {"pairs", std::move(pairs)},
                   {"notes", comparison.notes},
                   {"seconds", comparison.seconds}});
}

}  // namespace envguard::codec
