/* Copies of input files (see inputs.h). */
#include "run/simulate/inputs.h"

#include <string.h>

#include "brain/model_files.h"
#include "format/file.h"

/* inputs/NAME in the folder; a name that another file has already gets a number in front. */
static json_t *name_copy(const json_t *root, size_t k, const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  json_t *copy = json_sprintf(AM_INPUTS_FOLDER "/%s", name), *before;
  for (size_t i = 0; copy && i < k && (before = am_model_file_at(root, i)) != NULL; i++) {
    if (!json_equal(json_object_get(before, "file"), copy)) continue;
    json_decref(copy);
    copy = json_sprintf(AM_INPUTS_FOLDER "/%zu-%s", k + 1, name);
    break;
  }
  return copy;
}

static amine_status copy_file(json_t *input, const char *from, json_t *name, const char *folder,
                              amine_error *error) {
  char checksum[AM_MODEL_CHECKSUM];
  unsigned char *data;
  size_t size;
  am_text to = {0};
  amine_status status = am_folder_path(&to, folder, json_string_value(name), error);
  if (status == AMINE_OK) status = am_file_read(from, AM_MODEL_FILE_LIMIT, &data, &size, error);
  if (status == AMINE_OK) {
    am_model_checksum(checksum, data, size);
    status = am_file_replace(to.data, data, size, error);
    am_free(data);
  }
  if (status == AMINE_OK && (json_object_set(input, "file", name) != 0 ||
                             json_object_set_new(input, "checksum", json_string(checksum)) != 0))
    status = am_fail_memory(error, 64);
  am_text_free(&to);
  return status;
}

/* `root` names the files from where the process runs, `own` gets the names of the copies. */
static amine_status copy_all(json_t *own, const json_t *root, const char *folder,
                             amine_error *error) {
  json_t *input;
  for (size_t k = 0; (input = am_model_file_at(own, k)) != NULL; k++) {
    const char *from = json_string_value(json_object_get(am_model_file_at(root, k), "file"));
    json_t *name = name_copy(own, k, from);
    if (!name) return am_fail_memory(error, strlen(from));
    const amine_status status = copy_file(input, from, name, folder, error);
    json_decref(name);
    AM_TRY(status);
  }
  return AMINE_OK;
}

amine_status am_simulation_inputs_copy(am_simulation_config *own,
                                       const am_simulation_config *config, const char *folder,
                                       amine_error *error) {
  json_t *root = NULL;
  am_simulation_config c = {0};
  AM_TRY(am_simulation_config_copy(&c, config, error));
  amine_status status = am_simulation_config_root(&root, config, error);
  if (status == AMINE_OK && am_model_file_at(root, 0)) {
    am_text path = {0};
    status = am_folder_path(&path, folder, AM_INPUTS_FOLDER, error);
    if (status == AMINE_OK) status = am_folder_make(path.data, error);
    am_text_free(&path);
    if (status == AMINE_OK) status = copy_all(c.root, root, folder, error);
  }
  json_decref(root);
  if (status == AMINE_OK) {
    am_free(c.folder);
    c.folder = am_strdup(folder);
    if (!c.folder) status = am_fail_memory(error, strlen(folder));
  }
  if (status == AMINE_OK) *own = c;
  else am_simulation_config_free(&c);
  return status;
}
