/* Synapse rules that are texts: what they do beside our kernels (tests/brain/test_rules.c holds
 * those to an independent reference), in networks that fire, under modulators and rewards; the same
 * bits with every instruction set, on any number of threads, in one run and in two; and what is
 * said of a text that is wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "brain/brain.h"
#include "brain/model.h"
#include "folder.h"
#include "rule/synapse_text.h"

#define GOOD(call)                                                                                 \
  if ((call) != AMINE_OK) fail_msg("%s", error.message)

enum { SOURCES = 60, TARGETS = 530 }; /* rows of two blocks of a program and more */

static am_synapse_text_rule *text_of(const char *text) {
  am_synapse_text_rule *m;
  amine_error error;
  GOOD(am_synapse_text_rule_make(&m, "mine.txt", text, &error));
  return m;
}

static const am_part *rule_of(const char *name) {
  return am_registry_find(&am_brain_parts, AM_SYNAPSE, name);
}

/* ------------------------------------------------------------------------------ a brain that fires
 * */
typedef struct drive {
  const char *rule;
  double dt_ms;
  amine_value values[4];
  double tolerance; /* of weights, as part of their range; 0: the same bits */
  int reward_every, steps;
  amine_third_factor factor;
} drive;

static int add(amine_brain *b, const char *name, int n, const char *model, double mean,
               double noise) {
  amine_error error;
  int id;
  GOOD(amine_brain_add_population(b, &id, name, n, model, NULL, 0, &error));
  GOOD(amine_brain_set_current(b, id, mean, noise, &error));
  return id;
}

/* Sources that fire by noise onto targets that fire by theirs, with two delays, and onto
 * themselves. */
static amine_brain *driven(const drive *d, const am_registry *parts) {
  amine_error error;
  amine_brain *b;
  const bool escapes = strcmp(d->rule, "r-max") == 0;
  GOOD(am_brain_create(&b, parts, d->dt_ms, 7, &error));
  const int from = add(b, "from", SOURCES, "lif", 18, 30);
  const int to = add(b, "to", TARGETS, escapes ? "escape" : "lif", 16, 30);
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.rule = d->rule, p.connect = AMINE_CONNECT_PROBABILITY;
  p.probability = 0.6, p.weight = 0.1, p.weight_max = 0.3, p.delay_ms = d->dt_ms;
  p.delay_max_ms = 3 * d->dt_ms, p.values = d->values, p.factor = d->factor;
  while (d->values[p.n_values].name) p.n_values++;
  if (d->factor != AMINE_FACTOR_NONE) {
    amine_chemical_config config = amine_chemical_config_default();
    amine_chemical chemical;
    assert_int_equal(amine_chemical_init(&chemical, &config), AMINE_OK);
    GOOD(amine_brain_set_chemical(b, &chemical, 1, &error));
  }
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  p.source = to, p.probability = 0.02, p.delay_ms = p.delay_max_ms = 2 * d->dt_ms;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  return b;
}

static void run(amine_brain *b, const drive *d, int steps) {
  amine_error error;
  for (int k = 0; k < steps; k += d->reward_every) {
    GOOD(amine_brain_run(b, (uint64_t)d->reward_every, &error));
    if (amine_brain_chemical(b)) amine_chemical_process_reward(amine_brain_chemical(b), 0.5f, 0);
    else GOOD(amine_brain_reward(b, k % 3 == 0 ? 0.5 : -0.125, &error));
  }
}

/* The registry with that text in the place of the rule of its name. */
static am_registry with(const char *name, am_synapse_text_rule *text) {
  am_registry mine = am_brain_parts;
  for (const am_part **part = mine.parts; *part; part++)
    if ((*part)->kind == AM_SYNAPSE && strcmp((*part)->name, name) == 0) *part = &text->is.part;
  snprintf(text->name, sizeof text->name, "%s", name);
  return mine;
}

static float *weights_of(amine_brain *b, int projection, const char *variable, uint64_t *n) {
  amine_error error;
  size_t count;
  amine_brain_projection(b, projection, NULL, NULL, &count);
  *n = count;
  float *w = calloc(*n, sizeof *w);
  GOOD(amine_brain_synapses(b, projection, variable, NULL, NULL, NULL, w, &error));
  return w;
}

