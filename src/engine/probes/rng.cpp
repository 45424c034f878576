// Layer 0b: the default generator's stream, seeded by the bench before each unit.
#include <array>

#include "engine/probes/table.hpp"

namespace envguard::engine::probes {
namespace {

constexpr auto none = std::nullopt;

void draw(Bench& bench, const char* name, std::int64_t count) {
  const Torch& torch = bench.torch();
  bench.keep(
      torch.call(name, "", Shape{count}, std::optional(DType::float32), none, std::optional(torch.place()), none));
}

template <std::int64_t Count>
void rand(Bench& bench) {
  draw(bench, "aten::rand", Count);
}

template <std::int64_t Count>
void randn(Bench& bench) {
  draw(bench, "aten::randn", Count);
}

template <std::int64_t Count>
void randperm(Bench& bench) {
  const Torch& torch = bench.torch();
  bench.keep(
      torch.call("aten::randperm", "", Count, std::optional(DType::int64), none, std::optional(torch.place()), none));
}

// The inputs are made before the unit's first draw: making them draws nothing.
void bernoulli(Bench& bench) {
  bench.keep(bench.torch().call("aten::bernoulli", "p", bench.input("x"), 0.3, none));
}
void dropout(Bench& bench) {
  bench.keep(bench.torch().call("aten::dropout", "", bench.input("x"), 0.3, true));
}

constexpr std::array units{
    UnitCode{"rng.rand_10000", rand<10'000>},
    UnitCode{"rng.rand_1048577", rand<1'048'577>},
    UnitCode{"rng.randn_15", randn<15>},
    UnitCode{"rng.randn_10000", randn<10'000>},
    UnitCode{"rng.randn_1048577", randn<1'048'577>},
    UnitCode{"rng.bernoulli_10000", bernoulli},
    UnitCode{"rng.dropout_10000", dropout},
    UnitCode{"rng.randperm_10000", randperm<10'000>},
};

}  // namespace

std::span<const UnitCode> rng() {
  return units;
}

}  // namespace envguard::engine::probes
