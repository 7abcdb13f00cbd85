/* How a brain lies in memory.
 *
 * Neurons of all populations stand in one line, each population padded to a multiple of 16. The
 * line is cut into chunks: a thread takes whole chunks through a step, and all that a step changes
 * about a chunk's neurons and about the synapses onto them belongs to that chunk. What chunks tell
 * each other is the list of who fired, and it is read one step later at the earliest: one barrier a
 * step.
 *
 * The synapses of a projection onto a chunk are a block: rows by (delay, source), targets as 16-bit
 * numbers within the chunk. Rows are found in a table of all, or, where most of them would be
 * empty, among those that are not. Synapses that all have one fixed weight have no weights:
 * arrivals are counted in 16-bit integers, and the count times the weight is what arrives.
 *
 * Order of every sum: blocks in order of their projection, delays ascending, sources ascending; then
 * what arrives by synapses that are kept otherwise (brain/compact.h). It does not depend on how the
 * line is cut. */
#ifndef AMINE_BRAIN_BRAIN_H
#define AMINE_BRAIN_BRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "amine/brain.h"
#include "base/memory.h"
#include "brain/compact.h"
#include "brain/event_state.h"
#include "brain/flight.h"
#include "brain/part_texts.h"
#include "brain/parts.h"
#include "brain/pass.h"
#include "modulator/systems.h"
#include "rule/synapse_rule.h"

#define AM_BRAIN_POPULATIONS 4096
#define AM_BRAIN_NEURONS 100000000
#define AM_BRAIN_DELAY 20000               /* steps at most */
#define AM_BRAIN_STEPS ((uint64_t)1 << 48) /* in a life: random numbers have no more */
#define AM_SWEEP_MS 100                    /* between two sweeps over learning weights */
#define AM_NARROW_ARRIVALS 4096            /* at one neuron in one step: that 32 bits can add up */
/* what arrives, current, own parameters */
#define AM_WIDE_INPUTS (AM_NEURON_RECEPTORS + 1 + AM_NEURON_OWN)
#define AM_POISSON_MOST 500.0              /* mean number of spikes or arrivals in a step */
#define AM_BRAIN_BLOCK 16 /* steps between two looks at the whole, without chemistry */

/* A spike that a "spikes" population will fire. */
typedef struct am_waiting_spike {
  uint64_t step;
  uint32_t neuron;
} am_waiting_spike;

/* Spikes that were recorded and wait to be read. */
typedef struct am_record {
  uint64_t *steps;
  uint32_t *neurons; /* in the line */
  size_t n, capacity, read;
  uint64_t until; /* spikes of the steps before are here */
} am_record;

typedef struct am_drive am_drive; /* brain/drive.h */

typedef struct am_population {
  char *name;
  const am_neuron_model *model;
  double values[AM_VALUES_MAX];
  double k_wide[AM_NEURON_CONSTANTS], initial[AM_NEURON_STATES];
  am_real k[AM_NEURON_CONSTANTS];
  /* Its neurons live in 64 bits, [padded]; brain.states holds what others see of them. NULL where
   * 32 bits hold its states. */
  bool is_wide;
  double *wide[AM_NEURON_STATES]; /* the model's states */
  int n, padded;
  uint32_t first;              /* in the line */
  float *positions;            /* [n][4] or NULL */
  am_real *own[AM_NEURON_OWN]; /* [padded] or NULL */
  float *start[AM_NEURON_STATES]; /* [n] with which they begin, or NULL: as `initial` says */
  double mean, uniform;        /* external current */
  double pulse;                /* added to it by cues */
  am_real *currents;           /* [padded] or NULL */
  struct am_neuron_text_model *variant; /* `model`, if it is of this population alone, or NULL */
  int n_kept; /* of its `own`, how many the model before it kept, too: the first ones */
  am_drive *drives;
  int n_drives;
  am_real *driven; /* [padded] currents with those of drives, or rates; NULL without drives */
  float *base;     /* [n] of sources: rates without drives; NULL of others */
  int n_receptors;
  double reversal[AM_NEURON_RECEPTORS]; /* of those that were added; NAN: it has none */
  double poisson_hz[AM_NEURON_RECEPTORS], poisson_weight[AM_NEURON_RECEPTORS];
  am_poisson_table *poisson[AM_NEURON_RECEPTORS]; /* NULL at rate 0 */
  double quantum[AM_NEURON_RECEPTORS]; /* of compact weights (brain/compact.h); 0: there are none */
  uint32_t *counts;             /* [padded] spikes of each neuron since the beginning */
  uint32_t most;                /* spikes of a neuron in one step; 0: as many as it is told */
  bool recorded;
  bool silent; /* what it fires is nobody's */
  unsigned effects;
  double delay_ms, tau_ms;        /* of what the modulators do here */
  am_real gain, threshold, input; /* what they do now */
  am_real factors[AMINE_FACTOR_SIGNED_ALL + 1];
  double levels[AM_N_MODULATORS]; /* as they are felt here: delayed and filtered */
  /* spikes that wait, for the model "spikes": sorted by (step, neuron) from `next` on */
  am_waiting_spike *waiting;
  size_t n_waiting, next, waiting_capacity;
} am_population;

