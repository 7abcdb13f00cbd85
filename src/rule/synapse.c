/* What plasticity rules of synapses share. */
#include "rule/synapse.h"

#include <math.h>

#include "kernel/exponential.h"

void am_synapse_trace_set(double k[2], double tau_ms, double dt_ms, int adds) {
  k[0] = am_exp(-dt_ms / tau_ms);
  k[1] = adds;
}

double am_synapse_largest(const double *values, int n) {
  double most = 0;
  for (int k = 0; k < n; k++) most = fmax(most, fabs(values[k]));
  return most;
}
