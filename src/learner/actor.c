/* Network meets world, one lane, step by step. */
#include "learner/actor.h"

#include <math.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "equation/plan_draw.h"
#include "learner/choose.h"

/* Numbers of the policy at a step. */
static size_t n_policy(const am_task *task) {
  return task->n_targets > 0 ? 0 : (size_t)am_task_said(task);
}

size_t am_actor_lay_out(am_actor *actor, void *block, const am_task *task, const am_pair *network,
                        bool has_E) {
  enum { LINE = 64 };
  const size_t T = (size_t)task->n_steps, real_size = sizeof(float);
  void *lane;
#define ROOM(where, count, size)                                                                   \
  { where, am_size_round(am_size_mul(count, size), LINE) / LINE }
  const am_span spans[] = {
      ROOM(&lane, 1, am_pair_lane_bytes(network, task->n_steps, has_E, real_size)),
      ROOM(&actor->p, T * n_policy(task), real_size),
      ROOM(&actor->logp, T * n_policy(task), real_size),
      ROOM(&actor->moves, T * (size_t)task->n_real, real_size),
      ROOM(&actor->noise, T * (size_t)task->n_real, real_size),
      ROOM(&actor->actions, T, sizeof(int)),
      ROOM(&actor->rewards, T, real_size),
      ROOM(&actor->answers, T, sizeof(int)),
      ROOM(&actor->asked, T, real_size),
      ROOM(&actor->weight, T, real_size),
      ROOM(&actor->wanted, T * (size_t)task->n_targets, real_size),
      ROOM(&actor->fed, am_pair_is_given(network), am_feed_bytes(task->n_inputs))};
#undef ROOM
  const size_t lines = am_spans_cut(spans, sizeof spans / sizeof *spans, block, LINE);
  if (block) am_pair_lane_place(network, &actor->lane, lane, task->n_steps, has_E, real_size);
  return am_size_mul(lines, LINE);
}

/* The episodes that still go on, of the n that are played side by side. */
typedef struct playing {
  am_holding holding[AM_TRACE_LANES]; /* of those that began */
  am_holding *held[AM_TRACE_LANES];
  am_actor *actors[AM_TRACE_LANES];
  am_pair_lane *lanes[AM_TRACE_LANES];
  uint32_t numbers[AM_TRACE_LANES];
  int n;
} playing;

static void begin(playing *now, am_actor *actors, int n, const am_play *play, int first) {
  const am_task *task = play->group->task;
  now->n = n;
  for (int q = 0; q < n; q++) {
    am_actor *a = now->actors[q] = &actors[q];
    now->lanes[q] = &a->lane;
    now->numbers[q] = play->group->first + (uint32_t)(first + q);
    now->held[q] = &now->holding[q];
    am_holding_begin(now->held[q], play->hold, play->network->plan[0]);
    a->lane.held = am_holding_held(now->held[q]);
    a->world = am_group_world(play->group, first + q);
    a->lane.n_steps = task->n_steps;
    a->lane.dropped = play->dropped && play->network->dropout > 0;
    am_pair_code()->begin(play->network, &a->lane, play->parameters);
    if (am_pair_is_given(play->network)) am_feed_begin(&play->feed, a->fed, task->n_inputs);
    for (int l = 0; l < play->network->n_layers; l++)
      am_plan_draw(play->network->plan[l], a->lane.layer[l].block, 1, play->group->seed,
                   play->group->episode, now->numbers[q], l);
  }
}

/* Those that ended with step t have t + 1 steps and go no further. */
static void end(playing *now, const am_task *task, int t) {
  int n = 0;
  if (!task->type->over) return;
  for (int q = 0; q < now->n; q++) {
    if (task->type->over(task, now->actors[q]->world)) {
      now->lanes[q]->n_steps = t + 1;
      continue;
    }
    now->actors[n] = now->actors[q];
    now->lanes[n] = now->lanes[q];
    now->held[n] = now->held[q];
    now->numbers[n++] = now->numbers[q];
  }
  now->n = n;
}

/* The policy at step t: side by side, since none of them waits for another. */
static void decide(const playing *now, const am_play *play, int t) {
  const am_task *task = play->group->task;
  const size_t s = (size_t)t, A = n_policy(task);
  for (int q = 0; A > 0 && q < now->n; q++) {
    const am_actor *a = now->actors[q];
    const float *heads = a->lane.heads + s * (size_t)play->network->head_rows;
    if (task->n_real > 0)
      am_objective_code()->gauss(a->p + s * A, a->logp + s * A, heads, task->n_real);
    else am_objective_code()->policy(a->p + s * A, a->logp + s * A, heads, (int)A);
  }
}

static size_t input_rows(const am_task *task) { return (size_t)am_pad(task->n_inputs, 16); }

static void put_given(am_actor *a, const am_play *play, int t) {
  const int n = play->feed.n;
  for (int k = 0; k < n; k++) a->lane.given[(size_t)(t * n + k) * 16] = am_feed_value(a->fed, k);
}

