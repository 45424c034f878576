#include "codec/result_parts.hpp"

#include <nlohmann/json.hpp>

#include "codec/numerics.hpp"

namespace envguard::codec {

namespace {

std::string kind_name(model::LockDiff::Kind kind) {
  switch (kind) {
    case model::LockDiff::Kind::changed:
      return "changed";
    case model::LockDiff::Kind::added:
      return "added";
    case model::LockDiff::Kind::removed:
      return "removed";
  }
  return {};
}

Document side(const std::string& name, const std::string& hardware, const base::Hash128& id,
              const std::string& locked) {
  return {{"name", name}, {"hardware", hardware}, {"id", json_of(id)}, {"locked", locked}};
}

}  // namespace

Document json_of(const base::Hash128& hash) {
  return hash == base::Hash128{} ? Document(nullptr) : Document(hash.hex());
}

Document json_of(const model::Install& install) {
  return {{"kind", name_in(install_kinds, install.kind)},
          {"root", install.root.string()},
          {"library", install.library.string()},
          {"prefix", install.prefix.string()},
          {"rule", install.rule},
          {"version", install.version}};
}

Document json_of(const model::Difference& difference) {
  return {{"kind", name_in(difference_kinds, difference.kind)},
          {"name", difference.name},
          {"locked", difference.locked},
          {"here", difference.here},
          {"weight", name_in(difference_weights, difference.weight)},
          {"rule", difference.rule}};
}

Document json_of(const std::vector<model::Difference>& differences) {
  auto array = Document::array();
  for (const auto& each : differences) array.push_back(json_of(each));
  return array;
}

Document json_of(const model::Table& table) {
  auto object = Document::object();
  for (const auto& [name, value] : table) object[name] = value;
  return object;
}

Document json_of(const model::LockDiff& diff) {
  return {{"kind", kind_name(diff.kind)},
          {"environment", diff.environment},
          {"target", diff.target},
          {"same", diff.same()},
          {"same_key", diff.same_key},
          {"older", side(diff.older, diff.older_hardware, diff.older_id, diff.older_locked)},
          {"newer", side(diff.newer, diff.newer_hardware, diff.newer_id, diff.newer_locked)},
          {"reason", diff.reason},
          {"differences", json_of(diff.differences)},
          {"layers", json_of(diff.layers)},
          {"moved", json_of(diff.moved)},
          {"as_is_layers", json_of(diff.as_is_layers)},
          {"as_is_moved", json_of(diff.as_is_moved)},
          {"only_older", diff.only_older},
          {"only_newer", diff.only_newer},
          {"quarantined_older", diff.quarantined_older},
          {"quarantined_newer", diff.quarantined_newer}};
}

std::string document(const Document& json) {
  return json.dump(2, ' ', true, Document::error_handler_t::replace) + "\n";
}

}  // namespace envguard::codec
