/* The Neuromodulator Signaling Model against its float64 reference (tests/reference/signalling.py),
 * in both forms; its feedback weights by hand; the controls. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "gru_units.h"
#include "learner/signalling.h"
#include "learner/signalling_state.h"
#include "task/create.h"
#include "task/delayed_match.h"

#define TOLERANCE 2e-5

static am_tensor_file *file;

static const am_tensor *find(int number, const char *name) {
  char key[96];
  snprintf(key, sizeof key, "%d/%s", number, name);
  return am_tensor_file_find(file, key);
}

static const double *values(int number, const char *name) {
  const am_tensor *t = find(number, name);
  if (!t) fail_msg("case %d has no %s", number, name);
  return (const double *)(const void *)t->data;
}

/* What is noted of a case: "layers=2,n=4,...". */
static double noted(int number, const char *key) {
  char name[16], with[32];
  snprintf(name, sizeof name, "%d", number);
  snprintf(with, sizeof with, ",%s=", key);
  const char *note = am_tensor_file_note(file, name), *at = note ? strstr(note, with) : NULL;
  if (!note) fail_msg("no note of case %d", number);
  if (!at && strncmp(note, with + 1, strlen(with) - 1) == 0) at = note - 1;
  if (!at) fail_msg("case %d says nothing of %s", number, key);
  return atof(at + strlen(with));
}

static bool says(int number, const char *what) {
  char name[16];
  snprintf(name, sizeof name, "%d", number);
  return strstr(am_tensor_file_note(file, name), what) != NULL;
}

/* ------------------------------------------------------------------------------ a scripted world
 */
typedef struct script {
  am_task task;
  int number;
} script;

typedef struct script_state {
  uint32_t lane;
  int t;
} script_state;

static int number_of(const am_task *task) { return ((const script *)(const void *)task)->number; }

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task, (void)seed, (void)episode;
  *(script_state *)state = (script_state){.lane = lane};
}

static size_t at(const am_task *task, const script_state *s) {
  return (size_t)s->lane * (size_t)task->n_steps + (size_t)s->t;
}

static void observe(const am_task *task, const void *state, float *input) {
  const size_t n = (size_t)task->n_inputs;
  const double *u = values(number_of(task), "u") + at(task, state) * n;
  for (size_t i = 0; i < n; i++) input[i] = (float)u[i];
}

static float act(const am_task *task, void *state, int action) {
  script_state *s = state;
  const size_t k = at(task, s);
  if (task->n_targets == 0) {
    const am_tensor *t = find(number_of(task), "actions");
    const int64_t wanted = ((const int64_t *)(const void *)t->data)[k];
    if (action != wanted) fail_msg("lane %u, step %d: another action", s->lane, s->t);
  }
  s->t++;
  return (float)values(number_of(task), "reward")[k];
}

static int right(const am_task *task, const void *state) {
  return (int)values(number_of(task), "answer")[at(task, state)];
}

static bool wanted(const am_task *task, const void *state, float *target) {
  const size_t n = (size_t)task->n_targets;
  const double *y = values(number_of(task), "answer") + at(task, state) * n;
  for (size_t i = 0; i < n; i++) target[i] = (float)y[i];
  return true;
}

static const am_task_type acting = {
    .part.name = "script", .start = start, .observe = observe, .step = act, .answer = right};
static const am_task_type valued = {
    .part.name = "script", .start = start, .observe = observe, .step = act, .target = wanted};

static script script_of(int number) {
  const bool linear = noted(number, "linear") > 0;
  const int A = (int)noted(number, "A");
  return (script){.number = number,
                  .task = {.type = linear ? &valued : &acting,
                           .n_inputs = (int)noted(number, "I"),
                           .n_actions = linear ? 0 : A,
                           .n_targets = linear ? A : 0,
                           .n_steps = (int)noted(number, "T"),
                           .state_size = sizeof(script_state),
                           .criterion = (double)NAN}};
}

