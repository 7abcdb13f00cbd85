#include "brain/model_texts.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "brain/part_texts.h"
#include "format/text_file.h"

struct am_model_texts {
  am_registry parts;
  am_part_texts texts;
};

/* Where texts may stand. */
static const struct place {
  const char *list, *key;
  am_part_kind kind;
} places[] = {{"populations", "model", AM_NEURON}, {"projections", "rule", AM_SYNAPSE}};
enum { PLACES = sizeof places / sizeof *places };

static bool is_path(const json_t *value) {
  return json_is_string(value) && strpbrk(json_string_value(value), "./");
}

/* ------------------------------------------------------------------------------ paths */
/* The lines of a text, as an array. */
static json_t *lines_of(const char *text) {
  json_t *lines = json_array();
  while (lines && *text) {
    const size_t n = strcspn(text, "\n");
    if (json_array_append_new(lines, json_stringn(text, n)) != 0) {
      json_decref(lines);
      return NULL;
    }
    text += n + (text[n] == '\n');
  }
  return lines;
}

static amine_status inline_one(json_t *element, const struct place *place, const char *folder,
                               amine_error *error) {
  const char *path = json_string_value(json_object_get(element, place->key));
  am_text where = {0}, text = {0};
  if (path[0] != '/' && folder && folder[0]) am_text_printf(&where, "%s/", folder);
  am_text_puts(&where, path);
  amine_status status = where.failed ? am_fail_memory(error, where.length) : AMINE_OK;
  if (status == AMINE_OK) status = am_text_file_read(&text, where.data, AM_PART_TEXT_MAX, error);
  if (status == AMINE_OK) /* what is wrong in it is said of the file */
    status = am_text_file_check(text.data ? text.data : "", where.data, error);
  am_part_texts made = {0};
  const am_part *part;
  if (status == AMINE_OK)
    status = am_part_texts_make(&made, &part, place->kind, where.data, text.data, error);
  am_part_texts_free(&made);
  json_t *lines = status == AMINE_OK ? lines_of(text.data) : NULL;
  if (status == AMINE_OK && (!lines || json_object_set_new(element, place->key, lines) != 0))
    status = am_fail_memory(error, text.length);
  am_text_free(&where);
  am_text_free(&text);
  return status;
}

amine_status am_model_texts_inline(json_t *root, const char *folder, amine_error *error) {
  size_t k;
  json_t *element;
  for (int p = 0; p < PLACES; p++)
    json_array_foreach(json_object_get(root, places[p].list), k, element) {
      if (is_path(json_object_get(element, places[p].key)))
        AM_TRY(inline_one(element, &places[p], folder, error));
    }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ texts */
/* The text that lines make. false: one is no text, or memory was refused. */
static bool join(am_text *text, const json_t *lines) {
  size_t k;
  json_t *line;
  json_array_foreach(lines, k, line) {
    if (!json_is_string(line)) return false;
    am_text_printf(text, "%s\n", json_string_value(line));
  }
  return !text->failed && text->data;
}

/* Whether a part is a text, not code that is held to one. */
static bool is_text(const am_part *part) {
  return part->kind == AM_NEURON ? ((const am_neuron_model *)part)->program != NULL
                                 : ((const am_synapse_rule *)part)->program != NULL;
}

const am_part *am_model_texts_part(const am_registry *parts, am_part_kind kind,
                                   const json_t *value) {
  const am_part *part = NULL;
  am_text text = {0};
  if (json_is_string(value)) return am_registry_find(parts, kind, json_string_value(value));
  if (json_is_array(value) && join(&text, value))
    for (int k = 0; (part = am_registry_at(parts, kind, k)); k++)
      if (part->text && is_text(part) && strcmp(part->text, text.data) == 0) break;
  am_text_free(&text);
  return part;
}

static amine_status add(am_model_texts *texts, const json_t *element, const struct place *place,
                        const char *text, const char *file, amine_error *error) {
  char name[400], own[200];
  const char *of = json_string_value(json_object_get(element, "name"));
  const char *source = json_string_value(json_object_get(element, "source"));
  const char *target = json_string_value(json_object_get(element, "target"));
  const am_part *part;
  int n = 0;
  while (texts->parts.parts[n]) n++;
  if (n == AM_PARTS_MAX)
    return am_fail(error, AMINE_ERROR_INPUT, "a model file has fewer different texts than these");
  if (of || !source || !target) snprintf(own, sizeof own, "%.129s", of ? of : "?");
  else snprintf(own, sizeof own, "%.64s-%.64s", source, target);
  snprintf(name, sizeof name, "%.180s%s%s.%s.%s", file ? file : "", file ? ": " : "", place->list,
           own, place->key);
  AM_TRY(am_part_texts_make(&texts->texts, &part, place->kind, name, text, error));
  texts->parts.parts[n] = part;
  texts->parts.parts[n + 1] = NULL;
  return AMINE_OK;
}

static amine_status add_all(am_model_texts *texts, const json_t *root, const struct place *place,
                            const char *file, amine_error *error) {
  size_t k;
  json_t *element;
  json_array_foreach(json_object_get(root, place->list), k, element) {
    const json_t *value = json_object_get(element, place->key);
    am_text text = {0};
    if (!json_is_array(value) || am_model_texts_part(&texts->parts, place->kind, value)) continue;
    const amine_status status = join(&text, value)
                                    ? add(texts, element, place, text.data, file, error)
                                : text.failed ? am_fail_memory(error, text.length)
                                              : AMINE_OK; /* it is refused where it is read */
    am_text_free(&text);
    AM_TRY(status);
  }
  return AMINE_OK;
}

amine_status am_model_texts_read(am_model_texts **texts, const am_registry *base,
                                 const json_t *root, const char *file, amine_error *error) {
  am_model_texts *all = am_alloc(1, sizeof *all);
  amine_status status = AMINE_OK;
  *texts = NULL;
  if (!all) return am_fail_memory(error, sizeof *all);
  all->parts = *base;
  for (int p = 0; p < PLACES && status == AMINE_OK; p++)
    status = add_all(all, root, &places[p], file, error);
  if (status == AMINE_OK && (all->texts.neurons || all->texts.synapses)) *texts = all;
  else am_model_texts_free(all);
  return status;
}

void am_model_texts_free(am_model_texts *texts) {
  if (!texts) return;
  am_part_texts_free(&texts->texts);
  am_free(texts);
}

const am_registry *am_model_texts_parts(const am_model_texts *texts) { return &texts->parts; }
