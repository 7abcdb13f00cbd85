/* Sets of neurons drawn at random from a brain's excitatory and inhibitory cells, which get a
 * pulse of current together: what a stimulus is in Izhikevich 2007, doi:10.1093/cercor/bhl152.
 *
 * Cells are numbered through: those of the population "E" first, then those of "I". Which ones are
 * in a set depends on the seed alone, so sets are drawn anew whenever they are needed, and no
 * state has to hold them. */
#ifndef AMINE_RUN_PROTOCOL_STIMULUS_H
#define AMINE_RUN_PROTOCOL_STIMULUS_H

#include "run/protocol/protocol.h"

enum { AM_CELLS_MAX = 4096 };

typedef struct am_cells {
  int E, I, n_e, n; /* populations; how many cells "E" has, and both */
} am_cells;

/* AMINE_ERROR_ARGUMENT: "the protocol PROTOCOL needs a population "E"; ...", or that it needs from
 * n_least to AM_CELLS_MAX cells in "E" and "I". */
amine_status am_cells_find(am_cells *cells, const am_stage *stage, const char *protocol,
                           int n_least, amine_error *error);

/* n different cells, of which the brain has at least n; `what` as in am_stage_random. */
void am_cells_draw(int *set, int n, const am_cells *cells, const am_stage *stage, uint32_t what);

/* A current into the n cells of a set, until am_cells_rest takes all such currents away. */
amine_status am_cells_stimulate(const am_cells *cells, const int *set, int n, double current,
                                am_stage *stage, amine_error *error);
amine_status am_cells_rest(const am_cells *cells, am_stage *stage, amine_error *error);

/* The number of the cell that fired; -1 if it belongs to another population. */
int am_cells_of_spike(const am_cells *cells, const am_spike *spike);

/* Spikes of all cells so far, for each cell and second; NAN at step 0. */
double am_cells_rate_hz(const am_cells *cells, const am_stage *stage);

#endif
