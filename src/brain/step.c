/* One step of one chunk. */
#include "brain/step.h"

#include <math.h>
#include <string.h>

#include "brain/chemistry.h"
#include "brain/drive.h"
#include "base/random.h"
#include "kernel/exponential.h"

/* --------------------------------------------------------------------------- spikes that arrive */
/* One row that a spike reaches. */
typedef struct arrival {
  uint32_t begin, end; /* its synapses in the block */
  size_t source;       /* delay * width + source */
} arrival;

/* Each row of a block whose spike arrives at `step`: delays ascending, sources ascending. */
#define FOR_ARRIVALS(b, block, step, row)                                                          \
  for (arrivals_at row##_at = arrivals_begin(b, block, step); arrivals_next(&row##_at, &row);)

typedef struct arrivals_at {
  const amine_brain *b;
  const am_synapse_block *block;
  const am_projection *p;
  uint64_t step;
  uint32_t first, n; /* the source population in the line */
  int delay, chunk;
  const uint32_t *at, *end; /* in the list of one chunk */
} arrivals_at;

static inline arrivals_at arrivals_begin(const amine_brain *b, const am_synapse_block *block,
                                         uint64_t step) {
  const am_projection *p = &b->projections[block->projection];
  const am_population *from = &b->populations[p->source];
  return (arrivals_at){b,  block,       p,    step, from->first, (uint32_t)from->n,
                       -1, b->n_chunks, NULL, NULL};
}

/* The list of the next chunk, or of the first one and the next delay; false at the end. */
static bool arrivals_list(arrivals_at *a) {
  const uint32_t length = a->b->chunks[0].end;
  if (a->chunk + 1 >= a->b->n_chunks || (uint32_t)(a->chunk + 1) * length >= a->first + a->n) {
    if (++a->delay >= a->p->n_delays) return false;
    a->chunk = (int)(a->first / length);
  } else {
    a->chunk++;
  }
  a->at = a->end = NULL;
  const uint32_t delay = a->p->delays[a->delay] - a->p->early;
  if (a->step < delay) return true;
  uint32_t n;
  a->at = am_flight_list(&a->b->chunks[a->chunk].flight, a->step - delay, &n);
  a->end = a->at + n;
  return true;
}

static inline bool arrivals_next(arrivals_at *a, arrival *row) {
  for (;;) {
    while (a->at == a->end)
      if (!arrivals_list(a)) return false;
    const uint32_t source = *a->at++ - a->first;
    if (source >= a->n) continue; /* of another population */
    am_block_row(a->block, a->delay, a->n, source, &row->begin, &row->end);
    if (row->begin == row->end) continue;
    row->source = (size_t)a->delay * (size_t)a->p->width + source;
    return true;
  }
}

/* Rows lie far apart in memory: a few are asked for ahead of the one that is worked on. */
#define AHEAD 16

static int gather_rows(arrivals_at *at, arrival rows[AHEAD]) {
  int n = 0;
  while (n < AHEAD && arrivals_next(at, &rows[n])) {
    const char *begin = (const char *)(at->block->target + rows[n].begin);
    const char *end = (const char *)(at->block->target + rows[n].end);
    for (; begin < end; begin += 64) __builtin_prefetch(begin);
    n++;
  }
  return n;
}

/* The same where more than 65,535 may arrive: what is counted arrives before the count is full. */
static void count_repeats(const uint16_t *target, uint32_t length, const am_tally *tally,
                          am_real *in) {
  for (uint32_t k = 0; k < length; k++)
    if (++tally->count[target[k]] == UINT16_MAX) {
      in[target[k]] += (am_real)tally->weight * UINT16_MAX;
      tally->count[target[k]] = 0;
    }
}

static void deliver_counts(const amine_brain *b, const am_synapse_block *block, uint64_t step,
                           const am_tally *tally, am_real *in) {
  uint16_t *count = tally->count;
  arrivals_at at = arrivals_begin(b, block, step);
  arrival rows[AHEAD];
  for (int n; (n = gather_rows(&at, rows)) > 0;)
    for (int r = 0; r < n; r++) {
      const uint16_t *target = block->target + rows[r].begin;
      const uint32_t length = rows[r].end - rows[r].begin;
      if (tally->repeats) count_repeats(target, length, tally, in);
      else
        for (uint32_t k = 0; k < length; k++) count[target[k]]++;
    }
}

static const am_real *moment(const am_real *trace, const am_projection *p, uint64_t step) {
  return trace + step % 3 * (size_t)p->n_delays * (size_t)p->width;
}

static am_real scale_of(const am_projection *p, uint64_t step, size_t source) {
  return p->stp_scale ? moment(p->stp_scale, p, step)[source] : 1;
}

static void deliver_weights(const amine_brain *b, const am_synapse_block *block, uint64_t step,
                            am_real *in) {
  const am_projection *p = &b->projections[block->projection];
  arrival row;
  FOR_ARRIVALS(b, block, step, row) {
    const am_real scale = scale_of(p, step, row.source);
    if (block->sum)
      for (uint32_t k = row.begin; k < row.end; k++)
        block->sum[block->target[k]] += (double)block->w[k] * (double)scale;
    else
      for (uint32_t k = row.begin; k < row.end; k++) in[block->target[k]] += block->w[k] * scale;
  }
}

/* What very many arrivals of this step sum up to. */
static void deliver_sum(const am_synapse_block *block, am_real *in) {
  for (uint32_t i = 0; block->sum && i < block->n_targets; i++) {
    in[i] += (am_real)block->sum[i];
    block->sum[i] = 0;
  }
}

/* x before the arrivals of its moment, of rules that say so (am_projection.x). */
static am_real *before_of(const am_projection *p, int l) {
  return p->x[l] + 3 * (size_t)p->n_delays * (size_t)p->width;
}

/* x of a source as it was before this step's arrival */
static am_real past(const am_projection *p, int l, uint64_t step, size_t source) {
  if (step == 0) return 0;
  if (am_synapse_runs_origin(p->rule)) return moment(before_of(p, l), p, step)[source];
  const am_real x = moment(p->x[l], p, step - 1)[source] * p->k[AM_SYNAPSE_X + 2 * l];
  return x < (am_real)1e-30 ? 0 : x;
}

static const am_moment *moment_of(const am_reward *r, const am_moment *moments, uint64_t step) {
  return &moments[step - r->first];
}

static const am_synapse_kernel *kernel_of(const amine_brain *b, const am_projection *p) {
  return p->rule->kernels[b->isa];
}

static am_real factor_of(const amine_brain *b, const am_projection *p) {
  return b->populations[p->target].factors[p->factor];
}

static size_t in_population(const amine_brain *b, const am_synapse_block *block) {
  return block->begin - b->populations[b->projections[block->projection].target].first;
}

static am_rows rows_of(const amine_brain *b, const am_synapse_block *block) {
  const am_projection *p = &b->projections[block->projection];
  return am_rows_begin(block, p->n_delays, (uint32_t)b->populations[p->source].n);
}

static am_synapse_row row_of(const amine_brain *b, const am_synapse_block *block,
                             const arrival *row, uint64_t step) {
  const am_projection *p = &b->projections[block->projection];
  am_synapse_row r = {.n = row->end - row->begin,
                      .target = block->target + row->begin,
                      .w = block->w + row->begin,
                      .c = block->c ? block->c + row->begin : NULL,
                      .low = block->w_low ? block->w_low + row->begin : NULL,
                      .c_low = block->c_low ? block->c_low + row->begin : NULL,
                      .scale = scale_of(p, step, row->source),
                      .program = p->rule->program};
  for (int l = 0; l < p->rule->n_x; l++) r.x[l] = past(p, l, step, row->source);
  for (int l = 0; l < p->rule->n_y; l++) r.y[l] = p->y[l] + in_population(b, block);
  for (int l = 0; l < AM_LOG_PARTS && block->c; l++) {
    r.log[l] = block->row_log[l][row->source];
    r.logs[l] = block->col_log[l];
  }
  return r;
}

static void log_moment(am_real *const log[AM_LOG_PARTS], size_t at, const am_moment *m) {
  log[AM_LOG_GROWTH][at] = m->growth;
  log[AM_LOG_HIGH][at] = m->now.high;
  log[AM_LOG_LOW][at] = m->now.low;
}

/* Arrivals at synapses that learn; `in` NULL: they were delivered before. */
static void arrive(const amine_brain *b, const am_synapse_block *block, uint64_t step,
                   am_real *in) {
  const am_projection *p = &b->projections[block->projection];
  const am_synapse_kernel *kernel = kernel_of(b, p);
  const am_real M = factor_of(b, p);
  const am_reward *r = p->reward;
  const am_moment *m = r ? moment_of(r, p->rule->is_late ? r->fire : r->arrive, step) : NULL;
  arrival row;
  FOR_ARRIVALS(b, block, step, row) {
    am_synapse_row view = row_of(b, block, &row, step);
    if (block->sum) view.sum = in ? block->sum : NULL;
    else view.in = in;
    kernel->arrive(&view, p->k, M, m ? &m->now : NULL);
    if (m) log_moment(block->row_log, row.source, m);
  }
}

/* What has come down the dendrites is there; what leaves the synapses now goes where that was. */
static am_real *down_the_dendrites(const am_synapse_block *block, const am_projection *p,
                                   uint64_t step, am_real *in) {
  am_real *due = block->line + step % p->early * block->n_targets;
  for (uint32_t i = 0; i < block->n_targets; i++) {
    in[i] += due[i];
    due[i] = 0;
  }
  return due;
}

/* What arrived at the unit, of the neurons of this chunk. */
static void deliver_quanta(const amine_brain *b, const am_chunk *c) {
  const am_unit *u = &b->compact.units[c->unit];
  for (int k = 0; k < c->n_pieces; k++) {
    const am_piece *piece = &c->pieces[k];
    const am_population *p = &b->populations[piece->population];
    const uint32_t n = (piece->end - piece->begin + 15) / 16 * 16;
    for (int r = 0; r < p->n_receptors; r++)
      if (p->quantum[r] > 0)
        b->pass->take_quanta(b->in[r] + piece->begin, u->sum[r] + (piece->begin - u->begin),
                             (am_real)p->quantum[r], n);
  }
}

static void deliver(amine_brain *b, am_chunk *c, uint64_t step) {
  for (int k = 0; k < c->n_blocks; k++) {
    am_synapse_block *block = &c->blocks[k];
    const am_projection *p = &b->projections[block->projection];
    am_real *in = b->in[p->receptor] + block->begin;
    if (block->line) in = down_the_dendrites(block, p, step, in);
    if (p->blocked) continue; /* what has passed the synapse comes */
    if (block->tally >= 0) {
      deliver_counts(b, block, step, &c->tallies[block->tally], in);
    } else if (p->rule->kernels[0] && !p->rule->is_late && !b->resting) {
      arrive(b, block, step, in);
    } else {
      deliver_weights(b, block, step, in);
    }
    deliver_sum(block, in);
  }
  for (int l = 0; l < c->n_tallies; l++) {
    const am_tally *tally = &c->tallies[l];
    b->pass->take_counts(b->in[tally->receptor] + tally->begin, tally->count,
                         (am_real)tally->weight, tally->n);
  }
  if (b->compact.n_units > 0) deliver_quanta(b, c);
}

/* ---------------------------------------------------------------------------------- the neurons */
static int told_spikes(const am_population *p, const am_piece *piece, uint64_t step,
                       uint32_t *spikes) {
  size_t low = p->next, high = p->n_waiting;
  const uint32_t begin = piece->begin - p->first, end = piece->end - p->first;
  while (low < high) { /* the first one not before (step, begin) */
    const size_t middle = (low + high) / 2;
    const am_waiting_spike *w = &p->waiting[middle];
    if (w->step < step || (w->step == step && w->neuron < begin)) low = middle + 1;
    else high = middle;
  }
  int n = 0;
  for (; low < p->n_waiting && p->waiting[low].step == step && p->waiting[low].neuron < end; low++)
    spikes[n++] = p->first + p->waiting[low].neuron; /* told twice fires twice */
  return n;
}

/* The same step in 64 bits: what goes in is widened, what others see is rounded. */
static int update_wide(const amine_brain *b, const am_chunk *c, const am_population *p,
                       const am_neurons *narrow, uint32_t *spikes) {
  const uint32_t n = ((uint32_t)narrow->n + 15) / 16 * 16;
  const am_real *from[AM_WIDE_INPUTS];
  for (int r = 0; r < AM_NEURON_RECEPTORS; r++) from[r] = narrow->in[r];
  from[AM_NEURON_RECEPTORS] = narrow->current;
  for (int k = 0; k < AM_NEURON_OWN; k++) from[AM_NEURON_RECEPTORS + 1 + k] = narrow->own[k];
  double *to[AM_WIDE_INPUTS];
  for (int k = 0; k < AM_WIDE_INPUTS; k++) {
    to[k] = c->wide + (size_t)k * n;
    for (uint32_t i = 0; i < n && from[k]; i++) to[k][i] = (double)from[k][i];
  }
  am_neurons_wide neurons = {.current = to[AM_NEURON_RECEPTORS],
                             .k = p->k_wide,
                             .program = narrow->program,
                             .gain = (double)narrow->gain,
                             .threshold = (double)narrow->threshold,
                             .first = narrow->first,
                             .n = narrow->n,
                             .seed = narrow->seed,
                             .step = narrow->step,
                             .population = narrow->population,
                             .index = narrow->index};
  for (int r = 0; r < p->n_receptors; r++) neurons.in[r] = to[r];
  for (int k = 0; k < AM_NEURON_OWN; k++) neurons.own[k] = to[AM_NEURON_RECEPTORS + 1 + k];
  const int n_states = am_neuron_n_states(p->model);
  for (int s = 0; s < n_states; s++) neurons.s[s] = p->wide[s] + narrow->index;
  const int n_spikes = p->model->wide[b->isa]->update(&neurons, spikes);
  for (int s = 0; s < n_states; s++)
    for (uint32_t i = 0; i < n; i++) narrow->s[s][i] = (am_real)neurons.s[s][i];
  for (int r = 0; r < p->n_receptors && narrow->in[r]; r++)
    memset(narrow->in[r], 0, n * sizeof *narrow->in[r]);
  return n_spikes;
}

/* Of n neurons that fired, ascending, each is listed as often as it did. */
static int repeat(const am_population *p, const am_neurons *neurons, uint32_t *spikes, int n) {
  int extra = 0;
  for (int i = 0; i < n; i++)
    extra += (int)p->model->times(neurons, (int)(spikes[i] - neurons->first), p->most) - 1;
  for (int i = n - 1, at = n + extra; i >= 0 && at > i + 1; i--) {
    const uint32_t neuron = spikes[i];
    const uint32_t times = p->model->times(neurons, (int)(neuron - neurons->first), p->most);
    for (uint32_t k = 0; k < times; k++) spikes[--at] = neuron;
  }
  return n + extra;
}

static int update_piece(amine_brain *b, am_chunk *c, const am_piece *piece, uint64_t step,
                        bool fresh, uint32_t *spikes) {
  am_population *p = &b->populations[piece->population];
  if (!p->model->kernels[0]) return p->silent ? 0 : told_spikes(p, piece, step, spikes);
  const uint32_t index = piece->begin - p->first, n = piece->end - piece->begin;
  const am_draw draw = {b->seed, step, (uint32_t)piece->population, index};
  am_neurons neurons = {.k = p->k,
                        .program = p->model->program,
                        .gain = p->gain,
                        .threshold = p->threshold,
                        .first = piece->begin,
                        .n = (int)n,
                        .seed = b->seed,
                        .step = step,
                        .population = draw.population,
                        .index = index};
  for (int s = 0; s < b->n_states; s++) neurons.s[s] = b->states[s] + piece->begin;
  for (int k = 0; k < AM_NEURON_OWN; k++)
    if (p->own[k]) neurons.own[k] = p->own[k] + index;
  if (!p->model->is_source) {
    am_real *current = c->current + (piece->begin - c->begin);
    neurons.current = current;
    const am_real *own = p->currents ? p->currents + index : NULL;
    const bool changed = p->n_drives > 0 && am_drives_current(p, index, n, step, b->dt_ms, fresh);
    if (p->n_drives > 0) own = p->driven + index;
    if (fresh || changed || p->uniform != 0)
      b->pass->current(current, own, (am_real)(p->mean + p->pulse), (am_real)p->uniform, p->input,
                       &draw, n);
    for (int r = 0; r < p->n_receptors; r++) {
      const uint32_t stream = r < 2 ? AM_STREAM_RECEPTOR_1 : AM_STREAM_RECEPTOR_3 - 2;
      neurons.in[r] = b->in[r] + piece->begin;
      if (p->poisson[r])
        b->pass->poisson(neurons.in[r], p->poisson[r], stream + (uint32_t)r,
                         (am_real)p->poisson_weight[r] * p->input, &draw, n);
    }
    if (p->n_drives > 0)
      am_drives_arrive(b, p, neurons.in, c->fired + (piece->begin - c->begin), &draw, n);
  } else if (p->n_drives > 0) {
    am_drives_rates(p, index, n, step, b->dt_ms, fresh);
  }
  const int fired = p->is_wide ? update_wide(b, c, p, &neurons, spikes)
                               : p->model->kernels[b->isa]->update(&neurons, spikes);
  if (p->silent) return 0;
  return p->most > 1 ? repeat(p, &neurons, spikes, fired) : fired;
}

static void update(amine_brain *b, am_chunk *c, uint64_t step, bool fresh) {
  uint32_t *spikes = am_flight_begin(&c->flight), n = 0;
  for (int k = 0; k < c->n_pieces; k++)
    n += (uint32_t)update_piece(b, c, &c->pieces[k], step, fresh, spikes + n);
  am_flight_end(&c->flight, step, n);
  for (int k = 0; k < c->n_pieces; k++) {
    am_population *p = &b->populations[c->pieces[k].population];
    for (uint32_t i = 0; i < n; i++)
      if (spikes[i] >= c->pieces[k].begin && spikes[i] < c->pieces[k].end)
        p->counts[spikes[i] - p->first]++;
  }
}

/* ----------------------------------------------------------------------------- after the neurons
 */
static void fire(const amine_brain *b, const am_synapse_block *block, uint64_t step,
                 const uint32_t *spikes, uint32_t n_spikes) {
  const am_projection *p = &b->projections[block->projection];
  const am_synapse_kernel *kernel = kernel_of(b, p);
  const am_moment *m = p->reward ? moment_of(p->reward, p->reward->fire, step) : NULL;
  am_synapse_column column = {
      .w = block->w, .c = block->c, .low = block->w_low, .program = p->rule->program};
  for (int l = 0; l < p->rule->n_x; l++) column.x[l] = moment(p->x[l], p, step);
  for (int l = 0; l < AM_LOG_PARTS && block->c; l++) column.logs[l] = block->row_log[l];
  for (uint32_t i = 0; i < n_spikes; i++) {
    const uint32_t j = spikes[i] - block->begin;
    if (j >= block->n_targets) continue;
    const uint32_t begin = block->column[j];
    column.n = block->column[j + 1] - begin;
    column.at = block->at + begin;
    column.source = block->source ? block->source + begin : NULL;
    column.source_wide = block->source_wide ? block->source_wide + begin : NULL;
    for (int l = 0; l < p->rule->n_y; l++) column.y[l] = p->y[l][in_population(b, block) + j];
    for (int l = 0; l < AM_LOG_PARTS && block->c; l++) column.log[l] = block->col_log[l][j];
    kernel->fire(&column, p->k, factor_of(b, p), m ? &m->now : NULL);
    if (m) log_moment(block->col_log, j, m);
  }
}

/* What the targets say of this step reaches every synapse whose source has a trace. */
static void score(const amine_brain *b, const am_synapse_block *block, uint64_t step) {
  const am_projection *p = &b->projections[block->projection];
  const am_real *scores =
      p->rule->reads_score ? b->states[AM_NEURON_SCORE] + block->begin : NULL;
  am_rows r = rows_of(b, block);
  while (am_rows_next(&r)) {
    am_synapse_row row = {.n = r.end - r.begin,
                          .target = block->target + r.begin,
                          .w = block->w + r.begin,
                          .c = block->c + r.begin,
                          .c_low = block->c_low ? block->c_low + r.begin : NULL,
                          .program = p->rule->program};
    bool any = false;
    for (int l = 0; l < p->rule->n_x; l++) {
      row.x[l] = moment(p->x[l], p, step)[(size_t)r.delay * (size_t)p->width + r.source];
      any |= row.x[l] != 0;
    }
    for (int l = 0; l < p->rule->n_y; l++) row.y[l] = p->y[l] + in_population(b, block);
    if (any) kernel_of(b, p)->score(&row, p->k, scores);
  }
}

/* One step of slow traces of n targets, and what the synapses see of them. */
static void trace_wide(const am_chunk *c, const am_projection *p, size_t at, const am_real *fired,
                       int n) {
  double *y[AM_SYNAPSE_TRACES] = {NULL};
  for (int l = 0; l < p->rule->n_y; l++) y[l] = p->y_wide[l] + at;
  for (int i = 0; i < n; i++) c->wide[i] = (double)fired[i];
  p->rule->wide(y[0], y[1], c->wide, p->k_wide, n, p->rule->program);
  for (int l = 0; l < p->rule->n_y; l++)
    for (int i = 0; i < n; i++) p->y[l][at + (size_t)i] = (am_real)y[l][i];
}

/* The spikes of this chunk that were fired `back` steps ago, marked in c->fired in place of those
 * that were. */
static const uint32_t *mark(am_chunk *c, uint64_t step, uint32_t back, const uint32_t *spikes,
                            uint32_t *n) {
  for (uint32_t i = 0; i < *n; i++) c->fired[spikes[i] - c->begin] = 0;
  *n = 0;
  spikes = step < back ? NULL : am_flight_list(&c->flight, step - back, n);
  for (uint32_t i = 0; i < *n; i++) c->fired[spikes[i] - c->begin] += 1;
  return spikes;
}

static void learn(amine_brain *b, am_chunk *c, uint64_t step) {
  uint32_t n = 0, back = 0;
  const uint32_t *spikes = mark(c, step, 0, NULL, &n);
  for (int k = 0; k < c->n_blocks; k++) {
    const am_synapse_block *block = &c->blocks[k];
    const am_projection *p = &b->projections[block->projection];
    if (!p->rule->kernels[0]) continue;
    if (p->back != back) spikes = mark(c, step, back = p->back, spikes, &n);
    const bool learns = !b->resting && !p->blocked;
    if (learns && p->rule->fires) fire(b, block, step, spikes, n);
    if (learns && p->rule->scores) score(b, block, step);
    if (p->rule->n_y == 0) continue;
    const size_t at = in_population(b, block);
    am_real *y0 = p->y[0] + at, *y1 = p->rule->n_y > 1 ? p->y[1] + at : NULL;
    const am_real *fired = c->fired + (block->begin - c->begin);
    const int padded = (int)(block->n_targets + 15) / 16 * 16;
    if (p->is_wide && p->rule->wide) trace_wide(c, p, at, fired, padded);
    else kernel_of(b, p)->trace(y0, y1, fired, p->k, padded, p->rule->program);
    if (learns && p->rule->is_late) arrive(b, block, step, NULL);
  }
  for (uint32_t i = 0; i < n; i++) c->fired[spikes[i] - c->begin] = 0;
}

/* ------------------------------------------------------------------- what arrives one step later
 */
/* The spikes of this chunk that arrive at `step` with that delay. */
static const uint32_t *leaving(const am_chunk *c, uint64_t step, uint32_t delay, uint32_t *n) {
  *n = 0;
  return step < delay ? NULL : am_flight_list(&c->flight, step - delay, n);
}

static am_real *at_moment(am_real *trace, const am_projection *p, uint64_t step, size_t at) {
  return trace + (moment(trace, p, step) - trace) + at;
}

/* What is of n sources by a program, and what the synapses see of it at step + 1. `at`: of the
 * piece. */
static void next_origin(const amine_brain *b, const am_chunk *c, const am_projection *p,
                        uint64_t step, size_t at, uint32_t padded, const am_piece *piece,
                        const uint32_t *spikes, uint32_t n_spikes) {
  const int n_x = p->rule->n_x, n = (int)padded;
  const bool seen = p->rule->kernels[0] != NULL; /* by weights that change */
  am_real *arrive = c->fired + (piece->begin - c->begin);
  am_real *x[AM_SYNAPSE_TRACES] = {NULL}, *before[AM_SYNAPSE_TRACES] = {NULL}, *scale = NULL;
  for (uint32_t i = 0; i < n_spikes; i++)
    if (spikes[i] - piece->begin < piece->end - piece->begin) arrive[spikes[i] - piece->begin] += 1;
  for (int l = 0; l < n_x; l++) {
    x[l] = at_moment(p->x[l], p, step + 1, at);
    if (seen) before[l] = at_moment(before_of(p, l), p, step + 1, at);
    if (!p->is_wide) memcpy(x[l], at_moment(p->x[l], p, step, at), padded * sizeof *x[l]);
  }
  if (p->stp_scale) scale = at_moment(p->stp_scale, p, step + 1, at);
  if (p->is_wide) {
    double *wide[AM_SYNAPSE_TRACES] = {NULL}, *past_wide[AM_SYNAPSE_TRACES] = {NULL};
    double *arrives = c->wide, *scales = c->wide + padded;
    for (int l = 0; l < n_x; l++)
      wide[l] = p->x_wide[l] + at, past_wide[l] = seen ? c->wide + (size_t)(2 + l) * padded : NULL;
    for (int i = 0; i < n; i++) arrives[i] = (double)arrive[i], scales[i] = 0;
    p->rule->wide_origins[b->isa](wide, past_wide, scale ? scales : NULL, arrives, p->k_wide, n,
                                  p->rule->program);
    for (int l = 0; l < n_x && seen; l++)
      for (int i = 0; i < n; i++)
        x[l][i] = (am_real)wide[l][i], before[l][i] = (am_real)past_wide[l][i];
    for (int i = 0; i < n && scale; i++) scale[i] = (am_real)scales[i];
  } else p->rule->origins[b->isa](x, before, scale, arrive, p->k, n, p->rule->program);
  for (uint32_t i = 0; i < n_spikes; i++)
    if (spikes[i] - piece->begin < piece->end - piece->begin) arrive[spikes[i] - piece->begin] = 0;
}

/* x, u and R in 64 bits, and what the synapses see of them at step + 1. `at`: of the piece. */
static void next_wide(const am_projection *p, uint64_t step, size_t at, uint32_t n, uint32_t padded,
                      uint32_t first, const uint32_t *spikes, uint32_t n_spikes) {
  for (int l = 0; l < p->rule->n_x; l++) {
    const double *k = p->k_wide + AM_SYNAPSE_X + 2 * l;
    double *x = p->x_wide[l] + at;
    am_real *seen = at_moment(p->x[l], p, step + 1, at);
    for (uint32_t i = 0; i < n; i++) x[i] = x[i] * k[0] < 1e-30 ? 0 : x[i] * k[0];
    for (uint32_t i = 0; i < n_spikes; i++) {
      const uint32_t j = spikes[i] - first;
      if (j < n) x[j] = k[1] * x[j] + 1; /* once for each spike */
    }
    for (uint32_t i = 0; i < padded; i++) seen[i] = (am_real)x[i];
  }
  if (!p->stp_scale) return;
  double *u = p->stp_wide + at, *R = u + (size_t)p->n_delays * (size_t)p->width;
  am_real *scale = at_moment(p->stp_scale, p, step + 1, at);
  for (uint32_t i = 0; i < n; i++) {
    u[i] = u[i] * p->stp_facil < 1e-30 ? 0 : u[i] * p->stp_facil;
    R[i] = 1 - (1 - R[i]) * p->stp_rec;
  }
  for (uint32_t i = 0; i < n_spikes; i++) {
    const uint32_t j = spikes[i] - first;
    if (j >= n) continue;
    double sum = 0, times = 0; /* of several at once each delivers the mean */
    for (bool more = true; more; times++, i += more) {
      u[j] += p->stp_u * (1 - u[j]);
      sum += u[j] * R[j];
      R[j] -= u[j] * R[j];
      more = i + 1 < n_spikes && spikes[i + 1] == spikes[i];
    }
    scale[j] = (am_real)(sum / times);
  }
}

static void next_traces(const amine_brain *b, const am_chunk *c, const am_projection *p,
                        const am_piece *piece, uint64_t step) {
  const uint32_t first = b->populations[p->source].first, n = piece->end - piece->begin;
  const uint32_t padded = (n + 15) / 16 * 16;
  for (int d = 0; d < p->n_delays; d++) {
    const size_t at = (size_t)d * (size_t)p->width + (piece->begin - first);
    uint32_t n_spikes;
    const uint32_t *spikes = leaving(c, step + 1, p->delays[d] - p->early, &n_spikes);
    if (am_synapse_runs_origin(p->rule)) {
      next_origin(b, c, p, step, at, padded, piece, spikes, n_spikes);
      continue;
    }
    if (p->is_wide) {
      next_wide(p, step, at, n, padded, piece->begin, spikes, n_spikes);
      continue;
    }
    for (int l = 0; l < p->rule->n_x; l++) {
      am_real *next = at_moment(p->x[l], p, step + 1, at);
      const am_real *k = p->k + AM_SYNAPSE_X + 2 * l;
      b->pass->decay(next, moment(p->x[l], p, step) + at, k, padded);
      for (uint32_t i = 0; i < n_spikes; i++)
        if (spikes[i] - piece->begin < n) {
          am_real *x = &next[spikes[i] - piece->begin];
          *x = k[1] * *x + 1;
        }
    }
    if (!p->stp_scale) continue;
    am_real *u = p->stp_state + at, *R = u + (size_t)p->n_delays * (size_t)p->width;
    am_real *scale = at_moment(p->stp_scale, p, step + 1, at);
    const am_real U = (am_real)p->stp_u;
    b->pass->recover(u, R, (am_real)p->stp_facil, (am_real)p->stp_rec, padded);
    for (uint32_t i = 0; i < n_spikes; i++) {
      const uint32_t j = spikes[i] - piece->begin;
      if (j >= n) continue;
      u[j] += U * (1 - u[j]);
      scale[j] = u[j] * R[j];
      R[j] -= scale[j];
      /* of several at once each delivers the mean */
      am_real sum = scale[j], times = 1;
      for (; i + 1 < n_spikes && spikes[i + 1] == spikes[i]; i++, times++) {
        u[j] += U * (1 - u[j]);
        sum += u[j] * R[j];
        R[j] -= u[j] * R[j];
      }
      if (times > 1) scale[j] = sum / times;
    }
  }
}

static void prepare(amine_brain *b, am_chunk *c, uint64_t step) {
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (p->rule->n_x == 0 && !p->stp_scale) continue;
    for (int j = 0; j < c->n_pieces; j++)
      if (c->pieces[j].population == p->source) next_traces(b, c, p, &c->pieces[j], step);
  }
}

