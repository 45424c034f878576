#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "lockfile/document.hpp"
#include "lockfile/lock.hpp"
#include "lockfile/lock_seal.hpp"
#include "lockfile/toml_text.hpp"
#include "lockfile/unknown_keys.hpp"

namespace envguard::lockfile {

namespace {

class LockWriter {
 public:
  explicit LockWriter(const model::Lock& lock) : lock_(lock), unknown_(group(lock.unknown)) {}

  std::string write() {
    head();
    table("versions", lock_.versions);
    table("build", lock_.build);
    key();
    table("caches", lock_.caches);
    table("knobs", lock_.knobs);
    change();
    header("recipe");
    pair("version", std::to_string(lock_.recipe));
    pair("runs", std::to_string(lock_.runs));
    pair("quarantined", list_text(lock_.quarantined));
    keep("recipe");
    lines("strict", lock_.strict);
    table("as-is.settings", lock_.settings);
    lines("as-is", lock_.as_is);
    for (const auto& [path, keys] : unknown_) {
      if (kept_.contains(path)) continue;
      header(path);
      keep(path);
    }
    return sealed();
  }

 private:
  /// The reader computes the seal from what it parses, and so does this.
  std::string sealed() {
    const Source source{"the new lock", base::ExitCode::could_not_measure, "give a shorter --reason",
                        base::limits::lock_bytes};
    const auto seal = seal_of(parse_document(text_, source));
    return text_.insert(after_evidence_, fmt::format("{} = {}\n", seal_key, quote("xxh3:" + seal.hex())));
  }

  void header(std::string_view name) { text_ += fmt::format("\n[{}]\n", name); }
  void pair(std::string_view key, std::string_view value) { text_ += fmt::format("{} = {}\n", key_text(key), value); }

  /// The keys of a later version that this table holds.
  void keep(std::string_view path) {
    for (const auto& [key, value] : take(path)) text_ += fmt::format("{} = {}\n", key, value);
  }
  std::vector<std::pair<std::string, std::string>> take(std::string_view path) {
    const auto found = std::ranges::find(unknown_, path, &UnknownTable::path);
    if (found == unknown_.end()) return {};
    kept_.insert(found->path);
    return found->keys;
  }

  void head() {
    text_ = "# Written by `envguard lock`. Review it; do not edit it.\n";
    pair("schema", std::to_string(model::Lock::current_schema));
    pair("environment", quote(lock_.environment));
    pair("target", quote(lock_.target));
    pair("locked", quote(lock_.locked));
    if (!lock_.reason.empty()) pair("reason", quote(lock_.reason));
    pair("id", quote(lock_.id.hex()));
    if (!lock_.as_is.empty()) pair("as-is-id", quote(lock_.as_is_id.hex()));
    pair("evidence", quote("xxh3:" + lock_.evidence.hex()));
    after_evidence_ = text_.size();
    keep("");
  }

  void table(std::string_view name, const model::Table& values) {
    if (values.empty()) return;
    header(name);
    for (const auto& [key, value] : values) pair(key, quote(value));
  }

  void key() {
    static constexpr std::array numbers{"sm-count", "cpu-family", "cpu-model"};
    header("key");
    for (const auto& [name, value] : model::fields(lock_.key))
      pair(name, std::ranges::find(numbers, name) == numbers.end() ? quote(value) : value);
  }

  void change() {
    if (!lock_.change) return;
    header("change");
    if (!lock_.change->versions.empty()) pair("versions", list_text(lock_.change->versions));
    if (!lock_.change->knobs.empty()) pair("knobs", list_text(lock_.change->knobs));
    for (const auto& layer : lock_.change->layers) {
      std::string value = fmt::format("{{ moved = {}, of = {}", layer.moved, layer.of);
      for (const auto& [name, text] :
           {std::pair("worst", &layer.worst), {"distance", &layer.distance}, {"class", &layer.drift_class}}) {
        if (!text->empty()) value += fmt::format(", {} = {}", name, quote(*text));
      }
      for (const auto& [name, text] : take("change." + key_text(layer.layer)))
        value += fmt::format(", {} = {}", name, text);
      pair(layer.layer, value + " }");
    }
    keep("change");
  }

  void lines(std::string_view profile, const std::vector<model::ProbeLine>& lines) {
    std::set<std::string_view> begun;
    std::string_view layer;
    for (const auto& [id, line] : lines) {
      if (model::layer_of(id) != layer) {
        layer = model::layer_of(id);
        if (!begun.insert(layer).second) throw std::invalid_argument(fmt::format("layer {} begins twice", layer));
        header(fmt::format("{}.{}", profile, key_text(layer)));
      }
      pair(std::string_view(id).substr(std::min(layer.size() + 1, id.size())), quote(line));
    }
  }

  const model::Lock& lock_;
  std::vector<UnknownTable> unknown_;
  std::set<std::string> kept_;
  std::string text_;
  std::size_t after_evidence_ = 0;  ///< where the line of the seal belongs
};

}  // namespace

std::string write_lock(const model::Lock& lock) {
  return LockWriter(lock).write();
}

}  // namespace envguard::lockfile