/* What is given of step t, from what it brought. */
static void give(am_actor *a, const am_play *play, uint32_t lane, int t, float error) {
  const am_group *g = play->group;
  const size_t s = (size_t)t;
  const am_feed_moment m = {.key = {g->seed, 0, g->episode, lane},
                            .step = t,
                            .reward = a->rewards[t],
                            .error = error,
                            .p = a->p + s * n_policy(g->task),
                            .input = a->lane.u + s * input_rows(g->task),
                            .stride = 1,
                            .n_actions = g->task->n_actions};
  am_feed_after(&play->feed, a->fed, &m);
  put_given(a, play, t);
}

/* What is said at step t is compared, and the world moves on; returns the mean squared error, below 0
 * where nothing was asked for. */
static float compare(am_actor *actor, const am_play *play, int t) {
  const am_task *task = play->group->task;
  const size_t s = (size_t)t, n = (size_t)task->n_targets;
  const float *y = actor->lane.heads + s * (size_t)play->network->head_rows;
  float *wanted = actor->wanted + s * n, squares = 0, sizes = 0;
  const bool asked = task->type->target(task, actor->world, wanted);
  for (size_t k = 0; k < n; k++) {
    squares += (wanted[k] - y[k]) * (wanted[k] - y[k]);
    sizes += fabsf(wanted[k] - y[k]);
  }
  const float sum = task->type->absolute ? sizes : squares;
  actor->asked[t] = asked ? 1 : 0;
  actor->rewards[t] = asked ? -sum / ((float)n * (float)am_task_counted(task)) : 0;
  if (!task->type->together) task->type->step(task, actor->world, 0);
  return asked ? squares / (float)n : -1;
}

/* What the policy does at step t. */
static void choose(am_actor *actor, const am_play *play, uint32_t lane, int t) {
  const am_group *g = play->group;
  const am_task_type *type = g->task->type;
  const size_t n = (size_t)g->task->n_actions;
  const am_random_key key = {g->seed, AM_STREAM_POLICY, g->episode, lane};
  actor->answers[t] = type->answer ? type->answer(g->task, actor->world) : -1;
  actor->weight[t] = am_task_weight(g->task, actor->world);
  actor->asked[t] = actor->answers[t] >= 0 || !type->answer ? actor->weight[t] : 0;
  actor->actions[t] =
      am_choose(actor->p + (size_t)t * n, 1, (int)n, key, (uint32_t)t, play->greedy);
}

/* The same of real actions: mu + sigma e. */
static void move(am_actor *actor, const am_play *play, uint32_t lane, int t) {
  const am_group *g = play->group;
  const int n = g->task->n_real;
  const am_random_key key = {g->seed, AM_STREAM_POLICY, g->episode, lane};
  const float *p = actor->p + (size_t)t * n_policy(g->task);
  float *moves = actor->moves + (size_t)(t * n), *noise = actor->noise + (size_t)(t * n);
  for (int k = 0; k < n; k++) {
    noise[k] = play->greedy ? 0 : am_real_noise(key, n, t, k);
    moves[k] = p[k] + p[n + k] * noise[k];
  }
  actor->actions[t] = actor->answers[t] = -1;
  actor->asked[t] = actor->weight[t] = am_task_weight(g->task, actor->world);
}

/* What the world answers. */
static void step_world(am_actor *actor, const am_task *task, int t) {
  const am_task_type *type = task->type;
  actor->rewards[t] = task->n_real > 0
                          ? type->move(task, actor->world, actor->moves + t * task->n_real)
                          : type->step(task, actor->world, actor->actions[t]);
}

static void step_together(const playing *now, const am_task *task, int t) {
  const int n = task->n_real;
  const bool acted = am_task_acted(task);
  void *states[AM_TRACE_LANES];
  int actions[AM_TRACE_LANES];
  float moves[AM_TRACE_LANES * AM_REAL_MAX], rewards[AM_TRACE_LANES];
  for (int q = 0; q < now->n; q++) {
    const am_actor *a = now->actors[q];
    states[q] = a->world;
    actions[q] = acted ? a->actions[t] : 0;
    for (int k = 0; k < n; k++) moves[q * n + k] = a->moves[t * n + k];
  }
  am_group_together(task, &(am_together){.states = states,
                                         .n = now->n,
                                         .actions = actions,
                                         .moves = moves,
                                         .rewards = rewards});
  for (int q = 0; q < now->n && acted; q++) now->actors[q]->rewards[t] = rewards[q];
}

