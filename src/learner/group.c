/* Sixteen worlds in step (see group.h). */
#include "learner/group.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/strands.h"

enum { LANES = AM_GROUP_LANES };

size_t am_group_bytes(const am_task *task) {
  const size_t stride = am_size_round(task->state_size, 64);
  const size_t values = am_size_add((size_t)task->n_inputs, (size_t)task->n_targets);
  return am_size_add(am_size_mul(LANES, stride),
                     am_size_round(am_size_mul(values, sizeof(float)), 64));
}

void am_group_place(am_group *g, void *block, const am_task *task) {
  const size_t stride = am_size_round(task->state_size, 64);
  *g = (am_group){.task = task, .worlds = block, .stride = stride, .twins = 1};
  g->seen = (float *)(void *)(g->worlds + LANES * stride);
  g->wanted = g->seen + task->n_inputs;
}

static bool is_live(const am_group *g, int k) {
  return k < g->n && !(g->task->type->over && g->task->type->over(g->task, am_group_world(g, k)));
}

/* ------------------------------------------------------------------------------ all at once */
void am_group_meeting(void *task, void *const *brought, int n) {
  const am_task *t = task;
  t->type->together(t, (am_together *const *)brought, n);
}

void am_group_together(const am_task *task, am_together *lanes) {
  if (!am_strands_meet(lanes)) task->type->together(task, &lanes, 1);
}

static void begin_together(const am_group *g) {
  void *states[LANES];
  uint32_t numbers[LANES];
  for (int k = 0; k < g->n; k++) {
    states[k] = am_group_world(g, k);
    numbers[k] = am_group_lane(g, k);
  }
  am_group_together(g->task, &(am_together){.begins = true,
                                            .states = states,
                                            .n = g->n,
                                            .seed = g->seed,
                                            .episode = g->episode,
                                            .numbers = numbers});
}

/* Lanes that are over are left out, but the group comes, so that all groups stay in step. moves
 * [n_real][lanes], NULL: actions. */
static void move_together(const am_group *g, float *reward, float (*moves)[LANES]) {
  const int n_real = g->task->n_real;
  void *states[LANES];
  int actions[LANES], lane[LANES], n = 0;
  float rewards[LANES], real[LANES * AM_REAL_MAX];
  for (int k = 0; k < LANES; k++) {
    reward[k] = 0;
    if (!is_live(g, k)) continue;
    states[n] = am_group_world(g, k);
    actions[n] = g->actions[k];
    for (int i = 0; moves && i < n_real; i++) real[n * n_real + i] = moves[i][k];
    lane[n++] = k;
  }
  am_group_together(g->task, &(am_together){.states = states,
                                            .n = n,
                                            .actions = actions,
                                            .moves = real,
                                            .rewards = rewards});
  for (int k = 0; k < n; k++) reward[lane[k]] = rewards[k];
}

/* Where nobody acts. */
static void move_unacted(am_group *g) {
  float unheard[LANES];
  for (int k = 0; k < LANES; k++) g->actions[k] = 0;
  move_together(g, unheard, NULL);
}

/* ------------------------------------------------------------------------------ lane by lane */
void am_group_begin_twins(am_group *g, uint64_t seed, uint32_t episode, uint32_t first, int n,
                          int twins) {
  g->seed = seed;
  g->episode = episode;
  g->first = first;
  g->n = n;
  g->twins = twins;
  if (g->task->type->together) {
    begin_together(g);
    return;
  }
  for (int k = 0; k < n; k++)
    g->task->type->start(g->task, am_group_world(g, k), seed, episode, am_group_lane(g, k));
}

void am_group_begin(am_group *g, uint64_t seed, uint32_t episode, uint32_t first, int n) {
  am_group_begin_twins(g, seed, episode, first, n, 1);
}

void am_group_begin_held_out(am_group *g, uint64_t seed, uint32_t first, int n) {
  g->task = am_task_evaluated(g->task);
  am_group_begin(g, seed, 0, first, n);
}

void am_group_observe(const am_group *g, float *u, float *live) {
  const int n = g->task->n_inputs;
  memset(u, 0, (size_t)(n * LANES) * sizeof *u);
  for (int k = 0; k < LANES; k++) {
    live[k] = is_live(g, k) ? 1 : 0;
    if (live[k] == 0) continue;
    g->task->type->observe(g->task, am_group_world(g, k), g->seen);
    for (int i = 0; i < n; i++) u[i * LANES + k] = g->seen[i];
  }
}

void am_group_begins(const am_group *g, float *keep) {
  for (int k = 0; k < LANES; k++)
    keep[k] = is_live(g, k) && am_task_begins(g->task, am_group_world(g, k)) ? 0 : 1;
}

