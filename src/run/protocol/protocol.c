/* What protocols act with (see protocol.h). */
#include "run/protocol/protocol.h"

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

uint64_t am_stage_steps(const am_stage *stage, double ms) {
  return am_steps_or_one(ms, stage->dt_ms);
}

uint64_t am_stage_looks(const am_stage *stage, double look_ms, double whole_ms) {
  return am_last_tick(am_stage_steps(stage, whole_ms) - 1, look_ms, stage->dt_ms) + 1;
}

uint64_t am_stage_look(const am_stage *stage, uint64_t k, double look_ms, double whole_ms) {
  const uint64_t step = am_tick(k, look_ms, stage->dt_ms), end = am_stage_steps(stage, whole_ms);
  return step < end ? step : end;
}

void am_stage_note_times(const am_stage *stage, const am_protocol *protocol, am_text *notes) {
  for (int k = 0; k < protocol->n_keys; k++) {
    const amine_parameter *key = &protocol->keys[k];
    const double grain_ms = protocol->grain_ms ? protocol->grain_ms(k, stage) : stage->dt_ms;
    const double unit_ms = strcmp(key->unit, "ms") == 0 ? 1 : strcmp(key->unit, "s") == 0 ? 1e3 : 0;
    char name[80];
    snprintf(name, sizeof name, "protocol.%s", key->name);
    if (unit_ms > 0 && grain_ms > 0)
      am_steps_note(notes, name, stage->parameters[k].number, unit_ms, grain_ms, 1);
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
