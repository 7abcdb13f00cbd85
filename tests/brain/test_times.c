/* Every time of a brain at steps that divide it and at steps that do not: it is taken as the
 * nearest whole number of steps, what is not exact is said, and time constants do not depend on
 * it. */
#include "base/memory.h"
#include "brain/replay.h"

static amine_error error;

#define CHECK(call) good((call), &error)

static amine_brain *create(double dt_ms) {
  amine_brain *b;
  CHECK(amine_brain_create(&b, dt_ms, 1, &error));
  return b;
}

static amine_projection from_to(int source, int target) {
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = AMINE_CONNECT_ALL;
  return p;
}

static int join(amine_brain *b, const amine_projection *p) {
  int id;
  CHECK(amine_brain_connect(b, &id, p, &error));
  return id;
}

static void tell(amine_brain *b, int population, double time_ms) {
  const int zero = 0;
  CHECK(amine_brain_add_spikes(b, population, &zero, &time_ms, 1, &error));
}

/* Steps of the recorded spikes of a population, at most n; returns how many there are. */
static size_t spikes_of(amine_brain *b, int population, uint64_t *out, size_t n) {
  size_t found = 0;
  while (amine_brain_n_spikes(b) > 0) {
    uint64_t step;
    int from;
    amine_brain_read_spikes(b, &step, &from, NULL, 1);
    if (from == population && found < n) out[found++] = step;
  }
  return found;
}

static float weight(amine_brain *b, int projection) {
  float w;
  CHECK(amine_brain_synapses(b, projection, "w", NULL, NULL, NULL, &w, &error));
  return w;
}

/* ------------------------------------------------------------------------- what is measured */
/* Each answers the number of steps that a time of `ms` came to; `note` is what it is called. */
static uint64_t told(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  const int a = add_population(b, "a", 1, "spikes", NULL, 0);
  uint64_t step = UINT64_MAX;
  tell(b, a, ms);
  run(b, 3000);
  assert_int_equal(spikes_of(b, a, &step, 1), 1);
  am_text_puts(notes, amine_brain_notes(b));
  amine_brain_destroy(b);
  return step;
}

static uint64_t delay(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  const int a = add_population(b, "a", 1, "spikes", NULL, 0);
  const int c = add_population(b, "c", 1, "lif", NULL, 0);
  amine_projection p = from_to(a, c);
  uint64_t step = 0;
  p.weight = 1000, p.delay_ms = ms;
  join(b, &p);
  tell(b, a, 0);
  run(b, 3000);
  assert_int_equal(spikes_of(b, c, &step, 1), 1);
  am_text_puts(notes, amine_brain_notes(b));
  amine_brain_destroy(b);
  return step;
}

static uint64_t refractory(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  const amine_value value = {"refractory_ms", ms};
  const int c = add_population(b, "c", 1, "lif", &value, 1);
  uint64_t steps[2] = {0};
  CHECK(amine_brain_set_current(b, c, 1e6, 0, &error));
  run(b, 3000);
  assert_int_equal(spikes_of(b, c, steps, 2), 2);
  am_text_puts(notes, amine_brain_notes(b));
  amine_brain_destroy(b);
  return steps[1] - steps[0] - 1;
}

/* When a weight is first scaled toward the rate that its silent target does not have. */
static uint64_t window(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  const amine_value values[] = {
      {"target_rate_hz", 10}, {"time_window_ms", ms}, {"scaling_rate", 0.5}};
  const int c = add_population(b, "c", 1, "lif", NULL, 0);
  amine_projection p = from_to(c, c);
  p.values = values, p.n_values = 3, p.delay_ms = dt_ms, p.self_connections = 1;
  const int id = join(b, &p);
  while (weight(b, id) == 1) run(b, 1);
  const uint64_t step = amine_brain_step(b) - 1; /* it is scaled as that step begins */
  assert_true(weight(b, id) == 1.5f);
  am_text_puts(notes, amine_brain_notes(b));
  amine_brain_destroy(b);
  return step;
}

/* When the levels first reach a population, in steps of the chemical system of one step each. */
static uint64_t arrival(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.dopamine.decay_rate = 0;
  const int a = add_population(b, "a", 1, "spikes", NULL, 0);
  const int c = add_population(b, "c", 1, "spikes", NULL, 0);
  const amine_value eta = {"a_plus", 1};
  amine_projection p = from_to(a, c);
  p.rule = "stdp", p.values = &eta, p.n_values = 1, p.weight = 0, p.delay_ms = dt_ms;
  p.factor = AMINE_FACTOR_SIGNED;
  const int id = join(b, &p);
  assert_int_equal(amine_chemical_init(&chemical, &config), AMINE_OK);
  CHECK(amine_brain_set_chemical(b, &chemical, dt_ms, &error));
  CHECK(amine_brain_target(b, c, AMINE_EFFECT_LEARNING, ms, 0, &error));
  for (int k = 0; k < 400; k++) {
    tell(b, a, k * dt_ms);
    tell(b, c, (k + 1) * dt_ms);
  }
  run(b, 1);
  amine_chemical_process_reward(amine_brain_chemical(b), 0.5f, 0); /* felt from step 1 on */
  while (weight(b, id) == 0) run(b, 1);
  am_text_puts(notes, amine_brain_notes(b));
  const uint64_t step = amine_brain_step(b) - 3; /* the first late level is that of step 2 */
  amine_brain_destroy(b);
  return step;
}

