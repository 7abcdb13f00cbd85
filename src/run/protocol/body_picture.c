/* What the page of a run draws of a task that a body played (see body_score.h). */
#include <math.h>
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

void am_body_pictures(am_pictures *pictures, const am_body_score *s, const am_body_game *game) {
  if (s->n_episodes == 0) return;
  picture_levels(pictures, s, game);
  picture_answers(pictures, s, game);
  picture_episodes(pictures, s, game);
  picture_course(pictures, s, game);
}
