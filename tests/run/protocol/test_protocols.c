/* The protocols: saved and restored in the middle they measure the same; a state that cannot be is
 * refused; a brain that does not suit gets a sentence; what their controls hold still does stand
 * still; what they do to the brain, and when, is what they say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/json.h"
#include "run/protocol/protocols.h"
#include "run/simulate/checkpoint.h"
#include "small.h"

#include "base.h"

#define IZHIKEVICH "izhikevich2007-"

/* Changes that make a run of a few seconds long enough for every measure; a brain that does not do.
 */
static const struct {
  const char *name, *preset, *changes[5], *unsuitable;
} protocols[] = {
    {"together", "together", {"protocol.steps=3500"}, "gridworld"},
    {"distal-reward",
     IZHIKEVICH "reinforcement",
     {"protocol.window_ms=1000", "protocol.delay_min_ms=100", "protocol.delay_max_ms=700",
      "protocol.bound=0"},
     "attention"},
    {"conditioning",
     IZHIKEVICH "conditioning",
     {"protocol.stimuli=4", "protocol.interval_min_ms=25", "protocol.interval_max_ms=55"},
     "attention"},
    {"instrumental",
     IZHIKEVICH "instrumental",
     {"protocol.spacing_ms=150", "protocol.delay_max_ms=100", "protocol.trials=26",
      "protocol.switch_at=13"},
     "attention"},
    {"body", "gridworld", {"task.steps=3"}, "together"},
    {"body", "reversal", {"task.block=3", "task.steps=7", "body.episodes=3"}, "together"},
    {"xor", "florian2007-xor", {"protocol.pattern_ms=150"}, "reversal"},
    {"clock",
     "clock",
     {"protocol.day_s=3.4", "protocol.cue=100", "projections.cue-answer.weight=1"},
     "gridworld"},
    {"body", "inhibition", {"task.steps=4"}, "together"},
    {"body", "attention", {"task.steps=2"}, "together"},
};
enum { N = sizeof protocols / sizeof *protocols };

static am_simulation_config config_of(const char *preset, const char *const *changes, int n) {
  am_simulation_config c;
  amine_error error = {0};
  good(am_simulation_config_load(&c, preset, &error), &error);
  good(am_simulation_config_apply(&c, changes, n, &error), &error);
  return c;
}

static void run_until(am_simulation *s, uint64_t slice) {
  amine_error error = {0};
  while (am_simulation_slice(s) < slice) good(am_simulation_run(s, NULL, &error), &error);
}

static void compare(const am_simulation *a, const am_simulation *b) {
  double x[AM_MEASURES_MAX], y[AM_MEASURES_MAX];
  am_simulation_measure(a, x);
  am_simulation_measure(b, y);
  for (int k = 0; k < a->config->protocol->n_measures; k++) {
    /* of a task, and of neurons that hardly fire, not all is measured */
    if (isnan(x[k]) && !a->config->protocol->plays && a->config->protocol != &am_protocol_layers)
      fail_msg("%s is not a number", a->config->protocol->measures[k].name);
    assert_memory_equal(&x[k], &y[k], sizeof x[k]);
  }
  assert_memory_equal(a->state, b->state, a->config->protocol->state_size);
}

/* Straight through, and by way of a checkpoint at `half`. */
static void interrupt(const char *preset, const char *const *settings, uint64_t half) {
  const char *changes[7] = {"duration_s=4", "seed=3"};
  const uint64_t all = 40;
  int n = 2;
  while (*settings) changes[n++] = *settings++;
  am_simulation *straight, *first, *second;
  am_simulation_mark mark = {0}, loaded = {0};
  amine_error error = {0};
  char path[100];
  am_simulation_config c = config_of(preset, changes, n);
  snprintf(path, sizeof path, "%s/%s.safetensors", base, preset);
  good(am_simulation_create(&straight, &c, 1, NULL, &error), &error);
  good(am_simulation_create(&first, &c, 1, NULL, &error), &error);
  run_until(straight, all);
  run_until(first, half);
  good(am_simulation_mark_make(&mark, amine_brain_n_populations(first->brain), &error), &error);
  good(am_simulation_checkpoint_save(first, &mark, path, &error), &error);
  good(am_simulation_prepare(&second, &c, 1, NULL, &error), &error);
  good(am_simulation_checkpoint_load(second, &loaded, path, &error), &error);
  run_until(first, all);
  run_until(second, all);
  compare(straight, first);
  compare(straight, second);
  am_simulation_mark_free(&mark);
  am_simulation_mark_free(&loaded);
  am_simulation_destroy(straight);
  am_simulation_destroy(first);
  am_simulation_destroy(second);
  am_simulation_config_free(&c);
}

