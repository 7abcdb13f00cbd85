/* Who says M, the number that a network is given from outside, out of what an episode lives
 * through: chemical systems (drive.h), whose level is there before the step, or a signal (given.h)
 * that tells of the step once it is over. Every layout and every learner asks here.
 *
 * Around a step: am_feed_before, then the step, then am_feed_after; M is then right for what the
 * traces take up. */
#ifndef AMINE_MODULATOR_FEED_H
#define AMINE_MODULATOR_FEED_H

#include "base/error.h"
#include "base/random.h"
#include "modulator/drive.h"
#include "modulator/given.h"

typedef enum am_feed_kind {
  AM_FEED_NOBODY,
  AM_FEED_DRIVE, /* chemical systems */
  AM_FEED_SIGNAL
} am_feed_kind;

typedef struct am_feed {
  am_feed_kind kind;
  am_drive_options drive;
  am_given signal;
} am_feed;

/* AMINE_ERROR_ARGUMENT with a sentence if nobody feeds what is asked for. */
amine_status am_feed_check(const am_feed *feed, const char *modulator, amine_error *error);

/* Bytes of one episode's memory, a multiple of 64; and its beginning in so much of it. */
size_t am_feed_bytes(int n_inputs);
void am_feed_begin(const am_feed *feed, void *episode, int n_inputs);

/* What a step brought; a row's elements are `stride` apart. */
typedef struct am_feed_moment {
  am_random_key key; /* of the episode */
  int step;
  float reward;
  float error;        /* E of given.h; below 0 where nothing was asked for */
  const float *p;     /* [n_actions] the policy; n_actions 0: there is none */
  const float *input; /* [n_inputs]: what was seen */
  size_t stride;
  int n_actions;
} am_feed_moment;

/* M as far as it is known before the step, else 0; and M of the step, once it is over. */
float am_feed_before(const am_feed *feed, const void *episode);
float am_feed_after(const am_feed *feed, void *episode, const am_feed_moment *moment);

/* E where actions are rewarded. */
static inline float am_feed_error(float reward) { return 1 - fminf(reward, 1); }

#endif
