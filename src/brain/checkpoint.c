/* A brain's whole state as a safetensors file, and back.
 *
 * The description of the brain is not in the file: it is built by the same calls and then restored.
 * A checksum of its structure (sizes, models, parameters, synapses) must fit. Everything that the
 * future depends on is one entry of the table that `visit` walks, so saving and restoring cannot
 * disagree. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "brain/brain.h"
#include "brain/chemistry.h"
#include "brain/drive.h"
#include "brain/event_plan.h"
#include "brain/state.h"
#include "format/crc32c.h"
#include "format/safetensors.h"

#define REAL_TYPE (sizeof(am_real) == 8 ? AM_F64 : AM_F32)
#define FILE_LIMIT ((size_t)64 << 30)

/* ------------------------------------------------------------------------- what is in the file */
typedef struct visitor visitor;
/* One array [n] of the state; `data` may be NULL if n is 0. */
typedef amine_status (*visit_array)(visitor *v, const char *name, am_dtype type, void *data,
                                    size_t n, amine_error *error);
struct visitor {
  visit_array array;
  am_tensor_builder *builder; /* saving */
  const am_tensor_file *file; /* restoring: first all are checked, then all are copied */
  bool copies;
};

#define VISIT(type, data, n, ...)                                                                  \
  do {                                                                                             \
    char visit_name[480];                                                                          \
    snprintf(visit_name, sizeof visit_name, __VA_ARGS__);                                          \
    AM_TRY(v->array(v, visit_name, (type), (data), (n), error));                                   \
  } while (0)

static amine_status visit_population(visitor *v, amine_brain *b, am_population *p,
                                     amine_error *error) {
  for (int s = 0; p->model->states[s]; s++)
    VISIT(REAL_TYPE, b->states[s] + p->first, (size_t)p->padded, "%s/%s", p->name,
          p->model->states[s]);
  for (int s = 0; p->is_wide && p->model->states[s]; s++)
    VISIT(AM_F64, p->wide[s], (size_t)p->padded, "%s/wide.%s", p->name, p->model->states[s]);
  for (int k = 0; k < AM_NEURON_OWN && p->model->own[k]; k++)
    VISIT(REAL_TYPE, p->own[k], (size_t)p->padded, "%s/own.%s", p->name, p->model->own[k]);
  if (p->n_drives > 0 && p->base) VISIT(AM_F32, p->base, (size_t)p->n, "%s/base", p->name);
  VISIT(AM_I32, p->counts, (size_t)p->padded, "%s/spike_count", p->name);
  VISIT(AM_F64, p->levels, AM_N_MODULATORS, "%s/levels", p->name);
  return AMINE_OK;
}

/* Names of projections may be equal: their number tells them apart. */
static amine_status visit_block(visitor *v, const amine_brain *b, am_synapse_block *k, int chunk,
                                amine_error *error) {
  const am_projection *p = &b->projections[k->projection];
  const char *const log[AM_LOG_PARTS] = {"growth", "high", "low"};
  if (k->w) VISIT(REAL_TYPE, k->w, k->n_synapses, "%s.%d/w.%d", p->name, k->projection, chunk);
  if (k->w_low)
    VISIT(REAL_TYPE, k->w_low, k->n_synapses, "%s.%d/w.low.%d", p->name, k->projection, chunk);
  if (k->line)
    VISIT(REAL_TYPE, k->line, (size_t)p->early * k->n_targets, "%s.%d/line.%d", p->name,
          k->projection, chunk);
  if (!k->c) return AMINE_OK;
  VISIT(REAL_TYPE, k->c, k->n_synapses, "%s.%d/c.%d", p->name, k->projection, chunk);
  if (k->c_low)
    VISIT(REAL_TYPE, k->c_low, k->n_synapses, "%s.%d/c.low.%d", p->name, k->projection, chunk);
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    VISIT(REAL_TYPE, k->row_log[l], (size_t)p->n_delays * (size_t)p->width, "%s.%d/source.%s.%d",
          p->name, k->projection, log[l], chunk);
    VISIT(REAL_TYPE, k->col_log[l], k->n_targets, "%s.%d/target.%s.%d", p->name, k->projection,
          log[l], chunk);
  }
  return AMINE_OK;
}

