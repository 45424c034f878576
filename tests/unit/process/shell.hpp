#pragma once

#include <string>

#include "process/run.hpp"

namespace envguard::test {

/// A script for /bin/sh, with a PATH and nothing else.
inline process::Command shell(const std::string& script) {
  process::Command command;
  command.argv = {"/bin/sh", "-c", script};
  command.environment = {{"PATH", "/usr/bin:/bin"}};
  return command;
}

}  // namespace envguard::test
