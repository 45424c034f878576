#include "lockfile/source.hpp"

#include <utility>

#include <fmt/format.h>

namespace envguard::lockfile {

base::Error Source::error(std::size_t line, std::string what, std::string better_next) const {
  base::Error error(code, std::move(what), better_next.empty() ? std::string(next) : std::move(better_next));
  return std::move(error).at(line == 0 ? std::string(place) : fmt::format("{}:{}", place, line));
}

}  // namespace envguard::lockfile
