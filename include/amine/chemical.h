/* The chemical modulators: dopamine, serotonin, norepinephrine, acetylcholine, orexin, each usable
 * alone, and all five together.
 *
 *   amine_dopamine d;
 *   amine_dopamine_init(&d, NULL);                        the defaults
 *   float delta = amine_dopamine_update(&d, 1.0f, 0.6f);  reward 1, expected 0.6: delta = 0.4
 *   weight += amine_dopamine_modulate(&d, 0.01f);         0.01 * 0.9 * 2 = 0.018
 *   amine_dopamine_step(&d);                              one step toward the baseline
 *
 * Every level lies in [0, 1], starts at its baseline, is set by an event and moves back toward the
 * baseline with every step:
 *
 *   event        level = clip01(baseline + ...)     the latest event counts, events do not add up
 *   linear       level moves by decay_rate a step and never passes the baseline
 *   exponential  level - baseline shrinks by exp(-step_ms / tau_ms) a step   (if tau_ms > 0)
 *
 * The equations, symbols and defaults stand in docs/chemical.md. All of it is float arithmetic in a
 * fixed order: the same calls give the same bits on every machine with IEEE 754 floats, rounded to
 * nearest as the calling thread has it unless somebody changed that.
 *
 * The structs are plain: no allocation, no pointers, copied by assignment, and no call here needs a
 * C library (the compiler itself may want memset and memcpy). Read their fields as you like; what
 * writes them are the functions. Different structs may be used from different threads, one struct
 * by one thread at a time; functions that take it as const may share it.
 *
 * These hold for each system X of the five:
 *
 * amine_X_config_default   the defaults below.
 * amine_X_init       starts at the baseline, with no events. NULL stands for the defaults.
 *                    AMINE_ERROR_ARGUMENT if a value is out of its range or no number; *x is then
 *                    as it was.
 * amine_X_update     an event. An input that is not finite (NaN, infinity) is refused: the level
 *                    stays as it was and nothing is remembered. Dopamine then returns a delta that
 *                    is not finite, the others AMINE_ERROR_ARGUMENT.
 * amine_X_step       one step of decay.
 * amine_X_level      the level, in [0, 1].
 * amine_X_clamp      holds the level at `level`, in [0, 1], until amine_X_unclamp: events are still
 *                    remembered and dopamine still returns its delta, but neither they nor steps
 *                    move the level. For control experiments. AMINE_ERROR_ARGUMENT if it is out of
 *                    range or no number; then nothing changes.
 * amine_X_unclamp    the level goes on from where it was held.
 * amine_X_set_baseline
 *                    another baseline, in [0, 1], from now on: the level goes on from where it is,
 *                    towards it, and events start from it. AMINE_ERROR_ARGUMENT if it is out of
 *                    range or no number; then nothing changes.
 * amine_X_event      the k-th most recent event, 0 being the last one; false and *event untouched
 *                    if there is none. The last AMINE_CHEMICAL_EVENTS are remembered. */
#ifndef AMINE_CHEMICAL_H
#define AMINE_CHEMICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AMINE_CHEMICAL_EVENTS 100u /* how many events a system remembers */

/* The ranges of a configuration's values. */
#define AMINE_CHEMICAL_STRENGTH_MAX 1000.0f /* of what multiplies a level; at least 0 */
#define AMINE_CHEMICAL_MS_MIN 0.001f        /* of tau_ms and step_ms */
#define AMINE_CHEMICAL_MS_MAX 1e9f

/* The two inputs of an event, in the order in which update takes them. */
typedef struct amine_chemical_event {
  float first, second;
} amine_chemical_event;

/* What every system has. */
typedef struct amine_chemical_level {
  float value; /* the level, in [0, 1] */
  float baseline;
  float rate;           /* linear: per step; exponential: share of `away` that a step takes */
  float decay_rate, tau_ms; /* as configured: see amine_chemical_set_step */
  float away;           /* level - baseline, finer than `value` can tell */
  float carry;          /* what rounding has kept from `away` so far */
  bool exponential;     /* how it decays */
  bool clamped;         /* the level is held */
  uint16_t next_event;  /* where the next one goes */
  uint32_t event_count; /* ever seen; stays at 2^32 - 1 */
  amine_chemical_event events[AMINE_CHEMICAL_EVENTS]; /* a ring */
} amine_chemical_level;

