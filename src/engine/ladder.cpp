#include "engine/ladder.hpp"

#include <algorithm>
#include <exception>
#include <set>

#include <fmt/format.h>

#include "engine/ladder_refusal.hpp"
#include "engine/probes/flags.hpp"
#include "engine/probes/table.hpp"
#include "recipe/summary.hpp"

namespace envguard::engine {

using model::ProbeStatus;

codec::Done Ladder::run() {
  if (plan_.perturb.empty()) run_round();
  for (const std::uint64_t seed : plan_.perturb) {
    if (device_lost_) break;
    perturb_ = seed;
    channel_.send(codec::Round{seed});
    run_round();
  }
  return {sent_, device_lost_ ? std::string(codec::stopped_by_cuda_error) : std::string()};
}

void Ladder::run_round() {
  std::set<std::string> done;
  for (const std::string& id : plan_.probes) {
    const recipe::Definition* definition = recipe::find(id);
    if (definition == nullptr) {
      send_refused(id, {ProbeStatus::failed, "this engine's recipe has no such probe"});
    } else if (done.insert(definition->unit).second) {
      run_unit(*recipe::find_unit(definition->unit));
    }
    if (device_lost_) return;
  }
}

void Ladder::run_unit(const recipe::Unit& unit) {
  channel_.send(codec::Begin{unit.id});
  probes::Bench bench(torch_, direct_, unit, perturb_, [this](const probes::Kept& kept) { send(kept); });
  const Ending ending = measure(bench);
  for (std::size_t i = bench.kept(); i < unit.outputs.size(); ++i) send_refused(unit.outputs[i].id, ending);
  printed_.hand_on();
}

Ladder::Ending Ladder::measure(probes::Bench& bench) try {
  const probes::UnitCode* code = probes::find_code(bench.unit().id);
  if (code == nullptr) return {ProbeStatus::failed, "this engine has no code for it"};
  const probes::FlagsInForce flags(torch_, bench.unit().flags);
  bench.seed_generator();
  code->run(bench);
  // A kernel of this unit that nothing waited for must not fail in the next one.
  return refused(ProbeStatus::failed, "its code ended without yielding it");
} catch (const torch::Refusal& refusal) {
  return refused(status_of(refusal.reason()), refusal.what());
} catch (const std::exception& error) {
  return refused(ProbeStatus::failed, error.what());
}

Ladder::Ending Ladder::refused(ProbeStatus status, const std::string& message) {
  device_lost_ = torch_.on_cuda() && !device_answers();
  return {device_lost_ ? ProbeStatus::failed : status, message};
}

/// A CUDA error that destroyed the context shows in every later call, and so does a GPU that is gone.
bool Ladder::device_answers() const try {
  (void)to_host(zeros(torch_, {1}, probes::DType::float32));
  return true;
} catch (const torch::Refusal& refusal) {
  return answers_after(refusal.reason());
} catch (const std::exception&) {
  return false;
}

void Ladder::send(const probes::Kept& kept) {
  if (!wanted(kept.id)) return;
  codec::Probe line;
  line.result.id = kept.id;
  line.result.choice = kept.choice;
  line.result.hash = recipe::tensor_hash(kept.bytes, kept.dtype, kept.shape, kept.strides);
  line.result.evidence = recipe::summarize(kept.bytes, kept.dtype);
  if (plan_.keep_bytes) line.bytes = channel_.store(kept.bytes);
  channel_.send(line);
  ++sent_;
}

void Ladder::send_refused(std::string_view id, const Ending& ending) {
  if (!wanted(id)) return;
  codec::Probe line;
  line.result.id = id;
  line.result.status = ending.status;
  line.result.message = ending.message;
  channel_.send(line);
  ++sent_;
}

bool Ladder::wanted(std::string_view id) const {
  return std::find(plan_.probes.begin(), plan_.probes.end(), id) != plan_.probes.end();
}

}  // namespace envguard::engine