void am_chunk_step(amine_brain *b, int index, uint64_t step, bool fresh) {
  am_chunk *c = &b->chunks[index];
  deliver(b, c, step);
  update(b, c, step, fresh);
  learn(b, c, step);
  prepare(b, c, step);
}

/* ---------------------------------------------------------------------------------------- sweeps
 */
/* Factors of the weights onto each target of a block, 1 + rate (target - found) / target, where a
 * window ends; less 1 where weights keep what they are short of. They are put into c->current,
 * which is fresh in such a step. */
static const am_real *scaling(const amine_brain *b, am_chunk *c, const am_synapse_block *block) {
  const am_projection *p = &b->projections[block->projection];
  const double target = p->values[AM_VALUE_TARGET_RATE];
  const size_t at = in_population(b, block);
  const uint32_t *counts = b->populations[p->target].counts + at;
  am_real *scale = c->current + (block->begin - c->begin);
  const double to_hz = 1e3 / ((double)p->window * b->dt_ms);
  for (uint32_t j = 0; j < block->n_targets; j++) {
    const double rate = (counts[j] - p->window_counts[at + j]) * to_hz;
    const double change = fmax(p->values[AM_VALUE_SCALING] * (target - rate) / target, -1);
    scale[j] = (am_real)(block->w_low ? change : 1 + change); /* never another sign */
    p->window_counts[at + j] = counts[j];
  }
  return scale;
}

