#include "lockfile/policy_targets.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/table_reader.hpp"

namespace envguard::lockfile {

namespace {

model::DeviceKind device_of(TableReader& reader) {
  const auto device = reader.string("device");
  if (!device || *device == "cuda") return model::DeviceKind::cuda;
  if (*device == "cpu") return model::DeviceKind::cpu;
  throw reader.error("device", fmt::format("is \"{}\", and must be \"cpu\" or \"cuda\"", base::visible(*device)));
}

/// The keys of one device kind, as a lock's [key] spells them.
std::vector<std::pair<std::string, std::string>> read_key(TableReader& reader,
                                                          const std::vector<std::string_view>& names,
                                                          const std::vector<std::string_view>& numbers) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto name : names) {
    if (auto value = reader.string(name)) result.emplace_back(name, *value);
    if (!result.empty() && result.back().second.empty()) throw reader.error(name, "is empty");
  }
  for (const auto name : numbers) {
    const auto value = reader.integer(name);
    if (value && *value < 0) throw reader.error(name, "is negative");
    if (value) result.emplace_back(name, std::to_string(*value));
  }
  return result;
}

model::Target read_target(const std::string& name, TableReader& reader) {
  model::Target target{name, device_of(reader), {}, reader.boolean("required").value_or(false)};
  auto gpu = read_key(reader, {"gpu", "compute-capability", "mig-profile"}, {"sm-count"});
  auto cpu = read_key(reader, {"cpu-vendor", "isa"}, {"cpu-family", "cpu-model"});
  const bool is_cpu = target.device == model::DeviceKind::cpu;
  const auto& foreign = is_cpu ? gpu : cpu;
  if (!foreign.empty())
    throw reader.error(
        foreign.front().first, fmt::format("is a {}'s", is_cpu ? "GPU" : "CPU"),
        is_cpu ? "leave device = \"cpu\" out, or the key" : "add device = \"cpu\", or leave the key out");
  target.key = is_cpu ? std::move(cpu) : std::move(gpu);
  return target;
}

}  // namespace

const Table& named_table(std::string_view name, const Value& value, std::string_view owner, const Source& source) {
  const auto* table = value.get<Table>();
  if (!table)
    throw source.error(value.line, fmt::format("\"{}\" of [{}] is {}, and must be a table", base::visible(name), owner,
                                               type_name(value)));
  if (!base::is_plain_name(name))
    throw source.error(value.line, fmt::format("\"{}\" of [{}] cannot name a file", base::visible(name), owner),
                       "use letters, digits, \".\", \"_\" and \"-\", beginning with a letter or digit, at most 64");
  return *table;
}

std::vector<model::Target> read_targets(const Table& table, const std::string& owner, const Source& source) {
  std::vector<model::Target> result;
  for (const auto& [name, value] : table.entries) {
    const Table& keys = named_table(name, value, owner, source);
    TableReader reader(keys, fmt::format("[{}.{}]", owner, name), source);
    result.push_back(read_target(name, reader));
    reader.refuse_unknown();
    if (result.back().key.empty() && !keys.find("device"))
      throw source.error(value.line, fmt::format("[{}.{}] names no hardware", owner, name),
                         "add gpu = \"NVIDIA H200\", or device = \"cpu\"; `envguard doctor` prints this machine's");
  }
  return result;
}

}  // namespace envguard::lockfile
