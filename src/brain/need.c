/* The sum of a brain's memory (see need.h), in the order in which build.c takes it. */
#include "brain/need.h"

#include <stdio.h>

#include "base/machine.h"
#include "base/memory.h"
#include "brain/connect.h"

double am_projection_expected(const amine_brain *b, const am_projection *p) {
  const am_connection *c = p->connection;
  const double sources = b->populations[p->source].n, targets = b->populations[p->target].n;
  switch (c->kind) {
  case AMINE_CONNECT_ALL: return sources * targets;
  case AMINE_CONNECT_PROBABILITY: return c->probability * sources * targets;
  case AMINE_CONNECT_OUT: return sources * c->n_out;
  case AMINE_CONNECT_IN: return targets * c->n_in;
  case AMINE_CONNECT_ONE_TO_ONE: return sources;
  case AMINE_CONNECT_LIST:
  case AMINE_CONNECT_TOTAL: return (double)c->n_pairs;
  case AMINE_CONNECT_DISTANCE: break;
  }
  return 0;
}

/* Of a projection whose synapses are kept compactly: its part of the directory, too. */
static double compact_need(const amine_brain *b, const am_projection *p, double n) {
  const am_tract *t = &b->compact.tracts[p->tract];
  const double rows = b->populations[t->source].n * (t->n_delays + 1.0) / t->n_projections;
  const double units = (double)(b->n_line / AM_UNIT_NEURONS) + b->n_threads;
  return n * (double)sizeof(am_compact_synapse) + rows * units * (double)sizeof(uint32_t);
}

double am_projection_need(const amine_brain *b, const am_projection *p, double n, int n_blocks) {
  if (p->tract >= 0) return compact_need(b, p, n);
  const am_population *from = &b->populations[p->source], *to = &b->populations[p->target];
  const double n_delays = p->connection->delay_max - p->connection->delay + 1.0;
  const double rows = n_delays * (from->n + 1.0);
  const bool table = rows <= AM_SMALL_TABLE || rows / AM_ROWS_A_SYNAPSE * n_blocks <= n;
  double each = sizeof(uint16_t); /* of a synapse */
  if (!am_projection_is_uniform(p)) each += sizeof(am_real);
  if (am_synapse_rule_remembers(p->rule)) each += sizeof(am_real);
  if (p->rule->fires) each += rows <= 65536 ? 6 : 8;
  double sum = n * each + 4 * (table ? rows * n_blocks : 2 * n);
  double reals = (double)am_synapse_moments(p->rule) * p->rule->n_x * rows;
  reals += p->rule->n_y * (double)to->padded;
  if (am_synapse_rule_remembers(p->rule)) reals += AM_LOG_PARTS * rows * n_blocks;
  if (p->stp_u > 0 || p->rule->delivers) reals += (p->rule->delivers ? 3 : 5) * rows;
  reals += p->early * (double)to->padded;
  sum += reals * (double)sizeof(am_real);
  return sum;
}

/* Chunks that hold a part of a population, about. */
static int blocks_of(const am_population *p, uint32_t chunk_length) {
  return (int)((uint32_t)p->padded / chunk_length) + 1;
}

int am_brain_n_states(const amine_brain *b) {
  int most = 2; /* what every neuron is looked at for */
  for (int k = 0; k < b->n_populations; k++) {
    const int n = am_neuron_n_states(b->populations[k].model);
    if (n > most) most = n;
  }
  return most;
}

int am_brain_n_receptors(const amine_brain *b) {
  int most = 2;
  for (int k = 0; k < b->n_populations; k++)
    if (b->populations[k].n_receptors > most) most = b->populations[k].n_receptors;
  return most;
}

double am_brain_need(const amine_brain *b) {
  const uint32_t length = am_chunk_length(b->n_line);
  double sum = (double)b->n_line * (am_brain_n_states(b) + am_brain_n_receptors(b) + 2) * (double)sizeof(am_real);
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    sum += am_projection_need(b, p, am_projection_expected(b, p),
                              blocks_of(&b->populations[p->target], length));
  }
  for (int k = 0; k < b->n_populations; k++) {
    const am_population *p = &b->populations[k];
    uint32_t longest = 0;
    for (int j = 0; j < b->n_projections; j++) {
      const am_projection *of = &b->projections[j];
      if (of->source == k && of->connection->delay_max > longest)
        longest = of->connection->delay_max;
      if (of->target == k && of->back > longest) longest = of->back;
    }
    sum += blocks_of(p, length) * (double)am_flight_bytes(longest, AM_BRAIN_BLOCK, 0) +
           4.0 * p->n * p->most;
  }
  return sum;
}

amine_status am_brain_check_need(amine_brain *b, amine_error *error) {
  const double bytes = am_brain_need(b);
  char what[80], text[32];
  if (bytes < (double)AM_LARGE) return AMINE_OK;
  snprintf(what, sizeof what, "a brain of %u neurons", b->n_line);
  AM_TRY(am_memory_check(what, bytes, error));
  if (bytes < AM_TOLD) return AMINE_OK;
  am_text_printf(&b->notes, "this brain takes about %s of memory\n", am_bytes_text(text, bytes));
  return AMINE_OK;
}
