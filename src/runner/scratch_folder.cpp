#include "runner/scratch_folder.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <stdlib.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace envguard::runner {

ScratchFolder::ScratchFolder(const std::filesystem::path& parent) {
  auto name = (parent / "envguard-engine-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw base::Error(
        base::ExitCode::could_not_measure,
        "cannot make a temporary folder in " + base::visible(parent.string()) + ": " + std::strerror(errno),
        "set TMPDIR to a folder that you can write");
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace envguard::runner
