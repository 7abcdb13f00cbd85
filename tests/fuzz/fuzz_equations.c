/* Any bytes as a text of equations: it is read, or refused with a sentence and a mark; what is read
 * becomes a plan, or is refused, and the plan's rows lie in its block. Once with nothing in its
 * slots, for lanes side by side, and once with a rule and a modulator in them, each lane with
 * traces of its own. The same bytes as a rule of a network; as a neuron model and as a rule of spiking
 * synapses, which are run for a few steps. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "brain/brain.h"
#include "equation/rule_program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const am_slots filled = {.above = true,
                                .plastic = true,
                                .alpha = AM_ALPHA_NEURON,
                                .rate = "rate",
                                .rate_first = 0.5,
                                .modulator_name = "modulator",
                                .modulator = "input y\n"
                                             "state m[1] = 0.5\n"
                                             "learned f[post] as \"fan.out\" = linear(y)\n"
                                             "M = tanh(w @ y + b) + m\n"
                                             "learned w[1, y]\n"
                                             "m <- M\n"
                                             "eta = f * M\n"
                                             "output eta\n"};

static void check_operand(const am_plan *p, const am_operand *o) {
  const int room = p->layout == AM_LAYOUT_UNITS ? am_pad(o->rows, 16) : o->rows;
  const int given = p->layout == AM_LAYOUT_UNITS ? 16 * p->n_given : p->n_given;
  const int all = o->from == AM_FROM_INPUT   ? am_pad(p->n_inputs, 16)
                  : o->from == AM_FROM_FIXED ? p->n_fixed
                  : o->from == AM_FROM_GIVEN ? given
                                             : p->n_rows;
  if (o->row < 0 || o->rows < 1 || o->row + room > all) abort();
  if (o->from == AM_FROM_INPUT && o->row + o->rows > p->n_inputs) abort();
  if (p->layout == AM_LAYOUT_UNITS && o->row % 16 != 0) abort();
}

static size_t weights_of(const am_plan *p, const am_operation *o) {
  const int rows = o->rows, cols = o->in[0].rows;
  if (p->layout == AM_LAYOUT_LANES) return (size_t)rows * (size_t)cols;
  return o->transposed ? am_panel_size(cols, rows) : am_panel_size(rows, cols);
}

/* A matrix of a trace; on lanes there may be none. */
static bool fits(const am_plan *p, const am_plan_trace *t, size_t at) {
  if (p->layout == AM_LAYOUT_UNITS) return at + am_panel_size(t->rows, t->cols) <= p->n_packed;
  return at == SIZE_MAX || at + (size_t)t->rows * (size_t)t->cols <= p->n_parameters;
}

static void check_traces(const am_plan *p) {
  for (int k = 0; k < p->n_traces; k++) {
    const am_plan_trace *t = &p->traces[k];
    int products = 0;
    for (int i = 0; i < p->n_operations; i++) products += p->operations[i].trace == k;
    if (products != 1) abort();
    if (t->post.rows != t->rows || t->pre.rows != t->cols) abort();
    if (t->eta.rows != 1 && t->eta.rows != t->rows) abort();
    check_operand(p, &t->post);
    check_operand(p, &t->pre);
    check_operand(p, &t->eta);
    if (!fits(p, t, t->w) || !fits(p, t, t->alpha)) abort();
    if (t->n_few && t->few != SIZE_MAX && t->few + (size_t)t->n_few > p->n_parameters) abort();
  }
  if (p->has_level) check_operand(p, &p->level);
  for (int k = 0; k < p->n_told; k++) check_operand(p, &p->told[k].operand);
}

static void check_plan(const am_plan *p) {
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    const int room = p->layout == AM_LAYOUT_UNITS ? am_pad(o->rows, 16) : o->rows;
    if (o->row < 0 || o->rows < 1 || o->row + room > p->n_rows) abort();
    for (int i = 0; i < o->n_in; i++) check_operand(p, &o->in[i]);
    if (o->kind == AM_DO_AFFINE && (o->trace < 0 || p->layout == AM_LAYOUT_UNITS) &&
        o->weights + weights_of(p, o) > p->n_packed)
      abort();
  }
  check_traces(p);
}

static void read_and_plan(const char *text, const am_slots *slots, am_layout layout) {
  am_equations *e;
  am_plan *plan;
  amine_error error = {.status = AMINE_OK};
  if (am_equations_read(&e, "fuzz", text, slots, &error) != AMINE_OK) {
    if (!error.message[0]) abort();
    return;
  }
  am_binding given[AM_SIZES_MAX];
  int n = 0;
  for (int k = 0; k < e->n_sizes; k++)
    if (e->sizes[k].name[0]) given[n++] = (am_binding){e->sizes[k].name, 2};
  am_text shown = {0};
  am_equations_put_tensors(e, &shown);
  am_text_free(&shown);
  if (am_plan_make(&plan, e, given, n, layout, 0, &error) == AMINE_OK) {
    check_plan(plan);
    am_plan_free(plan);
  } else if (!error.message[0]) abort();
  am_equations_free(e);
}

