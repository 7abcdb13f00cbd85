/* The chemical modulators: each equation with figures worked out by hand, decay, clamps, memory of
 * events, numbers that are none, a random scenario against tests/reference/chemical.py, JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/chemical.h"
#include "amine/chemical_json.h"
#include "amine/memory.h"
#include "json_memory.h"

/* within 1e-6, of the number where that is above 1 */
#define NEAR(a, b) assert_true(fabs((double)(a) - (double)(b)) <= 1e-6 * fmax(1, fabs((double)(b))))
#define EXACT(a, b) assert_true((a) == (b))
#define REFUSED(call) assert_int_equal(call, AMINE_ERROR_ARGUMENT)
#define OK(call) assert_int_equal(call, AMINE_OK)

static const float none[] = {NAN, INFINITY, -INFINITY};

/* ------------------------------------------------------------------------- equations */

static void dopamine_equations(void **state) {
  (void)state;
  amine_dopamine d;
  OK(amine_dopamine_init(&d, NULL));
  EXACT(amine_dopamine_level(&d), 0.5f);
  EXACT(amine_dopamine_learning_rate(&d), 1.0f);
  EXACT(amine_dopamine_signed(&d), 0.0f);
  NEAR(amine_dopamine_update(&d, 1.0f, 0.6f), 0.4);
  NEAR(amine_dopamine_level(&d), 0.9);
  NEAR(amine_dopamine_learning_rate(&d), 1.8);
  NEAR(amine_dopamine_modulate(&d, 0.01f) * 1000, 18);
  NEAR(amine_dopamine_modulate(&d, -0.01f) * 1000, -18);
  NEAR(amine_dopamine_signed(&d), 0.4);
  NEAR(amine_dopamine_update(&d, 0.2f, 0.6f), -0.4);
  NEAR(amine_dopamine_level(&d), 0.1);
  NEAR(amine_dopamine_modulate(&d, 0.01f) * 1000, 2);
  NEAR(amine_dopamine_signed(&d), -0.4); /* a dip: less than expected */
  EXACT(amine_dopamine_update(&d, 7.0f, 1.0f), 6.0f);
  EXACT(amine_dopamine_level(&d), 1.0f);
  EXACT(amine_dopamine_signed(&d), 0.5f);
  EXACT(amine_dopamine_update(&d, 0.0f, 6.0f), -6.0f);
  EXACT(amine_dopamine_level(&d), 0.0f);
  EXACT(amine_dopamine_update(&d, 3.0f, 3.0f), 0.0f); /* as expected: the baseline */
  EXACT(amine_dopamine_level(&d), 0.5f);
}

static void serotonin_equations(void **state) {
  (void)state;
  amine_serotonin s;
  OK(amine_serotonin_init(&s, NULL));
  EXACT(amine_serotonin_inhibition(&s), 0.25f);
  OK(amine_serotonin_update(&s, 0.4f, 0.2f));
  NEAR(amine_serotonin_level(&s), 0.2);
  NEAR(amine_serotonin_inhibition(&s), 0.1);
  NEAR(amine_serotonin_modulate_threshold(&s, 10.0f), 11.0);
  OK(amine_serotonin_update(&s, -0.6f, 0.0f));
  NEAR(amine_serotonin_level(&s), 0.8);
  NEAR(amine_serotonin_modulate_threshold(&s, 10.0f), 14.0);
  NEAR(amine_serotonin_modulate_membrane(&s, -65.0f, -50.0f), -44.0);
  OK(amine_serotonin_update(&s, 1.0f, 1.0f));
  EXACT(amine_serotonin_level(&s), 0.0f);
  EXACT(amine_serotonin_modulate_threshold(&s, 10.0f), 10.0f);
  OK(amine_serotonin_update(&s, 3e38f, 3e38f)); /* their sum is more than a float can hold */
  EXACT(amine_serotonin_level(&s), 0.0f);
  OK(amine_serotonin_update(&s, -3e38f, -3e38f));
  EXACT(amine_serotonin_level(&s), 1.0f);
}

/* More serotonin is never an easier threshold, whatever the units and signs. */
static void thresholds_rise(void **state) {
  (void)state;
  const float rests[] = {-65, 0, -70, 0, 0.5f, -50, 10},
              thresholds[] = {-50, -50, -55, 10, 1, -65, -3};
  amine_serotonin s;
  OK(amine_serotonin_init(&s, NULL));
  for (size_t k = 0; k < sizeof rests / sizeof *rests; k++) {
    OK(amine_serotonin_clamp(&s, 0));
    float before[2] = {amine_serotonin_modulate_threshold(&s, thresholds[k]),
                       amine_serotonin_modulate_membrane(&s, rests[k], thresholds[k])};
    EXACT(before[0], thresholds[k]);
    EXACT(before[1], thresholds[k]);
    for (int level = 1; level <= 8; level++) {
      OK(amine_serotonin_clamp(&s, (float)level / 8));
      const float now[2] = {amine_serotonin_modulate_threshold(&s, thresholds[k]),
                            amine_serotonin_modulate_membrane(&s, rests[k], thresholds[k])};
      assert_true(now[0] > before[0] && now[1] > before[1]);
      memcpy(before, now, sizeof now);
    }
  }
}

static void norepinephrine_equations(void **state) {
  (void)state;
  amine_norepinephrine n;
  OK(amine_norepinephrine_init(&n, NULL));
  EXACT(amine_norepinephrine_gain(&n), 2.0f);
  OK(amine_norepinephrine_update(&n, 0.5f, 0.3f));
  NEAR(amine_norepinephrine_level(&n), 0.9);
  NEAR(amine_norepinephrine_gain(&n), 2.8);
  NEAR(amine_norepinephrine_modulate_input(&n, 5.0f), 14.0);
  NEAR(amine_norepinephrine_modulate_input(&n, -5.0f), -14.0);
  OK(amine_norepinephrine_update(&n, 1.0f, 1.0f));
  EXACT(amine_norepinephrine_level(&n), 1.0f);
  OK(amine_norepinephrine_update(&n, -1.0f, -1.0f));
  EXACT(amine_norepinephrine_gain(&n), 1.0f);
}

static void acetylcholine_equations(void **state) {
  (void)state;
  amine_acetylcholine a;
  OK(amine_acetylcholine_init(&a, NULL));
  EXACT(amine_acetylcholine_plasticity(&a), 1.75f);
  EXACT(amine_acetylcholine_sensory(&a, 2.0f), 2.5f);
  OK(amine_acetylcholine_update(&a, 0.4f, 0.2f));
  NEAR(amine_acetylcholine_level(&a), 0.8);
  NEAR(amine_acetylcholine_plasticity(&a), 2.2);
  NEAR(amine_acetylcholine_sensory(&a, 2.0f), 2.8);
  OK(amine_acetylcholine_update(&a, -1.0f, 0.0f));
  EXACT(amine_acetylcholine_plasticity(&a), 1.0f);
}

