/* Sweeps (see sweep.h): from key=a,b,c to the arms of a study, and from a folder. */
#include "run/study/sweep.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "brain/description.h"
#include "brain/model.h"
#include "format/json.h"
#include "report/study/source.h"
#include "run/config/preset.h"
#include "run/side.h"
#include "run/simulate/simulation.h"
#include "run/study/plan.h"
#include "run/train/experiment.h"

enum { LINES_MAX = 8, ARMS_OVER_TIME = 12 }; /* curves that can be told from each other */
#define DECADES 20.0 /* an axis is logarithmic where its last number is so many times the first */

static const json_t *keys_of(const json_t *said) { return json_object_get(said, "keys"); }

static const char *text_at(const json_t *array, size_t k) {
  return json_string_value(json_array_get(array, k));
}

/* ------------------------------------------------------------------------------ the command line */
/* Is it the name of a preset for brains, or a file that describes one? */
static amine_status is_of_brains(bool *brain, const char *from, amine_error *error) {
  am_nearest_word nearest = am_nearest_begin(from);
  for (const am_preset *p = am_presets; p->name; p++) {
    *brain = p->brain;
    if (strcmp(p->name, from) == 0) return AMINE_OK;
    am_nearest_try(&nearest, p->name);
  }
  if (!strchr(from, '/') && !strchr(from, '.'))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown preset \"%.60s\"%s%s%s", from,
                   nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
                   nearest.best ? "?"
                                : "; amine list presets and amine list brains show them (a file is "
                                  "named with a . or /)");
  json_t *root;
  AM_TRY(am_json_read(&root, from, NULL, error));
  *brain = am_describes_brain(root);
  json_decref(root);
  return AMINE_OK;
}

static am_sweep_kind kind_of(const amine_parameter *row) {
  const amine_parameter_kind kind = row->kind;
  return (am_sweep_kind){.commas = kind == AMINE_FILE || kind == AMINE_WORDS || kind == AMINE_WORD,
                         .numbers = kind == AMINE_NUMBER || kind == AMINE_INTEGER};
}

/* How a key's values are divided, for those whose kind is known beforehand; what the key is is for the
 * configuration to say. */
static am_sweep_kind kind_in_training(const am_config *config, const char *name) {
  am_key key;
  return am_key_find(&key, config->registry, config->part, name) ? kind_of(&key.p)
                                                                 : (am_sweep_kind){0};
}

/* A value of the description of a brain may be any JSON. */
static am_sweep_kind kind_in_brain(const am_simulation_config *config, const char *name) {
  const amine_parameter *ours = am_simulation_config_key(config, name);
  am_found found;
  if (ours) return kind_of(ours);
  const bool file = am_brain_find_key(&found, config->parts, config->root, name) && found.field &&
                    strcmp(found.field->name, "file") == 0;
  return (am_sweep_kind){.commas = file, .numbers = !file};
}

/* Of a configuration one of the two. */
typedef struct base {
  bool brain;
  am_config training;
  am_simulation_config simulation;
} base;

static amine_status load_base(base *b, const am_registry *parts, const char *from,
                              amine_error *error) {
  AM_TRY(is_of_brains(&b->brain, from, error));
  if (b->brain) return am_simulation_config_load_of(&b->simulation, parts, from, error);
  am_config_begin(&b->training, parts);
  const amine_status status = am_config_load(&b->training, from, error);
  if (status != AMINE_OK) am_config_free(&b->training);
  return status;
}

static void free_base(base *b) {
  if (b->brain) am_simulation_config_free(&b->simulation);
  else am_config_free(&b->training);
}

static amine_status check_name(const char *assignment, const char *const *before, int n,
                               amine_error *error) {
  const size_t length = strcspn(assignment, "=");
  if (assignment[length] != '=' || length == 0 || length >= AM_PATH_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is not key=value", assignment);
  if (!am_utf8_valid(assignment))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.*s: this is not UTF-8 text",
                   length < 60 ? (int)length : 60, assignment);
  if (strncmp(assignment, "seed=", 5) == 0 || strncmp(assignment, "threads=", 8) == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%.60s: each run of a sweep has a seed and a thread of its own", assignment);
  for (int k = 0; k < n; k++)
    if (strncmp(before[k], assignment, length + 1) == 0)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%.*s is there twice; its values belong into one list, %.*s=a,b",
                     length < 60 ? (int)length : 60, assignment, length < 60 ? (int)length : 60,
                     assignment);
  return AMINE_OK;
}

