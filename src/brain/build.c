/* From the description of a brain to its memory: cuts the line into chunks, draws the synapses of
 * each block, makes room for states, traces and lists of spikes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/machine.h"
#include "base/memory.h"
#include "base/steps.h"
#include "brain/brain.h"
#include "brain/chemistry.h"
#include "brain/compact_build.h"
#include "brain/compact_plan.h"
#include "brain/connect.h"
#include "brain/need.h"
#include "brain/neuron_text.h"

static void free_block(am_synapse_block *k) {
  am_free(k->row);
  am_free(k->row_source);
  am_free(k->row_first);
  am_free(k->filling);
  am_free(k->target);
  am_free(k->w);
  am_free(k->c);
  am_free(k->w_low);
  am_free(k->c_low);
  am_free(k->line);
  am_free(k->sum);
  am_free(k->column);
  am_free(k->at);
  am_free(k->source);
  am_free(k->source_wide);
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    am_free(k->row_log[l]);
    am_free(k->col_log[l]);
  }
}

static void free_chunk(am_chunk *c) {
  for (int k = 0; k < c->n_blocks; k++) free_block(&c->blocks[k]);
  for (int k = 0; k < c->n_tallies; k++) am_free(c->tallies[k].count);
  am_free(c->blocks);
  am_free(c->tallies);
  am_free(c->pieces);
  am_flight_free(&c->flight);
  am_free(c->current);
  am_free(c->fired);
  am_free(c->wide);
}

static void free_built(am_projection *p) {
  am_free(p->delays);
  for (int l = 0; l < AM_SYNAPSE_TRACES; l++) {
    am_free(p->x[l]);
    am_free(p->y[l]);
    am_free(p->x_wide[l]);
    am_free(p->y_wide[l]);
    p->x[l] = p->y[l] = NULL;
    p->x_wide[l] = p->y_wide[l] = NULL;
  }
  am_free(p->stp_wide);
  p->stp_wide = NULL;
  am_free(p->stp_scale);
  am_free(p->stp_state);
  am_free(p->window_counts);
  am_reward_free(p->reward);
  p->delays = p->window_counts = NULL;
  p->stp_scale = p->stp_state = NULL;
  p->reward = NULL;
  p->n_synapses = 0;
}

void am_brain_unbuild(amine_brain *b) {
  am_compact_free(b);
  for (int k = 0; k < b->n_chunks; k++) free_chunk(&b->chunks[k]);
  am_free(b->chunks);
  b->chunks = NULL;
  b->n_chunks = 0;
  for (int k = 0; k < b->n_projections; k++) free_built(&b->projections[k]);
  for (int k = 0; k < AM_NEURON_STATES; k++) {
    am_free(b->states[k]);
    b->states[k] = NULL;
  }
  for (int k = 0; k < b->n_populations; k++)
    for (int s = 0; s < AM_NEURON_STATES; s++) {
      am_free(b->populations[k].wide[s]);
      b->populations[k].wide[s] = NULL;
    }
  for (int k = 0; k < AM_NEURON_RECEPTORS; k++) {
    am_free(b->in[k]);
    b->in[k] = NULL;
  }
  if (b->chemistry) {
    am_free(b->chemistry->history);
    b->chemistry->history = NULL;
  }
  b->built = false;
}

/* ------------------------------------------------------------------------------------ the line */
/* A power of two of chunks, of 3,000 to 6,000 neurons, or two of 1,500 or more: enough for a few
 * threads, few enough that the rows of a block stay long. */
uint32_t am_chunk_length(uint32_t n_line) {
  uint32_t n = 1;
  while (n_line / n >= (n == 1 ? 3000 : 6000)) n *= 2;
  return ((n_line + n - 1) / n + 63) / 64 * 64;
}

