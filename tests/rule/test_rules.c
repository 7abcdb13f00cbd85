/* Each rule's own passes, in float64, against the equation written once more in plain C, on random
 * numbers and on coincidences made by hand; the passes against each other; and its adjoint against
 * differences of that equation. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "equation/rule_program.h"
#include "kernel/panel.h"
#include "kernel/trace.h" /* compiled with AMINE_VEC_F64: am_real is double */

extern const am_trace_ops am_trace_decay_f64, am_trace_oja_f64, am_trace_clip_f64,
    am_trace_softclip_f64, am_trace_eligibility_f64, am_trace_fading_f64, am_trace_last_f64,
    am_trace_gated_f64;
extern const am_trace_ops am_trace_instar_f64; /* of docs/adding/rule.md */
extern const am_trace_ops am_trace_text_f64, am_trace_text_two_f64;

typedef struct rule {
  const char *name;
  const am_trace_ops *ops;
  void (*update)(double *H, double *E, double eta, double x, double h, am_trace_constants k);
  const char *text; /* run by the passes for texts */
} rule;

static double clipped(double v, double c) { return v > c ? c : v < -c ? -c : v; }

static void decay(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E, (void)k;
  *H = (1 - eta) * *H + eta * x * h;
}
static void oja(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E, (void)k;
  *H = *H + eta * x * (h - x * *H);
}
static void clip(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E;
  *H = clipped(*H + eta * x * h, k.clip);
}
static void softclip(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E, (void)k;
  const double d = eta * x * h;
  *H = clipped(*H + fmax(d, 0) * (1 - *H) + fmin(d, 0) * (*H + 1), 1);
}
static void eligibility(double *H, double *E, double eta, double x, double h,
                        am_trace_constants k) {
  *H = clipped(*H + eta * *E, k.clip);
  *E = (1 - k.eta_e) * *E + k.eta_e * x * h;
}

static void fading(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E;
  *H = (1 - k.eta_e) * *H + k.eta_e * eta * x * h;
}
static void last(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E;
  *H = k.eta_e * eta * x * h;
}

static void gated(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E, (void)k;
  *H = eta * *H + x * h;
}

static void instar(double *H, double *E, double eta, double x, double h, am_trace_constants k) {
  (void)E;
  *H = clipped(*H + eta * x * (h - *H), k.clip);
}

/* The value of the random text that is tried (below). */
static void random_text(double *H, double *E, double eta, double x, double h, am_trace_constants k);
static char text_of_random[8192];

#define BOUND "constant c = 1 from 1e-6 to 1e6 \"bound of |H|\"\ntrace H\n"
static const rule rules[] = {
    {"decay", &am_trace_decay_f64, decay, NULL},
    {"oja", &am_trace_oja_f64, oja, NULL},
    {"clip", &am_trace_clip_f64, clip, NULL},
    {"softclip", &am_trace_softclip_f64, softclip, NULL},
    {"eligibility", &am_trace_eligibility_f64, eligibility, NULL},
    {"fading", &am_trace_fading_f64, fading, NULL},
    {"last", &am_trace_last_f64, last, NULL},
    {"gated", &am_trace_gated_f64, gated, NULL},
    {"instar", &am_trace_instar_f64, instar, NULL},
    {"decay as a text", &am_trace_text_f64, decay,
     "trace H\nH <- (1 - eta) * H + eta * outer(post, pre)\n"},
    {"gated as a text", &am_trace_text_f64, gated,
     "trace H\nH <- eta * H + outer(post, pre)\n"},
    {"oja as a text", &am_trace_text_f64, oja, "trace H\nH <- H + eta * post * (pre - post * H)\n"},
    {"clip as a text", &am_trace_text_f64, clip,
     "rule clip\n" BOUND "H <- clip(H + eta * outer(post, pre), -c, c)\n"},
    {"softclip as a text", &am_trace_text_f64, softclip,
     "trace H\nd = eta * outer(post, pre)\n"
     "H <- clip(H + max(d, 0) * (1 - H) + min(d, 0) * (H + 1), -1, 1)\n"},
    {"eligibility as a text", &am_trace_text_two_f64, eligibility,
     BOUND "trace E\nlearned r as \"etaet\" = 0.01\n"
           "H <- clip(H + eta * E, -c, c)\nE <- (1 - r) * E + r * outer(post, pre)\n"},
    {"instar as a text", &am_trace_text_f64, instar,
     BOUND "H <- clip(H + eta * post * (pre - H), -c, c)\n"},
    {"a random text", &am_trace_text_two_f64, random_text, text_of_random},
};
#define N_RULES ((int)(sizeof rules / sizeof *rules))
#define MAX_N 40
#define MAX_SIZE (MAX_N * 48)
#define MAX_T 12

