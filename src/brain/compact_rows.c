/* What arrives by synapses that are kept compactly, and looking at them (see compact.h). */
#include "brain/compact_rows.h"

/* Rows lie far apart in memory: so many parts of them are asked for before the first one is added. */
#define BATCH 32

typedef struct delivery {
  const am_compact_rows *rows;
  int32_t *sum;
  const am_projection *projections; /* of the brain */
  const am_population *populations;
  const am_tract *tract;
  uint32_t begin;            /* of the unit in the line */
  bool blocked;              /* some of the tract's projections are */
  uint32_t n;                /* in `at` */
  const uint32_t *at[BATCH]; /* in the directory */
} delivery;

static const am_compact_synapse *synapses_at(const am_compact_rows *rows, uint32_t at) {
  return rows->segments[at >> AM_SEGMENT_BITS] + at % AM_SEGMENT;
}

static inline void add(int32_t *sum, const am_compact_synapse *s, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) sum[s[k].target] += s[k].weight;
}

/* The first synapse from `begin` on whose target is not below `from`, a place in the unit. */
static uint32_t find(const am_compact_synapse *s, uint32_t begin, uint32_t end, uint32_t from) {
  while (begin < end) {
    const uint32_t middle = begin + (end - begin) / 2;
    if (s[middle].target < from) begin = middle + 1;
    else end = middle;
  }
  return begin;
}

/* Where neuron `at` of the line would stand in a unit of n; not beyond its ends. */
static uint32_t within(uint32_t at, uint32_t begin, uint32_t n) {
  if (at <= begin) return 0;
  return at - begin < n ? at - begin : n;
}

/* The same without what is blocked: targets of a projection stand side by side. */
static void add_open(const delivery *d, const am_compact_synapse *s, uint32_t n) {
  for (int j = 0; j < d->tract->n_projections; j++) {
    const am_projection *p = &d->projections[d->tract->projections[j]];
    const am_population *to = &d->populations[p->target];
    if (p->blocked) continue;
    const uint32_t first = within(to->first, d->begin, AM_UNIT_NEURONS);
    const uint32_t last = within(to->first + (uint32_t)to->n, d->begin, AM_UNIT_NEURONS);
    const uint32_t from = find(s, 0, n, first);
    add(d->sum, s + from, find(s, from, n, last) - from);
  }
}

static void flush(delivery *d) {
  const am_compact_synapse *s[BATCH];
  uint32_t n[BATCH];
  for (uint32_t k = 0; k < d->n; k++) {
    s[k] = synapses_at(d->rows, d->at[k][0]);
    n[k] = d->at[k][1] - d->at[k][0];
    for (const am_compact_synapse *l = s[k]; l < s[k] + n[k]; l += 64 / sizeof *l)
      __builtin_prefetch(l);
  }
  for (uint32_t k = 0; k < d->n; k++)
    if (d->blocked) add_open(d, s[k], n[k]);
    else add(d->sum, s[k], n[k]);
  d->n = 0;
}

/* Who fired `delay` steps before. */
static void deliver_delay(delivery *d, const amine_brain *b, uint64_t step, uint32_t k) {
  const am_population *from = &b->populations[d->tract->source];
  const uint32_t length = b->chunks[0].end, width = d->tract->n_delays + 1;
  const uint32_t delay = d->tract->delay + k, n_sources = (uint32_t)from->n;
  const int last = (int)((from->first + n_sources - 1) / length);
  if (step < delay) return;
  for (int c = (int)(from->first / length); c <= last; c++) {
    uint32_t n;
    const uint32_t *spikes = am_flight_list(&b->chunks[c].flight, step - delay, &n);
    for (uint32_t i = 0; i < n; i++) {
      const uint32_t source = spikes[i] - from->first;
      if (source >= n_sources) continue; /* of another population */
      d->at[d->n] = d->rows->at + (size_t)source * width + k;
      __builtin_prefetch(d->at[d->n]);
      if (++d->n == BATCH) flush(d);
    }
  }
}

void am_unit_deliver(const amine_brain *b, am_unit *u, uint64_t step) {
  for (int t = 0; t < b->compact.n_tracts; t++) {
    const am_tract *tract = &b->compact.tracts[t];
    delivery d = {.rows = &u->rows[t],
                  .sum = u->sum[tract->receptor],
                  .projections = b->projections,
                  .populations = b->populations,
                  .tract = tract,
                  .begin = u->begin};
    for (int j = 0; j < tract->n_projections; j++)
      d.blocked |= b->projections[tract->projections[j]].blocked;
    for (uint32_t k = 0; k < tract->n_delays; k++) deliver_delay(&d, b, step, k);
    flush(&d);
  }
}

/* ------------------------------------------------------------------------------------- looking */
am_compact_run am_compact_find(const amine_brain *b, int unit, int projection, uint32_t source,
                               uint32_t delay) {
  const am_projection *p = &b->projections[projection];
  const am_population *to = &b->populations[p->target];
  const am_tract *t = &b->compact.tracts[p->tract];
  const am_unit *u = &b->compact.units[unit];
  const am_compact_rows *rows = &u->rows[p->tract];
  const uint32_t *at = rows->at + (size_t)source * (t->n_delays + 1) + delay;
  const uint32_t size = u->end - u->begin;
  const am_compact_synapse *s = synapses_at(rows, at[0]);
  const uint32_t first = within(to->first, u->begin, size);
  const uint32_t last = within(to->first + (uint32_t)to->n, u->begin, size);
  const uint32_t from = find(s, 0, at[1] - at[0], first);
  return (am_compact_run){s + from, find(s, from, at[1] - at[0], last) - from, u->begin};
}

double am_compact_quantum(const amine_brain *b, int projection) {
  const am_projection *p = &b->projections[projection];
  return b->populations[p->target].quantum[p->receptor];
}

size_t am_compact_bytes(const amine_brain *b, int tract) {
  const am_tract *t = &b->compact.tracts[tract];
  const size_t rows = (size_t)b->populations[t->source].n * (t->n_delays + 1);
  size_t bytes = 0;
  for (int u = 0; u < b->compact.n_units; u++) {
    const am_compact_rows *r = &b->compact.units[u].rows[tract];
    bytes += rows * sizeof *r->at + r->n_segments * sizeof *r->segments;
    bytes += r->n_room * sizeof(am_compact_synapse);
  }
  return bytes;
}
