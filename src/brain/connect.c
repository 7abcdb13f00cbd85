/* Drawing the synapses of one source. */
#include "brain/connect.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/normal.h"
#include "base/random.h"
#include "base/steps.h"

#include <math.h>

#include "brain/draw.h"
#include "kernel/exponential.h"

amine_status am_row_make(am_row *row, size_t capacity, uint32_t n_targets, amine_error *error) {
  *row = (am_row){0};
  row->target = am_alloc(capacity, sizeof *row->target);
  row->delay = am_alloc(capacity, sizeof *row->delay);
  row->weight = am_alloc(capacity, sizeof *row->weight);
  row->seen = am_alloc(n_targets / 64 + 1, sizeof *row->seen);
  if (row->target && row->delay && row->weight && row->seen) return AMINE_OK;
  am_row_free(row);
  return am_fail_memory(error, am_size_mul(capacity, 12));
}

void am_row_free(am_row *row) {
  am_free(row->target);
  am_free(row->delay);
  am_free(row->weight);
  am_free(row->seen);
  *row = (am_row){0};
}

/* Numbers of one source in order. */
typedef struct stream {
  am_random_key key;
  am_random4 now;
  uint32_t n;
} stream;

static uint32_t draw(stream *s) {
  if (s->n % 4 == 0) s->now = am_random(s->key, s->n / 4);
  return s->now.v[s->n++ % 4];
}

static void add(am_row *row, uint32_t target) { row->target[row->n++] = target; }

/* Misses before the next hit of a chance p: the first k with draw < 2^32 (1 - (1 - p)^(k + 1)). */
static uint32_t gap(const am_connection *c, stream *s) {
  uint32_t total = 0, u = draw(s);
  for (; u >= c->gap[AM_GAPS - 1]; u = draw(s)) {
    total += AM_GAPS;
    if (total > INT32_MAX) return INT32_MAX;
  }
  uint32_t low = 0, high = AM_GAPS - 1;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (u < c->gap[middle]) high = middle;
    else low = middle + 1;
  }
  return total + low;
}

/* The same of a rare one, in one draw however long it is: with u uniform in [0, 1), the largest
 * number of misses k with 1 - (1 - p)^k <= u, found bit by bit. 2^32 - 1 and more are that. */
static uint32_t rare_gap(const double *hit, stream *s) {
  const uint64_t high = (uint64_t)draw(s) << 32;
  const double u = (double)(high | draw(s)) * 0x1p-64;
  double reached = 0; /* 1 - (1 - p)^k */
  uint32_t k = 0;
  for (int j = AM_HITS - 1; j >= 0; j--) {
    const double further = reached + hit[j] * (1 - reached);
    if (further > u) continue;
    reached = further;
    k |= (uint32_t)1 << j;
  }
  return k;
}

static void by_probability(am_row *row, const am_connection *c, stream *s, uint32_t n,
                           uint32_t excluded) {
  for (uint64_t at = 0;; at++) {
    at += c->hit ? rare_gap(c->hit, s) : gap(c, s);
    if (at >= n) return;
    if (at != excluded) add(row, (uint32_t)at);
  }
}

/* So many different ones: the bits that are drawn are those that are taken, or those that are not.
 */
static void by_number(am_row *row, int number, stream *s, uint32_t n, uint32_t excluded) {
  const uint32_t possible = n - (excluded < n);
  const uint32_t wanted = (uint32_t)number < possible ? (uint32_t)number : possible;
  const bool inverse = wanted > possible / 2;
  for (uint32_t k = 0; k < n / 64 + 1; k++) row->seen[k] = 0;
  for (uint32_t k = inverse ? possible - wanted : wanted; k > 0;) {
    const uint32_t at = am_below(draw(s), n);
    if (at == excluded || row->seen[at / 64] >> at % 64 & 1) continue;
    row->seen[at / 64] |= (uint64_t)1 << at % 64;
    k--;
  }
  for (uint32_t at = 0; at < n; at++)
    if ((row->seen[at / 64] >> at % 64 & 1) != (uint64_t)inverse && at != excluded) add(row, at);
}

/* Ascending, by eight bits at a time; `other` is scratch of the same size. */
static void sort(uint32_t *x, uint32_t *other, uint32_t n, uint32_t largest) {
  for (int shift = 0; shift < 32 && largest >> shift > 0; shift += 8) {
    uint32_t begin[257] = {0};
    for (uint32_t k = 0; k < n; k++) begin[(x[k] >> shift & 255) + 1]++;
    for (int d = 0; d < 255; d++) begin[d + 1] += begin[d];
    for (uint32_t k = 0; k < n; k++) other[begin[x[k] >> shift & 255]++] = x[k];
    memcpy(x, other, n * sizeof *x);
  }
}

/* One of all but the excluded, so often. */
static void with_replacement(am_row *row, uint32_t number, stream *s, uint32_t n,
                             uint32_t excluded) {
  const uint32_t possible = n - (excluded < n);
  for (uint32_t k = 0; k < number; k++) {
    const uint32_t at = am_below(draw(s), possible);
    add(row, at + (at >= excluded));
  }
  sort(row->target, row->delay, number, n);
}

