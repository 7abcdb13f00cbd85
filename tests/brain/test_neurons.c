/* The neuron models: the time of things exactly, then an independent float64 reference
 * (tests/reference/neurons.py, tests/data/neurons.safetensors). Each as it is, by its kernel, and by
 * its text. */
#include <strings.h>

#include "brain/brain.h"
#include "brain/neuron_text.h"
#include "brain/replay.h"

#define MAX_NEURONS 32
#define N_STEPS 2000
#define CURRENT_STEPS 50

static const char *const states[] = {"v", "u", "w", "g_e", "g_i"};
#define N_STATES ((int)(sizeof states / sizeof *states))

/* The models in use: ours, or what their texts make. */
static const am_registry *parts = &am_brain_parts;
static am_registry texts;

static int by_kernels(void **state) {
  (void)state;
  parts = &am_brain_parts;
  return 0;
}

static int by_texts(void **state) {
  (void)state;
  parts = &texts;
  return 0;
}

static int make_texts(void **state) {
  (void)state;
  texts = am_brain_parts;
  for (const am_part **part = texts.parts; *part; part++) {
    am_neuron_text_model *m;
    amine_error error;
    if ((*part)->kind != AM_NEURON || !(*part)->text) continue;
    good(am_neuron_text_model_make(&m, (*part)->name, (*part)->text, &error), &error);
    snprintf(m->name, sizeof m->name, "%s", (*part)->name); /* "lif-cond" is no name in a text */
    *part = &m->is.part;
  }
  return 0;
}

static int free_texts(void **state) {
  (void)state;
  for (const am_part **part = texts.parts; *part; part++)
    if ((*part)->kind == AM_NEURON && ((const am_neuron_model *)*part)->program)
      am_neuron_text_model_free((am_neuron_text_model *)(uintptr_t)*part);
  return 0;
}

/* ---------------------------------------------------------------------- against the reference */

typedef struct replay {
  const am_tensor_file *f;
  const char *name;
  amine_brain *b;
  int n, target, block;
  double dt, tolerance, worst;
} replay;

/* Source j of `weights` reaches neuron j mod n, `delay` steps later. */
static void add_sources(replay *r, const char *kind, amine_receptor receptor, int delay) {
  char key[16];
  snprintf(key, sizeof key, "%s_weight", kind);
  const am_tensor *weights = tensor(r->f, r->name, key, AM_F32);
  const int n = (int)weights->count;
  int sources[2 * MAX_NEURONS], targets[2 * MAX_NEURONS];
  for (int j = 0; j < n; j++) sources[j] = j, targets[j] = j % r->n;
  amine_projection p = amine_projection_default();
  p.source = add_population(r->b, kind, n, "spikes", NULL, 0);
  p.target = r->target;
  p.receptor = receptor;
  p.connect = AMINE_CONNECT_LIST;
  p.sources = sources, p.targets = targets, p.n_pairs = (size_t)n;
  p.weights = weights->data;
  p.delay_ms = delay * r->dt;
  amine_error error;
  good(amine_brain_connect(r->b, NULL, &p, &error), &error);
  good(amine_brain_record(r->b, p.source, 0, &error), &error);

  snprintf(key, sizeof key, "%s_spikes", kind);
  const am_tensor *spikes = tensor(r->f, r->name, key, AM_I32);
  const size_t m = spikes->dims[0];
  const int32_t *pairs = spikes->data;
  int *neurons = malloc((m + 1) * sizeof *neurons);
  int32_t *steps = malloc((m + 1) * sizeof *steps);
  for (size_t k = 0; k < m; k++) steps[k] = pairs[2 * k], neurons[k] = pairs[2 * k + 1];
  add_spikes(r->b, p.source, neurons, steps, m, r->dt);
  free(neurons);
  free(steps);
}

static void build(replay *r) {
  const char *model = note(r->f, r->name, "model");
  char text[1024];
  amine_value values[MAX_VALUES];
  const int n_values = parse_values(note(r->f, r->name, "values"), text, sizeof text, values);
  amine_error error;
  good(am_brain_create(&r->b, parts, r->dt, 1, &error), &error);
  r->target = add_population(r->b, "target", r->n, model, values, n_values);
  for (int k = 0; k < 2; k++) {
    const am_tensor *own = maybe(r->f, r->name, k ? "d" : "c");
    if (own)
      good(amine_brain_set_parameter(r->b, r->target, k ? "d" : "c", own->data, &error), &error);
  }
  add_sources(r, "e", AMINE_RECEPTOR_1, atoi(note(r->f, "", "delay_e")));
  add_sources(r, "i", AMINE_RECEPTOR_2, atoi(note(r->f, "", "delay_i")));
  for (int s = 0; s < 3; s++) {
    char key[8];
    snprintf(key, sizeof key, "%s0", states[s]);
    const am_tensor *start = maybe(r->f, r->name, key);
    if (start) set(r->b, r->target, states[s], start->data);
  }
}

