/* What include/amine/brain.h promises: small cases worked out by hand, draws that follow their
 * distribution, and every refusal. */
#include "brain/replay.h"

#include "format/support.h"

static amine_error error;

#define CHECK(call) good((call), &error)

static amine_brain *create(double dt_ms, uint64_t seed) {
  amine_brain *b;
  CHECK(amine_brain_create(&b, dt_ms, seed, &error));
  return b;
}

static amine_projection from_to(int source, int target, amine_connect connect) {
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = connect;
  return p;
}

static int join(amine_brain *b, const amine_projection *p) {
  int id;
  CHECK(amine_brain_connect(b, &id, p, &error));
  return id;
}

static void tell(amine_brain *b, int population, int neuron, double time_ms) {
  CHECK(amine_brain_add_spikes(b, population, &neuron, &time_ms, 1, &error));
}

static float one(const amine_brain *b, int population, const char *state) {
  float value[64];
  get(b, population, state, value);
  return value[0];
}

static float synapse(amine_brain *b, int projection, const char *variable) {
  float value[64];
  CHECK(amine_brain_synapses(b, projection, variable, NULL, NULL, NULL, value, &error));
  return value[0];
}

/* ------------------------------------------------------------------------- exactly, by hand */

/* The step in which a target fires that one arrival lifts over its threshold. */
static uint64_t fires_at(double delay_ms, double dt_ms, double distance, double velocity) {
  amine_brain *b = create(dt_ms, 1);
  const int source = add_population(b, "source", 1, "spikes", NULL, 0);
  const int target = add_population(b, "target", 1, "lif", NULL, 0);
  const float here[4] = {0}, there[4] = {0, (float)distance, 0, 0};
  CHECK(amine_brain_set_positions(b, source, here, &error));
  CHECK(amine_brain_set_positions(b, target, there, &error));
  amine_projection p = from_to(source, target, AMINE_CONNECT_ALL);
  p.weight = 20, p.delay_ms = delay_ms, p.velocity = velocity;
  join(b, &p);
  tell(b, source, 0, 5 * dt_ms);
  run(b, 400);
  uint64_t steps[2];
  int populations[2];
  assert_int_equal(amine_brain_n_spikes(b), 2);
  amine_brain_read_spikes(b, steps, populations, NULL, 2);
  assert_int_equal(steps[0], 5);
  assert_int_equal(populations[1], target);
  amine_brain_destroy(b);
  return steps[1];
}

static void a_spike_arrives_after_its_delay(void **state) {
  (void)state;
  const int steps[] = {1, 2, 3, 15, 16, 17, 31, 32, 33, 300};
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
    assert_int_equal(fires_at(steps[k], 1, 0, 0), 5 + steps[k]);
    assert_int_equal(fires_at(0.1 * steps[k], 0.1, 0, 0), 5 + steps[k]);
  }
  assert_int_equal(fires_at(0, 1, 0, 0), 6);
  assert_int_equal(fires_at(2, 1, 6, 1.5), 5 + 2 + 4);
  assert_int_equal(fires_at(2, 0.5, 6, 1.5), 5 + 4 + 8);
}

/* 4, 2 and 8 spikes of three sources in a second, and again none in the next. */
static void what_synapses_bring(void **state) {
  (void)state;
  const int spikes[] = {4, 2, 8}, sources[] = {0, 1, 2}, targets[] = {0, 0, 1}, own[] = {0, 0, 1};
  const float mixed[] = {2, -3, 0.5f}, equal[] = {1, 1, 1};
  double excitation = -1, inhibition = -1;
  amine_brain *b = create(1, 1);
  const int source = add_population(b, "source", 3, "spikes", NULL, 0);
  const int current = add_population(b, "current", 2, "lif", NULL, 0);
  const int conductance = add_population(b, "conductance", 2, "lif-cond", NULL, 0);
  amine_projection p = from_to(source, current, AMINE_CONNECT_LIST);
  p.sources = sources, p.targets = targets, p.weights = mixed, p.n_pairs = 3, p.rule = "stdp";
  const amine_value still[] = {{"a_plus", 0}, {"a_minus", 0}, {"w_min", -5}, {"w_max", 5}};
  p.values = still, p.n_values = 4;
  const int id = join(b, &p);
  p = from_to(source, conductance, AMINE_CONNECT_ALL);
  p.weight = 1.5, p.delay_ms = 3;
  join(b, &p);
  p = from_to(source, conductance, AMINE_CONNECT_LIST);
  p.sources = own, p.targets = targets, p.weights = mixed, p.n_pairs = 3;
  p.receptor = AMINE_RECEPTOR_2;
  join(b, &p);
  p = from_to(source, source, AMINE_CONNECT_ONE_TO_ONE);
  p.self_connections = 1;
  join(b, &p);
  CHECK(amine_brain_balance(b, current, &excitation, &inhibition, &error));
  assert_true(excitation == 0 && inhibition == 0); /* at step 0 */
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < spikes[i]; k++) tell(b, source, i, 20 * k);
  run(b, 1000);
  CHECK(amine_brain_balance(b, current, &excitation, &inhibition, &error));
  near(excitation, (4 * 2 + 8 * 0.5) / 2);
  near(inhibition, 2 * 3 / 2.0);
  CHECK(amine_brain_balance(b, conductance, &excitation, &inhibition, &error));
  near(excitation, (4 + 2 + 8) * 1.5 + 4 * 3 / 2.0);
  near(inhibition, (4 * 2 + 2 * 0.5) / 2);
  CHECK(amine_brain_balance(b, source, &excitation, &inhibition, &error));
  assert_true(excitation == 0 && inhibition == 0); /* takes no input */
  run(b, 1000);
  CHECK(amine_brain_set_weights(b, id, equal, &error));
  CHECK(amine_brain_balance(b, current, &excitation, NULL, &error));
  CHECK(amine_brain_balance(b, current, NULL, &inhibition, &error));
  near(excitation, (4 + 2 + 8) / 2.0 / 2);
  assert_true(inhibition == 0);
  amine_brain_destroy(b);
}