/* ------------------------------------------------------------------------------------- dopamine
 * delta = reward - expected                   the reward prediction error
 * level = clip01(baseline + delta)
 * learning rate = level * learning_rate_modulation */
typedef struct amine_dopamine_config {
  float baseline;                 /* 0.5; 0 to 1 */
  float decay_rate;               /* 0.1 per step; 0 to 1 */
  float tau_ms;                   /* 0: linear decay; else 0.001 to 1e9, and decay_rate is unused */
  float step_ms;                  /* 1; 0.001 to 1e9; the length of a step, for tau_ms */
  float learning_rate_modulation; /* 2; 0 to 1000 */
} amine_dopamine_config;

typedef struct amine_dopamine {
  amine_chemical_level level;
  float learning_rate_modulation;
} amine_dopamine;

AMINE_API amine_dopamine_config amine_dopamine_config_default(void);
AMINE_API amine_status amine_dopamine_init(amine_dopamine *d, const amine_dopamine_config *config);
/* Returns delta, which may well lie outside [0, 1]. */
AMINE_API float amine_dopamine_update(amine_dopamine *d, float reward, float expected);
AMINE_API void amine_dopamine_step(amine_dopamine *d);
AMINE_API float amine_dopamine_level(const amine_dopamine *d);
/* level - baseline: below 0 in a dip, for rules in which less than expected means depression. */
AMINE_API float amine_dopamine_signed(const amine_dopamine *d);
/* The multiplier of a learning rate: 1 at the default baseline. */
AMINE_API float amine_dopamine_learning_rate(const amine_dopamine *d);
/* dw * learning rate: 0.01 becomes 0.018 at level 0.9 and 0.002 at 0.1. */
AMINE_API float amine_dopamine_modulate(const amine_dopamine *d, float dw);
AMINE_API amine_status amine_dopamine_clamp(amine_dopamine *d, float level);
AMINE_API void amine_dopamine_unclamp(amine_dopamine *d);
AMINE_API amine_status amine_dopamine_set_baseline(amine_dopamine *d, float baseline);
AMINE_API bool amine_dopamine_event(const amine_dopamine *d, amine_chemical_event *event,
                                    uint32_t k);

/* ------------------------------------------------------------------------------------ serotonin
 * level = clip01(baseline - 0.5 (punishment + stress))
 * inhibition = level * inhibition_strength    more serotonin, harder to fire */
typedef struct amine_serotonin_config {
  float baseline, decay_rate, tau_ms, step_ms; /* as for dopamine */
  float inhibition_strength;                   /* 0.5; 0 to 1000 */
} amine_serotonin_config;

typedef struct amine_serotonin {
  amine_chemical_level level;
  float inhibition_strength;
} amine_serotonin;

AMINE_API amine_serotonin_config amine_serotonin_config_default(void);
AMINE_API amine_status amine_serotonin_init(amine_serotonin *s,
                                            const amine_serotonin_config *config);
AMINE_API amine_status amine_serotonin_update(amine_serotonin *s, float punishment, float stress);
AMINE_API void amine_serotonin_step(amine_serotonin *s);
AMINE_API float amine_serotonin_level(const amine_serotonin *s);
AMINE_API float amine_serotonin_inhibition(const amine_serotonin *s);
/* threshold * (1 + inhibition), for thresholds that count from 0 upward: 10 becomes 11 at level 0.2
 * and 14 at 0.8. A membrane's threshold in millivolts wants the next function. (Multiplying -50 mV
 * would lower it; a negative threshold is raised by |threshold| * inhibition instead.) */
AMINE_API float amine_serotonin_modulate_threshold(const amine_serotonin *s, float threshold);
/* rest + (threshold - rest) * (1 + inhibition): the distance from rest grows. From -65 to -50 mV
 * becomes -44 mV at level 0.8. A threshold below rest is raised by as much as one above. */
AMINE_API float amine_serotonin_modulate_membrane(const amine_serotonin *s, float rest,
                                                  float threshold);
