/* One layer of recurrent units, gated or leaky, behind one set of calls: for learners that ask of a
 * unit no more than its step and its local derivatives (gru_lane.h, leaky_lane.h). */
#ifndef AMINE_NETWORK_CELL_H
#define AMINE_NETWORK_CELL_H

#include "base/registry.h"
#include "network/gru.h"
#include "network/leaky_lane.h"

typedef enum am_cell_kind { AM_CELL_GRU, AM_CELL_LEAKY } am_cell_kind;

typedef struct am_cell_options {
  am_cell_kind kind;
  int n_inputs, n_hidden;
  float tau;          /* leaky: time constant in steps, at least 1 */
  am_gru_start start; /* of leaky units only the two scales */
} am_cell_options;

typedef struct am_cell {
  am_cell_options options;
  int rows;      /* of n units in what a step leaves behind */
  int gate_rows; /* of n units in the signals that reach the weights */
  int h_row;     /* which row of the state h is */
  am_gru gru;
  int first;               /* leaky: its first tensor */
  size_t w_ih, w_hh, bias; /* leaky */
} am_cell;

/* What the parts gru and leaky-rnn are told. */
typedef struct am_units_options {
  int n_hidden, n_layers;
  float dropout, tau;
  am_gru_start start;
} am_units_options;
extern const am_part am_gru_part, am_leaky_part;

/* The cell of a configuration, without its inputs. AMINE_ERROR_ARGUMENT for more than one layer, or
 * dropout. */
amine_status am_cell_chosen(am_cell_options *cell, const am_chosen *chosen, amine_error *error);

/* Adds the tensors "gru.weight_ih_l0", ... or "rnn.weight_ih_l0", "rnn.weight_hh_l0",
 * "rnn.bias_ih_l0". AMINE_ERROR_ARGUMENT for an option out of range. */
amine_status am_cell_make(am_cell *cell, am_places *places, const am_cell_options *options,
                          amine_error *error);
void am_cell_initialise(const am_cell *cell, const am_places *places, float *parameters,
                        uint64_t seed);

/* state [rows][n][lanes] from x and h before. */
void am_cell_step(const am_cell *cell, const am_real *parameters, am_real *state, const am_real *x,
                  const am_real *before);
/* gates [gate_rows][n][lanes]: credit times psi. */
void am_cell_gates(const am_cell *cell, const am_real *parameters, am_real *gates,
                   const am_real *state, const am_real *before, const am_real *credit);
/* d [n][lanes] */
void am_cell_own(const am_cell *cell, const am_real *parameters, am_real *own, const am_real *state,
                 const am_real *before, am_trace_kind kind);
/* Adds to change (laid out as the parameters) the sums over lanes and steps of gate times input. */
void am_cell_collect(const am_cell *cell, const am_real *parameters, am_real *change,
                     const am_gru_window *window);

#endif
