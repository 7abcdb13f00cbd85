/* A plasticity rule of spiking synapses. Each is one source of this folder, with its equation on
 * top. The build compiles it once for each instruction set, which gives the passes over synapses
 * ("#ifdef AMINE_ISA"), and once without, which gives the part: what it is called, its table of
 * parameters, and what becomes of them. Homeostatic scaling, weight decay and loss go with any of
 * them: the rows that every table begins with. */
#ifndef AMINE_RULE_SYNAPSE_H
#define AMINE_RULE_SYNAPSE_H

#include <stdbool.h>

#include "amine/brain.h"
#include "base/registry.h"
#include "kernel/isa.h"
#include "kernel/synapse.h"

/* What every rule's table begins with. */
enum {
  AM_VALUE_W_MIN,
  AM_VALUE_W_MAX,
  AM_VALUE_DECAY,       /* per ms, of the weight */
  AM_VALUE_LOSS,        /* weight per ms */
  AM_VALUE_TARGET_RATE, /* Hz; 0: no scaling */
  AM_VALUE_WINDOW,      /* ms */
  AM_VALUE_SCALING,     /* per window */
  AM_VALUES_COMMON
};

/* Whether the weights change by themselves, without a spike. */
static inline bool am_rule_sweeps(const double *values) {
  return values[AM_VALUE_DECAY] > 0 || values[AM_VALUE_LOSS] > 0 ||
         values[AM_VALUE_TARGET_RATE] > 0;
}

/* How a rule with eligibility c comes to its weight: w' = gamma c (d - base), c' = -c / tau_c. */
typedef struct am_dopamine {
  double tau_c_ms; /* 0: c lasts until the end of its step */
  double tau_d_ms; /* d' = -d / tau_d, d + r at a reward r; 0: a reward is an impulse, w + gamma c r
                    */
  double base, gamma;
  double read_ms;  /* > 0: c and w change only so often: w + c (d - base) read_ms */
  bool every_step; /* c changes by itself: all synapses are brought up to date in every step */
} am_dopamine;

/* One step of the traces of n targets in 64 bits, as am_synapse_kernel.trace in 32. */
typedef void am_synapse_trace_wide(double *y0, double *y1, const double *fired, const double *k,
                                   int n, const void *program);

/* The same of what is left at sources (kernel/synapse.h). */
typedef void am_synapse_origin_wide(double *const x[AM_SYNAPSE_TRACES],
                                    double *const before[AM_SYNAPSE_TRACES], double *scale,
                                    const double *arrive, const double *k, int n,
                                    const void *program);

typedef struct am_synapse_rule {
  am_part part;       /* first; AM_SYNAPSE. Its table begins with AM_SYNAPSE_COMMON. */
  const char *others; /* "hebbian|hebb-like": what other tools call it; NULL: nothing else */
  int of_inhibitory;  /* among cells of both kinds it is for the synapses of the inhibitory ones */
  amine_third_factor factor; /* its own where there are modulators; AMINE_FACTOR_NONE: all */
  int n_x, n_y;              /* traces that it reads */
  int is_late;               /* arrivals are looked at after the neurons */
  int fires;                 /* has something to do when the target fires */
  int scores;                /* looks at all synapses in every step; and at the targets' "score": */
  int reads_score;
  double y_initial[AM_SYNAPSE_TRACES];
  int rate; /* the constant that is 1 less a factor of a step, of a trace of the rule's own; or 0 */
  /* The constants from AM_SYNAPSE_X on, from the values in the table's order; those of traces by
   * am_synapse_trace_set. NULL: it has none. */
  void (*setup)(double k[AM_SYNAPSE_CONSTANTS], const double *values, double dt_ms);
  /* The largest change of a weight, or of its eligibility as weight, that one spike makes. */
  double (*change)(const double *values);
  /* What makes weight of eligibility; for rules that have it. */
  am_dopamine (*dopamine)(const double *values);
  am_synapse_trace_wide *wide;                /* NULL where no trace of targets decays */
  const am_synapse_kernel *kernels[AM_N_ISA]; /* NULL: spikes change nothing */
  /* Of a text, which says all that stands from `y_initial` to `dopamine` (rule/synapse_text.h);
   * NULL: it is code. */
  const struct am_synapse_program *program;
  /* Of a text whose sources follow no law that k says: one step of them; else NULL. */
  am_synapse_origin *origins[AM_N_ISA];
  am_synapse_origin_wide *wide_origins[AM_N_ISA];
  bool delivers; /* it says what part of a weight arrives */
} am_synapse_rule;