AMINE_API amine_status amine_serotonin_clamp(amine_serotonin *s, float level);
AMINE_API void amine_serotonin_unclamp(amine_serotonin *s);
AMINE_API amine_status amine_serotonin_set_baseline(amine_serotonin *s, float baseline);
AMINE_API bool amine_serotonin_event(const amine_serotonin *s, amine_chemical_event *event,
                                     uint32_t k);

/* ------------------------------------------------------------------------------- norepinephrine
 * level = clip01(baseline + 0.5 (uncertainty + novelty))
 * gain = 1 + level * gain_modulation */
typedef struct amine_norepinephrine_config {
  float baseline, decay_rate, tau_ms, step_ms; /* as for dopamine */
  float gain_modulation;                       /* 2; 0 to 1000 */
} amine_norepinephrine_config;

typedef struct amine_norepinephrine {
  amine_chemical_level level;
  float gain_modulation;
} amine_norepinephrine;

AMINE_API amine_norepinephrine_config amine_norepinephrine_config_default(void);
AMINE_API amine_status amine_norepinephrine_init(amine_norepinephrine *n,
                                                 const amine_norepinephrine_config *config);
AMINE_API amine_status amine_norepinephrine_update(amine_norepinephrine *n, float uncertainty,
                                                   float novelty);
AMINE_API void amine_norepinephrine_step(amine_norepinephrine *n);
AMINE_API float amine_norepinephrine_level(const amine_norepinephrine *n);
AMINE_API float amine_norepinephrine_gain(const amine_norepinephrine *n);
/* input * gain: 5 becomes 14 at level 0.9. */
AMINE_API float amine_norepinephrine_modulate_input(const amine_norepinephrine *n, float input);
AMINE_API amine_status amine_norepinephrine_clamp(amine_norepinephrine *n, float level);
AMINE_API void amine_norepinephrine_unclamp(amine_norepinephrine *n);
AMINE_API amine_status amine_norepinephrine_set_baseline(amine_norepinephrine *n, float baseline);
AMINE_API bool amine_norepinephrine_event(const amine_norepinephrine *n,
                                          amine_chemical_event *event, uint32_t k);

/* -------------------------------------------------------------------------------- acetylcholine
 * level = clip01(baseline + 0.5 (attention + novelty))
 * plasticity = 1 + level * plasticity_modulation
 * sensory signal * (1 + level * attention_gain) */
typedef struct amine_acetylcholine_config {
  float baseline, decay_rate, tau_ms, step_ms; /* as for dopamine */
  float plasticity_modulation;                 /* 1.5; 0 to 1000 */
  float attention_gain;                        /* 0.5; 0 to 1000 */
} amine_acetylcholine_config;

typedef struct amine_acetylcholine {
  amine_chemical_level level;
  float plasticity_modulation, attention_gain;
} amine_acetylcholine;

AMINE_API amine_acetylcholine_config amine_acetylcholine_config_default(void);
AMINE_API amine_status amine_acetylcholine_init(amine_acetylcholine *a,
                                                const amine_acetylcholine_config *config);
AMINE_API amine_status amine_acetylcholine_update(amine_acetylcholine *a, float attention,
                                                  float novelty);
AMINE_API void amine_acetylcholine_step(amine_acetylcholine *a);
AMINE_API float amine_acetylcholine_level(const amine_acetylcholine *a);
/* The multiplier of a weight's change. */
AMINE_API float amine_acetylcholine_plasticity(const amine_acetylcholine *a);
/* The sensory signal as attention lets it in. */
AMINE_API float amine_acetylcholine_sensory(const amine_acetylcholine *a, float signal);
AMINE_API amine_status amine_acetylcholine_clamp(amine_acetylcholine *a, float level);
AMINE_API void amine_acetylcholine_unclamp(amine_acetylcholine *a);
AMINE_API amine_status amine_acetylcholine_set_baseline(amine_acetylcholine *a, float baseline);
AMINE_API bool amine_acetylcholine_event(const amine_acetylcholine *a, amine_chemical_event *event,
                                         uint32_t k);

/* --------------------------------------------------------------------------------------- orexin
 * level = clip01(baseline + 0.5 (circadian_phase - sleep_need))
 * arousal = level * arousal_strength          awake when level > 0.6 */
