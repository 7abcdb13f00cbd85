/* The language: which shapes follow from a text, and what is said about one that is wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "equation/plan_draw.h"

static amine_error error;

static am_equations *read(const char *text) {
  am_equations *e;
  if (am_equations_read(&e, "net", text, NULL, &error) != AMINE_OK)
    fail_msg("%s\n%s", error.message, error.excerpt);
  return e;
}

static void expect_tensors(const char *text, const char *expected) {
  am_equations *e = read(text);
  am_text shown = {0};
  am_equations_put_tensors(e, &shown);
  assert_string_equal(shown.data, expected);
  am_text_free(&shown);
  am_equations_free(e);
}

static void shapes_follow(void **state) {
  (void)state;
  expect_tensors("input u\nstate h[n]\nh <- tanh(W @ h + V @ u + b)\noutput h\n",
                 "W[n, n]\nV[n, u]\nb[n]\n");
  /* what stands below says what stands above; a number where nothing else is said */
  expect_tensors("input u\nstate h[n]\ny = A @ h * eta\nh <- tanh(B @ y + C @ u) * (k * k)\n"
                 "output h\nlearned A[7, n]\n",
                 "A[7, n]\neta[7]\nB[n, 7]\nC[n, u]\nk[n]\n");
  /* parts of one tensor, in the order in which they are named */
  expect_tensors("learned A, B as weight\nlearned c\ninput u\nstate h[n]\n"
                 "h <- sigmoid(B @ u + c) * tanh(A @ u)\noutput h\n",
                 "weight = A[n, u] B[n, u]\nc[n]\n");
  expect_tensors("input u\nstate h[n]\nm = tanh(dot(w, h) + b)\nh <- tanh(W @ u) * m\noutput h\n",
                 "w[n]\nb\nW[n, u]\n");
}

/* What the lowest layer reads: a vector of n, made of the input; in a layer above it is the input,
 * which is one of n there, and nothing of it is learned. */
static void the_lowest_layer_reads(void **state) {
  (void)state;
  static const char text[] = "input u\nlowest x = tanh(A @ u + a)\ny = x + relu(W @ x + V @ u)\n"
                             "learned B, A as first\nlearned c[n]\nz = y * c + B @ u\noutput z\n";
  expect_tensors(text, "first = A[n, u] B[n, u]\nc[n]\na[n]\nW[n, n]\nV[n, u]\n");
  static const char alone[] = "input u\nlowest x = tanh(A @ u + a)\ny = x + W @ x\noutput y\n";
  for (int above = 0; above < 2; above++) {
    am_equations *e;
    am_plan *p;
    const am_binding given[] = {{"u", above ? 4 : 3}, {"n", 4}};
    assert_int_equal(
        am_equations_read(&e, "net", alone, &(am_slots){.above = above}, &error), AMINE_OK);
    assert_int_equal(am_plan_make(&p, e, given, 2, AM_LAYOUT_LANES, 0, &error), AMINE_OK);
    assert_int_equal(p->n_tensors, above ? 1 : 3);
    assert_string_equal(p->tensors[above ? 0 : 2].name, "W");
    assert_int_equal(p->n_inputs, above ? 4 : 3);
    assert_int_equal(p->n_outputs, 4);
    am_plan_free(p);
    am_equations_free(e);
  }
  am_equations *e; /* half of a tensor is not learned: its shape is what it would be */
  assert_int_equal(am_equations_read(&e, "net", text, &(am_slots){.above = true}, &error),
                   AMINE_OK);
  am_equations_free(e);
}

static void numbers_are_first_values(void **state) {
  (void)state;
  am_equations *e = read("input u\nconstant g = 1.5 from 0 to 100\nstate h[n] = -g / 2\n"
                         "learned W = normal(0, g * 2)\nlearned V = uniform(-0.5, 0.25)\n"
                         "learned b = 3\nh <- W @ h + V @ u + b + c\noutput h\n");
  const am_binding given[] = {{"n", 3}, {"u", 2}, {"g", 4}};
  am_plan *p;
  assert_int_equal(am_plan_make(&p, e, given, 3, AM_LAYOUT_LANES, 0, &error), AMINE_OK);
  for (int k = 0; k < 3; k++) assert_true(p->begins[p->states[0].begin + k].middle == -2);
  assert_false(p->is_drawn);
  assert_int_equal(p->n_tensors, 4);
  assert_true(p->tensors[0].first == AM_FIRST_NORMAL && p->tensors[0].from[1] == 8);
  assert_true(p->tensors[1].first == AM_FIRST_UNIFORM && p->tensors[1].from[0] == -0.5 &&
              p->tensors[1].from[1] == 0.25);
  assert_true(p->tensors[2].first == AM_FIRST_NUMBER && p->tensors[2].from[0] == 3);
  assert_true(p->tensors[3].first == AM_FIRST_STANDARD);
  assert_int_equal(p->tensors[1].at, 16); /* 9 numbers, to a multiple of 16 */
  am_plan_free(p);
  am_equations_free(e);
}

/* A choice is its place, a size a number, a unit a fixed vector; what is drawn has a middle, what is
 * given and nobody gives is 0. */
#define CTRNN                                                                                      \
  "input u\nconstant kind = one or two or three \"of them\"\ngiven xi[n]\n"                        \
  "held = min(kind, 1) * unit(1, n) - 2 * unit(2, n) + unit(7, n)\n"                               \
  "state x[n] = (1 - abs(held)) * (drawn - 0.25) + held\nlearned J[n, n] = normal(0, 3 / "         \
  "sqrt(n))\n"                                                                                     \
  "learned B[n, u]\n"
