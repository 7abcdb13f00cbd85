/* One rule and one way to connect, for all pairs of areas. */
#include "brain/lattice_synapses.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/model_projection.h"
#include "brain/model_texts.h"
#include "brain/parts.h"

/* ------------------------------------------------------------------------------ keys */

typedef struct plasticity_keys {
  const json_t *rule, *homeostatic, *metaplasticity, *short_term;
  int factor;
  bool enabled;
} plasticity_keys;

typedef struct homeostatic_keys {
  double target_rate, time_window, scaling_rate;
  bool enabled;
} homeostatic_keys;

typedef struct metaplasticity_keys {
  double bcm_tau, bcm_target_rate;
  bool enabled;
} metaplasticity_keys;

typedef struct short_term_keys {
  double u, tau_rec, tau_facil;
  int type;
  bool enabled;
} short_term_keys;

typedef struct connectivity_keys {
  int type, n_out;
  double probability, radius, weight[2], weight_mean, weight_std, delay[2], velocity;
  bool self;
} connectivity_keys;

static const am_part *rule_of(const am_registry *parts, const json_t *plasticity) {
  const json_t *rule = json_object_get(plasticity, "rule");
  if (!rule) rule = json_object_get(plasticity, "type");
  if (!rule) return &am_hebb_synapse.part;
  if (!json_is_string(rule)) return am_model_texts_part(parts, AM_SYNAPSE, rule);
  return am_brain_part_of(parts, AM_SYNAPSE, json_string_value(rule), true, NULL);
}

static const am_more parameters = {.part = rule_of, .loose = true};

#define SWITCH(type)                                                                               \
  AM_FIELD_OF(SWITCH, "enabled", .offset = offsetof(type, enabled),                                \
              "false: as if it were not there")
