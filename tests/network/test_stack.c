/* Layers of the networks that are texts against PyTorch float64 (tests/reference/gru.py, stack.py):
 * forward and gradient; local traces; first values; what is refused. Compiled for float, and for
 * double where the agreement is that of float64 arithmetic. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "equation/plan_eligibility.h"
#include "format/safetensors.h"
#include "network/stack_backward.h"
#include "network/units.h"

enum { LANES = AM_STACK_LANES };
#if defined(AMINE_VEC_F64)
#define TOLERANCE 1e-13
#else
#define TOLERANCE 3e-6
#endif

static amine_error error;

static const am_tensor *find(const am_tensor_file *file, const char *of, const char *kind,
                             const char *name) {
  char key[128];
  snprintf(key, sizeof key, "%s/%s%s", of, kind, name);
  return am_tensor_file_find(file, key);
}

static const double *numbers(const am_tensor *t) {
  assert_non_null(t);
  return (const double *)(const void *)t->data;
}

static am_real *zeros(size_t n) {
  am_real *x = calloc(n + 1, sizeof *x);
  assert_non_null(x);
  return x;
}

static const am_part *const parts[] = {&am_gru_part,  &am_leaky_rnn_part, &am_rnn_part,
                                       &am_lstm_part, &am_highway_part,   &am_spiking_part,
                                       &am_lstm_1997_part, &am_attention_part, &am_nmn_part,
                                       &am_highway_layer_part, &am_plain_layer_part};
enum { N_PARTS = sizeof parts / sizeof *parts };

static am_equations *text_as(const char *network, bool above) {
  am_equations *e;
  int k = 0;
  while (strcmp(parts[k]->name, network) != 0) k++;
  if (am_equations_read(&e, network, parts[k]->text, &(am_slots){.above = above}, &error) !=
      AMINE_OK)
    fail_msg("%s", error.message);
  return e;
}

static am_equations *text_of(const char *network) { return text_as(network, false); }

static void spread(am_real *out, const double *in, int T, int B, int n) {
  for (int t = 0; t < T; t++)
    for (int b = 0; b < B; b++)
      for (int j = 0; j < n; j++) out[(t * n + j) * LANES + b] = (am_real)in[(t * B + b) * n + j];
}

static void near(const char *what, double got, double want, double scale) {
  if (!(fabs(got - want) <= TOLERANCE * fmax(1, scale)))
    fail_msg("%s: %.17g, PyTorch has %.17g", what, got, want);
}

static double largest(const am_tensor *t) {
  double most = 0;
  for (size_t k = 0; k < t->count; k++) most = fmax(most, fabs(numbers(t)[k]));
  return most;
}

/* The tensors `kind`/NAME of the file, into or against a vector laid out by the places. */
static void with_tensors(const am_tensor_file *file, const char *of, const char *kind,
                         const am_places *places, am_real *vector, bool check) {
  for (int k = 0; k < places->n; k++) {
    const am_place *p = &places->place[k];
    const am_tensor *t = find(file, of, kind, strchr(p->name, '.') + 1);
    assert_non_null(t);
    assert_int_equal(t->count, am_place_count(p));
    for (size_t i = 0; i < t->count; i++)
      if (check) near(p->name, (double)vector[p->at + i], numbers(t)[i], largest(t));
      else vector[p->at + i] = (am_real)numbers(t)[i];
  }
}

