#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "git/git.hpp"

namespace envguard::git {
namespace {

[[noreturn]] void unexpected(std::string_view record) {
  throw base::Error(base::ExitCode::could_not_measure,
                    "git printed an entry that envguard cannot read: " + base::visible(record));
}

std::uint32_t parse_mode(std::string_view text, std::string_view record) {
  std::uint32_t mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (error != std::errc{} || end != text.data() + text.size()) unexpected(record);
  return mode;
}

bool is_object_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Splits "a b c\tpath" records that end with NUL; `read` makes an entry of the three fields and the path.
template <typename Read>
std::vector<Entry> parse_records(std::string_view output, Read read) {
  std::vector<Entry> entries;
  while (!output.empty()) {
    const auto end = output.find('\0');
    const auto record = output.substr(0, end);
    const auto tab = record.find('\t');
    if (end == std::string_view::npos || tab == std::string_view::npos) unexpected(record);
    const auto fields = base::split(record.substr(0, tab), ' ');
    if (fields.size() != 3) unexpected(record);
    entries.push_back(read(fields, record.substr(tab + 1), record));
    output.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace

std::vector<Entry> parse_index_entries(std::string_view output) {
  return parse_records(output, [](const auto& fields, std::string_view path, std::string_view record) {
    const auto stage = fields[2];
    if (!is_object_id(fields[1]) || stage.size() != 1 || stage[0] < '0' || stage[0] > '3') unexpected(record);
    return Entry{std::string(path), parse_mode(fields[0], record), std::string(fields[1]), stage[0] - '0'};
  });
}

std::vector<Entry> parse_tree_entries(std::string_view output) {
  return parse_records(output, [](const auto& fields, std::string_view path, std::string_view record) {
    if (!is_object_id(fields[2])) unexpected(record);
    return Entry{std::string(path), parse_mode(fields[0], record), std::string(fields[2]), 0};
  });
}

}  // namespace envguard::git
