/* Spikes in flight: who fired in the last steps, in one chunk.
 *
 * The lists of the steps stand one behind the other in one block, which holds the spikes that may
 * still arrive somewhere and room for those of the next steps: memory goes with the spikes on their
 * way, whatever the delay, and 8 bytes for each step of it. Between two looks at the whole the
 * block stays where it is, so lists of earlier steps may be read while one is written. */
#ifndef AMINE_BRAIN_FLIGHT_H
#define AMINE_BRAIN_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

typedef struct am_list {
  uint32_t begin, n; /* it stands in `spikes` at begin - base */
} am_list;

typedef struct am_flight {
  uint32_t *spikes; /* [room] numbers in the line, ascending within a list; one for each spike, so
                     * that of a neuron that fires twice in a step stands there twice */
  uint32_t room, base;
  uint32_t used, before; /* where the next list may begin, as `begin`; at the last look */
  uint32_t needed;       /* room for the list of any step until the next look */
  uint32_t grain;        /* lists begin at multiples of it */
  uint32_t n_slots;      /* a power of two */
  uint32_t longest;      /* delay of the synapses from this chunk, steps */
  am_list *lists;        /* [n_slots] of step s at s % n_slots */
} am_flight;

/* For delays up to `longest` and at most look_every steps between two looks; AMINE_ERROR_MEMORY. */
amine_status am_flight_make(am_flight *f, uint32_t longest, uint32_t look_every,
                            amine_error *error);
void am_flight_free(am_flight *f);
/* Bytes that it takes at the beginning, where a step has at most so many spikes. */
size_t am_flight_bytes(uint32_t longest, uint32_t look_every, size_t most);
/* At a look, before `step`: forgets what has arrived everywhere, and makes room for one step at
 * least, of `most` spikes. AMINE_ERROR_MEMORY: it is as it was. */
amine_status am_flight_room(am_flight *f, uint64_t step, size_t most, amine_error *error);
/* Nothing is in flight any more. */
void am_flight_clear(am_flight *f);

static inline uint32_t am_flight_at(const am_flight *f) {
  return (f->used - f->base + f->grain - 1) & ~(f->grain - 1);
}

/* Where the list of a step is to be written; am_flight_end says how many there are. */
static inline uint32_t *am_flight_begin(const am_flight *f) { return f->spikes + am_flight_at(f); }

static inline void am_flight_end(am_flight *f, uint64_t step, uint32_t n) {
  const uint32_t begin = n > 0 ? f->base + am_flight_at(f) : f->used;
  f->lists[step & (f->n_slots - 1)] = (am_list){begin, n};
  f->used = begin + n;
}

/* There may be no room for another step. */
static inline bool am_flight_full(const am_flight *f) {
  return f->room - (f->used - f->base) < f->needed;
}

static inline const uint32_t *am_flight_list(const am_flight *f, uint64_t step, uint32_t *n) {
  const am_list l = f->lists[step & (f->n_slots - 1)];
  *n = l.n;
  return f->spikes + (l.begin - f->base);
}

#endif
