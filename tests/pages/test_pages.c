/* The parts of docs/adding, compiled from the pages: each is added to a copy of the standard
 * registry, as the page says, and does what the page says of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "amine/brain.h"
#include "amine/kernel.h"
#include "brain/model.h"
#include "brain/neuron_text.h"
#include "brain/parts.h"
#include "format/json.h"
#include "learner/bptt.h"
#include "learner/random_search.h"
#include "network/units.h"
#include "rule/synapse_text.h"
#include "run/config/parts.h"
#include "run/train/experiment.h"
#include "task/echo.h"

extern const am_part am_minimal_gru_part;
extern const am_modulator_type am_novelty_type;
extern const am_rule_type am_instar_rule;
extern const am_neuron_model am_qif_model;
extern const am_synapse_rule am_van_rossum_synapse;

#define GOOD(call)                                                                                 \
  if ((call) != AMINE_OK) fail_msg("%s", error.message)

/* The task of the page is there for all. */
static const am_registry *with(const am_part *part) {
  static am_registry mine;
  amine_error error = {0};
  mine = am_standard_parts;
  GOOD(am_registry_add(&mine, &am_echo_type.part, &error));
  if (part) GOOD(am_registry_add(&mine, part, &error));
  return &mine;
}

static am_experiment *experiment(const am_registry *registry, const char *const *assignments) {
  amine_error error = {0};
  am_config c;
  am_experiment *x;
  am_config_begin(&c, registry);
  for (; *assignments; assignments++) GOOD(am_config_assign(&c, *assignments, &error));
  GOOD(am_config_resolve(&c, &error));
  GOOD(am_experiment_create(&x, &c, &error));
  am_config_free(&c);
  return x;
}

/* The mean reward of the last quarter of so many iterations. */
static double learned(am_experiment *x, int iterations) {
  amine_error error = {0};
  am_learner_report report;
  double sum = 0;
  for (int k = 0; k < iterations; k++) {
    GOOD(am_experiment_iterate(x, &report, &error));
    if (k >= iterations - iterations / 4) sum += report.reward;
  }
  return sum / (iterations / 4);
}

/* ------------------------------------------------------------------------------ a task */
static void a_task_is_added(void **state) {
  (void)state;
  am_experiment *x =
      experiment(with(NULL), (const char *const[]){"task.type=echo", "task.words=4", "task.steps=9",
                                                   "network.type=gru", "network.hidden=16",
                                                   "learner.type=e-prop", "learner.rate=0.01",
                                                   "batch=16", "threads=1", NULL});
  const am_task *task = x->task;
  double sum = 0;
  for (uint32_t k = 0; k < 4000; k++) sum += am_task_play(task, 0, 1, 0, k);
  assert_true(task->lines[0].reward == 2); /* eight are asked for, of four words */
  assert_true(fabs(sum / 4000 - 2) < 0.1);
  for (uint32_t k = 0; k < 20; k++) assert_true(am_task_play(task, 1, 1, 0, k) == 8);
  assert_true(learned(x, 400) > 6);
  am_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ a network */
/* The number of a tensor that has so many elements. */
static int tensor(const am_learner *learner, const char *name, size_t n) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    if (strcmp(t.name, name) != 0) continue;
    assert_int_equal(t.dims[0] * (t.rank > 1 ? t.dims[1] : 1), n);
    return k;
  }
  fail_msg("there is no tensor %s", name);
  return 0;
}