#define NUMBER(type, key, alias, low, high, of, text)                                              \
  AM_FIELD_IN(NUMBER, #key, .offset = offsetof(type, key), low, high, of, text, .others = alias)
static const am_field homeostatic_fields[] = {
    SWITCH(homeostatic_keys),
    NUMBER(homeostatic_keys, target_rate, "target_rate_hz", 0, 1e4, "Hz",
           "rate toward which weights are scaled"),
    NUMBER(homeostatic_keys, time_window, "time_window_ms", 1, 1e7, "ms",
           "in which the rate is counted"),
    NUMBER(homeostatic_keys, scaling_rate, NULL, 0, 1, NULL,
           "change of a weight per window at rate 0"),
    {0}};
static const am_field metaplasticity_fields[] = {
    SWITCH(metaplasticity_keys),
    NUMBER(metaplasticity_keys, bcm_tau, "bcm_tau_ms", 1e-3, 1e7, "ms", "of the threshold"),
    NUMBER(metaplasticity_keys, bcm_target_rate, "bcm_target_rate_hz", 1e-3, 1e3, "Hz",
           "unit of the rate"),
    {0}};

/* u, tau_rec, tau_facil of the kinds of short_term that are known by name */
static const char short_term_types[] = "mixed|balanced|depressing|facilitating|depression|"
                                       "facilitation";
static const double short_term_values[][3] = {{0.5, 200, 50},  {0.5, 200, 50}, {0.6, 800, 20},
                                              {0.15, 50, 750}, {0.6, 800, 20}, {0.15, 50, 750}};
static const am_field short_term_fields[] = {
    SWITCH(short_term_keys),
    NUMBER(short_term_keys, u, "U|baseline_U", 0, 1, NULL,
           "share of the resources that a spike uses"),
    NUMBER(short_term_keys, tau_rec, "tau_rec_ms|tau_depression|tau_d", 1e-3, 1e6, "ms",
           "in which they recover"),
    NUMBER(short_term_keys, tau_facil, "tau_facil_ms|tau_facilitation|tau_f", 0, 1e6, "ms",
           "in which the share falls back to u"),
    AM_FIELD_OF(WORD, "default_type", .offset = offsetof(short_term_keys, type),
                "what u, tau_rec and tau_facil are if they are not given", .others = "type",
                .words = short_term_types),
    {0}};
static const am_table homeostatic_table = {.fields = homeostatic_fields};
static const am_table metaplasticity_table = {.fields = metaplasticity_fields};
static const am_table short_term_table = {.fields = short_term_fields};

#define AT(member) .offset = offsetof(plasticity_keys, member)
static const am_field plasticity_fields[] = {
    SWITCH(plasticity_keys),
    AM_FIELD_OF(ANY, "rule", AT(rule),
                "of plasticity (amine list synapses), or a text of equations: its path, or its lines",
                .others = "type"),
    AM_FIELD_OF(WORD, "factor", AT(factor), "the modulator that multiplies the changes",
                .words = am_factor_words),
    AM_FIELD_OF(OBJECT, "homeostatic", AT(homeostatic), "scaling of weights toward a rate",
                .others = "homeostasis", .inside = &homeostatic_table),
    AM_FIELD_OF(OBJECT, "metaplasticity", AT(metaplasticity), "the threshold of rule bcm",
                .inside = &metaplasticity_table),
    AM_FIELD_OF(OBJECT, "short_term", AT(short_term),
                "short-term plasticity of the sources' spikes",
                .others = "short_term_plasticity|stp", .inside = &short_term_table),
    {0}};
#undef AT
const am_table am_plasticity_table = {.fields = plasticity_fields, .more = &parameters};

enum { BY_PROBABILITY, BY_DISTANCE, BY_OUT, ALL, NONE };
static const char connect_words[] = "random|distance|fixed_out|all|none|probability|out";
static const int connect_kinds[] = {BY_PROBABILITY, BY_DISTANCE,    BY_OUT, ALL,
                                    NONE,           BY_PROBABILITY, BY_OUT};

#define AT(member) .offset = offsetof(connectivity_keys, member)
static const am_field connectivity_fields[] = {
    AM_FIELD_OF(WORD, "type", AT(type), "who is connected with whom, for each pair of areas",
                .others = "connect", .words = connect_words),
    NUMBER(connectivity_keys, probability, "connection_probability|p", 0, 1, NULL,
           "of each pair of neurons"),
    NUMBER(connectivity_keys, radius, NULL, 1e-6, 1e6, "sites", "of type=distance"),
    AM_FIELD_IN(INTEGER, "n_out", AT(n_out), 1, 1e7, NULL,
                "of type=fixed_out: targets of a neuron in each area", .others = "out_degree"),
    AM_FIELD_IN(RANGE, "weight", AT(weight), -1e6, 1e6, NULL,
                "of each synapse, or [low, high], instead of mean and deviation"),
    NUMBER(connectivity_keys, weight_mean, NULL, -1e6, 1e6, NULL, "mean of the uniform weights"),
    NUMBER(connectivity_keys, weight_std, "weight_sd", 0, 1e6, NULL, "their standard deviation"),
    AM_FIELD_IN(RANGE, "delay_ms", AT(delay), 1e-3, 1e5, "ms",
                "of a spike, or [low, high] between which it is drawn", .others = "delay"),
    NUMBER(connectivity_keys, velocity, NULL, 0, 1e6, "sites per ms",
           "adds distance / velocity to the delay; 0: nothing"),
    AM_FIELD_OF(SWITCH, "self", AT(self), "whether a neuron may be its own target"),
    {0}};
#undef AT
const am_table am_connectivity_table = {.fields = connectivity_fields};

/* ------------------------------------------------------------------------------ plasticity */

/* What a learning projection gets. */
typedef struct learning {
  const am_synapse_rule *rule; /* NULL: fixed */
  am_values values;
  double w_min, w_max;
  amine_third_factor factor;
  double stp[3]; /* u, tau_rec, tau_facil */
} learning;

static amine_status set(learning *l, am_model_plan *plan, am_reader *r, const am_where *where,
                        const char *name, double value) {
  const amine_parameter *p = am_parameter_find(&l->rule->part, name, false);
  return p ? am_values_set(&l->values, plan, r, where, p, value) : AMINE_OK;
}

static double value_of(const learning *l, const char *name) {
  for (int k = 0; k < l->values.n_values; k++)
    if (strcmp(l->values.values[k].name, name) == 0) return l->values.values[k].value;
  const amine_parameter *p = am_parameter_find(&l->rule->part, name, false);
  return p ? p->standard : 0;
}

static amine_status read_homeostatic(learning *l, am_model_plan *plan, am_reader *r,
                                     const am_where *above, const json_t *object) {
  const am_where where = {.above = above, .key = "homeostatic"};
  homeostatic_keys keys = {.target_rate = 5, .time_window = 1000, .scaling_rate = 0.01};
  keys.enabled = true;
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &homeostatic_table, true, &keys));
  if (!keys.enabled) return AMINE_OK;
  AM_TRY(set(l, plan, r, &where, "target_rate_hz", keys.target_rate));
  AM_TRY(set(l, plan, r, &where, "time_window_ms", keys.time_window));
  return set(l, plan, r, &where, "scaling_rate", keys.scaling_rate);
}