/* A controller whose traces live, as the reference has it; read once. */
static am_stack_options plastic_units(int number) {
  enum { MOST = 32 };
  static am_units all[MOST];
  static bool made[MOST];
  const am_units_options o = {.n_hidden = (int)noted(number, "n"),
                              .n_layers = (int)noted(number, "layers"),
                              .alpha = says(number, "alpha=neuron")    ? AM_ALPHA_NEURON
                                       : says(number, "alpha=network") ? AM_ALPHA_NETWORK
                                                                       : AM_ALPHA_CONNECTION};
  const am_rule_options rule = {.clip = 0.3f};
  const am_readout_options readout = {.clamp = NAN};
  amine_error error;
  assert_true(number < MOST);
  if (!made[number] &&
      am_units_read(&all[number],
                    says(number, "plastic-rnn") ? &am_plastic_rnn_part : &am_plastic_gru_part, &o,
                    &am_rules[says(number, "rule=clip")  ? AM_RULE_CLIP
                              : says(number, "rule=oja") ? AM_RULE_OJA
                                                         : AM_RULE_ELIGIBILITY],
                    &rule,
                    says(number, "modulator=readout") ? &am_readout_type
                    : says(number, "modulator=given") ? &am_given_type
                                                      : &am_constant_type,
                    &readout, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  made[number] = true;
  all[number].stack.feed =
      (am_feed){.kind = AM_FEED_SIGNAL, .signal = {.kind = AM_GIVEN_REWARD, .scale = 1}};
  return all[number].stack;
}

static am_signalling_options options_of(int number) {
  return (am_signalling_options){
      .agent = {.n_lanes = (int)noted(number, "lanes"),
                .n_threads = 1,
                .seed = 1,
                .schedule = {.rate = 1e-3},
                .optimiser = {.beta1 = 0.5f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e6f},
                .keep_first = noted(number, "kl") > 0},
      .units = says(number, "plastic")
                   ? plastic_units(number)
                   : gru_units((int)noted(number, "n"), (int)noted(number, "layers"), 1, 1, 0),
      .n_signal = (int)noted(number, "S"),
      .gamma = (float)noted(number, "gamma"),
      .lambda = (float)noted(number, "lam"),
      .entropy_weight = (float)noted(number, "entropy"),
      .kl_weight = (float)noted(number, "kl"),
      .gain = (float)noted(number, "gain"),
      .input_gain = (float)noted(number, "gain_in"),
      .output_gain = (float)noted(number, "gain_out"),
      .feedback = says(number, "feedback=random")      ? AM_FEEDBACK_RANDOM
                  : says(number, "feedback=symmetric") ? AM_FEEDBACK_SYMMETRIC
                                                       : AM_FEEDBACK_KP,
      .feedback_decay = 0.01f,
      .decay = says(number, "trace=decay"),
      .teach = says(number, "teach=mixed")        ? AM_TEACH_MIXED
               : says(number, "teach=supervised") ? AM_TEACH_SUPERVISED
                                                  : AM_TEACH_REWARD,
      .input = 1,
      .recurrent = 1,
      .output = 1,
      .gains = 1,
      .critic = 1,
      .signal = (float)noted(number, "learns"),
      .critic_sees_output = noted(number, "sees") > 0};
}

/* Of a run that keeps its first policy those that this had, too: they are those of its iteration 0. */
static void load_parameters(am_learner *learner, int number) {
  am_learner_tensor t;
  if (learner->keeps_first) learner->iteration = 1;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    char name[104];
    float v[4096];
    const bool first = strncmp(t.name, "first.", 6) == 0;
    if (!t.is_parameter && !first) continue;
    if (first) snprintf(name, sizeof name, "first/%s", t.name + 6);
    else snprintf(name, sizeof name, "param/%s", t.name);
    const double *from = values(number, name);
    const size_t n = t.dims[0] * (t.rank == 2 ? t.dims[1] : 1);
    assert_true(n <= 4096);
    for (size_t i = 0; i < n; i++) v[i] = (float)from[i];
    learner->type->set(learner, k, v);
  }
}

static void check_change(const am_signalling *x, int number, const char *form) {
  const am_agent *a = &x->agent;
  const float *mean = a->changes + (size_t)a->n_groups * a->places.size;
  int n_checked = 0;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    char name[80];
    snprintf(name, sizeof name, "change/%s", p->name);
    const am_tensor *t = find(number, name);
    if (!t) continue;
    double worst = 0, scale = strstr(p->name, "alpha") ? 0.03 : 1; /* about its largest */
    for (size_t i = 0; i < t->count; i++) {
      const double want = ((const double *)(const void *)t->data)[i];
      const double got = (double)mean[p->at + i] * a->options.n_lanes;
      scale = fmax(scale, fabs(want));
      worst = fmax(worst, isnan(got) ? INFINITY : fabs(got - want));
    }
    if (!(worst <= TOLERANCE * scale))
      fail_msg("case %d, %s, %s: off by %g", number, form, p->name, worst / scale);
    n_checked++;
  }
  assert_true(n_checked >= 8);
}

