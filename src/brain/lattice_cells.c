/* Kinds of neurons. */
#include "brain/lattice_cells.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/model_texts.h"
#include "brain/parts.h"

/* ------------------------------------------------------------------------------ keys */

/* The model that an object names, or "lif". */
static const am_part *model_of(const am_registry *parts, const json_t *object) {
  static const char *const keys[] = {"type", "model_type", "model"};
  const json_t *type = NULL;
  for (int k = 0; k < 3 && !type; k++) type = json_object_get(object, keys[k]);
  if (!type) return &am_lif_model.part;
  if (!json_is_string(type)) return am_model_texts_part(parts, AM_NEURON, type);
  return am_brain_part_of(parts, AM_NEURON, json_string_value(type), true, NULL);
}

static const am_more parameters = {.part = model_of, .loose = true};

/* Synapses by name: decay and reversal potential of what arrives (Wang 2002,
 * doi:10.1016/S0896-6273(02)01092-9). A current-based model has no reversal potential. */
static const char synapse_words[] = "ampa|nmda|gaba";
static const double synapse_values[][2] = {{2, 0}, {100, 0}, {5, -70}};

typedef struct cell_keys {
  const char *name, *kind;
  int excitatory, inhibitor; /* index of synapse_words, or -1 */
  const json_t *type, *params;
  double fraction, strength;
  bool inhibitory;
} cell_keys;

#define AT(member) .offset = offsetof(cell_keys, member)
#define TYPE                                                                                       \
  AM_FIELD_OF(ANY, "type", AT(type),                                                               \
              "the neurons' (amine list neurons), or a text of equations: its path, or its lines", \
              .others = "model_type|model")
#define PARAMS                                                                                     \
  AM_FIELD_OF(VALUES, "params_default", AT(params), "parameters of that",                          \
              .others = "params|parameters|values", .more = &parameters)
#define KIND                                                                                       \
  AM_FIELD_OF(TEXT, "kind", AT(kind),                                                              \
              "of izhikevich, by name: regular-spiking, fast-spiking, ... (docs/model.md)",        \
              .others = "subtype|firing_pattern")
#define SYNAPSE(key, member, which)                                                                \
  AM_FIELD_OF(WORD, key, AT(member),                                                               \
              "how long what arrives at receptor " which " lasts, and where it pulls",             \
              .words = synapse_words)
#define SYNAPSES                                                                                   \
  SYNAPSE("excitatory_synapse", excitatory, "1"), SYNAPSE("inhibitory_synapse", inhibitor, "2")
static const am_field model_fields[] = {TYPE, KIND, SYNAPSES, PARAMS, {0}};
static const am_field cell_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of the cell type"),
    TYPE,
    KIND,
    SYNAPSES,
    PARAMS,
    AM_FIELD_IN(NUMBER, "fraction", AT(fraction), 0, 1, NULL, "of the neurons of each area",
                .others = "proportion|ratio|share"),
    AM_FIELD_OF(SWITCH, "inhibitory", AT(inhibitory), "whether its synapses inhibit"),
    AM_FIELD_IN(NUMBER, "strength", AT(strength), 0, 1e6, NULL,
                "by which its weights are multiplied"),
    {0}};
#undef AT

static const char *own_name(const json_t *type, char *out, size_t size) {
  (void)out, (void)size;
  return json_string_value(json_object_get(type, "name"));
}

const am_table am_neuron_model_table = {.fields = model_fields};
const am_table am_cell_type_table = {.fields = cell_fields, .name = own_name};

/* ------------------------------------------------------------------------------ reading */

static amine_status read_model(am_cell_type *type, const am_reader *r, const am_where *above,
                               const json_t *said) {
  const am_where where = {.above = above, .key = "type"};
  const am_part *part = NULL;
  AM_TRY(am_part_read(&part, r, &where, AM_NEURON, said, true));
  type->model = (const am_neuron_model *)part;
  return AMINE_OK;
}

/* The kind of that name; NULL: the model has none. */
static const am_neuron_kind *kind_of(const am_neuron_model *model, const char *word) {
  for (const am_neuron_kind *kind = model->kinds; kind && kind->name; kind++)
    if (am_spelled_so(word, kind->name, kind->others)) return kind;
  return NULL;
}

static amine_status refuse_kind(const am_cell_type *type, const am_reader *r, const am_where *where,
                                const char *word) {
  const am_part *part;
  am_nearest_word near = am_nearest_begin(word);
  for (const am_neuron_kind *kind = type->model->kinds; kind && kind->name; kind++)
    am_nearest_try(&near, kind->name);
  for (int k = 0; (part = am_registry_at(r->parts, AM_NEURON, k)) != NULL; k++)
    if (kind_of((const am_neuron_model *)part, word))
      return am_refuse(r, where, NULL, "\"%.60s\" is a kind of %s neuron: type is %s", word,
                       part->name, type->model->part.name);
  return am_refuse(r, where, NULL, "\"%.60s\" is no kind of %s neuron%s%s%s", word,
                   type->model->part.name, near.best ? "; did you mean " : " (docs/model.md)",
                   near.best ? near.best : "", near.best ? "?" : "");
}

/* The parameters of a way to fire; what the file says of them comes after. */
static amine_status read_kind(am_cell_type *type, am_model_plan *plan, am_reader *r,
                              const am_where *above, const char *word) {
  const am_where where = {.above = above, .key = "kind"};
  const am_neuron_kind *kind = kind_of(type->model, word);
  if (!kind) return refuse_kind(type, r, &where, word);
  for (const amine_value *v = kind->values; v->name; v++)
    AM_TRY(am_values_set(&type->values, plan, r, &where,
                         am_parameter_find(&type->model->part, v->name, false), v->value));
  return AMINE_OK;
}

