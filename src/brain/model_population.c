/* Populations, and where their neurons stand. */
#include "brain/model_population.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/model_texts.h"
#include "brain/model_values.h"
#include "brain/parts.h"

typedef struct population_keys {
  const char *name;
  const json_t *model;
  int n;
  const json_t *values, *initial, *receptors, *positions;
  bool record;
} population_keys;

static const am_part *model_of(const am_registry *parts, const json_t *population) {
  return am_model_texts_part(parts, AM_NEURON, json_object_get(population, "model"));
}

static const am_more parameters = {.part = model_of};

static const char *own_name(const json_t *population, char *out, size_t size) {
  (void)out, (void)size;
  return json_string_value(json_object_get(population, "name"));
}

typedef struct receptor_keys {
  const char *name;
  double tau_ms, e_mv;
} receptor_keys;

#define AT(member) .offset = offsetof(receptor_keys, member)
static const am_field receptor_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of the receptor, where they stand in an array"),
    AM_FIELD_IN(NUMBER, "tau_ms", AT(tau_ms), 1e-3, 1e6, "ms", "in which what arrived is gone"),
    AM_FIELD_IN(NUMBER, "e_mv", AT(e_mv), -1e3, 1e3, "mV",
                "reversal potential; without one it is a current"),
    {0}};
#undef AT
static const am_table receptor_table = {.fields = receptor_fields};

#define AT(member) .offset = offsetof(population_keys, member)
static const am_field population_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of the population"),
    AM_FIELD_IN(INTEGER, "n", AT(n), 1, 1e7, "neurons", "how many there are", .others = "size"),
    AM_FIELD_OF(ANY, "model", AT(model),
                "the neurons' (amine list neurons), or a text of equations: its path, or its lines"),
    AM_FIELD_OF(VALUES, "values", AT(values), "parameters of the model", .more = &parameters),
    AM_FIELD_IN(STATES, "initial", AT(initial), -1e6, 1e6, NULL,
                "states with which the neurons begin: numbers, or {\"normal\": [mean, sd]}, ...",
                .more = &parameters),
    AM_FIELD_OF(MAP, "receptors", AT(receptors),
                "beside those of the model: {\"nmda\": {\"tau_ms\": 100, \"e_mv\": 0}}",
                .inside = &receptor_table),
    AM_FIELD_OF(ANY, "positions", AT(positions),
                "where the neurons are: [[x, y, z, w], ...], or a box in which sites are drawn"),
    AM_FIELD_OF(SWITCH, "record", AT(record), "whether its spikes are recorded"),
    {0}};
#undef AT
const am_table am_population_table = {.fields = population_fields, .name = own_name};

/* ------------------------------------------------------------------------------ boxes */

typedef struct axes {
  double range[4][2];
} axes;

#define AXIS(letter, k)                                                                            \
  AM_FIELD_IN(RANGE, letter, .offset = offsetof(axes, range[k]), 0, AM_LATTICE_EXTENT - 1,         \
              "sites", "first and last along " letter)
static const am_field box_fields[] = {AXIS("x", 0), AXIS("y", 1), AXIS("z", 2), AXIS("w", 3), {0}};
const am_table am_box_table = {.fields = box_fields};

