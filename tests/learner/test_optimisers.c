/* Optimisers and schedules: what PyTorch says of the same gradients and rewards
 * (tests/reference/optimisers.py), and what holds whatever the numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "amine/kernel.h"
#include "format/safetensors.h"
#include "learner/optimiser.h"
#include "learner/schedule.h"

enum { N = 12, PADDED = 16, STEPS = 40, ITERATIONS = 60, LENGTH = 45, WARMUP = 7 };

static am_tensor_file *reference;

static int open_reference(void **state) {
  (void)state;
  return am_tensor_file_open(&reference, TEST_DATA "/optimisers.safetensors", 1 << 20, false,
                             NULL) != AMINE_OK;
}

static int close_reference(void **state) {
  (void)state;
  am_tensor_file_close(reference);
  return 0;
}

static void read(double *out, const char *name, size_t rows, size_t columns) {
  const size_t dims[] = {rows, columns};
  amine_error error = {0};
  if (am_tensor_file_copy(reference, name, out, AM_F64, columns ? 2 : 1, dims, &error) != AMINE_OK)
    fail_msg("%s", error.message);
}

/* ------------------------------------------------------------------------------ optimisers */
static const struct {
  const char *name;
  am_optimiser options;
} optimisers[] = {
    {"adam", {.beta1 = 0.9f, .beta2 = 0.999f}},
    {"rmsprop", {.kind = AM_OPTIMISER_RMSPROP, .beta2 = 0.95f}},
    {"rmsprop-momentum", {.kind = AM_OPTIMISER_RMSPROP, .beta2 = 0.95f, .momentum = 0.9f}},
    {"sgd", {.kind = AM_OPTIMISER_SGD}},
    {"sgd-momentum", {.kind = AM_OPTIMISER_SGD, .momentum = 0.9f}},
};
enum { N_OPTIMISERS = sizeof optimisers / sizeof *optimisers };

typedef struct moving {
  float p[PADDED], m[PADDED], v[PADDED];
  double powers[2];
} moving;

static moving at_start(void) {
  double start[N];
  moving x = {.powers = {1, 1}};
  read(start, "start", N, 0);
  for (int i = 0; i < N; i++) x.p[i] = (float)start[i];
  return x;
}

static void move(moving *x, const am_optimiser *o, const double *gradient, float rate) {
  float g[PADDED] = {0}, squares = 0;
  for (int i = 0; i < N; i++) g[i] = (float)gradient[i];
  for (int i = 0; i < N; i++) squares += g[i] * g[i];
  const am_step step = am_step_begin(o, x->powers, sqrtf(squares));
  am_step_take(&step, x->p, x->m, x->v, g, PADDED, rate);
}

/* Relative to what the parameter has come to: a float holds it to 6e-8, 40 times over. */
static void steps_are_pytorchs(void **state) {
  (void)state;
  double gradients[STEPS][N], wanted[STEPS][N];
  read(&gradients[0][0], "gradients", STEPS, N);
  for (int k = 0; k < N_OPTIMISERS; k++) {
    char name[64];
    moving x = at_start();
    am_optimiser o = optimisers[k].options;
    o.eps = 1e-4f;
    o.norm_clip = 1e9f;
    snprintf(name, sizeof name, "steps/%s", optimisers[k].name);
    read(&wanted[0][0], name, STEPS, N);
    for (int t = 0; t < STEPS; t++) {
      move(&x, &o, gradients[t], 0.01f);
      for (int i = 0; i < N; i++)
        if (!(fabs((double)x.p[i] - wanted[t][i]) <= 1e-6 * fmax(1, fabs(wanted[t][i]))))
          fail_msg("%s, step %d: parameter %d is %.8g, by PyTorch %.8g", name, t, i, (double)x.p[i],
                   wanted[t][i]);
    }
    for (int i = N; i < PADDED; i++) assert_true(x.p[i] == 0); /* padding stays zero */
  }
}

static void kernels_agree(void **state) {
  (void)state;
  static const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
  double gradients[STEPS][N];
  read(&gradients[0][0], "gradients", STEPS, N);
  for (int k = 0; k < N_OPTIMISERS; k++) {
    am_optimiser o = optimisers[k].options;
    moving x[5];
    int n = 0;
    o.eps = 1e-4f;
    o.norm_clip = 0.5f;
    for (int q = 0; q < 4; q++) {
      if (amine_kernel_use(kernels[q], NULL) != AMINE_OK) continue;
      x[n] = at_start();
      for (int t = 0; t < STEPS; t++) move(&x[n], &o, gradients[t], 0.01f);
      assert_memory_equal(&x[n++], &x[0], sizeof *x);
    }
    amine_kernel_use("auto", NULL);
    assert_true(n > 0);
  }
}

/* A change k times as long as norm_clip is divided by k. */
static void a_long_change_is_cut(void **state) {
  (void)state;
  const double gradient[N] = {30, -40};
  const am_optimiser o = {.kind = AM_OPTIMISER_SGD, .norm_clip = 5};
  moving x = {.powers = {1, 1}};
  move(&x, &o, gradient, 1);
  assert_true(fabsf(x.p[0] + 3) < 1e-5f && fabsf(x.p[1] - 4) < 1e-5f);
}

static void a_rate_of_0_moves_nothing(void **state) {
  (void)state;
  double gradients[STEPS][N];
  read(&gradients[0][0], "gradients", STEPS, N);
  for (int k = 0; k < N_OPTIMISERS; k++) {
    am_optimiser o = optimisers[k].options;
    const moving first = at_start();
    moving x = first;
    o.eps = 1e-4f;
    o.norm_clip = 4;
    for (int t = 0; t < STEPS; t++) move(&x, &o, gradients[t], 0);
    assert_memory_equal(x.p, first.p, sizeof x.p);
  }
}