static amine_status visit_projection(visitor *v, amine_brain *b, int index, amine_error *error) {
  am_projection *p = &b->projections[index];
  const size_t row = (size_t)p->n_delays * (size_t)p->width;
  const size_t targets = (size_t)b->populations[p->target].padded;
  for (int l = 0; l < p->rule->n_x; l++)
    VISIT(REAL_TYPE, p->x[l], am_synapse_moments(p->rule) * row, "%s.%d/x%d", p->name, index,
          l + 1);
  for (int l = 0; l < p->rule->n_y; l++)
    VISIT(REAL_TYPE, p->y[l], targets, "%s.%d/y%d", p->name, index, l + 1);
  if (p->stp_scale)
    VISIT(REAL_TYPE, p->stp_scale, 3 * row, "%s.%d/stp_scale", p->name, index);
  if (p->stp_state)
    VISIT(REAL_TYPE, p->stp_state, 2 * row, "%s.%d/stp_state", p->name, index);
  for (int l = 0; p->is_wide && l < p->rule->n_x; l++)
    VISIT(AM_F64, p->x_wide[l], row, "%s.%d/wide.x%d", p->name, index, l + 1);
  for (int l = 0; p->is_wide && l < p->rule->n_y; l++)
    VISIT(AM_F64, p->y_wide[l], targets, "%s.%d/wide.y%d", p->name, index, l + 1);
  if (p->stp_wide) VISIT(AM_F64, p->stp_wide, 2 * row, "%s.%d/wide.stp", p->name, index);
  if (p->window_counts)
    VISIT(AM_I32, p->window_counts, targets, "%s.%d/window_counts", p->name, index);
  if (p->reward) {
    VISIT(AM_F64, &p->reward->d, 1, "%s.%d/d", p->name, index);
    VISIT(AM_F64, &p->reward->F, 1, "%s.%d/F", p->name, index);
  }
  for (int c = 0; c < b->n_chunks; c++) {
    am_synapse_block *block = am_synapses_block(b, c, index);
    if (block) AM_TRY(visit_block(v, b, block, c, error));
  }
  return AMINE_OK;
}

/* A chemical level as numbers: what decides its future and what it remembers. */
enum { LEVEL_NUMBERS = 7 + 2 * (int)AMINE_CHEMICAL_EVENTS };

static amine_status visit_level(visitor *v, amine_chemical_level *level, const char *name,
                                amine_error *error) {
  float now[LEVEL_NUMBERS] = {
      level->value,          level->baseline,         level->rate, level->away, level->carry,
      (float)level->clamped, (float)level->next_event};
  uint64_t count = level->event_count;
  memcpy(now + 7, level->events, sizeof level->events);
  VISIT(AM_F32, now, LEVEL_NUMBERS, "chemical/%s", name);
  VISIT(AM_U64, &count, 1, "chemical/%s.events", name);
  if (!v->copies) return AMINE_OK;
  level->value = now[0];
  level->baseline = now[1];
  level->rate = now[2];
  level->away = now[3];
  level->carry = now[4];
  level->clamped = now[5] != 0;
  level->next_event = now[6] >= 0 && now[6] < (float)AMINE_CHEMICAL_EVENTS ? (uint16_t)now[6] : 0;
  level->event_count = (uint32_t)count;
  memcpy(level->events, now + 7, sizeof level->events);
  return AMINE_OK;
}

static amine_status visit_chemistry(visitor *v, am_chemistry *c, amine_error *error) {
  amine_chemical *x = &c->chemical;
  bool *const on[AM_N_MODULATORS] = {&x->dopamine_on, &x->serotonin_on, &x->norepinephrine_on,
                                     &x->acetylcholine_on, &x->orexin_on};
  uint64_t flags = 0;
  for (int l = 0; l < AM_N_MODULATORS; l++) flags |= (uint64_t)*on[l] << l;
  VISIT(AM_U64, &flags, 1, "chemical/on");
  for (int l = 0; l < AM_N_MODULATORS && v->copies; l++) *on[l] = flags >> l & 1;
  amine_chemical_level *const level[AM_N_MODULATORS] = {&x->dopamine.level, &x->serotonin.level,
                                                        &x->norepinephrine.level,
                                                        &x->acetylcholine.level, &x->orexin.level};
  for (int l = 0; l < AM_N_MODULATORS; l++)
    AM_TRY(visit_level(v, level[l], am_modulator_names[l], error));
  VISIT(AM_U64, &c->n_steps, 1, "chemical/steps");
  VISIT(AM_F64, c->history, (size_t)c->n_slots * AM_N_MODULATORS, "chemical/history");
  return AMINE_OK;
}

static amine_status visit_plan(visitor *v, amine_brain *b, int plan, amine_error *error) {
  am_model_plan_state *s = &b->plans.states[plan];
  uint64_t counters[AM_MODEL_PLAN_COUNTERS] = {s->next, s->n_times, s->n_tries, s->followed,
                                               s->pulse_end};
  double numbers[AM_MODEL_PLAN_NUMBERS] = {s->t_ms, s->expected};
  VISIT(AM_U64, counters, AM_MODEL_PLAN_COUNTERS, "events/%d.counters", plan);
  VISIT(AM_F64, numbers, AM_MODEL_PLAN_NUMBERS, "events/%d.numbers", plan);
  *s = (am_model_plan_state){counters[0], counters[1], counters[2], counters[3],
                             counters[4], numbers[0],  numbers[1]};
  return AMINE_OK;
}

