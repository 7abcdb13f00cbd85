/* Plastic networks against two judges: an independent PyTorch float64 model (tests/reference),
 * and finite differences of its own float64 form on random shapes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/kernel.h"
#include "format/safetensors.h"
#include "network/pair_model.h"
#include "network/written.h"

typedef void (*runner)(const pair_net *, const double *, const pair_data *, pair_result *);

static const char *note(const am_tensor_file *f, const char *key) {
  const char *value = am_tensor_file_note(f, key);
  return value ? value : "";
}

static bool is(const am_tensor_file *f, const char *key, const char *value) {
  return strcmp(note(f, key), value) == 0;
}

static pair_choice standard(void) {
  return (pair_choice){.network = &am_plastic_rnn_part,
                       .units = {.n_hidden = 100, .n_layers = 1, .constants = {0.01, 0.01}},
                       .n_inputs = 17,
                       .n_actions = 4,
                       .rule = AM_RULE_CLIP,
                       .rule_options = {.clip = 1, .eta = 0.01f, .eta_e = 0.01f, .eta_h = 0.3f},
                       .modulator = &am_readout_type,
                       .readout = {.clamp = (double)NAN}};
}

static void make(pair_net *n, const pair_choice *c) {
  static const char *const names[] = {"h2o", "h2v"};
  amine_error error = {0};
  am_units units;
  *n = (pair_net){.choice = *c};
  if (am_units_read(&units, c->network, &c->units, &am_rules[c->rule], &c->rule_options,
                    c->modulator, &c->readout, &error))
    fail_msg("%s\n%s", error.message, error.excerpt);
  const am_pair_head heads[] = {{names[0], c->n_actions}, {names[1], 1}};
  am_pair_options o = {
      .units = units.stack, .heads = heads, .n_heads = 2, .clip = units.clip, .rate = units.rate};
  o.units.n_inputs = c->n_inputs;
  if (am_pair_make(&n->pair, &n->places, &o, &error))
    fail_msg("%s\n%s", error.message, error.excerpt);
  am_units_free(&units);
}

static pair_choice choice_of(const am_tensor_file *f) {
  pair_choice o = standard();
  const am_tensor *w = am_tensor_file_find(f, "param/i2h.weight");
  o.units.n_hidden = (int)w->dims[0];
  o.n_inputs = (int)w->dims[1];
  o.n_actions = (int)am_tensor_file_find(f, "param/h2o.weight")->dims[0];
  const char *rule = note(f, "rule");
  o.rule = strcmp(rule, "rnn") == 0           ? AM_RULE_NONE
           : strcmp(rule, "modulated") == 0   ? AM_RULE_CLIP
           : strcmp(rule, "retroactive") == 0 ? AM_RULE_ELIGIBILITY
                                              : AM_N_RULES;
  for (int k = 1; k < AM_N_RULES && o.rule == AM_N_RULES; k++)
    if (strcmp(rule, am_rules[k].part.name) == 0) o.rule = (am_rule_id)k;
  assert_int_not_equal(o.rule, AM_N_RULES);
  const char *m = note(f, "modulator");
  if (strcmp(m, "none") == 0) o.modulator = &am_constant_type;
  o.readout.activation = strcmp(m, "sigmoid") == 0  ? AM_ACTIVATION_SIGMOID
                         : strcmp(m, "linear") == 0 ? AM_ACTIVATION_LINEAR
                                                    : AM_ACTIVATION_TANH;
  o.readout.fanout = is(f, "fanout", "yes");
  o.units.alpha = is(f, "alpha", "neuron")    ? AM_ALPHA_NEURON
                  : is(f, "alpha", "network") ? AM_ALPHA_NETWORK
                                              : AM_ALPHA_CONNECTION;
  o.rule_options.clip = (float)atof(note(f, "c"));
  return o;
}

static double *load(const am_tensor_file *f, const char *kind, const char *name, size_t *count) {
  char full[80];
  snprintf(full, sizeof full, "%s/%s", kind, name);
  const am_tensor *t = am_tensor_file_find(f, full);
  if (!t) fail_msg("no tensor %s", full);
  double *v = malloc(t->count * sizeof *v);
  for (size_t i = 0; i < t->count; i++)
    v[i] =
        t->dtype == AM_I64 ? (double)((const int64_t *)t->data)[i] : ((const double *)t->data)[i];
  *count = t->count;
  return v;
}

/* Largest |a - b| over the larger of 1 and the largest |b|. */
static double distance(const double *a, const double *b, size_t n) {
  double d = 0, scale = 1;
  for (size_t i = 0; i < n; i++) scale = fmax(scale, fabs(b[i]));
  for (size_t i = 0; i < n; i++) d = fmax(d, isnan(a[i]) ? INFINITY : fabs(a[i] - b[i]));
  return d / scale;
}

