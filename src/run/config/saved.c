/* What a checkpoint says of its run (see saved.h). */
#include "run/config/saved.h"

#include <string.h>

#include "format/json.h"

#define LIMIT ((size_t)1 << 34)

amine_status am_saved_open(am_tensor_file **file, const char *path, amine_error *error) {
  const amine_status status = am_tensor_file_open(file, path, LIMIT, true, error);
  am_tensor_file *any;
  if (status != AMINE_ERROR_INPUT ||
      am_tensor_file_open(&any, path, LIMIT, false, NULL) != AMINE_OK)
    return status;
  am_tensor_file_close(any);
  return am_fail_file(error, status, path, -1,
                      "it has no checksums, so another program wrote it: a run cannot go on from "
                      "it, but its weights can begin one or be evaluated (weights=FILE)");
}

amine_status am_saved_keys(json_t **keys, const char *path, amine_error *error) {
  am_tensor_file *f;
  AM_TRY(am_saved_open(&f, path, error));
  const char *text = am_tensor_file_note(f, "config");
  const amine_status status = text ? am_json_parse(keys, path, text, strlen(text), NULL, error)
                                   : am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                                                  "no configuration in it: not a checkpoint");
  am_tensor_file_close(f);
  return status;
}