typedef struct am_connection am_connection; /* how synapses are drawn: brain/connect.h */
typedef struct am_reward am_reward;         /* dopamine of their own: brain/chemistry.h */
typedef struct am_chemistry am_chemistry;   /* the systems of all: brain/chemistry.h */

typedef struct am_projection {
  char *name;
  int source, target, receptor;
  int tract;    /* that keeps its synapses (brain/compact.h); -1: blocks do */
  bool blocked; /* nothing arrives, and nothing is learned */
  am_connection *connection;
  double weight, weight_max;
  const am_synapse_rule *rule;
  double values[AM_VALUES_MAX];
  am_real k[AM_SYNAPSE_CONSTANTS];
  double k_wide[AM_SYNAPSE_CONSTANTS];
  amine_third_factor factor;
  double stp_u; /* 0: none */
  double stp_tau_rec_ms, stp_tau_facil_ms;
  double stp_rec, stp_facil; /* factors of a step */
  int n_delays;
  uint32_t *delays; /* [n_delays] ascending, steps */
  uint32_t early;   /* so many steps before the soma a spike is at the synapse */
  uint32_t back;    /* so many steps after it fired a target is there */
  size_t n_synapses;
  int width; /* padded number of sources */
  /* [3 moments][n_delays][width]: step % 3 picks the moment */
  am_real *x[AM_SYNAPSE_TRACES]; /* of rules whose sources follow no law [2]..., as they were before
                                  * the arrivals of their moment in the second half */
  am_real *stp_scale;            /* [3][n_delays][width] u R of what arrives */
  am_real *stp_state;            /* [n_delays][2][width] u and R after the last arrival, or NULL */
  am_real *y[AM_SYNAPSE_TRACES]; /* [padded targets] */
  /* Traces so slow that they live in 64 bits, of which x, y and stp_scale are what the synapses
   * see: [n_delays][width] of the last moment, [padded targets], [2][n_delays][width] */
  bool is_wide;
  /* Whether a change may be too small for the digits of a weight, and of its eligibility. */
  bool keeps_w, keeps_c;
  double *x_wide[AM_SYNAPSE_TRACES], *y_wide[AM_SYNAPSE_TRACES], *stp_wide;
  uint32_t *window_counts; /* [padded targets] counts at the last scaling */
  uint64_t window;         /* steps between two scalings; 0: none */
  am_reward *reward;       /* of rules with eligibility, or NULL */
} am_projection;

typedef struct am_synapse_block {
  int projection;
  uint32_t begin, n_targets; /* in the line */
  size_t n_synapses;
  uint32_t *row;              /* [n_delays][n_sources + 1]; with row_source [n_rows + 1] */
  uint32_t *row_source;       /* [n_rows] ascending for each delay; NULL: rows of all sources */
  uint32_t *row_first;        /* [n_delays + 1] of the rows of a delay */
  struct am_filling *filling; /* while it is built */
  uint16_t *target;           /* [n_synapses] minus begin */
  am_real *w, *c;             /* [n_synapses] or NULL */
  am_real *w_low, *c_low;     /* [n_synapses] what w, c are short of (kernel/synapse.h), or NULL */
  am_real *line;              /* [early][n_targets] on the dendrites; step % early is due; or NULL */
  double *sum;                /* [n_targets] 0 between steps: where very many may arrive, or NULL */
  int tally;                  /* of the chunk's, or -1 */
  uint32_t *column, *at;      /* [n_targets + 1], [n_synapses]; NULL unless the rule fires */
  uint16_t *source;           /* [n_synapses] delay * width + source, if that fits */
  uint32_t *source_wide;
  am_real *row_log[AM_LOG_PARTS]; /* [n_delays][width], rules with eligibility */
  am_real *col_log[AM_LOG_PARTS]; /* [n_targets] */
} am_synapse_block;

/* Arrivals that are counted: of one weight, at one receptor of one population. */
typedef struct am_tally {
  int population, receptor;
  double weight;
  uint32_t begin, n; /* in the line */
  double most;       /* that can arrive in one step: at most 65,535 */
  bool repeats;      /* more can, where a source fires more than once */
  uint16_t *count;   /* [n], padded */
} am_tally;

/* The part of a population that lies in a chunk. */
typedef struct am_piece {
  int population;
  uint32_t begin, end; /* in the line, end without padding */
} am_piece;