/* Every row of a block, as `settle` wants it. */
static void settle_rows(const amine_brain *b, const am_synapse_block *block, am_real *w, am_real *c,
                        const am_synapse_now *now, uint64_t step) {
  const am_projection *p = &b->projections[block->projection];
  am_rows r = rows_of(b, block);
  while (am_rows_next(&r)) {
    const arrival row = {r.begin, r.end, (size_t)r.delay * (size_t)p->width + r.source};
    am_synapse_row view = row_of(b, block, &row, step);
    view.w = w + row.begin;
    if (w != block->w) view.low = view.c_low = NULL; /* a copy that is looked at */
    view.c = c + row.begin;
    kernel_of(b, p)->settle(&view, p->k, now);
  }
}

/* All logs of a block as if every synapse had been touched at one moment. */
static void set_logs(const am_synapse_block *block, const am_projection *p, am_real growth,
                     am_real high, am_real low) {
  const am_real log[AM_LOG_PARTS] = {growth, high, low};
  const size_t rows = (size_t)p->n_delays * (size_t)p->width;
  for (int l = 0; l < AM_LOG_PARTS; l++) {
    for (size_t i = 0; i < rows; i++) block->row_log[l][i] = log[l];
    for (uint32_t i = 0; i < block->n_targets; i++) block->col_log[l][i] = log[l];
  }
}