static void agree(const am_tensor_file *file, const char *of, const char *network, int layers) {
  const am_tensor *x = find(file, of, "", "x"), *h = find(file, of, "", "h");
  assert_non_null(x);
  const int T = (int)x->dims[0], B = (int)x->dims[1], m = (int)x->dims[2], n = (int)h->dims[2];
  const am_binding own[] = {{"tau", 2.5}, {"heads", 3}, {"beta", 1.5}};
  am_equations *e = text_of(network), *above = text_as(network, true);
  const am_stack_options o = {.text = e,
                              .above = above,
                              .n_inputs = m,
                              .n_hidden = n,
                              .n_layers = layers,
                              .given = am_equations_look_back(e) ? own + 1 : own,
                              .n_given = am_equations_look_back(e)          ? 2
                                         : am_equations_find(e, "tau") >= 0 ? 1
                                                                            : 0};
  am_places places = {0};
  am_stack s;
  am_stack_memory memory;
  if (am_stack_make(&s, &places, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_equations_free(e); /* the stack does not need them any more */
  am_equations_free(above);
  am_real *parameters = zeros(places.size), *change = zeros(places.size);
  am_real *u = zeros((size_t)(T * m * LANES));
  am_real *block = zeros(am_stack_lay_out(&memory, NULL, &s, T, true));
  am_stack_lay_out(&memory, block, &s, T, true);
  with_tensors(file, of, "param/", &places, parameters, false);
  spread(u, numbers(x), T, B, m);
  am_stack_begin(&s, &memory, parameters, false);
  for (int t = 0; t < T; t++)
    am_stack_step(&s, &memory, t, parameters, u + (size_t)(t * m * LANES), false);
  for (int k = 0; k < T * B * n; k++)
    near("h", (double)am_stack_output(&s, &memory, k / (B * n))[k % n * LANES + k / n % B],
         numbers(h)[k], largest(h));
  am_stack_clear(&s, &memory);
  for (int t = 0; t < T; t++)
    spread(am_stack_credit(&s, &memory, t), numbers(find(file, of, "", "c")) + t * B * n, 1, B, n);
  am_stack_back(&s, &memory, change, parameters, u, false);
  with_tensors(file, of, "gradient/", &places, change, true);
  am_real *all[] = {parameters, change, u, block};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  am_stack_free(&s);
}

static void agrees_with_pytorch(void **state) {
  (void)state;
  static const struct {
    const char *file, *of, *network;
    int layers;
  } cases[] = {{"gru", "0", "gru", 1},
               {"gru", "1", "gru", 2},
               {"gru", "2", "gru", 1},
               {"gru", "3", "gru", 3},
               {"stack", "rnn", "rnn", 2},
               {"stack", "lstm", "lstm", 2},
               {"stack", "lstm-1997", "lstm-1997", 2},
               {"stack", "leaky-rnn", "leaky-rnn", 1},
               {"stack", "highway", "highway", 3},
               {"stack", "spiking", "spiking", 2},
               {"stack", "attention", "attention", 2},
               {"stack", "nmn", "nmn", 2},
               {"stack", "highway-layer", "highway-layer", 4},
               {"stack", "plain-layer", "plain-layer", 3}};

  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char path[512];
    am_tensor_file *file;
    snprintf(path, sizeof path, "%s/%s.safetensors", TEST_DATA, cases[k].file);
    assert_int_equal(am_tensor_file_open(&file, path, 1 << 24, false, &error), AMINE_OK);
    agree(file, cases[k].of, cases[k].network, cases[k].layers);
    am_tensor_file_close(file);
  }
}

/* ------------------------------------------------------------------------------ local traces */
/* Of one layer of gated units: credits L and N, dopamine delta, tags that fade by K. */
typedef struct lesson {
  am_stack s;
  am_places places;
  am_stack_memory memory;
  am_real *parameters, *change, *u, *block, *L, *N; /* L, N [T][n][LANES] */
  const double *delta;                              /* [T][B] */
  int T, B, m, n;
} lesson;

static const am_real K = (am_real)0.75;

static void open_lesson(lesson *y, const am_tensor_file *file, const char *of) {
  const am_tensor *x = find(file, of, "", "x"), *h = find(file, of, "", "h");
  am_equations *e = text_of("gru");
  *y = (lesson){.T = (int)x->dims[0], .B = (int)x->dims[1], .m = (int)x->dims[2]};
  y->n = (int)h->dims[2];
  const am_stack_options o = {.text = e, .n_inputs = y->m, .n_hidden = y->n, .n_layers = 1};
  assert_int_equal(am_stack_make(&y->s, &y->places, &o, &error), AMINE_OK);
  am_equations_free(e);
  const size_t rows = (size_t)(y->T * y->n * LANES);
  y->parameters = zeros(y->places.size), y->change = zeros(y->places.size);
  y->u = zeros((size_t)(y->T * y->m * LANES)), y->L = zeros(rows), y->N = zeros(rows);
  y->block = zeros(am_stack_lay_out(&y->memory, NULL, &y->s, y->T, true));
  am_stack_lay_out(&y->memory, y->block, &y->s, y->T, true);
  with_tensors(file, of, "param/", &y->places, y->parameters, false);
  spread(y->u, numbers(x), y->T, y->B, y->m);
  spread(y->L, numbers(find(file, of, "", "c")), y->T, y->B, y->n);
  spread(y->N, numbers(find(file, of, "", "now")), y->T, y->B, y->n);
  y->delta = numbers(find(file, of, "", "delta"));
  am_stack_begin(&y->s, &y->memory, y->parameters, false);
  for (int t = 0; t < y->T; t++)
    am_stack_step(&y->s, &y->memory, t, y->parameters, y->u + (size_t)(t * y->m * LANES), false);
}

static void close_lesson(lesson *y) {
  am_real *all[] = {y->parameters, y->change, y->u, y->block, y->L, y->N};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  am_stack_free(&y->s);
}

static void by_window(lesson *y, bool decay) {
  am_real met[LANES] = {0};
  am_stack_clear(&y->s, &y->memory);
  for (int t = y->T - 1; t >= 0; t--) {
    for (int b = 0; b < y->B; b++) met[b] = (am_real)y->delta[t * y->B + b] + K * met[b];
    for (int k = 0; k < y->n * LANES; k++)
      am_stack_credit(&y->s, &y->memory, t)[k] =
          y->L[t * y->n * LANES + k] * met[k % LANES] + y->N[t * y->n * LANES + k];
  }
  am_stack_local(&y->s, &y->memory, y->change, y->parameters, y->u,
                 decay ? AM_STACK_ELEMENTS : AM_STACK_UNIT);
}

static void by_traces(lesson *y, bool decay) {
  am_eligibility traces;
  am_eligibility_memory m;
  am_real delta[LANES] = {0};
  assert_int_equal(am_eligibility_make(&traces, y->s.plan[0], &error), AMINE_OK);
  am_real *memory = zeros(am_eligibility_lay_out(&m, NULL, &traces));
  am_eligibility_lay_out(&m, memory, &traces);
  am_eligibility_begin(&traces, &m);
  for (int t = 0; t < y->T; t++) {
    const am_plan_step step = {.parameters = y->parameters,
                               .fixed = y->memory.layer[0].fixed,
                               .input = y->u + (size_t)(t * y->m * LANES),
                               .before = am_stack_block(&y->s, &y->memory, 0, t - 1),
                               .block = am_stack_block(&y->s, &y->memory, 0, t)};
    am_eligibility_move(
        &traces, &m, y->change,
        &(am_eligibility_moment){.step = &step,
                                 .credit = y->L + (size_t)(t * y->n * LANES),
                                 .now = y->N + (size_t)(t * y->n * LANES),
                                 .delta = t > 0 ? delta : NULL,
                                 .k = K,
                                 .reach = decay ? AM_REACH_ELEMENTS : AM_REACH_UNIT});
    for (int b = 0; b < y->B; b++) delta[b] = (am_real)y->delta[t * y->B + b];
  }
  am_eligibility_code()->harvest(&traces, &m, y->change, delta);
  free(memory);
  am_eligibility_free(&traces);
}

/* Step by step and over the window against the definition in float64 (gru.py), one weight's trace
 * and tag at a time. */
static void traces_agree(void **state) {
  (void)state;
  am_tensor_file *file;
  int n_checked = 0;
  assert_int_equal(am_tensor_file_open(&file, TEST_DATA "/gru.safetensors", 1 << 24, false, &error),
                   AMINE_OK);
  for (int number = 0; number < 4; number++) {
    const char of[2] = {(char)('0' + number), 0};
    if (!find(file, of, "", "delta")) continue;
    for (int k = 0; k < 4; k++) {
      lesson y;
      open_lesson(&y, file, of);
      (k / 2 ? by_traces : by_window)(&y, k % 2);
      with_tensors(file, of, k % 2 ? "decay/" : "diagonal/", &y.places, y.change, true);
      close_lesson(&y);
      n_checked++;
    }
  }
  am_tensor_file_close(file);
  assert_int_equal(n_checked, 12);
}

/* Every lane with the same weights of its own does what all do with one set, to the bit. */
static void lanes_of_their_own(void **state) {
  (void)state;
  for (int part = 0; part < N_PARTS; part++) {
    enum { M = 3, N = 8, T = 4 };
    am_equations *e = text_of(parts[part]->name);
    const am_stack_options o = {.text = e, .n_inputs = M, .n_hidden = N, .n_layers = 2};
    am_places places = {0};
    am_stack s;
    am_stack_memory a, b;
    assert_int_equal(am_stack_make(&s, &places, &o, &error), AMINE_OK);
    const size_t size = am_stack_lay_out(&a, NULL, &s, T, false);
    float *first = calloc(places.size, sizeof *first);
    am_real *p = zeros(places.size), *each = zeros(places.size * LANES);
    am_real *x = zeros(size), *y = zeros(size), *u = zeros(T * M * LANES);
    am_stack_initialise(&s, &places, first, 5);
    for (size_t k = 0; k < places.size * LANES; k++)
      each[k] = p[k / LANES] = (am_real)first[k / LANES];
    for (int k = 0; k < T * M * LANES; k++) u[k] = (am_real)((k * 37 % 101) / 50.0 - 1);
    am_stack_lay_out(&a, x, &s, T, false), am_stack_lay_out(&b, y, &s, T, false);
    am_stack_begin(&s, &a, p, false), am_stack_begin(&s, &b, each, true);
    for (int step = 0; step < T; step++) {
      am_stack_step(&s, &a, step, p, u + step * M * LANES, false);
      am_stack_step_each(&s, &b, step, each, u + step * M * LANES);
      assert_memory_equal(am_stack_output(&s, &a, step), am_stack_output(&s, &b, step),
                          N * LANES * sizeof(am_real));
    }
    free(first), free(p), free(each), free(x), free(y), free(u);
    am_stack_free(&s);
    am_equations_free(e);
  }
}

/* Two parts of one tensor [2 N][N], the second with a line of first values, or none. */
static void first_tensor(float out[], const char *line) {
  enum { N = 4 };
  char text[256];
  snprintf(text, sizeof text,
           "input u\nlearned V, W as both\n%sstate h[n]\nh <- tanh(V @ h + W @ h + B @ u)\n"
           "output h\n",
           line);
  am_equations *e;
  assert_int_equal(am_equations_read(&e, "net", text, &(am_slots){0}, &error), AMINE_OK);
  am_places places = {0};
  am_stack s;
  const am_stack_options o = {.text = e, .n_inputs = 3, .n_hidden = N, .n_layers = 1};
  assert_int_equal(am_stack_make(&s, &places, &o, &error), AMINE_OK);
  float *first = calloc(places.size, sizeof *first);
  am_stack_initialise(&s, &places, first, 5);
  assert_true(places.place[0].dims[0] == 2 * N && places.place[0].dims[1] == N);
  am_place_get(&places.place[0], out, first);
  free(first);
  am_stack_free(&s);
  am_equations_free(e);
}

/* The diagonal is that of the part, and all else is what it would be. */
static void a_part_has_its_own_diagonal(void **state) {
  (void)state;
  float plain[32], with[32];
  first_tensor(plain, "");
  first_tensor(with, "first W = standard + 0.75 * diagonal\n");
  for (int k = 0; k < 32; k++)
    assert_true(with[k] == plain[k] + (k / 4 - 4 == k % 4 ? 0.75f : 0.0f));
}

/* A part's parameters are its text's constants: names, ranges, units, meanings, in their order. */
static void parts_are_their_texts(void **state) {
  (void)state;
  for (int k = 0; k < N_PARTS; k++) {
    am_equations *e = text_of(parts[k]->name);
    const amine_parameter *row = parts[k]->parameters + 3; /* hidden, layers, dropout */
    for (int s = 0; s < e->n_symbols; s++) {
      const am_symbol *c = &e->symbols[s];
      if (c->kind != AM_SYMBOL_CONSTANT) continue;
      assert_non_null(row->name);
      assert_string_equal(row->name, c->name);
      assert_string_equal(row->unit, c->unit);
      assert_string_equal(row->meaning, c->meaning);
      assert_true(row->standard == c->standard && row->min == c->min && row->max == c->max);
      row++;
    }
    assert_null(row->name);
    am_equations_free(e);
  }
}

static void refuses(void **state) {
  (void)state;
  am_equations *e = text_of("gru");
  const struct {
    int m, n, layers;
    float dropout;
    const char *message;
  } wrong[] = {{0, 4, 1, 0, "a network has 1 to 4096 inputs, not 0"},
               {3, 8193, 1, 0, "a network has 1 to 8192 units, not 8193"},
               {3, 4, 65, 0, "a network has 1 to 64 layers, not 65"},
               {3, 4, 2, 1, "dropout is from 0 to below 1, not 1"}};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    const am_stack_options o = {.text = e,
                                .n_inputs = wrong[k].m,
                                .n_hidden = wrong[k].n,
                                .n_layers = wrong[k].layers,
                                .dropout = wrong[k].dropout};
    am_places places = {0};
    am_stack s;
    assert_int_equal(am_stack_make(&s, &places, &o, &error), AMINE_ERROR_ARGUMENT);
    assert_string_equal(error.message, wrong[k].message);
    am_stack_free(&s);
  }
  am_equations_free(e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_pytorch), cmocka_unit_test(traces_agree),
      cmocka_unit_test(lanes_of_their_own), cmocka_unit_test(a_part_has_its_own_diagonal),
      cmocka_unit_test(parts_are_their_texts), cmocka_unit_test(refuses)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
