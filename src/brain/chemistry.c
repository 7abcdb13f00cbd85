/* Levels of the modulators, delayed and filtered for each population, and their effects. */
#include "brain/chemistry.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "brain/brain.h"
#include "kernel/exponential.h"

static void levels(double out[AM_N_MODULATORS], const amine_chemical *c) {
  for (int l = 0; l < AM_N_MODULATORS; l++) out[l] = am_modulator_level(c, (am_modulator)l);
}

amine_status am_chemistry_make(am_chemistry **chemistry, const amine_chemical *chemical, int every,
                               amine_error *error) {
  am_chemistry *c = am_alloc(1, sizeof *c);
  if (!c) return am_fail_memory(error, sizeof *c);
  c->chemical = *chemical;
  c->every = every;
  levels(c->start, chemical);
  *chemistry = c;
  return AMINE_OK;
}

void am_chemistry_free(am_chemistry *c) {
  if (!c) return;
  am_free(c->history);
  am_free(c);
}

/* Steps of the chemistry that a population's levels are late. */
static uint64_t late(const amine_brain *b, const am_population *p) {
  return am_steps(p->delay_ms, b->dt_ms * b->chemistry->every);
}

amine_status am_chemistry_reserve(amine_brain *b, amine_error *error) {
  am_chemistry *c = b->chemistry;
  if (!c) return AMINE_OK;
  uint64_t longest = 0;
  for (int k = 0; k < b->n_populations; k++)
    if (!(late(b, &b->populations[k]) <= AM_CHEMISTRY_DELAY))
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "population %s: a delay of %g ms is more than %d steps of the chemical system",
                     b->populations[k].name, b->populations[k].delay_ms, AM_CHEMISTRY_DELAY);
  for (int k = 0; k < b->n_populations; k++) {
    char what[280];
    snprintf(what, sizeof what, "targets of %.200s: delay_ms", b->populations[k].name);
    am_steps_note(&b->notes, what, b->populations[k].delay_ms, 1, b->dt_ms * c->every, 0);
    if (late(b, &b->populations[k]) > longest) longest = late(b, &b->populations[k]);
  }
  c->n_slots = (uint32_t)longest + 2;
  AM_TRY(AM_TAKE(c->history, am_size_mul(c->n_slots, AM_N_MODULATORS), error));
  for (uint32_t s = 0; s < c->n_slots; s++)
    for (int l = 0; l < AM_N_MODULATORS; l++)
      c->history[s * AM_N_MODULATORS + (uint32_t)l] = c->start[l];
  for (int k = 0; k < b->n_populations; k++)
    for (int l = 0; l < AM_N_MODULATORS; l++) b->populations[k].levels[l] = c->start[l];
  return AMINE_OK;
}

/* The levels that reach a population now, before its filter. */
static void arriving(double out[AM_N_MODULATORS], const amine_brain *b, const am_population *p) {
  const am_chemistry *c = b->chemistry;
  const uint64_t delay = late(b, p);
  if (delay == 0) {
    levels(out, &c->chemical);
    return;
  }
  const uint64_t step = c->n_steps > delay ? c->n_steps - delay : 0;
  for (int l = 0; l < AM_N_MODULATORS; l++)
    out[l] = c->history[step % c->n_slots * AM_N_MODULATORS + (uint64_t)l];
}

