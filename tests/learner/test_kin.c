/* Learners without backprop, against tests/reference/kin.py and, where traces live, kin_plastic.py:
 * the change that one batch asks for, on a tape of given inputs, rewards and answers; the mean change
 * of the perturbation methods against the gradient; the traces of leaky units against finite
 * differences. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "learner/delta.h"
#include "learner/e_prop.h"
#include "learner/evolution.h"
#include "learner/feedback_alignment.h"
#include "learner/node_perturbation.h"
#include "learner/none.h"
#include "learner/reward_walk.h"
#include "learner/rflo.h"
#include "learner/weight_perturbation.h"
#include "network/units.h"

enum { T = 6, B = 20, M = 3, N = 5, A = 3 };
#define TOLERANCE 5e-5 /* of the largest element of a tensor: float32 */

static am_tensor_file *file, *without, *plastic; /* one of the two, in use */

static const double *values(const char *key, size_t *count) {
  const am_tensor *t = am_tensor_file_find(file, key);
  if (!t) fail_msg("there is no %s", key);
  if (count) *count = t->count;
  return (const double *)(const void *)t->data;
}

/* ------------------------------------------------------------------------------ the tape */
typedef struct place {
  int lane, step;
} place;

static const double *tape_x, *tape_rewards, *tape_answers;

static void use(am_tensor_file *f) {
  file = f;
  tape_x = values("x", NULL);
  tape_rewards = values("rewards", NULL);
  tape_answers = values("answers", NULL);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task, (void)seed, (void)episode;
  *(place *)state = (place){(int)(lane % B), 0};
}
static void observe(const am_task *task, const void *state, float *input) {
  const place *s = state;
  (void)task;
  for (int i = 0; i < M; i++) input[i] = (float)tape_x[(s->lane * T + s->step) * M + i];
}
static int answer(const am_task *task, const void *state) {
  const place *s = state;
  (void)task;
  return (int)tape_answers[s->lane * T + s->step];
}
static float step(const am_task *task, void *state, int action) {
  place *s = state;
  (void)task;
  return (float)tape_rewards[(s->lane * T + s->step++) * A + action];
}

static const am_task_type tape_type = {
    .part.name = "tape", .start = start, .observe = observe, .step = step, .answer = answer};
static const am_task_type untold_type = {
    .part.name = "tape", .start = start, .observe = observe, .step = step};

static am_task tape(const am_task_type *type) {
  return (am_task){.type = type,
                   .n_inputs = M,
                   .n_actions = A,
                   .n_steps = T,
                   .criterion = NAN,
                   .state_size = sizeof(place)};
}

/* ------------------------------------------------------------------------------ one change */
static am_agent_options agent_options(int lanes) {
  return (am_agent_options){
      .n_lanes = lanes,
      .n_threads = 2,
      .seed = 20261122,
      .schedule = {.kind = AM_SCHEDULE_CONSTANT, .rate = 0},
      .optimiser = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}};
}

/* Read once: learners ask for a text only while they are made. */
static am_equations *gated, *leaky;

static int read_texts(void) {
  const am_part *const parts[] = {&am_gru_part, &am_leaky_rnn_part};
  am_equations **const to[] = {&gated, &leaky};
  for (int k = 0; k < 2; k++)
    if (am_equations_read(to[k], parts[k]->name, parts[k]->text, NULL, NULL) != AMINE_OK) return -1;
  return 0;
}

static void free_texts(void) {
  am_equations_free(gated);
  am_equations_free(leaky);
}

static am_stack_options units(const am_equations *text) {
  static const am_binding tau = {"tau", 2.5};
  return (am_stack_options){
      .text = text, .n_hidden = N, .n_layers = 1, .given = &tau, .n_given = text == leaky};
}

static void take_parameters(am_learner *learner, const char *name) {
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    char key[160];
    size_t count;
    float all[256];
    if (!t.is_parameter) continue;
    if (strcmp(name, "gradient") == 0 && strcmp(t.name, "baseline") == 0) continue;
    snprintf(key, sizeof key, "%s/param/%s", name, t.name);
    const double *from = values(key, &count);
    assert_int_equal(count, t.dims[0] * (t.rank == 2 ? t.dims[1] : 1));
    for (size_t i = 0; i < count; i++) all[i] = (float)from[i];
    learner->type->set(learner, k, all);
  }
}