/* All that go on act, and the world moves on. */
static void act(playing *now, const am_play *play, int t) {
  const am_task *task = play->group->task;
  const bool acted = am_task_acted(task);
  float errors[AM_TRACE_LANES];
  for (int q = 0; q < now->n; q++)
    if (acted) (task->n_real > 0 ? move : choose)(now->actors[q], play, now->numbers[q], t);
    else errors[q] = compare(now->actors[q], play, t);
  if (task->type->together) step_together(now, task, t);
  for (int q = 0; q < now->n && acted; q++) {
    if (!task->type->together) step_world(now->actors[q], task, t);
    errors[q] = am_feed_error(now->actors[q]->rewards[t]);
  }
  for (int q = 0; q < now->n && am_pair_is_given(play->network); q++)
    give(now->actors[q], play, now->numbers[q], t, errors[q]);
}

/* Dropout between layers: a pure function of the episode, layer and t. */
static void draw_masks(am_actor *a, const am_play *play, uint32_t lane, int t) {
  const am_pair *p = play->network;
  for (int l = 0; a->lane.dropped && l + 1 < p->n_layers; l++) {
    const int n = p->plan[l]->n_outputs;
    const am_random_key key = {play->group->seed, AM_STREAM_POLICY, play->group->episode, lane};
    am_dropout(a->lane.layer[l].mask + (size_t)t * (size_t)am_pad(n, 16), 1, key, l, t, n,
               p->dropout);
  }
}

/* Asks what the k-th of those that go on is held at. */
static void hold(playing *now, const am_play *play, int q, int t, bool over) {
  am_holding *h = now->held[q];
  if (!h->hold) return;
  am_holding_ask(h, 0, true, now->numbers[q], t, now->actors[q]->world,
                 over ? now->actors[q]->rewards[t] : 0, over);
  am_holding_give(h, 0,
                  now->lanes[q]->given + (size_t)(t * play->network->plan[0]->n_given) * 16, 1);
}

void am_actor_play(am_actor *actors, int n, const am_play *play, int first) {
  const am_task *task = play->group->task;
  const am_pair *p = play->network;
  playing now;
  begin(&now, actors, n, play, first);
  for (int t = 0; t < task->n_steps && now.n > 0; t++) {
    for (int q = 0; q < now.n; q++) {
      am_pair_lane *a = now.lanes[q];
      task->type->observe(task, now.actors[q]->world, a->u + (size_t)t * input_rows(task));
      if (a->keep) a->keep[t] = am_task_begins(task, now.actors[q]->world) ? 0 : 1;
      if (am_pair_is_given(p)) {
        am_feed_before(&play->feed, now.actors[q]->fed);
        put_given(now.actors[q], play, t);
      }
      hold(&now, play, q, t, false);
      draw_masks(now.actors[q], play, now.numbers[q], t);
    }
    am_pair_code()->step(p, play->rule, now.lanes, now.n, play->parameters, t);
    decide(&now, play, t);
    act(&now, play, t);
    for (int q = 0; q < now.n; q++) hold(&now, play, q, t, true);
    am_pair_code()->after(p, play->rule, now.lanes, now.n, play->parameters, t);
    if (play->watch && now.actors[0] == actors) play->watch(play->context, actors, t);
    end(&now, task, t);
  }
  for (int q = 0; q < n; q++) actors[q].lane.held = NULL;
}

/* Those whose episode has no step t go no further. */
static void end_with(playing *now, const am_actor *actors, const am_actor *led, int t) {
  int n = 0;
  for (int q = 0; q < now->n; q++) {
    if (t >= led[now->actors[q] - actors].lane.n_steps) continue;
    now->actors[n] = now->actors[q];
    now->lanes[n] = now->lanes[q];
    now->numbers[n++] = now->numbers[q];
  }
  now->n = n;
}

void am_actor_follow(am_actor *actors, const am_actor *led, int n, const am_play *play,
                     int first) {
  const am_pair *p = play->network;
  const size_t rows = input_rows(play->group->task);
  playing now;
  begin(&now, actors, n, play, first);
  for (int q = 0; q < n; q++) actors[q].lane.n_steps = led[q].lane.n_steps;
  for (int t = 0; end_with(&now, actors, led, t), now.n > 0; t++) {
    for (int q = 0; q < now.n; q++) {
      am_actor *a = now.actors[q];
      const am_actor *other = &led[a - actors];
      memcpy(a->lane.u + (size_t)t * rows, other->lane.u + (size_t)t * rows, rows * sizeof(float));
      a->rewards[t] = other->rewards[t];
      if (a->lane.keep) a->lane.keep[t] = other->lane.keep[t];
      if (!am_pair_is_given(p)) continue;
      am_feed_before(&play->feed, a->fed);
      put_given(a, play, t);
    }
    am_pair_code()->step(p, play->rule, now.lanes, now.n, play->parameters, t);
    decide(&now, play, t);
    for (int q = 0; am_pair_is_given(p) && q < now.n; q++)
      give(now.actors[q], play, now.numbers[q], t, am_feed_error(now.actors[q]->rewards[t]));
    am_pair_code()->after(p, play->rule, now.lanes, now.n, play->parameters, t);
  }
  for (int q = 0; q < n; q++) actors[q].lane.held = NULL;
}