static void compare(const am_tensor_file *f, const char *kind, const char *name, const double *got,
                    double tolerance) {
  size_t n;
  double *want = load(f, kind, name, &n);
  const double d = distance(got, want, n);
  if (!(d <= tolerance)) fail_msg("%s/%s differs by %g, more than %g", kind, name, d, tolerance);
  free(want);
}

static void fill_parameters(const pair_net *n, const am_tensor_file *f, double *parameters) {
  for (int k = 0; k < n->places.n; k++) {
    const am_place *t = &n->places.place[k];
    size_t count;
    double *v = load(f, "param", t->name, &count);
    assert_int_equal(count, t->dims[0] * t->dims[1]);
    for (int i = 0; i < t->dims[0]; i++)
      for (int j = 0; j < t->dims[1]; j++) parameters[am_place_at(t, i, j)] = v[i * t->dims[1] + j];
    free(v);
  }
}

static void compare_gradients(const pair_net *n, const am_tensor_file *f, const double *gradient,
                              double tolerance) {
  for (int k = 0; k < n->places.n; k++) {
    const am_place *t = &n->places.place[k];
    double *g = malloc((size_t)(t->dims[0] * t->dims[1]) * sizeof *g);
    for (int i = 0; i < t->dims[0]; i++)
      for (int j = 0; j < t->dims[1]; j++) g[i * t->dims[1] + j] = gradient[am_place_at(t, i, j)];
    compare(f, "grad", t->name, g, tolerance);
    free(g);
  }
}

/* The steps that each lane lives, from the note "ends"; NULL without it. */
static int *ends_of(const am_tensor_file *f, size_t n_lanes) {
  const char *at = note(f, "ends");
  if (!*at) return NULL;
  int *ends = malloc(n_lanes * sizeof *ends);
  for (size_t k = 0; k < n_lanes; k++) ends[k] = (int)strtol(at, (char **)(uintptr_t)&at, 10);
  return ends;
}

