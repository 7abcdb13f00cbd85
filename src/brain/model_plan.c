/* The memory of a plan, and the rules that hold for whole models: unique names, limits. */
#include "brain/model_plan.h"

#include <stdlib.h>
#include <string.h>

typedef struct am_model_plan_block {
  struct am_model_plan_block *next;
  char room[64 - sizeof(void *)]; /* what follows is aligned like every block */
} am_model_plan_block;

void am_model_plan_free(am_model_plan *plan) {
  while (plan->blocks) {
    am_model_plan_block *next = plan->blocks->next;
    am_free(plan->blocks);
    plan->blocks = next;
  }
  am_free(plan->populations);
  am_free(plan->projections);
  am_free(plan->inputs);
  am_free(plan->targets);
  am_free(plan->senses);
  am_free(plan->events);
  *plan = (am_model_plan){0};
}

amine_status am_model_plan_alloc(am_model_plan *plan, void **block, size_t count, size_t size,
                                 amine_error *error) {
  const size_t whole = am_size_add(am_size_mul(count, size), sizeof(am_model_plan_block));
  am_model_plan_block *b = am_alloc(whole, 1);
  if (!b) return am_fail_memory(error, whole);
  b->next = plan->blocks;
  plan->blocks = b;
  *block = b + 1;
  return AMINE_OK;
}

amine_status am_model_plan_text(am_model_plan *plan, const char **copy, const char *text,
                                amine_error *error) {
  void *block = NULL;
  const size_t n = strlen(text) + 1;
  AM_TRY(am_model_plan_alloc(plan, &block, n, 1, error));
  *copy = memcpy(block, text, n);
  return AMINE_OK;
}

/* Adds an element to an array whose capacity is the power of two at or above its length. */
static amine_status append(void **array, size_t *n, const void *element, size_t size,
                           amine_error *error) {
  if ((*n & (*n - 1)) == 0) {
    void *grown = am_resize(*array, *n ? 2 * *n : 1, size);
    if (!grown) return am_fail_memory(error, am_size_mul(2 * *n, size));
    *array = grown;
  }
  memcpy((char *)*array + *n * size, element, size);
  ++*n;
  return AMINE_OK;
}