static void iterate(am_learner *learner) {
  am_learner_report report;
  amine_error error = {0};
  if (learner->type->iterate(learner, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
  /* who is judged by rewards alone has no critic and no loss */
  const bool judged = strstr(learner->type->part.name, "perturbation") != NULL ||
                      strcmp(learner->type->part.name, "evolution") == 0;
  const bool delta = strcmp(learner->type->part.name, "delta") == 0; /* has no critic, but a loss */
  assert_true(isnan(report.value) == (judged || delta) && isnan(report.loss) == judged);
}

/* The mean change over the lanes of the last iteration. */
static const float *change_of(const am_learner *learner) {
  const am_agent *a = am_agent_of_const(learner);
  return a->changes + (size_t)a->n_groups * a->places.size;
}

static void check_change(am_learner *learner, const char *name) {
  const am_agent *a = am_agent_of_const(learner);
  take_parameters(learner, name);
  iterate(learner);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    char key[160];
    size_t count;
    double worst = 0, scale = 0;
    if (a->share[k] == 0) continue;
    snprintf(key, sizeof key, "%s/change/%s", name, p->name);
    if (!am_tensor_file_find(file, key)) { /* what acts through a trace alone */
      assert_true(strncmp(p->name, "h2mod", 5) == 0 || strncmp(p->name, "eta", 3) == 0);
      for (size_t i = 0; i < am_place_count(p); i++)
        assert_true(change_of(learner)[p->at + i] == 0);
      continue;
    }
    const double *want = values(key, &count);
    for (size_t i = 0; i < count; i++) {
      scale = fmax(scale, fabs(want[i]));
      worst = fmax(worst, fabs((double)change_of(learner)[p->at + i] - want[i]));
    }
    if (!(worst <= TOLERANCE * scale) || !(scale > 0))
      fail_msg("%s: off by %g of %g", key, worst, scale);
  }
  am_learner_destroy(learner);
}

static am_local_options local_options(const am_equations *text, am_teach teach,
                                      am_local_trace trace) {
  return (am_local_options){.agent = agent_options(B),
                            .units = units(text),
                            .gamma = 0.9f,
                            .lambda = 0.8f,
                            .value_weight = 0.3f,
                            .entropy_weight = 0.07f,
                            .teach = teach,
                            .feedback = AM_FEEDBACK_RANDOM,
                            .trace = trace,
                            .input = 1,
                            .recurrent = 1,
                            .output = 1};
}

static void local_rules_agree(void **state) {
  (void)state;
  const am_task task = tape(&tape_type);
  am_learner *x;
  am_local_options o = local_options(gated, AM_TEACH_REWARD, AM_LOCAL_DIAGONAL);
  assert_int_equal(am_e_prop_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "e-prop-reward");
  o = local_options(gated, AM_TEACH_SUPERVISED, AM_LOCAL_DECAY);
  assert_int_equal(am_e_prop_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "e-prop-supervised");
  o = local_options(leaky, AM_TEACH_MIXED, AM_LOCAL_DIAGONAL);
  assert_int_equal(am_e_prop_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "e-prop-leaky");
  o = local_options(leaky, AM_TEACH_REWARD, AM_LOCAL_DIAGONAL); /* RFLO knows better */
  assert_int_equal(am_rflo_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "rflo");
  o = local_options(gated, AM_TEACH_MIXED, AM_LOCAL_DIAGONAL); /* and so does this */
  assert_int_equal(am_feedback_alignment_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "feedback-alignment");
}

static am_perturbed_options perturbed_options(int lanes, int episodes, bool z_scored) {
  return (am_perturbed_options){.agent = agent_options(lanes),
                                .units = units(gated),
                                .sigma = 0.2f,
                                .episodes = episodes,
                                .z_scored = z_scored};
}

static am_node_perturbation_options node_options(int lanes, float entropy_weight) {
  return (am_node_perturbation_options){.agent = agent_options(lanes),
                                        .units = units(gated),
                                        .gamma = 0.9f,
                                        .entropy_weight = entropy_weight,
                                        .sigma = 0.2f,
                                        .input = 1,
                                        .recurrent = 1,
                                        .output = 1};
}

static void perturbations_agree(void **state) {
  (void)state;
  const am_task task = tape(&tape_type);
  am_learner *x;
  const am_node_perturbation_options node = node_options(B, 0.07f);
  assert_int_equal(am_node_perturbation_create(&x, &task, &node, NULL), AMINE_OK);
  check_change(x, "node-perturbation");
  am_perturbed_options o = perturbed_options(B, 3, false);
  assert_int_equal(am_weight_perturbation_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "weight-perturbation");
  assert_int_equal(am_evolution_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "evolution-rank");
  o.z_scored = true;
  assert_int_equal(am_evolution_create(&x, &task, &o, NULL), AMINE_OK);
  check_change(x, "evolution-z-score");
}

/* ------------------------------------------------------------------------------ a walk */
static am_reward_walk_options walk_options(void) {
  am_reward_walk_options o = {
      .agent = agent_options(B), .units = units(gated), .sigma = 0.05f, .average = 0.6f};
  o.agent.schedule.rate = 0.8;
  return o;
}

/* Eight updates, each by a learner made anew of what the last one saves. What does not learn stays
 * as it is. */
static void walk_agrees(const char *name, const am_reward_walk_options *o) {
  enum { UPDATES = 8 };
  const am_task task = tape(&tape_type);
  am_learner *x;
  am_learner_tensor t;
  am_learner_report report;
  assert_int_equal(am_reward_walk_create(&x, &task, o, NULL), AMINE_OK);
  take_parameters(x, name);
  for (int k = 0; k < UPDATES; k++) {
    am_learner *next;
    assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
    assert_true(isnan(report.value) && isnan(report.loss) && report.entropy > 0);
    assert_int_equal(am_reward_walk_create(&next, &task, o, NULL), AMINE_OK);
    for (int i = 0; x->type->tensor(x, i, &t); i++) {
      float all[256];
      x->type->get(x, i, all);
      next->type->set(next, i, all);
    }
    memcpy(next->numbers, x->numbers, sizeof x->numbers);
    next->iteration = x->iteration;
    am_learner_destroy(x);
    x = next;
  }
  for (int i = 0; x->type->tensor(x, i, &t); i++) {
    char key[160];
    size_t count;
    float all[256];
    double worst = 0, moved = 0;
    if (!t.is_parameter) continue;
    x->type->get(x, i, all);
    snprintf(key, sizeof key, "%s/param/%s", name, t.name);
    const double *before = values(key, &count);
    snprintf(key, sizeof key, "%s/after/%s", name, t.name);
    const double *want = values(key, &count);
    for (size_t k = 0; k < count; k++) {
      worst = fmax(worst, fabs((double)all[k] - want[k]));
      moved = fmax(moved, fabs((double)all[k] - before[k]));
    }
    const bool learns = !o->agent.learn || (o->agent.learn & am_role_bit(t.role));
    if (!(worst < 2e-6) || learns != (moved > 0.01))
      fail_msg("%s: off by %g, moved by %g", key, worst, moved);
  }
  am_learner_destroy(x);
}

static void a_walk_agrees(void **state) {
  (void)state;
  am_reward_walk_options o = walk_options();
  walk_agrees("walk-each", &o);
  o.control = AM_REWARD_WALK_RANDOM;
  walk_agrees("walk-random", &o);
  o = walk_options();
  o.groups = 4;
  o.agent.learn = am_role_bit(AM_ROLE_HEADS);
  walk_agrees("walk-heads", &o);
}

/* So many different steps as groups, of as many elements, or one more. */
static void groups_walk_together(void **state) {
  (void)state;
  const am_task task = tape(&tape_type);
  am_reward_walk_options o = walk_options();
  am_learner *x;
  am_learner_report report;
  o.groups = 4;
  assert_int_equal(am_reward_walk_create(&x, &task, &o, NULL), AMINE_OK);
  am_agent *a = am_agent_of(x);
  for (size_t i = 0; i < a->places.size; i++) a->parameters[i] = 0.25f;
  assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    const int n = (int)am_place_count(p);
    const float *v = a->parameters + p->at;
    int different = 0;
    bool in_order = true;
    for (int i = 0; i < n; i++) {
      int like = 0, earlier = 0;
      for (int k = 0; k < n; k++) like += v[k] == v[i];
      for (int k = 0; k < i; k++) earlier += v[k] == v[i];
      different += earlier == 0;
      if (i >= 4) in_order = in_order && v[i] == v[i - 4];
      if (n >= 4) assert_in_range(like, n / 4, (n + 3) / 4);
    }
    assert_int_equal(different, n < 4 ? n : 4);
    if (n > 16) assert_false(in_order);
  }
  am_learner_destroy(x);
}