/* `first`: what the weights of the first projection began with. */
static void compare(amine_brain *a, amine_brain *b, const drive *d, const char *variable,
                    const float *first) {
  for (int projection = 0; projection < 2; projection++) {
    uint64_t n, m, moved = 0;
    float *x = weights_of(a, projection, variable, &n),
          *y = weights_of(b, projection, variable, &m);
    double range = 0;
    assert_true(n == m && n > 1000);
    for (uint64_t k = 0; k < n; k++) range = fmax(range, fabs((double)x[k]));
    for (uint64_t k = 0; k < n; k++) {
      moved += projection == 0 && fabs((double)(x[k] - first[k])) > 1e-5;
      if (d->tolerance == 0 ? x[k] == y[k] : fabs((double)(x[k] - y[k])) <= d->tolerance * range)
        continue;
      fail_msg("%s: %s of synapse %llu is %.9g, and by its text %.9g, after %llu steps", d->rule,
               variable, (unsigned long long)k, (double)x[k], (double)y[k],
               (unsigned long long)a->step);
    }
    if (variable[0] == 'w' && projection == 0 && moved < n / 4)
      fail_msg("%s: %llu of %llu weights have moved", d->rule, (unsigned long long)moved,
               (unsigned long long)n);
    free(x);
    free(y);
  }
}

/* The same parameters, bounds and standard values. */
static void compare_tables(const am_part *kernel, const am_part *text) {
  int k = 0;
  for (; kernel->parameters[k].name; k++) {
    const amine_parameter *a = &kernel->parameters[k], *b = &text->parameters[k];
    assert_non_null(b->name);
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->meaning, b->meaning);
    assert_true(a->standard == b->standard && a->min == b->min && a->max == b->max);
  }
  assert_null(text->parameters[k].name);
}

static void learns_as_its_kernel(void **state) {
  const drive *d = *state;
  const am_part *kernel = rule_of(d->rule);
  am_synapse_text_rule *text = text_of(kernel->text);
  const am_registry mine = with(d->rule, text);
  compare_tables(kernel, &text->is.part);
  assert_int_equal(((const am_synapse_rule *)kernel)->factor, text->is.factor);
  amine_brain *a = driven(d, &am_brain_parts), *b = driven(d, &mine);
  assert_int_equal(a->projections[0].is_wide, b->projections[0].is_wide);
  assert_int_equal(a->projections[0].keeps_w, b->projections[0].keeps_w);
  assert_int_equal(a->projections[0].keeps_c, b->projections[0].keeps_c);
  uint64_t n;
  float *first = weights_of(a, 0, "w", &n);
  run(a, d, d->steps);
  run(b, d, d->steps);
  compare(a, b, d, "w", first);
  if (text->program.has_eligibility) compare(a, b, d, "c", first);
  free(first);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  am_synapse_text_rule_free(text);
}

#define AS(name, dt, tolerance, ...)                                                               \
  { name, dt, {__VA_ARGS__, {0}}, tolerance, 50, 300, 0 }
static drive drives[] = {
    AS("hebb", 1, 0, {"eta", 0.01}),
    {"hebb", 1, {{"eta", 0.01}, {0}}, 0, 50, 300, AMINE_FACTOR_DOPAMINE},
    AS("stdp", 1, 0, {"a_plus", 0.05}),
    AS("stdp", 0.5, 0, {"nearest", 1}, {"a_minus", 0.08}),
    AS("stdp", 1, 0, {"tau_minus_ms", 6000}, {"a_plus", 0.05}),
    {"stdp", 1, {{"a_plus", 4e-5}, {"a_minus", 1e-4}, {0}}, 0, 50, 300, 0},
    {"stdp", 1, {{"a_plus", 0.02}, {0}}, 0, 50, 300, AMINE_FACTOR_ALL},
    AS("stdp-weight", 1, 0, {"a_plus", 0.05}, {"mu_plus", 0}, {"mu_minus", 0}),
    AS("stdp-weight", 1, 2e-6, {"a_plus", 0.05}, {"a_minus", 0.04}, {"mu_minus", 1}),
    AS("triplet", 1, 2e-6, {"a3_plus", 0.05}),
    AS("istdp", 1, 0, {"eta", 0.03}),
    AS("bcm", 1, 2e-6, {"eta", 0.01}),
    {"bcm", 0.1, {{"eta", 0.01}, {0}}, 2e-6, 500, 3000, 0},
    AS("da-stdp", 1, 0, {"b", 0.01}),
    AS("da-stdp", 1, 0, {"nearest", 1}, {"read_ms", 10}),
    {"da-stdp", 1, {{"tau_c_ms", 100}, {0}}, 0, 50, 300, AMINE_FACTOR_SIGNED},
    AS("mstdp", 1, 0, {"gamma", 0.3}),
    AS("mstdpet", 1, 0, {"gamma", 0.7}),
    AS("r-max", 1, 0, {"gamma", 0.5}),
    AS("r-max", 1, 0, {"tau_e_ms", 5000}),
};
#define N_DRIVES (sizeof drives / sizeof *drives)

