/* amine bench floor: what the machine can do at most, how long an iteration of the maze would take
 * at that, and how near the kernels come to it. */
#include <math.h>
#include <stdio.h>

#include "cli/bench.h"
#include "format/json.h"
#include "run/bench/bench.h"
#include "run/bench/floor.h"

typedef struct floor_bench {
  const cli_line *line;
  const cli_bench_plan *plan;
  size_t lane_bytes;
  am_floor_pass passes[AM_FLOOR_PASSES];
  am_floor_rates rates[BENCH_MAX_COUNTS];
  double ms[BENCH_MAX_COUNTS][BENCH_MAX_ROUNDS], median_ms[BENCH_MAX_COUNTS];
} floor_bench;

typedef struct floor_work {
  size_t lane_bytes;
  int threads;
  double seconds;
  amine_error error;
  amine_status status;
  am_floor_rates rates;
} floor_work;

static void floor_body(void *context) {
  floor_work *w = context;
  w->status = am_floor_measure(&w->rates, w->lane_bytes, AM_FLOOR_MEMORY, w->threads, w->seconds,
                               &w->error);
  cli_bench_give(w, sizeof *w);
}

/* The highest rates of all rounds, in a child that starts the threads. */
static amine_status measure_rates(floor_bench *b, int c, amine_error *error) {
  enum { SHARE = 10 }; /* a loop shows its rate sooner than the maze */
  double peak;
  floor_work work = {.lane_bytes = b->lane_bytes,
                     .threads = b->plan->counts[c],
                     .seconds = b->plan->seconds / SHARE,
                     .rates = b->rates[c]};
  AM_TRY(cli_bench_child(&work, sizeof work, &peak, floor_body, &work, error));
  if (work.status == AMINE_OK) b->rates[c] = work.rates;
  else *error = work.error;
  return work.status;
}

static amine_status measure(floor_bench *b, amine_error *error) {
  const cli_bench_plan *plan = b->plan;
  am_experiment *x;
  AM_TRY(am_experiment_create(&x, &plan->config, error));
  b->lane_bytes = am_floor_lane_bytes(x);
  const amine_status status = am_floor_passes(b->passes, x, error);
  am_experiment_destroy(x);
  if (status != AMINE_OK) return status;
  for (int round = 0; round < plan->n_rounds; round++)
    for (int c = 0; c < plan->n_counts; c++) {
      cli_bench_figures f;
      cli_bench_progress(b->line, "round %d of %d, threads: %d", round + 1, plan->n_rounds,
                         plan->counts[c]);
      AM_TRY(measure_rates(b, c, error));
      AM_TRY(cli_bench_amine(&f, plan, plan->counts[c], error));
      b->ms[c][round] = f.median_ms;
    }
  for (int c = 0; c < plan->n_counts; c++) b->median_ms[c] = am_median(b->ms[c], plan->n_rounds);
  return AMINE_OK;
}

static double total_ms(const floor_bench *b, int c) {
  double total = 0;
  for (int k = 0; k < AM_FLOOR_PASSES; k++) total += am_floor_ms(&b->passes[k], &b->rates[c]);
  return total;
}

/* ------------------------------------------------------------------------------ output */
/* One rate, for each number of threads; `offset` is its place in am_floor_rates. */
static void put_rate(am_text *text, const floor_bench *b, const char *what, const char *unit,
                     size_t offset, double scale) {
  am_text_printf(text, "  %-44s %-6s", what, unit);
  for (int c = 0; c < b->plan->n_counts; c++) {
    const double *rate = (const double *)(const void *)((const char *)&b->rates[c] + offset);
    am_text_printf(text, "  %10.1f", *rate * scale);
  }
  am_text_puts(text, "\n");
}

static void put_rates(am_text *text, const floor_bench *b) {
  char lane[64], lane_both[64];
  const double kib = (double)b->lane_bytes / 1024;
  snprintf(lane, sizeof lane, "read, %.0f KiB for each thread", kib);
  snprintf(lane_both, sizeof lane_both, "read and written, %.0f KiB for each thread", kib);
  am_text_printf(text, "what this machine can do at most\n  %-51s", "threads");
  for (int c = 0; c < b->plan->n_counts; c++) am_text_printf(text, "  %10d", b->plan->counts[c]);
  am_text_puts(text, "\n");
  /* a multiply-add of a vector is 32 operations */
  put_rate(text, b, "fused multiply-adds in registers", "Gflop/s",
           offsetof(am_floor_rates, multiply_adds), 32e-9);
  put_rate(text, b, lane, "GB/s", offsetof(am_floor_rates, lane_read), 1e-9);
  put_rate(text, b, lane_both, "GB/s", offsetof(am_floor_rates, lane_update), 1e-9);
  put_rate(text, b, "read, 256 MiB in all", "GB/s", offsetof(am_floor_rates, memory_read), 1e-9);
  put_rate(text, b, "read and written, 256 MiB in all", "GB/s",
           offsetof(am_floor_rates, memory_update), 1e-9);
}

