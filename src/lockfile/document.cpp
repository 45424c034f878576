#include "lockfile/document.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "lockfile/screen.hpp"

// toml++ is compiled here and nowhere else: Debian's own library is shared. Its assertions are off because `[!a` trips
// one that the code behind it handles well; NDEBUG would turn them into assumptions.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_MAX_NESTED_VALUES 64
#define TOML_HEADER_ONLY 0
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>

namespace envguard::lockfile {

namespace {

std::size_t line_of(const toml::node& node) {
  return node.source().begin.line;
}

template <class T>
std::string text_of(const T& value) {
  std::ostringstream out;
  out << value;
  return std::move(out).str();
}

Value convert(const toml::node& node);

Table convert(const toml::table& table) {
  using Item = std::pair<const toml::key*, const toml::node*>;
  std::vector<Item> items;
  for (const auto& [key, node] : table) items.emplace_back(&key, &node);
  std::ranges::sort(items, [](const Item& a, const Item& b) {
    const auto position = [](const Item& item) {
      const auto& begin = item.first->source().begin;
      return std::pair(begin.line, begin.column);
    };
    return position(a) < position(b);
  });
  Table result;
  for (const auto& [key, node] : items) result.entries.push_back({std::string(key->str()), convert(*node)});
  return result;
}

Value convert(const toml::node& node) {
  Value value;
  value.line = line_of(node);
  if (const auto* table = node.as_table()) {
    value.data = convert(*table);
  } else if (const auto* array = node.as_array()) {
    std::vector<Value> items;
    for (const auto& item : *array) items.push_back(convert(item));
    value.data = std::move(items);
  } else if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.data = number->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.data = truth->get();
  } else {
    node.visit([&](const auto& other) {
      if constexpr (!toml::is_table<decltype(other)> && !toml::is_array<decltype(other)>)
        value.data = Verbatim{text_of(other)};
    });
  }
  return value;
}

}  // namespace

const Value* Table::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &Entry::key);
  return found == entries.end() ? nullptr : &found->value;
}

std::string_view type_name(const Value& value) {
  static constexpr std::array<std::string_view, 6> names{"a string",         "a whole number", "true or false",
                                                         "a number or date", "a list",         "a table"};
  return names[value.data.index()];
}

Table parse_document(std::string_view text, const Source& source) {
  screen(text, source);
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto line = error.source().begin.line;
    throw source.error(line, fmt::format("is not TOML: {}", base::visible(error.description())));
  }
}

}  // namespace envguard::lockfile
