/* Backpropagation through time goes two ways, sixteen lanes side by side or two: what they ask for
 * is held to each other for every objective, and of values to finite differences of what episodes
 * earn. (Each way has its own judges beside: tests/network/test_stack.c, test_pair.c.) */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learner/bptt.h"
#include "network/written.h"
#include "task/create.h"

/* one group of sixteen and three lanes of another */
enum { N_LANES = 19, PATTERNS = 5, N_TASKS = 7 };

static am_task *make_task(int k) {
  am_task *task = NULL;
  const am_periodic_options periodic = {
      .steps = 7, .width = 2, .period = 3, .patterns = 2, .pattern_seed = 4};
  const am_cart_pole_options cart_pole = {.steps = 20, .masked = true, .friction = true};
  const am_pattern_completion_options patterns = {
      .bits = 6, .patterns = 2, .shown = 2, .blank = 1, .rounds = 1, .test = 2};
  const am_adding_options adding = {.steps = 20}; /* ends early, too */
  const amine_status status = k == 0   ? am_delayed_match_create(&task, NULL, NULL)
                              : k == 1 ? am_evidence_create(&task, NULL, NULL)
                              : k == 2
                                  ? am_cart_pole_create(&task, &cart_pole, NULL) /* ends early */
                              : k == 3        ? am_periodic_create(&task, &periodic, NULL)
                              : k == 4        ? am_recall_values_create(&task, NULL, NULL)
                              : k == PATTERNS ? am_pattern_completion_create(&task, &patterns, NULL)
                                              : am_adding_create(&task, &adding, NULL);
  assert_int_equal(status, AMINE_OK);
  return task;
}

/* A text with what stands in its slots. */
typedef struct choice {
  const am_part *network;
  am_rule_id rule;
  const am_modulator_type *modulator;
  am_alpha_form alpha;
  bool fanout;
  bool bare; /* without a read-out */
} choice;

/* Two layers of it, with dropout between them. */
static am_learner *make(const am_task *task, const choice *c, am_teach teach, bool pairs,
                        float dropout) {
  const am_units_options u = {.n_hidden = 7,
                              .n_layers = 2,
                              .dropout = dropout,
                              .alpha = c->alpha,
                              .constants = {c->rule ? 0.5 : 1, c->rule ? 0.5 : 1, c->rule ? 0.1 : 1, 1}};
  const am_rule_options rule = {.clip = 0.5f, .eta = 0.3f, .eta_e = 0.2f, .eta_h = 0.3f};
  const am_readout_options readout = {.fanout = c->fanout, .clamp = (double)NAN};
  am_bptt_options o = {
      .agent = {.n_lanes = N_LANES,
                .n_threads = 1,
                .seed = 5,
                .schedule = {.rate = 0.25},
                .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-4f, .norm_clip = INFINITY}},
      .gamma = 0.9f,
      .lambda = 0.8f,
      .value_weight = 0.3f,
      .entropy_weight = 0.05f,
      .teach = teach,
      .readout = c->bare ? AM_READOUT_NONE : AM_READOUT_LEARNED,
      .entropy = AM_ENTROPY_TRUE,
      .pairs = pairs,
      .feed = {.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_NOVELTY, .scale = 0.7f}}};
  am_learner *learner = NULL;
  am_units units;
  assert_int_equal(am_units_read(&units, c->network, &u, &am_rules[c->rule], &rule, c->modulator,
                                 &readout, NULL),
                   AMINE_OK);
  units.stack.feed = o.feed; /* which asks for itself */
  if (pairs) assert_int_equal(am_feed_ask(&o.feed, "M", false, NULL, NULL), AMINE_OK);
  assert_int_equal(am_bptt_create(&learner, task, &units, &o, NULL), AMINE_OK);
  am_units_free(&units);
  assert_true(am_bptt_of(learner)->pairs == pairs);
  return learner;
}

static const float *change_of(const am_agent *a) {
  return a->changes + (size_t)a->n_groups * a->places.size;
}

static void near(double a, double b, double scale, const char *what, const char *where) {
  if (!(fabs(a - b) <= 2e-5 * fmax(scale, 1)) && !(isnan(a) && isnan(b)))
    fail_msg("%s of %s: %g beside %g", what, where, a, b);
}

