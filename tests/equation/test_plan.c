/* Plans on lanes: what they compute is what their text says (plain.h); the way back is the gradient
 * (differences in double); what a unit does to itself is the derivative along it. For texts that
 * people write, and for random ones. Built with am_real = float and double. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "equation/plan_backward.h"
#include "equation/plan_eligibility.h"
#include "plain.h"

enum { LANES = 16, STEPS = 4, INPUTS = 3, UNITS = 5 };

#if defined(AMINE_VEC_F64)
#define NEAR 1e-11
#else
#define NEAR 2e-5
#endif

static amine_error error;

static void good(amine_status status) {
  if (status != AMINE_OK) fail_msg("%s\n%s", error.message, error.excerpt);
}

/* Numbers in (-1, 1), the same every time. */
static uint64_t drawn = 1;
static double draw(void) {
  drawn = drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(int64_t)drawn / 9223372036854775808.0;
}
static int draw_below(int n) { return (int)((draw() + 1) / 2 * n) % n; }

/* ------------------------------------------------------------------------------ an episode */
typedef struct episode {
  am_equations *e;
  am_plan *plan;
  plain text;
  double *parameters; /* [n_parameters] */
  double input[STEPS][INPUTS][LANES];
  double credit[STEPS][64][LANES]; /* the loss is the sum of credit times output */
  am_real *p, *fixed, *blocks, *gradients, *fixed_gradient, *in, *in_gradient, *change;
} episode;

static am_real *reals(size_t n) {
  am_real *x = calloc(n + 1, sizeof *x);
  assert_non_null(x);
  return x;
}

static void open_done(episode *x, const char *text, double scale, unsigned done) {
  const am_binding given[] = {{"n", UNITS}, {"u", INPUTS}};
  good(am_equations_read(&x->e, "text", text, NULL, &error));
  good(am_plan_make(&x->plan, x->e, given, 2, AM_LAYOUT_LANES, done, &error));
  plain_open(&x->text, x->e, INPUTS, UNITS);
  const am_plan *p = x->plan;
  assert_int_equal(p->n_parameters, plain_parameters(&x->text));
  x->parameters = calloc(p->n_parameters + 1, sizeof(double));
  assert_non_null(x->parameters);
  for (size_t k = 0; k < p->n_parameters; k++) x->parameters[k] = scale * draw();
  x->text.parameters = x->parameters;
  const size_t row = (size_t)p->n_rows * LANES;
  x->p = reals(p->n_parameters), x->fixed = reals((size_t)p->n_fixed * LANES);
  x->fixed_gradient = reals((size_t)p->n_fixed * LANES), x->change = reals(p->n_parameters);
  x->blocks = reals((STEPS + 1) * row), x->gradients = reals((STEPS + 1) * row);
  x->in = reals(STEPS * INPUTS * LANES), x->in_gradient = reals(STEPS * INPUTS * LANES);
  for (int t = 0; t < STEPS; t++) {
    for (int k = 0; k < INPUTS * LANES; k++) x->input[t][k / LANES][k % LANES] = (float)draw();
    for (int k = 0; k < 64 * LANES; k++) x->credit[t][k / LANES][k % LANES] = (float)draw();
  }
}

static void open_episode(episode *x, const char *text, double scale) {
  open_done(x, text, scale, 0);
}

static void close_episode(episode *x) {
  am_real *all[] = {x->p,  x->fixed,       x->blocks, x->gradients, x->fixed_gradient,
                    x->in, x->in_gradient, x->change};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  free(x->parameters);
  plain_close(&x->text);
  am_plan_free(x->plan);
  am_equations_free(x->e);
}

static am_plan_step step_of(const episode *x, int t) {
  const size_t row = (size_t)x->plan->n_rows * LANES;
  return (am_plan_step){.parameters = x->p,
                        .fixed = x->fixed,
                        .input = x->in + (size_t)t * INPUTS * LANES,
                        .before = x->blocks + (size_t)t * row,
                        .block = x->blocks + (size_t)(t + 1) * row,
                        .n_past = t,
                        .block_step = row};
}