/* Compares every state there is with row `row`, and puts those that are chaotic back to it. */
static void read_block(replay *r, int row, bool restart) {
  for (int s = 0; s < N_STATES; s++) {
    const am_tensor *t = maybe(r->f, r->name, states[s]);
    if (!t) continue;
    assert_int_equal(t->dims[0], N_STEPS / r->block);
    const double *want = (const double *)t->data + (size_t)row * (size_t)r->n;
    float got[MAX_NEURONS];
    get(r->b, r->target, states[s], got);
    double scale = 1;
    for (size_t i = 0; i < t->count; i++) scale = fmax(scale, fabs(((const double *)t->data)[i]));
    for (int i = 0; i < r->n; i++) {
      const double d = fabs((double)got[i] - want[i]) / scale;
      if (!(d <= r->tolerance))
        fail_msg("%s: %s of neuron %d after %d steps is %.9g, not %.9g", r->name, states[s], i,
                 (row + 1) * r->block, (double)got[i], want[i]);
      r->worst = fmax(r->worst, d);
      got[i] = (float)want[i];
    }
    if (restart) set(r->b, r->target, states[s], got);
  }
}

static void compare_spikes(const replay *r) {
  const am_tensor *want = tensor(r->f, r->name, "spikes", AM_I32);
  const int32_t *pairs = want->data;
  const size_t n = amine_brain_n_spikes(r->b);
  assert_int_equal(n, want->dims[0]);
  uint64_t *steps = malloc((n + 1) * sizeof *steps);
  int *neurons = malloc((n + 1) * sizeof *neurons);
  amine_brain_read_spikes(r->b, steps, NULL, neurons, n);
  for (size_t k = 0; k < n; k++) {
    assert_int_equal(steps[k], pairs[2 * k]);
    assert_int_equal(neurons[k], pairs[2 * k + 1]);
  }
  free(steps);
  free(neurons);
}

static void follows_the_reference(void **state) {
  am_tensor_file *f = open_data(TEST_DATA "/neurons.safetensors");
  replay r = {.f = f, .name = *state};
  const am_tensor *current = tensor(f, r.name, "current", AM_F32);
  r.n = (int)current->dims[1];
  r.dt = atof(note(f, r.name, "dt_ms"));
  r.block = atoi(note(f, r.name, "block"));
  const double rounding = BRAIN_EPSILON / (double)FLT_EPSILON;
  r.tolerance = fmax(BRAIN_TOLERANCE, 8 * rounding * atof(note(f, r.name, "float32")));
  assert_true(r.n <= MAX_NEURONS);
  build(&r);
  const char *model = note(f, r.name, "model");
  const bool restart = strncmp(model, "izhikevich", 10) == 0 || strcmp(model, "adex") == 0;
  amine_error error;
  for (int k = 0; k < N_STEPS; k += r.block) {
    const float *row = (const float *)current->data + k / CURRENT_STEPS * r.n;
    if (k % CURRENT_STEPS == 0) good(amine_brain_set_currents(r.b, r.target, row, &error), &error);
    run(r.b, (uint64_t)r.block);
    read_block(&r, k / r.block, restart);
  }
  compare_spikes(&r);
  print_message("%s: off by at most %.1e (%.1e is allowed)\n", r.name, r.worst, r.tolerance);
  amine_brain_destroy(r.b);
  am_tensor_file_close(f);
}

static const char *const cases[] = {
    "lif",           "lif_1ms",        "lif_exp",      "lif_exp_1ms", "lif_equal",
    "lif_one_jump",  "lif_cond",       "lif_cond_1ms", "izhikevich",  "izhikevich_1ms",
    "izhikevich_fs", "izhikevich_exp", "izhikevich_2007", "izhikevich_2007_exp",
    "adex",          "adex_1ms",
};
#define N_CASES ((int)(sizeof cases / sizeof *cases))

static void every_case_is_here(void **state) {
  (void)state;
  am_tensor_file *f = open_data(TEST_DATA "/neurons.safetensors");
  char all[1024] = "";
  for (int k = 0; k < N_CASES; k++) {
    if (k) strcat(all, " ");
    strcat(all, cases[k]);
  }
  assert_string_equal(all, note(f, "", "cases"));
  am_tensor_file_close(f);
}

/* ------------------------------------------------------------------------- exactly, by hand */