/* The rows of a side's values. */
static int rows_of(int side) {
  return side == AM_SIDE_PRE ? AM_RULE_PRE : side == AM_SIDE_BOTH ? AM_RULE_ROWS : 1;
}

static void check_program(const am_rule_program *p) {
  if (p->n_rows > AM_RULE_ARENA || p->begin[AM_RULE_SIDES] > AM_RULE_OPERATIONS) abort();
  if (p->H < 0 || p->H + AM_RULE_ROWS > p->n_rows || p->E + AM_RULE_ROWS > p->n_rows) abort();
  for (int side = 0; side < AM_RULE_SIDES; side++)
    for (int k = p->begin[side]; k < p->begin[side + 1]; k++) {
      const am_operation *o = &p->operations[k];
      if (o->row < p->n_numbers || o->row + rows_of(side) > p->n_rows) abort();
      for (int i = 0; i < o->n_in; i++) {
        const am_operand *in = &o->in[i];
        const bool state = in->from == AM_FROM_BEFORE || in->from == AM_FROM_GAINED;
        if (state ? side != AM_SIDE_BOTH || in->row != 0
                  : in->row < 0 || in->row + (in->rows ? 1 : rows_of(side)) > p->n_rows)
          abort();
      }
    }
  for (int k = 0; k < p->n_spreads; k++)
    if (p->spread[k].from < 0 || p->spread[k].to + AM_RULE_ROWS > p->n_rows) abort();
}

static void read_rule(const char *text) {
  static am_rule_program program;
  am_equations *e;
  amine_error error = {.status = AMINE_OK};
  if (am_equations_read_rule(&e, "fuzz", text, &error) != AMINE_OK) {
    if (!error.message[0]) abort();
    return;
  }
  if (am_rule_program_make(&program, e, NULL, 0, &error) == AMINE_OK) check_program(&program);
  else if (!error.message[0]) abort();
  am_equations_free(e);
}

static amine_brain *tiny(void) {
  amine_brain *b;
  amine_error error;
  if (amine_brain_create(&b, 1, 1, &error) != AMINE_OK) abort();
  static const int who[] = {0, 1, 1, 0};
  static const double when[] = {0, 1, 1, 2};
  for (int k = 0; k < 2; k++)
    if (amine_brain_add_population(b, NULL, k ? "to" : "from", 3, "spikes", NULL, 0, &error) !=
            AMINE_OK ||
        amine_brain_add_spikes(b, k, who, when, 4, &error) != AMINE_OK)
      abort();
  return b;
}

/* What is read runs, to the end or to a sentence. */
static void run_neuron(const char *text) {
  am_neuron_text_model *model;
  amine_error error = {.status = AMINE_OK};
  if (am_neuron_text_model_make(&model, "fuzz", text, &error) != AMINE_OK) {
    if (!error.message[0]) abort();
    return;
  }
  amine_brain *b = tiny();
  if (am_brain_add_population(b, NULL, "p", 20, &model->is, NULL, 0, &error) == AMINE_OK &&
      amine_brain_run(b, 3, &error) != AMINE_OK && !error.message[0])
    abort();
  amine_brain_destroy(b);
  am_neuron_text_model_free(model);
}

static void run_synapse(const char *text) {
  am_synapse_text_rule *rule;
  amine_error error = {.status = AMINE_OK};
  if (am_synapse_text_rule_make(&rule, "fuzz", text, &error) != AMINE_OK) {
    if (!error.message[0]) abort();
    return;
  }
  amine_brain *b = tiny();
  amine_projection p = amine_projection_default();
  p.target = 1, p.delay_ms = 1, p.weight = 0.5;
  if (am_brain_connect(b, NULL, &p, &rule->is, &error) == AMINE_OK &&
      (amine_brain_run(b, 3, &error) != AMINE_OK ||
       amine_brain_reward(b, 0.5, &error) != AMINE_OK ||
       amine_brain_run(b, 3, &error) != AMINE_OK) &&
      !error.message[0])
    abort();
  amine_brain_destroy(b);
  am_synapse_text_rule_free(rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = am_alloc(size + 1, 1);
  if (!text) abort();
  if (size > 0) memcpy(text, data, size);
  read_and_plan(text, NULL, AM_LAYOUT_LANES);
  read_and_plan(text, &filled, AM_LAYOUT_UNITS);
  read_and_plan(text, &filled, AM_LAYOUT_LANES);
  read_rule(text);
  run_neuron(text);
  run_synapse(text);
  am_free(text);
  return 0;
}