/* Everything a rule needs for an episode of T steps; static, as it is large. */
static struct {
  _Alignas(64) double w[MAX_SIZE], alpha[MAX_SIZE], H[2][MAX_SIZE], E[2][MAX_SIZE];
  _Alignas(64) double again_H[MAX_T * MAX_SIZE], again_E[MAX_T * MAX_SIZE], zero[MAX_SIZE];
  _Alignas(64) double second_H[MAX_T / 2 * MAX_SIZE], second_E[MAX_T / 2 * MAX_SIZE];
  _Alignas(64) double eta[MAX_T][48], x[MAX_T + 1][48], a[MAX_T][48], b[MAX_T][48], y[2][48];
  double wanted_H[MAX_N][MAX_N], wanted_E[MAX_N][MAX_N];
} m;

static uint64_t lcg_state = 99;
static double uniform(double low, double high) {
  lcg_state = lcg_state * 6364136223846793005u + 1442695040888963407u;
  return low + (high - low) * (double)(lcg_state >> 11) * 0x1p-53;
}

/* ------------------------------------------------------------------------------ texts */
/* A text's program, with c as said. */
static void set_program(const rule *r, am_trace_constants *k) {
  static am_rule_program program;
  const am_binding c = {"c", k->clip};
  am_equations *e;
  amine_error error;
  if (!r->text) return;
  if (am_equations_read_rule(&e, r->name, r->text, &error) != AMINE_OK ||
      am_rule_program_make(&program, e, &c, am_equations_find(e, "c") >= 0, &error) != AMINE_OK)
    fail_msg("%s\n%s\n%s", error.message, error.excerpt, r->text);
  am_equations_free(e);
  k->program = &program;
}

/* An expression, written as text and computed as it is written. */
enum { ENDS = 6, PAIRS = 7, FUNCTIONS = 9, NODES = 400 };
static struct {
  int kind, a, b;
  double number;
} nodes[NODES];
static int n_nodes, of_H, of_E;

static int expression(am_text *text, int depth) {
  static const char *const ends[ENDS] = {"H", "E", "post", "pre", "eta", "r"};
  static const char *const pairs[PAIRS] = {" + ", " - ", " * ", " * ", ", ", ", ", " / (2 + "};
  static const char *const functions[FUNCTIONS] = {"tanh(",     "sigmoid(",      "relu(",
                                                   "abs(",      "softplus(",     "-(",
                                                   "exp(-abs(", "sqrt(1 + abs(", "log(2 + abs("};
  const int n = n_nodes++;
  assert_true(n < NODES);
  if (depth == 0 || uniform(0, 1) < 0.1) {
    const int end = (int)uniform(0, ENDS + 1);
    nodes[n].kind = end;
    nodes[n].number = floor(uniform(-20, 20)) / 8;
    if (end < ENDS) am_text_puts(text, ends[end]);
    else am_text_printf(text, "(%g)", nodes[n].number);
    return n;
  }
  if (uniform(0, 1) < 0.35) {
    const int f = (int)uniform(0, FUNCTIONS);
    nodes[n].kind = 100 + f;
    am_text_puts(text, functions[f]);
    nodes[n].a = expression(text, depth - 1);
    am_text_puts(text, f >= 6 ? "))" : ")");
    return n;
  }
  const int p = (int)uniform(0, PAIRS);
  nodes[n].kind = 200 + p;
  am_text_puts(text, p == 4 ? "min(" : p == 5 ? "max(" : "(");
  nodes[n].a = expression(text, depth - 1);
  am_text_puts(text, pairs[p]);
  if (p == 6) am_text_puts(text, "abs(");
  nodes[n].b = expression(text, depth - 1);
  am_text_puts(text, p == 6 ? ")))" : ")");
  return n;
}