/* What the levels of a population do to it. */
static void effects(am_population *p, const amine_chemical *c) {
  const double *l = p->levels;
  const double inhibition =
      c->serotonin_on ? l[AM_MODULATOR_SEROTONIN] * (double)c->serotonin.inhibition_strength : 0;
  const double gain = c->norepinephrine_on ? 1 + l[AM_MODULATOR_NOREPINEPHRINE] *
                                                     (double)c->norepinephrine.gain_modulation
                                           : 1;
  const double plasticity =
      c->acetylcholine_on
          ? 1 + l[AM_MODULATOR_ACETYLCHOLINE] * (double)c->acetylcholine.plasticity_modulation
          : 1;
  const double scale = (double)c->dopamine.learning_rate_modulation;
  const double rate = c->dopamine_on ? l[AM_MODULATOR_DOPAMINE] * scale : 1;
  const double dip =
      c->dopamine_on ? (l[AM_MODULATOR_DOPAMINE] - (double)c->dopamine.level.baseline) * scale : 0;
  double input = 1;
  if ((p->effects & AMINE_EFFECT_SENSORY) && c->acetylcholine_on)
    input *= 1 + l[AM_MODULATOR_ACETYLCHOLINE] * (double)c->acetylcholine.attention_gain;
  if ((p->effects & AMINE_EFFECT_AROUSAL) && c->orexin_on)
    input *= l[AM_MODULATOR_OREXIN] * (double)c->orexin.arousal_strength;
  p->gain = (am_real)(p->effects & AMINE_EFFECT_GAIN ? gain : 1);
  p->threshold = (am_real)(p->effects & AMINE_EFFECT_THRESHOLD ? 1 + inhibition : 1);
  p->input = (am_real)input;
  const bool learns = p->effects & AMINE_EFFECT_LEARNING;
  p->factors[AMINE_FACTOR_DOPAMINE] = (am_real)(learns ? rate : 1);
  p->factors[AMINE_FACTOR_SIGNED] = (am_real)(learns ? dip : 1);
  p->factors[AMINE_FACTOR_ACETYLCHOLINE] = (am_real)(learns ? plasticity : 1);
  p->factors[AMINE_FACTOR_NOREPINEPHRINE] = (am_real)(learns ? gain : 1);
  p->factors[AMINE_FACTOR_SEROTONIN] = (am_real)(learns ? 1 - inhibition : 1);
  p->factors[AMINE_FACTOR_ALL] = (am_real)(learns ? rate * plasticity : 1);
  p->factors[AMINE_FACTOR_SIGNED_ALL] = (am_real)(learns ? dip * plasticity : 1);
}

void am_chemistry_feel(amine_brain *b) {
  if (!b->chemistry) return;
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    if (p->tau_ms <= 0) arriving(p->levels, b, p); /* a filter moves only with the chemistry */
    effects(p, &b->chemistry->chemical);
  }
}

void am_chemistry_step(amine_brain *b) {
  am_chemistry *c = b->chemistry;
  if (!c || c->n_steps >= b->step / (uint64_t)c->every) return;
  amine_chemical_step(&c->chemical);
  c->n_steps++;
  levels(c->history + c->n_steps % c->n_slots * AM_N_MODULATORS, &c->chemical);
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    if (p->tau_ms <= 0) continue;
    double now[AM_N_MODULATORS];
    arriving(now, b, p);
    const double part = -am_expm1(-b->dt_ms * c->every / p->tau_ms);
    for (int l = 0; l < AM_N_MODULATORS; l++) p->levels[l] += part * (now[l] - p->levels[l]);
  }
}

/* A time in steps, at least 1. */
static uint64_t steps_of(double ms, double dt_ms) {
  const uint64_t steps = am_steps_or_one(ms, dt_ms);
  return steps < 1000000000 ? steps : 1000000000;
}

/* A few tau_c, in whole reads; or one step, where eligibility lasts no longer. */
static uint64_t epoch_of(const am_reward *r, double dt_ms, int look_every) {
  if (r->is.tau_c_ms <= 0 || r->is.every_step) return 1;
  const double steps = ceil(8 * r->is.tau_c_ms / dt_ms); /* no time of the user's: its end clips */
  uint64_t epoch = steps < 1e9 ? (uint64_t)steps : 1000000000;
  if (epoch <= (uint64_t)look_every) epoch = (uint64_t)look_every + 1;
  return r->read > 0 ? (epoch + r->read - 1) / r->read * r->read : epoch;
}

static void set_flow(am_reward *r, double dt_ms) {
  const am_dopamine *is = &r->is;
  for (int held = 0; held < 2; held++) {
    const bool decays = !held && is->tau_d_ms > 0;
    const double rate = (is->tau_c_ms > 0 ? 1 / is->tau_c_ms : 0) + (decays ? 1 / is->tau_d_ms : 0);
    const double part = rate > 0 ? -am_expm1(-dt_ms * rate) / rate : dt_ms;
    r->by_d[held] = is->gamma * part;
    r->decay_d[held] = decays ? am_exp(-dt_ms / is->tau_d_ms) : 1;
  }
  if (is->tau_c_ms > 0)
    r->by_base = is->gamma * is->base * is->tau_c_ms * am_expm1(-dt_ms / is->tau_c_ms);
}