static int n_cases(void) {
  int n = 0;
  while (find(n, "u")) n++;
  return n;
}

static void agrees_with_reference(void **state) {
  (void)state;
  assert_int_equal(n_cases(), 17);
  for (int number = 0; number < n_cases(); number++)
    for (int form = 0; form < 2; form++) {
      const script s = script_of(number);
      am_signalling_options o = options_of(number);
      am_learner *learner;
      am_learner_report report;
      amine_error error = {0};
      o.form = form ? AM_FORM_ONLINE : AM_FORM_WINDOW;
      if (am_signalling_create(&learner, &s.task, &o, &error)) fail_msg("%s", error.message);
      load_parameters(learner, number);
      if (learner->type->iterate(learner, &report, &error)) fail_msg("%s", error.message);
      check_change(am_signalling_of(am_agent_of(learner)), number, form ? "online" : "window");
      if (o.agent.keep_first)
        assert_true(fabs(report.kl / *values(number, "change/kl") - 1) < (double)TOLERANCE);
      am_learner_destroy(learner);
    }
}

/* After a step: B of the top layer = (1 - decay) (B + change of W_o), W_o decayed alike, so that
 * their difference shrinks by 1 - decay and nothing else; B of lower layers stays as it is;
 * symmetric B is W_o'; random B stays. */
static void feedback_follows(void **state) {
  (void)state;
  for (int feedback = 0; feedback < 3; feedback++) {
    const int number = 2; /* two layers */
    const script s = script_of(number);
    am_signalling_options o = options_of(number);
    am_learner *learner;
    am_learner_report report;
    o.feedback = (am_feedback)feedback;
    assert_int_equal(am_signalling_create(&learner, &s.task, &o, NULL), AMINE_OK);
    load_parameters(learner, number);
    const am_signalling *x = am_signalling_of(am_agent_of(learner));
    const int n = x->n, A = x->n_out;
    const float *W = x->agent.parameters + x->o_w, *B = x->agent.parameters + x->b_w;
    float old_W[64], old_B[64];
    memcpy(old_W, W, (size_t)(n * A) * sizeof *W);
    memcpy(old_B, B, (size_t)(2 * n * A) * sizeof *B);
    assert_int_equal(learner->type->iterate(learner, &report, NULL), AMINE_OK);
    for (int j = 0; j < 2 * n; j++)
      for (int a = 0; a < A; a++) {
        const int b = j * A + a;
        if (j < n || o.feedback == AM_FEEDBACK_RANDOM) {
          assert_true(B[b] == old_B[b]);
          continue;
        }
        const int w = a * n + (j - n);
        assert_true(W[w] != old_W[w]);
        if (o.feedback == AM_FEEDBACK_SYMMETRIC) {
          assert_true(B[b] == W[w]);
        } else {
          const double gap = (double)B[b] - (double)W[w];
          const double before = (double)old_B[b] - (double)old_W[w];
          assert_true(fabs(gap - 0.99 * before) < 1e-6);
        }
      }
    am_learner_destroy(learner);
  }
}

/* ------------------------------------------------------------------------------ a real task */
static am_signalling_options recipe(uint64_t seed) {
  return (am_signalling_options){
      .agent = {.n_lanes = 16,
                .n_threads = 1,
                .seed = seed,
                .schedule = {.rate = 0.005},
                .optimiser = {.beta1 = 0.5f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f}},
      .units = gru_units(24, 1, 8, 3, 4),
      .n_signal = 16,
      .gamma = 1,
      .lambda = 1,
      .entropy_weight = 0.2f,
      .gain = 1,
      .gain_start = 1,
      .feedback_decay = 1e-3f,
      .input = 1,
      .recurrent = 1,
      .output = 3,
      .gains = 1,
      .critic = 1};
}

static double trained_over(const am_signalling_options *o, int iterations, int steps) {
  am_task *task;
  am_learner *learner;
  am_learner_report report;
  double *rewards = malloc(1000 * sizeof *rewards), mean = 0;
  const am_delayed_match_options match = {.steps = steps, .cues = 2};
  assert_int_equal(am_delayed_match_create(&task, &match, NULL), AMINE_OK);
  assert_int_equal(am_signalling_create(&learner, task, o, NULL), AMINE_OK);
  for (int k = 0; k < iterations; k++)
    assert_int_equal(learner->type->iterate(learner, &report, NULL), AMINE_OK);
  learner->type->evaluate(learner, rewards, 1000, 0, 99, false);
  for (int k = 0; k < 1000; k++) mean += rewards[k] / 1000;
  am_learner_destroy(learner);
  am_task_destroy(task);
  free(rewards);
  return mean;
}