/* When eligibility first becomes weight. */
static uint64_t reading(double ms, double dt_ms, am_text *notes) {
  amine_brain *b = create(dt_ms);
  const amine_value values[] = {{"read_ms", ms}, {"a_plus", 1}};
  const int a = add_population(b, "a", 1, "spikes", NULL, 0);
  const int c = add_population(b, "c", 1, "spikes", NULL, 0);
  amine_projection p = from_to(a, c);
  p.rule = "da-stdp", p.values = values, p.n_values = 2, p.weight = 0, p.delay_ms = dt_ms;
  const int id = join(b, &p);
  tell(b, a, 0);
  tell(b, c, dt_ms);
  run(b, 2);
  CHECK(amine_brain_reward(b, 1, &error));
  while (weight(b, id) == 0) run(b, 1);
  am_text_puts(notes, amine_brain_notes(b));
  const uint64_t step = amine_brain_step(b);
  amine_brain_destroy(b);
  return step;
}

static void every_time_is_the_nearest_number_of_steps(void **state) {
  static const struct {
    const char *key;
    uint64_t (*measured)(double ms, double dt_ms, am_text *notes);
  } keys[] = {{"a: times_ms", told},           {"a-c: delay_ms", delay},
              {"c: refractory_ms", refractory}, {"c-c: time_window_ms", window},
              {"targets of c: delay_ms", arrival}, {"a-c: read_ms", reading}};
  static const struct {
    double ms, dt_ms;
    uint64_t steps;
    bool exact;
  } rows[] = {{5, 1, 5, true},   {5, 0.7, 7, false},  {5, 0.3, 17, false}, {5, 2, 3, false},
              {20, 0.1, 200, true}, {12.5, 1, 13, false}, {100, 0.3, 333, false},
              {7, 0.7, 10, true}, {4.9, 0.7, 7, true}, {3.5, 0.1, 35, true}};
  (void)state;
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
      am_text notes = {0};
      const uint64_t steps = keys[k].measured(rows[r].ms, rows[r].dt_ms, &notes);
      const bool said = notes.data && strstr(notes.data, keys[k].key);
      if (steps != rows[r].steps || said == rows[r].exact)
        fail_msg("%s=%g at steps of %g ms: %llu steps; %s", keys[k].key, rows[r].ms, rows[r].dt_ms,
                 (unsigned long long)steps, notes.data ? notes.data : "nothing said");
      am_text_free(&notes);
    }
}

/* ------------------------------------------------------------------------- time constants */
/* A level that starts at 1 with its baseline at 0.5, after about `ms`, and how long that was. */
static double level_after(double ms, double dt_ms, double step_ms, float tau_ms, float decay_rate,
                          double *real_ms) {
  amine_brain *b = create(dt_ms);
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.dopamine.tau_ms = tau_ms, config.dopamine.decay_rate = decay_rate;
  add_population(b, "c", 1, "lif", NULL, 0);
  assert_int_equal(amine_chemical_init(&chemical, &config), AMINE_OK);
  CHECK(amine_brain_set_chemical(b, &chemical, step_ms, &error));
  amine_chemical_process_reward(amine_brain_chemical(b), 0.5f, 0);
  const double every = nearbyint(step_ms / dt_ms);
  run(b, (uint64_t)(every * nearbyint(ms / (every * dt_ms))));
  *real_ms = (double)amine_brain_step(b) * dt_ms;
  const double level = (double)amine_brain_chemical(b)->dopamine.level.value;
  amine_brain_destroy(b);
  return level;
}

static void time_constants_do_not_depend_on_the_step(void **state) {
  static const double steps[][2] = {{1, 1},    {0.7, 1}, {1, 10},   {0.3, 1},
                                    {0.1, 0.1}, {3, 7},  {0.7, 50}, {100, 100}};
  double ms;
  (void)state;
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
    const double dt = steps[k][0], step = steps[k][1];
    const double found = level_after(200, dt, step, 200, 0.1f, &ms);
    if (fabs(found - (0.5 + 0.5 * exp(-ms / 200))) > 1e-6)
      fail_msg("dt %g, step_ms %g: %g after %g ms", dt, step, found, ms);
    /* linear decay: 0.001 in each step of step_ms as it was meant */
    const double linear = level_after(20 * step, dt, step, 0, 0.001f, &ms);
    if (fabs(linear - (1 - 0.001 * ms / step)) > 1e-6)
      fail_msg("dt %g, step_ms %g: %g after %g ms, linear", dt, step, linear, ms);
  }
}

static void steps_of_a_chemical_system_are_checked(void **state) {
  amine_chemical c, before;
  (void)state;
  assert_int_equal(amine_chemical_init(&c, NULL), AMINE_OK);
  before = c;
  const float bad[] = {0, -1, 1e-4f, 2e9f, NAN, INFINITY};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    assert_int_equal(amine_chemical_set_step(&c, bad[k], 1), AMINE_ERROR_ARGUMENT);
    assert_int_equal(amine_chemical_set_step(&c, 1, bad[k]), AMINE_ERROR_ARGUMENT);
  }
  assert_memory_equal(&c, &before, sizeof c);
  assert_int_equal(amine_chemical_set_step(&c, 3, 1), AMINE_OK);
  assert_true(c.dopamine.level.rate == 3 * 0.1f);
  assert_int_equal(amine_chemical_set_step(&c, 30, 1), AMINE_OK);
  assert_true(c.dopamine.level.rate == 1);
  assert_int_equal(amine_chemical_set_step(&c, 1, 1), AMINE_OK);
  assert_memory_equal(&c, &before, sizeof c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_time_is_the_nearest_number_of_steps),
      cmocka_unit_test(time_constants_do_not_depend_on_the_step),
      cmocka_unit_test(steps_of_a_chemical_system_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
