/* A signal that a state reads is what the step before brought, forward and on the way back, in every
 * learner and both layouts: against tests/reference/given.py, to which it is one more input. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "learner/e_prop.h"
#include "learner/weight_perturbation.h"

enum { T = 6, B = 20, M = 3, N = 5, A = 3 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"
static am_equations *text;

static const char written[] = "network net\n"
                              "input u\n"
                              "given reward\n"
                              "state x[n]\n"
                              "learned w[n]\n"
                              "x <- tanh(W @ u + b + w * reward + U @ x)\n"
                              "output x\n";

/* ------------------------------------------------------------------------------ the tape */
static int answer(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return (int)values("answers", NULL)[s->lane * T + s->step];
}
static float step(const am_task *task, void *state, int action) {
  place *s = state;
  (void)task;
  return (float)values("rewards", NULL)[(s->lane * T + s->step++) * A + action];
}
static const am_task_type tape_type = {
    .part.name = "tape", .start = start, .observe = observe, .step = step, .answer = answer};
static const am_task tape = {.type = &tape_type,
                             .n_inputs = M,
                             .n_actions = A,
                             .n_steps = T,
                             .criterion = NAN,
                             .state_size = sizeof(place)};

/* ------------------------------------------------------------------------------ one change */
static am_agent_options agent_options(void) {
  return (am_agent_options){
      .n_lanes = B,
      .n_threads = 2,
      .seed = 20261122,
      .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
      .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}};
}

static am_stack_options units(void) {
  return (am_stack_options){.text = text, .n_hidden = N, .n_layers = 1};
}

static void take_parameters(am_learner *learner, const char *name) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    char key[160];
    size_t count;
    float all[64];
    if (!t.is_parameter) continue;
    snprintf(key, sizeof key, "%s/param/%s", name, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    learner->type->set(learner, k, all);
  }
}

