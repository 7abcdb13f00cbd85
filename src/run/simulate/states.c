#include "run/simulate/states.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/steps.h"
#include "brain/model_field.h"
#include "brain/state.h"

typedef struct state_keys {
  const char *name, *population, *state;
  const json_t *neurons;
  double range[2], every_ms, from_ms, until_ms;
} state_keys;

#define AT(member) .offset = offsetof(state_keys, member)
#define TIME(key, low, text) AM_FIELD_IN(NUMBER, #key, AT(key), low, 1e15, "ms", text)
static const am_field state_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of what is recorded; POPULATION.STATE without one"),
    AM_FIELD_OF(TEXT, "population", AT(population), "whose neurons they are"),
    AM_FIELD_OF(TEXT, "state", AT(state), "of the model: v, u, g_e, ..."),
    AM_FIELD_OF(ARRAY, "neurons", AT(neurons), "their numbers; all without them"),
    AM_FIELD_IN(RANGE, "range", AT(range), 0, 1e7, "neurons", "or: the first and the last of them"),
    TIME(every_ms, 1e-3, "time between two looks"),
    TIME(from_ms, 0, "when it begins"),
    TIME(until_ms, 0, "when it ends"),
    {0}};
#undef AT
static const am_table state_table = {.fields = state_fields};

void am_states_free(am_states *s) {
  for (int k = 0; k < s->n; k++) {
    am_free(s->entries[k].neurons);
    am_free(s->entries[k].row);
    am_recorder_free(&s->entries[k].recorder);
  }
  am_free(s->entries);
  *s = (am_states){0};
}

/* ------------------------------------------------------------------------------ reading */

static amine_status find_population(am_states_entry *e, const amine_brain *brain,
                                    const state_keys *keys, const am_reader *r,
                                    const am_where *above) {
  const am_where where = {.above = above, .key = "population"};
  const am_where state = {.above = above, .key = "state"};
  const char *missing = !keys->population ? "population" : !keys->state ? "state" : NULL;
  am_nearest_word near = am_nearest_begin(keys->population ? keys->population : "");
  amine_error detail = {0};
  int which = 0;
  if (missing) return am_refuse(r, above, NULL, "%s is missing", missing);
  for (e->population = 0; e->population < brain->n_populations; e->population++) {
    const char *name = brain->populations[e->population].name;
    if (strcmp(name, keys->population) == 0) break;
    am_nearest_try(&near, name);
  }
  if (e->population == brain->n_populations)
    return am_refuse(r, &where, NULL, "there is no population \"%.60s\"%s%s%s", keys->population,
                     near.best ? "; did you mean " : "", near.best ? near.best : "",
                     near.best ? "?" : "");
  if (am_brain_find_state(&which, brain, e->population, keys->state, &detail) != AMINE_OK)
    return am_refuse(r, &state, NULL, "%s", detail.message);
  e->state = brain->populations[e->population].model->states[which];
  if (keys->name) snprintf(e->name, sizeof e->name, "%.150s", keys->name);
  else snprintf(e->name, sizeof e->name, "%.100s.%.50s", keys->population, e->state);
  return AMINE_OK;
}

static amine_status read_neurons(am_states_entry *e, const json_t *object, const state_keys *keys,
                                 int n, const am_reader *r, const am_where *above) {
  const am_where where = {.above = above, .key = "neurons"},
                 range = {.above = above, .key = "range"};
  const am_field index = {.kind = AM_FIELD_INTEGER, .max = n - 1};
  const bool ranged = json_object_get(object, "range");
  const double first = ranged ? keys->range[0] : 0, last = ranged ? keys->range[1] : n - 1;
  if (ranged && keys->neurons)
    return am_refuse(r, above, NULL, "neurons or range say which are recorded: one of the two");
  if (!(last < n) || first != floor(first) || last != floor(last))
    return am_refuse(r, &range, NULL,
                     "[%.10g, %.10g]: the first and the last neuron, whole numbers from 0 to %d",
                     first, last, n - 1);
  const size_t count = keys->neurons ? json_array_size(keys->neurons) : (size_t)(last - first) + 1;
  if (count == 0 || count > AM_STATES_MOST)
    return am_refuse(r, &where, NULL, "%zu neurons are chosen", count);
  AM_TRY(AM_TAKE(e->neurons, count, r->error));
  AM_TRY(AM_TAKE(e->row, count, r->error));
  e->n = (int)count;
  for (int k = 0; k < e->n; k++) {
    const am_where here = {.above = &where, .index = (size_t)k, .element = true};
    e->neurons[k] = (int)first + k;
    if (keys->neurons)
      AM_TRY(am_field_read(r, &here, json_array_get(keys->neurons, (size_t)k), &index,
                           &e->neurons[k]));
  }
  return AMINE_OK;
}

