/* Gated recurrent units against PyTorch float64 (tests/reference/gru.py): forward, and the
 * local traces in both forms. Compiled for float, and for double where the agreement is that of
 * float64 arithmetic. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "network/gru.h"
#include "network/gru_trace.h"

enum { LANES = 16 };
#if defined(AMINE_VEC_F64)
#define TOLERANCE 1e-13
#else
#define TOLERANCE 3e-6
#endif

static am_tensor_file *file;

static const am_tensor *find(int number, const char *kind, const char *name) {
  char key[96];
  snprintf(key, sizeof key, "%d/%s%s", number, kind, name);
  return am_tensor_file_find(file, key);
}

static const double *values(int number, const char *name) {
  const am_tensor *t = find(number, "", name);
  assert_non_null(t);
  return (const double *)(const void *)t->data;
}

typedef struct gru_case {
  int number, T, B, m, n, layers;
  am_gru gru;
  am_places places;
  am_real *parameters, *change;
  am_real *x;                        /* [T][m][LANES] */
  am_real *state[AM_GRU_LAYERS_MAX]; /* [T + 1][AM_GRU_ROWS][n][LANES]: [0] is before the first */
  am_real *gates;                    /* [T][AM_GRU_GATES][n][LANES] */
  am_real *dh;                       /* [T][n][LANES] */
} gru_case;

static am_real *zeros(size_t n) { return calloc(n, sizeof(am_real)); }

static void read_parameters(gru_case *c) {
  for (int k = 0; k < c->places.n; k++) {
    const am_place *p = &c->places.place[k];
    const am_tensor *t = find(c->number, "param/", p->name + strlen("gru."));
    assert_non_null(t);
    assert_int_equal(t->count, am_place_count(p));
    for (size_t i = 0; i < t->count; i++)
      c->parameters[p->at + i] = (am_real)((const double *)(const void *)t->data)[i];
  }
}

static void spread(am_real *out, const double *in, int T, int B, int n) {
  for (int t = 0; t < T; t++)
    for (int b = 0; b < B; b++)
      for (int j = 0; j < n; j++) out[(t * n + j) * LANES + b] = (am_real)in[(t * B + b) * n + j];
}

static gru_case open_case(int number) {
  gru_case c = {.number = number};
  const am_tensor *x = find(number, "", "x"), *h = find(number, "", "h");
  assert_non_null(x);
  c.T = (int)x->dims[0];
  c.B = (int)x->dims[1];
  c.m = (int)x->dims[2];
  c.n = (int)h->dims[2];
  while (true) {
    char name[32];
    snprintf(name, sizeof name, "weight_ih_l%d", c.layers);
    if (!find(number, "param/", name)) break;
    c.layers++;
  }
  const am_gru_options o = {.n_inputs = c.m, .n_hidden = c.n, .n_layers = c.layers};
  assert_int_equal(am_gru_make(&c.gru, &c.places, &o, "gru", NULL), AMINE_OK);
  c.parameters = zeros(c.places.size);
  c.change = zeros(c.places.size);
  c.x = zeros((size_t)(c.T * c.m * LANES));
  for (int l = 0; l < c.layers; l++)
    c.state[l] = zeros((size_t)((c.T + 1) * AM_GRU_ROWS * c.n * LANES));
  c.gates = zeros((size_t)(c.T * AM_GRU_GATES * c.n * LANES));
  c.dh = zeros((size_t)(c.T * c.n * LANES));
  read_parameters(&c);
  spread(c.x, values(number, "x"), c.T, c.B, c.m);
  return c;
}

static void close_case(gru_case *c) {
  free(c->parameters);
  free(c->change);
  free(c->x);
  for (int l = 0; l < c->layers; l++) free(c->state[l]);
  free(c->gates);
  free(c->dh);
}

static am_real *state_of(const gru_case *c, int layer, int t) {
  return c->state[layer] + (size_t)((t + 1) * AM_GRU_ROWS * c->n * LANES);
}
static am_real *h_of(const gru_case *c, int layer, int t) {
  return state_of(c, layer, t) + (size_t)(AM_GRU_H * c->n * LANES);
}
static am_real *x_of(const gru_case *c, int layer, int t) {
  return layer ? h_of(c, layer - 1, t) : c->x + (size_t)(t * c->m * LANES);
}