static void orexin_equations(void **state) {
  (void)state;
  amine_orexin o;
  OK(amine_orexin_init(&o, NULL));
  EXACT(amine_orexin_arousal(&o), 1.0f);
  assert_false(amine_orexin_promotes_wakefulness(&o));
  OK(amine_orexin_update(&o, 0.8f, 0.2f));
  NEAR(amine_orexin_level(&o), 0.8);
  NEAR(amine_orexin_arousal(&o), 1.6);
  assert_true(amine_orexin_promotes_wakefulness(&o));
  OK(amine_orexin_update(&o, 0.2f, 0.8f));
  NEAR(amine_orexin_level(&o), 0.2);
  assert_false(amine_orexin_promotes_wakefulness(&o));
  OK(amine_orexin_clamp(&o, 0.6f)); /* more than 0.6, not 0.6 */
  assert_false(amine_orexin_promotes_wakefulness(&o));
  OK(amine_orexin_clamp(&o, nextafterf(0.6f, 1)));
  assert_true(amine_orexin_promotes_wakefulness(&o));
}

/* Every value of a configuration is used, and by its own system. */
static void configurations_count(void **state) {
  (void)state;
  amine_chemical_config f = amine_chemical_config_default();
  f.dopamine.learning_rate_modulation = 3;
  f.serotonin.inhibition_strength = 1;
  f.norepinephrine.gain_modulation = 4;
  f.acetylcholine.plasticity_modulation = 6;
  f.acetylcholine.attention_gain = 2;
  f.orexin.arousal_strength = 5;
  f.dopamine.baseline = f.serotonin.baseline = f.norepinephrine.baseline = 0.25f;
  f.acetylcholine.baseline = f.orexin.baseline = 0.75f;
  f.dopamine.decay_rate = 0.125f;
  amine_chemical c;
  OK(amine_chemical_init(&c, &f));
  EXACT(amine_dopamine_learning_rate(&c.dopamine), 0.75f);
  EXACT(amine_serotonin_inhibition(&c.serotonin), 0.25f);
  EXACT(amine_norepinephrine_gain(&c.norepinephrine), 2.0f);
  EXACT(amine_acetylcholine_plasticity(&c.acetylcholine), 5.5f);
  EXACT(amine_acetylcholine_sensory(&c.acetylcholine, 2.0f), 5.0f);
  EXACT(amine_orexin_arousal(&c.orexin), 3.75f);
  amine_chemical_process_reward(&c, 0.5f, 0.0f);
  amine_chemical_step(&c);
  EXACT(amine_dopamine_level(&c.dopamine), 0.625f);
}

/* ------------------------------------------------------------------------- decay */

static void linear_decay_stops_at_the_baseline(void **state) {
  (void)state;
  const float above[] = {0.9f, 0.8f, 0.7f, 0.6f, 0.5f, 0.5f},
              below[] = {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.5f};
  amine_dopamine d;
  OK(amine_dopamine_init(&d, NULL));
  for (int side = 0; side < 2; side++) {
    const float *expected = side ? below : above;
    amine_dopamine_update(&d, side ? -0.4f : 0.4f, 0);
    for (int k = 0; k < 6; k++) {
      NEAR(amine_dopamine_level(&d), expected[k]);
      amine_dopamine_step(&d);
    }
    EXACT(amine_dopamine_level(&d), 0.5f);
    EXACT(amine_dopamine_signed(&d), 0.0f);
  }
  for (int rate = 0; rate <= 20; rate++) { /* rates that fit in and rates that do not */
    const amine_dopamine_config f = {
        .baseline = 0.3f, .decay_rate = 0.03f * (float)rate, .step_ms = 1};
    OK(amine_dopamine_init(&d, &f));
    for (int side = -1; side <= 1; side += 2) {
      amine_dopamine_update(&d, (float)side, 0);
      float before = amine_dopamine_level(&d);
      EXACT(before, side < 0 ? 0.0f : 1.0f);
      for (int k = 0; k < 50; k++) {
        amine_dopamine_step(&d);
        const float now = amine_dopamine_level(&d);
        assert_true(side < 0 ? now >= before && now <= 0.3f : now <= before && now >= 0.3f);
        before = now;
      }
      EXACT(before, rate ? 0.3f : side < 0 ? 0.0f : 1.0f);
    }
  }
}

/* Steps of which a float near 1 sees nothing. */
static void small_steps_add_up(void **state) {
  (void)state;
  const amine_orexin_config f = {.baseline = 0, .decay_rate = 1e-8f, .step_ms = 1};
  amine_orexin o;
  OK(amine_orexin_init(&o, &f));
  OK(amine_orexin_update(&o, 2, 0));
  for (int k = 0; k < 5000000; k++) amine_orexin_step(&o);
  NEAR(amine_orexin_level(&o), 0.95);
}

static void exponential_decay(void **state) {
  (void)state;
  const float tau[] = {2, 50, 1000, 3600e3f}; /* up to an hour */
  const int steps[] = {20, 500, 5000, 3600000};
  for (int k = 0; k < 4; k++) {
    const amine_serotonin_config f = {.baseline = 0.25f, .tau_ms = tau[k], .step_ms = 1};
    amine_serotonin s;
    OK(amine_serotonin_init(&s, &f));
    for (int side = -1; side <= 1; side += 2) {
      OK(amine_serotonin_update(&s, side > 0 ? -1.5f : 0.5f, 0));
      const double away = (double)amine_serotonin_level(&s) - 0.25;
      for (int i = 1; i <= steps[k]; i++) {
        amine_serotonin_step(&s);
        assert_true((double)side * ((double)amine_serotonin_level(&s) - 0.25) >= 0);
        if (i == 1 || i == steps[k])
          NEAR(amine_serotonin_level(&s), 0.25 + away * exp(-(double)i / (double)tau[k]));
      }
    }
  }
}

/* An event starts afresh: what rounding kept from the decay before it is gone. */
static void an_event_forgets_the_past(void **state) {
  (void)state;
  const amine_dopamine_config f = {.baseline = 0.3f, .tau_ms = 7, .step_ms = 1};
  amine_dopamine d;
  int with_carry = 0;
  OK(amine_dopamine_init(&d, &f));
  for (int k = 0; k < 20; k++) {
    amine_dopamine_update(&d, 0.6f, 0);
    EXACT(d.level.carry, 0.0f);
    for (int i = 0; i <= k; i++) amine_dopamine_step(&d);
    if (d.level.carry != 0) with_carry++;
  }
  assert_true(with_carry > 0);
}

