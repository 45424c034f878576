#pragma once

#include <optional>
#include <string>
#include <vector>

namespace envguard::engine {

/// The names of the environment variables that this process, and every library in it, has asked for so far, sorted.
/// Nothing where there were more than the recorder holds: then what was asked for is not known.
///
/// How it knows: the engine exports a `getenv` and a `secure_getenv` of its own. The main program comes first in symbol
/// lookup, so that PyTorch, oneDNN, MKL and OpenMP call these, also where they were opened RTLD_LOCAL. What it cannot
/// see: a library that reads `environ` itself, one in another linker namespace (dlmopen), and the dynamic linker and
/// libc, which read the environment without getenv.
[[nodiscard]] std::optional<std::vector<std::string>> asked_variables();

}  // namespace envguard::engine