static amine_status read_entry(am_states_entry *e, double *n_numbers, const json_t *object,
                               const amine_brain *brain, uint64_t end, am_reader *r,
                               const am_where *where) {
  const double dt_ms = amine_brain_dt(brain);
  state_keys keys = {.every_ms = 1, .until_ms = 1e15};
  AM_TRY(am_table_read(r, where, object, &state_table, false, &keys));
  AM_TRY(find_population(e, brain, &keys, r, where));
  AM_TRY(read_neurons(e, object, &keys, brain->populations[e->population].n, r, where));
  e->every_ms = keys.every_ms < dt_ms ? dt_ms : keys.every_ms;
  e->from = am_steps(keys.from_ms, dt_ms);
  e->until = am_steps(keys.until_ms, dt_ms);
  const uint64_t last = e->until < end ? e->until : end;
  if (e->from < last) *n_numbers += ((double)(last - e->from) * dt_ms / e->every_ms + 1) * e->n;
  if (*n_numbers > AM_STATES_MOST)
    return am_refuse(
        r, where, NULL,
        "with it %.3g numbers would be recorded, at most %d are: record fewer neurons, "
        "less often (every_ms), or not the whole time (from_ms, until_ms)",
        *n_numbers, AM_STATES_MOST);
  e->recorder = (am_recorder){.name = e->key, .n_columns = (size_t)e->n};
  return AMINE_OK;
}

amine_status am_states_read(am_states *states, const am_simulation_config *config,
                            const amine_brain *brain, uint64_t end, amine_error *error) {
  am_reader r = {.parts = config->parts, .file = config->source, .error = error};
  const am_where file = {0}, record = {.above = &file, .key = "record"};
  const am_where list = {.above = &record, .key = "states"};
  const json_t *array = am_tree_get(config->root, "record.states");
  const size_t n = json_array_size(array);
  double n_numbers = 0;
  if (!array) return AMINE_OK;
  if (!json_is_array(array) || n > AM_STATES_ENTRIES)
    return am_refuse(&r, &list, json_is_array(array) ? NULL : array,
                     "it must be an array of at most %d objects", AM_STATES_ENTRIES);
  AM_TRY(AM_TAKE(states->entries, n + 1, error));
  for (size_t k = 0; k < n; k++) {
    am_states_entry *e = &states->entries[states->n++]; /* before a failure, so that it is freed */
    const am_where here = {.above = &list, .index = k, .element = true};
    snprintf(e->key, sizeof e->key, "states.%zu", k);
    AM_TRY(read_entry(e, &n_numbers, json_array_get(array, k), brain, end, &r, &here));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ recording */

static amine_status sample(am_states_entry *e, const amine_brain *brain, uint64_t now,
                           amine_error *error) {
  const am_real *values;
  AM_TRY(am_brain_state(&values, brain, e->population, e->state, error));
  for (int k = 0; k < e->n; k++) e->row[k] = (float)values[e->neurons[k]];
  return am_recorder_add(&e->recorder, (double)now * amine_brain_dt(brain) * 1e-3, e->row, error);
}

amine_status am_states_attend(am_states *states, const amine_brain *brain, uint64_t now,
                              uint64_t *until, amine_error *error) {
  const double dt_ms = amine_brain_dt(brain);
  for (int k = 0; k < states->n; k++) {
    am_states_entry *e = &states->entries[k];
    if (now > e->until) continue;
    if (now >= e->from && am_is_tick(now, e->every_ms, dt_ms)) AM_TRY(sample(e, brain, now, error));
    const uint64_t next = am_next_tick(now >= e->from ? now : e->from - 1, e->every_ms, dt_ms);
    if (next < *until) *until = next;
  }
  return AMINE_OK;
}
