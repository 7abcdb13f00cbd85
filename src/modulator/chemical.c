/* Five chemical modulators as scalar levels in [0, 1]. With b the baseline:
 *
 *   dopamine        level = clip01(b + delta), delta = reward - expected
 *   serotonin       level = clip01(b - 0.5 (punishment + stress))
 *   norepinephrine  level = clip01(b + 0.5 (uncertainty + novelty))
 *   acetylcholine   level = clip01(b + 0.5 (attention + novelty))
 *   orexin          level = clip01(b + 0.5 (circadian_phase - sleep_need))
 *
 * No paper states these forms. What they stand for: dopamine as a reward prediction error
 * (Schultz, Dayan, Montague 1997, doi:10.1126/science.275.5306.1593), norepinephrine and
 * acetylcholine as unexpected and expected uncertainty (Yu, Dayan 2005,
 * doi:10.1016/j.neuron.2005.04.026), norepinephrine as gain (Aston-Jones, Cohen 2005,
 * doi:10.1146/annurev.neuro.28.061604.135709).
 *
 * This file runs on microcontrollers: it includes freestanding headers only, calls nothing, and
 * gives the same bits everywhere (float, nothing fused). */
#include "amine/chemical.h"

#include <stddef.h>

static bool is_finite(float x) { return x - x == 0.0f; }

static bool within(float x, float low, float high) { return x >= low && x <= high; }

/* Gives +0 for -0, so that equal levels have equal bits. */
static float clip01(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }

/* ------------------------------------------------------------------------- what all have */

/* 1 - exp(-x) for x >= 0, within 3 units in the last place. It, and not exp(-x), is what a step
 * takes: with tau of an hour exp(-x) has no digits left to tell it from a day. The series for a
 * small x, then 1 - e^(-2y) = q (2 - q) with q = 1 - e^(-y), which makes relative errors smaller.
 */
static float share_lost(float x) {
  int doublings = 0;
  if (x > 32.0f) return 1.0f;
  for (; x > 0.25f; x *= 0.5f) doublings++;
  float q = 1.0f;
  for (int k = 7; k >= 2; k--) q = 1.0f - q * x / (float)k;
  q *= x;
  for (; doublings > 0; doublings--) q *= 2.0f - q;
  return q;
}

static bool level_fits(float baseline, float decay_rate, float tau_ms, float step_ms) {
  return within(baseline, 0.0f, 1.0f) && within(decay_rate, 0.0f, 1.0f) &&
         within(step_ms, AMINE_CHEMICAL_MS_MIN, AMINE_CHEMICAL_MS_MAX) &&
         (tau_ms == 0.0f || within(tau_ms, AMINE_CHEMICAL_MS_MIN, AMINE_CHEMICAL_MS_MAX));
}

static bool strength_fits(float strength) {
  return within(strength, 0.0f, AMINE_CHEMICAL_STRENGTH_MAX);
}

static void level_set_step(amine_chemical_level *l, float step_ms, float nominal_ms) {
  l->rate = l->exponential ? share_lost(step_ms / l->tau_ms)
                           : clip01(l->decay_rate * (step_ms / nominal_ms));
}

static void level_start(amine_chemical_level *l, float baseline, float decay_rate, float tau_ms,
                        float step_ms) {
  l->value = l->baseline = clip01(baseline);
  l->exponential = tau_ms > 0.0f;
  l->decay_rate = decay_rate;
  l->tau_ms = tau_ms;
  level_set_step(l, step_ms, step_ms);
}

static void level_put(amine_chemical_level *l, float value) {
  l->value = clip01(value);
  l->away = l->value - l->baseline;
  l->carry = 0.0f;
}

static void level_event(amine_chemical_level *l, float first, float second, float change) {
  l->events[l->next_event] = (amine_chemical_event){first, second};
  l->next_event = (uint16_t)((l->next_event + 1u) % AMINE_CHEMICAL_EVENTS);
  if (l->event_count < UINT32_MAX) l->event_count++;
  if (!l->clamped) level_put(l, l->baseline + change);
}