static void settle_block(const amine_brain *b, const am_synapse_block *block, const am_moment *m,
                         uint64_t step) {
  settle_rows(b, block, block->w, block->c, &m->now, step);
  set_logs(block, &b->projections[block->projection], m->growth, m->now.high, m->now.low);
}

void am_chunk_sweep(amine_brain *b, int index, uint64_t step) {
  am_chunk *c = &b->chunks[index];
  for (int k = 0; k < c->n_blocks; k++) {
    am_synapse_block *block = &c->blocks[k];
    const am_projection *p = &b->projections[block->projection];
    if (!am_rule_sweeps(p->values)) continue;
    const bool decays = step % (uint64_t)b->sweep_every == 0;
    const bool scales = p->window > 0 && step % p->window == 0;
    if (!decays && !scales) continue;
    const am_real *scale = scales ? scaling(b, c, block) : NULL;
    if (b->resting) continue; /* but the window is over */
    if (p->reward) /* what is pending belongs to the weight that is scaled */
      settle_block(b, block, moment_of(p->reward, p->reward->arrive, step), step);
    const double ms = decays ? b->sweep_every * b->dt_ms : 0;
    const double decay = -ms * p->values[AM_VALUE_DECAY];
    const am_rescaling is = {.scale = scale,
                             .decay = (am_real)(block->w_low ? am_expm1(decay) : am_exp(decay)),
                             .loss = (am_real)(ms * p->values[AM_VALUE_LOSS]),
                             .w_min = p->k[AM_SYNAPSE_W_MIN],
                             .w_max = p->k[AM_SYNAPSE_W_MAX]};
    const uint32_t n = (uint32_t)block->n_synapses;
    if (block->w_low) b->pass->rescale_kept(block->w, block->w_low, block->target, &is, n);
    else b->pass->rescale(block->w, block->target, &is, n);
  }
}