static void play(episode *x) {
  const am_plan *p = x->plan;
  const am_plan_lanes_ops *code = am_plan_lanes_code();
  for (size_t k = 0; k < p->n_parameters; k++) x->p[k] = (am_real)x->parameters[k];
  code->fix(p, x->fixed, x->p);
  code->begin(p, x->blocks);
  for (int t = 0; t < STEPS; t++) {
    for (int k = 0; k < INPUTS * LANES; k++)
      x->in[t * INPUTS * LANES + k] = (am_real)x->input[t][k / LANES][k % LANES];
    const am_plan_step step = step_of(x, t);
    code->step(p, &step);
  }
}

static void play_back(episode *x) {
  const am_plan *p = x->plan;
  const size_t row = (size_t)p->n_rows * LANES;
  for (int t = STEPS; t >= 0; t--)
    for (int k = 0; k < p->n_kept; k++)
      memset(x->gradients + (size_t)t * row + (size_t)p->kept[k].row * LANES, 0,
             (size_t)p->kept[k].rows * LANES * sizeof(am_real));
  for (int t = STEPS - 1; t >= 0; t--) {
    am_real *g = x->gradients + (size_t)(t + 1) * row, *out = g + (size_t)p->output * LANES;
    bool later = p->looks_back; /* steps behind have added to it */
    for (int s = 0; s < p->n_states; s++) later |= p->states[s].row == p->output;
    for (int k = 0; k < p->n_outputs * LANES; k++)
      out[k] = (later ? out[k] : 0) + (am_real)x->credit[t][k / LANES][k % LANES];
    const am_plan_step step = step_of(x, t);
    const am_plan_gradient gradient = {.block = g,
                                       .before = x->gradients + (size_t)t * row,
                                       .input = x->in_gradient + (size_t)t * INPUTS * LANES,
                                       .fixed = x->fixed_gradient};
    am_plan_backward_code()->back(p, &step, &gradient, NULL);
  }
  const am_plan_window w = {.n_steps = STEPS,
                            .fixed = x->fixed,
                            .input = x->in,
                            .before = x->blocks,
                            .block = x->blocks + row,
                            .gradient = x->gradients + row,
                            .input_step = INPUTS * LANES,
                            .block_step = row,
                            .gradient_step = row};
  am_plan_lanes_code()->collect(p, x->change, &w);
  am_plan_lanes_code()->collect_fixed(p, x->change, x->fixed_gradient);
}

/* The text itself: its outputs are compared if asked for; returns the loss. */
static double say(episode *x, bool compare) {
  double loss = 0;
  for (int lane = 0; lane < LANES; lane++) {
    plain_begin(&x->text);
    for (int t = 0; t < STEPS; t++) {
      double in[INPUTS];
      int n;
      for (int k = 0; k < INPUTS; k++) in[k] = x->input[t][k][lane];
      plain_step(&x->text, in);
      const double *out = plain_output(&x->text, &n);
      assert_int_equal(n, x->plan->n_outputs);
      for (int k = 0; k < n; k++) {
        loss += x->credit[t][k][lane] * out[k];
        if (!compare) continue;
        const double got = (double)step_of(x, t).block[(x->plan->output + k) * LANES + lane];
        if (!(fabs(got - out[k]) <= NEAR * (1 + fabs(out[k]))))
          fail_msg("step %d, row %d, lane %d: %.15g, the text says %.15g", t, k, lane, got, out[k]);
      }
    }
  }
  return loss;
}

static double *at_parameter(episode *x, size_t k) { return &x->parameters[k]; }

/* Every weight's gradient, and those of some inputs, against differences. */
static void compare_gradient(episode *x) {
#if defined(AMINE_VEC_F64)
  const double h = 1e-6, tolerance = 2e-7;
  for (size_t k = 0; k < x->plan->n_parameters; k++) {
    double *w = at_parameter(x, k), old = *w;
    *w = old + h;
    const double up = say(x, false);
    *w = old - h;
    const double down = say(x, false);
    *w = old;
    const double slope = (up - down) / (2 * h);
    if (!(fabs(slope - x->change[k]) <= tolerance * (1 + fabs(slope)) * 30))
      fail_msg("parameter %zu: %.12g, by differences %.12g", k, x->change[k], slope);
  }
  for (int k = 0; k < INPUTS; k++) {
    double *u = &x->input[1][k][k], old = *u;
    *u = old + h;
    const double up = say(x, false);
    *u = old - h;
    const double down = say(x, false);
    *u = old;
    const double slope = (up - down) / (2 * h), got = x->in_gradient[(INPUTS + k) * LANES + k];
    if (!(fabs(slope - got) <= tolerance * (1 + fabs(slope)) * 30))
      fail_msg("input %d: %.12g, by differences %.12g", k, got, slope);
  }
#else
  (void)x;
  (void)at_parameter;
#endif
}

