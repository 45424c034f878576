#include "compare/unjudged_gpus.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "compare/choose.hpp"
#include "compare/gpus.hpp"
#include "compare/places.hpp"

namespace envguard::compare {

namespace {

using model::DeviceKind;

bool is_on_gpu(const model::Judgement& judgement) {
  return judgement.device.kind == DeviceKind::cuda;
}

std::vector<model::Lock> left_out(const std::vector<model::Judgement>& judgements,
                                  const std::vector<model::Lock>& locks) {
  std::vector<model::Lock> found;
  std::ranges::copy_if(locks, std::back_inserter(found), [&](const auto& lock) {
    return model::device_kind(lock.key) == DeviceKind::cuda &&
           std::ranges::find(judgements, lock.target, &model::Judgement::target) == judgements.end();
  });
  return found;
}

/// A GPU that does not answer may have no name left to say that it is none of these.
bool may_be_of(const model::HiddenGpu& gpu, const std::vector<model::Lock>& locks) {
  return gpu.name.empty() || std::ranges::any_of(locks, [&](const auto& lock) {
           return std::get<model::GpuKey>(lock.key).gpu == gpu.name;
         });
}

/// In a sentence each: the GPUs of these locks that compute for nobody.
std::vector<std::string> lost(const std::vector<model::Lock>& locks, const model::Observed& observed) {
  if (!observed.devices) return {};
  model::Devices theirs;
  std::ranges::copy_if(observed.devices->hidden, std::back_inserter(theirs.hidden),
                       [&](const auto& gpu) { return may_be_of(gpu, locks); });
  return unusable(theirs);
}

bool counts(const model::Observed& observed, const Asking& asking) {
  const bool policy_asks = asking.context == Context::commit && asking.no_gpu != model::Response::pass;
  return asking.context == Context::ci || asking.require_gpu || policy_asks || shows_nvidia(observed);
}

model::Judgement of_lost(const std::vector<std::string>& sentences, const std::vector<model::Lock>& locks) {
  std::vector<std::string> hardware;
  for (const auto& lock : locks) hardware.push_back(fmt::format("{} ({})", lock.target, model::describe(lock.key)));
  model::Judgement judgement;
  judgement.outcome = model::Outcome::no_gpu;
  judgement.exit_code = exit_code(judgement.outcome);
  judgement.environment = locks.front().environment;
  judgement.device.kind = DeviceKind::cuda;
  judgement.what = fmt::format("{}; locked: {}", fmt::join(sentences, "; "), fmt::join(hardware, ", "));
  judgement.next = "envguard doctor";
  return judgement;
}

std::string names(const std::vector<model::Lock>& locks) {
  std::vector<std::string> targets;
  for (const auto& lock : locks) targets.push_back(lock.target);
  return base::visible(fmt::format("{}", fmt::join(targets, ", ")));
}

}  // namespace

bool leaves_out(const std::vector<model::Judgement>& judgements, const std::vector<model::Lock>& locks) {
  return !left_out(judgements, locks).empty();
}

void answer_for_gpus(std::vector<model::Judgement>& judgements, const std::vector<model::Lock>& locks,
                     const model::Observed& observed, const Asking& asking) {
  const auto unjudged = left_out(judgements, locks);
  if (unjudged.empty()) return;
  if (const auto sentences = lost(unjudged, observed); !sentences.empty()) {
    judgements.push_back(of_lost(sentences, unjudged));
  } else if (std::ranges::any_of(judgements, is_on_gpu)) {
    return;  // the others are of other machines' GPUs
  } else if (counts(observed, asking)) {
    judgements.push_back(not_locked_here(locks, observed, {DeviceKind::cuda, {}}));
  } else if (!judgements.empty()) {
    judgements.back().notes.push_back("not judged, for want of a GPU: " + names(unjudged));
  }
}

}  // namespace envguard::compare