static double trained(const am_signalling_options *o, int iterations) {
  return trained_over(o, iterations, 12);
}

/* 6400 trials at T = 12, where seeds 100 to 109 needed 1,760 to 2,736 to 95 %: 0.95 +- 3 standard
 * errors of 1000 episodes; the controls 0.5 +- 4 standard errors and 0.05 for what a random network
 * tells of the cues. Online learns as the window does: the same changes but for rounding. */
static void learns_and_controls_do_not(void **state) {
  (void)state;
  am_signalling_options o = recipe(100);
  assert_true(trained(&o, 400) > 0.93);
  o.form = AM_FORM_ONLINE;
  assert_true(trained(&o, 400) > 0.93);
  o.form = AM_FORM_WINDOW;
  o.adaptive = true;
  assert_true(trained(&o, 400) > 0.93);
  o.adaptive = false;
  for (int control = AM_CONTROL_FROZEN; control <= AM_CONTROL_RANDOM; control++) {
    o.control = (am_signal_control)control;
    const double mean = trained(&o, 400);
    if (fabs(mean - 0.5) > 0.115) fail_msg("control %d: %g", control, mean);
  }
}

/* The three segments that signals reach, each with a strength of its own. */
static float *strength_of(am_signalling_options *o, int segment) {
  return segment == AM_INPUT ? &o->input_gain : segment == AM_UNITS ? &o->gain : &o->output_gain;
}

/* The largest gain on a segment in an episode; -1: none is recorded. */
static double largest_gain(am_learner *learner, int segment) {
  static const char *const names[AM_SEGMENTS] = {"gain_input", "gain", "gain_output"};
  enum { MOST = 12 * 24 };
  static float values[AM_SERIES_MAX][MOST];
  am_series all[AM_SERIES_MAX] = {{0}};
  double most = -1;
  const int n = learner->type->series(learner, all);
  for (int k = 0; k < n; k++) {
    assert_true(all[k].width * learner->task->n_steps <= MOST);
    all[k].values = values[k];
  }
  learner->type->watch(learner, all, 3, 7, false);
  for (int k = 0; k < n; k++) {
    if (strcmp(all[k].name, names[segment]) != 0) continue;
    for (int i = 0; i < all[k].width * learner->task->n_steps; i++)
      most = fmax(most, fabs((double)all[k].values[i]));
  }
  return most;
}

/* With signals to all three segments it learns; each of them can be cut off alone: then no gain
 * reaches that segment, the others' go on, and it still learns the match over 12 steps. */
static void each_segment_can_be_cut_off(void **state) {
  (void)state;
  for (int cut = 0; cut <= AM_SEGMENTS; cut++) {
    am_signalling_options o = recipe(100);
    o.input_gain = o.output_gain = 0.5f;
    if (cut < AM_SEGMENTS) *strength_of(&o, cut) = 0;
    am_task *task;
    am_learner *learner;
    const am_delayed_match_options match = {.steps = 12, .cues = 2};
    assert_int_equal(am_delayed_match_create(&task, &match, NULL), AMINE_OK);
    assert_int_equal(am_signalling_create(&learner, task, &o, NULL), AMINE_OK);
    for (int q = 0; q < AM_SEGMENTS; q++) {
      const double most = largest_gain(learner, q), strength = (double)*strength_of(&o, q);
      if (q == cut) assert_true(most <= 0);
      else assert_true(most > 0.05 * strength && most <= strength);
    }
    am_learner_destroy(learner);
    am_task_destroy(task);
    assert_true(trained(&o, 400) > 0.93);
  }
}

/* Step by step is the same as at the end for every text whose traces live, several states and traces
 * a unit, two layers and dropout too; and what is plastic is felt. */
