/* What a model file describes, read and checked but not yet built.
 *
 * A plan is made by the readers of both forms (lattice.h, model_population.h, model_projection.h,
 * model_input.h) and turned into a brain by am_model_plan_build. Nothing that grows with the number of
 * synapses is made before the whole file has been found good.
 *
 * Promise: names and texts live in the tree that is read or in the plan; all memory of a plan is
 * freed by am_model_plan_free. */
#ifndef AMINE_BRAIN_MODEL_PLAN_H
#define AMINE_BRAIN_MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/events.h"
#include "brain/lattice_place.h"
#include "brain/model_field.h"
#include "brain/model_limits.h"
#include "brain/neuron.h"
#include "rule/synapse.h"

/* The top of a file; every other table hangs on it. */
extern const am_table am_model_table;

#define AM_MODEL_PLAN_POPULATIONS 1000
#define AM_MODEL_PLAN_PROJECTIONS 10000
#define AM_MODEL_PLAN_NAME 63 /* bytes of a name at most */

/* A parameter, or the initial values of a state, neuron by neuron. */
typedef struct am_model_plan_column {
  const char *name;
  amine_draw draw;
} am_model_plan_column;

/* Beside the receptors of its model. */
typedef struct am_model_plan_receptor {
  const char *name;
  double tau_ms, e_mv; /* e_mv NAN: a current */
} am_model_plan_receptor;

typedef struct am_model_plan_population {
  const char *name;
  const am_neuron_model *model;
  int n;
  const amine_value *values;
  int n_values;
  const am_model_plan_column *columns;
  int n_columns;
  const am_model_plan_column *initial;
  int n_initial;
  const am_model_plan_receptor *receptors;
  int n_receptors;
  float *positions; /* [n][4], or NULL: neither given nor drawn yet */
  bool in_box;      /* positions are drawn in `box`, from the sites of `area` */
  am_box box;
  uint32_t area; /* populations of one area share its sites: theirs begin at `first` */
  int first, n_area;
  bool silent; /* spikes are not recorded */
} am_model_plan_population;

typedef struct am_model_plan_projection {
  amine_projection p;
  const am_synapse_rule *rule; /* the part that p.rule names, or a text; NULL: the former */
  bool named; /* by the file */
} am_model_plan_projection;

typedef enum am_model_plan_input_kind {
  AM_MODEL_PLAN_CURRENT,
  AM_MODEL_PLAN_POISSON,
  AM_MODEL_PLAN_SPIKES,
  AM_MODEL_PLAN_IMAGE
} am_model_plan_input_kind;

/* Brightness, [height][width] row by row from the top. */
typedef struct am_model_plan_image {
  int width, height;
  float *values;
} am_model_plan_image;

typedef struct am_model_plan_input {
  am_model_plan_input_kind kind;
  int population;
  double mean, noise;        /* current */
  double rate_hz, weight;    /* poisson */
  amine_receptor receptor;   /* poisson */
  bool drives;               /* a part, or in time: `drive`, whose arrays are the plan's */
  amine_drive drive;
  double fraction;           /* of the population, drawn when it is made; 0: drive.neurons */
  const int *neurons;        /* spikes: [n] */
  const double *times_ms;    /* spikes: [n] */
  size_t n;                  /* spikes */
  am_model_plan_image image; /* image */
  float scale;               /* image: current of brightness 1 */
} am_model_plan_input;

typedef struct am_model_plan_target {
  int population;
  unsigned effects;
  double delay_ms, tau_ms;
} am_model_plan_target;

/* A sense is a name for the population that it excites. */
typedef struct am_model_plan_sense {
  const char *name;
  int population;    /* -1: its area does not exist */
  int width, height; /* of its input; 0: not said */
} am_model_plan_sense;

typedef struct am_model_plan {
  am_model_limits limits;
  uint64_t seed;
  double dt_ms;
  amine_layout layout;
  am_model_plan_population *populations;
  am_model_plan_projection *projections;
  am_model_plan_input *inputs;
  am_model_plan_target *targets;
  am_model_plan_sense *senses;
  amine_event_plan *events;
  size_t n_populations, n_projections, n_inputs, n_targets, n_senses, n_events;
  size_t n_neurons;
  double n_synapses; /* expected */
  bool has_chemical;
  amine_chemical chemical;
  double step_ms;
  struct am_model_plan_block *blocks; /* memory that goes with the plan */
} am_model_plan;

void am_model_plan_free(am_model_plan *plan);

/* A zeroed block that lives as long as the plan. */
amine_status am_model_plan_alloc(am_model_plan *plan, void **block, size_t count, size_t size,
                                 amine_error *error);
/* A copy of a text likewise. */
amine_status am_model_plan_text(am_model_plan *plan, const char **copy, const char *text,
                                amine_error *error);

/* Each adds one element; it is checked against what is there and the limits. The sentence speaks
 * of `where`. Pointers into the array are then no longer valid. */
amine_status am_model_plan_add_population(am_model_plan *plan,
                                          const am_model_plan_population *population,
                                          const am_reader *r, const am_where *where);
amine_status am_model_plan_add_projection(am_model_plan *plan,
                                          const am_model_plan_projection *projection,
                                          const am_reader *r, const am_where *where);
amine_status am_model_plan_add_input(am_model_plan *plan, const am_model_plan_input *input,
                                     const am_reader *r);
amine_status am_model_plan_add_target(am_model_plan *plan, const am_model_plan_target *target,
                                      const am_reader *r);
amine_status am_model_plan_add_sense(am_model_plan *plan, const am_model_plan_sense *sense,
                                     const am_reader *r);
amine_status am_model_plan_add_event(am_model_plan *plan, const amine_event_plan *event,
                                     const am_reader *r);

/* The population of a name, in *number. If there is none, a sentence with the nearest name. */
amine_status am_model_plan_find(const am_model_plan *plan, int *number, const char *name,
                                const am_reader *r, const am_where *where);

/* The number of a receptor of a population, by its name (NULL: excitatory). */
amine_status am_model_plan_find_receptor(const am_model_plan *plan, amine_receptor *number,
                                         int population, const char *name, const am_reader *r,
                                         const am_where *where);

/* No two populations and no two named projections have one name. */
amine_status am_model_plan_check_names(const am_model_plan *plan, const am_reader *r);

/* Makes the brain. AMINE_ERROR_INPUT with the name of what the brain refuses, AMINE_ERROR_MEMORY;
 * *brain is then untouched. */
amine_status am_model_plan_build(amine_brain **brain, am_model_plan *plan, const am_reader *r);

#endif
