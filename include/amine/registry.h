/* What an experiment can be made of: the parts of the library, and those that a program adds.
 *
 *   amine_registry *mine;
 *   amine_registry_create(&mine, &error);                     begins with the library's own
 *   amine_registry_add_task(mine, &echo, &error);             amine/task.h: task.type=echo
 *   amine_registry_add_learner(mine, &readout, &error);       amine/learner.h: learner.type=readout
 *   amine_registry_add_network(mine, "my-gru", text, &error); docs/networks.md: network.type=my-gru
 *
 *   amine_experiment_options o;                               amine/experiment.h
 *   amine_experiment_options_init(&o, sizeof o);
 *   o.registry = mine;
 *   amine_experiment_create_with(&x, "bandit", &o, &error);
 *   amine_registry_destroy(mine);                             x keeps what it needs
 *
 * A registry is changed by one thread at a time, and not while experiments are made from it; those
 * that were made are not changed any more. */
#ifndef AMINE_REGISTRY_H
#define AMINE_REGISTRY_H

#include <stddef.h>

#include "amine/learner.h"
#include "amine/parameter.h"
#include "amine/status.h"
#include "amine/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct amine_registry amine_registry;

AMINE_API amine_status amine_registry_create(amine_registry **registry, amine_error *error);
/* NULL is fine. What was made from it goes on. */
AMINE_API void amine_registry_destroy(amine_registry *registry);

/* Adds a task. The struct is copied, what it points to is not: that stays where it is as long as
 * there is the registry or an experiment made from it. AMINE_ERROR_ARGUMENT: there is one of that
 * name, or something is missing or impossible. */
AMINE_API amine_status amine_registry_add_task(amine_registry *registry,
                                               const amine_task_type *type, amine_error *error);

/* The same for a learner. */
AMINE_API amine_status amine_registry_add_learner(amine_registry *registry,
                                                  const amine_learner_type *type,
                                                  amine_error *error);

/* Adds a text of equations (docs/networks.md) under a name; both are copied. What chooses it keeps the
 * text itself: a checkpoint or a configuration that was written is whole without the registry.
 * AMINE_ERROR_INPUT: what is wrong in the text; the excerpt shows where. */
AMINE_API amine_status amine_registry_add_network(amine_registry *registry, const char *name,
                                                  const char *text, amine_error *error);
AMINE_API amine_status amine_registry_add_rule(amine_registry *registry, const char *name,
                                               const char *text, amine_error *error);
AMINE_API amine_status amine_registry_add_modulator(amine_registry *registry, const char *name,
                                                    const char *text, amine_error *error);

/* ------------------------------------------------------------------------------ what there is */
typedef enum amine_part_kind {
  AMINE_PART_TASK,
  AMINE_PART_REWARD,
  AMINE_PART_NETWORK,
  AMINE_PART_RULE,
  AMINE_PART_MODULATOR,
  AMINE_PART_LEARNER,
  AMINE_PART_RUN /* the one "part" that every experiment has: seed, iterations, batch, ... */
} amine_part_kind;

/* What a part says of itself; static, or the registry's. */
typedef struct amine_part {
  size_t size;          /* sizeof(amine_part), set by the caller */
  const char *name;     /* KIND.type=NAME */
  const char *meaning;  /* one line */
  const char *equation; /* plain text; NULL: none */
  const char *source;   /* authors, year, doi; NULL: none */
  const char *text;     /* of equations that it is made from; NULL: it is code */
  /* Its keys are KIND.NAME, or NAME alone where that has a dot or the kind is AMINE_PART_RUN; those
   * that are `borrowed` are another's. Ends with a NULL name; NULL: it has none. */
  const amine_parameter *parameters;
} amine_part;

/* The k-th part of a kind, of a registry or (NULL) of the library. 0 past the end, else 1. */
AMINE_API int amine_registry_part(const amine_registry *registry, amine_part_kind kind, int k,
                                  amine_part *part);

/* The k-th ready experiment, static, or NULL past the end; *text (may be NULL) gets its JSON, whose
 * "meaning" says what it is for. Those that describe a brain are for amine_brain_from_json; they set
 * *brain (may be NULL) to 1. */
AMINE_API const char *amine_preset(int k, const char **text, int *brain);

#ifdef __cplusplus
}
#endif
#endif