/* w after one arrival at step 20 and one spike of the target `later` steps after it. */
static float paired(const char *rule, const amine_value *values, int n_values, int later,
                    const char *variable) {
  amine_brain *b = create(1, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const int post = add_population(b, "post", 1, "spikes", NULL, 0);
  amine_projection p = from_to(pre, post, AMINE_CONNECT_ALL);
  p.weight = 0.5, p.delay_ms = 3, p.rule = rule, p.values = values, p.n_values = n_values;
  const int id = join(b, &p);
  tell(b, pre, 0, 17);
  tell(b, post, 0, 20 + later);
  run(b, later > 0 ? 21 + (uint64_t)later : 21);
  const float w = synapse(b, id, variable);
  amine_brain_destroy(b);
  return w;
}

static void an_arrival_of_the_same_step_is_past(void **state) {
  (void)state;
  const amine_value pair[] = {{"a_plus", 0.1}, {"a_minus", 0.2}};
  near((double)paired("stdp", pair, 2, 0, "w"), 0.5 + 0.1);
  near((double)paired("stdp", pair, 2, 1, "w"), 0.5 + 0.1 * exp(-1.0 / 20));
  near((double)paired("stdp", pair, 2, -1, "w"), 0.5 - 0.2 * exp(-1.0 / 20));
  near((double)paired("da-stdp", pair, 2, 0, "c"), 0.1 * exp(-1.0 / 1000));
  near((double)paired("da-stdp", pair, 2, -1, "c"), -0.2 * exp(-1.0 / 20 - 1.0 / 1000));
  const amine_value eta = {"eta", 0.1};
  near((double)paired("hebb", &eta, 1, 0, "w"), 0.6);
  near((double)paired("hebb", &eta, 1, 1, "w"), 0.45);
  near((double)paired("hebb", &eta, 1, -1, "w"), 0.45);
  const amine_value balance[] = {{"eta", 0.1}, {"rho0_hz", 5}};
  near((double)paired("istdp", balance, 2, 0, "w"), 0.5 - 0.1 * 0.2 + 0.1);
  const amine_value three[] = {{"a2_plus", 0.1}, {"a3_plus", 9}, {"a2_minus", 0.2}};
  near((double)paired("triplet", three, 3, 0, "w"), 0.6);
}

static void the_pause_after_a_spike(void **state) {
  (void)state;
  for (int pause = 0; pause < 12; pause++) {
    amine_brain *b = create(1, 1);
    const amine_value value = {"refractory_ms", pause};
    const int p = add_population(b, "one", 1, "lif", &value, 1);
    CHECK(amine_brain_set_current(b, p, 1000, 0, &error));
    run(b, 100);
    uint64_t steps[100];
    const size_t n = amine_brain_n_spikes(b);
    assert_int_equal(n, (100 + pause) / (pause + 1));
    amine_brain_read_spikes(b, steps, NULL, NULL, n);
    for (size_t k = 0; k < n; k++) assert_int_equal(steps[k], k * ((size_t)pause + 1));
    amine_brain_destroy(b);
  }
}

static void told_twice_fires_twice(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const int p = add_population(b, "told", 3, "spikes", NULL, 0);
  const int neurons[] = {2, 0, 2, 1, 2};
  const double times[] = {7, 3, 7.2, 3, 6.9};
  CHECK(amine_brain_add_spikes(b, p, neurons, times, 5, &error));
  tell(b, p, 2, 7);
  run(b, 5);
  tell(b, p, 2, 7);
  tell(b, p, 1, 5); /* now is in time */
  run(b, 20);
  const uint64_t steps[] = {3, 3, 5, 7, 7, 7, 7, 7};
  const int fired[] = {0, 1, 1, 2, 2, 2, 2, 2};
  uint64_t got[8];
  int who[8];
  assert_int_equal(amine_brain_n_spikes(b), 8);
  assert_int_equal(amine_brain_spike_count(b, p), 8);
  amine_brain_read_spikes(b, got, NULL, who, 1); /* and the rest later */
  amine_brain_read_spikes(b, got + 1, NULL, who + 1, 7);
  for (int k = 0; k < 8; k++) {
    assert_int_equal(got[k], steps[k]);
    assert_int_equal(who[k], fired[k]);
  }
  assert_int_equal(amine_brain_n_spikes(b), 0);
  amine_brain_destroy(b);
}

static void only_what_is_recorded_waits(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const int p = add_population(b, "loud", 1, "lif", NULL, 0);
  CHECK(amine_brain_set_current(b, p, 1000, 0, &error));
  CHECK(amine_brain_record(b, p, 0, &error));
  run(b, 60);
  assert_int_equal(amine_brain_n_spikes(b), 0);
  assert_int_equal(amine_brain_spike_count(b, p), 10);
  CHECK(amine_brain_record(b, p, 1, &error));
  run(b, 60);
  assert_int_equal(amine_brain_n_spikes(b), 10);
  assert_int_equal(amine_brain_spike_count(b, p), 20);
  amine_brain_destroy(b);
}

/* --------------------------------------------------------------------------- the modulators */
static void give_chemical(amine_brain *b, double step_ms) {
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.acetylcholine_on = config.orexin_on = true;
  assert_int_equal(amine_chemical_init(&chemical, &config), AMINE_OK);
  CHECK(amine_brain_set_chemical(b, &chemical, step_ms, &error));
}

/* V above rest after one step in which 3 arrive and a current of 10 flows. */
static double lifted(unsigned effects, float norepinephrine, float acetylcholine, float orexin) {
  amine_brain *b = create(1, 1);
  const int source = add_population(b, "source", 1, "spikes", NULL, 0);
  const int target = add_population(b, "target", 1, "lif", NULL, 0);
  amine_projection p = from_to(source, target, AMINE_CONNECT_ALL);
  p.weight = 3;
  join(b, &p);
  give_chemical(b, 1);
  CHECK(amine_brain_target(b, target, effects, 0, 0, &error));
  amine_chemical *c = amine_brain_chemical(b);
  amine_serotonin_clamp(&c->serotonin, 1);
  amine_norepinephrine_clamp(&c->norepinephrine, norepinephrine);
  amine_acetylcholine_clamp(&c->acetylcholine, acetylcholine);
  amine_orexin_clamp(&c->orexin, orexin);
  tell(b, source, 0, 0);
  run(b, 1);
  CHECK(amine_brain_set_current(b, target, 10, 0, &error));
  run(b, 1);
  const double v = (double)one(b, target, "v") + 65;
  amine_brain_destroy(b);
  return v;
}

static void modulators_scale_what_comes_in(void **state) {
  (void)state;
  const double flows = 10 * (1 - exp(-1.0 / 20));
  near(lifted(0, 0.5f, 0.5f, 0.5f), 3 + flows);
  near(lifted(AMINE_EFFECT_GAIN, 0.5f, 0, 0), 2 * (3 + flows)); /* 1 + 0.5 * 2 */
  near(lifted(AMINE_EFFECT_GAIN, 0, 0, 0), 3 + flows);
  near(lifted(AMINE_EFFECT_SENSORY, 1, 0.8f, 0), 3 + 1.4 * flows); /* 1 + 0.8 * 0.5 */
  near(lifted(AMINE_EFFECT_AROUSAL, 1, 1, 0.25f), 3 + 0.5 * flows);
  near(lifted(AMINE_EFFECT_GAIN | AMINE_EFFECT_AROUSAL, 1, 1, 1), 3 * (3 + 2 * flows));
}

/* From -65 to -50 mV becomes -44 mV at level 0.8. */
static int fires_when_kicked(unsigned effects, float serotonin, double to_mv) {
  amine_brain *b = create(1, 1);
  const int p = add_population(b, "one", 1, "lif", NULL, 0), zero = 0;
  give_chemical(b, 1);
  CHECK(amine_brain_target(b, p, effects, 0, 0, &error));
  amine_serotonin_clamp(&amine_brain_chemical(b)->serotonin, serotonin);
  CHECK(amine_brain_kick(b, p, &zero, 1, (to_mv + 65) * exp(1.0 / 20), &error));
  run(b, 1);
  const int n = (int)amine_brain_spike_count(b, p);
  amine_brain_destroy(b);
  return n;
}

static void serotonin_raises_the_threshold(void **state) {
  (void)state;
  assert_int_equal(fires_when_kicked(AMINE_EFFECT_THRESHOLD, 0.8f, -43.99), 1);
  assert_int_equal(fires_when_kicked(AMINE_EFFECT_THRESHOLD, 0.8f, -44.01), 0);
  assert_int_equal(fires_when_kicked(AMINE_EFFECT_THRESHOLD, 0, -49.99), 1);
  assert_int_equal(fires_when_kicked(AMINE_EFFECT_THRESHOLD, 0, -50.01), 0);
  assert_int_equal(fires_when_kicked(AMINE_EFFECT_GAIN, 0.8f, -49.99), 1);
}

/* What one coincidence, worth 0.1, does under a factor, all levels being 0.25. */
static double learned(amine_third_factor factor, unsigned effects) {
  amine_brain *b = create(1, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const int post = add_population(b, "post", 1, "spikes", NULL, 0);
  const amine_value value = {"a_plus", 0.1};
  amine_projection p = from_to(pre, post, AMINE_CONNECT_ALL);
  p.weight = 0.5, p.rule = "stdp", p.values = &value, p.n_values = 1, p.factor = factor;
  const int id = join(b, &p);
  give_chemical(b, 1);
  CHECK(amine_brain_target(b, post, effects, 0, 0, &error));
  amine_chemical *c = amine_brain_chemical(b);
  amine_dopamine_clamp(&c->dopamine, 0.25f);
  amine_serotonin_clamp(&c->serotonin, 0.25f);
  amine_norepinephrine_clamp(&c->norepinephrine, 0.25f);
  amine_acetylcholine_clamp(&c->acetylcholine, 0.25f);
  tell(b, pre, 0, 0);
  tell(b, post, 0, 1);
  run(b, 2);
  const double dw = (double)synapse(b, id, "w") - 0.5;
  amine_brain_destroy(b);
  return dw / 0.1;
}

static void modulators_scale_what_is_learned(void **state) {
  (void)state;
  const double factors[] = {1, 0.5, -0.5, 1.375, 1.5, 0.875, 0.5 * 1.375, -0.5 * 1.375};
  for (int k = 0; k <= AMINE_FACTOR_SIGNED_ALL; k++) {
    near(learned((amine_third_factor)k, AMINE_EFFECT_LEARNING), factors[k]);
    near(learned((amine_third_factor)k, 31 - AMINE_EFFECT_LEARNING), 1);
  }
}

/* A level decays with every step of the chemistry, however the time is cut into runs. */
static void the_chemistry_goes_on_between_runs(void **state) {
  (void)state;
  const uint64_t cuts[] = {1, 2, 5, 7, 10, 16, 30};
  for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
    amine_brain *b = create(1, 1);
    add_population(b, "one", 1, "lif", NULL, 0);
    give_chemical(b, 10);
    amine_chemical *c = amine_brain_chemical(b);
    amine_chemical_process_reward(c, 1, 0.6f); /* 0.9, and 0.1 less every step */
    while (amine_brain_step(b) < 30)
      run(b, amine_brain_step(b) + cuts[k] < 30 ? cuts[k] : 30 - amine_brain_step(b));
    near((double)amine_dopamine_level(&c->dopamine), 0.6);
    amine_brain_destroy(b);
  }
}

/* gain of a population that feels norepinephrine late or through a filter */
static double gain_felt(amine_brain *b, int p) {
  const float rest = -65;
  set(b, p, "v", &rest);
  CHECK(amine_brain_set_current(b, p, 90, 0, &error));
  run(b, 1);
  CHECK(amine_brain_set_current(b, p, 0, 0, &error));
  return ((double)one(b, p, "v") + 65) / (90 * (1 - exp(-1.0 / 20)));
}

static void levels_are_felt_late_and_filtered(void **state) {
  (void)state;
  for (int looked = 0; looked < 2; looked++) { /* looking changes nothing */
    amine_brain *b = create(1, 1);
    const int late = add_population(b, "late", 1, "lif", NULL, 0);
    const int slow = add_population(b, "slow", 1, "lif", NULL, 0);
    give_chemical(b, 1);
    CHECK(amine_brain_target(b, late, AMINE_EFFECT_GAIN, 10, 0, &error));
    CHECK(amine_brain_target(b, slow, AMINE_EFFECT_GAIN, 0, 20, &error));
    if (looked) one(b, late, "v");
    amine_norepinephrine_clamp(&amine_brain_chemical(b)->norepinephrine, 1); /* from 0.5 */
    near(gain_felt(b, late), 2);
    run(b, 9);
    near(gain_felt(b, late), 2); /* step 10 */
    run(b, 0);
    near(gain_felt(b, late), 3);
    run(b, 8); /* 20 steps of the chemistry are done before step 20 */
    near(gain_felt(b, slow), 3 - exp(-1.0));
    amine_brain_destroy(b);
  }
}

/* ------------------------------------------------------------------ scaling, decay, reward */
static void scaling_follows_the_rate(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const int post = add_population(b, "post", 3, "spikes", NULL, 0);
  const amine_value values[] = {{"target_rate_hz", 10}, {"time_window_ms", 1000}};
  amine_projection p = from_to(pre, post, AMINE_CONNECT_ALL);
  p.weight = 2, p.values = values, p.n_values = 2;
  const int id = join(b, &p);
  for (int k = 0; k < 20; k++) {
    tell(b, post, 1, 13 + 40 * k);
    if (k % 2) tell(b, post, 2, 13 + 40 * k);
  }
  float w[3];
  run(b, 1000);
  CHECK(amine_brain_synapses(b, id, "w", NULL, NULL, NULL, w, &error));
  for (int k = 0; k < 3; k++) near((double)w[k], 2);
  run(b, 1);
  CHECK(amine_brain_synapses(b, id, "w", NULL, NULL, NULL, w, &error));
  near((double)w[0], 2 * 1.01);
  near((double)w[1], 2 * 0.99);
  near((double)w[2], 2);
  run(b, 1000); /* silent, all three */
  CHECK(amine_brain_synapses(b, id, "w", NULL, NULL, NULL, w, &error));
  near((double)w[1], 2 * 0.99 * 1.01);
  amine_brain_destroy(b);
}

static void decay_is_exponential(void **state) {
  (void)state;
  amine_brain *b = create(0.5, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const amine_value value = {"weight_decay", 1e-3};
  amine_projection p = from_to(pre, pre, AMINE_CONNECT_ALL);
  p.weight = 2, p.values = &value, p.n_values = 1, p.self_connections = 1;
  const int id = join(b, &p);
  run(b, 601); /* 300 ms and a step: three sweeps */
  near((double)synapse(b, id, "w"), 2 * exp(-0.3));
  amine_brain_destroy(b);
}

/* Off every weight, whatever its size and sign; it stops at 0 and at its bounds. */
static void loss_is_subtractive(void **state) {
  (void)state;
  static const int source[] = {0, 0, 0, 0}, target[] = {0, 1, 2, 3};
  static const float weight[] = {2, -1, 0.0625f, 0};
  const amine_value both[] = {{"weight_loss", 1.0 / 1024}, {"weight_decay", 1e-3}};
  for (int n = 1; n <= 2; n++) { /* alone, and beside the multiplicative one */
    amine_brain *b = create(0.5, 1);
    const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
    const int post = add_population(b, "post", 4, "spikes", NULL, 0);
    amine_projection p = from_to(pre, post, AMINE_CONNECT_LIST);
    p.n_pairs = 4, p.sources = source, p.targets = target, p.weights = weight;
    p.values = both, p.n_values = n;
    const int id = join(b, &p);
    float w[4];
    run(b, 601); /* 300 ms and a step: three sweeps of 100 ms */
    CHECK(amine_brain_synapses(b, id, "w", NULL, NULL, NULL, w, &error));
    for (int k = 0; k < 4; k++) {
      double want = fabs((double)weight[k]);
      for (int sweep = 0; sweep < 3; sweep++)
        want = fmax(want * (n == 2 ? exp(-0.1) : 1) - 100.0 / 1024, 0);
      if (n == 1) assert_true(fabs((double)w[k]) == want); /* exact in binary */
      near((double)w[k], weight[k] < 0 ? -want : want);
    }
    amine_brain_destroy(b);
  }
}

/* A thousand times a thousandth of what the digits of a weight hold is not lost. */
static void a_small_loss_adds_up(void **state) {
  (void)state;
  amine_brain *b = create(100, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const amine_value value = {"weight_loss", 1e-12};
  amine_projection p = from_to(pre, pre, AMINE_CONNECT_ALL);
  p.weight = 1, p.values = &value, p.n_values = 1, p.self_connections = 1;
  const int id = join(b, &p);
  run(b, 10001); /* a sweep in each step but the first: 1e-10 ten thousand times */
  assert_true(fabs((double)synapse(b, id, "w") - (1 - 1e-6)) < 1e-7); /* a unit is 6e-8 */
  amine_brain_destroy(b);
}

/* Pre arrives at 10 ms, post fires at 20 ms, the reward comes at 110 ms. */
static amine_brain *golden(int *id, const amine_value *more, int n_more) {
  amine_brain *b = create(1, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const int post = add_population(b, "post", 1, "spikes", NULL, 0);
  amine_value values[8] = {{"tau_d_ms", 200}, {"tau_c_ms", 1000}, {"a_plus", 1}};
  for (int k = 0; k < n_more; k++) values[3 + k] = more[k];
  amine_projection p = from_to(pre, post, AMINE_CONNECT_ALL);
  p.weight = 0, p.rule = "da-stdp", p.values = values, p.n_values = 3 + n_more;
  *id = join(b, &p);
  tell(b, pre, 0, 9);
  tell(b, post, 0, 20);
  run(b, 110);
  assert_true(synapse(b, *id, "w") == 0.0f);
  CHECK(amine_brain_reward(b, 1.0 / 200, &error));
  return b;
}

static void the_reward_finds_the_synapse(void **state) {
  (void)state;
  int id;
  amine_brain *b = golden(&id, NULL, 0);
  /* e^{-10/20} e^{-90/1000} / 200 * 1 / (1/200 + 1/1000) */
  near((double)synapse(b, id, "c"), exp(-0.5 - 0.09));
  run(b, 20000 - 110);
  near((double)synapse(b, id, "w"), exp(-0.59) / 200 / 0.006);
  assert_true(fabs((double)synapse(b, id, "w") - 0.46194) < 1e-5);
  amine_brain_destroy(b);
}

/* What a reward has earned but no spike has yet turned into weight is scaled with it. */
static void scaling_reaches_what_is_pending(void **state) {
  (void)state;
  int id;
  amine_brain *b = golden(&id, NULL, 0);
  run(b, 5000 - 110);
  const double before = (double)synapse(b, id, "w");
  run(b, 1);
  const double more = (double)synapse(b, id, "w") - before;
  amine_brain_destroy(b);
  const amine_value scaled[] = {{"target_rate_hz", 10}, {"time_window_ms", 5000}};
  b = golden(&id, scaled, 2);
  run(b, 5001 - 110);
  near((double)synapse(b, id, "w"), before * (1 + 0.01 * (10 - 0.2) / 10) + more);
  amine_brain_destroy(b);
}

/* Weights that are set are what is read, and what was earned is not added to them later. */
static void set_weights_hold(void **state) {
  (void)state;
  for (uint64_t when = 110; when <= 8000; when += 7890) { /* amid an epoch and at its end */
    int id;
    const float w = 0.125f;
    amine_brain *b = golden(&id, NULL, 0);
    run(b, 150);
    run(b, when > 260 ? when - 260 : 0);
    const double c = (double)synapse(b, id, "c"), now = (double)amine_brain_step(b);
    CHECK(amine_brain_set_weights(b, id, &w, &error));
    assert_true(synapse(b, id, "w") == w);
    near((double)synapse(b, id, "c"), c);
    run(b, 30000);
    const double d = exp(-(now - 110) / 200) / 200;
    near((double)synapse(b, id, "w"), (double)w + c * d / 0.006);
    amine_brain_destroy(b);
  }
}

static void rewards_reach_the_right_synapses(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const int pre = add_population(b, "pre", 1, "spikes", NULL, 0);
  const int post = add_population(b, "post", 1, "spikes", NULL, 0);
  amine_projection p = from_to(pre, post, AMINE_CONNECT_ALL);
  p.weight = 1, p.rule = "da-stdp";
  const int plain = join(b, &p);
  p.factor = AMINE_FACTOR_SIGNED;
  const int dip = join(b, &p);
  give_chemical(b, 1);
  amine_dopamine_clamp(&amine_brain_chemical(b)->dopamine, 0.25f);
  tell(b, pre, 0, 9);
  tell(b, post, 0, 10);
  run(b, 10);
  CHECK(amine_brain_reward(b, 0.01, &error));
  run(b, 50);
  assert_true(synapse(b, plain, "w") > 1);
  assert_true(synapse(b, dip, "w") < 1); /* -0.5, for 50 ms or so, on 0.1 */
  near((double)synapse(b, dip, "w"), fmax(0, 1 - 0.05 * 1000 * (1 - exp(-0.05))));
  amine_brain_destroy(b);
}

/* ---------------------------------------------------------------------------- connections */
typedef struct drawn {
  size_t n;
  int *sources, *targets, *delays;
  float *w;
} drawn;

static drawn draw(amine_brain *b, int id) {
  drawn d;
  assert_non_null(amine_brain_projection(b, id, NULL, NULL, &d.n));
  d.sources = malloc((d.n + 1) * sizeof *d.sources);
  d.targets = malloc((d.n + 1) * sizeof *d.targets);
  d.delays = malloc((d.n + 1) * sizeof *d.delays);
  d.w = malloc((d.n + 1) * sizeof *d.w);
  CHECK(amine_brain_synapses(b, id, "w", d.sources, d.targets, d.delays, d.w, &error));
  return d;
}

static void drop(drawn *d) {
  free(d->sources);
  free(d->targets);
  free(d->delays);
  free(d->w);
}

/* A deviation that a right program exceeds with probability 1e-9: 6.11 standard deviations. */
static void expect_mean(double got, double want, double sd) {
  if (!(fabs(got - want) <= 6.11 * sd)) fail_msg("%g is not within 6.11 * %g of %g", got, sd, want);
}

/* Of k + 1 bins with the given probabilities; `limit` is chi-square's 1 - 1e-9 quantile for k. */
static void expect_fit(const double *counts, const double *probabilities, int n_bins,
                       double limit) {
  double total = 0, chi = 0;
  for (int k = 0; k < n_bins; k++) total += counts[k];
  for (int k = 0; k < n_bins; k++) {
    const double want = total * probabilities[k];
    assert_true(want >= 5);
    chi += (counts[k] - want) * (counts[k] - want) / want;
  }
  if (!(chi <= limit)) fail_msg("chi-square is %g, more than %g", chi, limit);
}

#define CHI_9 60.67
#define CHI_20 83.48

static void a_chance_for_each_pair(void **state) {
  (void)state;
  amine_brain *b = create(1, 77);
  const int A = add_population(b, "A", 3000, "spikes", NULL, 0);
  const int B = add_population(b, "B", 300, "spikes", NULL, 0);
  amine_projection p = from_to(A, B, AMINE_CONNECT_PROBABILITY);
  p.probability = 0.2;
  const int ab = join(b, &p);
  p.source = B, p.probability = 0.1;
  const int bb = join(b, &p);
  drawn d = draw(b, ab);
  expect_mean((double)d.n, 900e3 * 0.2, sqrt(900e3 * 0.2 * 0.8));
  double gaps[2][21] = {{0}}, chance[21]; /* to the first target and from it to the second */
  for (int k = 0; k < 20; k++) chance[k] = 0.2 * pow(0.8, k);
  chance[20] = pow(0.8, 20);
  int source = -1, nth = 0, last = 0;
  for (size_t k = 0; k < d.n; k++) {
    nth = d.sources[k] == source ? nth + 1 : 0;
    if (nth) assert_true(d.targets[k] > last);
    const int gap = nth ? d.targets[k] - last - 1 : d.targets[k];
    if (nth < 2) gaps[nth][gap < 20 ? gap : 20]++;
    source = d.sources[k], last = d.targets[k];
  }
  expect_fit(gaps[0], chance, 21, CHI_20);
  expect_fit(gaps[1], chance, 21, CHI_20);
  drop(&d);
  d = draw(b, bb); /* no neuron is its own target */
  expect_mean((double)d.n, 300 * 299 * 0.1, sqrt(300 * 299 * 0.1 * 0.9));
  for (size_t k = 0; k < d.n; k++) assert_int_not_equal(d.sources[k], d.targets[k]);
  drop(&d);
  amine_brain_destroy(b);
}

static void so_many_targets(void **state) {
  (void)state;
  const int wanted[] = {0, 1, 7, 26, 49, 50, 51};
  for (int k = 0; k < 7; k++)
    for (int self = 0; self < 2; self++) {
      amine_brain *b = create(1, 5);
      const int A = add_population(b, "A", 51, "spikes", NULL, 0);
      amine_projection p = from_to(A, A, AMINE_CONNECT_OUT);
      p.n_out = wanted[k], p.self_connections = self;
      const int n = wanted[k];
      if (n > (self ? 51 : 50)) { /* refused */
        assert_int_equal(amine_brain_connect(b, NULL, &p, NULL), AMINE_ERROR_ARGUMENT);
        amine_brain_destroy(b);
        continue;
      }
      drawn d = draw(b, join(b, &p));
      int out[51] = {0};
      assert_int_equal(d.n, 51 * n);
      for (size_t i = 0; i < d.n; i++) {
        out[d.sources[i]]++;
        if (!self) assert_int_not_equal(d.sources[i], d.targets[i]);
        if (i > 0 && d.sources[i] == d.sources[i - 1]) assert_true(d.targets[i] > d.targets[i - 1]);
      }
      for (int i = 0; i < 51; i++) assert_int_equal(out[i], n);
      drop(&d);
      amine_brain_destroy(b);
    }
  /* every target as often as the others; drawing without replacement only narrows it */
  for (int inverse = 0; inverse < 2; inverse++) {
    amine_brain *b = create(1, 6);
    const int A = add_population(b, "A", 5000, "spikes", NULL, 0);
    const int B = add_population(b, "B", 10, "spikes", NULL, 0);
    amine_projection p = from_to(A, B, AMINE_CONNECT_OUT);
    p.n_out = inverse ? 8 : 2;
    drawn d = draw(b, join(b, &p));
    double counts[10] = {0}, chance[10];
    for (size_t i = 0; i < d.n; i++) counts[d.targets[i]]++;
    for (int i = 0; i < 10; i++) chance[i] = 0.1;
    expect_fit(counts, chance, 10, CHI_9);
    drop(&d);
    amine_brain_destroy(b);
  }
}

/* Each target as many, none twice; every source as often as the others. */
static void so_many_sources(void **state) {
  (void)state;
  const int wanted[] = {0, 1, 7, 26, 49, 50};
  for (int k = 0; k < 6; k++)
    for (int self = 0; self < 2; self++) {
      amine_brain *b = create(1, 5);
      const int A = add_population(b, "A", 51, "spikes", NULL, 0);
      amine_projection p = from_to(A, A, AMINE_CONNECT_IN);
      p.n_in = wanted[k], p.self_connections = self;
      drawn d = draw(b, join(b, &p));
      int in[51] = {0};
      assert_int_equal(d.n, 51 * wanted[k]);
      for (size_t i = 0; i < d.n; i++) {
        in[d.targets[i]]++;
        if (!self) assert_int_not_equal(d.sources[i], d.targets[i]);
        if (i > 0 && d.sources[i] == d.sources[i - 1]) assert_true(d.targets[i] > d.targets[i - 1]);
      }
      for (int i = 0; i < 51; i++) assert_int_equal(in[i], wanted[k]);
      drop(&d);
      amine_brain_destroy(b);
    }
  for (int inverse = 0; inverse < 2; inverse++) {
    amine_brain *b = create(1, 6);
    const int A = add_population(b, "A", 10, "spikes", NULL, 0);
    const int B = add_population(b, "B", 5000, "spikes", NULL, 0);
    amine_projection p = from_to(A, B, AMINE_CONNECT_IN);
    p.n_in = inverse ? 8 : 2;
    drawn d = draw(b, join(b, &p));
    double counts[10] = {0}, chance[10];
    for (size_t i = 0; i < d.n; i++) counts[d.sources[i]]++;
    for (int i = 0; i < 10; i++) chance[i] = 0.1;
    expect_fit(counts, chance, 10, CHI_9);
    drop(&d);
    amine_brain_destroy(b);
  }
}

static void all_and_one_to_one_and_listed(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const int A = add_population(b, "A", 20, "spikes", NULL, 0);
  const int B = add_population(b, "B", 20, "spikes", NULL, 0);
  amine_projection p = from_to(A, A, AMINE_CONNECT_ALL);
  const int all = join(b, &p);
  p = from_to(A, B, AMINE_CONNECT_ONE_TO_ONE);
  const int same = join(b, &p);
  const int sources[] = {3, 1, 3, 1, 1}, targets[] = {4, 9, 2, 0, 9};
  const float weights[] = {1, 2, 3, 4, 5};
  p = from_to(A, B, AMINE_CONNECT_LIST);
  p.sources = sources, p.targets = targets, p.weights = weights, p.n_pairs = 5;
  const int list = join(b, &p);
  drawn d = draw(b, all);
  assert_int_equal(d.n, 20 * 19);
  drop(&d);
  d = draw(b, same);
  assert_int_equal(d.n, 20);
  for (int k = 0; k < 20; k++) assert_true(d.sources[k] == k && d.targets[k] == k);
  drop(&d);
  d = draw(b, list);
  assert_int_equal(d.n, 5);
  const int s[] = {1, 1, 1, 3, 3}, t[] = {9, 0, 9, 4, 2}; /* as they were listed */
  const float w[] = {2, 4, 5, 1, 3};
  for (int k = 0; k < 5; k++)
    assert_true(d.sources[k] == s[k] && d.targets[k] == t[k] && d.w[k] == w[k]);
  drop(&d);
  size_t n;
  assert_true(amine_brain_synapse_bytes(b, &n) >= 2 * (20 * 19 + 20 + 5) && n == 20 * 19 + 20 + 5);
  amine_brain_destroy(b);
}

/* Four rings of targets around one place. */
static void nearer_is_likelier(void **state) {
  (void)state;
  amine_brain *b = create(1, 3);
  const int A = add_population(b, "A", 2000, "spikes", NULL, 0);
  const int B = add_population(b, "B", 4, "spikes", NULL, 0);
  float *at = calloc(4 * 2000, sizeof *at);
  const float there[16] = {0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 4, 0, 1, 1, 1, 1};
  CHECK(amine_brain_set_positions(b, A, at, &error));
  CHECK(amine_brain_set_positions(b, B, there, &error));
  free(at);
  amine_projection p = from_to(A, B, AMINE_CONNECT_DISTANCE);
  p.probability = 0.8, p.radius = 4;
  drawn d = draw(b, join(b, &p));
  double counts[4] = {0};
  for (size_t k = 0; k < d.n; k++) counts[d.targets[k]]++;
  const double distances[] = {0, 3, 5, 2};
  for (int k = 0; k < 4; k++) {
    const double chance = 0.8 * exp(-distances[k] / 4);
    expect_mean(counts[k], 2000 * chance, sqrt(2000 * chance * (1 - chance)));
  }
  drop(&d);
  amine_brain_destroy(b);
}

static void weights_and_delays_are_uniform(void **state) {
  (void)state;
  amine_brain *b = create(0.5, 9);
  const int A = add_population(b, "A", 200, "spikes", NULL, 0);
  amine_projection p = from_to(A, A, AMINE_CONNECT_ALL);
  p.weight = -1, p.weight_max = 3, p.delay_ms = 2, p.delay_max_ms = 6.5;
  drawn d = draw(b, join(b, &p));
  double delays[10] = {0}, weights[10] = {0}, chance[10];
  for (int i = 0; i < 10; i++) chance[i] = 0.1;
  for (size_t k = 0; k < d.n; k++) {
    assert_true(d.delays[k] >= 4 && d.delays[k] <= 13);
    assert_true(d.w[k] >= -1 && d.w[k] < 3);
    delays[d.delays[k] - 4]++;
    weights[(int)((d.w[k] + 1) * 2.5f)]++;
    if (k > 0 && d.sources[k] == d.sources[k - 1]) /* in the order of (source, delay, target) */
      assert_true(d.delays[k] > d.delays[k - 1] ||
                  (d.delays[k] == d.delays[k - 1] && d.targets[k] > d.targets[k - 1]));
  }
  expect_fit(delays, chance, 10, CHI_9);
  expect_fit(weights, chance, 10, CHI_9);
  drop(&d);
  amine_brain_destroy(b);
}

/* --------------------------------------------------------------------------- random inputs */
enum { N_INPUTS = 2000 };

/* Every neuron is put back to rest before each step: what V has then is what came in. */
static void came_in(amine_brain *b, int p, double *out) {
  float v[N_INPUTS];
  for (int i = 0; i < N_INPUTS; i++) v[i] = -65;
  set(b, p, "v", v);
  run(b, 1);
  get(b, p, "v", v);
  for (int i = 0; i < N_INPUTS; i++) out[i] = (double)v[i] + 65;
}

static void poisson_input_is_poisson(void **state) {
  (void)state;
  const amine_value deaf = {"v_threshold_mv", 1000};
  const double rates[] = {2000, 30000};
  for (int k = 0; k < 2; k++) {
    amine_brain *b = create(1, 21);
    const int p = add_population(b, "in", N_INPUTS, "lif", &deaf, 1);
    const double mean = rates[k] * 1e-3, n = 50.0 * N_INPUTS;
    CHECK(amine_brain_set_poisson(b, p, k ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1, rates[k], 1,
                                  &error));
    double sum = 0, squares = 0, counts[10] = {0}, x[N_INPUTS];
    for (int step = 0; step < 50; step++) {
      came_in(b, p, x);
      for (int i = 0; i < N_INPUTS; i++) {
        assert_true(x[i] == rint(x[i]));
        sum += x[i];
        squares += (x[i] - mean) * (x[i] - mean);
        counts[x[i] < 9 ? (int)x[i] : 9]++;
      }
    }
    expect_mean(sum / n, mean, sqrt(mean / n));
    expect_mean(squares / n, mean, sqrt((mean + 2 * mean * mean) / n));
    if (k == 0) {
      double chance[10], part = exp(-mean), rest = 1;
      for (int i = 0; i < 9; part *= mean / ++i) rest -= chance[i] = part;
      chance[9] = rest;
      expect_fit(counts, chance, 10, CHI_9);
    }
    CHECK(amine_brain_set_poisson(b, p, k ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1, 0, 1, &error));
    came_in(b, p, x);
    for (int i = 0; i < N_INPUTS; i++) assert_true(x[i] == 0);
    amine_brain_destroy(b);
  }
}

static void noise_is_uniform(void **state) {
  (void)state;
  const amine_value deaf = {"v_threshold_mv", 1000};
  amine_brain *b = create(1, 22);
  const int p = add_population(b, "in", N_INPUTS, "lif", &deaf, 1);
  CHECK(amine_brain_set_current(b, p, 3, 8, &error));
  double counts[10] = {0}, chance[10], x[N_INPUTS];
  for (int i = 0; i < 10; i++) chance[i] = 0.1;
  for (int step = 0; step < 20; step++) {
    came_in(b, p, x);
    for (int i = 0; i < N_INPUTS; i++) {
      const double u = (x[i] / -expm1(-1.0 / 20) - 3) / 8 + 0.5;
      assert_true(u > -1e-4 && u < 1 + 1e-4);
      counts[u < 0 ? 0 : u < 1 ? (int)(u * 10) : 9]++;
    }
  }
  expect_fit(counts, chance, 10, CHI_9);
  amine_brain_destroy(b);
}

static void sources_fire_at_their_rate(void **state) {
  (void)state;
  amine_brain *b = create(1, 23);
  const amine_value rate = {"rate_hz", 80};
  const int p = add_population(b, "all", 1000, "poisson", &rate, 1);
  const int q = add_population(b, "own", 2, "poisson", NULL, 0);
  const float rates[] = {0, 900};
  CHECK(amine_brain_set_parameter(b, q, "rate_hz", rates, &error));
  run(b, 2000);
  expect_mean((double)amine_brain_spike_count(b, p), 2e6 * 0.08, sqrt(2e6 * 0.08));
  expect_mean((double)amine_brain_spike_count(b, q), 2e3 * 0.9, sqrt(2e3 * 0.9));
  amine_brain_destroy(b);
}

/* Counts of spikes in a step follow Poisson's law, as those of arrivals do: a source and an input
 * mean the same by a rate, also where that is more than one spike a step. */
static void sources_are_poisson(void **state) {
  (void)state;
  const double means[] = {0.1, 1.5, 6};
  const int bins[] = {4, 7, 13};
  for (int k = 0; k < 3; k++) {
    amine_brain *b = create(1, 7);
    const amine_value rate = {"rate_hz", 1e3 * means[k]};
    const int n = 500;
    const int p = add_population(b, "sources", n, "poisson", &rate, 1);
    double counts[16] = {0}, chances[16], rest = 1;
    uint64_t before = 0;
    run(b, 400);
    int of[500] = {0};
    uint64_t now = 0;
    (void)p;
    for (size_t left = amine_brain_n_spikes(b) + 1; left > 0; left--) {
      uint64_t step = 400;
      int neuron = 0;
      if (left > 1) amine_brain_read_spikes(b, &step, NULL, &neuron, 1);
      for (; now < step; now++) /* the steps before are over */
        for (int i = 0; i < n; i++) {
          counts[of[i] < bins[k] - 1 ? of[i] : bins[k] - 1]++;
          of[i] = 0;
        }
      assert_true(step >= before);
      before = step;
      if (left > 1) of[neuron]++;
    }
    for (int j = 0; j < bins[k] - 1; j++) {
      chances[j] = exp(j * log(means[k]) - means[k] - lgamma(j + 1.0));
      rest -= chances[j];
    }
    chances[bins[k] - 1] = rest;
    expect_fit(counts, chances, bins[k], 75);
    amine_brain_destroy(b);
  }
}

/* Arrivals of many spikes of one step, counted or by weight: none is lost, however many. */
static void spikes_of_one_step_all_arrive(void **state) {
  (void)state;
  static double times[70000];
  static int zeros[70000];
  for (int weighted = 0; weighted < 2; weighted++)
    for (int k = 0; k < 3; k++) {
      const size_t n = (size_t[]){3, 65536, 70000}[k];
      amine_brain *b = create(1, 1);
      const int a = add_population(b, "a", 2, "spikes", NULL, 0);
      const amine_value slow = {"tau_m_ms", 1e6};
      const int c = add_population(b, "c", 2, "lif", &slow, 1);
      amine_projection p = from_to(a, c, AMINE_CONNECT_ALL);
      p.weight = 0x1p-14;
      if (weighted) p.weight_max = 0x1p-14 + 1e-9;
      join(b, &p);
      CHECK(amine_brain_add_spikes(b, a, zeros, times, n, &error));
      tell(b, a, 1, 0);
      run(b, 2);
      assert_int_equal(amine_brain_spike_count(b, a), n + 1);
      const double lifted = (double)one(b, c, "v") + 65;
      if (fabs(lifted - (double)(n + 1) * 0x1p-14) > 2e-5)
        fail_msg("%zu arrivals lift by %.7g", n + 1, lifted);
      amine_brain_destroy(b);
    }
}

/* Traces and short-term plasticity see each of them. */
static void spikes_of_one_step_are_seen_each(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  const amine_value values[] = {{"a_plus", 0.1}, {"a_minus", 0.01}, {"w_max", 9}};
  const int a = add_population(b, "a", 1, "spikes", NULL, 0);
  const int c = add_population(b, "c", 1, "spikes", NULL, 0);
  const int d = add_population(b, "d", 1, "lif", NULL, 0);
  amine_projection p = from_to(a, c, AMINE_CONNECT_ALL);
  p.weight = 1, p.rule = "stdp", p.values = values, p.n_values = 3;
  const int id = join(b, &p);
  p = from_to(a, d, AMINE_CONNECT_ALL);
  p.weight = 1, p.stp_u = 0.5, p.stp_tau_rec_ms = 1e6, p.stp_tau_facil_ms = 1e6;
  join(b, &p);
  tell(b, a, 0, 0), tell(b, a, 0, 0); /* arrive twice at step 1 */
  for (int k = 0; k < 3; k++) tell(b, c, 0, 1);
  run(b, 2);
  near((double)synapse(b, id, "w"), 1 + 3 * 2 * 0.1); /* each of three with x of two */
  near((double)one(b, d, "v") + 65, 0.5 * 1 + 0.75 * 0.5); /* u R of the first, then the second */
  tell(b, a, 0, 2);
  run(b, 2); /* y of three, two steps on */
  near((double)synapse(b, id, "w"), 1.6 - 3 * 0.01 * exp(-2.0 / 20));
  amine_brain_destroy(b);
}

/* ---------------------------------------------------------------------------- large and sparse */
/* One to one between more neurons than a table of rows is made for, with what learns and without:
 * a spike reaches its own target alone, in time. */
static void rows_may_be_few(void **state) {
  (void)state;
  enum { N = 70001 };
  const int told[] = {0, 1, 4999, 35000, 69999, 70000};
  for (int learns = 0; learns < 2; learns++) {
    amine_brain *b = create(1, 1);
    const int a = add_population(b, "a", N, "spikes", NULL, 0);
    const int c = add_population(b, "c", N, "lif", NULL, 0);
    amine_projection p = from_to(a, c, AMINE_CONNECT_ONE_TO_ONE);
    const amine_value most = {"w_max", 100};
    p.weight = 20, p.delay_ms = 3, p.delay_max_ms = 5;
    if (learns) p.rule = "da-stdp", p.values = &most, p.n_values = 1;
    const int id = join(b, &p);
    drawn d = draw(b, id);
    assert_int_equal(d.n, N);
    for (int i = 0; i < N; i++) {
      assert_int_equal(d.sources[i], i);
      assert_int_equal(d.targets[i], i);
      assert_true(d.delays[i] >= 3 && d.delays[i] <= 5 && d.w[i] == 20);
    }
    for (int k = 0; k < 6; k++) tell(b, a, told[k], 2);
    run(b, 20);
    assert_int_equal(amine_brain_n_spikes(b), 12);
    for (int k = 0; k < 12; k++) {
      uint64_t step;
      int population, neuron;
      amine_brain_read_spikes(b, &step, &population, &neuron, 1);
      assert_int_equal(step, population == a ? 2 : 2 + d.delays[neuron]);
    }
    size_t synapses;
    const size_t bytes = amine_brain_synapse_bytes(b, &synapses);
    assert_int_equal(synapses, N);
    assert_true(bytes < (learns ? 4000 : 60) * (size_t)N);
    CHECK(amine_brain_reward(b, 1, &error));
    run(b, 1);
    drawn after = draw(b, id);
    for (int i = 0; i < N; i++) {
      bool changed = false;
      for (int k = 0; k < 6; k++) changed |= learns && told[k] == i;
      assert_true((after.w[i] != d.w[i]) == changed);
    }
    drop(&after);
    drop(&d);
    amine_brain_destroy(b);
  }
}

/* A rare chance: as many synapses as expected, each pair alike, none twice, and soon. */
static void rare_connections_are_as_rare_as_they_should_be(void **state) {
  (void)state;
  const struct {
    int n;
    double p;
  } cases[] = {{3000, 0.9e-3}, {3000, 1e-4}, {20000, 1e-6}, {20000, 1e-9}, {20000, 1e-15}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_brain *b = create(1, 5);
    const int a = add_population(b, "a", cases[k].n, "spikes", NULL, 0);
    const int c = add_population(b, "c", cases[k].n, "lif", NULL, 0);
    amine_projection p = from_to(a, c, AMINE_CONNECT_PROBABILITY);
    p.probability = cases[k].p;
    drawn d = draw(b, join(b, &p));
    const double pairs = (double)cases[k].n * cases[k].n, want = pairs * cases[k].p;
    expect_mean((double)d.n, want, sqrt(want) + 0.5);
    double low = 0, early = 0;
    for (size_t i = 0; i < d.n; i++) {
      low += d.targets[i] < cases[k].n / 2;
      early += d.sources[i] < cases[k].n / 2;
      if (i > 0 && d.sources[i] == d.sources[i - 1]) assert_true(d.targets[i] > d.targets[i - 1]);
    }
    expect_mean(low, (double)d.n / 2, sqrt((double)d.n) / 2 + 0.5);
    expect_mean(early, (double)d.n / 2, sqrt((double)d.n) / 2 + 0.5);
    drop(&d);
    amine_brain_destroy(b);
  }
}

/* -------------------------------------------------------------------------------- refusals */
#define REFUSED(call, part)                                                                        \
  do {                                                                                             \
    error = (amine_error){0};                                                                      \
    expect_failure((call), AMINE_ERROR_ARGUMENT, &error, (part));                                  \
  } while (0)

#define HUGE_NUMBER 1e300

static void refuse_projections(amine_brain *b) {
  const amine_projection fine = amine_projection_default();
  const int none[] = {0}, beyond[] = {4}, below[] = {-1};
  const float nan_weight[] = {NAN};
  const amine_value unknown = {"nonsense", 1}, nameless = {NULL, 1}, wide = {"w_min", NAN},
                    crossed[] = {{"w_min", 2}, {"w_max", 1}}, brief = {"tau_c_ms", 0.001};
#define REFUSED_WITH(part, ...)                                                                    \
  do {                                                                                             \
    amine_projection p = fine;                                                                     \
    __VA_ARGS__;                                                                                   \
    int id = 99;                                                                                   \
    REFUSED(amine_brain_connect(b, &id, &p, &error), part);                                        \
    assert_int_equal(id, 99);                                                                      \
  } while (0)
  REFUSED_WITH("begin with amine_projection_default()", p.size = 0);
  REFUSED_WITH("there is no population -1", p.source = -1);
  REFUSED_WITH("there is no population 4", p.target = 4);
  REFUSED_WITH("no receptor 2", p.receptor = (amine_receptor)2);
  REFUSED_WITH("no such value", p.connect = (amine_connect)8);
  REFUSED_WITH("no such value", p.factor = (amine_third_factor)(AMINE_FACTOR_SIGNED_ALL + 1));
  REFUSED_WITH("probability = 0", p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0);
  REFUSED_WITH("probability = 1.5", p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 1.5);
  REFUSED_WITH("probability = nan", p.connect = AMINE_CONNECT_PROBABILITY, p.probability = NAN);
  REFUSED_WITH("radius = 0", p.connect = AMINE_CONNECT_DISTANCE, p.radius = 0);
  REFUSED_WITH("radius = inf", p.connect = AMINE_CONNECT_DISTANCE, p.radius = INFINITY);
  REFUSED_WITH("need the positions", p.connect = AMINE_CONNECT_DISTANCE);
  REFUSED_WITH("need the positions", p.velocity = 1);
  REFUSED_WITH("n_out = 1000000 is more", p.connect = AMINE_CONNECT_OUT, p.n_out = 1000000);
  REFUSED_WITH("n_in = 1000000 is more", p.connect = AMINE_CONNECT_IN, p.n_in = 1000000);
  REFUSED_WITH("n_in is below 0", p.connect = AMINE_CONNECT_IN, p.n_in = -1);
  REFUSED_WITH("n_out is below 0", p.connect = AMINE_CONNECT_OUT, p.n_out = -1);
  REFUSED_WITH("equal numbers", p.connect = AMINE_CONNECT_ONE_TO_ONE, p.target = 1);
  REFUSED_WITH("list of pairs is missing", p.connect = AMINE_CONNECT_LIST, p.n_pairs = 1);
  REFUSED_WITH("too long", p.connect = AMINE_CONNECT_LIST, p.n_pairs = SIZE_MAX);
  REFUSED_WITH("pair 0 (4, 0)", p.connect = AMINE_CONNECT_LIST, p.n_pairs = 1, p.sources = beyond,
               p.targets = none);
  REFUSED_WITH("pair 0 (0, -1)", p.connect = AMINE_CONNECT_LIST, p.n_pairs = 1, p.sources = none,
               p.targets = below);
  REFUSED_WITH("weight 0 is not finite", p.connect = AMINE_CONNECT_LIST, p.n_pairs = 1,
               p.sources = none, p.targets = none, p.weights = nan_weight);
  REFUSED_WITH("weight is not finite", p.weight = NAN);
  REFUSED_WITH("weight is not finite", p.weight = HUGE_NUMBER);
  REFUSED_WITH("weight_max is not finite", p.weight_max = INFINITY);
  REFUSED_WITH("delay_ms is below 0", p.delay_ms = -1);
  REFUSED_WITH("delay_ms is below 0", p.delay_ms = NAN);
  REFUSED_WITH("more than 20000 steps", p.delay_ms = 20001);
  REFUSED_WITH("more than 20000 steps", p.delay_max_ms = HUGE_NUMBER);
  REFUSED_WITH("velocity is below 0", p.velocity = -1);
  REFUSED_WITH("velocity is below 0", p.velocity = NAN);
  REFUSED_WITH("no rule nonsense", p.rule = "nonsense");
  REFUSED_WITH("no parameter nonsense", p.rule = "stdp", p.values = &unknown, p.n_values = 1);
  REFUSED_WITH("has no name", p.values = &nameless, p.n_values = 1);
  REFUSED_WITH("w_min = nan", p.values = &wide, p.n_values = 1);
  REFUSED_WITH("w_min is above w_max", p.values = crossed, p.n_values = 2);
  REFUSED_WITH("shorter than a quarter of a step", p.rule = "da-stdp", p.values = &brief,
               p.n_values = 1);
  REFUSED_WITH("stp_u = 1.5", p.stp_u = 1.5);
  REFUSED_WITH("stp_u = nan", p.stp_u = NAN);
  REFUSED_WITH("stp_tau_rec_ms must be above 0", p.stp_u = 0.5, p.stp_tau_rec_ms = 0);
  REFUSED_WITH("stp_tau_facil_ms at least 0", p.stp_u = 0.5, p.stp_tau_facil_ms = -1);
  char name[500];
  memset(name, 'x', sizeof name);
  name[499] = 0;
  REFUSED_WITH("longer than", p.name = name);
}

static void refuse_before_the_run(amine_brain *b) {
  char name[300];
  memset(name, 'x', sizeof name);
  name[299] = 0;
  int id = 99;
  const amine_value unknown = {"nonsense", 1}, nameless = {NULL, 1}, low = {"tau_m_ms", 0},
                    nan = {"tau_m_ms", NAN}, high = {"tau_m_ms", HUGE_NUMBER};
  REFUSED(amine_brain_add_population(b, &id, NULL, 1, "lif", NULL, 0, &error), "needs a name");
  REFUSED(amine_brain_add_population(b, &id, "", 1, "lif", NULL, 0, &error), "needs a name");
  REFUSED(amine_brain_add_population(b, &id, name, 1, "lif", NULL, 0, &error), "needs a name");
  REFUSED(amine_brain_add_population(b, &id, "A", 1, "lif", NULL, 0, &error), "already");
  REFUSED(amine_brain_add_population(b, &id, "n", 0, "lif", NULL, 0, &error), "0 neurons");
  REFUSED(amine_brain_add_population(b, &id, "n", -5, "lif", NULL, 0, &error), "-5 neurons");
  REFUSED(amine_brain_add_population(b, &id, "n", INT32_MAX, "lif", NULL, 0, &error), "neurons");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "nonsense", NULL, 0, &error), "nonsense");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, NULL, NULL, 0, &error), "NULL");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "lif", &unknown, 1, &error), "nonsense");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "lif", &nameless, 1, &error), "no name");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "lif", &low, 1, &error), "tau_m_ms = 0");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "lif", &nan, 1, &error), "tau_m_ms = nan");
  REFUSED(amine_brain_add_population(b, &id, "n", 1, "lif", &high, 1, &error), "tau_m_ms = 1e+300");
  assert_int_equal(id, 99);
  float at[16] = {0};
  at[9] = NAN;
  REFUSED(amine_brain_set_positions(b, 4, at, &error), "no population 4");
  REFUSED(amine_brain_set_positions(b, 0, at, &error), "not finite");
  refuse_projections(b);
  const double steps[] = {0, -1, 0.4, NAN, 2e6, INFINITY};
  amine_chemical chemical;
  amine_chemical_init(&chemical, NULL);
  for (int k = 0; k < 6; k++)
    REFUSED(amine_brain_set_chemical(b, &chemical, steps[k], &error), "step_ms");
  REFUSED(amine_brain_target(b, -1, 0, 0, 0, &error), "no population -1");
  REFUSED(amine_brain_target(b, 0, 32, 0, 0, &error), "no effect 32");
  REFUSED(amine_brain_target(b, 0, 0, -1, 0, &error), "delay_ms = -1");
  REFUSED(amine_brain_target(b, 0, 0, 2e6, 0, &error), "delay_ms = 2e+06");
  REFUSED(amine_brain_target(b, 0, 0, NAN, 0, &error), "delay_ms = nan");
  REFUSED(amine_brain_target(b, 0, 0, 0, -1, &error), "tau_ms = -1");
  REFUSED(amine_brain_target(b, 0, 0, 0, INFINITY, &error), "tau_ms = inf");
}