static void try_text(const char *text, double scale) {
  episode x = {0};
  open_episode(&x, text, scale);
  play(&x);
  say(&x, true);
  play_back(&x);
  compare_gradient(&x);
  close_episode(&x);
}

/* ------------------------------------------------------------------------------ written texts */
static const char *const texts[] = {
    /* gated */
    "input u\nstate h[n]\n"
    "r = sigmoid(W_ir @ u + b_ir + W_hr @ h + b_hr)\n"
    "z = sigmoid(W_iz @ u + b_iz + W_hz @ h + b_hz)\n"
    "q = W_hn @ h + b_hn\n"
    "g = tanh(W_in @ u + b_in + r * q)\n"
    "h <- (1 - z) * g + z * h\noutput h\n",
    /* long short-term memory */
    "input u\nstate h[n]\nstate c[n]\n"
    "i = sigmoid(W_ii @ u + b_ii + W_hi @ h + b_hi)\n"
    "f = sigmoid(W_if @ u + b_if + W_hf @ h + b_hf)\n"
    "g = tanh(W_ig @ u + b_ig + W_hg @ h + b_hg)\n"
    "o = sigmoid(W_io @ u + b_io + W_ho @ h + b_ho)\n"
    "c2 = f * c + i * g\n"
    "c <- c2\nh <- o * tanh(c2)\noutput h\n",
    /* leaky, with a number beside the names and a first value */
    "input u\nstate h[n] = 0.25\nconstant tau = 5 from 1 to 100 steps \"time constant\"\n"
    "a = tanh(W_ih @ u + b + W_hh @ h)\nh <- h + (a - h) / tau\noutput h\n",
    /* the first gated unit, whose reset gate stands before the matrix */
    "input u\nstate h[n]\nr = sigmoid(A @ u + B @ h)\nz = sigmoid(C @ u + D @ h)\n"
    "h <- z * h + (1 - z) * tanh(E @ u + F @ (r * h))\noutput h\n",
    /* numbers computed from units, and units from numbers */
    "input u\nstate h[n]\nm = tanh(dot(w, h) + k)\ns = sum(h * h)\n"
    "h <- tanh(W @ u + V @ h) * m - h / (1 + s) + gain * h\noutput h\n",
    /* every function once */
    "input u\nstate x[n]\na = W @ x + V @ u\nb = -a\n"
    "x <- relu(a) + softplus(b) - exp(min(a, b)) * 0.3 + log(1 + abs(a)) + sqrt(1 + a * a)\n"
    "  - max(a, 0.1) + clip(a, -0.5, 0.5) / (2 + softmax(a)) + softmax(b) * x\n"
    "output x\n",
    /* units that are normalised together */
    "input u\nstate h[n]\nh <- tanh(g * layer_norm(W @ u + V @ h) + b) + 0.1 * layer_norm(h + k)\n"
    "output h\n",
    /* what the episode has shown: heads, a window, a scaled query, keys that are not computed, and
     * what was read of the past going into states */
    "input u\nstate h[n]\nq = Q @ h + b\ny = attend(q, K @ u, V @ u, 3)\n"
    "h <- tanh(W @ h + P @ y + R @ u)\noutput h\n"
    "learned Q[6, n]\nlearned V[9, u]\nlearned K[6, u]\n",
    "input u\nconstant heads = 5\nconstant window = 2\nstate h[n]\n"
    "y = attend(beta * (Q @ h), h, tanh(h + V @ u), heads, window)\n"
    "h <- tanh(W @ u + y) + 0.3 * attend(h, h, h, 1)\noutput y\n",
    "input u\nx = W @ u + b\ny = x + O @ attend(x, x, x, 1)\nz = y + A @ relu(B @ layer_norm(y))\n"
    "output z\nlearned W[n, u]\nlearned O[n, n]\nlearned B[6, n]\nlearned A[n, 6]\n",
    "input u\nstate h[n]\nh <- V @ attend(u, u, u, 1) + attend(k, h, h, n) + attend(u, W @ h, h, 1)\n"
    "output h\n",
    /* two sizes, an output that is no state, a matrix in a row of matrices */
    "input u\nstate h[n]\nstate s[4]\ny = P @ (Q @ h + R @ u)\n"
    "h <- tanh(K @ s + L @ y)\ns <- 0.5 * s + tanh(M @ h)\noutput y\n"
    "learned P[6, 3]\n",
    /* units that are held, constants of sizes and choices, noise that nobody gives */
    "input u\nconstant kind = one or two or three \"of them\"\nconstant g = 1.5\ngiven xi[n]\n"
    "two = 1 - abs(kind - 1)\nheld = (2 - two) * unit(1, n) - 0.5 * unit(2, n) + unit(99, n)\n"
    "free = 1 - unit(1, n) - unit(2, n)\n"
    "state x[n] = free * clip(g, 0, 1) * drawn + held\n"
    "r = tanh(x)\n"
    "x <- x + free * (g / sqrt(n)) * (J @ r + B @ u + xi - x)\noutput r\n",
    /* numbers of the input one by one, one of them that is not there */
    "input u\nstate h[n]\nh <- tanh(0.5 * h + b + unit(1, n) * dot(unit(2, u), u) * c\n"
    "+ unit(0, n) * dot(unit(99, u), u) + a * dot(unit(0, u), u))\noutput h\n",
    /* of the input a part is seen, whose size is the input's */
    "input u\nconstant some = 2\nstate h[n]\n"
    "seen = (unit(0, u) + min(max(some - 1, 0), 1) * unit(1, u) + unit(9, u)) * u\n"
    "h <- tanh(W @ seen + V @ u + U @ h)\noutput h\n",
};