static void check_case(const char *name, runner run, double tolerance) {
  char path[512];
  amine_error error = {0};
  am_tensor_file *f;
  snprintf(path, sizeof path, TEST_DATA "/plastic_rnn_%s.safetensors", name);
  if (am_tensor_file_open(&f, path, 1 << 24, false, &error)) fail_msg("%s", error.message);
  pair_net network;
  const pair_choice o = choice_of(f);
  make(&network, &o);
  double *parameters = calloc(network.pair.size, sizeof(double));
  fill_parameters(&network, f, parameters);
  const am_tensor *u = am_tensor_file_find(f, "input/u");
  size_t n, n_u;
  double *actions = load(f, "input", "actions", &n), *rewards = load(f, "input", "rewards", &n);
  int *chosen = malloc(n * sizeof *chosen);
  for (size_t i = 0; i < n; i++) chosen[i] = (int)actions[i];
  double *inputs = load(f, "input", "u", &n_u);
  int *ends = ends_of(f, u->dims[0]);
  const pair_data data = {
      .n_lanes = (int)u->dims[0],
      .n_steps = (int)u->dims[1],
      .ends = ends,
      .u = inputs,
      .actions = chosen,
      .rewards = rewards,
      .gamma = atof(note(f, "gamma")),
      .lambda = atof(note(f, "lambda")),
      .beta = atof(note(f, "beta")),
      .value_weight = atof(note(f, "value_weight")),
      .entropy = is(f, "entropy", "true") ? AM_ENTROPY_TRUE : AM_ENTROPY_SQUARED,
      .baseline = is(f, "baseline", "shared0") ? AM_BASELINE_SHARED0 : AM_BASELINE_OWN};
  const size_t N = (size_t)o.units.n_hidden;
  pair_result r = {.x = calloc(n * N, sizeof(double)),
                   .logits = calloc(n * (size_t)o.n_actions, sizeof(double)),
                   .value = calloc(n, sizeof(double)),
                   .level = calloc(n, sizeof(double)),
                   .H_last = malloc(u->dims[0] * N * N * sizeof(double)),
                   .gradient = malloc(network.pair.size * sizeof(double)),
                   .advantage = malloc(n * sizeof(double)),
                   .target = malloc(n * sizeof(double))};
  const bool traced = am_pair_has_trace(&network.pair);
  if (!traced) {
    free(r.H_last);
    r.H_last = NULL;
  }
  run(&network, parameters, &data, &r);
  compare(f, "out", "x", r.x, tolerance);
  compare(f, "out", "logits", r.logits, tolerance);
  compare(f, "out", "value", r.value, tolerance);
  if (traced && o.modulator == &am_readout_type) compare(f, "out", "M", r.level, tolerance);
  if (traced) compare(f, "out", "H_last", r.H_last, tolerance);
  compare(f, "out", "loss", &r.loss, tolerance);
  compare_gradients(&network, f, r.gradient, tolerance);
  double *all[] = {parameters, actions, rewards,  inputs,     r.x,         r.logits,
                   r.value,    r.level, r.H_last, r.gradient, r.advantage, r.target};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  free(chosen);
  free(ends);
  am_pair_free(&network.pair);
  am_tensor_file_close(f);
}

static const char *const cases[] = {"rnn",
                                    "decay",
                                    "oja",
                                    "clip",
                                    "softclip",
                                    "modulated",
                                    "modulated_sigmoid",
                                    "modulated_linear",
                                    "modulated_fanout",
                                    "retroactive",
                                    "retroactive_fanout",
                                    "decay_alpha_neuron",
                                    "modulated_alpha_network",
                                    "modulated_gae",
                                    "modulated_shared0",
                                    "modulated_ends",
                                    "modulated_shared0_ends",
                                    "modulated_n33",
                                    "modulated_c1"};

static void matches_pytorch_in_double(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    check_case(cases[k], pair_run_f64, 1e-12);
}

static void matches_pytorch_in_float(void **state) {
  (void)state;
  const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
  for (size_t q = 0; q < sizeof kernels / sizeof *kernels; q++) {
    if (amine_kernel_use(kernels[q], NULL) != AMINE_OK) {
      print_message("%s: skipped, not on this processor\n", kernels[q]);
      continue;
    }
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
      check_case(cases[k], pair_run_f32, 2e-5);
  }
  amine_kernel_use("auto", NULL);
}

/* The generator of tests/reference/plastic_rnn.py, "full". */
static uint64_t lcg_state;
static float lcg(void) {
  lcg_state = lcg_state * 6364136223846793005u + 1442695040888963407u;
  return (float)(lcg_state >> 40) * 0x1p-24f;
}

static void fill_full(const pair_net *n, double *parameters, const char *name, float scale) {
  for (int k = 0; k < n->places.n; k++) {
    const am_place *t = &n->places.place[k];
    if (strcmp(t->name, name) != 0) continue;
    for (int i = 0; i < t->dims[0]; i++)
      for (int j = 0; j < t->dims[1]; j++) {
        const float v = (2 * lcg() - 1) * scale;
        parameters[am_place_at(t, i, j)] = (double)v;
      }
    return;
  }
  fail_msg("no tensor %s", name);
}