/* `change` may have overflowed to an infinity; the level is then at its bound. */
static amine_status level_try(amine_chemical_level *l, float first, float second, float change) {
  if (!is_finite(first) || !is_finite(second)) return AMINE_ERROR_ARGUMENT;
  level_event(l, first, second, change);
  return AMINE_OK;
}

/* Moves `away` toward 0. Its sum is compensated (Kahan), or a change of less than half a unit in
 * the last place would never happen: with tau of some minutes a level would stop on its way. */
static void level_step(amine_chemical_level *l) {
  if (l->clamped) return;
  const float size = l->away < 0.0f ? -l->away : l->away;
  const float loss = l->exponential ? size * l->rate : l->rate;
  const float change = (l->away < 0.0f ? loss : -loss) + l->carry;
  const float away = l->away + change;
  const bool passed = (away < 0.0f) != (l->away < 0.0f);
  l->carry = change - (away - l->away);
  l->away = away;
  /* what is too small to see stays out of the subnormal numbers */
  if (passed || size < 0x1p-100f) l->away = l->carry = 0.0f;
  l->value = clip01(l->baseline + l->away);
}

static amine_status level_clamp(amine_chemical_level *l, float value) {
  if (!within(value, 0.0f, 1.0f)) return AMINE_ERROR_ARGUMENT;
  level_put(l, value);
  l->clamped = true;
  return AMINE_OK;
}

static amine_status level_rebase(amine_chemical_level *l, float baseline) {
  if (!within(baseline, 0.0f, 1.0f)) return AMINE_ERROR_ARGUMENT;
  l->baseline = clip01(baseline);
  level_put(l, l->value);
  return AMINE_OK;
}

static bool level_past(const amine_chemical_level *l, amine_chemical_event *event, uint32_t k) {
  if (k >= l->event_count || k >= AMINE_CHEMICAL_EVENTS) return false;
  *event = l->events[(l->next_event + AMINE_CHEMICAL_EVENTS - 1u - k) % AMINE_CHEMICAL_EVENTS];
  return true;
}

/* ------------------------------------------------------------------------- dopamine */

amine_dopamine_config amine_dopamine_config_default(void) {
  return (amine_dopamine_config){
      .baseline = 0.5f, .decay_rate = 0.1f, .step_ms = 1.0f, .learning_rate_modulation = 2.0f};
}

static bool dopamine_fits(const amine_dopamine_config *c) {
  return level_fits(c->baseline, c->decay_rate, c->tau_ms, c->step_ms) &&
         strength_fits(c->learning_rate_modulation);
}

amine_status amine_dopamine_init(amine_dopamine *d, const amine_dopamine_config *config) {
  const amine_dopamine_config c = config ? *config : amine_dopamine_config_default();
  if (!dopamine_fits(&c)) return AMINE_ERROR_ARGUMENT;
  *d = (amine_dopamine){.learning_rate_modulation = c.learning_rate_modulation};
  level_start(&d->level, c.baseline, c.decay_rate, c.tau_ms, c.step_ms);
  return AMINE_OK;
}

float amine_dopamine_update(amine_dopamine *d, float reward, float expected) {
  const float delta = reward - expected;
  level_try(&d->level, reward, expected, delta);
  return delta;
}

float amine_dopamine_signed(const amine_dopamine *d) { return d->level.away; }

float amine_dopamine_learning_rate(const amine_dopamine *d) {
  return d->level.value * d->learning_rate_modulation;
}

float amine_dopamine_modulate(const amine_dopamine *d, float dw) {
  return dw * amine_dopamine_learning_rate(d);
}

void amine_dopamine_step(amine_dopamine *d) { level_step(&d->level); }
float amine_dopamine_level(const amine_dopamine *d) { return d->level.value; }
amine_status amine_dopamine_clamp(amine_dopamine *d, float level) {
  return level_clamp(&d->level, level);
}
void amine_dopamine_unclamp(amine_dopamine *d) { d->level.clamped = false; }
amine_status amine_dopamine_set_baseline(amine_dopamine *d, float baseline) {
  return level_rebase(&d->level, baseline);
}
bool amine_dopamine_event(const amine_dopamine *d, amine_chemical_event *event, uint32_t k) {
  return level_past(&d->level, event, k);
}