/* sign: -1 where what is asked for is a descent. */
static void check_change(am_learner *learner, const char *name, int sign) {
  const am_agent *a = am_agent_of(learner);
  am_learner_report report;
  amine_error error = {0};
  take_parameters(learner, name);
  if (learner->type->iterate(learner, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
  const float *change = a->changes + (size_t)a->n_groups * a->places.size;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    char key[160];
    size_t count;
    float got[64];
    double worst = 0, scale = 0;
    if (strcmp(p->name, "feedback.weight") == 0) continue; /* stays as it is */
    snprintf(key, sizeof key, "%s/change/%s", name, p->name);
    const double *want = values(key, &count);
    am_place_get(p, got, change);
    for (size_t i = 0; i < count; i++) {
      scale = fmax(scale, fabs(want[i]));
      worst = fmax(worst, fabs(sign * (double)got[i] - want[i]));
    }
    if (!(worst <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s: off by %g of %g", key, worst, scale);
  }
  am_learner_destroy(learner);
}

/* ------------------------------------------------------------------------------ learners */
static void backprop_agrees(void **state) {
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) {
    am_bptt_options o = {.agent = agent_options(),
                         .gamma = 0.9f,
                         .lambda = 0.8f,
                         .value_weight = 0.3f,
                         .entropy_weight = 0.07f,
                         .teach = AM_TEACH_REWARD,
                         .entropy = AM_ENTROPY_TRUE,
                         .pairs = pairs == 1};
    const am_units u = {.text = text, .clip = 1, .stack = units()};
    am_learner *x;
    if (pairs) assert_int_equal(am_feed_ask(&o.feed, "reward", true, NULL, NULL), AMINE_OK);
    assert_int_equal(am_bptt_create(&x, &tape, &u, &o, NULL), AMINE_OK);
    assert_true(am_bptt_of(x)->pairs == o.pairs);
    check_change(x, "bptt", pairs ? -1 : 1);
  }
}

/* Where a trace takes up the same signal, that is what its step brought: both layouts agree. */
static void and_with_traces(void **state) {
  static const char plastic[] = "network net\n"
                                "input u\n"
                                "given reward\n"
                                "state x[n]\n"
                                "trace H[n, n]\n"
                                "learned w[n]\n"
                                "y = tanh((W + alpha * H) @ x + V @ u + w * reward)\n"
                                "H <- rule(post = y, pre = x, eta = reward)\n"
                                "x <- y\n"
                                "output y\n";
  am_part part = am_plastic_rnn_part;
  amine_parameter rows[4] = {{0}}; /* hidden, layers, dropout; no constants */
  float *first = NULL;
  (void)state;
  memcpy(rows, am_gru_part.parameters, 3 * sizeof *rows);
  part.parameters = rows, part.text = plastic, part.name = "plastic";
  for (int pairs = 0; pairs < 2; pairs++) {
    const am_units_options o = {.n_hidden = N, .n_layers = 1};
    const am_rule_options r = {.clip = 0.4f, .eta = 0.3f, .eta_e = 0.25f, .eta_h = 0.2f};
    am_bptt_options options = {.agent = agent_options(),
                               .gamma = 0.9f,
                               .lambda = 0.8f,
                               .value_weight = 0.3f,
                               .entropy_weight = 0.07f,
                               .teach = AM_TEACH_REWARD,
                               .entropy = AM_ENTROPY_TRUE,
                               .pairs = pairs == 1};
    am_learner_report report;
    am_learner *x;
    am_units u;
    assert_int_equal(am_units_read(&u, &part, &o, &am_rules[AM_RULE_CLIP], &r, NULL, NULL, NULL),
                     AMINE_OK);
    for (int before = 0; pairs && before < 2; before++) /* in the order of the plan */
      assert_int_equal(am_feed_ask(&options.feed, "reward", before, NULL, NULL), AMINE_OK);
    assert_int_equal(am_bptt_create(&x, &tape, &u, &options, NULL), AMINE_OK);
    am_units_free(&u);
    am_agent *a = am_agent_of(x);
    assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
    float all[512];
    size_t n = 0;
    for (int k = 0; k < a->places.n; k++) {
      am_place_get(&a->places.place[k], all + n, a->changes + (size_t)a->n_groups * a->places.size);
      n += am_place_count(&a->places.place[k]);
    }
    assert_true(n < 512);
    if (pairs == 0) {
      first = calloc(n, sizeof *first);
      memcpy(first, all, n * sizeof *first);
    }
    for (size_t i = 0; i < n && pairs; i++)
      if (!(fabs((double)first[i] + (double)all[i]) < 2e-6))
        fail_msg("%zu: %g on lanes, %g by pairs", i, (double)first[i], -(double)all[i]);
    am_learner_destroy(x);
  }
  free(first);
}

static void online_agrees(void **state) {
  (void)state;
  const am_local_options o = {.agent = agent_options(),
                              .units = units(),
                              .gamma = 0.9f,
                              .lambda = 0.8f,
                              .value_weight = 0.3f,
                              .entropy_weight = 0.07f,
                              .teach = AM_TEACH_REWARD,
                              .feedback = AM_FEEDBACK_RANDOM,
                              .trace = AM_LOCAL_DIAGONAL,
                              .input = 1,
                              .recurrent = 1,
                              .output = 1};
  am_learner *x;
  assert_int_equal(am_e_prop_create(&x, &tape, &o, NULL), AMINE_OK);
  check_change(x, "e-prop", 1);
}

static void forward_alone_agrees(void **state) {
  (void)state;
  const am_perturbed_options o = {
      .agent = agent_options(), .units = units(), .sigma = 0.2f, .episodes = 3};
  am_learner *x;
  assert_int_equal(am_weight_perturbation_create(&x, &tape, &o, NULL), AMINE_OK);
  check_change(x, "weight-perturbation", 1);
}

static int open_file(void **state) {
  (void)state;
  if (am_equations_read(&text, "written", written, NULL, NULL) != AMINE_OK) return -1;
  return am_tensor_file_open(&file, TEST_DATA "/given.safetensors", 1 << 20, false, NULL) ? -1 : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  am_equations_free(text);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(backprop_agrees), cmocka_unit_test(and_with_traces),
      cmocka_unit_test(online_agrees), cmocka_unit_test(forward_alone_agrees)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
