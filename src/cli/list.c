/* amine list: what there is to choose from. Everything comes from the registry of parts
 * and from the tables of presets, experiments, protocols and models. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/module.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/config/preset.h"
#include "run/protocol/protocols.h"
#include "run/simulate/config.h"
#include "run/study/study.h"

enum { N_MORE = 3 };
typedef struct item {
  const char *name, *meaning;
  const char *more[N_MORE]; /* what stands below it (kind.labels); may be NULL */
} item;

/* Gives the k-th of a kind; false at the end. `room` is for a text that had to be put together. */
typedef bool (*nth)(item *out, int k, am_text *room);

/* A part as it describes itself. */
static bool nth_part(item *out, am_part_kind kind, int k) {
  const am_part *part = am_registry_at(cli_parts(), kind, k);
  if (!part) return false;
  *out = (item){part->name, part->meaning, {part->equation, part->source}};
  return true;
}
static bool nth_task(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_TASK, k);
}
static bool nth_reward(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_REWARD, k);
}
static bool nth_network(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_NETWORK, k);
}
static bool nth_rule(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_RULE, k);
}
static bool nth_modulator(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_MODULATOR, k);
}
static bool nth_learner(item *out, int k, am_text *room) {
  (void)room;
  return nth_part(out, AM_LEARNER, k);
}

/* A learner, and the networks that it trains. */
static bool nth_pairs(item *out, int k, am_text *room) {
  const am_part *learner = am_registry_at(cli_parts(), AM_LEARNER, k), *network;
  if (!learner) return false;
  for (int n = 0; (network = am_registry_at(cli_parts(), AM_NETWORK, n)); n++)
    if (am_learner_trains((const am_learner_type *)learner, network))
      am_text_printf(room, "%s%s", room->length ? ", " : "", network->name);
  *out = (item){learner->name, room->data ? room->data : "", {0}};
  return true;
}

/* The k-th preset that is a brain, or is not; NULL past the end. */
static const am_preset *preset_at(int k, bool brain) {
  for (const am_preset *p = am_presets; p->name; p++)
    if (p->brain == brain && k-- == 0) return p;
  return NULL;
}

/* What a preset says of itself, and what it changes. */
static bool nth_preset(item *out, int k, am_text *room) {
  amine_error error;
  am_config config;
  am_keys keys;
  const am_preset *preset = preset_at(k, false);
  if (!preset) return false;
  am_config_default(&config);
  if (am_config_load(&config, preset->name, &error) != AMINE_OK) {
    am_config_free(&config);
    return false;
  }
  am_preset_meaning(room, preset);
  am_text_add(room, "", 1); /* two texts in one room */
  const size_t meaning_length = room->length;
  for (am_config_keys(&keys, &config); am_keys_next(&keys);) {
    char now[64], before[64];
    const char *name = keys.key.name;
    am_config_text(&config, name, now, sizeof now);
    am_config_standard(&config, name, before, sizeof before);
    if (strcmp(now, before) != 0)
      am_text_printf(room, "%s%s=%s", room->length > meaning_length ? " " : "", name, now);
  }
  am_config_free(&config);
  const bool whole = !room->failed;
  *out =
      (item){preset->name, whole ? room->data : "", {whole ? room->data + meaning_length : NULL}};
  return true;
}

static bool nth_brain(item *out, int k, am_text *room) {
  const am_preset *preset = preset_at(k, true);
  if (!preset) return false;
  am_preset_meaning(room, preset);
  *out = (item){preset->name, room->data ? room->data : "", {0}};
  return true;
}

static bool nth_protocol(item *out, int k, am_text *room) {
  const am_protocol *protocol = am_protocol_at(k);
  if (!protocol) return false;
  am_text_printf(room, "needs %s", protocol->needs ? protocol->needs : "no population of its own");
  am_text_add(room, "", 1); /* two texts in one room */
  const size_t needs_length = room->length;
  for (int i = 0; i < protocol->n_keys; i++)
    am_text_printf(room, "%s%s.%s", i ? ", " : "", am_protocol_section(protocol),
                   protocol->keys[i].name);
  const bool whole = !room->failed;
  *out = (item){protocol->name,
                protocol->meaning,
                {whole ? room->data : "", whole ? room->data + needs_length : NULL}};
  return true;
}

/* With the names of the parameters. */
static bool nth_of_brain(item *out, am_part_kind kind, int k, am_text *room) {
  const am_part *part = am_registry_at(cli_parts(), kind, k);
  if (!part) return false;
  for (const amine_parameter *p = part->parameters; p && p->name; p++)
    am_text_printf(room, "%s%s", p == part->parameters ? "" : ", ", p->name);
  *out = (item){part->name, part->meaning, {room->data, part->equation, part->source}};
  return true;
}
static bool nth_neuron(item *out, int k, am_text *room) {
  return nth_of_brain(out, AM_NEURON, k, room);
}
static bool nth_synapse(item *out, int k, am_text *room) {
  return nth_of_brain(out, AM_SYNAPSE, k, room);
}

static bool nth_experiment(item *out, int k, am_text *room) {
  const am_study *study = am_study_at(k);
  (void)room;
  if (!study) return false;
  *out = (item){study->name, study->meaning, {study->source}};
  return true;
}

