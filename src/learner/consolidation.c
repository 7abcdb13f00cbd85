/* Fast and slow weights (see consolidation.h). */
#include "learner/consolidation.h"

#include <string.h>

#define XI 0.1f

enum { SLOW, USEFUL, FIRST, N_SAVED, BEFORE = N_SAVED, N_VECTORS };

static const char *const prefixes[N_SAVED] = {"slow.", "useful.", "first."};

void am_consolidation_hold(float *w, float *slow, float *useful, const float *before,
                           const float *change, const float *first, const am_consolidation *o,
                           size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float away = before[i] - first[i];
    useful[i] += change[i] * (w[i] - before[i]);
    const float use = useful[i] > 0 ? useful[i] : 0;
    const float grip = o->strength * use / (away * away + XI);
    w[i] += (1 - 1 / (1 + grip)) * (slow[i] - before[i]); /* a grip without bound is 1 */
    slow[i] += o->rate * (w[i] - slow[i]);
  }
}

void am_consolidation_open(am_agent *a) {
  a->n_extra = N_VECTORS;
  a->n_extra_saved = N_SAVED;
  a->extra_prefixes = prefixes;
}

void am_consolidation_begin(am_agent *a) {
  memcpy(a->extra[SLOW], a->parameters, a->places.size * sizeof(float));
  memcpy(a->extra[FIRST], a->parameters, a->places.size * sizeof(float));
}

static bool is_held(const am_agent *a, int k) {
  const char *name = a->places.place[k].name;
  return a->share[k] > 0 && strncmp(name, "signal.", 7) != 0 && strncmp(name, "critic.", 7) != 0;
}

void am_consolidation_before(am_agent *a) {
  /* until the first step the weights may be given anew: those of a file, or of another run */
  if (a->learner.iteration == 0) am_consolidation_begin(a);
  memcpy(a->extra[BEFORE], a->parameters, a->places.size * sizeof(float));
}

void am_consolidation_after(am_agent *a, const am_consolidation *o) {
  const float *change = am_agent_sum(a);
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    const size_t at = p->at;
    if (!is_held(a, k)) continue;
    am_consolidation_hold(a->parameters + at, a->extra[SLOW] + at, a->extra[USEFUL] + at,
                          a->extra[BEFORE] + at, change + at, a->extra[FIRST] + at, o,
                          am_place_count(p));
  }
}
