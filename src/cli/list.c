/* amine list: what there is to choose from. Names come from the floors' own tables or from the
 * choices of the keys; here is only what a choice means where nobody else says it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "rule/rule.h"
#include "run/learners.h"
#include "run/preset.h"
#include "run/simulation_config.h"
#include "run/study.h"
#include "run/tasks.h"

typedef struct item {
  const char *name, *meaning, *equation, *source; /* the last two may be NULL */
} item;

/* Gives the k-th of a kind; false at the end. `room` is for a text that had to be put together. */
typedef bool (*nth)(item *out, int k, am_text *room);

static bool nth_task(item *out, int k, am_text *room) {
  const am_task_type *type = am_task_type_at(k);
  (void)room;
  if (!type) return false;
  *out = (item){type->name, type->meaning, NULL, NULL};
  return true;
}

static bool nth_rule(item *out, int k, am_text *room) {
  (void)room;
  if (k >= AM_N_RULES) return false;
  *out = (item){am_rules[k].name, am_rules[k].meaning, am_rules[k].equation, am_rules[k].source};
  return true;
}

static bool nth_network(item *out, int k, am_text *room) {
  static const item items[] = {
      {"plastic-rnn", "recurrent network whose connections have a slow and a plastic part",
       "x_t = tanh(W_in u_t + b + (w + alpha * H_t) x_{t-1})",
       "Miconi, Stanley, Clune 2018, arXiv 1804.02464"},
      {"gru", "layers of gated recurrent units",
       "h = (1 - z) n + z h; z, r, n: gates and candidate, each of u and h",
       "Cho et al. 2014, arXiv 1406.1078"},
      {"hebbian-rnn",
       "recurrent network with a Hebbian trace in stages (rule.stage) and a given modulator "
       "(modulator.given)",
       "x_t = tanh(W_x u + b + (W_h + H) h); H <- (1 - eta) H + eta m_t x_t h^T",
       "Ba et al. 2016, arXiv 1610.06258"},
      {"ctrnn", "continuous-time network with signed rates, chaotic before it learns",
       "tau dx/dt = -x + J r + B u + xi, r = tanh x",
       "Sompolinsky, Crisanti, Sommers 1988, doi:10.1103/PhysRevLett.61.259"},
      {"leaky-rnn", "leaky tanh units with one time constant",
       "h' = (1 - 1/tau) h + tanh(W_hh h + W_ih x + b) / tau",
       "Murray 2019, doi:10.7554/eLife.43299"},
  };
  (void)room;
  if (k >= (int)(sizeof items / sizeof *items)) return false;
  *out = items[k];
  return true;
}

static bool nth_modulator(item *out, int k, am_text *room) {
  static const item items[] = {
      {"readout", "a signal that the network learns to emit",
       "M = f(w_m . x + b_m); eta_i = f_i M + g_i",
       "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585"},
      {"constant", "none: one learned rate for all connections, at all times", "eta", NULL},
      {"chemical", "dopamine, serotonin, norepinephrine or acetylcholine, driven by the task",
       "eta M, M: modulator.factor", NULL},
  };
  (void)room;
  if (k >= (int)(sizeof items / sizeof *items)) return false;
  *out = items[k];
  return true;
}

static bool nth_learner(item *out, int k, am_text *room) {
  const am_learner_type *type = am_learner_type_at(k);
  (void)room;
  if (!type) return false;
  *out = (item){type->name, type->meaning, type->equation, type->source};
  return true;
}

/* The k-th preset that is a brain, or is not; NULL past the end. */
static const am_preset *preset_at(int k, bool brain) {
  for (const am_preset *p = am_presets; p->name; p++)
    if (am_preset_is_brain(p) == brain && k-- == 0) return p;
  return NULL;
}

/* What a preset says of itself, and what it changes. */
static bool nth_preset(item *out, int k, am_text *room) {
  amine_error error;
  am_config config, standard;
  const am_preset *preset = preset_at(k, false);
  if (!preset) return false;
  am_config_default(&config);
  am_config_default(&standard);
  if (am_config_load(&config, preset->name, &error) != AMINE_OK) return false;
  am_preset_meaning(room, preset);
  am_text_add(room, "", 1); /* two texts in one room */
  const size_t meaning_length = room->length;
  for (int id = 0; id < AM_N_KEYS; id++) {
    char now[64], before[64];
    am_config_text(&config, (am_key_id)id, now, sizeof now);
    am_config_text(&standard, (am_key_id)id, before, sizeof before);
    if (strcmp(now, before) != 0)
      am_text_printf(room, "%s%s=%s", room->length > meaning_length ? " " : "", am_keys[id].name,
                     now);
  }
  const bool whole = !room->failed;
  *out = (item){preset->name, whole ? room->data : "", whole ? room->data + meaning_length : NULL,
                NULL};
  return true;
}