typedef struct amine_orexin_config {
  float baseline, decay_rate, tau_ms, step_ms; /* as for dopamine */
  float arousal_strength;                      /* 2; 0 to 1000 */
} amine_orexin_config;

typedef struct amine_orexin {
  amine_chemical_level level;
  float arousal_strength;
} amine_orexin;

AMINE_API amine_orexin_config amine_orexin_config_default(void);
AMINE_API amine_status amine_orexin_init(amine_orexin *o, const amine_orexin_config *config);
AMINE_API amine_status amine_orexin_update(amine_orexin *o, float circadian_phase,
                                           float sleep_need);
AMINE_API void amine_orexin_step(amine_orexin *o);
AMINE_API float amine_orexin_level(const amine_orexin *o);
AMINE_API float amine_orexin_arousal(const amine_orexin *o);
AMINE_API bool amine_orexin_promotes_wakefulness(const amine_orexin *o);
AMINE_API amine_status amine_orexin_clamp(amine_orexin *o, float level);
AMINE_API void amine_orexin_unclamp(amine_orexin *o);
AMINE_API amine_status amine_orexin_set_baseline(amine_orexin *o, float baseline);
AMINE_API bool amine_orexin_event(const amine_orexin *o, amine_chemical_event *event, uint32_t k);

/* ----------------------------------------------------------------------------- the whole system
 * Dopamine, serotonin and norepinephrine are on, acetylcholine and orexin off, unless the
 * configuration says otherwise. A system that is off rests at its baseline and has no effect; the
 * first of its own events that is accepted (process_attention for acetylcholine, process_circadian
 * for orexin) switches it on. */
typedef struct amine_chemical_config {
  amine_dopamine_config dopamine;
  amine_serotonin_config serotonin;
  amine_norepinephrine_config norepinephrine;
  amine_acetylcholine_config acetylcholine;
  amine_orexin_config orexin;
  bool dopamine_on, serotonin_on, norepinephrine_on, acetylcholine_on, orexin_on;
} amine_chemical_config;

typedef struct amine_chemical {
  amine_dopamine dopamine;
  amine_serotonin serotonin;
  amine_norepinephrine norepinephrine;
  amine_acetylcholine acetylcholine;
  amine_orexin orexin;
  bool dopamine_on, serotonin_on, norepinephrine_on, acetylcholine_on, orexin_on;
} amine_chemical;

AMINE_API amine_chemical_config amine_chemical_config_default(void);
/* NULL stands for the defaults. AMINE_ERROR_ARGUMENT if a value of any system, on or off, is out of
 * its range; *c is then as it was. */
AMINE_API amine_status amine_chemical_init(amine_chemical *c, const amine_chemical_config *config);

/* From now on a step of all five is step_ms long, whatever the configurations said: exponential
 * decay goes by tau_ms as before; linear decay, whose decay_rate is of a step that was meant to be
 * nominal_ms long, by decay_rate step_ms / nominal_ms. Both times are in the range of step_ms:
 * AMINE_ERROR_ARGUMENT if not, and nothing changes. */
AMINE_API amine_status amine_chemical_set_step(amine_chemical *c, float step_ms, float nominal_ms);

/* Events, as the update functions take them. Returns delta. */
AMINE_API float amine_chemical_process_reward(amine_chemical *c, float reward, float expected);
AMINE_API amine_status amine_chemical_process_punishment(amine_chemical *c, float punishment,
                                                         float stress);
/* Novelty other than 0 reaches acetylcholine too, as an event with attention 0, if it is on. */
AMINE_API amine_status amine_chemical_process_uncertainty(amine_chemical *c, float uncertainty,
                                                          float novelty);
AMINE_API amine_status amine_chemical_process_attention(amine_chemical *c, float attention,
                                                        float novelty);
AMINE_API amine_status amine_chemical_process_circadian(amine_chemical *c, float circadian_phase,
                                                        float sleep_need);
/* One step of decay of every system. */
AMINE_API void amine_chemical_step(amine_chemical *c);
/* Another baseline of a system by its name, as amine_X_set_baseline; one that is off rests at it.
 * AMINE_ERROR_ARGUMENT, too, if there is no system of that name. */
