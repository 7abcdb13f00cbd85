/* Parameters from anywhere (see weights.h). */
#include "run/train/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/words.h"
#include "format/file.h"
#include "format/safetensors.h"
#include "run/config/saved.h"
#include "run/folder.h"

enum { SHOWN = 6 }; /* so many differences are told */

typedef struct taking {
  am_learner *learner;
  const am_tensor_file *file;
  float *values; /* room for all parameters, one after the other */
  am_text differences;
  size_t n_differences;
} taking;

static size_t count_of(const am_learner_tensor *t) {
  return am_size_mul(t->dims[0], t->rank > 1 ? t->dims[1] : 1);
}

static void differ(taking *t, const char *sentence) {
  if (t->n_differences++ >= SHOWN) return;
  am_text_puts(&t->differences, t->n_differences > 1 ? "; " : "");
  am_text_puts(&t->differences, sentence);
}

/* Is it a tensor that checkpoints have beside those of a network? The moments may be those of an
 * optimiser that this learner has not. */
static bool is_of_the_run(const char *name) {
  static const char *const begins[] = {"run.", "learner.", "adam.", "rmsprop.", "sgd."};
  for (size_t k = 0; k < sizeof begins / sizeof *begins; k++)
    if (strncmp(name, begins[k], strlen(begins[k])) == 0) return true;
  return false;
}

/* Its tensor of this name; false if it has none. */
static bool of_learner(const am_learner *l, const char *name, am_learner_tensor *t) {
  for (int k = 0; l->type->tensor(l, k, t); k++)
    if (strcmp(t->name, name) == 0) return true;
  return false;
}

/* The parameter that the file lacks and whose name is nearest, or NULL; *t holds it. */
static const char *nearest_missing(const taking *x, const char *name, am_learner_tensor *t) {
  am_nearest_word nearest = am_nearest_begin(name);
  int best = -1;
  for (int k = 0; x->learner->type->tensor(x->learner, k, t); k++) {
    const size_t before = nearest.least;
    if (!t->is_parameter || am_tensor_file_find(x->file, t->name)) continue;
    am_nearest_try(&nearest, t->name); /* which the next one overwrites */
    if (nearest.least < before) best = k;
  }
  if (best < 0) return NULL;
  x->learner->type->tensor(x->learner, best, t);
  return t->name;
}

static void look_for_strangers(taking *x) {
  am_learner_tensor t;
  for (size_t k = 0; k < am_tensor_file_count(x->file); k++) {
    const char *name = am_tensor_file_at(x->file, k)->name;
    char sentence[300];
    if (is_of_the_run(name) || of_learner(x->learner, name, &t)) continue;
    const char *near = nearest_missing(x, name, &t);
    snprintf(sentence, sizeof sentence, "%.100s is no tensor of this network%s%s%s", name,
             near ? " (is it " : "", near ? near : "", near ? "?)" : "");
    differ(x, sentence);
  }
}

static bool all_finite(const float *values, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (!isfinite(values[k])) return false;
  return true;
}

/* Copies a parameter, or says why it cannot. */
static void take(taking *x, const am_learner_tensor *t, float *values) {
  const am_tensor *found = am_tensor_file_find(x->file, t->name);
  amine_error error = {0};
  char sentence[sizeof error.message];
  if (!found) snprintf(sentence, sizeof sentence, "%s is missing", t->name);
  else if (am_tensor_copy(found, NULL, values, AM_F32, t->rank, t->dims, &error) != AMINE_OK)
    snprintf(sentence, sizeof sentence, "%s", error.message);
  else if (!all_finite(values, count_of(t)))
    snprintf(sentence, sizeof sentence, "%s holds a value that is not finite", t->name);
  else return;
  differ(x, sentence);
}

/* Reads all, and sets all if nothing differs. */
static amine_status take_all(taking *x, const char *path, amine_error *error) {
  am_learner *l = x->learner;
  am_learner_tensor t;
  float *values = x->values;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    if (!t.is_parameter) continue;
    take(x, &t, values);
    values += count_of(&t);
  }
  look_for_strangers(x);
  if (x->differences.failed) return am_fail_memory(error, x->differences.length);
  if (x->n_differences > SHOWN)
    am_text_printf(&x->differences, "; and %zu more", x->n_differences - SHOWN);
  if (x->n_differences > 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "these are not the weights of this network: %s", x->differences.data);
  values = x->values;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    if (!t.is_parameter) continue;
    l->type->set(l, k, values);
    values += count_of(&t);
  }
  return AMINE_OK;
}

amine_status am_weights_load(am_learner *learner, const char *path, amine_error *error) {
  am_tensor_file *file;
  am_learner_tensor t;
  size_t count = 0;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++)
    if (t.is_parameter) count = am_size_add(count, count_of(&t));
  AM_TRY(am_tensor_file_open(&file, path, AM_WEIGHTS_LIMIT, false, error));
  taking x = {.learner = learner, .file = file, .values = am_alloc(count, sizeof *x.values)};
  amine_status status =
      x.values ? take_all(&x, path, error) : am_fail_memory(error, am_size_mul(count, 4));
  am_text_free(&x.differences);
  am_free(x.values);
  am_tensor_file_close(file);
  return status;
}

/* ------------------------------------------------------------------------------ from a run */
/* Where tensors come from: a checkpoint, or a learner. */
typedef struct source {
  const am_tensor_file *file; /* NULL: it is */
  const am_learner *learner;
  const char *name; /* for sentences */
} source;

/* How a tensor of this network stands to that of the run. */
typedef enum fit {
  FITS,
  IS_NEW,   /* the run has none, or one for other inputs or outputs */
  IS_OTHER, /* of another size */
} fit;