/* Its equations, written out: what the units were over an episode. */
enum { UNITS = 24, INPUTS = 4, STEPS = 9 };
static void check_units(const am_experiment *x) {
  float w_ih[2 * UNITS * INPUTS], w_hh[2 * UNITS * UNITS], bias[2 * UNITS], h[UNITS] = {0};
  float room[AM_SERIES_MAX][STEPS * UNITS], u[INPUTS], *activity = NULL, *actions = NULL;
  union {
    max_align_t align;
    char bytes[256];
  } world;
  am_learner *learner = x->learner;
  am_series series[AM_SERIES_MAX + 1];
  const int n_series = learner->type->series(learner, series);
  learner->type->get(learner, tensor(learner, "minimal.weight_ih_l0", 2 * UNITS * INPUTS), w_ih);
  learner->type->get(learner, tensor(learner, "minimal.weight_hh_l0", 2 * UNITS * UNITS), w_hh);
  learner->type->get(learner, tensor(learner, "minimal.bias_l0", 2 * UNITS), bias);
  for (int k = 0; k < n_series; k++) {
    assert_true(series[k].width <= UNITS);
    series[k].values = room[k];
    if (strcmp(series[k].name, "activity") == 0) activity = room[k];
    if (strcmp(series[k].name, "actions") == 0) actions = room[k];
  }
  learner->type->watch(learner, series, 3, 7, false);
  assert_true(activity && actions && x->task->state_size <= sizeof world);
  x->task->type->start(x->task, &world, 7, 0, 3);
  for (int t = 0; t < STEPS; t++) {
    double f[UNITS], next[UNITS];
    x->task->type->observe(x->task, &world, u);
    for (int i = 0; i < UNITS; i++) {
      double sum = (double)bias[i];
      for (int j = 0; j < INPUTS; j++) sum += (double)(w_ih[i * INPUTS + j] * u[j]);
      for (int j = 0; j < UNITS; j++) sum += (double)(w_hh[i * UNITS + j] * h[j]);
      f[i] = 1 / (1 + exp(-sum));
    }
    for (int i = 0; i < UNITS; i++) {
      const int row = UNITS + i;
      double sum = (double)bias[row];
      for (int j = 0; j < INPUTS; j++) sum += (double)(w_ih[row * INPUTS + j] * u[j]);
      for (int j = 0; j < UNITS; j++) sum += (double)w_hh[row * UNITS + j] * f[j] * (double)h[j];
      next[i] = (1 - f[i]) * (double)h[i] + f[i] * tanh(sum);
    }
    for (int i = 0; i < UNITS; i++) {
      h[i] = (float)next[i];
      assert_true(fabs((double)activity[t * UNITS + i] - next[i]) < 1e-5);
    }
    x->task->type->step(x->task, &world, (int)actions[t]);
  }
}

static void a_network_is_added(void **state) {
  (void)state;
  static const char *const learners[] = {"learner.type=bptt", "learner.type=e-prop"};
  for (int k = 0; k < 2; k++) {
    am_experiment *x =
        experiment(with(&am_minimal_gru_part),
                   (const char *const[]){"task.type=echo", "task.words=4", "task.steps=9",
                                         "network.type=minimal-gru", "network.forget_bias=-1",
                                         "network.hidden=24", learners[k], "learner.rate=0.01",
                                         "batch=16", "threads=1", NULL});
    check_units(x);
    const double reward = learned(x, 400);
    if (!(reward > 7)) fail_msg("%s: %g", learners[k], reward); /* of 8; chance is 2 */
    am_experiment_destroy(x);
  }
}

/* ------------------------------------------------------------------------------ a learner */
/* Of one pair sigma_F is half of what lies between the two, so that f is 2 or -2, or 0 where both
 * earn the same: the change is eps twice, or nothing. */
static void check_change(void) {
  amine_error error = {0};
  am_learner_report report;
  am_learner_tensor t;
  am_experiment *x =
      experiment(with(&am_random_search_type.part),
                 (const char *const[]){"task.type=echo", "network.type=gru", "network.hidden=32",
                                       "learner.type=random-search", "batch=2", "threads=1", NULL});
  size_t n = 0;
  int n_moved = 0;
  for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++)
    if (t.is_parameter) n += t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
  for (int k = 0; k < 20; k++) {
    GOOD(am_experiment_iterate(x, &report, &error));
    const double each = report.gradient_norm / sqrt((double)n);
    n_moved += each > 0;
    if (each > 0) assert_true(fabs(each - 2) < 0.1);
  }
  assert_true(n_moved > 4);
  am_experiment_destroy(x);
}