/* ------------------------------------------------------------------------- serotonin */

amine_serotonin_config amine_serotonin_config_default(void) {
  return (amine_serotonin_config){
      .baseline = 0.5f, .decay_rate = 0.1f, .step_ms = 1.0f, .inhibition_strength = 0.5f};
}

static bool serotonin_fits(const amine_serotonin_config *c) {
  return level_fits(c->baseline, c->decay_rate, c->tau_ms, c->step_ms) &&
         strength_fits(c->inhibition_strength);
}

amine_status amine_serotonin_init(amine_serotonin *s, const amine_serotonin_config *config) {
  const amine_serotonin_config c = config ? *config : amine_serotonin_config_default();
  if (!serotonin_fits(&c)) return AMINE_ERROR_ARGUMENT;
  *s = (amine_serotonin){.inhibition_strength = c.inhibition_strength};
  level_start(&s->level, c.baseline, c.decay_rate, c.tau_ms, c.step_ms);
  return AMINE_OK;
}

amine_status amine_serotonin_update(amine_serotonin *s, float punishment, float stress) {
  return level_try(&s->level, punishment, stress, -0.5f * (punishment + stress));
}

float amine_serotonin_inhibition(const amine_serotonin *s) {
  return s->level.value * s->inhibition_strength;
}

float amine_serotonin_modulate_threshold(const amine_serotonin *s, float threshold) {
  return amine_serotonin_modulate_membrane(s, 0.0f, threshold);
}

/* rest + distance (1 + inhibition), written so that the threshold rises whatever the signs */
float amine_serotonin_modulate_membrane(const amine_serotonin *s, float rest, float threshold) {
  const float distance = threshold < rest ? rest - threshold : threshold - rest;
  return threshold + distance * amine_serotonin_inhibition(s);
}

void amine_serotonin_step(amine_serotonin *s) { level_step(&s->level); }
float amine_serotonin_level(const amine_serotonin *s) { return s->level.value; }
amine_status amine_serotonin_clamp(amine_serotonin *s, float level) {
  return level_clamp(&s->level, level);
}
void amine_serotonin_unclamp(amine_serotonin *s) { s->level.clamped = false; }
amine_status amine_serotonin_set_baseline(amine_serotonin *s, float baseline) {
  return level_rebase(&s->level, baseline);
}
bool amine_serotonin_event(const amine_serotonin *s, amine_chemical_event *event, uint32_t k) {
  return level_past(&s->level, event, k);
}

/* ------------------------------------------------------------------------- norepinephrine */

amine_norepinephrine_config amine_norepinephrine_config_default(void) {
  return (amine_norepinephrine_config){
      .baseline = 0.5f, .decay_rate = 0.1f, .step_ms = 1.0f, .gain_modulation = 2.0f};
}

static bool norepinephrine_fits(const amine_norepinephrine_config *c) {
  return level_fits(c->baseline, c->decay_rate, c->tau_ms, c->step_ms) &&
         strength_fits(c->gain_modulation);
}

amine_status amine_norepinephrine_init(amine_norepinephrine *n,
                                       const amine_norepinephrine_config *config) {
  const amine_norepinephrine_config c = config ? *config : amine_norepinephrine_config_default();
  if (!norepinephrine_fits(&c)) return AMINE_ERROR_ARGUMENT;
  *n = (amine_norepinephrine){.gain_modulation = c.gain_modulation};
  level_start(&n->level, c.baseline, c.decay_rate, c.tau_ms, c.step_ms);
  return AMINE_OK;
}

amine_status amine_norepinephrine_update(amine_norepinephrine *n, float uncertainty,
                                         float novelty) {
  return level_try(&n->level, uncertainty, novelty, 0.5f * (uncertainty + novelty));
}