/* What arrives at one receptor: "tau_e_ms" and "e_e_mv" where the model has them. */
static amine_status read_synapse(am_cell_type *type, am_model_plan *plan, am_reader *r,
                                 const am_where *above, const char *key, int which,
                                 const char *const parameter[2]) {
  const am_where where = {.above = above, .key = key};
  for (int k = 0; k < 2 && which >= 0; k++) {
    const amine_parameter *p = am_parameter_find(&type->model->part, parameter[k], false);
    if (!p && k == 0)
      return am_refuse(r, &where, NULL, "%s takes no synapses", type->model->part.name);
    if (p) AM_TRY(am_values_set(&type->values, plan, r, &where, p, synapse_values[which][k]));
  }
  return AMINE_OK;
}

static amine_status read_params(am_cell_type *type, am_model_plan *plan, am_reader *r,
                                const am_where *above, const json_t *params) {
  const am_where where = {.above = above, .key = "params_default"};
  const am_values_source source = {.part = &type->model->part, .loose = true};
  type->conductance = am_neuron_is_conductance(type->model);
  return params ? am_values_read(&type->values, plan, r, &where, params, &source) : AMINE_OK;
}

/* What names stand for, and then what is said in numbers. */
static amine_status read_values(am_cell_type *type, am_model_plan *plan, am_reader *r,
                                const am_where *where, const cell_keys *keys) {
  static const char *const e[] = {"tau_e_ms", "e_e_mv"}, *const i[] = {"tau_i_ms", "e_i_mv"};
  if (keys->kind) AM_TRY(read_kind(type, plan, r, where, keys->kind));
  AM_TRY(read_synapse(type, plan, r, where, "excitatory_synapse", keys->excitatory, e));
  AM_TRY(read_synapse(type, plan, r, where, "inhibitory_synapse", keys->inhibitor, i));
  return read_params(type, plan, r, where, keys->params);
}

/* The neuron model of all, which cell types may change. */
static amine_status read_common(am_cell_type *type, am_model_plan *plan, am_reader *r,
                                const am_where *file, const json_t *object) {
  const am_where where = {.above = file, .key = "neuron_model"};
  cell_keys keys = {.excitatory = -1, .inhibitor = -1};
  *type = (am_cell_type){.model = &am_lif_model, .fraction = 1, .strength = 1};
  if (!object) return read_params(type, plan, r, &where, NULL);
  AM_TRY(am_table_read(r, &where, object, &am_neuron_model_table, true, &keys));
  if (keys.type) AM_TRY(read_model(type, r, &where, keys.type));
  return read_values(type, plan, r, &where, &keys);
}

/* What the common model says. */
static amine_status copy_values(am_cell_type *type, const am_cell_type *common, am_model_plan *plan,
                                am_reader *r, const am_where *where) {
  for (int k = 0; k < common->values.n_values; k++) {
    const amine_value *v = &common->values.values[k];
    AM_TRY(am_values_set(&type->values, plan, r, where,
                         am_parameter_find(&type->model->part, v->name, false), v->value));
  }
  return AMINE_OK;
}

static amine_status read_type(am_cell_type *type, const am_cell_type *common, am_model_plan *plan,
                              am_reader *r, const am_where *where, const am_items *item) {
  const bool by_name = item->name && strstr(item->name, "inhib") != NULL;
  cell_keys keys = {
      .fraction = -1, .strength = -1, .inhibitory = by_name, .excitatory = -1, .inhibitor = -1};
  AM_TRY(am_table_read(r, where, item->value, &am_cell_type_table, true, &keys));
  if (!item->name) return am_refuse(r, where, NULL, "a cell type needs a name");
  *type = (am_cell_type){.name = item->name, .model = common->model, .fraction = keys.fraction};
  type->inhibitory = keys.inhibitory;
  type->strength = keys.strength >= 0 ? keys.strength : keys.inhibitory ? 4 : 1;
  if (keys.type) AM_TRY(read_model(type, r, where, keys.type));
  if (type->model == common->model) AM_TRY(copy_values(type, common, plan, r, where));
  return read_values(type, plan, r, where, &keys);
}

/* Types without a fraction share what the others leave. */
static amine_status share(am_cell_type *types, int n, const am_reader *r, const am_where *where) {
  double said = 0;
  int n_silent = 0;
  for (int k = 0; k < n; k++) {
    if (types[k].fraction < 0) n_silent++;
    else said += types[k].fraction;
  }
  if (said > 1 + 1e-6 || (n_silent == 0 && said < 1 - 1e-6))
    return am_refuse(r, where, NULL, "the fractions add up to %.6g: they must add up to 1", said);
  for (int k = 0; k < n; k++)
    if (types[k].fraction < 0) types[k].fraction = fmax(1 - said, 0) / n_silent;
  return AMINE_OK;
}

amine_status am_cell_types_read(am_cell_type types[AM_CELL_TYPES], int *n_types,
                                am_model_plan *plan, am_reader *r, const am_where *file,
                                const am_lattice_keys *keys) {
  const am_where where = {.above = file, .key = "cell_types"};
  am_cell_type common;
  am_items item = {.all = keys->cell_types};
  AM_TRY(read_common(&common, plan, r, file, keys->neuron_model));
  *n_types = 0;
  while (am_items_next(&item)) {
    const am_where here = am_where_item(&where, &item);
    if (*n_types == AM_CELL_TYPES)
      return am_refuse(r, &here, NULL, "there are at most %d cell types", AM_CELL_TYPES);
    AM_TRY(read_type(&types[*n_types], &common, plan, r, &here, &item));
    ++*n_types;
  }
  if (*n_types > 0) return share(types, *n_types, r, &where);
  types[(*n_types)++] = common;
  return AMINE_OK;
}
