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

/* Where texts may stand: in an object of the file, or in each of a list or of named ones; under the
 * first of these keys that is there. */
static const struct place {
  const char *where;
  bool each;
  const char *keys[3];
  am_part_kind kind;
} places[] = {{"populations", true, {"model"}, AM_NEURON},
              {"projections", true, {"rule"}, AM_SYNAPSE},
              {"neuron_model", false, {"type", "model_type", "model"}, AM_NEURON},
              {"cell_types", true, {"type", "model_type", "model"}, AM_NEURON},
              {"plasticity", false, {"rule", "type"}, AM_SYNAPSE}};
enum { PLACES = sizeof places / sizeof *places };

/* One after the other the objects of a place, and the key under which a text may stand in them. */
typedef struct holders {
  const struct place *place;
  json_t *all, *object;
  const char *name, *key; /* name: of a named one, or NULL */
  size_t next;
  void *named;
} holders;

static holders holders_of(const json_t *root, const struct place *place) {
  holders h = {.place = place, .all = json_object_get(root, place->where)};
  if (place->each && json_is_object(h.all)) h.named = json_object_iter(h.all);
  return h;
}

static json_t *next_object(holders *h) {
  if (!h->place->each) return h->next++ == 0 ? h->all : NULL;
  if (json_is_array(h->all)) return json_array_get(h->all, h->next++);
  if (!h->named) return NULL;
  json_t *object = json_object_iter_value(h->named);
  h->name = json_object_iter_key(h->named);
  h->named = json_object_iter_next(h->all, h->named);
  return object;
}

static bool next_holder(holders *h) {
  while ((h->object = next_object(h)))
    for (int k = 0; k < 3 && h->place->keys[k]; k++)
      if (json_object_get(h->object, h->place->keys[k])) return h->key = h->place->keys[k], true;
  return false;
}

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

static amine_status inline_one(const holders *h, const char *folder, amine_error *error) {
  const char *path = json_string_value(json_object_get(h->object, h->key));
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
    status = am_part_texts_make(&made, &part, h->place->kind, where.data, text.data, error);
  am_part_texts_free(&made);
  json_t *lines = status == AMINE_OK ? lines_of(text.data) : NULL;
  if (status == AMINE_OK && (!lines || json_object_set_new(h->object, h->key, lines) != 0))
    status = am_fail_memory(error, text.length);
  am_text_free(&where);
  am_text_free(&text);
  return status;
}

amine_status am_model_texts_inline(json_t *root, const char *folder, amine_error *error) {
  for (int p = 0; p < PLACES; p++)
    for (holders h = holders_of(root, &places[p]); next_holder(&h);)
      if (is_path(json_object_get(h.object, h.key))) AM_TRY(inline_one(&h, folder, error));
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

/* As sentences call it: "populations.E.model", "projections.E-I.rule", "neuron_model.type". */
static void name_of(char *out, size_t size, const holders *h, const char *file) {
  const char *of = h->name ? h->name : json_string_value(json_object_get(h->object, "name"));
  const char *source = json_string_value(json_object_get(h->object, "source"));
  const char *target = json_string_value(json_object_get(h->object, "target"));
  char own[160] = "";
  if (h->place->each && !of && source && target)
    snprintf(own, sizeof own, ".%.64s-%.64s", source, target);
  else if (h->place->each) snprintf(own, sizeof own, ".%.129s", of ? of : "?");
  snprintf(out, size, "%.180s%s%s%s.%s", file ? file : "", file ? ": " : "", h->place->where, own,
           h->key);
}

static amine_status add(am_model_texts *texts, const holders *h, const char *text, const char *file,
                        amine_error *error) {
  char name[400];
  const am_part *part;
  int n = 0;
  while (texts->parts.parts[n]) n++;
  if (n == AM_PARTS_MAX)
    return am_fail(error, AMINE_ERROR_INPUT, "a model file has fewer different texts than these");
  name_of(name, sizeof name, h, file);
  AM_TRY(am_part_texts_make(&texts->texts, &part, h->place->kind, name, text, error));
  texts->parts.parts[n] = part;
  texts->parts.parts[n + 1] = NULL;
  return AMINE_OK;
}

static amine_status add_all(am_model_texts *texts, const json_t *root, const struct place *place,
                            const char *file, amine_error *error) {
  for (holders h = holders_of(root, place); next_holder(&h);) {
    const json_t *value = json_object_get(h.object, h.key);
    am_text text = {0};
    if (!json_is_array(value) || am_model_texts_part(&texts->parts, place->kind, value)) continue;
    const amine_status status = join(&text, value) ? add(texts, &h, text.data, file, error)
                                : text.failed      ? am_fail_memory(error, text.length)
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