static amine_status make_pieces(am_chunk *c, const amine_brain *b, amine_error *error) {
  AM_TRY(AM_TAKE(c->pieces, (size_t)b->n_populations, error));
  for (int k = 0; k < b->n_populations; k++) {
    const am_population *p = &b->populations[k];
    const uint32_t begin = p->first > c->begin ? p->first : c->begin;
    uint32_t end = p->first + (uint32_t)p->n;
    if (end > c->end) end = c->end;
    if (begin >= end) continue;
    c->pieces[c->n_pieces++] = (am_piece){k, begin, end};
  }
  return AMINE_OK;
}

static amine_status cut(amine_brain *b, amine_error *error) {
  const uint32_t length = am_chunk_length(b->n_line), n = (b->n_line + length - 1) / length;
  bool wide = false;
  for (int k = 0; k < b->n_populations; k++) wide |= b->populations[k].is_wide;
  for (int k = 0; k < b->n_projections; k++) wide |= b->projections[k].is_wide;
  AM_TRY(AM_TAKE(b->chunks, n, error));
  b->n_chunks = (int)n;
  for (uint32_t k = 0; k < n; k++) {
    am_chunk *c = &b->chunks[k];
    c->begin = k * length;
    c->end = k + 1 < n ? c->begin + length : b->n_line;
    AM_TRY(AM_TAKE(c->current, c->end - c->begin, error));
    AM_TRY(AM_TAKE(c->fired, c->end - c->begin, error));
    if (wide) AM_TRY(AM_TAKE(c->wide, AM_WIDE_INPUTS * (c->end - c->begin), error));
    AM_TRY(AM_TAKE(c->blocks, (size_t)b->n_projections, error));
    AM_TRY(AM_TAKE(c->tallies, (size_t)b->n_projections, error));
    AM_TRY(make_pieces(c, b, error));
  }
  return AMINE_OK;
}

/* What neurons begin with by the values of one of them, all others being the population's. */
static void initial_of(double initial[AM_NEURON_STATES], const am_population *p, int neuron,
                       double dt_ms) {
  double values[AM_VALUES_MAX], k[AM_NEURON_CONSTANTS];
  memcpy(values, p->values, sizeof values);
  memcpy(initial, p->initial, sizeof p->initial);
  for (int own = p->n_kept; own < AM_NEURON_OWN && p->model->own[own]; own++)
    values[p->variant->program.each[own]] = (double)p->own[own][neuron];
  am_neuron_setup(p->model, k, initial, values, dt_ms);
}

/* Where states begin at values that neurons have for themselves, as v at its v_rest. */
static void begin_each(amine_brain *b, am_population *p) {
  const int n_states = am_neuron_n_states(p->model);
  double initial[AM_NEURON_STATES];
  for (int i = 0; i < p->n; i++) {
    initial_of(initial, p, i, b->dt_ms);
    for (int s = 0; s < n_states; s++) {
      if (p->start[s]) continue;
      b->states[s][p->first + (uint32_t)i] = (am_real)initial[s];
      if (p->is_wide) p->wide[s][i] = initial[s];
    }
  }
}

