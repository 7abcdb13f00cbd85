/* amine bench maze: the same iteration here and in PyTorch, on the same threads, in one run. */
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"
#include "format/json.h"
#include "run/bench.h"

/* A row of the table: a program with its threads, and what its rounds said. */
typedef struct bench_row {
  int peer; /* -1: Amine, else a cli_bench_way */
  int threads, n;
  double ms[BENCH_MAX_ROUNDS];
  cli_bench_figures all; /* over the rounds: median, least, largest peak, sum of iterations */
} bench_row;

enum { MAX_ROWS = BENCH_MAX_COUNTS * (1 + N_PEERS) };

typedef struct maze_bench {
  const cli_line *line;
  const cli_bench_plan *plan;
  bench_row rows[MAX_ROWS];
  int n_rows;
  bool failed;   /* a peer that could run did not */
  am_text about; /* the peer's versions */
  am_text note;  /* why there is no peer, or it failed */
} maze_bench;

/* The peer knows one network and one recipe: any other setting would be another iteration. Returns
 * the first key that it cannot follow, or AM_N_KEYS. */
static am_key_id beyond_peer(const cli_bench_plan *plan) {
  static const am_key_id known[] = {
      AM_SEED,         AM_BATCH,          AM_RECORD,
      AM_TASK_SIZE,    AM_TASK_STEPS,     AM_NETWORK_HIDDEN,
      AM_LEARNER_RATE, AM_LEARNER_WARMUP, AM_LEARNER_SCHEDULE_ITERATIONS};
  am_config published;
  am_config_default(&published);
  for (int k = 0; k < AM_N_KEYS; k++) {
    char ours[64], theirs[64];
    bool skip = !am_keys[k].shapes;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) skip |= (int)known[i] == k;
    am_config_text(&plan->config, (am_key_id)k, ours, sizeof ours);
    am_config_text(&published, (am_key_id)k, theirs, sizeof theirs);
    if (!skip && strcmp(ours, theirs) != 0) return (am_key_id)k;
  }
  return AM_N_KEYS;
}

static bool peer_is_there(maze_bench *b) {
  if (!b->plan->peer) return false;
  const am_key_id other = beyond_peer(b->plan);
  if (other != AM_N_KEYS) {
    am_text_printf(&b->note, "PyTorch is left out: its program has no other %s",
                   am_keys[other].name);
    return false;
  }
  cli_bench_progress(b->line, "looking for PyTorch");
  const bool there = cli_bench_peer_runs(b->plan, &b->note);
  cli_bench_progress(b->line, NULL);
  return there;
}

static void name_row(am_text *text, const bench_row *row) {
  if (row->peer < 0) am_text_puts(text, "Amine");
  else am_text_printf(text, "PyTorch, %s", cli_bench_ways[row->peer]);
}

