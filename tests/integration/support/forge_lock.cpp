// forge_lock LOCK.toml: what somebody does who edits a lock by hand and knows envguard's source. It makes the hash of
// the evidence, both ids and the seal follow from the files as they are, and writes both files back.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "lockfile/document.hpp"
#include "lockfile/lock_seal.hpp"
#include "model/lock.hpp"

namespace {

using envguard::lockfile::Table;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Puts a value in the place of the one that this key of the file's top has, where it has one.
std::string with(const std::string& text, const std::string& key, const std::string& value) {
  const std::regex line("(^|\n)" + key + " = \"[^\"\n]*\"");
  return std::regex_replace(text, line, "$1" + key + " = \"" + value + "\"", std::regex_constants::format_first_only);
}

std::vector<envguard::model::ProbeLine> lines_of(const Table& top, std::string_view profile) {
  std::vector<envguard::model::ProbeLine> lines;
  const auto* found = top.find(profile);
  if (found == nullptr) return lines;
  for (const auto& layer : found->get<Table>()->entries) {
    if (layer.key == "settings") continue;
    for (const auto& probe : layer.value.get<Table>()->entries)
      lines.emplace_back(layer.key + "." + probe.key, *probe.value.get<std::string>());
  }
  return lines;
}

Table parse(const std::string& text) {
  return envguard::lockfile::parse_document(text, {"the forged lock", {}, "", text.size()});
}

void forge(const std::filesystem::path& lock) {
  constexpr std::size_t id_in_evidence = 24;
  auto text = read(lock);
  const auto id = envguard::model::fingerprint_id(lines_of(parse(text), "strict"));
  text = with(text, "id", id.hex());
  text = with(text, "as-is-id", envguard::model::fingerprint_id(lines_of(parse(text), "as-is")).hex());
  const auto beside = std::filesystem::path(lock).replace_extension(".evidence");
  if (auto evidence = read(beside); evidence.size() > id_in_evidence + 16) {
    for (std::size_t i = 0; i < 16; ++i) evidence[id_in_evidence + i] = static_cast<char>(id.bytes().at(i));
    write(beside, evidence);
    text = with(text, "evidence", "xxh3:" + envguard::base::hash128(evidence).hex());
  }
  write(lock, with(text, "seal", "xxh3:" + envguard::lockfile::seal_of(parse(text)).hex()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  try {
    forge(arguments[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
