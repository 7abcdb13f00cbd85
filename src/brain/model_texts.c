#include "brain/model_texts.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "brain/neuron_text.h"
#include "format/text_file.h"

struct am_model_texts {
  am_registry parts;
  am_neuron_text_model *list;
};

static bool is_path(const json_t *model) {
  return json_is_string(model) && strpbrk(json_string_value(model), "./");
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

static amine_status inline_one(json_t *population, const char *folder, amine_error *error) {
  const char *path = json_string_value(json_object_get(population, "model"));
  am_text where = {0}, text = {0};
  if (path[0] != '/' && folder && folder[0]) am_text_printf(&where, "%s/", folder);
  am_text_puts(&where, path);
  amine_status status = where.failed ? am_fail_memory(error, where.length) : AMINE_OK;
  if (status == AMINE_OK) status = am_text_file_read(&text, where.data, AM_NEURON_TEXT_MAX, error);
  if (status == AMINE_OK) /* what is wrong in it is said of the file */
    status = am_text_file_check(text.data ? text.data : "", where.data, error);
  am_neuron_text_model *model = NULL;
  if (status == AMINE_OK) status = am_neuron_text_model_make(&model, where.data, text.data, error);
  am_neuron_text_model_free(model);
  json_t *lines = status == AMINE_OK ? lines_of(text.data) : NULL;
  if (status == AMINE_OK && (!lines || json_object_set_new(population, "model", lines) != 0))
    status = am_fail_memory(error, text.length);
  am_text_free(&where);
  am_text_free(&text);
  return status;
}

amine_status am_model_texts_inline(json_t *root, const char *folder, amine_error *error) {
  size_t k;
  json_t *population;
  json_array_foreach(json_object_get(root, "populations"), k, population) {
    if (is_path(json_object_get(population, "model")))
      AM_TRY(inline_one(population, folder, error));
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

const am_part *am_model_texts_part(const am_registry *parts, const json_t *model) {
  const am_part *part = NULL;
  am_text text = {0};
  if (json_is_string(model)) return am_registry_find(parts, AM_NEURON, json_string_value(model));
  if (json_is_array(model) && join(&text, model))
    for (int k = 0; (part = am_registry_at(parts, AM_NEURON, k)); k++)
      if (part->text && ((const am_neuron_model *)part)->program &&
          strcmp(part->text, text.data) == 0)
        break;
  am_text_free(&text);
  return part;
}

static amine_status add(am_model_texts *texts, const json_t *population, const char *text,
                        const char *file, amine_error *error) {
  char name[300];
  const char *of = json_string_value(json_object_get(population, "name"));
  am_neuron_text_model *model;
  int n = 0;
  while (texts->parts.parts[n]) n++;
  if (n == AM_PARTS_MAX)
    return am_fail(error, AMINE_ERROR_INPUT, "a model file has fewer different texts than these");
  snprintf(name, sizeof name, "%.180s%spopulations.%.63s.model", file ? file : "", file ? ": " : "",
           of ? of : "?");
  AM_TRY(am_neuron_text_model_make(&model, name, text, error));
  model->next = texts->list;
  texts->list = model;
  texts->parts.parts[n] = &model->is.part;
  texts->parts.parts[n + 1] = NULL;
  return AMINE_OK;
}

static amine_status add_all(am_model_texts *texts, const json_t *root, const char *file,
                            amine_error *error) {
  size_t k;
  json_t *population;
  json_array_foreach(json_object_get(root, "populations"), k, population) {
    const json_t *model = json_object_get(population, "model");
    am_text text = {0};
    if (!json_is_array(model) || am_model_texts_part(&texts->parts, model)) continue;
    const bool is_text = join(&text, model);
    const amine_status status = is_text       ? add(texts, population, text.data, file, error)
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
  *texts = NULL;
  if (!all) return am_fail_memory(error, sizeof *all);
  all->parts = *base;
  const amine_status status = add_all(all, root, file, error);
  if (status == AMINE_OK && all->list) *texts = all;
  else am_model_texts_free(all);
  return status;
}

void am_model_texts_free(am_model_texts *texts) {
  if (!texts) return;
  while (texts->list) {
    am_neuron_text_model *model = texts->list;
    texts->list = model->next;
    am_neuron_text_model_free(model);
  }
  am_free(texts);
}

const am_registry *am_model_texts_parts(const am_model_texts *texts) { return &texts->parts; }