/* The real size, a whole episode forward: float32 within 1e-5 of the float64 model. */
static void whole_episode_in_float(void **state) {
  (void)state;
  amine_error error = {0};
  pair_net network;
  const pair_choice o = standard();
  make(&network, &o);
  double *parameters = calloc(network.pair.size, sizeof(double));
  const struct {
    const char *name;
    float scale;
  } order[] = {{"i2h.weight", 0.24253563f},
               {"i2h.bias", 0.24253563f},
               {"w", 0.1f},
               {"alpha", 0.05f},
               {"h2mod.weight", 0.3f},
               {"h2mod.bias", 0.3f},
               {"h2o.weight", 0.1f},
               {"h2o.bias", 0.1f},
               {"h2v.weight", 0.1f},
               {"h2v.bias", 0.1f}};
  lcg_state = 20261122;
  for (size_t k = 0; k < sizeof order / sizeof *order; k++)
    fill_full(&network, parameters, order[k].name, order[k].scale);
  enum { B = 2, T = 200, I = 17 };
  double *u = malloc(sizeof(double[B][T][I]));
  for (int i = 0; i < B * T * I; i++) u[i] = lcg() < 0.5f ? 0 : 1;
  const pair_data data = {.n_lanes = B, .n_steps = T, .u = u};
  pair_result r = {.logits = malloc(sizeof(double[B][T][4])),
                   .value = malloc(sizeof(double[B][T])),
                   .level = malloc(sizeof(double[B][T]))};
  am_tensor_file *f;
  if (am_tensor_file_open(&f, TEST_DATA "/plastic_rnn_full.safetensors", 1 << 24, false, &error))
    fail_msg("%s", error.message);
  pair_run_f32(&network, parameters, &data, &r);
  compare(f, "out", "logits", r.logits, 1e-5);
  compare(f, "out", "value", r.value, 1e-5);
  compare(f, "out", "M", r.level, 1e-5);
  pair_run_f64(&network, parameters, &data, &r);
  compare(f, "out", "logits", r.logits, 1e-12);
  am_tensor_file_close(f);
  am_pair_free(&network.pair);
  free(parameters);
  free(u);
  free(r.logits);
  free(r.value);
  free(r.level);
}

/* ------------------------------------------------------------------------ finite differences */
static double between(double low, double high) { return low + (high - low) * (double)lcg(); }
static int pick(int low, int high) { return low + (int)((double)lcg() * (high - low + 1)); }

typedef struct differences {
  pair_net network;
  double *parameters;
  pair_data data;
  pair_result result;
} differences;

static double loss_at(differences *d, size_t at, double shift) {
  const double kept = d->parameters[at];
  d->parameters[at] = kept + shift;
  d->result.fixed = true;
  double *gradient = d->result.gradient;
  d->result.gradient = NULL;
  pair_run_f64(&d->network, d->parameters, &d->data, &d->result);
  d->result.gradient = gradient;
  d->parameters[at] = kept;
  return d->result.loss;
}

/* Fourth-order central difference. A kink of the clip inside the stencil shows as a disagreement of
 * two step sizes; such a point has no derivative to compare with and NAN is returned. */
static double slope(differences *d, size_t at) {
  double s[2];
  for (int k = 0; k < 2; k++) {
    const double h = k == 0 ? 1e-4 : 3e-5;
    s[k] = (8 * (loss_at(d, at, h) - loss_at(d, at, -h)) -
            (loss_at(d, at, 2 * h) - loss_at(d, at, -2 * h))) /
           (12 * h);
  }
  return fabs(s[0] - s[1]) > 2e-8 * fmax(1, fabs(s[1])) ? (double)NAN : s[1];
}

enum { REWARDS, ANSWERS, BOTH, VALUES, N_OBJECTIVES };

static const double *drop(const double *values) {
  free((void *)(uintptr_t)values);
  return NULL;
}

/* Which of them is asked for; what it does not ask for is left out. */
static void follow(differences *d, int objective) {
  d->data.teach = objective == VALUES ? AM_TEACH_REWARD : (am_teach)objective;
  if (objective == REWARDS) d->data.asked = drop(d->data.asked);
  if (objective != VALUES) d->data.wanted = drop(d->data.wanted);
}