/* While a cue is there, and between two. */
static void test_same_after_a_checkpoint(void **state) {
  (void)state;
  for (int k = 0; k < N; k++) {
    interrupt(protocols[k].preset, protocols[k].changes, 13);
    interrupt(protocols[k].preset, protocols[k].changes, 15);
    interrupt(protocols[k].preset, protocols[k].changes, 17);
  }
}

static void test_a_state_that_cannot_be(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=1"};
  for (int k = 0; k < N; k++) {
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of(protocols[k].preset, changes, 1);
    good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    assert_true(c.protocol->check(s->state, &s->stage));
    memset(s->state, 0xff, c.protocol->state_size);
    assert_false(c.protocol->check(s->state, &s->stage));
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Each protocol on the brain of another. */
static void test_a_brain_that_does_not_suit(void **state) {
  (void)state;
  for (int k = 0; k < N; k++) {
    char change[64];
    const char *changes[] = {change};
    am_simulation *s;
    amine_error error = {0};
    snprintf(change, sizeof change, "protocol.type=%s", protocols[k].name);
    am_simulation_config c = config_of(protocols[k].unsuitable, changes, 1);
    assert_int_equal(am_simulation_create(&s, &c, 1, NULL, &error), AMINE_ERROR_ARGUMENT);
    assert_non_null(strstr(error.message, protocols[k].name));
    assert_non_null(strstr(error.message, "needs a population"));
    am_simulation_config_free(&c);
  }
}

/* How far the weights have moved in all. */
static double moved_of(const char *preset, const char *const *changes, int n, uint64_t slices) {
  am_simulation *s;
  amine_error error = {0};
  double sum = 0;
  am_simulation_config c = config_of(preset, changes, n);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, slices);
  for (int k = 0; k < s->n_learning; k++) {
    const am_learning *l = &s->learning[k];
    float *w = am_alloc(l->n_synapses, sizeof *w);
    assert_non_null(w);
    good(amine_brain_synapses(s->brain, l->projection, "w", NULL, NULL, NULL, w, &error), &error);
    for (size_t i = 0; i < l->n_before; i++)
      sum += fabs((double)w[i * l->stride] - (double)l->before[i]);
    am_free(w);
  }
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return sum;
}

static double moved(const char *clamp) {
  const char *changes[] = {"duration_s=3", clamp};
  return moved_of("reinforcement", changes, clamp ? 2 : 1, 30);
}

static void test_no_dopamine_no_learning(void **state) {
  (void)state;
  assert_true(moved(NULL) > 1);
  assert_true(moved("clamp.dopamine=0.5") == 0);
}

static double measure_of(const char *preset, const char *change, const char *measure) {
  const char *changes[] = {"duration_s=20", change};
  double values[AM_MEASURES_MAX];
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of(preset, changes, 2);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 200);
  am_simulation_measure(s, values);
  const double value = values[am_measure_find(c.protocol, measure)];
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return value;
}

static double serotonin_of(const char *change) {
  const char *changes[] = {"duration_s=20", change};
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of("inhibition", changes, 2);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 200);
  const double level = am_stage_level(&s->stage, "serotonin");
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return level;
}

/* The treatment of inhibition is an event: serotonin is where a clamp would hold it. */
static void test_serotonin_stays_at_its_level(void **state) {
  (void)state;
  assert_float_equal(serotonin_of("seed=1"), 0.8, 1e-6);
  assert_float_equal(serotonin_of("events.serotonin.stress=0.4"), 0.3, 1e-6);
  assert_float_equal(serotonin_of("clamp.serotonin=0.5"), 0.5, 1e-6);
}

