/* Evidence accumulation: pulses are drawn step by step, the lines are summed exactly. */
#include "task/evidence.h"

#include <assert.h>
#include <math.h>

#include "base/memory.h"

am_evidence_options am_evidence_default(void) {
  return (am_evidence_options){.steps = 12, .difficulty = 0.8f, .noise = 0};
}

/* the probability of a pulse on the drawn side; world and lines use this one number */
static float on_side(const am_evidence_options *o) { return 1 - 0.5f * o->difficulty; }

static void draw_pulse(const am_task *task, am_evidence_state *s) {
  const am_evidence_options *o = task->options;
  s->pulse = s->seen = 0;
  if (s->world.step >= o->steps - 1) return;
  const uint32_t step = (uint32_t)s->world.step;
  const int side = s->side == AM_EVIDENCE_RIGHT ? 1 : -1;
  s->pulse = am_world_chance(&s->world, step, 0, on_side(o)) ? side : -side;
  s->seen = am_world_chance(&s->world, step, 1, o->noise) ? -s->pulse : s->pulse;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_evidence_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const bool right = am_world_draw(&s->world, AM_STREAM_TASK_START, 0).v[0] >> 31;
  s->side = right ? AM_EVIDENCE_RIGHT : AM_EVIDENCE_LEFT;
  draw_pulse(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_evidence_state *s = state;
  input[AM_EVIDENCE_LEFT] = s->seen < 0 ? 1.0f : 0.0f;
  input[AM_EVIDENCE_RIGHT] = s->seen > 0 ? 1.0f : 0.0f;
  input[AM_EVIDENCE_DECIDE] = s->world.step == task->n_steps - 1 ? 1.0f : 0.0f;
}

static int answer(const am_task *task, const void *state) {
  const am_evidence_state *s = state;
  if (s->world.step != task->n_steps - 1) return -1;
  if (s->balance == 0) return s->side;
  return s->balance > 0 ? AM_EVIDENCE_RIGHT : AM_EVIDENCE_LEFT;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < AM_EVIDENCE_ACTIONS);
  am_evidence_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const float reward = answer(task, s) == action ? 1 : 0;
  s->balance += s->pulse;
  s->shown += s->seen;
  if (s->seen) s->last = s->seen;
  s->world.step++;
  draw_pulse(task, s);
  return reward;
}

enum { LEFT, RIGHT, AGAINST };
static const am_task_event events[] = {
    [LEFT] = {"left", "a pulse is shown on the left"},
    [RIGHT] = {"right", "a pulse is shown on the right"},
    [AGAINST] = {"against", "the pulse is on the side that has been shown less so far"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_evidence_state *s = before;
  (void)task, (void)after;
  return (unsigned)(s->seen < 0) << LEFT | (unsigned)(s->seen > 0) << RIGHT |
         (unsigned)(s->seen * s->shown < 0) << AGAINST;
}

static int say(int balance, am_random4 draw) {
  if (balance == 0) return (int)(draw.v[0] >> 31);
  return balance > 0 ? AM_EVIDENCE_RIGHT : AM_EVIDENCE_LEFT;
}

static int say_last(const am_task *task, const void *state, am_random4 draw) {
  (void)task;
  return say(((const am_evidence_state *)state)->last, draw);
}

/* The side shown more: since noise <= 1/2, the more pulses are shown on a side, the more likely it
 * is that more came there, so no rule is better. */
static int say_more(const am_task *task, const void *state, am_random4 draw) {
  (void)task;
  return say(((const am_evidence_state *)state)->shown, draw);
}

#define AT(member) AM_MEMBER(am_evidence_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("difficulty", 0.8, 0, 1, "", "0: all pulses come on one side; 1: as many on either",
              AT(difficulty)),
    AM_NUMBER("noise", 0, 0, 0.5, "", "probability that a pulse is shown on the wrong side",
              AT(noise)),
    {0}};

/* Probability that a pulse comes [1] or not [0] on the drawn side and is shown there or not. */
typedef struct pulse_odds {
  double p[2][2]; /* [came][shown] */
} pulse_odds;

static pulse_odds odds_of(const am_evidence_options *o) {
  const double p = (double)on_side(o), e = (double)o->noise;
  return (pulse_odds){{{(1 - p) * (1 - e), (1 - p) * e}, {p * e, p * (1 - e)}}};
}

/* Adds one pulse to P(m, k) of n of them; P is [n_max + 1][n_max + 1]. */
static void add_pulse(double *P, int n, int n_max, const pulse_odds *odds) {
  const int width = n_max + 1;
  for (int m = n + 1; m >= 0; m--)
    for (int k = n + 1; k >= 0; k--) {
      double sum = 0;
      for (int came = 0; came < 2; came++)
        for (int shown = 0; shown < 2; shown++)
          if (m >= came && k >= shown)
            sum += odds->p[came][shown] * P[(m - came) * width + k - shown];
      P[m * width + k] = sum;
    }
}

/* How often "the side shown last" and "the side shown more" are right, given the drawn side, which
 * changes nothing: both sides are alike. */
static amine_status calibrate(am_task *task, const am_evidence_options *o, amine_error *error) {
  const int n = o->steps - 1, width = n + 1;
  const pulse_odds odds = odds_of(o);
  double last = 0, more = 0;
  double *P = am_alloc(am_size_mul((size_t)width, (size_t)width), sizeof *P);
  if (!P) return am_fail_memory(error, (size_t)width * (size_t)width * sizeof *P);
  P[0] = 1;
  for (int i = 0; i < n - 1; i++) add_pulse(P, i, n, &odds);
  for (int m = 0; m < n; m++)
    for (int k = 0; k < n; k++)
      for (int came = 0; came < 2; came++)
        for (int shown = 0; shown < 2; shown++) {
          const bool right = 2 * (m + came) >= n; /* the drawn side is the answer */
          if (right == (shown == 1)) last += odds.p[came][shown] * P[m * width + k];
        }
  add_pulse(P, n - 1, n, &odds);
  for (int m = 0; m <= n; m++)
    for (int k = 0; k <= n; k++) {
      const bool right = 2 * m >= n;
      const double share = 2 * k == n ? 0.5 : right == (2 * k > n) ? 1 : 0;
      more += share * P[m * width + k];
    }
  am_free(P);
  am_task_acts(task, "random", 0.5, am_policy_random);
  am_task_acts(task, "last", last, say_last);
  am_task_acts(task, "ceiling", more, say_more);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_evidence_options *o = options;
  const am_range ranges[] = {{"steps", o->steps, 2, 257},
                             {"difficulty", (double)o->difficulty, 0, 1},
                             {"noise", (double)o->noise, 0, 0.5}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  AM_TRY(calibrate(task, o, error));
  const double margin = task->lines[2].reward - 0.5; /* none where all is noise */
  task->n_inputs = AM_EVIDENCE_INPUTS;
  task->n_actions = AM_EVIDENCE_ACTIONS;
  task->n_steps = o->steps;
  task->criterion = margin > 1e-9 ? 0.5 + 0.9 * margin : (double)NAN;
  task->state_size = sizeof(am_evidence_state);
  return AMINE_OK;
}

const am_task_type am_evidence_type = {
    .part = {.kind = AM_TASK,
             .name = "evidence",
             .meaning = "count pulses on two sides and say which side had more",
             .parameters = parameters,
             .options_size = sizeof(am_evidence_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
};