static const struct {
  const char *model, *values;
} defaults[] = {
    {"lif", "tau_m_ms=20 v_rest_mv=-65 v_reset_mv=-70 v_threshold_mv=-50 refractory_ms=5 "
            "tau_e_ms=0 tau_i_ms=0"},
    {"lif-cond",
     "c_pf=200 g_leak_ns=10 v_rest_mv=-60 v_reset_mv=-60 v_threshold_mv=-50 refractory_ms=5 "
     "tau_e_ms=5 tau_i_ms=10 e_e_mv=0 e_i_mv=-80"},
    {"izhikevich", "a=0.02 b=0.2 c=-65 d=8 v_peak_mv=30 tau_e_ms=0 tau_i_ms=0"},
    {"izhikevich-2007", "c_pf=100 k=0.7 v_r_mv=-60 v_t_mv=-40 a=0.03 b=-2 c=-50 d=100 v_peak_mv=35 "
                        "tau_e_ms=0 tau_i_ms=0"},
    {"adex",
     "c_pf=281 g_leak_ns=30 v_rest_mv=-70.6 v_t_mv=-50.4 delta_t_mv=2 tau_w_ms=144 a_ns=4 "
     "b_pa=80.5 "
     "v_reset_mv=-70.6 v_peak_mv=0 refractory_ms=0 tau_e_ms=5 tau_i_ms=10 e_e_mv=0 e_i_mv=-80"},
};

static void defaults_are_the_published_ones(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof defaults / sizeof *defaults; k++) {
    char text[256];
    amine_value values[MAX_VALUES];
    const int n = parse_values(defaults[k].values, text, sizeof text, values);
    for (int i = 0; i < n; i++) {
      const amine_parameter *p = NULL;
      for (int j = 0; (p = amine_neuron_parameter(defaults[k].model, j)); j++)
        if (strcmp(p->name, values[i].name) == 0) break;
      if (!p) fail_msg("%s has no parameter %s", defaults[k].model, values[i].name);
      if (p->standard != values[i].value)
        fail_msg("%s: %s is %g, not %g", defaults[k].model, p->name, p->standard, values[i].value);
      assert_true(p->min <= p->standard && p->standard <= p->max);
    }
  }
}

static amine_brain *new_brain(double dt) {
  amine_brain *b;
  amine_error error;
  good(am_brain_create(&b, parts, dt, 1, &error), &error);
  return b;
}

/* V = -45 - 20 exp(-t / 20) first reaches -50 after 278 steps, -45 - 25 exp(-t / 20) after 322;
 * 50 steps of rest lie between. */
static void lif_fires_when_the_formula_says(void **state) {
  (void)state;
  amine_brain *b = new_brain(0.1);
  const int p = add_population(b, "one", 1, "lif", NULL, 0);
  amine_error error;
  good(amine_brain_set_current(b, p, 20, 0, &error), &error);
  run(b, 277 + 10 * 372 + 1);
  uint64_t steps[16];
  assert_int_equal(amine_brain_n_spikes(b), 11);
  assert_int_equal(amine_brain_spike_count(b, p), 11);
  amine_brain_read_spikes(b, steps, NULL, NULL, 11);
  for (unsigned k = 0; k < 11; k++) assert_int_equal(steps[k], 277 + k * 372);
  amine_brain_destroy(b);
}

/* One source, one target at rest; the weight stands there after step 5 + delay, not before. */
static void one_arrival(const char *model, const char *state_name, const amine_value *values,
                        int n_values, int delay, double before, double after) {
  amine_brain *b = new_brain(0.1);
  const int source = add_population(b, "source", 1, "spikes", NULL, 0);
  const int target = add_population(b, "target", 1, model, values, n_values);
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = AMINE_CONNECT_ALL;
  p.weight = 3, p.delay_ms = 0.1 * delay;
  amine_error error;
  good(amine_brain_connect(b, NULL, &p, &error), &error);
  add_spikes(b, source, (const int[]){0}, (const int32_t[]){5}, 1, 0.1);
  float v;
  run(b, (uint64_t)(5 + delay));
  get(b, target, state_name, &v);
  near((double)v, before);
  run(b, 1);
  get(b, target, state_name, &v);
  near((double)v, after);
  amine_brain_destroy(b);
}

static void a_delay_is_a_number_of_steps(void **state) {
  (void)state;
  const int delays[] = {1, 2, 7, 15, 16, 17, 63, 64, 65, 200};
  const amine_value slow = {"tau_e_ms", 5};
  for (size_t k = 0; k < sizeof delays / sizeof *delays; k++) {
    one_arrival("lif", "v", NULL, 0, delays[k], -65, -62);
    one_arrival("lif", "g_e", &slow, 1, delays[k], 0, 3 * exp(-0.1 / 5));
    one_arrival("lif-cond", "g_e", NULL, 0, delays[k], 0, 3 * exp(-0.1 / 5));
    one_arrival("adex", "g_e", NULL, 0, delays[k], 0, 3 * exp(-0.1 / 5));
  }
}

