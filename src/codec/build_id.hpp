#pragma once

#include <string_view>

namespace envguard::codec {

/// "0.1.0-3f2a9c5e81d04b67": project version and a digest of every source file, compiler and build type. Equal in the
/// programs of one build, so that envguard never reads an engine of another.
[[nodiscard]] std::string_view build_id();

}  // namespace envguard::codec