static void put_passes(am_text *text, const floor_bench *b) {
  am_text_printf(text,
                 "\nwhat an iteration needs; a vector is 16 connections of a lane in a step\n"
                 "  %-26s  %9s  %13s  %9s  %13s\n  %-26s  %9s  %13s  %9s  %13s\n",
                 "", "", "multiply-adds", "read", "and written", "pass", "vectors", "of each",
                 "B of each", "B of each");
  for (int k = 0; k < AM_FLOOR_PASSES; k++) {
    const am_floor_pass *p = &b->passes[k];
    const double n = p->vectors > 0 ? p->vectors : 1;
    am_text_printf(text, "  %-26s  %9.0f  %13.1f  %9.1f  %13.1f\n", p->name, p->vectors,
                   p->multiply_adds / n, p->read / n, p->updated / n);
  }
}

static void put_times(am_text *text, const floor_bench *b, int c) {
  am_text name = {0};
  const double floor = total_ms(b, c);
  cli_bench_threads(&name, b->plan->counts[c]);
  am_text_printf(text, "\nhow long that takes at the least, %s\n  %-26s  %9s  %13s  %9s\n",
                 name.data ? name.data : "", "pass", "memory ms", "arithmetic ms", "floor ms");
  am_text_free(&name);
  for (int k = 0; k < AM_FLOOR_PASSES; k++) {
    const am_floor_pass *p = &b->passes[k];
    am_text_printf(text, "  %-26s  %9.3f  %13.3f  %9.3f\n", p->name,
                   am_floor_memory_ms(p, &b->rates[c]), am_floor_arithmetic_ms(p, &b->rates[c]),
                   am_floor_ms(p, &b->rates[c]));
  }
  am_text_printf(text, "  %-26s  %9s  %13s  %9.3f\n", "all", "", "", floor);
  am_text_printf(text, "  %-26s  %9s  %13s  %9.3f   %.0f %% of the machine's floor\n", "measured",
                 "", "", b->median_ms[c], 100 * floor / b->median_ms[c]);
}

static void put_json_rates(am_text *text, const am_floor_rates *r) {
  am_json_put_double(text, "multiply_adds_per_s", r->multiply_adds);
  am_json_put_double(text, "lane_read_bytes_per_s", r->lane_read);
  am_json_put_double(text, "lane_update_bytes_per_s", r->lane_update);
  am_json_put_double(text, "memory_read_bytes_per_s", r->memory_read);
  am_json_put_double(text, "memory_update_bytes_per_s", r->memory_update);
}

static void put_json_passes(am_text *text, const floor_bench *b, int c) {
  am_json_put_key(text, "passes");
  for (int k = 0; k < AM_FLOOR_PASSES; k++) {
    const am_floor_pass *p = &b->passes[k];
    am_text_puts(text, k ? "," : "[");
    am_json_begin(text);
    am_json_put_string(text, "pass", p->name);
    am_json_put_double(text, "vectors", p->vectors);
    am_json_put_double(text, "multiply_adds", p->multiply_adds);
    am_json_put_double(text, "bytes_read", p->read);
    am_json_put_double(text, "bytes_updated", p->updated);
    am_json_put_double(text, "memory_ms", am_floor_memory_ms(p, &b->rates[c]));
    am_json_put_double(text, "arithmetic_ms", am_floor_arithmetic_ms(p, &b->rates[c]));
    am_json_put_double(text, "floor_ms", am_floor_ms(p, &b->rates[c]));
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static void put_json(am_text *text, const floor_bench *b) {
  am_json_begin(text);
  cli_bench_header_json(text, b->plan, "floor");
  am_json_put_double(text, "lane_bytes", (double)b->lane_bytes);
  am_json_put_key(text, "rows");
  for (int c = 0; c < b->plan->n_counts; c++) {
    am_text_puts(text, c ? "," : "[");
    am_json_begin(text);
    am_json_put_int(text, "threads", b->plan->counts[c]);
    put_json_rates(text, &b->rates[c]);
    put_json_passes(text, b, c);
    am_json_put_double(text, "floor_ms", total_ms(b, c));
    am_json_put_double(text, "ms", b->median_ms[c]);
    am_json_put_double(text, "share", total_ms(b, c) / b->median_ms[c]);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

int cli_bench_floor(const cli_line *line, const cli_bench_plan *plan) {
  amine_error error = {0};
  am_text text = {0};
  floor_bench b = {.line = line, .plan = plan};
  const amine_status status = measure(&b, &error);
  cli_bench_progress(line, NULL);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  if (cli_has(line, CLI_JSON)) {
    put_json(&text, &b);
  } else {
    cli_bench_header(&text, plan);
    am_text_puts(&text, "\n");
    put_rates(&text, &b);
    put_passes(&text, &b);
    for (int c = 0; c < plan->n_counts; c++) put_times(&text, &b, c);
  }
  return cli_print(&text);
}
