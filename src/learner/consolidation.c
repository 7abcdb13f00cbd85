/* Fast and slow weights (see consolidation.h). */
#include "learner/consolidation.h"

#include <string.h>

#define XI 0.1f

enum { SLOW, USEFUL, MOVED, FIRST, N_VECTORS };

static const char *const prefixes[N_VECTORS] = {"slow.", "useful.", "moved.", "first."};

void am_consolidation_use(float *useful, const float *change, const float *moved, size_t n) {
  for (size_t i = 0; i < n; i++) useful[i] += change[i] * moved[i];
}

void am_consolidation_hold(float *w, float *slow, float *moved, const float *useful,
                           const float *first, const am_consolidation *o, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const float before = moved[i], away = before - first[i], use = useful[i] > 0 ? useful[i] : 0;
    const float grip = o->strength * use / (away * away + XI);
    w[i] += (1 - 1 / (1 + grip)) * (slow[i] - before); /* a grip without bound is 1 */
    slow[i] += o->rate * (w[i] - slow[i]);
    moved[i] = w[i] - before;
  }
}

void am_consolidation_open(am_agent *a) {
  a->n_extra = N_VECTORS;
  a->extra_prefixes = prefixes;
}

void am_consolidation_begin(am_agent *a) {
  memcpy(a->extra[SLOW], a->parameters, a->places.size * sizeof(float));
  memcpy(a->extra[FIRST], a->parameters, a->places.size * sizeof(float));
}

static bool is_held(const am_agent *a, int k) {
  const char *name = a->places.place[k].name;
  return a->share[k] > 0 && (strncmp(name, "gru.", 4) == 0 || strncmp(name, "h2o.", 4) == 0 ||
                             strncmp(name, "gain.", 5) == 0);
}

/* Until the step is done, `moved` has the place from which it is taken. */
void am_consolidation_before(am_agent *a, const float *change) {
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    const size_t n = am_place_count(p);
    if (!is_held(a, k)) continue;
    am_consolidation_use(a->extra[USEFUL] + p->at, change + p->at, a->extra[MOVED] + p->at, n);
    memcpy(a->extra[MOVED] + p->at, a->parameters + p->at, n * sizeof(float));
  }
}

void am_consolidation_after(am_agent *a, const am_consolidation *o) {
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    if (!is_held(a, k)) continue;
    am_consolidation_hold(a->parameters + p->at, a->extra[SLOW] + p->at, a->extra[MOVED] + p->at,
                          a->extra[USEFUL] + p->at, a->extra[FIRST] + p->at, o, am_place_count(p));
  }
}
