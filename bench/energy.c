/* What living and learning cost, learner by learner, counted in the running code.
 *
 *   energy                  prints the table of docs/performance.md
 *   energy --check FILE     and says which of its lines FILE lacks (exit code 1)
 *
 * The kernels that run here are those of the library, compiled on a vector that counts
 * (bench/counted.h). Counted is what is done on vectors: networks, traces, gradients, read-outs,
 * the step of the weights. The worlds, draws of random numbers and the few scalar sums are not. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amine/kernel.h"
#include "amine/memory.h"
#include "run/config/objects.h"
#include "run/train/experiment.h"

typedef struct counted {
  unsigned long long operations, bytes;
} counted;
counted am_counted; /* what bench/counted.h adds to */

/* ------------------------------------------------------------------------------ memory */
static size_t held; /* bytes */

static void *measured(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  held += new_size;
  held -= block ? old_size : 0;
  if (new_size == 0) {
    free(block);
    return NULL;
  }
  void *grown = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (!grown) exit(2);
  if (block) memcpy(grown, block, old_size < new_size ? old_size : new_size);
  free(block);
  return grown;
}

/* ------------------------------------------------------------------------------ one learner */
typedef struct row {
  const char *name, *network;
  const char *settings[8];
} row;

/* 32 units and 16 lanes everywhere; T steps. */
#define ACTS "task.type=delayed-match"
#define PREDICTS                                                                                   \
  "task.type=periodic", "network.type=hebbian-rnn", "rule.type=fading", "modulator.type=given"
static const row rows[] = {
    {"bptt", "GRU", {ACTS, "network.type=gru", "learner.type=bptt"}},
    {"signalling", "GRU and signalling GRU", {ACTS, "network.type=gru", "learner.type=signalling"}},
    {"signalling, learner.form=online",
     "GRU and signalling GRU",
     {ACTS, "network.type=gru", "learner.type=signalling", "learner.form=online"}},
    {"e-prop", "GRU", {ACTS, "network.type=gru", "learner.type=e-prop"}},
    {"feedback-alignment", "GRU", {ACTS, "network.type=gru", "learner.type=feedback-alignment"}},
    {"node-perturbation", "GRU", {ACTS, "network.type=gru", "learner.type=node-perturbation"}},
    {"weight-perturbation", "GRU", {ACTS, "network.type=gru", "learner.type=weight-perturbation"}},
    {"evolution", "GRU", {ACTS, "network.type=gru", "learner.type=evolution"}},
    {"reward-walk", "GRU", {ACTS, "network.type=gru", "learner.type=reward-walk"}},
    {"rflo", "leaky RNN", {ACTS, "network.type=leaky-rnn", "learner.type=rflo"}},
    {"e-prop",
     "plastic RNN, modulated",
     {ACTS, "learner.type=e-prop", "rule.type=clip", "modulator.type=readout"}},
    {"evolution",
     "plastic RNN, modulated",
     {ACTS, "learner.type=evolution", "rule.type=clip", "modulator.type=readout"}},
    {"bptt, of values", "Hebbian RNN", {PREDICTS, "learner.type=bptt"}},
    {"delta", "Hebbian RNN", {PREDICTS, "learner.type=delta"}},
    {"a2c", "plastic RNN, modulated", {ACTS}},
    {"a2c, rule.type=none", "the same, not plastic", {ACTS, "rule.type=none"}},
};
enum { N_ROWS = sizeof rows / sizeof *rows, LANES = 16, SHORT = 16, LONG = 64 };

typedef struct cost {
  double living, learning; /* operations of a step and lane */
  double bytes;            /* moved in a step and lane that learns */
  double memory;           /* held, per lane */
} cost;

