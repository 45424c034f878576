#include "cli/read_lock.hpp"

#include <string_view>
#include <utility>
#include <variant>

#include "compare/completeness.hpp"
#include "compare/possible_evidence.hpp"
#include "lockfile/evidence.hpp"
#include "lockfile/lock.hpp"

namespace envguard::cli {

namespace {

std::string evidence_beside(std::string place) {
  constexpr std::string_view ending = ".toml";
  if (place.ends_with(ending)) place.resize(place.size() - ending.size());
  return place + ".evidence";
}

}  // namespace

LockOnDisk read_lock(const std::string& text, const std::string& place, const std::optional<std::string>& evidence) {
  LockOnDisk result{lockfile::parse_lock(text, place), {}, {}};
  compare::check_completeness(result.lock, place);
  const auto beside = evidence_beside(place);
  auto checked = lockfile::check_evidence(result.lock, evidence, beside);
  if (const auto* problem = std::get_if<lockfile::EvidenceProblem>(&checked)) {
    result.evidence_problem = problem->what;
    return result;
  }
  result.evidence = std::move(std::get<model::EvidenceTable>(checked));
  compare::check_evidence_is_possible(result.lock, *result.evidence, beside);
  return result;
}

}  // namespace envguard::cli