static void a_walk_refuses(void **state) {
  (void)state;
  const am_task task = tape(&tape_type);
  amine_error error;
  am_learner *x;
  for (int k = 0; k < 4; k++) {
    am_reward_walk_options o = walk_options();
    if (k == 0) o.sigma = 0;
    if (k == 1) o.average = 1.5f;
    if (k == 2) o.groups = -1;
    if (k == 3) o.agent.learn = am_role_bit(AM_ROLE_GAINS);
    assert_int_equal(am_reward_walk_create(&x, &task, &o, &error), AMINE_ERROR_ARGUMENT);
    const char *const says[] = {"not 0", "not 1.5", "not -1", "learn=gains"};
    assert_non_null(strstr(error.message, says[k]));
  }
}

/* ------------------------------------------------------------------------------ with traces */
/* A text whose traces live, with what stands in its slots; read once more for each. */
static void living(am_units *u, const am_part *network, am_rule_id rule,
                   const am_modulator_type *modulator, am_alpha_form alpha) {
  const am_units_options o = {.n_hidden = N, .n_layers = 1, .alpha = alpha, .constants = {0, 0.01}};
  const am_rule_options r = {.clip = 0.15f, .eta = 0.25f, .eta_e = 0.25f, .eta_h = 0.2f};
  const am_readout_options readout = {.clamp = NAN};
  amine_error error;
  if (am_units_read(u, network, &o, &am_rules[rule], &r, modulator, &readout, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  u->stack.feed =
      (am_feed){.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_REWARD, .scale = 1}};
}

static void plastic_local_rules_agree(void **state) {
  typedef amine_status (*maker)(am_learner **, const am_task *, const am_local_options *,
                                amine_error *);
  static const struct {
    const char *name;
    maker create;
    const am_part *network;
    am_rule_id rule;
    const am_modulator_type *modulator;
    am_alpha_form alpha;
    am_teach teach;
    am_local_trace trace;
  } cases[] = {{"e-prop-rnn", am_e_prop_create, &am_plastic_rnn_part, AM_RULE_CLIP,
                &am_readout_type, AM_ALPHA_CONNECTION, AM_TEACH_REWARD, AM_LOCAL_DIAGONAL},
               {"e-prop-lstm", am_e_prop_create, &am_plastic_lstm_part, AM_RULE_ELIGIBILITY,
                &am_given_type, AM_ALPHA_NEURON, AM_TEACH_MIXED, AM_LOCAL_DIAGONAL},
               {"e-prop-lstm-decay", am_e_prop_create, &am_plastic_lstm_part, AM_RULE_OJA,
                &am_readout_type, AM_ALPHA_CONNECTION, AM_TEACH_SUPERVISED, AM_LOCAL_DECAY},
               {"rflo-rnn", am_rflo_create, &am_plastic_rnn_part, AM_RULE_OJA, &am_constant_type,
                AM_ALPHA_NETWORK, AM_TEACH_SUPERVISED, AM_LOCAL_DECAY},
               {"feedback-lstm", am_feedback_alignment_create, &am_plastic_lstm_part, AM_RULE_DECAY,
                &am_constant_type, AM_ALPHA_CONNECTION, AM_TEACH_MIXED, AM_LOCAL_NONE}};
  const am_task task = tape(&tape_type);
  (void)state;
  use(plastic);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    am_learner *x;
    am_units u;
    living(&u, cases[k].network, cases[k].rule, cases[k].modulator, cases[k].alpha);
    am_local_options o = local_options(NULL, cases[k].teach, cases[k].trace);
    o.units = u.stack;
    assert_int_equal(cases[k].create(&x, &task, &o, NULL), AMINE_OK);
    check_change(x, cases[k].name);
    am_units_free(&u);
  }
  use(without);
}

