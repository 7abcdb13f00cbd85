/* What a modulator's signal did: around what happened, beside itself shuffled in time, and how much of
 * it follows from what its world shows. For rate networks and for brains in the same form. */
#ifndef AMINE_RUN_SIGNAL_H
#define AMINE_RUN_SIGNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
  AM_SIGNAL_BEFORE = 5, /* samples before an event that are looked at, */
  AM_SIGNAL_AFTER = 10, /* and after it */
  AM_SIGNAL_WINDOW = AM_SIGNAL_BEFORE + 1 + AM_SIGNAL_AFTER,
  AM_SIGNAL_SHUFFLES = 200,
  AM_SIGNAL_LAGS = 4 /* samples since an event that are variables of their own: 0 to 3 */
};

/* A signal in n_episodes stretches of at most T samples: arrays are [n_episodes][T], of which the
 * first n_steps[e] of a stretch count. */
typedef struct am_signal {
  int n_episodes, T;
  const int *n_steps;     /* [n_episodes] */
  const double *M;        /* NAN where it is not known */
  const uint32_t *events; /* bit k: event k happened */
  uint64_t seed;          /* of the shuffles */
} am_signal;

/* The signal at each sample from AM_SIGNAL_BEFORE before an event to AM_SIGNAL_AFTER after it: mean and
 * quartiles over the events, of those that have that sample; NAN where none has. null_low and null_high:
 * between which 95 % of the means lie that come from the signal shuffled in time, within its
 * stretches. */
typedef struct am_response {
  int n; /* how often it happened */
  double mean[AM_SIGNAL_WINDOW], low[AM_SIGNAL_WINDOW], high[AM_SIGNAL_WINDOW];
  double null_low[AM_SIGNAL_WINDOW], null_high[AM_SIGNAL_WINDOW];
} am_response;

/* AMINE_ERROR_MEMORY. */
amine_status am_signal_respond(am_response *out, const am_signal *signal, int event,
                               amine_error *error);

/* Mean, standard deviation and quartiles of all samples; n of them. */
typedef struct am_signal_spread {
  double mean, sd, low, middle, high;
  int64_t n;
} am_signal_spread;
amine_status am_signal_spread_of(am_signal_spread *out, const am_signal *signal,
                                 amine_error *error);

/* The order of a stretch, shuffled: order [n] becomes a permutation of 0 ... n - 1, that number
 * `shuffle` of the stretch. */
void am_signal_shuffle(int *order, int n, uint64_t seed, int stretch, int shuffle);

/* Groups of variables, each of which predicts alone, too. */
typedef enum am_signal_group {
  AM_SIGNAL_SHOWN,  /* the inputs */
  AM_SIGNAL_PAID,   /* rewards: of this sample and of the one before */
  AM_SIGNAL_TIME,   /* the share of the stretch that is over */
  AM_SIGNAL_EVENTS, /* each event with its lags */
  AM_SIGNAL_GROUPS
} am_signal_group;

/* Variables of sample t of stretch e: `fill` writes those of its own, n of them, of which group[k] says
 * what they are; time and events come from the signal. */
typedef struct am_signal_variables {
  int n, n_events;
  const am_signal_group *group; /* [n] */
  void (*fill)(void *context, int e, int t, double *x);
  void *context;
} am_signal_variables;

/* R^2 on stretches held out (every second one), fitted on the others by ridge regression (ridge.h,
 * lambda = AM_SIGNAL_LAMBDA); NAN where there are no such variables, or M does not vary. */
#define AM_SIGNAL_LAMBDA 1e-3
typedef struct am_predicted {
  double all, by[AM_SIGNAL_GROUPS];
  int n_variables;
  int64_t n_fitted, n_held_out; /* samples */
} am_predicted;
amine_status am_signal_predict(am_predicted *out, const am_signal *signal,
                               const am_signal_variables *variables, amine_error *error);

#endif
