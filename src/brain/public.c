/* The public face of a brain: populations, projections, inputs, and looking inside. */
#include "brain/brain.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/sized.h"
#include "base/steps.h"
#include "brain/chemistry.h"
#include "brain/connect.h"
#include "brain/draw.h"
#include "brain/drive.h"
#include "brain/neuron_each.h"
#include "brain/neuron_receptor.h"
#include "brain/event_plan.h"
#include "kernel/exponential.h"

/* Three pieces of a sentence: what was perhaps meant, if anything is near. */
#define AM_PERHAPS(near) (near) ? "; did you mean " : "", (near) ? (near) : "", (near) ? "?" : ""
#define ARGUMENT(...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

amine_status amine_brain_create(amine_brain **brain, double dt_ms, uint64_t seed,
                                amine_error *error) {
  AM_ENTER;
  return am_brain_create(brain, &am_brain_parts, dt_ms, seed, error);
}

amine_status am_brain_create(amine_brain **brain, const am_registry *parts, double dt_ms,
                             uint64_t seed, amine_error *error) {
  if (!(dt_ms > 0 && dt_ms <= 100)) return ARGUMENT("dt_ms = %g is not in (0, 100]", dt_ms);
  amine_brain *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  b->parts = parts;
  b->dt_ms = dt_ms;
  b->seed = seed;
  b->n_threads = 1;
  b->isa = am_isa_now();
  b->pass = am_brain_passes[b->isa];
  b->plans.due = UINT64_MAX;
  *brain = b;
  return AMINE_OK;
}

static void free_population(am_population *p) {
  am_free(p->name);
  am_free(p->positions);
  for (int k = 0; k < AM_NEURON_OWN; k++) am_free(p->own[k]);
  for (int k = 0; k < AM_NEURON_RECEPTORS; k++) am_free(p->poisson[k]);
  for (int s = 0; s < AM_NEURON_STATES; s++) am_free(p->start[s]);
  am_drives_free(p);
  am_free(p->base);
  am_neuron_text_model_free(p->variant);
  am_free(p->currents);
  am_free(p->counts);
  am_free(p->waiting);
}

static void free_projection(am_projection *p) {
  am_free(p->name);
  if (p->connection) {
    am_free(p->connection->pair_row);
    am_free(p->connection->pair_target);
    am_free(p->connection->pair_weight);
    am_free(p->connection->gap);
    am_free(p->connection->hit);
    am_free(p->connection->delay_below);
    am_free(p->connection);
  }
}

void amine_brain_destroy(amine_brain *b) {
  if (!b) return;
  am_brain_unbuild(b);
  for (int k = 0; k < b->n_populations; k++) free_population(&b->populations[k]);
  for (int k = 0; k < b->n_projections; k++) free_projection(&b->projections[k]);
  am_free(b->populations);
  am_free(b->projections);
  am_chemistry_free(b->chemistry);
  am_free(b->record.steps);
  am_free(b->record.neurons);
  am_text_free(&b->notes);
  am_free(b->happened.list);
  am_plans_free(&b->plans);
  if (b->drop) b->drop(b->texts);
  am_part_texts_free(&b->own_texts);
  am_free(b);
}

/* ------------------------------------------------------------------------------------- notes */
const char *amine_brain_notes(const amine_brain *b) { return b->notes.data ? b->notes.data : ""; }

static void note_time(amine_brain *b, const char *name, const char *key, double ms, double dt_ms,
                      uint64_t least) {
  char what[280];
  snprintf(what, sizeof what, "%.200s: %s", name, key);
  am_steps_note(&b->notes, what, ms, 1, dt_ms, least);
}

static void note_times(amine_brain *b, const char *name) {
  char what[280];
  snprintf(what, sizeof what, "%.200s: times_ms", name);
  am_times_note(&b->notes, what, b->dt_ms);
}

/* ------------------------------------------------------------------------------- populations */
static amine_status no_parameter(const amine_parameter *table, const char *what, const char *name,
                                 amine_error *error) {
  am_nearest_word near = am_nearest_begin(name);
  for (int k = 0; table && table[k].name; k++) am_nearest_try(&near, table[k].name);
  return ARGUMENT("%s has no parameter %.100s%s%s%s", what, name, AM_PERHAPS(near.best));
}

amine_status am_brain_values(double *values, const amine_parameter *table, const char *what,
                             const amine_value *given, int n, amine_error *error) {
  for (int k = 0; table && table[k].name; k++) values[k] = table[k].standard;
  for (int j = 0; j < n; j++) {
    int k = 0;
    if (!given[j].name) return ARGUMENT("%s: a parameter has no name", what);
    while (table && table[k].name && strcmp(table[k].name, given[j].name) != 0) k++;
    if (!table || !table[k].name) return no_parameter(table, what, given[j].name, error);
    if (!(given[j].value >= table[k].min && given[j].value <= table[k].max))
      return ARGUMENT("%s: %s = %g is not in %g to %g %s", what, table[k].name, given[j].value,
                      table[k].min, table[k].max, table[k].unit);
    values[k] = given[j].value;
  }
  return AMINE_OK;
}

/* A list of n with room for one more: it doubles where n is a power of two. */
static void *grown(void *list, int n, size_t size) {
  if (n & (n - 1)) return list;
  return am_resize(list, n ? 2 * (size_t)n : 1, size);
}

static amine_status open_to_change(const amine_brain *b, const char *what, amine_error *error) {
  if (b->built) return ARGUMENT("%s is possible until the first run only", what);
  return AMINE_OK;
}

static amine_status find_population(am_population **p, const amine_brain *b, int k,
                                    amine_error *error) {
  if (k < 0 || k >= b->n_populations)
    return ARGUMENT("there is no population %d: there are %d", k, b->n_populations);
  *p = &b->populations[k];
  return AMINE_OK;
}

static amine_status check_rate(const am_population *p, double rate_hz, double dt_ms,
                               amine_error *error) {
  if (rate_hz >= 0 && rate_hz * dt_ms * 1e-3 <= AM_POISSON_MOST) return AMINE_OK;
  return ARGUMENT("population %s: a rate of %g Hz is not in 0 to %g", p->name, rate_hz,
                  1e3 * AM_POISSON_MOST / dt_ms);
}

/* How often a neuron may fire in one step. */
static void set_most(am_population *p, double dt_ms) {
  const am_real *own[AM_NEURON_OWN];
  for (int k = 0; k < AM_NEURON_OWN; k++) own[k] = p->own[k];
  p->most = am_neuron_most(p->model, p->values, own, p->n, dt_ms);
}

