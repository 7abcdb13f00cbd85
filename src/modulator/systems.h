/* The five chemical systems by number and name, for configurations, records and pictures. */
#ifndef AMINE_MODULATOR_SYSTEMS_H
#define AMINE_MODULATOR_SYSTEMS_H

#include "amine/chemical.h"
#include "base/error.h"

typedef enum am_modulator {
  AM_MODULATOR_DOPAMINE,
  AM_MODULATOR_SEROTONIN,
  AM_MODULATOR_NOREPINEPHRINE,
  AM_MODULATOR_ACETYLCHOLINE,
  AM_MODULATOR_OREXIN,
  AM_N_MODULATORS
} am_modulator;

/* "dopamine", ... */
extern const char *const am_modulator_names[AM_N_MODULATORS];
/* "DA", "5-HT", ...: where there is little room */
extern const char *const am_modulator_marks[AM_N_MODULATORS];

/* Its number, or -1; `name` has n bytes. */
int am_modulator_find(const char *name, size_t n);

bool am_modulator_is_on(const amine_chemical *chemical, am_modulator which);
double am_modulator_level(const amine_chemical *chemical, am_modulator which);
double am_modulator_baseline(const amine_chemical *chemical, am_modulator which);

/* Holds the level. AMINE_ERROR_ARGUMENT if the system is off, for it would have no effect, or if
 * there is no chemical system at all (NULL); the sentence names clamp.NAME. */
amine_status am_modulator_clamp(amine_chemical *chemical, am_modulator which, double level,
                                amine_error *error);
bool am_modulator_is_clamped(const amine_chemical *chemical, am_modulator which);
/* It is free again; nothing happens without a chemical system. */
void am_modulator_unclamp(amine_chemical *chemical, am_modulator which);

#endif
