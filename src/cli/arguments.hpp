#pragma once

#include <span>
#include <string>
#include <variant>

#include "cli/global_options.hpp"
#include "cli/options.hpp"

namespace envguard::cli {

struct Invocation {
  GlobalOptions global;
  CommandOptions command;
};

/// --help and --version: a text for standard output, exit 0.
struct Answer {
  std::string text;
};

/// `arguments` without the program's name. Error usage for what cannot be understood, with the help to ask for.
[[nodiscard]] std::variant<Invocation, Answer> parse(std::span<const std::string> arguments);

}  // namespace envguard::cli
