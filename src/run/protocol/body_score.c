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

void am_body_score_moved(am_body_score *s, const am_body_game *game, int from, int action, int to) {
  const am_task_map *world = am_body_map_of(game->task);
  am_body_episode *e = &s->episodes[s->n_episodes];
  if (!world) return;
  e->nearer += world->distance[to] < world->distance[from];
  am_body_map_action(&s->map, from, action);
  am_body_map_way(&s->map, s->n_episodes, e->steps, to);
}

void am_body_score_told(am_body_score *s, double norepinephrine, double acetylcholine) {
  s->norepinephrine += norepinephrine;
  s->acetylcholine += acetylcholine;
  s->n_told++;
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
        e->nearer > e->steps || e->ended > 1 || !isfinite(e->reward) || !isfinite(e->error))
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
  return isfinite(s->norepinephrine) && isfinite(s->acetylcholine) && am_body_map_check(&s->map) &&
         am_body_blocks_check(&s->blocks) && check_episodes(s, (uint64_t)game->task->n_steps);
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
    AM_PANEL("late_steps", "", "Steps of an episode, last quarter of those done by then",
             "Steps of an episode, last quarter",
             "mean length of an episode, the last quarter, of a task that may end it",
             .chance = {"guessing", (double)NAN}, .best = {"the task's ceiling", (double)NAN}),
    AM_FIGURE("first_steps", "", "Steps of an episode, first quarter", "the same of the first"),
    AM_FIGURE("steps", "", "Steps of an episode, all", "the same of all so far",
              .chance = {"guessing", (double)NAN}, .best = {"the task's ceiling", (double)NAN}),
    AM_PANEL("late_nearer", "", "Steps that lead nearer to the goal, last quarter of the episodes",
             "Steps that lead nearer to the goal, last quarter",
             "share of the steps that lead nearer to the goal of a map", .better = 1,
             .best = {"the shortest ways", 1}),
    AM_PANEL("value_shortest", "",
             "Does the critic know the world? Correlation of V with what is true",
             "Correlation of V with the values of the shortest ways",
             "correlation of V, last read in each place of a map, with that of shortest ways",
             .chance = {"nothing known", 0}, .best = {"all known", 1}),
    AM_CURVE("value_policy", "", "Correlation of V with the values of its own ways",
             "the same with the value of who acts as it did last in each place"),
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
    AM_PANEL("right_all", "", "Right choices, all steps of that part of a block so far",
             "Right choices, all", "right actions of a task of blocks, all so far",
             .chance = {"guessing", (double)NAN}, .best = {"no mistake", (double)NAN}),
    AM_CURVE("right_early", "", "Right choices, just after a change",
             "right actions, the first third of each block but the first", .better = 1),
    AM_CURVE("right_late", "", "Right choices, long after a change",
             "right actions, the last third of each block", .chance = {"guessing", (double)NAN},
             .best = {"no mistake", (double)NAN}),
    AM_PANEL(
        "relearned", "steps", "Steps from a change until it has learned anew, all changes so far",
        "Steps until it has learned anew",
        "steps from a change until four right actions in a row, or the next change", .better = -1),
    AM_FIGURE("old", "", "Choices that were right before the change",
              "actions that were right before, the first third of each block but the first",
              .better = -1),
    AM_FIGURE("changes", "", "Changes of what is right", "so far"),
    AM_PANEL("unexpected_early", "", "Uncertainty, all steps of that part of a block so far",
             "Unexpected uncertainty, just after a change",
             "mean unexpected uncertainty, first thirds of blocks but the first"),
    AM_CURVE("unexpected_late", "", "Unexpected uncertainty, long after",
             "mean unexpected uncertainty, last thirds of blocks"),
    AM_CURVE("expected_early", "", "Expected uncertainty, just after a change",
             "mean expected uncertainty, first thirds of blocks but the first"),
    AM_CURVE("expected_late", "", "Expected uncertainty, long after",
             "mean expected uncertainty, last thirds of blocks"),
    AM_FIGURE("norepinephrine", "", "Mean level of norepinephrine",
              "mean level once it was told of an answer"),
    AM_FIGURE("acetylcholine", "", "Mean level of acetylcholine",
              "mean level once it was told of an answer"),
};
enum {
  LATE_REWARD,
  FIRST_REWARD,
  ALL_REWARD,
  SCORE,
  LATE_STEPS,
  FIRST_STEPS,
  ALL_STEPS,
  LATE_NEARER,
  VALUE_SHORTEST,
  VALUE_POLICY,
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
  LEVEL,
  RIGHT_ALL,
  RIGHT_EARLY,
  RIGHT_LATE,
  RELEARNED,
  OLD,
  CHANGES,
  UNEXPECTED_EARLY,
  UNEXPECTED_LATE,
  EXPECTED_EARLY,
  EXPECTED_LATE,
  NOREPINEPHRINE,
  ACETYLCHOLINE
};