static void plastic_perturbations_agree(void **state) {
  const am_task task = tape(&tape_type);
  am_learner *x;
  (void)state;
  use(plastic);
  for (int k = 0; k < 2; k++) {
    am_units u;
    if (k) living(&u, &am_plastic_lstm_part, AM_RULE_DECAY, &am_readout_type, AM_ALPHA_NEURON);
    else living(&u, &am_plastic_rnn_part, AM_RULE_CLIP, &am_readout_type, AM_ALPHA_CONNECTION);
    am_node_perturbation_options node = node_options(B, 0.07f);
    node.units = u.stack;
    assert_int_equal(am_node_perturbation_create(&x, &task, &node, NULL), AMINE_OK);
    check_change(x, k ? "node-lstm" : "node-rnn");
    am_units_free(&u);
    if (k) living(&u, &am_plastic_lstm_part, AM_RULE_CLIP, &am_given_type, AM_ALPHA_NETWORK);
    else
      living(&u, &am_plastic_rnn_part, AM_RULE_ELIGIBILITY, &am_constant_type, AM_ALPHA_CONNECTION);
    am_perturbed_options o = perturbed_options(B, 3, false);
    o.units = u.stack;
    assert_int_equal((k ? am_evolution_create : am_weight_perturbation_create)(&x, &task, &o, NULL),
                     AMINE_OK);
    check_change(x, k ? "evolution-lstm" : "weight-rnn");
    am_units_free(&u);
  }
  use(without);
}