/* The change that is asked for, and what is reported. */
static void compare(am_learner *x, am_learner *y, const char *where) {
  const am_agent *a = am_agent_of(x), *b = am_agent_of(y);
  am_learner_report p, q;
  double largest = 0;
  amine_error error;
  if (x->type->iterate(x, &p, &error)) fail_msg("%s: %s", where, error.message);
  if (y->type->iterate(y, &q, &error)) fail_msg("%s: %s", where, error.message);
  assert_int_equal(a->places.n, b->places.n);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *s = &a->places.place[k], *t = &b->places.place[k];
    assert_string_equal(s->name, t->name);
    for (int i = 0; i < s->dims[0]; i++)
      for (int j = 0; j < s->dims[1]; j++) {
        const double up = (double)change_of(a)[am_place_at(s, i, j)];
        near((double)-change_of(b)[am_place_at(t, i, j)], up, p.gradient_norm, s->name, where);
        largest = fmax(largest, fabs(up));
      }
  }
  assert_true(largest > 1e-3); /* or nothing was compared */
  near(q.reward, p.reward, p.reward, "reward", where);
  near(q.value, p.value, 1, "value", where);
  near(q.entropy, p.entropy, 1, "entropy", where);
  near(q.loss, p.loss, p.loss, "loss", where);
}

static void both_ways(const choice *c, int task_number, am_teach teach) {
  am_task *task = make_task(task_number);
  am_learner *x = make(task, c, teach, false, 0.3f), *y = make(task, c, teach, true, 0.3f);
  char where[80];
  snprintf(where, sizeof where, "%s, %s, %s, %d", task->type->part.name, c->network->name,
           am_rules[c->rule].part.name, (int)teach);
  compare(x, y, where);
  am_learner_destroy(x);
  am_learner_destroy(y);
  am_task_destroy(task);
}

static void two_ways_ask_for_the_same(void **state) {
  (void)state;
  static const choice choices[] = {
      {.network = &am_gru_part},
      {.network = &am_lstm_part},
      {.network = &am_attention_part},
      {.network = &am_highway_layer_part}};
  for (int k = 0; k < N_TASKS; k++)
    for (size_t n = 0; n < sizeof choices / sizeof *choices; n++)
      for (int teach = 0; teach < (k < 2 ? 3 : 1); teach++)
        both_ways(&choices[n], k, (am_teach)teach);
}

/* Units that are themselves what is said. */
static const choice bare[] = {{.network = &am_lstm_part, .bare = true},
                              {.network = &am_plastic_gru_part,
                               .rule = AM_RULE_FADING,
                               .modulator = &am_readout_type,
                               .bare = true},
                              {.network = &am_plastic_direct_part,
                               .rule = AM_RULE_DECAY,
                               .modulator = &am_constant_type,
                               .bare = true}};
enum { N_BARE = 3 };

static void and_without_a_readout(void **state) {
  (void)state;
  for (int n = 0; n < N_BARE; n++) both_ways(&bare[n], PATTERNS, AM_TEACH_REWARD);
}

/* Every text with a trace under every rule, each with another task, modulator and form of alpha. */
static void and_with_traces(void **state) {
  (void)state;
  am_part looking = am_plastic_rnn_part; /* back at the episode, beside a trace and for it */
  looking.text = "network plastic\n"
                 "constant init_w = 0.01\nconstant init_alpha = 0.01\nconstant init_self = 0\n"
                 "input u\nstate x[n]\ntrace H[n, n]\nz = attend(Q @ u, K @ u, V @ u, 2)\n"
                 "y = tanh((w + alpha * H) @ x + b + W_in @ u + P @ z)\n"
                 "H <- rule(post = y, pre = attend(x, y, x, n, 4), eta = modulator(y))\n"
                 "x <- y + 0 * init_w * init_alpha * init_self\noutput y\n"
                 "learned Q[6, u]\nlearned V[4, u]\n";
  amine_parameter rows[4];
  const am_part twofold = written_part(two_signals, rows);
  const am_part *const networks[] = {
      &am_plastic_rnn_part,     &am_plastic_gru_part,        &am_plastic_lstm_part,
      &am_plastic_highway_part, &am_plastic_lstm_gates_part, &am_hebbian_rnn_part,
      &am_hebbian_rnn_same_part, &am_fast_weights_part,      &looking,
      &twofold};
  static const am_modulator_type *const modulators[] = {&am_readout_type, &am_constant_type,
                                                        &am_given_type, &am_chemical_type};
  for (int n = 0; n < 10; n++)
    for (int rule = 1; rule < AM_N_RULES; rule++)
      for (int m = 0; m < 4; m++) {
        /* a trace that is to keep more than it has grows without end */
        if (rule == AM_RULE_GATED && modulators[m] == &am_given_type) continue;
        const choice c = {.network = networks[n],
                          .rule = (am_rule_id)rule,
                          .modulator = modulators[m],
                          .alpha = (am_alpha_form)((n + rule + m) % 3),
                          .fanout = rule % 2};
        const int task = (n + rule + m) % PATTERNS;
        both_ways(&c, task, (am_teach)(task < 2 ? (n + m) % 3 : 0));
      }
}

