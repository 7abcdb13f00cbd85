/* Model files for programs (see amine/model.h). */
#include "amine/model.h"

#include <string.h>

#include "base/host.h"
#include "brain/brain.h"
#include "brain/model.h"
#include "brain/model_files.h"
#include "brain/model_texts.h"
#include "format/json.h"

static amine_status seed_of(uint64_t *seed, const json_t *root, const char *name,
                            amine_error *error) {
  const json_t *value = json_object_get(root, "seed");
  *seed = 1;
  if (!value) return AMINE_OK;
  if (!json_is_integer(value) || json_integer_value(value) < 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "seed must be a whole number from 0");
  *seed = (uint64_t)json_integer_value(value);
  return AMINE_OK;
}

/* The lines about keys come before those that the brain has to say. */
static amine_status put_notes(amine_brain *b, am_text *notes, amine_error *error) {
  am_text_puts(notes, amine_brain_notes(b));
  if (notes->failed) return am_fail_memory(error, notes->length);
  am_text_free(&b->notes);
  b->notes = *notes;
  *notes = (am_text){0};
  return AMINE_OK;
}

/* The tree goes. */
static amine_status take(amine_brain **brain, json_t *root, const char *name, const uint64_t *given,
                         amine_error *error) {
  uint64_t seed = 1;
  am_text notes = {0};
  amine_brain *made = NULL;
  amine_status status = AMINE_OK;
  if (given) seed = *given;
  else status = seed_of(&seed, root, name, error);
  if (status == AMINE_OK) status = am_brain_from_json(&made, root, name, seed, &notes, error);
  if (status == AMINE_OK) status = put_notes(made, &notes, error);
  am_text_free(&notes);
  json_decref(root);
  if (status == AMINE_OK) *brain = made;
  else amine_brain_destroy(made);
  return status;
}

amine_status amine_brain_from_json(amine_brain **brain, const char *text, size_t length,
                                   const uint64_t *seed, amine_error *error) {
  AM_ENTER;
  json_t *root;
  AM_TRY(am_json_parse(&root, "model", text, length, NULL, error));
  return take(brain, root, "model", seed, error);
}

/* Files are meant from the folder of the model. */
static amine_status files_beside(json_t *root, const char *path, amine_error *error) {
  char *folder = am_strdup(path);
  if (!folder) return am_fail_memory(error, strlen(path));
  folder[am_folder_length(path)] = 0;
  amine_status status = am_model_texts_inline(root, folder, error);
  if (status == AMINE_OK) status = am_model_files_from(root, folder, error);
  am_free(folder);
  return status;
}

amine_status amine_brain_from_file(amine_brain **brain, const char *path, const uint64_t *seed,
                                   amine_error *error) {
  AM_ENTER;
  json_t *root;
  AM_TRY(am_json_read(&root, path, NULL, error));
  const amine_status status = files_beside(root, path, error);
  if (status == AMINE_OK) return take(brain, root, path, seed, error);
  json_decref(root);
  return status;
}