/* ------------------------------------------------------------------------------ told more than
 * once */
/* Who fires twice in a step leaves twice as much, of sources and of targets. */
static void counts_each_spike(void **state) {
  (void)state;
  am_synapse_text_rule *text = text_of(rule_of("stdp")->text);
  const am_registry mine = with("stdp", text), *const parts[2] = {&am_brain_parts, &mine};
  static const int who[] = {0, 1, 1, 0, 0, 1}, whom[] = {2, 2, 0, 2, 1, 1, 1};
  static const double when[] = {1, 2, 2, 4, 4, 5}, whenever[] = {1, 1, 2, 4, 5, 5, 5};
  float w[2][9];
  for (int k = 0; k < 2; k++) {
    amine_error error;
    amine_brain *b;
    int id[2];
    GOOD(am_brain_create(&b, parts[k], 1, 1, &error));
    GOOD(amine_brain_add_population(b, &id[0], "from", 3, "spikes", NULL, 0, &error));
    GOOD(amine_brain_add_population(b, &id[1], "to", 3, "spikes", NULL, 0, &error));
    GOOD(amine_brain_add_spikes(b, id[0], who, when, sizeof when / sizeof *when, &error));
    GOOD(amine_brain_add_spikes(b, id[1], whom, whenever, sizeof whenever / sizeof *whenever,
                                &error));
    amine_projection p = amine_projection_default();
    p.source = id[0], p.target = id[1], p.rule = "stdp", p.weight = 0.5, p.delay_ms = 1;
    GOOD(amine_brain_connect(b, NULL, &p, &error));
    GOOD(amine_brain_run(b, 12, &error));
    GOOD(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, w[k], &error));
    amine_brain_destroy(b);
  }
  for (int k = 0; k < 9; k++) assert_true(w[0][k] == w[1][k]);
  assert_true(w[0][2] != w[0][1] && w[0][0] != 0.5f);
  am_synapse_text_rule_free(text);
}

/* ------------------------------------------------------------------------------ the same bits */
/* Everything that a text can say. */
static const char everything[] =
    "synapse everything\n"
    "constant tau = 12 from 1 to 1e5 ms\n"
    "constant a = 0.02 from 0 to 1\n"
    "constant g = 0.3 from 0 to 1\n"
    "weight w from -1 to 1.5\n"
    "source x, z\n"
    "target y, theta = 0.5\n"
    "eligibility c\n"
    "level d\n"
    "given M, dt, fired, w_min, w_max, score\n"
    "room = (w_max - w) * (w - w_min)\n"
    "x' = -x / tau\n"
    "z' = -z / (3 * tau)\n"
    "y' = -y / tau\n"
    "theta' = (y * y - theta) / 40 by heun\n"
    "c' = -c / (5 * tau)\n"
    "d' = -0.01 * d\n"
    "arrival : x <- 0.5 * x + 1, z <- z + 0.25, w <- w - M * a * room * y, c <- c - g * y * x\n"
    "spike : w <- w + M * a * room * (x + z), c <- c + g * tanh(x * theta), y <- y + 1\n"
    "spike : theta <- theta + y\n"
    "step : theta <- clip(theta, 0.1, 3 + fired)\n"
    "step : c <- c + 0.001 * x * score\n"
    "reward r : d <- d + r\n"
    "w' = g * c * (d - 0.1)\n";

/* And of what is of the source, and of what it delivers. */
static const char everything_there[] =
    "synapse everything\n"
    "constant tau = 12 from 1 to 1e5 ms\n"
    "weight w from -1 to 1.5\n"
    "source u = 0.25, R = 1\n"
    "target y\n"
    "efficacy s\n"
    "given M\n"
    "part = u * R\n"
    "u' = (0.5 * R - u * abs(u)) / tau by heun\n"
    "R' = (1 - R - 0.1 * R) / (3 * tau)\n"
    "y' = -y / tau\n"
    "arrival : u <- u + 0.3 * (1 - u)\n"
    "arrival : s <- part, R <- max(R - part, 0.01), w <- w - M * 0.02 * y * u\n"
    "spike : w <- w + M * 0.02 * (u + R), y <- y + 1\n";