#define APPEND(plan, what, element, r)                                                             \
  append((void **)&(plan)->what, &(plan)->n_##what, element, sizeof *(plan)->what, (r)->error)

/* ------------------------------------------------------------------------------ populations */

amine_status am_model_plan_add_population(am_model_plan *plan,
                                          const am_model_plan_population *population,
                                          const am_reader *r, const am_where *where) {
  if (strlen(population->name) > AM_MODEL_PLAN_NAME)
    return am_refuse(r, where, NULL, "a name has at most %d bytes", AM_MODEL_PLAN_NAME);
  if (plan->n_populations >= AM_MODEL_PLAN_POPULATIONS)
    return am_refuse(r, where, NULL, "a model has at most %d populations",
                     AM_MODEL_PLAN_POPULATIONS);
  if ((size_t)population->n > plan->limits.neurons - plan->n_neurons)
    return am_refuse(r, where, NULL,
                     "with its %d neurons the model has %zu: at most %zu are allowed",
                     population->n, plan->n_neurons + (size_t)population->n, plan->limits.neurons);
  plan->n_neurons += (size_t)population->n;
  return APPEND(plan, populations, population, r);
}

amine_status am_model_plan_find(const am_model_plan *plan, int *number, const char *name,
                                const am_reader *r, const am_where *where) {
  am_nearest_word near = am_nearest_begin(name);
  for (size_t k = 0; k < plan->n_populations; k++) {
    if (strcmp(plan->populations[k].name, name) == 0) {
      *number = (int)k;
      return AMINE_OK;
    }
    am_nearest_try(&near, plan->populations[k].name);
  }
  return am_refuse(r, where, NULL, "there is no population \"%.60s\"%s%s%s", name,
                   near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

amine_status am_model_plan_find_receptor(const am_model_plan *plan, amine_receptor *number,
                                         int population, const char *name, const am_reader *r,
                                         const am_where *where) {
  const am_model_plan_population *p = &plan->populations[population];
  am_nearest_word near = am_nearest_begin(name ? name : "");
  int found = 2, k = 0;
  if (!name || strcmp(name, "excitatory") == 0) return *number = AMINE_RECEPTOR_1, AMINE_OK;
  if (strcmp(name, "inhibitory") == 0) return *number = AMINE_RECEPTOR_2, AMINE_OK;
  am_nearest_try(&near, "excitatory");
  am_nearest_try(&near, "inhibitory");
  for (k = 0; p->model->receptors[k]; k++, found++) {
    if (strcmp(p->model->receptors[k], name) == 0)
      return *number = (amine_receptor)found, AMINE_OK;
    am_nearest_try(&near, p->model->receptors[k]);
  }
  for (k = 0; k < p->n_receptors; k++, found++) {
    if (strcmp(p->receptors[k].name, name) == 0) return *number = (amine_receptor)found, AMINE_OK;
    am_nearest_try(&near, p->receptors[k].name);
  }
  return am_refuse(r, where, NULL,
                   "\"%.60s\" is no receptor of %s: excitatory, inhibitory, or one that its "
                   "\"receptors\" name%s%s%s",
                   name, p->name, near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

/* ------------------------------------------------------------------------------ projections */

/* Pairs that are expected to be connected; for distance, as if all were close. */
static double expected(const am_model_plan *plan, const amine_projection *p) {
  const double sources = plan->populations[p->source].n, targets = plan->populations[p->target].n;
  switch (p->connect) {
  case AMINE_CONNECT_ALL: return sources * targets;
  case AMINE_CONNECT_PROBABILITY:
  case AMINE_CONNECT_DISTANCE: return p->probability * sources * targets;
  case AMINE_CONNECT_OUT: return sources * (p->n_out < targets ? p->n_out : targets);
  case AMINE_CONNECT_IN: return targets * (p->n_in < sources ? p->n_in : sources);
  case AMINE_CONNECT_ONE_TO_ONE: return sources;
  case AMINE_CONNECT_LIST: return (double)p->n_pairs;
  case AMINE_CONNECT_TOTAL: return (double)p->n_total;
  }
  return 0;
}

amine_status am_model_plan_add_projection(am_model_plan *plan,
                                          const am_model_plan_projection *projection,
                                          const am_reader *r, const am_where *where) {
  if (plan->n_projections >= AM_MODEL_PLAN_PROJECTIONS)
    return am_refuse(r, where, NULL, "a model has at most %d projections",
                     AM_MODEL_PLAN_PROJECTIONS);
  const double n = plan->n_synapses + expected(plan, &projection->p);
  if (n > (double)plan->limits.synapses)
    return am_refuse(r, where, NULL,
                     "with its synapses the model has about %.3g: at most %zu are allowed", n,
                     plan->limits.synapses);
  plan->n_synapses = n;
  return APPEND(plan, projections, projection, r);
}

/* ------------------------------------------------------------------------------ the others */

amine_status am_model_plan_add_input(am_model_plan *plan, const am_model_plan_input *input,
                                     const am_reader *r) {
  return APPEND(plan, inputs, input, r);
}

amine_status am_model_plan_add_target(am_model_plan *plan, const am_model_plan_target *target,
                                      const am_reader *r) {
  return APPEND(plan, targets, target, r);
}

amine_status am_model_plan_add_sense(am_model_plan *plan, const am_model_plan_sense *sense,
                                     const am_reader *r) {
  return APPEND(plan, senses, sense, r);
}

amine_status am_model_plan_add_event(am_model_plan *plan, const amine_event_plan *event,
                                     const am_reader *r) {
  return APPEND(plan, events, event, r);
}

/* ------------------------------------------------------------------------------ names */

typedef struct entry {
  const char *name;
  bool named;
} entry;

static int compare(const void *a, const void *b) {
  return strcmp(((const entry *)a)->name, ((const entry *)b)->name);
}

/* A name that stands twice among the entries, at least once because the file says so, or NULL. */
static const char *twice(entry *entries, size_t n) {
  qsort(entries, n, sizeof *entries, compare);
  for (size_t k = 1; k < n; k++)
    if ((entries[k - 1].named || entries[k].named) && compare(&entries[k - 1], &entries[k]) == 0)
      return entries[k].name;
  return NULL;
}

amine_status am_model_plan_check_names(const am_model_plan *plan, const am_reader *r) {
  const size_t most =
      plan->n_populations > plan->n_projections ? plan->n_populations : plan->n_projections;
  entry *entries = am_alloc(most, sizeof *entries);
  if (!entries) return am_fail_memory(r->error, am_size_mul(most, sizeof *entries));
  const am_where file = {0};
  for (size_t k = 0; k < plan->n_populations; k++)
    entries[k] = (entry){plan->populations[k].name, true};
  const char *what = "populations", *name = twice(entries, plan->n_populations);
  if (!name) {
    for (size_t k = 0; k < plan->n_projections; k++)
      entries[k] = (entry){plan->projections[k].p.name, plan->projections[k].named};
    what = "projections", name = twice(entries, plan->n_projections);
  }
  am_free(entries);
  if (name) return am_refuse(r, &file, NULL, "two %s have the name \"%.60s\"", what, name);
  for (size_t k = 0; k < plan->n_populations; k++) /* whatever it was made from */
    if (!am_printable(plan->populations[k].name))
      return am_refuse(r, &file, NULL, "the name \"%.60s\" has control characters in it",
                       plan->populations[k].name);
  return AMINE_OK;
}
