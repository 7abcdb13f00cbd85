/* Reading a recorded episode (see recorded_episode.h). */
#include "report/train/recorded_episode.h"

#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "format/npz.h"

#define RECORDING_FILE "recording.npz"
#define SERIES_MAX 64
#define NAMES_MAX 2000

static void free_names(char **names, size_t n) {
  for (size_t k = 0; k < n; k++) am_free(names[k]);
  am_free(names);
}

void am_recorded_episode_free(am_recorded_episode *e) {
  free_names(e->text.shown, e->text.n_shown);
  free_names(e->text.written, e->text.n_written);
  am_free(e->text.between);
  for (size_t k = 0; k < e->n; k++) {
    am_free(e->series[k].name);
    am_free(e->series[k].meaning);
    am_free(e->series[k].values);
  }
  am_free(e->series);
  am_free(e->task);
  am_free(e->meaning);
  *e = (am_recorded_episode){0};
}

static amine_status take_text(char **out, const json_t *object, const char *key, const char *path,
                              amine_error *error) {
  const char *text = json_string_value(json_object_get(object, key));
  if (!text) return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "\"%s\" is no text", key);
  *out = am_strdup(text);
  return *out ? AMINE_OK : am_fail_memory(error, strlen(text) + 1);
}

static amine_status take_names(char ***names, size_t *n, const json_t *object, const char *key,
                               const char *path, amine_error *error) {
  const json_t *list = json_object_get(object, key);
  if (!json_is_array(list) || json_array_size(list) > NAMES_MAX)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "\"%s\" is no array of at most %d symbols", key, NAMES_MAX);
  AM_TRY(AM_TAKE(*names, json_array_size(list), error));
  for (size_t k = 0; k < json_array_size(list); k++) {
    const char *name = json_string_value(json_array_get(list, k));
    if (!name)
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "\"%s\": element %zu is no text", key,
                          k);
    (*names)[k] = am_strdup(name);
    if (!(*names)[k]) return am_fail_memory(error, strlen(name) + 1);
    *n = k + 1;
  }
  return AMINE_OK;
}

static amine_status take_symbols(am_recorded_text *t, const json_t *root, const char *path,
                                 amine_error *error) {
  const json_t *text = json_object_get(root, "text");
  if (!text) return AMINE_OK;
  AM_TRY(take_text(&t->between, text, "between", path, error));
  AM_TRY(take_names(&t->shown, &t->n_shown, text, "shown", path, error));
  return take_names(&t->written, &t->n_written, text, "written", path, error);
}

static amine_status take_about(am_recorded_episode *e, const json_t *root, const char *path,
                               amine_error *error) {
  const json_t *list = json_object_get(root, "series");
  const size_t n = json_array_size(list);
  AM_TRY(take_text(&e->task, root, "task", path, error));
  AM_TRY(take_text(&e->meaning, root, "meaning", path, error));
  AM_TRY(take_symbols(&e->text, root, path, error));
  const json_int_t n_episodes = json_integer_value(json_object_get(root, "episodes"));
  e->n_episodes = n_episodes > 1 && n_episodes < 1 << 20 ? (size_t)n_episodes : 1;
  if (!json_is_array(list) || n > SERIES_MAX)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "\"series\" is no array of at most %d series", SERIES_MAX);
  AM_TRY(AM_TAKE(e->series, n, error));
  for (size_t k = 0; k < n; k++) {
    const json_t *item = json_array_get(list, k);
    const json_int_t width = json_integer_value(json_object_get(item, "width"));
    am_recorded_series *s = &e->series[e->n++];
    AM_TRY(take_text(&s->name, item, "name", path, error));
    AM_TRY(take_text(&s->meaning, item, "meaning", path, error));
    if (width < 1 || width > 1 << 20)
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "the series %.60s has no width",
                          s->name);
    s->width = (size_t)width;
  }
  return AMINE_OK;
}

static amine_status take_array(am_recorded_series *s, am_recorded_episode *e, am_npz *npz,
                               const char *path, amine_error *error) {
  const am_tensor *tensor = NULL;
  size_t index = 0;
  while (index < am_npz_count(npz) && strcmp(am_npz_name(npz, index), s->name) != 0) index++;
  if (index == am_npz_count(npz))
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "tensor %.60s is missing", s->name);
  AM_TRY(am_npz_load(npz, &tensor, index, error));
  if (e->n_steps == 0 && tensor->rank > 0) e->n_steps = tensor->dims[0];
  const size_t dims[2] = {e->n_steps, s->width};
  const size_t bytes = am_size_mul(tensor->count, sizeof(float));
  s->values = am_alloc(tensor->count, sizeof(float));
  if (!s->values) return am_fail_memory(error, bytes);
  return am_tensor_copy(tensor, path, s->values, AM_F32, s->width > 1 ? 2 : 1, dims, error);
}

static amine_status take_arrays(am_recorded_episode *e, const char *path, amine_error *error) {
  am_npz *npz;
  AM_TRY(am_npz_open(&npz, path, AM_NPZ_LIMIT, error));
  amine_status status = AMINE_OK;
  for (size_t k = 0; k < e->n && status == AMINE_OK; k++)
    status = take_array(&e->series[k], e, npz, path, error);
  am_npz_close(npz);
  if (status == AMINE_OK && e->n > 0 && e->n_steps == 0)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "an episode without steps");
  return status;
}

amine_status am_recorded_episode_read(am_recorded_episode *episode, const char *folder, bool arrays,
                                      amine_error *error) {
  am_recorded_episode e = {0};
  am_text about = {0}, recording = {0};
  json_t *root = NULL;
  *episode = e;
  amine_status status = am_folder_path(&about, folder, AM_REPORT_EPISODE_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&recording, folder, RECORDING_FILE, error);
  if (status == AMINE_OK && !am_file_missing(about.data)) {
    status = am_json_read(&root, about.data, NULL, error);
    if (status == AMINE_OK) status = take_about(&e, root, about.data, error);
    if (status == AMINE_OK && arrays && e.n > 0) status = take_arrays(&e, recording.data, error);
    if (status == AMINE_OK && arrays && e.text.n_shown > e.n_steps + 1)
      status = am_fail_file(error, AMINE_ERROR_INPUT, about.data, -1,
                            "%zu symbols are shown over %zu steps", e.text.n_shown, e.n_steps);
  }
  json_decref(root);
  am_text_free(&about);
  am_text_free(&recording);
  if (status == AMINE_OK) *episode = e;
  else am_recorded_episode_free(&e);
  return status;
}
