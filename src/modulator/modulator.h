/* The modulators of plastic rate networks by name. */
#ifndef AMINE_MODULATOR_MODULATOR_H
#define AMINE_MODULATOR_MODULATOR_H

#include "base/registry.h"
#include "modulator/readout.h"

/* What the read-out is told. */
typedef struct am_readout_options {
  am_activation activation;
  bool fanout;  /* it reaches each neuron through its own f_i, g_i */
  double clamp; /* a lesion: it is held at this level; NAN: free */
} am_readout_options;

/* The options of chemical are an am_drive_options, of which `factor` counts from dopamine. */
extern const am_part am_readout_part, am_constant_part, am_chemical_part;

#endif
