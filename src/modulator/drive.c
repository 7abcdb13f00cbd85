/* Chemical modulators driven by an agent's rewards and doubts; see drive.h. */
#include "modulator/drive.h"

#define EXPECTATION_RATE 0.1f

void am_drive_begin(am_drive *d, const am_drive_options *o) {
  amine_chemical_config c = amine_chemical_config_default();
  c.dopamine.baseline = c.serotonin.baseline = c.norepinephrine.baseline = o->baseline;
  c.acetylcholine.baseline = c.orexin.baseline = o->baseline;
  c.dopamine.decay_rate = c.serotonin.decay_rate = c.norepinephrine.decay_rate = o->decay_rate;
  c.acetylcholine.decay_rate = c.orexin.decay_rate = o->decay_rate;
  c.acetylcholine_on = true;
  amine_chemical_init(&d->chemical, &c);
  d->factor = o->factor;
  d->scale = o->scale;
  d->expected = 0;
  if (!o->clamped) return;
  amine_dopamine_clamp(&d->chemical.dopamine, o->baseline);
  amine_serotonin_clamp(&d->chemical.serotonin, o->baseline);
  amine_norepinephrine_clamp(&d->chemical.norepinephrine, o->baseline);
  amine_acetylcholine_clamp(&d->chemical.acetylcholine, o->baseline);
}

float am_drive_level(const am_drive *d) { return amine_chemical_factor(&d->chemical, d->factor); }

void am_drive_feed(am_drive *d, float reward, float uncertainty) {
  amine_chemical_step(&d->chemical);
  if (reward > 0) {
    const float delta = amine_chemical_process_reward(&d->chemical, reward / d->scale, d->expected);
    d->expected += EXPECTATION_RATE * delta;
  }
  if (reward < 0) amine_chemical_process_punishment(&d->chemical, -reward / d->scale, 0);
  if (uncertainty < 0) uncertainty = 0;
  if (uncertainty > 1) uncertainty = 1;
  amine_chemical_process_uncertainty(&d->chemical, uncertainty, 0);
}
