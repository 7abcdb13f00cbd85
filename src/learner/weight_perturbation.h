/* Weight perturbation: the network beside one with noise on all its weights at once, in the same
 * episodes; the difference of what they earn, times the noise, is the change.
 *
 *     dw = mean over pairs of  (F(w + sigma eps) - F(w)) / sigma  eps,     eps normal
 *
 * Its mean is the gradient of the smoothed reward E_eps F(w + sigma eps), since E F(w) eps = 0; the
 * unperturbed network is the baseline that takes away most of the variance. One-sided, with all
 * weights perturbed in parallel; Jabri & Flower perturb one weight after the other, which needs as
 * many episodes as there are weights.
 *
 * Sources: Jabri & Flower 1992, doi:10.1109/72.105429; in parallel, Dembo & Kailath 1990,
 * doi:10.1109/72.80205.
 *
 * Cost and memory: perturbed.h. */
#ifndef AMINE_LEARNER_WEIGHT_PERTURBATION_H
#define AMINE_LEARNER_WEIGHT_PERTURBATION_H

#include "learner/perturbed.h"

/* Free it with am_learner_destroy. */
amine_status am_weight_perturbation_create(am_learner **learner, const am_task *task,
                                           const am_perturbed_options *options, amine_error *error);

extern const am_learner_type am_weight_perturbation_type;

#endif
