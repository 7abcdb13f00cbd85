/* What is counted of a task that a body plays, and its measures (see body_score.h). */
#include "run/protocol/body_score.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------------------ counting */
void am_body_score_answer(am_body_score *s, const am_body_game *game, const am_body_answer *a) {
  const uint64_t quarter = (game->planned + 3) / 4;
  const int part = s->n_episodes < quarter ? 0 : s->n_episodes >= game->planned - quarter ? 1 : -1;
  if (a->right < 0) return;
  const bool none = a->right == game->n_said; /* is right */
  s->due[none]++;
  s->given[none] += none ? a->action != a->right : a->action == a->right;
  if (none || a->chosen == a->right)
    s->winner[none][a->spikes < AM_BODY_COUNTS ? a->spikes : AM_BODY_COUNTS - 1]++;
  if (!none && a->action == a->right && a->latency != UINT64_MAX) {
    s->latency += a->latency;
    s->n_latencies++;
  }
  s->episodes[s->n_episodes].asked++;
  s->episodes[s->n_episodes].right += a->action == a->right;
  if (part >= 0 && game->task->n_actions <= AM_BODY_TABLE) s->chosen[part][a->right][a->action]++;
}

void am_body_score_reward(am_body_score *s, const am_body_game *game, uint64_t step,
                          double reward) {
  const size_t at = (size_t)step * AM_BODY_COURSE / (size_t)game->task->n_steps;
  s->episodes[s->n_episodes].reward += reward;
  s->episodes[s->n_episodes].steps++;
  if (2 * s->n_episodes < game->planned) return;
  s->course[at] += reward;
  s->n_course[at]++;
}

void am_body_score_error(am_body_score *s, double delta) {
  s->episodes[s->n_episodes].error += fabs(delta);
  s->episodes[s->n_episodes].errors++;
}

void am_body_score_shown(am_body_score *s, uint64_t now, unsigned events) {
  s->in_step = 0;
  s->shown_at = now;
  s->shown = events;
}

void am_body_score_watched(am_body_score *s, uint64_t now, double uncertainty, double level) {
  s->uncertainty += uncertainty;
  s->level += level;
  for (int e = 0; e < AM_TASK_EVENTS && s->in_step < AM_BODY_WATCHED; e++) {
    if (!(s->shown >> e & 1)) continue;
    s->levels[e][s->in_step] += level;
    s->n_levels[e][s->in_step]++;
  }
  if (s->in_step < AM_BODY_WATCHED) s->when[s->in_step++] = now - s->shown_at;
  s->n_watched++;
}

static bool check_episodes(const am_body_score *s, uint64_t most) {
  for (int k = 0; k < AM_BODY_EPISODES; k++) {
    const am_body_episode *e = &s->episodes[k];
    if (e->steps > most || e->errors > most || e->asked > e->steps || e->right > e->asked ||
        !isfinite(e->reward) || !isfinite(e->error))
      return false;
  }
  return true;
}

bool am_body_score_check(const am_body_score *s, const am_body_game *game) {
  if (s->n_episodes > game->planned) return false;
  for (int k = 0; k < 2; k++)
    if (s->given[k] > s->due[k]) return false;
  if (s->n_latencies > s->given[0] || s->in_step > AM_BODY_WATCHED || !isfinite(s->uncertainty) ||
      !isfinite(s->level))
    return false;
  for (int e = 0; e < AM_TASK_EVENTS; e++)
    for (int k = 0; k < AM_BODY_WATCHED; k++)
      if (!isfinite(s->levels[e][k])) return false;
  for (int k = 0; k < AM_BODY_COURSE; k++)
    if (!isfinite(s->course[k])) return false;
  return check_episodes(s, (uint64_t)game->task->n_steps);
}

