/* Times become steps here, and nowhere else.
 *
 * The rule: a time is the whole number of steps nearest to it, and a half counts as one more. What
 * lies within the accuracy of a double is what it was meant to be: 0.35 ms are 3.5 steps of 0.1 ms,
 * although the quotient of the two numbers is a little less. Where a time is no whole number of
 * steps that is said, in a line of notes that a run prints at its start and keeps in its folder.
 *
 * Things that come again and again ("every 1000 ms") come at the ticks of a clock: the n-th at the
 * step nearest to n times the period, so that what is rounded does not add up. */
#ifndef AMINE_BASE_STEPS_H
#define AMINE_BASE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"

#define AM_STEPS_MOST ((uint64_t)1 << 62) /* what is longer, or no number, is cut to this */

/* Steps of dt_ms (above 0) nearest to a time; 0 for a time that is not above 0. */
uint64_t am_steps(double ms, double dt_ms);
/* The same, 1 at least: for what cannot be done in no time. */
uint64_t am_steps_or_one(double ms, double dt_ms);
/* Is it a whole number of steps, to nine digits? */
bool am_steps_exact(double ms, double dt_ms);

/* The step of tick n: tick 0 is step 0. */
uint64_t am_tick(uint64_t n, double period_ms, double dt_ms);
/* The last tick that is not after `step`. */
uint64_t am_last_tick(uint64_t step, double period_ms, double dt_ms);
/* The step of the first tick after `step`. */
uint64_t am_next_tick(uint64_t step, double period_ms, double dt_ms);
/* Does a tick come at `step`? One does at step 0. */
bool am_is_tick(uint64_t step, double period_ms, double dt_ms);

/* Adds a line if `value` (in units of unit_ms: 1, or 1000 for seconds) is no whole number of steps,
 * or fewer than `least` (0 or 1): "WHAT=5 is taken as 4.9, 7 steps of 0.7 ms". A line that stands
 * in the notes already is not added again. NULL takes no notes. */
void am_steps_note(am_text *notes, const char *what, double value, double unit_ms, double dt_ms,
                   uint64_t least);
/* The same for the period of a clock: "WHAT=5 is no whole number of steps of 0.7 ms: each time the
 * nearest step is taken". */
void am_ticks_note(am_text *notes, const char *what, double value, double unit_ms, double dt_ms);
/* The same for a list of times, not all of which are whole numbers of steps. */
void am_times_note(am_text *notes, const char *what, double dt_ms);

#endif
