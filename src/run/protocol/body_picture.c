/* What the page of a run draws of a task that a body played (see body_score.h). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/protocol/body_score.h"

/* Every episode, the mean around it, and the task's lines. */
static void picture_episodes(am_pictures *pictures, const am_body_score *s,
                             const am_body_game *game) {
  enum { HALF = 10 };
  const am_task *task = game->task;
  double *x = am_alloc(3 * AM_BODY_EPISODES, sizeof *x);
  const double ends[2] = {1, (double)s->n_episodes};
  double levels[AMINE_TASK_LINES][2];
  am_course_line lines[2 + AMINE_TASK_LINES];
  int n = 2;
  pictures->json.failed = pictures->json.failed || !x;
  if (!x) return;
  double *reward = x + AM_BODY_EPISODES, *mean = reward + AM_BODY_EPISODES;
  for (uint64_t k = 0; k < s->n_episodes; k++) {
    const uint64_t from = k > HALF ? k - HALF : 0;
    const uint64_t to = k + HALF < s->n_episodes ? k + HALF + 1 : s->n_episodes;
    x[k] = (double)k + 1;
    reward[k] = s->episodes[k].reward;
    mean[k] = am_body_sum(s, from, to - from).reward / (double)(to - from);
  }
  lines[0] = (am_course_line){"an episode", x, reward, (size_t)s->n_episodes, true};
  lines[1] = (am_course_line){"mean of 21", x, mean, (size_t)s->n_episodes, false};
  for (int k = 0; k < task->n_lines; k++) {
    levels[k][0] = levels[k][1] = task->lines[k].reward;
    if (isfinite(task->lines[k].reward) && strcmp(task->lines[k].policy, "random") != 0)
      lines[n++] = (am_course_line){task->lines[k].policy, ends, levels[k], 2, false};
  }
  am_course_picture p = {.title = "Reward of every episode",
                         .meaning = "A dot is an episode. The task's own lines are what known "
                                    "policies earn in the mean.",
                         .x_title = "episode",
                         .y_title = "reward",
                         .lines = lines,
                         .n_lines = n,
                         .chance_name = "guessing"};
  am_body_lines(&p.chance, &p.best, task);
  if (isnan(p.chance)) p.chance_name = NULL;
  am_picture_course(pictures, &p);
  am_free(x);
}

/* How much an episode's reward grows within it. */
static void picture_course(am_pictures *pictures, const am_body_score *s,
                           const am_body_game *game) {
  const double part = (double)game->task->n_steps / AM_BODY_COURSE;
  double x[AM_BODY_COURSE], y[AM_BODY_COURSE];
  size_t n = 0;
  for (int k = 0; k < AM_BODY_COURSE; k++) {
    if (s->n_course[k] == 0) continue;
    x[n] = part > 1 ? part * (k + 0.5) : floor(part * k) + 1;
    y[n++] = s->course[k] / (double)s->n_course[k];
  }
  const am_course_line line = {"reward of a step", x, y, n, false};
  if (n > 1)
    am_picture_course(pictures, &(am_course_picture){.title = "Within an episode",
                                                     .meaning = "Mean over the last half of the "
                                                                "episodes that were planned.",
                                                     .x_title = "step of the episode",
                                                     .y_title = "reward",
                                                     .lines = &line,
                                                     .n_lines = 1});
}

/* Of a task that says what is right: what was done then. */
static void picture_answers(am_pictures *pictures, const am_body_score *s,
                            const am_body_game *game) {
  static const char *const parts[] = {"first quarter of the episodes", "last quarter"};
  const int n = game->task->n_actions;
  const char *names[AM_BODY_TABLE];
  double values[2 * AM_BODY_TABLE * AM_BODY_TABLE];
  int right[AM_BODY_TABLE];
  uint64_t last = 0;
  if (!game->task->type->answer || n > AM_BODY_TABLE || !game->names) return;
  for (int k = 0; k < n; k++) {
    names[k] = k == game->n_said ? "none" : game->names[k];
    right[k] = k;
    for (int part = 0; part < 2; part++)
      am_shares(values + (part * n + k) * n, s->chosen[part][k], n);
    for (int j = 0; j < n; j++) last += s->chosen[1][k][j];
  }
  am_picture_table(pictures,
                   &(am_table_picture){.title = "What it did when an action was right",
                                       .meaning = "How often each action was taken where each was "
                                                  "the right one. What is right has a frame.",
                                       .unit = "share of these steps",
                                       .row_title = "right action",
                                       .x_title = "action",
                                       .n_parts = last > 0 ? 2 : 1,
                                       .n_rows = n,
                                       .n_columns = n,
                                       .parts = parts,
                                       .rows = names,
                                       .columns = names,
                                       .values = values,
                                       .right = right,
                                       .high = 1});
}

