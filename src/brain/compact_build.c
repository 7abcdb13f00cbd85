/* Drawing the synapses that are kept compactly: sources in slices, each by one thread, which puts
 * the rows of a source into segments of its own. A row is a function of (seed, projection, source),
 * so who draws it changes nothing but where it lies. */
#include "brain/compact_build.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/threads.h"
#include "brain/connect.h"

/* --------------------------------------------------------------------------------------- units */
static void free_unit(const am_compact *x, am_unit *u, int n_receptors) {
  for (int t = 0; u->rows && t < x->n_tracts; t++) {
    am_free(u->rows[t].at);
    for (size_t k = 0; u->rows[t].segments && k < u->rows[t].n_segments; k++)
      am_free(u->rows[t].segments[k]);
    am_free(u->rows[t].segments);
  }
  for (int r = 0; u->sum && r < n_receptors; r++) am_free(u->sum[r]);
  am_free(u->rows);
  am_free(u->sum);
}

void am_compact_free(amine_brain *b) {
  am_compact *x = &b->compact;
  for (int k = 0; k < x->n_units; k++) free_unit(x, &x->units[k], b->n_receptors);
  for (int t = 0; x->tracts && t < x->n_tracts; t++) am_free(x->tracts[t].projections);
  am_free(x->units);
  am_free(x->tracts);
  *x = (am_compact){.layout = x->layout};
  for (int k = 0; k < b->n_populations; k++)
    memset(b->populations[k].quantum, 0, sizeof b->populations[k].quantum);
}

