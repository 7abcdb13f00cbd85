/* The learning of synapses: one synapse each, whose two neurons fire when they are told to, against
 * an independent float64 reference (tests/reference/synapses.py, tests/data/synapses.safetensors):
 * each rule by its kernel and by its text.
 */
#include "brain/parts.h"
#include "brain/replay.h"

static const char *const factors[] = {"none",           "dopamine",  "signed", "acetylcholine",
                                      "norepinephrine", "serotonin", "all",    "signed-all"};

static double value_of(const amine_value *values, int n, const char *name) {
  for (int k = 0; k < n; k++)
    if (strcmp(values[k].name, name) == 0) return values[k].value;
  fail_msg("no value %s", name);
  return 0;
}

static amine_third_factor factor_of(const char *name) {
  for (size_t k = 0; k < sizeof factors / sizeof *factors; k++)
    if (strcmp(factors[k], name) == 0) return (amine_third_factor)k;
  fail_msg("no factor %s", name);
  return AMINE_FACTOR_NONE;
}

/* A chemical system whose levels stand where they are put. */
static void give_chemical(amine_brain *b) {
  amine_chemical_config config = amine_chemical_config_default();
  config.acetylcholine_on = true;
  amine_chemical chemical;
  amine_error error;
  good(amine_chemical_init(&chemical, &config), &(amine_error){.message = "amine_chemical_init"});
  good(amine_brain_set_chemical(b, &chemical, amine_brain_dt(b), &error), &error);
}

static void clamp_all(amine_brain *b, float level) {
  amine_chemical *c = amine_brain_chemical(b);
  assert_non_null(c);
  assert_int_equal(amine_dopamine_clamp(&c->dopamine, level), AMINE_OK);
  assert_int_equal(amine_serotonin_clamp(&c->serotonin, level), AMINE_OK);
  assert_int_equal(amine_norepinephrine_clamp(&c->norepinephrine, level), AMINE_OK);
  assert_int_equal(amine_acetylcholine_clamp(&c->acetylcholine, level), AMINE_OK);
}

/* ---------------------------------------------------------------------------- one at a time */

typedef struct replay {
  const am_tensor_file *f;
  const char *name;
  amine_brain *b;
  int projection, steps;
  double dt, worst;
  bool by_text;
} replay;

static void spikes_of(replay *r, int population, const char *key) {
  const am_tensor *t = tensor(r->f, r->name, key, AM_I32);
  int *neurons = calloc(t->count + 1, sizeof *neurons);
  add_spikes(r->b, population, neurons, t->data, t->count, r->dt);
  free(neurons);
}

/* The rule, its values and the delay of a train; `text` and `values` must outlive the connecting.
 */
static amine_projection learning(const replay *r, int source, int target, char *text, size_t size,
                                 amine_value *values) {
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = AMINE_CONNECT_LIST;
  p.delay_ms = atoi(note(r->f, r->name, "delay")) * r->dt;
  p.rule = note(r->f, r->name, "rule");
  const am_part *rule = am_registry_find(&am_brain_parts, AM_SYNAPSE, p.rule);
  if (r->by_text && rule->text) p.rule = rule->text;
  p.n_values = parse_values(note(r->f, r->name, "values"), text, size, values);
  p.values = values;
  p.factor = factor_of(note(r->f, r->name, "factor"));
  return p;
}

static void start(replay *r, const am_tensor_file *f, const char *name) {
  *r = (replay){.f = f, .name = name};
  r->dt = atof(note(f, name, "dt_ms"));
  r->steps = atoi(note(f, name, "steps"));
  amine_error error;
  good(amine_brain_create(&r->b, r->dt, 1, &error), &error);
}

static void build(replay *r) {
  const int source = add_population(r->b, "pre", 1, "spikes", NULL, 0);
  const int target = add_population(r->b, "post", 1, "spikes", NULL, 0);
  spikes_of(r, source, "pre");
  spikes_of(r, target, "post");
  char text[1024];
  amine_value values[MAX_VALUES];
  const int zero[] = {0};
  amine_projection p = learning(r, source, target, text, sizeof text, values);
  p.sources = p.targets = zero, p.n_pairs = 1;
  p.weights = tensor(r->f, r->name, "w0", AM_F32)->data;
  amine_error error;
  if (p.factor != AMINE_FACTOR_NONE) give_chemical(r->b);
  good(amine_brain_connect(r->b, &r->projection, &p, &error), &error);
}

