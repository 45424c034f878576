#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace envguard::lockfile {

/// The file that is read: how errors name it, and which they are.
struct Source {
  std::string_view place;
  base::ExitCode code = base::ExitCode::usage;
  std::string_view next;  ///< what helps where the leaf knows nothing better
  std::size_t limit = 0;  ///< bytes

  /// An error at `place:line`; line 0: of the file as a whole.
  [[nodiscard]] base::Error error(std::size_t line, std::string what, std::string better_next = {}) const;
};

}  // namespace envguard::lockfile
