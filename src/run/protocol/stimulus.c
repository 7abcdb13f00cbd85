/* Sets of cells that are stimulated together (see stimulus.h). */
#include "run/protocol/stimulus.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

amine_status am_cells_find(am_cells *cells, const am_stage *stage, const char *protocol,
                           int n_least, amine_error *error) {
  int n_i;
  AM_TRY(am_stage_find(stage, protocol, "E", &cells->E, &cells->n_e, error));
  AM_TRY(am_stage_find(stage, protocol, "I", &cells->I, &n_i, error));
  if (cells->n_e > AM_CELLS_MAX || n_i > AM_CELLS_MAX || cells->n_e + n_i > AM_CELLS_MAX ||
      cells->n_e + n_i < n_least)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol %s needs from %d to %d neurons in \"E\" and \"I\"; this brain has "
                   "%d and %d",
                   protocol, n_least, AM_CELLS_MAX, cells->n_e, n_i);
  cells->n = cells->n_e + n_i;
  return AMINE_OK;
}

void am_cells_draw(int *set, int n, const am_cells *cells, const am_stage *stage, uint32_t what) {
  bool taken[AM_CELLS_MAX] = {false};
  int found = 0;
  for (uint32_t draw = 0; found < n; draw++) {
    const am_random4 random = am_stage_random(stage, what, draw);
    for (int k = 0; k < 4 && found < n; k++) {
      const uint32_t cell = am_below(random.v[k], (uint32_t)cells->n);
      if (!taken[cell]) set[found++] = (int)cell;
      taken[cell] = true;
    }
  }
}

amine_status am_cells_stimulate(const am_cells *cells, const int *set, int n, double current,
                                am_stage *stage, amine_error *error) {
  float currents[AM_CELLS_MAX] = {0};
  for (int k = 0; k < n; k++) currents[set[k]] = (float)current;
  AM_TRY(amine_brain_set_currents(stage->brain, cells->E, currents, error));
  return amine_brain_set_currents(stage->brain, cells->I, currents + cells->n_e, error);
}

amine_status am_cells_rest(const am_cells *cells, am_stage *stage, amine_error *error) {
  AM_TRY(amine_brain_set_currents(stage->brain, cells->E, NULL, error));
  return amine_brain_set_currents(stage->brain, cells->I, NULL, error);
}

int am_cells_of_spike(const am_cells *cells, const am_spike *spike) {
  if (spike->population == cells->E) return spike->neuron;
  return spike->population == cells->I ? cells->n_e + spike->neuron : -1;
}

double am_cells_rate_hz(const am_cells *cells, const am_stage *stage) {
  const uint64_t spikes = amine_brain_spike_count(stage->brain, cells->E) +
                          amine_brain_spike_count(stage->brain, cells->I);
  if (stage->now == 0) return (double)NAN;
  return (double)spikes / cells->n / ((double)stage->now * stage->dt_ms * 1e-3);
}
