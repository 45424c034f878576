#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace envguard::lockfile {

struct Codepoint {
  char32_t value = 0;
  std::size_t length = 1;  ///< in bytes
};

/// The first code point of a text that is not empty; nothing where its bytes are not UTF-8 (overlong forms and
/// surrogates are not).
[[nodiscard]] std::optional<Codepoint> first_codepoint(std::string_view text);

}  // namespace envguard::lockfile
