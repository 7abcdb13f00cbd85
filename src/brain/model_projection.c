/* Synapses from one population to another, and the reach of the modulators. */
#include "brain/model_projection.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/model_texts.h"
#include "brain/model_pairs.h"
#include "brain/model_values.h"
#include "brain/parts.h"
#include "kernel/exponential.h"

const char am_factor_words[] =
    "none|dopamine|signed|acetylcholine|norepinephrine|serotonin|all|signed-all";

/* ------------------------------------------------------------------------------ keys */

typedef struct projection_keys {
  const char *name, *source, *target, *receptor;
  const json_t *rule, *values, *short_term;
  am_pairs_keys list;
  int connect, n_out, n_in, factor;
  double probability, radius, velocity, total, dendritic_delay_ms;
  am_drawable weight, delay_ms;
  bool self;
} projection_keys;

typedef struct short_term_keys {
  double u, tau_rec_ms, tau_facil_ms;
} short_term_keys;

#define AT(member) .offset = offsetof(short_term_keys, member)
static const am_field short_term_fields[] = {
    AM_FIELD_IN(NUMBER, "u", AT(u), 0, 1, NULL,
                "share of the resources that a spike uses; 0: no short-term plasticity",
                .others = "U"),
    AM_FIELD_IN(NUMBER, "tau_rec_ms", AT(tau_rec_ms), 0, 1e6, "ms", "in which they recover"),
    AM_FIELD_IN(NUMBER, "tau_facil_ms", AT(tau_facil_ms), 0, 1e6, "ms",
                "in which the share falls back to u"),
    {0}};
#undef AT
static const am_table short_term_table = {.fields = short_term_fields};

static const am_part *rule_of(const am_registry *parts, const json_t *projection) {
  const json_t *rule = json_object_get(projection, "rule");
  return rule ? am_model_texts_part(parts, AM_SYNAPSE, rule) : &am_none_synapse.part;
}

static const am_more parameters = {.part = rule_of};

/* The name, or SOURCE-TARGET. */
static const char *own_name(const json_t *projection, char *out, size_t size) {
  const char *name = json_string_value(json_object_get(projection, "name"));
  const char *source = json_string_value(json_object_get(projection, "source"));
  const char *target = json_string_value(json_object_get(projection, "target"));
  if (name) return name;
  if (!source || !target || size == 0) return NULL;
  snprintf(out, size, "%.64s-%.64s", source, target);
  return out;
}

static const char connect_words[] = "all|probability|out|distance|one-to-one|list|in|total";

#define AT(member) .offset = offsetof(projection_keys, member)
#define NUMBER(key, low, high, of, text) AM_FIELD_IN(NUMBER, #key, AT(key), low, high, of, text)
#define COUNT(key, text) AM_FIELD_IN(INTEGER, #key, AT(key), 1, 1e7, NULL, text)
#define SPREAD(key, low, high, of, text) AM_FIELD_IN(SPREAD, #key, AT(key), low, high, of, text)
#define WORD(key, list, text) AM_FIELD_OF(WORD, #key, AT(key), text, .words = list)
#define TEXT(key, text) AM_FIELD_OF(TEXT, #key, AT(key), text)
static const am_field projection_fields[] = {
    TEXT(name, "of the projection; SOURCE-TARGET without one"),
    TEXT(source, "population that it comes from"),
    TEXT(target, "population that it goes to"),
    TEXT(receptor, "of the target, where arrivals go: excitatory, inhibitory, or one of its own"),
    WORD(connect, connect_words, "who is connected with whom"),
    NUMBER(probability, 1e-9, 1, NULL,
           "of each pair; with connect=distance times exp(-distance / radius)"),
    NUMBER(radius, 1e-6, 1e6, "sites", "of connect=distance"),
    COUNT(n_out, "of connect=out: targets of each source"),
    COUNT(n_in, "of connect=in: sources of each target"),
    NUMBER(total, 1, INT32_MAX, "synapses",
           "of connect=total: so many, each from a neuron to a neuron that are drawn from all"),
    AM_FIELD_OF(SWITCH, "self", AT(self), "whether a neuron may be its own target"),
    AM_FIELD_OF(ARRAY, "pairs", AT(list.pairs),
                "of connect=list: [[source, target], ...] or [[source, target, weight], ...]"),
    AM_FIELD_OF(TEXT, "file", AT(list.file), "of connect=list, instead: CSV or text, NPY, or NPZ"),
    AM_FIELD_OF(TEXT, "checksum", AT(list.checksum),
                "CRC-32C of the file, 8 digits: another file is refused"),
    SPREAD(
        weight, -1e6, 1e6, NULL,
        "of each synapse, or [low, high] between which it is drawn, or {\"normal\": [mean, sd]}"),
    SPREAD(delay_ms, 1e-3, 1e5, "ms",
           "of a spike, or [low, high] between which it is drawn, or {\"normal\": [mean, sd]}"),
    NUMBER(dendritic_delay_ms, 0, 1e5, "ms", "of it behind the synapse: the dendrite's part"),
    NUMBER(velocity, 0, 1e6, "sites per ms", "adds distance / velocity to the delay; 0: nothing"),
    AM_FIELD_OF(
        ANY, "rule", AT(rule),
        "of plasticity (amine list synapses), or a text of equations: its path, or its lines"),
    AM_FIELD_OF(VALUES, "values", AT(values), "parameters of the rule", .more = &parameters),
    WORD(factor, am_factor_words, "the modulator that multiplies the changes"),
    AM_FIELD_OF(OBJECT, "short_term", AT(short_term),
                "short-term plasticity of the source's spikes", .inside = &short_term_table),
    {0}};
