/* Lines of JSON (see lines.h). */
#include "run/lines.h"

#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"

#define FILE_LIMIT ((size_t)1 << 31)

/* Where line number `lines` ends in the text, or SIZE_MAX if there are fewer. */
static size_t end_of_line(const char *text, size_t size, uint64_t lines) {
  size_t at = 0;
  for (uint64_t k = 0; k < lines; k++) {
    const char *end = memchr(text + at, '\n', size - at);
    if (!end) return SIZE_MAX;
    at = (size_t)(end - text) + 1;
  }
  return at;
}

amine_status am_lines_take(uint64_t *position, const char *path, uint64_t n,
                           amine_status (*each)(void *context, const json_t *line,
                                                amine_error *error),
                           void *context, amine_error *error) {
  unsigned char *text = NULL;
  size_t size = 0;
  *position = 0;
  if (n == 0) return AMINE_OK;
  AM_TRY(am_file_read(path, FILE_LIMIT, &text, &size, error));
  const size_t end = end_of_line((const char *)text, size, n);
  amine_status status = AMINE_OK;
  if (end == SIZE_MAX)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)size,
                          "fewer lines than the %llu that the checkpoint knows of",
                          (unsigned long long)n);
  for (size_t at = 0; status == AMINE_OK && at < end;) {
    const size_t next = at + end_of_line((const char *)text + at, size - at, 1);
    json_t *root;
    status = am_json_parse(&root, path, (const char *)text + at, next - at, NULL, error);
    if (status == AMINE_OK) {
      status = each(context, root, error);
      json_decref(root);
    }
    at = next;
  }
  am_free(text);
  *position = end;
  return status;
}