static void a_learner_is_added(void **state) {
  (void)state;
  check_change();
  am_experiment *x = experiment(
      with(&am_random_search_type.part),
      (const char *const[]){"task.type=bandit", "task.steps=20", "network.type=gru",
                            "network.hidden=8", "learner.type=random-search", "learner.rate=0.05",
                            "learner.episodes=4", "batch=32", "threads=1", NULL});
  assert_int_equal(am_learner_episodes(x->learner), 128);
  assert_true(learned(x, 40) < 11); /* chance is 10 */
  assert_true(learned(x, 300) > 13);
  am_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ a modulator */
/* M over an episode, written out from the activity that was recorded beside it. */
static void check_novelty(const am_experiment *x) {
  static float room[AM_SERIES_MAX][STEPS * UNITS];
  double mean[UNITS] = {0}, most = 0;
  float *activity = NULL, *level = NULL;
  am_series series[AM_SERIES_MAX + 1];
  const int n_series = x->learner->type->series(x->learner, series);
  for (int k = 0; k < n_series; k++) {
    assert_true(series[k].width <= UNITS);
    series[k].values = room[k];
    if (strcmp(series[k].name, "activity") == 0) activity = room[k];
    if (strcmp(series[k].name, "level") == 0) level = room[k];
  }
  assert_true(activity && level);
  x->learner->type->watch(x->learner, series, 3, 7, false);
  for (int t = 0; t < STEPS; t++) {
    double M = 0;
    for (int i = 0; i < UNITS; i++) {
      const double d = (double)activity[t * UNITS + i] - mean[i];
      M += d * d;
      mean[i] += d / 5;
    }
    assert_true(fabs((double)level[t] - M) < 1e-5 * fmax(1, M));
    most = fmax(most, M);
  }
  assert_true(most > 0.01);
}

/* What it learns moves: the gradient comes through the traces to it. */
static void a_modulator_is_added(void **state) {
  (void)state;
  float before[UNITS], after[UNITS];
  am_experiment *x = experiment(
      with(&am_novelty_type.part),
      (const char *const[]){"task.type=echo", "task.words=4", "task.steps=9",
                            "network.type=plastic-gru", "network.hidden=24", "rule.type=clip",
                            "modulator.type=novelty", "learner.type=a2c", "learner.rate=0.01",
                            "learner.warmup=0", "batch=16", "threads=1", NULL});
  const int weight = tensor(x->learner, "novelty.weight", UNITS);
  check_novelty(x);
  x->learner->type->get(x->learner, weight, before);
  const double reward = learned(x, 400);
  if (!(reward > 7)) fail_msg("%g", reward); /* of 8; chance is 2 */
  check_novelty(x);
  x->learner->type->get(x->learner, weight, after);
  for (int i = 0; i < UNITS; i++) assert_true(before[i] != after[i]);
  am_experiment_destroy(x);
}

/* A number that nobody gives is not 0: it is refused. */
static void what_nobody_gives_is_refused(void **state) {
  (void)state;
  static const am_modulator_type asks = {
      .part = {.kind = AM_MODULATOR, .name = "asks", .text = "input y\ngiven D\noutput D\n"}};
  static const char *const assignments[] = {
      "task.type=echo",      "network.type=plastic-gru", "network.hidden=8", "rule.type=clip",
      "modulator.type=asks", "learner.type=a2c",         "batch=2",          "threads=1"};
  amine_error error = {0};
  am_experiment *x;
  am_config c;
  am_config_begin(&c, with(&asks.part));
  for (size_t k = 0; k < sizeof assignments / sizeof *assignments; k++)
    GOOD(am_config_assign(&c, assignments[k], &error));
  GOOD(am_config_resolve(&c, &error));
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "modulator.D: a number that is given from outside is what chemical systems "
                      "say, or what a step brought: modulator.type=chemical or given, not asks, or "
                      "a name that says which: one, random, error, reward, novelty, dopamine, "
                      "signed, acetylcholine, norepinephrine, serotonin, all");
}

