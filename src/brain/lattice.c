/* Areas, the neurons in them, and the senses that they serve. */
#include "brain/lattice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brain/lattice_synapses.h"
#include "brain/model_population.h"

#define AREAS AM_MODEL_PLAN_POPULATIONS

/* ------------------------------------------------------------------------------ keys */

typedef struct area_keys {
  const char *name, *sense;
  const json_t *coord_ranges;
  double density;
  int n;
} area_keys;

typedef struct sense_keys {
  const char *name, *areal;
  const json_t *input_size;
  int w_index;
  bool enabled;
} sense_keys;

static const char *own_name(const json_t *element, char *out, size_t size) {
  (void)out, (void)size;
  return json_string_value(json_object_get(element, "name"));
}

#define AT(member) .offset = offsetof(area_keys, member)
static const am_field area_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of the area"),
    AM_FIELD_OF(TEXT, "sense", AT(sense), "that it serves"),
    AM_FIELD_OF(OBJECT, "coord_ranges", AT(coord_ranges), "its box in the lattice",
                .others = "coordinates|ranges", .inside = &am_box_table),
    AM_FIELD_IN(NUMBER, "neuron_density", AT(density), 1e-12, 1, "per site", "neurons in it",
                .others = "density"),
    AM_FIELD_IN(INTEGER, "n", AT(n), 1, 1e7, "neurons", "how many there are, instead of a density",
                .others = "n_neurons|neurons|size"),
    {0}};
#undef AT
const am_table am_area_table = {.fields = area_fields, .name = own_name};

#define AT(member) .offset = offsetof(sense_keys, member)
static const am_field sense_fields[] = {
    AM_FIELD_OF(TEXT, "name", AT(name), "of the sense"),
    AM_FIELD_OF(TEXT, "areal", AT(areal), "area that its input goes to", .others = "area"),
    AM_FIELD_IN(INTEGER, "w_index", AT(w_index), 0, AM_LATTICE_EXTENT - 1, NULL,
                "w of its area, where that does not say it"),
    AM_FIELD_OF(ANY, "input_size", AT(input_size),
                "a number or [height, width]: how a row of numbers becomes a picture",
                .unit = "pixels"),
    AM_FIELD_OF(SWITCH, "enabled", AT(enabled), "read, and not used"),
    {0}};
#undef AT
const am_table am_sense_table = {.fields = sense_fields, .name = own_name};

/* What is known while the areas are made. */
typedef struct lattice {
  am_model_plan *plan;
  am_reader *r;
  const am_where *file;
  const am_lattice_keys *keys;
  int extents[4];
  am_cell_type types[AM_CELL_TYPES];
  int n_types;
  uint32_t n_areas;
  const char **area_names;      /* [AREAS] */
  int *area_first;              /* [AREAS] population of the first cell type */
  const char **area_sense;      /* [AREAS] or NULL in it */
  const am_cell_type **type_of; /* [AM_MODEL_PLAN_POPULATIONS] */
} lattice;

static const struct {
  const char *sense, *area;
} standard_areas[] = {{"vision", "V1_like"},
                      {"audition", "A1_like"},
                      {"somatosensory", "S1_like"},
                      {"digital", "Digital_sensor"}};
#define N_STANDARD 4

/* ------------------------------------------------------------------------------ shape */

static amine_status read_shape(lattice *l) {
  static const am_field extent = {.kind = AM_FIELD_INTEGER, .min = 1, .max = AM_LATTICE_EXTENT};
  static const int standard[4] = {20, 20, 20, N_STANDARD};
  const am_where where = {.above = l->file, .key = "lattice_shape"};
  const json_t *shape = l->keys->shape;
  memcpy(l->extents, standard, sizeof standard);
  if (!shape) return AMINE_OK;
  if (json_array_size(shape) != 4)
    return am_refuse(l->r, &where, NULL, "it must be four numbers of sites: [x, y, z, w]");
  for (size_t k = 0; k < 4; k++) {
    const am_where here = {.above = &where, .index = k, .element = true};
    AM_TRY(am_field_read(l->r, &here, json_array_get(shape, k), &extent, &l->extents[k]));
  }
  return AMINE_OK;
}

static am_box whole(const lattice *l) {
  am_box box = {0};
  for (int k = 0; k < 4; k++) box.high[k] = l->extents[k] - 1;
  return box;
}

/* ------------------------------------------------------------------------------ areas */

