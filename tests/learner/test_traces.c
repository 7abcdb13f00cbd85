/* The gradient through traces that are penalised, and of which the second begins anew with each
 * trial, sixteen lanes side by side and two: the change that right answers and the penalty make,
 * against tests/reference/traces.py. */
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
#include "learner/signalling.h"
#include "run/config/config.h"
#include "run/train/experiment.h"

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
static bool begins(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return values("begins", NULL)[s->lane * T + s->step] > 0;
}
static const am_task_type tape_type = {.part.name = "tape",
                                       .start = start,
                                       .observe = observe,
                                       .step = step,
                                       .over = over,
                                       .answer = answer,
                                       .begins = begins};
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
    if (!t.is_parameter || strncmp(t.name, "h2v", 3) == 0 || strstr(t.name, "feedback")) continue;
    snprintf(key, sizeof key, "%s/param/%s", kind, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    x->type->set(x, k, all);
  }
}

static void read_units(am_units *units, const am_rule_type *rule, bool anew) {
  static const amine_parameter none[] = {{0}};
  const am_part network = {
      .kind = AM_NETWORK, .name = "written", .text = written, .parameters = none};
  const am_units_options u = {.n_hidden = N, .n_layers = 1};
  const am_rule_text_options options = {.rule = {.clip = 0.35f, .eta_e = 0.5f, .anew = anew}};
  amine_error error = {0};
  if (am_units_read(units, &network, &u, rule, &options.rule, NULL, NULL, &error))
    fail_msg("%s\n%s", error.message, error.excerpt);
}

static const am_agent_options playing = {
    .n_lanes = B,
    .n_threads = 2,
    .seed = 1,
    .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
    .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}};

static void make(am_learner **x, const am_rule_type *rule, bool anew, bool pairs) {
  const am_bptt_options o = {.agent = playing,
                             .gamma = 0.9f,
                             .lambda = 1,
                             .teach = AM_TEACH_SUPERVISED,
                             .entropy = AM_ENTROPY_TRUE,
                             .alpha_rate = 1,
                             .trace_penalty = 0.7f,
                             .pairs = pairs};
  am_units units;
  amine_error error = {0};
  read_units(&units, rule, anew);
  if (am_bptt_create(x, &tape, &units, &o, &error)) fail_msg("%s", error.message);
  am_units_free(&units);
  assert_true(am_bptt_of(*x)->pairs == pairs);
}

static void check(const char *kind, const am_rule_type *rule, bool pairs) {
  am_learner *x;
  am_learner_report report;
  make(&x, rule, strcmp(kind, "anew") == 0, pairs);
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
    check("clip", &am_rules[AM_RULE_CLIP], pairs);
    check("eligibility", &am_rules[AM_RULE_ELIGIBILITY], pairs);
  }
}

/* Eligibility as a text, whose gradient goes two lanes side by side. */
static am_rule_type eligibility_text(void) {
  am_rule_type rule = am_text_rules[1];
  rule.part.text = "rule retro\ntrace H\ntrace E\nH <- clip(H + eta * E, -0.35, 0.35)\n"
                   "E <- 0.4 * E + 0.6 * outer(post, pre)\n";
  return rule;
}

static void trials_begin_anew(void **state) {
  const am_rule_type text = eligibility_text();
  (void)state;
  for (int pairs = 0; pairs < 2; pairs++) check("anew", &am_rules[AM_RULE_ELIGIBILITY], pairs);
  check("anew", &text, true);
}

/* What e-prop makes of alpha [N][N]. */
static void learn_locally(float *alpha, const am_rule_type *rule, bool anew) {
  am_local_options o = {.agent = playing,
                        .gamma = 0.9f,
                        .lambda = 1,
                        .teach = AM_TEACH_SUPERVISED,
                        .feedback = AM_FEEDBACK_SYMMETRIC,
                        .input = 1,
                        .recurrent = 1,
                        .output = 1};
  am_units units;
  am_learner *x;
  am_learner_report report;
  amine_error error = {0};
  read_units(&units, rule, anew);
  o.units = units.stack;
  if (am_e_prop_create(&x, &tape, &o, &error)) fail_msg("%s", error.message);
  am_units_free(&units);
  put(x, "anew");
  am_learner_tensor t;
  for (int k = 0; x->type->tensor(x, k, &t); k++) { /* B, of which each network draws another */
    float all[64];
    for (int i = 0; i < 64; i++) all[i] = 0.3f * (float)(i % 5 - 2);
    if (strcmp(t.name, "feedback.weight") == 0) x->type->set(x, k, all);
  }
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  const am_agent *a = am_agent_of(x);
  for (int k = 0; k < a->places.n; k++)
    if (strcmp(a->places.place[k].name, "net.alpha_l0") == 0)
      am_place_get(&a->places.place[k], alpha, a->changes + (size_t)a->n_groups * a->places.size);
  am_learner_destroy(x);
}

/* Learners that take traces for inputs compute them again for alpha: a kernel and a text alike. */
static void local_learners_begin_anew_too(void **state) {
  const am_rule_type text = eligibility_text();
  float kernel[N * N] = {0}, written_down[N * N] = {0}, on[N * N] = {0};
  double apart = 0;
  (void)state;
  learn_locally(kernel, &am_rules[AM_RULE_ELIGIBILITY], true);
  learn_locally(written_down, &text, true);
  learn_locally(on, &text, false);
  for (int i = 0; i < N * N; i++) {
    assert_true(fabsf(kernel[i] - written_down[i]) < 1e-6f);
    apart = fmax(apart, fabs((double)(on[i] - kernel[i])));
  }
  assert_true(apart > 1e-3);
}

/* Who plays in a way of its own says that E does not begin anew there. */
static void others_refuse(void **state) {
  const am_signalling_options o = {
      .agent = playing, .units = {.n_hidden = N, .n_layers = 1, .anew = true}, .n_signal = 3};
  am_learner *x;
  amine_error error = {0};
  (void)state;
  assert_int_equal(am_signalling_create(&x, &tape, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "learner.type=signalling and agents do not begin an "
                                     "eligibility trace anew with each trial (rule.anew=trial)");
}

static void the_world_says_when(void **state) {
  static const char *const keys[] = {"task.type=cue-reward", "network.type=plastic-rnn",
                                     "rule.type=eligibility", "rule.anew=trial", "iterations=1"};
  am_config config;
  am_experiment *x;
  amine_error error = {0};
  (void)state;
  am_config_default(&config);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    assert_int_equal(am_config_assign(&config, keys[k], &error), AMINE_OK);
  assert_int_equal(am_config_resolve(&config, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_ERROR_ARGUMENT);
  am_config_free(&config);
  assert_string_equal(error.message, "rule.anew=trial: task.type=cue-reward says of no step that a "
                                     "trial begins");
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_penalty_agrees), cmocka_unit_test(trials_begin_anew),
      cmocka_unit_test(local_learners_begin_anew_too), cmocka_unit_test(others_refuse),
      cmocka_unit_test(the_world_says_when)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
