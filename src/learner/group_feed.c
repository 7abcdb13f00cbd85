/* What a group's texts are given (see group_feed.h). */
#include "learner/group_feed.h"

enum { LANES = AM_GROUP_LANES };

static int inputs_of(const am_stack *s) { return s->plan[0]->n_inputs; }

static void *episode_of(const am_stack *s, void *fed, int k) {
  return (unsigned char *)fed + (size_t)k * am_feed_bytes(inputs_of(s));
}

size_t am_group_feed_bytes(const am_stack *s) {
  return s->n_given > 0 ? LANES * am_feed_bytes(inputs_of(s)) : 0;
}

void am_group_feed_begin(const am_stack *s, void *fed) {
  for (int k = 0; s->n_given > 0 && k < LANES; k++)
    am_feed_begin(&s->feed, episode_of(s, fed, k), inputs_of(s));
}

static void put(const am_stack *s, float *given, void *fed) {
  for (int g = 0; g < s->n_given; g++)
    for (int k = 0; k < LANES; k++) given[g * LANES + k] = am_feed_value(episode_of(s, fed, k), g);
}

void am_group_feed_before(const am_stack *s, float *given, void *fed) {
  for (int k = 0; s->n_given > 0 && k < LANES; k++) am_feed_before(&s->feed, episode_of(s, fed, k));
  put(s, given, fed);
}

/* E of given.h, in lane k */
static float error_of(const am_task *task, const am_group_brought *b, int k) {
  float squares = 0;
  if (task->n_targets == 0) return am_feed_error(b->reward[k]);
  if (b->asked[k] == 0) return -1;
  for (int a = 0; a < task->n_targets; a++) {
    const float off = b->wanted[a * LANES + k] - b->p[a * LANES + k];
    squares += off * off / (float)task->n_targets;
  }
  return squares;
}

void am_group_feed_after(const am_stack *s, float *given, void *fed, const am_group *g,
                         const am_group_brought *b) {
  for (int k = 0; s->n_given > 0 && k < LANES; k++) {
    const am_feed_moment m = {.key = {g->seed, 0, g->episode, am_group_lane(g, k)},
                              .step = b->step,
                              .reward = b->reward[k],
                              .error = error_of(g->task, b, k),
                              .p = b->p + k,
                              .input = b->u + k,
                              .stride = LANES,
                              .n_actions = g->task->n_actions};
    am_feed_after(&s->feed, episode_of(s, fed, k), &m);
  }
  put(s, given, fed);
}

int am_group_feed_series(const am_stack *s, am_series *out, int n) {
  const am_plan *p = s->plan[0];
  if (p->has_level) out[n++] = (am_series){"level", "the modulator M(t)", p->level.rows, NULL};
  for (int k = 0; k < p->n_told && n < AM_SERIES_MAX; k++)
    out[n++] = (am_series){p->told[k].name, "of what modulates", p->told[k].operand.rows, NULL};
  out[n] = (am_series){0};
  return n;
}

void am_group_feed_record(const am_stack *s, const am_turn *turn, const am_plan_step *step, int t) {
  const am_plan *p = s->plan[0];
  if (p->has_level) am_turn_record(turn, "level", t, am_plan_told(step, &p->level));
  for (int k = 0; k < p->n_told; k++)
    am_turn_record(turn, p->told[k].name, t, am_plan_told(step, &p->told[k].operand));
}
