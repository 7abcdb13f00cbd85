/* The way from the policy that a run began with, sixteen lanes side by side and two: how far it is
 * and the change of an actor-critic that pays for it, against tests/reference/first_policy.py; both
 * layouts beside each other where traces live; and what is kept. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "task/create.h"

enum { T = 6, B = 20, M = 3, N = 5, A = 3, K = 2 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"
static am_equations *text;

static const char written[] = "network net\n"
                              "input u\n"
                              "state x[n]\n"
                              "x <- tanh(W @ u + b + U @ x)\n"
                              "output x\n";

/* ------------------------------------------------------------------------------ the tape */
static float step(const am_task *task, void *state, int action) {
  place *s = state;
  const int at = s->lane * T + s->step++;
  (void)task;
  return (float)values("rewards", NULL)[at * A + action];
}
static float move(const am_task *task, void *state, const float *action) {
  place *s = state;
  const int at = s->lane * T + s->step++;
  double reward = values("rewards", NULL)[at * A];
  (void)task;
  for (int k = 0; k < K; k++) {
    const double apart = (double)action[k] - values("goals", NULL)[at * K + k];
    reward -= apart * apart;
  }
  return (float)reward;
}
static bool over(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return s->step >= (int)values("ends", NULL)[s->lane];
}
static float heaviness = 1; /* of every decision */
static float weight(const am_task *task, const void *state) {
  (void)task, (void)state;
  return heaviness;
}
static const am_task_type tape_type = {.part.name = "tape",
                                       .start = start,
                                       .observe = observe,
                                       .step = step,
                                       .move = move,
                                       .over = over,
                                       .weight = weight};
static const am_task tapes[2] = {{.type = &tape_type,
                                  .n_inputs = M,
                                  .n_actions = A,
                                  .n_steps = T,
                                  .criterion = NAN,
                                  .state_size = sizeof(place)},
                                 {.type = &tape_type,
                                  .n_inputs = M,
                                  .n_real = K,
                                  .n_steps = T,
                                  .criterion = NAN,
                                  .state_size = sizeof(place)}};

/* ------------------------------------------------------------------------------ one change */
static am_bptt_options options_of(bool pairs, bool keep) {
  return (am_bptt_options){
      .agent = {.n_lanes = B,
                .n_threads = 2,
                .seed = 20261122,
                .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f},
                .keep_first = keep},
      .gamma = 0.9f,
      .lambda = 0.8f,
      .value_weight = 0.3f,
      .entropy_weight = 0.07f,
      .kl_weight = keep ? 0.4f : 0,
      .teach = AM_TEACH_REWARD,
      .entropy = AM_ENTROPY_TRUE,
      .pairs = pairs};
}