AMINE_API amine_status amine_chemical_set_baseline(amine_chemical *c, const char *name,
                                                   float baseline);

/* Holds the level of a system by its name, as amine_X_clamp, or lets it go on. AMINE_ERROR_ARGUMENT,
 * too, if there is no system of that name. */
AMINE_API amine_status amine_chemical_clamp(amine_chemical *c, const char *name, float level);
AMINE_API amine_status amine_chemical_unclamp(amine_chemical *c, const char *name);

/* The level of "dopamine", "serotonin", "norepinephrine", "acetylcholine" or "orexin". false and
 * *level untouched if there is no system of that name or it is off. */
AMINE_API bool amine_chemical_get_state(const amine_chemical *c, float *level, const char *name);
/* A weight's change: dw * dopamine's learning rate * acetylcholine's plasticity. Without
 * acetylcholine it is dopamine's effect alone. */
AMINE_API float amine_chemical_modulate_learning(const amine_chemical *c, float dw);
/* Which signal multiplies the changes of a learning connection: M in dw = M e. Of a system that is
 * off it is 1 (0 for the dip). */
typedef enum amine_third_factor {
  AMINE_FACTOR_NONE,           /* 1 */
  AMINE_FACTOR_DOPAMINE,       /* dopamine's learning rate, >= 0 */
  AMINE_FACTOR_SIGNED,         /* (level - baseline) learning_rate_modulation: a dip is negative */
  AMINE_FACTOR_ACETYLCHOLINE,  /* its plasticity */
  AMINE_FACTOR_NOREPINEPHRINE, /* its gain */
  AMINE_FACTOR_SEROTONIN,      /* 1 - inhibition */
  AMINE_FACTOR_ALL,            /* amine_chemical_modulate_learning: dopamine times acetylcholine */
  AMINE_FACTOR_SIGNED_ALL      /* SIGNED times acetylcholine's plasticity */
} amine_third_factor;
/* That signal, now. */
AMINE_API float amine_chemical_factor(const amine_chemical *c, amine_third_factor factor);
/* A neuron's step: *new_input = input * gain (norepinephrine), *new_threshold = the threshold of a
 * membrane with this rest (serotonin). For thresholds that count from 0 upward rest is 0. */
AMINE_API void amine_chemical_modulate_neuron_update(const amine_chemical *c, float *new_input,
                                                     float *new_threshold, float input, float rest,
                                                     float threshold);

/* ------------------------------------------------------------------------------ past levels
 * The levels of the last AMINE_CHEMICAL_HISTORY moments, for pictures and for whoever looks back: a
 * plain struct of about 5 kB, which somebody asks to look once a step.
 *
 *   amine_chemical_history h;
 *   amine_chemical_history_init(&h, 10);             every tenth step is kept
 *   amine_chemical_step(&c), amine_chemical_history_look(&h, &c);
 *   if (amine_chemical_history_past(&h, levels, 0)) ...   those that were kept last */
#define AMINE_CHEMICAL_SYSTEMS 5u /* dopamine, serotonin, norepinephrine, acetylcholine, orexin */
#define AMINE_CHEMICAL_HISTORY 256u

typedef struct amine_chemical_history {
  uint32_t every;  /* of so many looks one is kept */
  uint32_t passed; /* looks since the last one that was kept */
  uint32_t count;  /* ever kept; stays at 2^32 - 1 */
  uint32_t next;   /* where the next one goes */
  float levels[AMINE_CHEMICAL_HISTORY][AMINE_CHEMICAL_SYSTEMS]; /* a ring */
} amine_chemical_history;

/* Empty; of `every` looks the last one is kept, 0 is taken for 1. */
AMINE_API void amine_chemical_history_init(amine_chemical_history *h, uint32_t every);
AMINE_API void amine_chemical_history_look(amine_chemical_history *h, const amine_chemical *c);
/* The levels [AMINE_CHEMICAL_SYSTEMS] of the k-th most recent moment that is kept, 0 being the last
 * one: k * every looks before it. false and `levels` untouched if there is none. A system that is
 * off has its baseline. */
AMINE_API bool amine_chemical_history_past(const amine_chemical_history *h, float *levels,
                                           uint32_t k);

#ifdef __cplusplus
}
#endif
#endif
