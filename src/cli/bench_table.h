/* Benchmarks whose rows are programs that run an iteration, on numbers of threads: everything once
 * in each round, medians over the rounds, the table and its JSON. */
#ifndef AMINE_CLI_BENCH_TABLE_H
#define AMINE_CLI_BENCH_TABLE_H

#include "cli/bench.h"

enum { BENCH_MAX_ENTRIES = 8, BENCH_MAX_TABLE = BENCH_MAX_ENTRIES * BENCH_MAX_COUNTS };

/* What is measured: Amine or a peer, in one of its ways. */
typedef struct cli_bench_entry {
  const char *name; /* in the table */
  const char *way;  /* in JSON; NULL: there is one only */
  bool peer;        /* PyTorch; its failure ends its own rows alone */
} cli_bench_entry;

/* How many times as fast as a peer's rows one of Amine's is. */
typedef struct cli_bench_ratio {
  const char *heading; /* "Amine is" */
  const char *key;     /* in JSON */
  int entry;           /* of Amine */
} cli_bench_ratio;

/* A row: an entry with its threads, and what its rounds said. */
typedef struct cli_bench_row {
  int entry, threads, n;
  double ms[BENCH_MAX_ROUNDS];
  cli_bench_figures all; /* over the rounds: median, least, largest peak, sum of iterations */
} cli_bench_row;

typedef struct cli_bench_table cli_bench_table;
struct cli_bench_table {
  const cli_line *line;
  const cli_bench_plan *plan;
  const cli_bench_entry *entries; /* peers last */
  int n_entries;                  /* that are measured */
  const cli_bench_ratio *ratios;
  int n_ratios;
  amine_status (*measure)(cli_bench_figures *out, cli_bench_table *table, int entry, int threads,
                          amine_error *error);
  void *context;            /* of measure */
  const char *rate, *rates; /* what is counted in a second: its heading and its key in JSON */
  double n_counted;         /* of those in an iteration */
  int width;                /* of the names */
  int digits, rate_digits;  /* after the point: of milliseconds, of the rate */
  cli_bench_row rows[BENCH_MAX_TABLE];
  int n_rows;
  bool failed;   /* a peer that could run did not */
  am_text about; /* the peer's versions */
  am_text note;  /* why there is no peer, or it failed */
};

/* Whether PyTorch is wanted and can run; if not, table->note says why. */
bool cli_bench_table_peer(cli_bench_table *table);
/* The peer's versions, the line `what` about the rounds, and the rows. */
void cli_bench_table_text(am_text *text, const cli_bench_table *table, const char *what);
/* The members "peer", "note" and "rows". */
void cli_bench_table_json(am_text *text, const cli_bench_table *table);
/* Runs it, prints what `say` writes, says if a peer failed, and frees what the table holds. Returns
 * the exit code. */
int cli_bench_table_print(cli_bench_table *table,
                          void (*say)(am_text *text, const cli_bench_table *table));

#endif