/* What each neuron has for itself starts as the population's value. */
static amine_status fill_own(am_population *p, double dt_ms, amine_error *error) {
  for (int which = 0; which < AM_NEURON_OWN && p->model->own[which]; which++) {
    p->own[which] = am_alloc((size_t)p->padded, sizeof(am_real));
    if (!p->own[which]) return am_fail_memory(error, (size_t)p->padded * sizeof(am_real));
    int k = 0;
    while (strcmp(p->model->part.parameters[k].name, am_neuron_own_from(p->model, which)) != 0) k++;
    const bool rate = am_neuron_takes_rate(p->model);
    if (rate) AM_TRY(check_rate(p, p->values[k], dt_ms, error));
    if (rate && !p->base) {
      AM_TRY(AM_TAKE(p->base, (size_t)p->n, error));
      for (int i = 0; i < p->n; i++) p->base[i] = (float)p->values[k];
    }
    for (int i = 0; i < p->n; i++)
      p->own[which][i] = am_neuron_own_value(p->model, which, p->values[k], dt_ms);
  }
  return AMINE_OK;
}

/* Some equations are integrated by methods that need steps shorter than what they describe. */
static amine_status check_step(const am_population *p, const char *name, double dt_ms,
                               amine_error *error) {
  const double longest = am_neuron_longest_step(p->model, p->values, dt_ms);
  if (dt_ms <= longest) return AMINE_OK;
  return ARGUMENT("population %s: with these values %s needs steps of at most %.3g ms, not %g ms",
                  name, p->model->part.name, longest, dt_ms);
}

/* What the model makes of its values. */
static amine_status take_model(am_population *p, const char *name, double dt_ms,
                               amine_error *error) {
  AM_TRY(check_step(p, name, dt_ms, error));
  if (!am_neuron_setup(p->model, p->k_wide, p->initial, p->values, dt_ms))
    return ARGUMENT("population %s: with these values the equations of %s have numbers that are not "
                    "finite", name, p->model->part.name);
  for (int k = 0; k < AM_NEURON_CONSTANTS; k++) p->k[k] = (am_real)p->k_wide[k];
  p->is_wide = sizeof(am_real) < sizeof(double) &&
               am_neuron_slowness_of(p->model, p->values, dt_ms) > 1;
  return AMINE_OK;
}

static amine_status make_population(am_population *p, const char *name, int n, double dt_ms,
                                    const amine_value *values, int n_values, amine_error *error) {
  char what[160];
  snprintf(what, sizeof what, "neuron model %s", p->model->part.name);
  AM_TRY(am_brain_values(p->values, p->model->part.parameters, what, values, n_values, error));
  p->n = n;
  p->padded = (n + 15) / 16 * 16;
  p->recorded = true;
  p->n_receptors = am_neuron_n_receptors(p->model);
  for (int r = 0; r < AM_NEURON_RECEPTORS; r++) p->reversal[r] = (double)NAN;
  p->effects = AMINE_EFFECT_LEARNING | AMINE_EFFECT_GAIN | AMINE_EFFECT_THRESHOLD;
  p->gain = p->threshold = p->input = 1;
  for (int f = 0; f <= AMINE_FACTOR_SIGNED_ALL; f++) p->factors[f] = 1;
  AM_TRY(take_model(p, name, dt_ms, error));
  p->name = am_strdup(name);
  p->counts = am_alloc((size_t)p->padded, sizeof *p->counts);
  if (!p->name || !p->counts) return am_fail_memory(error, (size_t)p->padded * 4);
  AM_TRY(fill_own(p, dt_ms, error));
  set_most(p, dt_ms);
  return AMINE_OK;
}

/* A model that was said as a text. */
static amine_status read_model(amine_brain *b, const am_neuron_model **model, const char *name,
                               const char *text, amine_error *error) {
  char what[240];
  const am_part *part;
  snprintf(what, sizeof what, "population %.200s", name ? name : "");
  AM_TRY(open_to_change(b, "adding a population", error));
  AM_TRY(am_part_texts_make(&b->own_texts, &part, AM_NEURON, what, text, error));
  *model = (const am_neuron_model *)part;
  return AMINE_OK;
}

amine_status amine_brain_add_population(amine_brain *b, int *id, const char *name, int n,
                                        const char *model, const amine_value *values, int n_values,
                                        amine_error *error) {
  AM_ENTER;
  const am_neuron_model *found = NULL;
  const char *near = NULL;
  if (am_is_part_text(model)) AM_TRY(read_model(b, &found, name, model, error));
  else
    found = (const am_neuron_model *)am_brain_part_of(b->parts, AM_NEURON, model ? model : "", false,
                                                      &near);
  if (!found && name && name[0])
    return ARGUMENT("population %.200s: there is no neuron model %.100s%s%s%s", name,
                    model ? model : "NULL", AM_PERHAPS(near));
  return am_brain_add_population(b, id, name, n, found, values, n_values, error);
}

amine_status am_brain_add_population(amine_brain *b, int *id, const char *name, int n,
                                     const am_neuron_model *model, const amine_value *values,
                                     int n_values, amine_error *error) {
  AM_TRY(open_to_change(b, "adding a population", error));
  if (!name || !name[0] || strlen(name) > 200)
    return ARGUMENT("a population needs a name of 1 to 200 bytes");
  for (int k = 0; k < b->n_populations; k++)
    if (strcmp(b->populations[k].name, name) == 0)
      return ARGUMENT("there is a population %s already", name);
  if (n < 1 || (uint32_t)n > AM_BRAIN_NEURONS - b->n_line)
    return ARGUMENT("population %s: %d neurons are not in 1 to %u", name, n,
                    AM_BRAIN_NEURONS - b->n_line);
  if (b->n_populations == AM_BRAIN_POPULATIONS)
    return ARGUMENT("there are %d populations already", AM_BRAIN_POPULATIONS);
  am_population p = {.model = model, .first = b->n_line};
  amine_status status = make_population(&p, name, n, b->dt_ms, values, n_values, error);
  am_population *all = NULL;
  if (status == AMINE_OK) {
    all = grown(b->populations, b->n_populations, sizeof *all);
    if (!all) status = am_fail_memory(error, sizeof *all);
  }
  if (status != AMINE_OK) {
    free_population(&p);
    return status;
  }
  b->populations = all;
  b->populations[b->n_populations] = p;
  b->n_line += (uint32_t)p.padded;
  const amine_parameter *table = p.model->part.parameters;
  for (int k = 0; table && table[k].name; k++)
    if (strcmp(table[k].name, AM_NEURON_STEPS) == 0)
      note_time(b, name, AM_NEURON_STEPS, p.values[k], b->dt_ms, 0);
  if (id) *id = b->n_populations;
  b->n_populations++;
  return AMINE_OK;
}

