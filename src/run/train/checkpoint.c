/* Saving and loading the state of a run (see checkpoint.h). */
#include "run/train/checkpoint.h"

#include <math.h>
#include <string.h>

#include "format/safetensors.h"
#include "learner/preferences.h"
#include "run/config/saved.h"
#include "run/train/reach.h"

static size_t count_of(const am_learner_tensor *t) {
  return am_size_mul(t->dims[0], t->rank > 1 ? t->dims[1] : 1);
}

/* What is known of preferences, where the reward is learned from them. */
static bool preferences_tensor(const am_experiment *x, int k, am_learner_tensor *t,
                               float **values) {
  return am_is_preferences(x->task) && am_preferences_tensor(x->task, k, t, values);
}

static size_t count_all(const am_experiment *x) {
  const am_learner *l = x->learner;
  am_learner_tensor t;
  float *values;
  size_t count = 0;
  for (int k = 0; l->type->tensor(l, k, &t); k++) count = am_size_add(count, count_of(&t));
  for (int k = 0; preferences_tensor(x, k, &t, &values); k++)
    count = am_size_add(count, count_of(&t));
  return count;
}

/* The numbers beside the tensors, in the form in which they are saved. */
typedef struct counters {
  double numbers[AM_LEARNER_NUMBERS], schedule[AM_LEARNER_SCHEDULE], pending[AM_RECORD_SUMS + 1];
  double preferences[AM_PREFERENCES_NUMBERS];
  uint64_t iteration, lines;
  uint64_t criterion[3]; /* of `recent`: n, reached and in_a_row */
  am_recent recent;      /* whose size and criterion are the experiment's */
  double *course;        /* [n_course], or NULL */
  size_t n_course;
  double interventions[3]; /* of the experiment: how many; what multiplies the rate; does it rest */
} counters;

/* What the learner's numbers are called, and how many of them are saved. */
static const char *numbers_name(const am_learner *l, size_t *n) {
  const bool powers = l->type == &am_a2c_type;
  *n = powers ? 2 : AM_LEARNER_NUMBERS;
  return powers ? "adam.powers" : "learner.numbers";
}

/* The builder borrows what it is given until it has saved. */
static amine_status add_recent(am_tensor_builder *b, const counters *c, amine_error *error) {
  const am_recent *r = &c->recent;
  const size_t n = r->n_criterion > 0 ? 3 : 2, size = (size_t)r->size;
  if (isnan(r->criterion) && !c->course) return AMINE_OK;
  AM_TRY(am_tensor_builder_add(b, "run.rewards", AM_F64, 1, &size, r->rewards, error));
  return am_tensor_builder_add(b, "run.criterion", AM_U64, 1, &n, c->criterion, error);
}

static bool is_summed(const am_experiment *x, int k) {
  return am_record_has(k, am_is_preferences(x->task), x->learner->keeps_first);
}

/* The sums of a line, and how many iterations they are of. */
static size_t n_pending(const am_experiment *x) {
  size_t n = 1;
  for (int k = 0; k < AM_RECORD_SUMS; k++) n += is_summed(x, k);
  return n;
}

static amine_status add_counters(am_tensor_builder *b, const am_experiment *x, const counters *c,
                                 amine_error *error) {
  const am_learner *l = x->learner;
  const size_t one = 1, three = 3, pending = n_pending(x), schedule = (size_t)l->n_schedule;
  const size_t preferences = AM_PREFERENCES_NUMBERS;
  size_t n;
  const char *numbers = numbers_name(l, &n);
  AM_TRY(am_tensor_builder_add(b, numbers, AM_F64, 1, &n, c->numbers, error));
  if (schedule > 0)
    AM_TRY(am_tensor_builder_add(b, "learner.schedule", AM_F64, 1, &schedule, c->schedule, error));
  AM_TRY(am_tensor_builder_add(b, "run.iteration", AM_U64, 1, &one, &c->iteration, error));
  AM_TRY(am_tensor_builder_add(b, "run.records", AM_U64, 1, &one, &c->lines, error));
  AM_TRY(am_tensor_builder_add(b, "run.pending", AM_F64, 1, &pending, c->pending, error));
  if (c->course)
    AM_TRY(am_tensor_builder_add(b, "run.course", AM_F64, 1, &c->n_course, c->course, error));
  if (am_is_preferences(x->task))
    AM_TRY(am_tensor_builder_add(b, "reward.numbers", AM_F64, 1, &preferences, c->preferences,
                                 error));
  if (x->n_interventions > 0)
    AM_TRY(am_tensor_builder_add(b, "run.interventions", AM_F64, 1, &three, c->interventions, error));
  return add_recent(b, c, error);
}

