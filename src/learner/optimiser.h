/* From a change that is asked for to a step: Adam, RMSprop, or gradient descent with momentum.
 *
 * The change is scaled down to the norm norm_clip, if it is longer; then each parameter moves by
 * adam_step.h or descent_step.h. A learner keeps m and v, two numbers a parameter that are 0 at
 * first, and in its numbers the powers of beta1 and beta2, which are 1 at first and which Adam
 * alone moves. */
#ifndef AMINE_LEARNER_OPTIMISER_H
#define AMINE_LEARNER_OPTIMISER_H

#include "learner/adam_step.h"
#include "learner/descent_step.h"

typedef enum am_optimiser_kind {
  AM_OPTIMISER_ADAM,
  AM_OPTIMISER_RMSPROP,
  AM_OPTIMISER_SGD
} am_optimiser_kind;

typedef struct am_optimiser {
  am_optimiser_kind kind;
  float beta1;     /* adam */
  float beta2;     /* adam, rmsprop */
  float eps;       /* the same */
  float momentum;  /* rmsprop, sgd */
  float norm_clip; /* bound of the norm of the change */
} am_optimiser;

/* AT(m): AM_MEMBER of the member m of the optimiser in a learner's options; ALONE(m): the same, and
 * when the learner has an optimiser at all. */
#define AM_OPTIMISER_PARAMETERS(AT, ALONE)                                                         \
  AM_CHOICE("optimiser", "adam|rmsprop|sgd", "how a change that is asked for becomes a step",      \
            ALONE(kind)),                                                                          \
      AM_NUMBER("beta1", 0.9, 0, 0.999999, "",                                                     \
                "Adam's decay of the mean change asked for; by backprop the gradient", AT(beta1),  \
                .when = "optimiser=adam"),                                                         \
      AM_NUMBER("beta2", 0.999, 0, 0.999999, "",                                                   \
                "decay of the squared change of Adam and RMSprop", AT(beta2),                      \
                .when = "optimiser=adam|rmsprop"),                                                 \
      AM_NUMBER("eps", 1e-4, 1e-12, 1, "", "epsilon of Adam and RMSprop", AT(eps),                 \
                .when = "optimiser=adam|rmsprop"),                                                 \
      AM_NUMBER("momentum", 0, 0, 0.999999, "", "what of the last step goes into the next",        \
                AT(momentum), .when = "optimiser=rmsprop|sgd"),                                    \
      AM_NUMBER("norm_clip", 4, 1e-6, 1e9, "", "bound of the norm of the change asked for",        \
                ALONE(norm_clip))

/* One step, which is taken tensor by tensor. */
typedef struct am_step {
  am_optimiser_kind kind;
  am_adam_constants adam;
  am_descent_constants descent;
} am_step;

/* Begins a step along a change of this norm; moves the powers [2]. */
am_step am_step_begin(const am_optimiser *optimiser, double *powers, float norm);
/* Moves n parameters, a multiple of 16, against g; along it with a rate below 0. */
void am_step_take(const am_step *step, float *p, float *m, float *v, const float *g, size_t n,
                  float rate);

/* How many of m and v it has, and what their tensors' names begin with: "adam.m.", "adam.v.". */
int am_optimiser_moments(const am_optimiser *optimiser);
const char *am_optimiser_prefix(const am_optimiser *optimiser, int moment);

#endif
