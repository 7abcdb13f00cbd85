/* What the benchmarks share. Every measurement is a process of its own, so that it begins with
 * fresh memory and tells how much of it was used. */
#ifndef AMINE_CLI_BENCH_H
#define AMINE_CLI_BENCH_H

#include "cli/child.h"
#include "cli/command.h"

enum { BENCH_ROUNDS, BENCH_SECONDS, BENCH_PEER, BENCH_PYTHON };
_Static_assert(BENCH_PYTHON + 1 == CLI_N_BENCH_KEYS, "one row for each key");
enum { BENCH_MAX_ROUNDS = 100, BENCH_MAX_COUNTS = 2 };

/* What is to be measured. */
typedef struct cli_bench_plan {
  am_config config; /* resolved */
  int n_rounds;
  double seconds;               /* of one measurement, about */
  bool peer;                    /* PyTorch is wanted */
  const char *python;           /* its interpreter: a name or a path */
  int counts[BENCH_MAX_COUNTS]; /* of threads */
  int n_counts;
  double load; /* load average before anything was measured */
  bool busy;   /* it is too high for figures that can be relied on */
} cli_bench_plan;

/* One measurement of one round. */
typedef struct cli_bench_figures {
  double median_ms, least_ms; /* of one iteration */
  double reward, peak_mib;
  int n_iterations;
} cli_bench_figures;

/* The maze in Amine. */
amine_status cli_bench_amine(cli_bench_figures *out, const cli_bench_plan *plan, int threads,
                             amine_error *error);

/* The same iteration in PyTorch (bench/peer_maze.py, which is part of this program). */
typedef enum cli_bench_way {
  PEER_AS_IT_COMES,
  PEER_AT_ITS_BEST,
  PEER_BY_HAND,
  N_PEERS
} cli_bench_way;
extern const char *const cli_bench_ways[N_PEERS]; /* "as it comes", ... */

/* Whether it can run here; if not, *why is a sentence for the user and false is returned. */
bool cli_bench_peer_runs(const cli_bench_plan *plan, am_text *why);
/* `about` gets the versions of PyTorch and its BLAS if it is empty. */
amine_status cli_bench_peer(cli_bench_figures *out, am_text *about, const cli_bench_plan *plan,
                            cli_bench_way way, int threads, amine_error *error);

/* Runs body, which writes `size` bytes of result to standard output, in a child. */
amine_status cli_bench_child(void *result, size_t size, double *peak_mib,
                             void (*body)(void *context), void *context, amine_error *error);
/* For a body: hands its result over. */
void cli_bench_give(const void *result, size_t size);

/* "round 2 of 3: PyTorch, 1 thread" on a terminal; format NULL takes it away. */
void cli_bench_progress(const cli_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What is said of the machine and the setting, as text and as JSON members. */
void cli_bench_header(am_text *text, const cli_bench_plan *plan);
void cli_bench_header_json(am_text *text, const cli_bench_plan *plan, const char *name);
void cli_bench_threads(am_text *text, int threads); /* "1 thread", "2 threads" */

int cli_bench_maze(const cli_line *line, const cli_bench_plan *plan);
int cli_bench_floor(const cli_line *line, const cli_bench_plan *plan);

#endif
