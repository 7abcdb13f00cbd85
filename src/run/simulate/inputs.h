/* A run's folder carries the files that its description names. */
#ifndef AMINE_RUN_SIMULATE_INPUTS_H
#define AMINE_RUN_SIMULATE_INPUTS_H

#include "run/simulate/config.h"

#define AM_INPUTS_FOLDER "inputs"

/* Copies them to FOLDER/inputs. *own is the configuration with the names and the checksums of the
 * copies, meant from the folder: what its config.json says, wherever the folder stands. Free it
 * with am_simulation_config_free. A configuration without files costs no folder. */
amine_status am_simulation_inputs_copy(am_simulation_config *own,
                                       const am_simulation_config *config, const char *folder,
                                       amine_error *error);

#endif