static double value_of(int n, const double *ends) {
  const int kind = nodes[n].kind;
  if (kind < 100) return kind < ENDS ? ends[kind] : nodes[n].number;
  const double a = value_of(nodes[n].a, ends), b = kind < 200 ? 0 : value_of(nodes[n].b, ends);
  switch (kind) {
  case 100: return tanh(a);
  case 101: return 1 / (1 + exp(-a));
  case 102: return a > 0 ? a : 0;
  case 103: return fabs(a);
  case 104: return fmax(a, 0) + log1p(exp(-fabs(a)));
  case 105: return -a;
  case 106: return exp(-fabs(a));
  case 107: return sqrt(1 + fabs(a));
  case 108: return log(2 + fabs(a));
  case 200: return a + b;
  case 201: return a - b;
  case 202:
  case 203: return a * b;
  case 204: return fmin(a, b);
  case 205: return fmax(a, b);
  default: return a / (2 + fabs(b));
  }
}

static void random_text(double *H, double *E, double eta, double x, double h,
                        am_trace_constants k) {
  const double ends[ENDS] = {*H, *E, x, h, eta, k.eta_e};
  *H = tanh(value_of(of_H, ends));
  *E = tanh(value_of(of_E, ends));
}

/* Another text, if it is the random one's turn. */
static void write_random(const rule *r) {
  am_text text = {0};
  if (r->update != random_text) return;
  n_nodes = 0;
  am_text_puts(&text, "trace H\ntrace E\nlearned r = 0.1\nH <- tanh(");
  of_H = expression(&text, 3);
  am_text_puts(&text, ")\nE <- tanh(");
  of_E = expression(&text, 3);
  am_text_puts(&text, ")\n");
  assert_true(!text.failed && text.length < sizeof text_of_random);
  memcpy(text_of_random, text.data, text.length + 1);
  am_text_free(&text);
}

static void expect_near(const char *what, const char *name, double got, double wanted) {
  if (!(fabs(got - wanted) <= 1e-12 * fmax(1, fabs(wanted))))
    fail_msg("%s: %s is %.17g, wanted %.17g", name, what, got, wanted);
}

/* T random steps by the passes (two lanes at once, so that both are seen) and by the plain
 * equation. */
