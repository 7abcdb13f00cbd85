/* Configurations, checks and the tree of a study (see plan.h). */
#include "run/study/plan.h"

#include <math.h>
#include <string.h>

#include "format/json.h"
#include "run/config/objects.h"
#include "run/config/parts.h"
#include "run/simulate/page.h"
#include "run/study/judge.h"
#include "run/study/training.h"

/* ------------------------------------------------------------------------------ one run */
static amine_status apply(am_simulation_config *config, const char *const *assignments,
                          amine_error *error) {
  int n = 0;
  while (assignments[n]) n++;
  return am_simulation_config_apply(config, assignments, n, error);
}

amine_status am_study_plan_config(am_simulation_config *config, const am_study_plan *plan, int arm,
                                  uint64_t seed, amine_error *error) {
  const am_arm *a = &plan->study->arms[arm];
  am_text text = {0};
  const am_registry *parts = plan->study->parts ? plan->study->parts : &am_standard_parts;
  AM_TRY(a->config ? am_simulation_config_of(config, parts, a->config, "the sweep", error)
                   : am_simulation_config_load_of(config, parts, a->preset, error));
  am_text_printf(&text, "seed=%llu", (unsigned long long)seed);
  const char *assignment = text.data;
  amine_status status = text.failed ? am_fail_memory(error, 64) : AMINE_OK;
  if (status == AMINE_OK && !a->config) status = apply(config, a->assignments, error);
  if (status == AMINE_OK) status = apply(config, am_study_plan_form(plan)->assignments, error);
  if (status == AMINE_OK) status = am_simulation_config_apply(config, &assignment, 1, error);
  am_text_free(&text);
  if (status != AMINE_OK) am_simulation_config_free(config);
  return status;
}

/* ------------------------------------------------------------------------------ checks */
static amine_status wrong(const am_study_plan *plan, amine_error *error, const char *part,
                          const char *name, const char *why) {
  return am_fail(error, AMINE_ERROR_ARGUMENT, "the study %.80s, %s \"%.80s\": %s",
                 plan->study->name, part, name, why);
}

static amine_status check_size(const am_study_plan *plan, amine_error *error) {
  const am_study *s = plan->study;
  const am_study_form *form = am_study_plan_form(plan);
  if (plan->n_seeds < 1 || plan->n_seeds > AM_STUDY_SEEDS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seeds=%d: it must be a whole number from 1 to %d",
                   plan->n_seeds, AM_STUDY_SEEDS_MAX);
  if (plan->first_seed > AM_STUDY_SEED_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seed=%llu: it must be at most %llu",
                   (unsigned long long)plan->first_seed, (unsigned long long)AM_STUDY_SEED_MAX);
  if (s->sweep && s->n_arms > AM_SWEEP_RUNS_MAX / plan->n_seeds)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%d combinations, %d seeds each, are %d runs; a sweep has at most %d", s->n_arms,
                   plan->n_seeds, s->n_arms * plan->n_seeds, AM_SWEEP_RUNS_MAX);
  if (s->n_arms < 1 || s->n_arms > AM_ARMS_MAX || s->n_charts < 0 ||
      s->n_charts > AM_CHARTS_MAX || s->n_across < 0 || s->n_across > AM_CHARTS_MAX)
    return wrong(plan, error, "arms or charts", "", "too few or too many");
  if (!s->sweep && (!form->criteria || form->n_criteria < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.80s has no %s form", s->name,
                   am_study_plan_form_name(plan));
  if (form->n_criteria > AM_CRITERIA_MAX)
    return wrong(plan, error, "criteria", "", "there are too many");
  return AMINE_OK;
}