static void vectors_are_constants(void **state) {
  (void)state;
  am_equations *e = read(CTRNN "x <- held * 0.5 * x + J @ tanh(x) + B @ u + xi - x\noutput x\n");
  static const double middles[] = {0.25, 1, -2.25, 0.25}, halves[] = {0.5, 0, -0.5, 0.5};
  const am_binding given[] = {{"n", 4}, {"u", 2}, {"kind", 2}};
  const am_symbol *kind = &e->symbols[am_equations_find(e, "kind")];
  assert_true(kind->standard == 0 && kind->min == 0 && kind->max == 2);
  am_plan *p;
  assert_int_equal(am_plan_make(&p, e, given, 3, AM_LAYOUT_UNITS, 0, &error), AMINE_OK);
  assert_true(p->tensors[0].from[1] == 1.5);
  assert_true(p->is_drawn && p->n_given == 0 && p->n_noises == 0);
  float block[4];
  for (int k = 0; k < 4; k++) {
    const am_plan_begin *b = &p->begins[p->states[0].begin + k];
    assert_true(b->middle == middles[k] && b->half == halves[k]);
  }
  assert_int_equal(p->states[0].rows, 4);
  const int row = p->states[0].row;
  am_plan_draw(p, block - row, 1, 7, 8, 9, 1);
  const am_random4 draw = am_random((am_random_key){7, AM_STREAM_STATES + 256, 8, 9}, 0);
  for (int k = 0; k < 4; k++)
    assert_true(fabs((double)block[k] - middles[k] -
                     halves[k] * (2 * (double)am_uniform(draw.v[k]) - 1)) < 1e-7);
  int found = 0; /* held / 2, whatever stands beside it */
  for (int k = 0; k + 4 <= p->n_fixed; k++)
    found += p->fixed[k].number == 0 && p->fixed[k + 1].number == 0.5 &&
             p->fixed[k + 2].number == -1 && p->fixed[k + 3].number == 0;
  assert_int_equal(found, 1);
  am_plan_free(p);
  am_equations_free(e);
}

/* Noise enters the sum that names it, and post is the first state of its size; in a text that names
 * none it enters every sum of matrices. */
static void noise_has_a_place(void **state) {
  (void)state;
  const am_binding given[] = {{"n", 4}, {"u", 2}};
  am_equations *e = read("state a[3]\n" CTRNN "a <- tanh(A @ x)\n"
                         "y = J @ x + xi\nx <- 0.1 * (J @ tanh(x) + B @ u + xi - y)\noutput x\n");
  static const int rows[] = {0, 16, 32, 64};
  am_plan *p;
  assert_int_equal(am_plan_make(&p, e, given, 2, AM_LAYOUT_UNITS, AM_PLAN_PERTURBED, &error),
                   AMINE_OK);
  assert_true(p->n_noises == 1 && p->n_given == 1 && p->noises[0].named);
  assert_int_equal(p->noises[0].post.row, p->states[1].row);
  assert_int_equal(p->noises[0].post.rows, 4);
  int onto = 0;
  for (int k = 0; k < p->n_operations; k++) onto += p->operations[k].noise == 0;
  assert_int_equal(onto, 3); /* J twice and B, not A */
  am_plan_free(p);
  am_equations_free(e);
  e = read("input u\nstate h[n]\nq = W @ h + b\nz = V @ u\nh <- tanh(A @ (B @ q) - z)\noutput h\n"
           "learned B[20, n]\n");
  assert_int_equal(am_plan_make(&p, e, given, 2, AM_LAYOUT_UNITS, AM_PLAN_PERTURBED, &error),
                   AMINE_OK);
  assert_true(p->n_noises == 4 && p->n_given == 1 + 1 + 2 + 1);
  for (int k = 0; k < 4; k++) {
    assert_true(!p->noises[k].named && p->noises[k].xi.from == AM_FROM_GIVEN);
    assert_int_equal(p->noises[k].xi.rows, p->noises[k].post.rows);
    assert_int_equal(p->noises[k].xi.row, rows[k]);
  }
  for (int k = 0; k < p->n_operations; k++)
    assert_int_equal(p->operations[k].noise >= 0, p->operations[k].kind == AM_DO_AFFINE);
  am_plan_free(p);
  am_equations_free(e);
}

/* GRU: five rows a unit, as by hand; the matrices' way back in the order of their parameters. */
static void plans_are_small(void **state) {
  (void)state;
  am_equations *e = read("learned W_ir, W_iz, W_in as weight_ih\ninput u\nstate h[n]\n"
                         "r = sigmoid(W_ir @ u + b_ir + W_hr @ h + b_hr)\n"
                         "z = sigmoid(W_iz @ u + b_iz + W_hz @ h + b_hz)\nq = W_hn @ h + b_hn\n"
                         "g = tanh(W_in @ u + b_in + r * q)\nunused = exp(g)\n"
                         "h <- (1 - z) * g + z * h\noutput h\n");
  const am_binding given[] = {{"n", 8}, {"u", 2}};
  am_plan *p;
  assert_int_equal(am_plan_make(&p, e, given, 2, AM_LAYOUT_LANES, 0, &error), AMINE_OK);
  assert_int_equal(p->n_rows, 5 * 8);
  assert_int_equal(p->n_operations, 6 + 2 + 2 + 1); /* matrices, sigmoids, r q and tanh, the mean */
  assert_int_equal(p->n_fixed, 0);
  size_t at = 0;
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->kind != AM_DO_AFFINE) continue;
    assert_true(o->weights >= at);
    at = o->weights;
  }
  am_plan_free(p);
  am_equations_free(e);
}

#define NET "input u\nstate h[n]\n"

