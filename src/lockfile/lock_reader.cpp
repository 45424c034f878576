#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "lockfile/duration.hpp"
#include "lockfile/lock.hpp"
#include "lockfile/lock_seal.hpp"
#include "lockfile/recorded_values.hpp"
#include "lockfile/table_reader.hpp"
#include "lockfile/unknown_keys.hpp"

namespace envguard::lockfile {

namespace {

/// Layers and probes as recipes name them; so no id can be spelled in two ways.
bool is_probe_name(std::string_view text, bool dots) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [dots](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           (dots && c == '.');
  });
}

/// What helps where two versions of a lock were mixed.
constexpr std::string_view take_one_side =
    "take one side whole (git checkout --ours or --theirs, both files), or measure again: envguard lock";

/// Locks before it have no seal.
constexpr int first_sealed_schema = 2;

/// Beside the layers of [as-is].
constexpr std::string_view settings_table = "settings";

class LockReader {
 public:
  LockReader(const Table& top, const Source& source) : source_(source), document_(top), top_(top, "", source) {}

  model::Lock read() {
    read_schema();
    read_head();
    read_seal();
    if (const Table* table = top_.table("versions")) lock_.versions = recorded_values(*table, "versions", source_);
    if (const Table* table = top_.table("build")) lock_.build = recorded_values(*table, "build", source_);
    read_key(top_.required_table("key"));
    if (const Table* table = top_.table("caches")) lock_.caches = recorded_values(*table, "caches", source_);
    if (const Table* table = top_.table("knobs")) lock_.knobs = recorded_values(*table, "knobs", source_);
    if (const Table* table = top_.table("change")) read_change(*table);
    read_recipe(top_.required_table("recipe"));
    read_lines(top_.required_table("strict"), "strict", lock_.strict);
    if (lock_.strict.empty()) throw top_.error("strict", "holds no probe: there is nothing to compare with");
    if (const Table* table = top_.table("as-is")) read_as_is(*table);
    for (const Entry* entry : top_.unknown()) keep_unknown("", *entry);
    check_ids();
    check_seal();
    return std::move(lock_);
  }

 private:
  void read_schema() {
    const auto schema = top_.required_integer("schema");
    if (schema > model::Lock::current_schema)
      throw top_.error("schema",
                       fmt::format("is {}, and this envguard reads up to {}", schema, model::Lock::current_schema),
                       "install a newer envguard");
    if (schema < 1) throw top_.error("schema", fmt::format("is {}, and schemas begin at 1", schema));
    lock_.schema = static_cast<int>(schema);
  }

  void read_head() {
    lock_.environment = name("environment");
    lock_.target = name("target");
    lock_.locked = top_.required_string("locked");
    if (!is_day(lock_.locked)) throw top_.error("locked", "is no day, as in \"2026-11-23\"");
    lock_.reason = top_.string("reason").value_or("");
    lock_.id = hash("id", "");
    if (top_.string("as-is-id")) lock_.as_is_id = hash("as-is-id", "");
    lock_.evidence = hash("evidence", "xxh3:");
  }

  void read_seal() {
    if (lock_.schema >= first_sealed_schema) {
      seal_ = hash(seal_key, "xxh3:");
    } else if (top_.string(seal_key)) {
      throw top_.error(seal_key, fmt::format("stands in a lock of schema {}, and locks have it from schema {} on: "
                                             "somebody changed the schema",
                                             lock_.schema, first_sealed_schema));
    }
  }

  std::string name(std::string_view key) {
    auto value = top_.required_string(key);
    if (!base::is_plain_name(value))
      throw top_.error(key, fmt::format("is \"{}\", which cannot name a file", base::visible(value)));
    return value;
  }

  base::Hash128 hash(std::string_view key, std::string_view prefix) {
    const std::string value = top_.required_string(key);
    const auto digits = std::string_view(value).substr(std::min(prefix.size(), value.size()));
    const auto parsed = base::Hash128::parse(digits);
    if (!value.starts_with(prefix) || !parsed)
      throw top_.error(key,
                       fmt::format("is \"{}\", and must be {}32 lower-case hex digits", base::visible(value), prefix));
    return *parsed;
  }

  static int whole(TableReader& reader, std::string_view key, int least) {
    const auto value = reader.required_integer(key);
    if (value < least || value > std::numeric_limits<int>::max())
      throw reader.error(key, fmt::format("is {}, and must be at least {}", value, least));
    return static_cast<int>(value);
  }

  void read_key(const Table& table) {
    TableReader reader(table, "[key]", source_);
    if (table.find("gpu")) {
      lock_.key = model::GpuKey{reader.required_string("gpu"), reader.required_string("compute-capability"),
                                whole(reader, "sm-count", 1), reader.string("mig-profile").value_or("")};
    } else {
      lock_.key = model::CpuKey{reader.required_string("cpu-vendor"), whole(reader, "cpu-family", 0),
                                whole(reader, "cpu-model", 0), reader.required_string("isa")};
    }
    // An unknown field would make two kinds of hardware look equal.
    const auto unknown = reader.unknown();
    if (!unknown.empty())
      throw reader.error(unknown.front()->key, "is a part of the key that this envguard does not know",
                         "install a newer envguard");
  }

