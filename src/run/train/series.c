/* Recording series (see series.h). */
#include "run/train/series.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "format/npz.h"

const am_series *am_episode_find(const am_episode *e, const char *name) {
  for (int k = 0; k < e->n; k++)
    if (strcmp(e->series[k].name, name) == 0) return &e->series[k];
  return NULL;
}

void am_episode_free(am_episode *e) {
  for (int k = 0; k < e->n; k++) am_free(e->series[k].values);
  *e = (am_episode){0};
}

static amine_status take_memory(am_episode *e, int from, amine_error *error) {
  for (int k = from; k < e->n; k++) {
    const size_t count = am_size_mul((size_t)e->n_steps, (size_t)e->series[k].width);
    e->series[k].values = am_alloc(count, sizeof(float));
    if (!e->series[k].values) return am_fail_memory(error, am_size_mul(count, sizeof(float)));
  }
  return AMINE_OK;
}

/* Where a series of the world goes; NULL if the learner has one of that name. */
typedef struct world {
  float *inputs, *rewards, *targets, *answers;
} world;

static void want(am_episode *e, const char *name, const char *meaning, int width) {
  if (width > 0 && !am_episode_find(e, name))
    e->series[e->n++] = (am_series){name, meaning, width, NULL};
}

static float *values_from(am_episode *e, int from, const char *name) {
  const am_series *s = am_episode_find(e, name);
  return s && s - e->series >= from ? s->values : NULL;
}

static void note_nothing(float *values, int n) {
  for (int k = 0; k < n; k++) values[k] = NAN;
}

float am_episode_step(const am_task *task, void *state, const float *actions, int t) {
  if (task->n_real > 0) return task->type->move(task, state, actions + t * task->n_real);
  return task->type->step(task, state, actions ? (int)actions[t] : 0);
}

/* The same episode once more, now with the known actions; returns how many steps it had. */
static int replay(const am_task *task, const world *w, const float *actions, void *state,
                  uint32_t lane, uint64_t seed, float *input) {
  const size_t width = (size_t)task->n_inputs;
  task->type->start(task, state, seed, 0, lane);
  for (int t = 0; t < task->n_steps; t++) {
    if (task->type->over && task->type->over(task, state)) return t;
    float *target = w->targets ? w->targets + (size_t)t * (size_t)task->n_targets : NULL;
    task->type->observe(task, state, input);
    if (w->inputs) memcpy(w->inputs + (size_t)t * width, input, width * sizeof *input);
    if (target && !task->type->target(task, state, target)) note_nothing(target, task->n_targets);
    if (w->answers) {
      const int answer = task->type->answer(task, state);
      w->answers[t] = answer < 0 ? NAN : (float)answer;
    }
    const float reward = am_episode_step(task, state, actions, t);
    if (w->rewards) w->rewards[t] = reward;
  }
  return task->n_steps;
}

static amine_status add_world(am_episode *e, const am_task *task, uint32_t lane, uint64_t seed,
                              amine_error *error) {
  const int from = e->n;
  const am_series *actions = am_episode_find(e, "actions");
  const bool acts = am_task_acted(task);
  const int width = task->n_real > 0 ? task->n_real : 1;
  if (acts && (!actions || actions->width != width)) return AMINE_OK;
  const float *known = actions && actions->width == width ? actions->values : NULL;
  want(e, "inputs", "what the world showed", task->n_inputs);
  /* who predicts is not rewarded step by step (task/world.h) */
  want(e, "rewards", "what it gave", acts ? 1 : 0);
  want(e, "targets", "what was asked for", task->type->target ? task->n_targets : 0);
  want(e, "answers",
       task->n_symbols > 0 ? "the symbol that comes next"
                           : "the right action, where one is asked for",
       task->type->answer ? 1 : 0);
  AM_TRY(take_memory(e, from, error));
  const world w = {values_from(e, from, "inputs"), values_from(e, from, "rewards"),
                   values_from(e, from, "targets"), values_from(e, from, "answers")};
  void *state = am_alloc(task->state_size, 1);
  float *input = am_alloc((size_t)task->n_inputs, sizeof *input);
  amine_status status = AMINE_OK;
  if (state && input) e->n_steps = replay(task, &w, known, state, lane, seed, input);
  else status = am_fail_memory(error, am_size_add(task->state_size, 64));
  am_free(state);
  am_free(input);
  return status;
}

