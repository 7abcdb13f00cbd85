/* Three needs; what its players earn is exact, for the cue by dynamic programming. */
#include "task/three_needs.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MORE 0.5f /* that the unknown place pays */

typedef struct three_needs {
  am_task task; /* first */
  bool more[AM_NEEDS_LOOKS + 1][2 * AM_NEEDS_LOOKS + 1];
} three_needs;

am_three_needs_options am_three_needs_default(void) {
  return (am_three_needs_options){.looks = 12, .reliability = 0.75, .cost = 0.04};
}

/* ------------------------------------------------------------------ the world */
/* All six orders of 0, 1, 2, each alike. */
static void draw_order(int32_t out[3], uint32_t bits) {
  const int k = (int)am_below(bits, 6), first = k / 2, up = k % 2;
  out[0] = first;
  out[1] = (first + 1 + up) % 3;
  out[2] = (first + 2 - up) % 3;
}

static int kind_of(const am_three_needs_state *s) {
  return s->round < AM_NEEDS_ROUNDS ? s->kind[s->round] : -1;
}

static void look(const am_task *task, am_three_needs_state *s) {
  const am_three_needs_options *o = task->options;
  const bool right = am_world_chance(&s->world, (uint32_t)s->world.step, 0, (float)o->reliability);
  s->shown = right ? s->side : -s->side;
  s->sum += s->shown;
}

/* Lays out the round that begins at the present step. */
static void lay_out(am_three_needs_state *s) {
  const uint32_t n = 2 * (uint32_t)s->round;
  const am_random4 values = am_world_draw(&s->world, AM_STREAM_TASK_START, 1 + n),
                   order = am_world_draw(&s->world, AM_STREAM_TASK_START, 2 + n);
  s->at = s->shown = s->sum = 0;
  s->unknown = kind_of(s) == AM_NEEDS_NOVELTY ? (int32_t)am_below(order.v[0], AM_NEEDS_PLACES) : -1;
  draw_order(s->order, order.v[1]);
  for (int k = 0; k < AM_NEEDS_PLACES; k++)
    s->v[k] = am_uniform(values.v[k]) + (k == s->unknown ? MORE : 0);
  s->side = am_below(order.v[2], 2) == 0 ? -1 : 1;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_three_needs_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  draw_order(s->kind, am_world_draw(&s->world, AM_STREAM_TASK_START, 0).v[0]);
  lay_out(s);
}

static bool over(const am_task *task, const void *state) {
  (void)task;
  return kind_of(state) < 0;
}

/* Whether places are offered and one may be chosen. */
static bool is_choice(const am_three_needs_state *s) { return s->at == AM_NEEDS_PLACES; }

static void observe(const am_task *task, const void *state, float *input) {
  const am_three_needs_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (over(task, s)) return;
  input[AM_NEEDS_INPUT_BEGINS] = s->at == 0;
  input[AM_NEEDS_INPUT_SHOWN] = (float)s->shown;
  if (kind_of(s) == AM_NEEDS_CUE) return;
  for (int k = 0; k < AM_NEEDS_PLACES; k++) input[AM_NEEDS_INPUT_OFFERED + k] = 1;
  if (is_choice(s) || s->order[s->at] == s->unknown) return;
  input[AM_NEEDS_INPUT_PAYS + s->order[s->at]] = 1;
  input[AM_NEEDS_INPUT_PAID] = s->v[s->order[s->at]];
}

/* What the action pays, and whether it ends the round; a further look is not taken yet. */
static float act(const am_task *task, const am_three_needs_state *s, int action, bool *ends) {
  const am_three_needs_options *o = task->options;
  *ends = true;
  if (kind_of(s) != AM_NEEDS_CUE) {
    *ends = is_choice(s);
    return *ends && action < AM_NEEDS_PLACES ? s->v[action] : 0;
  }
  if (action == AM_NEEDS_LOOK) {
    *ends = s->at == o->looks;
    return (float)-o->cost;
  }
  if (action < AM_NEEDS_PLACES) return 0;
  return (action == AM_NEEDS_RIGHT) == (s->side > 0) ? 1 : -1;
}

static float step(const am_task *task, void *state, int action) {
  am_three_needs_state *s = state;
  assert(action >= 0 && action < AM_NEEDS_ACTIONS);
  if (over(task, s)) return 0;
  bool ends;
  const float reward = act(task, s, action, &ends);
  s->world.step++;
  s->at++;
  if (ends && ++s->round == AM_NEEDS_ROUNDS) return reward;
  if (ends) lay_out(s);
  else if (kind_of(s) == AM_NEEDS_CUE) look(task, s);
  return reward;
}