/* ------------------------------------------------------------------------------ schedules */
static const struct {
  const char *name;
  int n;
  am_schedule schedule;
} schedules[] = {
    {"constant", LENGTH + 1, {.kind = AM_SCHEDULE_CONSTANT}},
    {"linear", LENGTH + 1, {.kind = AM_SCHEDULE_LINEAR}},
    {"step", LENGTH + 1, {.kind = AM_SCHEDULE_STEP}},
    {"cosine", LENGTH + 1, {.kind = AM_SCHEDULE_COSINE}},
    {"constant-warmup",
     LENGTH + WARMUP + 1,
     {.kind = AM_SCHEDULE_CONSTANT, .warmup_iterations = WARMUP}},
    {"linear-warmup",
     LENGTH + WARMUP + 1,
     {.kind = AM_SCHEDULE_LINEAR, .warmup_iterations = WARMUP}},
    {"step-warmup", LENGTH + WARMUP + 1, {.kind = AM_SCHEDULE_STEP, .warmup_iterations = WARMUP}},
    {"step-from", ITERATIONS, {.kind = AM_SCHEDULE_STEP, .step_from = 13}},
    {"cosine-warmup",
     LENGTH + WARMUP + 1,
     {.kind = AM_SCHEDULE_COSINE, .warmup_iterations = WARMUP}},
    {"plateau-1", ITERATIONS, {.kind = AM_SCHEDULE_PLATEAU, .plateau_span = 1}},
    {"plateau-6", ITERATIONS, {.kind = AM_SCHEDULE_PLATEAU, .plateau_span = 6}},
    {"dopamine", ITERATIONS, {.kind = AM_SCHEDULE_DOPAMINE}},
};
enum { N_SCHEDULES = sizeof schedules / sizeof *schedules };

static am_schedule schedule_of(int k, double rate) {
  am_schedule s = schedules[k].schedule;
  s.rate = rate;
  s.rate_end = 0.001;
  s.iterations = LENGTH;
  s.step_iterations = 9;
  s.step_factor = s.plateau_factor = 0.3;
  s.plateau_patience = 4;
  s.dopamine_scale = 0.5;
  return s;
}

static void rates_are_pytorchs(void **state) {
  (void)state;
  double rewards[ITERATIONS], wanted[ITERATIONS];
  read(rewards, "rewards", ITERATIONS, 0);
  for (int k = 0; k < N_SCHEDULES; k++) {
    const am_schedule s = schedule_of(k, 0.01);
    double memory[AM_SCHEDULE_MEMORY] = {0};
    char name[64];
    snprintf(name, sizeof name, "rates/%s", schedules[k].name);
    read(wanted, name, (size_t)schedules[k].n, 0);
    for (int t = 0; t < schedules[k].n; t++) {
      am_schedule_hear(&s, memory, (uint64_t)t, rewards[t]);
      const double rate = am_schedule_rate(&s, memory, (uint64_t)t);
      if (!(fabs(rate - wanted[t]) <= 1e-6 * fmax(wanted[t], 1e-4)))
        fail_msg("%s, iteration %d: %.9g, wanted %.9g", name, t, rate, wanted[t]);
    }
    for (int i = 0; i < AM_SCHEDULE_MEMORY; i++)
      assert_true(am_schedule_remembers(&s) > 0 || memory[i] == 0);
  }
}

/* Past its length a linear or cosine schedule stays at its end. */
static void the_end_stays(void **state) {
  (void)state;
  for (int k = 0; k < N_SCHEDULES; k++) {
    const am_schedule s = schedule_of(k, 0.01);
    const double memory[AM_SCHEDULE_MEMORY] = {0};
    if (s.kind != AM_SCHEDULE_LINEAR && s.kind != AM_SCHEDULE_COSINE) continue;
    for (uint64_t t = LENGTH + WARMUP; t < 1000; t += 100)
      assert_true(am_schedule_rate(&s, memory, t) == s.rate_end);
  }
}

static void a_schedule_of_0_stays_0(void **state) {
  (void)state;
  for (int k = 0; k < N_SCHEDULES; k++) {
    const am_schedule s = schedule_of(k, 0);
    double memory[AM_SCHEDULE_MEMORY] = {0};
    for (uint64_t t = 0; t < 100; t++) {
      am_schedule_hear(&s, memory, t, t % 7 ? 1 : -1);
      assert_true(am_schedule_rate(&s, memory, t) == 0);
    }
  }
}

/* What is remembered stays finite, so that it can be saved. */
static void a_reward_that_is_no_number_is_passed_over(void **state) {
  (void)state;
  for (int k = 0; k < N_SCHEDULES; k++) {
    const am_schedule s = schedule_of(k, 0.01);
    double memory[AM_SCHEDULE_MEMORY] = {0}, before[AM_SCHEDULE_MEMORY];
    am_schedule_hear(&s, memory, WARMUP, 0.5);
    memcpy(before, memory, sizeof before);
    am_schedule_hear(&s, memory, WARMUP + 1, (double)NAN);
    am_schedule_hear(&s, memory, WARMUP + 1, (double)INFINITY);
    assert_memory_equal(memory, before, sizeof before);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_are_pytorchs),
      cmocka_unit_test(kernels_agree),
      cmocka_unit_test(a_long_change_is_cut),
      cmocka_unit_test(a_rate_of_0_moves_nothing),
      cmocka_unit_test(rates_are_pytorchs),
      cmocka_unit_test(the_end_stays),
      cmocka_unit_test(a_schedule_of_0_stays_0),
      cmocka_unit_test(a_reward_that_is_no_number_is_passed_over),
  };
  return cmocka_run_group_tests(tests, open_reference, close_reference);
}