static amine_status add_population(lattice *l, const am_where *where, am_model_plan_population *p,
                                   const char *area, const am_cell_type *type) {
  char name[2 * AM_MODEL_PLAN_NAME];
  snprintf(name, sizeof name, "%s%s%s", area, type->name ? "/" : "", type->name ? type->name : "");
  AM_TRY(am_model_plan_text(l->plan, &p->name, name, l->r->error));
  p->model = type->model;
  p->values = type->values.values, p->n_values = type->values.n_values;
  if (l->plan->n_populations < AM_MODEL_PLAN_POPULATIONS) l->type_of[l->plan->n_populations] = type;
  return am_model_plan_add_population(l->plan, p, l->r, where);
}

/* The neurons of an area, in populations of one cell type each. */
static amine_status add_area(lattice *l, const am_where *where, const char *name, const char *sense,
                             const am_box *box, double n) {
  am_model_plan *plan = l->plan;
  if (l->n_areas == AREAS) return am_refuse(l->r, where, NULL, "there are at most %d areas", AREAS);
  if (!(n <= (double)plan->limits.neurons))
    return am_refuse(l->r, where, NULL, "it has %.0f neurons: at most %zu are allowed", n,
                     plan->limits.neurons);
  am_model_plan_population p = {.in_box = true, .box = *box, .area = l->n_areas, .n_area = (int)n};
  l->area_names[l->n_areas] = name;
  l->area_sense[l->n_areas] = sense;
  l->area_first[l->n_areas++] = (int)plan->n_populations;
  double fraction = 0;
  for (int k = 0; k < l->n_types; k++) {
    fraction += l->types[k].fraction;
    const int end = k + 1 == l->n_types ? (int)n : (int)fmin(nearbyint(fraction * n), n);
    p.n = end - p.first;
    if (p.n > 0) AM_TRY(add_population(l, where, &p, name, &l->types[k]));
    p.first = end;
  }
  return AMINE_OK;
}

static double by_density(const am_box *box, double density) {
  return fmax(1, nearbyint(density * (double)am_box_sites(box)));
}

static const char *areal_of(const json_t *sense) {
  const char *areal = json_string_value(json_object_get(sense, "areal"));
  return areal ? areal : json_string_value(json_object_get(sense, "area"));
}

/* The w of the sense that an area serves, or -1. */
static int sense_w(const lattice *l, const char *area, const char *sense) {
  am_items item = {.all = l->keys->senses};
  while (am_items_next(&item)) {
    const char *areal = areal_of(item.value);
    const json_t *w = json_object_get(item.value, "w_index");
    const bool serves = (areal && strcmp(areal, area) == 0) ||
                        (sense && item.name && strcmp(item.name, sense) == 0);
    if (serves && json_is_integer(w) && json_integer_value(w) >= 0 &&
        json_integer_value(w) < l->extents[3])
      return (int)json_integer_value(w);
  }
  return -1;
}

static amine_status read_area(lattice *l, const am_where *where, const am_items *item) {
  area_keys keys = {.density = l->keys->density};
  const am_where ranges = {.above = where, .key = "coord_ranges"};
  am_box box = whole(l);
  AM_TRY(am_table_read(l->r, where, item->value, &am_area_table, true, &keys));
  const char *name = item->name;
  if (!name) return am_refuse(l->r, where, NULL, "an area needs a name");
  const int w = sense_w(l, name, keys.sense);
  if (w >= 0) box.low[3] = box.high[3] = w;
  if (keys.coord_ranges)
    AM_TRY(am_box_read(&box, l->r, &ranges, keys.coord_ranges, l->extents, true));
  const double sites = (double)am_box_sites(&box);
  if (keys.n > sites)
    return am_refuse(l->r, where, NULL, "%d neurons do not fit on its %.0f sites", keys.n, sites);
  return add_area(l, where, name, keys.sense, &box,
                  keys.n > 0 ? keys.n : by_density(&box, keys.density));
}

static int area_population(const lattice *l, const char *area, const char *sense) {
  for (uint32_t k = 0; k < l->n_areas; k++) {
    if (area && strcmp(l->area_names[k], area) == 0) return l->area_first[k];
    if (!area && sense && l->area_sense[k] && strcmp(l->area_sense[k], sense) == 0)
      return l->area_first[k];
  }
  return -1;
}

static amine_status add_slice(lattice *l, const char *area, const char *sense, int w) {
  const am_where where = {.above = l->file, .key = "areas"};
  am_box box = whole(l);
  box.low[3] = box.high[3] = w;
  return add_area(l, &where, area, sense, &box, by_density(&box, l->keys->density));
}

