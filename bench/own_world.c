/* own_world: what a world costs that comes through the public header (amine/task.h) beside the same
 * one of ours: the bandit of tests/run/train/own_bandit.h and task.type=bandit, measured in
 * alternation. Prints the medians of what a step of the world takes, start and observation included,
 * and of what an iteration of learning does, in processor time, and their ratios.
 *
 *   cmake --build build --target own_world && build/own_world */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "amine/amine.h"
#include "run/train/own_bandit.h"
#include "task/bandit.h"
#include "task/own.h"

enum { ROUNDS = 61, EPISODES = 2000, STEPS = 50, ITERATIONS = 12 };

static float sink;

/* Of this process's processor time: others may run beside it. */
static double now(void) { return (double)clock() / CLOCKS_PER_SEC; }

/* Seconds for a step of the world, by its functions as learners call them. */
static double play(const am_task *task) {
  static max_align_t state[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  float input[8];
  const double from = now();
  for (uint32_t lane = 0; lane < EPISODES; lane++) {
    task->type->start(task, state, 1, 0, lane);
    for (int t = 0; t < STEPS; t++) {
      task->type->observe(task, state, input);
      sink += task->type->step(task, state, (int)(lane + (uint32_t)t) & 1) + input[0];
    }
  }
  return (now() - from) / (EPISODES * STEPS);
}

static double train(amine_experiment *x) {
  const double from = now();
  if (amine_experiment_run(x, ITERATIONS, NULL, NULL, NULL) != AMINE_OK) exit(1);
  return (now() - from) / ITERATIONS;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print(const char *what, double *ours, double *theirs, double unit, const char *name) {
  qsort(ours, ROUNDS, sizeof *ours, by_size);
  qsort(theirs, ROUNDS, sizeof *theirs, by_size);
  const double a = ours[ROUNDS / 2], b = theirs[ROUNDS / 2];
  printf("%-10s %8.2f %s built in, %8.2f through the header: %.2f times as fast\n", what, a / unit,
         name, b / unit, a / b);
}

int main(void) {
  amine_error error = {0};
  am_own_task mine;
  am_task *ours = NULL, *theirs = NULL;
  const am_bandit_options o = {.arms = 2, .steps = STEPS, .complementary = true};
  const own_options p = {.steps = STEPS, .pay = 1};
  amine_registry *r = NULL;
  amine_experiment *x = NULL, *y = NULL;
  const char *of_ours[] = {"task.steps=50", "threads=1"};
  const char *of_theirs[] = {"task.steps=50", "threads=1", "task=own-bandit"};
  amine_experiment_options with;
  amine_experiment_options_init(&with, sizeof with);
  with.assignments = of_theirs, with.n_assignments = 3;
  if (am_own_task_begin(&mine, &own_bandit, &error) ||
      am_task_create(&ours, &am_bandit_type, &o, &error) ||
      am_task_create(&theirs, &mine.type, &p, &error) || amine_registry_create(&r, &error) ||
      amine_registry_add_task(r, &own_bandit, &error) ||
      amine_experiment_create(&x, "bandit", of_ours, 2, &error) ||
      (with.registry = r, amine_experiment_create_with(&y, "bandit", &with, &error))) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  double step[2][ROUNDS], iteration[2][ROUNDS];
  for (int k = -1; k < ROUNDS; k++) { /* the first round warms up */
    const int at = k < 0 ? 0 : k;
    step[0][at] = play(ours), step[1][at] = play(theirs);
    iteration[0][at] = train(x), iteration[1][at] = train(y);
  }
  print("a step", step[0], step[1], 1e-9, "ns");
  print("learning", iteration[0], iteration[1], 1e-6, "us an iteration");
  amine_experiment_destroy(x);
  amine_experiment_destroy(y);
  amine_registry_destroy(r);
  am_task_destroy(ours);
  am_task_destroy(theirs);
  return sink < 0;
}
