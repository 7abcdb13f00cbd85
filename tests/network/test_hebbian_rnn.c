/* The Hebbian RNN against PyTorch float64 (tests/reference/hebbian.py): activity, trace, output,
 * gradient and delta rule of every stage. Compiled for float, and for double where the agreement is
 * that of float64 arithmetic and the gradient is held to finite differences for random shapes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "format/safetensors.h"
#include "network/hebbian_rnn.h"
#include "equation/plan_backward.h"
#include "network/hebbian_rnn_backward.h"
#include "network/linear_lane.h"

enum { LANES = 16, N_STAGES = 11, N_TENSORS = 5 };
#if defined(AMINE_VEC_F64)
#define TOLERANCE 1e-13
#else
#define TOLERANCE 3e-6
#endif

static const char *const stages[N_STAGES] = {
    "none",      "basic",      "connection",      "outer",      "accumulate",    "decay",
    "modulated", "outer same", "accumulate same", "decay same", "modulated same"};

/* The rule of a row above. */
static am_hebbian_rule rule_of(int s, double eta, double c) {
  const bool same = s > AM_HEBBIAN_MODULATED;
  return (am_hebbian_rule){
      .stage = (am_hebbian_stage)(same ? s - AM_HEBBIAN_MODULATED + AM_HEBBIAN_CONNECTION : s),
      .eta = (am_real)eta,
      .bound = (am_real)c,
      .product = same ? AM_HEBBIAN_SAME : AM_HEBBIAN_BEFORE};
}

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

/* A network with its episode: what it is shown, what is wanted, what it did. */
typedef struct world {
  int T, B, m, n, o;
  am_hebbian_rnn rnn;
  am_places places;
  size_t o_w, o_b;
  am_real *parameters, *change;
  am_real *u, *level, *wanted, *asked; /* [T][..][LANES] */
  am_real *x, *H, *y, *dy;             /* x and H one step more: [0] is before the first */
} world;

static am_real *zeros(int n) { return calloc((size_t)n + 1, sizeof(am_real)); }

static void open_world(world *w, int stage, double eta, double c) {
  const am_hebbian_rnn_options o = {.n_inputs = w->m,
                                    .n_hidden = w->n,
                                    .rule = rule_of(stage, eta, c),
                                    .input_scale = 1,
                                    .recurrent_scale = 1};
  assert_int_equal(am_hebbian_rnn_make(&w->rnn, &w->places, &o, NULL), AMINE_OK);
  w->o_w = am_places_add(&w->places, "h2o.weight", w->o, w->n);
  w->o_b = am_places_add(&w->places, "h2o.bias", w->o, 0);
  assert_int_equal(w->places.n, N_TENSORS);
  w->parameters = zeros((int)w->places.size);
  w->change = zeros((int)w->places.size);
  w->u = zeros(w->T * w->m * LANES);
  w->level = zeros(w->T * LANES);
  w->asked = zeros(w->T * LANES);
  w->wanted = zeros(w->T * w->o * LANES);
  w->y = zeros(w->T * w->o * LANES);
  w->dy = zeros(w->T * w->o * LANES);
  w->x = zeros((w->T + 1) * w->n * LANES);
  w->H = zeros((w->T + 1) * w->n * w->n * LANES);
}

static void close_world(world *w) {
  am_real *const all[] = {w->parameters, w->change, w->u,  w->level, w->asked,
                          w->wanted,     w->y,      w->dy, w->x,     w->H};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
}

static bool has_trace(const world *w) { return w->rnn.options.rule.stage != AM_HEBBIAN_NONE; }
static am_real *x_at(const world *w, int t) { return w->x + (t + 1) * w->n * LANES; }
static am_real *H_at(const world *w, int t) {
  return has_trace(w) ? w->H + (t + 1) * w->n * w->n * LANES : NULL;
}

static void forward(const world *w) {
  const am_hebbian_cell cell = am_hebbian_cell_of(&w->rnn, w->parameters);
  for (int t = 0; t < w->T; t++) {
    const am_real *m = w->level + t * LANES;
    am_hebbian_code()->step(&cell, x_at(w, t), w->u + t * w->m * LANES, x_at(w, t - 1),
                            H_at(w, t - 1));
    am_linear_code()->forward(w->y + t * w->o * LANES, w->parameters + w->o_w,
                              w->parameters + w->o_b, x_at(w, t), w->o, w->n);
    if (has_trace(w))
      am_hebbian_code()->take_up(&w->rnn.options.rule, H_at(w, t), H_at(w, t - 1), x_at(w, t),
                                 x_at(w, t - 1), m, w->n);
  }
}