/* The mean level of norepinephrine in the course of a step, by what was shown. */
static void picture_levels(am_pictures *pictures, const am_body_score *s,
                           const am_body_game *game) {
  const am_task_event *events = game->task->type->events;
  double ms[AM_TASK_EVENTS][AM_BODY_WATCHED], levels[AM_TASK_EVENTS][AM_BODY_WATCHED];
  am_course_line lines[AM_TASK_EVENTS];
  int n_lines = 0;
  for (int e = 0; events && e < AM_TASK_EVENTS && events[e].name; e++) {
    size_t n = 0;
    for (; n < AM_BODY_WATCHED && s->n_levels[e][n] > 0; n++) {
      ms[n_lines][n] = (double)s->when[n] * game->dt_ms;
      levels[n_lines][n] = s->levels[e][n] / (double)s->n_levels[e][n];
    }
    if (n == 0) continue;
    lines[n_lines] = (am_course_line){events[e].name, ms[n_lines], levels[n_lines], n, false};
    n_lines++;
  }
  if (n_lines > 0)
    am_picture_course(
        pictures, &(am_course_picture){.title = "The level in the course of a step",
                                       .meaning = "Mean over the steps at which each was shown. "
                                                  "Once spikes agree, the level falls.",
                                       .x_title = "ms after it was shown",
                                       .y_title = "level of norepinephrine",
                                       .lines = lines,
                                       .n_lines = n_lines});
}

/* The way of an episode that is done; false if it is not kept. */
static bool take_way(am_way *way, int places[AM_BODY_WAY], char label[32], const am_body_score *s,
                     const am_body_game *game, uint64_t which) {
  const uint64_t *kept = am_body_map_kept(&s->map, which, s->n_episodes + game->goes_on);
  const uint64_t n = s->episodes[which].steps + 1;
  if (!kept) return false;
  for (int k = 0; k < AM_BODY_WAY; k++) places[k] = (int)kept[k];
  snprintf(label, 32, "episode %d", (int)which + 1);
  *way = (am_way){label, places, n < AM_BODY_WAY ? (size_t)n : AM_BODY_WAY,
                  s->episodes[which].ended != 0};
  return true;
}

/* Where it went, what its critic says of each place, and what it did there. */
static void picture_map(am_pictures *pictures, const am_body_score *s, const am_body_game *game) {
  const am_task_map *world = am_body_map_of(game->task);
  int places[2 * AM_BODY_WAYS][AM_BODY_WAY];
  char labels[2 * AM_BODY_WAYS][32];
  am_way ways[2 * AM_BODY_WAYS];
  double policy[AM_BODY_PLACES][4], best[AM_BODY_PLACES], values[AM_BODY_PLACES];
  int n = 0, n_early = 0;
  if (!world) return;
  for (uint64_t k = 0; k < s->n_episodes && n < 2 * AM_BODY_WAYS;
       k++) { /* the last in order, too */
    if (!take_way(&ways[n], places[n], labels[n], s, game, k)) continue;
    n++;
    n_early += k < AM_BODY_WAYS;
  }
  am_body_map_policy(policy, &s->map);
  am_body_map_best(best, game->task, game->gamma);
  for (int c = 0; c < world->width * world->height; c++)
    values[c] = s->map.n_values[c] > 0 && !isnan(best[c]) ? s->map.values[c] : (double)NAN;
  am_picture_grid(pictures,
                  &(am_grid_picture){.title = "The world, and the ways in it",
                                     .meaning = "The first ways it went and the last ones; what "
                                                "the critic says of each place, beside what the "
                                                "shortest ways are worth; and which actions it "
                                                "took last in each.",
                                     .width = world->width,
                                     .height = world->height,
                                     .goal = world->goal,
                                     .wall = world->wall,
                                     .ways = ways,
                                     .n_early = n_early,
                                     .n_late = n - n_early,
                                     .values = values,
                                     .best = best,
                                     .policy = (const double(*)[4])policy});
}

/* Steps of every episode, where the task says what known policies take. */
static void picture_steps(am_pictures *pictures, const am_body_score *s, const am_body_game *game) {
  if (!game->task->type->length) return;
  double *x = am_alloc(2 * AM_BODY_EPISODES, sizeof *x), *steps = x + AM_BODY_EPISODES;
  pictures->json.failed = pictures->json.failed || !x;
  if (!x) return;
  for (uint64_t k = 0; k < s->n_episodes; k++) {
    x[k] = (double)k + 1;
    steps[k] = (double)s->episodes[k].steps;
  }
  const am_course_line line = {"steps", x, steps, (size_t)s->n_episodes, true};
  am_course_picture p = {.title = "Steps of every episode",
                         .meaning = "A dot is an episode: the world ends it, or its length.",
                         .x_title = "episode",
                         .y_title = "steps",
                         .lines = &line,
                         .n_lines = 1,
                         .chance_name = "guessing",
                         .best_name = "the task's ceiling"};
  am_body_lengths(&p.chance, &p.best, game->task);
  am_picture_course(pictures, &p);
  am_free(x);
}

void am_body_pictures(am_pictures *pictures, const am_body_score *s, const am_body_game *game) {
  picture_map(pictures, s, game);
  am_body_blocks_picture(pictures, &s->blocks, game->task->n_actions);
  if (s->n_episodes == 0) return;
  picture_steps(pictures, s, game);
  picture_levels(pictures, s, game);
  picture_answers(pictures, s, game);
  picture_episodes(pictures, s, game);
  picture_course(pictures, s, game);
}
