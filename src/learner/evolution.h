/* Evolution strategies with antithetic pairs.
 *
 *     dw = 1 / (2 P sigma)  sum_p (u(F(w + sigma eps_p)) - u(F(w - sigma eps_p))) eps_p,  p < P
 *
 * u makes of what the 2 P networks earned either their rank, from -1/2 to 1/2 (equal ones get the
 * mean of their ranks), or their z-score (F - mean) / sd, or 0 where all are equal. Without u this
 * is the gradient of the smoothed reward; u makes it invariant under any rise of F (rank), or under
 * its unit (z-score).
 *
 * Source: Salimans et al. 2017, arXiv 1703.03864 (there without the z-score's alternative: ranks
 * after Wierstra et al. 2014, and Adam).
 *
 * Cost and memory: perturbed.h. */
#ifndef AMINE_LEARNER_EVOLUTION_H
#define AMINE_LEARNER_EVOLUTION_H

#include "learner/perturbed.h"

/* Free it with am_learner_destroy. */
amine_status am_evolution_create(am_learner **learner, const am_task *task,
                                 const am_perturbed_options *options, amine_error *error);

extern const am_learner_type am_evolution_type;

#endif