/* asked (y* - y) times `factor` / T */
static void errors(const world *w, double factor) {
  for (int k = 0; k < w->T * w->o * LANES; k++) {
    const am_real asked = w->asked[k / (w->o * LANES) * LANES + k % LANES];
    w->dy[k] = (am_real)(factor / w->T) * asked * (w->wanted[k] - w->y[k]);
  }
}

static void collect_output(const world *w) {
  am_linear_code()->collect(w->change + w->o_w, w->change + w->o_b, w->dy, (size_t)(w->o * LANES),
                            x_at(w, 0), (size_t)(w->n * LANES), w->T, w->o, w->n);
}

/* The gradient of what the episodes earn, into w->change. */
static void backward(const world *w) {
  const int n = w->n, rows = n * LANES;
  const am_hebbian_cell cell = am_hebbian_cell_of(&w->rnn, w->parameters);
  am_real *da = zeros(w->T * rows), *dx = zeros(rows), *dh = zeros(rows), *G = zeros(n * rows);
  errors(w, 2.0 / w->o);
  collect_output(w);
  for (int t = w->T - 1; t >= 0; t--) {
    const am_hebbian_moment moment = {.x = x_at(w, t),
                                      .h = x_at(w, t - 1),
                                      .H_before = H_at(w, t - 1),
                                      .H_after = H_at(w, t),
                                      .m = w->level + t * LANES};
    memcpy(dx, dh, (size_t)rows * sizeof *dx);
    am_plan_backward_code()->linear(dx, w->parameters + w->o_w, w->dy + t * w->o * LANES, w->o, n);
    am_hebbian_backward_code()->back(&cell, &w->rnn.options.rule, da + t * rows, dh,
                                     has_trace(w) ? G : NULL, dx, &moment);
  }
  am_linear_code()->collect(w->change + w->rnn.w_x, w->change + w->rnn.b, da, (size_t)rows, w->u,
                            (size_t)(w->m * LANES), w->T, n, w->m);
  am_linear_code()->collect(w->change + w->rnn.w_h, NULL, da, (size_t)rows, x_at(w, -1),
                            (size_t)rows, w->T, n, n);
  free(da);
  free(dx);
  free(dh);
  free(G);
}

/* ------------------------------------------------------------------------------ the reference */
static void spread(am_real *out, const double *in, const world *w, int n) {
  for (int t = 0; t < w->T; t++)
    for (int b = 0; b < w->B; b++)
      for (int j = 0; j < n; j++)
        out[(t * n + j) * LANES + b] = (am_real)in[(t * w->B + b) * n + j];
}

static void read_world(world *w, int number, int stage) {
  const am_tensor *u = find("%d/u", number), *wanted = find("%d/wanted", number);
  const double *rule = values(find("%d/rule", number));
  *w = (world){.T = (int)u->dims[0],
               .B = (int)u->dims[1],
               .m = (int)u->dims[2],
               .o = (int)wanted->dims[2],
               .n = (int)find("%d/param/w", number)->dims[0]};
  open_world(w, stage, rule[0], rule[1]);
  spread(w->u, values(u), w, w->m);
  spread(w->wanted, values(wanted), w, w->o);
  spread(w->level, values(find("%d/m", number)), w, 1);
  spread(w->asked, values(find("%d/asked", number)), w, 1);
  for (int k = 0; k < N_TENSORS; k++) {
    const am_place *p = &w->places.place[k];
    const am_tensor *t = find("%d/param/%s", number, p->name);
    assert_int_equal(t->count, am_place_count(p));
    for (size_t i = 0; i < t->count; i++) w->parameters[p->at + i] = (am_real)values(t)[i];
  }
}

/* What is taken up of one step and comes back to it reinforces itself, and so does rounding. */
static double slack(const char *stage) { return strstr(stage, "same") ? 30 : 1; }

static void check(const char *what, const char *stage, int number, double off, double scale) {
  if (!(off <= slack(stage) * TOLERANCE * fmax(scale, 1)))
    fail_msg("case %d, %s: %s off by %g of %g", number, stage, what, off, scale);
}