static void forms_agree_where_traces_live(void **state) {
  (void)state;
  const am_part *const texts[] = {&am_plastic_rnn_part, &am_plastic_gru_part, &am_plastic_lstm_part,
                                  &am_plastic_lstm_gates_part, &am_plastic_highway_part};
  const am_readout_options readout = {.clamp = NAN, .fanout = true};
  const am_rule_options rule = {.clip = 1, .eta_e = 0.5f};
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    const am_units_options told = {.n_hidden = 7,
                                   .n_layers = 2,
                                   .dropout = 0.2f,
                                   .alpha = (am_alpha_form)(k % 3),
                                   .constants = {0.9, 0.9}};
    am_units units;
    am_task *task;
    am_learner *learner[2];
    am_learner_report report;
    const am_delayed_match_options match = {.steps = 12, .cues = 2};
    am_signalling_options o = recipe(5);
    assert_int_equal(am_delayed_match_create(&task, &match, NULL), AMINE_OK);
    assert_int_equal(am_units_read(&units, texts[k], &told, &am_rules[AM_RULE_ELIGIBILITY], &rule,
                                   &am_readout_type, &readout, NULL),
                     AMINE_OK);
    o.units = units.stack;
    double alphas = 0;
    for (int form = 0; form < 2; form++) {
      o.form = form ? AM_FORM_ONLINE : AM_FORM_WINDOW;
      assert_int_equal(am_signalling_create(&learner[form], task, &o, NULL), AMINE_OK);
      assert_int_equal(learner[form]->type->iterate(learner[form], &report, NULL), AMINE_OK);
    }
    const am_agent *a = am_agent_of(learner[0]), *b = am_agent_of(learner[1]);
    const size_t mean = (size_t)a->n_groups * a->places.size;
    for (int q = 0; q < a->places.n; q++) {
      const am_place *p = &a->places.place[q];
      for (size_t i = p->at; i < p->at + am_place_count(p); i++) {
        const double one = (double)a->changes[mean + i], other = (double)b->changes[mean + i];
        if (strstr(p->name, "alpha")) alphas = fmax(alphas, fabs(one));
        if (!(fabs(one - other) <= TOLERANCE * fmax(0.1, fabs(one))))
          fail_msg("%s, %s: %g is not %g", texts[k]->name, p->name, other, one);
      }
    }
    if (alphas < 1e-4) fail_msg("%s: alpha changes by %g alone", texts[k]->name, alphas);
    am_learner_destroy(learner[0]), am_learner_destroy(learner[1]);
    am_task_destroy(task);
    am_units_free(&units);
  }
}

/* A unit of a plain RNN keeps nothing of itself over 26 steps; what a trace keeps is learned. */
static void a_trace_remembers(void **state) {
  (void)state;
  const am_units_options told = {.n_hidden = 24, .n_layers = 1, .constants = {0.01, 0.01}};
  const am_rule_options rule = {.clip = 1, .eta = 0.1f};
  for (int lives = 0; lives < 2; lives++) {
    am_units units;
    am_signalling_options o = recipe(100);
    assert_int_equal(am_units_read(&units, &am_plastic_rnn_part, &told,
                                   lives ? &am_rules[AM_RULE_CLIP] : NULL, &rule, &am_constant_type,
                                   NULL, NULL),
                     AMINE_OK);
    o.units = units.stack;
    const double mean = trained_over(&o, 800, 26);
    if (!(lives ? mean > 0.9 : mean < 0.6)) fail_msg("%d: %g", lives, mean);
    am_units_free(&units);
  }
}

/* A text without a trace hears what it is given, too: before the first step already, and in both
 * forms the same. */
static void a_level_is_given(void **state) {
  (void)state;
  static const char text[] = "input u\nstate h[n]\ngiven dopamine\nlearned heard[n]\n"
                             "h <- tanh(W @ h + V @ u + dopamine * heard)\noutput h\n";
  enum { N = 7 };
  am_task *task;
  am_equations *e;
  const am_delayed_match_options match = {.steps = 12, .cues = 2};
  assert_int_equal(am_delayed_match_create(&task, &match, NULL), AMINE_OK);
  assert_int_equal(am_equations_read(&e, "given", text, NULL, NULL), AMINE_OK);
  for (int given = 0; given < 2; given++) {
    float heard[2][N] = {{0}};
    for (int form = 0; form < 2; form++) {
      am_learner *learner;
      am_learner_report report;
      am_signalling_options o = recipe(5);
      o.form = form ? AM_FORM_ONLINE : AM_FORM_WINDOW;
      o.units =
          (am_stack_options){.text = e,
                             .n_hidden = N,
                             .n_layers = 1,
                             .feed = {.kind = AM_FEED_DRIVE,
                                      .drive = {.baseline = given ? 0.5f : 0, .clamp = {NAN, NAN, NAN, NAN}}}};
      assert_int_equal(am_signalling_create(&learner, task, &o, NULL), AMINE_OK);
      const am_agent *a = am_agent_of(learner);
      const float *change = a->changes + (size_t)a->n_groups * a->places.size;
      assert_int_equal(learner->type->iterate(learner, &report, NULL), AMINE_OK);
      for (int k = 0; k < a->places.n; k++)
        if (strstr(a->places.place[k].name, "heard"))
          memcpy(heard[form], change + a->places.place[k].at, sizeof heard[form]);
      am_learner_destroy(learner);
    }
    for (int i = 0; i < N; i++) {
      assert_true(given ? heard[0][i] != 0 : heard[0][i] == 0);
      assert_true(fabsf(heard[0][i] - heard[1][i]) <= 1e-4f * fabsf(heard[0][i]));
    }
  }
  am_equations_free(e);
  am_task_destroy(task);
}

