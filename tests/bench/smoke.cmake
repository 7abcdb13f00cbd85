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

# Spiking networks: each runs for a moment; big is left out, its 20 million synapses take seconds.
function(check_brain text network)
  check_rows("${text}" threads simulate_s least_s setup_s real_time us_per_step rate_hz events_per_s
             n_synapses n_neurons bytes_per_synapse peak_mib)
  string(JSON name GET "${text}" rows 0 network)
  if(NOT name STREQUAL network)
    message(FATAL_ERROR "network=${network} became ${name}")
  endif()
endfunction()

run(text brain network=coba seconds=0.05 rounds=1 threads=2 python=/nowhere/python3 --json)
check_brain("${text}" coba)
string(JSON n LENGTH "${text}" rows)
string(JSON note GET "${text}" note)
if(NOT n EQUAL 2 OR NOT note MATCHES "Brian2 is left out: there is no /nowhere/python3")
  message(FATAL_ERROR "${n} rows, one for each number of threads; note: ${note}")
endif()
foreach(network cuba coba-stdp lattice reinforcement)
  run(text brain network=${network} seconds=0.1 rounds=1 threads=1 peer=none --json)
  check_brain("${text}" ${network})
endforeach()

# random is as large as asked for, and fires as often: 1,000 neurons, 50 Hz, 0.5 s, within 3 %.
run(text brain network=random neurons=1000 synapses=100 rate=50 seconds=0.5 rounds=2 threads=1 --json)
check_brain("${text}" random)
string(JSON synapses GET "${text}" rows 0 n_synapses)
string(JSON rate GET "${text}" rows 0 rate_hz)
if(NOT synapses EQUAL 100000 OR rate LESS 48.5 OR rate GREATER 51.5)
  message(FATAL_ERROR "random: ${synapses} synapses, ${rate} Hz")
endif()

run(text brain network=reinforcement peer=none seconds=0.1 rounds=1 threads=1)
if(NOT text MATCHES "reinforcement +Amine +1 ")
  message(FATAL_ERROR "no row in the table: ${text}")
endif()

function(refused sentence)
  execute_process(COMMAND ${AMINE} bench ${ARGN} OUTPUT_QUIET RESULT_VARIABLE code
                  ERROR_VARIABLE said)
  if(NOT code EQUAL 2 OR NOT said MATCHES "${sentence}")
    message(FATAL_ERROR "amine bench ${ARGN}: exit code ${code}, ${said}")
  endif()
endfunction()
refused("rate is of the network random alone" brain network=coba rate=20)
refused("is less than a step of 0.1 ms" brain network=coba seconds=1e-5 peer=none)
refused("from 1 to half as many synapses" brain network=random neurons=100 synapses=60)
refused("has no key \"netwrk\"; did you mean network" brain netwrk=coba)
refused("has no key \"batch\"" brain batch=3)