/* got [steps][n][LANES] against want [steps][B][n] */
static void check_rows(const world *w, const char *what, const char *stage, int number,
                       const am_real *got, const am_tensor *want, int steps, int n) {
  double off = 0, scale = 0;
  assert_int_equal(want->count, steps * w->B * n);
  for (int t = 0; t < steps; t++)
    for (int b = 0; b < w->B; b++)
      for (int j = 0; j < n; j++) {
        const double v = values(want)[(t * w->B + b) * n + j];
        const double d = fabs((double)got[(t * n + j) * LANES + b] - v);
        off = fmax(off, isnan(d) ? INFINITY : d);
        scale = fmax(scale, fabs(v));
      }
  check(what, stage, number, off, scale);
}

static void check_change(const world *w, const char *kind, const char *stage, int number,
                         int first) {
  for (int k = first; k < N_TENSORS; k++) {
    const am_place *p = &w->places.place[k];
    const am_tensor *t = find("%d/%s/%s/%s", number, stage, kind, p->name);
    double off = 0, scale = 0;
    assert_int_equal(t->count, am_place_count(p));
    for (size_t i = 0; i < t->count; i++) {
      const double d = fabs((double)w->change[p->at + i] - values(t)[i]);
      off = fmax(off, isnan(d) ? INFINITY : d);
      scale = fmax(scale, fabs(values(t)[i]));
    }
    check(p->name, stage, number, off, scale);
  }
}

static void agrees_with_pytorch(void **state) {
  (void)state;
  for (int number = 0; number < 3; number++)
    for (int s = 0; s < N_STAGES; s++) {
      world w;
      read_world(&w, number, s);
      forward(&w);
      check_rows(&w, "x", stages[s], number, x_at(&w, 0), find("%d/%s/x", number, stages[s]), w.T,
                 w.n);
      check_rows(&w, "y", stages[s], number, w.y, find("%d/%s/y", number, stages[s]), w.T, w.o);
      if (has_trace(&w))
        check_rows(&w, "H", stages[s], number, H_at(&w, w.T - 1),
                   find("%d/%s/H", number, stages[s]), 1, w.n * w.n);
      backward(&w);
      check_change(&w, "gradient", stages[s], number, 0);
      close_world(&w);
    }
}

/* The delta rule as its learner makes it: the same sums with another error. */
static void delta_rule_agrees(void **state) {
  (void)state;
  for (int number = 0; number < 3; number++)
    for (int s = 0; s < N_STAGES; s++) {
      world w;
      read_world(&w, number, s);
      forward(&w);
      errors(&w, 1);
      collect_output(&w);
      check_change(&w, "delta", stages[s], number, 3);
      close_world(&w);
    }
}

/* ------------------------------------------------------------------------------ exact and random
 */
/* One unit that sees 1 at every step: the stages by hand. With W_x and b so large that x = 1 to the
 * last bit, H is 0 after the first step, and then what the equations say. */
