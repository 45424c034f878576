# cmake -DSOURCE=FOLDER -DFILE=FILE -P Revision.cmake: writes which commit of the source the file's folder was made from.
execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty
  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(revision "unknown")
endif()
file(WRITE "${FILE}" "${revision}\n")