static void refusals(void **state) {
  (void)state;
  static const struct {
    const char *text, *message, *excerpt;
  } wrong[] = {
      {NET "h <- tanh(W @ h + V @ u ++ b)\noutput h\n",
       "net:3:26: a number, a name or a bracket belongs here",
       "h <- tanh(W @ h + V @ u ++ b)\n                         ^"},
      {NET "lowest x = V @ u + h\nh <- tanh(W @ x)\noutput h\n",
       "net:3:20: what the lowest layer reads is made of the input, of what is learned and of "
       "constants, not of h",
       "lowest x = V @ u + h\n                   ^"},
      {NET "lowest x = V @ u\nlowest y = V @ u\nh <- tanh(W @ x)\noutput h\n",
       "net:4:8: what the lowest layer reads is said twice", "lowest y = V @ u\n       ^"},
      {NET "lowest h <- tanh(W @ u)\noutput h\n",
       "net:3:8: what the lowest layer reads is a value: \"lowest x = ...\"",
       "lowest h <- tanh(W @ u)\n       ^"},
      {NET "lowest x = modulator(V @ u)\nh <- tanh(W @ x)\noutput h\n",
       "net:3:8: what the lowest layer reads has no modulator",
       "lowest x = modulator(V @ u)\n       ^"},
      {NET "lowest x = u * 2\nh <- tanh(W @ x)\noutput h\n",
       "net:3:8: [n] and [u] do not fit here", "lowest x = u * 2\n       ^"},
      {"lowest x = V @ u\ninput u\noutput x\n",
       "net:1:8: there is no input yet: \"input u\" stands above this", "lowest x = V @ u\n       ^"},
      {NET "h <- tahn(W @ h)\noutput h\n", "net:3:6: there is no function tahn; did you mean tanh?",
       "h <- tahn(W @ h)\n     ^"},
      {NET "h <- tanh(h @ W)\noutput h\n", "net:3:11: before @ a matrix belongs, this is a vector",
       "h <- tanh(h @ W)\n          ^"},
      {NET "h <- tanh(W @ h\noutput h\n", "net:4:1: ')' is missing here, where a bracket ends",
       "output h\n^"},
      {NET "h <- W @ (V @ h) + u\noutput h\n", "net:3:1: [n] and [u] do not fit here",
       "h <- W @ (V @ h) + u\n^"},
      {NET "y = h * 2\nh <- y + z\nz = W @ u\noutput h\n",
       "net:4:10: z is used before it is said what it is", "h <- y + z\n         ^"},
      {NET "h <- W @ h\nh <- h\noutput h\n", "net:4:1: h is updated twice", "h <- h\n^"},
      {NET "output h\n", "net:2:7: nothing says what h is after a step: \"h <- ...\"",
       "state h[n]\n      ^"},
      {NET "g <- h\noutput h\n", "net:3:1: there is no state g: \"state g[n]\" makes one",
       "g <- h\n^"},
      {NET "u = h\nh <- u\noutput h\n", "net:3:1: there is u already, from line 1", "u = h\n^"},
      {NET "h <- h\noutput k\n", "net:4:8: nothing above says what k is", "output k\n       ^"},
      {"state h[n]\nh <- h\noutput h\n",
       "net:1:1: there is no input: \"input u\" says what it is called", "state h[n]\n^"},
      {NET "h <- h\n", "net:1:1: there is no output: \"output h\" says which value it is",
       "input u\n^"},
      {NET "h <- dot(h, W @ u) * h\noutput h\nlearned W[3, u]\n",
       "net:3:6: [n] and [3] do not fit here", "h <- dot(h, W @ u) * h\n     ^"},
      {NET "h <- tanh(W @ (V @ u))\noutput h\n",
       "net:3:11: nothing says how large W is: \"learned W[...]\" would",
       "h <- tanh(W @ (V @ u))\n          ^"},
      {NET "h <- clip(h, 1)\noutput h\n", "net:3:15: clip takes 3 arguments",
       "h <- clip(h, 1)\n              ^"},
      {NET "h <- tanh(h, 1)\noutput h\n", "net:3:12: tanh takes 1 argument",
       "h <- tanh(h, 1)\n           ^"},
      {NET "h <- attend(h, h, h)\noutput h\n", "net:3:20: attend takes 4 or 5 arguments",
       "h <- attend(h, h, h)\n                   ^"},
      {NET "h <- attend(h, h, h, 1, 2, 3)\noutput h\n", "net:3:26: attend takes 4 or 5 arguments",
       "h <- attend(h, h, h, 1, 2, 3)\n                         ^"},
      {NET "h <- attend(h, W @ u, h, 1)\noutput h\nlearned W[3, u]\n",
       "net:3:6: [n] and [3] do not fit here", "h <- attend(h, W @ u, h, 1)\n     ^"},
      {NET "h <- attend(h, h, 2, 1)\noutput h\n",
       "net:3:19: attend takes a vector here, this is a number",
       "h <- attend(h, h, 2, 1)\n                  ^"},
      {NET "h <- attend(h, h, h, h)\noutput h\n",
       "net:3:22: attend takes a number here, this is a vector",
       "h <- attend(h, h, h, h)\n                     ^"},
      {NET "h <- attend(h, h, u, 1)\noutput h\n", "net:3:1: [n] and [u] do not fit here",
       "h <- attend(h, h, u, 1)\n^"},
      {NET "h <- outer(h, h) @ h\noutput h\n",
       "net:3:6: outer is of a rule: a network's matrices of its own are traces, trace H[n, m]",
       "h <- outer(h, h) @ h\n     ^"},
      {NET "constant tau = 5 from 10 to 20\nh <- h / tau\noutput h\n",
       "net:3:10: the value of tau lies outside its range",
       "constant tau = 5 from 10 to 20\n         ^"},
      {NET "learned W = uniform(0, eta)\nh <- W @ h\noutput h\n",
       "net:3:24: eta is no constant, which a first value is made of",
       "learned W = uniform(0, eta)\n                       ^"},
      {NET "h <- h ? 2\noutput h\n", "net:3:8: this sign means nothing here",
       "h <- h ? 2\n       ^"},
      {NET "h <- \xc3\xa9 + h\noutput h\n", "net:3:6: this sign means nothing here",
       "h <- \xc3\xa9 + h\n     ^"},
      {NET "# \xc3\xa9\xc3\xa9 \nh <- h # \xc3\xa9\xc3\xa9\n  * sni(h)\noutput h\n",
       "net:5:5: there is no function sni; did you mean sum?", "  * sni(h)\n    ^"},
      {NET "h <- 1e400 * h\noutput h\n", "net:3:6: this is not a number", "h <- 1e400 * h\n     ^"},
      {NET "h <- h h\noutput h\n", "net:3:8: a line ends before this, or an operator is missing",
       "h <- h h\n       ^"},
      {NET "tanh = h\nh <- h\noutput h\n", "net:3:1: tanh is a function", "tanh = h\n^"},
      {"input u\nstate h\nh <- h\noutput h\n", "net:2:7: a state has one size: h[n]",
       "state h\n      ^"},
      {NET "given A[n, n]\nh <- h\noutput h\n", "net:3:7: a matrix is not given: A or A[n]",
       "given A[n, n]\n      ^"},
      {NET "h <- h * unit(1, m)\noutput h\n",
       "net:3:18: unit(k, n) is of a size n that stands above: state x[n]",
       "h <- h * unit(1, m)\n                 ^"},
      {NET "state k[n] = h\nk <- k\nh <- h\noutput h\n",
       "net:3:14: h is no constant, which a first value is made of",
       "state k[n] = h\n             ^"},
      {NET "state k[n] = standard\nk <- k\nh <- h\noutput h\n",
       "net:3:14: standard is no constant, which a first value is made of",
       "state k[n] = standard\n             ^"},
  };
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_equations *e = NULL;
    const amine_status status = am_equations_read(&e, "net", wrong[k].text, NULL, &error);
    if (status == AMINE_OK) fail_msg("%s is read", wrong[k].text);
    assert_int_equal(status, AMINE_ERROR_INPUT);
    assert_null(e);
    assert_string_equal(error.message, wrong[k].message);
    assert_string_equal(error.excerpt, wrong[k].excerpt);
  }
}

