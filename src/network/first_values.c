/* First values (see first_values.h). */
#include "network/first_values.h"

#include <math.h>

#include "base/normal.h"
#include "base/random.h"

static float first_value(const am_plan_tensor *t, float bound, am_random_key key, int column) {
  float from = (float)t->from[0], to = (float)t->from[1];
  if (t->first == AM_FIRST_NUMBER) return from;
  const am_random4 draw = am_random(key, (uint32_t)column / 4);
  if (t->first == AM_FIRST_NORMAL) {
    double z[2];
    am_normal2(z, draw.v[column % 4 & 2], draw.v[column % 4 | 1]);
    return (float)(t->from[0] + t->from[1] * z[column % 2]);
  }
  const float u = am_uniform(draw.v[column % 4]);
  if (t->first == AM_FIRST_LINEAR) to = 1 / sqrtf((float)t->size), from = -to;
  return t->first == AM_FIRST_STANDARD ? bound * (2 * u - 1) : from + (to - from) * u;
}

void am_first_tensor(const am_plan_tensor *tensor, const am_place *place, int k, float *parameters,
                     float bound, uint64_t seed) {
  for (int i = 0; i < place->dims[0]; i++) {
    const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)k, (uint32_t)i};
    for (int j = 0; j < place->dims[1]; j++)
      parameters[am_place_at(place, i, j)] = first_value(tensor, bound, key, j);
  }
}

/* What is computed from that, from the number behind the one that made it, and of the place. */
static void first_part(const am_plan_part *part, const am_place *place, int k, float *parameters,
                       uint64_t seed) {
  for (int i = part->row; i < part->row + part->rows; i++) {
    const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)k, (uint32_t)i};
    for (int j = 0; j < place->dims[1]; j++) {
      float *w = &parameters[am_place_at(place, i, j)];
      const float drawn = am_uniform(am_random(key, (uint32_t)j / 4).v[(j + 1) % 4]);
      *w = am_plan_first_value(part, *w, drawn, i - part->row == j);
    }
  }
}

void am_first_values(const am_plan *p, const am_places *places, int first, float *parameters,
                     uint64_t seed) {
  const float bound = 1 / sqrtf((float)(p->n_states ? p->states[0].rows : p->n_outputs));
  for (int t = 0; t < p->n_tensors; t++)
    am_first_tensor(&p->tensors[t], &places->place[first + t], first + t, parameters, bound, seed);
  for (int k = 0; k < p->n_parts; k++) {
    const int at = first + p->parts[k].tensor;
    first_part(&p->parts[k], &places->place[at], at, parameters, seed);
  }
}
