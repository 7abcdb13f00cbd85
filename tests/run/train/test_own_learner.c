/* Learners of a user's own (amine/learner.h): that one of the page docs/library.md learns what e-prop
 * does where its read-out alone learns; that weight perturbation, written once more, has the bits of
 * ours, and the delta rule its numbers; what a batch shows; what is kept and saved; what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "amine/amine.h"
#include "memory.h"
#include "run/train/own_baseline.h"

extern const amine_learner_type readout; /* of the page */

enum { MOST = 4096 };

typedef struct experiment {
  amine_experiment *x;
  amine_registry *registry;
} experiment;

static amine_status try_make(experiment *e, const amine_learner_type *type, const char *preset,
                             const char *const *changes, amine_error *error) {
  amine_experiment_options o;
  *e = (experiment){0};
  amine_experiment_options_init(&o, sizeof o);
  while (changes[o.n_assignments]) o.n_assignments++;
  o.assignments = changes;
  amine_status status = amine_registry_create(&e->registry, error);
  if (status == AMINE_OK && type) status = amine_registry_add_learner(e->registry, type, error);
  o.registry = e->registry;
  if (status == AMINE_OK) status = amine_experiment_create_with(&e->x, preset, &o, error);
  return status;
}

static experiment make(const amine_learner_type *type, const char *preset,
                       const char *const *changes) {
  experiment e;
  amine_error error = {0};
  if (try_make(&e, type, preset, changes, &error)) fail_msg("%s", error.message);
  return e;
}

static void end(experiment *e) {
  amine_experiment_destroy(e->x);
  amine_registry_destroy(e->registry);
}

static void run(experiment *e, int n) {
  amine_error error = {0};
  if (amine_experiment_run(e->x, (uint64_t)n, NULL, NULL, &error)) fail_msg("%s", error.message);
}

static int find(const amine_experiment *x, const char *name, int dims[2]) {
  const char *called;
  for (int k = 0; amine_experiment_tensor(x, k, &called, dims); k++)
    if (strcmp(called, name) == 0) return k;
  return -1;
}

/* The largest difference of the tensors that both have, and how many those are; *largest of b's. */
static double apart(const experiment *a, const experiment *b, int *n, double *largest) {
  static float x[MOST], y[MOST];
  const char *name;
  int dims[2], other[2];
  double most = 0;
  *n = 0, *largest = 0;
  for (int k = 0; amine_experiment_tensor(a->x, k, &name, dims); k++) {
    const int i = find(b->x, name, other);
    if (i < 0) continue;
    assert_true(dims[0] == other[0] && dims[1] == other[1] && dims[0] * dims[1] <= MOST);
    assert_int_equal(amine_experiment_get(a->x, k, x, NULL), AMINE_OK);
    assert_int_equal(amine_experiment_get(b->x, i, y, NULL), AMINE_OK);
    for (int j = 0; j < dims[0] * dims[1]; j++) {
      most = fmax(most, fabs((double)x[j] - (double)y[j]));
      *largest = fmax(*largest, fabs((double)y[j]));
    }
    ++*n;
  }
  return most;
}

static double moved(const char *preset, const amine_learner_type *type, const char *const *changes,
                    int n_iterations) {
  experiment a = make(type, preset, changes), b = make(type, preset, changes);
  int n;
  double largest;
  run(&a, n_iterations);
  const double by = apart(&a, &b, &n, &largest);
  end(&a);
  end(&b);
  return by;
}