static void forward(gru_case *c) {
  for (int t = 0; t < c->T; t++)
    for (int l = 0; l < c->layers; l++) {
      const am_gru_cell cell = am_gru_cell_of(&c->gru, c->parameters, l);
      am_gru_code()->step(&cell, state_of(c, l, t), x_of(c, l, t), h_of(c, l, t - 1),
                          h_of(c, l, t - 1));
    }
}

/* |got - want| over the larger of 1 and the largest |want|; got is [T][n][LANES] */
static double distance(const am_real *got, size_t step, const double *want, int T, int B, int n) {
  double worst = 0, scale = 1;
  for (int t = 0; t < T; t++)
    for (int b = 0; b < B; b++)
      for (int j = 0; j < n; j++) {
        const double w = want[(t * B + b) * n + j];
        const double d = fabs((double)got[(size_t)t * step + (size_t)(j * LANES + b)] - w);
        scale = fmax(scale, fabs(w));
        worst = fmax(worst, isnan(d) ? INFINITY : d);
      }
  return worst / scale;
}

static void check_change(const gru_case *c, const char *kind, int n_tensors) {
  for (int k = 0; k < n_tensors; k++) {
    const am_place *p = &c->places.place[k];
    const am_tensor *t = find(c->number, kind, p->name + strlen("gru."));
    assert_non_null(t);
    double worst = 0, scale = 1;
    for (size_t i = 0; i < t->count; i++) {
      const double w = ((const double *)(const void *)t->data)[i];
      scale = fmax(scale, fabs(w));
      worst = fmax(worst, fabs((double)c->change[p->at + i] - w));
    }
    if (!(worst <= TOLERANCE * scale))
      fail_msg("case %d, %s%s: off by %g", c->number, kind, p->name, worst / scale);
  }
}

static am_gru_window window_of(const gru_case *c, int layer) {
  const size_t rows = (size_t)(c->n * LANES);
  return (am_gru_window){.n_steps = c->T,
                         .x = x_of(c, layer, 0),
                         .before = h_of(c, layer, -1),
                         .state = state_of(c, layer, 0),
                         .gates = c->gates,
                         .x_step = layer ? AM_GRU_ROWS * rows : (size_t)(c->m * LANES),
                         .before_step = AM_GRU_ROWS * rows,
                         .state_step = AM_GRU_ROWS * rows,
                         .gates_step = AM_GRU_GATES * rows};
}

static void agrees_with_pytorch(void **state) {
  (void)state;
  for (int number = 0; number < 4; number++) {
    gru_case c = open_case(number);
    const size_t step = (size_t)(AM_GRU_ROWS * c.n * LANES);
    forward(&c);
    const double h = distance(h_of(&c, c.layers - 1, 0), step, values(number, "h"), c.T, c.B, c.n);
    if (!(h <= TOLERANCE)) fail_msg("case %d: h off by %g", number, h);
    close_case(&c);
  }
}

static void by_window(gru_case *c, am_trace_kind kind, double k) {
  const size_t rows = (size_t)(c->n * LANES);
  const am_gru_cell cell = am_gru_cell_of(&c->gru, c->parameters, 0);
  am_real *own = zeros((size_t)c->T * rows), *ahead = zeros(LANES);
  const double *delta = values(c->number, "delta");
  am_real *now = zeros((size_t)c->T * rows);
  spread(c->dh, values(c->number, "c"), c->T, c->B, c->n);
  spread(now, values(c->number, "now"), c->T, c->B, c->n);
  for (int t = c->T - 1; t >= 0; t--) {
    for (int b = 0; b < c->B; b++) ahead[b] = (am_real)delta[t * c->B + b] + (am_real)k * ahead[b];
    for (size_t i = 0; i < rows; i++) {
      am_real *credit = &c->dh[(size_t)t * rows + i];
      *credit = *credit * ahead[i % LANES] + now[(size_t)t * rows + i];
    }
    am_gru_code()->own(&cell, own + (size_t)t * rows, state_of(c, 0, t), h_of(c, 0, t - 1), NULL,
                       kind);
  }
  am_gru_trace_code()->scan(c->dh, rows, own, rows, c->T, c->n);
  for (int t = 0; t < c->T; t++)
    am_gru_code()->gates(&cell, c->gates + (size_t)t * AM_GRU_GATES * rows, state_of(c, 0, t),
                         h_of(c, 0, t - 1), c->dh + (size_t)t * rows);
  const am_gru_change change = am_gru_change_of(&c->gru, c->change, 0);
  const am_gru_window w = window_of(c, 0);
  am_gru_code()->collect(&cell, &change, &w);
  free(own);
  free(now);
  free(ahead);
}