amine_status amine_brain_set_positions(amine_brain *b, int population, const float *positions,
                                       amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(open_to_change(b, "setting positions", error));
  AM_TRY(find_population(&p, b, population, error));
  for (size_t k = 0; k < 4 * (size_t)p->n; k++)
    if (!isfinite(positions[k]))
      return ARGUMENT("population %s: a position is not finite", p->name);
  float *copy = am_alloc(4 * (size_t)p->n, sizeof *copy);
  if (!copy) return am_fail_memory(error, 16 * (size_t)p->n);
  memcpy(copy, positions, 16 * (size_t)p->n);
  am_free(p->positions);
  p->positions = copy;
  return AMINE_OK;
}

static int own_of(const am_neuron_model *model, const char *parameter) {
  int which = 0;
  while (which < AM_NEURON_OWN && model->own[which] &&
         strcmp(am_neuron_own_from(model, which), parameter) != 0)
    which++;
  return which < AM_NEURON_OWN && model->own[which] ? which : -1;
}

/* `p` is computed from now on by a variant of its model, which it owns, or is as it was. */
static amine_status become(am_population *p, const amine_brain *b, am_neuron_text_model *variant,
                           amine_error *error) {
  am_population next = *p;
  next.variant = variant;
  next.model = &variant->is;
  next.n_receptors = am_neuron_n_receptors(next.model);
  if (!p->variant)
    while (next.n_kept < AM_NEURON_OWN && p->model->own[next.n_kept]) next.n_kept++;
  for (int k = 0; k < AM_NEURON_OWN; k++) next.own[k] = NULL;
  amine_status status = take_model(&next, p->name, b->dt_ms, error);
  if (status == AMINE_OK) status = fill_own(&next, b->dt_ms, error);
  for (int k = 0; k < AM_NEURON_OWN && status == AMINE_OK && next.model->own[k]; k++) {
    const int before = own_of(p->model, next.model->own[k]);
    if (before >= 0) memcpy(next.own[k], p->own[before], (size_t)p->padded * sizeof **p->own);
  }
  am_population *gone = status == AMINE_OK ? p : &next;
  for (int k = 0; k < AM_NEURON_OWN; k++) am_free(gone->own[k]);
  am_neuron_text_model_free(gone->variant);
  if (status == AMINE_OK) *p = next;
  return status;
}

/* The neurons get `parameter` for themselves, which their model has for all. */
static amine_status keep_each(am_population *p, const amine_brain *b, const char *parameter,
                              amine_error *error) {
  am_neuron_text_model *variant = NULL;
  if (b->built)
    return ARGUMENT("population %s: until the first run only %.100s may be given to each neuron",
                    p->name, parameter);
  amine_error detail = {0};
  const amine_status made = am_neuron_each_make(&variant, p->model, parameter, &detail);
  if (made != AMINE_OK) return am_fail(error, made, "population %s: %s", p->name, detail.message);
  return become(p, b, variant, error);
}

amine_status amine_brain_add_receptor(amine_brain *b, amine_receptor *receptor, int population,
                                      const char *name, double tau_ms, double e_mv,
                                      amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  am_neuron_text_model *variant = NULL;
  amine_error detail = {0};
  AM_TRY(open_to_change(b, "adding a receptor", error));
  AM_TRY(find_population(&p, b, population, error));
  const amine_status made =
      am_neuron_receptor_make(&variant, p->model, name, tau_ms, e_mv, &detail);
  if (made != AMINE_OK) return am_fail(error, made, "population %s: %s", p->name, detail.message);
  AM_TRY(become(p, b, variant, error));
  const int number = p->n_receptors - 1;
  p->reversal[number] = e_mv;
  if (receptor) *receptor = (amine_receptor)number;
  return AMINE_OK;
}

int amine_brain_receptor(const amine_brain *b, int population, const char *name) {
  if (population < 0 || population >= b->n_populations || !name) return -1;
  return am_neuron_receptor(b->populations[population].model, name);
}

/* With the least and the largest of the numbers that neurons have the equations must be integrable;
 * *wide becomes true if 32 bits do not hold one of them. */
static amine_status check_ends(bool *wide, const am_population *p, int row, const float *values,
                               double dt_ms, amine_error *error) {
  am_population end = *p;
  double least = (double)values[0], most = least;
  for (int i = 1; i < p->n; i++) {
    least = fmin(least, (double)values[i]);
    most = fmax(most, (double)values[i]);
  }
  for (int k = 0; k < 2; k++) {
    end.values[row] = k ? most : least;
    AM_TRY(take_model(&end, p->name, dt_ms, error));
    *wide |= end.is_wide;
  }
  return AMINE_OK;
}

