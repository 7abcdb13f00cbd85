/* The Hebbian RNN, a text with a rule and a given M, against PyTorch float64 (tests/reference/
 * hebbian.py): activity, trace, output, gradient of the squared error and delta rule of every stage
 * of docs/hebbian.md, in double and in float; and traces by hand, exact. (Against differences it is
 * held with the other texts: tests/network/test_pair.c.) */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "network/pair_model.h"

typedef void (*runner)(const pair_net *, const double *, const pair_data *, pair_result *);

/* A stage as rule and M: 1, the reference's own, or eta, where the rule has no rate. */
typedef enum level { ONE, OWN, ETA } level;
static const struct {
  const char *name;
  am_rule_id rule;
  level level;
  int same;
  const am_part *network;
} stages[] = {{"none", AM_RULE_NONE, ONE, 0, &am_hebbian_rnn_part},
              {"basic", AM_RULE_NONE, ONE, 0, &am_hebbian_basic_part},
              {"connection", AM_RULE_LAST, ONE, 0, &am_hebbian_rnn_part},
              {"outer", AM_RULE_LAST, ONE, 0, &am_hebbian_rnn_part},
              {"accumulate", AM_RULE_CLIP, ETA, 0, &am_hebbian_rnn_part},
              {"decay", AM_RULE_FADING, ONE, 0, &am_hebbian_rnn_part},
              {"modulated", AM_RULE_FADING, OWN, 0, &am_hebbian_rnn_part},
              {"outer same", AM_RULE_LAST, ONE, 1, &am_hebbian_rnn_same_part},
              {"accumulate same", AM_RULE_CLIP, ETA, 1, &am_hebbian_rnn_same_part},
              {"decay same", AM_RULE_FADING, ONE, 1, &am_hebbian_rnn_same_part},
              {"modulated same", AM_RULE_FADING, OWN, 1, &am_hebbian_rnn_same_part}};
enum { N_STAGES = sizeof stages / sizeof *stages };

static am_tensor_file *file;

static const am_tensor *find(const char *format, ...) {
  char key[96];
  va_list list;
  va_start(list, format);
  vsnprintf(key, sizeof key, format, list);
  va_end(list);
  const am_tensor *t = am_tensor_file_find(file, key);
  if (!t) fail_msg("%s is missing", key);
  return t;
}

static const double *values(const am_tensor *t) { return (const double *)(const void *)t->data; }

static void open_net(pair_net *net, int stage, int m, int n, int o, double eta, double c) {
  const am_rule_options rule = {.clip = (float)c, .eta_h = (float)eta};
  am_units units;
  amine_error error = {0};
  *net = (pair_net){.choice = {.network = stages[stage].network,
                               .n_inputs = m,
                               .n_actions = o,
                               .rule = stages[stage].rule}};
  net->choice.units = (am_units_options){.n_hidden = n, .n_layers = 1, .constants = {1, 1, eta}};
  if (am_units_read(&units, stages[stage].network, &net->choice.units,
                    &am_rules[stages[stage].rule], &rule, &am_given_type, NULL, &error))
    fail_msg("%s\n%s", error.message, error.excerpt);
  const am_pair_head heads[] = {{"h2o", o}, {"h2v", 1}};
  am_pair_options options = {
      .units = units.stack, .heads = heads, .n_heads = 2, .clip = units.clip, .rate = units.rate};
  options.units.n_inputs = m;
  assert_int_equal(am_pair_make(&net->pair, &net->places, &options, &error), AMINE_OK);
  am_units_free(&units);
}

/* [T][B][n] to [B][T][n] */
static double *by_lane(const am_tensor *t, int T, int B, int n) {
  double *out = malloc((size_t)(B * T * n) * sizeof *out);
  for (int k = 0; k < B * T * n; k++) {
    const int lane = k / n / T, step = k / n % T;
    out[k] = values(t)[(step * B + lane) * n + k % n];
  }
  return out;
}

/* What is taken up of one step and comes back to it reinforces itself, and so does rounding. */
static void check(const char *what, int stage, double got, double want, double scale,
                  double tolerance) {
  const double slack = stages[stage].same ? 30 : 1;
  if (!(fabs(got - want) <= slack * tolerance * fmax(scale, 1)))
    fail_msg("%s: %s is %.17g, not %.17g", stages[stage].name, what, got, want);
}

static double largest(const am_tensor *t) {
  double most = 0;
  for (size_t k = 0; k < t->count; k++) most = fmax(most, fabs(values(t)[k]));
  return most;
}

/* got [B][T][n] */
static void check_rows(const char *what, int number, int stage, const double *got, int T, int B,
                       int n, double tolerance) {
  const am_tensor *t = find("%d/%s/%s", number, stages[stage].name, what);
  double *want = by_lane(t, T, B, n);
  assert_int_equal(t->count, T * B * n);
  for (int k = 0; k < T * B * n; k++) check(what, stage, got[k], want[k], largest(t), tolerance);
  free(want);
}

/* `kind` of each tensor is the mean gradient times `factor`. */
static void check_change(const pair_net *net, const char *kind, int number, int stage,
                         const double *gradient, double factor, int first, double tolerance) {
  for (int k = first; k < net->places.n - 2; k++) {
    const am_place *p = &net->places.place[k];
    const am_tensor *t = find("%d/%s/%s/%s", number, stages[stage].name, kind, p->name);
    assert_int_equal(t->count, am_place_count(p));
    for (int i = 0; i < p->dims[0]; i++)
      for (int j = 0; j < p->dims[1]; j++)
        check(p->name, stage, factor * gradient[am_place_at(p, i, j)],
              values(t)[i * p->dims[1] + j], largest(t), tolerance);
  }
}