static void what_is_given_is_checked(void **state) {
  (void)state;
  static const struct {
    am_binding given[3];
    int n;
    const char *message;
  } wrong[] = {
      {{{"n", 4}}, 1, "net: nobody says how large u is"},
      {{{"n", 4.5}}, 1, "net: the size n is a whole number from 1 to 65536, not 4.5"},
      {{{"m", 4}}, 1, "net: there is no size or constant m"},
      {{{"n", 4}, {"u", 1}, {"tau", 0.5}}, 3, "net: tau is from 1 to 100, not 0.5"},
  };
  am_equations *e = read(NET "constant tau = 5 from 1 to 100\nh <- h / tau + W @ u\noutput h\n");
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_plan *p = NULL;
    assert_int_equal(am_plan_make(&p, e, wrong[k].given, wrong[k].n, AM_LAYOUT_LANES, 0, &error),
                     AMINE_ERROR_ARGUMENT);
    assert_null(p);
    assert_string_equal(error.message, wrong[k].message);
  }
  am_equations_free(e);
}

/* What only the plan can see: what constants come to, and who gives. */
static void refusals_of_plans(void **state) {
  (void)state;
  static const struct {
    const char *text, *message;
    unsigned done;
  } wrong[] = {
      {NET "state k[n] = drawn * drawn\nk <- k\nh <- h\noutput h\n",
       "net:3:20: k is not linear in drawn", 0},
      {NET "state k[n] = tanh(1)\nk <- k\nh <- h\noutput h\n",
       "net:3:14: k does not begin with a number", 0},
      {NET "state k[3] = unit(1, n)\nk <- k\nh <- h\noutput h\n",
       "net:3:14: k does not begin with a number", 0},
      {NET "h <- h * unit(b, n)\noutput h\n", "net:3:10: unit(k, n) is of a constant k", 0},
      {NET "first W = exp(2) * standard\nh <- W @ h\noutput h\n",
       "net:3:11: a first value is a sum or product of constants", 0},
      {NET "given xi[u]\nh <- (P @ (V @ h + xi))\noutput h\n", "net:3:7: no state is as long as xi",
       AM_PLAN_PERTURBED},
      {NET "given xi[n]\ngiven yi[n]\nh <- W @ h + xi + yi\noutput h\n",
       "net:5:19: one vector is given from outside, and yi is another", AM_PLAN_PERTURBED},
      {NET "h <- attend(h, h, h, 3)\noutput h\n",
       "net:3:22: 3 heads do not divide the 4 elements of q and k", 0},
      {NET "h <- V @ attend(h, h, u, 4)\noutput h\n",
       "net:3:26: 4 heads do not divide the 2 elements of v", 0},
      {NET "h <- attend(h, h, h, heads)\noutput h\n",
       "net:3:22: the number of heads of attend is a constant", 0},
      {NET "constant heads = 1.5\nh <- attend(h, h, h, heads)\noutput h\n",
       "net:4:22: the number of heads of attend is a whole number from 1 to 65536, not 1.5", 0},
      {NET "h <- attend(h, h, h, 2, 0)\noutput h\n",
       "net:3:25: the window of attend is a whole number from 1 to 65536, not 0", 0},
  };
  const am_binding given[] = {{"n", 4}, {"u", 2}};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_equations *e = read(wrong[k].text);
    am_plan *p;
    if (am_plan_make(&p, e, given, 2, AM_LAYOUT_UNITS, wrong[k].done, &error) == AMINE_OK)
      fail_msg("%s has a plan", wrong[k].text);
    assert_string_equal(error.message, wrong[k].message);
    am_equations_free(e);
  }
}

/* A number that is given and the noise of a sum lie side by side, and each is known by its row. */
static void numbers_and_noise(void **state) {
  (void)state;
  const am_binding given[] = {{"n", 20}, {"u", 2}};
  am_equations *e = read(NET "given M\ny = tanh(V @ u + M)\nh <- W @ h + y\noutput h\n");
  am_plan *p;
  assert_int_equal(am_plan_make(&p, e, given, 2, AM_LAYOUT_UNITS, AM_PLAN_PERTURBED, &error),
                   AMINE_OK);
  assert_int_equal(p->n_given, 2 + 1 + 2);
  assert_int_equal(p->n_numbers, 1);
  assert_string_equal(p->given[0].name, "M");
  assert_int_equal(p->n_noises, 2);
  bool taken[5] = {false};
  const am_operand places[] = {
      p->noises[0].xi, p->noises[1].xi, {.row = p->given[0].row, .rows = 1}};
  for (int k = 0; k < 3; k++)
    for (int row = places[k].row; row < places[k].row + places[k].rows; row += 16) {
      assert_true(row % 16 == 0 && row < 16 * 5 && !taken[row / 16]);
      taken[row / 16] = true;
    }
  am_plan_free(p);
  am_equations_free(e);
}