/* ------------------------------------------------------------------------------ what it comes to */
const am_measure am_body_measures[AM_BODY_MEASURES] = {
    AM_PANEL("late_reward", "", "Reward of an episode, last quarter of those done by then",
             "Reward of an episode, last quarter", "mean reward of an episode, the last quarter",
             .chance = {"guessing", (double)NAN}, .best = {"the task's ceiling", (double)NAN},
             .better = 1),
    AM_FIGURE("first_reward", "", "Reward of an episode, first quarter",
              "mean reward of an episode, the first quarter of those done", .better = 1),
    AM_FIGURE("reward", "", "Reward of an episode, all", "mean reward of an episode, all so far",
              .chance = {"guessing", (double)NAN}, .best = {"the task's ceiling", (double)NAN},
              .better = 1),
    AM_FIGURE("score", "", "Where that lies between guessing and the ceiling",
              "(late_reward - guessing) / (ceiling - guessing)", .chance = {"guessing", 0},
              .best = {"the task's ceiling", 1}),
    AM_FIGURE("late_steps", "", "Steps of an episode, last quarter",
              "mean length of an episode, the last quarter"),
    AM_PANEL("late_error", "", "Size of the error, last quarter of the episodes",
             "Size of the error, last quarter", "mean |delta| of a step, the last quarter"),
    AM_FIGURE("episodes", "", "Episodes", "done"),
    AM_FIGURE("right_first", "", "Right choices, first quarter of the episodes",
              "right actions among those of the first quarter of the episodes that the task calls "
              "right or wrong",
              .chance = {"guessing", (double)NAN}, .best = {"no mistake", (double)NAN}),
    AM_FIGURE("right", "", "Right choices, last quarter of the episodes",
              "the same of the last quarter", .chance = {"guessing", (double)NAN},
              .best = {"no mistake", (double)NAN}),
    AM_FIGURE("expected", "", "Reward that is expected",
              "mean of the rewards before, with body.reward=average"),
    AM_FIGURE("hits", "", "Right answers where one was to be given",
              "steps with an answer to give that got the right one", .best = {"all of them", 1},
              .better = 1),
    AM_FIGURE("false_alarms", "", "Answers where none was to be given",
              "steps with none to give that got one (body.criterion)", .best = {"none", 0},
              .better = -1),
    AM_FIGURE("detection", "", "Detection: hits less false alarms", "hits - false_alarms",
              .chance = {"one that answers whatever it sees", 0}, .best = {"no mistake", 1}),
    AM_FIGURE("latency_ms", "ms", "Latency of hits",
              "mean time after which their action had its first spike, or as many as "
              "body.criterion"),
    AM_FIGURE(
        "best_detection", "", "Detection at the best criterion",
        "the largest hits - false_alarms that any criterion would have had, of the actions that "
        "were chosen",
        .chance = {"one that answers whatever it sees", 0}, .best = {"no mistake", 1}),
    AM_FIGURE("rate_hz", "Hz", "Rate of the populations of the actions",
              "spikes of a neuron of the actions in a second, over all of the time"),
    AM_FIGURE("net", "", "Detection at the best criterion, less the cost of spikes",
              "best_detection - body.cost x rate_hz", .best = {"no mistake, no spike", 1},
              .better = 1),
    AM_FIGURE("uncertainty", "", "Uncertainty of the actions",
              "mean of what was measured every body.uncertainty_ms"),
    AM_FIGURE("level", "", "Level of norepinephrine", "its mean at these times"),
};
enum {
  LATE_REWARD,
  FIRST_REWARD,
  ALL_REWARD,
  SCORE,
  LATE_STEPS,
  LATE_ERROR,
  DONE,
  RIGHT_FIRST,
  RIGHT,
  EXPECTED,
  HITS,
  FALSE_ALARMS,
  DETECTION,
  LATENCY,
  BEST_DETECTION,
  SPIKE_RATE,
  NET,
  UNCERTAINTY,
  LEVEL
};

am_body_episode am_body_sum(const am_body_score *s, uint64_t first, uint64_t n) {
  am_body_episode sum = {0};
  for (uint64_t k = first; k < first + n; k++) {
    sum.steps += s->episodes[k].steps;
    sum.errors += s->episodes[k].errors;
    sum.asked += s->episodes[k].asked;
    sum.right += s->episodes[k].right;
    sum.reward += s->episodes[k].reward;
    sum.error += s->episodes[k].error;
  }
  return sum;
}