static am_gru_traces traces_of(const gru_case *c) {
  const size_t n = (size_t)(3 * c->n * LANES);
  return (am_gru_traces){zeros(n * (size_t)c->m), zeros(n * (size_t)c->n), zeros(n), zeros(n)};
}

static void free_traces(am_gru_traces *t) {
  free(t->w_ih);
  free(t->w_hh);
  free(t->b_ih);
  free(t->b_hh);
}

static void by_online(gru_case *c, am_trace_kind kind, double k) {
  const size_t rows = (size_t)(c->n * LANES);
  const am_gru_cell cell = am_gru_cell_of(&c->gru, c->parameters, 0);
  am_gru_traces traces = traces_of(c), tags = traces_of(c);
  am_real *own = zeros(rows), *ones = zeros(rows), delta[LANES] = {0};
  for (size_t i = 0; i < rows; i++) ones[i] = 1;
  am_real *now = zeros((size_t)c->T * rows);
  spread(c->dh, values(c->number, "c"), c->T, c->B, c->n);
  spread(now, values(c->number, "now"), c->T, c->B, c->n);
  const am_gru_change change = am_gru_change_of(&c->gru, c->change, 0);
  for (int t = 0; t < c->T; t++) {
    am_gru_code()->gates(&cell, c->gates, state_of(c, 0, t), h_of(c, 0, t - 1), ones);
    am_gru_code()->own(&cell, own, state_of(c, 0, t), h_of(c, 0, t - 1), NULL, kind);
    const am_gru_moment moment = {.x = x_of(c, 0, t),
                                  .before = h_of(c, 0, t - 1),
                                  .psi = c->gates,
                                  .own = own,
                                  .credit = c->dh + (size_t)t * rows,
                                  .now = now + (size_t)t * rows,
                                  .delta = t > 0 ? delta : NULL,
                                  .k = (am_real)k};
    am_gru_trace_code()->online(&cell, &change, &traces, &tags, &moment);
    for (int b = 0; b < c->B; b++) delta[b] = (am_real)values(c->number, "delta")[t * c->B + b];
  }
  am_gru_trace_code()->harvest(&cell, &change, &tags, delta);
  free(now);
  free_traces(&traces);
  free_traces(&tags);
  free(own);
  free(ones);
}

/* Both forms against the definition, hence against each other. */
static void traces_agree(void **state) {
  (void)state;
  int n_checked = 0;
  for (int number = 0; number < 4; number++) {
    if (!find(number, "", "delta")) continue;
    for (int kind = 0; kind < 2; kind++)
      for (int form = 0; form < 2; form++) {
        gru_case c = open_case(number);
        forward(&c);
        (form ? by_online : by_window)(&c, (am_trace_kind)kind, 0.75);
        check_change(&c, kind == AM_TRACE_DIAGONAL ? "diagonal/" : "decay/", 4);
        close_case(&c);
        n_checked++;
      }
  }
  assert_int_equal(n_checked, 12);
}

static void refuses(void **state) {
  (void)state;
  const am_gru_options bad[] = {{0, 4, 1, 0}, {3, 0, 1, 0},  {3, 4, 0, 0},         {3, 4, 5, 0},
                                {3, 4, 1, 1}, {3, 4, 1, -1}, {3, 4, 1, (float)NAN}};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    am_gru gru;
    am_places places = {0};
    amine_error error = {0};
    assert_int_equal(am_gru_make(&gru, &places, &bad[k], "gru", &error), AMINE_ERROR_ARGUMENT);
    assert_string_not_equal(error.message, "");
    assert_int_equal(places.n, 0);
  }
}

int main(void) {
  amine_error error = {0};
  if (am_tensor_file_open(&file, TEST_DATA "/gru.safetensors", 1 << 24, false, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_pytorch),
                                     cmocka_unit_test(traces_agree), cmocka_unit_test(refuses)};
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  am_tensor_file_close(file);
  return failed;
}