/* --------------------------------------------------------------------------- traces and slots */
static const am_slots slots = {.plastic = true,
                               .modulator_name = "read",
                               .modulator = "input y\nM = tanh(w @ y + b)\nlearned w[1, y]\n"
                                            "learned b[1]\noutput M\n"};

/* Reads a text with these slots and makes its plan for sizes n = 3 and u = 2. */
static amine_status plan(am_plan **p, const char *text, const am_slots *chosen, am_layout layout) {
  const am_binding given[] = {{"n", 3}, {"u", 2}};
  am_equations *e;
  const amine_status status = am_equations_read(&e, "net", text, chosen, &error);
  if (status != AMINE_OK) return status;
  const amine_status made = am_plan_make(p, e, given, 2, layout, 0, &error);
  am_equations_free(e);
  return made;
}

#define PLASTIC NET "trace H[n, n]\n"
#define PRODUCT "y = tanh((W + alpha * H) @ h + V @ u)\n"
#define RULE "H <- rule(post = y, pre = h, eta = modulator(y))\n"
#define REST "h <- y\noutput h\n"

static void expect_shapes(const am_slots *chosen, const char *expected) {
  am_equations *e;
  am_text shown = {0};
  if (am_equations_read(&e, "net", PLASTIC PRODUCT RULE REST, chosen, &error) != AMINE_OK)
    fail_msg("%s\n%s", error.message, error.excerpt);
  am_equations_put_tensors(e, &shown);
  assert_string_equal(shown.data, expected);
  am_text_free(&shown);
  am_equations_free(e);
}

/* What stands in the slots says what is learned; eta is one number, or one for each post unit. */
static void slots_are_filled(void **state) {
  (void)state;
  am_slots s = slots;
  expect_shapes(&s, "modulator.w[1, n]\nmodulator.b[1]\nW[n, n]\nalpha[n, n]\nV[n, u]\n");
  s.alpha = AM_ALPHA_NEURON;
  s.rate = "rate";
  s.rate_first = 0.25;
  expect_shapes(&s, "modulator.w[1, n]\nmodulator.b[1]\nrate = rule.rate[1]\nW[n, n]\nalpha[n]\n"
                    "V[n, u]\n");
  s = slots;
  s.alpha = AM_ALPHA_NETWORK;
  s.modulator = "input a\nlearned f[post] as \"fan out\" = linear(a)\nM = sum(a)\neta = f * M\n"
                "output eta\n";
  expect_shapes(&s, "fan out = modulator.f[n]\nW[n, n]\nalpha\nV[n, u]\n");
  s.modulator = NULL; /* eta is 0 */
  expect_shapes(&s, "W[n, n]\nalpha\nV[n, u]\n");
}

/* Each slot's text is read apart: names, tensors, what is recorded. What is given under one name is
 * one number, the network's too. */
static void modulators_are_apart(void **state) {
  (void)state;
  static const char text[] =
      "given D\n" PLASTIC "trace G[n, u]\ny = tanh((W + alpha * H) @ h + (V + beta * G) @ u)\n"
      "store = D * modulator(y)\nH <- rule(post = y, pre = h, eta = store)\n"
      "m = 2 * modulator(h)\nG <- rule(post = y, pre = u, eta = m * modulator(u))\n" REST;
  am_slots s = slots;
  s.modulator = "input y\ngiven D\ngiven M\nconstant gain = 2\nlearned w[1, y] as \"h2mod.w\"\n"
                "M_raw = gain * (w @ y) + b\nlearned b[1]\neta = M_raw * D + M\noutput eta\n";
  am_equations *e;
  am_plan *p;
  am_text shown = {0};
  if (am_equations_read(&e, "net", text, &s, &error) != AMINE_OK)
    fail_msg("%s\n%s", error.message, error.excerpt);
  assert_int_equal(e->n_modulators, 3);
  assert_string_equal(e->modulators[0].scope, "modulator.");
  assert_string_equal(e->modulators[1].scope, "m.");
  assert_string_equal(e->modulators[2].scope, "G.");
  am_equations_put_tensors(e, &shown);
  assert_string_equal(shown.data, "h2mod.w = modulator.w[1, n]\nmodulator.b[1]\n"
                                  "m.h2mod.w = m.w[1, n]\nm.b[1]\nG.h2mod.w = G.w[1, u]\nG.b[1]\n"
                                  "W[n, n]\nalpha[n, n]\nV[n, u]\nbeta[n, u]\n");
  am_text_free(&shown);
  const am_binding given[] = {{"n", 3}, {"u", 2}, {"modulator.gain", 1}, {"G.gain", 3}};
  for (int layout = 0; layout < 2; layout++) {
    if (am_plan_make(&p, e, given, 4, (am_layout)layout, 0, &error)) fail_msg("%s", error.message);
    assert_int_equal(p->n_numbers, 2);
    assert_string_equal(p->given[0].name, "modulator.M");
    assert_string_equal(p->given[1].name, "modulator.D"); /* and the network's */
    assert_true(p->has_level && p->level.from == AM_FROM_GIVEN);
    static const char *const told[] = {"D", "M_raw", "m.M_raw", "G.M_raw"};
    assert_int_equal(p->n_told, 4);
    for (int k = 0; k < 4; k++) assert_string_equal(p->told[k].name, told[k]);
    for (int k = 2; k < 4; k++) /* each is a value of its own */
      assert_true(p->told[k].operand.row != p->told[k - 1].operand.row);
    am_plan_free(p);
  }
  am_equations_free(e);
  assert_int_equal(plan(&p, text, &slots, AM_LAYOUT_UNITS), AMINE_OK); /* which says M = ... */
  static const char *const told[] = {"D", "m.M", "G.M"};
  assert_true(p->has_level && p->n_told == 3);
  for (int k = 0; k < 3; k++) assert_string_equal(p->told[k].name, told[k]);
  am_plan_free(p);
}