float amine_norepinephrine_gain(const amine_norepinephrine *n) {
  return 1.0f + n->level.value * n->gain_modulation;
}

float amine_norepinephrine_modulate_input(const amine_norepinephrine *n, float input) {
  return input * amine_norepinephrine_gain(n);
}

void amine_norepinephrine_step(amine_norepinephrine *n) { level_step(&n->level); }
float amine_norepinephrine_level(const amine_norepinephrine *n) { return n->level.value; }
amine_status amine_norepinephrine_clamp(amine_norepinephrine *n, float level) {
  return level_clamp(&n->level, level);
}
void amine_norepinephrine_unclamp(amine_norepinephrine *n) { n->level.clamped = false; }
amine_status amine_norepinephrine_set_baseline(amine_norepinephrine *n, float baseline) {
  return level_rebase(&n->level, baseline);
}
bool amine_norepinephrine_event(const amine_norepinephrine *n, amine_chemical_event *event,
                                uint32_t k) {
  return level_past(&n->level, event, k);
}

/* ------------------------------------------------------------------------- acetylcholine */

amine_acetylcholine_config amine_acetylcholine_config_default(void) {
  return (amine_acetylcholine_config){.baseline = 0.5f,
                                      .decay_rate = 0.1f,
                                      .step_ms = 1.0f,
                                      .plasticity_modulation = 1.5f,
                                      .attention_gain = 0.5f};
}

static bool acetylcholine_fits(const amine_acetylcholine_config *c) {
  return level_fits(c->baseline, c->decay_rate, c->tau_ms, c->step_ms) &&
         strength_fits(c->plasticity_modulation) && strength_fits(c->attention_gain);
}

amine_status amine_acetylcholine_init(amine_acetylcholine *a,
                                      const amine_acetylcholine_config *config) {
  const amine_acetylcholine_config c = config ? *config : amine_acetylcholine_config_default();
  if (!acetylcholine_fits(&c)) return AMINE_ERROR_ARGUMENT;
  *a = (amine_acetylcholine){.plasticity_modulation = c.plasticity_modulation,
                             .attention_gain = c.attention_gain};
  level_start(&a->level, c.baseline, c.decay_rate, c.tau_ms, c.step_ms);
  return AMINE_OK;
}

amine_status amine_acetylcholine_update(amine_acetylcholine *a, float attention, float novelty) {
  return level_try(&a->level, attention, novelty, 0.5f * (attention + novelty));
}

float amine_acetylcholine_plasticity(const amine_acetylcholine *a) {
  return 1.0f + a->level.value * a->plasticity_modulation;
}

float amine_acetylcholine_sensory(const amine_acetylcholine *a, float signal) {
  return signal * (1.0f + a->level.value * a->attention_gain);
}

void amine_acetylcholine_step(amine_acetylcholine *a) { level_step(&a->level); }
float amine_acetylcholine_level(const amine_acetylcholine *a) { return a->level.value; }
amine_status amine_acetylcholine_clamp(amine_acetylcholine *a, float level) {
  return level_clamp(&a->level, level);
}
void amine_acetylcholine_unclamp(amine_acetylcholine *a) { a->level.clamped = false; }
amine_status amine_acetylcholine_set_baseline(amine_acetylcholine *a, float baseline) {
  return level_rebase(&a->level, baseline);
}
bool amine_acetylcholine_event(const amine_acetylcholine *a, amine_chemical_event *event,
                               uint32_t k) {
  return level_past(&a->level, event, k);
}

/* ------------------------------------------------------------------------- orexin */

#define WAKE_LEVEL 0.6f

amine_orexin_config amine_orexin_config_default(void) {
  return (amine_orexin_config){
      .baseline = 0.5f, .decay_rate = 0.1f, .step_ms = 1.0f, .arousal_strength = 2.0f};
}

static bool orexin_fits(const amine_orexin_config *c) {
  return level_fits(c->baseline, c->decay_rate, c->tau_ms, c->step_ms) &&
         strength_fits(c->arousal_strength);
}