/* ------------------------------------------------------------------------------ the read-out alone */
/* The tape with values to say in the place of rewards. */
static bool target(const am_task *task, const void *state, float *wanted) {
  const place *s = state;
  for (int k = 0; k < A; k++) wanted[k] = (float)tape_rewards[(s->lane * T + s->step) * A + k];
  return answer(task, state) >= 0;
}
static const am_task_type values_type = {
    .part.name = "tape", .start = start, .observe = observe, .step = step, .target = target};

/* delta moves the read-out by its definition and nothing else; none moves nothing. */
static void still_networks_agree(void **state) {
  (void)state;
  use(plastic);
  for (int values = 0; values < 2; values++) {
    am_task task = tape(values ? &values_type : &tape_type);
    if (values) task.n_targets = A, task.n_actions = 1;
    am_units u;
    if (values) living(&u, &am_plastic_rnn_part, AM_RULE_CLIP, &am_given_type, AM_ALPHA_CONNECTION);
    else living(&u, &am_plastic_lstm_part, AM_RULE_ELIGIBILITY, &am_given_type, AM_ALPHA_NEURON);
    const am_still_options o = {.agent = agent_options(B), .units = u.stack};
    for (int taught = 0; taught < 2; taught++) {
      am_learner *x;
      am_learner_report report;
      const am_learner_type *type = taught ? &am_delta_type : &am_none_type;
      assert_int_equal(am_still_create(&x, type, &task, &o, taught, NULL), AMINE_OK);
      if (taught) {
        am_agent_of(x)->options.schedule.rate = 0.5;
        check_change(x, values ? "delta-values" : "delta-actions");
        continue;
      }
      am_agent *a = am_agent_of(x);
      a->options.schedule.rate = 1;
      float *before = malloc(a->places.size * sizeof *before);
      memcpy(before, a->parameters, a->places.size * sizeof *before);
      assert_int_equal(x->type->iterate(x, &report, NULL), AMINE_OK);
      assert_memory_equal(before, a->parameters, a->places.size * sizeof *before);
      assert_true(isnan(report.loss) && isnan(report.value) && isnan(report.entropy) == values);
      assert_true(report.gradient_norm == 0 && fabs(report.reward) > 0);
      free(before);
      am_learner_destroy(x);
    }
    am_units_free(&u);
  }
  use(without);
}