static amine_brain *of_everything(const am_registry *parts, int isa, double tau, int threads) {
  drive d = {"everything", 1, {{"tau", tau}, {0}}, 0, 50, 300, 0};
  amine_error error;
  amine_brain *b;
  int from, to;
  GOOD(am_brain_create(&b, parts, d.dt_ms, 7, &error));
  from = add(b, "from", SOURCES, "lif", 18, 30);
  to = add(b, "to", TARGETS, "escape", 16, 30);
  b->isa = (am_isa)isa;
  b->pass = am_brain_passes[isa];
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.rule = d.rule, p.connect = AMINE_CONNECT_PROBABILITY;
  p.probability = 0.6, p.weight = 0.1, p.weight_max = 0.3, p.delay_max_ms = 3;
  p.values = d.values, p.n_values = 1;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  GOOD(amine_brain_set_threads(b, threads, &error));
  return b;
}

static void the_same_bits_everywhere(void **state) {
  am_synapse_text_rule *text = text_of(*state);
  am_registry mine = am_brain_parts;
  const drive d = {.reward_every = 50};
  amine_error error;
  GOOD(am_registry_add(&mine, &text->is.part, &error));
  for (int wide = 0; wide < 2; wide++) {
    float *want = NULL;
    uint64_t n;
    for (int isa = 0; isa < AM_N_ISA; isa++) {
      if (!am_isa_runs((am_isa)isa)) continue;
      amine_brain *b = of_everything(&mine, isa, wide ? 5000 : 12, 1 + isa % 2);
      run(b, &d, 300);
      if (sizeof(am_real) < sizeof(double)) assert_int_equal(b->projections[0].is_wide, wide);
      float *w = weights_of(b, 0, "w", &n);
      if (!want) want = w, w = weights_of(b, 0, "w", &n);
      assert_memory_equal(want, w, n * sizeof *w);
      free(w);
      amine_brain_destroy(b);
    }
    uint64_t moved = 0;
    for (uint64_t k = 0; k < n; k++) moved += want[k] < 0.1f || want[k] > 0.3f;
    assert_true(moved > n / 20);
    free(want);
  }
  am_synapse_text_rule_free(text);
}

/* A brain that is saved goes on with the same bits, as one of that text alone. */
static void goes_on(void **state) {
  am_synapse_text_rule *text = text_of(*state);
  am_registry mine = am_brain_parts;
  const drive d = {.reward_every = 50};
  char folder[32], path[64];
  amine_error error;
  uint64_t n;
  assert_int_equal(folder_make(folder, sizeof folder), 0);
  snprintf(path, sizeof path, "%s/brain.safetensors", folder);
  GOOD(am_registry_add(&mine, &text->is.part, &error));
  amine_brain *a = of_everything(&mine, (int)am_isa_now(), 12, 1);
  amine_brain *b = of_everything(&mine, (int)am_isa_now(), 12, 1);
  run(a, &d, 150);
  GOOD(amine_brain_save(a, path, &error));
  GOOD(amine_brain_restore(b, path, &error));
  run(a, &d, 150);
  run(b, &d, 150);
  float *x = weights_of(a, 0, "w", &n), *y = weights_of(b, 0, "w", &n);
  assert_memory_equal(x, y, n * sizeof *x);
  free(x);
  free(y);
  amine_brain_destroy(b);
  char other[sizeof everything + sizeof everything_there]; /* a remark more, and nothing else */
  snprintf(other, sizeof other, "%s# else\n", (const char *)*state);
  am_synapse_text_rule *second = text_of(other);
  am_registry theirs = am_brain_parts;
  GOOD(am_registry_add(&theirs, &second->is.part, &error));
  b = of_everything(&theirs, (int)am_isa_now(), 12, 1);
  assert_int_equal(amine_brain_restore(b, path, &error), AMINE_ERROR_INPUT);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  folder_remove(folder);
  am_synapse_text_rule_free(text);
  am_synapse_text_rule_free(second);
}

/* ------------------------------------------------------------------------------ short-term */
/* Sources that fire more than once in a step, with several delays, onto neurons that never do. */
static amine_brain *onto_quiet(bool by_text, double tau_rec_ms) {
  amine_error error;
  amine_brain *b;
  int from, to;
  const amine_value rate = {"rate_hz", 900};
  const amine_value quiet[] = {{"tau_e_ms", 5}, {"v_threshold_mv", 1000}};
  const amine_value values[] = {
      {"U", 0.2}, {"tau_rec_ms", tau_rec_ms}, {"tau_facil_ms", 2 * tau_rec_ms}};
  GOOD(amine_brain_create(&b, 1, 5, &error));
  GOOD(amine_brain_add_population(b, &from, "from", SOURCES, "poisson", &rate, 1, &error));
  GOOD(amine_brain_add_population(b, &to, "to", TARGETS, "lif", quiet, 2, &error));
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0.3;
  p.weight = 0.1, p.weight_max = 0.3, p.delay_max_ms = 4;
  if (by_text) p.rule = am_synapse_text_tsodyks_markram, p.values = values, p.n_values = 3;
  else
    p.stp_u = values[0].value, p.stp_tau_rec_ms = values[1].value,
    p.stp_tau_facil_ms = values[2].value;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  return b;
}

