#pragma once

#include <iosfwd>

#include "report/style.hpp"

namespace envguard::cli {

/// Where a command reads and writes: results to `out`, progress and errors to `err`.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int width = 80;  ///< columns of the terminal
};

}  // namespace envguard::cli
