/* A table of measures over seeds (see compare.h). */
#include "cli/compare.h"

#include <stdio.h>
#include <string.h>

#include "cli/beside.h"
#include "cli/side.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/simulate/compare.h"

/* ------------------------------------------------------------------------------ the table */
/* "latency_ms" says its unit itself. */
static bool says_unit(const am_measure *m) {
  const size_t n = strlen(m->name), u = strlen(m->unit);
  return n > u && m->name[n - u - 1] == '_' && strcmp(m->name + n - u, m->unit) == 0;
}

/* "dopamine at 0.5, serotonin at 0.5" */
static void put_control(am_text *text, const am_comparison *c) {
  const char *gap = "";
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    if (!c->clamped[k]) continue;
    am_text_printf(text, "%s%s at %.3g", gap, am_modulator_names[k], c->levels[k]);
    gap = ", ";
  }
}

static void pad(am_text *text, const char *word, int width) {
  am_text_printf(text, "%s%*s", word, width - cli_columns(word), "");
}

static void put_text(am_text *text, const am_comparison *c, const char *source, const char *folder,
                     const char *page) {
  enum { NAME = 18, COLUMN = 24 };
  am_text_printf(text, "%s, protocol %s, %d seeds from %llu", source, c->protocol->name, c->n_seeds,
                 (unsigned long long)c->first_seed);
  if (c->has_control) {
    am_text_puts(text, "; control: ");
    put_control(text, c);
  }
  am_text_puts(text, "\n  ");
  pad(text, "measure", NAME);
  if (c->has_control) {
    pad(text, "free", COLUMN);
    pad(text, "control", COLUMN);
  }
  am_text_puts(text, c->has_control ? "difference" : "mean");
  am_text_puts(text, "\n");
  for (int k = 0; k < c->protocol->n_measures; k++) {
    const am_measure *m = &c->protocol->measures[k];
    const am_interval *const all[3] = {&c->treated[k], &c->control[k], &c->difference[k]};
    char name[64], cell[64];
    const bool unit = m->unit[0] && !says_unit(m);
    if (c->protocol->plays && all[0]->n == 0 && all[1]->n == 0) continue; /* not of its task */
    snprintf(name, sizeof name, "%s%s%s", m->name, unit ? ", " : "", unit ? m->unit : "");
    am_text_puts(text, "  ");
    pad(text, name, NAME);
    for (int i = 0; i < (c->has_control ? 3 : 1); i++) {
      cli_put_interval(cell, sizeof cell, all[i]);
      if (c->has_control && i < 2) pad(text, cell, COLUMN);
      else am_text_puts(text, cell);
    }
    am_text_puts(text, "\n");
  }
  am_text_printf(text, "mean%shalf of a 95 %% confidence interval over the seeds (Student's t)%s\n",
                 cli_plus_minus(), c->has_control ? "; differences are paired by seed" : "");
  am_text_printf(text, "folder  %s\n", folder);
  if (page) am_text_printf(text, "report  %s\n", page);
}

static void put_json_values(am_text *text, const char *key, const am_comparison *c, int arm,
                            int measure) {
  const size_t m = (size_t)c->protocol->n_measures;
  am_json_list(text, key);
  for (size_t i = 0; i < (size_t)c->n_seeds; i++) {
    if (i > 0) am_text_puts(text, ",");
    am_json_number(text, c->values[arm][i * m + (size_t)measure], 17);
  }
  am_text_puts(text, "]");
}

static void put_json(am_text *text, const am_comparison *c, const char *source, const char *folder,
                     const char *page) {
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "from", source);
  am_json_put_string(text, "protocol", c->protocol->name);
  am_json_put_uint(text, "first_seed", c->first_seed);
  am_json_put_int(text, "seeds", c->n_seeds);
  am_json_put_key(text, "control");
  am_json_begin(text);
  for (int k = 0; k < AM_N_MODULATORS; k++)
    if (c->clamped[k]) am_json_put_double(text, am_modulator_names[k], c->levels[k]);
  am_text_puts(text, "}");
  am_json_list(text, "measures");
  for (int k = 0; k < c->protocol->n_measures; k++) {
    const am_measure *m = &c->protocol->measures[k];
    am_json_begin(text);
    am_json_put_string(text, "name", m->name);
    am_json_put_string(text, "unit", m->unit);
    am_json_put_string(text, "meaning", m->meaning);
    cli_json_interval(text, "free", &c->treated[k]);
    put_json_values(text, "free_values", c, 0, k);
    if (c->has_control) {
      cli_json_interval(text, "control", &c->control[k]);
      put_json_values(text, "control_values", c, 1, k);
      cli_json_interval(text, "difference", &c->difference[k]);
    }
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  if (c->limits[0]) am_json_put_string(text, "limits", c->limits);
  am_json_put_string(text, "folder", folder);
  if (page) am_json_put_string(text, "report", page);
  am_json_end(text);
}

/* What the description says and is not used, once for all runs. */
static amine_status say_notes(const cli_line *line, const am_simulation_config *config,
                              amine_error *error) {
  amine_brain *brain = NULL;
  am_text notes = {0};
  const amine_status status = am_simulation_config_brain(config, &brain, &notes, error);
  if (status == AMINE_OK && notes.length > 0) cli_say(line, "%s", notes.data);
  amine_brain_destroy(brain);
  am_text_free(&notes);
  return status;
}

static int finish(const cli_line *line, const am_comparison *c, const char *source,
                  const char *folder) {
  amine_error error = {0};
  am_text text = {0}, page = {0};
  amine_status status = AMINE_OK;
  if (!cli_has(line, CLI_NO_REPORT))
    status = cli_side_report(&page, folder, c->first_seed, c->n_seeds, c->has_control, &error);
  int code;
  if (status == AMINE_OK) {
    if (cli_has(line, CLI_JSON)) put_json(&text, c, source, folder, page.data);
    else put_text(&text, c, source, folder, page.data);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  am_text_free(&page);
  return code;
}

static int compare(const cli_line *line, const am_simulation_config *config, int n_seeds,
                   const char *folder, bool resume, int *signal) {
  amine_error error = {0};
  am_comparison c = {0};
  cli_side side;
  amine_status status = say_notes(line, config, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  const char *preset = json_string_value(json_object_get(config->root, "preset"));
  const char *what = preset ? preset : config->source;
  am_text said = {0};
  am_text_printf(&said, "%s %s, %d seeds side by side, in %.300s\n",
                 resume ? "going on with" : "simulating", what, n_seeds, folder);
  cli_side_begin(&side, line, &said, folder, n_seeds);
  status = am_compare(&c, config, n_seeds, folder, resume, &side.watch, &error);
  cli_side_end(&side);
  *signal = atomic_load(side.watch.stop);
  if (status == AMINE_ERROR_STOPPED) return cli_side_stopped(&side);
  if (status != AMINE_OK) return cli_fail(status, &error, !side.announced);
  cli_say(line, "%s", c.limits);
  const int code = finish(line, &c, what, folder);
  am_comparison_free(&c);
  return code;
}

int cli_compare(const cli_line *line, const am_simulation_config *config, int n_seeds,
                const char *folder, bool resume) {
  amine_error error = {0};
  int signal = 0;
  const amine_status status = cli_beside_open(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const int code = compare(line, config, n_seeds, folder, resume, &signal);
  cli_beside_close(line, signal);
  return code;
}
