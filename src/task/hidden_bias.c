/* A bias that only rewards tell of (see hidden_bias.h). */
#include "task/hidden_bias.h"

#include <math.h>

#define SCALE 5.0f   /* of an action */
#define MOST 20.0f   /* that can be said, and be lost in a step */
#define BIAS 10.0f   /* |alpha| is below it */
#define SPAN 5.0f    /* |x| likewise */
#define RIGHT 1.0f   /* a distance below it is right */
#define REWARD 10.0f /* for that */

am_hidden_bias_options am_hidden_bias_default(void) {
  return (am_hidden_bias_options){.steps = 100};
}

static void show(am_hidden_bias_state *s) {
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)s->n_shown++);
  s->shown = SPAN * (2 * am_uniform(draw.v[0]) - 1);
}

/* Bias number k of the episode, of which nothing is known yet. */
static void hide(am_hidden_bias_state *s, uint32_t k) {
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, k);
  s->bias = BIAS * (2 * am_uniform(draw.v[0]) - 1);
  s->n_left = 0;
  s->left[0] = s->left[1] = 0;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_hidden_bias_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  hide(s, 0);
  show(s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_hidden_bias_state *s = state;
  const bool ended = s->world.step >= task->n_steps;
  input[AM_BIAS_SHOWN] = ended ? 0 : s->shown / SPAN;
  input[AM_BIAS_SAID] = ended ? 0 : s->said / SCALE;
  input[AM_BIAS_REWARD] = ended ? 0 : s->reward / REWARD;
}

/* Whether a value of alpha agrees with what was left of it. */
static bool is_left(const am_hidden_bias_state *s, float value) {
  for (int k = 0; k < s->n_left; k++)
    if (fabsf(value - s->left[k]) < RIGHT / 2) return true;
  return s->n_left == 0 && fabsf(value) <= BIAS;
}

/* What is left of alpha once `apart` from it was a distance from being right, below 0: was right. */
static void learn(am_hidden_bias_state *s, float tried, float apart) {
  const float two[2] = {tried - apart, tried + apart};
  float found[2] = {tried, 0};
  int n = apart < 0 ? 1 : 0;
  if (s->n_left == 1) return;
  for (int k = 0; k < 2 && apart >= 0; k++)
    if (is_left(s, two[k])) found[n++] = two[k];
  if (n == 0) return; /* below what floats tell apart */
  s->n_left = n;
  s->left[0] = found[0];
  s->left[1] = found[1];
}

static float move(const am_task *task, void *state, const float *action) {
  const am_hidden_bias_options *o = task->options;
  am_hidden_bias_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const float said = fmaxf(-MOST, fminf(MOST, SCALE * action[0]));
  const float apart = fabsf(s->shown + s->bias - said);
  const bool right = apart < RIGHT;
  learn(s, said - s->shown, right ? -1 : apart);
  s->said = said;
  s->reward = right ? REWARD : -fminf(MOST, apart);
  s->world.step++;
  if (right) show(s);
  if (o->swap && s->world.step == task->n_steps / 2) hide(s, 1);
  return s->reward;
}

/* ------------------------------------------------------------------------------ lines */
static void random_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  (void)state;
  action[0] = MOST / SCALE * (2 * am_uniform(draw.v[0]) - 1);
}

static void mean_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  (void)draw;
  action[0] = ((const am_hidden_bias_state *)state)->shown / SCALE;
}

#define FIRST_TRY 7.5f

static void bayes_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  const am_hidden_bias_state *s = state;
  const float guess = s->n_left == 0 ? FIRST_TRY : s->left[draw.v[0] % (uint32_t)s->n_left];
  action[0] = (s->shown + guess) / SCALE;
}

static void right_move(const am_task *task, const void *state, am_random4 draw, float *action) {
  (void)task;
  (void)draw;
  const am_hidden_bias_state *s = state;
  action[0] = (s->shown + s->bias) / SCALE;
}

/* Exact. Random: with G = x + alpha, of mean square 125/3, and g uniform in [-20, 20], a step is
 * right with probability 1/20; the distance is 10 + G^2/40 in the mean, 1/40 of that where it is
 * right, and G^2/80 of it beyond 20: 1/2 - (10 + 25/24 - 1/40 - 25/48). Mean: 1/10 of the episodes are
 * right at each step, in others -|alpha|: 1 - 99/20.
 *
 * Bayes: whoever first tries c in [0, 9] is right with probability 1/10, and knows from then on what
 * to say. If not, the distance d leaves c - d and c + d, of which for |alpha - c| < 10 - c both are
 * possible: then one of them is tried, in vain half of the time, at a distance of 2 d. So much less
 * than 10 T is, with the expectation over alpha,
 *     (279 + c^2)/20 + (189 - 30 c + c^2)/20,   least at c = 7.5: 17.775; with another bias once more. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_hidden_bias_options *o = options;
  const am_range ranges[] = {{"steps", o->steps, 6, 100000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 1, error));
  const double T = o->steps, bayes = 10 * T - (o->swap ? 2 : 1) * 17.775;
  task->n_inputs = AM_BIAS_INPUTS;
  task->n_real = 1;
  task->n_steps = o->steps;
  task->criterion = 0.95 * bayes;
  task->state_size = sizeof(am_hidden_bias_state);
  am_task_moves(task, "random", T * (0.5 - (10 + 25.0 / 24 - 1.0 / 40 - 25.0 / 48)), random_move);
  am_task_moves(task, "mean", T * (1 - 99.0 / 20), mean_move);
  am_task_moves(task, "bayes", bayes, bayes_move);
  am_task_moves(task, "ceiling", 10 * T, right_move);
  return AMINE_OK;
}

#define AT(member) AM_MEMBER(am_hidden_bias_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_SWITCH("swap", 0, "halfway through an episode the bias is drawn anew", AT(swap)),
    {0}};

const am_task_type am_hidden_bias_type = {
    .part = {.kind = AM_TASK,
             .name = "hidden-bias",
             .meaning = "say what is shown plus a bias that only rewards tell of",
             .parameters = parameters,
             .options_size = sizeof(am_hidden_bias_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .move = move,
};
