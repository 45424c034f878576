#include "lockfile/recorded_values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/table_reader.hpp"
#include "recipe/knobs.hpp"
#include "recipe/recorded.hpp"

namespace envguard::lockfile {

namespace {

constexpr auto next_step =
    "restore the lock with git, or measure again: envguard lock; a lock that a newer envguard wrote needs a newer "
    "envguard";

struct Form {
  std::string_view table;
  bool (*accepts)(std::string_view name, std::string_view value);
  std::string_view in_words;
};

constexpr std::array forms{
    Form{"versions", recipe::version_may_be_recorded,
         "a line here is the lower-case name of a package with its version: letters, digits and .+!_-"},
    Form{"build", recipe::build_may_be_recorded,
         "a line here is a lower-case name with at most 512 printable ASCII characters"},
    Form{"caches", recipe::cache_may_be_recorded, "a line here is the name of a cache with its size, as in \"32 KiB\""},
    Form{"knobs", recipe::may_be_recorded,
         "a value here holds no path: a file is recorded as its name and a hash, as in \"libx.so@8fa833c4b713\""},
    Form{"as-is.settings", recipe::setting_may_be_recorded,
         "a line here is a number of threads, a flag that is true or false, or an attention backend"}};

std::string shortened(std::string_view value) {
  constexpr std::size_t most_shown = 80;
  const auto text = base::visible(value.substr(0, most_shown));
  return value.size() > most_shown ? text + "…" : text;
}

std::string refusal(const Form& form, std::string_view name, std::string_view value) {
  if (form.table == "knobs" && !recipe::may_be_removed(name))
    return "is not a variable that envguard records in a lock";
  return fmt::format("is \"{}\", which envguard does not write: {}", shortened(value), form.in_words);
}

}  // namespace

model::Table recorded_values(const Table& table, const std::string& path, const Source& source) {
  const auto& form = *std::ranges::find(forms, path, &Form::table);
  TableReader reader(table, fmt::format("[{}]", path), source);
  model::Table values;
  for (const auto& entry : table.entries) {
    auto value = reader.required_string(entry.key);
    if (!form.accepts(entry.key, value)) throw reader.error(entry.key, refusal(form, entry.key, value), next_step);
    values.emplace_back(entry.key, std::move(value));
  }
  return values;
}

}  // namespace envguard::lockfile
