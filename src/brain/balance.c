/* What the synapses bring to a population: excitation against inhibition. */
#include <math.h>

#include "base/error.h"
#include "base/host.h"
#include "brain/compact_rows.h"
#include "brain/state.h"
#include "brain/step.h"

/* Whether what is above 0 inhibits. */
static bool is_turned(const amine_brain *b, const am_projection *p) {
  const am_population *target = &b->populations[p->target];
  return p->receptor == AMINE_RECEPTOR_2 ? am_neuron_is_conductance(target->model)
                                         : target->reversal[p->receptor] < target->initial[0];
}

/* Adds spikes times weight of each synapse to sums[0], or to sums[1] where it inhibits. */
static amine_status add_block(double sums[2], const amine_brain *b, const am_synapse_block *block,
                              amine_error *error) {
  const am_projection *p = &b->projections[block->projection];
  const am_population *source = &b->populations[p->source];
  const bool turned = is_turned(b, p);
  const size_t room = am_size_mul(2, block->n_synapses);
  am_real *w = am_alloc(room, sizeof *w);
  if (!w) return am_fail_memory(error, am_size_mul(room, sizeof *w));
  am_block_values(w, b, block, 'w');
  am_rows r = am_rows_begin(block, p->n_delays, (uint32_t)source->n);
  while (am_rows_next(&r)) {
    double row[2] = {0};
    for (uint32_t k = r.begin; k < r.end; k++) row[(w[k] < 0) != turned] += fabs((double)w[k]);
    for (int k = 0; k < 2; k++) sums[k] += source->counts[r.source] * row[k];
  }
  am_free(w);
  return AMINE_OK;
}

/* The same of synapses that are kept compactly. */
static amine_status add_compact(double sums[2], amine_brain *b, int projection,
                                amine_error *error) {
  const am_projection *p = &b->projections[projection];
  const double quantum = am_compact_quantum(b, projection);
  const bool turned = is_turned(b, p);
  am_synapses s = {0};
  AM_TRY(am_synapses_begin(&s, b, projection, error));
  while (am_synapses_next(&s)) {
    const double w = s.run.synapses[s.k].weight * quantum;
    sums[(w < 0) != turned] += b->populations[p->source].counts[s.source] * fabs(w);
  }
  return AMINE_OK;
}

amine_status amine_brain_balance(amine_brain *b, int population, double *excitation,
                                 double *inhibition, amine_error *error) {
  AM_ENTER;
  double sums[2] = {0};
  if (population < 0 || population >= b->n_populations)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no population %d: there are %d",
                   population, b->n_populations);
  AM_TRY(am_brain_build(b, error));
  const am_population *target = &b->populations[population];
  for (int j = 0; j < b->n_projections && !target->model->is_source; j++) {
    if (b->projections[j].target != population) continue;
    if (b->projections[j].tract >= 0) AM_TRY(add_compact(sums, b, j, error));
    for (int chunk = 0; chunk < b->n_chunks; chunk++) {
      const am_synapse_block *block = am_synapses_block(b, chunk, j);
      if (block) AM_TRY(add_block(sums, b, block, error));
    }
  }
  const double seconds = (double)b->step * b->dt_ms * 1e-3;
  const double per = b->step > 0 ? 1 / ((double)target->n * seconds) : 0;
  if (excitation) *excitation = sums[0] * per;
  if (inhibition) *inhibition = sums[1] * per;
  return AMINE_OK;
}
