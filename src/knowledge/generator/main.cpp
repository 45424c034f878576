// Turns facts/*.toml into C++ tables (tables.hpp): generate OUTPUT FILE... What is wrong in a file ends the build.

#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "row.hpp"

namespace envguard::knowledge::generator {
namespace {

/// The C++ of one table, row by row, and the arrays that its rows point to.
struct Table {
  std::string type;
  std::vector<std::string> rows;
};

class Tables {
 public:
  void add(const std::string& name, const std::string& type, const std::string& row) {
    Table& table = tables_[name];
    table.type = type;
    table.rows.push_back(row);
  }

  /// The name of a constant array of these values; an empty span where there are none.
  std::string array(const std::string& type, const std::string& values) {
    if (values.empty()) return "{}";
    const auto [known, added] = arrays_.try_emplace(fmt::format("{} {}", type, values), arrays_.size());
    if (added) {
      const auto count = std::ranges::count(values, ',') + 1;
      constants_ += fmt::format("constexpr std::array<{}, {}> values_{}{{{}}};\n", type, count, known->second, values);
    }
    return fmt::format("values_{}", known->second);
  }

  [[nodiscard]] std::string code() const {
    std::string text =
        "// Generated from src/knowledge/facts.\n// NOLINTBEGIN\n#include <array>\n\n#include "
        "\"knowledge/tables.hpp\"\n\n"
        "namespace envguard::knowledge::tables {\n\nnamespace {\n\n" +
        constants_;
    std::string functions;
    for (const auto& [name, table] : tables_) {
      text += fmt::format("\nconstexpr std::array<{}, {}> {}_rows{{{{\n", table.type, table.rows.size(), name);
      for (const std::string& row : table.rows) text += fmt::format("    {{{}}},\n", row);
      text += "}};\n";
      functions += fmt::format("\nstd::span<const {}> {}() {{\n  return {}_rows;\n}}\n", table.type, name, name);
    }
    return text + "\n}  // namespace\n" + functions + "\n}  // namespace envguard::knowledge::tables\n// NOLINTEND\n";
  }