static amine_status add_tensors(am_tensor_builder *b, const am_experiment *x, float *values,
                                amine_error *error) {
  const am_learner *l = x->learner;
  am_learner_tensor t;
  float *known;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    l->type->get(l, k, values);
    AM_TRY(am_tensor_builder_add(b, t.name, AM_F32, t.rank, t.dims, values, error));
    values += count_of(&t);
  }
  for (int k = 0; preferences_tensor(x, k, &t, &known); k++)
    AM_TRY(am_tensor_builder_add(b, t.name, AM_F32, t.rank, t.dims, known, error));
  return AMINE_OK;
}

static amine_status fill(am_tensor_builder *b, const am_experiment *x, const counters *c,
                         float *values, amine_error *error) {
  am_text config = {0};
  am_config_write(&x->config, true, &config);
  amine_status status = config.failed ? am_fail_memory(error, 4096)
                                      : am_tensor_builder_note(b, "config", config.data, error);
  am_text_free(&config);
  AM_TRY(status);
  AM_TRY(am_tensor_builder_note(b, "amine", amine_version(), error));
  AM_TRY(add_counters(b, x, c, error));
  return add_tensors(b, x, values, error);
}

/* One NaN, so that equal runs give equal files. */
static double plain(double x) { return isnan(x) ? (double)NAN : x; }

amine_status am_checkpoint_save(const am_experiment *x, const am_record_state *records,
                                const char *path, amine_error *error) {
  counters c = {.iteration = x->learner->iteration,
                .lines = records->lines,
                .criterion = {(uint64_t)x->recent.n, x->recent.reached, x->recent.in_a_row},
                .recent = x->recent,
                .course = records->course,
                .n_course = records->n_course,
                .interventions = {(double)x->n_interventions, x->rate_factor, x->resting}};
  memcpy(c.numbers, x->learner->numbers, sizeof c.numbers);
  memcpy(c.schedule, x->learner->schedule, sizeof c.schedule);
  const size_t pending = n_pending(x), count = count_all(x);
  size_t n = 0;
  for (int k = 0; k < AM_RECORD_SUMS; k++)
    if (is_summed(x, k)) c.pending[n++] = plain(records->sums[k]);
  c.pending[pending - 1] = (double)records->pending;
  if (am_is_preferences(x->task)) am_preferences_get(x->task, c.preferences);
  float *values = am_alloc(count, sizeof *values);
  if (!values) return am_fail_memory(error, am_size_mul(count, sizeof *values));
  am_tensor_builder *b = NULL;
  amine_status status = am_tensor_builder_new(&b, error);
  if (status == AMINE_OK) status = fill(b, x, &c, values, error);
  if (status == AMINE_OK) status = am_tensor_builder_save(b, path, error);
  am_tensor_builder_free(b);
  am_free(values);
  return status;
}

/* One key of a checkpoint, which holds. */
static amine_status agree_on(const char *name, const am_config *config, const am_config *saved,
                             amine_error *error) {
  char a[AM_WEIGHTS_MAX], b[AM_WEIGHTS_MAX];
  am_part_kind kind;
  const bool text = am_config_is_text(name, &kind);
  am_config_text(config, name, a, sizeof a);
  am_config_text(saved, name, b, sizeof b);
  if (text && saved->part[kind]->text && config->part[kind]->text &&
      strcmp(saved->part[kind]->text, config->part[kind]->text) != 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s: the text differs from the one that this run began with, which is in its "
                   "config.json: results depend on it; start a new run",
                   name);
  if (text || strcmp(a, b) == 0) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%s=%s cannot be changed to %s in a run that has begun: results depend on it; "
                 "start a new run",
                 name, b, a);
}