/* ------------------------------------------------------------------------------ a rule */
typedef struct plastic_life {
  const am_pair *network;
  double eta, c;
  double H[UNITS][UNITS], last[UNITS]; /* as the step at hand uses it; x of the step before */
  int n_held;                          /* elements at the bound, over all steps */
} plastic_life;

/* The trace of a step, then what the equation makes of it. */
static void check_trace(void *context, const am_actor *actor, int t) {
  plastic_life *life = context;
  const am_real *H = actor->lane.layer[0].trace[0].H;
  for (int i = 0; i < UNITS; i++)
    for (int j = 0; j < UNITS; j++) {
      const double want = life->H[i][j], got = (double)H[am_panel_at(i, j, UNITS)];
      if (!(fabs(got - want) < 1e-5))
        fail_msg("step %d, H[%d][%d]: %g, not %g", t, i, j, got, want);
      life->n_held += fabs(want) == life->c;
    }
  const am_real *y = am_pair_output(life->network, &actor->lane, t);
  for (int i = 0; i < UNITS; i++)
    for (int j = 0; j < UNITS; j++) {
      const double a = life->eta * (double)y[i];
      const double next = life->H[i][j] + a * (life->last[j] - life->H[i][j]);
      life->H[i][j] = fmin(fmax(next, -life->c), life->c);
    }
  for (int i = 0; i < UNITS; i++) life->last[i] = (double)y[i];
}

/* Under every instruction set that this processor has. */
static void check_life(am_experiment *x) {
  static const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
  am_bptt *a = am_bptt_of(x->learner);
  float eta;
  x->learner->type->get(x->learner, tensor(x->learner, "eta", 1), &eta);
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
    plastic_life life = {.network = &a->pair, .eta = (double)eta, .c = 0.25};
    if (amine_kernel_use(kernels[k], NULL) != AMINE_OK) continue;
    am_bptt_watch(a, 3, 7, false, check_trace, &life);
    assert_true(life.n_held > 0 && life.n_held < STEPS * UNITS * UNITS / 2);
  }
  amine_kernel_use("auto", NULL);
}

/* The page's rule in C, and as a text. */
static void learns_with(const am_part *part, const char *rule, const char *bound) {
  am_experiment *x = experiment(
      with(part), (const char *const[]){
                      "task.type=echo", "task.words=4", "task.steps=9", "network.type=plastic-rnn",
                      "network.hidden=24", "network.init_w=0.3", rule, bound, "rule.eta=0.4",
                      "modulator.type=constant", "learner.type=a2c", "learner.rate=0.01",
                      "learner.warmup=0", "batch=16", "threads=1", NULL});
  check_life(x);
  const double reward = learned(x, 400);
  if (!(reward > 7)) fail_msg("%g", reward); /* of 8; chance is 2 */
  check_life(x);
  am_experiment_destroy(x);
}

static void a_rule_is_added(void **state) {
  (void)state;
  learns_with(&am_instar_rule.part, "rule.type=instar", "rule.clip=0.25");
  learns_with(NULL, "rule.text=" PAGES "/instar.txt", "rule.c=0.25");
}

/* ------------------------------------------------------------------------------ brains */
static amine_brain *brain(const am_part *part, const char *text) {
  amine_error error = {0};
  amine_brain *b;
  json_t *root;
  const am_model_limits limits = {.neurons = 100, .synapses = 100, .parts = with(part)};
  GOOD(am_json_parse(&root, "test", text, strlen(text), NULL, &error));
  GOOD(am_brain_from_json_within(&b, root, "test", 1, &limits, NULL, &error));
  json_decref(root);
  return b;
}

/* How long V takes from reset to peak under a constant current: tau dx / (x (x - d) / d + I) in
 * closed form. */
