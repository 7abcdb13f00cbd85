/* The pieces of the episode's section: the maze, and the strips of what was recorded over time. */
#ifndef AMINE_REPORT_TRAIN_EPISODE_H
#define AMINE_REPORT_TRAIN_EPISODE_H

#include "base/memory.h"
#include "report/train/recorded_episode.h"
#include "report/train/trips.h"

/* The longest episode that is drawn whole. */
#define AM_EPISODE_STEPS_MAX 6000

/* The maze with every trip, the goal, and the agent at the end; nothing without walls and agent.
 * The script finds in it .trip (one for each, in order), .agent and its four .way. */
void am_maze_picture(am_text *page, const am_recording *recording, const am_trips *trips,
                     size_t n_steps);
bool am_maze_picture_possible(const am_recording *recording);

/* Modulator, eta, value, size of the trace and activity, one under the other on one time axis.
 * `modulator` is the configuration's modulator.type, or NULL. AMINE_ERROR_MEMORY only. */
amine_status am_strips(am_text *page, const am_recording *recording, const am_trips *trips,
                       size_t n_steps, const char *modulator, amine_error *error);

/* The strip of activity: a picture with one row for each unit and one column for each step. Needs
 * the activity. AMINE_ERROR_MEMORY only. */
amine_status am_raster(am_text *page, const am_recording *recording, size_t n_steps,
                       amine_error *error);
/* The heading of a strip; the script writes into it the value of `key` at the step it shows. */
void am_strip_head(am_text *page, const char *key, const char *title, const char *meaning);

/* One strip under the other on one time axis: a line for a series of width 1, a picture with a row
 * for each value for the others. A series "targets" is drawn over "outputs" where both are lines;
 * in a short episode that has "targets" and, of the same width, "prediction" or "output", the
 * inputs come first and then both in one strip, value by value. "actions" are choices: a dash for
 * each, no line from one to the next. AMINE_ERROR_MEMORY only. */
amine_status am_series_strips(am_text *page, const am_recorded_episode *episode,
                              amine_error *error);

/* Of a network that read a text: its passage twice, in the colours of the modulator, if it has one,
 * and of the surprise, and what it wrote; nothing of others. */
void am_words(am_text *page, const am_recorded_episode *episode);

/* Steps taken by each trip beside the least possible. AMINE_ERROR_MEMORY only. */
amine_status am_trip_chart(am_text *page, const am_trips *trips, amine_error *error);

/* true if eta is the modulator itself for every unit, so that one strip shows both */
bool am_eta_is_level(const am_recording *recording, size_t n_steps);
/* true if there is no modulator and eta is one number for all units and steps */
bool am_eta_is_constant(const am_recording *recording, size_t n_steps);

#endif