/* The run's tensor of that name and, of a learner, its number. */
static bool find(const source *from, const char *name, am_learner_tensor *found, int *k) {
  const am_tensor *t = from->file ? am_tensor_file_find(from->file, name) : NULL;
  for (*k = 0; !from->file && from->learner->type->tensor(from->learner, *k, found); ++*k)
    if (strcmp(found->name, name) == 0) return true;
  if (!t) return false;
  *found = (am_learner_tensor){.rank = t->rank, .dims = {1, 1}};
  for (int d = 0; d < t->rank && d < 2; d++) found->dims[d] = t->dims[d];
  return true;
}

static fit fit_of(const source *from, const am_learner_tensor *t, am_learner_tensor *found,
                  int *k) {
  if (!find(from, t->name, found, k)) return IS_NEW;
  if (found->rank != t->rank) return IS_OTHER;
  const bool rows = found->dims[0] == t->dims[0];
  if (rows && (t->rank < 2 || found->dims[1] == t->dims[1])) return FITS;
  const bool reads = rows && t->rank == 2, gains = t->rank == 2 && t->role == AM_ROLE_GAINS;
  return reads || gains || t->role == AM_ROLE_HEADS ? IS_NEW : IS_OTHER;
}

static void put_size(char out[64], const am_learner_tensor *t) {
  snprintf(out, 64, t->rank > 1 ? "[%zu, %zu]" : "[%zu]", t->dims[0], t->rank > 1 ? t->dims[1] : 0);
}

static amine_status refuse_other(const source *from, const am_learner_tensor *found,
                                 const am_learner_tensor *t, amine_error *error) {
  char here[64], there[64];
  put_size(here, t);
  put_size(there, found);
  return am_fail_file(error, AMINE_ERROR_INPUT, from->name, -1,
                      "%s is %s there and %s here: a network from a run may have other inputs and "
                      "outputs, but no other size",
                      t->name, there, here);
}

static amine_status copy(const source *from, const am_learner_tensor *t, int k, float *values,
                         amine_error *error) {
  if (!from->file) return from->learner->type->get(from->learner, k, values), AMINE_OK;
  AM_TRY(am_tensor_copy(am_tensor_file_find(from->file, t->name), NULL, values, AM_F32, t->rank,
                        t->dims, error));
  if (all_finite(values, count_of(t))) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, from->name, -1,
                      "%s holds a value that is not finite", t->name);
}

/* made: gets the names of what is made anew. */
static amine_status take_over(am_learner *l, const source *from, float *values, am_text *made,
                              amine_error *error) {
  am_learner_tensor t, found;
  size_t n = 0;
  int other;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    if (!t.is_parameter) continue;
    const fit how = fit_of(from, &t, &found, &other);
    if (how == IS_OTHER) return refuse_other(from, &found, &t, error);
    if (how == IS_NEW) {
      am_text_printf(made, "%s%s", made->length ? ", " : "", t.name);
      if (l->type->release) l->type->release(l, k);
      continue;
    }
    AM_TRY(copy(from, &t, other, values, error));
    l->type->set(l, k, values);
    n += t.role != AM_ROLE_HEADS;
  }
  if (n > 0) return made->failed ? am_fail_memory(error, made->capacity) : AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, from->name, -1,
                      "it has none of this network's tensors");
}

static amine_status begin_with(am_learner *learner, const source *from, am_text *made,
                               amine_error *error) {
  am_learner_tensor t;
  size_t largest = 0;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++)
    if (count_of(&t) > largest) largest = count_of(&t);
  float *values = am_alloc(largest, sizeof *values);
  const amine_status status = values ? take_over(learner, from, values, made, error)
                                     : am_fail_memory(error, am_size_mul(largest, sizeof *values));
  am_free(values);
  return status;
}

amine_status am_weights_from(am_learner *learner, const char *path, am_text *notes,
                             amine_error *error) {
  am_tensor_file *file;
  am_text made = {0};
  AM_TRY(am_saved_open(&file, path, error));
  const source from = {.file = file, .name = path};
  const amine_status status = begin_with(learner, &from, &made, error);
  if (status == AMINE_OK && made.length > 0)
    am_text_printf(notes, "made anew, and learned whatever learns: %s\n", made.data);
  am_text_free(&made);
  am_tensor_file_close(file);
  return status;
}

amine_status am_weights_hand_over(am_learner *learner, const am_learner *giver,
                                  amine_error *error) {
  am_text made = {0};
  const source from = {.learner = giver, .name = "the network before"};
  const amine_status status = begin_with(learner, &from, &made, error);
  am_text_free(&made);
  return status;
}

void am_weights_place(am_config *config) {
  if (config->weights[0]) snprintf(config->weights, sizeof config->weights, "%s", AM_WEIGHTS_FILE);
  if (config->from[0]) snprintf(config->from, sizeof config->from, "%s", AM_WEIGHTS_FILE);
}

amine_status am_weights_keep(const am_config *config, const char *folder, amine_error *error) {
  const char *path = config->from[0] ? config->from : config->weights;
  am_text copy = {0};
  unsigned char *data = NULL;
  size_t size = 0;
  if (!path[0]) return AMINE_OK;
  amine_status status = am_folder_path(&copy, folder, AM_WEIGHTS_FILE, error);
  if (status == AMINE_OK) status = am_file_read(path, AM_WEIGHTS_LIMIT, &data, &size, error);
  if (status == AMINE_OK) status = am_file_replace(copy.data, data, size, error);
  am_text_free(&copy);
  am_free(data);
  return status;
}
