#include "codec/json.hpp"

#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/number.hpp"
#include "base/text.hpp"

namespace envguard::codec {

namespace {

constexpr const char* binary_member = "base64";

[[noreturn]] void refuse_text(std::string what) {
  throw base::Error(base::ExitCode::could_not_measure, std::move(what));
}

bool is_utf8(std::string_view text) {
  try {
    (void)Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

}  // namespace

Json parse_json(std::string_view text) {
  // Refused while it is read: nlohmann's values of a great depth crash when they are copied or freed.
  const auto shallow = [](int depth, Json::parse_event_t, Json&) {
    if (depth > base::limits::json_depth) refuse_text("JSON is nested too deeply");
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception&) {
    refuse_text("not JSON: \"" + base::visible(text.substr(0, 80)) + '"');
  }
}

std::string print_json(const Json& json) {
  return json.dump();
}

Json text_json(std::string_view text) {
  if (is_utf8(text)) return text;
  return {{binary_member, base::to_base64(std::as_bytes(std::span(text)))}};
}

Json texts_json(const std::vector<std::string>& texts) {
  auto array = Json::array();
  for (const auto& text : texts) array.push_back(text_json(text));
  return array;
}

Json pairs_json(const Pairs& pairs) {
  auto array = Json::array();
  for (const auto& [name, value] : pairs) array.push_back(Json::array({text_json(name), text_json(value)}));
  return array;
}

Json float_json(double value) {
  return base::to_hex_float(value);
}

void Reader::refuse(std::string_view what) const {
  refuse_text(place_ + ": " + std::string(what));
}

bool Reader::has(const char* name) const {
  return json_->is_object() && json_->contains(name);
}

Reader Reader::at(const char* name) const {
  if (!has(name)) refuse("has no member \"" + std::string(name) + '"');
  return Reader(json_->at(name), place_ + "." + name);
}

std::optional<Reader> Reader::find(const char* name) const {
  if (!has(name) || json_->at(name).is_null()) return std::nullopt;
  return at(name);
}

std::vector<Reader> Reader::items(const char* name) const {
  const auto array = at(name);
  if (!array.json_->is_array()) array.refuse("is not an array");
  std::vector<Reader> result;
  for (const auto& item : *array.json_) {
    result.emplace_back(item, array.place_ + "[" + std::to_string(result.size()) + "]");
  }
  return result;
}

std::vector<std::string> Reader::texts(const char* name) const {
  std::vector<std::string> result;
  for (const auto& item : items(name)) result.push_back(item.as_text());
  return result;
}

Pairs Reader::pairs(const char* name) const {
  Pairs result;
  for (const auto& item : items(name)) {
    if (!item.json_->is_array() || item.json_->size() != 2) item.refuse("is not a pair");
    result.emplace_back(Reader(item.json_->at(0), item.place_).as_text(),
                        Reader(item.json_->at(1), item.place_).as_text());
  }
  return result;
}

bool Reader::flag(const char* name) const {
  const auto value = at(name);
  if (!value.json_->is_boolean()) value.refuse("is neither true nor false");
  return value.json_->get<bool>();
}

base::Hash128 Reader::hash(const char* name) const {
  const auto value = at(name);
  const auto parsed = base::Hash128::parse(value.as_text());
  if (!parsed) value.refuse("is not a hash of 32 hexadecimal digits");
  return *parsed;
}

std::string Reader::as_text() const {
  if (json_->is_string()) return json_->get<std::string>();
  if (!json_->is_object() || !json_->contains(binary_member)) refuse("is not text");
  const auto bytes = base::parse_base64(at(binary_member).as_text());
  if (!bytes) refuse("is not base64");
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

double Reader::as_float() const {
  const auto value = base::parse_hex_float(as_text());
  if (!value) refuse("is not a hexadecimal float");
  return *value;
}

std::int64_t Reader::as_signed(std::int64_t least, std::int64_t most) const {
  const bool fits = json_->is_number_integer() &&
                    (!json_->is_number_unsigned() || json_->get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
  if (!fits || json_->get<std::int64_t>() < least || json_->get<std::int64_t>() > most)
    refuse("is not an integer in range");
  return json_->get<std::int64_t>();
}

std::uint64_t Reader::as_unsigned(std::uint64_t most) const {
  if (!json_->is_number_unsigned() || json_->get<std::uint64_t>() > most) refuse("is not an integer in range");
  return json_->get<std::uint64_t>();
}

}  // namespace envguard::codec