void am_group_choose(am_group *g, float *hit, const float *p, int t, bool greedy) {
  const int n = g->task->n_actions;
  memset(hit, 0, (size_t)(n * LANES) * sizeof *hit);
  for (int k = 0; k < LANES; k++) {
    g->actions[k] = -1;
    if (!is_live(g, k)) continue;
    const am_random_key key = {g->seed, AM_STREAM_POLICY, g->episode, am_group_lane(g, k)};
    g->actions[k] = am_choose(p + k, LANES, n, key, (uint32_t)t, greedy);
    hit[g->actions[k] * LANES + k] = 1;
  }
}

void am_group_move(am_group *g, float *reward) {
  if (g->task->type->together) {
    move_together(g, reward, NULL);
    return;
  }
  for (int k = 0; k < LANES; k++)
    reward[k] =
        g->actions[k] < 0 ? 0 : g->task->type->step(g->task, am_group_world(g, k), g->actions[k]);
}

static void note_regret(am_group *g, int t) {
  const int64_t n = g->n_regret, T = g->task->n_steps, done = t + 1;
  const int64_t i = (done * n + T - 1) / T - 1;
  if ((i + 1) * T / n != done) return;
  for (int k = 0; k < g->n; k++)
    g->regret[k * n + i] = g->task->type->regret(g->task, am_group_world(g, k));
}

void am_group_act(am_group *g, float *hit, float *reward, const float *p, int t, bool greedy) {
  am_group_choose(g, hit, p, t, greedy);
  am_group_move(g, reward);
  if (g->regret) note_regret(g, t);
}

void am_group_move_real(am_group *g, float *hit, float *reward, const float *p, int t,
                        bool greedy) {
  const int n = g->task->n_real;
  const bool together = g->task->type->together != NULL;
  memset(hit, 0, (size_t)(2 * n * LANES) * sizeof *hit);
  for (int k = 0; k < LANES; k++) {
    float action[AM_REAL_MAX];
    reward[k] = 0;
    for (int i = 0; i < n; i++) g->moves[i][k] = 0;
    if (!is_live(g, k)) continue;
    const am_random_key key = {g->seed, AM_STREAM_POLICY, g->episode, am_group_lane(g, k)};
    for (int i = 0; i < n; i++) {
      const float e = greedy ? 0 : am_real_noise(key, n, t, i);
      hit[i * LANES + k] = hit[(n + i) * LANES + k] = e;
      action[i] = g->moves[i][k] = p[i * LANES + k] + p[(n + i) * LANES + k] * e;
    }
    if (!together) reward[k] = g->task->type->move(g->task, am_group_world(g, k), action);
  }
  if (together) move_together(g, reward, g->moves);
}

void am_group_answer(const am_group *g, float *answer, float *asked) {
  const am_task_type *type = g->task->type;
  memset(answer, 0, (size_t)(am_task_said(g->task) * LANES) * sizeof *answer);
  for (int k = 0; k < LANES; k++) {
    const bool live = is_live(g, k);
    const int right = type->answer && live ? type->answer(g->task, am_group_world(g, k)) : -1;
    const bool decides = right >= 0 || (live && !type->answer);
    asked[k] = decides ? am_task_weight(g->task, am_group_world(g, k)) : 0;
    if (right >= 0) answer[right * LANES + k] = 1;
  }
}

void am_group_compare(am_group *g, float *target, float *asked, float *reward, const float *y) {
  const am_task *task = g->task;
  const int n = task->n_targets;
  const bool absolute = task->type->absolute;
  const float all = (float)n * (float)am_task_counted(task);
  memset(target, 0, (size_t)(n * LANES) * sizeof *target);
  for (int k = 0; k < LANES; k++) {
    asked[k] = reward[k] = 0;
    if (!is_live(g, k)) continue;
    asked[k] = task->type->target(task, am_group_world(g, k), g->wanted) ? 1 : 0;
    float sum = 0;
    for (int i = 0; i < n; i++) {
      const float off = g->wanted[i] - y[i * LANES + k];
      target[i * LANES + k] = g->wanted[i];
      sum += absolute ? fabsf(off) : off * off;
    }
    reward[k] = asked[k] > 0 ? -sum / all : 0;
    if (!task->type->together) task->type->step(task, am_group_world(g, k), 0);
  }
  if (task->type->together) move_unacted(g);
}

void am_dropout(float *mask, int stride, am_random_key key, int layer, int t, int n, float rate) {
  const float kept = 1 / (1 - rate);
  key.stream = AM_STREAM_DROPOUT + ((uint32_t)layer << 8);
  for (int j = 0; j < n; j += 4) {
    const uint32_t step = (uint32_t)(t * ((n + 3) / 4) + j / 4);
    const am_random4 r = am_random(key, step);
    for (int q = 0; q < 4 && j + q < n; q++)
      mask[(j + q) * stride] = am_chance_of(r, q, (double)rate, key, step) ? 0 : kept;
  }
}

void am_group_mask(const am_group *g, float *mask, int layer, int t, int n, float rate) {
  for (int k = 0; k < LANES; k++) {
    const am_random_key key = {g->seed, 0, g->episode, am_group_lane(g, k)};
    am_dropout(mask + k, LANES, key, layer, t, n, rate);
  }
}
