#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "codec/devices.hpp"
#include "codec/plan.hpp"
#include "codec/protocol.hpp"
#include "codec/run.hpp"

#include "sample_devices.hpp"
#include "sample_run.hpp"

namespace envguard::codec {
namespace {

using Json = nlohmann::json;

/// The words of JSON Schema that ours use. An unknown word fails, so that none is passed over in silence.
class Schema {
 public:
  explicit Schema(const std::string& name) : name_(name), root_(load(name)) {}
  [[nodiscard]] std::string check(const Json& value) const { return check(root_, value); }

 private:
  static Json load(const std::string& name) {
    std::ifstream file(std::string(SCHEMA_FOLDER) + "/" + name);
    return Json::parse(file);
  }

  [[nodiscard]] std::string check(const Json& schema, const Json& value) const {
    for (const auto& [word, rule] : schema.items()) {
      if (word == "title" || word == "description" || word == "$schema" || word == "$defs") continue;
      auto fault = apply(word, rule, schema, value);
      if (!fault.empty()) return fault;
    }
    return {};
  }

  [[nodiscard]] std::string apply(const std::string& word, const Json& rule, const Json& schema,
                                  const Json& value) const {
    if (word == "$ref") return reference(rule.get<std::string>(), value);
    if (word == "type") return type(rule.get<std::string>(), value);
    if (word == "const") return rule == value ? "" : "not " + rule.dump();
    if (word == "enum")
      return std::ranges::find(rule, value) != rule.end() ? "" : value.dump() + " is not in " + rule.dump();
    if (word == "minItems") return value.size() >= rule.get<std::size_t>() ? "" : "too short";
    if (word == "maxItems") return value.size() <= rule.get<std::size_t>() ? "" : "too long";
    if (word == "required") return required(rule, value);
    if (word == "properties") return properties(rule, value);
    if (word == "additionalProperties") return additional(schema.at("properties"), value);
    if (word == "items") return items(rule, value);
    if (word == "anyOf") return any(rule, value);
    return "the schema has an unknown word: " + word;
  }

  [[nodiscard]] std::string reference(const std::string& target, const Json& value) const {
    const auto hash = target.find('#');
    const Schema other(hash == 0 ? name_ : target.substr(0, hash));
    return other.check(other.root_.at(Json::json_pointer(target.substr(hash + 1))), value);
  }
  static std::string type(const std::string& wanted, const Json& value) {
    const std::string is = value.is_number_integer() ? "integer" : value.type_name();
    return is == wanted ? "" : value.dump() + " is no " + wanted;
  }
  static std::string required(const Json& names, const Json& value) {
    for (const auto& one : names) {
      if (!value.contains(one)) return "lacks " + one.get<std::string>();
    }
    return {};
  }
  [[nodiscard]] std::string properties(const Json& rules, const Json& value) const {
    for (const auto& [one, rule] : rules.items()) {
      if (!value.contains(one)) continue;
      if (auto fault = check(rule, value.at(one)); !fault.empty()) return one + ": " + fault;
    }
    return {};
  }
  static std::string additional(const Json& rules, const Json& value) {
    for (const auto& [one, member] : value.items()) {
      if (!rules.contains(one)) return "has the undocumented member " + one;
    }
    return {};
  }
  [[nodiscard]] std::string items(const Json& rule, const Json& value) const {
    for (const auto& item : value) {
      if (auto fault = check(rule, item); !fault.empty()) return fault;
    }
    return {};
  }
  [[nodiscard]] std::string any(const Json& rules, const Json& value) const {
    std::string faults;
    for (const auto& rule : rules) {
      const auto fault = check(rule, value);
      if (fault.empty()) return {};
      faults += fault + "; ";
    }
    return faults;
  }

  std::string name_;
  Json root_;
};

TEST(Schemas, APlanIsAsDocumented) {
  const Schema schema("plan.json");
  auto json = Json::parse(write_plan(test::sample_run().plan, "b"));
  EXPECT_EQ(schema.check(json), "");
  json["plan"]["extra"] = 1;
  EXPECT_EQ(schema.check(json), "plan: has the undocumented member extra");
}

TEST(Schemas, ARunIsAsDocumented) {
  const Schema schema("run.json");
  auto json = Json::parse(write_run(test::sample_run()));
  EXPECT_EQ(schema.check(json), "");
  json.erase("output");
  EXPECT_EQ(schema.check(json), "lacks output");
}

TEST(Schemas, WhatIsSaidOfDevicesIsAsDocumented) {
  const Schema schema("devices.json");
  auto json = Json::parse(write_devices(test::sample_devices()));
  EXPECT_EQ(schema.check(json), "");
  json["gpus"][0]["extra"] = 1;
  EXPECT_EQ(schema.check(json), "gpus: has the undocumented member extra");
}

TEST(Schemas, EveryProtocolLineIsAsDocumented) {
  const Schema schema("protocol.json");
  const std::vector<Line> lines{
      Hello{1, "b", 1},
      Opening{"/\xff"},
      NotOpened{NotOpened::Kind::missing_symbol, "w", "s"},
      Opened{"2.11.0", 1, model::GpuKey{"G", "9.0", 1}, {{"mkl", "2024.2"}}, {{"f", "true"}}, {"x"}},
      Round{UINT64_MAX},
      Begin{"a"},
      Probe{test::ok_probe("a"), Extent{1, 2}},
      Libraries{{{"n", "/p", "id"}}, {{"c", "9", "o"}}},
      Asked{{"OMP_NUM_THREADS"}, true},
      Done{1, "cuda-error"}};
  EXPECT_EQ(lines.size(), std::variant_size_v<Line>);
  for (const auto& line : lines) EXPECT_EQ(schema.check(Json::parse(write_line(line))), "") << write_line(line);
  EXPECT_NE(schema.check({{"later", 1}}), "");
}

}  // namespace
}  // namespace envguard::codec
