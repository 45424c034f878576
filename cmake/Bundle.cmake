add_custom_target(programs DEPENDS envguard envguard_engine_program envguard-hook)

# An installed tree with the shared libraries that envguard needs, for a machine without registries. The C and C++ runtimes
# are the target machine's own: its PyTorch lives in them.
add_custom_target(bundle
  COMMAND "${CMAKE_COMMAND}" "-DBUILD=${CMAKE_BINARY_DIR}" -P "${CMAKE_SOURCE_DIR}/cmake/make_bundle.cmake"
  DEPENDS envguard envguard_engine_program envguard-hook
  COMMENT "Collecting bundle" VERBATIM)