amine_status amine_brain_set_parameter(amine_brain *b, int population, const char *parameter,
                                       const float *values, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  if (!parameter) return ARGUMENT("a parameter has no name");
  const amine_parameter *row = am_parameter_find(&p->model->part, parameter, false);
  if (!row)
    return ARGUMENT("population %s: %s has no parameter %.100s", p->name, p->model->part.name,
                    parameter);
  const int at = (int)(row - p->model->part.parameters);
  for (int i = 0; i < p->n; i++)
    if (!(values[i] >= row->min && values[i] <= row->max))
      return ARGUMENT("population %s: %s = %g of neuron %d is not in %g to %g %s", p->name,
                      parameter, (double)values[i], i, row->min, row->max, row->unit);
  const bool rate = am_neuron_takes_rate(p->model) && strcmp(parameter, AM_NEURON_RATE) == 0;
  for (int i = 0; i < p->n && rate; i++)
    AM_TRY(check_rate(p, (double)values[i] + am_drives_largest(p), b->dt_ms, error));
  const bool has = own_of(p->model, parameter) >= 0;
  if (!has && p->n_drives > 0 && am_neuron_takes_rate(p->model))
    return ARGUMENT("population %s: what is driven has a rate of each neuron alone, no %.100s", p->name,
                    parameter);
  bool wide = p->is_wide;
  if (!has || p->variant) AM_TRY(check_ends(&wide, p, at, values, b->dt_ms, error));
  if (!has) AM_TRY(keep_each(p, b, parameter, error));
  if (!b->built) p->is_wide = wide;
  for (int i = 0; i < p->n && rate; i++) p->base[i] = values[i];
  int which = own_of(p->model, parameter);
  for (; which < AM_NEURON_OWN && p->model->own[which]; which++) {
    if (strcmp(am_neuron_own_from(p->model, which), parameter) != 0) continue;
    for (int i = 0; i < p->n; i++)
      p->own[which][i] = am_neuron_own_value(p->model, which, (double)values[i], b->dt_ms);
  }
  if (p->n_drives > 0 && p->base) am_drives_most(p, b->dt_ms);
  else set_most(p, b->dt_ms);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------- projections */
amine_projection amine_projection_default(void) {
  return (amine_projection){.size = sizeof(amine_projection),
                            .connect = AMINE_CONNECT_ALL,
                            .probability = 1,
                            .radius = 1,
                            .weight = 1,
                            .weight_max = -HUGE_VAL,
                            .delay_ms = 1,
                            .stp_tau_rec_ms = 200};
}

static amine_status make_pairs(am_connection *c, const amine_projection *p, int n_sources,
                               int n_targets, amine_error *error) {
  if (p->n_pairs > UINT32_MAX / 2 || (p->n_pairs > 0 && (!p->sources || !p->targets)))
    return ARGUMENT("the list of pairs is missing or too long");
  c->n_pairs = p->n_pairs;
  c->pair_row = am_alloc((size_t)n_sources + 2, sizeof *c->pair_row);
  c->pair_target = am_alloc(p->n_pairs, sizeof *c->pair_target);
  if (p->weights) c->pair_weight = am_alloc(p->n_pairs, sizeof *c->pair_weight);
  if (!c->pair_row || !c->pair_target || (p->weights && !c->pair_weight))
    return am_fail_memory(error, am_size_mul(p->n_pairs, 8));
  for (size_t k = 0; k < p->n_pairs; k++) {
    if (p->sources[k] < 0 || p->sources[k] >= n_sources || p->targets[k] < 0 ||
        p->targets[k] >= n_targets)
      return ARGUMENT("pair %zu (%d, %d) is not within %d sources and %d targets", k, p->sources[k],
                      p->targets[k], n_sources, n_targets);
    if (p->weights && !isfinite(p->weights[k])) return ARGUMENT("weight %zu is not finite", k);
    c->pair_row[p->sources[k] + 2]++;
  }
  for (int i = 0; i < n_sources; i++) c->pair_row[i + 2] += c->pair_row[i + 1];
  for (size_t k = 0; k < p->n_pairs; k++) { /* pair_row[i + 1] runs from row i's begin to its end */
    const uint32_t at = c->pair_row[p->sources[k] + 1]++;
    c->pair_target[at] = (uint32_t)p->targets[k];
    if (p->weights) c->pair_weight[at] = p->weights[k];
  }
  return AMINE_OK;
}

/* 1 - (1 - p)^(2^j): without loss for the smallest p, for no 1 is added. */
static amine_status make_hits(am_connection *c, amine_error *error) {
  AM_TRY(AM_TAKE(c->hit, AM_HITS, error));
  c->hit[0] = c->probability;
  for (int j = 1; j < AM_HITS; j++) c->hit[j] = c->hit[j - 1] * (2 - c->hit[j - 1]);
  return AMINE_OK;
}

static amine_status make_gaps(am_connection *c, amine_error *error) {
  if (c->probability < AM_RARE) return make_hits(c, error);
  AM_TRY(AM_TAKE(c->gap, AM_GAPS, error));
  double miss = 1;
  for (int k = 0; k < AM_GAPS; k++) {
    miss *= 1 - c->probability;
    c->gap[k] = (uint64_t)(0x1p32 * (1 - miss)); /* 2^32 where it is certain */
  }
  return AMINE_OK;
}

static amine_status check_numbers(const amine_projection *p, amine_error *error) {
  if (p->connect == AMINE_CONNECT_PROBABILITY && !(p->probability > 0 && p->probability <= 1))
    return ARGUMENT("probability = %g is not in (0, 1]", p->probability);
  if (p->connect == AMINE_CONNECT_DISTANCE &&
      !(p->probability > 0 && p->probability <= 1 && p->radius > 0 && isfinite(p->radius)))
    return ARGUMENT("probability = %g is not in (0, 1], or radius = %g is not above 0",
                    p->probability, p->radius);
  if (p->connect == AMINE_CONNECT_OUT && p->n_out < 0) return ARGUMENT("n_out is below 0");
  if (p->connect == AMINE_CONNECT_IN && p->n_in < 0) return ARGUMENT("n_in is below 0");
  if (p->connect == AMINE_CONNECT_TOTAL && p->n_total > INT32_MAX)
    return ARGUMENT("n_total = %zu is above %d", p->n_total, INT32_MAX);
  if (!(fabs(p->weight) <= FLT_MAX)) return ARGUMENT("the weight is not finite");
  if (p->weight_max > p->weight && !(fabs(p->weight_max) <= FLT_MAX))
    return ARGUMENT("weight_max is not finite");
  if (!(p->delay_ms >= 0 && isfinite(p->delay_ms))) return ARGUMENT("delay_ms is below 0");
  if (!(p->velocity >= 0 && isfinite(p->velocity))) return ARGUMENT("velocity is below 0");
  if (!(p->dendritic_delay_ms >= 0 && p->dendritic_delay_ms <= p->delay_ms))
    return ARGUMENT("dendritic_delay_ms = %g is not in 0 to the whole delay, %g ms",
                    p->dendritic_delay_ms, p->delay_ms);
  if (!(p->stp_u >= 0 && p->stp_u <= 1)) return ARGUMENT("stp_u = %g is not in 0 to 1", p->stp_u);
  if (p->stp_u > 0 && !(p->stp_tau_rec_ms > 0 && p->stp_tau_facil_ms >= 0))
    return ARGUMENT("stp_tau_rec_ms must be above 0 and stp_tau_facil_ms at least 0");
  return AMINE_OK;
}

/* The dendrite's part of the delay, for synapses that learn. A spike is at its synapse a step after
 * it was fired at the earliest: where no part is the axon's, a synapse lives a step late. */
static amine_status make_dendrite(am_projection *out, const amine_brain *b,
                                  const amine_projection *p, amine_error *error) {
  const uint32_t steps = (uint32_t)am_steps(p->dendritic_delay_ms, b->dt_ms);
  if (steps == 0 || !am_synapse_learns(out->rule)) return AMINE_OK;
  if (out->rule->reads_score)
    return ARGUMENT("rule %s asks its targets in every step: it takes no dendritic_delay_ms",
                    out->rule->part.name);
  const uint32_t late = steps == out->connection->delay;
  out->early = steps - late;
  out->back = steps + late;
  return AMINE_OK;
}

/* Weights and delays that are not uniform. */
static amine_status copy_draws(am_connection *c, amine_draw *delays, const amine_projection *p,
                               amine_error *error) {
  c->weights = *delays = amine_draw_default();
  if (p->weights_drawn) {
    am_sized_copy(&c->weights, sizeof c->weights, p->weights_drawn, p->weights_drawn->size);
    if (c->weights.kind != AMINE_DRAW_NORMAL && c->weights.kind != AMINE_DRAW_LOGNORMAL)
      return ARGUMENT("weights_drawn is neither normal nor lognormal");
    if (p->weights) return ARGUMENT("weights that are listed are not drawn");
    AM_TRY(am_draw_check(&c->weights, "the weight", error));
    c->draws_weights = true;
  }
  if (!p->delays_drawn) return AMINE_OK;
  am_sized_copy(delays, sizeof *delays, p->delays_drawn, p->delays_drawn->size);
  if (delays->kind != AMINE_DRAW_NORMAL) return ARGUMENT("delays_drawn is not normal");
  if (p->velocity > 0) return ARGUMENT("delays that are drawn do not depend on distances");
  if (p->dendritic_delay_ms > 0) return ARGUMENT("delays that are drawn are the axon's alone");
  if (!(delays->a > 0)) return ARGUMENT("the mean of the delays, %g ms, is not above 0", delays->a);
  return am_draw_check(delays, "the delay", error);
}

static amine_status make_connection(am_projection *out, const amine_brain *b,
                                    const amine_projection *p, amine_error *error) {
  const am_population *from = &b->populations[p->source], *to = &b->populations[p->target];
  am_connection *c = out->connection = am_alloc(1, sizeof *c);
  if (!c) return am_fail_memory(error, sizeof *c);
  *c = (am_connection){.kind = p->connect,
                       .probability = p->probability,
                       .radius = p->radius,
                       .velocity = p->velocity,
                       .n_out = p->n_out,
                       .n_in = p->n_in,
                       .self = p->self_connections};
  amine_draw delays;
  AM_TRY(copy_draws(c, &delays, p, error));
  const double most = delays.kind == AMINE_DRAW_NORMAL ? delays.a
                      : p->delay_max_ms > p->delay_ms  ? p->delay_max_ms
                                                       : p->delay_ms;
  if (!(am_steps(most, b->dt_ms) <= AM_BRAIN_DELAY))
    return ARGUMENT("a delay of %g ms is more than %d steps", most, AM_BRAIN_DELAY);
  c->delay = (uint32_t)am_steps_or_one(p->delay_ms, b->dt_ms);
  c->delay_max = (uint32_t)am_steps_or_one(most, b->dt_ms);
  if (delays.kind == AMINE_DRAW_NORMAL) c->delay = c->delay_max;
  if (delays.b > 0) AM_TRY(am_connect_delays(c, &delays, b->dt_ms, error));
  if ((p->connect == AMINE_CONNECT_DISTANCE || p->velocity > 0) &&
      (!from->positions || !to->positions))
    return ARGUMENT("distances need the positions of %s and %s", from->name, to->name);
  const int possible = to->n - (p->source == p->target && !p->self_connections);
  if (p->connect == AMINE_CONNECT_OUT && p->n_out > possible)
    return ARGUMENT("n_out = %d is more than the %d possible targets", p->n_out, possible);
  const bool within = p->source == p->target;
  if (p->connect == AMINE_CONNECT_IN && p->n_in > from->n - (within && !p->self_connections))
    return ARGUMENT("n_in = %d is more than the %d possible sources", p->n_in,
                    from->n - (within && !p->self_connections));
  if (p->connect == AMINE_CONNECT_ONE_TO_ONE && from->n != to->n)
    return ARGUMENT("one to one needs equal numbers: %s has %d neurons, %s %d", from->name, from->n,
                    to->name, to->n);
  if (p->connect == AMINE_CONNECT_PROBABILITY) AM_TRY(make_gaps(c, error));
  if (p->connect == AMINE_CONNECT_LIST) AM_TRY(make_pairs(c, p, from->n, to->n, error));
  if (p->connect == AMINE_CONNECT_TOTAL && p->n_total > 0 && possible < 1)
    return ARGUMENT("a neuron alone has no other as its target");
  if (p->connect == AMINE_CONNECT_TOTAL)
    AM_TRY(am_connect_total(c, b->seed, b->n_projections, p->n_total, from->n, error));
  if (p->connect == AMINE_CONNECT_IN)
    AM_TRY(am_connect_in(c, b->seed, b->n_projections, from->n, to->n, within, error));
  return AMINE_OK;
}

/* The rule, and its constants. */
static amine_status make_rule(am_projection *out, const amine_brain *b, const amine_projection *p,
                              const am_synapse_rule *given, amine_error *error) {
  char what[AM_KEY_LENGTH + 8];
  out->rule = given ? given : am_synapse_find(b->parts, p->rule ? p->rule : "none");
  if (!out->rule) {
    const char *near = NULL;
    am_brain_part_of(b->parts, AM_SYNAPSE, p->rule ? p->rule : "", false, &near);
    return ARGUMENT("there is no rule %.100s%s%s%s", p->rule ? p->rule : "none", AM_PERHAPS(near));
  }
  const char *rule = out->rule->part.name;
  const amine_parameter *table = out->rule->part.parameters;
  assert(strcmp(table[AM_VALUE_W_MIN].name, "w_min") == 0); /* AM_SYNAPSE_COMMON */
  snprintf(what, sizeof what, "rule %s", rule);
  AM_TRY(am_brain_values(out->values, table, what, p->values, p->n_values, error));
  if (out->values[AM_VALUE_W_MIN] > out->values[AM_VALUE_W_MAX])
    return ARGUMENT("rule %s: w_min is above w_max", rule);
  if (am_synapse_rule_remembers(out->rule)) {
    const double tau_ms = am_synapse_rule_dopamine(out->rule, out->values).tau_c_ms;
    if (tau_ms > 0 && tau_ms < b->dt_ms / 4)
      return ARGUMENT("rule %s: an eligibility of %g ms is shorter than a quarter of a step", rule,
                      tau_ms);
    out->keeps_c = sizeof(am_real) < sizeof(double) && out->rule->scores &&
                   tau_ms > AM_NARROW_TRACE * b->dt_ms;
  }
  const am_neuron_model *target = b->populations[p->target].model;
  const char *state = target->states[0] ? target->states[AM_NEURON_SCORE] : NULL;
  if (out->rule->reads_score && !(state && strcmp(state, "score") == 0))
    return ARGUMENT("rule %s: its targets are neurons of the model escape, not %s", rule,
                    target->part.name);
  out->k[AM_SYNAPSE_W_MIN] = (am_real)out->values[AM_VALUE_W_MIN];
  out->k[AM_SYNAPSE_W_MAX] = (am_real)out->values[AM_VALUE_W_MAX];
  if (!am_synapse_rule_setup(out->rule, out->k_wide, out->values, b->dt_ms))
    return ARGUMENT("with these values the equations of rule %s have numbers that are not finite, or "
                    "times that are none", rule);
  for (int k = AM_SYNAPSE_X; k < AM_SYNAPSE_CONSTANTS; k++) out->k[k] = (am_real)out->k_wide[k];
  return AMINE_OK;
}

static amine_status make_projection(am_projection *out, const amine_brain *b,
                                    const amine_projection *p, const am_synapse_rule *rule,
                                    amine_error *error) {
  char what[416];
  out->source = p->source;
  out->target = p->target;
  out->receptor = (int)p->receptor;
  out->weight = p->weights_drawn ? p->weights_drawn->a : p->weight;
  out->weight_max = p->weights_drawn ? -HUGE_VAL : p->weight_max;
  out->factor = p->factor;
  AM_TRY(make_rule(out, b, p, rule, error));
  if (p->stp_u > 0 && out->rule->delivers)
    return ARGUMENT("rule %s says itself what part of its weight a synapse delivers: no short-term "
                    "plasticity stands beside it", out->rule->part.name);
  out->stp_u = p->stp_u;
  out->stp_tau_rec_ms = p->stp_u > 0 ? p->stp_tau_rec_ms : 0;
  out->stp_tau_facil_ms = p->stp_u > 0 ? p->stp_tau_facil_ms : 0;
  if (p->stp_u > 0) {
    out->stp_rec = am_exp(-b->dt_ms / p->stp_tau_rec_ms);
    out->stp_facil = p->stp_tau_facil_ms > 0 ? am_exp(-b->dt_ms / p->stp_tau_facil_ms) : 0;
  }
  const double initial = out->weight_max > out->weight
                             ? fmax(fabs(out->weight), fabs(out->weight_max))
                             : fabs(out->weight);
  out->keeps_w = sizeof(am_real) < sizeof(double) &&
                 am_synapse_rule_is_small(out->rule, out->values, initial, AM_SWEEP_MS);
  out->is_wide = sizeof(am_real) < sizeof(double) &&
                 (am_synapse_rule_is_slow(out->rule, out->k_wide, out->values, b->dt_ms) ||
                  am_decay_is_slow(out->stp_rec) || am_decay_is_slow(out->stp_facil));
  snprintf(what, sizeof what, "%s-%s", b->populations[p->source].name,
           b->populations[p->target].name);
  out->name = am_strdup(p->name && p->name[0] ? p->name : what);
  if (!out->name) return am_fail_memory(error, sizeof what);
  AM_TRY(make_connection(out, b, p, error));
  return make_dendrite(out, b, p, error);
}

static void note_projection(amine_brain *b, const am_projection *made, const amine_projection *p) {
  if (!p->delays_drawn) note_time(b, made->name, "delay_ms", p->delay_ms, b->dt_ms, 1);
  if (!p->delays_drawn && p->delay_max_ms > p->delay_ms)
    note_time(b, made->name, "delay_max_ms", p->delay_max_ms, b->dt_ms, 1);
  if (p->dendritic_delay_ms > 0)
    note_time(b, made->name, "dendritic_delay_ms", p->dendritic_delay_ms, b->dt_ms, 0);
  if (made->values[AM_VALUE_TARGET_RATE] > 0)
    note_time(b, made->name, "time_window_ms", made->values[AM_VALUE_WINDOW], b->dt_ms, 1);
  const double read_ms = am_synapse_rule_remembers(made->rule)
                             ? am_synapse_rule_dopamine(made->rule, made->values).read_ms
                             : 0;
  if (read_ms > 0) note_time(b, made->name, "read_ms", read_ms, b->dt_ms, 1);
}

amine_status amine_brain_connect(amine_brain *b, int *id, const amine_projection *p,
                                 amine_error *error) {
  AM_ENTER;
  return am_brain_connect(b, id, p, NULL, error);
}

amine_status am_brain_connect(amine_brain *b, int *id, const amine_projection *p,
                              const am_synapse_rule *rule, amine_error *error) {
  AM_TRY(open_to_change(b, "connecting", error));
  if (p->size != sizeof *p)
    return ARGUMENT("a projection of %zu bytes: begin with amine_projection_default()", p->size);
  am_population *from = NULL, *to = NULL;
  AM_TRY(find_population(&from, b, p->source, error));
  AM_TRY(find_population(&to, b, p->target, error));
  if ((unsigned)p->connect > AMINE_CONNECT_TOTAL || (unsigned)p->factor > AMINE_FACTOR_SIGNED_ALL)
    return ARGUMENT("connect or factor has no such value");
  if (p->receptor != AMINE_RECEPTOR_1 && p->receptor != AMINE_RECEPTOR_2 &&
      (unsigned)p->receptor >= (unsigned)to->n_receptors)
    return ARGUMENT("%s has no receptor %d", to->name, (int)p->receptor);
  if (p->name && strlen(p->name) > 401)
    return ARGUMENT("the name of a projection is longer than 401 bytes");
  amine_error detail;
  amine_status status = check_numbers(p, &detail);
  am_projection made = {.tract = -1}, *all = NULL;
  const am_part *text = NULL;
  if (status == AMINE_OK && !rule && am_is_part_text(p->rule))
    status = am_part_texts_make(&b->own_texts, &text, AM_SYNAPSE, "rule", p->rule, &detail);
  if (text) rule = (const am_synapse_rule *)text;
  if (status == AMINE_OK) status = make_projection(&made, b, p, rule, &detail);
  if (status == AMINE_OK) {
    all = grown(b->projections, b->n_projections, sizeof *all);
    if (!all) status = am_fail_memory(&detail, sizeof *all);
  }
  if (status != AMINE_OK) {
    free_projection(&made);
    return am_fail(error, status, "%s to %s: %s", from->name, to->name, detail.message);
  }
  b->projections = all;
  b->projections[b->n_projections] = made;
  note_projection(b, &made, p);
  if (id) *id = b->n_projections;
  b->n_projections++;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------- inputs */
static amine_status takes_input(const am_population *p, amine_error *error) {
  if (p->model->is_source)
    return ARGUMENT("population %s: %s takes no input", p->name, p->model->part.name);
  return AMINE_OK;
}

amine_status amine_brain_set_current(amine_brain *b, int population, double mean, double uniform,
                                     amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  AM_TRY(takes_input(p, error));
  if (!(fabs(mean) <= FLT_MAX && fabs(uniform) <= FLT_MAX))
    return ARGUMENT("a current is not finite");
  p->mean = mean;
  p->uniform = uniform;
  return AMINE_OK;
}

amine_status amine_brain_set_currents(amine_brain *b, int population, const float *currents,
                                      amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  AM_TRY(takes_input(p, error));
  for (int i = 0; currents && i < p->n; i++)
    if (!isfinite(currents[i])) return ARGUMENT("current %d of %s is not finite", i, p->name);
  if (!p->currents) {
    if (!currents) return AMINE_OK;
    AM_TRY(AM_TAKE(p->currents, (size_t)p->padded, error));
  }
  for (int i = 0; i < p->n; i++) p->currents[i] = currents ? (am_real)currents[i] : 0;
  return AMINE_OK;
}

amine_status am_poisson_make(am_poisson_table **table, double mean, amine_error *error) {
  const int most = 64 + (int)(mean + 12 * sqrt(mean)); /* beyond: less than 2^-64 */
  am_poisson_table *t = am_alloc(1, sizeof *t + (size_t)most * (sizeof *t->below + 4));
  double *part = am_alloc((size_t)most + 1, sizeof *part), beyond = 0;
  if (!t || !part) {
    am_free(t);
    am_free(part);
    return am_fail_memory(error, (size_t)most * 20);
  }
  t->below = (uint64_t *)(t + 1);
  t->above = (uint32_t *)(t->below + most);
  part[0] = am_exp(-mean);
  for (int k = 1; k <= most; k++) part[k] = part[k - 1] * (mean / k);
  for (int k = most; k >= 1; k--) { /* beyond = P(X >= k), summed from the smallest part up */
    beyond += part[k];
    if (t->n == 0 && beyond < 0x1p-64 && k > 1) continue;
    if (t->n == 0) t->n = t->common = k;
    if (beyond <= 0x1p-10) t->common = k;
    const uint64_t reached = beyond < 0x1p-64 ? 1 : beyond < 1 ? (uint64_t)(beyond * 0x1p64) : 0;
    t->below[k - 1] = 0 - reached;
  }
  for (int k = 0; k < t->common; k++) t->above[k] = (uint32_t)(t->below[k] >> 32);
  am_free(part);
  *table = t;
  return AMINE_OK;
}

amine_status amine_brain_set_poisson(amine_brain *b, int population, amine_receptor receptor,
                                     double rate_hz, double weight, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  AM_TRY(takes_input(p, error));
  const double mean = rate_hz * b->dt_ms * 1e-3;
  AM_TRY(check_rate(p, rate_hz, b->dt_ms, error));
  if ((unsigned)receptor >= (unsigned)p->n_receptors)
    return ARGUMENT("population %s has no receptor %d", p->name, (int)receptor);
  if (!(fabs(weight) <= FLT_MAX))
    return ARGUMENT("population %s: the weight is not finite", p->name);
  const int r = (int)receptor;
  am_poisson_table *table = NULL;
  if (mean > 0) AM_TRY(am_poisson_make(&table, mean, error));
  am_free(p->poisson[r]);
  p->poisson[r] = table;
  p->poisson_hz[r] = rate_hz;
  p->poisson_weight[r] = weight;
  return AMINE_OK;
}

static bool spike_before(const am_waiting_spike *a, const am_waiting_spike *b) {
  return a->step != b->step ? a->step < b->step : a->neuron < b->neuron;
}

/* Bottom-up merge sort: stable, no surprises in time. */
static void sort_spikes(am_waiting_spike *a, am_waiting_spike *scratch, size_t n) {
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t left = 0; left < n; left += 2 * width) {
      const size_t middle = left + width < n ? left + width : n;
      const size_t right = left + 2 * width < n ? left + 2 * width : n;
      size_t i = left, j = middle;
      for (size_t k = left; k < right; k++)
        scratch[k] = i < middle && (j >= right || !spike_before(&a[j], &a[i])) ? a[i++] : a[j++];
    }
    memcpy(a, scratch, n * sizeof *a);
  }
}