static void written_texts(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) try_text(texts[k], 0.8);
}

/* ------------------------------------------------------------------------------ random texts */
typedef struct writer {
  char text[8192];
  int length, n_values, n_states, learned;
  bool before_first; /* no value has been written yet */
} writer;

static void put(writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(writer *w, const char *format, ...) {
  va_list a;
  va_start(a, format);
  const int room = (int)sizeof w->text - w->length;
  const int n = vsnprintf(w->text + w->length, (size_t)room, format, a);
  va_end(a);
  assert_true(n >= 0 && n < room);
  w->length += n;
}

static void vector(writer *w, int depth);

static void number(writer *w, int depth) {
  switch (draw_below(depth > 0 ? 5 : 2)) {
  case 0: put(w, "%.3f", draw()); return;
  case 1: put(w, "eta_%d", w->learned++); return;
  case 2: put(w, "0.2 * sum("), vector(w, depth - 1), put(w, ")"); return;
  case 3:
    put(w, "dot("), vector(w, depth - 1), put(w, ", "), vector(w, depth - 1), put(w, ")");
    return;
  default: put(w, "tanh("), number(w, depth - 1), put(w, ")"); return;
  }
}

static void name(writer *w) {
  const int k = draw_below(w->n_states + w->n_values);
  if (k < w->n_states) put(w, "x_%d", k);
  else put(w, "y_%d", k - w->n_states);
}

/* Something with values in a moderate range, as smooth as its parts. */
static void vector(writer *w, int depth) {
  static const char *const functions[] = {"tanh", "sigmoid", "relu", "softplus", "softmax", "abs"};
  static const char *const signs[] = {"+", "-", "*"};
  if (depth <= 0) {
    if (draw_below(4) == 0) put(w, "W_%d @ u", w->learned++);
    else name(w);
    return;
  }
  switch (draw_below(11)) {
  case 0:
    put(w, "(W_%d @ u + b_%d + V_%d @ ", w->learned, w->learned, w->learned);
    w->learned++;
    name(w), put(w, ")");
    return;
  case 1: put(w, "V_%d @ tanh(", w->learned++), vector(w, depth - 1), put(w, ")"); return;
  case 2: put(w, "%s(", functions[draw_below(6)]), vector(w, depth - 1), put(w, ")"); return;
  case 3: put(w, "sqrt(1 + abs("), vector(w, depth - 1), put(w, "))"); return;
  case 4: put(w, "log(1.5 + abs("), vector(w, depth - 1), put(w, "))"); return;
  case 5: put(w, "exp(tanh("), vector(w, depth - 1), put(w, "))"); return;
  case 6:
    put(w, "("), vector(w, depth - 1), put(w, ") / (1.5 + abs("), vector(w, depth - 1),
        put(w, "))");
    return;
  case 7:
    put(w, "%s(", draw_below(2) ? "min" : "max"), vector(w, depth - 1), put(w, ", ");
    vector(w, depth - 1), put(w, ")");
    return;
  case 8:
    put(w, "tanh("), number(w, depth - 1), put(w, ") * ("), vector(w, depth - 1), put(w, ")");
    return;
  case 9:
    put(w, "attend("), vector(w, depth - 1), put(w, ", "), vector(w, depth - 1), put(w, ", ");
    vector(w, depth - 1), put(w, ", %s%s)", draw_below(2) ? "1" : "5", draw_below(3) ? "" : ", 2");
    return;
  default:
    put(w, "("), vector(w, depth - 1), put(w, " %s ", signs[draw_below(3)]), vector(w, depth - 1);
    put(w, ")");
    return;
  }
}

static void write_text(writer *w) {
  char called[32];
  *w = (writer){.n_states = 1 + draw_below(2)};
  put(w, "input u\n");
  for (int k = 0; k < w->n_states; k++) put(w, "state x_%d[n]\n", k);
  for (const int n = draw_below(4); w->n_values < n; w->n_values++) {
    put(w, "y_%d = tanh(", w->n_values), vector(w, 2), put(w, ")\n");
  }
  for (int k = 0; k < w->n_states; k++) put(w, "x_%d <- tanh(", k), vector(w, 3), put(w, ")\n");
  put(w, "output ");
  name(w);
  put(w, "\n");
  for (int k = 0; k < w->learned; k++) /* what nothing else says */
    if (strstr(w->text, (snprintf(called, sizeof called, "W_%d @", k), called)))
      put(w, "learned W_%d[n, u]\n", k);
    else if (strstr(w->text, (snprintf(called, sizeof called, "V_%d @", k), called)))
      put(w, "learned V_%d[n, n]\n", k);
}

static void random_texts(void **state) {
  (void)state;
  writer w;
  for (int k = 0; k < 150; k++) {
    write_text(&w);
    if (getenv("SHOW")) print_message("%s\n", w.text);
    try_text(w.text, 0.7);
  }
}

/* ------------------------------------------------------------------------------ of one unit */
/* So that no unit does anything to another. */
static void make_diagonal(episode *x) {
  for (int k = 0; k < x->plan->n_operations; k++) {
    const am_operation *o = &x->plan->operations[k];
    if (o->kind != AM_DO_AFFINE || o->in[0].rows != o->rows) continue;
    for (int i = 0; i < o->rows; i++)
      for (int j = 0; j < o->rows; j++)
        if (i != j) x->parameters[o->weights + (size_t)(i * o->rows + j)] = 0;
  }
}

/* Gated units: d and psi of the whole credit against differences along one unit, the matrices'
 * other elements set to zero so that nothing else comes back. */
static void own_effects(void **state) {
  (void)state;
#if defined(AMINE_VEC_F64)
  for (int text = 0; text < 4; text++) {
    episode x = {0};
    open_episode(&x, texts[text], 0.8);
    const am_plan *p = x.plan;
    make_diagonal(&x);
    play(&x);
    play_back(&x);
    const size_t row = (size_t)p->n_rows * LANES;
    am_real *g = reals(2 * row), *from = x.gradients + STEPS * row;
    for (int s = 0; s < p->n_states; s++) /* the same credit at the last step */
      memset(g + row + (size_t)p->states[s].row * LANES, 0,
             (size_t)p->states[s].rows * LANES * sizeof *g);
    for (int k = 0; k < p->n_outputs * LANES; k++)
      g[row + (size_t)(p->output * LANES + k)] = (am_real)x.credit[STEPS - 1][k / LANES][k % LANES];
    const am_plan_step step = step_of(&x, STEPS - 1);
    const am_plan_gradient gradient = {.block = g + row, .before = g};
    am_plan_lanes_code()->local(p, &step, &gradient, AM_REACH_UNIT);
    for (int k = 0; k < p->n_operations; k++) {
      const am_operation *o = &p->operations[k];
      if (o->kind != AM_DO_AFFINE) continue;
      for (int i = 0; i < o->rows * LANES; i++)
        assert_float_equal(g[row + (size_t)(o->row * LANES + i)], from[o->row * LANES + i], 1e-12);
    }
    free(g);
    close_episode(&x);
  }
#endif
}

/* ------------------------------------------------------------------------------ traces */
/* Texts of units of several states, of an output that is none, of learned vectors and numbers. */
static const char *const local_texts[] = {
    "input u\nstate v[n]\nstate a[n]\nstate y[n]\n"
    "x = 0.9 * v + W @ u + b + V @ y - a\ns = tanh(x)\n"
    "v <- x\na <- 0.8 * a + s * s\ny <- y + 0.3 * (s - y)\noutput y\n",
    "input u\nstate x[n] = 0.5\np = tanh(W @ u + V @ x)\nx <- keep * x + g * p\n"
    "y = x * p + sigmoid(q) * x\noutput y\nlearned g[n]\nlearned q[n]\n",
    "input u\nstate x[n]\ny = tanh(W @ u + V @ x + k)\nx <- y\noutput y\n",
};

/* Where no unit does anything to another, the traces' change is the gradient, which the test of
 * written texts holds to differences of the text: by N alone, and by dopamine, of which a tag that
 * does not fade meets all that is still to come. */
static void traces_of_the_gradient(void **state) {
  (void)state;
  const int n_local = (int)(sizeof local_texts / sizeof *local_texts);
  for (int text = 0; text < 4 + n_local; text++)
    for (int by_dopamine = 0; by_dopamine < 2; by_dopamine++) {
      const char *const what = text < 4 ? texts[text] : local_texts[text - 4];
      if (text >= 4 && by_dopamine == 0) try_text(what, 0.8);
      episode x = {0};
      open_episode(&x, what, 0.8);
      make_diagonal(&x);
      play(&x);
      play_back(&x);
      am_eligibility traces;
      am_eligibility_memory m;
      good(am_eligibility_make(&traces, x.plan, &error));
      am_real *memory = reals(am_eligibility_lay_out(&m, NULL, &traces));
      am_eligibility_lay_out(&m, memory, &traces);
      am_eligibility_begin(&traces, &m);
      am_real *change = reals(x.plan->n_parameters), L[64 * LANES], last[LANES], none[LANES] = {0};
      for (int k = 0; k < LANES; k++) last[k] = 1;
      for (int t = 0; t < STEPS; t++) {
        const am_plan_step step = step_of(&x, t);
        for (int k = 0; k < 64 * LANES; k++) L[k] = (am_real)x.credit[t][k / LANES][k % LANES];
        const am_real zero[64 * LANES] = {0};
        am_eligibility_move(&traces, &m, change,
                            &(am_eligibility_moment){.step = &step,
                                                     .credit = by_dopamine ? L : zero,
                                                     .now = by_dopamine ? NULL : L,
                                                     .delta = t > 0 ? none : NULL,
                                                     .k = 1});
      }
      am_eligibility_code()->harvest(&traces, &m, change, last);
      for (size_t k = 0; k < x.plan->n_parameters; k++) {
        bool own = true; /* elements off the diagonal act on other units */
        for (int q = 0; q < x.plan->n_operations; q++) {
          const am_operation *o = &x.plan->operations[q];
          own &= o->kind != AM_DO_AFFINE || k < o->weights ||
                 k >= o->weights + (size_t)(o->rows * o->in[0].rows) || x.parameters[k] != 0;
        }
        if (own && !(fabs((double)(change[k] - x.change[k])) <=
                     NEAR * 10 * (1 + fabs((double)x.change[k]))))
          fail_msg("text %d, parameter %zu: %.12g, the gradient is %.12g", text, k,
                   (double)change[k], (double)x.change[k]);
      }
      free(change);
      free(memory);
      am_eligibility_free(&traces);
      close_episode(&x);
    }
}

/* An episode with gains m on its output, credits and dopamine. */
typedef struct lesson {
  episode x;
  am_real *m, *gained; /* [STEPS + 1][n_outputs][LANES], the first before the first step */
  am_real *L, *N;      /* [STEPS][n_outputs][LANES] */
  am_real delta[STEPS][LANES], k;
  am_plan_reach reach;
} lesson;

static am_plan_step gained_step(const lesson *y, int t) {
  am_plan_step s = step_of(&y->x, t);
  s.gained = y->gained + (size_t)(t * y->x.plan->n_outputs * LANES);
  return s;
}

static void open_lesson(lesson *y, const char *text, am_plan_reach reach) {
  open_done(&y->x, text, 0.7, AM_PLAN_GAINED);
  const am_plan *p = y->x.plan;
  const int row = p->n_outputs * LANES;
  y->reach = reach, y->k = (am_real)0.75;
  y->m = reals((size_t)((STEPS + 1) * row)), y->gained = reals((size_t)((STEPS + 1) * row));
  y->L = reals((size_t)(STEPS * row)), y->N = reals((size_t)(STEPS * row));
  for (int k = row; k < (STEPS + 1) * row; k++) y->m[k] = (am_real)(0.5 * draw());
  for (int k = 0; k < STEPS * row; k++) y->L[k] = (am_real)draw(), y->N[k] = (am_real)draw();
  for (int k = 0; k < STEPS * LANES; k++) y->delta[k / LANES][k % LANES] = (am_real)draw();
  for (size_t k = 0; k < p->n_parameters; k++) y->x.p[k] = (am_real)y->x.parameters[k];
  am_plan_lanes_code()->fix(p, y->x.fixed, y->x.p);
  am_plan_lanes_code()->begin(p, y->x.blocks);
  for (int t = 0; t < STEPS; t++) {
    for (int k = 0; k < INPUTS * LANES; k++)
      y->x.in[t * INPUTS * LANES + k] = (am_real)y->x.input[t][k / LANES][k % LANES];
    const am_plan_step step = gained_step(y, t);
    am_plan_lanes_code()->step(p, &step);
    const am_real *out = step.block + (size_t)p->output * LANES;
    for (int k = 0; k < row; k++)
      y->gained[(t + 1) * row + k] = (1 + y->m[(t + 1) * row + k]) * out[k];
  }
}

static void close_lesson(lesson *y) {
  free(y->m), free(y->gained), free(y->L), free(y->N);
  close_episode(&y->x);
}

/* G(t) = A L + N + what comes back from the step behind, and the sum of products. */
static void by_window(lesson *y) {
  episode *x = &y->x;
  const am_plan *p = x->plan;
  const size_t row = (size_t)p->n_rows * LANES, out = (size_t)p->n_outputs * LANES;
  am_real A[LANES] = {0}, *back = reals(out);
  for (int t = STEPS - 1; t >= 0; t--) {
    am_real *g = x->gradients + (size_t)(t + 1) * row, *before = x->gradients + (size_t)t * row;
    const am_plan_step step = gained_step(y, t);
    for (int k = 0; k < LANES; k++) A[k] = y->delta[t][k] + y->k * A[k];
    for (size_t k = 0; k < out; k++) {
      am_real *to = &g[(size_t)p->output * LANES + k];
      *to = (p->output_is_state ? *to : 0) + A[k % LANES] * y->L[(size_t)t * out + k] +
            y->N[(size_t)t * out + k];
    }
    memset(back, 0, out * sizeof *back);
    const am_plan_gradient gradient = {
        .block = g, .before = before, .fixed = x->fixed_gradient, .gained = back};
    am_plan_lanes_code()->local(p, &step, &gradient, y->reach);
    am_eligibility_code()->ungain(before + (size_t)p->output * LANES, y->m + (size_t)t * out, back,
                                  p->n_outputs);
  }
  const am_plan_window w = {.n_steps = STEPS,
                            .fixed = x->fixed,
                            .input = x->in,
                            .before = x->blocks,
                            .gained = y->gained,
                            .block = x->blocks + row,
                            .gradient = x->gradients + row,
                            .input_step = INPUTS * LANES,
                            .block_step = row,
                            .gained_step = out,
                            .gradient_step = row};
  am_plan_lanes_code()->collect(p, x->change, &w);
  am_plan_lanes_code()->collect_fixed(p, x->change, x->fixed_gradient);
  free(back);
}

static void by_traces(lesson *y, am_real *change) {
  const size_t out = (size_t)y->x.plan->n_outputs * LANES;
  am_eligibility traces;
  am_eligibility_memory m;
  good(am_eligibility_make(&traces, y->x.plan, &error));
  am_real *memory = reals(am_eligibility_lay_out(&m, NULL, &traces));
  am_eligibility_lay_out(&m, memory, &traces);
  am_eligibility_begin(&traces, &m);
  for (int t = 0; t < STEPS; t++) {
    const am_plan_step step = gained_step(y, t);
    am_eligibility_move(&traces, &m, change,
                        &(am_eligibility_moment){.step = &step,
                                                 .gain = y->m + (size_t)t * out,
                                                 .credit = y->L + (size_t)t * out,
                                                 .now = y->N + (size_t)t * out,
                                                 .delta = t > 0 ? y->delta[t - 1] : NULL,
                                                 .k = y->k,
                                                 .reach = y->reach});
  }
  am_eligibility_code()->harvest(&traces, &m, change, y->delta[STEPS - 1]);
  free(memory);
  am_eligibility_free(&traces);
}

/* Whether anything was to be learned. */
static bool compare_forms(const char *text, am_plan_reach reach) {
  lesson y = {0};
  open_lesson(&y, text, reach);
  am_real *change = reals(y.x.plan->n_parameters);
  by_window(&y);
  by_traces(&y, change);
  double largest = 0;
  for (size_t k = 0; k < y.x.plan->n_parameters; k++) {
    const double want = (double)y.x.change[k];
    largest = fmax(largest, fabs(want));
    if (!(fabs((double)change[k] - want) <= NEAR * 10 * (1 + fabs(want))))
      fail_msg("parameter %zu: %.12g by traces, %.12g by the window\n%s", k, (double)change[k],
               want, text);
  }
  free(change);
  close_lesson(&y);
  return largest > 0;
}

/* Step by step and over the window: the same sums, with gains on the output, whatever the text. */
static void traces_are_the_window(void **state) {
  (void)state;
  writer w;
  for (int reach = 0; reach < 2; reach++) {
    int n_learned = 0; /* a random text may have no weight that acts on its own unit */
    for (size_t k = 0; k < 7; k++) assert_true(compare_forms(texts[k], (am_plan_reach)reach));
    for (size_t k = 0; k < sizeof local_texts / sizeof *local_texts; k++)
      assert_true(compare_forms(local_texts[k], (am_plan_reach)reach));
    for (int k = 0; k < 150; k++) {
      do write_text(&w);
      while (strstr(w.text, "attend(")); /* what it does to later steps is not its unit's own */
      n_learned += compare_forms(w.text, (am_plan_reach)reach);
    }
    assert_true(n_learned > 100);
  }
}

/* What matrices read of the output is what gains made of it, what a state keeps is not. */
static void gains_reach_matrices(void **state) {
  (void)state;
  lesson y = {0};
  open_lesson(&y, "input u\nstate h[n]\nh <- 0.5 * h + V @ (h * h) + W @ u\noutput h\n",
              AM_REACH_UNIT);
  const am_plan *p = y.x.plan;
  const double *V = y.x.parameters + p->tensors[0].at, *W = y.x.parameters + p->tensors[1].at;
  for (int t = 1; t < STEPS; t++)
    for (int j = 0; j < UNITS; j++) {
      const am_real *o = y.gained + t * UNITS * LANES, *h = step_of(&y.x, t).before;
      double want = 0.5 * (double)h[(p->output + j) * LANES];
      for (int i = 0; i < UNITS; i++)
        want += V[j * UNITS + i] * (double)(o[i * LANES] * o[i * LANES]);
      for (int i = 0; i < INPUTS; i++) want += W[j * INPUTS + i] * y.x.input[t][i][0];
      const double got = (double)step_of(&y.x, t).block[(p->output + j) * LANES];
      assert_true(fabs(got - want) <= NEAR * (1 + fabs(want)));
    }
  close_lesson(&y);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(written_texts),         cmocka_unit_test(random_texts),
      cmocka_unit_test(own_effects),           cmocka_unit_test(traces_of_the_gradient),
      cmocka_unit_test(traces_are_the_window), cmocka_unit_test(gains_reach_matrices),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
