/* A smaller network that goes on firing about as the whole one does.
 *
 * With f = factor, n neurons become f n, and a neuron that K synapses of weight w reached is reached
 * by f K of weight w / sqrt f: the variance of what arrives, K w^2, stays as it is. Its mean, K w,
 * would be sqrt f of what it was; a constant current makes up for the rest,
 *
 *     I = (1 - sqrt f) tau (sum over sources of K w nu + sum over Poisson inputs of K w nu),
 *
 * nu being the rates of the whole network and tau the receptor's. Source: van Albada, Helias and
 * Diesmann 2015, doi:10.1371/journal.pcbi.1004490: means and variances of what arrives stay;
 * correlations grow, as the same sources are shared by more of the targets. */
#include "brain/model_scale.h"

#include <math.h>
#include <string.h>

#include "brain/model_population.h"
#include "kernel/exponential.h"

typedef struct scale_keys {
  double factor;
  const json_t *rates_hz;
} scale_keys;

#define AT(member) .offset = offsetof(scale_keys, member)
static const am_field scale_fields[] = {
    AM_FIELD_IN(NUMBER, "factor", AT(factor), 1e-4, 1, NULL,
                "of the numbers of neurons, and of synapses on each"),
    AM_FIELD_OF(ANY, "rates_hz", AT(rates_hz),
                "mean rates of the whole network: {\"E\": 3, \"I\": 8}", .unit = "Hz"),
    {0}};
#undef AT
const am_table am_scale_table = {.fields = scale_fields};