/* What is set from outside before step k. */
static void set_before(replay *r, int k) {
  amine_error error;
  const am_tensor *at = maybe(r->f, r->name, "level_at");
  for (size_t i = 0; at && i < at->count; i++)
    if (((const int32_t *)at->data)[i] == k)
      clamp_all(r->b, (float)((const double *)tensor(r->f, r->name, "level", AM_F64)->data)[i]);
  at = maybe(r->f, r->name, "reward_at");
  for (size_t i = 0; at && i < at->count; i++)
    if (((const int32_t *)at->data)[i] == k)
      good(amine_brain_reward(
               r->b, ((const double *)tensor(r->f, r->name, "reward", AM_F64)->data)[i], &error),
           &error);
}

/* The first step after `now` at which something is set, or `limit`. */
static int next_stop(const replay *r, int now, int limit) {
  static const char *const keys[] = {"level_at", "reward_at"};
  for (int k = 0; k < 2; k++) {
    const am_tensor *at = maybe(r->f, r->name, keys[k]);
    for (size_t i = 0; at && i < at->count; i++) {
      const int stop = ((const int32_t *)at->data)[i];
      if (stop > now && stop < limit) limit = stop;
    }
  }
  return limit;
}

/* Runs until `step` steps are done. What stands at a step is set before the step is taken. */
static void run_to(replay *r, int *now, int step) {
  while (*now < step) {
    set_before(r, *now);
    const int stop = next_stop(r, *now, step);
    run(r->b, (uint64_t)(stop - *now));
    *now = stop;
  }
}

/* A trace is multiplied by e^{-dt / tau}, a rounded number, at every step. */
static double tolerance(int step) { return BRAIN_TOLERANCE + step * BRAIN_EPSILON / 4; }

static void compare(replay *r, const char *variable, int step, double want) {
  float got;
  amine_error error;
  good(amine_brain_synapses(r->b, r->projection, variable, NULL, NULL, NULL, &got, &error), &error);
  const double d = fabs((double)got - want) / fmax(1, fabs(want));
  if (!(d <= tolerance(step)))
    fail_msg("%s (%s): %s after %d steps is %.9g, not %.9g", r->name, note(r->f, r->name, "rule"),
             variable, step, (double)got, want);
  r->worst = fmax(r->worst, d);
}

/* `often`: read after every touch, which must change nothing; else at the end only. */
static double replay_train(const am_tensor_file *f, const char *name, bool often, bool by_text) {
  replay r;
  start(&r, f, name);
  r.by_text = by_text;
  build(&r);
  const am_tensor *at = tensor(f, name, "at", AM_I32), *w = tensor(f, name, "w", AM_F64);
  const am_tensor *c = maybe(f, name, "c");
  int now = 0;
  for (size_t k = often ? 0 : at->count - 1; k < at->count; k++) {
    const int step = ((const int32_t *)at->data)[k];
    run_to(&r, &now, step);
    compare(&r, "w", step, ((const double *)w->data)[k]);
    if (c) compare(&r, "c", step, ((const double *)c->data)[k]);
  }
  assert_int_equal(now, r.steps);
  amine_brain_destroy(r.b);
  return r.worst;
}

static void trains_follow_the_reference(void **state) {
  am_tensor_file *f = open_data(TEST_DATA "/synapses.safetensors");
  char names[32768];
  assert_true(strlen(note(f, "", "trains")) < sizeof names);
  strcpy(names, note(f, "", "trains"));
  double worst = 0;
  int n = 0;
  for (char *save, *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
    if (strcmp(note(f, name, "group"), *state) != 0) continue;
    if (tensor(f, name, "at", AM_I32)->count > 1)
      worst = fmax(worst, replay_train(f, name, true, false));
    worst = fmax(worst, replay_train(f, name, false, false));
    worst = fmax(worst, replay_train(f, name, false, true));
    n++;
  }
  assert_true(n >= 3);
  print_message("%s: %d trains, off by at most %.1e\n", (const char *)*state, n, worst);
  am_tensor_file_close(f);
}

