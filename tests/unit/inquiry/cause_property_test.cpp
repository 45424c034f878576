// Whatever up to five knobs do to the bits: a cause that is confirmed is one, and the search ends.
#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "inquiry/judge.hpp"

#include "world.hpp"

namespace envguard::inquiry {
namespace {

using model::Cause;

const std::array<std::string, 3> world_probes{test::gemm, "dnn.conv1d", test::exp_f32};

/// Which of the knobs are set: one bit each.
using Set = unsigned;

/// The bits of each probe under every set of knobs; 0 are the lock's.
struct World {
  std::size_t knobs = 1;
  std::array<std::vector<int>, 3> bits;

  [[nodiscard]] Set all() const { return (1U << knobs) - 1; }
  [[nodiscard]] int at(std::size_t probe, Set set) const { return bits[probe][set]; }
  [[nodiscard]] std::vector<std::size_t> drifted() const {
    std::vector<std::size_t> drifted;
    for (std::size_t probe = 0; probe < world_probes.size(); ++probe) {
      if (at(probe, all()) != 0) drifted.push_back(probe);
    }
    return drifted;
  }
};

class WorldLaboratory : public Laboratory {
 public:
  explicit WorldLaboratory(const World& world) : world_(world) {}

  model::Run measure(const compare::Measure& wanted) override {
    ++processes;
    asked.push_back(wanted);
    Set set = world_.all();
    for (const auto& [name, value] : wanted.step.variables) set &= ~(1U << bit(name));
    model::Run run;
    run.plan.probes = wanted.probes;
    for (const auto& id : wanted.probes) {
      const auto probe = std::ranges::find(world_probes, id);
      const int bits =
          probe == world_probes.end() ? 0 : world_.at(static_cast<std::size_t>(probe - world_probes.begin()), set);
      run.probes.push_back(
          {id, model::ProbeStatus::ok, base::hash128(id + std::to_string(bits)), model::Evidence{}, {}});
    }
    return run;
  }
  Budget left() const override { return {1000 - processes, 1000}; }

  static unsigned bit(const std::string& name) {
    return static_cast<unsigned>(std::ranges::find(test::knobs, name) - test::knobs.begin());
  }

  int processes = 0;
  std::vector<compare::Measure> asked;