static void refuse_inputs(amine_brain *b) {
  const float bad[] = {1, 2, NAN, 4}, low[] = {1, 2, -3, 4};
  REFUSED(amine_brain_set_parameter(b, 0, "c", bad, &error), "has no parameter c");
  REFUSED(amine_brain_set_parameter(b, 2, "rate_hz", bad, &error), "neuron 2");
  REFUSED(amine_brain_set_parameter(b, 2, "rate_hz", low, &error), "rate_hz = -3");
  REFUSED(amine_brain_set_parameter(b, 2, NULL, low, &error), "no name");
  REFUSED(amine_brain_set_parameter(b, 9, "rate_hz", low, &error), "no population 9");
  REFUSED(amine_brain_set_current(b, 9, 0, 0, &error), "no population 9");
  REFUSED(amine_brain_set_current(b, 2, 1, 0, &error), "takes no input");
  REFUSED(amine_brain_set_current(b, 0, NAN, 0, &error), "not finite");
  REFUSED(amine_brain_set_current(b, 0, 0, HUGE_NUMBER, &error), "not finite");
  REFUSED(amine_brain_set_currents(b, -2, bad, &error), "no population -2");
  REFUSED(amine_brain_set_currents(b, 3, bad, &error), "takes no input");
  REFUSED(amine_brain_set_currents(b, 0, bad, &error), "current 2");
  const float each[] = {1, 2, 6e5f, 4};
  REFUSED(amine_brain_set_parameter(b, 2, "rate_hz", each, &error), "rate of 600000 Hz");
  REFUSED(amine_brain_set_poisson(b, 7, AMINE_RECEPTOR_1, 1, 1, &error), "no population 7");
  REFUSED(amine_brain_set_poisson(b, 2, AMINE_RECEPTOR_1, 1, 1, &error), "takes no input");
  REFUSED(amine_brain_set_poisson(b, 0, (amine_receptor)2, 1, 1, &error), "no receptor 2");
  REFUSED(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, -1, 1, &error), "rate of -1");
  REFUSED(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, NAN, 1, &error), "rate of nan");
  REFUSED(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, 1e9, 1, &error), "rate of 1e+09");
  REFUSED(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, 1, INFINITY, &error), "not finite");
  const int neurons[] = {0, 4, -1};
  const double times[] = {NAN, -1, HUGE_NUMBER, 50};
  REFUSED(amine_brain_add_spikes(b, 8, neurons, times + 3, 1, &error), "no population 8");
  REFUSED(amine_brain_add_spikes(b, 0, neurons, times + 3, 1, &error), "cannot be told");
  for (int k = 0; k < 3; k++)
    REFUSED(amine_brain_add_spikes(b, 3, neurons, times + k, 1, &error), "in the past or");
  for (int k = 1; k < 3; k++)
    REFUSED(amine_brain_add_spikes(b, 3, neurons + k, times + 3, 1, &error), "has no neuron");
  REFUSED(amine_brain_set_threads(b, 0, &error), "0 threads");
  REFUSED(amine_brain_set_threads(b, -1, &error), "-1 threads");
  REFUSED(amine_brain_set_threads(b, INT32_MAX, &error), "threads");
  REFUSED(amine_brain_record(b, 9, 1, &error), "no population 9");
}