/* One assignment goes into said.keys, or said.assignments if it has one value. */
static amine_status take(json_t *said, const base *b, const char *assignment, amine_error *error) {
  char name[AM_PATH_MAX];
  const size_t n = strcspn(assignment, "=");
  snprintf(name, sizeof name, "%.*s", (int)n, assignment);
  const am_sweep_kind kind =
      b->brain ? kind_in_brain(&b->simulation, name) : kind_in_training(&b->training, name);
  json_t *values = json_array();
  amine_status status = values ? am_sweep_values(values, name, assignment + n + 1, kind, error)
                               : am_fail_memory(error, 64);
  if (status != AMINE_OK) {
    json_decref(values);
    return status;
  }
  json_t *item;
  const bool swept = json_array_size(values) > 1;
  if (swept) {
    item = json_object();
    const bool named = json_object_set_new(item, "key", json_string(name)) == 0;
    if (json_object_set_new(item, "values", values) != 0 || !named) {
      json_decref(item);
      item = NULL;
    }
  } else {
    item = json_sprintf("%s=%s", name, text_at(values, 0));
    json_decref(values);
  }
  return json_array_append_new(json_object_get(said, swept ? "keys" : "assignments"), item) == 0
             ? AMINE_OK
             : am_fail_memory(error, 256);
}

/* What the command line says, as study.json keeps it. */
static amine_status read_said(json_t *said, const base *b, const char *from,
                              const char *const *assignments, int n, amine_error *error) {
  if (json_object_set_new(said, "from", json_string(from)) != 0 ||
      json_object_set_new(said, "assignments", json_array()) != 0 ||
      json_object_set_new(said, "keys", json_array()) != 0)
    return am_fail_memory(error, 256);
  for (int k = 0; k < n; k++) {
    AM_TRY(check_name(assignments[k], assignments, k, error));
    AM_TRY(take(said, b, assignments[k], error));
  }
  if (json_array_size(keys_of(said)) > 0) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "no key has several values (key=a,b,c or key=FROM..TO:STEP), so nothing is swept; "
                 "over seeds alone goes amine %s %.200s seeds=N",
                 b->brain ? "simulate" : "train", from);
}

/* ------------------------------------------------------------------------------ arms */
static amine_status count_arms(size_t *out, const json_t *said, amine_error *error) {
  am_text product = {0};
  *out = 1;
  bool many = false;
  for (size_t k = 0; k < json_array_size(keys_of(said)); k++) {
    const size_t n = json_array_size(json_object_get(json_array_get(keys_of(said), k), "values"));
    am_text_printf(&product, "%s%zu", k ? " x " : "", n);
    *out = many ? *out : *out * n;
    many = many || *out > AM_ARMS_MAX;
  }
  const amine_status status =
      many ? am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%.200s are too many combinations; a sweep has at most %d",
                     product.data ? product.data : "these", AM_ARMS_MAX)
           : AMINE_OK;
  am_text_free(&product);
  return status;
}

/* "network.hidden=12 learner.rate=0.1", and each of them to out: of an arm, whose number has the
 * values' as its digits, that of the last key changing first. */
static amine_status name_arm(am_sweep *sweep, size_t arm, const char **out, amine_error *error) {
  const json_t *keys = keys_of(sweep->study.sweep);
  const size_t n = json_array_size(keys);
  size_t rest = (size_t)sweep->study.n_arms, left = arm;
  am_text name = {0};
  for (size_t k = 0; k < n; k++) {
    const json_t *key = json_array_get(keys, k), *values = json_object_get(key, "values");
    rest /= json_array_size(values);
    json_t *one = json_sprintf("%s=%s", json_string_value(json_object_get(key, "key")),
                               text_at(values, left / rest));
    left %= rest;
    if (json_array_append_new(sweep->names, one) != 0) name.failed = true;
    else {
      out[k] = json_string_value(one);
      am_text_printf(&name, "%s%s", k ? " " : "", out[k]);
    }
  }
  json_t *whole = name.failed ? NULL : json_string(name.data);
  am_text_free(&name);
  if (json_array_append_new(sweep->names, whole) != 0) return am_fail_memory(error, 256);
  sweep->arms[arm].name = json_string_value(whole);
  return AMINE_OK;
}

