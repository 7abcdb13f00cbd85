/* Fast weights, by the delta rule and by sums, and attention with modulators: the texts' losses and
 * gradients in both layouts against tests/reference/retrieval.py. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"

enum { T = 9, B = 20, M = 7, N = 6, A = 5, SIZE_MOST = 128 };
#define TOLERANCE 2e-5 /* of the largest element of a tensor: float32 */

#include "learner/tape.h"

/* ------------------------------------------------------------------------------ the tape */
static int answer(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return (int)values("answers", NULL)[s->lane * T + s->step];
}
static float step(const am_task *task, void *state, int action) {
  (void)task, (void)action;
  ((place *)state)->step++;
  return 0;
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
typedef struct one {
  const char *name; /* of the case in the file */
  const am_part *network;
  am_rule_id rule;
  double constants[4]; /* in the order of the text */
} one;

static const one cases[] = {
    {"delta", &am_fast_weights_part, AM_RULE_GATED, {1, 0}},
    {"sum", &am_fast_weights_part, AM_RULE_GATED, {0, 0}},
    {"attention", &am_attention_modulated_part, AM_RULE_NONE, {3, 1.25, 1.5, 0.75}},
};

static am_learner *make(const one *c, bool pairs) {
  am_units_options o = {.n_hidden = N, .n_layers = 1};
  const am_rule_options r = {.clip = 1};
  const am_readout_options readout = {.clamp = NAN};
  const am_bptt_options options = {
      .agent = {.n_lanes = B,
                .n_threads = 2,
                .seed = 3,
                .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .gamma = 1,
      .lambda = 1,
      .teach = AM_TEACH_SUPERVISED,
      .entropy = AM_ENTROPY_TRUE,
      .pairs = pairs};
  am_learner *x;
  am_units u;
  amine_error error;
  memcpy(o.constants, c->constants, sizeof c->constants);
  if (am_units_read(&u, c->network, &o, &am_rules[c->rule], &r, c->rule ? NULL : &am_readout_type,
                    &readout, &error) != AMINE_OK ||
      am_bptt_create(&x, &tape, &u, &options, &error) != AMINE_OK)
    fail_msg("%s: %s", c->name, error.message);
  am_units_free(&u);
  assert_true(am_bptt_of(x)->pairs == pairs);
  return x;
}

static void take_parameters(am_learner *x, const char *name) {
  am_learner_tensor t;
  for (int k = 0; x->type->tensor(x, k, &t); k++) {
    char key[160];
    size_t count;
    float all[SIZE_MOST];
    if (!t.is_parameter || strncmp(t.name, "h2v", 3) == 0) continue; /* nobody asks it */
    snprintf(key, sizeof key, "%s/param/%s", name, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    assert_true(count <= SIZE_MOST);
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    x->type->set(x, k, all);
  }
}

static void agrees(const one *c, bool pairs) {
  am_learner *x = make(c, pairs);
  const am_agent *a = am_agent_of(x);
  am_learner_report report;
  char key[160];
  int n = 0;
  take_parameters(x, c->name);
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  snprintf(key, sizeof key, "%s/surprise", c->name);
  const double surprise = values(key, NULL)[0];
  if (!(fabs((double)report.loss * T - surprise) < 1e-5 * surprise))
    fail_msg("%s: %g, not %g", c->name, (double)report.loss * T, surprise);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    size_t count;
    float got[SIZE_MOST];
    double off = 0, scale = 0;
    if (strncmp(p->name, "h2v", 3) == 0) continue;
    snprintf(key, sizeof key, "%s/change/%s", c->name, p->name);
    const double *want = values(key, &count);
    am_place_get(p, got, a->changes + (size_t)a->n_groups * a->places.size);
    for (size_t i = 0; i < count; i++) {
      scale = fmax(scale, fabs(want[i]));
      off = fmax(off, fabs((pairs ? -1 : 1) * (double)got[i] - want[i])); /* pairs descend */
    }
    if (!(off <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s%s: off by %g of %g", key, pairs ? ", by pairs" : "", off, scale);
    n++;
  }
  assert_int_equal(n, c->rule ? 5 : 8); /* tensors, the read-out among them */
  am_learner_destroy(x);
}

static void losses_and_gradients_agree(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
    for (int pairs = 0; pairs < 2; pairs++) agrees(&cases[k], pairs == 1);
}

static int open_file(void **state) {
  (void)state;
  const char *const path = TEST_DATA "/retrieval.safetensors";
  return am_tensor_file_open(&file, path, 1 << 20, false, NULL) ? -1 : 0;
}

static int close_file(void **state) {
  (void)state;
  am_tensor_file_close(file);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(losses_and_gradients_agree)};
  return cmocka_run_group_tests(tests, open_file, close_file);
}