static double period(double tau, double d, double I, double from, double to) {
  const double c = sqrt(I * d - d * d / 4);
  return tau * d / c * (atan((to - d / 2) / c) - atan((from - d / 2) / c));
}

static void check_period(const am_part *part, const char *format, double tau_ms, double dt_ms,
                         double I, int steps) {
  char text[400];
  uint64_t when[4000];
  int population[4000], neuron[4000];
  amine_error error = {0};
  snprintf(text, sizeof text, format, dt_ms, tau_ms, I);
  amine_brain *b = brain(part, text);
  GOOD(amine_brain_run(b, (uint64_t)steps, &error));
  const size_t n = amine_brain_n_spikes(b);
  assert_true(n > 8 && n < 4000);
  amine_brain_read_spikes(b, when, population, neuron, n);
  const double measured = (double)(when[n - 1] - when[0]) * dt_ms / (double)(n - 1);
  const double exact = period(tau_ms, 15, I, -15, 85); /* a step is where a spike is seen */
  if (!(measured > exact - 0.1 * dt_ms && measured < exact + dt_ms))
    fail_msg("tau %g: a spike each %g ms, not %g", tau_ms, measured, exact);
  amine_brain_destroy(b);
}

/* The same equations and the same method, by the file of one page and by the text of another. */
static void neurons_agree(const am_part *file, const am_part *text) {
  static const char noisy[] =
      "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"Q\", \"n\": 100, \"model\": \"qif\"}],"
      " \"inputs\": [{\"population\": \"Q\", \"type\": \"current\", \"mean\": 6, \"noise\": 40},"
      "   {\"population\": \"Q\", \"type\": \"poisson\", \"rate_hz\": 200, \"weight\": 2}]}";
  amine_error error = {0};
  float v[2][100];
  uint64_t spikes[2];
  for (int k = 0; k < 2; k++) {
    amine_brain *b = brain(k ? text : file, noisy);
    GOOD(amine_brain_run(b, 2000, &error));
    GOOD(amine_brain_get(b, 0, "v", v[k], &error));
    spikes[k] = amine_brain_spike_count(b, 0);
    amine_brain_destroy(b);
  }
  assert_true(spikes[0] > 200 && spikes[0] == spikes[1]);
  int apart = 0; /* rounded otherwise, a few cross a threshold a step apart */
  for (int i = 0; i < 100; i++) apart += !(fabsf(v[0][i] - v[1][i]) < 0.01F);
  assert_true(apart <= 5);
}

static void a_neuron_model_is_added(void **state) {
  (void)state;
  static const char format[] =
      "{\"dt_ms\": %g, \"populations\": [{\"name\": \"Q\", \"n\": 1, \"model\": \"qif\","
      " \"values\": {\"tau_m_ms\": %g}}],"
      " \"inputs\": [{\"population\": \"Q\", \"type\": \"current\", \"mean\": %g}]}";
  am_neuron_text_model *text[2];
  amine_error error = {0};
  GOOD(am_neuron_text_model_load(&text[0], PAGES "/qif.txt", &error));
  GOOD(am_neuron_text_model_load(&text[1], PAGES "/hodgkin-huxley.txt", &error));
  const am_part *const parts[] = {&am_qif_model.part, &text[0]->is.part};
  for (int k = 0; k < 2; k++) {
    check_period(parts[k], format, 10, 0.05, 8, 20000);
    check_period(parts[k], format, 400, 0.05, 20, 2000000); /* 8,000 steps: in 64 bits */
  }
  neurons_agree(parts[0], parts[1]);
  for (int k = 0; k < 2; k++) am_neuron_text_model_free(text[k]);
}

/* Three quarters of the spikes of a source come in the half of its rhythm in which its rate is high:
 * 1 + 0.8 cos has there a mean of 1 + 0.8 * 2 / pi. */