amine_status amine_brain_add_spikes(amine_brain *b, int population, const int *neurons,
                                    const double *times_ms, size_t n, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  if (p->model->kernels[0])
    return ARGUMENT("population %s: %s cannot be told when to fire, only the model spikes can",
                    p->name, p->model->part.name);
  bool exact = true;
  for (size_t k = 0; k < n; k++) {
    const uint64_t step = am_steps(times_ms[k], b->dt_ms);
    if (neurons[k] < 0 || neurons[k] >= p->n)
      return ARGUMENT("population %s has no neuron %d", p->name, neurons[k]);
    exact = exact && am_steps_exact(times_ms[k], b->dt_ms);
    if (!(times_ms[k] > -0.5 * b->dt_ms && step >= b->step && step < AM_BRAIN_STEPS))
      return ARGUMENT("population %s: a spike at %g ms is in the past or has no step", p->name,
                      times_ms[k]);
  }
  const size_t old = p->n_waiting - p->next, total = am_size_add(old, n);
  am_waiting_spike *all = am_alloc(total, sizeof *all), *scratch = am_alloc(total, sizeof *all);
  if (!all || !scratch) {
    am_free(all);
    am_free(scratch);
    return am_fail_memory(error, am_size_mul(total, sizeof *all));
  }
  if (old > 0) memcpy(all, p->waiting + p->next, old * sizeof *all);
  for (size_t k = 0; k < n; k++)
    all[old + k] = (am_waiting_spike){am_steps(times_ms[k], b->dt_ms), (uint32_t)neurons[k]};
  if (!exact) note_times(b, p->name);
  sort_spikes(all, scratch, total);
  am_free(scratch);
  am_free(p->waiting);
  p->waiting = all;
  p->n_waiting = total;
  p->next = 0;
  return AMINE_OK;
}