/* ------------------------------------------------------------------------------ as ours */
/* The page's learner is e-prop where heads alone learn; on one thread and three it has the same bits. */
static void the_page_learns_what_e_prop_learns(void **state) {
  static const char *const same[] = {"task.steps=12", "network.hidden=16", "batch=20",
                                     "learner.rate=0.02", "learner.gamma=0.8"};
#define SAME same[0], same[1], same[2], same[3], same[4]
  const char *const theirs[] = {SAME, "learner.type=readout", "threads=1", NULL};
  const char *const threads[] = {SAME, "learner.type=readout", "threads=3", NULL};
  const char *const ours[] = {SAME,
                              "learner.type=e-prop",
                              "learner.feedback=random",
                              "learner.output_share=1",
                              "learn=heads",
                              "threads=1",
                              NULL};
  (void)state;
  experiment a = make(&readout, "bandit", theirs), b = make(NULL, "bandit", ours);
  experiment c = make(&readout, "bandit", threads);
  int n;
  double largest;
  assert_true(apart(&a, &b, &n, &largest) <= 0); /* they begin alike */
  for (int k = 0; k < 20; k++) {
    amine_progress of_a = {.size = sizeof of_a}, of_b = of_a;
    assert_int_equal(amine_experiment_iterate(a.x, &of_a, NULL), AMINE_OK);
    assert_int_equal(amine_experiment_iterate(b.x, &of_b, NULL), AMINE_OK);
    assert_true(of_a.reward >= of_b.reward && of_a.reward <= of_b.reward);
    assert_true(fabs(of_a.loss - of_b.loss) < 1e-4 * of_b.loss);
    assert_true(fabs(of_a.value - of_b.value) < 1e-4 * fabs(of_b.value));
    assert_true(fabs(of_a.gradient_norm - of_b.gradient_norm) < 1e-4 * of_b.gradient_norm);
  }
  run(&c, 20);
  assert_true(apart(&a, &b, &n, &largest) < 1e-5);
  assert_true(n >= 7 && largest > 0.1);
  assert_true(apart(&a, &c, &n, &largest) <= 0);
  end(&a);
  end(&b);
  end(&c);
  assert_true(moved("bandit", &readout, theirs, 20) > 0.1);
}

/* Weight perturbation once more: the second lane of a pair has noise on its weights. The library draws
 * it by the place of a weight, which is a multiple of 16 for the first of a tensor. */
enum { WEIGHT_NOISE = 21 };

static float eps(const amine_learner *x, int pair, int place) {
  const amine_random_key key = {x->seed, WEIGHT_NOISE, (uint32_t)x->iteration, (uint32_t)pair};
  return amine_normal(amine_random(key, (uint32_t)place));
}

static void perturb(const amine_learner *x, int lane, float *const *w) {
  for (int k = 0, at = 0; k < x->n_weights; k++) {
    const int n = x->weights[k].dims[0] * x->weights[k].dims[1];
    for (int i = 0; i < n && lane % 2 == 1; i++)
      w[k][i] = fmaf(0.1f, eps(x, lane / 2, at + i), x->weights[k].values[i]);
    at += (n + 15) / 16 * 16;
  }
}

static amine_status compare(amine_learner *x, const amine_batch *b, amine_error *error) {
  float F[64] = {0};
  (void)error;
  for (int i = 0; i < b->n_lanes * b->n_steps; i++) F[i / b->n_steps] += b->rewards[i];
  for (int k = 0, at = 0; k < x->n_weights; k++) {
    const int n = x->weights[k].dims[0] * x->weights[k].dims[1];
    for (int i = 0; i < n; i++) {
      float sum = 0;
      for (int q = 0; q < b->n_lanes / 2; q++) {
        const float f = (F[2 * q + 1] - F[2 * q]) / 0.1f;
        if (f < 0 || f > 0) sum += f * eps(x, q, at + i);
      }
      x->weights[k].change[i] = sum / (float)(b->n_lanes / 2);
    }
    at += (n + 15) / 16 * 16;
  }
  return AMINE_OK;
}

static const amine_learner_type pairs = {.size = sizeof pairs,
                                         .name = "pairs",
                                         .meaning = "weight perturbation once more",
                                         .twins = 2,
                                         .learn = compare,
                                         .vary = perturb};

