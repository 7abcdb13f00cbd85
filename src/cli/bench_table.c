/* Rounds, rows and ratios of a benchmark (see bench_table.h). */
#include "cli/bench_table.h"

#include <stdio.h>

#include "format/json.h"
#include "run/bench/bench.h"

static const cli_bench_entry *entry_of(const cli_bench_table *b, const cli_bench_row *row) {
  return &b->entries[row->entry];
}

bool cli_bench_table_peer(cli_bench_table *b) {
  if (!b->plan->peer) return false;
  cli_bench_progress(b->line, "looking for PyTorch");
  const bool there = cli_bench_peer_runs(b->plan, &b->note);
  cli_bench_progress(b->line, NULL);
  return there;
}

/* ------------------------------------------------------------------------------ rounds */
static amine_status measure(cli_bench_table *b, cli_bench_row *row, amine_error *error) {
  cli_bench_figures f = {0};
  AM_TRY(b->measure(&f, b, row->entry, row->threads, error));
  cli_bench_figures *all = &row->all;
  if (row->n == 0 || f.least_ms < all->least_ms) all->least_ms = f.least_ms;
  if (f.peak_mib > all->peak_mib) all->peak_mib = f.peak_mib;
  all->reward += (f.reward - all->reward) * f.n_iterations / (all->n_iterations + f.n_iterations);
  all->n_iterations += f.n_iterations;
  row->ms[row->n++] = f.median_ms;
  return AMINE_OK;
}

/* Everything once in each round, so that what the machine does meanwhile meets all rows alike. A
 * peer that failed is not tried again. */
static amine_status one_round(cli_bench_table *b, int round, amine_error *error) {
  for (int k = 0; k < b->n_rows; k++) {
    cli_bench_row *row = &b->rows[k];
    amine_error inner = {0};
    if (row->n < round) continue;
    cli_bench_progress(b->line, "round %d of %d: %s, threads: %d", round + 1, b->plan->n_rounds,
                       entry_of(b, row)->name, row->threads);
    const amine_status status = measure(b, row, &inner);
    cli_bench_progress(b->line, NULL);
    if (status == AMINE_OK) continue;
    if (!entry_of(b, row)->peer) {
      *error = inner;
      return status;
    }
    b->failed = true;
    row->n = -1;
    am_text_printf(&b->note, "%s%s", b->note.length ? "; " : "", inner.message);
  }
  return AMINE_OK;
}

static amine_status run(cli_bench_table *b, amine_error *error) {
  for (int c = 0; c < b->plan->n_counts; c++)
    for (int e = 0; e < b->n_entries; e++)
      b->rows[b->n_rows++] = (cli_bench_row){.entry = e, .threads = b->plan->counts[c]};
  for (int round = 0; round < b->plan->n_rounds; round++) AM_TRY(one_round(b, round, error));
  for (int k = 0; k < b->n_rows; k++)
    if (b->rows[k].n > 0) b->rows[k].all.median_ms = am_median(b->rows[k].ms, b->rows[k].n);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ output */
/* Against Amine's row on the same threads. */
static double ratio(const cli_bench_table *b, const cli_bench_row *row, int entry) {
  const cli_bench_row *ours = b->rows;
  while (ours->entry != entry || ours->threads != row->threads) ours++;
  return row->all.median_ms / ours->all.median_ms;
}

static double rate(const cli_bench_table *b, const cli_bench_row *row) {
  return 1e3 / row->all.median_ms * b->n_counted;
}

/* One cell of the ratios; all but the last are as wide as each other. */
static void put_cell(am_text *text, const cli_bench_table *b, int k, const char *cell) {
  am_text_printf(text, "  %-*s", k + 1 < b->n_ratios ? 20 : 0, cell);
}

void cli_bench_table_text(am_text *text, const cli_bench_table *b, const char *what) {
  const bool peers = b->n_entries > 0 && b->entries[b->n_entries - 1].peer;
  if (b->about.length) am_text_printf(text, "%s\n", b->about.data);
  am_text_printf(text, "%s; medians of %d round%s, in turn\n\n", what, b->plan->n_rounds,
                 b->plan->n_rounds == 1 ? "" : "s");
  am_text_printf(text, "%-*s  %7s  %9s  %9s  %12s  %8s", b->width, "", "threads", "ms", "least ms",
                 b->rate, "peak MiB");
  for (int k = 0; peers && k < b->n_ratios; k++) put_cell(text, b, k, b->ratios[k].heading);
  am_text_puts(text, "\n");
  for (int k = 0; k < b->n_rows; k++) {
    const cli_bench_row *row = &b->rows[k];
    if (row->n <= 0) continue;
    am_text_printf(text, "%-*s  %7d  %9.*f  %9.*f  %12.*f  %8.1f", b->width, entry_of(b, row)->name,
                   row->threads, b->digits, row->all.median_ms, b->digits, row->all.least_ms,
                   b->rate_digits, rate(b, row), row->all.peak_mib);
    for (int r = 0; entry_of(b, row)->peer && r < b->n_ratios; r++) {
      char cell[40];
      cli_bench_times(cell, sizeof cell, ratio(b, row, b->ratios[r].entry), b->plan);
      put_cell(text, b, r, cell);
    }
    am_text_puts(text, "\n");
  }
}

void cli_bench_table_json(am_text *text, const cli_bench_table *b) {
  am_json_put_string(text, "peer", b->about.data);
  am_json_put_string(text, "note", b->note.data);
  am_json_list(text, "rows");
  for (int k = 0; k < b->n_rows; k++) {
    const cli_bench_row *row = &b->rows[k];
    const cli_bench_entry *entry = entry_of(b, row);
    if (row->n <= 0) continue;
    am_json_begin(text);
    am_json_put_string(text, "program", entry->peer ? "pytorch" : "amine");
    if (entry->way) am_json_put_string(text, "way", entry->way);
    am_json_put_int(text, "threads", row->threads);
    am_json_put_double(text, "ms", row->all.median_ms);
    am_json_put_double(text, "least_ms", row->all.least_ms);
    am_json_put_double(text, b->rates, rate(b, row));
    am_json_put_double(text, "peak_mib", row->all.peak_mib);
    am_json_put_int(text, "iterations", row->all.n_iterations);
    am_json_put_double(text, "reward", row->all.reward);
    for (int r = 0; entry->peer && r < b->n_ratios; r++)
      am_json_put_double(text, b->ratios[r].key, ratio(b, row, b->ratios[r].entry));
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

int cli_bench_table_print(cli_bench_table *b,
                          void (*say)(am_text *text, const cli_bench_table *table)) {
  amine_error error = {0};
  am_text text = {0};
  if (b->note.length) cli_say(b->line, "%s\n", b->note.data);
  const amine_status status = run(b, &error);
  int code = CLI_DONE;
  if (status == AMINE_OK) {
    say(&text, b);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  if (b->failed) {
    fprintf(stderr, "amine: %s\n", b->note.data ? b->note.data : "PyTorch failed");
    if (code == CLI_DONE) code = CLI_FAILED;
  }
  am_text_free(&b->about);
  am_text_free(&b->note);
  return code;
}