amine_status am_checkpoint_agree(const am_config *config, const char *path, amine_error *error) {
  am_config saved;
  am_keys keys;
  am_config_copy(&saved, config);
  amine_status status = am_config_of_checkpoint(&saved, path, error);
  for (am_config_keys(&keys, &saved); status == AMINE_OK && am_keys_next(&keys);)
    if (!keys.key.p.neutral && am_config_applies(&saved, keys.key.name))
      status = agree_on(keys.key.name, config, &saved, error);
  am_config_free(&saved);
  return status;
}

/* A run that nobody reached into has none. */
static amine_status read_interventions(counters *c, const am_tensor_file *f, const char *path,
                                       amine_error *error) {
  const size_t three = 3;
  double *i = c->interventions;
  i[0] = 0, i[1] = 1, i[2] = 0;
  if (!am_tensor_file_find(f, "run.interventions")) return AMINE_OK;
  AM_TRY(am_tensor_file_copy(f, "run.interventions", i, AM_F64, 1, &three, error));
  if (i[0] >= 0 && i[0] <= UINT32_MAX && i[1] >= 0 && i[1] <= AM_RATE_FACTOR_MAX && i[2] >= 0 && i[2] <= 1)
    return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "run.interventions is out of its range");
}

static amine_status read_recent(counters *c, const am_tensor_file *f, bool *fine,
                                amine_error *error) {
  am_recent *r = &c->recent;
  const size_t n_saved = r->n_criterion > 0 ? 3 : 2, size = (size_t)r->size;
  const uint64_t *n = &c->criterion[0], *reached = &c->criterion[1], *in_a_row = &c->criterion[2];
  if (isnan(r->criterion) && !c->course) return AMINE_OK;
  AM_TRY(am_tensor_file_copy(f, "run.rewards", r->rewards, AM_F64, 1, &size, error));
  AM_TRY(am_tensor_file_copy(f, "run.criterion", c->criterion, AM_U64, 1, &n_saved, error));
  *fine = *fine && *in_a_row <= (uint64_t)r->n_criterion && *n <= size && *n <= c->iteration && *reached <= c->iteration;
  for (size_t k = 0; k < size; k++) *fine = *fine && !isinf(r->rewards[k]);
  r->n = *fine ? (int)*n : 0;
  r->reached = *reached;
  r->in_a_row = *in_a_row;
  return AMINE_OK;
}

/* c->recent is that of the experiment before. */
static amine_status read_counters(counters *c, const am_experiment *x, const am_tensor_file *f,
                                  const char *path, amine_error *error) {
  const am_learner *l = x->learner;
  const size_t one = 1, pending = n_pending(x), schedule = (size_t)l->n_schedule;
  const size_t preferences = AM_PREFERENCES_NUMBERS;
  size_t n;
  const char *numbers = numbers_name(l, &n);
  AM_TRY(am_tensor_file_copy(f, numbers, c->numbers, AM_F64, 1, &n, error));
  if (schedule > 0)
    AM_TRY(am_tensor_file_copy(f, "learner.schedule", c->schedule, AM_F64, 1, &schedule, error));
  AM_TRY(am_tensor_file_copy(f, "run.iteration", &c->iteration, AM_U64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.records", &c->lines, AM_U64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.pending", c->pending, AM_F64, 1, &pending, error));
  if (c->course)
    AM_TRY(am_tensor_file_copy(f, "run.course", c->course, AM_F64, 1, &c->n_course, error));
  if (am_is_preferences(x->task))
    AM_TRY(am_tensor_file_copy(f, "reward.numbers", c->preferences, AM_F64, 1, &preferences, error));
  bool fine = !am_is_preferences(x->task) || am_preferences_fine(x->task, c->preferences);
  fine = fine && c->iteration <= UINT32_MAX && c->lines <= c->iteration;
  for (size_t k = 0; k < n; k++) fine = fine && isfinite(c->numbers[k]);
  for (size_t k = 0; k < n && l->type == &am_a2c_type; k++)
    fine = fine && c->numbers[k] >= 0 && c->numbers[k] <= 1;
  for (size_t k = 0; k < schedule; k++) fine = fine && isfinite(c->schedule[k]);
  for (size_t k = 0; k < pending; k++) fine = fine && !isinf(c->pending[k]);
  fine = fine && c->pending[pending - 1] >= 0 && c->pending[pending - 1] <= UINT32_MAX;
  AM_TRY(read_recent(c, f, &fine, error));
  if (!fine)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "a counter is out of its range");
  return AMINE_OK;
}