static amine_status check_criterion(const am_study_plan *plan, const am_criterion *c,
                                    const am_protocol *const *protocols, amine_error *error) {
  const char *part = "criterion";
  if (c->arm < 0 || c->arm >= plan->study->n_arms)
    return wrong(plan, error, part, c->measure, "there is no arm of this number");
  if (am_measure_find(protocols[c->arm], c->measure) < 0)
    return wrong(plan, error, part, c->measure, "the protocol of its arm has no such measure");
  if (!(c->low <= c->high)) return wrong(plan, error, part, c->measure, "its band holds nothing");
  if (am_judges_share(c->judgement) && !(c->share >= 0 && c->share <= 1))
    return wrong(plan, error, part, c->measure, "its share must lie in [0, 1]");
  if (am_judges_two(c->judgement) &&
      (!(c->share >= 0 && c->share < plan->study->n_arms && c->share == floor(c->share)) ||
       am_measure_find(protocols[(int)c->share], c->measure) < 0))
    return wrong(plan, error, part, c->measure, "there is no other arm that has it");
  return am_judgement_name(c->judgement)[0] && c->meaning
             ? AMINE_OK
             : wrong(plan, error, part, c->measure, "it lacks a judgement or a meaning");
}

static amine_status check_chart(const am_study_plan *plan, const am_chart *chart,
                                const am_protocol *const *protocols, amine_error *error) {
  for (int a = 0; a < plan->study->n_arms; a++)
    if (am_measure_find(protocols[a], chart->measure) >= 0) return AMINE_OK;
  return wrong(plan, error, "chart", chart->measure, "no arm has such a measure");
}

static amine_status check_across(const am_study_plan *plan, const am_across *across,
                                 const am_protocol *const *protocols, amine_error *error) {
  const char *part = "chart";
  if (!across->title || !across->x || across->n_points < 1 ||
      across->n_points > AM_STUDY_POINTS_MAX)
    return wrong(plan, error, part, across->title ? across->title : "",
                 "it lacks a title, a name of x, or points, or has too many");
  for (int k = 0; k < across->n_points; k++) {
    const am_point *p = &across->points[k];
    if (p->arm < 0 || p->arm >= plan->study->n_arms)
      return wrong(plan, error, part, across->title, "there is no arm of this number");
    if (am_measure_find(protocols[p->arm], p->measure) < 0)
      return wrong(plan, error, part, p->measure, "the protocol of its arm has no such measure");
    if (!p->line || !isfinite(p->x))
      return wrong(plan, error, part, across->title, "a point has a line and a number x");
  }
  return AMINE_OK;
}

static amine_status check_arm(const am_protocol **protocol, const am_study_plan *plan, int arm,
                              amine_error *error) {
  if (am_study_trains(plan->study)) {
    am_config config;
    AM_TRY(am_study_training_config(&config, plan, arm, plan->first_seed, error));
    *protocol = am_study_training_protocol(plan->study, arm, &config);
    am_config_free(&config);
    return AMINE_OK;
  }
  am_simulation_config config;
  AM_TRY(am_study_plan_config(&config, plan, arm, plan->first_seed, error));
  *protocol = config.protocol;
  am_simulation_config_free(&config);
  return AMINE_OK;
}

static amine_status check_plane(const am_study_plan *plan, const am_plane *plane,
                                const am_protocol *const *protocols, amine_error *error) {
  for (int a = 0; a < plan->study->n_arms; a++)
    if (am_measure_find(protocols[a], plane->x) >= 0 && am_measure_find(protocols[a], plane->y) >= 0)
      return AMINE_OK;
  return wrong(plan, error, "chart", plane->title, "no arm has both of its measures");
}

amine_status am_study_plan_check(const am_study_plan *plan, const am_protocol **protocols,
                                 amine_error *error) {
  const am_study *s = plan->study;
  const am_study_form *form = am_study_plan_form(plan);
  AM_TRY(check_size(plan, error));
  for (int a = 0; a < s->n_arms; a++) {
    for (int b = 0; b < a; b++)
      if (strcmp(s->arms[a].name, s->arms[b].name) == 0)
        return wrong(plan, error, "arm", s->arms[a].name, "it is there twice");
    const int after = s->arms[a].after;
    if (after && (!am_study_trains(s) || after < 1 || after > s->n_arms ||
                  s->arms[after - 1].after))
      return wrong(plan, error, "arm", s->arms[a].name,
                   "it begins with the network of an arm that is not there, or has none of its own");
    AM_TRY(check_arm(&protocols[a], plan, a, error));
  }
  for (int k = 0; k < form->n_criteria; k++)
    AM_TRY(check_criterion(plan, &form->criteria[k], protocols, error));
  for (int k = 0; k < s->n_charts; k++) AM_TRY(check_chart(plan, &s->charts[k], protocols, error));
  for (int k = 0; k < s->n_across; k++)
    AM_TRY(check_across(plan, &s->across[k], protocols, error));
  for (int k = 0; k < s->n_planes; k++) AM_TRY(check_plane(plan, &s->planes[k], protocols, error));
  return AMINE_OK;
}