static void delivers_as_its_kernel(void **state) {
  (void)state;
  amine_error error = {0};
  for (int slow = 0; slow < 2; slow++) {
    amine_brain *a = onto_quiet(false, slow ? 9000 : 30), *b = onto_quiet(true, slow ? 9000 : 30);
    static float x[TARGETS], y[TARGETS];
    for (int k = 0; k < 4; k++) {
      GOOD(amine_brain_run(a, 50, &error));
      GOOD(amine_brain_run(b, 50, &error));
      GOOD(amine_brain_get(a, 1, "g_e", x, &error));
      GOOD(amine_brain_get(b, 1, "g_e", y, &error));
      for (int i = 0; i < TARGETS; i++)
        if (!(x[i] > 0) || !(fabs((double)(x[i] - y[i])) <= 2e-5 * (double)x[i]))
          fail_msg("%s: after %d steps g_e of %d is %.9g, and by the text %.9g",
                   slow ? "slow" : "fast", 50 * (k + 1), i, (double)x[i], (double)y[i]);
    }
    if (sizeof(am_real) < sizeof(double)) {
      assert_int_equal(a->projections[0].is_wide, slow);
      assert_int_equal(b->projections[0].is_wide, slow);
    }
    amine_brain_destroy(a);
    amine_brain_destroy(b);
  }
  amine_brain *b = onto_quiet(true, 30);
  amine_projection p = amine_projection_default();
  p.rule = am_synapse_text_tsodyks_markram, p.target = 1, p.stp_u = 0.5, p.stp_tau_rec_ms = 100;
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "says itself what part of its weight a synapse delivers"));
  amine_brain_destroy(b);
}

/* Arrivals at 3 and 9 ms, a spike of the target at 15 ms: its weight after that. */
static double weight_after(const char *text) {
  amine_error error;
  amine_brain *b;
  int from, to, teacher;
  const int none[2] = {0};
  const double at[2] = {2, 8}, then = 13;
  float w;
  GOOD(amine_brain_create(&b, 1, 1, &error));
  GOOD(amine_brain_add_population(b, &from, "from", 1, "spikes", NULL, 0, &error));
  GOOD(amine_brain_add_population(b, &teacher, "teacher", 1, "spikes", NULL, 0, &error));
  GOOD(amine_brain_add_population(b, &to, "to", 1, "lif", NULL, 0, &error));
  GOOD(amine_brain_add_spikes(b, from, none, at, 2, &error));
  GOOD(amine_brain_add_spikes(b, teacher, none, &then, 1, &error));
  amine_projection p = amine_projection_default();
  p.source = teacher, p.target = to, p.connect = AMINE_CONNECT_ALL, p.weight = 1000;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  p.source = from, p.weight = 0, p.rule = text;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  GOOD(amine_brain_run(b, 20, &error));
  assert_int_equal(amine_brain_spike_count(b, to), 1);
  GOOD(amine_brain_synapses(b, 1, "w", NULL, NULL, NULL, &w, &error));
  amine_brain_destroy(b);
  return (double)w;
}

/* What a spike leaves rises before it falls, counts the less the more is there, or has a limit; and
 * an arrival sees what was there without it. */
static void what_is_of_the_source(void **state) {
  (void)state;
  const double e5 = exp(-5.0 / 10), e11 = exp(-11.0 / 10), e6 = exp(-6.0 / 10);
  const struct {
    const char *text;
    double want;
  } all[] = {
      {"weight w\nsource x, y\nx' = (y - x) / 10\ny' = -y / 10\narrival : y <- y + 1\n"
       "spike : w <- w + x\n",
       0.5 * e5 + 1.1 * e11},
      {"weight w\nsource x\nx' = -x / 10\narrival : x <- x + 0.25 * (1 - x)\n"
       "spike : w <- w + x\n",
       (0.25 + 0.75 * 0.25 * e6) * e5},
      {"weight w\nsource x\nx' = -x / 10\narrival : x <- min(x + 0.75, 1)\n"
       "spike : w <- w + x\n",
       e5},
      {"weight w\nsource x\nx' = -x / 10\narrival : x <- 1\nspike : w <- w + x\n", e5},
      {"weight w\nsource R = 1\nR' = (1 - R) / 10\narrival : w <- w + R, R <- R * R / 2\n",
       1 + (1 - 0.5 * e6)},
  };
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    const double w = weight_after(all[k].text);
    if (!(fabs(w - all[k].want) < 1e-6)) fail_msg("%s: %.9g, not %.9g", all[k].text, w, all[k].want);
  }
}