  void read_change(const Table& table) {
    TableReader reader(table, "[change]", source_);
    model::Change change;
    change.versions = reader.strings("versions").value_or(std::vector<std::string>{});
    change.knobs = reader.strings("knobs").value_or(std::vector<std::string>{});
    for (const Entry* entry : reader.unknown()) {
      const auto* layer = entry->value.get<Table>();
      if (!layer) {
        keep_unknown("change", *entry);
        continue;
      }
      const std::string path = "change." + entry->key;
      if (!is_probe_name(entry->key, false)) throw reader.error(entry->key, "is no layer");
      TableReader counts(*layer, fmt::format("[{}]", path), source_);
      change.layers.push_back({entry->key, whole(counts, "moved", 0), whole(counts, "of", 1),
                               counts.string("worst").value_or(""), counts.string("distance").value_or(""),
                               counts.string("class").value_or("")});
      for (const Entry* other : counts.unknown()) keep_unknown(path, *other);
    }
    lock_.change = std::move(change);
  }

  void read_recipe(const Table& table) {
    TableReader reader(table, "[recipe]", source_);
    lock_.recipe = whole(reader, "version", 1);
    lock_.runs = whole(reader, "runs", 1);
    lock_.quarantined = reader.strings("quarantined").value_or(std::vector<std::string>{});
    for (const Entry* entry : reader.unknown()) keep_unknown("recipe", *entry);
  }

  void read_as_is(const Table& table) {
    TableReader reader(table, "[as-is]", source_);
    if (const Table* settings = reader.table(settings_table))
      lock_.settings = recorded_values(*settings, "as-is.settings", source_);
    read_lines(table, "as-is", lock_.as_is);
  }

  void read_lines(const Table& table, std::string_view profile, std::vector<model::ProbeLine>& lines) {
    TableReader layers(table, fmt::format("[{}]", profile), source_);
    for (const auto& [layer, value] : table.entries) {
      if (&lines == &lock_.as_is && layer == settings_table) continue;
      const Table& probes = layers.required_table(layer);
      if (!is_probe_name(layer, false)) throw layers.error(layer, "is no layer");
      TableReader reader(probes, fmt::format("[{}.{}]", profile, layer), source_);
      for (const auto& entry : probes.entries)
        lines.push_back(read_line(reader, layer, entry.key, &lines == &lock_.as_is));
    }
  }

  model::ProbeLine read_line(TableReader& reader, const std::string& layer, const std::string& probe, bool as_is) {
    std::string line = reader.required_string(probe);
    if (!is_probe_name(probe, true)) throw reader.error(probe, "is no probe");
    const bool status = line == model::name(model::ProbeStatus::unsupported) ||
                        line == model::name(model::ProbeStatus::not_deterministic) || (as_is && line == model::by_band);
    if (!status && !base::Hash128::parse(line))
      throw reader.error(probe,
                         fmt::format("is \"{}\": neither 32 lower-case hex digits nor a status", base::visible(line)));
    std::string id = layer + "." + probe;
    if (!as_is && std::ranges::find(lock_.quarantined, id) != lock_.quarantined.end())
      throw reader.error(probe, "is quarantined, and has a line all the same");
    return {std::move(id), std::move(line)};
  }

  void keep_unknown(const std::string& path, const Entry& entry) {
    std::ranges::move(values_below(path, entry), std::back_inserter(lock_.unknown));
  }

  void check_ids() const {
    check_id("id", lock_.id, lock_.strict);
    if (!lock_.as_is.empty() || lock_.as_is_id != base::Hash128{}) check_id("as-is-id", lock_.as_is_id, lock_.as_is);
  }

  void check_id(std::string_view key, const base::Hash128& id, const std::vector<model::ProbeLine>& lines) const {
    const auto found = model::fingerprint_id(lines);
    if (found == id) return;
    throw top_.error(key,
                     fmt::format("is {}, and its {} lines give {}: the lock was edited or merged by hand", id.spoken(),
                                 lines.size(), found.spoken()),
                     std::string(take_one_side));
  }

  void check_seal() const {
    if (!seal_) return;
    const auto found = seal_of(document_);
    if (found == *seal_) return;
    throw top_.error(seal_key,
                     fmt::format("is {}, and the lines of this file give {}: the lock was edited or merged by hand. At "
                                 "least one line is not as `envguard lock` wrote it",
                                 seal_->spoken(), found.spoken()),
                     std::string(take_one_side));
  }

  const Source& source_;
  const Table& document_;
  TableReader top_;
  model::Lock lock_;
  std::optional<base::Hash128> seal_;
};

/// A merge that git could not finish is no matter of TOML.
void refuse_conflict(std::string_view text, const Source& source) {
  std::size_t line = 1;
  for (const auto row : base::split(text, '\n')) {
    if (row.starts_with("<<<<<<< ") || row.starts_with(">>>>>>> "))
      throw source.error(line, "holds git's conflict markers", std::string(take_one_side));
    ++line;
  }
}

}  // namespace

model::Lock parse_lock(std::string_view text, std::string_view place) {
  const Source source{place, base::ExitCode::lock_unreadable,
                      "restore it with git, or move it away and measure again: envguard lock",
                      base::limits::lock_bytes};
  if (base::trim(text.substr(0, source.limit)).empty()) throw source.error(0, "is empty");
  if (text.size() <= source.limit) refuse_conflict(text, source);
  const Table top = parse_document(text, source);
  return LockReader(top, source).read();
}

void check_place(const model::Lock& lock, std::string_view environment, std::string_view target,
                 std::string_view place) {
  if (lock.environment == environment && lock.target == target) return;
  throw base::Error(base::ExitCode::lock_unreadable,
                    fmt::format("this lock says it is {}/{}, and lies as {}/{}", base::visible(lock.environment),
                                base::visible(lock.target), base::visible(environment), base::visible(target)),
                    "move it back to where it belongs, or delete it and measure here: envguard lock")
      .at(place);
}

}  // namespace envguard::lockfile
