# One CMake target a folder, one-way dependencies.
#
# A folder's headers are reached as "folder/header.hpp" through a link that only the folder's own target carries, so a header of a
# folder that is not named under USES does not compile.

find_package(Threads REQUIRED)

add_library(envguard_options INTERFACE)
target_compile_options(envguard_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -ffp-contract=off)
if(ENVGUARD_SANITIZE)
  target_compile_options(envguard_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  target_link_options(envguard_options INTERFACE -fsanitize=address,undefined -static-libasan -static-libubsan)
endif()

# {fmt} as a static library: Debian ships it shared, and the engine and the hook must not need it where they run.
add_library(fmt_static STATIC "${CMAKE_SOURCE_DIR}/cmake/fmt.cpp")
target_compile_features(fmt_static PUBLIC cxx_std_20)

function(envguard_folder name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  set(view "${CMAKE_BINARY_DIR}/include/${name}")
  file(MAKE_DIRECTORY "${view}")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${view}/${name}" SYMBOLIC)
  add_library(envguard_${name} STATIC ${ARG_SOURCES})
  target_include_directories(envguard_${name} PUBLIC "${view}")
  target_link_libraries(envguard_${name} PRIVATE envguard_options ${ARG_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(envguard_${name} PUBLIC envguard_${used})
  endforeach()
endfunction()

# A GoogleTest program of one folder's unit tests; every TEST is a CTest test.
function(envguard_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_executable(test_${name} ${ARG_SOURCES})
  # The tests' own code is compiled once and run once; what they test keeps its optimization and its sanitizers.
  target_compile_options(test_${name} PRIVATE -O0)
  if(ENVGUARD_SANITIZE)
    target_compile_options(test_${name} PRIVATE -fno-sanitize=undefined)
  endif()
  target_link_libraries(test_${name} PRIVATE envguard_options GTest::gtest GTest::gmock GTest::gtest_main ${ARG_LIBRARIES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(test_${name} PRIVATE envguard_${used})
  endforeach()
  gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60)
endfunction()