typedef struct am_chunk {
  uint32_t begin, end;
  int n_pieces, n_blocks, n_tallies;
  int unit; /* that it is of, if there are units */
  am_piece *pieces;
  am_synapse_block *blocks; /* in order of their projection */
  am_tally *tallies;
  am_flight flight; /* who fired */
  am_real *current; /* [end - begin] */
  am_real *fired;   /* [end - begin] how often, in this step */
  double *wide;     /* [AM_WIDE_INPUTS][end - begin] for pieces in 64 bits, or NULL */
} am_chunk;

struct amine_brain {
  const am_registry *parts; /* that it may be made of */
  am_part_texts own_texts;  /* and what was said to it as texts */
  void *texts; /* what they lie in, if they are of its own file; `drop` frees it */
  void (*drop)(void *texts);
  double dt_ms;
  uint64_t seed, step;
  int n_threads;
  bool built, broken;
  bool resting; /* no synapse learns */
  int n_populations, n_projections;
  am_population *populations;
  am_projection *projections;
  uint32_t n_line;                           /* neurons with padding */
  int n_states;    /* as many as a neuron of them has, at least 2 */
  int n_receptors; /* likewise */
  am_real *states[AM_NEURON_STATES], *in[AM_NEURON_RECEPTORS]; /* [n_line], so many of them */
  int n_chunks;
  am_chunk *chunks;
  am_compact compact;
  uint32_t longest;        /* delay of all, steps */
  int look_every;          /* steps between two looks at the whole */
  int sweep_every;         /* steps between two decays of all learning weights; 0: no sweeps */
  uint64_t sweep_grid;     /* a divisor of that and of all windows: sweeps are due at most then */
  am_chemistry *chemistry; /* or NULL */
  am_record record;
  am_text notes; /* what was taken otherwise than it was said */
  am_happened happened;
  am_plans plans;
  const am_brain_pass *pass; /* kernels in use */
  am_isa isa;
};

/* One after the other the rows of a block that are not empty: delays ascending, sources ascending.
 */
typedef struct am_rows {
  const am_synapse_block *block;
  int n_delays, delay;
  uint32_t n_sources, source;
  uint32_t begin, end; /* its synapses */
  size_t next;         /* in the table */
} am_rows;

static inline am_rows am_rows_begin(const am_synapse_block *block, int n_delays,
                                    uint32_t n_sources) {
  return (am_rows){.block = block, .n_delays = n_delays, .n_sources = n_sources};
}

bool am_rows_next(am_rows *rows);

/* The row of one source. */
static inline void am_block_row(const am_synapse_block *k, int delay, uint32_t n_sources,
                                uint32_t source, uint32_t *begin, uint32_t *end) {
  const uint32_t *r = k->row + (size_t)delay * (n_sources + 1) + source;
  if (k->row_source) {
    uint32_t low = k->row_first[delay], high = k->row_first[delay + 1];
    while (low < high) {
      const uint32_t middle = (low + high) / 2;
      if (k->row_source[middle] < source) low = middle + 1;
      else high = middle;
    }
    *begin = *end = 0;
    if (low == k->row_first[delay + 1] || k->row_source[low] != source) return;
    r = k->row + low;
  }
  *begin = r[0];
  *end = r[1];
}

/* As amine_brain_create, of a program's own neuron models and synapse rules, too; the registry
 * outlives the brain. */
amine_status am_brain_create(amine_brain **brain, const am_registry *parts, double dt_ms,
                             uint64_t seed, amine_error *error);

/* As amine_brain_add_population, of a model that is known, and outlives the brain. */
amine_status am_brain_add_population(amine_brain *brain, int *id, const char *name, int n,
                                     const am_neuron_model *model, const amine_value *values,
                                     int n_values, amine_error *error);

/* As amine_brain_connect, of a rule that is known, and outlives the brain; NULL: as p->rule says. */
amine_status am_brain_connect(amine_brain *brain, int *id, const amine_projection *p,
                              const am_synapse_rule *rule, amine_error *error);

/* brain/build.c: cuts the line, draws the synapses; once, before the first run. */
amine_status am_brain_build(amine_brain *brain, amine_error *error);
void am_brain_unbuild(amine_brain *brain);
/* Neurons of a chunk; is a projection's weight one for all, without memory of its own? */
uint32_t am_chunk_length(uint32_t n_line);
bool am_projection_is_uniform(const am_projection *projection);
/* A table of all rows of a block is made up to so many, or up to so many for each synapse. */
#define AM_SMALL_TABLE 65536
#define AM_ROWS_A_SYNAPSE 4
/* Values of a table by name: `values` gets the table's defaults, changed by the given ones. */
amine_status am_brain_values(double *values, const amine_parameter *table, const char *what,
                             const amine_value *given, int n, amine_error *error);
/* Poisson table of a mean; the caller frees it with am_free (one block). */
amine_status am_poisson_make(am_poisson_table **table, double mean, amine_error *error);

#endif