/* Sum of delta / tau_n: one pair 10 ms apart, the reward 90 ms later. */
static void golden_value(void **state) {
  (void)state;
  am_tensor_file *f = open_data(TEST_DATA "/synapses.safetensors");
  replay r;
  start(&r, f, "golden");
  build(&r);
  int now = 0;
  run_to(&r, &now, r.steps);
  compare(&r, "w", r.steps, 0.4619394);
  amine_brain_destroy(r.b);
  am_tensor_file_close(f);
}

/* ------------------------------------------------------------------------------ many at once */

static void all_spikes_of(replay *r, int population, const char *key) {
  const am_tensor *t = tensor(r->f, r->name, key, AM_I32);
  const size_t n = t->dims[0];
  int *neurons = malloc((n + 1) * sizeof *neurons);
  int32_t *steps = malloc((n + 1) * sizeof *steps);
  for (size_t k = 0; k < n; k++) {
    steps[k] = ((const int32_t *)t->data)[2 * k];
    neurons[k] = ((const int32_t *)t->data)[2 * k + 1];
  }
  add_spikes(r->b, population, neurons, steps, n, r->dt);
  free(neurons);
  free(steps);
}

static void many_follow(const char *name, bool by_text) {
  am_tensor_file *f = open_data(TEST_DATA "/synapses.safetensors");
  replay r;
  start(&r, f, name);
  r.by_text = by_text;
  const int source = add_population(r.b, "pre", 23, "spikes", NULL, 0);
  const int target = add_population(r.b, "post", 17, "spikes", NULL, 0);
  all_spikes_of(&r, source, "pre");
  all_spikes_of(&r, target, "post");
  char text[1024];
  amine_value values[MAX_VALUES];
  const am_tensor *sources = tensor(f, name, "sources", AM_I32);
  const am_tensor *targets = tensor(f, name, "targets", AM_I32);
  const size_t n = sources->count;
  amine_projection p = learning(&r, source, target, text, sizeof text, values);
  p.sources = sources->data, p.targets = targets->data, p.n_pairs = n;
  p.weights = tensor(f, name, "w0", AM_F32)->data;
  amine_error error;
  good(amine_brain_connect(r.b, &r.projection, &p, &error), &error);
  int now = 0;
  run_to(&r, &now, r.steps);

  int got_sources[23 * 17], got_targets[23 * 17], delays[23 * 17];
  float got[23 * 17];
  size_t n_synapses;
  assert_non_null(amine_brain_projection(r.b, r.projection, NULL, NULL, &n_synapses));
  assert_int_equal(n_synapses, n);
  good(amine_brain_synapses(r.b, r.projection, "w", got_sources, got_targets, delays, got, &error),
       &error);
  const double *want = tensor(f, name, "w", AM_F64)->data;
  for (size_t k = 0; k < n; k++) {
    assert_int_equal(got_sources[k], ((const int32_t *)sources->data)[k]);
    assert_int_equal(got_targets[k], ((const int32_t *)targets->data)[k]);
    assert_int_equal(delays[k], atoi(note(f, name, "delay")));
    if (!(fabs((double)got[k] - want[k]) <= BRAIN_TOLERANCE * fmax(1, fabs(want[k]))))
      fail_msg("%s: %d to %d is %.9g, not %.9g", name, got_sources[k], got_targets[k],
               (double)got[k], want[k]);
  }
  amine_brain_destroy(r.b);
  am_tensor_file_close(f);
}

static void many_synapses_follow_it_too(void **state) {
  many_follow(*state, false);
  many_follow(*state, true);
}

/* ------------------------------------------------------------------ what a synapse delivers */

/* g_e of a neuron that never fires sums up what was delivered; by the projection's own numbers, or by
 * a rule that says so. */
