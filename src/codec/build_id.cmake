cmake_minimum_required(VERSION 3.25)
# Writes OUTPUT with the identity of this build: a digest of every source file and of what compiled it. Untouched when nothing changed.
file(GLOB_RECURSE sources LIST_DIRECTORIES false RELATIVE "${SOURCE_FOLDER}"
  "${SOURCE_FOLDER}/*.cpp" "${SOURCE_FOLDER}/*.hpp" "${SOURCE_FOLDER}/*.toml" "${SOURCE_FOLDER}/*.cu")
list(SORT sources)
set(digests "${SETTINGS}")
foreach(source IN LISTS sources)
  file(SHA256 "${SOURCE_FOLDER}/${source}" digest)
  string(APPEND digests "\n${source} ${digest}")
endforeach()
string(SHA256 identity "${digests}")
string(SUBSTRING "${identity}" 0 16 identity)
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
#include "codec/build_id.hpp"

namespace envguard::codec {

std::string_view build_id() { return "@VERSION@-@identity@"; }

}  // namespace envguard::codec
]])
