/* Examples as a world (see classify.h). */
#include "task/classify.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/dataset.h"

typedef struct classify {
  am_task task;
  float *features; /* [n_rows][n_inputs], divided by the scale */
  int32_t *labels; /* [n_rows] */
  size_t n_rows;
  int most;  /* the class that is most frequent in training */
  bool held; /* it is what is held out: shown in turn */
} classify;

am_classify_options am_classify_default(void) { return (am_classify_options){.test = 0.2}; }

size_t am_classify_rows(const am_task *task) { return ((const classify *)task)->n_rows; }

/* ------------------------------------------------------------------ the world */
static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const classify *c = (const classify *)task;
  am_classify_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const uint32_t n = (uint32_t)c->n_rows;
  s->row = c->held ? lane % n : am_below(am_world_draw(&s->world, AM_STREAM_TASK_START, 0).v[0], n);
}

static void observe(const am_task *task, const void *state, float *input) {
  const classify *c = (const classify *)task;
  const am_classify_state *s = state;
  const size_t n = (size_t)task->n_inputs;
  if (s->world.step == 0) memcpy(input, c->features + s->row * n, n * sizeof *input);
  else memset(input, 0, n * sizeof *input);
}

static int answer(const am_task *task, const void *state) {
  const am_classify_state *s = state;
  return s->world.step == 0 ? ((const classify *)task)->labels[s->row] : -1;
}

static float step(const am_task *task, void *state, int action) {
  am_classify_state *s = state;
  const float reward = s->world.step == 0 && action == answer(task, s) ? 1.0f : 0.0f;
  am_world_pass(task, s, action);
  return reward;
}

static int most(const am_task *task, const void *state, am_random4 draw) {
  (void)state;
  (void)draw;
  return ((const classify *)task)->most;
}

/* ------------------------------------------------------------------ reading */
#define FASHION "/usr/share/datasets/fashion-mnist/"
#define DIGITS "sklearn/datasets/data/digits.csv.gz"

/* Which package brings it, of what Debian has. */
static amine_status refuse_missing(const char *path, amine_error *error) {
  const size_t n = strlen(path), of_digits = sizeof DIGITS - 1;
  const char *package = NULL;
  if (strncmp(path, FASHION, sizeof FASHION - 1) == 0) package = "dataset-fashion-mnist";
  if (n >= of_digits && strcmp(path + n - of_digits, DIGITS) == 0) package = "python3-sklearn";
  if (!package || !am_file_missing(path)) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_IO, path, -1,
                      "there is no such file. Debian's package %s brings it", package);
}

/* Features and classes, side by side in a table, become two. */
typedef struct examples {
  am_dataset x; /* its last column may be the class */
  am_dataset y; /* without values where that is so */
  const char *file, *labels;
} examples;

static size_t width_of(const examples *e) { return e->x.n_columns - (e->y.values == NULL); }

static float label_of(const examples *e, size_t row) {
  return e->y.values ? e->y.values[row] : e->x.values[(row + 1) * e->x.n_columns - 1];
}

static amine_status read_examples(examples *e, const char *file, const char *labels,
                                  amine_error *error) {
  e->file = file;
  e->labels = labels ? labels : file;
  AM_TRY(refuse_missing(file, error));
  AM_TRY(am_dataset_read(&e->x, file, error));
  if (labels) AM_TRY(refuse_missing(labels, error));
  if (labels) AM_TRY(am_dataset_read(&e->y, labels, error));
  if (labels && (e->y.n_columns != 1 || e->y.n_rows != e->x.n_rows))
    return am_fail_file(error, AMINE_ERROR_INPUT, labels, -1,
                        "%zu rows and %zu columns: one column is wanted, and %zu rows as in %.300s",
                        e->y.n_rows, e->y.n_columns, e->x.n_rows, file);
  if (width_of(e) < 1 || width_of(e) > AM_FEATURES_MOST)
    return am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                        "%zu columns beside the class: 1 to %d are wanted", width_of(e),
                        AM_FEATURES_MOST);
  for (size_t k = 0; k < e->x.n_rows; k++) {
    const float label = label_of(e, k);
    if (!(label >= 0 && label < AM_CLASSES_MOST && label == floorf(label)))
      return am_fail_file(error, AMINE_ERROR_INPUT, e->labels, -1,
                          "row %zu: %g is no class: they are whole numbers from 0 to %d", k + 1,
                          (double)label, AM_CLASSES_MOST - 1);
  }
  return AMINE_OK;
}

static bool is_test(size_t row, double share) {
  return floor((double)(row + 1) * share) > floor((double)row * share);
}

/* Takes the rows of one part; share < 0: all. */
static amine_status take(classify *c, const examples *e, double share, bool test,
                         amine_error *error) {
  const size_t width = width_of(e);
  c->n_rows = 0;
  for (size_t k = 0; k < e->x.n_rows; k++) c->n_rows += share < 0 || is_test(k, share) == test;
  if (c->n_rows == 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, e->file, -1, "none of its %zu examples is for %s",
                        e->x.n_rows, test ? "test: task.test is too small" : "training");
  AM_TRY(AM_TAKE(c->features, am_size_mul(c->n_rows, width), error));
  AM_TRY(AM_TAKE(c->labels, c->n_rows, error));
  size_t n = 0;
  for (size_t k = 0; k < e->x.n_rows; k++) {
    if (share >= 0 && is_test(k, share) != test) continue;
    memcpy(c->features + n * width, e->x.values + k * e->x.n_columns, width * sizeof(float));
    c->labels[n++] = (int32_t)label_of(e, k);
  }
  c->task.n_inputs = (int)width;
  c->task.n_steps = 1;
  c->task.criterion = (double)NAN;
  c->task.state_size = sizeof(am_classify_state);
  return AMINE_OK;
}