amine_status amine_orexin_init(amine_orexin *o, const amine_orexin_config *config) {
  const amine_orexin_config c = config ? *config : amine_orexin_config_default();
  if (!orexin_fits(&c)) return AMINE_ERROR_ARGUMENT;
  *o = (amine_orexin){.arousal_strength = c.arousal_strength};
  level_start(&o->level, c.baseline, c.decay_rate, c.tau_ms, c.step_ms);
  return AMINE_OK;
}

amine_status amine_orexin_update(amine_orexin *o, float circadian_phase, float sleep_need) {
  return level_try(&o->level, circadian_phase, sleep_need, 0.5f * (circadian_phase - sleep_need));
}

float amine_orexin_arousal(const amine_orexin *o) { return o->level.value * o->arousal_strength; }

bool amine_orexin_promotes_wakefulness(const amine_orexin *o) {
  return o->level.value > WAKE_LEVEL;
}

void amine_orexin_step(amine_orexin *o) { level_step(&o->level); }
float amine_orexin_level(const amine_orexin *o) { return o->level.value; }
amine_status amine_orexin_clamp(amine_orexin *o, float level) {
  return level_clamp(&o->level, level);
}
void amine_orexin_unclamp(amine_orexin *o) { o->level.clamped = false; }
amine_status amine_orexin_set_baseline(amine_orexin *o, float baseline) {
  return level_rebase(&o->level, baseline);
}
bool amine_orexin_event(const amine_orexin *o, amine_chemical_event *event, uint32_t k) {
  return level_past(&o->level, event, k);
}

/* ------------------------------------------------------------------------- the whole system */

amine_chemical_config amine_chemical_config_default(void) {
  return (amine_chemical_config){.dopamine = amine_dopamine_config_default(),
                                 .serotonin = amine_serotonin_config_default(),
                                 .norepinephrine = amine_norepinephrine_config_default(),
                                 .acetylcholine = amine_acetylcholine_config_default(),
                                 .orexin = amine_orexin_config_default(),
                                 .dopamine_on = true,
                                 .serotonin_on = true,
                                 .norepinephrine_on = true};
}

amine_status amine_chemical_init(amine_chemical *c, const amine_chemical_config *config) {
  const amine_chemical_config f = config ? *config : amine_chemical_config_default();
  if (!dopamine_fits(&f.dopamine) || !serotonin_fits(&f.serotonin) ||
      !norepinephrine_fits(&f.norepinephrine) || !acetylcholine_fits(&f.acetylcholine) ||
      !orexin_fits(&f.orexin))
    return AMINE_ERROR_ARGUMENT;
  *c = (amine_chemical){.dopamine_on = f.dopamine_on,
                        .serotonin_on = f.serotonin_on,
                        .norepinephrine_on = f.norepinephrine_on,
                        .acetylcholine_on = f.acetylcholine_on,
                        .orexin_on = f.orexin_on};
  amine_dopamine_init(&c->dopamine, &f.dopamine);
  amine_serotonin_init(&c->serotonin, &f.serotonin);
  amine_norepinephrine_init(&c->norepinephrine, &f.norepinephrine);
  amine_acetylcholine_init(&c->acetylcholine, &f.acetylcholine);
  amine_orexin_init(&c->orexin, &f.orexin);
  return AMINE_OK;
}

amine_status amine_chemical_set_step(amine_chemical *c, float step_ms, float nominal_ms) {
  if (!within(step_ms, AMINE_CHEMICAL_MS_MIN, AMINE_CHEMICAL_MS_MAX) ||
      !within(nominal_ms, AMINE_CHEMICAL_MS_MIN, AMINE_CHEMICAL_MS_MAX))
    return AMINE_ERROR_ARGUMENT;
  level_set_step(&c->dopamine.level, step_ms, nominal_ms);
  level_set_step(&c->serotonin.level, step_ms, nominal_ms);
  level_set_step(&c->norepinephrine.level, step_ms, nominal_ms);
  level_set_step(&c->acetylcholine.level, step_ms, nominal_ms);
  level_set_step(&c->orexin.level, step_ms, nominal_ms);
  return AMINE_OK;
}