/* -------------------------------------------------------------------------------- modulators */
amine_status amine_brain_set_chemical(amine_brain *b, const amine_chemical *chemical,
                                      double step_ms, amine_error *error) {
  AM_ENTER;
  AM_TRY(open_to_change(b, "setting the chemical system", error));
  const uint64_t every = am_steps(step_ms, b->dt_ms);
  if (!(every >= 1 && every <= 1000000))
    return ARGUMENT("step_ms = %g is not between a step of %g ms and a million of them", step_ms,
                    b->dt_ms);
  const double real_ms = (double)every * b->dt_ms;
  amine_chemical stepped = *chemical;
  if (amine_chemical_set_step(&stepped, (float)real_ms, (float)step_ms) != AMINE_OK)
    return ARGUMENT("step_ms = %g: the modulators take steps of %g to %g ms", step_ms,
                    (double)AMINE_CHEMICAL_MS_MIN, (double)AMINE_CHEMICAL_MS_MAX);
  am_chemistry *made;
  AM_TRY(am_chemistry_make(&made, &stepped, (int)every, error));
  note_time(b, "neuromodulation", "step_ms", step_ms, b->dt_ms, 1);
  am_chemistry_free(b->chemistry);
  b->chemistry = made;
  return AMINE_OK;
}

amine_chemical *amine_brain_chemical(amine_brain *b) {
  return b->chemistry ? &b->chemistry->chemical : NULL;
}

