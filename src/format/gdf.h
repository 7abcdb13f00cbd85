/* Spikes as text, one a line: the neuron's number, a tab, the time in ms. NEST writes this, neo and
 * Elephant read it.
 *
 *   am_gdf_clock c = am_gdf_clock_of(0.1);
 *   am_gdf_put(&text, &c, 17, 2345);              "17\t234.5\n"
 *
 * Times are whole steps, written with as many decimals as a step needs (up to 9), so that the step
 * can be read back. The lines go to a file by am_appender_append. */
#ifndef AMINE_FORMAT_GDF_H
#define AMINE_FORMAT_GDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

typedef struct am_gdf_clock {
  double dt_ms;
  int decimals;
  uint64_t units; /* of 10^-decimals ms in a step; 0 if that is no whole number */
} am_gdf_clock;

am_gdf_clock am_gdf_clock_of(double dt_ms);

/* Adds one line. */
void am_gdf_put(am_text *text, const am_gdf_clock *clock, uint32_t neuron, uint64_t step);

/* Spikes of a file, in its order. */
typedef struct am_gdf_spikes {
  size_t n;
  uint32_t *neurons; /* [n] */
  uint64_t *steps;   /* [n] */
  uint64_t from;     /* all spikes of the window from this step on are there */
  uint64_t n_asked;  /* how many the window has */
} am_gdf_spikes;

/* Which are wanted: from a step on and before another, and how many at most. */
typedef struct am_gdf_window {
  uint64_t from, until;
  size_t most;
} am_gdf_window;

/* The spikes of a file in the window; if there are more than window->most, those of its last steps,
 * at most so many, and spikes->from is later. Only the first `bytes` bytes count, for a file may
 * have grown since; memory is bounded by window->most, whatever the file. AMINE_ERROR_INPUT: a line
 * is no spike, or the file has fewer bytes; AMINE_ERROR_IO. After a failure *spikes is untouched.
 */
amine_status am_gdf_read(am_gdf_spikes *spikes, const char *path, uint64_t bytes,
                         const am_gdf_clock *clock, const am_gdf_window *window,
                         amine_error *error);
void am_gdf_spikes_free(am_gdf_spikes *spikes);

#endif