/* The steps of a time constant up to which 32 bits hold what decays with it: with more, too little
 * is lost in a step to be told from nothing. */
#define AM_NARROW_TRACE 4096
static inline bool am_decay_is_slow(double decay) {
  return decay > 0 && 1 - decay < 1.0 / AM_NARROW_TRACE;
}
/* Are its sources run by a program, and how many moments of each are kept? */
static inline bool am_synapse_runs_origin(const am_synapse_rule *rule) {
  return rule->origins[0] != NULL;
}
static inline unsigned am_synapse_moments(const am_synapse_rule *rule) {
  return am_synapse_runs_origin(rule) ? 6 : 3;
}
/* Does it change weights when spikes come? "none" does not. */
static inline bool am_synapse_learns(const am_synapse_rule *rule) {
  return rule->kernels[0] != NULL;
}

/* The equations of our rules as texts (presets/synapses): what each is held to. */
extern const char am_synapse_text_hebb[], am_synapse_text_stdp[], am_synapse_text_stdp_weight[],
    am_synapse_text_triplet[], am_synapse_text_istdp[], am_synapse_text_bcm[],
    am_synapse_text_da_stdp[], am_synapse_text_mstdp[], am_synapse_text_mstdpet[],
    am_synapse_text_r_max[];
/* Short-term plasticity, of which a projection's own (am_projection.stp_u) is the faster form. */
extern const char am_synapse_text_tsodyks_markram[];

/* ------------------------------------------------------------------------------ for the parts */
#define AM_HUGE_WEIGHT 1e6

/* The rows that every table begins with, by the standard values of w_min and w_max; rows of time
 * constants, of amplitudes, and of which spikes a trace counts. */
#define AM_SYNAPSE_COMMON(min, max)                                                                \
  AM_NUMBER("w_min", min, -AM_HUGE_WEIGHT, AM_HUGE_WEIGHT, "weight", "lower bound"),               \
      AM_NUMBER("w_max", max, -AM_HUGE_WEIGHT, AM_HUGE_WEIGHT, "weight", "upper bound"),           \
      AM_NUMBER("weight_decay", 0, 0, 1, "1/ms", "part of a weight that is lost each ms"),         \
      AM_NUMBER("weight_loss", 0, 0, AM_HUGE_WEIGHT, "weight/ms",                                  \
                "what each weight loses each ms, toward 0"),                                       \
      AM_NUMBER("target_rate_hz", 0, 0, 1e4, "Hz",                                                 \
                "homeostatic scaling toward this rate; 0: none"),                                  \
      AM_NUMBER("time_window_ms", 1000, 1, 1e7, "ms", "window in which the rate is counted"),      \
      AM_NUMBER("scaling_rate", 0.01, 0, 1, "1", "change of a weight per window at rate 0")
#define AM_SYNAPSE_TAU(name, value, meaning) AM_NUMBER(name, value, 1e-3, 1e7, "ms", meaning)
#define AM_SYNAPSE_AMPLITUDE(name, value, meaning)                                                 \
  AM_NUMBER(name, value, -AM_HUGE_WEIGHT, AM_HUGE_WEIGHT, "weight", meaning)
#define AM_SYNAPSE_NEAREST                                                                         \
  AM_NUMBER("nearest", 0, 0, 1, "0 or 1", "1: only the nearest spike counts; 0: all to all")

/* Declares what the build makes of a source's passes, and of its traces in 64 bits. */
#define AM_SYNAPSE_DECLARE(name)                                                                   \
  AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_##name);                                      \
  am_synapse_trace_wide am_synapse_trace_##name##_wide

/* The two constants of a trace, at AM_SYNAPSE_X + 2 l or AM_SYNAPSE_Y + 2 l. */
void am_synapse_trace_set(double k[2], double tau_ms, double dt_ms, int adds);
/* The largest amount of n values. */
double am_synapse_largest(const double *values, int n);

#endif
