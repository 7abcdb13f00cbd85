/* A signal that is held: the same bits as a text in which it is that number, for every learner that
 * can hold one, in both layouts; held at what it was, nothing changes; another signal beside it stays
 * free. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "learner/hold.h"
#include "run/train/series.h"
#include "small.h"

enum { N = 20, T = 17 };

static am_experiment *make(const small_variant *v, const char *more) {
  amine_error error = {0};
  am_experiment *x;
  small_variant both = *v;
  for (int k = 0; more && k < 16; k++)
    if (!both.assignments[k]) both.assignments[k] = more, more = NULL;
  const am_config config = small_config(&both);
  if (am_experiment_create(&x, &config, &error) != AMINE_OK)
    fail_msg("%s: %s", v->name, error.message);
  /* what a trace does is to be seen: weights of its product that matter, and a policy that hears */
  am_learner_tensor t;
  for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++) {
    const bool alpha = strstr(t.name, "alpha") != NULL;
    if (!t.is_parameter || !(alpha || strstr(t.name, "h2o.weight"))) continue;
    const size_t n = t.dims[0] * (t.rank == 2 ? t.dims[1] : 1);
    float *values = am_alloc(n, sizeof *values);
    x->learner->type->get(x->learner, k, values);
    for (size_t i = 0; i < n; i++) values[i] = alpha ? i % 3 ? 1.5f : -1.0f : 40 * values[i];
    x->learner->type->set(x->learner, k, values);
    am_free(values);
  }
  return x;
}

/* What is said: a number for each (episode, step), in `table` if there is one. */
typedef struct told {
  float number;
  const float *table; /* [N][T] */
  bool over;          /* how the layout asks: counted below */
  int asked[2];
  int from; /* free before */
} told;

static const float *say(void *context, uint32_t lane, int step, const void *world, float reward,
                        bool over) {
  told *s = context;
  (void)world;
  if (!over) assert_true(reward == 0);
  s->asked[over]++;
  if (step < s->from) return NULL;
  return s->table ? &s->table[lane * T + (uint32_t)step] : &s->number;
}

static void play(double *rewards, am_experiment *x, const am_hold *hold) {
  x->learner->hold = hold;
  x->learner->type->evaluate(x->learner, rewards, N, 0, 99, false);
  x->learner->hold = NULL;
}

static bool same(const double *a, const double *b) { return memcmp(a, b, N * sizeof *a) == 0; }

#define WITHOUT_BACKPROP "task.type=bandit", "learner.type=signalling"
static const small_variant readouts[] = {
    {"pairs, maze", {"rule.clip=2"}},
    {"pairs, bandit", {"task.type=bandit", "modulator.fanout=true", "rule.clip=2"}},
    {"lanes", {"task.type=bandit", "network.type=plastic-lstm", "learner.type=bptt"}},
    {"lanes, values", {"task.type=associative", "network.type=plastic-gru", "learner.type=bptt"}},
    {"e-prop", {KIN("e-prop"), "network.type=plastic-rnn", "rule.clip=2"}},
    {"node", {KIN("node-perturbation"), "network.type=plastic-rnn", "rule.clip=2"}},
    {"evolution", {KIN("evolution"), "network.type=plastic-rnn", "rule.clip=2"}},
    {"signalling", {WITHOUT_BACKPROP, "network.type=plastic-rnn", "rule.clip=2"}},
    {"signalling, online",
     {WITHOUT_BACKPROP, "network.type=plastic-gru", "rule.clip=2", "learner.form=online"}},
    {"delta", {"task.type=periodic", "network.type=plastic-rnn", "learner.type=delta"}},
    {"symbols", {SYMBOLS, "task.unit=bytes", "network.type=plastic-lstm", "modulator.fanout=true"}},
};

static void held_is_as_if_written(void **state) {
  (void)state;
  small_write_text();
  for (size_t k = 0; k < sizeof readouts / sizeof *readouts; k++) {
    am_experiment *x = make(&readouts[k], NULL), *y = make(&readouts[k], "clamp.readout=-0.75");
    double is_free[N], held[N], written[N], again[N];
    told at = {.number = -0.75f};
    int rows = 0;
    assert_true(x->learner->signals && am_hold_can(x->learner->signals, "level", &rows));
    assert_int_equal(rows, 1);
    play(is_free, x, NULL);
    play(held, x, &(am_hold){"level", say, &at});
    play(written, y, NULL);
    play(again, x, NULL);
    if (!same(held, written)) fail_msg("%s: held is not what is written", readouts[k].name);
    if (same(held, is_free)) fail_msg("%s: holding changes nothing", readouts[k].name);
    if (!same(again, is_free)) fail_msg("%s: it is still held", readouts[k].name);
    assert_true(at.asked[0] > 0 && at.asked[0] == at.asked[1]);
    am_experiment_destroy(x);
    am_experiment_destroy(y);
  }
}