static amine_status visit(visitor *v, amine_brain *b, amine_error *error) {
  VISIT(AM_U64, &b->step, 1, "step");
  for (int k = 0; k < b->n_populations; k++)
    AM_TRY(visit_population(v, b, &b->populations[k], error));
  for (int k = 0; k < b->n_projections; k++) AM_TRY(visit_projection(v, b, k, error));
  if (b->chemistry) AM_TRY(visit_chemistry(v, b->chemistry, error));
  for (int k = 0; k < b->plans.n; k++) AM_TRY(visit_plan(v, b, k, error));
  for (int k = 0; k < b->n_receptors; k++) VISIT(REAL_TYPE, b->in[k], b->n_line, "arriving.%d", k + 1);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------ what has its own size */
/* Inputs, and spikes on their way or told for later, in one list of arrays. */
typedef struct loose {
  uint64_t *flight_step; /* [n_flight] */
  uint32_t *flight;      /* [n_flight] neurons in the line */
  size_t n_flight;
  uint64_t *waiting_step; /* [n_waiting] of all populations */
  uint32_t *waiting;      /* [n_waiting] neurons in the line */
  size_t n_waiting;
  double *inputs;    /* [populations][6]: mean, uniform, Poisson rate and weight of 1, of 2 */
  double *further;   /* [populations][n_receptors - 2][2]: of the others */
  am_real *currents; /* [n_line] */
  uint64_t *events;  /* [n_events][AM_WAIT_COUNTERS] that wait */
  double *values;    /* [n_events] */
  uint64_t *lesions; /* [n_lesions]: does it rest, is each population silent, each projection blocked */
} loose;

static void loose_free(loose *x) {
  am_free(x->flight_step);
  am_free(x->flight);
  am_free(x->waiting_step);
  am_free(x->waiting);
  am_free(x->inputs);
  am_free(x->further);
  am_free(x->currents);
  am_free(x->events);
  am_free(x->values);
  am_free(x->lesions);
}

static size_t n_lesions(const amine_brain *b) {
  return 1 + (size_t)b->n_populations + (size_t)b->n_projections;
}

/* A brain that is whole has none, and so had those that were saved before there were any. */
static amine_status loose_lesions(loose *x, const amine_brain *b, amine_error *error) {
  bool any = b->resting;
  for (int k = 0; k < b->n_populations; k++) any |= b->populations[k].silent;
  for (int k = 0; k < b->n_projections; k++) any |= b->projections[k].blocked;
  if (!any) return AMINE_OK;
  uint64_t *to = x->lesions = am_alloc(n_lesions(b), sizeof *x->lesions);
  if (!to) return am_fail_memory(error, 8 * n_lesions(b));
  *to++ = b->resting;
  for (int k = 0; k < b->n_populations; k++) *to++ = b->populations[k].silent;
  for (int k = 0; k < b->n_projections; k++) *to++ = b->projections[k].blocked;
  return AMINE_OK;
}

static uint64_t oldest_flight(const amine_brain *b) {
  return b->step > b->longest ? b->step - b->longest : 0;
}

static void loose_flight(loose *x, const amine_brain *b) {
  for (uint64_t step = oldest_flight(b); step < b->step; step++)
    for (int c = 0; c < b->n_chunks; c++) {
      const am_flight *f = &b->chunks[c].flight;
      uint32_t n = 0;
      const uint32_t *spikes = b->step - step <= f->longest ? am_flight_list(f, step, &n) : NULL;
      for (uint32_t i = 0; i < n; i++, x->n_flight++)
        if (x->flight) {
          x->flight_step[x->n_flight] = step;
          x->flight[x->n_flight] = spikes[i];
        }
    }
}

static void loose_waiting(loose *x, const amine_brain *b) {
  for (int k = 0; k < b->n_populations; k++)
    for (size_t i = b->populations[k].next; i < b->populations[k].n_waiting; i++, x->n_waiting++)
      if (x->waiting) {
        x->waiting_step[x->n_waiting] = b->populations[k].waiting[i].step;
        x->waiting[x->n_waiting] = b->populations[k].first + b->populations[k].waiting[i].neuron;
      }
}

static amine_status loose_events(loose *x, const amine_brain *b, amine_error *error) {
  const size_t n = b->plans.n_waiting;
  x->events = am_alloc(n, AM_WAIT_COUNTERS * sizeof *x->events);
  x->values = am_alloc(n, sizeof *x->values);
  if (!x->events || !x->values) return am_fail_memory(error, am_size_mul(n, sizeof(am_wait)));
  for (size_t k = 0; k < n; k++) {
    const am_wait *w = &b->plans.waiting[k];
    const uint64_t row[AM_WAIT_COUNTERS] = {w->due, w->plan, w->what, w->spikes[0], w->spikes[1]};
    memcpy(x->events + k * AM_WAIT_COUNTERS, row, sizeof row);
    x->values[k] = w->value;
  }
  return AMINE_OK;
}

static size_t n_further(const amine_brain *b) { return (size_t)b->n_receptors - 2; }

static amine_status loose_gather(loose *x, const amine_brain *b, amine_error *error) {
  *x = (loose){0};
  loose_flight(x, b);
  loose_waiting(x, b);
  x->flight_step = am_alloc(x->n_flight, sizeof *x->flight_step);
  x->flight = am_alloc(x->n_flight, sizeof *x->flight);
  x->waiting_step = am_alloc(x->n_waiting, sizeof *x->waiting_step);
  x->waiting = am_alloc(x->n_waiting, sizeof *x->waiting);
  x->inputs = am_alloc((size_t)b->n_populations, 6 * sizeof *x->inputs);
  x->further = am_alloc((size_t)b->n_populations * n_further(b), 2 * sizeof *x->further);
  x->currents = am_alloc(b->n_line, sizeof *x->currents);
  if (!x->flight_step || !x->flight || !x->waiting_step || !x->waiting || !x->inputs ||
      !x->further || !x->currents) {
    loose_free(x);
    return am_fail_memory(error, 12 * (x->n_flight + x->n_waiting));
  }
  x->n_flight = x->n_waiting = 0;
  loose_flight(x, b);
  loose_waiting(x, b);
  for (int k = 0; k < b->n_populations; k++) {
    const am_population *p = &b->populations[k];
    const double inputs[6] = {p->mean,          p->uniform,
                              p->poisson_hz[0], p->poisson_weight[0],
                              p->poisson_hz[1], p->poisson_weight[1]};
    memcpy(x->inputs + 6 * k, inputs, sizeof inputs);
    for (size_t r = 0; r < n_further(b); r++) {
      x->further[2 * ((size_t)k * n_further(b) + r)] = p->poisson_hz[2 + r];
      x->further[2 * ((size_t)k * n_further(b) + r) + 1] = p->poisson_weight[2 + r];
    }
    if (p->currents)
      memcpy(x->currents + p->first, p->currents, (size_t)p->padded * sizeof *p->currents);
  }
  amine_status status = loose_events(x, b, error);
  if (status == AMINE_OK) status = loose_lesions(x, b, error);
  if (status != AMINE_OK) loose_free(x);
  return status;
}

/* ------------------------------------------------------------------------------------ structure */
#define CHECK(value) crc = am_crc32c(crc, &(value), sizeof(value))

static uint32_t structure(const amine_brain *b) {
  uint32_t crc = 0;
  CHECK(b->dt_ms);
  CHECK(b->seed);
  for (int k = 0; k < b->n_populations; k++) {
    const am_population *p = &b->populations[k];
    CHECK(p->n);
    crc = am_crc32c(crc, p->model->part.name, strlen(p->model->part.name));
    if (p->model->program) /* of a text its text, for another may have its name */
      crc = am_crc32c(crc, p->model->part.text, strlen(p->model->part.text));
    crc = am_crc32c(crc, p->values, sizeof p->values);
    CHECK(p->effects);
    CHECK(p->delay_ms);
    CHECK(p->tau_ms);
    crc = am_drives_structure(p, crc);
  }
  const int every = b->chemistry ? b->chemistry->every : 0;
  CHECK(every);
  if (b->chemistry) {
    const amine_chemical *x = &b->chemistry->chemical;
    const float fixed[11] = {
        x->dopamine.learning_rate_modulation, x->serotonin.inhibition_strength,
        x->norepinephrine.gain_modulation,    x->acetylcholine.plasticity_modulation,
        x->acetylcholine.attention_gain,      x->orexin.arousal_strength,
        x->dopamine.level.exponential,        x->serotonin.level.exponential,
        x->norepinephrine.level.exponential,  x->acetylcholine.level.exponential,
        x->orexin.level.exponential};
    CHECK(fixed);
  }
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    crc = am_crc32c(crc, p->rule->part.name, strlen(p->rule->part.name));
    if (p->rule->program) crc = am_crc32c(crc, p->rule->part.text, strlen(p->rule->part.text));
    crc = am_crc32c(crc, p->values, sizeof p->values);
    crc = am_crc32c(crc, p->delays, (size_t)p->n_delays * sizeof *p->delays);
    if (p->back > 0) CHECK(p->back);
    const int fixed[4] = {p->source, p->target, p->receptor, (int)p->factor};
    CHECK(fixed);
    CHECK(p->weight);
    CHECK(p->stp_u);
    CHECK(p->stp_tau_rec_ms);
    CHECK(p->stp_tau_facil_ms);
    for (int c = 0; c < b->n_chunks; c++) {
      const am_synapse_block *block = am_synapses_block(b, c, k);
      if (!block) continue;
      crc = am_crc32c(crc, block->target, block->n_synapses * sizeof *block->target);
      size_t rows = (size_t)p->n_delays * ((size_t)b->populations[p->source].n + 1);
      if (block->row_source) {
        rows = (size_t)block->row_first[p->n_delays] + 1;
        crc = am_crc32c(crc, block->row_source, (rows - 1) * sizeof *block->row_source);
      }
      crc = am_crc32c(crc, block->row, rows * sizeof *block->row);
    }
  }
  /* compact synapses never change: their weights belong to the structure and stand in no file */
  for (int t = 0; t < b->compact.n_tracts; t++) CHECK(b->compact.tracts[t].sum);
  return am_plans_structure(b, crc);
}

