#include "lockfile/policy_numerics.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/duration.hpp"

namespace envguard::lockfile {

namespace {

constexpr std::array fail_on_names{std::pair{"any-bit", model::FailOn::any_bit},
                                   std::pair{"precision", model::FailOn::precision},
                                   std::pair{"wrong", model::FailOn::wrong}, std::pair{"never", model::FailOn::never}};

model::Allowance read_allowance(TableReader& reader) {
  model::Allowance allowance;
  allowance.probe = reader.required_string("probe");
  allowance.target = reader.required_string("target");
  const auto written = reader.required_string("class");
  const auto drift_class = model::parse_drift_class(written);
  if (!drift_class) {
    throw reader.error("class",
                       fmt::format("is \"{}\", and must be \"rounding\", \"precision\", \"wrong\" or \"other-stream\"",
                                   base::visible(written)));
  }
  allowance.drift_class = *drift_class;
  allowance.reason = reader.required_string("reason");
  if (base::trim(allowance.reason).empty()) throw reader.error("reason", "is empty", "say why it may differ");
  allowance.until = reader.required_string("until");
  if (!is_day(allowance.until)) {
    throw reader.error("until", fmt::format("is \"{}\", no day", base::visible(allowance.until)),
                       "write the last day that counts, as in \"2027-02-01\"");
  }
  reader.refuse_unknown();
  return allowance;
}

}  // namespace

model::FailOn read_fail_on(TableReader& numerics) {
  const auto written = numerics.string("fail-on");
  if (!written) return model::FailOn::any_bit;
  for (const auto& [name, value] : fail_on_names) {
    if (*written == name) return value;
  }
  throw numerics.error("fail-on",
                       fmt::format("is \"{}\", and must be \"any-bit\", \"precision\", \"wrong\" or \"never\"",
                                   base::visible(*written)));
}

int read_least_computed(TableReader& numerics) {
  constexpr std::int64_t most = 100'000;  // no recipe has as many probes
  const auto written = numerics.integer("least-computed").value_or(0);
  if (written >= 0 && written <= most) return static_cast<int>(written);
  throw numerics.error("least-computed", fmt::format("is {}, and must be a number of probes, 0 to {}", written, most));
}

std::vector<model::Allowance> read_allowances(TableReader& top, const std::string& owner, const Source& source) {
  std::vector<model::Allowance> allowances;
  for (const Table* table : top.tables("allow")) {
    TableReader reader(*table, fmt::format("[[{}]]", owner), source);
    allowances.push_back(read_allowance(reader));
  }
  return allowances;
}

}  // namespace envguard::lockfile
