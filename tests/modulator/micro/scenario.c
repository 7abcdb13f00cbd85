/* Freestanding, like the source that it tries. */
#include "scenario.h"

#include <stddef.h>
#include <stdint.h>

#include "amine/chemical.h"

#define N_EVENTS 400

typedef union number {
  float value;
  uint32_t bits;
} number;

static uint64_t random_state = 20261122;

/* One of -1, -63/64, ... 3 */
static float draw(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (float)((int)(random_state >> 40) % 257 - 64) / 64.0f;
}

static uint32_t draw_below(uint32_t n) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 40) % n;
}

static char *put_word(char *out, const char *word) {
  while (*word) *out++ = *word++;
  *out = 0;
  return out;
}

static char *put_bits(char *out, float value) {
  const number n = {.value = value};
  *out++ = ' ';
  for (int shift = 28; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[n.bits >> shift & 15];
  *out = 0;
  return out;
}

static char *put_decimal(char *out, uint32_t n) {
  uint32_t unit = 1;
  while (n / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) *out++ = (char)('0' + n / unit % 10);
  *out = 0;
  return out;
}

static void tell_size(void (*put)(const char *), const char *name, size_t size) {
  char line[80], *end = put_word(line, "sizeof ");
  end = put_word(end, name);
  end = put_word(end, " ");
  put_decimal(end, (uint32_t)size);
  put(line);
}

static void tell(void (*put)(const char *), const amine_chemical *c, const char *what, float first,
                 float second, float delta) {
  char line[300], *end = put_word(line, what);
  float input, threshold;
  amine_chemical_modulate_neuron_update(c, &input, &threshold, first, -65.0f, -50.0f);
  end = put_bits(put_bits(put_bits(end, first), second), delta);
  end = put_bits(end, amine_dopamine_level(&c->dopamine));
  end = put_bits(end, amine_serotonin_level(&c->serotonin));
  end = put_bits(end, amine_norepinephrine_level(&c->norepinephrine));
  end = put_bits(end, amine_acetylcholine_level(&c->acetylcholine));
  end = put_bits(end, amine_orexin_level(&c->orexin));
  end = put_bits(end, amine_dopamine_signed(&c->dopamine));
  end = put_bits(end, amine_chemical_modulate_learning(c, second));
  end = put_bits(put_bits(end, input), threshold);
  end = put_bits(end, amine_serotonin_modulate_threshold(&c->serotonin, second));
  end = put_bits(end, amine_acetylcholine_sensory(&c->acetylcholine, first));
  end = put_bits(end, amine_orexin_arousal(&c->orexin));
  put_word(end, amine_orexin_promotes_wakefulness(&c->orexin) ? " awake" : " asleep");
  put(line);
}

static void one_event(void (*put)(const char *), amine_chemical *c) {
  static const char *const names[] = {"reward",    "punishment", "uncertainty", "attention",
                                      "circadian", "clamp",      "unclamp"};
  const uint32_t kind = draw_below(12);
  const float first = draw(), second = draw();
  float delta = 0;
  if (kind == 0 || kind > 6) delta = amine_chemical_process_reward(c, first, second);
  if (kind == 1) amine_chemical_process_punishment(c, first, second);
  if (kind == 2) amine_chemical_process_uncertainty(c, first, second);
  if (kind == 3) amine_chemical_process_attention(c, first, second);
  if (kind == 4) amine_chemical_process_circadian(c, first, second);
  if (kind == 5) amine_dopamine_clamp(&c->dopamine, second);
  if (kind == 6) amine_dopamine_unclamp(&c->dopamine);
  tell(put, c, names[kind > 6 ? 0 : kind], first, second, delta);
  for (uint32_t n = draw_below(9); n > 0; n--) {
    amine_chemical_step(c);
    tell(put, c, "step", first, second, 0);
  }
}

void scenario(void (*put)(const char *line)) {
  static amine_chemical c; /* 4 KB: not on a microcontroller's stack */
  amine_chemical_config f = amine_chemical_config_default();
  tell_size(put, "amine_dopamine", sizeof c.dopamine);
  tell_size(put, "amine_serotonin", sizeof c.serotonin);
  tell_size(put, "amine_norepinephrine", sizeof c.norepinephrine);
  tell_size(put, "amine_acetylcholine", sizeof c.acetylcholine);
  tell_size(put, "amine_orexin", sizeof c.orexin);
  tell_size(put, "amine_chemical", sizeof c);
  for (int episode = 0; episode < 2; episode++) {
    if (amine_chemical_init(&c, &f) != AMINE_OK) put("refused");
    for (int k = 0; k < N_EVENTS / 2; k++) one_event(put, &c);
    f.dopamine.tau_ms = 200.0f; /* then some of them decay exponentially */
    f.serotonin.tau_ms = 3600e3f;
    f.orexin.tau_ms = 3.0f;
    f.orexin.step_ms = 0.1f;
    f.norepinephrine.baseline = 0.3f;
  }
}