/* Without areas: one for each sense that has a w, or the standard ones, or the whole lattice. */
static amine_status make_areas(lattice *l) {
  const am_where where = {.above = l->file, .key = "areas"};
  const am_box box = whole(l);
  am_items item = {.all = l->keys->senses};
  while (am_items_next(&item)) {
    const char *area = areal_of(item.value);
    const int w = area ? sense_w(l, area, NULL) : -1;
    if (w >= 0 && area_population(l, area, NULL) < 0) AM_TRY(add_slice(l, area, item.name, w));
  }
  if (l->n_areas > 0) return AMINE_OK;
  if (l->keys->shape)
    return add_area(l, &where, "lattice", NULL, &box, by_density(&box, l->keys->density));
  for (int k = 0; k < N_STANDARD; k++)
    AM_TRY(add_slice(l, standard_areas[k].area, standard_areas[k].sense, k));
  return AMINE_OK;
}

static amine_status read_areas(lattice *l) {
  const am_where where = {.above = l->file, .key = "areas"};
  am_items item = {.all = l->keys->areas};
  while (am_items_next(&item)) {
    const am_where here = am_where_item(&where, &item);
    AM_TRY(read_area(l, &here, &item));
  }
  return l->n_areas > 0 ? AMINE_OK : make_areas(l);
}

/* ------------------------------------------------------------------------------ senses */

/* A number, or [height, width]. */
static amine_status read_size(am_model_plan_sense *sense, lattice *l, const am_where *above,
                              const json_t *size) {
  static const am_field side = {.kind = AM_FIELD_INTEGER, .min = 1, .max = AM_LATTICE_EXTENT};
  const am_where where = {.above = above, .key = "input_size"};
  const bool array = json_is_array(size);
  const size_t n = json_array_size(size);
  sense->height = 1;
  if (!array || n == 1)
    return am_field_read(l->r, &where, array ? json_array_get(size, 0) : size, &side,
                         &sense->width);
  if (n != 2) {
    sense->height = 0;
    am_reader_note(l->r, &where, "not [height, width], not used");
    return AMINE_OK;
  }
  AM_TRY(am_field_read(l->r, &where, json_array_get(size, 0), &side, &sense->height));
  return am_field_read(l->r, &where, json_array_get(size, 1), &side, &sense->width);
}

static amine_status read_sense(lattice *l, const am_where *where, const am_items *item) {
  sense_keys keys = {.enabled = true};
  am_model_plan_sense sense = {.name = item->name};
  AM_TRY(am_table_read(l->r, where, item->value, &am_sense_table, true, &keys));
  if (!item->name) return am_refuse(l->r, where, NULL, "a sense needs a name");
  if (keys.input_size) AM_TRY(read_size(&sense, l, where, keys.input_size));
  sense.population = area_population(l, keys.areal, sense.name);
  if (sense.population < 0) am_reader_note(l->r, where, "no area of this sense, not used");
  return am_model_plan_add_sense(l->plan, &sense, l->r);
}

/* Those that the file lists, and those that areas name. */
static amine_status read_senses(lattice *l) {
  const am_where where = {.above = l->file, .key = "senses"};
  am_items item = {.all = l->keys->senses};
  while (am_items_next(&item)) {
    const am_where here = am_where_item(&where, &item);
    AM_TRY(read_sense(l, &here, &item));
  }
  for (uint32_t k = 0; k < l->n_areas; k++) {
    const char *name = l->area_sense[k];
    bool known = !name;
    for (size_t s = 0; s < l->plan->n_senses && !known; s++)
      known = strcmp(l->plan->senses[s].name, name) == 0;
    const am_model_plan_sense sense = {.name = name, .population = l->area_first[k]};
    if (!known) AM_TRY(am_model_plan_add_sense(l->plan, &sense, l->r));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ all of it */

static amine_status make_room(lattice *l) {
  void *names, *first, *senses, *types;
  amine_error *error = l->r->error;
  AM_TRY(am_model_plan_alloc(l->plan, &names, AREAS, sizeof(char *), error));
  AM_TRY(am_model_plan_alloc(l->plan, &first, AREAS, sizeof(int), error));
  AM_TRY(am_model_plan_alloc(l->plan, &senses, AREAS, sizeof(char *), error));
  AM_TRY(am_model_plan_alloc(l->plan, &types, AM_MODEL_PLAN_POPULATIONS, sizeof(am_cell_type *),
                             error));
  l->area_names = names, l->area_first = first, l->area_sense = senses, l->type_of = types;
  return AMINE_OK;
}

amine_status am_lattice_read(am_model_plan *plan, am_reader *r, const am_where *file,
                             const am_lattice_keys *keys, bool connects) {
  lattice l = {.plan = plan, .r = r, .file = file, .keys = keys};
  AM_TRY(make_room(&l));
  AM_TRY(read_shape(&l));
  AM_TRY(am_cell_types_read(l.types, &l.n_types, plan, r, file, keys));
  AM_TRY(read_areas(&l));
  AM_TRY(read_senses(&l));
  return am_lattice_connect(plan, r, file, keys, l.type_of, plan->n_populations, connects);
}
