# Writes a C file with the text of a file: cmake -DOUT=... -DFILE=... -DNAME=... -P embed_text.cmake
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "(................)" "\\1\n" lines "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${lines}")
get_filename_component(from ${FILE} NAME)
file(WRITE ${OUT} "/* Made from ${from} by cmake/embed_text.cmake. */
extern const char ${NAME}[];
const char ${NAME}[] = {
${bytes}0};
")
