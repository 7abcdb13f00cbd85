# Writes a C file with a part for each text of a network (src/network/units.h):
# cmake -DOUT=... -DFILES=a;b -P embed_networks.cmake
include(${CMAKE_CURRENT_LIST_DIR}/bytes.cmake)
set(text "/* Made from presets/networks/ by cmake/embed_networks.cmake. */\n#include \"network/units.h\"\n\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${file} whole)
  string(REPLACE ";" "," whole "${whole}") # which would part a list
  string(REPLACE "[" "(" whole "${whole}")
  string(REPLACE "]" ")" whole "${whole}")
  string(REGEX REPLACE "\n" ";" lines "${whole}")
  set(meaning "")
  set(source "")
  set(rows "")
  set(equation "")
  set(n 0)
  set(common "AM_UNITS_PARAMETERS")
  set(takes 0)
  set(has_trace false)
  set(looks_back false)
  foreach(line ${lines})
    if(line MATCHES "^[^#]*attend\\(")
      set(looks_back true)
    endif()
    if(line MATCHES "^[^#]*modulator\\(" AND NOT has_trace) # with a trace it is the rule's
      set(takes "1u << AM_MODULATOR")
    endif()
    if(line MATCHES "^# (.*)$")
      if(meaning STREQUAL "")
        set(meaning "${CMAKE_MATCH_1}")
      else()
        string(APPEND source "${CMAKE_MATCH_1} ")
      endif()
    elseif(line MATCHES "^constant ([A-Za-z_0-9]+) = ([^ ]+) from ([^ ]+) to ([^ ]+) ?([A-Za-z_]*) ?\"(.*)\"$")
      set(when "")
      if(CMAKE_MATCH_1 STREQUAL "init_alpha") # what multiplies a trace is not there without a rule
        set(when ", .when = \"rule.type!=none\"")
      endif()
      string(APPEND rows "    AM_NUMBER(\"${CMAKE_MATCH_1}\", ${CMAKE_MATCH_2}, ${CMAKE_MATCH_3}, "
                         "${CMAKE_MATCH_4}, \"${CMAKE_MATCH_5}\",\n              \"${CMAKE_MATCH_6}\", "
                         "AM_UNITS_AT(constants[${n}])${when}),\n")
      math(EXPR n "${n} + 1")
    elseif(line MATCHES "^constant ([A-Za-z_0-9]+) = ([a-z]+( or [a-z]+)+) \"(.*)\"$")
      string(REPLACE " or " "|" words "${CMAKE_MATCH_2}")
      string(APPEND rows "    AM_CHOICE(\"${CMAKE_MATCH_1}\", \"${words}\",\n"
                         "              \"${CMAKE_MATCH_4}\", AM_UNITS_AT(constants[${n}])),\n")
      math(EXPR n "${n} + 1")
    elseif(line MATCHES "^trace ") # a rule stands in its slot
      set(common "AM_UNITS_PARAMETERS,\n    AM_UNITS_ALPHA")
      set(takes "1u << AM_RULE")
      set(has_trace true)
    elseif(line MATCHES "^constant")
      message(FATAL_ERROR "${file}: a constant of ours has a range and a meaning: ${line}")
    elseif(line MATCHES " (=|<-) " AND NOT line MATCHES "^(first|learned|state) ")
      if(NOT equation STREQUAL "")
        string(APPEND equation ", ")
      endif()
      string(APPEND equation "${line}")
    endif()
  endforeach()
  string(STRIP "${source}" source)
  bytes_of(bytes ${file})
  string(APPEND text "static const char text_${id}[] = {\n${bytes}0};\n"
                     "static const amine_parameter parameters_${id}[] = {\n    ${common},\n${rows}    {0}};\n"
                     "const am_part am_${id}_part = {.kind = AM_NETWORK,\n"
                     "    .name = \"${name}\",\n    .meaning = \"${meaning}\",\n    .equation = \"${equation}\",\n"
                     "    .source = \"${source}\",\n    .text = text_${id},\n    .parameters = parameters_${id},\n"
                     "    .options_size = sizeof(am_units_options),\n    .takes = ${takes},\n"
                     "    .looks_back = ${looks_back}};\n\n")
endforeach()
file(WRITE ${OUT}.new "${text}")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
file(TOUCH ${OUT})