static void weight_perturbation_has_its_bits(void **state) {
  static const char *const theirs[] = {
      "task.steps=12",     "network.hidden=16", "batch=20", "learner.type=pairs",
      "learner.rate=0.01", "threads=3",         NULL};
  static const char *const ours[] = {"task.steps=12",     "network.hidden=16",
                                     "batch=20",          "learner.type=weight-perturbation",
                                     "learner.rate=0.01", NULL};
  (void)state;
  experiment a = make(&pairs, "bandit", theirs), b = make(NULL, "bandit", ours);
  int n;
  double largest;
  run(&a, 5);
  run(&b, 5);
  assert_true(apart(&a, &b, &n, &largest) <= 0);
  assert_int_equal(n, 6);
  end(&a);
  end(&b);
  assert_true(moved("bandit", &pairs, theirs, 5) > 0.01);
}

/* The delta rule once more, on values that are asked for. */
static amine_status teach(amine_learner *x, const amine_batch *b, amine_error *error) {
  amine_weights *W = amine_learner_weights(x, "h2o.weight");
  (void)error;
  assert_null(b->taken);
  assert_null(b->values);
  for (int at = 0; at < b->n_lanes * b->n_steps; at++)
    for (int k = 0; k < b->n_said; k++) {
      const float off = b->wanted[at * b->n_said + k] - b->said[at * b->n_said + k];
      const float e = b->asked[at] * off / (float)b->n_steps / (float)b->n_lanes;
      for (int j = 0; j < b->n_units; j++)
        W->change[k * b->n_units + j] += e * b->units[at * b->n_units + j];
      amine_learner_weights(x, "h2o.bias")->change[k] += e;
    }
  return AMINE_OK;
}

static const amine_learner_type widrow = {.size = sizeof widrow,
                                          .name = "widrow",
                                          .meaning = "the delta rule once more",
                                          .asks = AMINE_ASKS_VALUES,
                                          .plain = true,
                                          .rate = 0.05,
                                          .learn = teach};

static void the_delta_rule_has_its_numbers(void **state) {
  static const char *const theirs[] = {"task=movement",       "network.hidden=16", "batch=20",
                                       "learner.type=widrow", "learner.rate=0.05", NULL};
  static const char *const ours[] = {"task=movement",      "network.hidden=16", "batch=20",
                                     "learner.type=delta", "learner.rate=0.05", NULL};
  (void)state;
  experiment a = make(&widrow, "bandit", theirs), b = make(NULL, "bandit", ours);
  int n;
  double largest;
  run(&a, 10);
  run(&b, 10);
  assert_true(apart(&a, &b, &n, &largest) < 1e-6);
  assert_int_equal(n, 6);
  end(&a);
  end(&b);
  assert_true(moved("bandit", &widrow, theirs, 10) > 1e-3);
}

/* ------------------------------------------------------------------------------ what is shown */
static struct {
  int n, n_ended, n_learned;
  double reward;
} looked;

static bool is(float a, double b) { return fabs((double)a - b) < 1e-5; }

/* Every number of a batch that another one implies. */
static amine_status look(amine_learner *x, const amine_batch *b, amine_error *error) {
  const int n = b->n_said, half = x->n_real;
  (void)error;
  assert_int_equal(b->n_lanes, x->n_lanes);
  looked.reward = 0;
  for (int at = 0; at < b->n_lanes * b->n_steps; at++) {
    const float *said = b->said + at * n, *taken = b->taken + at * n;
    double one = 0, hits = 0, units = 0;
    for (int k = 0; k < n; k++) one += (double)said[k], hits += (double)taken[k];
    for (int j = 0; j < b->n_units; j++) units += fabs((double)b->units[at * b->n_units + j]);
    looked.n++;
    looked.reward += (double)b->rewards[at] / b->n_lanes;
    if (b->live[at] <= 0) {
      assert_true(is((float)one, 0) && is((float)hits, 0) && is((float)units, 0));
      assert_true(is(b->rewards[at], 0) && is(b->asked[at], 0) && is(b->values[at], 0));
      looked.n_ended++;
      continue;
    }
    assert_true(is(b->live[at], 1) && units > 0);
    if (half == 0) assert_true(is((float)one, 1) && is((float)hits, 1));
    for (int k = 0; k < half; k++)
      assert_true(is(taken[k], (double)taken[half + k]) && said[half + k] > 0);
    float V = 0;
    for (int j = 0; j < b->n_units; j++)
      V += amine_learner_weights(x, "h2v.weight")->values[j] * b->units[at * b->n_units + j];
    assert_true(is(b->values[at], (double)(V + amine_learner_weights(x, "h2v.bias")->values[0])));
  }
  amine_learner_weights(x, "h2o.bias")->change[0] = 1;
  looked.n_learned += !amine_learner_weights(x, "h2o.bias")->held;
  return AMINE_OK;
}