static const struct kind {
  const char *name, *meaning;
  nth get;
  const char *labels[N_MORE]; /* what `more` is, in JSON */
  bool brief;                 /* one line each in the text */
} kinds[] = {
#define KIND(word, get, text, ...)                                                                 \
  { word, text, get, {__VA_ARGS__}, false }
    KIND("tasks", nth_task, "what the world shows and rewards (task.type)", "equation", "source"),
    KIND("rewards", nth_reward, "where the reward comes from (reward.type)", "equation", "source"),
    KIND("networks", nth_network, "how activity evolves (network.type)", "equation", "source"),
    KIND("rules", nth_rule, "what trace pre and post leave (rule.type)", "equation", "source"),
    KIND("modulators", nth_modulator, "what gates the change (modulator.type)", "equation",
         "source"),
    KIND("learners", nth_learner, "how the slow weights change (learner.type)", "equation",
         "source"),
    KIND("grid", nth_pairs, "which networks each learner trains", NULL),
    {"presets",
     "ready experiments for amine train (amine show NAME says all)",
     nth_preset,
     {"sets"},
     true},
    KIND("experiments", nth_experiment, "published results for amine reproduce, and their source",
         "source"),
    KIND("brains", nth_brain, "ready brains for amine simulate", NULL),
    KIND("protocols", nth_protocol,
         "what is done to a brain (protocol.type), what it needs, and its keys", "needs", "keys"),
    KIND("neurons", nth_neuron, "models of neurons in a brain, and their parameters", "parameters",
         "equation", "source"),
    KIND("synapses", nth_synapse, "plasticity rules of synapses in a brain, and their parameters",
         "parameters", "equation", "source"),
#undef KIND
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* As much of the text as fits: all, or what stands before a semicolon or colon, or whole words. */
static void put_brief(am_text *text, const char *meaning, int width) {
  size_t n = strlen(meaning), cut = 0;
  const bool whole = cli_columns(meaning) <= width;
  for (size_t k = 0; !whole && k < n && (int)k <= width; k++)
    if (strchr(";:", meaning[k])) cut = k;
  bool mark = !whole && cut == 0;
  for (size_t k = 0; mark && k < n && (int)k + 4 <= width; k++)
    if (meaning[k] == ' ') cut = k;
  am_text_add(text, meaning, whole ? n : cut);
  if (mark) am_text_puts(text, " ...");
}

static void put_lines(am_text *text, const struct kind *kind, int width) {
  enum { COLUMN = 26 };
  item it;
  am_text_printf(text, "%s: ", kind->name);
  cli_wrap(text, kind->meaning, (int)strlen(kind->name) + 2, 2, width);
  am_text_puts(text, "\n");
  for (int k = 0;; k++) {
    am_text room = {0};
    const bool there = kind->get(&it, k, &room);
    if (there) {
      am_text_printf(text, "  %-*s", COLUMN - 2, it.name);
      put_brief(text, it.meaning, width - COLUMN);
      am_text_puts(text, "\n");
    }
    am_text_free(&room);
    if (!there) return;
  }
}

static void put_text(am_text *text, const struct kind *kind, int width) {
  enum { COLUMN = 16 };
  item it;
  am_text_printf(text, "%s: %s\n", kind->name, kind->meaning);
  for (int k = 0;; k++) {
    am_text room = {0};
    const bool there = kind->get(&it, k, &room);
    if (there) {
      am_text_printf(text, "  %-*s", COLUMN - 2, it.name);
      if (strlen(it.name) > COLUMN - 3) am_text_printf(text, "\n%*s", COLUMN, "");
      cli_wrap(text, it.meaning, COLUMN, COLUMN, width);
      am_text_puts(text, "\n");
    }
    for (int i = 0; there && i < N_MORE; i++) {
      if (!it.more[i] || !it.more[i][0]) continue;
      am_text_printf(text, "%*s", COLUMN, "");
      cli_wrap(text, it.more[i], COLUMN, COLUMN + 2, width);
      am_text_puts(text, "\n");
    }
    am_text_free(&room);
    if (!there) return;
  }
}

static void put_json(am_text *text, const struct kind *kind) {
  item it;
  am_json_list(text, kind->name);
  for (int k = 0;; k++) {
    am_text room = {0};
    const bool there = kind->get(&it, k, &room);
    if (there) {
      am_json_begin(text);
      am_json_put_string(text, "name", it.name);
      am_json_put_string(text, "meaning", it.meaning);
      for (int i = 0; i < N_MORE; i++)
        if (it.more[i]) am_json_put_string(text, kind->labels[i], it.more[i]);
      am_text_puts(text, "}");
    }
    am_text_free(&room);
    if (!there) break;
  }
  am_text_puts(text, "]");
}

int cli_list(const cli_line *line) {
  const char *only = line->n_words > 0 ? line->words[0] : NULL;
  const int width = cli_terminal_width(STDOUT_FILENO, 80);
  am_text text = {0};
  if (cli_has(line, CLI_JSON)) am_json_begin(&text);
  bool first = true;
  for (int k = 0; k < N_KINDS; k++) {
    if (only && strcmp(only, kinds[k].name) != 0) continue;
    if (!first && !cli_has(line, CLI_JSON)) am_text_puts(&text, "\n");
    first = false;
    if (cli_has(line, CLI_JSON)) put_json(&text, &kinds[k]);
    else if (kinds[k].brief) put_lines(&text, &kinds[k], width < 60 ? 60 : width);
    else put_text(&text, &kinds[k], width);
  }
  if (cli_has(line, CLI_JSON)) am_json_end(&text);
  return cli_print(&text);
}
