/* The command that a simulation is made with: its preset, and each value in which it is otherwise.
 */
#ifndef AMINE_RUN_SIMULATE_COMMAND_H
#define AMINE_RUN_SIMULATE_COMMAND_H

#include "run/simulate/config.h"

/* Adds "amine simulate brain seed=1 duration_s=60", as a shell reads it. Where that would not give
 * the same description (it is of a file) it is "amine simulate FOLDER/config.json".
 * AMINE_ERROR_MEMORY only. */
amine_status am_simulation_command(am_text *text, const am_simulation_config *config,
                                   const char *folder, amine_error *error);

#endif
