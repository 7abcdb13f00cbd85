/* Chemical modulators as the M of a rate network: what each level makes of an agent's life, worked
 * out by hand, and that no lesion is without effect on what is learned. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "modulator/feed.h"
#include "modulator/systems.h"
#include "run/train/series.h"
#include "small.h"

static void near(float got, double want, const char *what) {
  if (!(fabs((double)got - want) <= 1e-6))
    fail_msg("%s is %.9g, not %.9g", what, (double)got, want);
}

static void uncertainty_of_policies(void **state) {
  (void)state;
  near(am_drive_uncertainty((const float[]){0.25f, 0.25f, 0.25f, 0.25f}, 1, 4), 1, "uniform");
  near(am_drive_uncertainty((const float[]){0, 1, 0, 0}, 1, 4), 0, "decided");
  near(am_drive_uncertainty((const float[]){0.5f, 0, 0.5f, 0}, 1, 4), 2.0 / 3, "one of two");
  near(am_drive_uncertainty((const float[]){0.75f, 0.25f}, 1, 2), 0.75, "3 to 1");
  near(am_drive_uncertainty((const float[]){1}, 1, 1), 0, "no choice");
}

typedef struct life {
  float reward, uncertainty, input[3];
  double levels[4]; /* dopamine, serotonin, norepinephrine, acetylcholine afterwards */
} life;

/* baseline .5, .1 a step back, 10 counts as a reward of 1. By hand:
 *
 *   r     expected    e      A      N                       f
 *   1     .1          .1     .1     2/2 = 1                 (1, 0, 1)
 *   0     .1          .09    .1     0                       (1, 0, 1)
 *   -.5   .1          .031   .149   2/4 = .5                (2/3, 1/3, 1)
 *   2     .29         .2279  .2341  (4/3)/4 = 1/3           (.5, .5, 1)
 */
static const life lived[] = {
    {10, 1, {1, 0, 1}, {1, 0.5, 1, 1}},
    {0, 0, {1, 0, 1}, {0.9, 0.5, 0.5, 0.55}},
    {-5, 0.2f, {0, 1, 1}, {0.8, 0.25, 0.85, 0.8245}},
    {20, 0.2f, {0, 1, 1}, {1, 0.35, 0.5 + 0.5 * (0.2 + 1.0 / 3), 0.5 + 0.5 * (0.2341 + 1.0 / 3)}},
};
enum { N_LIVED = sizeof lived / sizeof *lived };

static am_drive_moment moment_of(const life *l) {
  return (am_drive_moment){l->reward, l->uncertainty, l->input, 1};
}

static am_drive_options options(amine_third_factor factor) {
  return (am_drive_options){.factor = factor,
                            .scale = 10,
                            .baseline = 0.5f,
                            .decay_rate = 0.1f,
                            .clamp = {NAN, NAN, NAN, NAN}};
}

static void levels_follow_the_life(void **state) {
  (void)state;
  float familiar[3] = {9, 9, 9}; /* of an episode before */
  am_drive d;
  const am_drive_options o = options(AMINE_FACTOR_DOPAMINE);
  am_drive_begin(&d, &o, familiar, 3);
  near(am_drive_level(&d), 1, "M at the beginning");
  for (int k = 0; k < N_LIVED; k++) {
    const am_drive_moment m = moment_of(&lived[k]);
    am_drive_feed(&d, &m);
    for (int i = 0; i < 4; i++)
      near((float)am_modulator_level(&d.chemical, (am_modulator)i), lived[k].levels[i],
           am_modulator_names[i]);
  }
  near(familiar[0], 0.5, "familiar");
  near(d.expected, 0.29, "expected");
  near(d.outcome, 0.2279, "outcome");
}

