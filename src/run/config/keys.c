#include "run/config/keys.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "equation/role.h"

#define AT(member) AM_MEMBER(am_common, member)
static const amine_parameter common[] = {
    AM_INTEGER("seed", 1, 0, AM_SEED_MAX, "", "all randomness of the run comes from it", AT(seed)),
    AM_FILE("weights",
            "a safetensors file whose tensors the network begins with, instead of random ones",
            .neutral = true),
    AM_FILE("from",
            "a run, by its folder or checkpoint, whose network with its weights this run begins "
            "with",
            .neutral = true),
    AM_WORDS("learn", AM_ROLES_ALL, AM_ROLE_WORDS,
             "which parts of the network learn; the others stay as they are", AT(learn)),
    AM_FILE("network.text",
            "a file of equations that is the network, instead of network.type (docs/networks.md)"),
    AM_FILE("rule.text", "a file of equations that is the rule, instead of rule.type"),
    AM_FILE("modulator.text",
            "a file of equations that is the modulator, instead of modulator.type"),
    AM_INTEGER("iterations", 30000, 1, 4e9, "updates", "how long to train", AT(iterations),
               .neutral = true),
    AM_INTEGER("batch", 30, 1, 65536, "episodes", "episodes played for one update", AT(batch)),
    AM_INTEGER("threads", 0, 0, 1024, "",
               "threads; 0 takes every processor; results do not depend on it", AT(threads),
               .neutral = true),
    AM_INTEGER("checkpoint_every", 500, 1, 4e9, "updates",
               "a checkpoint after so many updates, and at the end", AT(checkpoint_every),
               .neutral = true),
    AM_INTEGER("record", 10, 1, 4e9, "updates",
               "a line of metrics.jsonl for so many updates, with their means", AT(record)),
    AM_SWITCH("stop_at_criterion", 0,
              "end training once the mean reward of the last 1000 episodes has reached the task's "
              "criterion, or the learner's own is met",
              AT(stop_at_criterion), .neutral = true),
    {0}};

const am_part am_common_part = {
    .kind = AM_N_KINDS, .name = "", .parameters = common, .options_size = sizeof(am_common)};

/* ------------------------------------------------------------------------------ one key */
/* The choice of a part: its words are the names of the registry's parts. */
static void choice_of(am_key *key, const am_registry *registry, am_part_kind kind) {
  static const char *const meanings[] = {
      [AM_TASK] = "the world (amine list tasks)",
      [AM_REWARD] = "where the reward comes from (amine list rewards)",
      [AM_NETWORK] = "the network (amine list networks)",
      [AM_RULE] = "the Hebbian trace (amine list rules); none is an ordinary RNN",
      [AM_MODULATOR] = "what gates plasticity (amine list modulators)",
      [AM_LEARNER] = "how the slow weights change (amine list learners)"};
  const am_part *part;
  size_t n = 0;
  key->words[0] = 0;
  for (int k = 0; (part = am_registry_at(registry, kind, k)) != NULL && n < sizeof key->words; k++)
    n += (size_t)snprintf(key->words + n, sizeof key->words - n, "%s%s", k ? "|" : "", part->name);
  snprintf(key->name, sizeof key->name, "%s.type", am_kind_name(kind));
  key->p = (amine_parameter)AM_CHOICE(key->name, key->words, meanings[kind]);
  key->kind = kind;
  key->part = NULL;
}

static void row_of(am_key *key, const am_part *part, const amine_parameter *row) {
  key->p = *row;
  key->p.name = am_row_name(part, row, key->name);
  key->part = part;
  key->kind = part->kind;
}

static bool find_row(am_key *key, const am_part *const *parts, const char *name) {
  for (; *parts; parts++) {
    const amine_parameter *row = am_part_row(*parts, name);
    if (!row) continue;
    row_of(key, *parts, row);
    return true;
  }
  return false;
}

bool am_key_find(am_key *key, const am_registry *registry, const am_part *const *chosen,
                 const char *name) {
  const am_part *const every[] = {&am_common_part, NULL};
  for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++) {
    const size_t n = strlen(am_kind_name(kind));
    if (strncmp(name, am_kind_name(kind), n) != 0) continue;
    if (name[n] != 0 && strcmp(name + n, ".type") != 0) continue;
    choice_of(key, registry, kind);
    return true;
  }
  return find_row(key, every, name) || (chosen && find_row(key, chosen, name)) ||
         find_row(key, registry->parts, name);
}

bool am_key_of_section(am_key *key, const am_registry *registry, const char *section) {
  const size_t n = strlen(section);
  if (n == 0 || strchr(section, '.')) return false;
  am_keys all;
  for (am_keys_begin(&all, registry); am_keys_next(&all);)
    if (strncmp(all.key.name, section, n) == 0 && all.key.name[n] == '.')
      return am_key_find(key, registry, NULL, all.key.name);
  return false;
}

/* ------------------------------------------------------------------------------ all of them */
void am_keys_of(am_keys *keys, const am_registry *registry, const am_part *const *chosen,
                unsigned kinds) {
  *keys = (am_keys){.registry = registry, .parts = {&am_common_part}, .kinds = kinds, .part = -1};
  for (int k = 0; chosen[k]; k++) keys->parts[k + 1] = chosen[k];
}