/* ------------------------------------------------------------------------------ the mean */
/* Correlation of the mean change over many batches with the gradient of the expected reward. */
static double correlation(am_learner *learner, int n_batches) {
  const bool nodes = strcmp(learner->type->part.name, "node-perturbation") == 0;
  const am_agent *a = am_agent_of_const(learner);
  double *sum = calloc(a->places.size, sizeof *sum), xy = 0, xx = 0, yy = 0;
  take_parameters(learner, "gradient");
  for (int k = 0; k < n_batches; k++) {
    iterate(learner);
    for (size_t i = 0; i < a->places.size; i++) sum[i] += (double)change_of(learner)[i];
  }
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    char key[160];
    size_t count;
    /* with traces as inputs of a step, what they take up is not a node's */
    if (a->share[k] == 0 || (nodes && strncmp(p->name, "h2mod", 5) == 0)) continue;
    snprintf(key, sizeof key, "gradient/change/%s", p->name);
    const double *want = values(key, &count);
    for (size_t i = 0; i < count; i++) {
      xy += sum[p->at + i] * want[i];
      xx += sum[p->at + i] * sum[p->at + i];
      yy += want[i] * want[i];
    }
  }
  free(sum);
  am_learner_destroy(learner);
  return xy / sqrt(xx * yy);
}

static void follow_the_gradient(const am_stack_options *units, const char *what) {
  const am_task task = tape(&untold_type); /* asked at every step */
  am_learner *x[3];
  const char *const names[] = {"node perturbation", "weight perturbation", "evolution"};
  am_node_perturbation_options node = node_options(320, 0);
  am_perturbed_options o = perturbed_options(640, 4, true);
  o.sigma = units ? 0.12f : 0.2f;
  node.gamma = 1;
  if (units) node.units = o.units = *units;
  assert_int_equal(am_node_perturbation_create(&x[0], &task, &node, NULL), AMINE_OK);
  assert_int_equal(am_weight_perturbation_create(&x[1], &task, &o, NULL), AMINE_OK);
  assert_int_equal(am_evolution_create(&x[2], &task, &o, NULL), AMINE_OK);
  for (int k = 0; k < 3; k++) {
    const double r = correlation(x[k], k ? (units ? 250 : 100) : 400);
    print_message("%s%s: correlation with the gradient %.3f\n", names[k], what, r);
    assert_true(r > (units ? 0.7 : 0.9)); /* seen through as much noise in fewer batches */
  }
}

static void perturbations_follow_the_gradient(void **state) {
  (void)state;
  follow_the_gradient(NULL, "");
  am_units u;
  living(&u, &am_plastic_rnn_part, AM_RULE_CLIP, &am_readout_type, AM_ALPHA_CONNECTION);
  use(plastic);
  follow_the_gradient(&u.stack, " with a trace");
  use(without);
  am_units_free(&u);
}

/* ------------------------------------------------------------------------------ leaky traces */
/* Leaky units and an episode of the tape. */
typedef struct lived {
  am_stack stack;
  am_places places;
  am_stack_memory memory;
  float p[512], u[T * M * AM_GROUP_LANES], block[40 * N * (T + 1) * AM_GROUP_LANES];
} lived;

/* Sum over lanes of the last h_i, as it depends on W_hh. */
static double last_h(lived *x, int unit) {
  enum { LANES = AM_GROUP_LANES };
  am_stack_begin(&x->stack, &x->memory, x->p, false);
  for (int t = 0; t < T; t++)
    am_stack_step(&x->stack, &x->memory, t, x->p, x->u + t * M * LANES, false);
  double sum = 0;
  for (int k = 0; k < LANES; k++)
    sum += (double)am_stack_output(&x->stack, &x->memory, T - 1)[unit * LANES + k];
  return sum;
}

/* dW_ij = p_ij at the last step, by a credit of 1 for unit i there. */
static void by_trace(lived *x, float *change, int unit, am_stack_reach reach) {
  enum { LANES = AM_GROUP_LANES };
  last_h(x, unit);
  am_stack_clear(&x->stack, &x->memory); /* h is a state: so its gradient is clear, too */
  for (int k = 0; k < LANES; k++)
    am_stack_credit(&x->stack, &x->memory, T - 1)[unit * LANES + k] = 1;
  am_stack_local(&x->stack, &x->memory, change, x->p, x->u, reach);
}

/* p is the derivative where no other unit takes part: e-prop's with a diagonal W, RFLO's with W =
 * 0, and RFLO's is not with a diagonal W. Off-diagonal weights of a unit are varied too. */
