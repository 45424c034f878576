# Whether the engine carries machine code of nvcc's: the control that only the hardware can move (arith.sass_*).
#
#   ENVGUARD_CUDA=AUTO   where nvcc is found (default)
#   ENVGUARD_CUDA=ON     always; a missing nvcc ends the configuration
#   ENVGUARD_CUDA=OFF    never
#
# No other part needs the toolkit: the user's own CUDA libraries are opened at run time.
set(ENVGUARD_CUDA "AUTO" CACHE STRING "Embed machine code for NVIDIA GPUs: AUTO, ON, OFF")
set_property(CACHE ENVGUARD_CUDA PROPERTY STRINGS AUTO ON OFF)
# The definitions of the probes name it: another compiler's machine code would be another probe.
set(ENVGUARD_NVCC_RELEASE "13.0")
# Machine code runs on the same major with an equal or higher minor compute capability.
set(ENVGUARD_SASS_ARCHITECTURES 75 80 86 89 90 100 120)

set(ENVGUARD_EMBEDDED_SASS OFF)
set(without_nvcc "ENVGUARD_CUDA is OFF")
if(NOT ENVGUARD_CUDA STREQUAL "OFF")
  find_program(ENVGUARD_NVCC nvcc HINTS "$ENV{CUDA_HOME}/bin" "$ENV{CUDA_PATH}/bin"
    "/usr/local/cuda-${ENVGUARD_NVCC_RELEASE}/bin" /usr/local/cuda/bin)
  set(without_nvcc "nvcc ${ENVGUARD_NVCC_RELEASE} was not found (tried CUDA_HOME, /usr/local/cuda and PATH)")
  if(ENVGUARD_NVCC)
    execute_process(COMMAND "${ENVGUARD_NVCC}" --version OUTPUT_VARIABLE nvcc_says)
    if(nvcc_says MATCHES "release ([0-9]+\\.[0-9]+)," AND CMAKE_MATCH_1 STREQUAL ENVGUARD_NVCC_RELEASE)
      set(ENVGUARD_EMBEDDED_SASS ON)
    else()
      set(without_nvcc "${ENVGUARD_NVCC} is not of CUDA ${ENVGUARD_NVCC_RELEASE}")
    endif()
  endif()
endif()

if(ENVGUARD_EMBEDDED_SASS)
  get_filename_component(toolkit "${ENVGUARD_NVCC}" REALPATH)
  get_filename_component(toolkit "${toolkit}" DIRECTORY)
  get_filename_component(ENVGUARD_CUDA_TOOLKIT "${toolkit}" DIRECTORY)
  message(STATUS "Embedding machine code for NVIDIA GPUs, by ${ENVGUARD_NVCC}")
elseif(ENVGUARD_CUDA STREQUAL "ON")
  message(FATAL_ERROR "ENVGUARD_CUDA is ON, but ${without_nvcc}")
else()
  message(STATUS "Left out: machine code for NVIDIA GPUs (the probes arith.sass_*): ${without_nvcc}")
endif()
