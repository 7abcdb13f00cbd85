/* Events of a model file become plans of a brain. What the plans themselves judge (ranges beside
 * each other, populations that take no stimulus) is said by amine_brain_plan_event. */
#include "brain/model_event.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/model_input.h"

#define LATEST_MS 1e15

/* ------------------------------------------------------------------------------ keys */

typedef struct rule_keys {
  const char *after, *population, *follows;
  const json_t *more_than;
  int neuron, follows_neuron;
  double within_ms;
} rule_keys;

typedef struct event_keys {
  const char *name, *population, *sense;
  const json_t *at_ms, *when;
  int type;
  double value[2], seconds[4], alpha, otherwise, day_ms, every_ms[2], rate_hz, from_ms, until_ms;
  double delay_ms[2], probability, current, for_ms;
} event_keys;

#define AT(member) .offset = offsetof(rule_keys, member)
static const am_field rule_fields[] = {
    AM_FIELD_OF(TEXT, "after", AT(after),
                "each time that this event, which stands before, has come"),
    AM_FIELD_OF(TEXT, "population", AT(population), "whose spikes count", .others = "area"),
    AM_FIELD_OF(INTEGER, "neuron", AT(neuron), "which of its neurons, from 0; else all",
                .max = 1e7),
    AM_FIELD_OF(ANY, "more_than", AT(more_than), "a number, or another population: per neuron",
                .unit = "spikes"),
    AM_FIELD_OF(TEXT, "follows", AT(follows), "population: each spike after one of it"),
    AM_FIELD_OF(INTEGER, "follows_neuron", AT(follows_neuron), "which of its neurons; else all",
                .max = 1e7),
    AM_FIELD_IN(NUMBER, "within_ms", AT(within_ms), 1e-3, 1e6, "ms", "for so long spikes count"),
    {0}};
#undef AT
static const am_table rule_table = {.fields = rule_fields};

/* In the order of these words: the kind, and which of `seconds` is its second number. */
static const char type_words[] = "reward|punishment|uncertainty|novelty|attention|circadian|cue";
enum { EXPECTED, STRESS, NOVELTY, SLEEP_NEED, NO_SECOND };
static const struct {
  amine_event_kind kind;
  int second;
} types[] = {{AMINE_EVENT_REWARD, EXPECTED},     {AMINE_EVENT_PUNISHMENT, STRESS},
             {AMINE_EVENT_UNCERTAINTY, NOVELTY}, {AMINE_EVENT_NOVELTY, NO_SECOND},
             {AMINE_EVENT_ATTENTION, NOVELTY},   {AMINE_EVENT_CIRCADIAN, SLEEP_NEED},
             {AMINE_EVENT_CUE, NO_SECOND}};
static const char second_words[] = "expected|stress|novelty|sleep_need";

static const char *own_name(const json_t *event, char *out, size_t size) {
  (void)out, (void)size;
  return json_string_value(json_object_get(event, "name"));
}