/* `slot` is asked for by the name of the statement, without M_; a text without a trace has slots too. */
static void slots_ask_by_their_statements(void **state) {
  (void)state;
  static const char text[] = "network net\ninput u\nstate h[n]\ngiven D\n"
                             "M_gain = modulator(u)\nnew = modulator(u)\nM_D = modulator(h)\n"
                             "h <- tanh(M_gain * (V @ u) + new * (W @ h) + M_D + D)\noutput h\n";
  const am_slots s = {.modulator_name = "m",
                      .modulator = "input y\ngiven slot\nM = 2 * slot\noutput M\n"};
  static const char *const asked[] = {"gain", "new", "D"}, *const own = "slot";
  am_plan *p;
  for (int layout = 0; layout < 2; layout++) {
    assert_int_equal(plan(&p, text, &s, (am_layout)layout), AMINE_OK);
    assert_int_equal(p->n_numbers, 3); /* the network's D, too */
    for (int k = 0; k < 3; k++) {
      assert_string_equal(p->given[k].name, asked[k]);
      assert_true(p->given[k].before);
    }
    for (int k = 0; k < p->n_told; k++) assert_string_not_equal(p->told[k].name, own);
    assert_true(p->has_level);
    am_plan_free(p);
  }
}

/* A plan with a trace; the same text without a rule; names in quotes, linear(...), given. */
static void traces_are_planned(void **state) {
  (void)state;
  static const char text[] = "given D\nlearned V as \"i2h.weight\" = linear(u)\n" PLASTIC PRODUCT
                             "H <- rule(eta = D * modulator(y), pre = h, post = y)\n" REST;
  am_plan *p;
  if (plan(&p, text, &slots, AM_LAYOUT_UNITS) != AMINE_OK)
    fail_msg("%s\n%s", error.message, error.excerpt);
  assert_int_equal(p->n_traces, 1);
  assert_int_equal(p->n_given, 1);
  assert_string_equal(p->traces[0].name, "H");
  assert_true(p->traces[0].rows == 3 && p->traces[0].cols == 3 && p->traces[0].n_few == 0);
  assert_true(p->traces[0].pre.from == AM_FROM_BEFORE && p->traces[0].post.from == AM_FROM_STEP);
  assert_true(p->has_level && p->level.rows == 1);
  assert_true(p->n_now > 0 && p->n_now < p->n_operations); /* M is asked for by the trace alone */
  assert_int_equal(p->n_tensors, 5);
  assert_string_equal(p->tensors[0].name, "i2h.weight");
  assert_true(p->tensors[0].whole && p->tensors[0].first == AM_FIRST_LINEAR);
  assert_int_equal(p->tensors[0].size, 2);
  for (int k = 0; k < p->n_tensors; k++)
    assert_int_equal(p->tensors[k].alpha, strcmp(p->tensors[k].name, "alpha") == 0);
  am_plan_free(p);
  assert_int_equal(plan(&p, text, NULL, AM_LAYOUT_LANES), AMINE_OK);
  assert_int_equal(p->n_traces, 0);
  assert_int_equal(p->n_tensors, 2); /* V, W */
  assert_int_equal(p->n_now, p->n_operations);
  am_plan_free(p);
}

typedef struct refusal {
  const char *text, *message, *excerpt;
} refusal;

static void expect_refusal(const refusal *r, const am_slots *chosen, am_layout layout) {
  am_plan *p;
  const amine_status status = plan(&p, r->text, chosen, layout);
  if (status == AMINE_OK) fail_msg("%s is read", r->text);
  assert_int_equal(status, AMINE_ERROR_INPUT);
  assert_string_equal(error.message, r->message);
  assert_string_equal(error.excerpt, r->excerpt);
}