static void traces_by_hand(void **state) {
  (void)state;
  const double eta = 0.25, c = 0.625;
  const double want[N_STAGES][5] = {{0},
                                    {0, 0.25, 0.25, 0.25, 0.25},
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
  const double level[5] = {7, 2, 0, -1, 1};
  for (int s = 1; s < N_STAGES; s++) {
    world w = {.T = 5, .B = 1, .m = 1, .n = 1, .o = 1};
    open_world(&w, s, eta, c);
    w.parameters[w.rnn.w_x] = 40;
    for (int t = 0; t < 5; t++) {
      w.u[t * LANES] = 1;
      w.level[t * LANES] = (am_real)level[t];
    }
    forward(&w);
    for (int t = 0; t < 5; t++)
      if ((double)H_at(&w, t)[0] != want[s][t])
        fail_msg("%s, step %d: %.17g, not %.17g", stages[s], t, (double)H_at(&w, t)[0], want[s][t]);
    close_world(&w);
  }
}

#if defined(AMINE_VEC_F64)
static double draw(uint32_t number, uint32_t what, uint32_t k) {
  const am_random_key key = {20261123, AM_STREAM_TASK, number, what};
  return 2 * (double)am_uniform(am_random(key, k).v[0]) - 1;
}

static double earned(const world *w) {
  double sum = 0;
  forward(w);
  for (int k = 0; k < w->T * w->o * LANES; k++) {
    const double d = w->wanted[k] - w->y[k];
    sum -= w->asked[k / (w->o * LANES) * LANES + k % LANES] * d * d / w->o / w->T;
  }
  return sum;
}

static void draw_world(world *w, uint32_t number, int stage) {
  *w = (world){.T = 1 + (int)(5 + 5 * draw(number, 0, 0)),
               .B = LANES,
               .m = 1 + (int)(4 + 4 * draw(number, 0, 1)),
               .n = 1 + (int)(8 + 8 * draw(number, 0, 2)),
               .o = 1 + (int)(2 + 2 * draw(number, 0, 3))};
  open_world(w, stage, 0.5 + 0.5 * draw(number, 0, 4), 0.3);
  for (size_t k = 0; k < w->places.size; k++) w->parameters[k] = 0.4 * draw(number, 1, (uint32_t)k);
  for (int k = 0; k < w->T * w->m * LANES; k++) w->u[k] = draw(number, 2, (uint32_t)k);
  for (int k = 0; k < w->T * w->o * LANES; k++) w->wanted[k] = draw(number, 3, (uint32_t)k);
  for (int k = 0; k < w->T * LANES; k++) {
    w->level[k] = 1.5 * draw(number, 4, (uint32_t)k);
    w->asked[k] = draw(number, 5, (uint32_t)k) > 0;
  }
}

/* Which of the traces are clipped, folded into a number: where it differs, a difference goes over
 * a corner of the loss. */
static uint64_t clipped(const world *w) {
  uint64_t hash = 0;
  for (int k = 0; k < (w->T + 1) * w->n * w->n * LANES; k++)
    hash = hash * 1099511628211u + (fabs(w->H[k]) >= w->rnn.options.rule.bound);
  return hash;
}

/* (f(p + h) - f(p - h)) / 2h; *corner is set if the two lie on different sides of one. */
static double slope(const world *w, am_real *p, double h, bool *corner) {
  const am_real old = *p;
  *p = old + h;
  const double up = earned(w);
  const uint64_t above = clipped(w);
  *p = old - h;
  const double down = earned(w);
  *p = old;
  *corner |= w->rnn.options.rule.stage == AM_HEBBIAN_ACCUMULATE && clipped(w) != above;
  return (up - down) / (2 * h);
}

/* Differences of the fourth order: what reinforces itself has large third derivatives. */
static void gradient_by_differences(void **state) {
  (void)state;
  const double h = 3e-6;
  int n_checked = 0, n_corners = 0;
  for (uint32_t number = 0; number < 66; number++) {
    world w;
    draw_world(&w, number, (int)number % N_STAGES);
    forward(&w);
    backward(&w);
    for (int k = 0; k < N_TENSORS; k++)
      for (size_t i = 0, n = am_place_count(&w.places.place[k]); i < n; i += n / 16 + 1) {
        const size_t at = w.places.place[k].at + i;
        bool corner = false;
        const double once = slope(&w, w.parameters + at, h, &corner);
        const double got = w.change[at];
        const double d = (4 * once - slope(&w, w.parameters + at, 2 * h, &corner)) / 3;
        n_checked++;
        if (corner) {
          n_corners++;
          continue;
        }
        if (!(fabs(got - d) <= 2e-7 * fmax(1, fabs(d))))
          fail_msg("%u, %s, %s[%zu]: %.9g, by differences %.9g", number, stages[number % N_STAGES],
                   w.places.place[k].name, i, got, d);
      }
    close_world(&w);
  }
  assert_true(n_checked > 2000 && n_corners < n_checked / 20);
}
#endif

#define DECAY(eta, c) rule_of(AM_HEBBIAN_DECAY, eta, c)
#define ACCUMULATE(eta, c) rule_of(AM_HEBBIAN_ACCUMULATE, eta, c)

static void refuses(void **state) {
  (void)state;
  const am_hebbian_rnn_options bad[] = {
      {0, 4, DECAY(0.1, 1), 1, 1},     {3, 0, DECAY(0.1, 1), 1, 1}, {3, 1025, DECAY(0.1, 1), 1, 1},
      {3, 4, DECAY(-0.1, 1), 1, 1},    {3, 4, DECAY(1.1, 1), 1, 1}, {3, 4, DECAY(NAN, 1), 1, 1},
      {3, 4, ACCUMULATE(0.1, 0), 1, 1}};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    am_hebbian_rnn rnn;
    am_places places = {0};
    amine_error error = {0};
    assert_int_equal(am_hebbian_rnn_make(&rnn, &places, &bad[k], &error), AMINE_ERROR_ARGUMENT);
    assert_string_not_equal(error.message, "");
    assert_int_equal(places.n, 0);
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
    cmocka_unit_test(delta_rule_agrees),
    cmocka_unit_test(traces_by_hand),
#if defined(AMINE_VEC_F64)
    cmocka_unit_test(gradient_by_differences),
#endif
    cmocka_unit_test(refuses)
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  am_tensor_file_close(file);
  return failed;
}
