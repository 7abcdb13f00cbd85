/* States of chosen neurons that a run records: record.states of its description.
 *
 *   {"record": {"states": [{"population": "E", "state": "v", "neurons": [0, 7], "every_ms": 0.5}]}}
 *
 * Bounded: what would be more than AM_STATES_MOST numbers is refused before the run. */
#ifndef AMINE_RUN_SIMULATE_STATES_H
#define AMINE_RUN_SIMULATE_STATES_H

#include "run/simulate/config.h"
#include "run/simulate/recorder.h"

#define AM_STATES_MOST 16777216 /* numbers in all */
enum { AM_STATES_ENTRIES = 64 };

typedef struct am_states_entry {
  int population;
  const char *state; /* the model's */
  char name[160];    /* POPULATION.STATE, or its own */
  char key[16];      /* "states.0": of its recorder */
  int *neurons, n;   /* [n] in the population */
  double every_ms;
  uint64_t from, until; /* steps, both recorded */
  float *row;           /* scratch, [n] */
  am_recorder recorder; /* a column for each neuron */
} am_states_entry;

typedef struct am_states {
  am_states_entry *entries;
  int n;
} am_states;

/* What the description wants of this brain within so many steps. AMINE_ERROR_INPUT names the key. */
amine_status am_states_read(am_states *states, const am_simulation_config *config,
                            const amine_brain *brain, uint64_t end, amine_error *error);
void am_states_free(am_states *states);

/* Takes what is due at this step, before it is run; *until becomes the next step at which something
 * is, if that is earlier. */
amine_status am_states_attend(am_states *states, const amine_brain *brain, uint64_t now,
                              uint64_t *until, amine_error *error);

#endif
