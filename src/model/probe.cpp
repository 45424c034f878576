#include "model/probe.hpp"

namespace envguard::model {

std::string_view name(Profile profile) {
  switch (profile) {
    case Profile::strict:
      return "strict";
    case Profile::as_is:
      return "as-is";
  }
  return "unknown";
}

std::optional<Profile> parse_profile(std::string_view text) {
  for (const auto profile : {Profile::strict, Profile::as_is}) {
    if (name(profile) == text) return profile;
  }
  return std::nullopt;
}

std::string_view name(ProbeStatus status) {
  switch (status) {
    case ProbeStatus::ok:
      return "ok";
    case ProbeStatus::unsupported:
      return "unsupported";
    case ProbeStatus::not_deterministic:
      return "not-deterministic";
    case ProbeStatus::failed:
      return "failed";
  }
  return "unknown";
}

std::optional<ProbeStatus> parse_status(std::string_view text) {
  for (const auto status :
       {ProbeStatus::ok, ProbeStatus::unsupported, ProbeStatus::not_deterministic, ProbeStatus::failed}) {
    if (name(status) == text) return status;
  }
  return std::nullopt;
}

std::string ProbeResult::line() const {
  if (!judged_as.empty()) return judged_as;
  return status == ProbeStatus::ok && hash ? hash->hex() : std::string(name(status));
}

std::string_view layer_of(std::string_view id) {
  return id.substr(0, id.find('.'));
}

base::Hash128 fingerprint_id(const std::vector<std::pair<std::string, std::string>>& lines) {
  base::Hasher hasher;
  for (const auto& [id, line] : lines) hasher.field(id).field(line);
  return hasher.digest();
}

}  // namespace envguard::model
