#include "lockfile/policy.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "lockfile/duration.hpp"
#include "lockfile/policy_numerics.hpp"
#include "lockfile/policy_targets.hpp"
#include "lockfile/table_reader.hpp"
#include "version/rule.hpp"

namespace envguard::lockfile {

namespace {

constexpr int schema = 1;

/// Runs a parser that knows no place, and adds the key's.
template <class Parse>
auto at_key(const TableReader& reader, std::string_view key, const Parse& parse) {
  try {
    return parse();
  } catch (const base::Error& error) {
    throw reader.error(key, fmt::format("is wrong: {}", error.message()), error.next());
  }
}

/// As PEP 503 has it: lower case, runs of ".", "_" and "-" are one "-". Empty where it is no such name.
std::string distribution_name(std::string_view written) {
  std::string name;
  for (const char c : written) {
    if (c == '.' || c == '_' || c == '-') {
      if (!name.ends_with('-')) name += '-';
    } else {
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return base::is_plain_name(name) && !name.ends_with('-') ? name : "";
}

bool lies_inside(std::string_view root) {
  const auto parts = base::split(root, '/');
  return !root.empty() && !root.starts_with('/') && std::ranges::find(parts, "..") == parts.end();
}

model::Response read_response(TableReader& reader, std::string_view key, model::Response otherwise) {
  const auto text = reader.string(key);
  if (!text) return otherwise;
  if (*text == "pass") return model::Response::pass;
  if (*text == "warn") return model::Response::warn;
  if (*text == "fail") return model::Response::fail;
  throw reader.error(key, fmt::format("is \"{}\", and must be \"pass\", \"warn\" or \"fail\"", base::visible(*text)));
}

model::Responses read_responses(TableReader& reader, const model::Responses& otherwise) {
  return {read_response(reader, "no-torch", otherwise.no_torch),
          read_response(reader, "no-gpu", otherwise.no_gpu),
          read_response(reader, "not-locked", otherwise.not_locked),
          read_response(reader, "busy-gpu", otherwise.busy_gpu),
          read_response(reader, "could-not-measure", otherwise.could_not_measure),
          read_response(reader, "transient", otherwise.transient)};
}

/// A policy under its prefix: nothing in envguard.toml, "tool.envguard" in pyproject.toml.
class PolicyReader {
 public:
  PolicyReader(const Table& top, std::string_view prefix, const Source& source)
      : source_(source), prefix_(prefix), top_(top, prefix.empty() ? "" : fmt::format("[{}]", prefix), source) {}

  model::Policy read() {
    policy_.schema = read_schema();
    policy_.required_version = read_required_version();
    if (const Table* table = top_.table("environments")) policy_.environments = environments(*table);
    if (policy_.environments.empty()) policy_.environments.emplace_back();
    if (const Table* table = top_.table("versions")) policy_.versions = versions(*table);
    if (const Table* table = top_.table("numerics")) read_numerics(*table);
    policy_.allow = read_allowances(top_, path("allow"), source_);
    if (const Table* table = top_.table("targets")) policy_.targets = read_targets(*table, path("targets"), source_);
    if (const Table* table = top_.table("commit")) read_commit(*table);
    if (const Table* table = top_.table("ci")) read_ci(*table);
    top_.refuse_unknown();
    return std::move(policy_);
  }

 private:
  [[nodiscard]] std::string path(std::string_view name) const {
    return prefix_.empty() ? std::string(name) : fmt::format("{}.{}", prefix_, name);
  }
  [[nodiscard]] std::string bracketed(std::string_view name) const { return fmt::format("[{}]", path(name)); }

  int read_schema() {
    const auto value = top_.integer("schema").value_or(schema);
    if (value > schema)
      throw top_.error("schema", fmt::format("is {}, and this envguard reads up to {}", value, schema),
                       "install a newer envguard");
    if (value < 1) throw top_.error("schema", fmt::format("is {}, and schemas begin at 1", value));
    return schema;
  }

  std::string read_required_version() {
    const auto text = top_.string("required-version");
    if (!text) return {};
    const auto set = at_key(top_, "required-version", [&] { return version::SpecifierSet::parse(*text); });
    if (!set.contains(version::Pep440::parse(ENVGUARD_VERSION).value()))
      throw top_.error("required-version",
                       fmt::format("is {}, and this is envguard {}", base::visible(*text), ENVGUARD_VERSION),
                       "install an envguard of that version");
    return *text;
  }

  std::vector<model::Environment> environments(const Table& table) {
    std::vector<model::Environment> result;
    for (const auto& [name, value] : table.entries) {
      const std::string owner = path("environments");
      const Table& keys = named_table(name, value, owner, source_);
      TableReader reader(keys, fmt::format("[{}.{}]", owner, name), source_);
      model::Environment environment{name, reader.string("python").value_or(""), reader.string("root").value_or(".")};
      if (!lies_inside(environment.root))
        throw reader.error("root", "leaves the repository",
                           "name a folder below the top of the repository, as in \"serving\"");
      reader.refuse_unknown();
      result.push_back(std::move(environment));
    }
    return result;
  }

  std::vector<std::pair<std::string, std::string>> versions(const Table& table) {
    TableReader reader(table, bracketed("versions"), source_);
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& entry : table.entries) {
      const auto rule = reader.required_string(entry.key);
      const std::string name = distribution_name(entry.key);
      if (name.empty()) throw reader.error(entry.key, "is no name of a distribution");
      if (std::ranges::find(result, name, &std::pair<std::string, std::string>::first) != result.end())
        throw reader.error(entry.key, fmt::format("is \"{}\", which has a rule already", name));
      at_key(reader, entry.key, [&] { return version::Rule::parse(rule); });
      result.emplace_back(name, rule);
    }
    return result;
  }

  void read_numerics(const Table& table) {
    TableReader reader(table, bracketed("numerics"), source_);
    policy_.fail_on = read_fail_on(reader);
    policy_.least_computed = read_least_computed(reader);
    for (const auto& written : reader.strings("excuse-if-identical").value_or(std::vector<std::string>{})) {
      const std::string name = distribution_name(written);
      if (name.empty())
        throw reader.error("excuse-if-identical",
                           fmt::format("holds \"{}\", no component's name", base::visible(written)));
      policy_.excuse_if_identical.push_back(name);
    }
    reader.refuse_unknown();
  }

  void read_commit(const Table& table) {
    TableReader reader(table, bracketed("commit"), source_);
    policy_.commit = read_responses(reader, policy_.commit);
    if (const auto text = reader.string("cache-for")) {
      const auto duration = parse_duration(*text);
      if (!duration)
        throw reader.error("cache-for",
                           fmt::format("is \"{}\", and must be a whole number of s, m, h or d", base::visible(*text)),
                           "write it as in \"30m\", \"12h\" or \"7d\"");
      policy_.cache_for = *duration;
    }
    policy_.ignore = reader.strings("ignore").value_or(std::vector<std::string>{});
    for (const auto& pattern : policy_.ignore) {
      // Each is handed to git as `:(exclude)PATTERN`.
      if (pattern.empty() || pattern.starts_with('/') || pattern.starts_with(':') || pattern.starts_with('!'))
        throw reader.error(
            "ignore",
            fmt::format("holds \"{}\", which is no pattern below the repository's top", base::visible(pattern)),
            "write it as in \"*.md\" or \"docs/**\"");
    }
    reader.refuse_unknown();
  }

  void read_ci(const Table& table) {
    TableReader reader(table, bracketed("ci"), source_);
    policy_.ci = read_responses(reader, policy_.ci);
    reader.refuse_unknown();
  }

  const Source& source_;
  std::string_view prefix_;
  TableReader top_;
  model::Policy policy_;
};

Source policy_source(std::string_view place) {
  return {place, base::ExitCode::usage, "mend it, then run the command again", base::limits::policy_bytes};
}

}  // namespace

model::Policy parse_policy(std::string_view text, std::string_view place) {
  const Source source = policy_source(place);
  const Table top = parse_document(text, source);
  return PolicyReader(top, "", source).read();
}

std::optional<model::Policy> parse_pyproject(std::string_view text, std::string_view place) {
  const Source source = policy_source(place);
  const Table top = parse_document(text, source);
  const Table* tool = TableReader(top, "", source).table("tool");
  const Table* table = tool ? TableReader(*tool, "[tool]", source).table("envguard") : nullptr;
  if (!table) return std::nullopt;
  return PolicyReader(*table, "tool.envguard", source).read();
}

}  // namespace envguard::lockfile
