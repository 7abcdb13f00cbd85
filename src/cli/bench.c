/* amine bench: what is to be measured, and what all benchmarks share (see bench.h). */
#include "cli/bench.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amine/kernel.h"
#include "base/threads.h"
#include "base/words.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/bench/bench.h"

#define QUIET_LOAD 0.5

const amine_parameter cli_bench_keys[] = {BENCH_ROWS};

const cli_variant cli_bench_variants[] = {
    [CLI_BENCH_BRAIN] = {"brain", cli_bench_brain_keys, CLI_N_BENCH_BRAIN_KEYS},
    {"signalling", cli_bench_delayed_match_keys, CLI_N_BENCH_DELAYED_MATCH_KEYS},
    {"lstm", cli_bench_delayed_match_keys, CLI_N_BENCH_DELAYED_MATCH_KEYS},
    {"plastic-lstm", cli_bench_delayed_match_keys, CLI_N_BENCH_DELAYED_MATCH_KEYS},
    {"language", cli_bench_language_keys, CLI_N_BENCH_LANGUAGE_KEYS},
    {"plastic-language", cli_bench_language_keys, CLI_N_BENCH_LANGUAGE_KEYS},
    {0}};

/* ------------------------------------------------------------------------------ the plan */
amine_status cli_bench_take_python(cli_bench_plan *plan, cli_line *rest, const cli_line *line,
                                   amine_error *error) {
  static const char key[] = "python=";
  *rest = *line;
  rest->n_assignments = 0;
  AM_TRY(AM_TAKE(rest->assignments, (size_t)line->n_assignments + 1, error));
  plan->python = "python3";
  for (int k = 0; k < line->n_assignments; k++) {
    const char *word = line->assignments[k];
    if (strncmp(word, key, sizeof key - 1) == 0) plan->python = word + sizeof key - 1;
    else rest->assignments[rest->n_assignments++] = word;
  }
  if (plan->python[0]) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "python= needs the name or the path of a Python interpreter");
}

static amine_status read_keys(cli_bench_plan *plan, const cli_line *line, amine_error *error) {
  am_value own[CLI_N_BENCH_KEYS];
  cli_line rest;
  am_config_default(&plan->config);
  AM_TRY(am_config_load(&plan->config, "maze-paper", error));
  am_config_put(&plan->config, "learner.warmup", 0); /* Adam is part of every iteration */
  amine_status status = cli_bench_take_python(plan, &rest, line, error);
  if (status == AMINE_OK) status = cli_configure(&plan->config, own, &rest, error);
  am_free(rest.assignments);
  if (status != AMINE_OK) return status;
  plan->n_rounds = (int)own[BENCH_ROUNDS].number;
  plan->seconds = own[BENCH_SECONDS].number;
  plan->peer = own[BENCH_PEER].number == 0;
  return AMINE_OK;
}

void cli_bench_look_around(cli_bench_plan *plan, int threads) {
  const int most = threads ? threads : am_processors();
  plan->counts[plan->n_counts++] = 1;
  if (most > 1) plan->counts[plan->n_counts++] = most;
  if (getloadavg(&plan->load, 1) != 1) plan->load = 0;
  plan->busy = plan->load > QUIET_LOAD;
}

void cli_bench_say_busy(const cli_line *line, const cli_bench_plan *plan) {
  if (plan->busy)
    cli_say(line, "this machine is busy (load average %.2f): only the size of a ratio is told\n",
            plan->load);
}

