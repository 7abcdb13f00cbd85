/* The machine's floor: what its arithmetic and its memory can do at most, and how long an iteration
 * would take if the kernels did nothing but that.
 *
 * The unit is a vector: 16 connections of one lane in one step. Of each pass over the matrices it
 * is known how many multiply-adds and how many bytes a vector needs (kernel/trace_pass.h,
 * kernel/panel.h); tests/run/bench/test_floor.c counts them in the running passes. Left out, and so
 * part of what separates the kernels from their floor: vectors as long as a layer, minima, maxima,
 * comparisons, tanh, softmax, the world, the loss, Adam. */
#ifndef AMINE_RUN_BENCH_FLOOR_H
#define AMINE_RUN_BENCH_FLOOR_H

#include "run/train/experiment.h"

/* All threads together, per second. */
typedef struct am_floor_rates {
  double multiply_adds;              /* vectors of 16 */
  double lane_read, lane_update;     /* bytes, out of a set as large as a pass works on */
  double memory_read, memory_update; /* bytes, out of a set larger than every cache */
} am_floor_rates;

#define AM_FLOOR_MATRICES 6 /* of a pass over two lanes: w, alpha, and of each lane H and dH */

#define AM_FLOOR_MEMORY ((size_t)256 << 20) /* bytes that no cache holds */

/* Bytes of the set that one thread works on; 0 if the learner is no actor-critic. */
size_t am_floor_lane_bytes(const am_experiment *experiment);

/* Measures each rate for so many seconds, of which each thread's best 2 ms count, and keeps it in
 * *best if it is higher than what is there. Each thread has lane_bytes, and its part of
 * memory_bytes. AMINE_ERROR_MEMORY: *best is then as it was. */
amine_status am_floor_measure(am_floor_rates *best, size_t lane_bytes, size_t memory_bytes,
                              int n_threads, double seconds, amine_error *error);

/* What one pass needs in an iteration of the whole batch. `updated` counts what is written, and
 * what is read to be written back, each once; `read` what is only read. */
typedef struct am_floor_pass {
  const char *name;
  double vectors, multiply_adds, read, updated; /* the last two in bytes */
} am_floor_pass;

enum { AM_FLOOR_PASSES = 5 };

/* AMINE_ERROR_ARGUMENT if the rule is not the clipped Hebb, whose operations are counted. */
amine_status am_floor_passes(am_floor_pass passes[AM_FLOOR_PASSES], const am_experiment *experiment,
                             amine_error *error);

/* How long a pass takes at these rates, in ms: for its memory and for its arithmetic, which can go
 * on side by side, so that the longer of the two is the floor. */
double am_floor_memory_ms(const am_floor_pass *pass, const am_floor_rates *rates);
double am_floor_arithmetic_ms(const am_floor_pass *pass, const am_floor_rates *rates);
double am_floor_ms(const am_floor_pass *pass, const am_floor_rates *rates);

#endif