static void delivers(const char *name, bool by_text) {
  am_tensor_file *f = open_data(TEST_DATA "/synapses.safetensors");
  char text[256];
  amine_value values[MAX_VALUES];
  const int n_values = parse_values(note(f, name, "values"), text, sizeof text, values);
  const am_tensor *pre = tensor(f, name, "pre", AM_I32);
  const int32_t *steps = pre->data;
  const double *delivered = tensor(f, name, "delivered", AM_F64)->data;
  const double dt = atof(note(f, name, "dt_ms")), tau = 5;
  amine_brain *b;
  amine_error error;
  good(amine_brain_create(&b, dt, 1, &error), &error);
  const int source = add_population(b, "pre", 1, "spikes", NULL, 0);
  const amine_value quiet[] = {{"tau_e_ms", tau}, {"v_threshold_mv", 1000}};
  const int target = add_population(b, "post", 1, "lif", quiet, 2);
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = AMINE_CONNECT_ALL;
  p.weight = (double)*(const float *)tensor(f, name, "w0", AM_F32)->data;
  p.delay_ms = 3 * dt;
  if (by_text) {
    p.rule = am_synapse_text_tsodyks_markram;
    p.values = values, p.n_values = n_values;
  } else {
    p.stp_u = value_of(values, n_values, "U");
    p.stp_tau_rec_ms = value_of(values, n_values, "tau_rec_ms");
    p.stp_tau_facil_ms = value_of(values, n_values, "tau_facil_ms");
  }
  good(amine_brain_connect(b, NULL, &p, &error), &error);
  int *neurons = calloc(pre->count, sizeof *neurons);
  add_spikes(b, source, neurons, steps, pre->count, dt);
  free(neurons);
  double g = 0, now = 0; /* g_e after `now` steps */
  for (size_t k = 0; k < pre->count; k++) {
    const double after = steps[k] + 3 + 1;
    g = g * exp(-(after - now) * dt / tau) + delivered[k] * exp(-dt / tau);
    run(b, (uint64_t)(after - now));
    now = after;
    float got;
    get(b, target, "g_e", &got);
    if (!(fabs((double)got - g) <= BRAIN_TOLERANCE * fmax(1, g)))
      fail_msg("%s: after arrival %zu g_e is %.9g, not %.9g", name, k, (double)got, g);
  }
  amine_brain_destroy(b);
  am_tensor_file_close(f);
}

static void short_term_plasticity(void **state) {
  delivers(*state, false);
  delivers(*state, true);
}

/* A teacher makes the target fire in steps 10 and 30. The arrival in step 15 weakens the synapse,
 * but brings what stood there before; so does the one in step 40. */
static void the_weight_before_the_change_is_delivered(void **state) {
  (void)state;
  amine_brain *b;
  amine_error error;
  good(amine_brain_create(&b, 1, 1, &error), &error);
  const int teacher = add_population(b, "teacher", 1, "spikes", NULL, 0);
  const int source = add_population(b, "pre", 1, "spikes", NULL, 0);
  const amine_value lif[] = {{"refractory_ms", 0}, {"v_reset_mv", -65}};
  const int target = add_population(b, "post", 1, "lif", lif, 2);
  amine_projection p = amine_projection_default();
  p.source = teacher, p.target = target, p.connect = AMINE_CONNECT_ALL;
  p.weight = 30, p.delay_ms = 1;
  good(amine_brain_connect(b, NULL, &p, &error), &error);
  const amine_value rule[] = {{"a_plus", 0.25}, {"a_minus", 0.5}, {"w_max", 4}};
  int learning;
  p.source = source, p.weight = 2, p.delay_ms = 4;
  p.rule = "stdp", p.values = rule, p.n_values = 3;
  good(amine_brain_connect(b, &learning, &p, &error), &error);
  add_spikes(b, teacher, (const int[]){0, 0}, (const int32_t[]){9, 29}, 2, 1);
  add_spikes(b, source, (const int[]){0, 0}, (const int32_t[]){11, 36}, 2, 1);

  const double after = 2 - 0.5 * exp(-5.0 / 20);
  const double stronger = after + 0.25 * exp(-15.0 / 20);
  const double last = stronger - 0.5 * (exp(-10.0 / 20) + exp(-30.0 / 20));
  float v, w;
  run(b, 15);
  get(b, target, "v", &v);
  near((double)v, -65);
  run(b, 1);
  get(b, target, "v", &v);
  near((double)v, -65 + 2);
  good(amine_brain_synapses(b, learning, "w", NULL, NULL, NULL, &w, &error), &error);
  near((double)w, after);
  run(b, 24);
  get(b, target, "v", &v);
  near((double)v, -65);
  run(b, 1);
  get(b, target, "v", &v);
  near((double)v, -65 + stronger);
  good(amine_brain_synapses(b, learning, "w", NULL, NULL, NULL, &w, &error), &error);
  near((double)w, last);
  assert_int_equal(amine_brain_spike_count(b, target), 2);
  amine_brain_destroy(b);
}

