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

/* ------------------------------------------------------------------------------ as parts */
#define AT(member) AM_MEMBER(am_units_options, member)
#define GATED(member) AT(member), .when = "type=gru"
static const amine_parameter parameters[] = {
    AM_INTEGER("hidden", 100, 1, 8192, "units", "hidden units", AT(n_hidden)),
    AM_INTEGER("layers", 1, 1, 4, "", "layers of units, each reading the one below",
               GATED(n_layers)),
    AM_NUMBER("dropout", 0, 0, 0.95, "",
              "share of units that the layer above does not see while learning", GATED(dropout)),
    AM_NUMBER("update_bias", 0, -10, 10, "",
              "added at first to the bias of the update gate z: above 0, units remember longer",
              GATED(start.update_bias)),
    AM_NUMBER("update_spread", 0, 0, 20, "",
              "and each unit gets up to this much more of it, so that time constants differ",
              GATED(start.update_spread)),
    AM_NUMBER("input_scale", 1, 0, 100, "",
              "multiplies the first input weights (of a GRU not those of z)",
              AT(start.input_scale)),
    AM_NUMBER("recurrent_scale", 1, 0, 100, "",
              "multiplies the first recurrent weights (of a GRU not those of z)",
              AT(start.recurrent_scale)),
    AM_NUMBER("tau", 5, 1, 1e6, "steps", "time constant of leaky units", AT(tau),
              .when = "type=leaky-rnn"),
    {0}};

const am_part am_gru_part = {
    .kind = AM_NETWORK,
    .name = "gru",
    .meaning = "layers of gated recurrent units",
    .equation = "h = (1 - z) n + z h; z, r, n: gates and candidate, each of u and h",
    .source = "Cho et al. 2014, arXiv 1406.1078",
    .parameters = parameters,
    .options_size = sizeof(am_units_options)};

const am_part am_leaky_part = {.kind = AM_NETWORK,
                               .name = "leaky-rnn",
                               .meaning = "leaky tanh units with one time constant",
                               .equation = "h' = (1 - 1/tau) h + tanh(W_hh h + W_ih x + b) / tau",
                               .source = "Murray 2019, doi:10.7554/eLife.43299",
                               .parameters = parameters,
                               .options_size = sizeof(am_units_options)};

amine_status am_cell_chosen(am_cell_options *cell, const am_chosen *chosen, amine_error *error) {
  const am_units_options *o = chosen->options[AM_NETWORK];
  if (o->n_layers != 1 || o->dropout > 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s trains one layer without dropout (network.layers=1, "
                   "network.dropout=0)",
                   chosen->part[AM_LEARNER]->name);
  *cell = (am_cell_options){.kind = chosen->part[AM_NETWORK] == &am_gru_part ? AM_CELL_GRU
                                                                             : AM_CELL_LEAKY,
                            .n_hidden = o->n_hidden,
                            .tau = o->tau,
                            .start = o->start};
  return AMINE_OK;
}
