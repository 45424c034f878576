#pragma once

#include <string_view>

#include "lockfile/source.hpp"

namespace envguard::lockfile {

/// Refuses, before a parser sees it, a text that is too large, is no UTF-8, holds control characters, a line above 16
/// KiB, or more dotted names on a line than any real file: what toml++ 3.3 survives badly (tomlplusplus#242; U+FEEF
/// outside a string is undefined).
void screen(std::string_view text, const Source& source);

}  // namespace envguard::lockfile