/* It comes to rest: no subnormal numbers, and zero in the end. */
static void exponential_decay_ends(void **state) {
  (void)state;
  const amine_dopamine_config f = {.baseline = 0.5f, .tau_ms = 5, .step_ms = 1};
  amine_dopamine d;
  OK(amine_dopamine_init(&d, &f));
  amine_dopamine_update(&d, 0.25f, 0);
  for (int k = 0; k < 100; k++) amine_dopamine_step(&d);
  assert_true(fabs((double)amine_dopamine_signed(&d) / (0.25 * exp(-20)) - 1) < 1e-5);
  for (int k = 0; k < 300; k++) {
    amine_dopamine_step(&d);
    assert_true(amine_dopamine_signed(&d) == 0 || amine_dopamine_signed(&d) > 1e-32f);
  }
  EXACT(amine_dopamine_signed(&d), 0.0f);
  EXACT(amine_dopamine_level(&d), 0.5f);
}

/* level.rate is 1 - exp(-step / tau), within 3 units in the last place as chemical.c says. */
static void share_of_a_step(void **state) {
  (void)state;
  double worst = 0;
  for (int k = 0; k <= 200000; k++) {
    const double x = 1e-12 * exp(k * (log(40.0) - log(1e-12)) / 200000);
    amine_dopamine_config f = amine_dopamine_config_default();
    f.tau_ms = x < 1e-3 ? 1e9f : 1000.0f;
    f.step_ms = (float)(x * (double)f.tau_ms);
    if (f.step_ms < AMINE_CHEMICAL_MS_MIN) f.step_ms = AMINE_CHEMICAL_MS_MIN;
    amine_dopamine d;
    OK(amine_dopamine_init(&d, &f));
    const float ratio = f.step_ms / f.tau_ms;
    const double truth = -expm1(-(double)ratio);
    const double ulp = exp2(floor(log2(truth)) - 23);
    const double off = fabs((double)d.level.rate - truth) / ulp;
    if (off > worst) worst = off;
    assert_true(d.level.rate <= 1);
  }
  assert_true(worst > 0 && worst <= 3);
}

/* ------------------------------------------------------------------------- memory, clamps, NaN */

static void the_last_hundred_events(void **state) {
  (void)state;
  amine_dopamine d;
  amine_chemical_event e = {7, 7};
  OK(amine_dopamine_init(&d, NULL));
  assert_false(amine_dopamine_event(&d, &e, 0));
  EXACT(e.first, 7.0f);
  amine_dopamine_update(&d, 0, 0.5f);
  assert_true(amine_dopamine_event(&d, &e, 0));
  assert_false(amine_dopamine_event(&d, &e, 1));
  for (int k = 1; k <= 100; k++) amine_dopamine_update(&d, (float)k, 0.5f);
  assert_int_equal(d.level.event_count, 101);
  for (uint32_t k = 0; k < 100; k++) {
    assert_true(amine_dopamine_event(&d, &e, k));
    EXACT(e.first, 100.0f - (float)k);
    EXACT(e.second, 0.5f);
  }
  assert_false(amine_dopamine_event(&d, &e, 100)); /* the first one, 0, is forgotten */
  assert_false(amine_dopamine_event(&d, &e, UINT32_MAX));
  d.level.event_count = UINT32_MAX; /* after more events than it can count */
  amine_dopamine_update(&d, 101, 0);
  assert_int_equal(d.level.event_count, UINT32_MAX);
  assert_true(amine_dopamine_event(&d, &e, 0));
  EXACT(e.first, 101.0f);
  assert_true(amine_dopamine_event(&d, &e, 99));
  EXACT(e.first, 2.0f);
}

static void every_system_remembers(void **state) {
  (void)state;
  amine_chemical c;
  amine_chemical_event e[5];
  OK(amine_chemical_init(&c, NULL));
  amine_chemical_process_reward(&c, 1, 2);
  OK(amine_chemical_process_punishment(&c, 3, 4));
  OK(amine_chemical_process_uncertainty(&c, 5, 6));
  OK(amine_chemical_process_attention(&c, 7, 8));
  OK(amine_chemical_process_circadian(&c, 9, 10));
  assert_true(amine_dopamine_event(&c.dopamine, &e[0], 0));
  assert_true(amine_serotonin_event(&c.serotonin, &e[1], 0));
  assert_true(amine_norepinephrine_event(&c.norepinephrine, &e[2], 0));
  assert_true(amine_acetylcholine_event(&c.acetylcholine, &e[3], 0));
  assert_true(amine_orexin_event(&c.orexin, &e[4], 0));
  for (int k = 0; k < 5; k++) {
    EXACT(e[k].first, 2 * (float)k + 1);
    EXACT(e[k].second, 2 * (float)k + 2);
  }
}

static void clamps_hold(void **state) {
  (void)state;
  amine_dopamine d;
  amine_chemical_event e;
  OK(amine_dopamine_init(&d, NULL));
  const amine_dopamine before = d;
  REFUSED(amine_dopamine_clamp(&d, 1.001f));
  REFUSED(amine_dopamine_clamp(&d, -0.001f));
  for (int k = 0; k < 3; k++) REFUSED(amine_dopamine_clamp(&d, none[k]));
  assert_memory_equal(&d, &before, sizeof d);
  OK(amine_dopamine_clamp(&d, 0.25f));
  EXACT(amine_dopamine_update(&d, 1, 0.25f), 0.75f);
  EXACT(amine_dopamine_level(&d), 0.25f);
  EXACT(amine_dopamine_signed(&d), -0.25f);
  for (int k = 0; k < 10; k++) amine_dopamine_step(&d);
  EXACT(amine_dopamine_level(&d), 0.25f);
  assert_true(amine_dopamine_event(&d, &e, 0));
  EXACT(e.first, 1.0f);
  amine_dopamine_unclamp(&d);
  EXACT(amine_dopamine_level(&d), 0.25f);
  amine_dopamine_step(&d);
  NEAR(amine_dopamine_level(&d), 0.35);
  amine_dopamine_update(&d, 0.25f, 0);
  EXACT(amine_dopamine_level(&d), 0.75f);
}

/* The other four, for the functions that only pass on. */
static void clamps_hold_everywhere(void **state) {
  (void)state;
  amine_chemical c;
  OK(amine_chemical_init(&c, NULL));
  OK(amine_serotonin_clamp(&c.serotonin, 0.75f));
  OK(amine_norepinephrine_clamp(&c.norepinephrine, 0.75f));
  OK(amine_acetylcholine_clamp(&c.acetylcholine, 0.75f));
  OK(amine_orexin_clamp(&c.orexin, 0.75f));
  for (int round = 0; round < 2; round++) {
    OK(amine_chemical_process_punishment(&c, 0.5f, 0));
    OK(amine_chemical_process_uncertainty(&c, 1, 0));
    OK(amine_chemical_process_attention(&c, 1, 0));
    OK(amine_chemical_process_circadian(&c, 1, 0));
    const float held = 0.75f;
    EXACT(amine_serotonin_level(&c.serotonin), round ? 0.25f : held);
    EXACT(amine_norepinephrine_level(&c.norepinephrine), round ? 1.0f : held);
    EXACT(amine_acetylcholine_level(&c.acetylcholine), round ? 1.0f : held);
    EXACT(amine_orexin_level(&c.orexin), round ? 1.0f : held);
    amine_serotonin_step(&c.serotonin);
    amine_norepinephrine_step(&c.norepinephrine);
    amine_acetylcholine_step(&c.acetylcholine);
    amine_orexin_step(&c.orexin);
    NEAR(amine_serotonin_level(&c.serotonin), round ? 0.35f : held);
    NEAR(amine_norepinephrine_level(&c.norepinephrine), round ? 0.9f : held);
    NEAR(amine_acetylcholine_level(&c.acetylcholine), round ? 0.9f : held);
    NEAR(amine_orexin_level(&c.orexin), round ? 0.9f : held);
    amine_serotonin_unclamp(&c.serotonin);
    amine_norepinephrine_unclamp(&c.norepinephrine);
    amine_acetylcholine_unclamp(&c.acetylcholine);
    amine_orexin_unclamp(&c.orexin);
  }
}