static void leaky_traces_agree_with_differences(void **state) {
  (void)state;
  static lived x;
  am_stack_options o = units(leaky);
  o.n_inputs = M;
  assert_int_equal(am_stack_make(&x.stack, &x.places, &o, NULL), AMINE_OK);
  assert_true(x.places.size <= 512);
  assert_true(am_stack_lay_out(&x.memory, NULL, &x.stack, T, true) <=
              sizeof x.block / sizeof(float));
  am_stack_lay_out(&x.memory, x.block, &x.stack, T, true);
  am_stack_initialise(&x.stack, &x.places, x.p, 3);
  for (int t = 0; t < T; t++)
    for (int i = 0; i < M; i++)
      for (int k = 0; k < AM_GROUP_LANES; k++)
        x.u[(t * M + i) * AM_GROUP_LANES + k] = (float)tape_x[(k * T + t) * M + i];
  const size_t w_hh = x.places.place[1].at;
  const struct {
    am_stack_reach reach;
    float diagonal;
    bool exact;
  } cases[] = {
      {AM_STACK_UNIT, 0.8f, true}, {AM_STACK_ELEMENTS, 0, true}, {AM_STACK_ELEMENTS, 0.8f, false}};
  for (int c = 0; c < 3; c++) {
    double worst = 0;
    for (int i = 0; i < N * N; i++)
      x.p[w_hh + (size_t)i] = i % (N + 1) == 0 ? cases[c].diagonal : 0;
    for (int i = 0; i < N; i++) {
      float change[512] = {0};
      by_trace(&x, change, i, cases[c].reach);
      for (int j = 0; j < N; j++) {
        const size_t at = w_hh + (size_t)(i * N + j);
        const float kept = x.p[at], step_size = 0.02f;
        x.p[at] = kept + step_size;
        const double above = last_h(&x, i);
        x.p[at] = kept - step_size;
        const double below = last_h(&x, i);
        x.p[at] = kept;
        const double d = (above - below) / (2 * (double)step_size);
        worst = fmax(worst, fabs(d - (double)change[at]));
      }
    }
    if (cases[c].exact != (worst < 5e-3)) fail_msg("case %d: off by %g", c, worst);
  }
  am_stack_free(&x.stack);
}

static void refusals(void **state) {
  (void)state;
  const am_task task = tape(&untold_type);
  am_learner *x = NULL;
  amine_error error = {0};
  am_perturbed_options o = perturbed_options(21, 1, false);
  assert_int_equal(am_evolution_create(&x, &task, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "even"));
  o = perturbed_options(B, 0, false);
  assert_int_equal(am_evolution_create(&x, &task, &o, &error), AMINE_ERROR_ARGUMENT);
  am_node_perturbation_options node = node_options(B, 0);
  node.sigma = 0;
  assert_int_equal(am_node_perturbation_create(&x, &task, &node, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "noise"));
  const am_local_options local = local_options(leaky, AM_TEACH_SUPERVISED, AM_LOCAL_DECAY);
  assert_int_equal(am_rflo_create(&x, &task, &local, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "what would be right"));
  assert_null(x);
}

static int open_files(void **state) {
  (void)state;
  if (read_texts() != 0) return -1;
  if (am_tensor_file_open(&without, TEST_DATA "/kin.safetensors", 1 << 20, false, NULL) ||
      am_tensor_file_open(&plastic, TEST_DATA "/kin_plastic.safetensors", 1 << 20, false, NULL))
    return -1;
  use(without);
  return 0;
}

static int close_files(void **state) {
  (void)state;
  free_texts();
  am_tensor_file_close(without);
  am_tensor_file_close(plastic);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(local_rules_agree),
      cmocka_unit_test(perturbations_agree),
      cmocka_unit_test(a_walk_agrees),
      cmocka_unit_test(groups_walk_together),
      cmocka_unit_test(a_walk_refuses),
      cmocka_unit_test(plastic_local_rules_agree),
      cmocka_unit_test(plastic_perturbations_agree),
      cmocka_unit_test(still_networks_agree),
      cmocka_unit_test(perturbations_follow_the_gradient),
      cmocka_unit_test(leaky_traces_agree_with_differences),
      cmocka_unit_test(refusals),
  };
  return cmocka_run_group_tests(tests, open_files, close_files);
}