/* --------------------------------------------------------------------------------------- saving */
/* What visit_level shows lives on its stack: the file gets a copy of everything small. */
typedef struct saver {
  visitor visitor; /* first */
  void **copies;
  size_t n, capacity;
} saver;

static amine_status save_array(visitor *v, const char *name, am_dtype type, void *data, size_t n,
                               amine_error *error) {
  saver *s = (saver *)v;
  if (n <= LEVEL_NUMBERS) {
    if (s->n == s->capacity) {
      void **more = am_resize(s->copies, 2 * s->capacity + 16, sizeof *more);
      if (!more) return am_fail_memory(error, s->capacity * sizeof *more);
      s->copies = more;
      s->capacity = 2 * s->capacity + 16;
    }
    void *copy = am_alloc(n, am_dtype_size(type));
    if (!copy) return am_fail_memory(error, n * am_dtype_size(type));
    s->copies[s->n++] = copy;
    if (n > 0) memcpy(copy, data, n * am_dtype_size(type));
    data = copy;
  }
  return am_tensor_builder_add(v->builder, name, type, 1, &n, data, error);
}

static amine_status add_loose(am_tensor_builder *t, const loose *x, const amine_brain *b,
                              amine_error *error) {
  const size_t n_inputs[2] = {(size_t)b->n_populations, 6}, n_line = b->n_line;
  const size_t n_events[2] = {b->plans.n_waiting, AM_WAIT_COUNTERS};
  AM_TRY(am_tensor_builder_add(t, "flight.step", AM_U64, 1, &x->n_flight, x->flight_step, error));
  AM_TRY(am_tensor_builder_add(t, "flight.neuron", AM_I32, 1, &x->n_flight, x->flight, error));
  AM_TRY(am_tensor_builder_add(t, "told.step", AM_U64, 1, &x->n_waiting, x->waiting_step, error));
  AM_TRY(am_tensor_builder_add(t, "told.neuron", AM_I32, 1, &x->n_waiting, x->waiting, error));
  AM_TRY(am_tensor_builder_add(t, "inputs", AM_F64, 2, n_inputs, x->inputs, error));
  const size_t further[2] = {(size_t)b->n_populations, 2 * n_further(b)};
  if (n_further(b) > 0)
    AM_TRY(am_tensor_builder_add(t, "inputs.further", AM_F64, 2, further, x->further, error));
  AM_TRY(am_tensor_builder_add(t, "currents", REAL_TYPE, 1, &n_line, x->currents, error));
  const size_t n = n_lesions(b);
  if (x->lesions) AM_TRY(am_tensor_builder_add(t, "lesions", AM_U64, 1, &n, x->lesions, error));
  if (b->plans.n == 0) return AMINE_OK;
  AM_TRY(am_tensor_builder_add(t, "events.waiting", AM_U64, 2, n_events, x->events, error));
  return am_tensor_builder_add(t, "events.value", AM_F64, 1, n_events, x->values, error);
}

