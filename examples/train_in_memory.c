/* Trains a small plastic network on a small maze, without a single file, and shows that it has
 * learned.
 *
 *   cc train_in_memory.c $(pkg-config --cflags --libs amine) -o train_in_memory
 *   ./train_in_memory
 *
 * The same bits every time: the last line is always the same. */
#include <amine/amine.h>
#include <stdio.h>

int main(void) {
  const char *changes[] = {
      "task.size=7", "task.steps=60",      "network.hidden=32",       "iterations=1500",
      "batch=20",    "learner.rate=0.005", "learner.rate_end=0.0005", "threads=2"};
  amine_error error;
  amine_experiment *x = NULL;
  if (amine_experiment_create(&x, "maze", changes, 8, &error) != AMINE_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  amine_score before = {sizeof before, 0, 0, 0, 0}, after = before;
  if (amine_experiment_evaluate(x, &before, 500, 7, 0, &error) != AMINE_OK) return 1;
  while (amine_experiment_iteration(x) < 1500) {
    amine_progress now = {sizeof now, 0, 0, 0, 0, 0, 0};
    if (amine_experiment_iterate(x, &now, &error) != AMINE_OK) {
      fprintf(stderr, "%s\n", error.message);
      return 1;
    }
    if (amine_experiment_iteration(x) % 300 == 0)
      printf("iteration %4d: reward %6.2f\n", (int)amine_experiment_iteration(x), now.reward);
  }
  if (amine_experiment_evaluate(x, &after, 500, 7, 0, &error) != AMINE_OK) return 1;
  printf("reward per episode, 500 fresh episodes: %.2f before, %.2f after\n", before.mean,
         after.mean);
  amine_experiment_destroy(x);
  return after.mean > 2 * before.mean ? 0 : 1;
}
