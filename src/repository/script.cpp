#include "repository/script.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace envguard::repository {
namespace {

constexpr std::string_view marker = "\n# envguard-hook-5d0c1f7e4b9a\n";

// Always in quotes, so that it reads back.
std::string quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string(R"('\'')") : std::string(1, c);
  return quoted + "'";
}

std::string unquote(std::string_view text) {
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text.substr(i, 4) == R"('\'')") i += 3;
    plain += text[i];
  }
  return plain;
}

void fill(std::string& text, std::string_view name, const std::string& value) {
  text.replace(text.find(name), name.size(), value);
}

std::string_view assigned(std::string_view text, std::string_view assignment) {
  const auto start = text.find(assignment);
  if (start == std::string_view::npos) return {};
  const auto value = text.substr(start + assignment.size());
  return value.substr(0, value.find('\n'));
}

/// A hook in the same folder that envguard renamed. A script with the marker may be a tracked file that says anything.
bool is_set_aside(std::string_view previous) {
  return previous.find('/') == std::string_view::npos && previous.find(set_aside_ending) != std::string_view::npos;
}

}  // namespace

std::string write_script(const Script& script) {
  std::string text(script_template);
  fill(text, "@PREVIOUS@", quote(script.previous));
  fill(text, "@PROGRAM@", quote(script.program.string()));
  return text;
}

std::optional<Script> parse_script(std::string_view text) {
  if (text.find(marker) == std::string_view::npos) return std::nullopt;
  Script script{unquote(assigned(text, "\nprogram=")), unquote(assigned(text, "\nprevious="))};
  if (!script.previous.empty() && !is_set_aside(script.previous)) return std::nullopt;
  return script;
}

std::string asks_for_its_name(std::string_view text) {
  static constexpr std::array<std::string_view, 8> ways{
      R"(basename "$0")", R"(basename -- "$0")",     "basename $0", "basename ${0", "${0##*/}",
      "basename($0)",     "basename($PROGRAM_NAME)", "argv[0]"};
  const auto way = std::find_if(ways.begin(), ways.end(), [text](std::string_view needle) {
    return text.find(needle) != std::string_view::npos;
  });
  return way == ways.end() ? std::string() : std::string(*way);
}

}  // namespace envguard::repository