static amine_status save(amine_brain *b, am_tensor_builder *t, const char *path,
                         amine_error *error) {
  char text[16];
  snprintf(text, sizeof text, "%08x", structure(b));
  AM_TRY(am_tensor_builder_note(t, "format", "amine-brain-1", error));
  AM_TRY(am_tensor_builder_note(t, "structure", text, error));
  loose x;
  AM_TRY(loose_gather(&x, b, error));
  saver s = {.visitor = {.array = save_array, .builder = t}};
  amine_status status = visit(&s.visitor, b, error);
  if (status == AMINE_OK) status = add_loose(t, &x, b, error);
  if (status == AMINE_OK) status = am_tensor_builder_save(t, path, error);
  for (size_t k = 0; k < s.n; k++) am_free(s.copies[k]);
  am_free(s.copies);
  loose_free(&x);
  return status;
}

amine_status amine_brain_save(amine_brain *b, const char *path, amine_error *error) {
  AM_ENTER;
  AM_TRY(am_brain_build(b, error));
  am_tensor_builder *t;
  AM_TRY(am_tensor_builder_new(&t, error));
  const amine_status status = save(b, t, path, error);
  am_tensor_builder_free(t);
  return status;
}

/* ------------------------------------------------------------------------------------ restoring */
static amine_status check_array(visitor *v, const char *name, am_dtype type, void *data, size_t n,
                                amine_error *error) {
  (void)data;
  const am_tensor *t = am_tensor_file_find(v->file, name);
  if (!t) return am_fail(error, AMINE_ERROR_INPUT, "there is no tensor %.200s", name);
  const bool same =
      t->dtype == type || (type == REAL_TYPE && (t->dtype == AM_F32 || t->dtype == AM_F64));
  if (!same || t->rank != 1 || t->dims[0] != n)
    return am_fail(error, AMINE_ERROR_INPUT, "tensor %.200s has not the type or size of this brain",
                   name);
  return AMINE_OK;
}