static void random_steps(const rule *r, int N, int T) {
  const int cols = am_pad(N, 16);
  am_trace_constants k = {.clip = 0.3, .eta_e = 0.4};
  write_random(r);
  set_program(r, &k);
  memset(&m, 0, sizeof m);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      m.w[am_panel_at(i, j, N)] = uniform(-1, 1);
      m.alpha[am_panel_at(i, j, N)] = uniform(-1, 1);
    }
  for (int t = 0; t < T; t++) {
    for (int i = 0; i < N; i++) {
      m.eta[t][i] = uniform(-0.5, 1);
      m.x[t + 1][i] = uniform(-1, 1);
    }
    r->ops->coefficients(m.a[t], m.b[t], m.eta[t], m.x[t + 1], k, cols);
    am_trace_forward pass[2];
    for (int l = 0; l < 2; l++)
      pass[l] = (am_trace_forward){.H = m.H[l],
                                   .E = m.E[l],
                                   .w = m.w,
                                   .alpha = m.alpha,
                                   .a = m.a[t],
                                   .b = m.b[t],
                                   .h = m.x[t],
                                   .x = m.x[t + 1],
                                   .y = m.y[l]};
    r->ops->forward(pass, 2, k, am_panel_of(N, N));
    for (int i = 0; i < N; i++) {
      double y = 0;
      for (int j = 0; j < N; j++) {
        r->update(&m.wanted_H[i][j], &m.wanted_E[i][j], m.eta[t][i], m.x[t + 1][i], m.x[t][j], k);
        const size_t at = am_panel_at(i, j, N);
        y += (m.w[at] + m.alpha[at] * m.wanted_H[i][j]) * m.x[t + 1][j];
        expect_near("H", r->name, m.H[1][at], m.wanted_H[i][j]);
        if (r->ops->has_E) expect_near("E", r->name, m.E[1][at], m.wanted_E[i][j]);
      }
      expect_near("y", r->name, m.y[1][i], y);
    }
    assert_memory_equal(m.H[0], m.H[1], sizeof m.H[0]);
    assert_memory_equal(m.y[0], m.y[1], sizeof m.y[0]);
  }
  /* the states computed again are the same bits */
  double a[MAX_T * 48], b[MAX_T * 48], h[MAX_T * 48];
  for (int t = 0; t < T; t++) {
    memcpy(a + t * cols, m.a[t], (size_t)cols * sizeof(double));
    memcpy(b + t * cols, m.b[t], (size_t)cols * sizeof(double));
    memcpy(h + t * cols, m.x[t], (size_t)cols * sizeof(double));
  }
  const am_panel_shape shape = am_panel_of(N, N);
  const size_t size = am_panel_elements(shape);
  r->ops->again(m.again_H, m.again_E, m.zero, m.zero, a, b, h, (size_t)cols, (size_t)cols, k, T, 1,
                shape);
  assert_memory_equal(m.again_H + (size_t)(T - 1) * size, m.H[0], size * sizeof(double));
  if (r->ops->has_E)
    assert_memory_equal(m.again_E + (size_t)(T - 1) * size, m.E[0], size * sizeof(double));
  /* and so are those of which every second one is kept */
  r->ops->again(m.second_H, m.second_E, m.zero, m.zero, a, b, h, (size_t)cols, (size_t)cols, k, T,
                2, shape);
  for (size_t s = 0; s < (size_t)T / 2; s++) {
    const size_t bytes = size * sizeof(double);
    assert_memory_equal(m.second_H + s * size, m.again_H + (2 * s + 1) * size, bytes);
    if (r->ops->has_E)
      assert_memory_equal(m.second_E + s * size, m.again_E + (2 * s + 1) * size, bytes);
  }
}

static void every_rule_follows_its_equation(void **state) {
  (void)state;
  for (int k = 0; k < N_RULES; k++)
    for (int trial = 0; trial < 200; trial++)
      random_steps(&rules[k], 1 + (int)uniform(0, MAX_N), 2 + (int)uniform(0, MAX_T - 2));
}

/* ------------------------------------------------------------------------------ on lanes */
enum { LANES = 16, ROWS = 5, COLS = 21 };

/* Sixteen episodes side by side, each with a rate of its own; and what a change of alpha is made
 * of. */