/* A system whose event was accepted is in use from now on. */
static amine_status use(bool *on, amine_status status) {
  if (status == AMINE_OK) *on = true;
  return status;
}

float amine_chemical_process_reward(amine_chemical *c, float reward, float expected) {
  if (is_finite(reward) && is_finite(expected)) c->dopamine_on = true;
  return amine_dopamine_update(&c->dopamine, reward, expected);
}

amine_status amine_chemical_process_punishment(amine_chemical *c, float punishment, float stress) {
  return use(&c->serotonin_on, amine_serotonin_update(&c->serotonin, punishment, stress));
}

amine_status amine_chemical_process_uncertainty(amine_chemical *c, float uncertainty,
                                                float novelty) {
  const amine_status status = use(
      &c->norepinephrine_on, amine_norepinephrine_update(&c->norepinephrine, uncertainty, novelty));
  if (status == AMINE_OK && c->acetylcholine_on && novelty != 0.0f)
    amine_acetylcholine_update(&c->acetylcholine, 0.0f, novelty);
  return status;
}

amine_status amine_chemical_process_attention(amine_chemical *c, float attention, float novelty) {
  return use(&c->acetylcholine_on,
             amine_acetylcholine_update(&c->acetylcholine, attention, novelty));
}

amine_status amine_chemical_process_circadian(amine_chemical *c, float circadian_phase,
                                              float sleep_need) {
  return use(&c->orexin_on, amine_orexin_update(&c->orexin, circadian_phase, sleep_need));
}

void amine_chemical_step(amine_chemical *c) {
  level_step(&c->dopamine.level);
  level_step(&c->serotonin.level);
  level_step(&c->norepinephrine.level);
  level_step(&c->acetylcholine.level);
  level_step(&c->orexin.level);
}

static bool same(const char *a, const char *b) {
  for (; *a && *a == *b; a++) b++;
  return *a == *b;
}

/* Name, level, and whether it is on. */
#define SYSTEMS(c)                                                                                 \
  {                                                                                                \
    {"dopamine", &(c)->dopamine.level, (c)->dopamine_on},                                          \
        {"serotonin", &(c)->serotonin.level, (c)->serotonin_on},                                   \
        {"norepinephrine", &(c)->norepinephrine.level, (c)->norepinephrine_on},                    \
        {"acetylcholine", &(c)->acetylcholine.level, (c)->acetylcholine_on},                       \
        {"orexin", &(c)->orexin.level, (c)->orexin_on},                                            \
  }

bool amine_chemical_get_state(const amine_chemical *c, float *level, const char *name) {
  const struct {
    const char *name;
    const amine_chemical_level *level;
    bool on;
  } systems[] = SYSTEMS(c);
  for (size_t k = 0; k < AMINE_CHEMICAL_SYSTEMS; k++) {
    if (!systems[k].on || !same(systems[k].name, name)) continue;
    *level = systems[k].level->value;
    return true;
  }
  return false;
}

amine_status amine_chemical_set_baseline(amine_chemical *c, const char *name, float baseline) {
  const struct {
    const char *name;
    amine_chemical_level *level;
    bool on;
  } systems[] = SYSTEMS(c);
  for (size_t k = 0; k < AMINE_CHEMICAL_SYSTEMS; k++) {
    amine_chemical_level *l = systems[k].level;
    if (!same(systems[k].name, name)) continue;
    const amine_status status = level_rebase(l, baseline);
    if (status == AMINE_OK && !systems[k].on && !l->clamped) level_put(l, l->baseline);
    return status;
  }
  return AMINE_ERROR_ARGUMENT;
}

