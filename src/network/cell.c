/* Gated or leaky units behind one set of calls (see cell.h). */
#include "network/cell.h"

#include <math.h>

#include "network/linear_lane.h"

amine_status am_cell_make(am_cell *c, am_places *places, const am_cell_options *o,
                          amine_error *error) {
  const am_gru_options gru = {o->n_inputs, o->n_hidden, 1, 0};
  *c = (am_cell){.options = *o, .first = places->n};
  if (o->kind == AM_CELL_GRU) {
    c->rows = AM_GRU_ROWS, c->gate_rows = AM_GRU_GATES, c->h_row = AM_GRU_H;
    return am_gru_make(&c->gru, places, &gru, "gru", error);
  }
  if (o->n_hidden < 1 || o->n_hidden > 1024)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there are 1 to 1024 leaky units, not %d",
                   o->n_hidden);
  if (!(o->tau >= 1 && o->tau <= 1e6f))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "tau is from 1 to 1e6 steps, not %g",
                   (double)o->tau);
  c->rows = AM_LEAKY_ROWS, c->gate_rows = 1, c->h_row = AM_LEAKY_H;
  c->w_ih = am_places_add(places, "rnn.weight_ih_l0", o->n_hidden, o->n_inputs);
  c->w_hh = am_places_add(places, "rnn.weight_hh_l0", o->n_hidden, o->n_hidden);
  c->bias = am_places_add(places, "rnn.bias_ih_l0", o->n_hidden, 0);
  return AMINE_OK;
}

void am_cell_initialise(const am_cell *c, const am_places *places, float *parameters,
                        uint64_t seed) {
  const am_cell_options *o = &c->options;
  if (o->kind == AM_CELL_GRU) {
    am_gru_initialise(&c->gru, places, parameters, &o->start, seed);
    return;
  }
  const float scales[] = {o->start.input_scale, o->start.recurrent_scale, 1};
  for (int k = 0; k < 3; k++)
    am_places_uniform(places, c->first + k, parameters, scales[k] / sqrtf((float)o->n_hidden),
                      seed);
}

static am_leaky_cell leaky_of(const am_cell *c, const am_real *p) {
  return (am_leaky_cell){.n_inputs = c->options.n_inputs,
                         .n = c->options.n_hidden,
                         .rate = 1 / (am_real)c->options.tau,
                         .w_ih = p + c->w_ih,
                         .w_hh = p + c->w_hh,
                         .b = p + c->bias};
}

void am_cell_step(const am_cell *c, const am_real *p, am_real *state, const am_real *x,
                  const am_real *before) {
  if (c->options.kind == AM_CELL_GRU) {
    const am_gru_cell cell = am_gru_cell_of(&c->gru, p, 0);
    am_gru_code()->step(&cell, state, x, before, before);
  } else {
    const am_leaky_cell cell = leaky_of(c, p);
    am_leaky_code()->step(&cell, state, x, before);
  }
}

void am_cell_gates(const am_cell *c, const am_real *p, am_real *gates, const am_real *state,
                   const am_real *before, const am_real *credit) {
  if (c->options.kind == AM_CELL_GRU) {
    const am_gru_cell cell = am_gru_cell_of(&c->gru, p, 0);
    am_gru_code()->gates(&cell, gates, state, before, credit);
  } else {
    const am_leaky_cell cell = leaky_of(c, p);
    am_leaky_code()->gates(&cell, gates, state, credit);
  }
}

void am_cell_own(const am_cell *c, const am_real *p, am_real *own, const am_real *state,
                 const am_real *before, am_trace_kind kind) {
  if (c->options.kind == AM_CELL_GRU) {
    const am_gru_cell cell = am_gru_cell_of(&c->gru, p, 0);
    am_gru_code()->own(&cell, own, state, before, NULL, kind);
  } else {
    const am_leaky_cell cell = leaky_of(c, p);
    am_leaky_code()->own(&cell, own, state, kind);
  }
}

void am_cell_collect(const am_cell *c, const am_real *p, am_real *change, const am_gru_window *w) {
  const am_cell_options *o = &c->options;
  if (o->kind == AM_CELL_GRU) {
    const am_gru_cell cell = am_gru_cell_of(&c->gru, p, 0);
    const am_gru_change to = am_gru_change_of(&c->gru, change, 0);
    am_gru_code()->collect(&cell, &to, w);
    return;
  }
  am_linear_code()->collect(change + c->w_ih, change + c->bias, w->gates, w->gates_step, w->x,
                            w->x_step, w->n_steps, o->n_hidden, o->n_inputs);
  am_linear_code()->collect(change + c->w_hh, NULL, w->gates, w->gates_step, w->before,
                            w->before_step, w->n_steps, o->n_hidden, o->n_hidden);
}
