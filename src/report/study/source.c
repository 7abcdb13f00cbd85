/* Reading the folder of a published experiment (see source.h). */
#include "report/study/source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "format/file.h"
#include "format/json.h"
#include "format/line_reader.h"

enum { ARMS_MAX = 1000, VALUES_MAX = 1000, SEEDS_MAX = 100000 };
enum { MEASURES_MAX = 256, CRITERIA_MAX = 256 };

/* ------------------------------------------------------------------------------ runs */
amine_status am_study_run_make(am_study_run *run, size_t n_samples, size_t n_measures,
                               amine_error *error) {
  *run = (am_study_run){.done = true,
                        .n_measures = n_measures,
                        .measures = am_alloc(n_measures, sizeof(double)),
                        .n_samples = n_samples,
                        .times = am_alloc(n_samples, sizeof(double)),
                        .course = am_alloc(am_size_mul(n_samples, n_measures), sizeof(double))};
  if (run->measures && run->times && run->course) return AMINE_OK;
  am_study_run_free(run);
  return am_fail_memory(error, am_size_mul(n_samples, n_measures));
}

void am_study_run_free(am_study_run *run) {
  am_free(run->broke);
  am_free(run->measures);
  am_free(run->times);
  am_free(run->course);
  *run = (am_study_run){0};
}

size_t am_study_measure(const am_study_arm *arm, const char *name) {
  size_t k = 0;
  while (k < arm->n_measures && strcmp(arm->measures[k].name, name) != 0) k++;
  return k;
}

/* ------------------------------------------------------------------------------ values */
typedef struct reader {
  am_study_source *source;
  const char *path;
  size_t line; /* 0: not in lines */
  amine_error *error;
} reader;

static amine_status refuse(const reader *r, const char *what, const char *why) {
  if (r->line == 0)
    return am_fail_file(r->error, AMINE_ERROR_INPUT, r->path, -1, "%s: %s", what, why);
  return am_fail_file(r->error, AMINE_ERROR_INPUT, r->path, -1, "line %zu: %s: %s", r->line, what,
                      why);
}

static amine_status take_text(const reader *r, const char **out, const json_t *object,
                              const char *key) {
  *out = json_string_value(json_object_get(object, key));
  return *out ? AMINE_OK : refuse(r, key, "a text is wanted here");
}

/* null is `none`. */
static amine_status take_number(const reader *r, double *out, const json_t *value, const char *key,
                                double none) {
  if (!json_is_number(value) && !json_is_null(value))
    return refuse(r, key, "a number or null is wanted here");
  *out = json_is_null(value) ? none : json_number_value(value);
  return AMINE_OK;
}

static amine_status take_switch(const reader *r, bool *out, const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!json_is_boolean(value)) return refuse(r, key, "true or false is wanted here");
  *out = json_is_true(value);
  return AMINE_OK;
}

static amine_status take_size(const reader *r, size_t *out, const json_t *object, const char *key,
                              size_t low, size_t high) {
  if (!am_json_size(json_object_get(object, key), out) || *out < low || *out > high)
    return refuse(r, key, "a whole number in its range is wanted here");
  return AMINE_OK;
}

