/* amine explain: what the modulator of a trained network, or of a simulated brain, does. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/module.h"
#include "cli/side.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "format/file.h"
#include "format/json.h"
#include "run/simulate/explain.h"
#include "run/simulate/run.h"
#include "run/train/evaluate.h"
#include "run/train/explain.h"

const amine_parameter cli_explain_keys[] = {
    [CLI_EXPLAIN_EPISODES] = AM_INTEGER("episodes", 0, 0, 1e5, "episodes",
                                        "how many are played; 0: 64, or 16 windows of a text"),
    [CLI_EXPLAIN_SEEDS] = AM_INTEGER("seeds", 1, 0, 1000, "",
                                     "of a simulation: with so many seeds each chemical system is "
                                     "held at its baseline; 0: none is")};

/* Whether a line gives that key. */
static bool gives(const cli_line *line, int key) {
  const char *name = cli_explain_keys[key].name;
  const size_t n = strlen(name);
  for (int k = 0; k < line->n_assignments; k++)
    if (strncmp(line->assignments[k], name, n) == 0 && line->assignments[k][n] == '=') return true;
  return false;
}

/* ------------------------------------------------------------------------------ the analysis */
static amine_status of_network(am_text *json, const cli_line *line, amine_error *error) {
  const char *from = line->words[0];
  const cli_source source = cli_source_of(from);
  am_value own[CLI_N_EXPLAIN_KEYS];
  am_config config;
  am_experiment *x;
  if (source != CLI_SOURCE_RUN && source != CLI_SOURCE_CHECKPOINT)
    return cli_source_untrained(from, "", error);
  if (gives(line, CLI_EXPLAIN_SEEDS))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "seeds is for simulations, whose lives are lived anew: of a training episodes "
                   "says how many are played");
  am_config_begin(&config, cli_parts());
  amine_status status = am_evaluate_config(&config, from, error);
  if (status == AMINE_OK) status = cli_configure(&config, own, line, error);
  if (status == AMINE_OK) status = am_evaluate_open(&x, &config, from, error);
  if (status == AMINE_OK) {
    const int n = (int)own[CLI_EXPLAIN_EPISODES].number;
    if (am_explain_has(x)) cli_say(line, "playing with its modulator free, and held\n");
    status = am_explain(json, x, n, am_evaluate_seed(config.common.seed), error);
    am_experiment_destroy(x);
  }
  am_config_free(&config);
  return status;
}

/* seeds and threads; nothing else can be said of a brain that has lived. */
static amine_status read_lives(int *n_seeds, am_simulation_config *config, const cli_line *line,
                               amine_error *error) {
  const amine_parameter *keys[] = {&cli_explain_keys[CLI_EXPLAIN_SEEDS],
                                   &am_simulation_keys[AM_SIM_THREADS]};
  am_value values[2] = {am_key_standard(keys[0]), config->values[AM_SIM_THREADS]};
  for (int i = 0; i < line->n_assignments; i++) {
    const char *given = line->assignments[i];
    const size_t n = strcspn(given, "=");
    int k = 0;
    while (k < 2 && (strlen(keys[k]->name) != n || memcmp(keys[k]->name, given, n) != 0)) k++;
    if (k == 2)
      return am_fail(
          error, AMINE_ERROR_ARGUMENT,
          "%.60s: of a simulation its recording is looked at, and its life once more with "
          "a level held: only seeds and threads can be given",
          given);
    AM_TRY(am_key_read(keys[k], given + n + 1, &values[k], error));
  }
  *n_seeds = (int)values[0].number;
  config->values[AM_SIM_THREADS] = values[1];
  return AMINE_OK;
}

static amine_status hold_levels(am_levels_held *held, const am_simulation_config *config,
                                int n_seeds, const cli_line *line, amine_error *error) {
  const char *folder = line->words[0];
  am_text said = {0};
  am_simulation *saved;
  cli_side side;
  AM_TRY(am_simulation_saved(&saved, config, folder, error));
  am_text_printf(&said, "living it once more, each chemical system held at its baseline\n");
  cli_side_begin(&side, line, &said, folder, n_seeds);
  const int n_threads = (int)am_simulation_number(config, AM_SIM_THREADS);
  const amine_status status = am_levels_hold(held, saved, n_seeds, n_threads, &side.watch, error);
  am_simulation_destroy(saved);
  const int number = status == AMINE_ERROR_STOPPED ? atomic_load(side.watch.stop) : 0;
  cli_side_end(&side);
  if (number > 0) raise(number); /* there is nothing to save */
  return status;
}

