add_custom_target(programs DEPENDS envguard envguard_engine_program envguard-hook)

# The programs for a machine without registries: the installed tree. Every library is linked in but the C and C++ runtimes,
# which are the target machine's own: its PyTorch lives in them.
add_custom_target(bundle
  COMMAND "${CMAKE_COMMAND}" -E rm -rf "${CMAKE_BINARY_DIR}/bundle"
  COMMAND "${CMAKE_COMMAND}" --install "${CMAKE_BINARY_DIR}" --prefix "${CMAKE_BINARY_DIR}/bundle" --strip
  DEPENDS envguard envguard_engine_program envguard-hook
  COMMENT "Collecting bundle" VERBATIM)
