/* What protocols act with (see protocol.h). */
#include "run/protocol/protocol.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "modulator/systems.h"

int am_measure_find(const am_protocol *protocol, const char *name) {
  for (int k = 0; k < protocol->n_measures; k++)
    if (strcmp(protocol->measures[k].name, name) == 0) return k;
  return -1;
}

int am_measure_better(const am_measure *measure, double chance, double best) {
  return measure->better ? measure->better : (best > chance) - (best < chance);
}

amine_status am_stage_find(const am_stage *stage, const char *protocol, const char *name,
                           int *population, int *n, amine_error *error) {
  am_text others = {0};
  for (int p = 0; p < amine_brain_n_populations(stage->brain); p++) {
    int size;
    const char *other = amine_brain_population(stage->brain, p, &size, NULL);
    if (strcmp(other, name) == 0) {
      am_text_free(&others);
      *population = p;
      if (n) *n = size;
      return AMINE_OK;
    }
    if (p < 16) am_text_printf(&others, "%s%.40s", p ? ", " : "", other);
  }
  amine_status status = am_fail(error, AMINE_ERROR_ARGUMENT,
                                "the protocol %s needs a population \"%s\"; this brain has %s",
                                protocol, name, others.data ? others.data : "none");
  am_text_free(&others);
  return status;
}

amine_status am_stage_find_parts(int *population, const am_stage *stage, const char *protocol,
                                 const char *name, int parts, int most, amine_error *error) {
  int n;
  AM_TRY(am_stage_find(stage, protocol, name, population, &n, error));
  if (n % parts != 0 || n > most)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol %s needs a multiple of %d neurons in \"%s\", at most %d; this "
                   "brain has %d",
                   protocol, parts, name, most, n);
  return AMINE_OK;
}

amine_status am_stage_drive(am_stage *stage, int population, int part, int parts, double current,
                            amine_error *error) {
  float currents[AM_DRIVEN_MAX] = {0};
  int n;
  amine_brain_population(stage->brain, population, &n, NULL);
  assert(n <= AM_DRIVEN_MAX && n % parts == 0);
  for (int i = 0; i < n / parts; i++) currents[part * (n / parts) + i] = (float)current;
  return amine_brain_set_currents(stage->brain, population, currents, error);
}

double am_stage_rate_hz(const am_stage *stage, int population) {
  int n;
  amine_brain_population(stage->brain, population, &n, NULL);
  return am_ratio((double)amine_brain_spike_count(stage->brain, population) / n,
                  (double)stage->now * stage->dt_ms * 1e-3);
}

uint64_t am_stage_steps(const am_stage *stage, double ms) {
  return am_steps_or_one(ms, stage->dt_ms);
}

uint64_t am_stage_key_steps(const am_stage *stage, int key) {
  return am_stage_steps(stage, stage->parameters[key].number);
}

uint64_t am_stage_looks(const am_stage *stage, int look, int whole) {
  return am_last_tick(am_stage_key_steps(stage, whole) - 1, stage->parameters[look].number,
                      stage->dt_ms) +
         1;
}

uint64_t am_stage_look(const am_stage *stage, uint64_t k, int look, int whole) {
  const uint64_t step = am_tick(k, stage->parameters[look].number, stage->dt_ms);
  const uint64_t end = am_stage_key_steps(stage, whole);
  return step < end ? step : end;
}

void am_stage_note_times(const am_stage *stage, const am_protocol *protocol, am_text *notes) {
  for (int k = 0; k < protocol->n_keys; k++) {
    const amine_parameter *key = &protocol->keys[k];
    const double grain_ms = protocol->grain_ms ? protocol->grain_ms(k, stage) : stage->dt_ms;
    const double unit_ms = strcmp(key->unit, "ms") == 0 ? 1 : strcmp(key->unit, "s") == 0 ? 1e3 : 0;
    char name[80];
    snprintf(name, sizeof name, "%s.%s", am_protocol_section(protocol), key->name);
    if (unit_ms > 0 && grain_ms > 0)
      am_steps_note(notes, name, stage->parameters[k].number, unit_ms, grain_ms, key->min > 0);
    else if (unit_ms > 0)
      am_ticks_note(notes, name, stage->parameters[k].number, unit_ms, stage->dt_ms);
  }
}

static am_random_key key_of(const am_stage *stage, uint32_t what) {
  return (am_random_key){.seed = stage->seed, .stream = AM_STREAM_PROTOCOL, .episode = what};
}

am_random4 am_stage_random(const am_stage *stage, uint32_t what, uint32_t draw) {
  return am_random(key_of(stage, what), draw);
}

bool am_stage_chance(const am_stage *stage, uint32_t what, uint32_t draw, int word, double p) {
  return am_chance(key_of(stage, what), draw, word, p);
}

/* A protocol has no answer to a refusal: the run asks for it after each call. */
static double give(am_stage *stage, amine_event_kind kind, double first, double second) {
  double delta = 0;
  if (amine_brain_give(stage->brain, &delta, kind, first, second, NULL) != AMINE_OK)
    stage->failed = true;
  return delta;
}

void am_stage_note(am_stage *stage, amine_event_kind kind, double value) {
  give(stage, kind, value, 0);
}

double am_stage_reward(am_stage *stage, double reward, double expected) {
  return give(stage, AMINE_EVENT_REWARD, reward, expected);
}

void am_stage_punish(am_stage *stage, double punishment, double stress) {
  give(stage, AMINE_EVENT_PUNISHMENT, punishment, stress);
}

void am_stage_uncertain(am_stage *stage, double uncertainty, double novelty) {
  give(stage, AMINE_EVENT_UNCERTAINTY, uncertainty, novelty);
}

void am_stage_attend(am_stage *stage, double attention, double novelty) {
  give(stage, AMINE_EVENT_ATTENTION, attention, novelty);
}

void am_stage_arouse(am_stage *stage, double circadian_phase, double sleep_need) {
  give(stage, AMINE_EVENT_CIRCADIAN, circadian_phase, sleep_need);
}

double am_stage_level(const am_stage *stage, const char *system) {
  const int k = am_modulator_find(system, strlen(system));
  return k < 0 || !stage->chemical ? 0.5 : am_modulator_level(stage->chemical, (am_modulator)k);
}

double am_ratio(double a, double b) { return b > 0 ? a / b : (double)NAN; }

void am_shares(double *out, const uint64_t *counts, int n) {
  uint64_t sum = 0;
  for (int k = 0; k < n; k++) sum += counts[k];
  for (int k = 0; k < n; k++) out[k] = am_ratio((double)counts[k], (double)sum);
}
