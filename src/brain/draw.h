/* Drawing a number from a distribution that a model says. */
#ifndef AMINE_BRAIN_DRAW_H
#define AMINE_BRAIN_DRAW_H

#include "amine/brain.h"
#include "base/random.h"

/* A number of a normal or lognormal distribution, from z, a standard normal one: z[which] of the
 * block `step` of `key`. What is out of bounds is drawn again from the streams 256, 512, ... above
 * that of the key. */
double am_draw_normal(const amine_draw *draw, double z, am_random_key key, uint32_t step,
                      int which);

/* The number that is z standard deviations from the middle, without bounds. */
double am_draw_at(const amine_draw *draw, double z);

/* AMINE_ERROR_ARGUMENT with what is wrong with a normal or lognormal distribution. */
amine_status am_draw_check(const amine_draw *draw, const char *what, amine_error *error);

#endif