amine_status amine_brain_target(amine_brain *b, int population, unsigned effects, double delay_ms,
                                double tau_ms, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(open_to_change(b, "choosing the effects of modulators", error));
  AM_TRY(find_population(&p, b, population, error));
  if (effects > 31) return ARGUMENT("there is no effect %u", effects);
  if (!(delay_ms >= 0 && delay_ms <= 1e6) || !(tau_ms >= 0 && isfinite(tau_ms)))
    return ARGUMENT("population %s: delay_ms = %g is not in 0 to 1e6, or tau_ms = %g is below 0",
                    p->name, delay_ms, tau_ms);
  p->effects = effects;
  p->delay_ms = delay_ms;
  p->tau_ms = tau_ms;
  return AMINE_OK;
}

/* ---------------------------------------------------------------------------------------- lesions */
amine_status amine_brain_silence(amine_brain *b, int population, int on, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  p->silent = on != 0;
  return AMINE_OK;
}

amine_status amine_brain_block(amine_brain *b, int projection, int on, amine_error *error) {
  AM_ENTER;
  if (projection < 0 || projection >= b->n_projections)
    return ARGUMENT("there is no projection %d", projection);
  b->projections[projection].blocked = on != 0;
  return AMINE_OK;
}

void amine_brain_rest(amine_brain *b, int on) { b->resting = on != 0; }