static void steps_on_lanes(const rule *r) {
  enum { T = 4, CELLS = ROWS * COLS * LANES };
  static _Alignas(64) double H[CELLS], E[CELLS], wanted_H[CELLS], wanted_E[CELLS];
  static _Alignas(64) double a[T][ROWS * LANES], b[T][ROWS * LANES], dy[T][ROWS * LANES];
  static _Alignas(64) double x[T][COLS * LANES], h[T][COLS * LANES], post[ROWS * LANES];
  _Alignas(64) double eta[ROWS * LANES], eta_e[LANES];
  double dalpha[ROWS * COLS] = {0}, wanted[ROWS * COLS] = {0};
  const bool shared = uniform(0, 1) < 0.3;
  am_trace_constants k = {.clip = 0.3, .eta_e = 77};
  write_random(r);
  set_program(r, &k);
  memset(H, 0, sizeof H), memset(E, 0, sizeof E);
  memset(wanted_H, 0, sizeof H), memset(wanted_E, 0, sizeof E);
  for (int l = 0; l < LANES; l++) eta_e[l] = uniform(0.1, 0.9);
  for (int t = 0; t < T; t++) {
    for (int n = 0; n < ROWS * LANES; n++)
      post[n] = uniform(-1, 1), eta[n] = uniform(-0.5, 1), dy[t][n] = uniform(-1, 1);
    for (int n = 0; n < COLS * LANES; n++) x[t][n] = uniform(-1, 1), h[t][n] = uniform(-1, 1);
    const am_trace_lanes pass = {.H = H,
                                 .E = r->ops->has_E ? E : NULL,
                                 .H_next = H,
                                 .E_next = r->ops->has_E ? E : NULL,
                                 .a = a[t],
                                 .b = b[t],
                                 .eta = eta,
                                 .eta_step = shared ? 0 : LANES,
                                 .post = post,
                                 .h = h[t],
                                 .eta_e = eta_e};
    r->ops->lanes_update(&pass, k, ROWS, COLS);
    for (int i = 0; i < ROWS; i++)
      for (int j = 0; j < COLS; j++)
        for (int l = 0; l < LANES; l++) {
          const int at = (i * COLS + j) * LANES + l, row = i * LANES + l, col = j * LANES + l;
          am_trace_constants own = k;
          own.eta_e = eta_e[l];
          wanted[i * COLS + j] += dy[t][row] * wanted_H[at] * x[t][col];
          r->update(&wanted_H[at], &wanted_E[at], eta[shared ? l : row], post[row], h[t][col], own);
          expect_near("H on lanes", r->name, H[at], wanted_H[at]);
          if (r->ops->has_E) expect_near("E on lanes", r->name, E[at], wanted_E[at]);
        }
  }
  const am_trace_window w = {.n_steps = T,
                             .dy = dy[0],
                             .x = x[0],
                             .a = a[0],
                             .b = b[0],
                             .h = h[0],
                             .eta_e = eta_e,
                             .dy_step = ROWS * LANES,
                             .x_step = COLS * LANES,
                             .a_step = ROWS * LANES,
                             .h_step = COLS * LANES};
  r->ops->lanes_collect(dalpha, COLS, 1, &w, k, ROWS, COLS);
  for (int n = 0; n < ROWS * COLS; n++) expect_near("dalpha", r->name, dalpha[n], wanted[n]);
}

static void every_rule_on_lanes(void **state) {
  (void)state;
  for (int k = 0; k < N_RULES; k++)
    for (int trial = 0; trial < 40; trial++) steps_on_lanes(&rules[k]);
}

/* ------------------------------------------------------------------------------ adjoints */
enum { SMALL = 21, SMALL_PANEL = 24 * 48 };

/* An update of random ends and the product behind it, and what a loss asks of H, E and y. */
static struct {
  int n;
  am_trace_constants k;
  double H[SMALL][SMALL], E[SMALL][SMALL], eta[SMALL], x[SMALL], h[SMALL];
  double alpha[SMALL][SMALL], v[SMALL];                       /* y = (alpha H) v */
  double of_H[SMALL][SMALL], of_E[SMALL][SMALL], of_y[SMALL]; /* the loss: their products' sum */
} one;

static double loss_of(const rule *r) {
  double loss = 0;
  for (int i = 0; i < one.n; i++)
    for (int j = 0; j < one.n; j++) {
      double H = one.H[i][j], E = one.E[i][j];
      r->update(&H, &E, one.eta[i], one.x[i], one.h[j], one.k);
      loss += one.of_H[i][j] * H + one.of_y[i] * one.alpha[i][j] * H * one.v[j];
      if (r->ops->has_E) loss += one.of_E[i][j] * E;
    }
  return loss;
}

/* Compares with a central difference, where two of them agree: at a clip there is none. */
static int expect_slope(const rule *r, const char *what, double *at, double got) {
  const double kept = *at;
  double slope[2];
  for (int k = 0; k < 2; k++) {
    const double step = k == 0 ? 1e-4 : 2e-5;
    *at = kept + step;
    const double above = loss_of(r);
    *at = kept - step;
    slope[k] = (above - loss_of(r)) / (2 * step);
  }
  *at = kept;
  if (fabs(slope[0] - slope[1]) > 1e-7 * fmax(1, fabs(slope[1]))) return 0;
  if (!(fabs(got - slope[1]) <= 1e-7 * fmax(1, fabs(slope[1]))))
    fail_msg("%s: gradient of %s is %.12g, not %.12g", r->name, what, got, slope[1]);
  return 1;
}