/* Its parameters become those of the file: KIND/WHICH/NAME. */
static void put(am_learner *x, const char *kind, const char *which) {
  am_learner_tensor t;
  for (int k = 0; x->type->tensor(x, k, &t); k++) {
    char key[160];
    size_t count;
    float all[64];
    if (!t.is_parameter) continue;
    snprintf(key, sizeof key, "%s/%s/%s", kind, which, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    x->type->set(x, k, all);
  }
}

static const float *change_of(const am_agent *a) {
  return a->changes + (size_t)a->n_groups * a->places.size;
}

static void check_change(bool pairs, bool real) {
  const am_bptt_options o = options_of(pairs, true);
  const am_units u = {
      .text = text, .clip = 1, .stack = {.text = text, .n_hidden = N, .n_layers = 1}};
  const char *kind = real ? "real" : "actions";
  am_learner *x;
  am_learner_report report;
  char key[160];
  assert_int_equal(am_bptt_create(&x, &tapes[real], &u, &o, NULL), AMINE_OK);
  assert_true(am_bptt_of(x)->pairs == pairs && x->keeps_first);
  put(x, kind, "first");
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  assert_true(fabs(report.kl) < 1e-6); /* the policy that it begins with */
  put(x, kind, "param");
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  snprintf(key, sizeof key, "%s/change/kl", kind);
  const double want_kl = *values(key, NULL);
  assert_true(want_kl > 0.1 && fabs(report.kl - want_kl) < 1e-5 * want_kl);
  const am_agent *a = am_agent_of(x);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    size_t count;
    float got[64];
    double worst = 0, scale = 0;
    snprintf(key, sizeof key, "%s/change/%s", kind, p->name);
    const double *want = values(key, &count);
    am_place_get(p, got, change_of(a));
    if (heaviness > 1 && strncmp(p->name, "h2o", 3) != 0) continue; /* the policy's alone */
    for (size_t i = 0; i < count; i++) {
      const double wanted = (double)heaviness * want[i];
      scale = fmax(scale, fabs(wanted));
      worst = fmax(worst, fabs((pairs ? -1 : 1) * (double)got[i] - wanted));
    }
    if (!(worst <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s %s: off by %g of %g", pairs ? "pairs" : "lanes", key, worst, scale);
  }
  am_learner_destroy(x);
}

static void the_gradient_agrees(void **state) {
  (void)state;
  for (int k = 0; k < 4; k++) check_change(k % 2, k / 2);
}

/* Where a task gives decisions a weight the penalty has it too, and how far it is has not. */
static void weights_are_of_the_penalty_alone(void **state) {
  (void)state;
  heaviness = 3;
  for (int k = 0; k < 4; k++) check_change(k % 2, k / 2);
  heaviness = 1;
}

/* ------------------------------------------------------------------------------ both layouts */
/* Every parameter by another number. */
static void shift(am_learner *x) {
  am_learner_tensor t;
  int n = 0;
  for (int k = 0; x->type->tensor(x, k, &t); k++) {
    float all[2000];
    if (!t.is_parameter) continue;
    x->type->get(x, k, all);
    for (size_t i = 0; i < t.dims[0] * t.dims[1]; i++) all[i] += 0.4f * sinf((float)(7 * n++));
    x->type->set(x, k, all);
  }
}

/* Beside dropout, early ends, and a trace whose M is given by what the policy meets: the first policy
 * lives through the same. */
static void both_layouts_follow(void **state) {
  (void)state;
  static const struct {
    const am_part *network;
    am_rule_id rule;
    const am_modulator_type *modulator;
  } choices[] = {{&am_gru_part, 0, NULL}, {&am_plastic_gru_part, AM_RULE_DECAY, &am_given_type}};
  const am_cart_pole_options poles = {.steps = 12, .masked = true, .friction = true};
  for (int k = 0; k < 2; k++) {
    am_learner *x[2];
    am_learner_report report[2];
    am_task *task;
    assert_int_equal(am_cart_pole_create(&task, &poles, NULL), AMINE_OK);
    for (int pairs = 0; pairs < 2; pairs++) {
      am_bptt_options o = options_of(pairs, true);
      const am_units_options u = {
          .n_hidden = 7, .n_layers = 2, .dropout = 0.3f, .constants = {0.5, 0.5, 1, 1}};
      const am_rule_options rule = {.clip = 0.5f, .eta = 0.3f, .eta_e = 0.2f, .eta_h = 0.3f};
      const am_readout_options readout = {.clamp = (double)NAN};
      am_units units;
      o.feed =
          (am_feed){.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_NOVELTY, .scale = 0.7f}};
      assert_int_equal(am_units_read(&units, choices[k].network, &u, &am_rules[choices[k].rule],
                                     &rule, choices[k].modulator, &readout, NULL),
                       AMINE_OK);
      units.stack.feed = o.feed;
      if (pairs && k == 1) assert_int_equal(am_feed_ask(&o.feed, "M", false, NULL, NULL), AMINE_OK);
      assert_int_equal(am_bptt_create(&x[pairs], task, &units, &o, NULL), AMINE_OK);
      am_units_free(&units);
      assert_true(am_bptt_of(x[pairs])->pairs == pairs);
      assert_int_equal(x[pairs]->type->iterate(x[pairs], &report[pairs], NULL), AMINE_OK);
      shift(x[pairs]);
      assert_int_equal(x[pairs]->type->iterate(x[pairs], &report[pairs], NULL), AMINE_OK);
    }
    if (!(report[0].kl > 0.04) || !(fabs(report[0].kl - report[1].kl) < 2e-5 * report[0].kl))
      fail_msg("%s: %g and %g", choices[k].network->name, report[0].kl, report[1].kl);
    const am_agent *a = am_agent_of(x[0]), *b = am_agent_of(x[1]);
    for (int i = 0; i < a->places.n; i++)
      for (int r = 0; r < a->places.place[i].dims[0]; r++)
        for (int c = 0; c < a->places.place[i].dims[1]; c++) {
          const double up = (double)change_of(a)[am_place_at(&a->places.place[i], r, c)],
                       down = (double)change_of(b)[am_place_at(&b->places.place[i], r, c)];
          if (!(fabs(up + down) <= 2e-5 * fmax(1, report[0].gradient_norm)))
            fail_msg("%s of %s: %g beside %g", a->places.place[i].name, choices[k].network->name,
                     up, -down);
        }
    for (int pairs = 0; pairs < 2; pairs++) am_learner_destroy(x[pairs]);
    am_task_destroy(task);
  }
}

/* ------------------------------------------------------------------------------ what is kept */
/* The tensors first.NAME are the parameters with which it began, whatever it has learned since; a run
 * that does not keep them has none. */
static void the_first_is_kept(void **state) {
  (void)state;
  for (int keep = 0; keep < 2; keep++) {
    am_bptt_options o = options_of(false, keep);
    o.agent.schedule.rate = 0.1;
    const am_units u = {
        .text = text, .clip = 1, .stack = {.text = text, .n_hidden = N, .n_layers = 1}};
    am_learner *x;
    am_learner_report report;
    am_learner_tensor t;
    float begun[64], now[64], kept[64];
    int n = 0;
    assert_int_equal(am_bptt_create(&x, &tapes[0], &u, &o, NULL), AMINE_OK);
    put(x, "actions", "first"); /* as a run that begins with another's weights */
    x->type->get(x, 0, begun);
    for (int k = 0; k < 3; k++) assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
    x->type->get(x, 0, now);
    assert_true(memcmp(begun, now, N * M * sizeof *now) != 0);
    assert_true(!keep || report.kl > 1e-3);
    for (int k = 0; x->type->tensor(x, k, &t); k++) {
      n += strncmp(t.name, "first.", 6) == 0;
      if (strcmp(t.name, "first.net.W_l0") != 0) continue;
      assert_false(t.is_parameter);
      x->type->get(x, k, kept);
      assert_memory_equal(begun, kept, N * M * sizeof *kept);
    }
    assert_int_equal(n, keep ? am_agent_of(x)->places.n : 0);
    am_learner_destroy(x);
  }
}

/* Where no actions are asked for there is no policy. */
static void values_have_no_policy(void **state) {
  (void)state;
  const am_bptt_options o = options_of(false, true);
  const am_units u = {.text = text, .stack = {.text = text, .n_hidden = N, .n_layers = 1}};
  am_task *task;
  am_learner *x;
  amine_error error = {0};
  assert_int_equal(am_adding_create(&task, NULL, NULL), AMINE_OK);
  assert_int_equal(am_bptt_create(&x, task, &u, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "learner.keep_first=true keeps a policy, and "
                                     "task.type=adding asks for no actions");
  am_task_destroy(task);
}

static int open_file(void **state) {
  (void)state;
  if (am_equations_read(&text, "written", written, NULL, NULL) != AMINE_OK) return -1;
  return am_tensor_file_open(&file, TEST_DATA "/first_policy.safetensors", 1 << 20, false, NULL)
             ? -1
             : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  am_equations_free(text);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_gradient_agrees), cmocka_unit_test(weights_are_of_the_penalty_alone),
      cmocka_unit_test(both_layouts_follow), cmocka_unit_test(the_first_is_kept),
      cmocka_unit_test(values_have_no_policy)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
