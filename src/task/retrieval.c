/* Associative recall: all is dealt at the start; a step only moves the clock. */
#include "task/retrieval.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define POWER 0.01 /* a of the paper's p(g) ~ a (g + 1)^(a - 1) */
enum { GAPS_MAX = AM_RETRIEVAL_LENGTH_MAX / 2 };

typedef struct retrieval {
  am_task task;
  int n_gaps;
  double weight[GAPS_MAX]; /* of gap g: (g + 1)^(POWER - 1) */
} retrieval;

am_retrieval_options am_retrieval_default(void) {
  return (am_retrieval_options){.vocabulary = 256, .length = 64, .pairs = 4, .rounds = 1};
}

/* ------------------------------------------------------------------------------ what is dealt */
/* The number of which `place` below it are not among taken [n], itself not: v = place + how many of
 * them are at most v, sought from below. */
static int not_taken(const int16_t *taken, int n, int place) {
  for (int v = place, next;; v = next) {
    next = place;
    for (int k = 0; k < n; k++) next += taken[k] <= v;
    if (next == v) return v;
  }
}

/* A gap by its weight among those that are not taken. */
static int draw_gap(const retrieval *r, const int16_t *taken, int n, am_random4 draw) {
  double left[GAPS_MAX], sum = 0, u;
  memcpy(left, r->weight, (size_t)r->n_gaps * sizeof *left);
  for (int k = 0; k < n; k++) left[taken[k]] = 0;
  for (int g = 0; g < r->n_gaps; g++) sum += left[g];
  u = sum * am_uniform_double(draw.v[2], draw.v[3]);
  int last = 0; /* rounding may lead past the end */
  for (int g = 0; g < r->n_gaps; g++) {
    if (left[g] > 0) last = g;
    if (u < left[g]) break;
    u -= left[g];
  }
  return last;
}

/* The order of a round, after the first that of the keys: Fisher and Yates. */
static void deal_order(am_retrieval_state *s, int round, int pairs) {
  uint8_t *const pair = s->pair + round * pairs;
  for (int k = 0; k < pairs; k++) pair[k] = (uint8_t)k;
  for (int k = 0; k < pairs && round > 0; k++) {
    const uint32_t place = (uint32_t)(round * pairs + k);
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, place);
    const int j = k + (int)am_below(draw.v[0], (uint32_t)(pairs - k));
    const uint8_t other = pair[k];
    pair[k] = pair[j];
    pair[j] = other;
  }
  for (int k = 0; k < pairs; k++) s->last[pair[k]] = (int16_t)(round * pairs + k);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const retrieval *r = (const retrieval *)task;
  const am_retrieval_options *o = task->options;
  am_retrieval_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  for (int k = 0; k < o->pairs * o->rounds; k++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)k);
    const int value = (int)am_below(draw.v[1], (uint32_t)(task->n_actions - k));
    s->value[k] = (int16_t)not_taken(s->value, k, value);
    if (k >= o->pairs) continue;
    const int key = (int)am_below(draw.v[0], (uint32_t)(o->vocabulary / 2 - 1 - k));
    s->key[k] = (int16_t)not_taken(s->key, k, key);
    s->gap[k] = (int16_t)draw_gap(r, s->gap, k, draw);
  }
  for (int k = 0; k < o->rounds; k++) deal_order(s, k, o->pairs);
}

/* ------------------------------------------------------------------------------ a step */
/* The pair that is asked for in this step, -1: none. */
static int asked(const am_task *task, const am_retrieval_state *s) {
  const am_retrieval_options *o = task->options;
  const int after = s->world.step - 2 * o->pairs * o->rounds;
  for (int k = 0; k < o->pairs && s->world.step < task->n_steps; k++)
    if (after == 2 * s->gap[k]) return k;
  return -1;
}

static int symbol_of(const am_task *task, const am_retrieval_state *s) {
  const am_retrieval_options *o = task->options;
  const int t = s->world.step, k = asked(task, s);
  if (t < 2 * o->pairs * o->rounds)
    return t % 2 ? o->vocabulary / 2 + s->value[t / 2] : 1 + s->key[s->pair[t / 2]];
  if (k >= 0) return 1 + s->key[k];
  if (o->filler == AM_FILLER_BLANK) return 0;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)t);
  return (int)am_below(draw.v[0], (uint32_t)o->vocabulary);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_retrieval_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->world.step < task->n_steps) input[symbol_of(task, s)] = 1;
}

static int answer(const am_task *task, const void *state) {
  const am_retrieval_state *s = state;
  const int k = asked(task, s);
  return k < 0 ? -1 : s->value[s->last[k]];
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  const am_retrieval_options *o = task->options;
  const bool right = answer(task, state) == action;
  am_world_pass(task, state, action);
  return right ? 1 / (float)o->pairs : 0;
}

static int any_shown(const am_task *task, const void *state, am_random4 draw) {
  const am_retrieval_options *o = task->options;
  const am_retrieval_state *s = state;
  return s->value[s->last[am_below(draw.v[0], (uint32_t)o->pairs)]];
}

/* ------------------------------------------------------------------------------ the part */
#define AT(member) AM_MEMBER(am_retrieval_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("vocabulary", 256, 4, 8192, "",
               "symbols: a filler, keys, and as many values as half of it", AT(vocabulary)),
    AM_INTEGER("length", 64, 4, AM_RETRIEVAL_LENGTH_MAX, "steps",
               "of an episode, at least 2 (rounds + 1) for each pair", AT(length)),
    AM_INTEGER("pairs", 4, 1, AM_RETRIEVAL_PAIRS_MAX, "", "of a key and its value", AT(pairs)),
    AM_INTEGER("rounds", 1, 1, AM_RETRIEVAL_ROUNDS_MAX, "",
               "in each of which every key has a new value; the last one counts", AT(rounds)),
    AM_CHOICE("filler", "blank|random", "what is shown between queries: one symbol, or any",
              AT(filler)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_retrieval_options *o = options;
  retrieval *r = (retrieval *)task;
  const double shown = (double)o->pairs * o->rounds; /* which are checked below */
  const am_range ranges[] = {
      {"pairs", o->pairs, 1, AM_RETRIEVAL_PAIRS_MAX},
      {"rounds", o->rounds, 1, AM_RETRIEVAL_ROUNDS_MAX},
      {"vocabulary", o->vocabulary, 2 * shown + 2, 8192},
      {"length", o->length, 2 * (shown + o->pairs), AM_RETRIEVAL_LENGTH_MAX}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 4, error));
  task->n_inputs = o->vocabulary;
  task->n_actions = o->vocabulary - o->vocabulary / 2;
  task->n_steps = o->length;
  task->criterion = 0.99;
  task->state_size = sizeof(am_retrieval_state);
  r->n_gaps = (o->length + 1) / 2 - o->pairs * o->rounds;
  for (int g = 0; g < r->n_gaps; g++) r->weight[g] = pow(g + 1, POWER - 1);
  am_task_acts(task, "random", 1.0 / task->n_actions, am_policy_random);
  am_task_acts(task, "shown", 1.0 / o->pairs, any_shown);
  am_task_acts(task, "ceiling", 1, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_retrieval_type = {
    .size = sizeof(retrieval),
    .part = {.kind = AM_TASK,
             .name = "retrieval",
             .meaning = "see keys with their values, then say the value of each key",
             .parameters = parameters,
             .options_size = sizeof(am_retrieval_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
};