static amine_status copy_array(visitor *v, const char *name, am_dtype type, void *data, size_t n,
                               amine_error *error) {
  return am_tensor_file_copy(v->file, name, data, type, 1, &n, error);
}

static amine_status fail_loose(const char *what, amine_error *error) {
  return am_fail(error, AMINE_ERROR_INPUT, "%s does not fit this brain", what);
}

static int population_of(const amine_brain *b, uint32_t at) {
  int k = 0;
  while (at - b->populations[k].first >= (uint32_t)b->populations[k].padded) k++;
  return k;
}

static bool repeats(const amine_brain *b, uint32_t at) {
  return am_neuron_repeats(b->populations[population_of(b, at)].model);
}

/* Two lists that belong together, in order of (step, neuron), one neuron as often as it fired:
 * once, if its model cannot fire twice in a step. What was told is listed one population after the
 * other. */
static amine_status check_list(const am_tensor_file *f, const char *steps, const char *neurons,
                               const amine_brain *b, uint64_t from, uint64_t to, bool told,
                               amine_error *error) {
  const am_tensor *s = am_tensor_file_find(f, steps), *n = am_tensor_file_find(f, neurons);
  if (!s || !n || s->dtype != AM_U64 || n->dtype != AM_I32 || s->count != n->count)
    return fail_loose(neurons, error);
  const uint64_t *step = s->data;
  const uint32_t *neuron = n->data;
  for (size_t k = 0; k < s->count; k++)
    if (step[k] < from || step[k] >= to || neuron[k] >= b->n_line)
      return fail_loose(neurons, error);
  for (size_t k = 1; k < s->count; k++) {
    const int here = told ? population_of(b, neuron[k]) : 0;
    const int before = told ? population_of(b, neuron[k - 1]) : 0;
    const bool later = step[k] != step[k - 1]       ? step[k] > step[k - 1]
                       : neuron[k] != neuron[k - 1] ? neuron[k] > neuron[k - 1]
                                                    : repeats(b, neuron[k]);
    if (here < before || (here == before && !later)) return fail_loose(neurons, error);
  }
  return AMINE_OK;
}

/* New tables and lists, ready to take the place of the old ones. */
typedef struct fresh {
  am_poisson_table *(*poisson)[AM_NEURON_RECEPTORS]; /* [populations] */
  am_waiting_spike **waiting;
  size_t *n_waiting;
  am_wait *events; /* [n_events] */
  size_t n_events;
} fresh;

static void fresh_free(fresh *x, int n) {
  for (int k = 0; k < n; k++) {
    for (int r = 0; x->poisson && r < AM_NEURON_RECEPTORS; r++) am_free(x->poisson[k][r]);
    if (x->waiting) am_free(x->waiting[k]);
  }
  am_free(x->poisson);
  am_free(x->waiting);
  am_free(x->n_waiting);
  am_free(x->events);
}

/* Rate and weight of a receptor of a population, whose further ones begin at `first`. */
static const double *poisson_of(const double *inputs, const am_tensor *further, size_t first,
                                size_t receptor) {
  if (receptor < 2) return inputs + 2 + 2 * receptor;
  return (const double *)further->data + 2 * (first + receptor - 2);
}

static amine_status fresh_inputs(fresh *x, amine_brain *b, const am_tensor_file *f,
                                 amine_error *error) {
  const am_tensor *t = am_tensor_file_find(f, "inputs"), *c = am_tensor_file_find(f, "currents");
  const am_tensor *further = am_tensor_file_find(f, "inputs.further");
  const size_t n = n_further(b);
  if (n > 0 && (!further || further->dtype != AM_F64 ||
                further->count != 2 * n * (size_t)b->n_populations))
    return fail_loose("inputs.further", error);
  if (!t || t->dtype != AM_F64 || t->count != 6 * (size_t)b->n_populations)
    return fail_loose("inputs", error);
  if (!c || c->count != b->n_line || (c->dtype != AM_F32 && c->dtype != AM_F64))
    return fail_loose("currents", error);
  for (int k = 0; k < b->n_populations; k++) {
    const double *in = (const double *)t->data + 6 * k;
    for (int i = 0; i < 6; i++)
      if (!(fabs(in[i]) <= FLT_MAX)) return fail_loose("inputs", error);
    for (size_t r = 0; r < 2 + n; r++) {
      const double *of = poisson_of(in, further, (size_t)k * n, r);
      const double mean = of[0] * b->dt_ms * 1e-3;
      if (!(mean >= 0 && mean <= AM_POISSON_MOST && fabs(of[1]) <= FLT_MAX))
        return fail_loose("inputs", error);
      if (mean > 0) AM_TRY(am_poisson_make(&x->poisson[k][r], mean, error));
    }
    am_population *p = &b->populations[k];
    if (!p->currents && !p->model->is_source) {
      AM_TRY(AM_TAKE(p->currents, (size_t)p->padded, error));
    }
  }
  return AMINE_OK;
}