amine_status am_reward_make(am_reward **reward, const am_dopamine *is, double dt_ms, int look_every,
                            amine_error *error) {
  am_reward *r = am_alloc(1, sizeof *r);
  if (!r) return am_fail_memory(error, sizeof *r);
  r->is = *is;
  r->read = is->read_ms > 0 ? steps_of(is->read_ms, dt_ms) : 0;
  r->epoch = epoch_of(r, dt_ms, look_every);
  set_flow(r, dt_ms);
  const size_t n = (size_t)look_every + 1;
  r->arrive = am_alloc(n, sizeof *r->arrive);
  r->fire = am_alloc(n, sizeof *r->fire);
  r->d_at = am_alloc(n, sizeof *r->d_at);
  r->F_at = am_alloc(n, sizeof *r->F_at);
  if (!r->arrive || !r->fire || !r->d_at || !r->F_at) {
    am_reward_free(r);
    return am_fail_memory(error, n * 2 * sizeof *r->arrive);
  }
  *reward = r;
  return AMINE_OK;
}

void am_reward_free(am_reward *r) {
  if (!r) return;
  am_free(r->arrive);
  am_free(r->fire);
  am_free(r->d_at);
  am_free(r->F_at);
  am_free(r);
}

static am_synapse_now now(double F, double decay) {
  am_synapse_now out = {.decay = (am_real)decay, .loss = (am_real)(1 - decay), .high = (am_real)F};
  out.low = (am_real)(F - (double)out.high);
  return out;
}

static am_moment moment(double F, double decay) {
  return (am_moment){now(F, decay), (am_real)(1 / decay)};
}

/* Of eligibility, so many steps after the beginning of an epoch; what is left after 69 tau_c is as
 * good as nothing, and its inverse a float. */
static double decay_of(const am_reward *r, uint64_t steps, double dt_ms) {
  if (r->is.tau_c_ms <= 0) return 1;
  if (r->read > 0) steps = steps / r->read * r->read;
  return fmax(am_exp(-(double)steps * dt_ms / r->is.tau_c_ms), 1e-30);
}

/* d and F, one step on from `at` in the epoch, where eligibility has come to `decay`. */
static void flow(const am_reward *r, double *d, double *F, double decay, uint64_t at, double dt_ms,
                 int held) {
  if (r->read == 0) {
    *F += decay * (*d * r->by_d[held] + r->by_base);
    *d *= r->decay_d[held];
    return;
  }
  *d *= r->decay_d[held];
  if ((at + 1) % r->read == 0)
    *F += decay * r->is.gamma * (*d - r->is.base) * ((double)r->read * dt_ms);
}

void am_reward_plan(am_reward *r, uint64_t step, int n, double dt_ms, int held, double M,
                    bool resting) {
  double d = held ? M : r->d, F = r->F;
  r->first = step;
  for (int k = 0; k <= n; k++) {
    const uint64_t at = (step + (uint64_t)k) % r->epoch;
    r->F_at[k] = F;
    r->d_at[k] = d;
    if (at == 0 && k < n) {
      r->end = now(F, r->is.tau_c_ms > 0 ? decay_of(r, r->epoch, dt_ms) : 0);
      F = 0;
    }
    const double decay = decay_of(r, at, dt_ms);
    r->arrive[k] = moment(F, decay);
    const double before = F;
    flow(r, &d, &F, decay, at, dt_ms, held);
    if (resting) F = before;
    r->fire[k] = r->read > 0 ? moment(F, decay_of(r, at + 1, dt_ms)) : r->arrive[k];
  }
}

/* Steps of the epoch; where one ends between two runs, the synapses are still in the old one. */
static uint64_t elapsed(const am_reward *r, uint64_t step) {
  const uint64_t at = step % r->epoch;
  return at == 0 && step > 0 ? r->epoch : at;
}

void am_reward_give(am_reward *r, double amount, uint64_t step, double dt_ms) {
  if (r->is.tau_d_ms > 0) r->d += amount;
  else r->F += r->is.gamma * amount * decay_of(r, elapsed(r, step), dt_ms);
}

am_moment am_reward_now(const am_reward *r, uint64_t step, double dt_ms) {
  return moment(r->F, decay_of(r, elapsed(r, step), dt_ms));
}

void am_reward_reach(am_reward *r, uint64_t step) {
  r->d = r->d_at[step - r->first];
  r->F = r->F_at[step - r->first];
}