/* ------------------------------------------------------------------------------ differences */
/* Mean reward of the episodes that iteration 0 learns from. */
static double earned(am_learner *learner) {
  double rewards[N_LANES], sum = 0;
  learner->type->evaluate(learner, rewards, N_LANES, 0, 5, false);
  for (int k = 0; k < N_LANES; k++) sum += rewards[k];
  return sum / N_LANES;
}

/* Two central differences, so that what is off by h^2 cancels; their rounding is 1e-7 / h. */
static double slope(am_learner *learner, float *p) {
  const float old = *p;
  double d[2];
  for (int k = 0; k < 2; k++) {
    const float h = k ? 0x1p-8f : 0x1p-7f;
    *p = old + h;
    d[k] = earned(learner);
    *p = old - h;
    d[k] = (d[k] - earned(learner)) / (2 * (double)h);
    *p = old;
  }
  return (4 * d[1] - d[0]) / 3;
}

static void follows_the_gradient(const choice *c, int from, int to) {
  for (int k = from; k < to; k++)
    for (int pairs = 0; pairs < 2; pairs++) {
      am_task *task = make_task(k);
      const double steps = (double)task->n_steps / am_task_counted(task);
      am_learner *x = make(task, c, AM_TEACH_REWARD, pairs, 0);
      am_learner *y = make(task, c, AM_TEACH_REWARD, pairs, 0);
      am_agent *a = am_agent_of(x), *b = am_agent_of(y);
      am_learner_report report;
      double largest = 0;
      assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
      assert_true(isnan(report.value) && isnan(report.entropy)); /* no critic and no policy */
      assert_true(fabs(report.reward - earned(y)) < 1e-7);
      assert_true(fabs(report.loss * steps + report.reward) < 2e-6);
      for (int q = 0; q < a->places.n; q++)
        for (int i = 0; i < a->places.place[q].dims[0]; i++) {
          const size_t at = am_place_at(&a->places.place[q], i, i % a->places.place[q].dims[1]);
          const double up = (double)change_of(a)[at] * (pairs ? -1 : 1);
          const double d = slope(y, b->parameters + at);
          if (!(fabs(up - d) <= 2e-4))
            fail_msg("%s, %s[%d]: %g, by differences %g", task->type->part.name,
                     a->places.place[q].name, i, up, d);
          largest = fmax(largest, fabs(d));
        }
      assert_true(largest > 0.01);
      am_learner_destroy(x);
      am_learner_destroy(y);
      am_task_destroy(task);
    }
}

static void values_follow_the_gradient(void **state) {
  (void)state;
  static const choice c = {
      .network = &am_plastic_gru_part, .rule = AM_RULE_FADING, .modulator = &am_readout_type};
  follows_the_gradient(&c, 3, PATTERNS);
  for (int n = 0; n < N_BARE; n++) follows_the_gradient(&bare[n], PATTERNS, PATTERNS + 1);
}

/* Whatever it learns, random bits cannot be predicted: over fresh episodes the error is not below
 * 0.225. A read-out of 1/2 is exactly there. */
static void random_bits_have_a_floor(void **state) {
  (void)state;
  enum { EPISODES = 4000 };
  static double rewards[EPISODES];
  static const choice c = {
      .network = &am_hebbian_rnn_part, .rule = AM_RULE_FADING, .modulator = &am_given_type};
  am_task *task = NULL;
  assert_int_equal(am_random_bits_create(&task, NULL, NULL), AMINE_OK);
  am_learner *x = make(task, &c, AM_TEACH_REWARD, false, 0);
  am_agent *a = am_agent_of(x);
  am_learner_report report;
  double sum = 0;
  for (int k = 0; k < 30; k++) assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  x->type->evaluate(x, rewards, EPISODES, 0, 77, false);
  for (int k = 0; k < EPISODES; k++) sum += rewards[k];
  assert_true(sum / EPISODES < -0.2245); /* its own spread is below 1e-4 near the floor */
  for (int k = a->places.n - 2; k < a->places.n; k++)
    for (size_t i = 0; i < am_place_count(&a->places.place[k]); i++)
      a->parameters[a->places.place[k].at + i] = k < a->places.n - 1 ? 0 : 0.5f;
  x->type->evaluate(x, rewards, 100, 0, 77, false);
  for (int k = 0; k < 100; k++) assert_true(fabs(rewards[k] + 0.225) < 1e-6);
  am_learner_destroy(x);
  am_task_destroy(task);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_ways_ask_for_the_same), cmocka_unit_test(and_with_traces),
      cmocka_unit_test(and_without_a_readout),     cmocka_unit_test(values_follow_the_gradient),
      cmocka_unit_test(random_bits_have_a_floor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