/* ------------------------------------------------------------------------------ said to a brain */
static void a_text_in_place_of_a_name(void **state) {
  (void)state;
  amine_error error = {0};
  amine_brain *b, *c;
  float w[2];
  const char *const of[2] = {"stdp", rule_of("stdp")->text};
  for (int k = 0; k < 2; k++) {
    GOOD(amine_brain_create(&b, 1, 1, &error));
    const char *lif = ((const am_part *)am_registry_find(&am_brain_parts, AM_NEURON, "lif"))->text;
    const int one[1] = {0};
    const double at[1] = {2};
    int from, to;
    GOOD(amine_brain_add_population(b, &from, "from", 1, "spikes", NULL, 0, &error));
    GOOD(amine_brain_add_population(b, &to, "to", 1, k ? lif : "lif", NULL, 0, &error));
    GOOD(amine_brain_add_spikes(b, from, one, at, 1, &error));
    GOOD(amine_brain_set_current(b, to, 30, 0, &error));
    amine_projection p = amine_projection_default();
    const amine_value value = {"a_plus", 0.125};
    p.source = from, p.target = to, p.rule = of[k], p.weight = 0.5;
    p.values = &value, p.n_values = 1;
    GOOD(amine_brain_connect(b, NULL, &p, &error));
    GOOD(amine_brain_run(b, 60, &error));
    GOOD(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, &w[k], &error));
    amine_brain_destroy(b);
  }
  assert_true(w[0] == w[1] && w[0] > 0.51f);
  GOOD(amine_brain_create(&c, 1, 1, &error));
  assert_int_equal(
      amine_brain_add_population(c, NULL, "E", 1, "state v\nstate v\n", NULL, 0, &error),
      AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "population E:2:7: "));
  GOOD(amine_brain_add_population(c, NULL, "E", 1, "lif", NULL, 0, &error));
  amine_projection p = amine_projection_default();
  p.rule = "weight w\nspike : w <- w + x\n";
  assert_int_equal(amine_brain_connect(c, NULL, &p, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "E to E: rule:2:18: nothing above says what x is"));
  amine_brain_destroy(c);
}

/* The lines of a part's text, as a model file may have them. */
static json_t *lines_of(am_part_kind kind, const char *name) {
  const char *text = am_registry_find(&am_brain_parts, kind, name)->text;
  json_t *lines = json_array();
  for (; *text; text += strcspn(text, "\n") + 1)
    json_array_append_new(lines, json_stringn(text, strcspn(text, "\n")));
  return lines;
}

static uint64_t fired(const json_t *root) {
  amine_error error;
  amine_brain *b;
  uint64_t n = 0;
  GOOD(am_brain_from_json(&b, root, "model.json", 1, NULL, &error));
  GOOD(amine_brain_run(b, 400, &error));
  for (int k = 0; k < amine_brain_n_populations(b); k++) n = 31 * n + amine_brain_spike_count(b, k);
  amine_brain_destroy(b);
  return n;
}

/* A lattice whose cells and plasticity are texts, and one that names ours. */
static void a_lattice_of_texts(void **state) {
  (void)state;
  json_error_t why;
  json_t *root = json_loads(
      "{\"dt_ms\": 1, \"areas\": [{\"name\": \"A\", \"n\": 60}, {\"name\": \"B\", \"n\": 40}],"
      " \"neuron_model\": {\"type\": \"izhikevich\", \"params_default\": {\"d\": 6}},"
      " \"cell_types\": {\"exc\": {\"fraction\": 0.8}, \"inhib\": {\"type\": \"izhikevich\"}},"
      " \"plasticity\": {\"rule\": \"stdp\", \"a_plus\": 0.5, \"weight_max\": 9},"
      " \"connectivity\": {\"probability\": 0.3, \"weight_mean\": 2},"
      " \"inputs\": [{\"population\": \"A/exc\", \"type\": \"current\", \"mean\": 4, \"noise\": "
      "12},"
      "  {\"population\": \"B/inhib\", \"type\": \"current\", \"mean\": 4, \"noise\": 12}]}",
      0, &why);
  if (!root) fail_msg("%s", why.text);
  const uint64_t want = fired(root);
  json_t *plasticity = json_object_get(root, "plasticity");
  json_object_set_new(plasticity, "rule", json_string("none"));
  assert_true(want > 31 && fired(root) != want);
  json_object_set_new(plasticity, "rule", lines_of(AM_SYNAPSE, "stdp"));
  assert_true(fired(root) == want);
  json_object_set_new(json_object_get(root, "neuron_model"), "type",
                      lines_of(AM_NEURON, "izhikevich"));
  json_object_set_new(json_object_get(json_object_get(root, "cell_types"), "inhib"), "type",
                      lines_of(AM_NEURON, "izhikevich"));
  assert_true(fired(root) == want);
  json_object_set_new(plasticity, "rule", json_pack("[s]", "weight v to"));
  amine_error error;
  amine_brain *b;
  assert_int_equal(am_brain_from_json(&b, root, "model.json", 1, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "model.json: plasticity.rule:1:"));
  json_decref(root);
}