/* Copies all tensors into values, in the order of saving; nothing of the experiment changes. */
static amine_status read_tensor(float **values, const am_learner_tensor *t,
                                const am_tensor_file *f, const char *path, amine_error *error) {
  AM_TRY(am_tensor_file_copy(f, t->name, *values, AM_F32, t->rank, t->dims, error));
  for (size_t i = 0; i < count_of(t); i++)
    if (!isfinite((*values)[i]))
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "%s holds a value that is not finite",
                          t->name);
  *values += count_of(t);
  return AMINE_OK;
}

static amine_status read_tensors(float *values, const am_experiment *x, const am_tensor_file *f,
                                 const char *path, amine_error *error) {
  const am_learner *l = x->learner;
  am_learner_tensor t;
  float *known;
  for (int k = 0; l->type->tensor(l, k, &t); k++)
    AM_TRY(read_tensor(&values, &t, f, path, error));
  for (int k = 0; preferences_tensor(x, k, &t, &known); k++)
    AM_TRY(read_tensor(&values, &t, f, path, error));
  return AMINE_OK;
}

static void take_over(am_experiment *x, am_record_state *records, const counters *c,
                      const float *values) {
  am_learner *l = x->learner;
  am_learner_tensor t;
  float *known;
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    l->type->set(l, k, values);
    values += count_of(&t);
  }
  for (int k = 0; preferences_tensor(x, k, &t, &known); k++) {
    memcpy(known, values, count_of(&t) * sizeof *known);
    values += count_of(&t);
  }
  if (am_is_preferences(x->task)) am_preferences_set(x->task, c->preferences);
  memcpy(l->numbers, c->numbers, sizeof l->numbers);
  memcpy(l->schedule, c->schedule, (size_t)l->n_schedule * sizeof *l->schedule);
  l->iteration = c->iteration;
  x->recent = c->recent;
  x->n_interventions = (uint64_t)c->interventions[0];
  x->rate_factor = c->interventions[1];
  x->resting = c->interventions[2] > 0;
  l->rate_factor = x->resting ? 0 : x->rate_factor;
  if (!records) return;
  size_t n = 0;
  for (int k = 0; k < AM_RECORD_SUMS; k++)
    records->sums[k] = is_summed(x, k) ? c->pending[n++] : k == AM_RECORD_KL ? (double)NAN : 0;
  records->lines = c->lines;
  records->pending = (uint64_t)c->pending[n];
}

amine_status am_checkpoint_load(am_experiment *x, am_record_state *records, const char *path,
                                amine_error *error) {
  const size_t count = count_all(x);
  float *values = am_alloc(count, sizeof *values);
  if (!values) return am_fail_memory(error, am_size_mul(count, sizeof *values));
  am_tensor_file *f = NULL;
  counters c = {.recent = x->recent,
                .course = records ? records->course : NULL,
                .n_course = records ? records->n_course : 0};
  amine_status status = am_saved_open(&f, path, error);
  if (status == AMINE_OK) status = read_counters(&c, x, f, path, error);
  if (status == AMINE_OK) status = read_interventions(&c, f, path, error);
  if (status == AMINE_OK) status = read_tensors(values, x, f, path, error);
  if (status == AMINE_OK) take_over(x, records, &c, values);
  am_tensor_file_close(f);
  am_free(values);
  return status;
}