static void random_update(void) {
  one.n = 1 + (int)uniform(0, SMALL);
  one.k = (am_trace_constants){.clip = 0.8, .eta_e = uniform(0.1, 0.9)};
  for (int i = 0; i < one.n; i++) {
    one.eta[i] = uniform(-0.5, 1), one.x[i] = uniform(-1, 1), one.h[i] = uniform(-1, 1);
    one.v[i] = uniform(-1, 1), one.of_y[i] = uniform(-1, 1);
    for (int j = 0; j < one.n; j++) {
      one.H[i][j] = uniform(-0.8, 0.8), one.E[i][j] = uniform(-1, 1);
      one.alpha[i][j] = uniform(-1, 1);
      one.of_H[i][j] = uniform(-1, 1), one.of_E[i][j] = uniform(-1, 1);
    }
  }
}

static void to_panel(double *panel, double (*from)[SMALL]) {
  memset(panel, 0, SMALL_PANEL * sizeof *panel);
  for (int i = 0; i < one.n; i++)
    for (int j = 0; j < one.n; j++) panel[am_panel_at(i, j, one.n)] = from[i][j];
}

static int compare_slopes(const rule *r) {
  static _Alignas(64) double H[SMALL_PANEL], E[SMALL_PANEL], dH[SMALL_PANEL], dE[SMALL_PANEL];
  static _Alignas(64) double w[SMALL_PANEL], alpha[SMALL_PANEL], dalpha[SMALL_PANEL];
  static _Alignas(64) double scratch[4096];
  _Alignas(64) double a[48] = {0}, b[48] = {0}, da[48] = {0}, db[48] = {0}, dk[48] = {0};
  _Alignas(64) double eta[48] = {0}, x[48] = {0}, h[48] = {0}, v[48] = {0}, dy[48] = {0};
  _Alignas(64) double deta[48] = {0}, dx[48] = {0}, dv[48] = {0}, dh[48] = {0};
  const size_t bytes = (size_t)one.n * sizeof(double);
  const am_panel_shape shape = am_panel_of(one.n, one.n);
  int n = 0;
  assert_true(am_trace_scratch(shape) <= sizeof scratch / sizeof *scratch);
  to_panel(H, one.H), to_panel(E, one.E), to_panel(alpha, one.alpha);
  to_panel(dH, one.of_H), to_panel(dE, one.of_E);
  memcpy(eta, one.eta, bytes), memcpy(x, one.x, bytes), memcpy(h, one.h, bytes);
  memcpy(v, one.v, bytes), memcpy(dy, one.of_y, bytes);
  r->ops->coefficients(a, b, eta, x, one.k, 48);
  const am_trace_backward pass = {.H = H,
                                  .E = E,
                                  .dH = dH,
                                  .dE = dE,
                                  .dalpha = dalpha,
                                  .w = w,
                                  .alpha = alpha,
                                  .dy = dy,
                                  .x = v,
                                  .a = a,
                                  .b = b,
                                  .h = h,
                                  .a0 = a,
                                  .b0 = b,
                                  .h0 = h,
                                  .dx = dv,
                                  .dh = dh,
                                  .da = da,
                                  .db = db,
                                  .dk = dk,
                                  .scratch = scratch};
  r->ops->backward(&pass, 1, 1, one.k, shape);
  const double deta_e = r->ops->coefficients_back(deta, dx, da, db, dk, eta, x, one.k, 48);
  for (int i = 0; i < one.n; i++) {
    const int j = (int)uniform(0, one.n);
    n += expect_slope(r, "H", &one.H[i][j], dH[am_panel_at(i, j, one.n)]);
    if (r->ops->has_E) n += expect_slope(r, "E", &one.E[i][j], dE[am_panel_at(i, j, one.n)]);
    n += expect_slope(r, "eta", &one.eta[i], deta[i]);
    n += expect_slope(r, "post", &one.x[i], dx[i]);
    n += expect_slope(r, "pre", &one.h[i], dh[i]);
  }
  return n + (r->ops->has_E ? expect_slope(r, "eta_e", &one.k.eta_e, deta_e) : 0);
}