/* Dropout: 0 or 1 / (1 - rate), as many zeros as the rate says within 5 standard deviations, the
 * same for the same episode and another for another layer or step. */
static void masks_are_drawn(void **state) {
  (void)state;
  enum { N = 37, STEPS = 60 };
  const float rate = 0.3f, kept = 1 / (1 - rate);
  static float one[N * AM_GROUP_LANES], other[N * AM_GROUP_LANES];
  const am_group g = {.seed = 5, .episode = 3, .first = 32, .n = 16, .twins = 1};
  const double count = (double)STEPS * N * AM_GROUP_LANES;
  double zeros = 0;
  for (int t = 0; t < STEPS; t++) {
    am_group_mask(&g, one, 0, t, N, rate);
    am_group_mask(&g, other, 0, t, N, rate);
    assert_memory_equal(one, other, sizeof one);
    am_group_mask(&g, other, 1, t, N, rate);
    assert_memory_not_equal(one, other, sizeof one);
    am_group_mask(&g, other, 0, t + 1, N, rate);
    assert_memory_not_equal(one, other, sizeof one);
    for (int k = 0; k < N * AM_GROUP_LANES; k++) {
      assert_true(one[k] == 0 || one[k] == kept);
      zeros += one[k] == 0;
    }
  }
  assert_true(fabs(zeros / count - 0.3) < 5 * sqrt(0.3 * 0.7 / count));
}

static void refuses(void **state) {
  (void)state;
  amine_error error = {0};
  am_learner *learner = NULL;
  script s = script_of(0);
  am_signalling_options o = options_of(0);
  o.units.n_hidden = 0;
  assert_int_equal(am_signalling_create(&learner, &s.task, &o, &error), AMINE_ERROR_ARGUMENT);
  o = options_of(0);
  o.units.n_layers = 5;
  assert_int_equal(am_signalling_create(&learner, &s.task, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "signals reach 1 to 4 layers, not 5");
  o = options_of(0);
  o.agent.n_lanes = 0;
  assert_int_equal(am_signalling_create(&learner, &s.task, &o, &error), AMINE_ERROR_ARGUMENT);
  o = options_of(0);
  o.agent.n_lanes = 17;
  o.control = AM_CONTROL_SHUFFLE;
  assert_int_equal(am_signalling_create(&learner, &s.task, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "leaves one alone"));
  o = options_of(5);
  o.teach = AM_TEACH_REWARD;
  script values_wanted = script_of(5);
  assert_int_equal(am_signalling_create(&learner, &values_wanted.task, &o, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "learner.teach=supervised"));
  am_task_type mute = acting;
  mute.answer = NULL;
  s.task.type = &mute;
  o = options_of(3);
  assert_int_equal(am_signalling_create(&learner, &s.task, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "learner.teach=reward"));
  assert_null(learner);
}

int main(void) {
  amine_error error = {0};
  if (am_tensor_file_open(&file, TEST_DATA "/signalling.safetensors", 1 << 24, false, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_reference),
                                     cmocka_unit_test(feedback_follows),
                                     cmocka_unit_test(learns_and_controls_do_not),
                                     cmocka_unit_test(each_segment_can_be_cut_off),
                                     cmocka_unit_test(forms_agree_where_traces_live),
                                     cmocka_unit_test(a_trace_remembers),
                                     cmocka_unit_test(a_level_is_given),
                                     cmocka_unit_test(masks_are_drawn),
                                     cmocka_unit_test(refuses)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  am_tensor_file_close(file);
  return failed;
}