static amine_status measure(maze_bench *b, bench_row *row, amine_error *error) {
  cli_bench_figures f = {0};
  if (row->peer < 0) AM_TRY(cli_bench_amine(&f, b->plan, row->threads, error));
  else
    AM_TRY(cli_bench_peer(&f, &b->about, b->plan, (cli_bench_way)row->peer, row->threads, error));
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
static amine_status all_rounds(maze_bench *b, amine_error *error) {
  for (int round = 0; round < b->plan->n_rounds; round++)
    for (int k = 0; k < b->n_rows; k++) {
      bench_row *row = &b->rows[k];
      am_text name = {0};
      amine_error inner = {0};
      if (row->n < round) continue;
      name_row(&name, row);
      cli_bench_progress(b->line, "round %d of %d: %s, threads: %d", round + 1, b->plan->n_rounds,
                         name.data ? name.data : "", row->threads);
      am_text_free(&name);
      const amine_status status = measure(b, row, &inner);
      cli_bench_progress(b->line, NULL);
      if (status == AMINE_OK) continue;
      if (row->peer < 0) {
        *error = inner;
        return status;
      }
      b->failed = true;
      row->n = -1;
      am_text_printf(&b->note, "%s%s", b->note.length ? "; " : "", inner.message);
    }
  for (int k = 0; k < b->n_rows; k++)
    if (b->rows[k].n > 0) b->rows[k].all.median_ms = am_median(b->rows[k].ms, b->rows[k].n);
  return AMINE_OK;
}

/* Amine's row on the same threads. */
static const bench_row *ours(const maze_bench *b, const bench_row *row) {
  const bench_row *found = b->rows;
  while (found->peer >= 0 || found->threads != row->threads) found++;
  return found;
}

/* ------------------------------------------------------------------------------ output */
static void put_text(am_text *text, const maze_bench *b) {
  cli_bench_header(text, b->plan);
  if (b->about.length) am_text_printf(text, "%s\n", b->about.data);
  am_text_printf(text, "the same iteration in every row; medians of %d round%s, in turn\n\n",
                 b->plan->n_rounds, b->plan->n_rounds == 1 ? "" : "s");
  am_text_printf(text, "%-26s  %7s  %9s  %9s  %12s  %8s%s\n", "", "threads", "ms", "least ms",
                 "iterations/s", "peak MiB", b->n_rows > b->plan->n_counts ? "  Amine is" : "");
  for (int k = 0; k < b->n_rows; k++) {
    const bench_row *row = &b->rows[k];
    am_text name = {0};
    if (row->n <= 0) continue;
    name_row(&name, row);
    am_text_printf(text, "%-26s  %7d  %9.2f  %9.2f  %12.1f  %8.1f", name.data ? name.data : "",
                   row->threads, row->all.median_ms, row->all.least_ms, 1e3 / row->all.median_ms,
                   row->all.peak_mib);
    if (row->peer >= 0)
      am_text_printf(text, "  %.1f times as fast",
                     row->all.median_ms / ours(b, row)->all.median_ms);
    am_text_puts(text, "\n");
    am_text_free(&name);
  }
}

static void put_json(am_text *text, const maze_bench *b) {
  am_json_begin(text);
  cli_bench_header_json(text, b->plan, "maze");
  am_json_put_string(text, "peer", b->about.data);
  am_json_put_string(text, "note", b->note.data);
  am_json_put_key(text, "rows");
  am_text_puts(text, "[");
  bool first = true;
  for (int k = 0; k < b->n_rows; k++) {
    const bench_row *row = &b->rows[k];
    if (row->n <= 0) continue;
    if (!first) am_text_puts(text, ",");
    first = false;
    am_json_begin(text);
    am_json_put_string(text, "program", row->peer < 0 ? "amine" : "pytorch");
    if (row->peer >= 0) am_json_put_string(text, "way", cli_bench_ways[row->peer]);
    am_json_put_int(text, "threads", row->threads);
    am_json_put_double(text, "ms", row->all.median_ms);
    am_json_put_double(text, "least_ms", row->all.least_ms);
    am_json_put_double(text, "iterations_per_s", 1e3 / row->all.median_ms);
    am_json_put_double(text, "peak_mib", row->all.peak_mib);
    am_json_put_int(text, "iterations", row->all.n_iterations);
    am_json_put_double(text, "reward", row->all.reward);
    if (row->peer >= 0)
      am_json_put_double(text, "ratio", row->all.median_ms / ours(b, row)->all.median_ms);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

int cli_bench_maze(const cli_line *line, const cli_bench_plan *plan) {
  amine_error error = {0};
  am_text text = {0};
  maze_bench b = {.line = line, .plan = plan};
  const int peers = peer_is_there(&b) ? N_PEERS : 0;
  if (b.note.length) cli_say(line, "%s\n", b.note.data);
  for (int c = 0; c < plan->n_counts; c++)
    for (int peer = -1; peer < peers; peer++)
      b.rows[b.n_rows++] = (bench_row){.peer = peer, .threads = plan->counts[c]};
  const amine_status status = all_rounds(&b, &error);
  int code = status == AMINE_OK ? CLI_DONE : cli_fail(status, &error, false);
  if (code == CLI_DONE) {
    if (cli_has(line, CLI_JSON)) put_json(&text, &b);
    else put_text(&text, &b);
    code = cli_print(&text);
  }
  if (b.failed) {
    fprintf(stderr, "amine: %s\n", b.note.data ? b.note.data : "PyTorch failed");
    if (code == CLI_DONE) code = CLI_FAILED;
  }
  am_text_free(&b.about);
  am_text_free(&b.note);
  return code;
}