static void none_change_nothing(amine_chemical c) {
  const amine_chemical before = c;
  for (int k = 0; k < 6; k++) {
    const float a = k < 3 ? none[k] : 0.5f, b = k < 3 ? 0.5f : none[k - 3];
    const float delta = amine_chemical_process_reward(&c, a, b);
    assert_true(isnan(delta) || isinf(delta));
    REFUSED(amine_chemical_process_punishment(&c, a, b));
    REFUSED(amine_chemical_process_uncertainty(&c, a, b));
    REFUSED(amine_chemical_process_attention(&c, a, b));
    REFUSED(amine_chemical_process_circadian(&c, a, b));
  }
  assert_memory_equal(&c, &before, sizeof c);
}

static void numbers_that_are_none_change_nothing(void **state) {
  (void)state;
  amine_chemical c;
  amine_chemical_config f = amine_chemical_config_default();
  OK(amine_chemical_init(&c, &f));
  amine_chemical_process_reward(&c, 0.25f, 0);
  OK(amine_chemical_process_punishment(&c, 0.25f, 0));
  OK(amine_chemical_process_uncertainty(&c, 0.25f, 0));
  none_change_nothing(c); /* two of the five are off */
  OK(amine_chemical_process_attention(&c, 0.25f, 0));
  OK(amine_chemical_process_circadian(&c, 0.25f, 0));
  none_change_nothing(c); /* all are on */
  f.dopamine_on = f.serotonin_on = f.norepinephrine_on = false;
  OK(amine_chemical_init(&c, &f));
  none_change_nothing(c); /* all are off */
  const float delta = amine_chemical_process_reward(&c, 3e38f, -3e38f);
  assert_true(isinf(delta)); /* an overflow of finite inputs is no refusal */
  EXACT(amine_dopamine_level(&c.dopamine), 1.0f);
}