static void divide(classify *c, float scale) {
  const size_t n = c->n_rows * (size_t)c->task.n_inputs;
  for (size_t k = 0; k < n; k++) c->features[k] /= scale;
}

static float largest(const classify *c) {
  float most_of_all = 0;
  for (size_t k = 0; k < c->n_rows * (size_t)c->task.n_inputs; k++)
    most_of_all = fmaxf(most_of_all, fabsf(c->features[k]));
  return most_of_all > 0 ? most_of_all : 1;
}

/* The most frequent class, the lowest of several. */
static int most_of(const classify *c) {
  size_t count[AM_CLASSES_MOST] = {0};
  int best = 0;
  for (size_t k = 0; k < c->n_rows; k++) count[c->labels[k]]++;
  for (int k = 1; k < AM_CLASSES_MOST; k++)
    if (count[k] > count[best]) best = k;
  return best;
}

static int classes_of(const classify *c) {
  int32_t n = 0;
  for (size_t k = 0; k < c->n_rows; k++) n = c->labels[k] > n ? c->labels[k] : n;
  return n + 1;
}

/* ------------------------------------------------------------------ making it */
static void add_lines(classify *c, const classify *held) {
  size_t n = 0;
  for (size_t k = 0; k < held->n_rows; k++) n += held->labels[k] == held->most;
  const double random = 1.0 / c->task.n_actions, always = (double)n / (double)held->n_rows;
  if (always < random) am_task_acts(&c->task, "most", always, most);
  am_task_acts(&c->task, "random", random, am_policy_random);
  if (always >= random) am_task_acts(&c->task, "most", always, most);
  am_task_acts(&c->task, "ceiling", 1, am_policy_told);
}

static amine_status hold_out(classify *c, const am_classify_options *o, const examples *all,
                             const examples *test, amine_error *error) {
  classify *held = am_alloc(1, sizeof *held);
  if (!held) return am_fail_memory(error, sizeof *held);
  held->task.type = c->task.type;
  held->task.options = c->task.options;
  held->held = true;
  c->task.held_out = &held->task;
  const double share = test->x.values ? -1 : o->test;
  if (test->x.values && width_of(test) != width_of(all))
    return am_fail_file(error, AMINE_ERROR_INPUT, test->file, -1,
                        "%zu columns beside the class, not %zu as %.300s", width_of(test),
                        width_of(all), all->file);
  AM_TRY(take(held, test->x.values ? test : all, share, true, error));
  const float scale = o->scale > 0 ? (float)o->scale : largest(c);
  divide(c, scale);
  divide(held, scale);
  const int a = classes_of(c), b = classes_of(held);
  c->task.n_actions = held->task.n_actions = a > b ? a : b;
  c->most = held->most = most_of(c);
  add_lines(c, held);
  add_lines(held, held);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_classify_options *o = options;
  classify *c = (classify *)task;
  examples all = {0}, test = {0};
  const am_range ranges[] = {{"test", o->test, 0, 0.9}, {"scale", o->scale, 0, 1e9}};
  AM_TRY(am_ranges_check("classify", ranges, 2, error));
  if (!o->file)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.file=none: task.type=classify needs a table of examples (IDX, CSV, NPZ)");
  amine_status status = read_examples(&all, o->file, o->labels_file, error);
  if (status == AMINE_OK && o->test_file)
    status = read_examples(&test, o->test_file, o->test_labels_file, error);
  if (status == AMINE_OK) status = take(c, &all, o->test_file ? -1 : o->test, false, error);
  if (status == AMINE_OK) status = hold_out(c, o, &all, &test, error);
  const examples *const read[] = {&all, &test};
  for (int k = 0; k < 2; k++) {
    am_free(read[k]->x.values);
    am_free(read[k]->y.values);
  }
  o->file = o->labels_file = o->test_file = o->test_labels_file = NULL; /* they were the caller's */
  return status;
}

static void destroy(am_task *task) {
  am_free(((classify *)task)->features);
  am_free(((classify *)task)->labels);
}

#define AT(member) AM_MEMBER(am_classify_options, member)
static const amine_parameter parameters[] = {
    AM_FILE("file", "a table of examples: IDX, CSV, NPY or NPZ, packed by gzip or not", AT(file)),
    AM_FILE("labels_file", "another with their classes; none: the last column", AT(labels_file)),
    AM_FILE("test_file", "another that is test; none: a part of task.file", AT(test_file)),
    AM_FILE("test_labels_file", "another with its classes; none: the last column",
            AT(test_labels_file), .when = "test_file!=none"),
    AM_NUMBER("test", 0.2, 0, 0.9, "", "share of the examples that is test, spread evenly",
              AT(test), .when = "test_file=none"),
    AM_NUMBER("scale", 0, 0, 1e9, "",
              "what is shown is divided by it; 0: by the largest number of training", AT(scale)),
    {0}};

const am_task_type am_classify_type = {
    .size = sizeof(classify),
    .part = {.kind = AM_TASK,
             .name = "classify",
             .meaning = "say the class of an example from a table",
             .parameters = parameters,
             .options_size = sizeof(am_classify_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .destroy = destroy,
};
