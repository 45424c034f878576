# cmake -DBUILD=<build folder> -P make_bundle.cmake: fills <build folder>/bundle.
set(bundle "${BUILD}/bundle")
set(limit_mebibytes 64)

find_program(PATCHELF patchelf REQUIRED)
file(REMOVE_RECURSE "${bundle}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${bundle}" --strip
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

set(envguard "${bundle}/bin/envguard")
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${envguard}" RESOLVED_DEPENDENCIES_VAR libraries
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|stdc\\+\\+|gcc_s)\\.so")
set(needed "")
foreach(library IN LISTS libraries)
  file(INSTALL "${library}" DESTINATION "${bundle}/lib/envguard" FOLLOW_SYMLINK_CHAIN)
  get_filename_component(name "${library}" NAME)
  # A RUNPATH does not reach the libraries of a library, so envguard itself names them all.
  list(APPEND needed --add-needed "${name}")
endforeach()
execute_process(COMMAND "${PATCHELF}" --set-rpath "$ORIGIN/../lib/envguard" ${needed} "${envguard}"
  COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE files "${bundle}/*")
set(bytes 0)
foreach(file IN LISTS files)
  if(NOT IS_SYMLINK "${file}")
    file(SIZE "${file}" size)
    math(EXPR bytes "${bytes} + ${size}")
  endif()
endforeach()
math(EXPR mebibytes "(${bytes} + 1048575) / 1048576")
if(mebibytes GREATER limit_mebibytes)
  message(FATAL_ERROR "${bundle} takes ${mebibytes} MiB, and may take ${limit_mebibytes}")
endif()
message(STATUS "${bundle}: ${mebibytes} MiB")
