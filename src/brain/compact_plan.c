/* Which projections keep their synapses compactly (see compact.h), and the quanta of their weights. */
#include "brain/compact_plan.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/normal.h"
#include "brain/connect.h"
#include "brain/draw.h"
#include "brain/need.h"

/* By itself a projection is kept so where the brain has as many neurons, */
#define NEURONS 6000
/* where a row of a block would hold fewer synapses than this, */
#define ROW 64
/* where so many synapses are such, */
#define SYNAPSES 1e6
/* and where no weight of its receptor can be so many times a usual one: the quantum is below 2^-8 of
 * a usual weight. */
#define WIDE 64

/* Synapses of a source that may be more than there are targets, at most. */
static size_t total(const amine_brain *b, const am_projection *p) {
  if (p->connection->kind != AMINE_CONNECT_TOTAL) return 0;
  return am_connect_widest(b, (int)(p - b->projections));
}

/* Its synapses do nothing but deliver, each a weight that stays as it was drawn. */
static bool is_possible(const amine_brain *b, const am_projection *p) {
  const am_connection *c = p->connection;
  if (p->rule->kernels[0] || p->rule->n_x > 0 || p->rule->n_y > 0 || p->rule->delivers)
    return false;
  if (am_rule_sweeps(p->values) || p->stp_u > 0 || p->early > 0 || p->back > 0) return false;
  if (c->kind == AMINE_CONNECT_LIST || c->kind == AMINE_CONNECT_DISTANCE || c->velocity > 0)
    return false;
  return !am_neuron_repeats(b->populations[p->source].model) && total(b, p) <= AM_SEGMENT / 2;
}

/* A weight as many of its projection have, and the largest that there may be. */
static double usual(const am_projection *p) {
  const amine_draw *d = &p->connection->weights;
  if (!p->connection->draws_weights) return fmax(fabs(p->weight), fabs(p->weight_max));
  return d->kind == AMINE_DRAW_LOGNORMAL ? am_draw_at(d, 0) : fmax(fabs(d->a), d->b);
}

static double largest(const am_projection *p) {
  const amine_draw *d = &p->connection->weights;
  if (!p->connection->draws_weights)
    return p->weight_max > p->weight ? fmax(fabs(p->weight), fabs(p->weight_max)) : fabs(p->weight);
  return fmax(fabs(fmax(am_draw_at(d, -AM_NORMAL_MOST), d->min)),
              fabs(fmin(am_draw_at(d, AM_NORMAL_MOST), d->max)));
}

static uint32_t n_delays(const am_projection *p) {
  return p->connection->delay_max - p->connection->delay + 1;
}

/* Delays times sources. */
static double n_rows(const amine_brain *b, const am_projection *p) {
  return (double)n_delays(p) * b->populations[p->source].n;
}

static bool has_short_rows(const amine_brain *b, const am_projection *p) {
  const uint32_t length = am_chunk_length(b->n_line);
  const double blocks = (uint32_t)b->populations[p->target].padded / length + 1;
  return b->n_line >= NEURONS && am_projection_expected(b, p) < ROW * n_rows(b, p) * blocks;
}

/* A directory of all delays is no larger than the synapses of those that may share it. */
static bool fills_rows(const amine_brain *b, const bool *is, const am_projection *of) {
  double n = 0;
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (is[k] && p->source == of->source && p->receptor == of->receptor)
      n += am_projection_expected(b, p);
  }
  return n >= n_rows(b, of);
}

static void choose_by_shape(const amine_brain *b, bool *is) {
  double n = 0;
  for (int k = 0; k < b->n_projections; k++) is[k] &= has_short_rows(b, &b->projections[k]);
  for (int k = 0; k < b->n_projections; k++) {
    is[k] &= fills_rows(b, is, &b->projections[k]);
    if (is[k]) n += am_projection_expected(b, &b->projections[k]);
  }
  for (int k = 0; k < b->n_projections; k++) is[k] &= n >= SYNAPSES;
}

/* The largest weight and the expected number of synapses of a neuron at a receptor, of all that are
 * kept so. */
