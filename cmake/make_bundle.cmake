# cmake -DBUILD=<build folder> -P make_bundle.cmake: fills <build folder>/bundle.
set(bundle "${BUILD}/bundle")
set(limit_mebibytes 64)

file(REMOVE_RECURSE "${bundle}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${bundle}" --strip
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

# envguard's own RUNPATH finds these; it does not reach the libraries of a library, so all must be needed by envguard itself.
file(GET_RUNTIME_DEPENDENCIES EXECUTABLES "${bundle}/bin/envguard" RESOLVED_DEPENDENCIES_VAR libraries
  PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|dl|rt|pthread|resolv|stdc\\+\\+|gcc_s)\\.so")
foreach(library IN LISTS libraries)
  file(INSTALL "${library}" DESTINATION "${bundle}/lib/envguard" FOLLOW_SYMLINK_CHAIN)
endforeach()

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
