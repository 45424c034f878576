#include "codec/lock_result.hpp"

#include <nlohmann/json.hpp>

#include "codec/result_parts.hpp"

namespace envguard::codec {

namespace {

std::string action_name(model::LockResult::Action action) {
  using enum model::LockResult::Action;
  switch (action) {
    case written:
      return "written";
    case unchanged:
      return "unchanged";
    case would_write:
      return "would-write";
    case would_stay:
      return "would-stay";
  }
  return {};
}

}  // namespace

std::string write_lock_result(const model::LockResult& result) {
  const auto& lock = result.lock;
  return document({{"schema", 1},
                   {"action", action_name(result.action)},
                   {"path", result.path},
                   {"environment", lock.environment},
                   {"target", lock.target},
                   {"hardware", model::describe(lock.key)},
                   {"id", json_of(lock.id)},
                   {"locked", lock.locked},
                   {"reason", lock.reason},
                   {"versions", json_of(lock.versions)},
                   {"knobs", json_of(lock.knobs)},
                   {"probes", lock.strict.size()},
                   {"quarantined", lock.quarantined},
                   {"runs", lock.runs},
                   {"flip_rate_excluded", result.flip_rate_excluded},
                   {"seconds", result.seconds},
                   {"diff", result.diff ? json_of(*result.diff) : Document(nullptr)}});
}

}  // namespace envguard::codec