static void a_source_has_a_rhythm(void **state) {
  (void)state;
  enum { N = 100, HALVES = 16000 }; /* of a millisecond */
  am_neuron_text_model *text;
  amine_error error = {0};
  GOOD(am_neuron_text_model_load(&text, PAGES "/theta.txt", &error));
  amine_brain *b = brain(&text->is.part, "{\"dt_ms\": 0.5, \"populations\": [{\"name\": \"T\","
                                         " \"n\": 100, \"model\": \"theta\"}]}");
  assert_int_equal(amine_brain_set_current(b, 0, 3, 0, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "population T: theta takes no input");
  GOOD(amine_brain_run(b, HALVES, &error));
  const size_t n = amine_brain_n_spikes(b);
  uint64_t *steps = calloc(n, sizeof *steps);
  amine_brain_read_spikes(b, steps, NULL, NULL, n);
  double high = 0;
  for (size_t k = 0; k < n; k++) {
    const double turns = 8 * 0.5e-3 * (double)(steps[k] + 1);
    high += fabs(turns - round(turns)) < 0.25;
  }
  const double want = N * HALVES * 0.5e-3 * 10, part = (1 + 0.8 * 2 / 3.14159265) / 2;
  assert_true(fabs((double)n - want) < 4 * sqrt(want));
  assert_true(fabs(high / (double)n - part) < 4 * 0.43 / sqrt(want));
  free(steps);
  amine_brain_destroy(b);
  am_neuron_text_model_free(text);
}

/* A pair that potentiates, then one that takes its part of what there is. */
static void check_pairs(const am_part *rule) {
  amine_error error = {0};
  float w;
  amine_brain *b =
      brain(rule,
            "{\"dt_ms\": 1, \"populations\": [{\"name\": \"S\", \"n\": 1, \"model\": \"spikes\"},"
            "  {\"name\": \"T\", \"n\": 1, \"model\": \"lif\"}],"
            " \"projections\": [{\"source\": \"S\", \"target\": \"T\", \"connect\": \"all\","
            "   \"weight\": 0.5, \"rule\": \"van-rossum\","
            "   \"values\": {\"a_plus\": 0.1, \"a_minus\": 0.2}}],"
            " \"inputs\": [{\"population\": \"S\", \"type\": \"spikes\", \"neurons\": [0, 0],"
            "   \"times_ms\": [10, 30]}]}");
  GOOD(amine_brain_run(b, 15, &error));
  GOOD(amine_brain_kick(b, 1, (const int[]){0}, 1, 100, &error)); /* it fires in step 15 */
  GOOD(amine_brain_run(b, 1, &error));
  assert_int_equal(amine_brain_spike_count(b, 1), 1);
  GOOD(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, &w, &error));
  const double more = 0.5 + 0.1 * exp(-4.0 / 20); /* the arrival was in step 11 */
  assert_true(fabs((double)w - more) < 1e-6);
  GOOD(amine_brain_run(b, 20, &error));
  GOOD(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, &w, &error));
  assert_true(fabs((double)w - more * (1 - 0.2 * exp(-16.0 / 20))) < 1e-6); /* and in step 31 */
  amine_brain_destroy(b);
}

/* As code and as the text of the page of texts. */
static void a_synapse_rule_is_added(void **state) {
  (void)state;
  amine_error error = {0};
  am_synapse_text_rule *text;
  check_pairs(&am_van_rossum_synapse.part);
  GOOD(am_synapse_text_rule_load(&text, PAGES "/van-rossum.txt", &error));
  snprintf(text->name, sizeof text->name, "van-rossum");
  check_pairs(&text->is.part);
  am_synapse_text_rule_free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_task_is_added),
                                     cmocka_unit_test(a_network_is_added),
                                     cmocka_unit_test(a_learner_is_added),
                                     cmocka_unit_test(a_modulator_is_added),
                                     cmocka_unit_test(what_nobody_gives_is_refused),
                                     cmocka_unit_test(a_rule_is_added),
                                     cmocka_unit_test(a_neuron_model_is_added),
                                     cmocka_unit_test(a_source_has_a_rhythm),
                                     cmocka_unit_test(a_synapse_rule_is_added)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