int cli_bench(const cli_line *line) {
  amine_error error = {0};
  cli_bench_plan plan = {0};
  if (strcmp(line->words[0], "brain") == 0) return cli_bench_brain(line);
  if (am_word_among("signalling|lstm|plastic-lstm", line->words[0]))
    return cli_bench_delayed_match(line);
  if (am_word_among("language|plastic-language", line->words[0])) return cli_bench_language(line);
  const amine_status status = read_keys(&plan, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  cli_bench_look_around(&plan, plan.config.common.threads);
  cli_bench_say_busy(line, &plan);
  return strcmp(line->words[0], "floor") == 0 ? cli_bench_floor(line, &plan)
                                              : cli_bench_maze(line, &plan);
}

/* ------------------------------------------------------------------------------ Amine */
void cli_bench_give(const void *result, size_t size) {
  const char *at = result;
  while (size > 0) {
    const ssize_t n = write(STDOUT_FILENO, at, size);
    if (n <= 0) _exit(CLI_FAILED);
    at += n;
    size -= (size_t)n;
  }
}

amine_status cli_bench_child(void *result, size_t size, double *peak_mib,
                             void (*body)(void *context), void *context, amine_error *error) {
  cli_child child;
  AM_TRY(cli_child_run(&child, NULL, false, body, context, error));
  const bool whole = child.code == 0 && child.output.length == size;
  if (whole) memcpy(result, child.output.data, size);
  *peak_mib = child.peak_mib;
  am_text_free(&child.output);
  return whole ? AMINE_OK
               : am_fail(error, AMINE_ERROR_IO, "the measurement ended early (code %d)%s",
                         child.code, child.code == 137 ? ": out of memory?" : "");
}

typedef struct amine_work {
  const cli_bench_plan *plan;
  int threads;
} amine_work;

typedef struct amine_answer {
  amine_status status;
  amine_error error;
  am_bench_result result;
} amine_answer;

static void amine_body(void *context) {
  const amine_work *work = context;
  amine_answer answer = {0};
  am_experiment *x;
  am_config config = work->plan->config;
  config.common.threads = work->threads;
  answer.status = am_experiment_create(&x, &config, &answer.error);
  if (answer.status == AMINE_OK)
    answer.status = am_bench_iterations(&answer.result, x, work->plan->seconds, &answer.error);
  cli_bench_give(&answer, sizeof answer);
}

amine_status cli_bench_amine(cli_bench_figures *out, const cli_bench_plan *plan, int threads,
                             amine_error *error) {
  amine_work work = {plan, threads};
  amine_answer answer;
  double peak;
  AM_TRY(cli_bench_child(&answer, sizeof answer, &peak, amine_body, &work, error));
  if (answer.status != AMINE_OK) {
    *error = answer.error;
    return answer.status;
  }
  *out = (cli_bench_figures){.median_ms = answer.result.median_ms,
                             .least_ms = answer.result.least_ms,
                             .reward = answer.result.reward,
                             .peak_mib = peak,
                             .n_iterations = answer.result.n_iterations};
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ words */
void cli_bench_progress(const cli_line *line, const char *format, ...) {
  char text[200] = "";
  va_list arguments;
  const bool in_place = cli_terminal(STDERR_FILENO);
  if (cli_has(line, CLI_QUIET) || (!in_place && !format)) return;
  va_start(arguments, format);
  if (format) vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (in_place) fprintf(stderr, "\r\033[K%.*s", cli_terminal_width(STDERR_FILENO, 80) - 1, text);
  else fprintf(stderr, "%s\n", text);
}

void cli_bench_times(char *out, size_t size, double ratio, const cli_bench_plan *plan) {
  const int wanted = plan->busy ? 1 : 3; /* digits that mean something */
  const double magnitude = isfinite(ratio) && ratio > 0 ? floor(log10(ratio)) : 0;
  const double unit = pow(10, magnitude - (wanted - 1));
  const int decimals = (int)fmin(fmax(wanted - 1 - magnitude, 0), 9);
  snprintf(out, size, "%s%.*f times as fast", plan->busy ? "about " : "", decimals,
           round(ratio / unit) * unit);
}

void cli_bench_threads(am_text *text, int threads) {
  am_text_printf(text, "%d thread%s", threads, threads == 1 ? "" : "s");
}

/* The processor's name as Linux gives it, or "". */
static const char *processor(char *out, size_t size) {
  char row[256];
  FILE *file = fopen("/proc/cpuinfo", "r");
  out[0] = 0;
  while (file && fgets(row, sizeof row, file)) {
    const char *colon = strchr(row, ':');
    if (strncmp(row, "model name", 10) != 0 || !colon) continue;
    snprintf(out, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
    break;
  }
  if (file) fclose(file);
  return out;
}

static int int_of(const am_config *c, const char *key) { return (int)am_config_number(c, key); }

void cli_bench_header(am_text *text, const cli_bench_plan *plan) {
  const am_config *c = &plan->config;
  am_text_printf(text, "%s: batch %d, %d steps, %d hidden units, %d x %d cells\n", c->preset,
                 c->common.batch, int_of(c, "task.steps"), int_of(c, "network.hidden"),
                 int_of(c, "task.size"), int_of(c, "task.size"));
  cli_bench_machine(text, plan);
}

void cli_bench_machine(am_text *text, const cli_bench_plan *plan) {
  char name[128];
  processor(name, sizeof name);
  am_text_printf(text, "%s%s%d processor%s, %s kernels, load average %.2f%s\n", name,
                 name[0] ? ", " : "", am_processors(), am_processors() == 1 ? "" : "s",
                 amine_kernel_name(), plan->load,
                 plan->busy ? ": busy, times are as they came" : "");
}

void cli_bench_machine_json(am_text *text, const cli_bench_plan *plan, const char *name) {
  char cpu[128];
  am_json_put_string(text, "bench", name);
  am_json_put_string(text, "version", amine_version());
  am_json_put_string(text, "processor", processor(cpu, sizeof cpu));
  am_json_put_int(text, "processors", am_processors());
  am_json_put_string(text, "kernel", amine_kernel_name());
  am_json_put_double(text, "load", plan->load);
  am_json_put_bool(text, "busy", plan->busy);
  am_json_put_int(text, "rounds", plan->n_rounds);
}

void cli_bench_header_json(am_text *text, const cli_bench_plan *plan, const char *name) {
  const am_config *c = &plan->config;
  cli_bench_machine_json(text, plan, name);
  am_json_put_int(text, "batch", c->common.batch);
  am_json_put_int(text, "steps", int_of(c, "task.steps"));
  am_json_put_int(text, "hidden", int_of(c, "network.hidden"));
  am_json_put_int(text, "size", int_of(c, "task.size"));
  am_json_put_double(text, "seconds", plan->seconds);
}
