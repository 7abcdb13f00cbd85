/* The floor's table of operations and bytes, against the running passes: the network's own code is
 * compiled here on a vector that counts its multiply-adds, loads and stores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernel/vector.h"
#include "kernel/math.h"

enum { FORWARD, AGAIN, BACKWARD, PRODUCTS, LAYERS, NONE };

/* Everything that the code works on lies in one arena, of which each line of 64 bytes is watched. A
 * line is of a matrix, or of something as long as a layer, which only the products count. */
enum { LINES = 1 << 14 };
static _Alignas(64) float arena[LINES * 16];
static bool matrix[LINES];
static int loads[LINES], stores[LINES];
static int counting = NONE;
static struct { double multiply_adds, read, updated; } counted[NONE + 1];

static void note(int *counts, const real *p) {
  if (p < arena || p >= arena + LINES * 16) return;
  const size_t line = (size_t)(p - arena) / 16;
  if (matrix[line] || counting == PRODUCTS) counts[line]++;
}

VEC_INLINE vec counted_load(const real *p) {
  note(loads, p);
  return v_load(p);
}
VEC_INLINE void counted_store(real *p, vec a) {
  note(stores, p);
  v_store(p, a);
}
VEC_INLINE vec counted_fma(vec a, vec b, vec c) {
  counted[counting].multiply_adds++;
  return v_fma(a, b, c);
}
VEC_INLINE vec counted_fnma(vec a, vec b, vec c) {
  counted[counting].multiply_adds++;
  return v_fnma(a, b, c);
}
VEC_INLINE vec counted_mul(vec a, vec b) {
  counted[counting].multiply_adds++;
  return v_mul(a, b);
}
/* numbers as long as a layer, which only the products count */
VEC_INLINE vec counted_tile4(const real *p) {
  if (counting == PRODUCTS) counted[counting].read += 16;
  return v_tile4(p);
}
#define v_load counted_load
#define v_store counted_store
#define v_fma counted_fma
#define v_fnma counted_fnma
#define v_mul counted_mul
#define v_tile4 counted_tile4
#include "kernel/panel.h"

static void enter(int which) {
  memset(loads, 0, sizeof loads);
  memset(stores, 0, sizeof stores);
  counting = which;
}

static void leave(void) {
  for (int k = 0; k < LINES; k++) {
    if (stores[k]) counted[counting].updated += 64.0 * (loads[k] + stores[k]);
    else counted[counting].read += 64.0 * loads[k];
  }
  counting = NONE;
}

static void spied_apply(real *y, const real *C, const real *x, am_panel_shape shape) {
  enter(LAYERS);
  panel_apply(y, C, x, shape);
  leave();
}
static void spied_transposed(real *y, const real *C, const real *x, am_panel_shape shape) {
  enter(LAYERS);
  panel_apply_transposed(y, C, x, shape);
  leave();
}
static void spied_outer(real *C, const real *A, size_t a_stride, const real *B, size_t b_stride,
                        int n, am_panel_shape shape) {
  enter(PRODUCTS);
  panel_add_outer(C, A, a_stride, B, b_stride, n, shape);
  leave();
}
#define panel_apply spied_apply
#define panel_apply_transposed spied_transposed
#define panel_add_outer spied_outer
#include "network/pair_lane.c"
#include "network/pair_backward.c"
#include "rule/clip.c"

#include "run/bench/floor.h"

static void spied_forward(const am_trace_forward *p, int n, am_trace_constants k,
                          am_panel_shape shape) {
  enter(FORWARD);
  trace_forward(p, n, k, shape);
  leave();
}
static void spied_again(am_real *H, am_real *E, const am_real *H0, const am_real *E0,
                        const am_real *a, const am_real *b, const am_real *h, size_t post_step,
                        size_t pre_step, am_trace_constants k, int n, int every,
                        am_panel_shape shape) {
  enter(AGAIN);
  trace_again(H, E, H0, E0, a, b, h, post_step, pre_step, k, n, every, shape);
  leave();
}
static void spied_backward(const am_trace_backward *p, int n, int ahead, am_trace_constants k,
                           am_panel_shape shape) {
  enter(BACKWARD);
  trace_backward(p, n, ahead, k, shape);
  leave();
}

/* The next part of the arena. */
static float *take(size_t n, size_t *used) {
  float *part = arena + *used;
  *used += (n + 15) / 16 * 16;
  assert_true(*used <= LINES * 16);
  return part;
}

static void mark(const float *part, size_t n) {
  for (size_t k = 0; part && k < n; k += 16) matrix[(size_t)(part + k - arena) / 16] = true;
}

