#include "compare/layer_of_blame.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "model/probe.hpp"
#include "recipe/table.hpp"

namespace envguard::compare {
namespace {

using Ids = std::vector<std::string>;

bool contains(const Ids& ids, std::string_view id) {
  return std::ranges::find(ids, id) != ids.end();
}

/// One computation twice: below, and above through one layer more.
struct Pair {
  std::string below, above;
};

/// A unit's first output; of a convolution's the forward one, which is what its twin computes.
std::string first_output(const recipe::Unit& unit) {
  return unit.outputs.front().id;
}

/// The pairs whose lower half has an id that starts so, where both were judged.
std::vector<Pair> pairs(std::string_view prefix, const Ids& judged) {
  std::vector<Pair> found;
  for (const recipe::Unit& unit : recipe::units()) {
    if (unit.twin.empty() || !unit.id.starts_with(prefix)) continue;
    Pair pair{first_output(unit), first_output(*recipe::find_unit(unit.twin))};
    if (contains(judged, pair.below) && contains(judged, pair.above)) found.push_back(std::move(pair));
  }
  return found;
}

Ids moved_below(const std::vector<Pair>& pairs, const Ids& moved) {
  Ids found;
  for (const Pair& pair : pairs) {
    if (contains(moved, pair.below)) found.push_back(pair.below);
  }
  return found;
}

/// Above alone: what changed lies between the two.
Ids moved_above(const std::vector<Pair>& pairs, const Ids& moved) {
  Ids found;
  for (const Pair& pair : pairs) {
    const bool still = !contains(moved, pair.below);
    if (still && contains(moved, pair.above) && !contains(found, pair.above)) found.push_back(pair.above);
  }
  return found;
}

/// cuBLAS and cuDNN, each with the prefix of its direct calls.
struct Library {
  std::string_view name, prefix;
};
constexpr Library libraries[] = {{"cuBLAS", "blas.cublas"}, {"cuDNN", "dnn.cudnn"}};

/// The libraries for which `moved_of` their pairs names probes, and these probes.
template <class Moved>
std::pair<std::vector<std::string_view>, Ids> among_libraries(const Ids& judged, const Moved& moved_of) {
  std::pair<std::vector<std::string_view>, Ids> found;
  for (const Library& library : libraries) {
    const Ids ids = moved_of(pairs(library.prefix, judged));
    if (ids.empty()) continue;
    found.first.push_back(library.name);
    found.second.insert(found.second.end(), ids.begin(), ids.end());
  }
  return found;
}

}  // namespace

std::optional<LayerOfBlame> layer_of_blame(const Ids& moved, const Ids& judged) {
  const auto kernels = pairs("arith.sass_", judged);
  if (const auto ids = moved_below(kernels, moved); !ids.empty()) {
    return LayerOfBlame{
        Blame::gpu, "the GPU computes differently: machine code that envguard brings along gives other results here",
        ids};
  }
  if (const auto ids = moved_above(kernels, moved); !ids.empty()) {
    return LayerOfBlame{Blame::compiler,
                        "NVRTC compiles differently: envguard's machine code computes as locked, the same kernels "
                        "compiled here do not",
                        ids};
  }
  const auto below = [&](const auto& each) { return moved_below(each, moved); };
  if (const auto [names, ids] = among_libraries(judged, below); !ids.empty()) {
    return LayerOfBlame{Blame::library,
                        fmt::format("{} moved: asked without PyTorch, on the same inputs, {} other results",
                                    fmt::join(names, " and "), names.size() == 1 ? "it gives" : "they give"),
                        ids};
  }
  const auto above = [&](const auto& each) { return moved_above(each, moved); };
  if (const auto [names, ids] = among_libraries(judged, above); !ids.empty()) {
    return LayerOfBlame{Blame::pytorch,
                        fmt::format("PyTorch calls {} differently: asked without it, on the same inputs, {} as locked",
                                    fmt::join(names, " and "), names.size() == 1 ? "it computes" : "they compute"),
                        ids};
  }
  return std::nullopt;
}

}  // namespace envguard::compare