static void factors_follow_the_levels(void **state) {
  (void)state;
  const double *level = lived[2].levels;
  const struct {
    amine_third_factor factor;
    double M, clamped;
  } cases[] = {{AMINE_FACTOR_DOPAMINE, 2 * level[0], 1},
               {AMINE_FACTOR_SIGNED, 2 * (level[0] - 0.5), 0},
               {AMINE_FACTOR_ACETYLCHOLINE, 1 + 1.5 * level[3], 1.75},
               {AMINE_FACTOR_NOREPINEPHRINE, 1 + 2 * level[2], 2},
               {AMINE_FACTOR_SEROTONIN, 1 - 0.5 * level[1], 0.75},
               {AMINE_FACTOR_ALL, 2 * level[0] * (1 + 1.5 * level[3]), 1.75}};
  for (size_t q = 0; q < sizeof cases / sizeof *cases; q++)
    for (int clamped = 0; clamped < 2; clamped++) {
      float familiar[3];
      am_drive d;
      am_drive_options o = options(cases[q].factor);
      o.clamped = clamped;
      am_drive_begin(&d, &o, familiar, 3);
      for (int k = 0; k < 3; k++) {
        const am_drive_moment m = moment_of(&lived[k]);
        am_drive_feed(&d, &m);
      }
      near(am_drive_level(&d), clamped ? cases[q].clamped : cases[q].M, "M");
    }
}

/* A system that is held stays where it is said, the others live. */
static void one_is_held(void **state) {
  (void)state;
  for (int held = 0; held < AM_DRIVE_SYSTEMS; held++) {
    float familiar[3];
    am_drive d;
    am_drive_options o = options(AMINE_FACTOR_DOPAMINE);
    o.clamp[held] = 0.125f;
    am_drive_begin(&d, &o, familiar, 3);
    near((float)am_modulator_level(&d.chemical, (am_modulator)held), 0.125, "at the beginning");
    for (int k = 0; k < N_LIVED; k++) {
      const am_drive_moment m = moment_of(&lived[k]);
      am_drive_feed(&d, &m);
      for (int i = 0; i < AM_DRIVE_SYSTEMS; i++)
        near((float)am_modulator_level(&d.chemical, (am_modulator)i),
             i == held ? 0.125 : lived[k].levels[i], am_modulator_names[i]);
    }
  }
}

/* An input that is all zeros, or a world without inputs, is nothing new. */
static void nothing_is_not_new(void **state) {
  (void)state;
  float familiar[2];
  am_drive d;
  const am_drive_options o = options(AMINE_FACTOR_NOREPINEPHRINE);
  for (int n = 0; n < 3; n += 2) {
    am_drive_begin(&d, &o, familiar, n);
    am_drive_feed(&d, &(am_drive_moment){0, 0, (const float[]){0, 0}, 1});
    near((float)am_modulator_level(&d.chemical, AM_MODULATOR_NOREPINEPHRINE), 0.5, "level");
  }
}

static uint64_t trained(const char *factor, bool clamped) {
  small_variant v = {"", {"modulator.type=chemical", "task.wall_penalty=1", factor}};
  if (clamped) v.assignments[3] = "clamp.chemical=true";
  const am_config config = small_config(&v);
  am_experiment *x = small_experiment(&config);
  for (int k = 0; k < 4; k++) {
    am_learner_report report;
    assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
  }
  const uint64_t hash = small_hash(x->learner);
  am_experiment_destroy(x);
  return hash;
}

static void every_lesion_is_felt(void **state) {
  (void)state;
  static const char *const factors[] = {"dopamine",       "signed",    "acetylcholine",
                                        "norepinephrine", "serotonin", "all"};
  for (size_t k = 0; k < sizeof factors / sizeof *factors; k++) {
    char factor[64];
    snprintf(factor, sizeof factor, "modulator.factor=%s", factors[k]);
    if (trained(factor, false) == trained(factor, true)) fail_msg("%s: clamped or not", factors[k]);
  }
}

#define SLOTS                                                                                      \
  "task.type=retrieval", "task.vocabulary=20", "task.length=18",                                   \
      "network.type=attention-modulated", "network.heads=1", "learner.type=bptt",                  \
      "learner.teach=supervised", "modulator.type=chemical"

/* Each slot of a network without a trace says what the system does after which it is named, a held
 * one all the time what its level makes of it: gain 1 + 2 level, plasticity 1 + 1.5 level. */
