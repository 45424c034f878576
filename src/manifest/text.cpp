#include "base/text.hpp"

#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "manifest/manifest.hpp"

namespace envguard::manifest {
namespace {

// One record a line, its fields separated by tabs; a path or text may hold both.
constexpr std::string_view manifest_start = "envguard-manifest\t2\n";
constexpr std::string_view directory_start = "envguard-directory\t1\n";

std::string escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\')
      escaped += "\\\\";
    else if (c == '\n')
      escaped += "\\n";
    else if (c == '\t')
      escaped += "\\t";
    else
      escaped += c;
  }
  return escaped;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    const char next = text[++i];
    plain += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return plain;
}

std::string seal(const std::string& text) {
  return text + "end\t" + base::hash128(text).hex() + "\n";
}

// What is between the first line, if it is this one, and the last, if that is the hash.
std::optional<std::string_view> unseal(std::string_view text, std::string_view start) {
  constexpr std::size_t last = 4 + 32 + 1;
  if (text.size() < last) return std::nullopt;
  const auto content = text.substr(0, text.size() - last);
  const auto end = text.substr(text.size() - last);
  if (end != "end\t" + base::hash128(content).hex() + "\n" || !content.starts_with(start)) return std::nullopt;
  return content.substr(start.size());
}

struct Record {
  std::vector<std::string_view> fields;

  [[nodiscard]] bool is(std::string_view name, std::size_t count) const {
    return fields[0] == name && fields.size() == count + 1;
  }
  [[nodiscard]] std::string text(std::size_t i) const { return unescape(fields[i]); }
  template <typename Number>
  [[nodiscard]] Number number(std::size_t i) const {
    Number value{};
    std::from_chars(fields[i].data(), fields[i].data() + fields[i].size(), value);
    return value;
  }
};

std::vector<Record> records(std::string_view content) {
  std::vector<Record> records;
  for (const auto line : base::split(content, '\n'))
    if (!line.empty()) records.push_back({base::split(line, '\t')});
  return records;
}

Seen read_file_record(const Record& record, bool link) {
  return {record.text(6),
          Identity{record.number<std::uint64_t>(1), record.number<std::uint64_t>(2), record.number<std::uint64_t>(3),
                   record.number<std::int64_t>(4), record.number<std::int64_t>(5)},
          link};
}

// False: a record of no kind that is known.
bool read_record(const Record& record, Manifest& manifest) {
  if (record.is("file", 6))
    manifest.state.files.push_back(read_file_record(record, false));
  else if (record.is("link", 6))
    manifest.state.files.push_back(read_file_record(record, true));
  else if (record.is("absent", 1))
    manifest.state.files.push_back({record.text(1), std::nullopt});
  else if (record.is("variable", 2))
    manifest.state.variables.emplace_back(record.text(1), record.text(2));
  else if (record.is("machine", 2))
    manifest.state.machine.emplace_back(record.text(1), record.text(2));
  else if (record.is("input", 2))
    manifest.inputs.emplace_back(record.text(1), record.text(2));
  else if (record.is("environment", 1))
    manifest.environment = record.text(1);
  else if (record.is("measured", 1))
    manifest.measured = Time(std::chrono::seconds(record.number<std::int64_t>(1)));
  else if (record.is("cache-for", 1))
    manifest.cache_for = std::chrono::seconds(record.number<std::int64_t>(1));
  else if (record.is("outcome", 2))
    manifest.outcome = record.text(1), manifest.exit_code = record.number<int>(2);
  else if (record.is("line", 1))
    manifest.line = record.text(1);
  else if (record.is("text", 1))
    manifest.text = record.text(1);
  else
    return false;
  return true;
}

}  // namespace

std::string write(const Manifest& manifest) {
  std::string text(manifest_start);
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "environment\t{}\n", escape(manifest.environment));
  for (const auto& [path, id] : manifest.inputs) fmt::format_to(out, "input\t{}\t{}\n", escape(path), id);
  for (const auto& [name, value] : manifest.state.variables)
    fmt::format_to(out, "variable\t{}\t{}\n", escape(name), escape(value));
  for (const auto& [name, value] : manifest.state.machine)
    fmt::format_to(out, "machine\t{}\t{}\n", escape(name), escape(value));
  for (const auto& [path, identity, link] : manifest.state.files) {
    if (identity)
      fmt::format_to(out, "{}\t{}\t{}\t{}\t{}\t{}\t{}\n", link ? "link" : "file", identity->device, identity->inode,
                     identity->size, identity->modified, identity->changed, escape(path.native()));
    else if (!link)
      fmt::format_to(out, "absent\t{}\n", escape(path.native()));
  }
  const auto measured = std::chrono::floor<std::chrono::seconds>(manifest.measured).time_since_epoch();
  fmt::format_to(out, "measured\t{}\ncache-for\t{}\n", measured.count(), manifest.cache_for.count());
  fmt::format_to(out, "outcome\t{}\t{}\n", escape(manifest.outcome), manifest.exit_code);
  fmt::format_to(out, "line\t{}\ntext\t{}\n", escape(manifest.line), escape(manifest.text));
  return seal(text);
}

std::string write(const Directory& directory) {
  std::string text(directory_start);
  for (const auto& [path, id] : directory.policy) text += fmt::format("input\t{}\t{}\n", escape(path), id);
  for (const auto& name : directory.environments) text += fmt::format("environment\t{}\n", escape(name));
  return seal(text);
}

std::optional<Manifest> parse_manifest(std::string_view text) {
  const auto content = unseal(text, manifest_start);
  if (!content) return std::nullopt;
  Manifest manifest;
  for (const auto& record : records(*content))
    if (!read_record(record, manifest)) return std::nullopt;
  return manifest;
}

std::optional<Directory> parse_directory(std::string_view text) {
  const auto content = unseal(text, directory_start);
  if (!content) return std::nullopt;
  Directory directory;
  for (const auto& record : records(*content)) {
    if (record.is("input", 2))
      directory.policy.emplace_back(record.text(1), record.text(2));
    else if (record.is("environment", 1))
      directory.environments.push_back(record.text(1));
    else
      return std::nullopt;
  }
  return directory;
}

}  // namespace envguard::manifest