/* ------------------------------------------------------------------ what happens */
static const am_task_event events[] = {
    [AM_NEEDS_VALUE] = {"value", "one of three places is chosen, all of which have paid"},
    [AM_NEEDS_NOVELTY] = {"novelty", "one of three places is chosen, one of which never paid"},
    [AM_NEEDS_CUE] = {"cue", "a noisy cue is shown"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_three_needs_state *s = before;
  (void)after;
  if (over(task, s) || (kind_of(s) != AM_NEEDS_CUE && !is_choice(s))) return 0;
  return 1u << kind_of(s);
}

/* ------------------------------------------------------------------ policies */
static int best_place(const am_three_needs_state *s, bool known) {
  int best = -1;
  for (int k = 0; k < AM_NEEDS_PLACES; k++)
    if (!(known && k == s->unknown) && (best < 0 || s->v[k] > s->v[best])) best = k;
  return best;
}

static int greedy(const am_task *task, const void *state, am_random4 draw) {
  (void)task, (void)draw;
  const am_three_needs_state *s = state;
  if (kind_of(s) != AM_NEEDS_CUE) return best_place(s, true);
  if (s->at == 0) return AM_NEEDS_LOOK;
  return s->sum < 0 ? AM_NEEDS_LEFT : AM_NEEDS_RIGHT;
}

/* What is to be expected of an answer after looks that add up to `sum`, or to -sum. */
static double answer_worth(double reliability, int sum) {
  const double odds = pow(reliability / (1 - reliability), abs(sum));
  return (odds - 1) / (odds + 1);
}

/* Whether one look more is worth it once t have been taken that add up to sum: more[t][looks + sum]. Goes back from
 * the last one; returns what the cue is worth at first. */
static double look_back(three_needs *x, const am_three_needs_options *o) {
  const int n = o->looks;
  double answer[2 * AM_NEEDS_LOOKS + 1], later[2 * AM_NEEDS_LOOKS + 1] = {0};
  for (int s = -n; s <= n; s++) answer[n + s] = answer_worth(o->reliability, s);
  for (int t = n; t >= 0; t--) {
    double worth[2 * AM_NEEDS_LOOKS + 1] = {0};
    for (int s = -t; s <= t; s++) {
      const double p = 0.5 * (1 + answer[n + s]), right = s < 0 ? 1 - p : p;
      const double up = right * o->reliability + (1 - right) * (1 - o->reliability);
      const double more =
          (t < n ? up * later[n + s + 1] + (1 - up) * later[n + s - 1] : 0) - o->cost;
      x->more[t][n + s] = more > answer[n + s];
      worth[n + s] = fmax(answer[n + s], more);
    }
    memcpy(later, worth, sizeof later);
  }
  return later[n];
}

static int best(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_three_needs_options *o = task->options;
  const am_three_needs_state *s = state;
  if (kind_of(s) == AM_NEEDS_NOVELTY) return s->unknown;
  if (kind_of(s) == AM_NEEDS_VALUE) return best_place(s, false);
  if (((const three_needs *)task)->more[s->at][o->looks + s->sum]) return AM_NEEDS_LOOK;
  return s->sum < 0 ? AM_NEEDS_LEFT : AM_NEEDS_RIGHT;
}

static int told(const am_task *task, const void *state, am_random4 draw) {
  (void)task, (void)draw;
  const am_three_needs_state *s = state;
  if (kind_of(s) != AM_NEEDS_CUE) return best_place(s, false);
  return s->side < 0 ? AM_NEEDS_LEFT : AM_NEEDS_RIGHT;
}

#define AT(member) AM_MEMBER(am_three_needs_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("looks", 12, 1, AM_NEEDS_LOOKS, "", "at a cue, at most", AT(looks)),
    AM_NUMBER("reliability", 0.75, 0.5, 0.999, "",
              "the probability that a look shows the right side", AT(reliability)),
    AM_NUMBER("cost", 0.04, 0, 100, "reward", "of each look", AT(cost)),
    {0}};

/* Random: a place is chosen by half of the choices, and a mean of v is 1/2, of the unknown 1; answers are worth
 * nothing in the mean, and a further look is taken each time with probability 1/6. Greedy: of two uniform
 * numbers the greater is 2/3 in the mean, of three 3/4. Ceiling: E max(v1, v2, 1/2 + v3) = 199/192. */
static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_three_needs_options *o = options;
  const am_range ranges[] = {{"looks", o->looks, 1, AM_NEEDS_LOOKS},
                             {"reliability", o->reliability, 0.5, 0.999},
                             {"cost", o->cost, 0, 100}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 3, error));
  const double random = 0.25 + 1.0 / 3 - o->cost * (1 - pow(6, -o->looks - 1)) / 5;
  const double by_greed = 3.0 / 4 + 2.0 / 3 + 2 * o->reliability - 1 - o->cost;
  const double at_best = 3.0 / 4 + 1 + look_back((three_needs *)task, o);
  task->n_inputs = AM_NEEDS_INPUTS;
  task->n_actions = AM_NEEDS_ACTIONS;
  task->n_steps = 2 * (AM_NEEDS_PLACES + 1) + o->looks + 1;
  task->criterion = by_greed + 0.75 * (at_best - by_greed);
  task->state_size = sizeof(am_three_needs_state);
  am_task_acts(task, "random", random, am_policy_random);
  am_task_acts(task, "greedy", by_greed, greedy);
  am_task_acts(task, "best", at_best, best);
  am_task_acts(task, "ceiling", 3.0 / 4 + 199.0 / 192 + 1, told);
  return AMINE_OK;
}

const am_task_type am_three_needs_type = {
    .part =
        {.kind = AM_TASK,
         .name = "three-needs",
         .meaning =
             "rounds of which one needs to know what pays, one what is new, one how sure one is",
         .parameters = parameters,
         .options_size = sizeof(am_three_needs_options)},
    .size = sizeof(three_needs),
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .over = over,
    .events = events,
    .happened = happened,
};
