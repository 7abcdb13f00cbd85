/* The five chemical systems by number and name (see systems.h). */
#include "modulator/systems.h"

#include <stdbool.h>
#include <string.h>

const char *const am_modulator_names[AM_N_MODULATORS] = {"dopamine", "serotonin", "norepinephrine",
                                                         "acetylcholine", "orexin"};
const char *const am_modulator_marks[AM_N_MODULATORS] = {"DA", "5-HT", "NE", "ACh", "Ox"};

int am_modulator_find(const char *name, size_t n) {
  for (int k = 0; k < AM_N_MODULATORS; k++)
    if (strlen(am_modulator_names[k]) == n && memcmp(am_modulator_names[k], name, n) == 0) return k;
  return -1;
}

static const amine_chemical_level *level_of(const amine_chemical *c, am_modulator which) {
  switch (which) {
  case AM_MODULATOR_DOPAMINE: return &c->dopamine.level;
  case AM_MODULATOR_SEROTONIN: return &c->serotonin.level;
  case AM_MODULATOR_NOREPINEPHRINE: return &c->norepinephrine.level;
  case AM_MODULATOR_ACETYLCHOLINE: return &c->acetylcholine.level;
  default: return &c->orexin.level;
  }
}

bool am_modulator_is_on(const amine_chemical *c, am_modulator which) {
  switch (which) {
  case AM_MODULATOR_DOPAMINE: return c->dopamine_on;
  case AM_MODULATOR_SEROTONIN: return c->serotonin_on;
  case AM_MODULATOR_NOREPINEPHRINE: return c->norepinephrine_on;
  case AM_MODULATOR_ACETYLCHOLINE: return c->acetylcholine_on;
  default: return c->orexin_on;
  }
}

double am_modulator_level(const amine_chemical *c, am_modulator which) {
  return (double)level_of(c, which)->value;
}

double am_modulator_baseline(const amine_chemical *c, am_modulator which) {
  return (double)level_of(c, which)->baseline;
}

bool am_modulator_is_clamped(const amine_chemical *c, am_modulator which) {
  return level_of(c, which)->clamped;
}

amine_status am_modulator_clamp(amine_chemical *c, am_modulator which, double level,
                                amine_error *error) {
  const char *name = am_modulator_names[which];
  if (!c)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "clamp.%s: this brain has no neuromodulation to clamp", name);
  if (!am_modulator_is_on(c, which))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "clamp.%s: this brain has no %s; its neuromodulation must name it", name, name);
  const float held = (float)level;
  amine_status status = AMINE_OK;
  switch (which) {
  case AM_MODULATOR_DOPAMINE: status = amine_dopamine_clamp(&c->dopamine, held); break;
  case AM_MODULATOR_SEROTONIN: status = amine_serotonin_clamp(&c->serotonin, held); break;
  case AM_MODULATOR_NOREPINEPHRINE:
    status = amine_norepinephrine_clamp(&c->norepinephrine, held);
    break;
  case AM_MODULATOR_ACETYLCHOLINE:
    status = amine_acetylcholine_clamp(&c->acetylcholine, held);
    break;
  default: status = amine_orexin_clamp(&c->orexin, held); break;
  }
  if (status == AMINE_OK) return status;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "clamp.%s=%g: it must be a number from 0 to 1", name,
                 level);
}

void am_modulator_unclamp(amine_chemical *c, am_modulator which) {
  if (!c) return;
  switch (which) {
  case AM_MODULATOR_DOPAMINE: amine_dopamine_unclamp(&c->dopamine); break;
  case AM_MODULATOR_SEROTONIN: amine_serotonin_unclamp(&c->serotonin); break;
  case AM_MODULATOR_NOREPINEPHRINE: amine_norepinephrine_unclamp(&c->norepinephrine); break;
  case AM_MODULATOR_ACETYLCHOLINE: amine_acetylcholine_unclamp(&c->acetylcholine); break;
  default: amine_orexin_unclamp(&c->orexin); break;
  }
}