static amine_status make_states(amine_brain *b, amine_error *error) {
  b->n_states = am_brain_n_states(b);
  for (int s = 0; s < b->n_states; s++) AM_TRY(AM_TAKE(b->states[s], b->n_line, error));
  b->n_receptors = am_brain_n_receptors(b);
  for (int r = 0; r < b->n_receptors; r++) AM_TRY(AM_TAKE(b->in[r], b->n_line, error));
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    for (int s = 0, n = am_neuron_n_states(p->model); s < n; s++) {
      if (p->is_wide) AM_TRY(AM_TAKE(p->wide[s], (size_t)p->padded, error));
      for (int i = 0; i < p->padded; i++) {
        const double value = p->start[s] && i < p->n ? (double)p->start[s][i] : p->initial[s];
        b->states[s][p->first + (uint32_t)i] = (am_real)value;
        if (p->is_wide) p->wide[s][i] = value;
      }
    }
    if (p->variant && p->n_kept < AM_NEURON_OWN && p->model->own[p->n_kept]) begin_each(b, p);
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------ synapses */
/* A fixed weight that all share needs no memory: see brain.h. */
bool am_projection_is_uniform(const am_projection *p) {
  return !p->rule->kernels[0] && !am_rule_sweeps(p->values) && p->stp_u <= 0 &&
         !p->rule->delivers && !p->connection->pair_weight &&
         !p->connection->draws_weights && !(p->weight_max > p->weight);
}

/* The delays that occur. */
static amine_status find_delays(amine_brain *b, int projection, am_row *row, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const am_connection *c = p->connection;
  if (c->delay_max == c->delay && !(c->velocity > 0)) {
    AM_TRY(AM_TAKE(p->delays, 1, error));
    p->delays[0] = c->delay;
    p->n_delays = 1;
    return AMINE_OK;
  }
  uint8_t *seen = am_alloc(AM_BRAIN_DELAY + 1, 1);
  if (!seen) return am_fail_memory(error, AM_BRAIN_DELAY + 1);
  amine_status status = AMINE_OK;
  for (uint32_t i = 0; i < (uint32_t)b->populations[p->source].n && status == AMINE_OK; i++) {
    am_connect_row(row, b, projection, i);
    for (uint32_t k = 0; k < row->n && status == AMINE_OK; k++)
      if (row->delay[k] > AM_BRAIN_DELAY)
        status = am_fail(error, AMINE_ERROR_ARGUMENT, "%s: a delay of %u steps is above %d",
                         p->name, row->delay[k], AM_BRAIN_DELAY);
      else seen[row->delay[k]] = 1;
  }
  int n = 0;
  for (int d = 0; d <= AM_BRAIN_DELAY; d++) n += seen[d];
  if (n == 0) seen[c->delay] = 1, n = 1; /* no synapses at all */
  if (status == AMINE_OK) {
    p->delays = am_alloc((size_t)n, sizeof *p->delays);
    if (!p->delays) status = am_fail_memory(error, (size_t)n * 4);
  }
  for (int d = 0; status == AMINE_OK && d <= AM_BRAIN_DELAY; d++)
    if (seen[d]) p->delays[p->n_delays++] = (uint32_t)d;
  am_free(seen);
  return status;
}

static int delay_index(const am_projection *p, uint32_t delay) {
  int low = 0, high = p->n_delays - 1;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (p->delays[middle] < delay) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* What is known of a block while it is filled, for each delay: sources come in ascending order. */
typedef struct am_filling {
  uint32_t rows, synapses; /* counted; then where the next ones go */
  uint32_t seen;           /* sources up to the last one that had a synapse */
} am_filling;

/* The block of each chunk that holds targets of a projection, empty. */
static amine_status make_blocks(amine_brain *b, int projection, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const size_t n_rows = am_size_mul((size_t)p->n_delays, (size_t)b->populations[p->source].n + 1);
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    for (int j = 0; j < c->n_pieces; j++) {
      if (c->pieces[j].population != p->target) continue;
      am_synapse_block *block = &c->blocks[c->n_blocks++];
      *block = (am_synapse_block){.projection = projection,
                                  .begin = c->pieces[j].begin,
                                  .tally = -1,
                                  .n_targets = c->pieces[j].end - c->pieces[j].begin};
      AM_TRY(AM_TAKE(block->filling, (size_t)p->n_delays, error));
      if (am_projection_is_uniform(p) &&
          (p->connection->kind == AMINE_CONNECT_LIST ||
           p->connection->kind == AMINE_CONNECT_TOTAL || n_rows > 65535))
        AM_TRY(AM_TAKE(block->column, block->n_targets, error));
    }
  }
  return AMINE_OK;
}

static am_synapse_block *block_of(amine_brain *b, int projection, uint32_t target) {
  am_chunk *c = &b->chunks[target / b->chunks[0].end];
  for (int k = c->n_blocks - 1; k >= 0; k--)
    if (c->blocks[k].projection == projection) return &c->blocks[k];
  return NULL;
}

/* Weights that learn begin within their bounds. */
static am_real within(const am_projection *p, am_real w) {
  if (!p->rule->kernels[0]) return w;
  if (w < p->k[AM_SYNAPSE_W_MIN]) return p->k[AM_SYNAPSE_W_MIN];
  return w > p->k[AM_SYNAPSE_W_MAX] ? p->k[AM_SYNAPSE_W_MAX] : w;
}

/* Counts the synapses of a projection and the rows that have any. */
static void count(amine_brain *b, int projection, am_row *row) {
  const am_projection *p = &b->projections[projection];
  const uint32_t n = (uint32_t)b->populations[p->source].n, first = b->populations[p->target].first;
  for (uint32_t i = 0; i < n; i++) {
    am_connect_row(row, b, projection, i);
    for (uint32_t k = 0; k < row->n; k++) {
      am_synapse_block *block = block_of(b, projection, first + row->target[k]);
      am_filling *f = &block->filling[delay_index(p, row->delay[k])];
      f->rows += f->seen != i + 1;
      f->seen = i + 1;
      f->synapses++;
      block->n_synapses++;
      if (block->column) block->column[first + row->target[k] - block->begin]++;
    }
  }
}

/* A table of all rows is the fastest. It is made where it is small, or where it is not much larger
 * than the synapses themselves. */
static amine_status room_for_rows(am_synapse_block *block, const am_projection *p,
                                  uint32_t n_sources, amine_error *error) {
  const size_t all = am_size_mul((size_t)p->n_delays, (size_t)n_sources + 1);
  uint32_t rows = 0, synapses = 0;
  const bool table = all <= AM_SMALL_TABLE || all / AM_ROWS_A_SYNAPSE <= block->n_synapses;
  if (!table) AM_TRY(AM_TAKE(block->row_first, (size_t)p->n_delays + 1, error));
  for (int d = 0; d < p->n_delays; d++) {
    am_filling *f = &block->filling[d];
    const am_filling found = *f;
    *f = (am_filling){.rows = rows, .synapses = synapses};
    rows += found.rows;
    synapses += found.synapses;
    if (!table) block->row_first[d + 1] = rows;
  }
  AM_TRY(AM_TAKE(block->row, table ? all : (size_t)rows + 1, error));
  if (table) return AMINE_OK;
  AM_TRY(AM_TAKE(block->row_source, rows, error));
  block->row[rows] = synapses;
  return AMINE_OK;
}

/* Rows of the sources before `end` begin where the next synapse goes. */
static void close_rows(am_synapse_block *block, int delay, uint32_t n_sources, uint32_t end) {
  am_filling *f = &block->filling[delay];
  uint32_t *row = block->row + (size_t)delay * ((size_t)n_sources + 1);
  for (; f->seen < end; f->seen++) row[f->seen] = f->synapses;
}

/* Places the synapses that were counted. */
static void place(amine_brain *b, int projection, am_row *row) {
  const am_projection *p = &b->projections[projection];
  const uint32_t n = (uint32_t)b->populations[p->source].n, first = b->populations[p->target].first;
  for (uint32_t i = 0; i < n; i++) {
    am_connect_row(row, b, projection, i);
    for (uint32_t k = 0; k < row->n; k++) {
      am_synapse_block *block = block_of(b, projection, first + row->target[k]);
      const int d = delay_index(p, row->delay[k]);
      am_filling *f = &block->filling[d];
      if (!block->row_source) {
        close_rows(block, d, n, i + 1);
      } else if (f->seen != i + 1) {
        block->row_source[f->rows] = i;
        block->row[f->rows++] = f->synapses;
        f->seen = i + 1;
      }
      const uint32_t at = f->synapses++;
      block->target[at] = (uint16_t)(first + row->target[k] - block->begin);
      if (block->w) block->w[at] = within(p, (am_real)row->weight[k]);
    }
  }
}

static void end_filling(am_synapse_block *block, int n_delays, uint32_t n_sources) {
  for (int d = 0; d < n_delays && !block->row_source; d++)
    close_rows(block, d, n_sources, n_sources + 1);
  am_free(block->filling);
  block->filling = NULL;
}

bool am_rows_next(am_rows *r) {
  const am_synapse_block *k = r->block;
  if (k->row_source) {
    if (r->next == k->row_first[r->n_delays]) return false;
    while (r->next >= k->row_first[r->delay + 1]) r->delay++;
    r->source = k->row_source[r->next];
    r->begin = k->row[r->next];
    r->end = k->row[++r->next];
    return true;
  }
  for (; r->next < (size_t)r->n_delays * ((size_t)r->n_sources + 1); r->next++) {
    if (r->next % ((size_t)r->n_sources + 1) == r->n_sources) continue; /* where a delay ends */
    if (k->row[r->next] == k->row[r->next + 1]) continue;
    r->delay = (int)(r->next / ((size_t)r->n_sources + 1));
    r->source = (uint32_t)(r->next % ((size_t)r->n_sources + 1));
    r->begin = k->row[r->next];
    r->end = k->row[++r->next];
    return true;
  }
  return false;
}

/* The most spikes that can arrive at a target of a block in one step. `column` counts the synapses
 * of each target where the number of sources is no bound. */
static double most_arrivals(const am_synapse_block *block, const am_projection *p,
                            uint32_t n_sources) {
  if (!block->column) return (double)n_sources * p->n_delays;
  uint32_t most = 0;
  for (uint32_t j = 0; j < block->n_targets; j++)
    if (block->column[j] > most) most = block->column[j];
  return most;
}

/* Counts of arrivals for a block of one fixed weight, unless they might overflow. */
static amine_status find_tally(am_chunk *c, am_synapse_block *block, const amine_brain *b,
                               amine_error *error) {
  const am_projection *p = &b->projections[block->projection];
  const bool repeats = am_neuron_repeats(b->populations[p->source].model);
  const double most = most_arrivals(block, p, (uint32_t)b->populations[p->source].n);
  if (most > 65535) return AMINE_OK;
  for (int l = 0; l < c->n_tallies; l++) {
    am_tally *tally = &c->tallies[l];
    if (tally->population == p->target && tally->receptor == p->receptor &&
        tally->weight == p->weight && tally->most + most <= 65535) {
      tally->most += most;
      tally->repeats |= repeats;
      block->tally = l;
      return AMINE_OK;
    }
  }
  const uint32_t n = (block->n_targets + 15) / 16 * 16;
  am_tally *tally = &c->tallies[c->n_tallies];
  *tally = (am_tally){.population = p->target,
                      .receptor = p->receptor,
                      .weight = p->weight,
                      .begin = block->begin,
                      .n = n,
                      .most = most,
                      .repeats = repeats};
  AM_TRY(AM_TAKE(tally->count, n, error));
  block->tally = c->n_tallies++;
  return AMINE_OK;
}

static amine_status room_for_synapses(am_chunk *c, am_synapse_block *block, const amine_brain *b,
                                      amine_error *error) {
  const am_projection *p = &b->projections[block->projection];
  const size_t n = block->n_synapses;
  if (n > UINT32_MAX - 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: more than 2^32 synapses in a block", p->name);
  AM_TRY(AM_TAKE(block->target, n, error));
  if (am_projection_is_uniform(p)) AM_TRY(find_tally(c, block, b, error));
  am_free(block->column);
  block->column = NULL;
  if (block->tally < 0) AM_TRY(AM_TAKE(block->w, n, error));
  if (p->keeps_w) AM_TRY(AM_TAKE(block->w_low, n, error));
  if (!am_synapse_rule_remembers(p->rule)) return AMINE_OK;
  AM_TRY(AM_TAKE(block->c, n, error));
  if (p->keeps_c) AM_TRY(AM_TAKE(block->c_low, n, error));
  const size_t rows = am_size_mul((size_t)p->n_delays, (size_t)p->width);
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    AM_TRY(AM_TAKE(block->row_log[l], rows, error));
    AM_TRY(AM_TAKE(block->col_log[l], (size_t)(block->n_targets + 15) / 16 * 16, error));
  }
  for (size_t k = 0; k < rows; k++) block->row_log[AM_LOG_GROWTH][k] = 1;
  for (size_t k = 0; k < block->n_targets; k++) block->col_log[AM_LOG_GROWTH][k] = 1;
  return AMINE_OK;
}

/* A sum in 64 bits for each target, where more may arrive at one than 32 bits can add up. */
static amine_status room_for_sums(am_synapse_block *block, amine_error *error) {
  if (!block->w || block->n_synapses <= AM_NARROW_ARRIVALS) return AMINE_OK;
  AM_TRY(AM_TAKE(block->sum, block->n_targets, error));
  double most = 0;
  for (size_t k = 0; k < block->n_synapses; k++) most = fmax(most, ++block->sum[block->target[k]]);
  for (uint32_t j = 0; j < block->n_targets; j++) block->sum[j] = 0;
  if (most > AM_NARROW_ARRIVALS) return AMINE_OK;
  am_free(block->sum);
  block->sum = NULL;
  return AMINE_OK;
}

/* What is on its way from the synapses to the somata. */
static amine_status room_for_dendrites(am_synapse_block *block, const am_projection *p,
                                       amine_error *error) {
  if (p->early == 0) return AMINE_OK;
  return AM_TAKE(block->line, am_size_mul(p->early, block->n_targets), error);
}

/* Lists the synapses of each target. */
static amine_status make_columns(am_synapse_block *block, const am_projection *p,
                                 uint32_t n_sources, amine_error *error) {
  const size_t n = block->n_synapses;
  AM_TRY(AM_TAKE(block->column, (size_t)block->n_targets + 2, error));
  AM_TRY(AM_TAKE(block->at, n, error));
  if ((size_t)p->width * (size_t)p->n_delays <= 65536) AM_TRY(AM_TAKE(block->source, n, error));
  else AM_TRY(AM_TAKE(block->source_wide, n, error));
  for (size_t k = 0; k < n; k++) block->column[block->target[k] + 2u]++;
  for (uint32_t j = 0; j < block->n_targets; j++) block->column[j + 2] += block->column[j + 1];
  for (am_rows r = am_rows_begin(block, p->n_delays, n_sources); am_rows_next(&r);)
    for (uint32_t k = r.begin; k < r.end; k++) {
      const uint32_t at = block->column[block->target[k] + 1u]++;
      const uint32_t source = (uint32_t)r.delay * (uint32_t)p->width + r.source;
      block->at[at] = k;
      if (block->source) block->source[at] = (uint16_t)source;
      else block->source_wide[at] = source;
    }
  return AMINE_OK;
}

static amine_status make_wide_traces(am_projection *p, size_t row, size_t targets,
                                     amine_error *error) {
  for (int l = 0; l < p->rule->n_x; l++) {
    AM_TRY(AM_TAKE(p->x_wide[l], row, error));
    const double first = am_synapse_rule_first_x(p->rule, p->values, l);
    for (size_t k = 0; k < row; k++) p->x_wide[l][k] = first;
  }
  for (int l = 0; l < p->rule->n_y; l++) {
    AM_TRY(AM_TAKE(p->y_wide[l], targets, error));
    const double first = am_synapse_rule_first(p->rule, p->values, l);
    for (size_t i = 0; i < targets; i++) p->y_wide[l][i] = first;
  }
  if (!p->stp_state) return AMINE_OK;
  AM_TRY(AM_TAKE(p->stp_wide, am_size_mul(2, row), error));
  for (size_t k = 0; k < row; k++) p->stp_wide[row + k] = 1;
  return AMINE_OK;
}

static amine_status make_traces(amine_brain *b, am_projection *p, amine_error *error) {
  const size_t row = am_size_mul((size_t)p->n_delays, (size_t)p->width);
  const int padded = b->populations[p->target].padded;
  const size_t moments = am_synapse_moments(p->rule);
  for (int l = 0; l < p->rule->n_x; l++) {
    AM_TRY(AM_TAKE(p->x[l], am_size_mul(moments, row), error));
    const am_real first = (am_real)am_synapse_rule_first_x(p->rule, p->values, l);
    for (size_t k = 0; k < moments * row; k++) p->x[l][k] = first;
  }
  for (int l = 0; l < p->rule->n_y; l++) {
    AM_TRY(AM_TAKE(p->y[l], (size_t)padded, error));
    const am_real first = (am_real)am_synapse_rule_first(p->rule, p->values, l);
    for (int i = 0; i < padded; i++) p->y[l][i] = first;
  }
  if (p->stp_u > 0 || p->rule->delivers)
    AM_TRY(AM_TAKE(p->stp_scale, am_size_mul(3, row), error));
  if (p->stp_u > 0) {
    AM_TRY(AM_TAKE(p->stp_state, am_size_mul(2, row), error));
    for (size_t k = 0; k < row; k++) p->stp_state[row + k] = 1;
  }
  if (p->is_wide) AM_TRY(make_wide_traces(p, row, (size_t)padded, error));
  if (p->values[AM_VALUE_TARGET_RATE] > 0) AM_TRY(AM_TAKE(p->window_counts, (size_t)padded, error));
  if (am_synapse_rule_remembers(p->rule)) {
    const am_dopamine is = am_synapse_rule_dopamine(p->rule, p->values);
    AM_TRY(am_reward_make(&p->reward, &is, b->dt_ms, b->look_every, error));
  }
  return AMINE_OK;
}

/* What the synapses that were counted take, before it is taken. */
static amine_status check_need(const amine_brain *b, int projection, amine_error *error) {
  const am_projection *p = &b->projections[projection];
  double n = 0;
  int n_blocks = 0;
  char what[300];
  for (int k = 0; k < b->n_chunks; k++)
    for (int j = 0; j < b->chunks[k].n_blocks; j++)
      if (b->chunks[k].blocks[j].projection == projection) {
        n += (double)b->chunks[k].blocks[j].n_synapses;
        n_blocks++;
      }
  const double bytes = am_projection_need(b, p, n, n_blocks);
  snprintf(what, sizeof what, "%.200s, %.0f synapses,", p->name, n);
  return bytes < (double)AM_LARGE ? AMINE_OK : am_memory_check(what, bytes, error);
}

static amine_status fill_blocks(amine_brain *b, int projection, am_row *row, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const uint32_t n = (uint32_t)b->populations[p->source].n;
  count(b, projection, row);
  AM_TRY(check_need(b, projection, error));
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    for (int j = 0; j < c->n_blocks; j++) {
      if (c->blocks[j].projection != projection) continue;
      AM_TRY(room_for_synapses(c, &c->blocks[j], b, error));
      AM_TRY(room_for_rows(&c->blocks[j], p, n, error));
      p->n_synapses += c->blocks[j].n_synapses;
    }
  }
  place(b, projection, row);
  for (int k = 0; k < b->n_chunks; k++)
    for (int j = 0; j < b->chunks[k].n_blocks; j++) {
      am_synapse_block *block = &b->chunks[k].blocks[j];
      if (block->projection != projection) continue;
      end_filling(block, p->n_delays, n);
      AM_TRY(room_for_sums(block, error));
      AM_TRY(room_for_dendrites(block, p, error));
      if (p->rule->fires) AM_TRY(make_columns(block, p, n, error));
    }
  return AMINE_OK;
}