static const amine_learner_type looker = {.size = sizeof looker,
                                          .name = "looker",
                                          .meaning = "looks on",
                                          .asks = AMINE_ASKS_ACTIONS | AMINE_ASKS_REAL,
                                          .critic = true,
                                          .learn = look};

static void a_batch_shows_what_happened(void **state) {
  static const char *const worlds[] = {"task=bandit", "task=cart-pole", "task=two-targets"};
  (void)state;
  for (int k = 0; k < 3; k++) {
    const char *const changes[] = {
        worlds[k],   "network.hidden=6",    "batch=18",
        "threads=2", "learner.type=looker", k == 1 ? "learn=weights" : "learn=all",
        NULL};
    experiment e = make(&looker, "bandit", changes);
    amine_progress now = {.size = sizeof now};
    memset(&looked, 0, sizeof looked);
    assert_int_equal(amine_experiment_iterate(e.x, &now, NULL), AMINE_OK);
    assert_true(looked.n > 0 && is((float)looked.reward, now.reward));
    assert_int_equal(looked.n_ended > 0, k == 1);
    assert_int_equal(looked.n_learned, k != 1);
    assert_true(k == 1 ? now.gradient_norm <= 0 : now.gradient_norm >= 1);
    end(&e);
  }
}

/* ------------------------------------------------------------------------------ inside the units */
static int n_seen;

static amine_status expect(amine_learner *x, amine_error *error) {
  const amine_inner *H = amine_learner_inner(x, "H_l0");
  n_seen = x->n_inner;
  if (n_seen == 0) return AMINE_OK;
  assert_null(amine_learner_inner(x, "H"));
  if (!H) return amine_refuse(error, "it wants a trace H");
  assert_true(H->rank == 2 && H->dims[0] == x->n_units && H->dims[1] == x->n_units);
  return AMINE_OK;
}

/* Of plastic units with the rule that decays, eta = 0.1:  H <- 0.9 H + 0.1 y x'. */
static amine_status follow(amine_learner *x, const amine_batch *b, amine_error *error) {
  const amine_inner *y = amine_learner_inner(x, "y_l0"), *H = amine_learner_inner(x, "H_l0");
  const int n = x->n_units;
  (void)error;
  double most = 0;
  if (!H) return AMINE_OK;
  assert_true(y && y->rank == 1 && y->dims[0] == n && y->dims[1] == 1);
  for (int at = 0; at < b->n_lanes * b->n_steps; at++)
    for (int i = 0; i < n; i++) {
      assert_true(is(y->values[at * n + i], (double)b->units[at * n + i]));
      for (int j = 0; j < n; j++) {
        const bool first = at % b->n_steps == 0;
        const double h = first ? 0 : (double)H->values[((at - 1) * n + i) * n + j];
        const double pre = first ? 0 : (double)y->values[(at - 1) * n + j];
        const double now = (double)H->values[(at * n + i) * n + j];
        assert_true(fabs(now - 0.9 * h - 0.1 * (double)y->values[at * n + i] * pre) < 1e-6);
        most = fmax(most, fabs(now));
      }
    }
  assert_true(most > 1e-5);
  return AMINE_OK;
}

