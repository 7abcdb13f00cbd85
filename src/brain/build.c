/* From the description of a brain to its memory: cuts the line into chunks, draws the synapses of
 * each block, makes room for states, traces and lists of spikes. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "brain/brain.h"
#include "brain/connect.h"

/* Makes room or leaves with AMINE_ERROR_MEMORY; what was made is freed by am_brain_unbuild. */
#define ROOM(pointer, count)                                                                       \
  do {                                                                                             \
    (pointer) = am_alloc((count), sizeof *(pointer));                                              \
    if (!(pointer)) return am_fail_memory(error, am_size_mul((count), sizeof *(pointer)));         \
  } while (0)

static void free_block(am_block *k) {
  am_free(k->row);
  am_free(k->target);
  am_free(k->w);
  am_free(k->c);
  am_free(k->w_low);
  am_free(k->c_low);
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
  for (int k = 0; k < c->n_lanes; k++) am_free(c->lanes[k].count);
  am_free(c->blocks);
  am_free(c->lanes);
  am_free(c->pieces);
  am_free(c->spikes);
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
  for (int k = 0; k < 2; k++) {
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
static uint32_t chunk_length(uint32_t n_line) {
  uint32_t n = 1;
  while (n_line / n >= (n == 1 ? 3000 : 6000)) n *= 2;
  return ((n_line + n - 1) / n + 63) / 64 * 64;
}

static amine_status make_pieces(am_chunk *c, const amine_brain *b, amine_error *error) {
  ROOM(c->pieces, (size_t)b->n_populations);
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
  const uint32_t length = chunk_length(b->n_line), n = (b->n_line + length - 1) / length;
  bool wide = false;
  for (int k = 0; k < b->n_populations; k++) wide |= b->populations[k].is_wide;
  for (int k = 0; k < b->n_projections; k++) wide |= b->projections[k].is_wide;
  ROOM(b->chunks, n);
  b->n_chunks = (int)n;
  for (uint32_t k = 0; k < n; k++) {
    am_chunk *c = &b->chunks[k];
    c->begin = k * length;
    c->end = k + 1 < n ? c->begin + length : b->n_line;
    ROOM(c->current, c->end - c->begin);
    ROOM(c->fired, c->end - c->begin);
    if (wide) ROOM(c->wide, AM_WIDE_INPUTS * (c->end - c->begin));
    ROOM(c->blocks, (size_t)b->n_projections);
    ROOM(c->lanes, (size_t)b->n_projections);
    AM_TRY(make_pieces(c, b, error));
  }
  return AMINE_OK;
}

static amine_status make_states(amine_brain *b, amine_error *error) {
  for (int s = 0; s < AM_NEURON_STATES; s++) ROOM(b->states[s], b->n_line);
  for (int s = 0; s < 2; s++) ROOM(b->in[s], b->n_line);
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    for (int s = 0; s < AM_NEURON_STATES; s++) {
      for (int i = 0; i < p->padded; i++)
        b->states[s][p->first + (uint32_t)i] = (am_real)p->initial[s];
      if (!p->is_wide) continue;
      ROOM(p->wide[s], (size_t)p->padded);
      for (int i = 0; i < p->padded; i++) p->wide[s][i] = p->initial[s];
    }
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------ synapses */
/* A fixed weight that all share needs no memory: see brain.h. */
static bool is_uniform(const am_projection *p) {
  return !p->rule->kernels[0] && !am_rule_sweeps(p->values) && p->stp_u <= 0 &&
         !p->connection->pair_weight && !(p->weight_max > p->weight);
}

static size_t row_capacity(const am_projection *p, const amine_brain *b) {
  size_t most = (size_t)b->populations[p->target].n;
  const am_connection *c = p->connection;
  if (c->kind != AMINE_CONNECT_LIST) return most;
  for (int i = 0; i < b->populations[p->source].n; i++)
    if (c->pair_row[i + 1] - c->pair_row[i] > most) most = c->pair_row[i + 1] - c->pair_row[i];
  return most;
}

/* The delays that occur. */
static amine_status find_delays(amine_brain *b, int projection, am_row *row, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const am_connection *c = p->connection;
  if (c->delay_max == c->delay && !(c->velocity > 0)) {
    ROOM(p->delays, 1);
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

/* The block of each chunk that holds targets of a projection, empty. */
static amine_status make_blocks(amine_brain *b, int projection, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const size_t n_rows = am_size_mul((size_t)p->n_delays, (size_t)b->populations[p->source].n + 1);
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    for (int j = 0; j < c->n_pieces; j++) {
      if (c->pieces[j].population != p->target) continue;
      am_block *block = &c->blocks[c->n_blocks++];
      *block = (am_block){.projection = projection,
                          .begin = c->pieces[j].begin,
                          .lane = -1,
                          .n_targets = c->pieces[j].end - c->pieces[j].begin};
      ROOM(block->row, am_size_add(n_rows, 1));
      if (is_uniform(p) && (p->connection->kind == AMINE_CONNECT_LIST || n_rows > 65535))
        ROOM(block->column, block->n_targets);
    }
  }
  return AMINE_OK;
}

static am_block *block_of(amine_brain *b, int projection, uint32_t target) {
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

/* Counts the synapses of a projection, that of row i at [d][i + 1]; or, with `fill`, places them:
 * the beginning of row i at [d][i] moves to its end. */
static void place(amine_brain *b, int projection, am_row *row, bool fill) {
  am_projection *p = &b->projections[projection];
  const uint32_t n = (uint32_t)b->populations[p->source].n, first = b->populations[p->target].first;
  for (uint32_t i = 0; i < n; i++) {
    am_connect_row(row, b, projection, i);
    for (uint32_t k = 0; k < row->n; k++) {
      am_block *block = block_of(b, projection, first + row->target[k]);
      uint32_t *r = block->row + (size_t)delay_index(p, row->delay[k]) * (n + 1) + i;
      if (!fill) {
        r[1]++;
        block->n_synapses++;
        if (block->column) block->column[first + row->target[k] - block->begin]++;
        continue;
      }
      const uint32_t at = r[0]++;
      block->target[at] = (uint16_t)(first + row->target[k] - block->begin);
      if (block->w) block->w[at] = within(p, (am_real)row->weight[k]);
    }
  }
}

/* Counts at [d][i + 1] become beginnings at [d][i]; [d][n] is where delay d ends. */
static void sum_rows(am_block *block, int n_delays, uint32_t n) {
  uint32_t sum = 0;
  for (int d = 0; d < n_delays; d++) {
    uint32_t *row = block->row + (size_t)d * (n + 1);
    for (uint32_t i = 0; i < n; i++) {
      const uint32_t count = row[i + 1];
      row[i] = sum;
      sum += count;
      if (i + 1 == n) row[n] = sum;
    }
  }
}

/* After placing, [d][i] is the end of row i: moves the ends one up to be beginnings again. */
static void shift_rows(am_block *block, int n_delays, uint32_t n) {
  uint32_t begin = 0;
  for (int d = 0; d < n_delays; d++) {
    uint32_t *row = block->row + (size_t)d * (n + 1);
    for (uint32_t i = 0; i <= n; i++) {
      const uint32_t end = row[i];
      row[i] = begin;
      if (i < n) begin = end;
    }
  }
}

/* The most spikes that can arrive at a target of a block in one step. `column` counts the synapses
 * of each target where the number of sources is no bound. */
static double most_arrivals(const am_block *block, const am_projection *p, uint32_t n_sources) {
  if (!block->column) return (double)n_sources * p->n_delays;
  uint32_t most = 0;
  for (uint32_t j = 0; j < block->n_targets; j++)
    if (block->column[j] > most) most = block->column[j];
  return most;
}

/* Counts of arrivals for a block of one fixed weight, unless they might overflow. */
static amine_status find_lane(am_chunk *c, am_block *block, const amine_brain *b,
                              amine_error *error) {
  const am_projection *p = &b->projections[block->projection];
  const double most = most_arrivals(block, p, (uint32_t)b->populations[p->source].n);
  if (most > 65535) return AMINE_OK;
  for (int l = 0; l < c->n_lanes; l++) {
    am_lane *lane = &c->lanes[l];
    if (lane->population == p->target && lane->receptor == p->receptor &&
        lane->weight == p->weight && lane->most + most <= 65535) {
      lane->most += most;
      block->lane = l;
      return AMINE_OK;
    }
  }
  const uint32_t n = (block->n_targets + 15) / 16 * 16;
  am_lane *lane = &c->lanes[c->n_lanes];
  *lane = (am_lane){.population = p->target,
                    .receptor = p->receptor,
                    .weight = p->weight,
                    .begin = block->begin,
                    .n = n,
                    .most = most};
  ROOM(lane->count, n);
  block->lane = c->n_lanes++;
  return AMINE_OK;
}

static amine_status room_for_synapses(am_chunk *c, am_block *block, const amine_brain *b,
                                      amine_error *error) {
  const am_projection *p = &b->projections[block->projection];
  const size_t n = block->n_synapses;
  if (n > UINT32_MAX - 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: more than 2^32 synapses in a block", p->name);
  ROOM(block->target, n);
  if (is_uniform(p)) AM_TRY(find_lane(c, block, b, error));
  am_free(block->column);
  block->column = NULL;
  if (block->lane < 0) ROOM(block->w, n);
  if (p->keeps_w) ROOM(block->w_low, n);
  if (!p->rule->dopamine) return AMINE_OK;
  ROOM(block->c, n);
  if (p->keeps_c) ROOM(block->c_low, n);
  const size_t rows = am_size_mul((size_t)p->n_delays, (size_t)p->width);
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    ROOM(block->row_log[l], rows);
    ROOM(block->col_log[l], (size_t)(block->n_targets + 15) / 16 * 16);
  }
  for (size_t k = 0; k < rows; k++) block->row_log[AM_LOG_GROWTH][k] = 1;
  for (size_t k = 0; k < block->n_targets; k++) block->col_log[AM_LOG_GROWTH][k] = 1;
  return AMINE_OK;
}

/* A sum in 64 bits for each target, where more may arrive at one than 32 bits can add up. */
static amine_status room_for_sums(am_block *block, amine_error *error) {
  if (!block->w || block->n_synapses <= AM_NARROW_ARRIVALS) return AMINE_OK;
  ROOM(block->sum, block->n_targets);
  double most = 0;
  for (size_t k = 0; k < block->n_synapses; k++) most = fmax(most, ++block->sum[block->target[k]]);
  for (uint32_t j = 0; j < block->n_targets; j++) block->sum[j] = 0;
  if (most > AM_NARROW_ARRIVALS) return AMINE_OK;
  am_free(block->sum);
  block->sum = NULL;
  return AMINE_OK;
}

/* Lists the synapses of each target. */
static amine_status make_columns(am_block *block, const am_projection *p, uint32_t n_sources,
                                 amine_error *error) {
  const size_t n = block->n_synapses;
  ROOM(block->column, (size_t)block->n_targets + 2);
  ROOM(block->at, n);
  if ((size_t)p->width * (size_t)p->n_delays <= 65536) ROOM(block->source, n);
  else ROOM(block->source_wide, n);
  for (size_t k = 0; k < n; k++) block->column[block->target[k] + 2u]++;
  for (uint32_t j = 0; j < block->n_targets; j++) block->column[j + 2] += block->column[j + 1];
  for (int d = 0; d < p->n_delays; d++) {
    const uint32_t *row = block->row + (size_t)d * (n_sources + 1);
    for (uint32_t i = 0; i < n_sources; i++)
      for (uint32_t k = row[i]; k < row[i + 1]; k++) {
        const uint32_t at = block->column[block->target[k] + 1u]++;
        const uint32_t source = (uint32_t)d * (uint32_t)p->width + i;
        block->at[at] = k;
        if (block->source) block->source[at] = (uint16_t)source;
        else block->source_wide[at] = source;
      }
  }
  return AMINE_OK;
}

static amine_status make_wide_traces(am_projection *p, size_t row, size_t targets,
                                     amine_error *error) {
  for (int l = 0; l < p->rule->n_x; l++) ROOM(p->x_wide[l], row);
  for (int l = 0; l < p->rule->n_y; l++) {
    ROOM(p->y_wide[l], targets);
    for (size_t i = 0; i < targets; i++) p->y_wide[l][i] = p->rule->y_initial[l];
  }
  if (!p->stp_scale) return AMINE_OK;
  ROOM(p->stp_wide, am_size_mul(2, row));
  for (size_t k = 0; k < row; k++) p->stp_wide[row + k] = 1;
  return AMINE_OK;
}

static amine_status make_traces(amine_brain *b, am_projection *p, amine_error *error) {
  const size_t row = am_size_mul((size_t)p->n_delays, (size_t)p->width);
  const int padded = b->populations[p->target].padded;
  for (int l = 0; l < p->rule->n_x; l++) ROOM(p->x[l], am_size_mul(3, row));
  for (int l = 0; l < p->rule->n_y; l++) {
    ROOM(p->y[l], (size_t)padded);
    for (int i = 0; i < padded; i++) p->y[l][i] = (am_real)p->rule->y_initial[l];
  }
  if (p->stp_u > 0) {
    ROOM(p->stp_scale, am_size_mul(3, row));
    ROOM(p->stp_state, am_size_mul(2, row));
    for (size_t k = 0; k < row; k++) p->stp_state[row + k] = 1;
  }
  if (p->is_wide) AM_TRY(make_wide_traces(p, row, (size_t)padded, error));
  if (p->values[AM_RULE_TARGET_RATE] > 0) ROOM(p->window_counts, (size_t)padded);
  if (p->rule->dopamine) {
    const am_dopamine is = p->rule->dopamine(p->values);
    AM_TRY(am_reward_make(&p->reward, &is, b->dt_ms, b->look_every, error));
  }
  return AMINE_OK;
}

static amine_status fill_blocks(amine_brain *b, int projection, am_row *row, amine_error *error) {
  am_projection *p = &b->projections[projection];
  const uint32_t n = (uint32_t)b->populations[p->source].n;
  place(b, projection, row, false);
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    for (int j = 0; j < c->n_blocks; j++) {
      if (c->blocks[j].projection != projection) continue;
      AM_TRY(room_for_synapses(c, &c->blocks[j], b, error));
      sum_rows(&c->blocks[j], p->n_delays, n);
      p->n_synapses += c->blocks[j].n_synapses;
    }
  }
  place(b, projection, row, true);
  for (int k = 0; k < b->n_chunks; k++)
    for (int j = 0; j < b->chunks[k].n_blocks; j++) {
      am_block *block = &b->chunks[k].blocks[j];
      if (block->projection != projection) continue;
      shift_rows(block, p->n_delays, n);
      AM_TRY(room_for_sums(block, error));
      if (p->rule->fires) AM_TRY(make_columns(block, p, n, error));
    }
  return AMINE_OK;
}

static amine_status make_synapses(amine_brain *b, int projection, amine_error *error) {
  am_projection *p = &b->projections[projection];
  p->width = b->populations[p->source].padded;
  p->n_delays = 0;
  am_row row;
  AM_TRY(am_row_make(&row, row_capacity(p, b), (uint32_t)b->populations[p->target].n, error));
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
    if (!p->rule->dopamine) continue;
    const am_dopamine is = p->rule->dopamine(p->values);
    if (is.tau_c_ms <= 0 || is.every_step) return 1;
  }
  if (!b->chemistry) return AM_BRAIN_BLOCK;
  int n = AM_BRAIN_BLOCK;
  while (b->chemistry->every % n != 0) n--;
  return n;
}

static int sweep_every(const amine_brain *b) {
  bool any = false;
  for (int k = 0; k < b->n_projections; k++)
    any |= am_rule_sweeps(b->projections[k].values);
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
    if (p->values[AM_RULE_TARGET_RATE] <= 0) continue;
    p->window = am_steps_or_one(p->values[AM_RULE_WINDOW], b->dt_ms);
    b->sweep_grid = common_divisor(b->sweep_grid, p->window);
  }
}

static amine_status make_lists(amine_brain *b, amine_error *error) {
  uint32_t longest = 1, slots = 1;
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (p->delays[p->n_delays - 1] > longest) longest = p->delays[p->n_delays - 1];
  }
  while (slots < longest + (uint32_t)b->look_every + 2) slots *= 2;
  b->n_slots = slots;
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    ROOM(c->spikes, am_size_mul(slots, c->end - c->begin + 16));
  }
  return AMINE_OK;
}

static amine_status build(amine_brain *b, amine_error *error) {
  b->look_every = look_every(b);
  plan_sweeps(b);
  AM_TRY(cut(b, error));
  AM_TRY(make_states(b, error));
  for (int k = 0; k < b->n_projections; k++) AM_TRY(make_synapses(b, k, error));
  AM_TRY(make_lists(b, error));
  return am_chemistry_reserve(b, error);
}

amine_status am_brain_build(amine_brain *b, amine_error *error) {
  if (b->built) return AMINE_OK;
  if (b->n_populations == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the brain has no population");
  const amine_status status = build(b, error);
  if (status != AMINE_OK) am_brain_unbuild(b);
  else b->built = true;
  return status;
}