static double distance(const float *a, const float *b) {
  double sum = 0;
  for (int k = 0; k < 4; k++) sum += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
  return sqrt(sum);
}

static void by_distance(am_row *row, const am_connection *c, stream *s, const am_population *from,
                        const am_population *to, uint32_t source, uint32_t excluded) {
  for (uint32_t at = 0; at < (uint32_t)to->n; at++) {
    draw(s); /* number `at` of the source */
    if (at == excluded) continue;
    const double d = distance(from->positions + 4 * source, to->positions + 4 * at);
    const double p = c->probability * am_exp(-d / c->radius);
    if (am_chance_of(s->now, (int)(at % 4), p, s->key, at / 4)) add(row, at);
  }
}

size_t am_connect_widest(const amine_brain *b, int projection) {
  const am_projection *p = &b->projections[projection];
  const am_connection *c = p->connection;
  size_t most = (size_t)b->populations[p->target].n;
  if (c->kind != AMINE_CONNECT_LIST && c->kind != AMINE_CONNECT_TOTAL) return most;
  for (int i = 0; i < b->populations[p->source].n; i++)
    if (c->pair_row[i + 1] - c->pair_row[i] > most) most = c->pair_row[i + 1] - c->pair_row[i];
  return most;
}

static void draw_targets(am_row *row, const amine_brain *b, int projection, uint32_t source) {
  const am_projection *p = &b->projections[projection];
  const am_connection *c = p->connection;
  const am_population *from = &b->populations[p->source], *to = &b->populations[p->target];
  const uint32_t n = (uint32_t)to->n;
  const uint32_t excluded = p->source == p->target && !c->self ? source : UINT32_MAX;
  stream s = {.key = {b->seed, AM_STREAM_CONNECT, (uint32_t)projection, source}};
  switch (c->kind) {
  case AMINE_CONNECT_ALL:
    for (uint32_t at = 0; at < n; at++)
      if (at != excluded) add(row, at);
    break;
  case AMINE_CONNECT_PROBABILITY: by_probability(row, c, &s, n, excluded); break;
  case AMINE_CONNECT_OUT: by_number(row, c->n_out, &s, n, excluded); break;
  case AMINE_CONNECT_DISTANCE: by_distance(row, c, &s, from, to, source, excluded); break;
  case AMINE_CONNECT_ONE_TO_ONE:
    if (source < n) add(row, source);
    break;
  case AMINE_CONNECT_LIST:
  case AMINE_CONNECT_IN:
    for (uint32_t k = c->pair_row[source]; k < c->pair_row[source + 1]; k++)
      add(row, c->pair_target[k]);
    break;
  case AMINE_CONNECT_TOTAL:
    with_replacement(row, c->pair_row[source + 1] - c->pair_row[source], &s, n, excluded);
    break;
  }
}

amine_status am_connect_in(am_connection *c, uint64_t seed, int projection, int sources,
                           int targets, bool within, amine_error *error) {
  am_row row = {0};
  c->n_pairs = am_size_mul((size_t)targets, (size_t)c->n_in);
  if (c->n_pairs > UINT32_MAX / 2) return am_fail_memory(error, c->n_pairs);
  c->pair_row = am_alloc((size_t)sources + 2, sizeof *c->pair_row);
  c->pair_target = am_alloc(c->n_pairs, sizeof *c->pair_target);
  uint32_t *drawn = am_alloc(c->n_pairs, sizeof *drawn); /* [target][n_in] */
  amine_status status = AMINE_OK;
  if (!c->pair_row || !c->pair_target || !drawn)
    status = am_fail_memory(error, am_size_mul(c->n_pairs, 8));
  if (status == AMINE_OK) status = am_row_make(&row, (size_t)sources, (uint32_t)sources, error);
  for (uint32_t t = 0; t < (uint32_t)targets && status == AMINE_OK; t++) {
    /* no source has this number: streams of rows are not touched */
    stream s = {.key = {seed, AM_STREAM_CONNECT, (uint32_t)projection, 0x80000000u | t}};
    row.n = 0;
    by_number(&row, c->n_in, &s, (uint32_t)sources, within && !c->self ? t : UINT32_MAX);
    for (uint32_t k = 0; k < row.n; k++) {
      drawn[(size_t)t * (size_t)c->n_in + k] = row.target[k];
      c->pair_row[row.target[k] + 2]++;
    }
  }
  for (int i = 0; i < sources && status == AMINE_OK; i++) c->pair_row[i + 2] += c->pair_row[i + 1];
  /* pair_row[i + 1] runs from row i's begin to its end */
  for (size_t k = 0; k < c->n_pairs && status == AMINE_OK; k++)
    c->pair_target[c->pair_row[drawn[k] + 1]++] = (uint32_t)(k / (size_t)c->n_in);
  am_row_free(&row);
  am_free(drawn);
  return status;
}