/* ------------------------------------------------------------------------------ Izhikevich 2007 */
typedef struct diary {
  am_spike *spikes;
  size_t n, capacity;
} diary;

static void write_down(void *context, const am_spike *spikes, size_t n) {
  diary *d = context;
  if (d->n + n > d->capacity) {
    d->capacity = 2 * (d->n + n);
    d->spikes = am_resize(d->spikes, d->capacity, sizeof *d->spikes);
    assert_non_null(d->spikes);
  }
  memcpy(d->spikes + d->n, spikes, n * sizeof *spikes);
  d->n += n;
}

/* A run whose spikes are kept; after the first `prepare` has seen it. */
static am_simulation *lived(am_simulation_config *c, diary *d, const char *preset,
                            const char *const *changes, int n, uint64_t slices,
                            void (*prepare)(am_simulation *s, void *context), void *context) {
  am_simulation *s;
  amine_error error = {0};
  const am_spike_sink sink = {write_down, d};
  *c = config_of(preset, changes, n);
  good(am_simulation_create(&s, c, 1, NULL, &error), &error);
  if (prepare) prepare(s, context);
  while (am_simulation_slice(s) < slices) good(am_simulation_run(s, &sink, &error), &error);
  return s;
}

static void buried(am_simulation *s, am_simulation_config *c, diary *d) {
  am_free(d->spikes);
  am_simulation_destroy(s);
  am_simulation_config_free(c);
}

/* Events of a kind before a step; with the step of the k-th. */
static size_t events_of(const am_simulation *s, amine_event_kind kind, double *values,
                        uint64_t *steps, size_t most) {
  const am_recorder *events = &s->log.events;
  size_t found = 0;
  for (size_t k = 0; k < events->n; k++) {
    if ((int)events->values[k * events->n_columns + AM_EVENT_KIND] != (int)kind) continue;
    assert_true(found < most);
    values[found] = (double)events->values[k * events->n_columns + AM_EVENT_FIRST];
    steps[found++] = (uint64_t)(events->t[k] * 1e3 / s->stage.dt_ms + 0.5);
  }
  return found;
}

/* The synapse that is 0. */
static void find_ends(am_simulation *s, void *context) {
  int *ends = context, projection = 0;
  size_t n;
  amine_error error = {0};
  amine_brain_projection(s->brain, projection, NULL, NULL, &n);
  int *sources = am_alloc(2 * n, sizeof *sources);
  float *w = am_alloc(n, sizeof *w);
  assert_true(sources && w);
  good(amine_brain_synapses(s->brain, projection, "w", sources, sources + n, NULL, w, &error),
       &error);
  int found = 0;
  for (size_t k = 0; k < n; k++)
    if (w[k] == 0) ends[0] = sources[k], ends[1] = sources[n + k], found++;
  assert_int_equal(found, 1);
  am_free(sources);
  am_free(w);
}

/* As many rewards as n2 has fired in time after n1, each not too soon and not too late. */
static void test_rewards_are_earned(void **state) {
  (void)state;
  enum { WINDOW = 150, LEAST = 1000, MOST = 3000, END = 60000, MANY = 500 };
  const char *changes[] = {"duration_s=60", "protocol.window_ms=150", "seed=5"};
  am_simulation_config c;
  diary d = {0};
  int ends[2];
  uint64_t steps[MANY], n1 = 0;
  double values[MANY];
  am_simulation *s =
      lived(&c, &d, IZHIKEVICH "reinforcement", changes, 3, END / 100, find_ends, ends);
  const size_t given = events_of(s, AMINE_EVENT_REWARD, values, steps, MANY);
  size_t earliest = 0, latest = 0;
  for (uint64_t step = 0, k = 0; step < END; step++) {
    bool fired[2] = {false, false};
    for (; k < d.n && d.spikes[k].step == step; k++)
      for (int end = 0; end < 2; end++)
        fired[end] |= d.spikes[k].population == 0 && d.spikes[k].neuron == ends[end];
    if (fired[1] && n1 > 0 && step + 1 - n1 <= WINDOW) {
      earliest += step + LEAST < END;
      latest += step + MOST < END;
    }
    if (fired[0]) n1 = step + 1;
  }
  assert_true(latest >= 3);
  assert_in_range(given, latest, earliest);
  buried(s, &c, &d);
}