/* All of them; and of a program that is older, whose type does not go so far, nothing. */
static void what_is_inside_the_units_is_seen(void **state) {
  static const char *const changes[] = {"network.type=plastic-rnn",
                                        "rule.type=decay",
                                        "modulator.type=constant",
                                        "rule.eta=0.1",
                                        "network.hidden=5",
                                        "network.init_w=1",
                                        "batch=18",
                                        "learner.type=follower",
                                        "threads=2",
                                        NULL};
  static const char *const gated[] = {"network.type=gru", "learner.type=follower", NULL};
  amine_learner_type follower = {.size = sizeof follower,
                                 .name = "follower",
                                 .meaning = "follows a trace",
                                 .begin = expect,
                                 .learn = follow,
                                 .sees = AMINE_SEES_VALUES | AMINE_SEES_TRACES};
  amine_error error = {0};
  experiment none;
  (void)state;
  for (int old = 0; old < 2; old++) {
    if (old) follower.size = offsetof(amine_learner_type, sees);
    experiment e = make(&follower, "bandit", changes);
    run(&e, 2);
    assert_int_equal(n_seen, old ? 0 : 4); /* x, y, the modulator's x, H */
    end(&e);
  }
  follower.size = sizeof follower;
  assert_int_equal(try_make(&none, &follower, "bandit", gated, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "follower: it wants a trace H");
  end(&none);
}

/* ------------------------------------------------------------------------------ what is kept */
/* Saved in the middle and opened again, with what it keeps, it ends with the same bytes. */
static void what_is_kept_is_saved(void **state) {
  char path[] = "/tmp/amine-own-learner-XXXXXX.safetensors",
       other[] = "/tmp/amine-own-learner-XXXXXX";
  static const char *const changes[] = {"network.hidden=8", "batch=6", "learner.type=own-baseline",
                                        "learner.mean_rate=0.3", NULL};
  amine_experiment_options o;
  amine_experiment *again = NULL;
  amine_error error = {0};
  (void)state;
  experiment e = make(&own_baseline, "bandit", changes);
  close(mkstemps(path, 12));
  close(mkstemp(other));
  run(&e, 4);
  assert_int_equal(amine_experiment_save(e.x, path, NULL), AMINE_OK);
  run(&e, 4);
  assert_int_equal(amine_experiment_save(e.x, other, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_open(&again, path, NULL, 0, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "learner.type=own-baseline: there is no such learner"));
  amine_experiment_options_init(&o, sizeof o);
  o.registry = e.registry;
  assert_int_equal(amine_experiment_open_with(&again, path, &o, &error), AMINE_OK);
  assert_int_equal(amine_experiment_run(again, 4, NULL, NULL, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_save(again, path, NULL), AMINE_OK);
  char command[120];
  snprintf(command, sizeof command, "cmp -s %s %s", path, other);
  assert_int_equal(system(command), 0);
  snprintf(command, sizeof command, "grep -qa kept.mean %s", path);
  assert_int_equal(system(command), 0);
  assert_non_null(strstr(amine_experiment_config(again), "\"mean_rate\": 0.3"));
  unlink(path);
  unlink(other);
  amine_experiment_destroy(again);
  end(&e);
}

static int fails_at;

/* Writes all it can, then fails. */
static amine_status stumble(amine_learner *x, const amine_batch *b, amine_error *error) {
  float *kept = amine_learner_kept(x, "mean");
  (void)b;
  amine_learner_weights(x, "h2o.bias")->change[0] = fails_at == 3 ? NAN : 0;
  if ((int)x->iteration != 2) {
    kept[0]++;
    return AMINE_OK;
  }
  assert_true(kept[0] >= 2 && kept[0] <= 2); /* what failed before left nothing */
  kept[0] = fails_at == 2 ? INFINITY : 100;
  return fails_at == 1 ? amine_refuse(error, "it stumbles") : AMINE_OK;
}

static void after_a_failure_all_is_as_before(void **state) {
  static const char *const changes[] = {"network.hidden=8", "batch=6", "learner.type=stumbler",
                                        NULL};
  static const struct {
    amine_status status;
    const char *sentence;
  } said[] = {{AMINE_ERROR_ARGUMENT, "stumbler: it stumbles"},
              {AMINE_ERROR_NUMERIC, "would keep a number that is not finite: mean[0][0]"},
              {AMINE_ERROR_NUMERIC, "largest at h2o.bias[0][0]"}};
  amine_learner_type stumbler = own_baseline;
  (void)state;
  stumbler.name = "stumbler";
  stumbler.learn = stumble;
  fails_at = 0;
  experiment e = make(&stumbler, "bandit", changes), twin = make(&stumbler, "bandit", changes);
  run(&e, 2);
  run(&twin, 2);
  for (int k = 0; k < 3; k++) {
    amine_error error = {0};
    int n;
    double largest;
    fails_at = k + 1;
    assert_int_equal(amine_experiment_iterate(e.x, NULL, &error), said[k].status);
    if (!strstr(error.message, said[k].sentence)) fail_msg("%s", error.message);
    assert_int_equal(amine_experiment_iteration(e.x), 2);
    assert_true(apart(&e, &twin, &n, &largest) <= 0);
  }
  fails_at = 0;
  run(&e, 1);
  end(&e);
  end(&twin);
}

/* ------------------------------------------------------------------------------ what is refused */
static amine_status keep_too_many(amine_learner *x, amine_error *error) {
  (void)error;
  for (int k = 0; k < 20; k++) amine_learner_keep(x, "a", 1, 1);
  return AMINE_OK;
}
static amine_status keep_two(amine_learner *x, amine_error *error) {
  (void)error;
  amine_learner_keep(x, "a", 1, 1);
  amine_learner_keep(x, "a", 2, 1);
  return AMINE_OK;
}
static amine_status keep_nothing(amine_learner *x, amine_error *error) {
  (void)error;
  amine_learner_keep(x, "a", 1, 0);
  return AMINE_OK;
}
static amine_status keep_a_space(amine_learner *x, amine_error *error) {
  (void)error;
  amine_learner_keep(x, "a b", 1, 1);
  return AMINE_OK;
}
static amine_status refuse(amine_learner *x, amine_error *error) {
  return amine_refuse(error, "%d units are too few", x->n_units);
}
static amine_status say_nothing(amine_learner *x, amine_error *error) {
  (void)x, (void)error;
  return AMINE_ERROR_ARGUMENT;
}

static void what_is_wrong_is_said(void **state) {
  static const amine_parameter taken[] = {
      {.name = "rate", .kind = AMINE_NUMBER, .max = 1, .unit = "", .meaning = "m"}, {.name = NULL}};
  static const amine_parameter outside[] = {{.name = "far",
                                             .kind = AMINE_NUMBER,
                                             .max = 1,
                                             .unit = "",
                                             .meaning = "m",
                                             .offset = 8,
                                             .member = AMINE_MEMBER_FLOAT},
                                            {.name = NULL}};
#define TYPE(...)                                                                                  \
  { .size = sizeof(amine_learner_type), .name = "x", .meaning = "m", .learn = look, __VA_ARGS__ }
  static const struct {
    amine_learner_type type;
    const char *sentence, *change;
  } cases[] = {
      {{.size = sizeof(amine_learner_type)}, "a learner has no name", NULL},
      {{.size = sizeof(amine_learner_type), .name = "x"}, "x: it has no meaning", NULL},
      {{.size = sizeof(amine_learner_type), .name = "x", .meaning = "m"},
       "x: it has no function learn",
       NULL},
      {{.size = sizeof(amine_learner_type), .name = "e-prop", .meaning = "m", .learn = look},
       "there is a learner called e-prop already",
       NULL},
      {TYPE(.asks = 4), "x: asks=0x4: there is no such sort of task", NULL},
      {TYPE(.critic = true, .vary = perturb),
       "x: lanes with weights of their own (vary) have no critic", NULL},
      {TYPE(.critic = true, .asks = AMINE_ASKS_VALUES),
       "x: a critic is of worlds that are acted in, not of values", NULL},
      {TYPE(.sees = 4), "x: sees=0x4: there is nothing more to be seen", NULL},
      {TYPE(.rate = -1), "x: rate=-1: 0 to 100", NULL},
      {TYPE(.twins = -1), "x: twins=-1: 0 to 65536", NULL},
      {TYPE(.options_size = 129), "x: options of 129 bytes are more than 128", NULL},
      {TYPE(.parameters = taken), "x: \"rate\" is a parameter that every learner has", NULL},
      {TYPE(.parameters = outside, .options_size = 8),
       "x: the parameter \"far\" would be written at byte 8 of 8", NULL},
      {TYPE(.begin = keep_too_many), "x: it keeps 20 arrays, and there is room for 16", NULL},
      {TYPE(.begin = keep_two), "x: it keeps two arrays called a", NULL},
      {TYPE(.begin = keep_nothing), "x: it cannot keep 1 x 0 numbers (a)", NULL},
      {TYPE(.begin = keep_a_space),
       "x: \"a b\" is no name for what it keeps: 1 to 39 letters, digits, _ . -", NULL},
      {TYPE(.begin = refuse), "x: 24 units are too few", NULL},
      {TYPE(.begin = say_nothing), "x: begin failed and did not say why", NULL},
      {TYPE(.twins = 3), "batch=32: learner.type=x plays 3 lanes alike, so it must be a multiple",
       NULL},
      {TYPE(.vary = perturb), "", "network.layers=2"},
      {TYPE(.asks = AMINE_ASKS_VALUES),
       "learner.type=x needs target values; task.type=bandit asks for actions", NULL}};
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const char *const changes[] = {"learner.type=x", cases[k].change, NULL};
    amine_error error = {0};
    experiment e;
    assert_int_equal(try_make(&e, &cases[k].type, "bandit", changes, &error), AMINE_ERROR_ARGUMENT);
    if (cases[k].sentence[0]) assert_string_equal(error.message, cases[k].sentence);
    assert_null(e.x);
    end(&e);
  }
}

/* A program with older headers, and one with newer ones. */
static void a_type_may_be_shorter_or_longer(void **state) {
  static const struct {
    amine_learner_type type;
    long more[4];
  } longer = {
      .type = {.size = sizeof longer, .name = "longer", .meaning = "m", .learn = baseline_learn}};
  amine_learner_type shorter = {.size = offsetof(amine_learner_type, vary),
                                .name = "shorter",
                                .meaning = "m",
                                .learn = baseline_learn,
                                .vary = perturb};
  amine_registry *r = NULL;
  amine_part part = {.size = sizeof part};
  int n = 0;
  (void)state;
  assert_int_equal(amine_registry_create(&r, NULL), AMINE_OK);
  assert_int_equal(amine_registry_add_learner(r, &longer.type, NULL), AMINE_OK);
  shorter.critic = true; /* which goes with no `vary`: it is not looked at */
  assert_int_equal(amine_registry_add_learner(r, &shorter, NULL), AMINE_OK);
  while (amine_registry_part(r, AMINE_PART_LEARNER, n, &part)) n++;
  assert_string_equal(part.name, "shorter");
  amine_registry_destroy(r);
}

/* Whatever request for memory gets nothing, that is said, and nothing is lost. */
static void without_memory_nothing_is_lost(void **state) {
  static const char *const changes[] = {"network.hidden=4", "batch=2", "threads=1",
                                        "learner.type=own-baseline", NULL};
  (void)state;
  amine_status status = AMINE_ERROR_MEMORY;
  amine_memory_use(counting, NULL);
  for (long at = 1; status != AMINE_OK; at++) {
    experiment e;
    memory.at = at, memory.requests = 0, memory.alive = 0;
    status = try_make(&e, &own_baseline, "bandit", changes, NULL);
    memory.at = 0;
    assert_true(status == AMINE_OK || status == AMINE_ERROR_MEMORY);
    end(&e);
    assert_int_equal(memory.alive, 0);
  }
  amine_memory_use(NULL, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_page_learns_what_e_prop_learns),
      cmocka_unit_test(weight_perturbation_has_its_bits),
      cmocka_unit_test(the_delta_rule_has_its_numbers),
      cmocka_unit_test(a_batch_shows_what_happened),
      cmocka_unit_test(what_is_inside_the_units_is_seen),
      cmocka_unit_test(what_is_kept_is_saved),
      cmocka_unit_test(after_a_failure_all_is_as_before),
      cmocka_unit_test(what_is_wrong_is_said),
      cmocka_unit_test(a_type_may_be_shorter_or_longer),
      cmocka_unit_test(without_memory_nothing_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
