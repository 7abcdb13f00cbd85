/* STDP gated by dopamine through an eligibility trace ("da-stdp"):
 *
 *     c' = -c / tau_c      a spike arrives:    c <- c - A_minus y
 *                          the target fires:   c <- c + A_plus x
 *     d' = -d / tau_d      a reward r:         d <- d + r
 *     w' = c (d - b)       w in [w_min, w_max]
 *
 * x decays with tau_plus and jumps by 1 (nearest: is set to 1) at arrivals, y with tau_minus at
 * target spikes. w follows in closed form whenever a spike touches the synapse (kernel/synapse.h),
 * and is clipped at each touch. Instead of d, a chemical modulator's level may drive it (factor).
 *
 * The discrete form (read_ms > 0) is that of the paper's program: c and w change only every
 * read_ms, w <- w + c (d - b) read_ms,   then   c <- c e^{-read_ms / tau_c} with the d of that
 * moment, after the arrivals of the step that ends there and before its spikes. Source: Izhikevich
 * 2007, doi:10.1093/cercor/bhl152.
 *
 * The same passes serve two rules in which a reward is an impulse (Florian 2007,
 * doi:10.1162/neco.2007.19.6.1468), with zeta(t) what the spikes of step t would do to c above:
 *     "mstdp"      w <- w + gamma r zeta            zeta of the step that has just ended
 *     "mstdpet"    w <- w + gamma r z               z <- z e^{-dt / tau_z} + zeta / tau_z */
#define SYNAPSE_NAME da_stdp
#define SYNAPSE_ELIGIBILITY 1
#define SYNAPSE_TRACES 1
#include "kernel/synapse_seen.h"

enum { A_PLUS = AM_SYNAPSE_OWN, A_MINUS };

static vec synapse_arrive(const synapse_seen *s) { return v_mul(v_set1(-s->k[A_MINUS]), s->y[0]); }

static vec synapse_fire(const synapse_seen *s) { return v_mul(v_set1(s->k[A_PLUS]), s->x[0]); }

#include "kernel/synapse_pass.h"