void am_keys_begin(am_keys *keys, const am_registry *registry) {
  am_keys_of(keys, registry, registry->parts, ~0u);
}

static bool is_of_section(const am_part *part, const amine_parameter *row, const char *section) {
  const char *dot = strchr(row->name, '.');
  const size_t n = strlen(section);
  if (!dot) return strcmp(am_kind_name(part->kind), section) == 0;
  return (size_t)(dot - row->name) == n && memcmp(row->name, section, n) == 0;
}

static bool is_like(const am_part *part, const am_key *key, bool meaning) {
  const amine_parameter *row = am_part_row(part, key->name);
  return row && (!meaning || strcmp(row->meaning, key->p.meaning) == 0);
}

/* Whether a part before it has such a row. */
static bool seen(const am_keys *keys) {
  for (int k = 0; k < keys->part; k++)
    if (is_like(keys->parts[k], &keys->key, keys->meanings)) return true;
  return false;
}

/* The next row of the present section. */
static bool next_row(am_keys *keys) {
  const am_part *part;
  for (; (part = keys->parts[keys->part]) != NULL; keys->part++, keys->row = 0)
    while (part->parameters && part->parameters[keys->row].name) {
      const amine_parameter *row = &part->parameters[keys->row++];
      if (row->borrowed || !is_of_section(part, row, am_section_at(keys->section))) continue;
      row_of(&keys->key, part, row);
      if (!seen(keys)) return true;
    }
  return false;
}

bool am_keys_next(am_keys *keys) {
  const char *section;
  for (; (section = am_section_at(keys->section)) != NULL; keys->section++, keys->part = -1) {
    if (keys->part < 0) {
      keys->part = keys->row = 0;
      for (am_part_kind kind = 0; kind < AM_N_KINDS; kind++)
        if (strcmp(am_kind_name(kind), section) == 0 && (keys->kinds & 1u << kind)) {
          choice_of(&keys->key, keys->registry, kind);
          return true;
        }
    }
    if (next_row(keys)) return true;
  }
  return false;
}

static void nearest_of(char out[AM_KEY_LENGTH], am_keys *all, am_nearest_word *nearest) {
  while (am_keys_next(all)) {
    const size_t before = nearest->least;
    am_nearest_try(nearest, all->key.name);
    if (nearest->least < before) memcpy(out, all->key.name, AM_KEY_LENGTH);
  }
}

char *am_keys_nearest(char out[AM_KEY_LENGTH], const am_registry *registry,
                      const am_part *const *chosen, am_nearest_word nearest) {
  am_keys all;
  am_keys_begin(&all, registry);
  nearest_of(out, &all, &nearest);
  am_keys_of(&all, registry, chosen, 0);
  nearest_of(out, &all, &nearest);
  return out;
}

/* ------------------------------------------------------------------------------ conditions */
/* Whether a part has the row for itself, or only as one of those that share its table. */
static bool has_row(const am_part *part, const am_key *key, const char *own) {
  const amine_parameter *row = is_like(part, key, true) ? am_part_row(part, key->name) : NULL;
  am_condition when;
  for (int k = 0; row && am_row_condition(&when, part, row, k); k++)
    if (strcmp(when.key, own) == 0 && am_word_among(when.words, part->name) != when.is)
      return false;
  return row != NULL;
}

/* Parts above the host that have a place of their own for a kind. */
static void or_above(am_text *out, am_part_kind kind, am_part_kind above,
                     const am_registry *registry) {
  const am_part *part;
  int n = 0;
  for (int k = 0; above != AM_N_KINDS && (part = am_registry_at(registry, above, k)); k++)
    if (part->takes >> kind & 1) {
      if (n++ == 0) am_text_printf(out, " or %s.type=%s", am_kind_name(above), part->name);
      else am_text_printf(out, "|%s", part->name);
    }
}

void am_key_only(am_text *out, const am_key *key, const am_registry *registry) {
  const am_part *part;
  const am_part_kind kind = key->part ? key->kind : am_kind_host(key->kind);
  am_condition when;
  char own[AM_KEY_LENGTH];
  bool everywhere = true;
  am_text names = {0};
  if (kind == AM_N_KINDS) return;
  snprintf(own, sizeof own, "%s.type", am_kind_name(kind));
  for (int k = 0; (part = am_registry_at(registry, kind, k)) != NULL; k++)
    if (key->part ? has_row(part, key, own) : part->takes >> key->kind & 1)
      am_text_printf(&names, "%s%s", names.length ? "|" : "", part->name);
    else everywhere = false;
  const size_t before = out->length;
  for (int k = 0; key->part && am_row_condition(&when, key->part, &key->p, k); k++)
    if (strcmp(when.key, own) != 0)
      am_text_printf(out, "%s%s%s=%s", out->length > before ? " and " : "", when.key,
                     when.is ? "" : "!", when.words);
  if (out->length == before && !everywhere)
    am_text_printf(out, "%s=%s", own, names.data ? names.data : "");
  am_text_free(&names);
  if (!key->part) or_above(out, key->kind, am_kind_host(kind), registry);
}
