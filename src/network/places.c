/* Where tensors lie, and their first values (see places.h). */
#include "network/places.h"

#include <assert.h>
#include <stdio.h>

#include "base/random.h"

size_t am_places_add(am_places *places, const char *name, int rows, int cols) {
  assert(places->n < AM_PLACES_MAX && rows > 0 && cols >= 0);
  am_place *p = &places->place[places->n++];
  snprintf(p->name, sizeof p->name, "%s", name);
  p->rank = cols ? 2 : 1;
  p->dims[0] = rows;
  p->dims[1] = cols ? cols : 1;
  p->at = places->size;
  p->role = AM_ROLE_HEADS;
  places->size += (am_place_count(p) + 15) / 16 * 16;
  return p->at;
}

void am_place_get(const am_place *p, float *values, const float *vector) {
  for (int i = 0; i < p->dims[0]; i++)
    for (int j = 0; j < p->dims[1]; j++) *values++ = vector[am_place_at(p, i, j)];
}

void am_place_set(const am_place *p, float *vector, const float *values) {
  for (int i = 0; i < p->dims[0]; i++)
    for (int j = 0; j < p->dims[1]; j++) vector[am_place_at(p, i, j)] = *values++;
}

void am_places_uniform(const am_places *places, int k, float *vector, float bound, uint64_t seed) {
  const am_place *p = &places->place[k];
  for (int i = 0; i < p->dims[0]; i++)
    for (int j = 0; j < p->dims[1]; j++) {
      const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)k, (uint32_t)i};
      const float u = am_uniform(am_random(key, (uint32_t)j / 4).v[j % 4]);
      vector[p->at + (size_t)i * (size_t)p->dims[1] + (size_t)j] = bound * (2 * u - 1);
    }
}