static void every_adjoint_is_the_slope(void **state) {
  (void)state;
  for (int k = 0; k < N_RULES; k++) {
    int n = 0;
    for (int trial = 0; trial < 200; trial++) {
      random_update();
      write_random(&rules[k]);
      set_program(&rules[k], &one.k);
      n += compare_slopes(&rules[k]);
    }
    if (n < 5000) fail_msg("%s: only %d slopes compared", rules[k].name, n);
  }
}

/* One connection, worked out by hand. */
static double by_hand(const am_trace_ops *ops, const double (*steps)[3], int n, double c,
                      double *E) {
  const am_trace_constants k = {.clip = c, .eta_e = 0.5};
  _Alignas(64) double H[64] = {0}, e[64] = {0}, w[64] = {0}, a[16], b[16], eta[16] = {0},
                      x[16] = {0}, h[16] = {0}, y[16];
  for (int t = 0; t < n; t++) {
    eta[0] = steps[t][0];
    x[0] = steps[t][1];
    h[0] = steps[t][2];
    ops->coefficients(a, b, eta, x, k, 16);
    const am_trace_forward pass = {
        .H = H, .E = e, .w = w, .alpha = w, .a = a, .b = b, .h = h, .x = x, .y = y};
    ops->forward(&pass, 1, k, am_panel_of(1, 16));
  }
  if (E) *E = e[0];
  return H[0];
}

static void coincidences_by_hand(void **state) {
  (void)state;
  const double once[][3] = {{0.5, 0.5, 0.5}}; /* eta, post, pre */
  const double twice[][3] = {{0.5, 1, 1}, {0.5, 1, 1}};
  const double against[][3] = {{1, 1, 1}, {-0.25, 1, 1}};
  const double silent_pre[][3] = {{1, 1, 0}}, silent_post[][3] = {{1, 0, 1}};
  double E;
  expect_near("one coincidence", "clip", by_hand(&am_trace_clip_f64, once, 1, 1, NULL), 0.125);
  expect_near("held by the clip", "clip", by_hand(&am_trace_clip_f64, twice, 2, 0.75, NULL), 0.75);
  expect_near("a negative modulator unlearns", "clip",
              by_hand(&am_trace_clip_f64, against, 2, 1, NULL), 0.75);
  expect_near("pre silent", "clip", by_hand(&am_trace_clip_f64, silent_pre, 1, 1, NULL), 0);
  expect_near("post silent", "clip", by_hand(&am_trace_clip_f64, silent_post, 1, 1, NULL), 0);
  expect_near("two coincidences", "decay", by_hand(&am_trace_decay_f64, twice, 2, 1, NULL), 0.75);
  expect_near("two coincidences", "oja", by_hand(&am_trace_oja_f64, twice, 2, 1, NULL), 0.75);
  expect_near("two coincidences", "softclip", by_hand(&am_trace_softclip_f64, twice, 2, 1, NULL),
              0.75);
  expect_near("less room above than below", "softclip",
              by_hand(&am_trace_softclip_f64, against, 2, 1, NULL), 0.5);
  expect_near("the first is only remembered", "eligibility",
              by_hand(&am_trace_eligibility_f64, once, 1, 1, &E), 0);
  expect_near("E after one", "eligibility", E, 0.125);
  expect_near("the second turns it into plasticity", "eligibility",
              by_hand(&am_trace_eligibility_f64, twice, 2, 1, &E), 0.25);
  expect_near("E after two", "eligibility", E, 0.75);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_rule_follows_its_equation),
      cmocka_unit_test(every_rule_on_lanes),
      cmocka_unit_test(every_adjoint_is_the_slope),
      cmocka_unit_test(coincidences_by_hand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