amine_status am_connect_total(am_connection *c, uint64_t seed, int projection, size_t n_total,
                              int sources, amine_error *error) {
  stream s = {.key = {seed, AM_STREAM_CONNECT, (uint32_t)projection, 0x80000000u}};
  c->n_pairs = n_total;
  AM_TRY(AM_TAKE(c->pair_row, (size_t)sources + 1, error));
  for (size_t k = 0; k < n_total; k++) c->pair_row[am_below(draw(&s), (uint32_t)sources) + 1]++;
  for (int i = 0; i < sources; i++) c->pair_row[i + 1] += c->pair_row[i];
  return AMINE_OK;
}

/* The chance that a standard normal number is below z: Simpson's rule from 0. */
static double normal_below(double z) {
  enum { PARTS = 512 };
  const double end = z < -9 ? -9 : z > 9 ? 9 : z, h = end / PARTS;
  double sum = 1 + am_exp(-end * end / 2);
  for (int k = 1; k < PARTS; k++) sum += (k % 2 ? 4 : 2) * am_exp(-(k * h) * (k * h) / 2);
  return 0.5 + sum * h / 3 * 0.3989422804014327;
}

/* Of x steps, normal: the chance that the nearest whole number is at most k, if x is within the
 * bounds. */
amine_status am_connect_delays(am_connection *c, const amine_draw *d, double dt_ms,
                               amine_error *error) {
  const double mean = d->a / dt_ms, sd = d->b / dt_ms;
  const double low = fmax(d->min / dt_ms, 0.5), high = fmin(d->max / dt_ms, AM_BRAIN_DELAY);
  const double first = fmax(low, mean - 6.5 * sd), last = fmin(high, mean + 6.5 * sd);
  const double below = normal_below((low - mean) / sd);
  const double possible = normal_below((high - mean) / sd) - below;
  c->delay = (uint32_t)fmax(floor(first + 0.5), 1);
  c->delay_max = (uint32_t)fmax(floor(last + 0.5), c->delay);
  AM_TRY(AM_TAKE(c->delay_below, c->delay_max - c->delay + 1, error));
  for (uint32_t k = c->delay; k < c->delay_max; k++) {
    const double p = (normal_below((fmin(k + 0.5, high) - mean) / sd) - below) / possible;
    c->delay_below[k - c->delay] = (uint32_t)fmin(fmax(p * 0x1p32, 0), UINT32_MAX);
  }
  return AMINE_OK;
}

/* The first one that is not below: delays are few, and most are near the middle. */
static uint32_t delay_of(const am_connection *c, uint32_t u) {
  uint32_t low = 0, high = c->delay_max - c->delay;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (u < c->delay_below[middle]) high = middle;
    else low = middle + 1;
  }
  return c->delay + low;
}

/* Weights and delays that are not uniform: two synapses share a block of random numbers, two words
 * for their weights and one for each delay. */
static void draw_pair(double z[2], uint32_t delay_bits[2], am_random_key key, uint32_t k) {
  const am_random4 r = am_random(key, 0xc0000000u + k / 2);
  am_normal2(z, r.v[0], r.v[1]);
  delay_bits[0] = r.v[2], delay_bits[1] = r.v[3];
}

static void draw_normal(am_row *row, const am_connection *c, am_random_key key) {
  double z[2] = {0};
  uint32_t bits[2] = {0};
  for (uint32_t k = 0; k < row->n; k++) {
    if (k % 2 == 0) draw_pair(z, bits, key, k);
    if (c->draws_weights)
      row->weight[k] =
          (float)am_draw_normal(&c->weights, z[k % 2], key, 0xc0000000u + k / 2, (int)(k % 2));
    if (c->delay_below) row->delay[k] = delay_of(c, bits[k % 2]);
  }
}

void am_connect_row(am_row *row, const amine_brain *b, int projection, uint32_t source) {
  const am_projection *p = &b->projections[projection];
  const am_connection *c = p->connection;
  const am_population *from = &b->populations[p->source], *to = &b->populations[p->target];
  row->n = 0;
  draw_targets(row, b, projection, source);
  const am_random_key key = {b->seed, AM_STREAM_CONNECT, (uint32_t)projection, source};
  const bool draws = p->weight_max > p->weight || (c->delay_max > c->delay && !c->delay_below);
  for (uint32_t k = 0; k < row->n; k++) {
    const am_random4 u = draws ? am_random(key, 0x80000000u + k) : (am_random4){{0}};
    double w = p->weight;
    if (c->pair_weight) w = c->pair_weight[c->pair_row[source] + k];
    else if (p->weight_max > p->weight) w += (p->weight_max - p->weight) * am_uniform(u.v[0]);
    row->weight[k] = (float)w;
    uint32_t delay = c->delay;
    if (c->delay_max > c->delay && !c->delay_below)
      delay += am_below(u.v[1], c->delay_max - c->delay + 1);
    if (c->velocity > 0) {
      const double d = distance(from->positions + 4 * source, to->positions + 4 * row->target[k]);
      const uint64_t steps = am_steps(d / c->velocity, b->dt_ms);
      delay += steps < AM_BRAIN_DELAY ? (uint32_t)steps : AM_BRAIN_DELAY; /* at least 1 too many */
    }
    row->delay[k] = delay;
  }
  if (c->draws_weights || c->delay_below) draw_normal(row, c, key);
}