amine_status am_episode_play(am_episode *episode, am_learner *learner, uint32_t lane, uint64_t seed,
                             amine_error *error) {
  const am_learner_type *type = learner->type;
  am_episode e = {.n_steps = learner->task->n_steps};
  *episode = (am_episode){0};
  if (!type->series || !type->watch) return AMINE_OK;
  e.n = type->series(learner, e.series);
  amine_status status = take_memory(&e, 0, error);
  if (status == AMINE_OK) {
    type->watch(learner, e.series, lane, seed, false);
    status = add_world(&e, am_task_evaluated(learner->task), lane, seed, error);
    if (status == AMINE_OK) status = am_task_trouble(learner->task, error);
  }
  if (status == AMINE_OK) *episode = e;
  else am_episode_free(&e);
  return status;
}

/* ------------------------------------------------------------------------------ sorts */
enum { LANES_SEARCHED = 4096, SORTS_MAX = 16, STEPS_IN_A_ROW = 200 };

/* The first lane with an episode of each sort; -1 where none was found. Returns how many were. */
static int find_sorts(int *lanes, int n, const am_task *task, void *state, uint64_t seed) {
  int found = 0;
  for (int k = 0; k < n; k++) lanes[k] = -1;
  for (int lane = 0; lane < LANES_SEARCHED && found < n; lane++) {
    task->type->start(task, state, seed, 0, (uint32_t)lane);
    const int kind = task->type->kind(task, state);
    if (kind >= n || lanes[kind] >= 0) continue;
    lanes[kind] = lane;
    found++;
  }
  return found;
}

/* Puts an episode at the end of another that has the same series, or none yet. */
static amine_status append(am_episode *e, const am_episode *more, amine_error *error) {
  for (int k = 0; k < more->n; k++) {
    const am_series *from = &more->series[k];
    const size_t before = (size_t)e->n_steps * (size_t)from->width;
    const size_t count = (size_t)more->n_steps * (size_t)from->width;
    float *grown = am_resize(e->series[k].values, before + count, sizeof *grown);
    if (!grown) return am_fail_memory(error, am_size_mul(before + count, sizeof *grown));
    memcpy(grown + before, from->values, count * sizeof *grown);
    e->series[k] = *from;
    e->series[k].values = grown;
    if (k >= e->n) e->n = k + 1;
  }
  e->n_steps += more->n_steps;
  return AMINE_OK;
}

/* The episodes that go on one from the other, as long as there are any. */
static amine_status play_on(am_episode *all, int *n_episodes, am_learner *learner, uint64_t seed,
                            amine_error *error) {
  const am_task *task = am_task_evaluated(learner->task);
  const int B = learner->n_lanes, most = task->n_episodes / B;
  const int wanted = (STEPS_IN_A_ROW + task->n_steps - 1) / task->n_steps;
  const int n = wanted < most || most == 0 ? wanted : most;
  amine_status status = AMINE_OK;
  for (int k = 0; k < n && status == AMINE_OK; k++) {
    am_episode one = {0};
    status = am_episode_play(&one, learner, (uint32_t)(k * B), seed, error);
    if (status == AMINE_OK) status = append(all, &one, error);
    am_episode_free(&one);
  }
  *n_episodes = n;
  return status;
}

amine_status am_episodes_play(am_episode *episode, int *n_episodes, am_learner *learner,
                              uint64_t seed, amine_error *error) {
  const am_task *task = learner->task;
  const int sorts = task->n_kinds < SORTS_MAX ? task->n_kinds : SORTS_MAX;
  *n_episodes = 1;
  if (task->type->anew && sorts == 0) {
    am_episode row = {0};
    const amine_status status = play_on(&row, n_episodes, learner, seed, error);
    if (status != AMINE_OK) am_episode_free(&row);
    *episode = row;
    return status;
  }
  if (sorts < 2) return am_episode_play(episode, learner, 0, seed, error);
  int lanes[SORTS_MAX];
  am_episode all = {0};
  *episode = all;
  void *state = am_alloc(task->state_size, 1);
  if (!state) return am_fail_memory(error, task->state_size);
  *n_episodes = find_sorts(lanes, sorts, task, state, seed);
  am_free(state);
  amine_status status = AMINE_OK;
  for (int k = 0; k < sorts && status == AMINE_OK; k++) {
    am_episode one = {0};
    if (lanes[k] < 0) continue;
    status = am_episode_play(&one, learner, (uint32_t)lanes[k], seed, error);
    if (status == AMINE_OK) status = append(&all, &one, error);
    am_episode_free(&one);
  }
  if (status == AMINE_OK) *episode = all;
  else am_episode_free(&all);
  return status;
}