static amine_status make_synapses(amine_brain *b, int projection, amine_error *error) {
  am_projection *p = &b->projections[projection];
  p->width = b->populations[p->source].padded;
  p->n_delays = 0;
  am_row row;
  AM_TRY(am_row_make(&row, am_connect_widest(b, projection), (uint32_t)b->populations[p->target].n,
                     error));
  amine_status status = find_delays(b, projection, &row, error);
  if (status == AMINE_OK) status = make_blocks(b, projection, error);
  if (status == AMINE_OK) status = fill_blocks(b, projection, &row, error);
  if (status == AMINE_OK) status = make_traces(b, p, error);
  am_row_free(&row);
  return status;
}

/* --------------------------------------------------------------------------------------- time */
/* Steps between two looks at the whole: a divisor of the chemistry's step; one, where eligibility
 * lasts no longer or changes by itself. */
static int look_every(const amine_brain *b) {
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (!am_synapse_rule_remembers(p->rule)) continue;
    const am_dopamine is = am_synapse_rule_dopamine(p->rule, p->values);
    if (is.tau_c_ms <= 0 || is.every_step) return 1;
  }
  if (!b->chemistry) return AM_BRAIN_BLOCK;
  int n = AM_BRAIN_BLOCK;
  while (b->chemistry->every % n != 0) n--;
  return n;
}

