# amine bench gives JSON with positive figures. Says nothing about speed.
#   cmake -DAMINE=<the command> -P smoke.cmake
set(small seconds=0.05 rounds=1 network.hidden=16 task.steps=20 batch=4 --json)

function(run out)
  execute_process(COMMAND ${AMINE} bench ${ARGN} OUTPUT_VARIABLE text RESULT_VARIABLE code
                  ERROR_VARIABLE said)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "amine bench ${ARGN}: exit code ${code}\n${said}")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# every row has these, all above 0
function(check_rows text)
  string(JSON n LENGTH "${text}" rows)
  if(n LESS 1)
    message(FATAL_ERROR "no rows: ${text}")
  endif()
  math(EXPR last "${n} - 1")
  foreach(k RANGE ${last})
    foreach(key ${ARGN})
      string(JSON value GET "${text}" rows ${k} ${key})
      if(NOT value GREATER 0)
        message(FATAL_ERROR "row ${k}: ${key} is ${value}")
      endif()
    endforeach()
  endforeach()
endfunction()

run(text maze peer=none ${small})
check_rows("${text}" threads ms least_ms iterations_per_s peak_mib iterations)
string(JSON hidden GET "${text}" hidden)
if(NOT hidden EQUAL 16)
  message(FATAL_ERROR "network.hidden=16 became ${hidden}")
endif()

run(text floor ${small})
check_rows("${text}" threads ms floor_ms share multiply_adds_per_s lane_read_bytes_per_s
           lane_update_bytes_per_s memory_read_bytes_per_s memory_update_bytes_per_s)

# An interpreter that is not there costs the PyTorch rows, nothing else.
run(text maze python=/nowhere/python3 ${small})
check_rows("${text}" ms)
string(JSON note GET "${text}" note)
if(NOT note MATCHES "there is no /nowhere/python3")
  message(FATAL_ERROR "the missing interpreter is not named: ${note}")
endif()