void am_chunk_settle(amine_brain *b, int index, uint64_t step) {
  am_chunk *c = &b->chunks[index];
  for (int k = 0; k < c->n_blocks; k++) {
    am_synapse_block *block = &c->blocks[k];
    const am_projection *p = &b->projections[block->projection];
    if (!p->reward || step % p->reward->epoch != 0) continue;
    settle_rows(b, block, block->w, block->c, &p->reward->end, step);
    set_logs(block, p, 1, 0, 0);
  }
}

void am_block_settle(const amine_brain *b, am_synapse_block *block) {
  const am_reward *reward = b->projections[block->projection].reward;
  if (!reward) return;
  const am_moment now = am_reward_now(reward, b->step, b->dt_ms);
  settle_block(b, block, &now, b->step);
}

void am_block_values(am_real *out, const amine_brain *b, const am_synapse_block *block,
                     char wanted) {
  const am_projection *p = &b->projections[block->projection];
  const size_t n = block->n_synapses;
  for (size_t k = 0; k < n; k++) out[k] = block->w ? block->w[k] : (am_real)p->weight;
  if (!p->reward || !b->built) return;
  am_real *other = out + n;
  for (size_t k = 0; k < n; k++) other[k] = block->c[k];
  const am_moment now = am_reward_now(p->reward, b->step, b->dt_ms);
  settle_rows(b, block, out, other, &now.now, b->step);
  for (size_t k = 0; k < n && wanted == 'c'; k++) out[k] = other[k];
}