void am_body_lines(double *guessing, double *ceiling, const am_task *task) {
  *guessing = *ceiling = (double)NAN;
  for (int k = 0; k < task->n_lines; k++) {
    if (strcmp(task->lines[k].policy, "random") == 0) *guessing = task->lines[k].reward;
    if (strcmp(task->lines[k].policy, "ceiling") == 0) *ceiling = task->lines[k].reward;
  }
}

void am_body_earned(double *chance, double *best, const am_task *task) {
  am_body_lines(&chance[LATE_REWARD], &best[LATE_REWARD], task);
  chance[ALL_REWARD] = chance[LATE_REWARD];
  best[ALL_REWARD] = best[LATE_REWARD];
  if (!task->type->answer) return;
  chance[RIGHT_FIRST] = chance[RIGHT] = 1.0 / task->n_actions;
  best[RIGHT_FIRST] = best[RIGHT] = 1;
}

/* The largest difference of hits and false alarms, over all criteria. */
static double best_detection(const am_body_score *s) {
  uint64_t seen[2] = {0};
  double best = 0;
  if (s->due[0] == 0 || s->due[1] == 0) return (double)NAN;
  for (int criterion = AM_BODY_COUNTS - 1; criterion > 0; criterion--) {
    for (int k = 0; k < 2; k++) seen[k] += s->winner[k][criterion];
    best = fmax(best, (double)seen[0] / (double)s->due[0] - (double)seen[1] / (double)s->due[1]);
  }
  return best;
}

static void measure_spikes(double *values, const am_body_score *s, const am_body_game *game) {
  if (s->until == 0 || game->n_neurons == 0) return;
  const double seconds = (double)s->until * game->dt_ms * 1e-3;
  values[SPIKE_RATE] = (double)s->spikes / game->n_neurons / seconds;
  values[BEST_DETECTION] = best_detection(s);
  values[NET] = values[BEST_DETECTION] - game->cost * values[SPIKE_RATE];
  if (s->n_watched == 0) return;
  values[UNCERTAINTY] = s->uncertainty / (double)s->n_watched;
  values[LEVEL] = s->level / (double)s->n_watched;
}

void am_body_measure(double *values, const am_body_score *s, const am_body_game *game) {
  double guessing, ceiling;
  measure_spikes(values, s, game);
  values[DONE] = (double)s->n_episodes;
  if (!isnan(game->expected)) values[EXPECTED] = game->expected;
  if (s->n_episodes == 0) return;
  const uint64_t n = (s->n_episodes + 3) / 4;
  const am_body_episode first = am_body_sum(s, 0, n), late = am_body_sum(s, s->n_episodes - n, n),
                        all = am_body_sum(s, 0, s->n_episodes);
  am_body_lines(&guessing, &ceiling, game->task);
  values[LATE_REWARD] = late.reward / (double)n;
  values[FIRST_REWARD] = first.reward / (double)n;
  values[ALL_REWARD] = all.reward / (double)s->n_episodes;
  values[SCORE] = am_ratio(values[LATE_REWARD] - guessing, ceiling - guessing);
  values[LATE_STEPS] = (double)late.steps / (double)n;
  values[LATE_ERROR] = am_ratio(late.error, (double)late.errors);
  values[RIGHT_FIRST] = am_ratio((double)first.right, (double)first.asked);
  values[RIGHT] = am_ratio((double)late.right, (double)late.asked);
  values[HITS] = am_ratio((double)s->given[0], (double)s->due[0]);
  values[FALSE_ALARMS] = am_ratio((double)s->given[1], (double)s->due[1]);
  values[DETECTION] = values[HITS] - values[FALSE_ALARMS];
  values[LATENCY] = am_ratio((double)s->latency, (double)s->n_latencies) * game->dt_ms;
}