static amine_status fresh_waiting(fresh *x, const amine_brain *b, const am_tensor_file *f,
                                  amine_error *error) {
  const am_tensor *s = am_tensor_file_find(f, "told.step"),
                  *n = am_tensor_file_find(f, "told.neuron");
  const uint64_t *step = s->data;
  const uint32_t *neuron = n->data;
  for (size_t k = 0; k < s->count; k++) x->n_waiting[population_of(b, neuron[k])]++;
  for (int k = 0; k < b->n_populations; k++) {
    x->waiting[k] = am_alloc(x->n_waiting[k], sizeof **x->waiting);
    if (!x->waiting[k]) return am_fail_memory(error, x->n_waiting[k] * sizeof **x->waiting);
    x->n_waiting[k] = 0;
  }
  for (size_t k = 0; k < s->count; k++) {
    const int p = population_of(b, neuron[k]);
    x->waiting[p][x->n_waiting[p]++] =
        (am_waiting_spike){step[k], neuron[k] - b->populations[p].first};
  }
  return AMINE_OK;
}

static amine_status check_plan(const amine_brain *b, const am_tensor_file *f, int plan,
                               uint64_t step, amine_error *error) {
  char name[64];
  am_model_plan_state s = {0};
  snprintf(name, sizeof name, "events/%d.counters", plan);
  const uint64_t *counters = am_tensor_file_find(f, name)->data;
  snprintf(name, sizeof name, "events/%d.numbers", plan);
  const double *numbers = am_tensor_file_find(f, name)->data;
  s = (am_model_plan_state){counters[0], counters[1], counters[2], counters[3],
                            counters[4], numbers[0],  numbers[1]};
  return am_model_plan_state_fits(b, plan, &s, step) ? AMINE_OK : fail_loose(name, error);
}

static amine_status fresh_events(fresh *x, const amine_brain *b, const am_tensor_file *f,
                                 uint64_t step, amine_error *error) {
  if (b->plans.n == 0) return AMINE_OK;
  const am_tensor *t = am_tensor_file_find(f, "events.waiting"),
                  *v = am_tensor_file_find(f, "events.value");
  if (!t || !v || t->dtype != AM_U64 || v->dtype != AM_F64 || v->rank != 1 ||
      t->count != am_size_mul(v->count, AM_WAIT_COUNTERS))
    return fail_loose("events.waiting", error);
  x->n_events = v->count;
  AM_TRY(AM_TAKE(x->events, x->n_events, error));
  for (size_t k = 0; k < x->n_events; k++) {
    const uint64_t *row = (const uint64_t *)t->data + k * AM_WAIT_COUNTERS;
    x->events[k] =
        (am_wait){row[0], row[1], row[2], {row[3], row[4]}, ((const double *)v->data)[k]};
    if (!am_wait_fits(b, &x->events[k], step)) return fail_loose("events.waiting", error);
  }
  for (int k = 0; k < b->plans.n; k++) AM_TRY(check_plan(b, f, k, step, error));
  return AMINE_OK;
}

/* The plans go on from what was saved; what has happened was read by somebody, or is lost. */
static void install_events(amine_brain *b, fresh *x) {
  am_wait *old = b->plans.waiting;
  b->plans.waiting = x->events;
  x->events = old;
  b->plans.n_waiting = b->plans.waiting_capacity = x->n_events;
  b->plans.watched = b->step;
  b->happened.n = b->happened.read = 0;
  am_plans_settle(b);
}

/* Room in each chunk for the spikes that are in flight. */
static amine_status room_for_flight(amine_brain *b, const am_tensor_file *f, amine_error *error) {
  const am_tensor *n = am_tensor_file_find(f, "flight.neuron");
  const uint32_t *neuron = n->data, length = b->chunks[0].end;
  for (int c = 0; c < b->n_chunks; c++) {
    size_t found = 0;
    for (size_t k = 0; k < n->count; k++) found += neuron[k] / length == (uint32_t)c;
    found += (size_t)b->longest * 16; /* each list may begin a cache line */
    AM_TRY(am_flight_room(&b->chunks[c].flight, b->step, found, error));
  }
  return AMINE_OK;
}

/* Spikes in order of (step, neuron); those that have arrived everywhere are passed over. */
static void install_flight(amine_brain *b, const uint64_t *step, const uint32_t *neuron, size_t n) {
  size_t k = 0;
  for (int c = 0; c < b->n_chunks; c++) am_flight_clear(&b->chunks[c].flight);
  for (uint64_t at = oldest_flight(b); at < b->step; at++) {
    while (k < n && step[k] < at) k++;
    for (int c = 0; c < b->n_chunks; c++) {
      am_flight *f = &b->chunks[c].flight;
      uint32_t *list = am_flight_begin(f), length = 0;
      for (; k < n && step[k] == at && neuron[k] < b->chunks[c].end; k++)
        if (b->step - at <= f->longest) list[length++] = neuron[k];
      am_flight_end(f, at, length);
    }
  }
}