/* ------------------------------------------------------------------------------ what is refused */
#define W "weight w from 0 to 1\n"
#define X "source x\nx' = -x / 20\narrival : x <- x + 1\n"
#define C "eligibility c\nc' = -c / 100\nspike : c <- c + x\n"
#define D "level d\nd' = -d / 200\nreward r : d <- d + r\n"
static const struct {
  const char *text, *sentence;
} wrong[] = {
    {"", "mine.txt: the text is empty"},
    {X, "mine.txt:1:1: there is no weight: \"weight w from 0 to 1\""},
    {W, "mine.txt:1:8: nothing changes the weight"},
    {"weight w from 1 to 0\n", "mine.txt:1:8: bounds of a weight lie in -1e6 to 1e6"},
    {W "weight v\n", "mine.txt:2:8: a synapse has one weight, w"},
    {W "spike : w <- w + x\n", "mine.txt:2:18: nothing above says what x is"},
    {W "source x\nspike : w <- w + x\n", "mine.txt:2:8: it is not said how x decays"},
    {W "source x\nx' = -x / 20\nspike : w <- w + x\n", "mine.txt:2:8: nothing raises x"},
    {W "source x, y, z\n", "mine.txt:2:14: at most 2 numbers are of the source"},
    {W "target x, y, z\n", "mine.txt:2:14: at most 2 numbers are of the target"},
    {W "source x\nx' = -x * x\narrival : x <- x + 1\nspike : w <- w + x\n",
     "mine.txt:3:9: x' is not linear with constant coefficients: say how it is integrated"},
    {W "source x\nefficacy s\nx' = -x / 20\narrival : x <- x + 1\n",
     "mine.txt:3:10: it is not said what an arrival makes of s: \"arrival : s <- u * R\""},
    {W X "efficacy s\narrival : s <- x * w\n", "mine.txt:6:20: what becomes of s knows nothing of w"},
    {W X "efficacy s\narrival : s <- x\nspike : w <- w + s\n",
     "mine.txt:7:18: what becomes of w knows nothing of s"},
    {W X "efficacy s, q\n", "mine.txt:5:11: "},
    {W X "efficacy s\nefficacy q\n", "mine.txt:6:10: a synapse has one efficacy, s"},
    {W X "efficacy s\nspike : s <- x\n", "mine.txt:6:9: a spike does not change s"},
    {W X "target y\ny' = x - y\nspike : w <- w + y\n",
     "mine.txt:6:6: what becomes of y knows nothing of x"},
    {W X "target y\na = 2 * x\ny' = a - y\nspike : w <- w + y\n",
     "mine.txt:6:9: what becomes of y knows nothing of x"},
    {W X "target y\nspike : w <- w + x, x <- 1\n", "mine.txt:6:21: a spike does not change x"},
    {W X "spike : w <- w + x, w <- 1\n", "mine.txt:5:21: w is updated twice in this line"},
    {W X "w <- 3\n", "mine.txt:5:1: it is not said when w changes: \"arrival : w <- ...\""},
    {W X "spike w <- w + x\n", "mine.txt:5:7: ':' is missing here, before what happens"},
    {W X "spike : w <- w + x\nstep : w <- 2\n", "mine.txt:6:8: a step does not change w"},
    {W X "given dt\neligibility c\nc' = -c / dt\nspike : c <- c + x, w <- w + c\n",
     "mine.txt:7:11: what becomes of c knows nothing of dt"},
    {W X "given eta\n", "mine.txt:5:7: a synapse is given M, score, fired, dt, w_min and w_max"},
    {W X "given fired\nspike : w <- w + fired\n",
     "mine.txt:6:18: what becomes of w knows nothing of fired"},
    {W X "given M\nlate : w <- w + x\narrival : w <- w - x\n",
     "mine.txt:1:8: arrivals change synapses before the targets fire, or late"},
    {W X "w' = 1\n", "mine.txt:1:8: there is no eligibility that could become weight"},
    {W X C "w' = c\n", "mine.txt:8:6: there is no level by which it becomes weight"},
    {W X C D "w' = c * c * d\n",
     "mine.txt:11:12: eligibility c becomes weight as in \"w' = gamma * c * (d - b)\""},
    {W X C D "w' = c * d + d\n", "mine.txt:11:12: eligibility c becomes weight as in"},
    {W X C D "w' = c * (d - w)\n",
     "mine.txt:11:15: how eligibility becomes weight knows nothing of w"},
    {W X C "reward r : w <- w + r * c * c\n",
     "mine.txt:8:19: eligibility c becomes weight as in \"w <- w + gamma * r * c\""},
    {W X C "level d\nd' = -d / 200\nw' = c * d\n", "mine.txt:8:7: nothing raises d"},
    {W X C "level d\nreward r : d <- d + r\nw' = c * d\n",
     "mine.txt:8:7: it is not said how d decays"},
    {W X C "level d\nd' = -d / 9\nreward r : d <- d + 2 * r\nw' = c * d\n",
     "mine.txt:10:19: a reward is added to a level: \"d <- d + r\""},
    {W X C D "reward r : d <- r\n", "mine.txt:11:8: it is said twice what a reward does"},
    {W X "eligibility c\nspike : c <- c + x, w <- w + c\n",
     "mine.txt:5:13: it is not said how c decays"},
    {W X C "given score\nstep : c <- c + score\nspike : w <- w + c\n",
     "mine.txt:9:15: what a step adds to c is a multiple of what the source left"},
    {W "state v\n", "mine.txt:2:1: a synapse has no state: it has weight, source, target"},
    {W "constant w_max = 1\nspike : w <- 1\n", "mine.txt:2:10: every rule has a parameter w_max"},
    {W "constant c = yes or no\nspike : w <- 1\n",
     "mine.txt:2:10: a constant of a synapse is a number"},
    {W X "x' = -x\n", "mine.txt:5:1: the derivative of x is said twice"},
    {W "v' = 3\n", "mine.txt:2:1: nothing above says of what v is"},
    {W X "spike : w <- sum(x)\n", "mine.txt:5:14: sum is of vectors: a text is about one synapse"},
};