static int sweep_every(const amine_brain *b) {
  bool any = false;
  for (int k = 0; k < b->n_projections; k++) any |= am_rule_sweeps(b->projections[k].values);
  return any ? (int)am_steps_or_one(AM_SWEEP_MS, b->dt_ms) : 0;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
  while (b > 0) {
    const uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* When there is something to do for a sweep: weights decay at the multiples of sweep_every, and are
 * scaled at those of the window of their projection. */
static void plan_sweeps(amine_brain *b) {
  b->sweep_every = sweep_every(b);
  b->sweep_grid = (uint64_t)b->sweep_every;
  for (int k = 0; k < b->n_projections; k++) {
    am_projection *p = &b->projections[k];
    p->window = 0;
    if (p->values[AM_VALUE_TARGET_RATE] <= 0) continue;
    p->window = am_steps_or_one(p->values[AM_VALUE_WINDOW], b->dt_ms);
    b->sweep_grid = common_divisor(b->sweep_grid, p->window);
  }
}

/* Lists of who fired, for the longest delay of what begins in each chunk, or ends there. */
static amine_status make_lists(amine_brain *b, amine_error *error) {
  b->longest = 1;
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    uint32_t longest = 0;
    for (int j = 0; j < c->n_pieces; j++)
      for (int i = 0; i < b->n_projections; i++) {
        const am_projection *p = &b->projections[i];
        if (p->source == c->pieces[j].population && p->delays[p->n_delays - 1] > longest)
          longest = p->delays[p->n_delays - 1];
        if (p->target == c->pieces[j].population && p->back > longest) longest = p->back;
      }
    if (longest > b->longest) b->longest = longest;
    AM_TRY(am_flight_make(&c->flight, longest, (uint32_t)b->look_every, error));
  }
  return AMINE_OK;
}

static amine_status build(amine_brain *b, amine_error *error) {
  b->look_every = look_every(b);
  plan_sweeps(b);
  AM_TRY(cut(b, error));
  AM_TRY(make_states(b, error));
  for (int k = 0; k < b->n_projections; k++)
    if (b->projections[k].tract < 0) AM_TRY(make_synapses(b, k, error));
  AM_TRY(am_compact_build(b, error));
  AM_TRY(make_lists(b, error));
  return am_chemistry_reserve(b, error);
}

amine_status am_brain_build(amine_brain *b, amine_error *error) {
  if (b->built) return AMINE_OK;
  if (b->n_populations == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the brain has no population");
  amine_status status = am_compact_plan(b, error);
  if (status == AMINE_OK) status = am_brain_check_need(b, error);
  if (status == AMINE_OK) status = build(b, error);
  if (status != AMINE_OK) am_brain_unbuild(b);
  else b->built = true;
  return status;
}
