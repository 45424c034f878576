#pragma once

#include <string_view>

#include "cli/global_options.hpp"
#include "cli/streams.hpp"
#include "model/machine.hpp"
#include "report/style.hpp"

namespace envguard::cli {

/// One invocation: what every command is given beside its own options.
struct Call {
  const GlobalOptions& global;
  const model::Machine& machine;
  const Streams& streams;

  /// How the result is printed where it goes.
  [[nodiscard]] report::Style style() const;
  [[nodiscard]] report::Style error_style() const;
  /// Whether the answer is for people and goes to them at once.
  [[nodiscard]] bool text() const { return global.format == Format::text; }
  /// `path` as typed, against -C or the working directory.
  [[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& path) const;
  /// The result: to -o, else to standard output. Error could_not_measure where it cannot be written.
  void print(std::string_view result) const;
};

}  // namespace envguard::cli