static bool nth_brain(item *out, int k, am_text *room) {
  const am_preset *preset = preset_at(k, true);
  if (!preset) return false;
  am_preset_meaning(room, preset);
  *out = (item){preset->name, room->data ? room->data : "", NULL, NULL};
  return true;
}

static bool nth_protocol(item *out, int k, am_text *room) {
  const am_protocol *protocol = am_protocol_at(k);
  if (!protocol) return false;
  for (int i = 0; i < protocol->n_keys; i++)
    am_text_printf(room, "%sprotocol.%s", i ? ", " : "", protocol->keys[i].name);
  *out = (item){protocol->name, protocol->meaning, room->data, NULL};
  return true;
}

/* With the names of the parameters. */
static bool nth_neuron(item *out, int k, am_text *room) {
  const char *meaning, *name = amine_neuron_model(k, &meaning);
  if (!name) return false;
  for (int i = 0; amine_neuron_parameter(name, i); i++)
    am_text_printf(room, "%s%s", i ? ", " : "", amine_neuron_parameter(name, i)->name);
  *out = (item){name, meaning, room->data, NULL};
  return true;
}

static bool nth_synapse(item *out, int k, am_text *room) {
  const char *meaning, *name = amine_synapse_rule(k, &meaning);
  if (!name) return false;
  for (int i = 0; amine_synapse_rule_parameter(name, i); i++)
    am_text_printf(room, "%s%s", i ? ", " : "", amine_synapse_rule_parameter(name, i)->name);
  *out = (item){name, meaning, room->data, NULL};
  return true;
}

static bool nth_experiment(item *out, int k, am_text *room) {
  const am_study *study = am_study_at(k);
  (void)room;
  if (!study) return false;
  *out = (item){study->name, study->meaning, NULL, study->source};
  return true;
}

static const struct kind {
  const char *name, *meaning;
  nth get;
} kinds[] = {
    {"tasks", "what the world shows and rewards (task.type)", nth_task},
    {"networks", "how activity evolves (network.type)", nth_network},
    {"rules", "what trace pre and post leave (rule.type)", nth_rule},
    {"modulators", "what gates the change (modulator.type)", nth_modulator},
    {"learners", "how the slow weights change (learner.type)", nth_learner},
    {"presets", "ready experiments for amine train, and what they set", nth_preset},
    {"experiments", "published results for amine reproduce, and their source", nth_experiment},
    {"brains", "ready brains for amine simulate", nth_brain},
    {"protocols", "what is done to a brain (protocol.type), and its keys", nth_protocol},
    {"neurons", "models of neurons in a brain, and their parameters", nth_neuron},
    {"synapses", "plasticity rules of synapses in a brain, and their parameters", nth_synapse},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

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
    const char *more[] = {it.equation, it.source};
    for (int i = 0; there && i < 2; i++) {
      if (!more[i] || !more[i][0]) continue;
      am_text_printf(text, "%*s", COLUMN, "");
      cli_wrap(text, more[i], COLUMN, COLUMN + 2, width);
      am_text_puts(text, "\n");
    }
    am_text_free(&room);
    if (!there) return;
  }
}

static void put_json(am_text *text, const struct kind *kind) {
  item it;
  am_json_put_key(text, kind->name);
  am_text_puts(text, "[");
  for (int k = 0;; k++) {
    am_text room = {0};
    const bool there = kind->get(&it, k, &room);
    if (there) {
      if (k > 0) am_text_puts(text, ",");
      am_json_begin(text);
      am_json_put_string(text, "name", it.name);
      am_json_put_string(text, "meaning", it.meaning);
      if (it.equation) am_json_put_string(text, "equation", it.equation);
      if (it.source) am_json_put_string(text, "source", it.source);
      am_text_puts(text, "}");
    }
    am_text_free(&room);
    if (!there) break;
  }
  am_text_puts(text, "]");
}

int cli_list(const cli_line *line) {
  const char *only = line->n_words > 0 ? line->words[0] : NULL;
  const int width = isatty(STDOUT_FILENO) ? cli_terminal_width(STDOUT_FILENO, 80) : 0;
  am_text text = {0};
  if (cli_has(line, CLI_JSON)) am_json_begin(&text);
  bool first = true;
  for (int k = 0; k < N_KINDS; k++) {
    if (only && strcmp(only, kinds[k].name) != 0) continue;
    if (!first && !cli_has(line, CLI_JSON)) am_text_puts(&text, "\n");
    first = false;
    if (cli_has(line, CLI_JSON)) put_json(&text, &kinds[k]);
    else put_text(&text, &kinds[k], width);
  }
  if (cli_has(line, CLI_JSON)) am_json_end(&text);
  return cli_print(&text);
}