static void a_wrong_text_gets_a_sentence(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_synapse_text_rule *m = NULL;
    amine_error error = {0};
    if (am_synapse_text_rule_make(&m, "mine.txt", wrong[k].text, &error) != AMINE_ERROR_INPUT)
      fail_msg("this is taken:\n%s", wrong[k].text);
    if (!strstr(error.message, wrong[k].sentence))
      fail_msg("\n%s\nis answered by\n%s\nnot\n%s", wrong[k].text, error.message,
               wrong[k].sentence);
  }
}

/* A value with which a law is none. */
static void values_that_cannot_be(void **state) {
  (void)state;
  amine_error error = {0};
  amine_brain *b;
  GOOD(amine_brain_create(&b, 1, 1, &error));
  GOOD(amine_brain_add_population(b, NULL, "E", 2, "lif", NULL, 0, &error));
  amine_projection p = amine_projection_default();
  const amine_value zero = {"k", 0};
  p.rule = "synapse mine\nconstant k = 1 from 0 to 1\n" W
           "source x\nx' = -k * x\narrival : x <- x + 1\nspike : w <- w + x\n";
  p.values = &zero, p.n_values = 1;
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "E to E: with these values the equations of rule mine have numbers that are "
                      "not finite, or times that are none");
  p.n_values = 0;
  GOOD(amine_brain_connect(b, NULL, &p, &error));
  amine_brain_destroy(b);
}

#define OF(test, what)                                                                             \
  { #test, test, NULL, NULL, (void *)(uintptr_t)(what) }

int main(void) {
  enum { OTHERS = 11 };
  struct CMUnitTest tests[OTHERS + N_DRIVES] = {cmocka_unit_test(counts_each_spike),
                                                OF(the_same_bits_everywhere, everything),
                                                OF(the_same_bits_everywhere, everything_there),
                                                OF(goes_on, everything),
                                                OF(goes_on, everything_there),
                                                cmocka_unit_test(delivers_as_its_kernel),
                                                cmocka_unit_test(what_is_of_the_source),
                                                cmocka_unit_test(a_lattice_of_texts),
                                                cmocka_unit_test(a_text_in_place_of_a_name),
                                                cmocka_unit_test(a_wrong_text_gets_a_sentence),
                                                cmocka_unit_test(values_that_cannot_be)};
  for (size_t k = 0; k < N_DRIVES; k++)
    tests[OTHERS + k] =
        (struct CMUnitTest){drives[k].rule, learns_as_its_kernel, NULL, NULL, &drives[k]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