/* Almost all of its fifty cells, at once. */
static void test_a_stimulus_makes_its_cells_fire(void **state) {
  (void)state;
  enum { MANY = 200, END = 5000, SET = 50, SOON = 2 };
  const char *changes[] = {"duration_s=5"};
  am_simulation_config c;
  diary d = {0};
  uint64_t steps[MANY];
  double values[MANY];
  am_simulation *s = lived(&c, &d, IZHIKEVICH "conditioning", changes, 1, END / 100, NULL, NULL);
  const size_t n = events_of(s, AMINE_EVENT_CUE, values, steps, MANY);
  assert_in_range(n, 16, 50);
  for (size_t k = 0; k < n; k++) {
    size_t before = 0, after = 0;
    for (size_t i = 0; i < d.n; i++) {
      before += d.spikes[i].step + SOON >= steps[k] && d.spikes[i].step < steps[k];
      after += d.spikes[i].step >= steps[k] && d.spikes[i].step < steps[k] + SOON;
    }
    if (steps[k] + SOON > END) continue;
    if (after < before + SET / 2) fail_msg("%zu spikes before, %zu after", before, after);
    if (k > 0) assert_in_range(steps[k] - steps[k - 1], 100, 299);
  }
  buried(s, &c, &d);
}

/* After the response that is rewarded at the time, and after no other. */
static void test_a_response_is_rewarded(void **state) {
  (void)state;
  enum { MANY = 100, TRIALS = 30, SWITCH = 15 };
  const char *changes[] = {"duration_s=7", "protocol.spacing_ms=200", "protocol.delay_max_ms=100",
                           "protocol.trials=30", "protocol.switch_at=15"};
  am_simulation_config c;
  diary d = {0};
  uint64_t answered[MANY], given[MANY];
  double responses[MANY], values[MANY];
  am_simulation *s = lived(&c, &d, IZHIKEVICH "instrumental", changes, 5, 70, NULL, NULL);
  const size_t n = events_of(s, AMINE_EVENT_ACTION, responses, answered, MANY);
  const size_t n_given = events_of(s, AMINE_EVENT_REWARD, values, given, MANY);
  size_t right = 0, wrong = 0;
  assert_int_equal(n, TRIALS);
  for (size_t k = 0; k < n; k++) {
    if (responses[k] != (k < SWITCH ? 1 : 2)) {
      wrong++;
      continue;
    }
    assert_true(right < n_given);
    assert_in_range(given[right], answered[k] + 1, answered[k] + 100);
    right++;
  }
  assert_int_equal(right, n_given);
  assert_true(right > 3 && wrong > 3);
  buried(s, &c, &d);
}

/* ------------------------------------------------------------------------------ activity */
/* While it settles, and later: its state knows the neurons' last spikes. */
static void test_activity_after_a_checkpoint(void **state) {
  (void)state;
  const char *const settings[] = {"protocol.settle_s=1", NULL};
  interrupt("vogels-abbott-coba", settings, 3);
  interrupt("vogels-abbott-coba", settings, 21);
}

static void test_activity_refuses(void **state) {
  (void)state;
  static const struct {
    const char *change, *says;
  } refused[] = {
      {"protocol.second=2", "needs a population number 2"},
      {"protocol.kick_n=1000", NULL}, /* as many as there are */
      {"populations.E.n=49", "kick_n=50: the population has only 49"},
      {"protocol.second=0", NULL},
  };
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    const char *changes[] = {"duration_s=0.1", refused[k].change};
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of("vogels-abbott-coba", changes, 2);
    const amine_status status = am_simulation_create(&s, &c, 1, NULL, &error);
    if (refused[k].says) {
      assert_int_equal(status, AMINE_ERROR_ARGUMENT);
      if (!strstr(error.message, refused[k].says)) fail_msg("%s", error.message);
    } else {
      good(status, &error);
      run_until(s, 1);
      assert_true(c.protocol->check(s->state, &s->stage));
      memset(s->state, 0xff, c.protocol->state_size);
      assert_false(c.protocol->check(s->state, &s->stage));
      am_simulation_destroy(s);
    }
    am_simulation_config_free(&c);
  }
}