#define REFUSE(type, field, value)                                                                 \
  do {                                                                                             \
    amine_##type system;                                                                           \
    memset(&system, 0x5a, sizeof system);                                                          \
    const amine_##type before = system;                                                            \
    amine_##type##_config f = amine_##type##_config_default();                                     \
    f.field = value;                                                                               \
    REFUSED(amine_##type##_init(&system, &f));                                                     \
    assert_memory_equal(&system, &before, sizeof system);                                          \
  } while (0)
#define REFUSE_RANGE(type, field, low, high)                                                       \
  do {                                                                                             \
    REFUSE(type, field, nextafterf(low, -INFINITY));                                               \
    REFUSE(type, field, nextafterf(high, INFINITY));                                               \
    for (int i = 0; i < 3; i++) REFUSE(type, field, none[i]);                                      \
    amine_##type system;                                                                           \
    amine_##type##_config f = amine_##type##_config_default();                                     \
    f.field = low;                                                                                 \
    OK(amine_##type##_init(&system, &f));                                                          \
    f.field = high;                                                                                \
    OK(amine_##type##_init(&system, &f));                                                          \
  } while (0)
#define REFUSE_SYSTEM(type, strength)                                                              \
  do {                                                                                             \
    REFUSE_RANGE(type, baseline, 0.0f, 1.0f);                                                      \
    REFUSE_RANGE(type, decay_rate, 0.0f, 1.0f);                                                    \
    REFUSE_RANGE(type, tau_ms, 0.001f, 1e9f);                                                      \
    REFUSE_RANGE(type, step_ms, 0.001f, 1e9f);                                                     \
    REFUSE(type, tau_ms, -1.0f);                                                                   \
    REFUSE_RANGE(type, strength, 0.0f, 1000.0f);                                                   \
    REFUSE_RANGE(chemical, type.baseline, 0.0f, 1.0f);                                             \
    REFUSE_RANGE(chemical, type.strength, 0.0f, 1000.0f);                                          \
  } while (0)

static void configurations_are_checked(void **state) {
  (void)state;
  REFUSE_SYSTEM(dopamine, learning_rate_modulation);
  REFUSE_SYSTEM(serotonin, inhibition_strength);
  REFUSE_SYSTEM(norepinephrine, gain_modulation);
  REFUSE_SYSTEM(acetylcholine, plasticity_modulation);
  REFUSE_SYSTEM(acetylcholine, attention_gain);
  REFUSE_SYSTEM(orexin, arousal_strength);
}

/* ------------------------------------------------------------------------- the whole system */

static void off_unless_used(void **state) {
  (void)state;
  amine_chemical c;
  float level = 7;
  OK(amine_chemical_init(&c, NULL));
  amine_chemical_process_reward(&c, 1, 0.6f);
  OK(amine_chemical_process_uncertainty(&c, 0, 1)); /* novelty does not switch it on */
  assert_false(c.acetylcholine_on || c.orexin_on);
  NEAR(amine_chemical_modulate_learning(&c, 0.01f) * 1000, 18); /* dopamine alone */
  assert_false(amine_chemical_get_state(&c, &level, "acetylcholine"));
  assert_false(amine_chemical_get_state(&c, &level, "orexin"));
  EXACT(level, 7.0f);
  OK(amine_chemical_process_attention(&c, 0.4f, 0.2f));
  assert_true(amine_chemical_get_state(&c, &level, "acetylcholine"));
  NEAR(level, 0.8);
  NEAR(amine_chemical_modulate_learning(&c, 0.01f) * 1000, 18 * 2.2);
  OK(amine_chemical_process_uncertainty(&c, 1, 0)); /* without novelty attention stays */
  NEAR(amine_acetylcholine_level(&c.acetylcholine), 0.8);
  OK(amine_chemical_process_uncertainty(&c, 0.2f, 0.6f));
  NEAR(amine_norepinephrine_level(&c.norepinephrine), 0.9);
  NEAR(amine_acetylcholine_level(&c.acetylcholine), 0.8);
  OK(amine_chemical_process_uncertainty(&c, 0.2f, 0.2f));
  NEAR(amine_acetylcholine_level(&c.acetylcholine), 0.6);
  OK(amine_chemical_process_circadian(&c, 0.8f, 0.2f));
  assert_true(amine_chemical_get_state(&c, &level, "orexin"));
  NEAR(level, 0.8);
}

static void all_switched_off(void **state) {
  (void)state;
  amine_chemical_config f = amine_chemical_config_default();
  f.dopamine_on = f.serotonin_on = f.norepinephrine_on = false;
  amine_chemical c;
  float input, threshold, level;
  OK(amine_chemical_init(&c, &f));
  EXACT(amine_chemical_modulate_learning(&c, 0.3f), 0.3f);
  amine_chemical_modulate_neuron_update(&c, &input, &threshold, 3, -65, -50);
  EXACT(input, 3.0f);
  EXACT(threshold, -50.0f);
  assert_false(amine_chemical_get_state(&c, &level, "dopamine"));
  EXACT(amine_chemical_process_reward(&c, 1, 1), 0.0f);
  assert_true(c.dopamine_on && !c.serotonin_on);
  OK(amine_chemical_process_punishment(&c, 0, 0));
  assert_true(c.serotonin_on && !c.norepinephrine_on);
  OK(amine_chemical_process_uncertainty(&c, 0, 0));
  assert_true(c.norepinephrine_on && !c.acetylcholine_on && !c.orexin_on);
}

static void the_state_by_name(void **state) {
  (void)state;
  amine_chemical c;
  float level = 7;
  OK(amine_chemical_init(&c, NULL));
  OK(amine_dopamine_clamp(&c.dopamine, 0.125f));
  OK(amine_serotonin_clamp(&c.serotonin, 0.25f));
  OK(amine_norepinephrine_clamp(&c.norepinephrine, 0.375f));
  const char *wrong[] = {"", "Dopamine", "dopamin", "dopamines", "oxytocin"};
  for (size_t k = 0; k < 5; k++) assert_false(amine_chemical_get_state(&c, &level, wrong[k]));
  EXACT(level, 7.0f);
  assert_true(amine_chemical_get_state(&c, &level, "dopamine"));
  EXACT(level, 0.125f);
  assert_true(amine_chemical_get_state(&c, &level, "serotonin"));
  EXACT(level, 0.25f);
  assert_true(amine_chemical_get_state(&c, &level, "norepinephrine"));
  EXACT(level, 0.375f);
}

static void a_neuron_s_step(void **state) {
  (void)state;
  amine_chemical c;
  float input, threshold;
  OK(amine_chemical_init(&c, NULL));
  OK(amine_chemical_process_uncertainty(&c, 0.5f, 0.3f));
  OK(amine_serotonin_clamp(&c.serotonin, 0.8f));
  amine_chemical_modulate_neuron_update(&c, &input, &threshold, 5, -65, -50);
  NEAR(input, 14.0);
  NEAR(threshold, -44.0);
  amine_chemical_modulate_neuron_update(&c, &input, &threshold, 5, 0, 10);
  NEAR(threshold, 14.0);
}

/* The worked example: 1,000 steps, and never a level outside [0, 1]. */
static void a_thousand_steps(void **state) {
  (void)state;
  amine_chemical c;
  OK(amine_chemical_init(&c, NULL));
  for (int t = 0; t < 1000; t++) {
    if (t % 100 == 0) amine_chemical_process_reward(&c, 1, 0.3f);
    if (t % 150 == 50) OK(amine_chemical_process_punishment(&c, 0.8f, 0.4f));
    if (t % 200 == 0) OK(amine_chemical_process_uncertainty(&c, 0.9f, 0.5f));
    if (t % 100 == 0) EXACT(amine_dopamine_level(&c.dopamine), 1.0f);
    if (t % 100 == 3) NEAR(amine_dopamine_level(&c.dopamine), 0.7);
    if (t % 100 == 40) EXACT(amine_dopamine_level(&c.dopamine), 0.5f);
    if (t % 150 == 51) NEAR(amine_serotonin_level(&c.serotonin), 0.1);
    if (t % 200 == 2) NEAR(amine_norepinephrine_level(&c.norepinephrine), 0.8);
    amine_chemical_step(&c);
  }
  assert_int_equal(c.dopamine.level.event_count, 10);
  assert_int_equal(c.serotonin.level.event_count, 7);
  assert_int_equal(c.norepinephrine.level.event_count, 5);
}

/* ------------------------------------------------------------------------- the reference */

static int numbers(const char *text, double *out, int most) {
  int n = 0;
  for (char *end; n < most; n++, text = end) {
    out[n] = strtod(text, &end);
    if (end == text) break;
  }
  return n;
}

/* config system on baseline decay_rate tau_ms step_ms strength gain */
static void set_config(amine_chemical_config *f, const double *v) {
  const float b = (float)v[2], rate = (float)v[3], tau = (float)v[4], step = (float)v[5],
              strength = (float)v[6];
  const bool on = v[1] > 0;
  switch ((int)v[0]) {
  case 0:
    f->dopamine = (amine_dopamine_config){b, rate, tau, step, strength};
    f->dopamine_on = on;
    break;
  case 1:
    f->serotonin = (amine_serotonin_config){b, rate, tau, step, strength};
    f->serotonin_on = on;
    break;
  case 2:
    f->norepinephrine = (amine_norepinephrine_config){b, rate, tau, step, strength};
    f->norepinephrine_on = on;
    break;
  case 3:
    f->acetylcholine = (amine_acetylcholine_config){b, rate, tau, step, strength, (float)v[7]};
    f->acetylcholine_on = on;
    break;
  default: f->orexin = (amine_orexin_config){b, rate, tau, step, strength}; f->orexin_on = on;
  }
}

static void do_event(amine_chemical *c, const double *v, int n) {
  const float a = (float)v[1], b = (float)v[2];
  switch ((int)v[0]) {
  case 0:
    assert_int_equal(n, 4);
    NEAR(amine_chemical_process_reward(c, a, b), v[3]);
    break;
  case 1: OK(amine_chemical_process_punishment(c, a, b)); break;
  case 2: OK(amine_chemical_process_uncertainty(c, a, b)); break;
  case 3: OK(amine_chemical_process_attention(c, a, b)); break;
  default: OK(amine_chemical_process_circadian(c, a, b));
  }
}

static void do_clamp(amine_chemical *c, int system, float level) {
  switch (system) {
  case 0: OK(amine_dopamine_clamp(&c->dopamine, level)); break;
  case 1: OK(amine_serotonin_clamp(&c->serotonin, level)); break;
  case 2: OK(amine_norepinephrine_clamp(&c->norepinephrine, level)); break;
  case 3: OK(amine_acetylcholine_clamp(&c->acetylcholine, level)); break;
  default: OK(amine_orexin_clamp(&c->orexin, level));
  }
}

static void do_unclamp(amine_chemical *c, int system) {
  switch (system) {
  case 0: amine_dopamine_unclamp(&c->dopamine); break;
  case 1: amine_serotonin_unclamp(&c->serotonin); break;
  case 2: amine_norepinephrine_unclamp(&c->norepinephrine); break;
  case 3: amine_acetylcholine_unclamp(&c->acetylcholine); break;
  default: amine_orexin_unclamp(&c->orexin);
  }
}

static void compare(const double *got, const double *expected, int n, int line) {
  for (int k = 0; k < n; k++) {
    if (fabs(got[k] - expected[k]) <= 1e-6 * fmax(1, fabs(expected[k]))) continue;
    fail_msg("chemical.txt line %d, number %d: %.9g instead of %.9g", line, k + 1, got[k],
             expected[k]);
  }
}

static void compare_levels(const amine_chemical *c, const double *expected, int line) {
  const double got[] = {
      (double)amine_dopamine_level(&c->dopamine), (double)amine_serotonin_level(&c->serotonin),
      (double)amine_norepinephrine_level(&c->norepinephrine),
      (double)amine_acetylcholine_level(&c->acetylcholine), (double)amine_orexin_level(&c->orexin)};
  compare(got, expected, 5, line);
  for (int k = 0; k < 5; k++) assert_true(got[k] >= 0 && got[k] <= 1);
}

static void compare_effects(const amine_chemical *c, const double *expected, int line) {
  float input, membrane;
  amine_chemical_modulate_neuron_update(c, &input, &membrane, -3, -65, -50);
  const double got[] = {(double)amine_chemical_modulate_learning(c, 0.5f),
                        (double)input,
                        (double)membrane,
                        (double)amine_serotonin_modulate_threshold(&c->serotonin, 10),
                        (double)amine_acetylcholine_sensory(&c->acetylcholine, 2),
                        (double)amine_orexin_arousal(&c->orexin)};
  compare(got, expected, 6, line);
}

static void the_reference_s_scenario(void **state) {
  (void)state;
  amine_chemical_config f = amine_chemical_config_default();
  amine_chemical c;
  char text[200];
  int events = 0, line = 0;
  FILE *file = fopen(TEST_DATA "/chemical.txt", "r");
  assert_non_null(file);
  while (fgets(text, sizeof text, file)) {
    double v[8];
    const char *rest = strchr(text, ' ') ? strchr(text, ' ') : "";
    const int n = numbers(rest, v, 8);
    line++;
    if (strncmp(text, "config ", 7) == 0 && n == 8) set_config(&f, v);
    else if (strcmp(text, "init\n") == 0) OK(amine_chemical_init(&c, &f));
    else if (strncmp(text, "event ", 6) == 0 && n >= 3) do_event(&c, v, n), events++;
    else if (strncmp(text, "clamp ", 6) == 0 && n == 2) do_clamp(&c, (int)v[0], (float)v[1]);
    else if (strncmp(text, "unclamp ", 8) == 0 && n == 1) do_unclamp(&c, (int)v[0]);
    else if (strncmp(text, "levels ", 7) == 0 && n == 5) compare_levels(&c, v, line);
    else if (strncmp(text, "effects ", 8) == 0 && n == 6) compare_effects(&c, v, line);
    else if (strncmp(text, "step ", 5) == 0 && n == 1)
      for (int k = 0; k < (int)v[0]; k++) amine_chemical_step(&c);
    else fail_msg("chemical.txt line %d is not understood: %s", line, text);
  }
  fclose(file);
  assert_true(events > 1000);
}

/* ------------------------------------------------------------------------- JSON */

static amine_status parse(amine_chemical *c, const char *text, amine_error *error) {
  return amine_chemical_from_json(c, text, strlen(text), error);
}

static void json_of_the_specification(void **state) {
  (void)state;
  amine_chemical c, standard;
  amine_error error;
  OK(parse(&c,
           "{\"dopamine\": {\"baseline\": 0.6, \"decay_rate\": 0.05, "
           "\"learning_rate_modulation\": 3.0}, \"acetylcholine\": {}}",
           &error));
  EXACT(amine_dopamine_level(&c.dopamine), 0.6f);
  EXACT(c.dopamine.level.rate, 0.05f);
  EXACT(c.dopamine.learning_rate_modulation, 3.0f);
  EXACT(c.serotonin.inhibition_strength, 0.5f);
  assert_true(c.dopamine_on && c.serotonin_on && c.norepinephrine_on && c.acetylcholine_on);
  assert_false(c.orexin_on);
  OK(parse(&c, "{}", &error));
  OK(amine_chemical_init(&standard, NULL));
  assert_memory_equal(&c, &standard, sizeof c);
}

static void json_every_key(void **state) {
  (void)state;
  amine_chemical c;
  amine_error error;
  OK(parse(&c,
           "{\"dopamine\": {\"tau_ms\": 100, \"step_ms\": 0.1, \"learning_rate_modulation\": 0},"
           " \"serotonin\": {\"baseline\": 0, \"decay_rate\": 1, \"inhibition_strength\": 7},"
           " \"norepinephrine\": {\"baseline\": 1, \"decay_rate\": 0, \"gain_modulation\": 1000},"
           " \"acetylcholine\": {\"plasticity_modulation\": 2.5, \"attention_gain\": 4},"
           " \"orexin\": {\"tau_ms\": 0.001, \"step_ms\": 1e9, \"arousal_strength\": 3}}",
           &error));
  assert_true(c.dopamine.level.exponential && c.orexin.level.exponential);
  NEAR(c.dopamine.level.rate * 1000, -1000 * expm1(-0.001));
  EXACT(c.dopamine.learning_rate_modulation, 0.0f);
  EXACT(c.serotonin.level.baseline, 0.0f);
  EXACT(c.serotonin.level.rate, 1.0f);
  EXACT(c.serotonin.inhibition_strength, 7.0f);
  EXACT(c.norepinephrine.level.baseline, 1.0f);
  EXACT(c.norepinephrine.level.rate, 0.0f);
  EXACT(c.norepinephrine.gain_modulation, 1000.0f);
  EXACT(c.acetylcholine.plasticity_modulation, 2.5f);
  EXACT(c.acetylcholine.attention_gain, 4.0f);
  EXACT(c.orexin.level.rate, 1.0f);
  EXACT(c.orexin.arousal_strength, 3.0f);
  assert_true(c.acetylcholine_on && c.orexin_on);
}

static const struct {
  const char *text, *sentence;
} bad[] = {
    {"{\"dopamine\": {\"baseline\": 1.5}}",
     "dopamine.baseline=1.5: it must be a number from 0 to 1"},
    {"{\"dopamine\": {\"baseline\": 1.0000000001}}",
     "dopamine.baseline=1.0000000001: it must be a number from 0 to 1"},
    {"{\"dopamine\": {\"baseline\": -1}}", "dopamine.baseline=-1: it must be a number from 0 to 1"},
    {"{\"serotonin\": {\"decay_rate\": 2}}",
     "serotonin.decay_rate=2: it must be a number from 0 to 1"},
    {"{\"orexin\": {\"tau_ms\": 0}}",
     "orexin.tau_ms=0: it must be a number from 0.001 to 1000000000"},
    {"{\"orexin\": {\"tau_ms\": 1, \"step_ms\": 1e10}}",
     "orexin.step_ms=1e+10: it must be a number from 0.001 to 1000000000"},
    {"{\"dopamine\": {\"learning_rate_modulation\": 1001}}",
     "dopamine.learning_rate_modulation=1001: it must be a number from 0 to 1000"},
    {"{\"serotonin\": {\"inhibition_strength\": -0.5}}",
     "serotonin.inhibition_strength=-0.5: it must be a number from 0 to 1000"},
    {"{\"norepinephrine\": {\"gain_modulation\": 1e300}}",
     "norepinephrine.gain_modulation=1e+300: it must be a number from 0 to 1000"},
    {"{\"acetylcholine\": {\"plasticity_modulation\": 99999}}",
     "acetylcholine.plasticity_modulation=99999: it must be a number from 0 to 1000"},
    {"{\"acetylcholine\": {\"attention_gain\": \"much\"}}",
     "acetylcholine.attention_gain: it must be a number from 0 to 1000"},
    {"{\"orexin\": {\"arousal_strength\": null}}",
     "orexin.arousal_strength: it must be a number from 0 to 1000"},
    {"{\"dopamine\": {\"baseline\": [0.5]}}", "dopamine.baseline: it must be a number from 0 to 1"},
    {"{\"dopamine\": {\"baseline\": true}}", "dopamine.baseline: it must be a number from 0 to 1"},
    {"{\"dopamine\": 0.5}", "dopamine must be an object such as {\"baseline\": 0.5}"},
    {"[]", "the modulators are a JSON object such as {\"dopamine\": {}}"},
    {"{\"dopamine\": {\"base_line\": 1}}",
     "unknown key \"dopamine.base_line\"; did you mean baseline?"},
    {"{\"serotonin\": {\"inhibition\": 1}}",
     "unknown key \"serotonin.inhibition\"; there are baseline, decay_rate, tau_ms, step_ms, "
     "inhibition_strength"},
    {"{\"acetylcholine\": {\"x\": 1}}",
     "unknown key \"acetylcholine.x\"; there are baseline, decay_rate, tau_ms, step_ms, "
     "plasticity_modulation, attention_gain"},
    {"{\"dopamine\": {\"gain_modulation\": 1}}",
     "unknown key \"dopamine.gain_modulation\"; there are baseline, decay_rate, tau_ms, step_ms, "
     "learning_rate_modulation"},
    {"{\"Dopamin\": {}}", "unknown system \"Dopamin\"; did you mean dopamine?"},
    {"{\"orex\": {}}", "unknown system \"orex\"; did you mean orexin?"},
    {"{\"oxytocin\": {}}",
     "unknown system \"oxytocin\"; there are dopamine, serotonin, norepinephrine, acetylcholine, "
     "orexin"},
    {"{\"\": {}}", "unknown system \"\"; there are"},
    {"{\"dopamine\": {\"decay_rate\": 0.1, \"tau_ms\": 10}}",
     "dopamine has both decay_rate (linear decay) and tau_ms (exponential decay)"},
    {"{\"dopamine\": {\"step_ms\": 10}}", "dopamine.step_ms has no effect without tau_ms"},
    {"{\"dopamine\": {}, \"dopamine\": {}}", "duplicate key"},
    {"{\"dopamine\": {\"baseline\": 0.5}", "line 1"},
    {"{\"dopamine\": {\"baseline\": NaN}}", "line 1"},
    {"{\"dopamine\": {\"baseline\": 1e999}}", "line 1"},
    {"\xff", "line 1"},
    {"", "line 1"},
};

static void json_that_is_refused(void **state) {
  (void)state;
  amine_chemical c, before;
  OK(amine_chemical_init(&c, NULL));
  amine_chemical_process_reward(&c, 1, 0.6f);
  before = c;
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    amine_error error = {0};
    assert_int_equal(parse(&c, bad[k].text, &error), AMINE_ERROR_INPUT);
    assert_int_equal(error.status, AMINE_ERROR_INPUT);
    if (!strstr(error.message, bad[k].sentence))
      fail_msg("%s: \"%s\" without \"%s\"", bad[k].text, error.message, bad[k].sentence);
    assert_memory_equal(&c, &before, sizeof c);
    assert_int_equal(parse(&c, bad[k].text, NULL), AMINE_ERROR_INPUT);
  }
  char key[3000];
  amine_error error = {0};
  snprintf(key, sizeof key, "{\"%02500d\": {}}", 1);
  assert_int_equal(parse(&c, key, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "there are dopamine"));
}

/* Every truncation of a good text, and every single bit of it flipped. */
static void json_that_is_damaged(void **state) {
  (void)state;
  static const char good[] = "{\"dopamine\": {\"baseline\": 0.6, \"tau_ms\": 35, \"step_ms\": 2},"
                             " \"orexin\": {\"arousal_strength\": 3}}";
  const size_t n = sizeof good - 1;
  amine_chemical c, before;
  char text[sizeof good];
  OK(amine_chemical_init(&c, NULL));
  before = c;
  for (size_t k = 0; k < n; k++) {
    amine_error error = {0};
    assert_int_equal(amine_chemical_from_json(&c, good, k, &error), AMINE_ERROR_INPUT);
    assert_true(error.message[0] != 0);
    assert_memory_equal(&c, &before, sizeof c);
  }
  for (size_t bit = 0; bit < 8 * n; bit++) {
    amine_error error = {0};
    memcpy(text, good, sizeof good);
    text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    const amine_status status = amine_chemical_from_json(&c, text, n, &error);
    if (status == AMINE_OK) c = before;
    else assert_true(status == AMINE_ERROR_INPUT && error.message[0] != 0);
    assert_memory_equal(&c, &before, sizeof c);
  }
  OK(amine_chemical_from_json(&c, good, n, NULL));
}

/* Refuses the n-th request; counts what is in use. */
static struct { long left, in_use; } memory;

static void *scarce(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    if (block) memory.in_use--;
    free(block);
    return NULL;
  }
  if (memory.left-- <= 0) return NULL;
  void *fresh = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (!fresh) return NULL;
  if (block) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  if (!block) memory.in_use++;
  free(block);
  return fresh;
}

static void json_without_memory(void **state) {
  (void)state;
  amine_chemical c, before;
  amine_error error;
  OK(amine_chemical_init(&c, NULL));
  before = c;
  amine_memory_use(scarce, NULL);
  amine_status status = AMINE_ERROR_MEMORY;
  int refused = 0;
  for (; status != AMINE_OK && refused < 1000; refused++) {
    memory.left = refused;
    status = parse(&c, "{\"dopamine\": {\"baseline\": 0.6}, \"orexin\": {}}", &error);
    assert_true(status == AMINE_OK || status == AMINE_ERROR_MEMORY);
    if (status != AMINE_OK) assert_memory_equal(&c, &before, sizeof c);
    assert_int_equal(memory.in_use, 0);
  }
  amine_memory_use(NULL, NULL);
  assert_true(refused > 3 && refused < 1000);
  EXACT(amine_dopamine_level(&c.dopamine), 0.6f);
}

/* ------------------------------------------------------------------------- run time */

/* The level goes on from where it is and ends at the new baseline; events start from it. */
static void baselines_change(void **state) {
  (void)state;
  amine_chemical c;
  OK(amine_chemical_init(&c, NULL));
  OK(amine_dopamine_set_baseline(&c.dopamine, 0.25f));
  EXACT(amine_dopamine_level(&c.dopamine), 0.5f);
  EXACT(amine_dopamine_signed(&c.dopamine), 0.25f);
  amine_chemical_step(&c);
  NEAR(amine_dopamine_level(&c.dopamine), 0.4);
  for (int k = 0; k < 3; k++) amine_chemical_step(&c);
  EXACT(amine_dopamine_level(&c.dopamine), 0.25f);
  amine_chemical_process_reward(&c, 0.5f, 0);
  EXACT(amine_dopamine_level(&c.dopamine), 0.75f);
  for (size_t k = 0; k < 3; k++) REFUSED(amine_dopamine_set_baseline(&c.dopamine, none[k]));
  REFUSED(amine_dopamine_set_baseline(&c.dopamine, 1.5f));
  REFUSED(amine_chemical_set_baseline(&c, "histamine", 0.5f));
  REFUSED(amine_chemical_set_baseline(&c, "serotonin", -0.1f));
  EXACT(c.dopamine.level.baseline, 0.25f);
  OK(amine_chemical_set_baseline(&c, "serotonin", 1));
  OK(amine_chemical_set_baseline(&c, "norepinephrine", 0));
  OK(amine_chemical_set_baseline(&c, "orexin", 0.75f)); /* off: it rests there */
  EXACT(amine_orexin_level(&c.orexin), 0.75f);
  OK(amine_serotonin_clamp(&c.serotonin, 0.5f));
  OK(amine_serotonin_set_baseline(&c.serotonin, 0.75f));
  for (int k = 0; k < 10; k++) amine_chemical_step(&c);
  EXACT(amine_serotonin_level(&c.serotonin), 0.5f); /* held */
  amine_serotonin_unclamp(&c.serotonin);
  for (int k = 0; k < 10; k++) amine_chemical_step(&c);
  EXACT(amine_serotonin_level(&c.serotonin), 0.75f);
  EXACT(amine_norepinephrine_level(&c.norepinephrine), 0.0f);
}

/* By name as by their own functions. */
static void levels_are_held_by_name(void **state) {
  (void)state;
  amine_chemical c;
  OK(amine_chemical_init(&c, NULL));
  OK(amine_chemical_clamp(&c, "serotonin", 0.25f));
  amine_chemical_step(&c);
  EXACT(amine_serotonin_level(&c.serotonin), 0.25f);
  REFUSED(amine_chemical_clamp(&c, "serotonin", 1.5f));
  REFUSED(amine_chemical_clamp(&c, "histamine", 0.5f));
  REFUSED(amine_chemical_unclamp(&c, "histamine"));
  EXACT(amine_serotonin_level(&c.serotonin), 0.25f);
  OK(amine_chemical_unclamp(&c, "serotonin"));
  amine_chemical_step(&c);
  NEAR(amine_serotonin_level(&c.serotonin), 0.35);
}

/* What is kept is what the levels were, however far back it reaches. */
static void past_levels_are_kept(void **state) {
  (void)state;
  static amine_chemical_history every, third;
  static float was[1000][AMINE_CHEMICAL_SYSTEMS];
  float levels[AMINE_CHEMICAL_SYSTEMS];
  amine_chemical c;
  OK(amine_chemical_init(&c, NULL));
  amine_chemical_history_init(&every, 0);
  amine_chemical_history_init(&third, 3);
  assert_false(amine_chemical_history_past(&every, levels, 0));
  for (int t = 0; t < 1000; t++) {
    if (t % 7 == 0) amine_chemical_process_reward(&c, (float)(t % 5) / 8, 0);
    if (t % 11 == 0) OK(amine_chemical_process_uncertainty(&c, 0.25f, 0));
    amine_chemical_step(&c);
    amine_chemical_history_look(&every, &c);
    amine_chemical_history_look(&third, &c);
    const float now[] = {c.dopamine.level.value, c.serotonin.level.value,
                         c.norepinephrine.level.value, c.acetylcholine.level.value,
                         c.orexin.level.value};
    memcpy(was[t], now, sizeof now);
  }
  for (uint32_t k = 0; k < AMINE_CHEMICAL_HISTORY; k++) {
    assert_true(amine_chemical_history_past(&every, levels, k));
    assert_memory_equal(levels, was[999 - k], sizeof levels);
    assert_true(amine_chemical_history_past(&third, levels, k));
    assert_memory_equal(levels, was[998 - 3 * k], sizeof levels);
  }
  assert_false(amine_chemical_history_past(&every, levels, AMINE_CHEMICAL_HISTORY));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(baselines_change),
      cmocka_unit_test(levels_are_held_by_name),
      cmocka_unit_test(past_levels_are_kept),
      cmocka_unit_test(dopamine_equations),
      cmocka_unit_test(serotonin_equations),
      cmocka_unit_test(thresholds_rise),
      cmocka_unit_test(norepinephrine_equations),
      cmocka_unit_test(acetylcholine_equations),
      cmocka_unit_test(orexin_equations),
      cmocka_unit_test(configurations_count),
      cmocka_unit_test(linear_decay_stops_at_the_baseline),
      cmocka_unit_test(small_steps_add_up),
      cmocka_unit_test(exponential_decay),
      cmocka_unit_test(exponential_decay_ends),
      cmocka_unit_test(an_event_forgets_the_past),
      cmocka_unit_test(share_of_a_step),
      cmocka_unit_test(the_last_hundred_events),
      cmocka_unit_test(every_system_remembers),
      cmocka_unit_test(clamps_hold),
      cmocka_unit_test(clamps_hold_everywhere),
      cmocka_unit_test(numbers_that_are_none_change_nothing),
      cmocka_unit_test(configurations_are_checked),
      cmocka_unit_test(off_unless_used),
      cmocka_unit_test(all_switched_off),
      cmocka_unit_test(the_state_by_name),
      cmocka_unit_test(a_neuron_s_step),
      cmocka_unit_test(a_thousand_steps),
      cmocka_unit_test(the_reference_s_scenario),
      cmocka_unit_test(json_of_the_specification),
      cmocka_unit_test(json_every_key),
      cmocka_unit_test(json_that_is_refused),
      cmocka_unit_test(json_that_is_damaged),
      cmocka_unit_test(json_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
