#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "scenes.hpp"

namespace envguard::report::test {

namespace {

using nlohmann::json;

void expect_members(const json& schema, const json& value, const std::string& place) {
  if (value.is_array()) {
    for (const auto& item : value) expect_members(schema.at("items"), item, place + "[]");
    return;
  }
  const bool names_are_data = schema.contains("additionalProperties") && !schema["additionalProperties"].is_boolean();
  if (!value.is_object() || names_are_data) return;
  for (const auto& [name, member] : value.items()) {
    ASSERT_TRUE(schema.at("properties").contains(name)) << place << "." << name;
    expect_members(schema["properties"][name], member, place + "." + name);
  }
  for (const auto& required : schema.at("required")) {
    EXPECT_TRUE(value.contains(required.get<std::string>())) << place << "." << required;
  }
  EXPECT_EQ(schema.at("required").size(), schema.at("properties").size()) << place;
}

}  // namespace

void expect_schema(const std::string& name, const std::string& document) {
  std::ifstream file(std::string(ENVGUARD_SCHEMAS) + "/" + name + ".schema.json");
  ASSERT_TRUE(file) << name;
  expect_members(json::parse(file), json::parse(document), name);
}

void expect_golden(const std::string& file, const std::string& text) {
  const auto path = std::filesystem::path(ENVGUARD_FIXTURES) / "verdicts" / file;
  if (std::getenv("ENVGUARD_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in) << path << " is not there; ENVGUARD_UPDATE_GOLDEN=1 writes it";
  std::ostringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

}  // namespace envguard::report::test