static amine_status of_brain(am_text *json, const cli_line *line, amine_error *error) {
  const char *from = line->words[0];
  am_simulation_config config;
  am_levels_held held = {0};
  int n_seeds = 0;
  if (cli_source_of(from) != CLI_SOURCE_RUN)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%.200s is not the folder of a simulation: its recording is there", from);
  AM_TRY(am_simulation_folder_config(&config, cli_parts(), from, error));
  amine_status status = read_lives(&n_seeds, &config, line, error);
  if (status == AMINE_OK && n_seeds > 0) status = hold_levels(&held, &config, n_seeds, line, error);
  if (status == AMINE_OK)
    status = am_simulation_explain(json, from, n_seeds > 0 ? &held : NULL, error);
  am_levels_held_free(&held);
  am_simulation_config_free(&config);
  return status;
}

/* ------------------------------------------------------------------------------ in words */
static double at(const json_t *array, int k) {
  const json_t *x = json_array_get(array, (size_t)k);
  return json_is_number(x) ? json_number_value(x) : (double)NAN;
}

static void put_number(am_text *text, double value) {
  if (isfinite(value)) am_text_printf(text, " %8.3f", value);
  else am_text_puts(text, "        .");
}

static const char *word(const json_t *object, const char *key) {
  const char *s = json_string_value(json_object_get(object, key));
  return s ? s : "";
}

enum { COLUMN = 24 };

static void put_events(am_text *text, const json_t *root, const json_t *signal) {
  static const int shown[] = {-2, -1, 0, 1, 2, 3, 5, 10};
  enum { SHOWN = sizeof shown / sizeof *shown };
  const double sample_s = am_json_number_of(root, "sample_s");
  const json_t *events = json_object_get(signal, "events"), *event;
  size_t e;
  if (json_array_size(events) == 0) return;
  am_text_printf(text, "  %-*s %7s", COLUMN,
                 sample_s > 0 ? "samples of 0.1 s from" : "steps from an event", "n");
  for (int k = 0; k < SHOWN; k++) am_text_printf(text, " %+8d", shown[k]);
  am_text_puts(text, "   shuffled\n");
  json_array_foreach(events, e, event) {
    const json_t *mean = json_object_get(event, "mean");
    am_text_printf(text, "  %-*.*s %7.0f", COLUMN, COLUMN, word(event, "name"),
                   am_json_number_of(event, "n"));
    for (int k = 0; k < SHOWN; k++) put_number(text, at(mean, AM_SIGNAL_BEFORE + shown[k]));
    am_text_printf(text, "   %.3f to %.3f\n",
                   at(json_object_get(event, "null_low"), AM_SIGNAL_BEFORE),
                   at(json_object_get(event, "null_high"), AM_SIGNAL_BEFORE));
  }
}

static void put_predicted(am_text *text, const json_t *signal) {
  static const char *const keys[][2] = {{"all", "everything"},
                                        {"shown", "what is shown"},
                                        {"paid", "what was paid"},
                                        {"time", "the time"},
                                        {"events", "what happened"}};
  const json_t *p = json_object_get(signal, "predicted");
  if (!isfinite(am_json_number_of(p, "all"))) return;
  am_text_printf(text, "  predicted (R2, held out)");
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    const double share = am_json_number_of(p, keys[k][0]);
    if (isfinite(share)) am_text_printf(text, "%s %s %.2f", k ? "," : "", keys[k][1], share);
  }
  am_text_puts(text, "\n");
}

/* Of a brain: what its protocol measures, with the system free and held. */
static void put_levels(am_text *text, const json_t *root, const json_t *signal) {
  enum { CELL = 18 };
  const json_t *all = json_object_get(signal, "held"), *held;
  size_t k;
  json_array_foreach(all, k, held) {
    char head[48], cells[3][64];
    const char *const keys[3][2] = {
        {"free", "free_half"}, {"value", "half"}, {"difference", "difference_half"}};
    snprintf(head, sizeof head, "held at %.3g", am_json_number_of(held, "level"));
    if (k == 0)
      am_text_printf(
          text, "  %-*s %-*s %-*s %s\n", COLUMN, "what holding it costs", CELL, "free", CELL, head,
          am_json_number_of(root, "seeds") > 1 ? "difference, paired by seed" : "difference");
    for (int c = 0; c < 3; c++)
      cli_put_interval(cells[c], sizeof cells[c],
                       &(am_interval){am_json_number_of(held, keys[c][0]),
                                      am_json_number_of(held, keys[c][1]), 2});
    am_text_printf(text, "  %-*.*s", COLUMN, COLUMN, word(held, "measure"));
    for (int c = 0; c < 3; c++) {
      am_text_printf(text, " %s", cells[c]);
      if (c < 2) am_text_printf(text, "%*s", CELL - cli_columns(cells[c]), "");
    }
    am_text_puts(text, "\n");
  }
}

