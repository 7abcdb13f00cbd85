/* Chemical modulators driven by an agent's rewards, doubts and surprises; see drive.h. */
#include "modulator/drive.h"

#include <math.h>

#include "modulator/systems.h"

#define RATE 0.1f /* of the expectations and of attention */

static float clip01(float x) { return x > 0 ? (x < 1 ? x : 1) : 0; }

static float size_of(float x) { return x < 0 ? -x : x; }

void am_drive_begin(am_drive *d, const am_drive_options *o, float *familiar, int n_inputs) {
  amine_chemical_config c = amine_chemical_config_default();
  c.dopamine.baseline = c.serotonin.baseline = c.norepinephrine.baseline = o->baseline;
  c.acetylcholine.baseline = c.orexin.baseline = o->baseline;
  c.dopamine.decay_rate = c.serotonin.decay_rate = c.norepinephrine.decay_rate = o->decay_rate;
  c.acetylcholine.decay_rate = c.orexin.decay_rate = o->decay_rate;
  c.acetylcholine_on = true;
  *d = (am_drive){
      .factor = o->factor, .scale = o->scale, .n_inputs = n_inputs, .familiar = familiar};
  for (int i = 0; i < n_inputs; i++) familiar[i] = 0;
  amine_chemical_init(&d->chemical, &c);
  for (int k = 0; k < AM_DRIVE_SYSTEMS; k++)
    if (o->clamped || !isnan(o->clamp[k]))
      am_modulator_clamp(&d->chemical, (am_modulator)k,
                         (double)(isnan(o->clamp[k]) ? o->baseline : o->clamp[k]), NULL);
}

float am_drive_level(const am_drive *d) { return amine_chemical_factor(&d->chemical, d->factor); }

float am_drive_uncertainty(const float *p, size_t stride, int n) {
  float same = 0;
  for (int k = 0; k < n; k++) same += p[(size_t)k * stride] * p[(size_t)k * stride];
  return n > 1 ? clip01((1 - same) / (1 - 1 / (float)n)) : 0;
}

/* N of an input, which is familiar from now on */
static float novelty(am_drive *d, const float *input, size_t stride) {
  float apart = 0, all = 0;
  d->steps++;
  for (int i = 0; i < d->n_inputs; i++) {
    const float u = input[(size_t)i * stride];
    float *f = &d->familiar[i];
    apart += size_of(u - *f);
    all += size_of(u) + size_of(*f);
    *f += (u - *f) / d->steps;
  }
  return all > 0 ? clip01(apart / all) : 0;
}

static float attention(am_drive *d, float outcome) {
  const float error = outcome - d->outcome, size = size_of(error);
  d->attention += RATE * ((size < 1 ? size : 1) - d->attention);
  d->outcome += RATE * error;
  return d->attention;
}

void am_drive_feed(am_drive *d, const am_drive_moment *m) {
  const float outcome = m->reward / d->scale, new = novelty(d, m->input, m->stride);
  amine_chemical_step(&d->chemical);
  if (outcome > 0) {
    const float delta = amine_chemical_process_reward(&d->chemical, outcome, d->expected);
    d->expected += RATE * delta;
  }
  if (outcome < 0) amine_chemical_process_punishment(&d->chemical, -outcome, 0);
  amine_norepinephrine_update(&d->chemical.norepinephrine, m->uncertainty, new);
  amine_acetylcholine_update(&d->chemical.acetylcholine, attention(d, outcome), new);
}
