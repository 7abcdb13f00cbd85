/* The top of a model file: which form it has, and in which order its parts are read. */
#include "brain/model.h"

#include "brain/lattice.h"
#include "brain/model_chemical.h"
#include "brain/model_event.h"
#include "brain/model_input.h"
#include "brain/model_population.h"
#include "brain/brain.h"
#include "brain/model_projection.h"
#include "brain/model_scale.h"
#include "brain/model_texts.h"
#include "brain/parts.h"
#include "format/json.h"

typedef struct top_keys {
  double dt_ms;
  const json_t *populations, *projections, *inputs, *targets, *neuromodulation, *events, *scale;
  int layout; /* an amine_layout */
  am_lattice_keys lattice;
} top_keys;

#define PART(key, how, table, text)                                                                \
  {                                                                                                \
    .name = #key, .kind = how, .offset = offsetof(top_keys, key), .inside = &table,                \
    .meaning = text                                                                                \
  }
#define LATTICE(key, member, how, table, text)                                                     \
  {                                                                                                \
    .name = #key, .kind = how, .offset = offsetof(top_keys, lattice.member), .inside = &table,     \
    .meaning = text                                                                                \
  }
#define OTHERS(key)                                                                                \
  { .name = key, .kind = AM_FIELD_OTHERS }

static const am_field top_fields[] = {
    AM_FIELD_IN(NUMBER, "dt_ms", .offset = offsetof(top_keys, dt_ms), 1e-3, 100, "ms",
                "length of a step", .others = "dt"),
    PART(populations, AM_FIELD_LIST, am_population_table, "neurons"),
    PART(projections, AM_FIELD_LIST, am_projection_table, "synapses"),
    PART(inputs, AM_FIELD_LIST, am_input_table, "what drives the neurons"),
    PART(targets, AM_FIELD_LIST, am_target_table, "what the modulators reach"),
    PART(neuromodulation, AM_FIELD_OBJECT, am_chemical_table, "the chemical modulators"),
    PART(events, AM_FIELD_MAP, am_event_table, "what happens to the brain: rewards, cues, ..."),
    PART(scale, AM_FIELD_OBJECT, am_scale_table, "the same network with fewer neurons"),
    AM_FIELD_OF(WORD, "layout", .offset = offsetof(top_keys, layout),
                "of the synapses in memory: compact ones have 16 bits of weight",
                .words = "automatic|full|compact"),
    AM_FIELD_OF(ARRAY, "lattice_shape", .offset = offsetof(top_keys, lattice.shape),
                "along x, y, z and w, each 1 to 32768", .unit = "sites"),
    LATTICE(neuron_model, neuron_model, AM_FIELD_OBJECT, am_neuron_model_table,
            "of the areas' neurons"),
    LATTICE(cell_types, cell_types, AM_FIELD_MAP, am_cell_type_table, "kinds of them"),
    LATTICE(plasticity, plasticity, AM_FIELD_OBJECT, am_plasticity_table,
            "of the synapses between areas"),
    LATTICE(senses, senses, AM_FIELD_MAP, am_sense_table, "that areas serve"),
    LATTICE(areas, areas, AM_FIELD_MAP, am_area_table, "of the lattice, each a population"),
    LATTICE(connectivity, connectivity, AM_FIELD_OBJECT, am_connectivity_table,
            "the synapses between areas"),
    AM_FIELD_IN(NUMBER, "neuron_density", .offset = offsetof(top_keys, lattice.density), 1e-12, 1,
                "per site", "neurons in an area", .others = "density"),
    AM_FIELD_IN(NUMBER, "connection_probability", .offset = offsetof(top_keys, lattice.probability),
                0, 1, NULL, "short for connectivity.probability",
                .others = "connection_density|synapse_density|synapse_probability"),
    OTHERS("preset"),
    /* these belong to the run */
    OTHERS("seed"),
    OTHERS("duration_s"),
    OTHERS("threads"),
    OTHERS("record"),
    OTHERS("checkpoint_every"),
    OTHERS("checkpoint_every_s"),
    OTHERS("protocol"),
    OTHERS("task"),
    OTHERS("body"),
    OTHERS("clamp"),
    OTHERS("meaning"),
    {0}};
const am_table am_model_table = {.fields = top_fields};

static const char *const lattice_words[] = {
    "lattice_shape", "neuron_model", "cell_types",     "plasticity", "senses",
    "areas",         "connectivity", "neuron_density", "density",    "connection_probability"};
#define N_LATTICE (sizeof lattice_words / sizeof *lattice_words)

/* true if the file says something about a lattice */
static bool has_lattice(const json_t *root) {
  for (size_t k = 0; k < N_LATTICE; k++)
    if (json_object_get(root, lattice_words[k])) return true;
  return false;
}