static void refuse_after_the_run(amine_brain *b) {
  amine_chemical chemical;
  amine_chemical_init(&chemical, NULL);
  const float at[16] = {0}, bad[] = {1, 2, NAN, 4};
  float out[64];
  const int neurons[] = {0, 4, -1};
  const amine_projection p = amine_projection_default();
  REFUSED(amine_brain_add_population(b, NULL, "late", 1, "lif", NULL, 0, &error), "first run");
  REFUSED(amine_brain_set_positions(b, 0, at, &error), "first run");
  REFUSED(amine_brain_connect(b, NULL, &p, &error), "first run");
  REFUSED(amine_brain_set_chemical(b, &chemical, 1, &error), "first run");
  REFUSED(amine_brain_target(b, 0, 0, 0, 0, &error), "first run");
  REFUSED(amine_brain_run(b, UINT64_MAX, &error), "2^48");
  REFUSED(amine_brain_run(b, (uint64_t)1 << 48, &error), "2^48");
  const double past = 3;
  REFUSED(amine_brain_add_spikes(b, 3, neurons, &past, 1, &error), "in the past");
  REFUSED(amine_brain_reward(b, NAN, &error), "reward of nan");
  REFUSED(amine_brain_reward(b, INFINITY, &error), "reward of inf");
  REFUSED(amine_brain_get(b, 9, "v", out, &error), "no population 9");
  REFUSED(amine_brain_get(b, 0, "u", out, &error), "has no u");
  REFUSED(amine_brain_get(b, 0, NULL, out, &error), "has no NULL");
  REFUSED(amine_brain_set(b, -1, "v", at, &error), "no population -1");
  REFUSED(amine_brain_set(b, 0, "nonsense", at, &error), "has no nonsense");
  REFUSED(amine_brain_set(b, 0, "v", bad, &error), "neuron 2 is not finite");
  REFUSED(amine_brain_kick(b, 9, neurons, 1, 1, &error), "no population 9");
  REFUSED(amine_brain_kick(b, 3, neurons, 1, 1, &error), "has no v; it has none");
  REFUSED(amine_brain_kick(b, 0, neurons + 1, 1, 1, &error), "no neuron 4");
  REFUSED(amine_brain_kick(b, 0, neurons, 3, 1, &error), "no neuron 4");
  REFUSED(amine_brain_kick(b, 0, neurons, 1, NAN, &error), "not finite");
  REFUSED(amine_brain_kick(b, 0, neurons, 1, HUGE_NUMBER, &error), "not finite");
  REFUSED(amine_brain_balance(b, 4, NULL, NULL, &error), "no population 4");
  REFUSED(amine_brain_balance(b, -1, NULL, NULL, &error), "no population -1");
  REFUSED(amine_brain_synapses(b, 9, "w", NULL, NULL, NULL, out, &error), "no projection 9");
  REFUSED(amine_brain_synapses(b, -1, "w", NULL, NULL, NULL, out, &error), "no projection -1");
  REFUSED(amine_brain_synapses(b, 0, "x", NULL, NULL, NULL, out, &error), "has no x");
  REFUSED(amine_brain_synapses(b, 0, NULL, NULL, NULL, NULL, out, &error), "has no NULL");
  REFUSED(amine_brain_synapses(b, 0, "c", NULL, NULL, NULL, out, &error), "no eligibility");
  REFUSED(amine_brain_set_weights(b, 9, out, &error), "no projection 9");
  for (int k = 0; k < 64; k++) out[k] = 0.5f;
  REFUSED(amine_brain_set_weights(b, 1, out, &error), "one fixed weight");
  out[3] = NAN;
  REFUSED(amine_brain_set_weights(b, 0, out, &error), "weight 3 is not finite");
}

