/* Reading protocol.json (see protocol.h). */
#include "report/brain/protocol.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"

static const char *text(const json_t *object, const char *key) {
  return json_string_value(json_object_get(object, key));
}

static am_brain_measure measure_of(const json_t *item) {
  return (am_brain_measure){.name = text(item, "name"),
                            .unit = text(item, "unit"),
                            .meaning = text(item, "meaning"),
                            .title = text(item, "title"),
                            .panel = text(item, "panel"),
                            .chance_name = text(item, "chance_name"),
                            .best_name = text(item, "best_name"),
                            .value = am_json_number_of(item, "value"),
                            .chance = am_json_number_of(item, "chance"),
                            .best = am_json_number_of(item, "best"),
                            .figure = json_is_true(json_object_get(item, "figure"))};
}

static amine_status take(am_brain_protocol *p, amine_error *error) {
  const json_t *measures = json_object_get(p->root, "measures");
  const char *judged = text(p->root, "judged");
  const size_t n = json_array_size(measures);
  p->name = text(p->root, "name");
  p->title = text(p->root, "title");
  p->story = text(p->root, "story");
  p->headline = text(p->root, "headline");
  p->finished_s = am_json_number_of(p->root, "finished_s");
  if (json_is_array(json_object_get(p->root, "pictures")))
    p->pictures = json_object_get(p->root, "pictures");
  AM_TRY(AM_TAKE(p->measures, n, error));
  for (size_t k = 0; k < n; k++) {
    const am_brain_measure m = measure_of(json_array_get(measures, k));
    if (m.name) p->measures[p->n_measures++] = m;
  }
  if (judged) p->judged = am_brain_measure_find(p, judged, strlen(judged));
  return AMINE_OK;
}

amine_status am_brain_protocol_read(am_brain_protocol *protocol, const char *path,
                                    amine_error *error) {
  am_brain_protocol found = {.finished_s = (double)NAN};
  if (am_file_missing(path)) {
    *protocol = found;
    return AMINE_OK;
  }
  AM_TRY(am_json_read(&found.root, path, NULL, error));
  const amine_status status = take(&found, error);
  if (status == AMINE_OK) *protocol = found;
  else am_brain_protocol_free(&found);
  return status;
}

void am_brain_protocol_free(am_brain_protocol *p) {
  json_decref(p->root);
  am_free(p->measures);
  *p = (am_brain_protocol){0};
}

const am_brain_measure *am_brain_measure_find(const am_brain_protocol *p, const char *name,
                                              size_t length) {
  for (size_t k = 0; k < p->n_measures; k++)
    if (strlen(p->measures[k].name) == length && memcmp(p->measures[k].name, name, length) == 0)
      return &p->measures[k];
  return NULL;
}

const char *am_brain_measure_title(const am_brain_measure *m) {
  return m->title ? m->title : m->name;
}