static void put_held(am_text *text, const json_t *signal) {
  static const char *const words[][2] = {
      {"free", "free"},          {"mean", "held at its mean"},
      {"zero", "held at 0"},     {"shuffled", "shuffled in time"},
      {"within", "held after "}, {"outside", "free only after "}};
  const json_t *all = json_object_get(signal, "held"), *held;
  const char *pm = cli_plus_minus();
  size_t k;
  if (json_array_size(all) > 0)
    am_text_printf(text, "  %-*s %8s          %s\n", COLUMN, "what holding it costs", "reward",
                   "beside free, 95 % intervals");
  json_array_foreach(all, k, held) {
    am_text how = {0};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
      if (strcmp(words[w][0], word(held, "how")) == 0)
        am_text_printf(&how, "%s%s", words[w][1], word(held, "event"));
    am_text_printf(text, "  %-*.*s %8.3f%s%.3f", COLUMN, COLUMN, how.data ? how.data : "",
                   am_json_number_of(held, "value"), pm, am_json_number_of(held, "half"));
    if (k > 0)
      am_text_printf(text, "  %8.3f%s%.3f", am_json_number_of(held, "difference"), pm,
                     am_json_number_of(held, "difference_half"));
    am_text_puts(text, "\n");
    text->failed = text->failed || how.failed;
    am_text_free(&how);
  }
}

/* How many units have half of the shares, those with most first. */
static void put_reach(am_text *text, const json_t *signal) {
  const json_t *reach = json_object_get(signal, "reach"), *share = json_object_get(reach, "share");
  const size_t n = json_array_size(share);
  double sum = 0, above = INFINITY;
  size_t half = 0;
  if (n == 0) return;
  while (sum < 0.5 && half < n) { /* the next largest, and all that are as large */
    double largest = -1;
    for (size_t k = 0; k < n; k++)
      if (at(share, (int)k) < above && at(share, (int)k) > largest) largest = at(share, (int)k);
    for (size_t k = 0; k < n && sum < 0.5; k++)
      if (at(share, (int)k) == largest) sum += largest, half++;
    above = largest;
    if (largest < 0) break;
  }
  am_text_printf(text, "  reaches %zu units: half of its weight is on %zu\n", n, half);
}

static void put_text(am_text *text, const json_t *root) {
  const json_t *signals = json_object_get(root, "signals"), *signal;
  const json_t *limits = json_object_get(root, "limits"), *limit;
  const double episodes = am_json_number_of(root, "episodes");
  size_t k;
  if (episodes > 0) am_text_printf(text, "%s, %.0f episodes\n", word(root, "task"), episodes);
  json_array_foreach(signals, k, signal) {
    am_text_printf(text, "%s, %s: mean %.3f, standard deviation %.3f, quartiles %.3f %.3f %.3f\n",
                   word(signal, "name"), word(signal, "meaning"), am_json_number_of(signal, "mean"),
                   am_json_number_of(signal, "sd"), am_json_number_of(signal, "low"),
                   am_json_number_of(signal, "middle"), am_json_number_of(signal, "high"));
    put_events(text, root, signal);
    put_predicted(text, signal);
    if (am_json_number_of(root, "sample_s") > 0) put_levels(text, root, signal);
    else put_held(text, signal);
    put_reach(text, signal);
  }
  json_array_foreach(limits, k, limit) if (json_is_string(limit))
      am_text_printf(text, "%s\n", json_string_value(limit));
}

int cli_explain(const cli_line *line) {
  amine_error error = {0};
  am_text json = {0}, text = {0};
  json_t *root = NULL;
  const bool brain = cli_source_is_brain(line->words[0]);
  amine_status status = (brain ? of_brain : of_network)(&json, line, &error);
  if (status == AMINE_OK)
    status = am_json_parse(&root, "the result", json.data, json.length, NULL, &error);
  const bool read = status != AMINE_OK;
  if (status == AMINE_OK && line->out)
    status = am_file_replace(line->out, json.data, json.length, &error);
  int code = status == AMINE_OK ? CLI_DONE : cli_fail(status, &error, read);
  if (code == CLI_DONE) {
    if (cli_has(line, CLI_JSON)) am_text_add(&text, json.data, json.length);
    else put_text(&text, root);
    code = cli_print(&text);
  }
  json_decref(root);
  am_text_free(&json);
  return code;
}
