/* Files that models name (see model_files.h). */
#include "brain/model_files.h"

#include <stdio.h>
#include <string.h>

#include "format/crc32c.h"
#include "format/file.h"

void am_model_checksum(char out[AM_MODEL_CHECKSUM], const void *data, size_t size) {
  snprintf(out, AM_MODEL_CHECKSUM, "%08x", (unsigned)am_crc32c(0, data, size));
}

amine_status am_model_file_read(unsigned char **data, size_t *size, const am_model_plan *plan,
                                const am_reader *r, const am_where *where, const char *path,
                                const char *checksum) {
  char found[AM_MODEL_CHECKSUM];
  if (plan->limits.no_files)
    return am_refuse(r, where, NULL, "\"%.60s\": this model may not name files", path);
  AM_TRY(am_file_read(path, AM_MODEL_FILE_LIMIT, data, size, r->error));
  amine_status status = am_file_refuse_gzip(path, *data, *size, r->error);
  am_model_checksum(found, *data, *size);
  if (status == AMINE_OK && checksum && strcmp(checksum, found) != 0)
    status = am_fail_file(r->error, AMINE_ERROR_INPUT, path, -1,
                          "its checksum is %s, but the model was made with a file of %.20s", found,
                          checksum);
  if (status == AMINE_OK) return status;
  am_free(*data);
  *data = NULL;
  return status;
}

size_t am_folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
}

json_t *am_model_file_at(const json_t *root, size_t k) {
  static const char *const lists[] = {"inputs", "projections"};
  size_t index;
  json_t *element;
  for (int l = 0; l < 2; l++) json_array_foreach(json_object_get(root, lists[l]), index, element) {
      if (json_is_string(json_object_get(element, "file")) && k-- == 0) return element;
    }
  return NULL;
}

amine_status am_model_files_from(json_t *root, const char *folder, amine_error *error) {
  json_t *input;
  for (size_t k = 0; folder[0] && (input = am_model_file_at(root, k)) != NULL; k++) {
    const char *name = json_string_value(json_object_get(input, "file"));
    if (name[0] == '/') continue;
    json_t *path = json_sprintf("%s/%s", folder, name);
    if (!path || json_object_set_new(input, "file", path) != 0)
      return am_fail_memory(error, strlen(folder) + strlen(name));
  }
  return AMINE_OK;
}