static void onto(double *weight, double *number, const amine_brain *b, const bool *is,
                 const am_projection *of) {
  *weight = *number = 0;
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (!is[k] || p->target != of->target || p->receptor != of->receptor) continue;
    *weight = fmax(*weight, largest(p));
    *number += am_projection_expected(b, p) / b->populations[p->target].n;
  }
}

/* Weights that are too far apart for 16 bits, and neurons with too many synapses for 32, stay in
 * blocks. What is left out makes the others no worse, so once is enough. */
static void leave_out(const amine_brain *b, bool *is) {
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    double weight, number;
    if (!is[k]) continue;
    onto(&weight, &number, b, is, p);
    const bool fits =
        number <= AM_COMPACT_ONTO && weight <= 1e30 && !(weight > 0 && weight < 1e-30);
    const bool fine = b->compact.layout == AMINE_LAYOUT_COMPACT || weight <= WIDE * usual(p);
    is[k] = fits && fine;
  }
}

static void set_quanta(amine_brain *b, const bool *is) {
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    double weight, number;
    int exponent = 0;
    if (!is[k]) continue;
    onto(&weight, &number, b, is, p);
    if (frexp(weight / AM_COMPACT_LIMIT, &exponent) <= 0.5) exponent--; /* 0 or a power of two */
    b->populations[p->target].quantum[p->receptor] = weight > 0 ? ldexp(1, exponent) : 1;
  }
}

/* Whether a projection can join a tract: another target, and delays that are not far away. */
static bool joins(const am_tract *t, const amine_brain *b, const am_projection *p) {
  const am_connection *c = p->connection;
  if (t->source != p->source || t->receptor != p->receptor) return false;
  if (t->total + total(b, p) > AM_SEGMENT / 2) return false; /* the rest is a unit's neurons */
  for (int k = 0; k < t->n_projections; k++)
    if (b->projections[t->projections[k]].target == p->target) return false;
  const uint32_t first = c->delay < t->delay ? c->delay : t->delay, ends = t->delay + t->n_delays;
  const uint32_t end = c->delay_max + 1 > ends ? c->delay_max + 1 : ends;
  const uint32_t wider = n_delays(p) > t->n_delays ? n_delays(p) : t->n_delays;
  return end - first <= 2 * wider;
}

static amine_status add_to_tract(amine_brain *b, int projection, amine_error *error) {
  am_projection *p = &b->projections[projection];
  am_compact *x = &b->compact;
  int k = 0;
  while (k < x->n_tracts && !joins(&x->tracts[k], b, p)) k++;
  am_tract *t = &x->tracts[k];
  if (k == x->n_tracts) {
    *t = (am_tract){.source = p->source, .receptor = p->receptor, .delay = p->connection->delay};
    AM_TRY(AM_TAKE(t->projections, (size_t)b->n_projections, error));
    x->n_tracts++;
  }
  t->total += total(b, p);
  int at = t->n_projections++;
  for (; at > 0 && b->projections[t->projections[at - 1]].target > p->target; at--)
    t->projections[at] = t->projections[at - 1];
  t->projections[at] = projection;
  uint32_t end = t->delay + t->n_delays;
  if (p->connection->delay_max + 1 > end) end = p->connection->delay_max + 1;
  if (p->connection->delay < t->delay) t->delay = p->connection->delay;
  t->n_delays = end - t->delay;
  p->tract = k;
  return AMINE_OK;
}

amine_status am_compact_plan(amine_brain *b, amine_error *error) {
  for (int k = 0; k < b->n_projections; k++) b->projections[k].tract = -1;
  if (b->compact.layout == AMINE_LAYOUT_FULL || b->n_projections == 0) return AMINE_OK;
  bool *is = am_alloc((size_t)b->n_projections, sizeof *is);
  if (!is) return am_fail_memory(error, (size_t)b->n_projections);
  for (int k = 0; k < b->n_projections; k++) is[k] = is_possible(b, &b->projections[k]);
  if (b->compact.layout == AMINE_LAYOUT_AUTOMATIC) choose_by_shape(b, is);
  leave_out(b, is);
  set_quanta(b, is);
  amine_status status = AM_TAKE(b->compact.tracts, (size_t)b->n_projections, error);
  for (int k = 0; k < b->n_projections && status == AMINE_OK; k++)
    if (is[k]) status = add_to_tract(b, k, error);
  am_free(is);
  return status;
}