#undef AT
const am_table am_projection_table = {.fields = projection_fields, .name = own_name};

/* ------------------------------------------------------------------------------ projections */

static amine_status read_rule(am_model_plan_projection *out, am_model_plan *plan, am_reader *r,
                              const am_where *where, const projection_keys *keys) {
  const am_where rule = {.above = where, .key = "rule"}, inside = {.above = where, .key = "values"};
  am_values_source source = {.part = &am_none_synapse.part};
  am_values values = {0};
  amine_projection *p = &out->p;
  if (keys->rule) AM_TRY(am_part_read(&source.part, r, &rule, AM_SYNAPSE, keys->rule, false));
  AM_TRY(am_values_read(&values, plan, r, &inside, keys->values, &source));
  if (keys->rule || values.n_values) { /* none: scaling and decay */
    p->rule = source.part->name;
    out->rule = (const am_synapse_rule *)source.part;
  }
  p->values = values.values, p->n_values = values.n_values;
  p->factor = (amine_third_factor)keys->factor;
  return AMINE_OK;
}

/* A learning synapse begins within the bounds of its rule. */
static amine_status check_weights(const am_model_plan_projection *of, const am_reader *r,
                                  const am_where *above) {
  const amine_projection *p = &of->p;
  const am_where where = {.above = above, .key = "weight"};
  const am_part *rule = of->rule ? &of->rule->part : NULL;
  double bounds[2] = {-HUGE_VAL, HUGE_VAL}, low = p->weight, high = p->weight_max;
  static const char *const names[2] = {"w_min", "w_max"};
  for (int b = 0; b < 2; b++) {
    if (rule) bounds[b] = am_parameter_find(rule, names[b], false)->standard;
    for (int k = 0; k < p->n_values; k++)
      if (strcmp(p->values[k].name, names[b]) == 0) bounds[b] = p->values[k].value;
  }
  const amine_draw *drawn = p->weights_drawn; /* what is beyond the bounds begins at them */
  if (drawn) low = high = drawn->kind == AMINE_DRAW_LOGNORMAL ? am_exp(drawn->a) : drawn->a;
  for (size_t k = 0; k < p->n_pairs && p->weights; k++) {
    low = k == 0 ? (double)p->weights[0] : fmin(low, (double)p->weights[k]);
    high = k == 0 ? low : fmax(high, (double)p->weights[k]);
  }
  if (low >= bounds[0] && high <= bounds[1]) return AMINE_OK;
  return am_refuse(r, &where, NULL,
                   "[%.10g, %.10g]: rule %s keeps weights in w_min to w_max, %.10g to %.10g", low,
                   high, p->rule, bounds[0], bounds[1]);
}

static amine_status read_short_term(amine_projection *p, am_reader *r, const am_where *above,
                                    const json_t *object) {
  const am_where where = {.above = above, .key = "short_term"};
  short_term_keys keys = {p->stp_u, p->stp_tau_rec_ms, p->stp_tau_facil_ms};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &short_term_table, false, &keys));
  p->stp_u = keys.u, p->stp_tau_rec_ms = keys.tau_rec_ms, p->stp_tau_facil_ms = keys.tau_facil_ms;
  return AMINE_OK;
}

