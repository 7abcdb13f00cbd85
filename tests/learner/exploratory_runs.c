/* Whole trainings with the exploratory Hebbian learner, and the published criterion: trials until
 * 95 of 100 successive ones had an error below the bound.
 *
 *   exploratory_runs dnms|selective default|printed exploratory|node FIRST LAST TRIALS [shuffled]
 *                    [bound=1] [eta=...] [clip=...]
 *
 * One line a seed, FIRST to LAST, then the quartiles. -1 stands for never. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/threads.h"
#include "learner/exploratory_hebb.h"
#include "learner/texts.h"
#include "task/create.h"
#include "task/dnms.h"
#include "task/selective.h"

typedef struct runs {
  bool selective, printed;
  am_hebb_options options;
  float eta, clip; /* NAN: as the constants have it */
  int first, n, trials;
  double bound;
  int *reached, *reached_half; /* trials to criterion with the bound, and with 0.5; -1 never */
  double *last, *seconds;      /* mean error of the last 100 trials */
} runs;

static void must(amine_status status, const amine_error *error) {
  if (status == AMINE_OK) return;
  fprintf(stderr, "%s\n", error->message);
  exit(1);
}

static am_learner *make(const runs *r, am_task **task, uint64_t seed) {
  amine_error error = {0};
  am_hebb_options o = am_hebb_default();
  const float target = r->printed ? 1 : 0.98f;
  am_dnms_options dnms = am_dnms_default();
  am_selective_options selective = am_selective_default();
  dnms.target = selective.target = target;
  must(r->selective ? am_selective_create(task, &selective, &error)
                    : am_dnms_create(task, &dnms, &error),
       &error);
  am_units units;
  text_units(&units, &am_ctrnn_part, 200, "biases", r->printed);
  if (r->printed) o = am_hebb_printed();
  else if (r->selective) o = am_hebb_selective();
  o.units = units.stack;
  o.rule = r->options.rule;
  o.shuffled = r->options.shuffled;
  if (!isnan(r->eta)) o.eta = r->eta;
  if (!isnan(r->clip)) o.clip = r->clip;
  am_learner *learner;
  must(am_hebb_create(&learner, *task, &o, seed, &error), &error);
  am_units_free(&units);
  return learner;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void one(void *context, int k, int worker) {
  (void)worker;
  runs *r = context;
  am_task *task;
  am_learner *learner = make(r, &task, (uint64_t)(r->first + k));
  amine_error error = {0};
  const double start = now();
  r->reached[k] = r->reached_half[k] = -1;
  for (int t = 1; t <= r->trials; t++) {
    am_learner_report report;
    must(learner->type->iterate(learner, &report, &error), &error);
    if (r->reached[k] < 0 && am_hebb_share_below(learner, r->bound) >= 0.95) r->reached[k] = t;
    if (r->reached_half[k] < 0 && am_hebb_share_below(learner, 0.5) >= 0.95) r->reached_half[k] = t;
  }
  r->seconds[k] = now() - start;
  for (int t = 0; t < 100; t++) r->last[k] += am_hebb_error(learner, t) / 100;
  printf("seed %d: %d (below 0.5: %d), last 100 %.3f, %.2f ms a trial\n", r->first + k,
         r->reached[k], r->reached_half[k], r->last[k], 1000 * r->seconds[k] / r->trials);
  fflush(stdout);
  am_learner_destroy(learner);
  am_task_destroy(task);
}

/* Ascending, with those that never reached it (-1) last. */
static int order(const void *a, const void *b) {
  const unsigned x = (unsigned)*(const int *)a, y = (unsigned)*(const int *)b;
  return (x > y) - (x < y);
}

/* Nearest ranks of all runs; -1: not reached. */
static void summary(const char *what, int *reached, int n) {
  qsort(reached, (size_t)n, sizeof *reached, order);
  int m = 0;
  while (m < n && reached[m] >= 0) m++;
  printf("%s: %d of %d; quartiles %d, %d and %d\n", what, m, n, reached[(n - 1) / 4],
         reached[(n - 1) / 2], reached[3 * (n - 1) / 4]);
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  runs r = {.selective = strcmp(argv[1], "selective") == 0,
            .printed = strcmp(argv[2], "printed") == 0,
            .eta = NAN,
            .clip = NAN,
            .first = atoi(argv[4]),
            .n = atoi(argv[5]) - atoi(argv[4]) + 1,
            .trials = atoi(argv[6]),
            .bound = 1};
  r.options.rule = strcmp(argv[3], "node") == 0 ? AM_HEBB_NODE : AM_HEBB_EXPLORATORY;
  for (int k = 7; k < argc; k++) {
    if (strcmp(argv[k], "shuffled") == 0) r.options.shuffled = true;
    if (strncmp(argv[k], "bound=", 6) == 0) r.bound = atof(argv[k] + 6);
    if (strncmp(argv[k], "eta=", 4) == 0) r.eta = (float)atof(argv[k] + 4);
    if (strncmp(argv[k], "clip=", 5) == 0) r.clip = (float)atof(argv[k] + 5);
  }
  if (r.n < 1 || r.trials < 100) return 2;
  r.reached = calloc((size_t)r.n, sizeof *r.reached);
  r.reached_half = calloc((size_t)r.n, sizeof *r.reached_half);
  r.last = calloc((size_t)r.n, sizeof *r.last);
  r.seconds = calloc((size_t)r.n, sizeof *r.seconds);
  if (!r.reached || !r.reached_half || !r.last || !r.seconds) return 1;
  am_parallel(am_processors(), r.n, one, &r);
  char what[32];
  snprintf(what, sizeof what, "below %g", r.bound);
  summary(what, r.reached, r.n);
  summary("below 0.5", r.reached_half, r.n);
  free(r.reached);
  free(r.reached_half);
  free(r.last);
  free(r.seconds);
  return 0;
}