amine_status am_box_read(am_box *box, am_reader *r, const am_where *where, const json_t *object,
                         const int extents[4], bool generous) {
  axes a;
  for (int k = 0; k < 4; k++) a.range[k][0] = box->low[k], a.range[k][1] = box->high[k];
  AM_TRY(am_table_read(r, where, object, &am_box_table, generous, &a));
  for (int k = 0; k < 4; k++) {
    const am_where here = {.above = where, .key = box_fields[k].name};
    const int low = (int)a.range[k][0], high = (int)a.range[k][1];
    if (low != a.range[k][0] || high != a.range[k][1])
      return am_refuse(r, &here, NULL, "[%.10g, %.10g]: coordinates are whole numbers",
                       a.range[k][0], a.range[k][1]);
    if (high >= extents[k])
      return am_refuse(r, &here, NULL, "[%d, %d]: it must lie in the lattice, 0 to %d", low, high,
                       extents[k] - 1);
    box->low[k] = low;
    box->high[k] = high;
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ positions */

/* [[x, y, z, w], ...]; coordinates that are left out are 0. */
static amine_status read_list(am_model_plan *plan, am_model_plan_population *p, am_reader *r,
                              const am_where *where, const json_t *list) {
  static const am_field coordinate = {.kind = AM_FIELD_NUMBER, .min = -1e6, .max = 1e6};
  void *block;
  if (json_array_size(list) != (size_t)p->n)
    return am_refuse(r, where, NULL, "there are %zu positions for %d neurons",
                     json_array_size(list), p->n);
  AM_TRY(am_model_plan_alloc(plan, &block, (size_t)p->n, 4 * sizeof(float), r->error));
  p->positions = block;
  size_t k, a;
  json_t *row, *value;
  json_array_foreach(list, k, row) {
    const am_where here = {.above = where, .index = k, .element = true};
    const size_t n = json_array_size(row);
    if (n < 1 || n > 4) return am_refuse(r, &here, row, "a position has 1 to 4 coordinates");
    json_array_foreach(row, a, value) {
      double x = 0;
      AM_TRY(am_field_read(r, &here, value, &coordinate, &x));
      p->positions[4 * k + a] = (float)x;
    }
  }
  return AMINE_OK;
}

static amine_status read_positions(am_model_plan *plan, am_model_plan_population *p, am_reader *r,
                                   const am_where *above, const json_t *positions) {
  static const int extents[4] = {AM_LATTICE_EXTENT, AM_LATTICE_EXTENT, AM_LATTICE_EXTENT,
                                 AM_LATTICE_EXTENT};
  const am_where where = {.above = above, .key = "positions"};
  if (json_is_array(positions)) return read_list(plan, p, r, &where, positions);
  if (!json_is_object(positions))
    return am_refuse(r, &where, positions,
                     "it must be an array of [x, y, z, w], or a box such as {\"x\": [0, 19]}");
  AM_TRY(am_box_read(&p->box, r, &where, positions, extents, false));
  if (am_box_sites(&p->box) < (uint64_t)p->n)
    return am_refuse(r, &where, NULL, "the box has %llu sites for %d neurons",
                     (unsigned long long)am_box_sites(&p->box), p->n);
  p->in_box = true;
  p->area = (uint32_t)plan->n_populations;
  p->n_area = p->n;
  return AMINE_OK;
}

static amine_status place(am_model_plan_population *p, uint64_t *sites, am_model_plan *plan,
                          amine_error *error) {
  void *block;
  AM_TRY(am_model_plan_alloc(plan, &block, (size_t)p->n, 4 * sizeof(float), error));
  AM_TRY(am_lattice_draw(sites, p->n_area, &p->box, plan->seed, p->area, error));
  p->positions = block;
  am_lattice_positions(p->positions, sites + p->first, p->n, &p->box);
  return AMINE_OK;
}

amine_status am_populations_place(am_model_plan *plan, amine_error *error) {
  for (size_t k = 0; k < plan->n_populations; k++) {
    am_model_plan_population *p = &plan->populations[k];
    if (!p->in_box) continue;
    uint64_t *sites = am_alloc((size_t)p->n_area, sizeof *sites);
    if (!sites) return am_fail_memory(error, am_size_mul((size_t)p->n_area, sizeof *sites));
    const amine_status status = place(p, sites, plan, error);
    am_free(sites);
    AM_TRY(status);
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ populations */

static amine_status no_state(const am_neuron_model *model, const am_reader *r,
                             const am_where *where, const char *name) {
  char all[200];
  return am_refuse(r, where, NULL, "a neuron of %s has no state \"%.60s\"; it has %s",
                   model->part.name, name, am_neuron_states_text(all, sizeof all, model));
}

/* Is a state that of a receptor, g_NAME? */
static bool is_of_receptor(const char *state, const char *receptor) {
  return strncmp(state, "g_", 2) == 0 && strcmp(state + 2, receptor) == 0;
}

/* {"v": -60, "u": {"uniform": [0, 1]}}: numbers of states. */
static amine_status read_initial(am_model_plan_population *p, am_model_plan *plan, am_reader *r,
                                 const am_where *above, const json_t *object) {
  const am_where where = {.above = above, .key = "initial"};
  const char *name;
  json_t *value;
  void *block;
  if (!json_is_object(object))
    return am_refuse(r, &where, object, "it must be an object such as {\"v\": -65}");
  AM_TRY(am_model_plan_alloc(plan, &block, AM_NEURON_STATES + AM_NEURON_RECEPTORS,
                             sizeof *p->initial, r->error));
  am_model_plan_column *columns = block;
  p->initial = columns;
  json_object_foreach((json_t *)(uintptr_t)object, name, value) {
    const am_where here = {.above = &where, .key = name};
    const am_field field = {.name = name, .kind = AM_FIELD_NUMBER, .min = -1e6, .max = 1e6};
    int s = 0, k = 0;
    while (p->model->states[s] && strcmp(p->model->states[s], name) != 0) s++;
    while (k < p->n_receptors && !is_of_receptor(name, p->receptors[k].name)) k++;
    if (!p->model->states[s] && k == p->n_receptors) return no_state(p->model, r, &here, name);
    am_model_plan_column *column = &columns[p->n_initial++];
    column->name = name;
    AM_TRY(am_draw_read(&column->draw, plan, r, &here, value, &field, p->n));
  }
  return AMINE_OK;
}

/* {"nmda": {"tau_ms": 100, "e_mv": 0}}, or an array of objects that say their names. */
static amine_status read_receptors(am_model_plan_population *p, am_model_plan *plan, am_reader *r,
                                   const am_where *above, const json_t *all) {
  const am_where where = {.above = above, .key = "receptors"};
  void *block;
  AM_TRY(am_model_plan_alloc(plan, &block, AM_NEURON_RECEPTORS, sizeof *p->receptors, r->error));
  am_model_plan_receptor *receptors = block;
  p->receptors = receptors;
  for (am_items i = {.all = all}; am_items_next(&i);) {
    const am_where here = am_where_item(&where, &i);
    receptor_keys keys = {.tau_ms = (double)NAN, .e_mv = (double)NAN};
    AM_TRY(am_table_read(r, &here, i.value, &receptor_table, false, &keys));
    if (!i.name) return am_refuse(r, &here, NULL, "a receptor needs a name");
    if (isnan(keys.tau_ms)) return am_refuse(r, &here, NULL, "a receptor needs tau_ms");
    if (p->n_receptors == AM_NEURON_RECEPTORS - 2)
      return am_refuse(r, &here, NULL, "a neuron has at most %d receptors beside the first two",
                       AM_NEURON_RECEPTORS - 2);
    receptors[p->n_receptors++] = (am_model_plan_receptor){i.name, keys.tau_ms, keys.e_mv};
  }
  return AMINE_OK;
}

static amine_status read_population(am_model_plan *plan, am_reader *r, const am_where *where,
                                    const json_t *object) {
  population_keys keys = {.record = true};
  AM_TRY(am_table_read(r, where, object, &am_population_table, false, &keys));
  if (!keys.name || !keys.n || !keys.model)
    return am_refuse(r, where, NULL, "a population needs name, n and model; %s is missing",
                     !keys.name ? "name"
                     : !keys.n  ? "n"
                                : "model");
  const am_part *part = NULL;
  const am_where model = {.above = where, .key = "model"};
  AM_TRY(am_part_read(&part, r, &model, AM_NEURON, keys.model, false));
  am_model_plan_population p = {.name = keys.name,
                                .model = (const am_neuron_model *)part,
                                .n = keys.n,
                                .silent = !keys.record};
  if ((size_t)p.n > plan->limits.neurons) /* before anything of this size is made */
    return am_model_plan_add_population(plan, &p, r, where);
  am_values values = {0};
  const am_where inside = {.above = where, .key = "values"};
  const am_values_source source = {.part = part, .n_neurons = p.n};
  AM_TRY(am_values_read(&values, plan, r, &inside, keys.values, &source));
  p.values = values.values, p.n_values = values.n_values;
  p.columns = values.columns, p.n_columns = values.n_columns;
  if (keys.receptors) AM_TRY(read_receptors(&p, plan, r, where, keys.receptors));
  if (keys.initial) AM_TRY(read_initial(&p, plan, r, where, keys.initial));
  if (keys.positions) AM_TRY(read_positions(plan, &p, r, where, keys.positions));
  return am_model_plan_add_population(plan, &p, r, where);
}

amine_status am_populations_read(am_model_plan *plan, am_reader *r, const am_where *where,
                                 const json_t *array) {
  size_t k;
  json_t *value;
  json_array_foreach(array, k, value) {
    const am_where here = am_where_element(where, value, k, &am_population_table, NULL, 0);
    AM_TRY(read_population(plan, r, &here, value));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ notes */

double am_population_value(const am_model_plan_population *p, const char *name) {
  for (int k = 0; k < p->n_values; k++)
    if (strcmp(p->values[k].name, name) == 0) return p->values[k].value;
  const amine_parameter *row = am_parameter_find(&p->model->part, name, false);
  return row ? row->standard : (double)NAN;
}

double am_population_arrival_ms(const am_model_plan *plan, int population,
                                amine_receptor receptor) {
  const am_model_plan_population *p = &plan->populations[population];
  const bool lif = p->model == &am_lif_model;
  if (!lif && p->model != &am_izhikevich_model && p->model != &am_izhikevich_2007_model) return 0;
  if (receptor > AMINE_RECEPTOR_2) { /* one of its own: these models bring none */
    const am_model_plan_receptor *own = &p->receptors[(int)receptor - 2];
    return isnan(own->e_mv) ? own->tau_ms : 0;
  }
  const double ms =
      am_population_value(p, receptor == AMINE_RECEPTOR_2 ? "tau_i_ms" : "tau_e_ms");
  if (ms > 0) return ms;
  return lif ? am_population_value(p, "tau_m_ms") : plan->dt_ms;
}

void am_populations_note(const am_model_plan *plan, am_reader *r, const am_where *file) {
  static const char *const ends[][2] = {
      {"v_reset_mv", "v_threshold_mv"}, {"v_reset_mv", "v_peak_mv"}, {"c", "v_peak_mv"}};
  for (size_t k = 0; k < plan->n_populations; k++) {
    const am_model_plan_population *p = &plan->populations[k];
    const am_where here = {.above = file, .key = p->name};
    char line[200];
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
      const double reset = am_population_value(p, ends[e][0]),
                   threshold = am_population_value(p, ends[e][1]);
      if (!(reset >= threshold)) continue;
      snprintf(line, sizeof line,
               "%s=%.6g is not below %s=%.6g: who has fired fires again as soon as it may",
               ends[e][0], reset, ends[e][1], threshold);
      am_reader_note(r, &here, line);
    }
    const double meant = p->model->meant_step_ms;
    if (meant <= 0 || plan->dt_ms <= meant) continue;
    snprintf(line, sizeof line, "dt_ms=%.6g: %s", plan->dt_ms, p->model->beyond_meant);
    am_reader_note(r, &here, line);
  }
}