static void slots_are_filled(void **state) {
  (void)state;
  const small_variant v = {"", {SLOTS, "modulator.factor=slot", "clamp.norepinephrine=0.25"}};
  const am_config config = small_config(&v);
  am_experiment *x = small_experiment(&config);
  am_episode e;
  double moved = 0;
  assert_int_equal(am_episode_play(&e, x->learner, 0, 3, NULL), AMINE_OK);
  const am_series *held = am_episode_find(&e, "M_norepinephrine");
  const am_series *free_one = am_episode_find(&e, "M_acetylcholine");
  assert_non_null(held);
  assert_non_null(free_one);
  near(free_one->values[0], 1.75, "acetylcholine at first");
  for (int t = 0; t < e.n_steps; t++) {
    near(held->values[t], 1.5, "norepinephrine, held");
    moved += fabs((double)free_one->values[t] - 1.75);
  }
  assert_true(e.n_steps == 18 && moved > 1);
  am_episode_free(&e);
  am_experiment_destroy(x);
}

static void slots_without_a_system_are_refused(void **state) {
  (void)state;
  const small_variant v = {"", {"modulator.type=chemical", "modulator.factor=slot"}};
  const am_config config = small_config(&v);
  am_experiment *x;
  amine_error error;
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "modulator.factor=slot: nothing that is given is called H, as the statement "
                      "around modulator(...) is; there are one, random, error, reward, novelty, "
                      "dopamine, signed, acetylcholine, norepinephrine, serotonin, all");
}

/* A signal is fed from the definition, whatever lies between the elements of a row; a system's level
 * is what it was before the step. */
static void feeds(void **state) {
  (void)state;
  static const float seen[3][2] = {{0.5f, -0.25f}, {0.5f, 0.5f}, {0.5f, 0.125f}};
  static const float novel[3] = {0.5f, 0.75f, 0}; /* means: 0, 0; .5, -.25; .5, .125 */
  for (size_t stride = 1; stride < 4; stride += 2) {
    am_feed feed = {.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_NOVELTY, .scale = 1}};
    float *memory = calloc(1, am_feed_bytes(2)), u[8], p[8] = {0};
    amine_error error;
    assert_int_equal(am_feed_ask(&feed, "modulator.M", false, NULL, &error), AMINE_OK);
    am_feed_moment m = {.p = p, .input = u, .stride = stride, .n_actions = 2};
    am_feed_begin(&feed, memory, 2);
    for (int t = 0; t < 3; t++) {
      m.step = t;
      u[0] = seen[t][0], u[stride] = seen[t][1];
      assert_true(am_feed_before(&feed, memory) == 0);
      assert_true(am_feed_after(&feed, memory, &m) == novel[t]);
    }
    feed = (am_feed){.kind = AM_FEED_DRIVE, .drive = options(AMINE_FACTOR_NOREPINEPHRINE)};
    assert_int_equal(am_feed_ask(&feed, "modulator.M", false, NULL, &error), AMINE_OK);
    am_feed_begin(&feed, memory, 2);
    p[0] = p[stride] = 0.5f;
    const float first = am_feed_before(&feed, memory);
    assert_true(am_feed_after(&feed, memory, &m) == first);
    assert_true(am_feed_before(&feed, memory) > first); /* in doubt, and of what was never seen */
    free(memory);
  }
  amine_error error;
  am_feed nobody = {.kind = AM_FEED_NOBODY};
  assert_int_equal(am_feed_ask(&nobody, "modulator.D", false, "readout", &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "modulator.type=chemical or given, not readout"));
}

/* What a step reads is what the step before brought, 0 at first, before the step and after it; what is
 * known by then is as it is. */