/* [n_populations] rates; what is not named is not known: below 0. */
static amine_status read_rates(double *hz, const am_model_plan *plan, const am_reader *r,
                               const am_where *where, const json_t *object) {
  static const am_field rate = {.kind = AM_FIELD_NUMBER, .max = 1e4};
  const char *name;
  json_t *value;
  if (object && !json_is_object(object))
    return am_refuse(r, where, object, "it must be an object such as {\"E\": 3}");
  for (size_t k = 0; k < plan->n_populations; k++) hz[k] = -1;
  json_object_foreach((json_t *)(uintptr_t)object, name, value) {
    const am_where here = {.above = where, .key = name};
    int k = 0;
    AM_TRY(am_model_plan_find(plan, &k, name, r, where));
    AM_TRY(am_field_read(r, &here, value, &rate, &hz[k]));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what is smaller */

static int smaller(double n, double factor) { return (int)fmax(1, floor(n * factor + 0.5)); }

static amine_status scale_population(am_model_plan_population *p, double factor, const am_reader *r,
                                     const am_where *above) {
  const am_where where = {.above = above, .key = p->name};
  bool listed = p->positions != NULL || p->in_box;
  for (int k = 0; k < p->n_columns; k++) listed |= p->columns[k].draw.kind == AMINE_DRAW_GIVEN;
  for (int k = 0; k < p->n_initial; k++) listed |= p->initial[k].draw.kind == AMINE_DRAW_GIVEN;
  if (listed)
    return am_refuse(r, &where, NULL,
                     "a population with positions, or with numbers given neuron by neuron, is not "
                     "scaled");
  p->n = smaller(p->n, factor);
  return AMINE_OK;
}

/* The mean weight of a projection. */
static double mean_weight(const amine_projection *p) {
  const amine_draw *d = p->weights_drawn;
  if (!d) return p->weight_max > p->weight ? (p->weight + p->weight_max) / 2 : p->weight;
  return d->kind == AMINE_DRAW_LOGNORMAL ? am_exp(d->a + d->b * d->b / 2) : d->a;
}

/* Synapses of it on each target, of the whole network. */
static double in_degree(const amine_projection *p, double sources, double targets) {
  switch (p->connect) {
  case AMINE_CONNECT_ALL: return sources;
  case AMINE_CONNECT_PROBABILITY: return p->probability * sources;
  case AMINE_CONNECT_OUT: return p->n_out * sources / targets;
  case AMINE_CONNECT_IN: return p->n_in;
  case AMINE_CONNECT_TOTAL: return (double)p->n_total / targets;
  case AMINE_CONNECT_DISTANCE:
  case AMINE_CONNECT_ONE_TO_ONE:
  case AMINE_CONNECT_LIST: break;
  }
  return -1;
}

/* Weights over sqrt f, and as many synapses as make f of them on each of the fewer targets. */
static amine_status scale_projection(amine_projection *p, am_model_plan *plan, double factor,
                                     double targets, amine_error *error) {
  const double more = 1 / sqrt(factor);
  const double now = plan->populations[p->target].n;
  if (p->connect == AMINE_CONNECT_TOTAL)
    p->n_total = (size_t)floor((double)p->n_total * factor * now / targets + 0.5);
  if (p->connect == AMINE_CONNECT_OUT) p->n_out = smaller(p->n_out, factor);
  if (p->connect == AMINE_CONNECT_IN) p->n_in = smaller(p->n_in, factor);
  p->weight *= more;
  if (isfinite(p->weight_max)) p->weight_max *= more;
  if (!p->weights_drawn) return AMINE_OK;
  void *block;
  AM_TRY(am_model_plan_alloc(plan, &block, 1, sizeof *p->weights_drawn, error));
  amine_draw *d = block;
  *d = *p->weights_drawn;
  if (d->kind == AMINE_DRAW_LOGNORMAL) d->a -= am_log(factor) / 2;
  else d->a *= more, d->b *= more;
  d->min *= more, d->max *= more;
  p->weights_drawn = d;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what makes up */

/* Adds a current to what a population has. */
static amine_status add_current(am_model_plan *plan, int population, double mean,
                                const am_reader *r) {
  const am_model_plan_input input = {
      .kind = AM_MODEL_PLAN_CURRENT, .population = population, .mean = mean};
  for (size_t k = 0; k < plan->n_inputs; k++) {
    am_model_plan_input *in = &plan->inputs[k];
    if (in->kind != AM_MODEL_PLAN_CURRENT || in->drives || in->population != population) continue;
    in->mean += mean;
    return AMINE_OK;
  }
  return mean != 0 ? am_model_plan_add_input(plan, &input, r) : AMINE_OK;
}

static amine_status scale_projections(am_model_plan *plan, double *current, const double *hz,
                                      const double *neurons, double factor, const am_reader *r,
                                      const am_where *above) {
  plan->n_synapses = 0;
  for (size_t k = 0; k < plan->n_projections; k++) {
    amine_projection *p = &plan->projections[k].p;
    const am_where where = {.above = above, .key = p->name};
    const double K = in_degree(p, neurons[p->source], neurons[p->target]), w = mean_weight(p);
    const double ms = am_population_arrival_ms(plan, p->target, p->receptor);
    if (K < 0 || p->rule || p->stp_u > 0)
      return am_refuse(
          r, &where, NULL,
          "synapses that are listed, go by distances or one to one, learn or get tired "
          "are not scaled");
    if (!(ms > 0))
      return am_refuse(r, &where, NULL,
                       "the arrivals at \"%s\", %s, are no currents: such a network is not scaled",
                       plan->populations[p->target].name,
                       plan->populations[p->target].model->part.name);
    if (hz[p->source] < 0)
      return am_refuse(r, &where, NULL, "scale.rates_hz has no rate of \"%s\"",
                       plan->populations[p->source].name);
    current[p->target] += K * w * hz[p->source] * 1e-3 * ms;
    AM_TRY(scale_projection(p, plan, factor, neurons[p->target], r->error));
    const double sources = plan->populations[p->source].n, targets = plan->populations[p->target].n;
    plan->n_synapses += targets * in_degree(p, sources, targets);
  }
  return AMINE_OK;
}

static amine_status scale_inputs(am_model_plan *plan, double *current, double factor,
                                 const am_reader *r, const am_where *where) {
  for (size_t k = 0; k < plan->n_inputs; k++) {
    am_model_plan_input *in = &plan->inputs[k];
    const char *name = plan->populations[in->population].name;
    if (in->drives || in->kind > AM_MODEL_PLAN_POISSON)
      return am_refuse(r, where, NULL,
                       "the input of \"%s\" is of certain neurons or changes in time: it is not "
                       "scaled",
                       name);
    if (in->kind != AM_MODEL_PLAN_POISSON) continue;
    const double ms = am_population_arrival_ms(plan, in->population, in->receptor);
    if (!(ms > 0)) return am_refuse(r, where, NULL, "the arrivals at \"%s\" are no currents", name);
    current[in->population] += in->rate_hz * 1e-3 * in->weight * ms;
    in->rate_hz *= factor;
    in->weight /= sqrt(factor);
  }
  return AMINE_OK;
}

static amine_status scale(am_model_plan *plan, const scale_keys *keys, double *hz, double *current,
                          double *neurons, const am_reader *r, const am_where *where) {
  const am_where file = {0}, populations = {.above = &file, .key = "populations"},
                 projections = {.above = &file, .key = "projections"};
  const am_where rates = {.above = where, .key = "rates_hz"};
  AM_TRY(read_rates(hz, plan, r, &rates, keys->rates_hz));
  if (keys->factor == 1) return AMINE_OK;
  plan->n_neurons = 0;
  for (size_t k = 0; k < plan->n_populations; k++) {
    neurons[k] = plan->populations[k].n;
    AM_TRY(scale_population(&plan->populations[k], keys->factor, r, &populations));
    plan->n_neurons += (size_t)plan->populations[k].n;
  }
  AM_TRY(scale_projections(plan, current, hz, neurons, keys->factor, r, &projections));
  AM_TRY(scale_inputs(plan, current, keys->factor, r, where));
  const double rest = 1 - sqrt(keys->factor);
  for (size_t k = 0; k < plan->n_populations; k++)
    AM_TRY(add_current(plan, (int)k, rest * current[k], r));
  return AMINE_OK;
}

amine_status am_scale_read(am_model_plan *plan, am_reader *r, const am_where *where,
                           const json_t *object) {
  scale_keys keys = {.factor = 1};
  if (!object) return AMINE_OK;
  AM_TRY(am_table_read(r, where, object, &am_scale_table, false, &keys));
  double *numbers = am_alloc(am_size_mul(3, plan->n_populations), sizeof *numbers);
  if (!numbers) return am_fail_memory(r->error, am_size_mul(24, plan->n_populations));
  const amine_status status = scale(plan, &keys, numbers, numbers + plan->n_populations,
                                    numbers + 2 * plan->n_populations, r, where);
  am_free(numbers);
  return status;
}