static void install_lesions(amine_brain *b, const am_tensor_file *f) {
  const am_tensor *t = am_tensor_file_find(f, "lesions");
  const uint64_t *from = t ? t->data : NULL;
  b->resting = from && *from++;
  for (int k = 0; k < b->n_populations; k++) b->populations[k].silent = from && *from++;
  for (int k = 0; k < b->n_projections; k++) b->projections[k].blocked = from && *from++;
}

/* Cannot fail: everything was checked and made. */
static void install(amine_brain *b, fresh *x, const am_tensor_file *f) {
  const am_tensor *in = am_tensor_file_find(f, "inputs"), *c = am_tensor_file_find(f, "currents");
  const am_tensor *further = am_tensor_file_find(f, "inputs.further");
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    const double *values = (const double *)in->data + 6 * k;
    p->mean = values[0];
    p->uniform = values[1];
    for (size_t r = 0; r < 2 + n_further(b); r++) {
      const double *of = poisson_of(values, further, (size_t)k * n_further(b), r);
      p->poisson_hz[r] = of[0];
      p->poisson_weight[r] = of[1];
      am_poisson_table *old = p->poisson[r];
      p->poisson[r] = x->poisson[k][r];
      x->poisson[k][r] = old;
    }
    for (int i = 0; p->currents && i < p->padded; i++)
      p->currents[i] = c->dtype == AM_F64
                           ? (am_real)((const double *)c->data)[p->first + (uint32_t)i]
                           : (am_real)((const float *)c->data)[p->first + (uint32_t)i];
    am_waiting_spike *old = p->waiting;
    p->waiting = x->waiting[k];
    p->n_waiting = x->n_waiting[k];
    p->next = 0;
    x->waiting[k] = old;
  }
  const am_tensor *s = am_tensor_file_find(f, "flight.step"),
                  *n = am_tensor_file_find(f, "flight.neuron");
  install_flight(b, s->data, n->data, s->count);
  b->record.n = b->record.read = 0;
  b->record.until = b->step;
  install_events(b, x);
  install_lesions(b, f);
  b->broken = false;
}

static amine_status restore(amine_brain *b, const am_tensor_file *f, fresh *x, amine_error *error) {
  char text[16];
  const char *kind = am_tensor_file_note(f, "format"), *found = am_tensor_file_note(f, "structure");
  if (!kind || strcmp(kind, "amine-brain-1") != 0)
    return am_fail(error, AMINE_ERROR_INPUT, "this is not the state of a brain");
  snprintf(text, sizeof text, "%08x", structure(b));
  if (!found || strcmp(found, text) != 0)
    return am_fail(error, AMINE_ERROR_INPUT, "this is the state of a brain with another structure");
  visitor v = {.array = check_array, .file = f};
  AM_TRY(visit(&v, b, error));
  const uint64_t step = *(const uint64_t *)am_tensor_file_find(f, "step")->data;
  if (step > AM_BRAIN_STEPS) return fail_loose("step", error);
  AM_TRY(check_list(f, "flight.step", "flight.neuron", b, 0, step, false, error));
  AM_TRY(check_list(f, "told.step", "told.neuron", b, step, AM_BRAIN_STEPS, true, error));
  const am_tensor *lesions = am_tensor_file_find(f, "lesions");
  if (lesions && (lesions->dtype != AM_U64 || lesions->count != n_lesions(b)))
    return fail_loose("lesions", error);
  AM_TRY(room_for_flight(b, f, error));
  x->poisson = am_alloc((size_t)b->n_populations, sizeof *x->poisson);
  x->waiting = am_alloc((size_t)b->n_populations, sizeof *x->waiting);
  x->n_waiting = am_alloc((size_t)b->n_populations, sizeof *x->n_waiting);
  if (!x->poisson || !x->waiting || !x->n_waiting)
    return am_fail_memory(error, (size_t)b->n_populations * 32);
  AM_TRY(fresh_inputs(x, b, f, error));
  AM_TRY(fresh_waiting(x, b, f, error));
  AM_TRY(fresh_events(x, b, f, step, error));
  v.array = copy_array;
  v.copies = true;
  AM_TRY(visit(&v, b, error));
  install(b, x, f);
  return AMINE_OK;
}

amine_status amine_brain_restore(amine_brain *b, const char *path, amine_error *error) {
  AM_ENTER;
  AM_TRY(am_brain_build(b, error));
  am_tensor_file *f;
  AM_TRY(am_tensor_file_open(&f, path, FILE_LIMIT, true, error));
  fresh x = {0};
  amine_error detail = {0};
  amine_status status = restore(b, f, &x, &detail);
  if (status != AMINE_OK) status = am_fail_file(error, status, path, -1, "%s", detail.message);
  fresh_free(&x, b->n_populations);
  am_tensor_file_close(f);
  return status;
}
