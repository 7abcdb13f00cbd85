#include "format/text_file.h"

#include <string.h>

#include "format/file.h"
#include "format/json.h"

amine_status am_text_file_read(am_text *text, const char *path, size_t most, amine_error *error) {
  unsigned char *data;
  size_t size;
  AM_TRY(am_file_read(path, most, &data, &size, error));
  am_text_puts(text, (char *)data);
  if (size > 0 && data[size - 1] != '\n') am_text_puts(text, "\n"); /* as its lines are kept */
  const amine_status status =
      strlen((char *)data) < size
          ? am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "this is no text: it has a byte 0")
      : text->failed ? am_fail_memory(error, size)
                     : AMINE_OK;
  am_free(data);
  return status;
}

amine_status am_text_file_check(const char *text, const char *name, amine_error *error) {
  if (!am_utf8_valid(text))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "this is no text in UTF-8");
  if (text[strspn(text, " \t\r\n")] == 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "the text is empty");
  return AMINE_OK;
}
