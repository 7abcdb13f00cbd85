/* Who says the numbers that a network is given from outside, out of what an episode lives through:
 * chemical systems (drive.h), whose level is there before the step, or a signal (given.h) that tells
 * of the step once it is over. Every layout and every learner asks here.
 *
 * What a text calls `error`, `reward`, `novelty`, `random`, `one`, `dopamine`, `signed`,
 * `acetylcholine`, `norepinephrine`, `serotonin` or `all` is that; any other name, M, is what the
 * modulator is told to say (modulator.type=chemical or given).
 *
 * Around a step: am_feed_before, then the step, then am_feed_after; the numbers are then right for
 * what the traces take up. Both return the first of them, am_feed_value any.
 *
 * A number that is asked for as `before` is what the step itself reads, so it is what is known by
 * then, and the same after it: a level, `one` and a window as they are, and of what steps bring
 * (error, reward, novelty, a draw) what the step before brought, at an episode's first step 0. */
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

enum { AM_FEEDS_MAX = 8 };

typedef struct am_feed {
  am_feed_kind kind; /* who says M; */
  am_drive_options drive;
  bool of_slot; /* nobody: every slot asks by the name of its statement */
  am_given signal;
  int n;                            /* how many numbers are asked for, */
  signed char source[AM_FEEDS_MAX]; /* and what each is: am_feed_ask */
  bool before[AM_FEEDS_MAX];
} am_feed;

/* Notes that a text asks for a number of that name, as it is before a step or after it.
 * AMINE_ERROR_ARGUMENT with a sentence if nobody says it; modulator: the name of the part, NULL: there
 * is none. */
amine_status am_feed_ask(am_feed *feed, const char *name, bool before, const char *modulator,
                         amine_error *error);
/* Whether a name is a chemical system's. */
bool am_feed_is_chemical(const char *name);

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

/* What is known before the step, 0 where that is asked for after it; and all, once it is over. */
float am_feed_before(const am_feed *feed, void *episode);
float am_feed_after(const am_feed *feed, void *episode, const am_feed_moment *moment);
float am_feed_value(const void *episode, int k);

/* E where actions are rewarded. */
static inline float am_feed_error(float reward) { return 1 - fminf(reward, 1); }

#endif