static amine_status make_arms(am_sweep *sweep, amine_error *error) {
  const json_t *said = sweep->study.sweep, *fixed = json_object_get(said, "assignments");
  const size_t n_fixed = json_array_size(fixed), n = n_fixed + json_array_size(keys_of(said));
  size_t n_arms;
  AM_TRY(count_arms(&n_arms, said, error));
  AM_TRY(AM_TAKE(sweep->arms, n_arms, error));
  AM_TRY(AM_TAKE(sweep->assignments, am_size_mul(n_arms, n), error));
  sweep->n_assignments = (int)n;
  sweep->study.arms = sweep->arms;
  sweep->study.n_arms = (int)n_arms;
  for (size_t a = 0; a < n_arms; a++) {
    const char **own = sweep->assignments + a * n;
    sweep->arms[a].preset = json_string_value(json_object_get(said, "from"));
    for (size_t k = 0; k < n_fixed; k++) own[k] = text_at(fixed, k);
    AM_TRY(name_arm(sweep, a, own + n_fixed, error));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ configurations */
/* A path that the run will read is meant from here, wherever the sweep is gone on with. */
static amine_status make_absolute(char path[AM_WEIGHTS_MAX], amine_error *error) {
  char here[PATH_MAX], whole[AM_WEIGHTS_MAX];
  if (!path[0] || path[0] == '/') return AMINE_OK;
  const int n = getcwd(here, sizeof here) ? snprintf(whole, sizeof whole, "%s/%s", here, path) : -1;
  if (n < 0 || n >= AM_WEIGHTS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the whole path of %.100s is too long", path);
  memcpy(path, whole, (size_t)n + 1);
  return AMINE_OK;
}

static const char *const *assignments_of(const am_sweep *sweep, int arm) {
  return sweep->assignments + (size_t)arm * (size_t)sweep->n_assignments;
}

static amine_status training_tree(json_t **tree, am_config *c, const am_sweep *sweep, int arm,
                                  amine_error *error) {
  am_experiment *x;
  am_text text = {0};
  AM_TRY(am_config_load(c, sweep->arms[arm].preset, error));
  AM_TRY(am_config_assign_all(c, assignments_of(sweep, arm), sweep->n_assignments, error));
  c->common.threads = 1;
  AM_TRY(am_config_resolve(c, error));
  AM_TRY(make_absolute(c->weights, error));
  AM_TRY(make_absolute(c->from, error));
  AM_TRY(am_experiment_create(&x, c, error));
  am_experiment_destroy(x);
  am_config_write(c, false, &text);
  const amine_status status =
      text.failed ? am_fail_memory(error, 4096)
                  : am_json_parse(tree, "configuration", text.data, text.length, NULL, error);
  am_text_free(&text);
  return status;
}

static amine_status brain_tree(json_t **tree, am_simulation_config *c, const am_sweep *sweep,
                               int arm, amine_error *error) {
  char here[PATH_MAX];
  am_simulation *s;
  am_text folder = {0};
  AM_TRY(am_simulation_config_apply(c, assignments_of(sweep, arm), sweep->n_assignments, error));
  AM_TRY(am_simulation_create(&s, c, 1, NULL, error));
  am_simulation_destroy(s);
  if (!c->folder || c->folder[0] != '/') { /* as of make_absolute */
    am_text_printf(&folder, "%s%s%s", getcwd(here, sizeof here) ? here : "", c->folder ? "/" : "",
                   c->folder ? c->folder : "");
    if (folder.failed) return am_fail_memory(error, sizeof here);
    am_free(c->folder);
    c->folder = folder.data;
  }
  return am_simulation_config_root(tree, c, error);
}

typedef struct trial {
  const am_sweep *sweep;
  bool brain;
  json_t **trees; /* [n_arms] */
} trial;

/* Does a sentence name all keys that are swept? */
static bool names_all(const am_sweep *sweep, const char *sentence) {
  const json_t *keys = keys_of(sweep->study.sweep);
  for (size_t k = 0; k < json_array_size(keys); k++) {
    const json_t *key = json_object_get(json_array_get(keys, k), "key");
    if (!strstr(sentence, json_string_value(key))) return false;
  }
  return true;
}

/* The sentence of a combination's own, with what it is the combination of. */
static amine_status say_where(amine_status status, const amine_error *inner, const am_sweep *sweep,
                              const am_arm *arm, amine_error *error) {
  if (!error || names_all(sweep, inner->message)) {
    if (error) *error = *inner;
    return status;
  }
  am_fail(error, status, "%s (with %.200s)", inner->message, arm->name);
  memcpy(error->excerpt, inner->excerpt, sizeof error->excerpt);
  return status;
}

/* The configuration of one combination, whose network or brain can be made. */
static amine_status try_arm(void *context, int k, amine_error *error) {
  const trial *t = context;
  const am_arm *arm = &t->sweep->arms[k];
  amine_error inner = {0};
  amine_status status;
  if (t->brain) {
    am_simulation_config config;
    status =
        am_simulation_config_load_of(&config, t->sweep->study.parts, arm->preset, &inner);
    if (status == AMINE_OK) {
      status = brain_tree(&t->trees[k], &config, t->sweep, k, &inner);
      am_simulation_config_free(&config);
    }
  } else {
    am_config config;
    am_config_begin(&config, t->sweep->study.parts);
    status = training_tree(&t->trees[k], &config, t->sweep, k, &inner);
    am_config_free(&config);
  }
  return status == AMINE_OK ? status : say_where(status, &inner, t->sweep, arm, error);
}

static amine_status make_configs(am_sweep *sweep, bool brain, int n_threads, amine_error *error) {
  const int n = sweep->study.n_arms;
  trial t = {.sweep = sweep, .brain = brain};
  AM_TRY(AM_TAKE(t.trees, (size_t)n, error));
  const am_side_runs runs = {.n = n, .n_threads = n_threads, .context = &t, .one = try_arm};
  amine_status status = am_side_by_side(&runs, error);
  for (int k = 0; k < n; k++) {
    if (status == AMINE_OK && json_array_append(sweep->configs, t.trees[k]) != 0)
      status = am_fail_memory(error, 64);
    sweep->arms[k].config = t.trees[k];
    json_decref(t.trees[k]);
  }
  am_free(t.trees);
  return status;
}

/* ------------------------------------------------------------------------------ charts */
/* Measures against time, where the curves of all arms can be told apart. */
static void make_charts(am_sweep *sweep, const am_protocol *protocol) {
  am_study *s = &sweep->study;
  s->charts = sweep->charts;
  for (int k = 0; k < protocol->n_measures && s->n_arms <= ARMS_OVER_TIME; k++) {
    const am_measure *m = &protocol->measures[k];
    if (m->figure || s->n_charts == AM_CHARTS_MAX) continue;
    sweep->charts[s->n_charts++] = (am_chart){.measure = m->name, .title = m->title};
  }
}

/* The key whose values are numbers, the one with most of them; n_keys if there is none. */
static size_t find_axis(const json_t *keys) {
  size_t best = json_array_size(keys), most = 0;
  for (size_t k = 0; k < json_array_size(keys); k++) {
    const json_t *values = json_object_get(json_array_get(keys, k), "values");
    bool numbers = json_array_size(values) > most;
    for (size_t i = 0; numbers && i < json_array_size(values); i++)
      numbers = isfinite(am_study_number(text_at(values, i)));
    if (!numbers) continue;
    best = k;
    most = json_array_size(values);
  }
  return best;
}

static bool is_logarithmic(const json_t *values) {
  double low = INFINITY, high = -INFINITY;
  for (size_t k = 0; k < json_array_size(values); k++) {
    const double x = am_study_number(text_at(values, k));
    low = fmin(low, x);
    high = fmax(high, x);
  }
  return low > 0 && high / low >= DECADES;
}

/* "rule.type=clip", of the values that are not on the axis; "median" if that is all. */
static amine_status name_line(const char **out, am_sweep *sweep, const char *const *own,
                              size_t axis, amine_error *error) {
  const size_t n = json_array_size(keys_of(sweep->study.sweep));
  am_text name = {0};
  for (size_t k = 0; k < n; k++)
    if (k != axis) am_text_printf(&name, "%s%s", name.length ? " " : "", own[k]);
  if (n == 1) am_text_puts(&name, "median");
  json_t *text = name.failed ? NULL : json_string(name.data);
  am_text_free(&name);
  if (json_array_append_new(sweep->names, text) != 0) return am_fail_memory(error, 256);
  *out = json_string_value(text);
  return AMINE_OK;
}

static bool all_measure(const am_protocol *const *protocols, int n_arms, const char *measure) {
  for (int a = 0; a < n_arms; a++)
    if (am_measure_find(protocols[a], measure) < 0) return false;
  return true;
}

/* What came out against the key whose values are numbers, a line for each of the other values. */
static amine_status make_across(am_sweep *sweep, const am_protocol *const *protocols,
                                amine_error *error) {
  am_study *s = &sweep->study;
  const json_t *keys = keys_of(s->sweep);
  const size_t axis = find_axis(keys), n = (size_t)s->n_arms;
  const json_t *key = json_array_get(keys, axis), *values = json_object_get(key, "values");
  const size_t n_fixed = json_array_size(json_object_get(s->sweep, "assignments"));
  if (!key || n / json_array_size(values) > LINES_MAX || n > AM_STUDY_POINTS_MAX) return AMINE_OK;
  AM_TRY(AM_TAKE(sweep->points, am_size_mul(n, AM_CHARTS_MAX), error));
  s->across = sweep->across;
  for (int k = 0; k < protocols[0]->n_measures && s->n_across < AM_CHARTS_MAX; k++) {
    const am_measure *m = &protocols[0]->measures[k];
    am_point *points = sweep->points + (size_t)s->n_across * n;
    if (!all_measure(protocols, s->n_arms, m->name)) continue;
    for (size_t a = 0; a < n; a++) {
      const char *const *own = assignments_of(sweep, (int)a) + n_fixed;
      points[a] = (am_point){
          .x = am_study_number(strchr(own[axis], '=') + 1), .arm = (int)a, .measure = m->name};
      AM_TRY(name_line(&points[a].line, sweep, own, axis, error));
    }
    sweep->across[s->n_across++] = (am_across){.title = m->title,
                                               .x = json_string_value(json_object_get(key, "key")),
                                               .logarithmic = is_logarithmic(values),
                                               .points = points,
                                               .n_points = (int)n};
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the study */
/* "dir/name.json": name */
static void put_name(am_text *out, const char *from) {
  const char *slash = strrchr(from, '/'), *name = slash ? slash + 1 : from;
  const char *dot = strrchr(name, '.');
  am_text_add(out, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* A string that lives as long as the sweep; the text is freed. */
static amine_status hold(const char **out, am_sweep *sweep, am_text *text, amine_error *error) {
  json_t *string = text->failed || !text->data ? NULL : json_string(text->data);
  am_text_free(text);
  if (json_array_append_new(sweep->names, string) != 0) return am_fail_memory(error, 256);
  *out = json_string_value(string);
  return AMINE_OK;
}

static amine_status name_study(am_sweep *sweep, amine_error *error) {
  am_study *s = &sweep->study;
  am_text name = {0}, title = {0}, meaning = {0};
  put_name(&name, json_string_value(json_object_get(s->sweep, "from")));
  am_text_printf(&title, "Sweep of %s", name.data ? name.data : "");
  am_text_printf(&meaning, "%s with ", name.data ? name.data : "");
  for (size_t k = 0; k < json_array_size(keys_of(s->sweep)); k++) {
    const json_t *key = json_array_get(keys_of(s->sweep), k);
    const json_t *values = json_object_get(key, "values");
    am_text_printf(&meaning, "%s%s = ", k ? "; " : "",
                   json_string_value(json_object_get(key, "key")));
    for (size_t i = 0; i < json_array_size(values); i++)
      am_text_printf(&meaning, "%s%s", i ? ", " : "", text_at(values, i));
  }
  const amine_status named = hold(&s->name, sweep, &name, error);
  const amine_status titled = hold(&s->title, sweep, &title, error);
  const amine_status meant = hold(&s->meaning, sweep, &meaning, error);
  return named != AMINE_OK ? named : titled != AMINE_OK ? titled : meant;
}

/* From what is said and the configurations of the arms. */
static amine_status finish(am_sweep *sweep, amine_error *error) {
  const am_study_plan plan = {.study = &sweep->study, .n_seeds = 1};
  const am_protocol **protocols = NULL;
  AM_TRY(name_study(sweep, error));
  AM_TRY(AM_TAKE(protocols, (size_t)sweep->study.n_arms, error));
  amine_status status = am_study_plan_check(&plan, protocols, error);
  if (status == AMINE_OK) {
    make_charts(sweep, protocols[0]);
    status = make_across(sweep, protocols, error);
  }
  am_free(protocols);
  return status;
}

static amine_status begin(am_sweep *sweep, const am_registry *parts, json_t *said,
                          amine_error *error) {
  *sweep = (am_sweep){
      .study = {.sweep = said, .parts = parts}, .names = json_array(), .configs = json_array()};
  return said && sweep->names && sweep->configs ? AMINE_OK : am_fail_memory(error, 256);
}

void am_sweep_free(am_sweep *sweep) {
  json_decref(sweep->study.sweep);
  json_decref(sweep->names);
  json_decref(sweep->configs);
  am_free(sweep->arms);
  am_free(sweep->assignments);
  am_free(sweep->points);
  *sweep = (am_sweep){0};
}

amine_status am_sweep_make(am_sweep *sweep, const am_registry *parts, const char *from,
                           const char *const *assignments, int n, int n_threads,
                           amine_error *error) {
  base b = {0};
  AM_TRY(load_base(&b, parts, from, error));
  amine_status status = begin(sweep, parts, json_object(), error);
  if (status == AMINE_OK) status = read_said(sweep->study.sweep, &b, from, assignments, n, error);
  free_base(&b);
  if (status == AMINE_OK) status = make_arms(sweep, error);
  if (status == AMINE_OK) status = make_configs(sweep, b.brain, n_threads, error);
  if (status == AMINE_OK) status = finish(sweep, error);
  if (status != AMINE_OK) am_sweep_free(sweep);
  return status;
}

/* ------------------------------------------------------------------------------ from a folder */
static amine_status take_configs(am_sweep *sweep, const json_t *root, const char *folder,
                                 amine_error *error) {
  const json_t *arms = json_object_get(root, "arms");
  for (int k = 0; k < sweep->study.n_arms; k++) {
    json_t *config = json_object_get(json_array_get(arms, (size_t)k), "config");
    if (!json_is_object(config))
      return am_fail(error, AMINE_ERROR_INPUT,
                     "%.200s/" AM_STUDY_FILE ": arm %d has no configuration", folder, k);
    const char *name = json_string_value(json_object_get(json_array_get(arms, (size_t)k), "name"));
    if (strcmp(name, sweep->arms[k].name) != 0)
      return am_fail(error, AMINE_ERROR_INPUT,
                     "%.200s/" AM_STUDY_FILE
                     ": arm %d has another name than its values give, %.100s",
                     folder, k, sweep->arms[k].name);
    if (json_array_append(sweep->configs, config) != 0) return am_fail_memory(error, 64);
    sweep->arms[k].config = config;
  }
  return AMINE_OK;
}

amine_status am_sweep_of_folder(am_sweep *sweep, am_study_plan *plan, const am_registry *parts,
                                const char *folder, amine_error *error) {
  am_study_source found;
  AM_TRY(am_study_source_read(&found, folder, false, error));
  amine_status status = found.n_swept > 0
                            ? AMINE_OK
                            : am_fail(error, AMINE_ERROR_ARGUMENT, "%.200s holds no sweep", folder);
  if (status == AMINE_OK) {
    status = begin(sweep, parts, json_incref(json_object_get(found.root, "sweep")), error);
    if (status == AMINE_OK) status = make_arms(sweep, error);
    if (status == AMINE_OK) status = take_configs(sweep, found.root, folder, error);
    if (status == AMINE_OK) status = finish(sweep, error);
    if (status != AMINE_OK) am_sweep_free(sweep);
  }
  if (status == AMINE_OK)
    *plan = (am_study_plan){.study = &sweep->study,
                            .first_seed = found.first_seed,
                            .n_seeds = found.n_seeds > AM_STUDY_SEEDS_MAX ? AM_STUDY_SEEDS_MAX
                                                                          : (int)found.n_seeds};
  am_study_source_free(&found);
  return status;
}

amine_status am_sweep_is_in(bool *is, const char *folder, amine_error *error) {
  am_study_source found;
  AM_TRY(am_study_source_read(&found, folder, false, error));
  *is = found.n_swept > 0;
  am_study_source_free(&found);
  return AMINE_OK;
}