 private:
  const World& world_;
};

struct Found {
  Cause cause;
  std::size_t processes = 0;
  bool repeated = false;  ///< the same process was asked for twice
};

Found found_in(const World& world) {
  World locked{1, {}};
  for (auto& bits : locked.bits) bits = {0, 0};
  WorldLaboratory before(locked);
  model::Baseline baseline;
  baseline.lock = compare::lock_of(test::machine(), {}, before.measure(test::whole()), nullptr, test::question(), {});
  auto observed = test::machine();
  for (std::size_t knob = 0; knob < world.knobs; ++knob) observed.knobs.push_back({test::knobs[knob], "1"});
  WorldLaboratory laboratory(world);
  const auto judgement = judge(baseline, {}, observed, laboratory);
  Found found{judgement.cause.value(), 0, false};
  std::set<std::vector<std::string>> steps;
  for (const auto& asked : laboratory.asked) {
    if (asked.step == compare::Step{}) continue;
    ++found.processes;
    std::vector<std::string> step;
    for (const auto& [name, value] : asked.step.variables) step.push_back(name);
    found.repeated = found.repeated || !steps.insert(step).second;
  }
  return found;
}

Set set_of(const std::vector<std::string>& names) {
  Set set = 0;
  for (const auto& name : names) set |= 1U << WorldLaboratory::bit(name);
  return set;
}

/// The probes that a cause speaks of: all, or those that return where every knob is put back.
std::vector<std::size_t> explained(const World& world, const Cause& cause) {
  auto drifted = world.drifted();
  if (cause.explained == static_cast<int>(drifted.size())) return drifted;
  std::erase_if(drifted, [&](auto probe) { return world.at(probe, 0) != 0; });
  return drifted;
}

/// Set in an otherwise locked environment, these bring the drift of these about, bit for bit.
bool suffices(const World& world, const std::vector<std::size_t>& these, Set set) {
  return std::ranges::all_of(these, [&](auto probe) { return world.at(probe, set) == world.at(probe, world.all()); });
}

void is_right(const World& world, const Cause& cause) {
  const auto speaks_of = explained(world, cause);
  RC_ASSERT(cause.explained == static_cast<int>(speaks_of.size()));
  RC_ASSERT(!cause.sufficient.empty());
  Set named = 0;
  for (const auto& names : cause.sufficient) {
    const auto set = set_of(names);
    RC_ASSERT(set != 0U && (named & set) == 0U);
    named |= set;
    RC_ASSERT(suffices(world, speaks_of, set));
    for (Set one = 1; one <= world.all(); one <<= 1U) {
      if ((set & one) != 0U && set != one) RC_ASSERT(!suffices(world, speaks_of, set & ~one));
    }
  }
  for (const auto probe : speaks_of) RC_ASSERT(world.at(probe, world.all() & ~named) == 0);
}

World any_world() {
  World world;
  world.knobs = *rc::gen::inRange<std::size_t>(1, test::knobs.size() + 1);
  for (auto& bits : world.bits) {
    bits =
        *rc::gen::container<std::vector<int>>(world.all() + 1, rc::gen::weightedElement<int>({{4, 0}, {4, 1}, {1, 2}}));
  }
  world.bits[0].back() = 1;  // something drifted
  return world;
}

/// Each probe drifts as soon as one of its sets is there, and the more sets do nothing.
World any_monotone_world() {
  World world;
  world.knobs = *rc::gen::inRange<std::size_t>(1, test::knobs.size() + 1);
  for (auto& bits : world.bits) {
    const std::size_t least = &bits == &world.bits[0] ? 1 : 0;
    const auto sets = *rc::gen::container<std::vector<Set>>(*rc::gen::inRange<std::size_t>(least, 3),
                                                            rc::gen::inRange<Set>(1, world.all() + 1));
    bits.assign(world.all() + 1, 0);
    for (Set set = 1; set <= world.all(); ++set) {
      if (std::ranges::any_of(sets, [&](Set one) { return (set & one) == one; })) bits[set] = 1;
    }
  }
  return world;
}

RC_GTEST_PROP(CauseProperties, AConfirmedCauseIsRightWhateverTheKnobsDo, ()) {
  const auto world = any_world();
  const auto found = found_in(world);
  RC_ASSERT(!found.repeated);
  RC_ASSERT(found.processes < std::size_t{1} << world.knobs);
  RC_CLASSIFY(found.cause.certainty == Cause::Certainty::confirmed, "confirmed");
  RC_ASSERT((found.cause.certainty == Cause::Certainty::confirmed) == !found.cause.sufficient.empty());
  if (found.cause.certainty == Cause::Certainty::confirmed) is_right(world, found.cause);
}

RC_GTEST_PROP(CauseProperties, AConfirmedCauseIsRightWhereKnobsOnlyAdd, ()) {
  const auto world = any_monotone_world();
  const auto found = found_in(world);
  RC_ASSERT(!found.repeated);
  RC_ASSERT(!found.cause.cut_short);
  RC_CLASSIFY(found.cause.certainty == Cause::Certainty::confirmed, "confirmed");
  if (found.cause.certainty == Cause::Certainty::confirmed) {
    RC_ASSERT(found.cause.explained == found.cause.of);
    is_right(world, found.cause);
  }
}

/// A drift with one sufficient set is confirmed as that set, for every set of up to five knobs, in few processes.
TEST(CauseProperties, OneSetAmongFiveKnobsIsAlwaysFound) {
  std::array<std::size_t, 6> most{};  // processes, by the size of the set
  for (std::size_t count = 1; count <= test::knobs.size(); ++count) {
    World world{count, {}};
    for (Set cause = 1; cause <= world.all(); ++cause) {
      for (auto& bits : world.bits) {
        bits.assign(world.all() + 1, 0);
        for (Set set = 0; set <= world.all(); ++set) bits[set] = (set & cause) == cause ? 1 : 0;
      }
      const auto found = found_in(world);
      ASSERT_EQ(found.cause.certainty, Cause::Certainty::confirmed) << count << " knobs, set " << cause;
      ASSERT_EQ(found.cause.sufficient.size(), 1U);
      EXPECT_EQ(set_of(found.cause.sufficient[0]), cause);
      auto& here = most[static_cast<std::size_t>(std::popcount(cause))];
      here = std::max(here, found.processes);
    }
  }
  EXPECT_LE(most[1], 8U);
  for (std::size_t size = 2; size < most.size(); ++size) EXPECT_LE(most[size], 20U) << size;
}

}  // namespace
}  // namespace envguard::inquiry
