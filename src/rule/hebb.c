/* Hebb with depression ("hebb"):
 *
 *     a spike arrives and the target fires in the same step:   w <- w + M eta
 *     a spike arrives and it does not:                         w <- w - M eta / 2
 *
 * y[0] is 1 in the step in which the target fires, so the arrivals are looked at after the neurons.
 * Source: Hebb 1949, with the presynaptically gated depression of Stent 1973,
 * doi:10.1073/pnas.70.4.997. */
#include "rule/synapse.h"

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME hebb
#define SYNAPSE_ELIGIBILITY 0
#define SYNAPSE_TRACES 1
#define SYNAPSE_OWN_TRACE
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  const vec eta = v_mul(s->M, v_set1(s->k[AM_SYNAPSE_OWN]));
  return v_mul(eta, v_fma(v_set1((real)1.5), s->y[0], v_set1((real)-0.5)));
}

static vec synapse_fire(const synapse_seen *s) {
  (void)s;
  return v_zero();
}

static void synapse_trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n) {
  (void)y1, (void)k;
  for (int i = 0; i < n; i += VEC_LANES) v_store(y0 + i, v_min(v_load(fired + i), v_set1(1)));
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum { ETA = AM_VALUES_COMMON };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(-1, 1), [ETA] = AM_SYNAPSE_AMPLITUDE("eta", 0.001, "learning rate"), {0}};

static void setup(double *k, const double *v, double dt_ms) {
  (void)dt_ms;
  k[AM_SYNAPSE_OWN] = v[ETA];
}

static double change(const double *v) { return am_synapse_largest(v + ETA, 1); }

AM_SYNAPSE_DECLARE(hebb);
const am_synapse_rule am_hebb_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "hebb",
             .meaning = "Hebb with depression: together + eta, source alone - eta/2",
             .equation = "a spike arrives: w <- w + M eta if the target fires in the same step, "
                         "else w - M eta / 2",
             .source = "Hebb 1949; Stent 1973, doi:10.1073/pnas.70.4.997",
             .text = am_synapse_text_hebb,
             .parameters = parameters},
    .others = "hebbian|hebb-like|hebbian-like",
    .n_y = 1,
    .is_late = 1,
    .setup = setup,
    .change = change,
    .kernels = AM_ISA_TABLE(am_synapse_hebb)};
#endif