/* One episode and its way back, of 1 or 2 lanes side by side. */
static void count(const am_experiment *x, int n, am_floor_pass out[AM_FLOOR_PASSES]) {
  const am_pair *pair = &am_experiment_pairs(x)->pair;
  const am_plan_trace *trace = &pair->plan[0]->traces[0];
  const int T = x->task->n_steps;
  const size_t square = am_panel_size(trace->rows, trace->cols);
  const size_t lane_size = am_pair_lane_bytes(pair, T, false, sizeof(float)) / sizeof(float);
  am_trace_ops rule = am_trace_clip_counted;
  am_pair_lane lane[AM_TRACE_LANES], *lanes[AM_TRACE_LANES];
  size_t used = 0;
  rule.forward = spied_forward;
  rule.again = spied_again;
  rule.backward = spied_backward;
  memset(matrix, 0, sizeof matrix);
  memset(counted, 0, sizeof counted);
  float *parameters = take(pair->size, &used), *gradient = take(pair->size, &used);
  mark(parameters, pair->size);
  mark(gradient, pair->size);
  for (int q = 0; q < n; q++) {
    am_pair_lane_place(pair, &lane[q], take(lane_size, &used), T, false, sizeof(float));
    const am_pair_trace *m = &lane[q].layer[0].trace[0];
    lanes[q] = &lane[q];
    mark(m->H, square);
    mark(m->dH, square);
    mark(m->again_H, square * (size_t)(m->segment / 2));
    mark(m->saved_H, square * (size_t)((T + m->segment - 1) / m->segment));
    lane_begin(pair, lanes[q], parameters);
  }
  for (int t = 0; t < T; t++) {
    lane_step(pair, &rule, lanes, n, parameters, t);
    lane_after(pair, &rule, lanes, n, parameters, t);
  }
  for (int q = 0; q < n; q++) heads_back(pair, lanes[q], gradient);
  back(pair, &rule, lanes, n, gradient, parameters);
  for (int k = 0; k < AM_FLOOR_PASSES; k++) {
    out[k].multiply_adds = counted[k].multiply_adds;
    out[k].read = counted[k].read;
    out[k].updated = counted[k].updated;
  }
}

static void check(const char *const *settings) {
  am_config config;
  amine_error error = {0};
  am_experiment *x;
  am_floor_pass table[AM_FLOOR_PASSES], two[AM_FLOOR_PASSES], one[AM_FLOOR_PASSES];
  am_config_default(&config);
  for (; *settings; settings++)
    assert_int_equal(am_config_assign(&config, *settings, &error), AMINE_OK);
  assert_int_equal(am_config_resolve(&config, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_OK);
  assert_int_equal(am_floor_passes(table, x, &error), AMINE_OK);
  count(x, 2, two);
  count(x, 1, one);
  const am_agent *agent = &am_experiment_pairs(x)->agent;
  const int lanes = agent->options.n_lanes, chunks = agent->n_groups;
  int pairs = 0, singles = 0;
  for (int c = 0; c < chunks; c++) {
    const int n = (c + 1) * lanes / chunks - c * lanes / chunks;
    pairs += n / 2;
    singles += n % 2;
  }
  assert_int_equal(2 * pairs + singles, lanes);
  for (int k = 0; k < AM_FLOOR_PASSES; k++) {
    const double adds = pairs * two[k].multiply_adds + singles * one[k].multiply_adds;
    const double read = pairs * two[k].read + singles * one[k].read;
    const double updated = pairs * two[k].updated + singles * one[k].updated;
    if (fabs(adds - table[k].multiply_adds) > 1e-9 * adds ||
        fabs(read - table[k].read) > 1e-9 * read ||
        fabs(updated - table[k].updated) > 1e-9 * updated)
      fail_msg("%s: %.1f multiply-adds, %.1f bytes read, %.1f updated; the table says %.1f, %.1f, "
               "%.1f",
               table[k].name, adds, read, updated, table[k].multiply_adds, table[k].read,
               table[k].updated);
  }
  am_experiment_destroy(x);
}

static void the_table_is_what_the_passes_do(void **state) {
  (void)state;
  check((const char *const[]){"network.hidden=20", "task.steps=10", "batch=30", "threads=1", NULL});
  check((const char *const[]){"network.hidden=37", "task.steps=7", "batch=40", "threads=1", NULL});
  check((const char *const[]){"network.hidden=16", "task.steps=2", "batch=1", "threads=1", NULL});
  /* more than one part of a sum; the last segment is a whole one */
  check((const char *const[]){"network.hidden=16", "task.steps=57", "batch=3", "threads=1", NULL});
}

static void other_rules_are_refused(void **state) {
  (void)state;
  am_config config;
  amine_error error = {0};
  am_experiment *x;
  am_floor_pass table[AM_FLOOR_PASSES];
  am_config_default(&config);
  assert_int_equal(am_config_assign(&config, "rule.type=oja", &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_OK);
  assert_int_equal(am_floor_passes(table, x, &error), AMINE_ERROR_ARGUMENT);
  am_experiment_destroy(x);
}

static void rates_are_positive(void **state) {
  (void)state;
  amine_error error = {0};
  for (int threads = 1; threads <= 2; threads++) {
    am_floor_rates r = {.lane_read = 1e30};
    assert_int_equal(am_floor_measure(&r, 4000, 100000, threads, 1e-4, &error), AMINE_OK);
    assert_true(r.multiply_adds > 0 && r.lane_update > 0 && r.memory_read > 0 &&
                r.memory_update > 0);
    assert_true(r.lane_read == 1e30); /* the highest is kept */
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_table_is_what_the_passes_do),
      cmocka_unit_test(other_rules_are_refused),
      cmocka_unit_test(rates_are_positive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
