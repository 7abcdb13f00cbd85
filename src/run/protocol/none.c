/* No protocol: what a brain does that is left to itself. */
#include <math.h>

#include "run/protocol/protocols.h"

static const am_measure measures[] = {
    AM_FIGURE("mean_rate", "Hz", "Mean rate of all neurons",
              "spikes of all neurons, for each neuron and second"),
};

static void measure(double *values, const void *state, const am_stage *stage) {
  (void)state;
  double spikes = 0, neurons = 0;
  for (int p = 0; p < amine_brain_n_populations(stage->brain); p++) {
    int n;
    amine_brain_population(stage->brain, p, &n, NULL);
    spikes += (double)amine_brain_spike_count(stage->brain, p);
    neurons += n;
  }
  const double seconds = (double)stage->now * stage->dt_ms * 1e-3;
  values[0] = seconds > 0 && neurons > 0 ? spikes / neurons / seconds : (double)NAN;
}

const am_protocol am_protocol_none = {.name = "none",
                                      .meaning = "nothing: the brain is left to itself",
                                      .title = "A brain left to itself",
                                      .measures = measures,
                                      .n_measures = 1,
                                      .measure = measure};
