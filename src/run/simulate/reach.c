/* Interventions in a simulation: levels held, events given, parts lesioned, learning on and off. */
#include "run/simulate/reach.h"

#include <string.h>

#include "amine/events.h"

#define SYSTEM "a chemical system"
#define PART "a population or a projection"

static const am_intervention_kind kinds[] = {
    {.name = "clamp",
     .meaning = "the level of a chemical system is held at the value",
     .of = SYSTEM,
     .has_value = true,
     .high = 1},
    {.name = "release", .meaning = "a level that was held is free again", .of = SYSTEM},
    {.name = "reward",
     .meaning = "an unexpected reward: dopamine rises by it, or dips below 0",
     .has_value = true,
     .low = -10,
     .high = 10},
    {.name = "punishment", .meaning = "serotonin falls by half of it", .has_value = true, .high = 10},
    {.name = "uncertainty",
     .meaning = "norepinephrine rises by half of it",
     .has_value = true,
     .high = 10},
    {.name = "novelty",
     .meaning = "norepinephrine and acetylcholine rise by half of it",
     .has_value = true,
     .high = 10},
    {.name = "attention",
     .meaning = "acetylcholine rises by half of it",
     .has_value = true,
     .high = 10},
    {.name = "lesion",
     .meaning = "a population fires no more, or nothing arrives by a projection",
     .of = PART},
    {.name = "heal", .meaning = "what was lesioned is as before", .of = PART},
    {.name = "learning",
     .meaning = "0: no synapse changes; 1: they learn again",
     .has_value = true,
     .high = 1},
    {.name = NULL},
};

/* ------------------------------------------------------------------------------ levels */
static amine_status find_system(am_modulator *which, const am_simulation *s, const char *name,
                                amine_error *error) {
  const int found = am_modulator_find(name, strlen(name));
  if (found < 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "there is no chemical system \"%s\": dopamine, serotonin, norepinephrine, "
                   "acetylcholine, orexin",
                   name);
  *which = (am_modulator)found;
  if (!s->stage.chemical || !am_modulator_is_on(s->stage.chemical, *which))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s is not there in this brain", name);
  return AMINE_OK;
}

static amine_status clamp(am_simulation *s, const am_intervention *one, amine_error *error) {
  am_modulator which = AM_MODULATOR_DOPAMINE;
  AM_TRY(find_system(&which, s, one->of, error));
  return am_modulator_clamp(s->stage.chemical, which, one->value, error);
}

static amine_status release(am_simulation *s, const am_intervention *one, amine_error *error) {
  am_modulator which = AM_MODULATOR_DOPAMINE;
  AM_TRY(find_system(&which, s, one->of, error));
  am_modulator_unclamp(s->stage.chemical, which);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ events */
static amine_status give(am_simulation *s, const am_intervention *one, amine_error *error) {
  for (int k = 0; k < AMINE_EVENT_KINDS; k++)
    if (strcmp(amine_event_name((amine_event_kind)k), one->kind) == 0)
      return amine_brain_give(s->brain, NULL, (amine_event_kind)k, one->value, 0, error);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no event \"%s\"", one->kind);
}

/* ------------------------------------------------------------------------------ lesions */
/* A population, or else every projection of that name. */
static amine_status lesion(am_simulation *s, const am_intervention *one, int on,
                           amine_error *error) {
  bool found = false;
  for (int k = 0; k < amine_brain_n_populations(s->brain) && !found; k++) {
    if (strcmp(amine_brain_population(s->brain, k, NULL, NULL), one->of) != 0) continue;
    AM_TRY(amine_brain_silence(s->brain, k, on, error));
    found = true;
  }
  const bool is_population = found;
  for (int k = 0; k < amine_brain_n_projections(s->brain) && !is_population; k++) {
    if (strcmp(amine_brain_projection(s->brain, k, NULL, NULL, NULL), one->of) != 0) continue;
    AM_TRY(amine_brain_block(s->brain, k, on, error));
    found = true;
  }
  if (found) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no population or projection \"%s\"",
                 one->of);
}

static amine_status learning(am_simulation *s, const am_intervention *one, amine_error *error) {
  if (one->value != 0 && one->value != 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "learning: the value is 0 or 1, not %g", one->value);
  amine_brain_rest(s->brain, one->value == 0);
  return AMINE_OK;
}

static amine_status apply(void *run, const am_intervention *one, amine_error *error) {
  am_simulation *s = run;
  if (strcmp(one->kind, "clamp") == 0) return clamp(s, one, error);
  if (strcmp(one->kind, "release") == 0) return release(s, one, error);
  if (strcmp(one->kind, "lesion") == 0) return lesion(s, one, 1, error);
  if (strcmp(one->kind, "heal") == 0) return lesion(s, one, 0, error);
  if (strcmp(one->kind, "learning") == 0) return learning(s, one, error);
  return give(s, one, error);
}

const am_reach am_simulation_reach = {.kinds = kinds, .apply = apply};
