/* Learning-rate schedules: the step size of each iteration.
 *
 *     constant   rate
 *     linear     rate + (rate_end - rate) k / iterations; from k = iterations on rate_end
 *     step       rate step_factor^floor((k - step_from) / step_iterations); until k = step_from rate
 *     cosine     rate_end + (rate - rate_end) (1 + cos(pi k / iterations)) / 2; likewise
 *     plateau    rate plateau_factor^d: d grows by one whenever the mean reward has not risen above
 *                its best for more than plateau_patience iterations
 *     dopamine   rate 2 D,  D = clip01(0.5 + (r - expected) / dopamine_scale),
 *                then expected <- expected + 0.1 (r - expected)
 *
 * k counts the iterations after a warm-up of W = warmup_iterations, which comes before any of them:
 * its step sizes are 1 / W, 2 / W, ... 1 of what the schedule begins with. r is the mean reward of
 * an iteration's episodes. The mean reward of `plateau` is mean <- mean + (r - mean) / min(n,
 * plateau_span), n counting from 1 at the end of the warm-up, and is judged from n = plateau_span
 * on. D is the level of the dopamine of amine/chemical.h at its default baseline, so a reward that
 * was expected leaves the rate as it is; the first reward is expected. An iteration is heard before
 * its own step is taken. A rate of 0 stays 0 in all of them: who asks for no learning gets none.
 *
 * Sources: cosine, Loshchilov & Hutter 2017, arXiv 1608.03983 (one period, no restart); dopamine,
 * Schultz 1997, doi:10.1126/science.275.5306.1593. */
#ifndef AMINE_LEARNER_SCHEDULE_H
#define AMINE_LEARNER_SCHEDULE_H

#include <stdint.h>

#include "base/parameter.h"

typedef enum am_schedule_kind {
  AM_SCHEDULE_CONSTANT,
  AM_SCHEDULE_LINEAR,
  AM_SCHEDULE_STEP,
  AM_SCHEDULE_COSINE,
  AM_SCHEDULE_PLATEAU,
  AM_SCHEDULE_DOPAMINE
} am_schedule_kind;

enum { AM_SCHEDULE_MEMORY = 5 }; /* numbers that a schedule may remember */

typedef struct am_schedule {
  am_schedule_kind kind;
  double rate, rate_end;
  uint64_t iterations; /* of a linear or cosine one; after it the rate stays at rate_end */
  uint64_t warmup_iterations;
  uint64_t step_iterations; /* at least 1, of a step */
  uint64_t step_from;
  double step_factor;
  double plateau_factor;
  uint64_t plateau_patience, plateau_span; /* the span at least 1, of a plateau */
  double dopamine_scale;                   /* above 0, of dopamine */
} am_schedule;

/* AT(m): AM_MEMBER of the member m of the schedule in a learner's options. */
#define AM_SCHEDULE_PARAMETERS(AT)                                                                 \
  AM_NUMBER("rate", 1e-4, 0, 100, "", "step size; 0: no learning, whatever the schedule",          \
            AT(rate)),                                                                             \
      AM_CHOICE("schedule", "constant|linear|step|cosine|plateau|dopamine",                        \
                "how the step size moves: from rate to rate_end, or down by factors, or with the " \
                "reward",                                                                          \
                AT(kind)),                                                                         \
      AM_NUMBER("rate_end", 1e-4, 0, 100, "", "step size at the end of the schedule",              \
                AT(rate_end), .when = "schedule=linear|cosine&rate!=0"),                           \
      AM_INTEGER("schedule_iterations", 0, 0, 4e9, "updates",                                      \
                 "length of the schedule; 0 is iterations, less those of the warm-up",             \
                 AT(iterations), .when = "schedule=linear|cosine",                                 \
                 .zero_is = "iterations-learner.warmup_iterations"),                               \
      AM_INTEGER("warmup_iterations", 0, 0, 4e9, "updates",                                        \
                 "over which the step size rises in equal parts, before the schedule begins",      \
                 AT(warmup_iterations)),                                                           \
      AM_INTEGER("step_iterations", 1000, 1, 4e9, "updates",                                       \
                 "after each of which the step size is multiplied by step_factor",                 \
                 AT(step_iterations), .when = "schedule=step"),                                    \
      AM_INTEGER("step_from", 0, 0, 4e9, "updates", "from which step_iterations are counted",      \
                 AT(step_from), .when = "schedule=step"),                                          \
      AM_NUMBER("step_factor", 0.5, 0, 1, "", "see step_iterations", AT(step_factor),              \
                .when = "schedule=step"),                                                          \
      AM_NUMBER("plateau_factor", 0.5, 0, 1, "",                                                   \
                "multiplies the step size when the mean reward rises no more", AT(plateau_factor), \
                .when = "schedule=plateau"),                                                       \
      AM_INTEGER("plateau_patience", 100, 0, 4e9, "updates",                                       \
                 "without a new best mean reward that are borne before that",                      \
                 AT(plateau_patience), .when = "schedule=plateau"),                                \
      AM_INTEGER("plateau_span", 50, 1, 4e9, "updates",                                            \
                 "over about so many that mean is taken; 1: of each alone", AT(plateau_span),      \
                 .when = "schedule=plateau"),                                                      \
      AM_NUMBER("dopamine_scale", 1, 1e-9, 1e9, "",                                                \
                "half of this above the expected reward doubles the step size, below it stops",    \
                AT(dopamine_scale), .when = "schedule=dopamine")

/* How many numbers it remembers: 0, or AM_SCHEDULE_MEMORY, which are 0 at first. */
int am_schedule_remembers(const am_schedule *schedule);
/* What the episodes of an iteration earned, on average; before its rate is asked for. A reward that
 * is not finite is passed over. */
void am_schedule_hear(const am_schedule *schedule, double *memory, uint64_t iteration,
                      double reward);
/* The step size of an iteration. */
double am_schedule_rate(const am_schedule *schedule, const double *memory, uint64_t iteration);

#endif