#define AT(member) .offset = offsetof(event_keys, member)
#define NUMBER(key, also, low, high, of, text)                                                     \
  AM_FIELD_IN(NUMBER, #key, AT(key), low, high, of, text, .others = also)
#define SECOND(key, k, text) AM_FIELD_IN(NUMBER, #key, AT(seconds[k]), -1e6, 1e6, NULL, text)
#define RANGE(key, also, low, high, of, text)                                                      \
  AM_FIELD_IN(RANGE, #key, AT(key), low, high, of, text, .others = also)
#define TEXT(key, also, text) AM_FIELD_OF(TEXT, #key, AT(key), text, .others = also)
static const am_field event_fields[] = {
    TEXT(name, NULL, "for rules, paths and records; else its type"),
    AM_FIELD_OF(WORD, "type", AT(type), "what happens; else its name says it", .others = "kind",
                .words = type_words),
    RANGE(value, "amount|magnitude", -1e6, 1e6, NULL, "how much; of a range, drawn each time"),
    SECOND(expected, EXPECTED, "of a reward: how much of it was expected"),
    SECOND(stress, STRESS, "of a punishment"),
    SECOND(novelty, NOVELTY, "of uncertainty and attention"),
    SECOND(sleep_need, SLEEP_NEED, "of circadian events"),
    NUMBER(alpha, NULL, 0, 1, NULL, "of a reward: expected follows by this"),
    NUMBER(otherwise, NULL, -1e6, 1e6, NULL, "value where a count of spikes does not hold"),
    NUMBER(day_ms, NULL, 1e-3, 1e12, "ms", "of circadian events: value times sin(2 pi t / day)"),
    AM_FIELD_OF(ANY, "at_ms", AT(at_ms), "when it comes: a time or an array of times",
                .others = "times_ms", .unit = "ms"),
    RANGE(every_ms, "period_ms|interval_ms", 1e-3, 1e12, "ms", "or its period; a range: drawn"),
    NUMBER(rate_hz, NULL, 1e-9, 1e6, "Hz", "or at random, a Poisson process"),
    AM_FIELD_OF(OBJECT, "when", AT(when), "or by what the brain does", .inside = &rule_table),
    NUMBER(from_ms, "start_ms", 0, LATEST_MS, "ms", "not before"),
    NUMBER(until_ms, "stop_ms", 0, LATEST_MS, "ms", "only before"),
    RANGE(delay_ms, NULL, 0, 1e6, "ms", "how much later it comes"),
    NUMBER(probability, NULL, 0, 1, NULL, "that it comes, each time"),
    TEXT(population, "area", "of a cue: whom it stimulates"),
    TEXT(sense, NULL, "or the sense whose area it is"),
    NUMBER(current, NULL, -1e6, 1e6, "mV or pA", "of a cue; neurons of model spikes fire once"),
    NUMBER(for_ms, NULL, 0, 1e9, "ms", "how long a cue lasts"),
    {0}};
#undef AT
const am_table am_event_table = {.fields = event_fields, .name = own_name};

/* ------------------------------------------------------------------------------ times */

static amine_status read_times(amine_event_plan *p, am_model_plan *plan, const am_reader *r,
                               const am_where *above, const json_t *value) {
  static const am_field time = {.kind = AM_FIELD_NUMBER, .max = LATEST_MS};
  const am_where where = {.above = above, .key = "at_ms"};
  const bool list = json_is_array(value);
  const size_t n = list ? json_array_size(value) : 1;
  void *times = NULL;
  if (n == 0) return am_refuse(r, &where, NULL, "a time, or an array of times");
  AM_TRY(am_model_plan_alloc(plan, &times, n, sizeof(double), r->error));
  for (size_t k = 0; k < n; k++) {
    const am_where here = {.above = &where, .index = k, .element = true};
    AM_TRY(am_field_read(r, list ? &here : &where, list ? json_array_get(value, k) : value, &time,
                         (double *)times + k));
  }
  p->at_ms = times;
  p->n_at = n;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ rules */

/* The number of an event that stands before. */
static amine_status find_event(const am_model_plan *plan, int *number, const char *name,
                               const am_reader *r, const am_where *above) {
  const am_where where = {.above = above, .key = "after"};
  am_nearest_word near = am_nearest_begin(name);
  for (size_t k = 0; k < plan->n_events; k++) {
    am_nearest_try(&near, plan->events[k].name);
    if (strcmp(plan->events[k].name, name) != 0) continue;
    *number = (int)k;
    return AMINE_OK;
  }
  return am_refuse(r, &where, NULL, "there is no event \"%.60s\" before this one%s%s%s", name,
                   near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

static amine_status find_neurons(const am_model_plan *plan, int *population, int *neuron,
                                 const char *name, int which, const char *key, const am_reader *r,
                                 const am_where *above) {
  const am_where where = {.above = above, .key = key};
  if (!name) return AMINE_OK;
  AM_TRY(am_model_plan_find(plan, population, name, r, &where));
  if (which >= plan->populations[*population].n)
    return am_refuse(r, above, NULL, "\"%.60s\" has no neuron %d: they are counted from 0", name,
                     which);
  *neuron = which;
  return AMINE_OK;
}

static amine_status read_more_than(amine_event_rule *rule, const am_model_plan *plan,
                                   const am_reader *r, const am_where *above, const json_t *value) {
  static const am_field number = {.kind = AM_FIELD_NUMBER, .max = 1e15};
  const am_where where = {.above = above, .key = "more_than"};
  if (!value) return AMINE_OK;
  if (json_is_string(value))
    return am_model_plan_find(plan, &rule->versus, json_string_value(value), r, &where);
  return am_field_read(r, &where, value, &number, &rule->than);
}

static amine_status read_rule(amine_event_plan *p, const am_model_plan *plan, am_reader *r,
                              const am_where *above, const json_t *object, bool generous) {
  const am_where where = {.above = above, .key = "when"};
  amine_event_rule *rule = &p->rule;
  rule_keys keys = {.neuron = -1, .follows_neuron = -1, .within_ms = rule->within_ms};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &rule_table, generous, &keys));
  if (!keys.after && !keys.population)
    return am_refuse(r, &where, NULL, "after which event, or spikes of which population?");
  if (keys.after) AM_TRY(find_event(plan, &rule->after, keys.after, r, &where));
  AM_TRY(find_neurons(plan, &rule->population, &rule->neuron, keys.population, keys.neuron,
                      "population", r, &where));
  AM_TRY(find_neurons(plan, &rule->follows, &rule->follows_neuron, keys.follows,
                      keys.follows_neuron, "follows", r, &where));
  if (keys.more_than && !(keys.after && keys.population))
    return am_refuse(r, &where, NULL, "more_than needs after and population");
  AM_TRY(read_more_than(rule, plan, r, &where, keys.more_than));
  rule->within_ms = keys.within_ms;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ an event */

/* Its second number is that of its type alone. */
static amine_status check_seconds(const json_t *object, const event_keys *keys, const am_reader *r,
                                  const am_where *where) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    const int second = am_word_index(second_words, key);
    const am_where here = {.above = where, .key = key};
    if (second >= 0 && second != types[keys->type].second)
      return am_refuse(r, &here, NULL, "an event of type %s has none",
                       amine_event_name(types[keys->type].kind));
  }
  return AMINE_OK;
}

static amine_status find_stimulated(amine_event_plan *p, const am_model_plan *plan,
                                    const event_keys *keys, const am_reader *r,
                                    const am_where *above) {
  const am_where population = {.above = above, .key = "population"};
  const am_where sense = {.above = above, .key = "sense"};
  if (keys->population && keys->sense)
    return am_refuse(r, above, NULL, "a cue goes to a population or to a sense: one of the two");
  if (keys->population)
    AM_TRY(am_model_plan_find(plan, &p->stimulates, keys->population, r, &population));
  if (!keys->sense) return AMINE_OK;
  const am_model_plan_sense *found = NULL;
  AM_TRY(am_sense_find(plan, &found, keys->sense, r, &sense));
  p->stimulates = found->population;
  return AMINE_OK;
}

/* The type that an event names, or is named by. */
static amine_status find_type(event_keys *keys, const json_t *object, const char *name,
                              const am_reader *r, const am_where *where) {
  if (json_object_get(object, "type") || json_object_get(object, "kind")) return AMINE_OK;
  keys->type = name ? am_word_index(type_words, name) : -1;
  if (keys->type >= 0) return AMINE_OK;
  return am_refuse(r, where, NULL, "type is missing: one of %s", type_words);
}

static amine_status read_event(am_model_plan *plan, am_reader *r, const am_where *where,
                               const json_t *object, const char *name, bool generous) {
  event_keys keys = {.value = {1, 1}, .otherwise = NAN, .until_ms = INFINITY, .probability = 1};
  AM_TRY(am_table_read(r, where, object, &am_event_table, generous, &keys));
  AM_TRY(find_type(&keys, object, name, r, where));
  AM_TRY(check_seconds(object, &keys, r, where));
  amine_event_plan p = amine_event_plan_default(types[keys.type].kind);
  p.name = name ? name : amine_event_name(p.kind);
  if (strlen(p.name) > AM_MODEL_PLAN_NAME)
    return am_refuse(r, where, NULL, "a name has at most %d bytes", AM_MODEL_PLAN_NAME);
  p.first = keys.value[0], p.first_max = keys.value[1];
  if (types[keys.type].second != NO_SECOND) p.second = keys.seconds[types[keys.type].second];
  p.alpha = keys.alpha, p.otherwise = keys.otherwise, p.day_ms = keys.day_ms;
  p.every_ms = keys.every_ms[0], p.every_max_ms = keys.every_ms[1], p.rate_hz = keys.rate_hz;
  p.from_ms = keys.from_ms, p.until_ms = keys.until_ms, p.probability = keys.probability;
  p.delay_ms = keys.delay_ms[0], p.delay_max_ms = keys.delay_ms[1];
  p.current = keys.current, p.for_ms = keys.for_ms;
  if (keys.at_ms) AM_TRY(read_times(&p, plan, r, where, keys.at_ms));
  AM_TRY(read_rule(&p, plan, r, where, keys.when, generous));
  AM_TRY(find_stimulated(&p, plan, &keys, r, where));
  return am_model_plan_add_event(plan, &p, r);
}

amine_status am_events_read(am_model_plan *plan, am_reader *r, const am_where *where,
                            const json_t *all, bool generous) {
  am_items items = {.all = all};
  while (all && am_items_next(&items)) {
    const am_where here = am_where_item(where, &items);
    AM_TRY(read_event(plan, r, &here, items.value, items.name, generous));
  }
  return AMINE_OK;
}
