#pragma once

namespace envguard::report {

/// What the reader's terminal can do.
struct Style {
  bool color = false;
  int width = 80;  ///< columns; less than 80 is taken as 80
};

}  // namespace envguard::report