/* ------------------------------------------------------------------------------ writing */
static amine_status put_arrays(am_text *arrays, const am_episode *e, bool deflated,
                               amine_error *error) {
  am_npz_builder *b = NULL;
  amine_status status = am_npz_builder_new(&b, error);
  for (int k = 0; k < e->n && status == AMINE_OK; k++) {
    const am_series *s = &e->series[k];
    const size_t dims[2] = {(size_t)e->n_steps, (size_t)s->width};
    status = am_npz_builder_add(b, s->name, AM_F32, s->width > 1 ? 2 : 1, dims, s->values, error);
  }
  if (status == AMINE_OK) status = am_npz_builder_bytes(b, arrays, deflated, error);
  am_npz_builder_free(b);
  return status;
}

enum { SHOWN_MAX = 1000, WRITTEN = 200 };

static void put_symbol(am_text *text, bool first, const am_task *task, int symbol) {
  if (!first) am_text_puts(text, ", ");
  am_json_string(text, task->type->symbol_name(task, symbol));
}

/* Of a task of symbols: those that were shown, the first SHOWN_MAX, with the one after them, and how
 * the network goes on by itself at the end. */
static void put_symbols(am_text *text, const am_episode *e, am_learner *learner, uint64_t seed) {
  const am_task *task = am_task_evaluated(learner->task);
  const am_series *shown = am_episode_find(e, "inputs"), *next = am_episode_find(e, "answers");
  const int n = e->n_steps < SHOWN_MAX ? e->n_steps : SHOWN_MAX;
  int written[WRITTEN];
  if (task->n_symbols == 0 || !learner->type->write || !shown || !next) return;
  learner->type->write(learner, written, WRITTEN, seed);
  am_json_put_key(text, "text");
  am_json_begin(text);
  am_json_put_string(text, "between", task->between);
  am_json_list(text, "shown");
  for (int t = 0; t < n; t++) put_symbol(text, t == 0, task, (int)shown->values[t]);
  put_symbol(text, false, task, (int)next->values[n - 1]);
  am_text_puts(text, "]");
  am_json_list(text, "written");
  for (int k = 0; k < WRITTEN; k++) put_symbol(text, k == 0, task, written[k]);
  am_text_puts(text, "]}");
}

static void put_about(am_text *text, const am_episode *e, int n_episodes, am_learner *learner,
                      uint64_t seed) {
  const am_task_type *task = learner->task->type;
  am_json_begin(text);
  am_json_put_string(text, "task", task->part.name);
  am_json_put_string(text, "meaning", task->part.meaning);
  am_json_put_int(text, "episodes", n_episodes);
  am_json_list(text, "series");
  for (int k = 0; k < e->n; k++) {
    am_json_begin(text);
    am_json_put_string(text, "name", e->series[k].name);
    am_json_put_string(text, "meaning", e->series[k].meaning);
    am_json_put_int(text, "width", e->series[k].width);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  put_symbols(text, e, learner, seed);
  am_json_end(text);
}

amine_status am_series_make(am_text *arrays, am_text *about, am_experiment *x, uint64_t seed,
                            bool deflated, amine_error *error) {
  am_episode e;
  int n_episodes;
  AM_TRY(am_episodes_play(&e, &n_episodes, x->learner, seed, error));
  put_about(about, &e, n_episodes, x->learner, seed);
  amine_status status = about->failed ? am_fail_memory(error, 1024) : AMINE_OK;
  if (status == AMINE_OK && e.n > 0) status = put_arrays(arrays, &e, deflated, error);
  am_episode_free(&e);
  return status;
}