static am_experiment *experiment_of(const row *r, int n_steps) {
  am_config config;
  am_experiment *x;
  amine_error error = {0};
  char steps[32];
  snprintf(steps, sizeof steps, "task.steps=%d", n_steps);
  const char *const common[] = {"network.hidden=32", "batch=16", "threads=1", "learner.warmup=0",
                                steps};
  am_config_default(&config);
  amine_status status = AMINE_OK;
  for (int k = 0; k < 8 && r->settings[k] && status == AMINE_OK; k++)
    status = am_config_assign(&config, r->settings[k], &error);
  for (size_t k = 0; k < sizeof common / sizeof *common && status == AMINE_OK; k++)
    status = am_config_assign(&config, common[k], &error);
  for (int k = 0; k < config.n_settings; k++) /* not all have a warm-up */
    config.settings[k].wished = false;
  if (status == AMINE_OK) status = am_config_resolve(&config, &error);
  if (status == AMINE_OK) status = am_experiment_create(&x, &config, &error);
  if (status == AMINE_OK) return x;
  fprintf(stderr, "%s: %s\n", r->name, error.message);
  exit(2);
}

/* What one more learner of the same kind takes. */
static double memory_of(const am_experiment *x) {
  const size_t before = held;
  am_learner *another;
  if (am_learner_of_config(&another, &x->config, x->task, NULL) != AMINE_OK) exit(2);
  const size_t taken = held - before;
  am_learner_destroy(another);
  return (double)taken;
}

static cost cost_of(const row *r, int n_steps) {
  const double steps = (double)LANES * n_steps;
  am_experiment *x = experiment_of(r, n_steps);
  am_learner_report report;
  amine_error error = {0};
  double rewards[LANES];
  cost c = {.memory = memory_of(x) / LANES};
  am_counted = (counted){0};
  x->learner->type->evaluate(x->learner, rewards, LANES, 0, 1, false);
  c.living = 16.0 * (double)am_counted.operations / steps;
  am_counted = (counted){0};
  if (am_experiment_iterate(x, &report, &error) != AMINE_OK) {
    fprintf(stderr, "%s: %s\n", r->name, error.message);
    exit(2);
  }
  c.learning = 16.0 * (double)am_counted.operations / steps;
  c.bytes = (double)am_counted.bytes / steps;
  am_experiment_destroy(x);
  return c;
}

/* ------------------------------------------------------------------------------ the table */
static void put_line(char *out, size_t size, const row *r) {
  const cost a = cost_of(r, SHORT), b = cost_of(r, LONG);
  const double each = (b.memory - a.memory) / (LONG - SHORT);
  char grows[32] = "no";
  if (each >= 1) snprintf(grows, sizeof grows, "%.0f", each);
  snprintf(out, size, "| `%s` | %s | %.0f | %.0f | %.2f | %.0f | %.1f | %.1f | %s |", r->name,
           r->network, b.living, b.learning, b.learning / b.living, b.bytes, a.memory / 1024,
           b.memory / 1024, grows);
}

/* Whether the file has the line, whole. */
static int holds(const char *text, const char *line) {
  const size_t n = strlen(line);
  for (const char *p = text; (p = strstr(p, line)) != NULL; p += n)
    if ((p == text || p[-1] == '\n') && p[n] == '\n') return 1;
  return 0;
}

static char *read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  if (!f || !text) exit(2);
  text[fread(text, 1, (1 << 20) - 1, f)] = 0;
  fclose(f);
  return text;
}

int main(int argc, char **argv) {
  char line[400];
  int missing = 0;
  char *text = argc > 2 && strcmp(argv[1], "--check") == 0 ? read_file(argv[2]) : NULL;
  amine_memory_use(measured, NULL);
  amine_kernel_use("plain", NULL);
  puts("| learner | network | operations, living | operations, learning | ratio | bytes, learning "
       "| KiB a lane, T = 16 | T = 64 | bytes a step of T |");
  puts("|---|---|---:|---:|---:|---:|---:|---:|---:|");
  for (int k = 0; k < N_ROWS; k++) {
    put_line(line, sizeof line, &rows[k]);
    puts(line);
    if (!text || holds(text, line)) continue;
    missing++;
    fprintf(stderr, "not in %s: %s\n", argv[2], rows[k].name);
  }
  free(text);
  return missing > 0;
}