static void refusals_of_slots(void **state) {
  (void)state;
  static const refusal wrong[] = {
      {PLASTIC PRODUCT "H <- H + 1\n" REST,
       "net:5:6: what becomes of a trace is a rule's: rule(post = ..., pre = ..., eta = ...)",
       "H <- H + 1\n     ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, delta = 1)\n" REST,
       "net:5:30: rule takes post, pre and eta, each once, not delta",
       "H <- rule(post = y, pre = h, delta = 1)\n                             ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, post = h, eta = 1)\n" REST,
       "net:5:21: rule takes post, pre and eta, each once: post stands here again",
       "H <- rule(post = y, post = h, eta = 1)\n                    ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h)\n" REST,
       "net:5:28: rule takes post, pre and eta, each once: eta is missing",
       "H <- rule(post = y, pre = h)\n                           ^"},
      {PLASTIC PRODUCT "H <- rule()\n" REST,
       "net:5:11: rule takes post, pre and eta, each once: post is missing",
       "H <- rule()\n          ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, eta = 1, eta = 1)\n" REST,
       "net:5:37: ')' is missing here, where a bracket ends",
       "H <- rule(post = y, pre = h, eta = 1, eta = 1)\n                                    ^"},
      {PLASTIC PRODUCT "H <- rule(y, h, 1)\n" REST,
       "net:5:11: rule takes post, pre and eta, each once, not y",
       "H <- rule(y, h, 1)\n          ^"},
      {PLASTIC PRODUCT "H <- rule(post = u, pre = h, eta = 1)\n" REST,
       "net:5:18: [n] and [u] do not fit here",
       "H <- rule(post = u, pre = h, eta = 1)\n                 ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, eta = u)\n" REST,
       "net:5:36: [n] and [u] do not fit here",
       "H <- rule(post = y, pre = h, eta = u)\n                                   ^"},
      {PLASTIC PRODUCT REST, "net:3:7: nothing says what H is after a step: \"H <- ...\"",
       "trace H[n, n]\n      ^"},
      {PLASTIC PRODUCT RULE RULE REST, "net:6:1: H is updated twice",
       "H <- rule(post = y, pre = h, eta = modulator(y))\n^"},
      {NET "trace H[n]\n" PRODUCT RULE REST, "net:3:7: a trace has two sizes: H[n, n]",
       "trace H[n]\n      ^"},
      {NET "trace H[n, n] = 1\n" PRODUCT RULE REST,
       "net:3:15: a trace is 0 at first: nothing else is said of it",
       "trace H[n, n] = 1\n              ^"},
      {PLASTIC "z = H @ h\n" PRODUCT RULE "h <- y + z\noutput h\n",
       "net:5:26: H has one product, this is another",
       "y = tanh((W + alpha * H) @ h + V @ u)\n                         ^"},
      {PLASTIC "y = tanh(W @ h + V @ u)\n" RULE REST,
       "net:3:7: H stands in no product: (w + H) @ h", "trace H[n, n]\n      ^"},
      {PLASTIC "idle = (W + H) @ h\ny = tanh(V @ u)\n" RULE REST,
       "net:3:7: nobody asks for the product that H stands in", "trace H[n, n]\n      ^"},
      {PLASTIC "y = tanh((W - alpha * H) @ h + V @ u)\n" RULE REST,
       "net:4:21: a matrix is not taken off another",
       "y = tanh((W - alpha * H) @ h + V @ u)\n                    ^"},
      {PLASTIC "y = tanh((W + 2 * H) @ h + V @ u)\n" RULE REST,
       "net:4:17: before @ stands a learned matrix, a trace, or both: (w + alpha * H)",
       "y = tanh((W + 2 * H) @ h + V @ u)\n                ^"},
      {PLASTIC "y = tanh((W + H + alpha * H) @ h + V @ u)\n" RULE REST,
       "net:4:25: before @ stands a learned matrix, a trace, or both: (w + alpha * H)",
       "y = tanh((W + H + alpha * H) @ h + V @ u)\n                        ^"},
      {PLASTIC "y = tanh(H @ h + V @ u + H)\n" RULE REST,
       "net:5:46: a modulator reads a vector, this is a matrix",
       "H <- rule(post = y, pre = h, eta = modulator(y))\n                                         "
       "    ^"},
      {PLASTIC PRODUCT "eta = modulator(y) * modulator(h)\n" REST,
       "net:5:22: a statement has one modulator: each has its own, \"m = modulator(x)\"",
       "eta = modulator(y) * modulator(h)\n                     ^"},
      {PLASTIC PRODUCT
       "a = modulator(y)\nb = modulator(y)\nc = modulator(y)\nd = modulator(y)\n" RULE REST,
       "net:9:36: a text has at most 4 modulators: a name for what one says serves several",
       "H <- rule(post = y, pre = h, eta = modulator(y))\n                                   ^"},
      {PLASTIC PRODUCT "a = modulator(y)\nrule = modulator(y)\n" REST,
       "net:6:8: names of this modulator would begin with rule, which is a slot",
       "rule = modulator(y)\n       ^"},
      {PLASTIC PRODUCT RULE "modulator = 2 * modulator(y)\n" REST,
       "net:6:17: names of this modulator would begin with modulator, which is a slot",
       "modulator = 2 * modulator(y)\n                ^"},
      {PLASTIC PRODUCT RULE "state k[n] = modulator(y)\nk <- y\n" REST,
       "net:6:14: a first value has no modulator", "state k[n] = modulator(y)\n             ^"},
      {PLASTIC PRODUCT RULE "m = modulator(h)\nm = modulator(y)\n" REST,
       "net:7:5: there is a modulator of m already, from line 6", "m = modulator(y)\n    ^"},
      {PLASTIC PRODUCT RULE "m = modulator(2)\n" REST,
       "net:6:15: a modulator reads a vector, this is a number",
       "m = modulator(2)\n              ^"},
      {"learned q as \"m.w\"\n" PLASTIC PRODUCT RULE "m = modulator(q @ y)\n" REST,
       "net:7:5: there is a tensor m.w already", "m = modulator(q @ y)\n    ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, eta = modulator(modulator(y)))\n" REST,
       "net:5:36: a statement has one modulator: each has its own, \"m = modulator(x)\"",
       "H <- rule(post = y, pre = h, eta = modulator(modulator(y)))\n"
       "                                   ^"},
      {PLASTIC PRODUCT "z = H * 2\n" RULE "h <- y + z @ h\noutput h\n",
       "net:5:5: the matrix H stands alone: it belongs before @", "z = H * 2\n    ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, eta = modulator(1))\n" REST,
       "net:5:46: a modulator reads a vector, this is a number",
       "H <- rule(post = y, pre = h, eta = modulator(1))\n"
       "                                             ^"},
      {PLASTIC PRODUCT "H <- rule(post = y, pre = h, eta = modulator)\n" REST,
       "net:5:36: modulator is a slot: modulator(x)",
       "H <- rule(post = y, pre = h, eta = modulator)\n                                   ^"},
      {"learned W as \"a name that is much too long for a tensor\"\n" PLASTIC PRODUCT RULE REST,
       "net:1:14: a name has 1 to 29 characters",
       "learned W as \"a name that is much too long for a tensor\"\n             ^"},
      {"learned W as \"\"\n" PLASTIC PRODUCT RULE REST, "net:1:14: a name has 1 to 29 characters",
       "learned W as \"\"\n             ^"},
      {"learned W as \"w\n" PLASTIC PRODUCT RULE REST, "net:1:14: this text in quotes has no end",
       "learned W as \"w\n             ^"},
      {"learned W as \"w\"\nlearned V as \"w\"\n" PLASTIC PRODUCT RULE REST,
       "net:2:9: there is a tensor w already", "learned V as \"w\"\n        ^"},
      {"learned W = linear\n" PLASTIC PRODUCT RULE REST,
       "net:1:19: linear(n) names the size of what the layer reads",
       "learned W = linear\n"
       "                  ^"},
      {"learned W = linear()\n" PLASTIC PRODUCT RULE REST,
       "net:1:21: linear(n) names the size of what the layer reads",
       "learned W = linear()\n"
       "                    ^"},
      {"learned W = linear(n, n)\n" PLASTIC PRODUCT RULE REST,
       "net:1:25: linear(n) names the size of what the layer reads",
       "learned W = linear(n, n)\n"
       "                        ^"},
      {"learned W = linear(0)\n" PLASTIC PRODUCT RULE REST,
       "net:1:20: a size is a whole number from 1 to 65536, or a name",
       "learned W = linear(0)\n"
       "                   ^"},
      {"given D\n" PLASTIC PRODUCT RULE "D = h\n" REST, "net:7:1: there is D already, from line 1",
       "D = h\n^"},
      {"given D\n" PLASTIC PRODUCT RULE "D <- h\n" REST,
       "net:7:1: there is no state D: \"state D[n]\" makes one", "D <- h\n^"},
  };
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    expect_refusal(&wrong[k], &slots, AM_LAYOUT_UNITS);
#define NINE "H <- rule(post = y, pre = h, eta = D1+D2+D3+D4+D5+D6+D7+D8+D9)\n"
  expect_refusal(&(refusal){"given D1\ngiven D2\ngiven D3\ngiven D4\ngiven D5\ngiven D6\n"
                            "given D7\ngiven D8\ngiven D9\n" PLASTIC PRODUCT NINE REST,
                            "net:14:60: at most 8 numbers are given from outside",
                            NINE "                                                           ^"},
                 &slots, AM_LAYOUT_UNITS);
#undef NINE
  expect_refusal(&(refusal){PLASTIC "y = tanh(H @ h + V @ u)\n" RULE REST,
                            "net:4:10: without a rule nothing is left here",
                            "y = tanh(H @ h + V @ u)\n         ^"},
                 NULL, AM_LAYOUT_LANES);
}