/* M that is given from outside, and that chemical systems say: known once a step is over. */
static void given_is_held(void **state) {
  (void)state;
  static const small_variant variants[] = {
      {"pairs", {"rule.type=fading", GIVEN("random")}},
      {"lanes", {"task.type=bandit", HEBBIAN, "rule.type=fading", GIVEN("random")}},
      {"signalling",
       {WITHOUT_BACKPROP, "network.type=hebbian-rnn", "rule.type=fading", GIVEN("random")}},
      {"values", {"task.type=associative", HEBBIAN, "rule.type=fading", GIVEN("random")}}};
  for (size_t k = 0; k < sizeof variants / sizeof *variants; k++) {
    am_experiment *x = make(&variants[k], NULL), *y = make(&variants[k], "modulator.given=one");
    double is_free[N], held[N], one[N];
    told at = {.number = 1};
    play(is_free, x, NULL);
    play(held, x, &(am_hold){"level", say, &at});
    play(one, y, NULL);
    if (!same(held, one) || same(held, is_free)) fail_msg("%s", variants[k].name);
    am_experiment_destroy(x);
    am_experiment_destroy(y);
  }
  const small_variant chemical = {"chemical",
                                  {"modulator.type=chemical", "modulator.factor=signed"}};
  am_experiment *x = make(&chemical, NULL), *y = make(&chemical, "clamp.chemical=true");
  double is_free[N], held[N], clamped[N];
  told at = {.number = 0}; /* signed dopamine at its baseline */
  play(is_free, x, NULL);
  play(held, x, &(am_hold){"level", say, &at});
  play(clamped, y, NULL);
  assert_true(same(held, clamped));
  (void)is_free;
  am_experiment_destroy(x);
  am_experiment_destroy(y);
}

/* Held at what it was in the same episode, step by step: the same rewards, so value, step and lane are
 * each the right one. Held from step 5 on at something else, the first five are as they were. */
static void held_at_what_it_was(void **state) {
  (void)state;
  for (size_t k = 0; k < 4; k++) {
    am_experiment *x = make(&readouts[k], NULL);
    static float table[N * T];
    double is_free[N], held[N];
    amine_error error = {0};
    for (uint32_t lane = 0; lane < N; lane++) {
      am_episode e;
      assert_int_equal(am_episode_play(&e, x->learner, lane, 99, &error), AMINE_OK);
      for (int t = 0; t < e.n_steps; t++)
        table[lane * T + (uint32_t)t] = am_episode_find(&e, "level")->values[t];
      am_episode_free(&e);
    }
    told at = {.table = table};
    play(is_free, x, NULL);
    play(held, x, &(am_hold){"level", say, &at});
    assert_true(same(held, is_free));
    static float other[N * T]; /* of the next episode: not the same */
    for (int i = 0; i < N * T; i++) other[i] = table[(i + T) % (N * T)];
    at.table = other;
    play(held, x, &(am_hold){"level", say, &at});
    if (x->task->n_targets) assert_false(same(held, is_free)); /* actions need not differ */
    told late = {.number = 0.6f, .from = 5};
    am_episode e;
    x->learner->hold = &(am_hold){"level", say, &late};
    assert_int_equal(am_episode_play(&e, x->learner, 3, 99, &error), AMINE_OK);
    for (int t = 0; t < e.n_steps; t++)
      assert_true(am_episode_find(&e, "level")->values[t] == (t < 5 ? table[3 * T + t] : 0.6f));
    am_episode_free(&e);
    am_experiment_destroy(x);
  }
}

/* ------------------------------------------------------------------------------ a learner's own */
enum { ROWS = 64 };

typedef struct own {
  const float *table; /* [N][T][rows] */
  int rows, shift;    /* of which episode it says, from the one that asks on */
  double brought[N];  /* as is told */
} own;

static const float *say_own(void *context, uint32_t lane, int step, const void *world, float reward,
                            bool over) {
  own *s = context;
  (void)world;
  if (over) s->brought[lane] += (double)reward;
  const uint32_t from = (lane + (uint32_t)s->shift) % N;
  return &s->table[(from * T + (uint32_t)step) * (uint32_t)s->rows];
}