static amine_chemical_level *level_of(amine_chemical *c, const char *name) {
  const struct {
    const char *name;
    amine_chemical_level *level;
    bool on;
  } systems[] = SYSTEMS(c);
  for (size_t k = 0; k < AMINE_CHEMICAL_SYSTEMS; k++)
    if (same(systems[k].name, name)) return systems[k].level;
  return NULL;
}

amine_status amine_chemical_clamp(amine_chemical *c, const char *name, float level) {
  amine_chemical_level *l = level_of(c, name);
  return l ? level_clamp(l, level) : AMINE_ERROR_ARGUMENT;
}

amine_status amine_chemical_unclamp(amine_chemical *c, const char *name) {
  amine_chemical_level *l = level_of(c, name);
  if (!l) return AMINE_ERROR_ARGUMENT;
  l->clamped = false;
  return AMINE_OK;
}

void amine_chemical_history_init(amine_chemical_history *h, uint32_t every) {
  *h = (amine_chemical_history){.every = every > 0 ? every : 1};
}

void amine_chemical_history_look(amine_chemical_history *h, const amine_chemical *c) {
  if (++h->passed < h->every) return;
  h->passed = 0;
  float *levels = h->levels[h->next];
  levels[0] = c->dopamine.level.value;
  levels[1] = c->serotonin.level.value;
  levels[2] = c->norepinephrine.level.value;
  levels[3] = c->acetylcholine.level.value;
  levels[4] = c->orexin.level.value;
  h->next = (h->next + 1u) % AMINE_CHEMICAL_HISTORY;
  if (h->count < UINT32_MAX) h->count++;
}

bool amine_chemical_history_past(const amine_chemical_history *h, float *levels, uint32_t k) {
  if (k >= h->count || k >= AMINE_CHEMICAL_HISTORY) return false;
  const uint32_t at = h->next + AMINE_CHEMICAL_HISTORY - 1u - k;
  const float *past = h->levels[at % AMINE_CHEMICAL_HISTORY];
  for (uint32_t l = 0; l < AMINE_CHEMICAL_SYSTEMS; l++) levels[l] = past[l];
  return true;
}

float amine_chemical_modulate_learning(const amine_chemical *c, float dw) {
  if (c->dopamine_on) dw = amine_dopamine_modulate(&c->dopamine, dw);
  if (c->acetylcholine_on) dw *= amine_acetylcholine_plasticity(&c->acetylcholine);
  return dw;
}

void amine_chemical_modulate_neuron_update(const amine_chemical *c, float *new_input,
                                           float *new_threshold, float input, float rest,
                                           float threshold) {
  *new_input =
      c->norepinephrine_on ? amine_norepinephrine_modulate_input(&c->norepinephrine, input) : input;
  *new_threshold = c->serotonin_on
                       ? amine_serotonin_modulate_membrane(&c->serotonin, rest, threshold)
                       : threshold;
}

float amine_chemical_factor(const amine_chemical *c, amine_third_factor factor) {
  const float dopamine = c->dopamine_on ? amine_dopamine_learning_rate(&c->dopamine) : 1;
  const float dip = c->dopamine_on
                        ? amine_dopamine_signed(&c->dopamine) * c->dopamine.learning_rate_modulation
                        : 0;
  const float plasticity =
      c->acetylcholine_on ? amine_acetylcholine_plasticity(&c->acetylcholine) : 1;
  switch (factor) {
  case AMINE_FACTOR_NONE: return 1;
  case AMINE_FACTOR_DOPAMINE: return dopamine;
  case AMINE_FACTOR_SIGNED: return dip;
  case AMINE_FACTOR_ACETYLCHOLINE: return plasticity;
  case AMINE_FACTOR_NOREPINEPHRINE:
    return c->norepinephrine_on ? amine_norepinephrine_gain(&c->norepinephrine) : 1;
  case AMINE_FACTOR_SEROTONIN:
    return c->serotonin_on ? 1 - amine_serotonin_inhibition(&c->serotonin) : 1;
  case AMINE_FACTOR_ALL: return dopamine * plasticity;
  case AMINE_FACTOR_SIGNED_ALL: return dip * plasticity;
  }
  return 1;
}