/* An array of objects, of `low` to `high`. */
static amine_status take_array(const reader *r, const json_t **out, size_t *n, const json_t *object,
                               const char *key, size_t low, size_t high) {
  *out = json_object_get(object, key);
  *n = json_array_size(*out);
  if (!json_is_array(*out) || *n < low || *n > high)
    return refuse(r, key, "an array of bearable length is wanted here");
  for (size_t k = 0; k < *n; k++)
    if (!json_is_object(json_array_get(*out, k))) return refuse(r, key, "objects are wanted in it");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ study.json */
/* Older files have none of these. */
static void take_words(am_study_measured *m, const json_t *item) {
  m->title = json_string_value(json_object_get(item, "title"));
  if (!m->title) m->title = m->name;
  m->chance_name = json_string_value(json_object_get(item, "chance_name"));
  m->best_name = json_string_value(json_object_get(item, "best_name"));
  m->chance = am_json_number_of(item, "chance");
  m->best = am_json_number_of(item, "best");
  const char *better = json_string_value(json_object_get(item, "better"));
  if (better) m->better = strcmp(better, "more") == 0 ? 1 : strcmp(better, "less") == 0 ? -1 : 0;
}

static amine_status take_measures(const reader *r, am_study_arm *arm, const json_t *object) {
  const json_t *list;
  size_t n;
  AM_TRY(take_array(r, &list, &n, object, "measures", 0, MEASURES_MAX));
  AM_TRY(AM_TAKE(arm->measures, n, r->error));
  for (size_t k = 0; k < n; k++) {
    am_study_measured *m = &arm->measures[k];
    const json_t *item = json_array_get(list, k);
    AM_TRY(take_text(r, &m->name, item, "name"));
    AM_TRY(take_text(r, &m->unit, item, "unit"));
    AM_TRY(take_text(r, &m->meaning, item, "meaning"));
    take_words(m, item);
    if (am_study_measure(arm, m->name) < k) return refuse(r, m->name, "a measure is there twice");
    arm->n_measures = k + 1;
  }
  return AMINE_OK;
}

static size_t find_arm(const am_study_source *s, const char *name) {
  size_t k = 0;
  while (name && k < s->n_arms && strcmp(s->arms[k].name, name) != 0) k++;
  return name ? k : s->n_arms;
}

static amine_status take_arms(const reader *r) {
  am_study_source *s = r->source;
  const json_t *list;
  size_t n;
  AM_TRY(take_array(r, &list, &n, s->root, "arms", 1, ARMS_MAX));
  AM_TRY(AM_TAKE(s->arms, n, r->error));
  for (size_t k = 0; k < n; k++) {
    am_study_arm *arm = &s->arms[k];
    const json_t *item = json_array_get(list, k);
    AM_TRY(take_text(r, &arm->name, item, "name"));
    AM_TRY(take_text(r, &arm->preset, item, "preset"));
    AM_TRY(take_switch(r, &arm->control, item, "control"));
    if (find_arm(s, arm->name) < k) return refuse(r, arm->name, "an arm is there twice");
    s->n_arms = k + 1; /* before a failure, so that it is freed */
    AM_TRY(take_measures(r, arm, item));
    AM_TRY(AM_TAKE(arm->runs, s->n_seeds, r->error));
  }
  return AMINE_OK;
}

static amine_status take_criterion(const reader *r, am_study_criterion *c, const json_t *item) {
  const am_study_source *s = r->source;
  const char *arm, *measure;
  AM_TRY(take_text(r, &arm, item, "arm"));
  AM_TRY(take_text(r, &measure, item, "measure"));
  AM_TRY(take_text(r, &c->judgement, item, "judgement"));
  AM_TRY(take_text(r, &c->meaning, item, "meaning"));
  AM_TRY(take_number(r, &c->low, json_object_get(item, "low"), "low", -(double)INFINITY));
  AM_TRY(take_number(r, &c->high, json_object_get(item, "high"), "high", (double)INFINITY));
  AM_TRY(take_number(r, &c->share, json_object_get(item, "share"), "share", (double)NAN));
  if (strcmp(c->judgement, "ratio") == 0 || strcmp(c->judgement, "difference") == 0)
    AM_TRY(take_text(r, &c->other, item, "other"));
  c->arm = find_arm(s, arm);
  if (c->arm == s->n_arms) return refuse(r, arm, "a criterion is about an arm that is not there");
  c->measure = am_study_measure(&s->arms[c->arm], measure);
  if (c->measure == s->arms[c->arm].n_measures)
    return refuse(r, measure, "a criterion is about a measure that its arm does not have");
  return AMINE_OK;
}

static amine_status take_values(const reader *r, am_study_swept *swept, const json_t *list) {
  const size_t n = json_array_size(list);
  if (n < 2 || n > VALUES_MAX)
    return refuse(r, "values", "an array of at least two is wanted here");
  AM_TRY(AM_TAKE(swept->values, n, r->error));
  swept->n_values = n;
  for (size_t k = 0; k < n; k++) {
    swept->values[k] = json_string_value(json_array_get(list, k));
    if (!swept->values[k]) return refuse(r, "values", "texts are wanted in it");
  }
  return AMINE_OK;
}

/* The arms must be as many as the values have combinations. */
static amine_status take_sweep(const reader *r) {
  am_study_source *s = r->source;
  const json_t *sweep = json_object_get(s->root, "sweep"), *keys, *fixed;
  size_t n, n_arms = 1;
  if (!sweep) return AMINE_OK;
  AM_TRY(take_text(r, &s->from, sweep, "from"));
  fixed = json_object_get(sweep, "assignments");
  if (!json_is_array(fixed)) return refuse(r, "assignments", "an array is wanted here");
  for (size_t k = 0; k < json_array_size(fixed); k++)
    if (!json_is_string(json_array_get(fixed, k)))
      return refuse(r, "assignments", "texts are wanted in it");
  AM_TRY(take_array(r, &keys, &n, sweep, "keys", 1, VALUES_MAX));
  AM_TRY(AM_TAKE(s->swept, n, r->error));
  for (size_t k = 0; k < n; k++) {
    const json_t *item = json_array_get(keys, k);
    s->n_swept = k + 1; /* before a failure, so that it is freed */
    AM_TRY(take_text(r, &s->swept[k].key, item, "key"));
    AM_TRY(take_values(r, &s->swept[k], json_object_get(item, "values")));
    n_arms = am_size_mul(n_arms, s->swept[k].n_values);
  }
  return n_arms == s->n_arms ? AMINE_OK
                             : refuse(r, "sweep", "its values do not combine to the arms");
}

double am_study_number(const char *value) {
  char *end;
  const double x = am_number_read(value, &end);
  return end != value && *end == 0 && isfinite(x) ? x : (double)NAN;
}

const char *am_study_value(const am_study_source *s, size_t arm, size_t key) {
  size_t later = 1; /* combinations of the keys behind it */
  for (size_t k = key + 1; k < s->n_swept; k++) later *= s->swept[k].n_values;
  return s->swept[key].values[arm / later % s->swept[key].n_values];
}

/* "missed", "met" or "too few seeds"; older files have "passed". */
static amine_status take_answer(const reader *r, am_study_answer *out, const json_t *object) {
  static const char *const names[] = {"missed", "met", "too few seeds"};
  bool passed = false;
  const char *answer;
  if (!json_object_get(object, "answer")) {
    AM_TRY(take_switch(r, &passed, object, "passed"));
    *out = passed ? AM_STUDY_MET : AM_STUDY_MISSED;
    return AMINE_OK;
  }
  AM_TRY(take_text(r, &answer, object, "answer"));
  for (int k = 0; k < 3; k++) {
    *out = (am_study_answer)k;
    if (strcmp(answer, names[k]) == 0) return AMINE_OK;
  }
  return refuse(r, answer, "an answer is missed, met or too few seeds");
}

static amine_status take_verdict(const reader *r, am_study_criterion *c, const json_t *item) {
  AM_TRY(take_number(r, &c->value, json_object_get(item, "value"), "value", (double)NAN));
  AM_TRY(take_number(r, &c->value_low, json_object_get(item, "low95"), "low95", (double)NAN));
  AM_TRY(take_number(r, &c->value_high, json_object_get(item, "high95"), "high95", (double)NAN));
  AM_TRY(take_size(r, &c->inside, item, "inside", 0, r->source->n_seeds));
  return take_answer(r, &c->answer, item);
}

static amine_status take_criteria(const reader *r) {
  am_study_source *s = r->source;
  const json_t *list, *verdicts = NULL;
  size_t n, n_verdicts = 0;
  AM_TRY(take_array(r, &list, &n, s->root, "criteria", 0, CRITERIA_MAX));
  s->judged = json_object_get(s->root, "verdicts") != NULL;
  if (s->judged) {
    AM_TRY(take_array(r, &verdicts, &n_verdicts, s->root, "verdicts", 0, CRITERIA_MAX));
    if (n_verdicts != n) return refuse(r, "verdicts", "one for each criterion is wanted");
    AM_TRY(take_answer(r, &s->answer, s->root));
  }
  AM_TRY(AM_TAKE(s->criteria, n, r->error));
  for (s->n_criteria = 0; s->n_criteria < n; s->n_criteria++) {
    am_study_criterion *c = &s->criteria[s->n_criteria];
    AM_TRY(take_criterion(r, c, json_array_get(list, s->n_criteria)));
    if (s->judged) AM_TRY(take_verdict(r, c, json_array_get(verdicts, s->n_criteria)));
  }
  return AMINE_OK;
}

/* What came out, against a number: older files have no such charts. */
static amine_status take_across(const reader *r) {
  const am_study_source *s = r->source;
  const json_t *charts, *points;
  const char *text;
  double x;
  size_t n, n_points;
  if (!json_object_get(s->root, "across")) return AMINE_OK;
  AM_TRY(take_array(r, &charts, &n, s->root, "across", 0, CRITERIA_MAX));
  for (size_t k = 0; k < n; k++) {
    const json_t *chart = json_array_get(charts, k);
    AM_TRY(take_text(r, &text, chart, "title"));
    AM_TRY(take_text(r, &text, chart, "x"));
    AM_TRY(take_array(r, &points, &n_points, chart, "points", 1, AM_STUDY_POINTS_MAX));
    for (size_t i = 0; i < n_points; i++) {
      const json_t *item = json_array_get(points, i);
      AM_TRY(take_text(r, &text, item, "line"));
      AM_TRY(take_number(r, &x, json_object_get(item, "x"), "x", (double)NAN));
      if (!isfinite(x)) return refuse(r, "x", "a point of a chart has a number");
      AM_TRY(take_text(r, &text, item, "arm"));
      const size_t arm = find_arm(s, text);
      if (arm == s->n_arms) return refuse(r, text, "a chart is about an arm that is not there");
      AM_TRY(take_text(r, &text, item, "measure"));
      if (am_study_measure(&s->arms[arm], text) == s->arms[arm].n_measures)
        return refuse(r, text, "a chart is about a measure that its arm does not have");
    }
  }
  return AMINE_OK;
}

/* Of one measure against another: likewise. */
static amine_status take_planes(const reader *r) {
  const json_t *charts;
  const char *text;
  size_t n;
  if (!json_object_get(r->source->root, "planes")) return AMINE_OK;
  AM_TRY(take_array(r, &charts, &n, r->source->root, "planes", 0, CRITERIA_MAX));
  for (size_t k = 0; k < n; k++)
    for (int i = 0; i < 3; i++)
      AM_TRY(take_text(r, &text, json_array_get(charts, k), (const char *[]){"x", "y", "title"}[i]));
  return AMINE_OK;
}

static amine_status take_study(const reader *r) {
  am_study_source *s = r->source;
  const json_t *charts;
  const char *text;
  size_t first, n;
  if (!json_is_object(s->root)) return refuse(r, "study", "an object is wanted here");
  AM_TRY(take_text(r, &s->name, s->root, "study"));
  AM_TRY(take_text(r, &s->meaning, s->root, "meaning"));
  s->title = json_string_value(json_object_get(s->root, "title"));
  if (!s->title) s->title = s->name;
  const char *time = json_string_value(json_object_get(s->root, "time"));
  s->time = time ? AM_STUDY_TIME_TRIALS : NULL;
  if (time && strcmp(time, AM_STUDY_TIME_STEPS) == 0) s->time = AM_STUDY_TIME_STEPS;
  AM_TRY(take_text(r, &s->source, s->root, "source"));
  AM_TRY(take_text(r, &s->page, s->root, "page"));
  AM_TRY(take_text(r, &s->form, s->root, "form"));
  AM_TRY(take_text(r, &s->band, s->root, "band"));
  AM_TRY(take_size(r, &first, s->root, "first_seed", 0, (size_t)1 << 53));
  AM_TRY(take_size(r, &s->n_seeds, s->root, "seeds", 1, SEEDS_MAX));
  s->first_seed = first;
  AM_TRY(take_arms(r));
  AM_TRY(take_sweep(r));
  AM_TRY(take_criteria(r));
  AM_TRY(take_array(r, &charts, &n, s->root, "curves", 0, CRITERIA_MAX));
  for (size_t k = 0; k < n; k++) {
    AM_TRY(take_text(r, &text, json_array_get(charts, k), "measure"));
    AM_TRY(take_text(r, &text, json_array_get(charts, k), "title"));
  }
  AM_TRY(take_across(r));
  return take_planes(r);
}

/* ------------------------------------------------------------------------------ runs.jsonl */
static amine_status take_times(const reader *r, am_study_run *run, const json_t *times) {
  for (size_t k = 0; k < run->n_samples; k++) {
    AM_TRY(take_number(r, &run->times[k], json_array_get(times, k), "times", (double)NAN));
    if (!isfinite(run->times[k]) || run->times[k] < 0 ||
        (k > 0 && run->times[k] <= run->times[k - 1]))
      return refuse(r, "times", "times must ascend");
  }
  return AMINE_OK;
}

static amine_status take_numbers(const reader *r, am_study_run *run, const am_study_arm *arm,
                                 const json_t *measures, const json_t *course) {
  const size_t m = arm->n_measures;
  if (json_object_size(measures) != m) return refuse(r, "measures", "others than those of its arm");
  if (json_object_size(course) != m) return refuse(r, "course", "others than those of its arm");
  for (size_t i = 0; i < m; i++) {
    const char *name = arm->measures[i].name;
    const json_t *list = json_object_get(course, name);
    AM_TRY(take_number(r, &run->measures[i], json_object_get(measures, name), name, (double)NAN));
    if (!json_is_array(list) || json_array_size(list) != run->n_samples)
      return refuse(r, name, "its course is not as long as its times");
    for (size_t k = 0; k < run->n_samples; k++)
      AM_TRY(take_number(r, &run->course[k * m + i], json_array_get(list, k), name, (double)NAN));
  }
  return AMINE_OK;
}

/* Most runs have none. */
static amine_status take_broke(const reader *r, am_study_run *run, const json_t *line) {
  const char *text;
  if (!json_object_get(line, "broke")) return AMINE_OK;
  AM_TRY(take_text(r, &text, line, "broke"));
  run->broke = am_strdup(text);
  return run->broke ? AMINE_OK : am_fail_memory(r->error, strlen(text));
}

static amine_status take_run(const reader *r, const json_t *line) {
  const am_study_source *s = r->source;
  const char *name, *form;
  const json_t *times = json_object_get(line, "times");
  size_t seed;
  AM_TRY(take_text(r, &name, line, "arm"));
  AM_TRY(take_text(r, &form, line, "form"));
  AM_TRY(take_size(r, &seed, line, "seed", s->first_seed, s->first_seed + s->n_seeds - 1));
  const size_t arm = find_arm(s, name);
  if (arm == s->n_arms) return refuse(r, "arm", "the study has none of this name");
  if (strcmp(form, s->form) != 0) return refuse(r, "form", "it is not that of the study");
  am_study_run *run = &s->arms[arm].runs[seed - s->first_seed];
  if (run->done) return refuse(r, "seed", "this run is there twice");
  if (!json_is_array(times)) return refuse(r, "times", "an array is wanted here");
  AM_TRY(am_study_run_make(run, json_array_size(times), s->arms[arm].n_measures, r->error));
  AM_TRY(take_broke(r, run, line));
  AM_TRY(take_times(r, run, times));
  return take_numbers(r, run, &s->arms[arm], json_object_get(line, "measures"),
                      json_object_get(line, "course"));
}

static amine_status take_line(const reader *r, const char *text, size_t length) {
  json_t *line;
  amine_error inner = {0};
  amine_status status = am_json_parse(&line, r->path, text, length, NULL, &inner);
  if (status == AMINE_ERROR_INPUT) return refuse(r, "it cannot be read", "it is no JSON object");
  if (status != AMINE_OK) {
    if (r->error) *r->error = inner;
    return status;
  }
  status = take_run(r, line);
  json_decref(line);
  return status;
}

static amine_status take_lines(reader *r) {
  am_line_reader *lines;
  am_line line = {0};
  if (am_file_missing(r->path)) return AMINE_OK; /* none is finished */
  AM_TRY(am_line_reader_open(&lines, r->path, r->error));
  amine_status status = am_line_reader_next(lines, &line, r->error);
  while (status == AMINE_OK && line.whole) { /* else it is torn, or the end */
    r->line = (size_t)line.number;
    status = take_line(r, line.text, line.length);
    r->source->position = line.end;
    if (status == AMINE_OK) status = am_line_reader_next(lines, &line, r->error);
  }
  am_line_reader_close(lines);
  return status;
}

/* ------------------------------------------------------------------------------ the folder */
static amine_status read_rasters(am_study_source *s, const char *folder, amine_error *error) {
  for (size_t k = 0; k < s->n_arms; k++) {
    am_text path = {0};
    char file[40];
    snprintf(file, sizeof file, AM_STUDY_RASTER_FILE, k);
    AM_TRY(am_folder_path(&path, folder, file, error));
    const amine_status status = am_brain_recording_read(&s->arms[k].raster, path.data, error);
    am_text_free(&path);
    AM_TRY(status);
  }
  return AMINE_OK;
}

amine_status am_study_source_read(am_study_source *source, const char *folder, bool rasters,
                                  amine_error *error) {
  am_study_source s = {0};
  am_text study = {0}, runs = {0};
  amine_status status = am_folder_path(&study, folder, AM_STUDY_FILE, error);
  if (status == AMINE_OK) status = am_folder_path(&runs, folder, AM_STUDY_RUNS_FILE, error);
  if (status == AMINE_OK) status = am_json_read(&s.root, study.data, NULL, error);
  const reader head = {.source = &s, .path = study.data, .error = error};
  reader lines = {.source = &s, .path = runs.data, .error = error};
  if (status == AMINE_OK) status = take_study(&head);
  if (status == AMINE_OK) status = take_lines(&lines);
  if (status == AMINE_OK && rasters) status = read_rasters(&s, folder, error);
  am_text_free(&study);
  am_text_free(&runs);
  if (status == AMINE_OK) *source = s;
  else am_study_source_free(&s);
  return status;
}

void am_study_source_free(am_study_source *s) {
  for (size_t a = 0; a < s->n_arms; a++) {
    for (size_t k = 0; s->arms[a].runs && k < s->n_seeds; k++)
      am_study_run_free(&s->arms[a].runs[k]);
    am_free(s->arms[a].runs);
    am_free(s->arms[a].measures);
    am_brain_recording_free(&s->arms[a].raster);
  }
  for (size_t k = 0; k < s->n_swept; k++) am_free(s->swept[k].values);
  am_free(s->swept);
  am_free(s->arms);
  am_free(s->criteria);
  json_decref(s->root);
  *s = (am_study_source){0};
}

amine_status am_study_folder(bool *is, const char *folder, amine_error *error) {
  am_text path = {0};
  struct stat about;
  AM_TRY(am_folder_path(&path, folder, AM_STUDY_FILE, error));
  *is = am_io.stat(path.data, &about) == 0;
  am_text_free(&path);
  return AMINE_OK;
}