#define TAUGHT SIGNALLING, "task.type=associative", "learner.teach=supervised"
#define STRONG "modulator.gain_start=9"
#define SEGMENTS "network.layers=2", STRONG, "modulator.input_gain=1", "modulator.output_gain=1"
static const struct {
  const char *signal;
  small_variant v;
} owned[] = {
    {"gain", {"values", {TAUGHT, STRONG}}},
    {"gain", {"layers", {TAUGHT, SEGMENTS}}},
    {"gain_input", {"inputs", {TAUGHT, SEGMENTS}}},
    {"gain_output", {"outputs, online", {TAUGHT, SEGMENTS, "learner.form=online"}}},
    {"agent0.gain", {"language", {AGENTS, "task.type=signals", "task.cues=4", STRONG}}},
    {"agent1.gain_output", {"the other", {AGENTS, "task.type=signals", "task.cues=4", SEGMENTS}}},
    {"agent1.gain", {"opponents", {AGENTS, "task.type=pennies", STRONG}}},
    {"agent1.level",
     {"plastic",
      {"learner.type=agents", "network.type=plastic-rnn", "task.type=pennies", "rule.clip=2"}}},
};

/* Gains, and what one of several agents has: held at its own course nothing changes; at the course of
 * another episode that is what is recorded, and more changes than that. */
static void what_a_learner_has_is_held(void **state) {
  (void)state;
  static float table[N * T * ROWS];
  for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) {
    const char *name = owned[k].v.name, *signal = owned[k].signal;
    am_experiment *x = make(&owned[k].v, NULL);
    own at = {.table = table};
    double is_free[N], held[N];
    amine_error error = {0};
    am_episode e;
    if (!am_learner_holds(x->learner, signal, &at.rows)) fail_msg("%s: %s", name, signal);
    assert_in_range(at.rows, 1, ROWS);
    for (uint32_t lane = 0; lane < N; lane++) {
      assert_int_equal(am_episode_play(&e, x->learner, lane, 99, &error), AMINE_OK);
      const am_series *s = am_episode_find(&e, signal);
      assert_true(s && s->width == at.rows && e.n_steps <= T);
      memcpy(&table[lane * T * (uint32_t)at.rows], s->values,
             (size_t)(e.n_steps * at.rows) * sizeof(float));
      am_episode_free(&e);
    }
    const am_hold hold = {signal, say_own, &at};
    play(is_free, x, NULL);
    play(held, x, &hold);
    if (!same(held, is_free)) fail_msg("%s: at its own course it is another", name);
    for (int i = 0; i < N; i++) assert_true(fabs(at.brought[i] - is_free[i]) < 1e-5);
    at.shift = 1;
    play(held, x, &hold);
    if (same(held, is_free)) fail_msg("%s: holding %s changes nothing", name, signal);
    x->learner->hold = &hold;
    assert_int_equal(am_episode_play(&e, x->learner, 3, 99, &error), AMINE_OK);
    const float *said = &table[4 * T * at.rows];
    assert_memory_equal(am_episode_find(&e, signal)->values, said,
                        (size_t)(e.n_steps * at.rows) * sizeof(float));
    am_episode_free(&e);
    am_experiment_destroy(x);
  }
}

/* Gains of 0 are those of a network whose signals have no strength. */
static void no_gain_is_no_strength(void **state) {
  (void)state;
  static const float none[T * ROWS];
  am_experiment *x = make(&owned[0].v, NULL), *y = make(&owned[0].v, "modulator.gain=0");
  double is_free[N], held[N], without[N];
  own at = {.table = none}; /* rows 0: the same zeros for all */
  play(is_free, x, NULL);
  play(held, x, &(am_hold){"gain", say_own, &at});
  play(without, y, NULL);
  assert_true(same(held, without));
  assert_false(same(held, is_free));
  am_experiment_destroy(x);
  am_experiment_destroy(y);
}

/* What is no signal, a number, or not there cannot be held. */
static void what_cannot_be_held(void **state) {
  (void)state;
  static const small_variant plain = {"constant", {"modulator.type=constant"}};
  am_experiment *x = make(&plain, NULL), *y = make(&readouts[0], NULL);
  int rows;
  assert_false(am_hold_can(x->learner->signals, "level", &rows));
  assert_false(am_hold_can(y->learner->signals, "levels", &rows));
  assert_false(am_hold_can(y->learner->signals, "activity", &rows));
  am_experiment_destroy(x);
  am_experiment_destroy(y);
  x = make(&owned[4].v, NULL);
  static const char *const wrong[] = {
      "gain", "agent2.gain", "agent0.gain_input", "agent0.dopamine", "agent0.activity", "agent0."};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    assert_false(am_learner_holds(x->learner, wrong[k], &rows));
  am_experiment_destroy(x);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(held_is_as_if_written),  cmocka_unit_test(given_is_held),
      cmocka_unit_test(held_at_what_it_was),    cmocka_unit_test(what_a_learner_has_is_held),
      cmocka_unit_test(no_gain_is_no_strength), cmocka_unit_test(what_cannot_be_held)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
