/* STDP gated by dopamine through an eligibility trace ("da-stdp"):
 *
 *     c' = -c / tau_c      a spike arrives:  c <- c - A_minus y      the target fires:  c <- c +
 * A_plus x d' = -d / tau_d      a reward r:       d <- d + r w' = c (d - b)       w in [w_min,
 * w_max]
 *
 * x decays with tau_plus and jumps by 1 (nearest: is set to 1) at arrivals, y with tau_minus at
 * target spikes. w follows in closed form whenever a spike touches the synapse (kernel/synapse.h),
 * and is clipped at each touch. Instead of d, a chemical modulator's level may drive it (factor).
 * Source: Izhikevich 2007, doi:10.1093/cercor/bhl152. */
#define SYNAPSE_NAME da_stdp
#define SYNAPSE_ELIGIBILITY 1
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS };

static vec synapse_arrive(const synapse_seen *s) { return v_mul(v_set1(-s->k[A_MINUS]), s->y[0]); }

static vec synapse_fire(const synapse_seen *s) { return v_mul(v_set1(s->k[A_PLUS]), s->x[0]); }

#include "kernel/synapse_pass.h"