static void check_case(int number, int stage, runner run, double tolerance) {
  const am_tensor *u = find("%d/u", number), *wanted = find("%d/wanted", number);
  const double *rule = values(find("%d/rule", number));
  const int T = (int)u->dims[0], B = (int)u->dims[1], m = (int)u->dims[2];
  const int o = (int)wanted->dims[2], n = (int)find("%d/param/w", number)->dims[0];
  const size_t steps = (size_t)(B * T);
  pair_net net;
  open_net(&net, stage, m, n, o, rule[0], rule[1]);
  double *parameters = calloc(net.pair.size, sizeof *parameters);
  for (int k = 0; k < net.places.n - 2; k++) { /* without the critic */
    const am_place *p = &net.places.place[k];
    const double *from = values(find("%d/param/%s", number, p->name));
    for (int i = 0; i < p->dims[0]; i++)
      for (int j = 0; j < p->dims[1]; j++) parameters[am_place_at(p, i, j)] = *from++;
  }
  double *given = by_lane(find("%d/m", number), T, B, 1);
  for (size_t k = 0; k < steps && stages[stage].level != OWN; k++)
    given[k] = stages[stage].level == ONE ? 1 : rule[0];
  double *const inputs[] = {by_lane(u, T, B, m), by_lane(wanted, T, B, o),
                            by_lane(find("%d/asked", number), T, B, 1),
                            calloc(steps, sizeof(double))};
  int *actions = calloc(steps, sizeof *actions);
  const pair_data data = {.n_lanes = B,
                          .n_steps = T,
                          .u = inputs[0],
                          .given = given,
                          .wanted = inputs[1],
                          .asked = inputs[2],
                          .actions = actions,
                          .rewards = inputs[3]};
  const bool traced = am_pair_has_trace(&net.pair);
  pair_result r = {.x = calloc(steps * (size_t)n, sizeof(double)),
                   .logits = calloc(steps * (size_t)o, sizeof(double)),
                   .H_last = traced ? calloc((size_t)(B * n * n), sizeof(double)) : NULL,
                   .gradient = calloc(net.pair.size, sizeof(double))};
  run(&net, parameters, &data, &r);
  check_rows("x", number, stage, r.x, T, B, n, tolerance);
  check_rows("y", number, stage, r.logits, T, B, o, tolerance);
  if (traced) check_rows("H", number, stage, r.H_last, 1, B, n * n, tolerance);
  check_change(&net, "gradient", number, stage, r.gradient, -B, 0, tolerance);
  /* the delta rule asks for the same of the read-out, n_o / 2 times as much */
  check_change(&net, "delta", number, stage, r.gradient, -B * o / 2.0, 3, tolerance);
  double *const all[] = {parameters, given, inputs[0], inputs[1], inputs[2],
                         inputs[3],  r.x,   r.logits,  r.H_last,  r.gradient};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  free(actions);
  am_pair_free(&net.pair);
}

static void agrees_with_pytorch(void **state) {
  (void)state;
  for (int number = 0; number < 3; number++)
    for (int s = 0; s < N_STAGES; s++) {
      check_case(number, s, pair_run_f64, 1e-13);
      check_case(number, s, pair_run_f32, 3e-6);
    }
}

/* One unit that sees 1 at every step. With W_x so large that x = 1 to the last bit, H is 0 after the
 * first step, and then what the equations say. */
static void traces_by_hand(void **state) {
  (void)state;
  const double eta = 0.25, c = 0.625, own[5] = {7, 2, 0, -1, 1}, u[5] = {1, 1, 1, 1, 1};
  const double want[N_STAGES][5] = {{0},
                                    {0},
                                    {0, 0.25, 0.25, 0.25, 0.25},
                                    {0, 0.25, 0.25, 0.25, 0.25},
                                    {0, 0.25, 0.5, 0.625, 0.625},
                                    {0, 0.25, 0.4375, 0.578125, 0.68359375},
                                    {0, 0.5, 0.375, 0.03125, 0.2734375},
                                    /* the first step, too, is a product of what is there */
                                    {0.25, 0.25, 0.25, 0.25, 0.25},
                                    {0.25, 0.5, 0.625, 0.625, 0.625},
                                    {0.25, 0.4375, 0.578125, 0.68359375, 0.7626953125},
                                    {1.75, 1.8125, 1.359375, 0.76953125, 0.8271484375}};
  for (int s = 2; s < N_STAGES; s++) {
    pair_net net;
    open_net(&net, s, 1, 1, 1, eta, c);
    double *parameters = calloc(net.pair.size, sizeof *parameters), H, given[5];
    parameters[am_place_at(&net.places.place[0], 0, 0)] = 40;
    for (int t = 0; t < 5; t++)
      given[t] = stages[s].level == OWN ? own[t] : stages[s].level == ONE ? 1 : eta;
    for (int t = 0; t < 5; t++) {
      const pair_data data = {.n_lanes = 1, .n_steps = t + 1, .u = u, .given = given};
      pair_result r = {.H_last = &H};
      pair_run_f64(&net, parameters, &data, &r);
      if (H != want[s][t])
        fail_msg("%s, step %d: %.17g, not %.17g", stages[s].name, t, H, want[s][t]);
    }
    free(parameters);
    am_pair_free(&net.pair);
  }
}

int main(void) {
  amine_error error = {0};
  if (am_tensor_file_open(&file, TEST_DATA "/hebbian.safetensors", 1 << 24, false, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_pytorch),
      cmocka_unit_test(traces_by_hand),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  am_tensor_file_close(file);
  return failed;
}