static amine_status read_metaplasticity(learning *l, am_model_plan *plan, am_reader *r,
                                        const am_where *above, const json_t *object) {
  const am_where where = {.above = above, .key = "metaplasticity"};
  metaplasticity_keys keys = {.bcm_tau = 1000, .bcm_target_rate = 5, .enabled = true};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &metaplasticity_table, true, &keys));
  if (!keys.enabled) return AMINE_OK;
  if (!am_parameter_find(&l->rule->part, "bcm_tau_ms", false))
    am_reader_note(r, &where, "of rule bcm only, not used");
  AM_TRY(set(l, plan, r, &where, "bcm_tau_ms", keys.bcm_tau));
  return set(l, plan, r, &where, "bcm_target_rate_hz", keys.bcm_target_rate);
}

static amine_status read_short_term(learning *l, am_reader *r, const am_where *above,
                                    const json_t *object) {
  const am_where where = {.above = above, .key = "short_term"};
  short_term_keys keys = {.u = -1, .tau_rec = -1, .tau_facil = -1, .enabled = true};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &short_term_table, true, &keys));
  const double *known = short_term_values[keys.type];
  if (!keys.enabled) return AMINE_OK;
  l->stp[0] = keys.u >= 0 ? keys.u : known[0];
  l->stp[1] = keys.tau_rec >= 0 ? keys.tau_rec : known[1];
  l->stp[2] = keys.tau_facil >= 0 ? keys.tau_facil : known[2];
  return AMINE_OK;
}

static amine_status find_rule(learning *l, const am_reader *r, const am_where *above,
                              const plasticity_keys *keys) {
  const am_where where = {.above = above, .key = "rule"};
  const am_part *part = keys->enabled ? &am_hebb_synapse.part : &am_none_synapse.part;
  if (keys->enabled && keys->rule)
    AM_TRY(am_part_read(&part, r, &where, AM_SYNAPSE, keys->rule, true));
  l->rule = (const am_synapse_rule *)part;
  return AMINE_OK;
}

/* The third factor: what the file says, or all modulators if there are some. */
static amine_status choose_factor(learning *l, const am_model_plan *plan, const am_reader *r,
                                  const am_where *above, int said) {
  const am_where where = {.above = above, .key = "factor"};
  if (said > AMINE_FACTOR_NONE && !plan->has_chemical)
    return am_refuse(r, &where, NULL, "the model has no neuromodulation");
  const amine_third_factor own = l->rule->factor;
  const amine_third_factor natural = own == AMINE_FACTOR_NONE ? AMINE_FACTOR_ALL : own;
  l->factor = said >= 0            ? (amine_third_factor)said
              : plan->has_chemical ? natural
                                   : AMINE_FACTOR_NONE;
  return AMINE_OK;
}

static amine_status read_plasticity(learning *l, am_model_plan *plan, am_reader *r,
                                    const am_where *file, const json_t *object) {
  const am_where where = {.above = file, .key = "plasticity"};
  plasticity_keys keys = {.factor = -1, .enabled = true};
  *l = (learning){.w_min = -HUGE_VAL, .w_max = HUGE_VAL};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, &where, object, &am_plasticity_table, true, &keys));
  AM_TRY(find_rule(l, r, &where, &keys));
  if (keys.enabled) AM_TRY(set(l, plan, r, &where, "weight_decay", 1e-5));
  const am_values_source source = {.part = &l->rule->part, .loose = true, .passes = true};
  AM_TRY(am_values_read(&l->values, plan, r, &where, object, &source));
  AM_TRY(read_short_term(l, r, &where, keys.short_term));
  AM_TRY(choose_factor(l, plan, r, &where, keys.factor));
  if (!keys.enabled) {
    l->rule = NULL;
    return AMINE_OK;
  }
  AM_TRY(read_homeostatic(l, plan, r, &where, keys.homeostatic));
  AM_TRY(read_metaplasticity(l, plan, r, &where, keys.metaplasticity));
  l->w_min = value_of(l, "w_min");
  l->w_max = value_of(l, "w_max");
  if (l->w_min <= l->w_max) return AMINE_OK;
  return am_refuse(r, &where, NULL, "weight_min (%.10g) is above weight_max (%.10g)", l->w_min,
                   l->w_max);
}

/* ------------------------------------------------------------------------------ connectivity */