/* V is held at its reset for 50 steps after the spike's own; what arrives then is lost, or waits
 * in g. */
static void nothing_moves_while_refractory(void **state) {
  (void)state;
  const amine_value slow = {"tau_e_ms", 5};
  for (int n_values = 0; n_values < 2; n_values++) {
    amine_brain *b = new_brain(0.1);
    const int source = add_population(b, "source", 1, "spikes", NULL, 0);
    const int target = add_population(b, "target", 1, "lif", &slow, n_values);
    amine_projection p = amine_projection_default();
    p.source = source, p.target = target, p.connect = AMINE_CONNECT_ALL;
    p.weight = 3, p.delay_ms = 0.1;
    amine_error error;
    good(amine_brain_connect(b, NULL, &p, &error), &error);
    add_spikes(b, source, (const int[]){0}, (const int32_t[]){29}, 1, 0.1);
    good(amine_brain_kick(b, target, (const int[]){0}, 1, 40, &error), &error);
    float v, g = 3;
    for (int k = 0; k <= 50; k++) { /* fires in step 0, held in 1 to 50 */
      run(b, 1);
      get(b, target, "v", &v);
      assert_true(v == -70.0f);
    }
    assert_int_equal(amine_brain_spike_count(b, target), 1);
    if (n_values) get(b, target, "g_e", &g);
    run(b, 1);
    get(b, target, "v", &v);
    const double decay = exp(-0.1 / 20), tau = 5;
    double want = -65 - 5 * decay;
    if (n_values) {
      near((double)g, 3 * exp(-2.1 / 5)); /* of step 30, after step 50 */
      want += (double)g * tau / (tau - 20) * (exp(-0.1 / tau) - decay);
    }
    near((double)v, want);
    amine_brain_destroy(b);
  }
}

static void a_kick_comes_before_the_next_step(void **state) {
  (void)state;
  amine_brain *b = new_brain(1);
  const int p = add_population(b, "five", 5, "lif", NULL, 0);
  amine_error error;
  run(b, 3);
  good(amine_brain_kick(b, p, (const int[]){4, 1}, 2, 8, &error), &error);
  run(b, 1);
  float v[5];
  get(b, p, "v", v);
  for (int i = 0; i < 5; i++) near((double)v[i], i == 1 || i == 4 ? -65 + 8 * exp(-1.0 / 20) : -65);
  assert_int_equal(amine_brain_spike_count(b, p), 0);
  amine_brain_destroy(b);
}

/* A text says of itself what our table of its model does. */
static void a_text_has_the_same_table(void **state) {
  (void)state;
  int n = 0;
  for (int k = 0; texts.parts[k]; k++) {
    const am_part *ours = am_brain_parts.parts[k], *text = texts.parts[k];
    if (text == ours) continue;
    int i = 0;
    for (; ours->parameters[i].name; i++) {
      const amine_parameter *p = &ours->parameters[i], *q = &text->parameters[i];
      assert_string_equal(p->name, q->name);
      assert_true(p->standard == q->standard && p->min == q->min && p->max == q->max);
      if (strchr(p->unit, '/')) continue; /* which is no unit in a text */
      assert_string_equal(p->unit, q->unit);
      assert_string_equal(p->meaning, q->meaning);
    }
    assert_null(text->parameters[i].name);
    assert_true(strcasecmp(ours->meaning, text->meaning) == 0);
    const am_neuron_model *a = (const am_neuron_model *)ours, *b = (const am_neuron_model *)text;
    for (i = 0; a->states[i]; i++) assert_string_equal(a->states[i], b->states[i]);
    if (b->is_source) assert_string_equal(b->states[i++], "mean"); /* which the kernel keeps as an own */
    assert_null(b->states[i]);
    n++;
  }
  assert_int_equal(n, 7);
}

#define BOTH(test)                                                                                 \
  {#test, test, by_kernels, NULL, NULL}, { #test ", by texts", test, by_texts, NULL, NULL }

int main(void) {
  struct CMUnitTest tests[11 + 2 * N_CASES] = {
      cmocka_unit_test(defaults_are_the_published_ones),
      cmocka_unit_test(a_text_has_the_same_table),
      BOTH(lif_fires_when_the_formula_says),
      BOTH(a_delay_is_a_number_of_steps),
      BOTH(nothing_moves_while_refractory),
      BOTH(a_kick_comes_before_the_next_step),
      cmocka_unit_test(every_case_is_here),
  };
  for (int k = 0; k < 2 * N_CASES; k++)
    tests[11 + k] =
        (struct CMUnitTest){cases[k / 2], follows_the_reference, k % 2 ? by_texts : by_kernels,
                            NULL, (void *)(uintptr_t)cases[k / 2]};
  return cmocka_run_group_tests(tests, make_texts, free_texts);
}
