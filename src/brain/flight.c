/* Room for spikes in flight (see flight.h). */
#include "brain/flight.h"

#include <string.h>

#include "base/memory.h"

#define SPARE 1024     /* spikes for which there is room beyond what is expected */
#define PACKED 1024    /* slots from which on lists share cache lines */
#define WORTHWHILE 4096 /* spikes that have arrived, to be worth moving the others */

static uint32_t slots_of(uint32_t longest, uint32_t look_every) {
  uint32_t slots = 1;
  while (slots < longest + look_every + 2) slots *= 2;
  return slots;
}

size_t am_flight_bytes(uint32_t longest, uint32_t look_every, size_t most) {
  return am_size_add(slots_of(longest, look_every) * sizeof(am_list),
                     am_size_mul(am_size_add(most, 2 * SPARE), sizeof(uint32_t)));
}

amine_status am_flight_make(am_flight *f, uint32_t longest, uint32_t look_every,
                            amine_error *error) {
  const uint32_t slots = slots_of(longest, look_every);
  *f = (am_flight){.grain = slots < PACKED ? 16 : 1, /* a cache line: what one core sends another */
                   .n_slots = slots,
                   .longest = longest,
                   .lists = am_alloc(slots, sizeof *f->lists)};
  return f->lists ? AMINE_OK : am_fail_memory(error, slots * sizeof *f->lists);
}

void am_flight_free(am_flight *f) {
  am_free(f->spikes);
  am_free(f->lists);
  *f = (am_flight){0};
}

/* Where the oldest spike stands that may still arrive somewhere. */
static uint32_t oldest(const am_flight *f, uint64_t step) {
  const uint64_t first = step > f->longest ? step - f->longest : 0;
  return first < step ? f->lists[first & (f->n_slots - 1)].begin : f->used;
}

amine_status am_flight_room(am_flight *f, uint64_t step, size_t most, amine_error *error) {
  const size_t needed = am_size_add(most, f->grain);
  const size_t recent = f->used - f->before; /* since the last look: again so many are expected */
  const size_t wanted = am_size_add(needed, 2 * recent + SPARE);
  const uint32_t dead = (oldest(f, step) - f->base) & ~(f->grain - 1);
  uint32_t at = f->used - f->base;
  const uint32_t live = at - dead;
  if (dead > 0 &&
      (dead >= live + WORTHWHILE || (f->room - at < wanted && dead >= live / 4))) {
    memmove(f->spikes, f->spikes + dead, live * sizeof *f->spikes);
    f->base += dead;
    at = live;
  }
  if (f->room - at < wanted) {
    const size_t room = am_size_add(at + live / 4, wanted);
    uint32_t *spikes = room <= UINT32_MAX / 2 ? am_resize(f->spikes, room, sizeof *spikes) : NULL;
    if (!spikes) return am_fail_memory(error, am_size_mul(room, sizeof *spikes));
    f->spikes = spikes;
    f->room = (uint32_t)room;
  }
  f->needed = (uint32_t)needed;
  f->before = f->used;
  return AMINE_OK;
}

void am_flight_clear(am_flight *f) {
  f->base = f->used = f->before = 0;
  for (uint32_t k = 0; k < f->n_slots; k++) f->lists[k] = (am_list){0, 0};
}