static amine_brain *small(void) {
  amine_brain *b = create(1, 1);
  add_population(b, "A", 4, "lif", NULL, 0);
  add_population(b, "B", 3, "izhikevich", NULL, 0);
  add_population(b, "C", 4, "poisson", NULL, 0);
  add_population(b, "D", 4, "spikes", NULL, 0);
  amine_projection p = from_to(3, 0, AMINE_CONNECT_ALL);
  p.rule = "stdp", p.weight = 0.5;
  join(b, &p);
  p = from_to(2, 1, AMINE_CONNECT_ALL);
  join(b, &p);
  CHECK(amine_brain_set_current(b, 0, 16, 3, &error));
  tell(b, 3, 1, 5);
  return b;
}

/* Everything that can be read, after 60 steps. */
static void finish(amine_brain *b, float out[64]) {
  memset(out, 0, 64 * sizeof *out);
  run(b, 30);
  get(b, 0, "v", out);
  get(b, 1, "v", out + 4);
  get(b, 1, "u", out + 8);
  CHECK(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, out + 12, &error));
  for (int p = 0; p < 4; p++) out[40 + p] = (float)amine_brain_spike_count(b, p);
  out[44] = (float)amine_brain_n_spikes(b);
}

static void every_refusal_has_a_sentence_and_changes_nothing(void **state) {
  (void)state;
  float plain[64], refused[64];
  amine_brain *b = small();
  run(b, 30);
  finish(b, plain);
  amine_brain_destroy(b);
  b = small();
  refuse_before_the_run(b);
  refuse_inputs(b);
  assert_int_equal(amine_brain_n_populations(b), 4);
  assert_int_equal(amine_brain_n_projections(b), 2);
  run(b, 30);
  refuse_inputs(b);
  refuse_after_the_run(b);
  finish(b, refused);
  assert_memory_equal(plain, refused, sizeof plain);
  amine_brain_destroy(b);
}