static void random_problem(differences *d, const pair_choice *base, int objective) {
  pair_choice o = *base;
  o.n_inputs = pick(1, 20);
  o.units.n_hidden = pick(1, 40);
  o.n_actions = pick(1, 6);
  o.rule_options.clip = (float)between(0.1, 1);
  make(&d->network, &o);
  const int B = pick(1, 3), T = pick(1, 24);
  d->parameters = calloc(d->network.pair.size, sizeof(double));
  for (int k = 0; k < d->network.places.n; k++) {
    const am_place *t = &d->network.places.place[k];
    const bool rate = strncmp(t->name, "eta", 3) == 0;
    const bool square = t->rank == 2 && t->dims[1] == o.units.n_hidden && t->dims[0] > 6;
    const double size = square ? 1.5 / sqrt(o.units.n_hidden) : 0.7;
    for (int i = 0; i < t->dims[0]; i++)
      for (int j = 0; j < t->dims[1]; j++)
        d->parameters[am_place_at(t, i, j)] = rate ? between(0.1, 0.5) : between(-size, size);
  }
  const size_t n = (size_t)(B * T);
  double *u = malloc(n * (size_t)o.n_inputs * sizeof *u), *rewards = malloc(n * sizeof *rewards);
  int *actions = malloc(n * sizeof *actions);
  for (size_t i = 0; i < n * (size_t)o.n_inputs; i++) u[i] = between(-1, 1);
  for (size_t i = 0; i < n; i++) rewards[i] = between(-1, 3);
  for (size_t i = 0; i < n; i++) actions[i] = pick(0, o.n_actions - 1);
  int *ends = malloc((size_t)B * sizeof *ends);
  for (int b = 0; b < B; b++) ends[b] = pick(1, T);
  int *answers = malloc(n * sizeof *answers);
  double *asked = malloc(n * sizeof *asked), *wanted = malloc(n * 6 * sizeof *wanted);
  for (size_t i = 0; i < n; i++) answers[i] = pick(-1, o.n_actions - 1);
  for (size_t i = 0; i < n; i++) asked[i] = answers[i] >= 0;
  for (size_t i = 0; i < n * 6; i++) wanted[i] = between(-1, 1);
  d->data = (pair_data){.n_lanes = B,
                        .n_steps = T,
                        .ends = ends,
                        .u = u,
                        .actions = actions,
                        .rewards = rewards,
                        .gamma = between(0.5, 1),
                        .lambda = between(0, 1),
                        .beta = 0.1,
                        .value_weight = 0.3,
                        .entropy = (am_entropy)pick(0, 1),
                        .baseline = (am_baseline)pick(0, 1),
                        .answers = answers,
                        .asked = asked,
                        .wanted = wanted};
  follow(d, objective);
  d->result = (pair_result){.gradient = malloc(d->network.pair.size * sizeof(double)),
                            .advantage = malloc(n * sizeof(double)),
                            .target = malloc(n * sizeof(double))};
}

static void forget_problem(differences *d) {
  const void *const all[] = {d->data.u,     d->data.actions, d->data.rewards, d->data.ends,
                             d->data.asked, d->data.answers, d->data.wanted,  d->parameters};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free((void *)(uintptr_t)all[k]);
  free(d->result.gradient);
  free(d->result.advantage);
  free(d->result.target);
  am_pair_free(&d->network.pair);
}

/* Compares up to `most` elements of each tensor; returns how many could be compared. */
static int compare_slopes(differences *d, int most, int *kinks) {
  int compared = 0;
  for (int k = 0; k < d->network.places.n; k++) {
    const am_place *t = &d->network.places.place[k];
    for (int q = 0; q < most && q < t->dims[0] * t->dims[1]; q++) {
      const int i = pick(0, t->dims[0] - 1), j = pick(0, t->dims[1] - 1);
      const size_t at = am_place_at(t, i, j);
      const double want = slope(d, at), got = d->result.gradient[at];
      if (isnan(want)) {
        *kinks += 1;
        continue;
      }
      if (fabs(got - want) > 1e-7 * fmax(1, fabs(want)))
        fail_msg("%s[%d][%d] with rule %s: gradient %.12g, finite difference %.12g", t->name, i, j,
                 am_rules[d->network.choice.rule].part.name, got, want);
      compared++;
    }
  }
  return compared;
}

