/* What chemical modulators do to a brain: levels as they reach each population, and what they make
 * of its gain, threshold, input and learning. */
#ifndef AMINE_BRAIN_CHEMISTRY_H
#define AMINE_BRAIN_CHEMISTRY_H

#include <stdint.h>

#include "amine/chemical.h"
#include "amine/status.h"
#include "kernel/real.h"
#include "kernel/synapse.h"
#include "modulator/systems.h"
#include "rule/synapse.h"

struct amine_brain;

#define AM_CHEMISTRY_DELAY 10000000 /* of its steps, at most */

typedef struct am_chemistry {
  amine_chemical chemical;
  double start[AM_N_MODULATORS]; /* levels as they were given: what filters and delays begin with */
  int every;                     /* steps of the brain between two of the chemistry */
  uint32_t n_slots;              /* of the history, more than the longest delay */
  double *history;  /* [n_slots][AM_N_MODULATORS]: levels after chemistry step k at k % n_slots */
  uint64_t n_steps; /* chemistry steps done */
} am_chemistry;

/* Where a touch stands on the way of F (kernel/synapse.h), and what the log keeps of it. */
typedef struct am_moment {
  am_synapse_now now;
  am_real growth; /* e^{t / tau_c} */
} am_moment;

/* Dopamine as a rule with eligibility sees it: d' = -d / tau_d + rewards, or a level that is held
 * for a step, or impulses; and F of kernel/synapse.h, step by step. */
typedef struct am_reward {
  am_dopamine is;
  /* F grows in a step by e^{-t / tau_c} (d by_d + by_base), d decays by decay_d; [1]: d is held */
  double by_d[2], decay_d[2], by_base;
  uint64_t read;  /* steps between two reads, where F and e^{t / tau_c} jump; 0: they flow */
  double d, F;    /* now; F since the beginning of the epoch, at its end still of the old one */
  uint64_t epoch; /* steps in an epoch */
  /* [look_every + 1] for the steps from `first` on: as arrivals see them, and the targets' spikes,
   * which come after a read at the end of their step */
  am_moment *arrive, *fire;
  double *d_at, *F_at; /* [look_every + 1] */
  am_synapse_now end;  /* of the epoch that ends within the plan, just before F begins anew */
  uint64_t first;
} am_reward;

amine_status am_chemistry_make(am_chemistry **chemistry, const amine_chemical *chemical, int every,
                               amine_error *error);
void am_chemistry_free(am_chemistry *chemistry);
/* Room for levels as old as the longest delay of a population. */
amine_status am_chemistry_reserve(struct amine_brain *brain, amine_error *error);
/* One step of decay, if one is due that was not done yet. */
void am_chemistry_step(struct amine_brain *brain);
/* What the levels mean now, for every population. */
void am_chemistry_feel(struct amine_brain *brain);

amine_status am_reward_make(am_reward **reward, const am_dopamine *is, double dt_ms, int look_every,
                            amine_error *error);
void am_reward_free(am_reward *reward);
/* A reward between two runs. */
void am_reward_give(am_reward *reward, double amount, uint64_t step, double dt_ms);
/* Plans the n steps from `step` on; M < 0 or >= 0 replaces d if `held`. resting: no synapse learns, so F
 * stays. */
void am_reward_plan(am_reward *reward, uint64_t step, int n, double dt_ms, int held, double M,
                    bool resting);
/* This moment, between two runs, for synapses as they were left. */
am_moment am_reward_now(const am_reward *reward, uint64_t step, double dt_ms);
/* Where the plan is at `step`: d and F become those of that moment. */
void am_reward_reach(am_reward *reward, uint64_t step);

#endif