static void feeds_before(void **state) {
  (void)state;
  static const float rewards[4] = {0.25f, -0.5f, 1, -3}, seen[4] = {0.5f, 0.5f, 0.25f, 0.5f};
  static const float reward[4] = {0, 0.25f, -0.5f, 1}, new[4] = {0, 0.5f, 0, 0.25f};
  static const float error[4] = {0, 0.86602540f, 1, 0}, window[4] = {0, 0.5f, 0.5f, 0};
  static const char *const names[] = {"reward", "novelty", "error", "modulator.one", "M", "dopamine"};
  enum { N = sizeof names / sizeof *names };
  am_feed feed = {.kind = AM_FEED_SIGNAL,
                  .drive = options(AMINE_FACTOR_DOPAMINE),
                  .signal = {.kind = AM_GIVEN_WINDOW, .from = 1, .until = 3, .scale = 0.5f}};
  amine_error failed;
  for (int k = 0; k < N; k++)
    assert_int_equal(am_feed_ask(&feed, names[k], true, NULL, &failed), AMINE_OK);
  assert_int_equal(am_feed_ask(&feed, "reward", false, NULL, &failed), AMINE_OK);
  assert_int_equal(am_feed_ask(&feed, "dopamine", false, NULL, &failed), AMINE_OK);
  float *memory = calloc(1, am_feed_bytes(1)), p[2] = {0.5f, 0.5f};
  float level = 0;
  for (int episode = 0; episode < 2; episode++) { /* the second as the first */
    am_feed_begin(&feed, memory, 1);
    for (int t = 0; t < 4; t++) {
      const float *const want[] = {reward, new, error, NULL, window};
      for (int after = 0; after < 2; after++) {
        if (!after) am_feed_before(&feed, memory);
        else
          am_feed_after(&feed, memory,
                        &(am_feed_moment){.step = t,
                                          .reward = rewards[t],
                                          .error = am_feed_error(rewards[t]),
                                          .p = p,
                                          .input = &seen[t],
                                          .stride = 1,
                                          .n_actions = 2});
        for (int k = 0; k < 5; k++) {
          const float value = k == 3 ? 1 : want[k][t];
          if (!(fabsf(am_feed_value(memory, k) - value) < 1e-6f))
            fail_msg("%s at %d: %g, not %g", names[k], t, (double)am_feed_value(memory, k),
                     (double)value);
        }
        const float own = fmaxf(-1, fminf(1, rewards[t]));
        assert_true(am_feed_value(memory, N) == (after ? own : 0));
        if (!after) level = am_feed_value(memory, N - 1);
        assert_true(am_feed_value(memory, N - 1) == level);
        assert_true(am_feed_value(memory, N + 1) == level);
      }
    }
  }
  free(memory);
}

/* Several by their names, each as it is alone. */
static void feeds_by_name(void **state) {
  (void)state;
  static const char *const names[] = {"modulator.reward", "novelty", "modulator.dopamine", "M",
                                      "serotonin"};
  const am_drive_options drive = options(AMINE_FACTOR_NOREPINEPHRINE);
  const am_feed alone[] = {{.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_REWARD, .scale = 1}},
                           {.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_NOVELTY, .scale = 1}},
                           {.kind = AM_FEED_DRIVE, .drive = options(AMINE_FACTOR_DOPAMINE)},
                           {.kind = AM_FEED_DRIVE, .drive = drive},
                           {.kind = AM_FEED_DRIVE, .drive = options(AMINE_FACTOR_SEROTONIN)}};
  enum { N = sizeof names / sizeof *names };
  am_feed all = {.kind = AM_FEED_DRIVE, .drive = drive}, each[N];
  void *memory = calloc(N + 1, am_feed_bytes(2));
  char *at = memory;
  amine_error error;
  for (int k = 0; k < N; k++) {
    each[k] = alone[k];
    assert_int_equal(am_feed_ask(&all, names[k], false, NULL, &error), AMINE_OK);
    assert_int_equal(am_feed_ask(&each[k], "M", false, NULL, &error), AMINE_OK);
    am_feed_begin(&each[k], at + (size_t)(k + 1) * am_feed_bytes(2), 2);
  }
  am_feed_begin(&all, memory, 2);
  double moved = 0;
  for (int t = 0; t < 20; t++) {
    const float u[2] = {0.1f * (float)(t % 3), 0.2f * (float)(t % 5)}, p[2] = {0.25f, 0.75f};
    const float reward = t % 4 == 1 ? 1 : t % 7 == 2 ? -1 : 0;
    const am_feed_moment m = {.step = t,
                              .reward = reward,
                              .error = am_feed_error(reward),
                              .p = p,
                              .input = u,
                              .stride = 1,
                              .n_actions = 2};
    for (int after = 0; after < 2; after++) {
      if (after) am_feed_after(&all, memory, &m);
      else am_feed_before(&all, memory);
      for (int k = 0; k < N; k++) {
        void *own = at + (size_t)(k + 1) * am_feed_bytes(2);
        const float one = after ? am_feed_after(&each[k], own, &m) : am_feed_before(&each[k], own);
        assert_true(am_feed_value(memory, k) == one);
        moved += after ? fabs((double)one) : 0;
      }
    }
  }
  assert_true(moved > 20);
  free(memory);
}