/* A uniform distribution with the mean and standard deviation that were given. */
static amine_status choose_weight(connectivity_keys *keys, const am_reader *r,
                                  const am_where *where, const json_t *object) {
  const bool spread = json_object_get(object, "weight_mean") ||
                      json_object_get(object, "weight_std") || json_object_get(object, "weight_sd");
  if (json_object_get(object, "weight")) {
    if (!spread) return AMINE_OK;
    return am_refuse(r, where, NULL, "weights are weight, or weight_mean and weight_std");
  }
  keys->weight[0] = keys->weight_mean - sqrt(3) * keys->weight_std;
  keys->weight[1] = keys->weight_mean + sqrt(3) * keys->weight_std;
  return AMINE_OK;
}

static amine_status read_connectivity(connectivity_keys *keys, am_reader *r, const am_where *file,
                                      const am_lattice_keys *lattice) {
  const am_where where = {.above = file, .key = "connectivity"};
  const json_t *object = lattice->connectivity;
  *keys = (connectivity_keys){.probability = -1,
                              .radius = 5,
                              .n_out = 100,
                              .weight_mean = 0.1,
                              .weight_std = 0.05,
                              .delay = {1, 1}};
  if (object) AM_TRY(am_table_read(r, &where, object, &am_connectivity_table, true, keys));
  keys->type = connect_kinds[keys->type];
  if (keys->probability < 0) keys->probability = lattice->probability;
  if (keys->probability < 0) keys->probability = keys->type == BY_DISTANCE ? 1 : 0.1;
  if (keys->probability == 0 && keys->type <= BY_DISTANCE) keys->type = NONE;
  return choose_weight(keys, r, &where, object);
}

/* Which synapses the rule is for: those of inhibitory cells, or of the others, as it says. */
static bool learns(const learning *l, const am_cell_type *source) {
  if (!l->rule || !am_synapse_learns(l->rule)) return l->rule != NULL;
  return !source->name || source->inhibitory == (l->rule->of_inhibitory != 0);
}

static amine_projection projection(const learning *l, const connectivity_keys *keys,
                                   const am_cell_type *source, const am_cell_type *target) {
  static const amine_connect kinds[] = {AMINE_CONNECT_PROBABILITY, AMINE_CONNECT_DISTANCE,
                                        AMINE_CONNECT_OUT, AMINE_CONNECT_ALL};
  amine_projection p = amine_projection_default();
  double low = keys->weight[0] * source->strength, high = keys->weight[1] * source->strength;
  p.connect = kinds[keys->type];
  p.probability = keys->probability, p.radius = keys->radius, p.n_out = keys->n_out;
  p.self_connections = keys->self;
  p.delay_ms = keys->delay[0], p.delay_max_ms = keys->delay[1];
  p.velocity = keys->velocity;
  p.receptor = source->inhibitory ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
  if (learns(l, source)) {
    p.rule = l->rule->part.name;
    p.values = l->values.values, p.n_values = l->values.n_values;
    p.factor = am_synapse_learns(l->rule) ? l->factor : AMINE_FACTOR_NONE;
    low = fmin(fmax(low, l->w_min), l->w_max);
    high = fmin(fmax(high, l->w_min), l->w_max);
  }
  const bool negative = source->inhibitory && !target->conductance;
  p.weight = negative ? -high : low;
  p.weight_max = negative ? -low : high;
  p.stp_u = l->stp[0], p.stp_tau_rec_ms = l->stp[1], p.stp_tau_facil_ms = l->stp[2];
  return p;
}

amine_status am_lattice_connect(am_model_plan *plan, am_reader *r, const am_where *file,
                                const am_lattice_keys *keys, const am_cell_type *const *types,
                                size_t n, bool connects) {
  const am_where where = {.above = file, .key = "connectivity"};
  learning l;
  connectivity_keys c;
  AM_TRY(read_plasticity(&l, plan, r, file, keys->plasticity));
  AM_TRY(read_connectivity(&c, r, file, keys));
  for (size_t k = 0; k < n * n && connects && c.type != NONE; k++) {
    char name[2 * AM_MODEL_PLAN_NAME + 2];
    am_model_plan_projection add = {.p = projection(&l, &c, types[k / n], types[k % n])};
    if (add.p.rule) add.rule = l.rule;
    add.p.source = (int)(k / n), add.p.target = (int)(k % n);
    snprintf(name, sizeof name, "%s-%s", plan->populations[k / n].name,
             plan->populations[k % n].name);
    AM_TRY(am_model_plan_text(plan, &add.p.name, name, r->error));
    AM_TRY(am_model_plan_add_projection(plan, &add, r, &where));
  }
  return AMINE_OK;
}