static void other_refusals(void **state) {
  (void)state;
  const double steps[] = {0, -1, NAN, 100.1, INFINITY};
  amine_brain *b = NULL;
  for (int k = 0; k < 5; k++) REFUSED(amine_brain_create(&b, steps[k], 1, &error), "dt_ms");
  assert_null(b);
  b = create(1, 1);
  REFUSED(amine_brain_run(b, 1, &error), "no population");
  const amine_value many = {"rate_hz", 6e5};
  REFUSED(amine_brain_add_population(b, NULL, "busy", 1, "poisson", &many, 1, &error),
          "rate of 600000 Hz");
  /* delays that only distances show are refused when the synapses are made, and may be mended */
  const int A = add_population(b, "A", 2, "lif", NULL, 0);
  const float far[] = {0, 0, 0, 0, 1e6f, 0, 0, 0}, near_by[] = {0, 0, 0, 0, 9, 0, 0, 0};
  CHECK(amine_brain_set_positions(b, A, far, &error));
  amine_projection p = from_to(A, A, AMINE_CONNECT_ALL);
  p.velocity = 1;
  join(b, &p);
  p.velocity = 1e-300; /* longer than any number of steps */
  REFUSED(amine_brain_run(b, 1, &error), "above 20000");
  CHECK(amine_brain_set_positions(b, A, near_by, &error));
  run(b, 1);
  amine_brain_destroy(b);
  b = create(1, 1);
  add_population(b, "A", 2, "lif", NULL, 0);
  CHECK(amine_brain_set_positions(b, A, near_by, &error));
  join(b, &p);
  REFUSED(amine_brain_run(b, 1, &error), "above 20000");
  amine_brain_destroy(b);
  b = create(1e-3, 1);
  add_population(b, "A", 2, "lif", NULL, 0);
  give_chemical(b, 1e-3);
  CHECK(amine_brain_target(b, 0, 0, 1e6, 0, &error));
  REFUSED(amine_brain_run(b, 1, &error), "steps of the chemical system");
  amine_brain_destroy(b);
  assert_null(amine_neuron_model(-1, NULL));
  assert_null(amine_neuron_parameter("nonsense", 0));
  assert_null(amine_synapse_rule_parameter("stdp", -1));
  amine_brain_destroy(NULL);
}

