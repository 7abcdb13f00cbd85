/* What moves a modulator; learning rules that wait for one which nothing moves. */
#ifndef AMINE_RUN_SIMULATE_UNMOVED_H
#define AMINE_RUN_SIMULATE_UNMOVED_H

#include "run/simulate/config.h"
#include "run/simulate/learning.h"

/* Whether an event of the model, or the protocol, moves the level of a system. */
bool am_simulation_moves(const am_simulation_config *config, const amine_brain *brain,
                         am_modulator which);

/* A line for each projection of learning [n] whose weights cannot change, because its rule waits
 * for dopamine and neither an event of the model nor the protocol moves that; and one if nothing
 * moves any level of a brain that has them. What is clamped is left alone: somebody knows. */
void am_simulation_note_unmoved(const am_simulation_config *config, const amine_brain *brain,
                                const am_learning *learning, int n, am_text *notes);

#endif