static const struct {
  const char *rule, *values;
} defaults[] = {
    {"stdp", "a_plus=0.01 tau_plus_ms=20 a_minus=0.012 tau_minus_ms=20 nearest=0"},
    {"triplet", "a2_plus=5e-10 a3_plus=6.2e-3 a2_minus=7e-3 a3_minus=2.3e-4 tau_plus_ms=16.8 "
                "tau_x_ms=101 tau_minus_ms=33.7 tau_y_ms=125"},
    {"bcm", "theta_min=0.1 theta_max=2 bcm_target_rate_hz=5 bcm_tau_ms=1000"},
    {"da-stdp", "tau_plus_ms=20 tau_minus_ms=20 tau_c_ms=1000 tau_d_ms=200"},
};

static void defaults_are_the_published_ones(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof defaults / sizeof *defaults; k++) {
    char text[256];
    amine_value values[MAX_VALUES];
    const int n = parse_values(defaults[k].values, text, sizeof text, values);
    for (int i = 0; i < n; i++) {
      const amine_parameter *p;
      for (int j = 0; (p = amine_synapse_rule_parameter(defaults[k].rule, j)); j++)
        if (strcmp(p->name, values[i].name) == 0) break;
      if (!p) fail_msg("%s has no parameter %s", defaults[k].rule, values[i].name);
      if (p->standard != values[i].value)
        fail_msg("%s: %s is %g, not %g", defaults[k].rule, p->name, p->standard, values[i].value);
    }
  }
}

#define OF(test, what)                                                                             \
  { what, test, NULL, NULL, (void *)(uintptr_t)(what) }

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_the_published_ones),
      cmocka_unit_test(the_weight_before_the_change_is_delivered),
      cmocka_unit_test(golden_value),
      OF(trains_follow_the_reference, "hebb"),
      OF(trains_follow_the_reference, "stdp"),
      OF(trains_follow_the_reference, "triplet"),
      OF(trains_follow_the_reference, "istdp"),
      OF(trains_follow_the_reference, "bcm"),
      OF(trains_follow_the_reference, "da-stdp"),
      OF(trains_follow_the_reference, "da-stdp-read"),
      OF(trains_follow_the_reference, "da-stdp-swept"),
      OF(trains_follow_the_reference, "mstdp"),
      OF(trains_follow_the_reference, "mstdpet"),
      OF(many_synapses_follow_it_too, "many_hebb"),
      OF(many_synapses_follow_it_too, "many_stdp"),
      OF(many_synapses_follow_it_too, "many_nearest"),
      OF(many_synapses_follow_it_too, "many_triplet"),
      OF(many_synapses_follow_it_too, "many_istdp"),
      OF(many_synapses_follow_it_too, "many_bcm"),
      OF(many_synapses_follow_it_too, "many_da-stdp"),
      OF(many_synapses_follow_it_too, "many_read"),
      OF(many_synapses_follow_it_too, "many_mstdp"),
      OF(many_synapses_follow_it_too, "many_mstdpet"),
      OF(short_term_plasticity, "depressing"),
      OF(short_term_plasticity, "facilitating"),
      OF(short_term_plasticity, "both"),
      OF(short_term_plasticity, "all_at_once"),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
