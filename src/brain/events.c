/* Events as they happen (see events.h). */
#include "brain/events.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "brain/brain.h"
#include "brain/chemistry.h"

_Static_assert((int)AMINE_EVENT_LEVELS == (int)AM_N_MODULATORS, "the levels of an event are all");

static const char *const names[AMINE_EVENT_KINDS] = {
    "reward", "punishment", "uncertainty", "attention", "circadian", "cue", "action", "novelty"};

const char *amine_event_name(amine_event_kind kind) {
  return (int)kind >= 0 && (int)kind < AMINE_EVENT_KINDS ? names[kind] : NULL;
}

static amine_chemical *chemical_of(const amine_brain *b) {
  return b->chemistry ? &b->chemistry->chemical : NULL;
}

double am_event_delta(const amine_brain *b, double reward, double expected) {
  return b->chemistry ? (double)((float)reward - (float)expected) : reward - expected;
}

static void take_levels(float out[AM_N_MODULATORS], const amine_chemical *c) {
  for (int l = 0; l < AM_N_MODULATORS; l++)
    out[l] = c ? (float)am_modulator_level(c, (am_modulator)l) : NAN;
}

/* What an event does to the levels. */
static void process(amine_chemical *c, amine_event_kind kind, float first, float second) {
  switch (kind) {
  case AMINE_EVENT_REWARD: (void)amine_chemical_process_reward(c, first, second); break;
  case AMINE_EVENT_PUNISHMENT: (void)amine_chemical_process_punishment(c, first, second); break;
  case AMINE_EVENT_UNCERTAINTY: (void)amine_chemical_process_uncertainty(c, first, second); break;
  case AMINE_EVENT_ATTENTION: (void)amine_chemical_process_attention(c, first, second); break;
  case AMINE_EVENT_CIRCADIAN: (void)amine_chemical_process_circadian(c, first, second); break;
  case AMINE_EVENT_NOVELTY: (void)amine_chemical_process_uncertainty(c, second, first); break;
  case AMINE_EVENT_CUE:
  case AMINE_EVENT_ACTION: break;
  }
}

static amine_status make_room(am_happened *h, amine_error *error) {
  if (h->n < h->capacity) return AMINE_OK;
  const size_t wanted = am_size_add(am_size_mul(2, h->capacity), 64);
  amine_brain_event *list = am_resize(h->list, wanted, sizeof *list);
  if (!list) return am_fail_memory(error, am_size_mul(wanted, sizeof *list));
  h->list = list;
  h->capacity = wanted;
  return AMINE_OK;
}

amine_status am_event_give(amine_brain *b, int source, amine_event_kind kind, double first,
                           double second, amine_error *error) {
  amine_chemical *c = chemical_of(b);
  if (!amine_event_name(kind))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no kind of event %d", (int)kind);
  if (!(fabs(first) <= FLT_MAX && fabs(second) <= FLT_MAX))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a %s of %g and %g is not a number", names[kind],
                   first, second);
  AM_TRY(make_room(&b->happened, error));
  amine_brain_event *e = &b->happened.list[b->happened.n];
  *e = (amine_brain_event){b->step, kind, source, first, second, {0}, {0}};
  take_levels(e->before, c);
  if (kind == AMINE_EVENT_REWARD && !(c && c->dopamine.level.clamped))
    AM_TRY(amine_brain_reward(b, first - second, error));
  if (c) process(c, kind, (float)first, (float)second);
  take_levels(e->after, c);
  b->happened.n++;
  return AMINE_OK;
}

amine_status amine_brain_give(amine_brain *b, double *delta, amine_event_kind kind, double first,
                              double second, amine_error *error) {
  AM_ENTER;
  AM_TRY(am_brain_build(b, error));
  AM_TRY(am_event_give(b, -1, kind, first, second, error));
  if (delta) *delta = kind == AMINE_EVENT_REWARD ? am_event_delta(b, first, second) : 0;
  return AMINE_OK;
}

size_t amine_brain_n_events(const amine_brain *b) { return b->happened.n - b->happened.read; }

void amine_brain_read_events(amine_brain *b, amine_brain_event *events, size_t n) {
  am_happened *h = &b->happened;
  if (n > h->n - h->read) n = h->n - h->read;
  if (events && n > 0) memcpy(events, h->list + h->read, n * sizeof *events);
  h->read += n;
  if (h->read == h->n) h->read = h->n = 0;
}
