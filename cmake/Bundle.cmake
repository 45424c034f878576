add_custom_target(programs DEPENDS envguard envguard_engine_program envguard-hook)

# The folder of a cuDNN 9 that is not PyTorch's own (ci/fetch-torch cudnn-9.13.0), of which ci/gpu-check mixes a small part in.
set(ENVGUARD_OTHER_CUDNN "" CACHE PATH "Folder of another cuDNN's libraries, of which the bundle takes one part")
set(other_cudnn "")
if(ENVGUARD_OTHER_CUDNN)
  set(other_cudnn
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${CMAKE_BINARY_DIR}/bundle/other-cudnn"
    COMMAND "${CMAKE_COMMAND}" -E copy "${ENVGUARD_OTHER_CUDNN}/libcudnn_graph.so.9" "${CMAKE_BINARY_DIR}/bundle/other-cudnn")
endif()

# The programs for a machine without registries: the installed tree. Every library is linked in but the C and C++ runtimes,
# which are the target machine's own: its PyTorch lives in them. REVISION says of which source they are.
add_custom_target(bundle
  COMMAND "${CMAKE_COMMAND}" -E rm -rf "${CMAKE_BINARY_DIR}/bundle"
  COMMAND "${CMAKE_COMMAND}" --install "${CMAKE_BINARY_DIR}" --prefix "${CMAKE_BINARY_DIR}/bundle" --strip
  COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${CMAKE_SOURCE_DIR}" "-DFILE=${CMAKE_BINARY_DIR}/bundle/REVISION"
    -P "${CMAKE_SOURCE_DIR}/cmake/Revision.cmake"
  ${other_cudnn}
  DEPENDS envguard envguard_engine_program envguard-hook
  COMMENT "Collecting bundle" VERBATIM)