am_body_episode am_body_sum(const am_body_score *s, uint64_t first, uint64_t n) {
  am_body_episode sum = {0};
  for (uint64_t k = first; k < first + n; k++) {
    sum.steps += s->episodes[k].steps;
    sum.errors += s->episodes[k].errors;
    sum.asked += s->episodes[k].asked;
    sum.right += s->episodes[k].right;
    sum.ended += s->episodes[k].ended;
    sum.nearer += s->episodes[k].nearer;
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

void am_body_lengths(double *guessing, double *ceiling, const am_task *task) {
  *guessing = *ceiling = (double)NAN;
  for (int k = 0; task->type->length && k < task->n_lines; k++) {
    if (strcmp(task->lines[k].policy, "random") == 0) *guessing = task->type->length(task, k);
    if (strcmp(task->lines[k].policy, "ceiling") == 0) *ceiling = task->type->length(task, k);
  }
}

void am_body_earned(double *chance, double *best, const am_task *task) {
  am_body_lines(&chance[LATE_REWARD], &best[LATE_REWARD], task);
  am_body_lengths(&chance[LATE_STEPS], &best[LATE_STEPS], task);
  chance[ALL_STEPS] = chance[LATE_STEPS];
  best[ALL_STEPS] = best[LATE_STEPS];
  chance[ALL_REWARD] = chance[LATE_REWARD];
  best[ALL_REWARD] = best[LATE_REWARD];
  if (!task->type->answer) return;
  chance[RIGHT_FIRST] = chance[RIGHT] = 1.0 / task->n_actions;
  best[RIGHT_FIRST] = best[RIGHT] = 1;
  chance[RIGHT_ALL] = chance[RIGHT_LATE] = chance[RIGHT];
  best[RIGHT_ALL] = best[RIGHT_LATE] = 1;
}

void am_body_says(const char **headline, const char **judged, const am_task *task) {
  if (task->type->blocks) {
    *headline = "Over {changes} changes it took the right action in a share of {right_all} of all "
                "steps: {right_early} just after a change, {right_late} long after; it had learned "
                "anew after {relearned}";
    *judged = "right_all";
  } else if (task->type->length) {
    *headline = "In the last quarter of {episodes} episodes it takes {late_steps} steps, in the "
                "first quarter {first_steps}";
    *judged = "late_steps";
  }
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

static void measure_blocks(double *values, const am_body_blocks *b, bool uncertain) {
  const double early = (double)b->early.n, late = (double)b->late.n;
  values[RIGHT_ALL] = am_ratio((double)b->all.right, (double)b->all.n);
  values[RIGHT_EARLY] = am_ratio((double)b->early.right, early);
  values[RIGHT_LATE] = am_ratio((double)b->late.right, late);
  values[RELEARNED] = am_ratio((double)b->relearned, (double)b->changes);
  values[OLD] = am_ratio((double)b->early.old, early);
  values[CHANGES] = (double)b->changes;
  if (!uncertain) return;
  values[UNEXPECTED_EARLY] = am_ratio(b->early.unexpected, early);
  values[UNEXPECTED_LATE] = am_ratio(b->late.unexpected, late);
  values[EXPECTED_EARLY] = am_ratio(b->early.expected, early);
  values[EXPECTED_LATE] = am_ratio(b->late.expected, late);
}

static void measure_steps(double *values, const am_body_episode *first, const am_body_episode *late,
                          double n, const am_body_game *game) {
  values[FIRST_STEPS] = (double)first->steps / n;
  values[LATE_STEPS] = (double)late->steps / n;
  if (am_body_map_of(game->task))
    values[LATE_NEARER] = am_ratio((double)late->nearer, (double)late->steps);
}

void am_body_measure(double *values, const am_body_score *s, const am_body_game *game) {
  double guessing, ceiling;
  measure_spikes(values, s, game);
  values[DONE] = (double)s->n_episodes;
  if (!isnan(game->expected)) values[EXPECTED] = game->expected;
  if (game->task->type->blocks) measure_blocks(values, &s->blocks, s->n_told > 0);
  if (am_body_map_of(game->task))
    am_body_map_known(&values[VALUE_SHORTEST], &values[VALUE_POLICY], &s->map, game->task,
                      game->gamma);
  if (s->n_told > 0) {
    values[NOREPINEPHRINE] = s->norepinephrine / (double)s->n_told;
    values[ACETYLCHOLINE] = s->acetylcholine / (double)s->n_told;
  }
  if (s->n_episodes == 0) return;
  const uint64_t n = (s->n_episodes + 3) / 4;
  const am_body_episode first = am_body_sum(s, 0, n), late = am_body_sum(s, s->n_episodes - n, n),
                        all = am_body_sum(s, 0, s->n_episodes);
  am_body_lines(&guessing, &ceiling, game->task);
  values[LATE_REWARD] = late.reward / (double)n;
  values[FIRST_REWARD] = first.reward / (double)n;
  values[ALL_REWARD] = all.reward / (double)s->n_episodes;
  values[SCORE] = am_ratio(values[LATE_REWARD] - guessing, ceiling - guessing);
  if (game->task->type->over) {
    measure_steps(values, &first, &late, (double)n, game);
    values[ALL_STEPS] = (double)all.steps / (double)s->n_episodes;
  }
  values[LATE_ERROR] = am_ratio(late.error, (double)late.errors);
  values[RIGHT_FIRST] = am_ratio((double)first.right, (double)first.asked);
  values[RIGHT] = am_ratio((double)late.right, (double)late.asked);
  values[HITS] = am_ratio((double)s->given[0], (double)s->due[0]);
  values[FALSE_ALARMS] = am_ratio((double)s->given[1], (double)s->due[1]);
  values[DETECTION] = values[HITS] - values[FALSE_ALARMS];
  values[LATENCY] = am_ratio((double)s->latency, (double)s->n_latencies) * game->dt_ms;
}