bool amine_brain_is_silent(const amine_brain *b, int population) {
  return population >= 0 && population < b->n_populations && b->populations[population].silent;
}

bool amine_brain_is_blocked(const amine_brain *b, int projection) {
  return projection >= 0 && projection < b->n_projections && b->projections[projection].blocked;
}

bool amine_brain_is_resting(const amine_brain *b) { return b->resting; }

/* ------------------------------------------------------------------------------ looking inside */
amine_status amine_brain_set_threads(amine_brain *b, int n, amine_error *error) {
  AM_ENTER;
  if (n < 1 || n > 4096) return ARGUMENT("%d threads are not in 1 to 4096", n);
  b->n_threads = n;
  return AMINE_OK;
}

amine_status amine_brain_set_layout(amine_brain *b, amine_layout layout, amine_error *error) {
  AM_ENTER;
  AM_TRY(open_to_change(b, "choosing the layout of synapses", error));
  if ((unsigned)layout > AMINE_LAYOUT_COMPACT)
    return ARGUMENT("there is no layout %d", (int)layout);
  b->compact.layout = layout;
  return AMINE_OK;
}

bool amine_brain_is_compact(const amine_brain *b, int projection) {
  AM_ENTER;
  amine_error ignored;
  if (projection < 0 || projection >= b->n_projections) return false;
  if (am_brain_build((amine_brain *)(uintptr_t)b, &ignored) != AMINE_OK) return false;
  return b->projections[projection].tract >= 0;
}

uint64_t amine_brain_step(const amine_brain *b) { return b->step; }
double amine_brain_dt(const amine_brain *b) { return b->dt_ms; }
int amine_brain_n_populations(const amine_brain *b) { return b->n_populations; }
int amine_brain_n_projections(const amine_brain *b) { return b->n_projections; }

const char *amine_brain_population(const amine_brain *b, int k, int *n, const char **model) {
  if (k < 0 || k >= b->n_populations) return NULL;
  if (n) *n = b->populations[k].n;
  if (model) *model = b->populations[k].model->part.name;
  return b->populations[k].name;
}

amine_status amine_brain_record(amine_brain *b, int population, int on, amine_error *error) {
  AM_ENTER;
  am_population *p = NULL;
  AM_TRY(find_population(&p, b, population, error));
  p->recorded = on != 0;
  return AMINE_OK;
}

size_t amine_brain_n_spikes(const amine_brain *b) { return b->record.n - b->record.read; }

void amine_brain_read_spikes(amine_brain *b, uint64_t *steps, int *populations, int *neurons,
                             size_t n) {
  am_record *r = &b->record;
  int population = 0;
  for (size_t k = 0; k < n && r->read < r->n; k++, r->read++) {
    const uint32_t at = r->neurons[r->read];
    if (b->populations[population].first > at) population = 0;
    while (at - b->populations[population].first >= (uint32_t)b->populations[population].padded)
      population++;
    if (steps) steps[k] = r->steps[r->read];
    if (populations) populations[k] = population;
    if (neurons) neurons[k] = (int)(at - b->populations[population].first);
  }
  if (r->read == r->n) r->read = r->n = 0;
}

uint64_t amine_brain_spike_count(const amine_brain *b, int population) {
  uint64_t sum = 0;
  if (population < 0 || population >= b->n_populations) return 0;
  for (int i = 0; i < b->populations[population].n; i++)
    sum += b->populations[population].counts[i];
  return sum;
}
