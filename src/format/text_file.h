/* A file that is a text for people and for us: UTF-8, lines. */
#ifndef AMINE_FORMAT_TEXT_FILE_H
#define AMINE_FORMAT_TEXT_FILE_H

#include "base/error.h"
#include "base/memory.h"

/* Adds its text to *text, the last line with its end. AMINE_ERROR_IO; AMINE_ERROR_INPUT: it has a
 * byte 0, or more than `most` bytes; AMINE_ERROR_MEMORY. */
amine_status am_text_file_read(am_text *text, const char *path, size_t most, amine_error *error);
/* Refuses, by AMINE_ERROR_INPUT, what is no UTF-8 or has nothing in it; `name` stands in sentences. */
amine_status am_text_file_check(const char *text, const char *name, amine_error *error);

#endif
