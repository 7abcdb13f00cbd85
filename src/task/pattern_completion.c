/* Pattern completion: bits are draws keyed by pattern and place; the order of a round and what is
 * missing in the test are dealt. */
#include "task/pattern_completion.h"

#include <string.h>

enum { IN_A_ROW = 20 }; /* episodes */
enum { DRAW_BITS = 128, DRAWS = AM_PATTERN_BITS_MAX / DRAW_BITS }; /* of one pattern */

am_pattern_completion_options am_pattern_completion_default(void) {
  return (am_pattern_completion_options){
      .bits = 50, .patterns = 2, .shown = 6, .blank = 4, .rounds = 2, .test = 6};
}

static int round_steps(const am_pattern_completion_options *o) {
  return o->patterns * (o->shown + o->blank);
}

/* ------------------------------------------------------------------------------ what is dealt */
/* The order of a round: Fisher and Yates. */
static void deal_order(am_pattern_completion_state *s, const am_pattern_completion_options *o,
                       int round) {
  for (int i = 0; i < o->patterns; i++) s->order[i] = (uint8_t)i;
  for (int i = 0; i < o->patterns; i++) {
    const uint32_t step = (uint32_t)(round * AM_PATTERNS_MAX + i);
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, step);
    const int j = i + (int)am_below(draw.v[0], (uint32_t)(o->patterns - i));
    const uint8_t k = s->order[i];
    s->order[i] = s->order[j];
    s->order[j] = k;
  }
}

static bool is_missing(const am_pattern_completion_state *s, int i) {
  return s->missing[i / 8] >> i % 8 & 1;
}

/* The stream of the start: patterns, then the one that is asked for, then a draw for each bit. */
enum { ASKED = AM_PATTERNS_MAX * DRAWS, MISSING };

/* bits / 2 of them, each choice alike: bit by bit, with as many left to choose as there are. */
static void deal_missing(am_pattern_completion_state *s, const am_pattern_completion_options *o) {
  int wanted = o->bits / 2;
  for (int i = 0; i < o->bits; i++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)(MISSING + i));
    if ((int)am_below(draw.v[0], (uint32_t)(o->bits - i)) >= wanted) continue;
    s->missing[i / 8] = (uint8_t)(s->missing[i / 8] | 1u << i % 8);
    wanted--;
  }
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_pattern_completion_options *o = task->options;
  am_pattern_completion_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, ASKED);
  s->asked = (int32_t)am_below(draw.v[0], (uint32_t)o->patterns);
  deal_order(s, o, 0);
  deal_missing(s, o);
}

/* ------------------------------------------------------------------------------ a step */
/* Pattern k of a stream. */
static void draw_pattern(float *out, const am_world *w, uint32_t stream, int k, int bits) {
  am_random4 draw;
  for (int i = 0; i < bits; i++) {
    const int at = i % DRAW_BITS;
    if (at == 0) draw = am_world_draw(w, stream, (uint32_t)(k * DRAWS + i / DRAW_BITS));
    out[i] = draw.v[at / 32] >> at % 32 & 1 ? 1.0f : -1.0f;
  }
}

static void half_pattern(const am_task *task, const void *state, float *out) {
  const am_pattern_completion_state *s = state;
  draw_pattern(out, &s->world, AM_STREAM_TASK_START, s->asked, task->n_targets);
  for (int i = 0; i < task->n_targets; i++)
    if (is_missing(s, i)) out[i] = 0;
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_pattern_completion_options *o = task->options;
  const am_pattern_completion_state *s = state;
  const int t = s->world.step, in_round = t % round_steps(o), each = o->shown + o->blank;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (t >= task->n_steps) return;
  if (t >= task->n_steps - o->test) half_pattern(task, s, input);
  else if (in_round % each < o->shown)
    draw_pattern(input, &s->world, AM_STREAM_TASK_START, s->order[in_round / each], o->bits);
}

static float step(const am_task *task, void *state, int action) {
  const am_pattern_completion_options *o = task->options;
  am_pattern_completion_state *s = state;
  am_world_pass(task, s, action);
  const int round = s->world.step / round_steps(o);
  if (s->world.step % round_steps(o) == 0 && round < o->rounds) deal_order(s, o, round);
  return 0;
}

static bool target(const am_task *task, const void *state, float *out) {
  const am_pattern_completion_state *s = state;
  memset(out, 0, (size_t)task->n_targets * sizeof *out);
  if (s->world.step != task->n_steps - 1) return false;
  draw_pattern(out, &s->world, AM_STREAM_TASK_START, s->asked, task->n_targets);
  return true;
}

static void other_bits(const am_task *task, const void *state, float *prediction) {
  draw_pattern(prediction, state, AM_STREAM_AGENT, 0, task->n_targets);
}

/* ------------------------------------------------------------------------------ the part */
#define AT(member) AM_MEMBER(am_pattern_completion_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("bits", 50, 2, AM_PATTERN_BITS_MAX, "", "of a pattern", AT(bits)),
    AM_INTEGER("patterns", 2, 1, AM_PATTERNS_MAX, "", "shown in each round", AT(patterns)),
    AM_INTEGER("shown", 6, 1, 1000, "steps", "in which a pattern is shown", AT(shown)),
    AM_INTEGER("blank", 4, 0, 1000, "steps", "of zeros after it", AT(blank)),
    AM_INTEGER("rounds", 2, 1, 100, "", "in which all patterns are shown", AT(rounds)),
    AM_INTEGER("test", 6, 1, 1000, "steps", "in which half of a pattern is shown", AT(test)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_pattern_completion_options *o = options;
  const am_range ranges[] = {{"bits", o->bits, 2, AM_PATTERN_BITS_MAX},
                             {"patterns", o->patterns, 1, AM_PATTERNS_MAX},
                             {"shown", o->shown, 1, 1000},
                             {"blank", o->blank, 0, 1000},
                             {"rounds", o->rounds, 1, 100},
                             {"test", o->test, 1, 1000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 6, error));
  task->n_inputs = task->n_targets = o->bits;
  task->n_steps = o->rounds * round_steps(o) + o->test;
  task->n_counted = 1;
  task->state_size = sizeof(am_pattern_completion_state);
  const double missing = (double)(o->bits / 2) / o->bits;
  task->criterion = -0.5 * missing;
  task->n_criterion = IN_A_ROW;
  am_task_predicts(task, "random", -2, other_bits);
  am_task_predicts(task, "mean", -1, am_predict_zero);
  am_task_predicts(task, "shown", 0 - missing, half_pattern);
  am_task_predicts(task, "ceiling", 0, am_predict_told);
  return AMINE_OK;
}

const am_task_type am_pattern_completion_type = {
    .part = {.kind = AM_TASK,
             .name = "pattern-completion",
             .meaning = "see patterns of bits, then complete one of which half is shown",
             .parameters = parameters,
             .options_size = sizeof(am_pattern_completion_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .target = target,
};