static amine_status find(const am_model_plan *plan, const am_reader *r, const am_where *above,
                         const char *key, const char *name, int *number) {
  const am_where where = {.above = above, .key = key};
  if (!name) return am_refuse(r, above, NULL, "%s is missing: the name of a population", key);
  return am_model_plan_find(plan, number, name, r, &where);
}

static amine_status check_connect(const projection_keys *keys, const am_reader *r,
                                  const am_where *where, const json_t *object) {
  static const char *const needs[] = {NULL, "probability", "n_out", "radius",
                                      NULL, NULL,          "n_in",  "total"};
  const char *need = needs[keys->connect];
  if (!json_object_get(object, "connect"))
    return am_refuse(r, where, NULL, "connect is missing: one of %s", connect_words);
  if (need && !json_object_get(object, need))
    return am_refuse(r, where, NULL, "connect=%s needs %s",
                     json_string_value(json_object_get(object, "connect")), need);
  return AMINE_OK;
}

static amine_status check_dendrite(const projection_keys *keys, const am_reader *r,
                                   const am_where *above) {
  const am_where where = {.above = above, .key = "dendritic_delay_ms"};
  if (keys->dendritic_delay_ms <= keys->delay_ms.range[0]) return AMINE_OK;
  return am_refuse(r, &where, NULL, "%.10g: at most the whole delay, delay_ms=%.10g",
                   keys->dendritic_delay_ms, keys->delay_ms.range[0]);
}

/* The keys at the values of amine_projection_default. */
static projection_keys standard(const amine_projection *p) {
  return (projection_keys){.connect = (int)p->connect,
                           .n_out = p->n_out,
                           .n_in = p->n_in,
                           .factor = (int)p->factor,
                           .probability = p->probability,
                           .radius = p->radius,
                           .velocity = p->velocity,
                           .weight = {.range = {p->weight, p->weight}},
                           .delay_ms = {.range = {p->delay_ms, p->delay_ms}},
                           .self = p->self_connections != 0};
}

/* [low, high], or what is drawn otherwise. */
static amine_status read_spread(double *low, double *high, const amine_draw **drawn,
                                am_model_plan *plan, am_reader *r, const am_where *above,
                                const char *key, const am_drawable *spread) {
  const am_where where = {.above = above, .key = key};
  void *block;
  *low = spread->range[0], *high = spread->range[1];
  if (!spread->drawn) return AMINE_OK;
  AM_TRY(am_model_plan_alloc(plan, &block, 1, sizeof **drawn, r->error));
  amine_draw *draw = block;
  AM_TRY(am_drawn_read(draw, r, &where, spread->drawn, am_table_field(&am_projection_table, key)));
  if (draw->kind == AMINE_DRAW_UNIFORM) *low = draw->a, *high = draw->b;
  else *drawn = draw;
  return AMINE_OK;
}

static amine_status read_projection(am_model_plan *plan, am_reader *r, const am_where *where,
                                    const json_t *object) {
  am_model_plan_projection projection = {.p = amine_projection_default()};
  amine_projection *p = &projection.p;
  projection_keys keys = standard(p);
  AM_TRY(am_table_read(r, where, object, &am_projection_table, false, &keys));
  AM_TRY(find(plan, r, where, "source", keys.source, &p->source));
  AM_TRY(find(plan, r, where, "target", keys.target, &p->target));
  AM_TRY(check_connect(&keys, r, where, object));
  const am_where receptor = {.above = where, .key = "receptor"};
  AM_TRY(am_model_plan_find_receptor(plan, &p->receptor, p->target, keys.receptor, r, &receptor));
  p->connect = (amine_connect)keys.connect;
  p->probability = keys.probability;
  if (p->connect == AMINE_CONNECT_DISTANCE && !json_object_get(object, "probability"))
    p->probability = 1;
  p->radius = keys.radius;
  p->n_out = keys.n_out;
  p->n_in = keys.n_in;
  p->self_connections = keys.self;
  p->n_total = (size_t)keys.total;
  AM_TRY(check_dendrite(&keys, r, where));
  p->dendritic_delay_ms = keys.dendritic_delay_ms;
  p->velocity = keys.velocity;
  AM_TRY(read_spread(&p->weight, &p->weight_max, &p->weights_drawn, plan, r, where, "weight",
                     &keys.weight));
  AM_TRY(read_spread(&p->delay_ms, &p->delay_max_ms, &p->delays_drawn, plan, r, where, "delay_ms",
                     &keys.delay_ms));
  if (p->connect == AMINE_CONNECT_LIST) AM_TRY(am_pairs_read(p, plan, r, where, &keys.list));
  AM_TRY(read_rule(&projection, plan, r, where, &keys));
  AM_TRY(check_weights(&projection, r, where));
  AM_TRY(read_short_term(p, r, where, keys.short_term));
  char room[200];
  AM_TRY(am_model_plan_text(plan, &p->name, own_name(object, room, sizeof room), r->error));
  if (strlen(p->name) > 2 * AM_MODEL_PLAN_NAME + 1)
    return am_refuse(r, where, NULL, "a projection's name has at most %d bytes",
                     2 * AM_MODEL_PLAN_NAME + 1);
  projection.named = keys.name != NULL;
  return am_model_plan_add_projection(plan, &projection, r, where);
}

