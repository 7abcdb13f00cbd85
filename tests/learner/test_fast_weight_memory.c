/* The network fast-weight-memory, two matrices that an episode writes and reads: one change by
 * backprop, in both layouts, against PyTorch in float64 (tests/reference/fast_weight_memory.py). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "network/units.h"

enum { T = 6, B = 20, M = 5, N = 6, A = 3, LARGEST = 256 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"

/* ------------------------------------------------------------------------------ the tape */
static float step(const am_task *task, void *state, int action) {
  place *s = state;
  (void)task;
  return (float)values("rewards", NULL)[(s->lane * T + s->step++) * A + action];
}
static const am_task_type tape_type = {
    .part.name = "tape", .start = start, .observe = observe, .step = step};
static const am_task tape = {.type = &tape_type,
                             .n_inputs = M,
                             .n_actions = A,
                             .n_steps = T,
                             .criterion = NAN,
                             .state_size = sizeof(place)};

/* ------------------------------------------------------------------------------ one change */
static void take_parameters(am_learner *learner) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    char key[160];
    size_t count;
    float all[LARGEST];
    if (!t.is_parameter) continue;
    snprintf(key, sizeof key, "param/%s", t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    assert_true(count <= LARGEST);
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    learner->type->set(learner, k, all);
  }
}

/* sign: -1 where what is asked for is a descent. */
static void check_tensor(const am_agent *a, const am_place *p, int sign) {
  char key[160];
  size_t count;
  float got[LARGEST];
  double worst = 0, scale = 0;
  snprintf(key, sizeof key, "change/%s", p->name);
  const double *want = values(key, &count);
  assert_int_equal(count, am_place_count(p));
  am_place_get(p, got, a->changes + (size_t)a->n_groups * a->places.size);
  for (size_t i = 0; i < count; i++) {
    scale = fmax(scale, fabs(want[i]));
    worst = fmax(worst, fabs(sign * (double)got[i] - want[i]));
  }
  if (!(worst <= TOLERANCE * scale) || !(scale > 0))
    fail_msg("%s: off by %g of %g", key, worst, scale);
}

static am_bptt_options options_of(bool pairs) {
  return (am_bptt_options){
      .agent = {.n_lanes = B,
                .n_threads = 2,
                .seed = 20261122,
                .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .gamma = 0.9f,
      .lambda = 0.8f,
      .value_weight = 0.3f,
      .entropy_weight = 0.07f,
      .teach = AM_TEACH_REWARD,
      .entropy = AM_ENTROPY_TRUE,
      .pairs = pairs};
}

static void a_change_agrees(void **state) {
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) {
    const am_bptt_options options = options_of(pairs == 1);
    const am_rule_options rule = {.clip = 1000};
    const am_units_options o = {.n_hidden = N, .n_layers = 1, .constants = {1, 1, 1}};
    am_learner_report report;
    amine_error error = {0};
    am_learner *x;
    am_units u;
    if (am_units_read(&u, &am_fast_weight_memory_part, &o, &am_rules[AM_RULE_CLIP], &rule, NULL,
                      NULL, &error) != AMINE_OK)
      fail_msg("%s", error.message);
    assert_int_equal(am_bptt_create(&x, &tape, &u, &options, NULL), AMINE_OK);
    assert_true(am_bptt_of(x)->pairs == options.pairs);
    am_units_free(&u);
    take_parameters(x);
    assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
    const am_agent *a = am_agent_of(x);
    assert_int_equal(a->places.n, 27);
    for (int k = 0; k < a->places.n; k++) check_tensor(a, &a->places.place[k], pairs ? -1 : 1);
    am_learner_destroy(x);
  }
}

static int open_file(void **state) {
  (void)state;
  return am_tensor_file_open(&file, TEST_DATA "/fast_weight_memory.safetensors", 1 << 20, false,
                             NULL)
             ? -1
             : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_change_agrees)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