static bool reads_files(const am_config *config) {
  for (int k = 0; k < AM_PATHS_MAX; k++)
    if (strncmp(config->paths[k].key, "task.", 5) == 0) return true;
  return false;
}

amine_status am_study_plan_data(const am_study_plan *plan, amine_error *error) {
  for (int k = 0; k < plan->study->n_arms && am_study_trains(plan->study); k++) {
    am_config config;
    am_task *task = NULL;
    AM_TRY(am_study_training_config(&config, plan, k, plan->first_seed, error));
    const amine_status status =
        reads_files(&config) ? am_task_of_config(&task, &config, error) : AMINE_OK;
    am_task_destroy(task);
    am_config_free(&config);
    AM_TRY(status);
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the tree */
/* A tree that grows; `failed` once memory was refused, as of am_text. */
typedef struct grower {
  bool failed;
} grower;

static void put(grower *g, json_t *object, const char *key, json_t *value) {
  if (json_object_set_new(object, key, value) != 0) g->failed = true;
}

static void put_text(grower *g, json_t *object, const char *key, const char *text) {
  put(g, object, key, text ? json_string(text) : json_null());
}

/* What is infinite is null. */
static void put_number(grower *g, json_t *object, const char *key, double value) {
  put(g, object, key, isfinite(value) ? json_real(value) : json_null());
}

static void append(grower *g, json_t *array, json_t *value) {
  if (json_array_append_new(array, value) != 0) g->failed = true;
}

static void put_yardstick(grower *g, json_t *item, const char *key, const char *name_key,
                          const am_yardstick *yardstick, double at) {
  put_number(g, item, key, at);
  put_text(g, item, name_key, yardstick->who);
}

/* parameters NULL: it has none; the task that it plays, or NULL. */
static json_t *measures_of(grower *g, const am_protocol *protocol, const am_value *parameters,
                           const am_task *task) {
  double chance[AM_MEASURES_MAX], best[AM_MEASURES_MAX];
  json_t *array = json_array();
  am_protocol_yardsticks(chance, best, protocol, parameters, task);
  for (int k = 0; k < protocol->n_measures; k++) {
    json_t *item = json_object();
    put_text(g, item, "name", protocol->measures[k].name);
    put_text(g, item, "unit", protocol->measures[k].unit);
    put_text(g, item, "meaning", protocol->measures[k].meaning);
    put_text(g, item, "title", protocol->measures[k].title);
    put_yardstick(g, item, "chance", "chance_name", &protocol->measures[k].chance, chance[k]);
    put_yardstick(g, item, "best", "best_name", &protocol->measures[k].best, best[k]);
    const int better = am_measure_better(&protocol->measures[k], chance[k], best[k]);
    if (better) put_text(g, item, "better", better > 0 ? "more" : "less");
    append(g, array, item);
  }
  return array;
}

static void put_assignments(grower *g, json_t *array, const char *const *assignments) {
  for (int k = 0; assignments[k]; k++) append(g, array, json_string(assignments[k]));
}

/* The whole configuration of an arm, its protocol, and that one's measures. */
static amine_status config_of(json_t **root, const am_protocol **protocol, json_t **measures,
                              grower *g, const am_study_plan *plan, int arm, amine_error *error) {
  if (am_study_trains(plan->study)) {
    am_config config;
    am_text text = {0};
    AM_TRY(am_study_training_config(&config, plan, arm, plan->first_seed, error));
    *protocol = am_study_training_protocol(plan->study, arm, &config);
    *measures = measures_of(g, *protocol, NULL, NULL);
    am_config_write(&config, false, &text);
    amine_status status =
        text.failed ? am_fail_memory(error, 4096)
                    : am_json_parse(root, "configuration", text.data, text.length, NULL, error);
    am_text_free(&text);
    am_config_free(&config);
    if (status != AMINE_OK) json_decref(*measures);
    return status;
  }
  am_simulation_config config;
  am_task *task;
  AM_TRY(am_study_plan_config(&config, plan, arm, plan->first_seed, error));
  const amine_status status = am_simulation_config_task(&task, &config, error);
  if (status == AMINE_OK) {
    *protocol = config.protocol;
    *root = json_incref(config.root);
    *measures = measures_of(g, *protocol, config.parameters, task);
    am_task_destroy(task);
  }
  am_simulation_config_free(&config);
  return status;
}

static amine_status arm_of(json_t **out, grower *g, const am_study_plan *plan, int k,
                           amine_error *error) {
  static const char *const elsewhere[] = {
      "seed", "threads", "checkpoint_every_s", "checkpoint_every", "meaning", NULL};
  const am_arm *arm = &plan->study->arms[k];
  const am_protocol *protocol;
  json_t *config, *measures;
  AM_TRY(config_of(&config, &protocol, &measures, g, plan, k, error));
  json_t *item = json_object(), *assignments = json_array();
  put_assignments(g, assignments, arm->assignments);
  put_assignments(g, assignments, am_study_plan_form(plan)->assignments);
  put_text(g, item, "name", arm->name);
  put_text(g, item, "preset", arm->preset);
  put(g, item, "control", json_boolean(arm->is_control));
  if (arm->after) put_text(g, item, "begins_with", plan->study->arms[arm->after - 1].name);
  put_text(g, item, "protocol", protocol->name);
  put(g, item, "measures", measures);
  put(g, item, "assignments", assignments);
  for (int i = 0; elsewhere[i]; i++) json_object_del(config, elsewhere[i]);
  put(g, item, "config", config);
  *out = item;
  return AMINE_OK;
}

static json_t *criteria_of(grower *g, const am_study_plan *plan) {
  const am_study_form *form = am_study_plan_form(plan);
  json_t *array = json_array();
  for (int k = 0; k < form->n_criteria; k++) {
    const am_criterion *c = &form->criteria[k];
    json_t *item = json_object();
    put_text(g, item, "arm", plan->study->arms[c->arm].name);
    put_text(g, item, "measure", c->measure);
    put_text(g, item, "judgement", am_judgement_name(c->judgement));
    put_number(g, item, "low", c->low);
    put_number(g, item, "high", c->high);
    put_number(g, item, "share", am_judges_share(c->judgement) ? c->share : (double)NAN);
    if (am_judges_two(c->judgement))
      put_text(g, item, "other", plan->study->arms[(int)c->share].name);
    put_text(g, item, "meaning", c->meaning);
    append(g, array, item);
  }
  return array;
}

static json_t *charts_of(grower *g, const am_study *s) {
  json_t *array = json_array();
  for (int k = 0; k < s->n_charts; k++) {
    json_t *item = json_object();
    put_text(g, item, "measure", s->charts[k].measure);
    put_text(g, item, "title", s->charts[k].title);
    put_text(g, item, "figure", s->charts[k].figure);
    append(g, array, item);
  }
  return array;
}

static json_t *across_of(grower *g, const am_study *s) {
  json_t *array = json_array();
  for (int k = 0; k < s->n_across; k++) {
    const am_across *a = &s->across[k];
    json_t *item = json_object(), *points = json_array();
    put_text(g, item, "title", a->title);
    put_text(g, item, "figure", a->figure);
    put_text(g, item, "x", a->x);
    if (a->logarithmic) put(g, item, "logarithmic", json_true());
    put_number(g, item, "known", a->known_name ? a->known : (double)NAN);
    put_text(g, item, "known_name", a->known_name);
    for (int i = 0; i < a->n_points; i++) {
      json_t *point = json_object();
      put_text(g, point, "line", a->points[i].line);
      put_number(g, point, "x", a->points[i].x);
      put_text(g, point, "arm", s->arms[a->points[i].arm].name);
      put_text(g, point, "measure", a->points[i].measure);
      append(g, points, point);
    }
    put(g, item, "points", points);
    append(g, array, item);
  }
  return array;
}

static json_t *planes_of(grower *g, const am_study *s) {
  json_t *array = json_array();
  for (int k = 0; k < s->n_planes; k++) {
    json_t *item = json_object();
    put_text(g, item, "x", s->planes[k].x);
    put_text(g, item, "y", s->planes[k].y);
    put_text(g, item, "title", s->planes[k].title);
    put_text(g, item, "figure", s->planes[k].figure);
    append(g, array, item);
  }
  return array;
}

/* What the times of runs count; NULL: seconds. */
static amine_status time_of(const char **out, const am_study_plan *plan, amine_error *error) {
  am_config config;
  *out = NULL;
  if (!am_study_trains(plan->study)) return AMINE_OK;
  AM_TRY(am_study_training_config(&config, plan, 0, plan->first_seed, error));
  const bool lives = am_study_training_protocol(plan->study, 0, &config) == &am_lives_protocol;
  *out = lives ? AM_STUDY_TIME_STEPS : AM_STUDY_TIME_TRIALS;
  am_config_free(&config);
  return AMINE_OK;
}

static void put_head(grower *g, json_t *root, const am_study_plan *plan, const char *time) {
  const am_study *s = plan->study;
  const char *band = am_study_plan_form(plan)->band;
  put_text(g, root, "study", s->name);
  put_text(g, root, "title", s->title ? s->title : s->name);
  put_text(g, root, "meaning", s->meaning);
  put_text(g, root, "source", s->source ? s->source : "");
  put_text(g, root, "page", s->page ? s->page : "");
  put_text(g, root, "form", am_study_plan_form_name(plan));
  put_text(g, root, "band", band ? band : "");
  put(g, root, "first_seed", json_integer((json_int_t)plan->first_seed));
  put(g, root, "seeds", json_integer(plan->n_seeds));
  put(g, root, "raster", json_boolean(s->raster));
  if (time) put_text(g, root, "time", time);
  if (s->sweep) put(g, root, "sweep", json_incref(s->sweep));
}

amine_status am_study_plan_tree(json_t **root, const am_study_plan *plan, amine_error *error) {
  grower g = {0};
  const char *time;
  AM_TRY(time_of(&time, plan, error));
  json_t *tree = json_object(), *arms = json_array();
  amine_status status = AMINE_OK;
  put_head(&g, tree, plan, time);
  put(&g, tree, "curves", charts_of(&g, plan->study));
  if (plan->study->n_across > 0) put(&g, tree, "across", across_of(&g, plan->study));
  if (plan->study->n_planes > 0) put(&g, tree, "planes", planes_of(&g, plan->study));
  for (int k = 0; k < plan->study->n_arms && status == AMINE_OK; k++) {
    json_t *arm = NULL;
    status = arm_of(&arm, &g, plan, k, error);
    if (status == AMINE_OK) append(&g, arms, arm);
  }
  put(&g, tree, "arms", arms);
  put(&g, tree, "criteria", criteria_of(&g, plan));
  if (status == AMINE_OK && (g.failed || !tree)) status = am_fail_memory(error, 4096);
  if (status == AMINE_OK) *root = tree;
  else json_decref(tree);
  return status;
}

const char *am_study_plan_difference(char out[AM_PATH_MAX], const json_t *a, const json_t *b) {
  static const char *const passed[] = {"title",    "meaning", "source",     "page",      "band",
                                       "criteria", "curves",  "across",     "planes",    "first_seed",
                                       "seeds",    "verdicts", "passed",    "answer",    "*.title",
                                       "*.meaning", "*.better", NULL};
  return am_tree_difference(out, a, b, passed);
}
