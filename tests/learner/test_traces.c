/* The gradient through traces that are penalised, sixteen lanes side by side and two: the change
 * that right answers and the penalty make, against tests/reference/traces.py. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"

enum { T = 11, B = 20, M = 3, N = 5, A = 3 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"

static const char written[] = "network net\n"
                              "input u\n"
                              "learned W[n, u] = linear(n)\n"
                              "learned b[n] = linear(n)\n"
                              "learned w[n, n] = linear(n)\n"
                              "learned alpha[n, n] = linear(n)\n"
                              "learned p[1, n] = linear(n)\n"
                              "state x[n]\n"
                              "trace H[n, n]\n"
                              "y = tanh((w + alpha * H) @ x + b + W @ u)\n"
                              "H <- rule(post = y, pre = x, eta = tanh(p @ y))\n"
                              "x <- y\n"
                              "output y\n";

/* ------------------------------------------------------------------------------ the tape */
static float step(const am_task *task, void *state, int action) {
  (void)task, (void)action;
  ((place *)state)->step++;
  return 0;
}
static bool over(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return s->step >= (int)values("ends", NULL)[s->lane];
}
static int answer(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return (int)values("answers", NULL)[s->lane * T + s->step];
}
static const am_task_type tape_type = {.part.name = "tape",
                                       .start = start,
                                       .observe = observe,
                                       .step = step,
                                       .over = over,
                                       .answer = answer};
static const am_task tape = {.type = &tape_type,
                             .n_inputs = M,
                             .n_actions = A,
                             .n_steps = T,
                             .criterion = NAN,
                             .state_size = sizeof(place)};

/* ------------------------------------------------------------------------------ one change */
static void put(am_learner *x, const char *kind) {
  am_learner_tensor t;
  for (int k = 0; x->type->tensor(x, k, &t); k++) {
    char key[160];
    size_t count;
    float all[64];
    if (!t.is_parameter || strncmp(t.name, "h2v", 3) == 0) continue;
    snprintf(key, sizeof key, "%s/param/%s", kind, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    x->type->set(x, k, all);
  }
}

static void make(am_learner **x, am_rule_id rule, bool pairs) {
  const am_bptt_options o = {
      .agent = {.n_lanes = B,
                .n_threads = 2,
                .seed = 1,
                .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .gamma = 0.9f,
      .lambda = 1,
      .teach = AM_TEACH_SUPERVISED,
      .entropy = AM_ENTROPY_TRUE,
      .alpha_rate = 1,
      .trace_penalty = 0.7f,
      .pairs = pairs};
  static const amine_parameter none[] = {{0}};
  const am_part network = {
      .kind = AM_NETWORK, .name = "written", .text = written, .parameters = none};
  const am_units_options u = {.n_hidden = N, .n_layers = 1};
  const am_rule_options options = {.clip = 0.35f, .eta_e = 0.5f};
  am_units units;
  amine_error error = {0};
  if (am_units_read(&units, &network, &u, &am_rules[rule], &options, NULL, NULL, &error))
    fail_msg("%s\n%s", error.message, error.excerpt);
  if (am_bptt_create(x, &tape, &units, &o, &error)) fail_msg("%s", error.message);
  am_units_free(&units);
  assert_true(am_bptt_of(*x)->pairs == pairs);
}

static void check(am_rule_id rule, bool pairs) {
  const char *kind = am_rules[rule].part.name;
  am_learner *x;
  am_learner_report report;
  make(&x, rule, pairs);
  put(x, kind);
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  const am_agent *a = am_agent_of(x);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    size_t count;
    float got[64];
    char key[160];
    double worst = 0, scale = 0;
    if (strncmp(p->name, "h2v", 3) == 0) continue;
    snprintf(key, sizeof key, "%s/change/%s", kind, p->name);
    const double *want = values(key, &count);
    am_place_get(p, got, a->changes + (size_t)a->n_groups * a->places.size);
    for (size_t i = 0; i < count; i++) {
      scale = fmax(scale, fabs(want[i]));
      worst = fmax(worst, fabs((pairs ? -1 : 1) * (double)got[i] - want[i]));
    }
    if (!(worst <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s %s: off by %g of %g", pairs ? "pairs" : "lanes", key, worst, scale);
  }
  am_learner_destroy(x);
}

static void the_penalty_agrees(void **state) {
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) {
    check(AM_RULE_CLIP, pairs);
    check(AM_RULE_ELIGIBILITY, pairs);
  }
}

static int open_file(void **state) {
  (void)state;
  return am_tensor_file_open(&file, TEST_DATA "/traces.safetensors", 1 << 20, false, NULL) ? -1 : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_penalty_agrees)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
