/* Looking at a brain's states and synapses, and setting them. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "brain/brain.h"
#include "brain/compact_rows.h"
#include "brain/state.h"
#include "brain/step.h"

#define ARGUMENT(...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

amine_status am_brain_find_state(int *state, const amine_brain *b, int population,
                                 const char *name, amine_error *error) {
  if (population < 0 || population >= b->n_populations)
    return ARGUMENT("there is no population %d: there are %d", population, b->n_populations);
  const am_population *p = &b->populations[population];
  for (int s = 0; name && p->model->states[s]; s++)
    if (strcmp(p->model->states[s], name) == 0) {
      *state = s;
      return AMINE_OK;
    }
  char all[200];
  return ARGUMENT("population %s: a neuron of %s has no %.100s; it has %s", p->name,
                  p->model->part.name, name ? name : "NULL",
                  am_neuron_states_text(all, sizeof all, p->model));
}

amine_status am_brain_state(const am_real **values, const amine_brain *b, int population,
                            const char *name, amine_error *error) {
  int state = 0;
  AM_TRY(am_brain_find_state(&state, b, population, name, error));
  *values = b->states[state] + b->populations[population].first;
  return AMINE_OK;
}

/* A state of one neuron, in both forms of it if there are two. */
static void put(amine_brain *b, int population, int state, int neuron, double value) {
  am_population *p = &b->populations[population];
  b->states[state][p->first + (uint32_t)neuron] = (am_real)value;
  if (p->is_wide) p->wide[state][neuron] = value;
}

amine_status amine_brain_get(const amine_brain *b, int population, const char *name, float *values,
                             amine_error *error) {
  AM_ENTER;
  const am_real *state = NULL;
  AM_TRY(am_brain_build((amine_brain *)(uintptr_t)b,
                        error)); /* before the first run: initial values */
  AM_TRY(am_brain_state(&state, b, population, name, error));
  for (int i = 0; i < b->populations[population].n; i++) values[i] = (float)state[i];
  return AMINE_OK;
}

amine_status amine_brain_set(amine_brain *b, int population, const char *name, const float *values,
                             amine_error *error) {
  AM_ENTER;
  int state = 0;
  AM_TRY(am_brain_build(b, error));
  AM_TRY(am_brain_find_state(&state, b, population, name, error));
  for (int i = 0; i < b->populations[population].n; i++)
    if (!isfinite(values[i]))
      return ARGUMENT("population %s: %s of neuron %d is not finite",
                      b->populations[population].name, name, i);
  for (int i = 0; i < b->populations[population].n; i++)
    put(b, population, state, i, (double)values[i]);
  return AMINE_OK;
}

