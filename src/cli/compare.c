/* A table of measures over seeds (see compare.h). */
#include "cli/compare.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/signals.h"
#include "cli/simulation_progress.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/compare.h"

typedef struct watcher {
  cli_simulation_progress progress;
  double start;
  atomic_flag busy;
} watcher;

/* Who comes while another thread writes passes by. */
static void show(void *context, double done) {
  watcher *w = context;
  if (atomic_flag_test_and_set(&w->busy)) return;
  cli_simulation_progress_share(&w->progress, done, am_clock() - w->start);
  atomic_flag_clear(&w->busy);
}

/* ------------------------------------------------------------------------------ the table */
/* "0.93 ± 0.02", with two digits of the half width; "0.93" where that is nothing but rounding */
static void put_interval(char *out, size_t size, const am_interval *i) {
  if (isnan(i->mean)) {
    snprintf(out, size, "-");
  } else if (!(i->half > 1e-9 * fabs(i->mean))) {
    snprintf(out, size, "%.4g", i->mean);
  } else {
    int decimals = 1 - (int)floor(log10(i->half));
    if (decimals < 0) decimals = 0;
    if (decimals > 9) decimals = 9;
    snprintf(out, size, "%.*f%s%.*f", decimals, i->mean, cli_plus_minus(), decimals, i->half);
  }
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

static void put_text(am_text *text, const am_comparison *c, const char *source) {
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
    snprintf(name, sizeof name, "%s%s%s", m->name, m->unit[0] ? ", " : "", m->unit);
    am_text_puts(text, "  ");
    pad(text, name, NAME);
    for (int i = 0; i < (c->has_control ? 3 : 1); i++) {
      put_interval(cell, sizeof cell, all[i]);
      if (c->has_control && i < 2) pad(text, cell, COLUMN);
      else am_text_puts(text, cell);
    }
    am_text_puts(text, "\n");
  }
  am_text_printf(text, "mean%shalf of a 95 %% confidence interval over the seeds (Student's t)%s\n",
                 cli_plus_minus(), c->has_control ? "; differences are paired by seed" : "");
}

static void put_json_interval(am_text *text, const char *key, const am_interval *i) {
  am_json_put_key(text, key);
  am_json_begin(text);
  am_json_put_double(text, "mean", i->mean);
  am_json_put_double(text, "ci95", i->half);
  am_json_put_int(text, "n", i->n);
  am_text_puts(text, "}");
}

static void put_json_values(am_text *text, const char *key, const am_comparison *c, int arm,
                            int measure) {
  const size_t m = (size_t)c->protocol->n_measures;
  am_json_put_key(text, key);
  am_text_puts(text, "[");
  for (size_t i = 0; i < (size_t)c->n_seeds; i++) {
    if (i > 0) am_text_puts(text, ",");
    am_json_number(text, c->values[arm][i * m + (size_t)measure], 17);
  }
  am_text_puts(text, "]");
}

static void put_json(am_text *text, const am_comparison *c, const char *source) {
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
  am_json_put_key(text, "measures");
  am_text_puts(text, "[");
  for (int k = 0; k < c->protocol->n_measures; k++) {
    const am_measure *m = &c->protocol->measures[k];
    if (k > 0) am_text_puts(text, ",");
    am_json_begin(text);
    am_json_put_string(text, "name", m->name);
    am_json_put_string(text, "unit", m->unit);
    am_json_put_string(text, "meaning", m->meaning);
    put_json_interval(text, "free", &c->treated[k]);
    put_json_values(text, "free_values", c, 0, k);
    if (c->has_control) {
      put_json_interval(text, "control", &c->control[k]);
      put_json_values(text, "control_values", c, 1, k);
      put_json_interval(text, "difference", &c->difference[k]);
    }
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

int cli_compare(const cli_line *line, const am_simulation_config *config, int n_seeds) {
  amine_error error = {0};
  am_comparison c = {0};
  am_text text = {0};
  watcher w = {.start = am_clock(), .busy = ATOMIC_FLAG_INIT};
  cli_simulation_progress_begin(&w.progress, cli_has(line, CLI_QUIET));
  signal(SIGPIPE, SIG_IGN);
  const atomic_int *stop = cli_signals_catch();
  const am_batch_watch watch = {.progress = show, .context = &w, .stop = stop};
  const amine_status status = am_compare(&c, config, n_seeds, &watch, &error);
  cli_signals_release();
  cli_simulation_progress_end(&w.progress);
  if (status == AMINE_ERROR_STOPPED) {
    cli_say(line, "stopped; nothing is kept\n");
    return CLI_SIGNAL + atomic_load(stop);
  }
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  if (cli_has(line, CLI_JSON)) put_json(&text, &c, config->source);
  else put_text(&text, &c, config->source);
  am_comparison_free(&c);
  return cli_print(&text);
}