/* The kick alone makes the network fire: without it nothing ever does. */
static void test_activity_kicks(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=0.2", "protocol.settle_s=0", "protocol.kick_n=0"};
  double values[AM_MEASURES_MAX];
  for (int kicked = 0; kicked < 2; kicked++) {
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of("vogels-abbott-coba", changes, kicked ? 2 : 3);
    good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    run_until(s, 2);
    am_simulation_measure(s, values);
    assert_int_equal(values[0] > 0, kicked);  /* rate */
    assert_int_equal(values[11] > 0, kicked); /* time of the last spike */
    assert_int_equal(values[8] < 1, kicked);  /* silent neurons */
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

static double named(const am_simulation *s, const char *measure) {
  double v[AM_MEASURES_MAX];
  am_simulation_measure(s, v);
  return v[am_measure_find(s->config->protocol, measure)];
}

/* A population by itself is what it is as one of two. */
static void test_layers(void **state) {
  (void)state;
  static const char *const same[][2] = {
      {"rate_1", "rate_e"}, {"rate_6", "rate_i"}, {"cv_1", "cv_e"}, {"cv_6", "cv_i"}};
  const char *layers[] = {"duration_s=2.5", "scale.factor=0.03", "protocol.settle_s=0.3"};
  const char *activity[] = {layers[0],           layers[1],           "protocol.type=activity",
                            "protocol.bin_ms=2", "protocol.second=5", layers[2]};
  am_simulation *s[2];
  amine_error error = {0};
  am_simulation_config c[2] = {config_of("potjans2014", layers, 3),
                               config_of("potjans2014", activity, 6)};
  for (int k = 0; k < 2; k++) {
    good(am_simulation_create(&s[k], &c[k], 1, NULL, &error), &error);
    run_until(s[k], 25);
  }
  assert_true(named(s[0], "rate_6") > 1 && named(s[0], "cv_6") > 0.2);
  for (size_t k = 0; k < sizeof same / sizeof *same; k++) {
    const double x = named(s[0], same[k][0]), y = named(s[1], same[k][1]);
    if (!(x == y || (isnan(x) && isnan(y)))) fail_msg("%s is %g, not %g", same[k][0], x, y);
  }
  memset(s[0]->state, 0xff, c[0].protocol->state_size);
  assert_false(c[0].protocol->check(s[0]->state, &s[0]->stage));
  for (int k = 0; k < 2; k++) am_simulation_destroy(s[k]), am_simulation_config_free(&c[k]);
  const char *const settings[] = {layers[1], layers[2], NULL};
  interrupt("potjans2014", settings, 2);
  interrupt("potjans2014", settings, 21);
}

/* What the spikes say reaches the levels, and does not where they are clamped. */
static void test_uncertainty_moves_the_levels(void **state) {
  (void)state;
  assert_true(measure_of("reversal", "body.novelty=0", "acetylcholine") > 0.005);
  assert_true(measure_of("reversal", "clamp.acetylcholine=0", "acetylcholine") == 0);
  assert_true(measure_of("reversal", "clamp.norepinephrine=0.25", "norepinephrine") == 0.25);
}

/* What is detected of stimuli of which so many are strong, with the level held. */
static double detected(const char *share, const char *clamp) {
  const char *changes[] = {"duration_s=20", share, clamp};
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of("attention", changes, clamp ? 3 : 2);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 200);
  const double detection = named(s, "best_detection");
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  return detection;
}

/* Detection less cost x rate, of all spikes until the last trial is over. */
static void test_attention_pays_for_spikes(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=20", "body.cost=0.25", "body.episodes=2"};
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of("attention", changes, 3);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  run_until(s, 120); /* twenty trials of 600 ms */
  uint64_t spikes = 0;
  for (int p = 0; p < 4; p++) spikes += amine_brain_spike_count(s->brain, p);
  run_until(s, 200);
  const double rate = named(s, "rate_hz");
  assert_true(spikes > 0);
  assert_true(fabs(rate - (double)spikes / 80 / 12) < 1e-12);
  assert_true(fabs(named(s, "net") - (named(s, "best_detection") - 0.25 * rate)) < 1e-12);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  /* A gain of 1 is too low for the weak ones, not for the strong ones. */
  assert_true(detected("task.strong_share=0", "clamp.norepinephrine=0") < 0.1);
  assert_true(detected("task.strong_share=1", "clamp.norepinephrine=0") > 0.9);
  assert_true(detected("task.strong_share=0", NULL) > 0.5);
}

/* Orexin, the need for sleep and who is awake, look by look, against tests/reference/clock.py; a
 * look comes every 50 ms, and a slice of 100 ms ends before the look at its end. */
static void test_a_day_of_orexin(void **state) {
  (void)state;
  enum { LOOKS = 540, AWAKE = 2 };
  double need[LOOKS], level[LOOKS], v[AM_MEASURES_MAX], sum_need = 0;
  int awake[LOOKS], n_awake = 0;
  FILE *f = fopen(TEST_DATA "/clock.txt", "r");
  assert_non_null(f);
  for (int n = 0; n < LOOKS; n++) {
    assert_int_equal(fscanf(f, "%lf %lf %d", &need[n], &level[n], &awake[n]), 3);
    sum_need += need[n];
    n_awake += n < LOOKS - 1 && awake[n];
  }
  fclose(f);
  am_simulation *s;
  amine_error error = {0};
  am_simulation_config c = config_of("clock", NULL, 0);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  for (uint64_t slice = 1; slice <= LOOKS / 2; slice++) {
    run_until(s, slice);
    assert_float_equal(am_stage_level(&s->stage, "orexin"), level[2 * slice - 1], 1e-6);
  }
  am_simulation_measure(s, v);
  assert_true(fabs(v[1] - sum_need / LOOKS) < 1e-6);
  assert_true(fabs(v[AWAKE] - (double)n_awake / (LOOKS - 1)) < 1e-12);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* Asleep from the beginning, synapses stand still unless night_plasticity lets them move. */
static void test_plasticity_asleep(void **state) {
  (void)state;
  const char *changes[] = {"duration_s=4", "clamp.orexin=0.3", "protocol.answer=200",
                           "protocol.cue=200", "protocol.night_plasticity=false"};
  assert_true(moved_of("clock", changes, 4, 40) > 1);
  assert_true(moved_of("clock", changes, 5, 40) == 0);
}

static void test_a_day_refuses(void **state) {
  (void)state;
  static const struct {
    const char *change, *says;
  } refused[] = {
      {"protocol.day_s=0.4", "protocol.day_s=0.4: a look, a 480th of it"},
      {"protocol.wake_above=0.3", "protocol.wake_above=0.3 is less than protocol.sleep_below=0.4"},
  };
  for (size_t k = 0; k < sizeof refused / sizeof *refused; k++) {
    am_simulation *s;
    amine_error error = {0};
    am_simulation_config c = config_of("clock", &refused[k].change, 1);
    assert_int_equal(am_simulation_create(&s, &c, 1, NULL, &error), AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, refused[k].says)) fail_msg("%s", error.message);
    am_simulation_config_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_after_a_checkpoint),
      cmocka_unit_test(test_a_state_that_cannot_be),
      cmocka_unit_test(test_a_brain_that_does_not_suit),
      cmocka_unit_test(test_no_dopamine_no_learning),
      cmocka_unit_test(test_serotonin_stays_at_its_level),
      cmocka_unit_test(test_rewards_are_earned),
      cmocka_unit_test(test_a_stimulus_makes_its_cells_fire),
      cmocka_unit_test(test_a_response_is_rewarded),
      cmocka_unit_test(test_activity_after_a_checkpoint),
      cmocka_unit_test(test_activity_refuses),
      cmocka_unit_test(test_activity_kicks),
      cmocka_unit_test(test_layers),
      cmocka_unit_test(test_uncertainty_moves_the_levels),
      cmocka_unit_test(test_attention_pays_for_spikes),
      cmocka_unit_test(test_a_day_of_orexin),
      cmocka_unit_test(test_plasticity_asleep),
      cmocka_unit_test(test_a_day_refuses),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