static void modulators_by_hand(void **state) {
  (void)state;
  const struct {
    am_given given;
    int step;
    float error, novelty, want;
  } all[] = {{{.kind = AM_GIVEN_ONE, .scale = 1}, 3, -1, 0, 1},
             {{.kind = AM_GIVEN_ERROR, .scale = 1}, 3, -1, 1, 0},
             {{.kind = AM_GIVEN_ERROR, .scale = 1}, 3, 0.25f, 0, 0.5f},
             {{.kind = AM_GIVEN_ERROR, .scale = 1}, 3, 9, 0, 1},
             {{.kind = AM_GIVEN_REWARD, .scale = 1}, 3, -1, 1, 0},
             {{.kind = AM_GIVEN_REWARD, .scale = 1}, 3, 0.25f, 0, 0.75f},
             {{.kind = AM_GIVEN_REWARD, .scale = 1}, 3, 1.5f, 0, -0.5f},
             {{.kind = AM_GIVEN_REWARD, .scale = 1}, 3, 9, 0, -1},
             {{.kind = AM_GIVEN_NOVELTY, .scale = 1}, 0, -1, 0.5f, 0.5f},
             {{.kind = AM_GIVEN_NOVELTY, .scale = 1}, 0, -1, 1.5f, 1},
             {{.kind = AM_GIVEN_WINDOW, .from = 1, .until = 3, .scale = 1}, 0, 1, 1, 0},
             {{.kind = AM_GIVEN_WINDOW, .from = 1, .until = 3, .scale = 1}, 1, 1, 1, 1},
             {{.kind = AM_GIVEN_WINDOW, .from = 1, .until = 3, .scale = 1}, 2, 1, 1, 1},
             {{.kind = AM_GIVEN_WINDOW, .from = 1, .until = 3, .scale = 1}, 3, 1, 1, 0},
             {{.kind = AM_GIVEN_REWARD, .scale = -0.5f}, 3, 1.5f, 0, 0.25f}};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    const am_given_moment p = {
        .step = all[k].step, .error = all[k].error, .novelty = all[k].novelty};
    assert_true(am_given_level(&all[k].given, &p) == all[k].want);
  }
  double sum = 0, squares = 0;
  for (int lane = 0; lane < 100; lane++)
    for (int t = 0; t < 100; t++) {
      const am_given g = {.kind = AM_GIVEN_RANDOM, .scale = 1};
      const am_given_moment p = {.key = {1, 0, 2, (uint32_t)lane}, .step = t};
      const double m = (double)am_given_level(&g, &p);
      assert_true(m >= 0 && m < 1);
      sum += m;
      squares += m * m;
    }
  assert_true(fabs(sum / 1e4 - 0.5) < 5 * sqrt(1 / 12e4));
  assert_true(fabs(squares / 1e4 - 1.0 / 3) < 5 * sqrt(4 / 45e4));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(uncertainty_of_policies),
      cmocka_unit_test(levels_follow_the_life),
      cmocka_unit_test(factors_follow_the_levels),
      cmocka_unit_test(one_is_held),
      cmocka_unit_test(nothing_is_not_new),
      cmocka_unit_test(slots_are_filled),
      cmocka_unit_test(slots_without_a_system_are_refused),
      cmocka_unit_test(every_lesion_is_felt),
      cmocka_unit_test(feeds),
      cmocka_unit_test(feeds_before), cmocka_unit_test(feeds_by_name),
      cmocka_unit_test(modulators_by_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
