/* Neuron models and synapse rules by name. */
#include "brain/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"

const am_registry am_brain_parts = {.parts = {AM_BRAIN_PARTS}};

/* A word as we spell words: "Regular_Spiking" becomes "regular-spiking". */
static void plain(const char *word, char *out, size_t size) {
  snprintf(out, size, "%s", word);
  for (char *p = out; *p; p++) *p = *p == '_' || *p == ' ' ? '-' : (char)tolower((unsigned char)*p);
}

bool am_spelled_so(const char *word, const char *name, const char *others) {
  char ours[64];
  plain(word, ours, sizeof ours);
  return strcmp(ours, name) == 0 || (others && am_word_among(others, ours));
}

static const char *others_of(const am_part *part) {
  return part->kind == AM_NEURON ? ((const am_neuron_model *)part)->others
                                 : ((const am_synapse_rule *)part)->others;
}

const am_part *am_brain_part_of(const am_registry *parts, am_part_kind kind, const char *word,
                                bool loosely, const char **nearest) {
  const am_part *part = am_registry_find(parts, kind, word);
  char ours[64];
  plain(word, ours, sizeof ours);
  am_nearest_word near = am_nearest_begin(loosely ? ours : word);
  if (part) return part;
  for (int k = 0; (part = am_registry_at(parts, kind, k)) != NULL; k++) {
    if (loosely && am_spelled_so(word, part->name, others_of(part))) return part;
    am_nearest_try(&near, part->name);
  }
  if (nearest) *nearest = near.best;
  return NULL;
}

const char *am_neuron_states_text(char *out, size_t size, const am_neuron_model *model) {
  out[0] = 0;
  for (int s = 0; model->states[s]; s++) {
    const size_t at = strlen(out);
    snprintf(out + at, size - at, "%s%.30s", s ? ", " : "", model->states[s]);
  }
  return out[0] ? out : "none";
}

/* ------------------------------------------------------------------------------ parameters */
/* What other tools call a parameter. */
static const struct {
  const char *theirs, *ours;
} synonyms[] = {
    {"refractory_period", "refractory_ms"},
    {"t_ref", "refractory_ms"},
    {"tau_ref", "refractory_ms"},
    {"tau_membrane", "tau_m_ms"},
    {"tau", "tau_m_ms"},
    {"v_thresh", "v_threshold_mv"},
    {"v_th", "v_threshold_mv"},
    {"threshold", "v_threshold_mv"},
    {"e_l", "v_rest_mv"},
    {"c_m", "c_pf"},
    {"g_l", "g_leak_ns"},
    {"izh_a", "a"},
    {"izh_b", "b"},
    {"izh_c", "c"},
    {"izh_d", "d"},
    {"learning_rate", "eta"},
    {"weight_min", "w_min"},
    {"weight_max", "w_max"},
};

/* true if `name` is the parameter's without its unit: "tau_m" of "tau_m_ms" */
static bool without_unit(const char *parameter, const char *name) {
  static const char *const units[] = {"_ms", "_mv", "_pf", "_ns", "_pa", "_hz"};
  const size_t n = strlen(name);
  if (strncmp(parameter, name, n) != 0) return false;
  for (size_t k = 0; k < sizeof units / sizeof *units; k++)
    if (strcmp(parameter + n, units[k]) == 0) return true;
  return false;
}

const amine_parameter *am_parameter_find(const am_part *part, const char *name, bool loose) {
  const amine_parameter *p;
  for (p = part->parameters; p && p->name; p++)
    if (strcmp(p->name, name) == 0) return p;
  for (p = part->parameters; loose && p && p->name; p++) {
    if (without_unit(p->name, name)) return p;
    for (size_t s = 0; s < sizeof synonyms / sizeof *synonyms; s++)
      if (strcmp(synonyms[s].theirs, name) == 0 && strcmp(synonyms[s].ours, p->name) == 0) return p;
  }
  return NULL;
}

void am_nearest_parameter(am_nearest_word *nearest, const am_part *part) {
  for (const amine_parameter *p = part ? part->parameters : NULL; p && p->name; p++) {
    am_nearest_try(nearest, p->name);
    for (size_t s = 0; s < sizeof synonyms / sizeof *synonyms; s++)
      if (strcmp(synonyms[s].ours, p->name) == 0)
        am_nearest_spelled(nearest, synonyms[s].theirs, p->name);
  }
}

/* ------------------------------------------------------------------------------ public lists */
static const char *name_of(am_part_kind kind, int k, const char **meaning) {
  const am_part *part = k < 0 ? NULL : am_registry_at(&am_brain_parts, kind, k);
  if (part && meaning) *meaning = part->meaning;
  return part ? part->name : NULL;
}

static const amine_parameter *parameter_of(am_part_kind kind, const char *name, int k) {
  const am_part *part = k < 0 ? NULL : am_registry_find(&am_brain_parts, kind, name);
  for (const amine_parameter *p = part ? part->parameters : NULL; p && p->name; p++)
    if (k-- == 0) return p;
  return NULL;
}

const char *amine_neuron_model(int k, const char **meaning) {
  return name_of(AM_NEURON, k, meaning);
}

const amine_parameter *amine_neuron_parameter(const char *model, int k) {
  return parameter_of(AM_NEURON, model, k);
}

const char *amine_synapse_rule(int k, const char **meaning) {
  return name_of(AM_SYNAPSE, k, meaning);
}

const amine_parameter *amine_synapse_rule_parameter(const char *rule, int k) {
  return parameter_of(AM_SYNAPSE, rule, k);
}
