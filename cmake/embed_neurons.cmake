# Writes a C file with the text of each neuron model, am_neuron_text_NAME: cmake -DOUT=... -DFILES=a;b
# -P embed_neurons.cmake
include(${CMAKE_CURRENT_LIST_DIR}/bytes.cmake)
set(text "/* Made from presets/neurons/ by cmake/embed_neurons.cmake. */\n#include \"brain/neuron.h\"\n\n")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} id)
  bytes_of(bytes ${file})
  string(APPEND text "const char am_neuron_text_${id}[] = {\n${bytes}0};\n")
endforeach()
file(WRITE ${OUT}.new "${text}")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
file(TOUCH ${OUT})