/* A modulator's text is named in its own sentence; what does not fit is shown at its slot. */
static void refusals_of_modulators(void **state) {
  (void)state;
  static const refusal wrong[] = {
      {"input y\nM = tahn(y)\noutput M\n",
       "read:2:5: there is no function tahn; did you mean tanh?", "M = tahn(y)\n    ^"},
      {"input y\noutput M\n", "read:2:8: nothing above says what M is", "output M\n       ^"},
      {"M = 1\noutput M\n", "read:1:1: there is no input: \"input u\" says what it is called",
       "M = 1\n^"},
      {"input y\n", "read:1:1: there is no output: \"output h\" says which value it is",
       "input y\n^"},
      {"input y\ntrace H[y, y]\noutput y\n", "read:2:7: a modulator has no trace of its own",
       "trace H[y, y]\n      ^"},
      {"input y\nlowest M = sum(y)\noutput M\n", "read:2:8: a modulator has no layers",
       "lowest M = sum(y)\n       ^"},
      {"input y\nM = modulator(y)\noutput M\n", "read:2:5: a modulator has no modulator of its own",
       "M = modulator(y)\n    ^"},
      {"input y\nM = attend(y, y, y, 1)\noutput M\n",
       "read:2:5: a modulator sees one step: attend is of a network",
       "M = attend(y, y, y, 1)\n    ^"},
      {"input y\nM = W @ y\nlearned W[2, y]\noutput M\n", "net:5:36: [n] and [2] do not fit here",
       "H <- rule(post = y, pre = h, eta = modulator(y))\n                                   ^"},
  };
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_slots s = slots;
    s.modulator = wrong[k].text;
    const refusal r = {PLASTIC PRODUCT RULE REST, wrong[k].message, wrong[k].excerpt};
    expect_refusal(&r, &s, AM_LAYOUT_UNITS);
  }
  am_slots s = slots; /* behind "modulator." it fits */
  s.modulator = "input y\nM = a_name_of_twenty_nine_letters * sum(y)\noutput M\n";
#define LONG "a_long_name = modulator(y)\n"
  expect_refusal(&(refusal){PLASTIC PRODUCT RULE LONG REST,
                            "net:6:15: the name a_long_name.a_name_of_twenty_nine_letters, of this "
                            "modulator, has more than 39 characters",
                            LONG "              ^"},
                 &s, AM_LAYOUT_UNITS);
#undef LONG
}

/* Depth and length are bounded in time and stack, with a sentence. */
static void long_texts_end(void **state) {
  (void)state;
  static char text[65536 + 64];
  static const char *const repeated[] = {"(", "-", "tanh(", "h + ", "h * ", "W @ ", "b1 + "};
  for (size_t k = 0; k < sizeof repeated / sizeof *repeated; k++) {
    size_t n = (size_t)snprintf(text, sizeof text, NET "h <- ");
    while (n + 16 < 60000) n += (size_t)snprintf(text + n, sizeof text - n, "%s", repeated[k]);
    snprintf(text + n, sizeof text - n, "h\noutput h\n");
    am_equations *e;
    assert_int_equal(am_equations_read(&e, "net", text, NULL, &error), AMINE_ERROR_INPUT);
  }
  size_t n = (size_t)snprintf(text, sizeof text, NET "h <- ");
  for (int k = 0; k < 45; k++) n += (size_t)snprintf(text + n, sizeof text - n, "b%d + ", k);
  snprintf(text + n, sizeof text - n, "h\noutput h\n");
  am_equations_free(read(text)); /* 46 terms of which the last alone says what they are */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shapes_follow),
      cmocka_unit_test(the_lowest_layer_reads),
      cmocka_unit_test(numbers_are_first_values),
      cmocka_unit_test(plans_are_small),
      cmocka_unit_test(refusals),
      cmocka_unit_test(vectors_are_constants),
      cmocka_unit_test(noise_has_a_place),
      cmocka_unit_test(refusals_of_plans),
      cmocka_unit_test(numbers_and_noise),
      cmocka_unit_test(what_is_given_is_checked),
      cmocka_unit_test(slots_are_filled),
      cmocka_unit_test(modulators_are_apart),
      cmocka_unit_test(slots_ask_by_their_statements),
      cmocka_unit_test(traces_are_planned),
      cmocka_unit_test(refusals_of_slots),
      cmocka_unit_test(refusals_of_modulators),
      cmocka_unit_test(long_texts_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