 private:
  std::map<std::string, Table> tables_;
  std::map<std::string, std::size_t> arrays_;
  std::string constants_;
};

std::string variant_of(Row& row) {
  if (!row.raw("cuda").starts_with("cu")) row.fail("cuda", "must be a variant, \"cu130\"");
  return row.text("cuda");
}

void major(Row& row, Tables& tables) {
  tables.add("majors", "Major", fmt::format("{}, {}, {}", row.number("cuda"), row.version("floor"), row.source()));
}

void toolkit(Row& row, Tables& tables) {
  tables.add("toolkits", "Toolkit",
             fmt::format("{}, {}, {}, {}", row.version("cuda"), row.version("driver"), row.optional_version("floor"),
                         row.source()));
}

void branch(Row& row, Tables& tables) {
  tables.add("branches", "Branch",
             fmt::format("{}, {}, {}, {}, {}", row.number("branch"), row.text("kind"), row.month("end"),
                         row.number("newest-major"), row.source()));
}

void torch_release(File& file, Row& row, Tables& tables) {
  const std::string torch = row.version("torch");
  static_cast<void>(row.source());
  for (const toml::node& node : row.rows("wheels")) {
    Row wheel(file, *node.as_table());
    tables.add("torch_x86_64", "TorchBuild",
               fmt::format("{}, {}, {}, {}, {}, {}, {}", torch, variant_of(wheel), wheel.optional_version("cudnn"),
                           wheel.optional_version("nccl"), tables.array("Dotted", wheel.versions("sm")),
                           wheel.optional_version("ptx"), wheel.source_with(row)));
    wheel.done();
  }
}

void torch_aarch64(Row& row, Tables& tables) {
  tables.add("torch_aarch64", "TorchBuild",
             fmt::format("{}, {}, std::nullopt, std::nullopt, {}, std::nullopt, {}", row.version("torch"),
                         variant_of(row), tables.array("Dotted", row.versions("sm")), row.source()));
}

void architecture(Row& row, Tables& tables) {
  tables.add("architectures", "Architecture",
             fmt::format("{}, {}, {}, {}", row.version("compute-capability"), row.text("name"),
                         row.optional_version("last-cuda"), row.source()));
}

void cudnn_release(Row& row, Tables& tables) {
  tables.add("cudnn_releases", "CudnnRelease",
             fmt::format("{}, {}, {}, {}", row.version("cudnn"), tables.array("unsigned", row.numbers("cuda")),
                         row.optional_version("compute-capability"), row.source()));
}

void cudnn_drop(Row& row, Tables& tables) {
  tables.add("cudnn_drops", "CudnnDrop",
             fmt::format("{}, {}, {}, {}", row.version("since"), row.number("cuda"), row.version("compute-capability"),
                         row.source()));
}

void wheel(Row& row, Tables& tables) {
  tables.add(
      "wheels", "Wheel",
      fmt::format("{}, {}, {}, {}", row.text("library"), row.number("cuda"), row.text("requirement"), row.source()));
}

void rule(Row& row, Tables& tables) {
  const std::string& id = row.raw("id");
  if (id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    row.fail("id", "must be kebab-case");
  if (!row.raw("statement").ends_with('.')) row.fail("statement", "must be a sentence");
  tables.add("rules", "Rule", fmt::format("{}, {}, {}", row.text("id"), row.text("statement"), row.source()));
}

/// "cudnn.toml" "release" and the like.
using Reader = std::function<void(File&, Row&, Tables&)>;
using Reading = std::map<std::pair<std::string, std::string>, Reader>;

const Reading& readers() {
  const auto plain = [](void (*read)(Row&, Tables&)) {
    return [read](File&, Row& row, Tables& tables) { read(row, tables); };
  };
  static const Reading all{{{"cuda.toml", "major"}, plain(major)},
                           {{"cuda.toml", "toolkit"}, plain(toolkit)},
                           {{"cuda.toml", "branch"}, plain(branch)},
                           {{"torch.toml", "release"}, torch_release},
                           {{"torch.toml", "aarch64"}, plain(torch_aarch64)},
                           {{"architectures.toml", "architecture"}, plain(architecture)},
                           {{"cudnn.toml", "release"}, plain(cudnn_release)},
                           {{"cudnn.toml", "drop"}, plain(cudnn_drop)},
                           {{"wheels.toml", "wheel"}, plain(wheel)},
                           {{"rules.toml", "rule"}, plain(rule)}};
  return all;
}

void read(const std::string& path, Tables& tables) {
  File file = File::read(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  for (const auto& [key, node] : file.document) {
    if (key == "sources") continue;
    const auto reader = readers().find({name, std::string(key.str())});
    if (reader == readers().end()) fail(path, node, fmt::format("unknown table '{}'", key.str()));
    const auto* rows = node.as_array();
    if (!rows || !rows->is_homogeneous(toml::node_type::table))
      fail(path, node, fmt::format("'{}' must be an array of tables, [[{}]]", key.str(), key.str()));
    for (const toml::node& each : *rows) {
      Row row(file, *each.as_table());
      reader->second(file, row, tables);
      row.done();
    }
  }
  file.done();
}

}  // namespace
}  // namespace envguard::knowledge::generator

int main(int count, char** arguments) {
  using namespace envguard::knowledge::generator;
  try {
    if (count < 3) throw std::runtime_error("usage: generate OUTPUT FILE...");
    Tables tables;
    for (int place = 2; place < count; ++place) read(arguments[place], tables);
    std::ofstream out(arguments[1]);
    out << tables.code();
    if (!out.flush()) throw std::runtime_error(fmt::format("{}: error: cannot be written", arguments[1]));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
