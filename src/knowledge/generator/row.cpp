#define TOML_IMPLEMENTATION
#include "row.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "knowledge/dotted.hpp"

namespace envguard::knowledge::generator {

void fail(std::string_view file, const toml::node& node, std::string_view what) {
  throw std::runtime_error(fmt::format("{}:{}: error: {}", file, node.source().begin.line, what));
}

File File::read(const std::string& path) {
  File file;
  file.path = path;
  try {
    file.document = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    throw std::runtime_error(fmt::format("{}:{}: error: {}", path, error.source().begin.line, error.description()));
  }
  const toml::node* sources = file.document.get("sources");
  if (!sources || !sources->is_table()) generator::fail(path, file.document, "no [sources]");
  for (const auto& [key, node] : *sources->as_table()) {
    const auto* text = node.as_string();
    if (!text || text->get().empty()) generator::fail(path, node, "a source is text");
    file.sources.emplace(std::string(key.str()), text->get());
  }
  return file;
}

void File::done() const {
  for (const auto& [id, text] : sources)
    if (!cited.contains(id))
      generator::fail(path, *document.get("sources")->as_table()->get(id), fmt::format("no fact cites '{}'", id));
}

void Row::fail(std::string_view key, std::string_view what) const {
  const toml::node* node = table_.get(key);
  generator::fail(file_.path, node ? *node : table_, fmt::format("{}: {}", key, what));
}

const toml::node& Row::node(std::string_view key) {
  known_.emplace(key);
  const toml::node* node = table_.get(key);
  if (!node) fail(key, "is missing");
  return *node;
}

const std::string& Row::raw(std::string_view key) {
  const auto* text = node(key).as_string();
  if (!text || text->get().empty()) fail(key, "must be text");
  return text->get();
}

std::string Row::text(std::string_view key) {
  std::string quoted = "\"";
  for (const char c : raw(key)) {
    if (static_cast<unsigned char>(c) < ' ') fail(key, "must be one line");
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Row::number(std::string_view key) {
  const auto* value = node(key).as_integer();
  if (!value || value->get() <= 0) fail(key, "must be a whole number above 0");
  return fmt::format("{}U", value->get());
}

std::string Row::numbers(std::string_view key) {
  const auto* array = node(key).as_array();
  if (!array || array->empty()) fail(key, "must be an array of whole numbers");
  std::vector<std::string> texts;
  for (const toml::node& each : *array) {
    if (!each.is_integer() || each.as_integer()->get() <= 0) fail(key, "must hold whole numbers above 0");
    texts.push_back(fmt::format("{}U", each.as_integer()->get()));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string Row::dotted(const toml::node& node) {
  const auto* text = node.as_string();
  if (!text || !Dotted::parse(text->get()))
    generator::fail(file_.path, node, "must be a version in quotes, numbers with dots between (\"580.65.06\")");
  return fmt::format("*Dotted::parse(\"{}\")", text->get());
}

std::string Row::version(std::string_view key) {
  return dotted(node(key));
}

std::string Row::optional_version(std::string_view key) {
  known_.emplace(key);
  return table_.contains(key) ? dotted(node(key)) : "std::nullopt";
}

std::string Row::versions(std::string_view key) {
  known_.emplace(key);
  if (!table_.contains(key)) return {};
  const auto* array = node(key).as_array();
  if (!array || array->empty()) fail(key, "must be an array of versions; what is unknown is left out");
  std::vector<std::string> texts;
  for (const toml::node& each : *array) texts.push_back(dotted(each));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string Row::month(std::string_view key) {
  const std::string& value = raw(key);
  const auto digits = [](std::string_view part) {
    return part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view view = value;
  if (view.size() != 7 || view[4] != '-' || !digits(view.substr(0, 4)) || !digits(view.substr(5)) ||
      view.substr(5) < "01" || view.substr(5) > "12")
    fail(key, "must be a month, \"2028-06\"");
  return text(key);
}

std::string Row::confidence() {
  constexpr std::array<std::string_view, 3> levels{"low", "medium", "high"};
  const std::string& level = raw("confidence");
  if (std::ranges::find(levels, level) == levels.end()) fail("confidence", "must be low, medium or high");
  return fmt::format("Confidence::{}", level);
}

std::string Row::source() {
  const auto* ids = node("source").as_array();
  if (!ids || ids->empty()) fail("source", "must be an array of names from [sources]");
  std::vector<std::string> texts;
  for (const toml::node& id : *ids) {
    const auto* name = id.as_string();
    const auto known = name ? file_.sources.find(name->get()) : file_.sources.end();
    if (known == file_.sources.end()) fail("source", "names what [sources] does not hold");
    file_.cited.insert(known->first);
    texts.push_back(known->second);
  }
  source_text_ = fmt::format("R\"source({})source\"", fmt::join(texts, "; "));
  return fmt::format("{{{}, {}}}", source_text_, confidence());
}

std::string Row::source_with(const Row& whole) {
  known_.emplace("confidence");
  const std::string* level = nullptr;
  if (const auto* own = table_.get_as<std::string>("confidence")) level = &own->get();
  if (!level) level = &whole.table_.get_as<std::string>("confidence")->get();
  if (table_.contains("confidence")) static_cast<void>(confidence());
  return fmt::format("{{{}, Confidence::{}}}", whole.source_text_, *level);
}

const toml::array& Row::rows(std::string_view key) {
  const auto* array = node(key).as_array();
  if (!array || !array->is_homogeneous(toml::node_type::table)) fail(key, "must be an array of tables");
  return *array;
}

void Row::done() const {
  for (const auto& [key, node] : table_)
    if (!known_.contains(key.str())) generator::fail(file_.path, node, fmt::format("unknown key '{}'", key.str()));
}

}  // namespace envguard::knowledge::generator