/* true if the lattice is there to be filled. Beside populations a neuron model or a plasticity
 * alone does not make areas: such keys are noted. */
static bool wants_areas(const json_t *root, const top_keys *keys, am_reader *r) {
  const am_where file = {0};
  if (!has_lattice(root)) return false;
  if (!keys->populations || keys->lattice.areas || keys->lattice.senses || keys->lattice.shape)
    return true;
  for (size_t k = 0; k < N_LATTICE; k++) {
    const am_where where = {.above = &file, .key = lattice_words[k]};
    if (json_object_get(root, lattice_words[k]))
      am_reader_note(r, &where,
                     "accepted, not used: beside populations it needs areas, senses or "
                     "lattice_shape");
  }
  return false;
}

static amine_status read_parts(am_model_plan *plan, am_reader *r, const json_t *root,
                               const top_keys *keys, bool generous) {
  const am_where file = {0};
  const am_where populations = {.above = &file, .key = "populations"};
  const am_where projections = {.above = &file, .key = "projections"};
  const am_where targets = {.above = &file, .key = "targets"};
  const am_where inputs = {.above = &file, .key = "inputs"};
  const am_where events = {.above = &file, .key = "events"};
  const am_where scale = {.above = &file, .key = "scale"};
  const bool connects = keys->lattice.connectivity || !keys->projections;
  if (keys->neuromodulation)
    AM_TRY(am_chemical_read(plan, r, &file, keys->neuromodulation, generous));
  if (wants_areas(root, keys, r)) AM_TRY(am_lattice_read(plan, r, &file, &keys->lattice, connects));
  AM_TRY(am_populations_read(plan, r, &populations, keys->populations));
  if (plan->n_populations == 0)
    return am_refuse(r, &file, NULL,
                     "the model has no neurons: it needs populations or areas (docs/model.md)");
  AM_TRY(am_projections_read(plan, r, &projections, keys->projections));
  AM_TRY(am_projections_check(plan, r));
  AM_TRY(am_model_plan_check_names(plan, r));
  am_populations_note(plan, r, &file);
  AM_TRY(am_targets_read(plan, r, &targets, keys->targets));
  AM_TRY(am_inputs_read(plan, r, &inputs, keys->inputs));
  AM_TRY(am_scale_read(plan, r, &scale, keys->scale));
  return am_events_read(plan, r, &events, keys->events, generous);
}

static amine_status read_model(am_model_plan *plan, am_reader *r, const json_t *root) {
  const am_where file = {0};
  const bool generous = has_lattice(root);
  top_keys keys = {.dt_ms = 1, .lattice = {.density = AM_LATTICE_DENSITY, .probability = -1}};
  AM_TRY(am_table_read(r, &file, root, &am_model_table, generous, &keys));
  plan->dt_ms = keys.dt_ms;
  plan->layout = (amine_layout)keys.layout;
  return read_parts(plan, r, root, &keys, generous);
}

static void drop_texts(void *texts) { am_model_texts_free(texts); }

amine_status am_brain_from_json_within(amine_brain **brain, const json_t *root, const char *name,
                                       uint64_t seed, const am_model_limits *limits, am_text *notes,
                                       amine_error *error) {
  static const am_model_limits most = {.neurons = AM_MODEL_NEURONS, .synapses = AM_MODEL_SYNAPSES};
  am_reader r = {.parts = limits && limits->parts ? limits->parts : &am_brain_parts,
                 .file = name,
                 .notes = notes,
                 .error = error};
  am_model_plan plan = {.limits = limits ? *limits : most, .seed = seed};
  amine_brain *made = NULL;
  am_model_texts *texts = NULL;
  amine_status status = am_model_texts_read(&texts, r.parts, root, name, error);
  if (texts) r.parts = am_model_texts_parts(texts);
  if (status == AMINE_OK) status = read_model(&plan, &r, root);
  if (status == AMINE_OK) status = am_model_plan_build(&made, &plan, &r);
  am_model_plan_free(&plan);
  if (status == AMINE_OK) made->texts = texts, made->drop = drop_texts;
  else am_model_texts_free(texts);
  if (status == AMINE_OK && notes && notes->failed) {
    amine_brain_destroy(made);
    return am_fail_memory(error, notes->length);
  }
  if (status == AMINE_OK) *brain = made;
  return status;
}

amine_status am_brain_from_json(amine_brain **brain, const json_t *root, const char *name,
                                uint64_t seed, am_text *notes, amine_error *error) {
  return am_brain_from_json_within(brain, root, name, seed, NULL, notes, error);
}

bool am_brain_find_key(am_found *found, const am_registry *parts, const json_t *root,
                       const char *dotted_path) {
  return am_table_find(found, &am_model_table, parts, root, dotted_path);
}