/* As many units as threads, each of about as many chunks, and few enough neurons. */
static amine_status cut(amine_brain *b, amine_error *error) {
  am_compact *x = &b->compact;
  const int most = (int)(AM_UNIT_NEURONS / b->chunks[0].end); /* chunks of a unit */
  int n = (b->n_chunks + most - 1) / most;
  if (n < b->n_threads) n = b->n_threads < b->n_chunks ? b->n_threads : b->n_chunks;
  AM_TRY(AM_TAKE(x->units, (size_t)n, error));
  x->n_units = n;
  for (int k = 0; k < n; k++) {
    am_unit *u = &x->units[k];
    u->first_chunk = (int)((int64_t)b->n_chunks * k / n);
    u->end_chunk = (int)((int64_t)b->n_chunks * (k + 1) / n);
    u->begin = b->chunks[u->first_chunk].begin;
    u->end = b->chunks[u->end_chunk - 1].end;
    for (int c = u->first_chunk; c < u->end_chunk; c++) b->chunks[c].unit = k;
    AM_TRY(AM_TAKE(u->rows, (size_t)x->n_tracts, error));
    AM_TRY(AM_TAKE(u->sum, (size_t)b->n_receptors, error));
    for (int t = 0; t < x->n_tracts; t++) {
      const am_tract *tract = &x->tracts[t];
      int32_t **sum = &u->sum[tract->receptor];
      if (!*sum) AM_TRY(AM_TAKE(*sum, u->end - u->begin, error));
      AM_TRY(AM_TAKE(u->rows[t].segments, AM_SEGMENTS, error));
      AM_TRY(AM_TAKE(u->rows[t].at,
                     am_size_mul((size_t)b->populations[tract->source].n, tract->n_delays + 1),
                     error));
    }
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------- drawing */
#define AM_DRAWERS 64 /* threads that draw at most */

/* What one thread draws with. */
typedef struct drawer {
  am_row row;
  uint32_t *key;               /* [capacity] unit and delay of each synapse of a source */
  am_compact_synapse *synapse; /* [capacity] */
  uint32_t *count;             /* [units][n_delays + 1] */
  size_t *drawn;               /* [projections of the tract] */
  uint64_t sum;                /* am_tract.sum */
} drawer;

/* The segment of a unit that a slice fills. */
typedef struct opened {
  uint32_t segment, used;
  bool any;
} opened;

typedef struct drawing {
  amine_brain *b;
  int tract;
  uint32_t n_sources, slice;  /* sources of a slice */
  size_t capacity;            /* synapses of a source at most */
  drawer *drawers;            /* [threads] */
  opened *opened;             /* [slices][units] */
  _Atomic size_t *n_segments; /* [units] */
  _Atomic bool failed;
} drawing;

static uint64_t hash(uint32_t source, uint32_t target, uint32_t delay, int16_t weight) {
  const uint64_t what = (uint64_t)delay << 16 | (uint16_t)weight;
  uint64_t h = ((uint64_t)source << 32 | target) * UINT64_C(0x9e3779b97f4a7c15) ^ what;
  h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
  return h ^ h >> 32;
}

/* Draws the row of a source, of all projections of the tract, and counts by unit and delay. */
static uint32_t draw_source(const drawing *x, drawer *d, uint32_t source) {
  const amine_brain *b = x->b;
  const am_tract *t = &b->compact.tracts[x->tract];
  const am_unit *units = b->compact.units;
  uint32_t n = 0;
  for (int j = 0; j < t->n_projections; j++) {
    const am_projection *p = &b->projections[t->projections[j]];
    const uint32_t first = b->populations[p->target].first;
    const float scale = (float)(1 / b->populations[p->target].quantum[p->receptor]);
    uint32_t u = 0; /* targets ascend */
    am_connect_row(&d->row, b, t->projections[j], source);
    d->drawn[j] += d->row.n;
    for (uint32_t k = 0; k < d->row.n; k++) {
      const uint32_t at = first + d->row.target[k];
      while (at >= units[u].end) u++;
      d->synapse[n] = (am_compact_synapse){(uint16_t)(at - units[u].begin),
                                           (int16_t)lrintf(d->row.weight[k] * scale)};
      d->sum += hash(source, at, d->row.delay[k], d->synapse[n].weight);
      d->key[n] = u * (t->n_delays + 1) + (d->row.delay[k] - t->delay);
      d->count[d->key[n++]]++;
    }
  }
  return n;
}

/* Room for n synapses of a row: where the first one goes. */
static bool room(uint32_t *at, am_compact_rows *rows, opened *o, _Atomic size_t *n_segments,
                 uint32_t n) {
  if (!o->any || o->used + n >= AM_SEGMENT) { /* also the end of a row is in it */
    const size_t next = atomic_fetch_add(n_segments, 1);
    if (next >= AM_SEGMENTS) return false;
    rows->segments[next] = am_alloc(AM_SEGMENT, sizeof **rows->segments);
    if (!rows->segments[next]) return false;
    *o = (opened){.segment = (uint32_t)next, .any = true};
  }
  *at = (o->segment << AM_SEGMENT_BITS) + o->used;
  o->used += n;
  return true;
}

/* Counts become the places of a source's synapses, which are the directory's, too. */
static bool lay_out(const drawing *x, const drawer *d, opened *o, uint32_t source) {
  const am_tract *t = &x->b->compact.tracts[x->tract];
  for (int u = 0; u < x->b->compact.n_units; u++) {
    am_compact_rows *rows = &x->b->compact.units[u].rows[x->tract];
    uint32_t *count = d->count + (size_t)u * (t->n_delays + 1), n = 0, at;
    for (uint32_t k = 0; k < t->n_delays; k++) n += count[k];
    if (!room(&at, rows, &o[u], &x->n_segments[u], n)) return false;
    uint32_t *directory = rows->at + (size_t)source * (t->n_delays + 1);
    for (uint32_t k = 0; k <= t->n_delays; k++) {
      const uint32_t here = k < t->n_delays ? count[k] : 0;
      directory[k] = count[k] = at;
      at += here;
    }
  }
  return true;
}

static void place(const drawing *x, const drawer *d, uint32_t n) {
  const uint32_t width = x->b->compact.tracts[x->tract].n_delays + 1;
  for (uint32_t k = 0; k < n; k++) {
    const am_unit *u = &x->b->compact.units[d->key[k] / width];
    const uint32_t at = d->count[d->key[k]]++;
    u->rows[x->tract].segments[at >> AM_SEGMENT_BITS][at % AM_SEGMENT] = d->synapse[k];
  }
}

static void draw_slice(void *context, int item, int worker) {
  drawing *x = context;
  const am_compact *c = &x->b->compact;
  const size_t n_counts = (size_t)c->n_units * (c->tracts[x->tract].n_delays + 1);
  drawer *d = &x->drawers[worker];
  opened *o = x->opened + (size_t)item * (size_t)c->n_units;
  const uint32_t begin = (uint32_t)item * x->slice;
  const uint32_t end = x->n_sources - begin < x->slice ? x->n_sources : begin + x->slice;
  for (uint32_t i = begin; i < end && !atomic_load(&x->failed); i++) {
    memset(d->count, 0, n_counts * sizeof *d->count);
    const uint32_t n = draw_source(x, d, i);
    if (lay_out(x, d, o, i)) place(x, d, n);
    else atomic_store(&x->failed, true);
  }
  for (int u = 0; u < c->n_units && !atomic_load(&x->failed); u++) {
    if (!o[u].any) continue; /* the last one keeps what it holds */
    am_compact_synapse **last = &c->units[u].rows[x->tract].segments[o[u].segment];
    am_compact_synapse *less = am_resize(*last, o[u].used, sizeof *less);
    if (less) *last = less;
  }
}

static amine_status make_drawer(drawer *d, const drawing *x, amine_error *error) {
  const am_compact *c = &x->b->compact;
  const am_tract *t = &c->tracts[x->tract];
  uint32_t targets = 0;
  for (int j = 0; j < t->n_projections; j++) {
    const int n = x->b->populations[x->b->projections[t->projections[j]].target].n;
    if ((uint32_t)n > targets) targets = (uint32_t)n;
  }
  AM_TRY(am_row_make(&d->row, x->capacity, targets, error));
  AM_TRY(AM_TAKE(d->key, x->capacity, error));
  AM_TRY(AM_TAKE(d->synapse, x->capacity, error));
  AM_TRY(AM_TAKE(d->count, am_size_mul((size_t)c->n_units, t->n_delays + 1), error));
  return AM_TAKE(d->drawn, (size_t)t->n_projections, error);
}

static void free_drawer(drawer *d) {
  am_row_free(&d->row);
  am_free(d->key);
  am_free(d->synapse);
  am_free(d->count);
  am_free(d->drawn);
}

static amine_status make_drawing(drawing *x, int n_threads, int n_slices, amine_error *error) {
  const size_t units = (size_t)x->b->compact.n_units;
  AM_TRY(AM_TAKE(x->drawers, (size_t)n_threads, error));
  AM_TRY(AM_TAKE(x->opened, am_size_mul((size_t)n_slices, units), error));
  AM_TRY(AM_TAKE(x->n_segments, units, error));
  for (int k = 0; k < n_threads; k++) AM_TRY(make_drawer(&x->drawers[k], x, error));
  return AMINE_OK;
}

/* What was drawn belongs to the brain, also where not all was. */
static amine_status hand_over(const drawing *x, int n_threads, int n_slices, amine_error *error) {
  am_tract *t = &x->b->compact.tracts[x->tract];
  const int n_units = x->b->compact.n_units;
  for (int u = 0; u < n_units; u++) {
    am_compact_rows *rows = &x->b->compact.units[u].rows[x->tract];
    const size_t n = x->n_segments[u];
    rows->n_segments = n < AM_SEGMENTS ? n : AM_SEGMENTS;
    rows->n_room = rows->n_segments * AM_SEGMENT;
    for (int s = 0; s < n_slices; s++) {
      const opened *o = &x->opened[s * n_units + u];
      if (o->any && !x->failed) rows->n_room -= AM_SEGMENT - o->used;
    }
  }
  for (int k = 0; k < n_threads; k++) t->sum += x->drawers[k].sum;
  for (int k = 0; k < n_threads; k++)
    for (int j = 0; j < t->n_projections; j++)
      x->b->projections[t->projections[j]].n_synapses += x->drawers[k].drawn[j];
  return x->failed ? am_fail_memory(error, sizeof(am_compact_synapse) * AM_SEGMENT) : AMINE_OK;
}

static amine_status draw_tract(amine_brain *b, int tract, amine_error *error) {
  const am_tract *t = &b->compact.tracts[tract];
  const uint32_t n = (uint32_t)b->populations[t->source].n;
  const int n_threads = b->n_threads < AM_DRAWERS ? b->n_threads : AM_DRAWERS;
  drawing x = {.b = b, .tract = tract, .n_sources = n, .slice = n / (8 * (uint32_t)n_threads) + 16};
  const int n_slices = (int)((n + x.slice - 1) / x.slice);
  for (int j = 0; j < t->n_projections; j++)
    x.capacity = am_size_add(x.capacity, am_connect_widest(b, t->projections[j]));
  amine_status status = make_drawing(&x, n_threads, n_slices, error);
  if (status == AMINE_OK) {
    am_parallel(n_threads, n_slices, draw_slice, &x);
    status = hand_over(&x, n_threads, n_slices, error);
  }
  for (int k = 0; x.drawers && k < n_threads; k++) free_drawer(&x.drawers[k]);
  am_free(x.drawers);
  am_free(x.opened);
  am_free(x.n_segments);
  return status;
}

/* The delays that may occur. */
static amine_status make_delays(am_projection *p, amine_error *error) {
  const am_connection *c = p->connection;
  const uint32_t n = c->delay_max - c->delay + 1;
  AM_TRY(AM_TAKE(p->delays, n, error));
  p->n_delays = (int)n;
  for (uint32_t k = 0; k < n; k++) p->delays[k] = c->delay + k;
  return AMINE_OK;
}

amine_status am_compact_build(amine_brain *b, amine_error *error) {
  const am_compact *x = &b->compact;
  if (x->n_tracts == 0) return AMINE_OK;
  AM_TRY(cut(b, error));
  for (int t = 0; t < x->n_tracts; t++) {
    for (int j = 0; j < x->tracts[t].n_projections; j++) {
      am_projection *p = &b->projections[x->tracts[t].projections[j]];
      p->width = b->populations[p->source].padded;
      AM_TRY(make_delays(p, error));
    }
    AM_TRY(draw_tract(b, t, error));
  }
  return AMINE_OK;
}