static int compare_network(const am_part *network, int rule, int form, int modulator, int layers,
                           int objective, int most, int *kinks) {
  pair_choice o = standard();
  differences d;
  o.network = network;
  o.units.n_layers = layers;
  o.rule = (am_rule_id)rule;
  o.units.alpha = (am_alpha_form)form;
  o.modulator = modulator == 0                ? &am_constant_type
                : modulator == 7 && form == 1 ? &am_given_type    /* what it says, as it is */
                : modulator == 7              ? &am_chemical_type /* times a rate that is learned */
                                              : &am_readout_type;
  o.readout.fanout = modulator > 3;
  o.readout.activation = (am_activation)(modulator % 3);
  random_problem(&d, &o, objective);
  pair_run_f64(&d.network, d.parameters, &d.data, &d.result);
  const int compared = compare_slopes(&d, most, kinks);
  forget_problem(&d);
  return compared;
}

static void matches_finite_differences(void **state) {
  (void)state;
  int compared = 0, kinks = 0;
  lcg_state = 7;
  for (int rule = 0; rule < AM_N_RULES; rule++)
    for (int form = 0; form < 3; form++)
      for (int modulator = 0; modulator < 8; modulator++)
        compared +=
            compare_network(&am_plastic_rnn_part, rule, form, modulator, 1, REWARDS, 6, &kinks);
  print_message("%d derivatives compared, %d left out at a kink of the clip\n", compared, kinks);
  assert_true(compared > 4000);
  assert_true(kinks * 10 < compared);
}

/* Every text with a slot, under every rule and kind of modulator, and under every rule and objective,
 * and two layers of it. */
static void other_networks_match_finite_differences(void **state) {
  (void)state;
  am_part normalised = am_plastic_rnn_part; /* numbers of all units on the way */
  normalised.text = "network plastic\n"
                    "constant init_w = 0.01\nconstant init_alpha = 0.01\nconstant init_self = 0\n"
                    "input u\nstate x[n]\ntrace H[n, n]\n"
                    "y = tanh(g * layer_norm((w + alpha * H) @ x + b + W_in @ u) + 0.3 * softmax(x))\n"
                    "H <- rule(post = y, pre = x, eta = modulator(y))\n"
                    "x <- y + init_w * init_alpha + init_self\noutput y\n";
  am_part looking = am_plastic_rnn_part; /* back at the episode, beside a trace and for it */
  looking.text = "network plastic\n"
                 "constant init_w = 0.01\nconstant init_alpha = 0.01\nconstant init_self = 0\n"
                 "input u\nstate x[n]\ntrace H[n, n]\n"
                 "z = attend(Q @ u, K @ u, V @ u, 2)\ns = attend(x, init_w * 70 * x, x, 1, 3)\n"
                 "y = tanh((w + alpha * H) @ x + b + W_in @ u + P @ z) + s\n"
                 "H <- rule(post = y, pre = attend(x, y, x, n), eta = modulator(y))\n"
                 "x <- y + init_w * init_alpha + init_self\noutput y\n"
                 "learned Q[6, u]\nlearned V[38, u]\n";
  amine_parameter rows[4];
  const am_part twofold = written_part(two_signals, rows);
  const am_part *const networks[] = {
      &am_plastic_gru_part,      &am_plastic_lstm_part, &am_plastic_lstm_gates_part,
      &am_plastic_highway_part,  &am_plastic_rnn_part,  &am_hebbian_rnn_part,
      &am_hebbian_rnn_same_part, &normalised,           &looking,
      &twofold};
  static const int modulators[] = {0, 2, 5, 7}; /* learned: a number, M, with fan-out; given */
  int compared = 0, kinks = 0;
  lcg_state = 11;
  for (size_t n = 0; n < sizeof networks / sizeof *networks; n++)
    for (int rule = 0; rule < AM_N_RULES; rule++)
      for (int k = 0; k < 4; k++)
        compared +=
            compare_network(networks[n], rule, (rule + k) % 3, modulators[k], 1 + (rule + k) % 2,
                            (int)(n + (size_t)(rule + k)) % N_OBJECTIVES, 2, &kinks);
  print_message("%d derivatives compared, %d left out at a kink of the clip\n", compared, kinks);
  assert_true(compared > 6000);
  assert_true(kinks * 10 < compared);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matches_pytorch_in_double),
      cmocka_unit_test(matches_pytorch_in_float),
      cmocka_unit_test(whole_episode_in_float),
      cmocka_unit_test(matches_finite_differences),
      cmocka_unit_test(other_networks_match_finite_differences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