amine_status am_projections_read(am_model_plan *plan, am_reader *r, const am_where *where,
                                 const json_t *array) {
  size_t k;
  json_t *value;
  json_array_foreach(array, k, value) {
    char room[200];
    const am_where here =
        am_where_element(where, value, k, &am_projection_table, room, sizeof room);
    AM_TRY(read_projection(plan, r, &here, value));
  }
  return AMINE_OK;
}

amine_status am_projections_check(const am_model_plan *plan, const am_reader *r) {
  const am_where file = {0}, projections = {.above = &file, .key = "projections"};
  for (size_t k = 0; k < plan->n_projections && !plan->has_chemical; k++) {
    const amine_projection *p = &plan->projections[k].p;
    const am_where name = {.above = &projections, .key = p->name};
    if (p->factor != AMINE_FACTOR_NONE)
      return am_refuse(r, &name, NULL,
                       "it has a third factor, but the model has no neuromodulation");
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ targets */

typedef struct target_keys {
  const char *population;
  const json_t *effects;
  double delay_ms, tau_ms;
} target_keys;

static const char effect_words[] = "learning|gain|threshold|sensory|arousal";

static const char *target_name(const json_t *target, char *out, size_t size) {
  (void)out, (void)size;
  return json_string_value(json_object_get(target, "population"));
}

#define AT(member) .offset = offsetof(target_keys, member)
static const am_field target_fields[] = {
    TEXT(population, "that the modulators reach"),
    AM_FIELD_OF(ANY, "effects", AT(effects), "what they do to it: a word or an array of words",
                .words = effect_words),
    NUMBER(delay_ms, 0, 1e5, "ms", "how late the levels arrive"),
    NUMBER(tau_ms, 0, 1e7, "ms", "over which they are averaged; 0: not"),
    {0}};
#undef AT
const am_table am_target_table = {.fields = target_fields, .name = target_name};

static amine_status read_effects(unsigned *effects, const am_reader *r, const am_where *where,
                                 const json_t *value) {
  static const am_field field = {.kind = AM_FIELD_WORD, .words = effect_words};
  size_t k;
  json_t *word;
  int which = 0;
  *effects = 0;
  if (!json_is_array(value)) {
    AM_TRY(am_field_read(r, where, value, &field, &which));
    *effects = 1u << which;
  }
  json_array_foreach(value, k, word) {
    const am_where here = {.above = where, .index = k, .element = true};
    AM_TRY(am_field_read(r, &here, word, &field, &which));
    *effects |= 1u << which;
  }
  return AMINE_OK;
}

amine_status am_targets_read(am_model_plan *plan, am_reader *r, const am_where *where,
                             const json_t *array) {
  size_t k;
  json_t *value;
  json_array_foreach(array, k, value) {
    const am_where here = am_where_element(where, value, k, &am_target_table, NULL, 0);
    const am_where effects = {.above = &here, .key = "effects"};
    target_keys keys = {0};
    am_model_plan_target t = {.effects = AMINE_EFFECT_LEARNING | AMINE_EFFECT_GAIN |
                                         AMINE_EFFECT_THRESHOLD};
    AM_TRY(am_table_read(r, &here, value, &am_target_table, false, &keys));
    AM_TRY(find(plan, r, &here, "population", keys.population, &t.population));
    if (keys.effects) AM_TRY(read_effects(&t.effects, r, &effects, keys.effects));
    t.delay_ms = keys.delay_ms, t.tau_ms = keys.tau_ms;
    AM_TRY(am_model_plan_add_target(plan, &t, r));
  }
  return AMINE_OK;
}