amine_status amine_brain_kick(amine_brain *b, int population, const int *neurons, int n, double v,
                              amine_error *error) {
  AM_ENTER;
  int state = 0;
  AM_TRY(am_brain_build(b, error));
  AM_TRY(am_brain_find_state(&state, b, population, "v", error));
  const am_population *p = &b->populations[population];
  if (!(fabs(v) <= FLT_MAX)) return ARGUMENT("a kick of %g is not finite", v);
  for (int k = 0; k < n; k++)
    if (neurons[k] < 0 || neurons[k] >= b->populations[population].n)
      return ARGUMENT("population %s has no neuron %d", b->populations[population].name,
                      neurons[k]);
  for (int k = 0; k < n; k++) {
    const uint32_t at = p->first + (uint32_t)neurons[k];
    const double now = p->is_wide ? p->wide[state][neurons[k]] : (double)b->states[state][at];
    put(b, population, state, neurons[k], now + v);
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------ synapses */
am_synapse_block *am_synapses_block(const amine_brain *b, int chunk, int projection) {
  am_chunk *c = &b->chunks[chunk];
  for (int k = 0; k < c->n_blocks; k++)
    if (c->blocks[k].projection == projection) return &c->blocks[k];
  return NULL;
}

amine_status am_synapses_begin(am_synapses *s, amine_brain *b, int projection, amine_error *error) {
  if (projection < 0 || projection >= b->n_projections)
    return ARGUMENT("there is no projection %d: there are %d", projection, b->n_projections);
  AM_TRY(am_brain_build(b, error));
  *s = (am_synapses){
      .b = b, .p = &b->projections[projection], .chunk = -1, .projection = projection};
  s->n_sources = (uint32_t)b->populations[s->p->source].n;
  return AMINE_OK;
}

bool am_synapses_next(am_synapses *s) {
  const int n_parts = s->p->tract >= 0 ? s->b->compact.n_units : s->b->n_chunks;
  while (s->k + 1 >= s->end) { /* the next row that is not empty */
    if (++s->chunk == n_parts) {
      s->chunk = 0;
      if (++s->delay == s->p->n_delays) {
        s->delay = 0;
        s->source++;
      }
    }
    if (s->source >= s->n_sources) return false;
    if (s->p->tract >= 0) {
      const uint32_t first = s->b->compact.tracts[s->p->tract].delay;
      s->run =
          am_compact_find(s->b, s->chunk, s->projection, s->source, s->p->delays[s->delay] - first);
      s->k = -1;
      s->end = s->run.n;
      continue;
    }
    s->block = am_synapses_block(s->b, s->chunk, s->projection);
    if (!s->block) continue;
    uint32_t begin, end;
    am_block_row(s->block, s->delay, s->n_sources, s->source, &begin, &end);
    s->k = (int64_t)begin - 1;
    s->end = end;
  }
  s->k++;
  return true;
}

int am_synapses_target(const am_synapses *s) {
  const uint32_t at = s->p->tract >= 0 ? s->run.first + s->run.synapses[s->k].target
                                       : s->block->begin + s->block->target[s->k];
  return (int)(at - s->b->populations[s->p->target].first);
}

/* A weight, or what it was looked up to be in `now`. */
static am_real value_of(const am_synapses *s, am_real *const *now) {
  if (s->p->tract < 0) return now[s->chunk][s->k];
  return (am_real)(s->run.synapses[s->k].weight * am_compact_quantum(s->b, s->projection));
}

/* Up-to-date w or c of every block of a projection; freed with free_values. */
static void free_values(am_real **values, int n) {
  for (int k = 0; k < n; k++) am_free(values[k]);
  am_free(values);
}

static amine_status block_values(am_real ***out, const amine_brain *b, int projection, char wanted,
                                 amine_error *error) {
  am_real **values = am_alloc((size_t)b->n_chunks, sizeof *values);
  if (!values) return am_fail_memory(error, (size_t)b->n_chunks * sizeof *values);
  for (int k = 0; k < b->n_chunks; k++) {
    const am_synapse_block *block = am_synapses_block(b, k, projection);
    if (!block) continue;
    values[k] = am_alloc(am_size_mul(2, block->n_synapses), sizeof(am_real));
    if (!values[k]) {
      free_values(values, b->n_chunks);
      return am_fail_memory(error, am_size_mul(2 * sizeof(am_real), block->n_synapses));
    }
    am_block_values(values[k], b, block, wanted);
  }
  *out = values;
  return AMINE_OK;
}

amine_status am_brain_synapse_values(am_real *out, amine_brain *b, int projection, char variable,
                                     amine_error *error) {
  am_synapses s = {0};
  am_real **now = NULL;
  AM_TRY(am_synapses_begin(&s, b, projection, error));
  AM_TRY(block_values(&now, b, projection, variable, error));
  for (size_t at = 0; am_synapses_next(&s); at++) out[at] = value_of(&s, now);
  free_values(now, b->n_chunks);
  return AMINE_OK;
}

amine_status amine_brain_synapses(amine_brain *b, int projection, const char *variable,
                                  int *sources, int *targets, int *delays, float *values,
                                  amine_error *error) {
  AM_ENTER;
  am_synapses s = {0};
  AM_TRY(am_synapses_begin(&s, b, projection, error));
  const bool is_c = variable && strcmp(variable, "c") == 0;
  if (values && !is_c && (!variable || strcmp(variable, "w") != 0))
    return ARGUMENT("projection %s: a synapse has no %.100s", s.p->name,
                    variable ? variable : "NULL");
  if (values && is_c && !am_synapse_rule_remembers(s.p->rule))
    return ARGUMENT("projection %s: rule %s has no eligibility", s.p->name, s.p->rule->part.name);
  am_real **now = NULL;
  if (values) AM_TRY(block_values(&now, b, projection, is_c ? 'c' : 'w', error));
  for (size_t at = 0; am_synapses_next(&s); at++) {
    if (sources) sources[at] = (int)s.source;
    if (targets) targets[at] = am_synapses_target(&s);
    if (delays) delays[at] = (int)s.p->delays[s.delay];
    if (values) values[at] = (float)value_of(&s, now);
  }
  if (now) free_values(now, b->n_chunks);
  return AMINE_OK;
}

amine_status amine_brain_set_weights(amine_brain *b, int projection, const float *weights,
                                     amine_error *error) {
  AM_ENTER;
  am_synapses s = {0};
  AM_TRY(am_synapses_begin(&s, b, projection, error));
  if (s.p->tract >= 0)
    return ARGUMENT(
        "projection %s keeps its weights in 16 bits: they can be set where the layout of "
        "synapses is \"full\"",
        s.p->name);
  for (size_t k = 0; k < s.p->n_synapses; k++)
    if (!isfinite(weights[k]))
      return ARGUMENT("projection %s: weight %zu is not finite", s.p->name, k);
  for (int k = 0; k < b->n_chunks; k++) {
    am_synapse_block *block = am_synapses_block(b, k, projection);
    if (block) am_block_settle(b, block); /* or what is pending would be added to the new ones */
  }
  for (size_t at = 0; am_synapses_next(&s); at++) {
    if (!s.block->w)
      return ARGUMENT(
          "projection %s has one fixed weight: give it a list of weights, a range or a rule",
          s.p->name);
    s.block->w[s.k] = (am_real)weights[at];
    if (s.block->w_low) s.block->w_low[s.k] = 0;
  }
  return AMINE_OK;
}

const char *amine_brain_projection(const amine_brain *b, int k, int *source, int *target,
                                   size_t *n_synapses) {
  AM_ENTER;
  if (k < 0 || k >= b->n_projections) return NULL;
  const am_projection *p = &b->projections[k];
  if (source) *source = p->source;
  if (target) *target = p->target;
  if (n_synapses) {
    amine_error ignored;
    *n_synapses =
        am_brain_build((amine_brain *)(uintptr_t)b, &ignored) == AMINE_OK ? p->n_synapses : 0;
  }
  return p->name;
}

static size_t block_bytes(const amine_brain *b, const am_synapse_block *k) {
  const am_projection *p = &b->projections[k->projection];
  const size_t n = k->n_synapses, sources = (size_t)b->populations[p->source].n;
  const size_t n_rows = k->row_source ? 2 * (size_t)k->row_first[p->n_delays] + 1
                                      : (size_t)p->n_delays * (sources + 1);
  size_t bytes = n_rows * sizeof *k->row + n * sizeof *k->target;
  if (k->w) bytes += n * sizeof *k->w;
  if (k->w_low) bytes += n * sizeof *k->w_low;
  if (k->c_low) bytes += n * sizeof *k->c_low;
  if (k->c)
    bytes += n * sizeof *k->c + 3 * (size_t)p->n_delays * (size_t)p->width * sizeof(am_real);
  if (k->column) bytes += (k->n_targets + 2) * sizeof *k->column + n * sizeof *k->at;
  if (k->source) bytes += n * sizeof *k->source;
  if (k->source_wide) bytes += n * sizeof *k->source_wide;
  return bytes;
}

size_t amine_brain_synapse_bytes(const amine_brain *b, size_t *n) {
  AM_ENTER;
  size_t bytes = 0, count = 0;
  amine_error ignored;
  if (am_brain_build((amine_brain *)(uintptr_t)b, &ignored) != AMINE_OK) return 0;
  for (int c = 0; c < b->n_chunks; c++)
    for (int k = 0; k < b->chunks[c].n_blocks; k++) {
      bytes += block_bytes(b, &b->chunks[c].blocks[k]);
      count += b->chunks[c].blocks[k].n_synapses;
    }
  for (int t = 0; t < b->compact.n_tracts; t++) bytes += am_compact_bytes(b, t);
  for (int k = 0; k < b->n_projections; k++)
    if (b->projections[k].tract >= 0) count += b->projections[k].n_synapses;
  if (n) *n = count;
  return bytes;
}