static void numbers_that_break_are_reported(void **state) {
  (void)state;
  amine_brain *b = create(1, 1);
  add_population(b, "quiet", 3, "lif", NULL, 0);
  const int p = add_population(b, "broken", 3, "izhikevich", NULL, 0), hit = 2;
  run(b, 5);
  CHECK(amine_brain_kick(b, p, &hit, 1, -3e38, &error));
  expect_failure(amine_brain_run(b, 5, &error), AMINE_ERROR_NUMERIC, &error,
                 "population broken, neuron 2");
  assert_int_equal(amine_brain_step(b), 10);
  expect_failure(amine_brain_run(b, 5, &error), AMINE_ERROR_NUMERIC, &error, "earlier run");
  assert_int_equal(amine_brain_step(b), 10);
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_spike_arrives_after_its_delay),
      cmocka_unit_test(what_synapses_bring),
      cmocka_unit_test(an_arrival_of_the_same_step_is_past),
      cmocka_unit_test(the_pause_after_a_spike),
      cmocka_unit_test(told_twice_fires_twice),
      cmocka_unit_test(only_what_is_recorded_waits),
      cmocka_unit_test(modulators_scale_what_comes_in),
      cmocka_unit_test(serotonin_raises_the_threshold),
      cmocka_unit_test(modulators_scale_what_is_learned),
      cmocka_unit_test(the_chemistry_goes_on_between_runs),
      cmocka_unit_test(levels_are_felt_late_and_filtered),
      cmocka_unit_test(scaling_follows_the_rate),
      cmocka_unit_test(decay_is_exponential),
      cmocka_unit_test(loss_is_subtractive),
      cmocka_unit_test(a_small_loss_adds_up),
      cmocka_unit_test(the_reward_finds_the_synapse),
      cmocka_unit_test(scaling_reaches_what_is_pending),
      cmocka_unit_test(set_weights_hold),
      cmocka_unit_test(rewards_reach_the_right_synapses),
      cmocka_unit_test(a_chance_for_each_pair),
      cmocka_unit_test(so_many_targets),
      cmocka_unit_test(so_many_sources),
      cmocka_unit_test(all_and_one_to_one_and_listed),
      cmocka_unit_test(nearer_is_likelier),
      cmocka_unit_test(weights_and_delays_are_uniform),
      cmocka_unit_test(poisson_input_is_poisson),
      cmocka_unit_test(noise_is_uniform),
      cmocka_unit_test(sources_fire_at_their_rate),
      cmocka_unit_test(sources_are_poisson),
      cmocka_unit_test(spikes_of_one_step_all_arrive),
      cmocka_unit_test(spikes_of_one_step_are_seen_each),
      cmocka_unit_test(rows_may_be_few),
      cmocka_unit_test(rare_connections_are_as_rare_as_they_should_be),
      cmocka_unit_test(every_refusal_has_a_sentence_and_changes_nothing),
      cmocka_unit_test(other_refusals),
      cmocka_unit_test(numbers_that_break_are_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
