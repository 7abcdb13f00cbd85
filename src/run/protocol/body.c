/* A body: a task (task/task.h) that a brain plays.
 *
 * A step of the task is one of the brain's life:
 *
 *   look    look_ms (0: there is none): what the task shows drives the population `sense`, and the
 *           populations of `action` are held silent
 *   act     act_ms: they are not; from their spikes comes the action (body_code.h), and the task
 *           takes it; with fewer than `criterion` of the chosen one it takes its own last action
 *   pause   pause_ms: nothing is shown
 *
 * and between two episodes gap_ms pass, in which the population `reset` is driven, for a brain that keeps
 * something over an episode to let go of it. Dopamine is told an error delta:
 *
 *   td        delta = r + gamma V(s') - V(s), V = (rate of `critic` - rate_0) / rate_1, its rate in
 *             the look, or, where there is none, while it acts; V(s') = 0 behind the end of an
 *             episode, but V(s) with `bootstrap` where its length ends it and not the world. It comes at the end of the next look, with gamma = 0 and at the end of an
 *             episode at once.
 *   average   delta = r - mean of the rewards before, over about `average` of them; at once
 *   plain     delta = r; at once
 *
 * and its level becomes clip01(baseline + dopamine delta). Control: each chemical system that
 * something moves at its baseline.
 *
 * Any brain with such populations will do; what it learns by is its own. A task is played as training
 * plays it: episode k of lane 0, keyed by the seed. What the state holds of its world is what was
 * done in it: it is played anew where a run goes on.
 *
 * Sources: Fremaux, Sprekeler, Gerstner 2013, doi:10.1371/journal.pcbi.1003024 (place cells, V as an
 * affine function of the critic's rate); Potjans, Morrison, Diesmann 2009,
 * doi:10.1162/neco.2008.08-07-593 (errors that reach synapses after the state was left); Pardo,
 * Tavakoli, Levdik, Kormushev 2018, arXiv 1712.00378 (bootstrap at a time limit). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "run/protocol/body_code.h"
#include "run/protocol/protocols.h"
#include "run/protocol/uncertainty.h"

enum { EPISODES_MAX = 4096, STEPS_MAX = 4096, COURSE = 50, TABLE = 16 };
enum { LATELY = 5, WATCHED = 64, COUNTS = 256 };
enum {
  EPISODES,
  SENSE,
  ACTION,
  CRITIC,
  RESET,
  CODE,
  DRIVE,
  CURRENT,
  RATE_HZ,
  BIAS,
  CENTRES,
  RANGE,
  WIDTH,
  CHOICE,
  TEMPERATURE,
  CRITERION,
  LOOK_MS,
  ACT_MS,
  PAUSE_MS,
  GAP_MS,
  HOLD,
  REWARD,
  GAMMA,
  BOOTSTRAP,
  RATE_0,
  RATE_1,
  AVERAGE,
  DOPAMINE,
  UNCERTAINTY_MS,
  COST
};
enum { ONE_HOT, PLACE };
enum { BY_CURRENT, BY_RATE };
enum { MEAN, TD, PLAIN };
static const amine_parameter keys[] = {
    AM_INTEGER("episodes", EPISODES_MAX, 1, EPISODES_MAX, "",
               "how many; then nothing more is done"),
    AM_WORD("sense", "sense",
            "the population that what is shown drives, an equal part for each input; or one for "
            "each, with commas between"),
    AM_WORD("action", "action",
            "the population of the actions, an equal part for each; or one for each, with commas "
            "between"),
    AM_WORD("critic", "critic", "the population that says V (body.reward=td)"),
    AM_WORD("reset", "none",
            "the population that is driven between two episodes, as a part of the sense is by 1; "
            "none: nobody is"),
    AM_CHOICE("code", "one-hot|place",
              "a part of the sense for each input, or place cells over all of them"),
    AM_CHOICE("drive", "current|rate",
              "what drives a part: a current, or its neurons' rate (neurons poisson)"),
    AM_NUMBER("current", 40, 0, 1e6, "", "of a part whose drive is 1, in units of the model"),
    AM_NUMBER("rate_hz", 50, 0, 1e4, "Hz", "of a part whose drive is 1, with drive=rate"),
    AM_SWITCH("bias", 0, "one part more, whose drive is always 1 (not of place cells)"),
    AM_WORD("centres", "5", "place cells along each input; or one number for all"),
    AM_WORD("range", "1", "each input's place cells are from -range to range; or one for all"),
    AM_NUMBER("width", 0.6, 0.01, 100, "", "of a place cell, as a share of their spacing"),
    AM_CHOICE("choice", AM_BODY_CHOICES, "which action the spikes say"),
    AM_NUMBER("temperature", 5, 1e-3, 1e6, "spikes", "of softmax"),
    AM_INTEGER(
        "criterion", 0, 0, 1e6, "spikes",
        "with fewer of the chosen population the action is the task's last one, which has no "
        "population; 0: every action has one"),
    AM_NUMBER("look_ms", 0, 0, 1e5, "ms",
              "the actions are held, the critic is read; 0: no such time"),
    AM_NUMBER("act_ms", 100, 1, 1e5, "ms", "the action is read"),
    AM_NUMBER("pause_ms", 50, 0, 1e5, "ms", "after each action"),
    AM_NUMBER("gap_ms", 300, 1, 1e5, "ms", "between two episodes"),
    AM_NUMBER("hold", 40, 0, 1e6, "", "negative current that holds the actions"),
    AM_CHOICE("reward", "average|td|plain",
              "the error that dopamine is told: against the mean reward, or a critic's; or the "
              "reward itself"),
    AM_NUMBER("gamma", 0.9, 0, 1, "", "discount of a step"),
    AM_SWITCH("bootstrap", 0, "where its length ends an episode, and not the world, V goes on"),
    AM_NUMBER("rate_0", 10, 0, 1e4, "Hz", "rate of the critic that means V = 0"),
    AM_NUMBER("rate_1", 30, 1e-3, 1e4, "Hz", "more of it that means V = 1"),
    AM_NUMBER("average", 50, 1, 1e6, "rewards", "over which the mean runs, with reward=average"),
    AM_NUMBER("dopamine", 0.5, 0, 1e3, "", "of its level for an error of 1"),
    AM_NUMBER(
        "uncertainty_ms", 0, 0, 1e4, "ms",
        "so often norepinephrine is told how undecided the actions' last spikes are; 0: never"),
    AM_NUMBER("cost", 0, 0, 1e6, "1/Hz",
              "of the measure net, for each spike of an action's neuron in a second"),
};
static const am_measure measures[] = {
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

enum { GAP, LOOK, ACT, PAUSE };

typedef struct episode {
  uint64_t steps, errors;
  uint64_t asked, right; /* steps that have a right action; and that took it */
  double reward, error;  /* error: sum of |delta| over errors */
} episode;

/* Since the phase began: spikes of each action, the step of the last one that it needs to be chosen
 * (UINT64_MAX: it has not so many), and spikes of the critic. */
typedef struct heard {
  am_body_spikes actions;
  uint64_t reached[AM_BODY_ACTIONS], critic;
} heard;

typedef struct state {
  heard heard;
  uint64_t begun, until,
      spikes; /* time has passed, until this step; spikes of all actions by then */
  /* Uncertainty: how often it was measured, in this phase and in all; spikes between the last
   * times; sums. */
  uint64_t watched, n_watched, recent[LATELY][AM_BODY_ACTIONS];
  double uncertainty, level;
  /* The level at the times of a step of the task: in_step of them so far, in so many steps of the
   * brain after it was shown at shown_at; sums where events (bits of `shown`) were shown. */
  uint64_t in_step, shown, shown_at, when[WATCHED], n_levels[AM_TASK_EVENTS][WATCHED];
  double levels[AM_TASK_EVENTS][WATCHED];
  /* Chosen actions by their spikes: right ones where one was due, and where none was. */
  uint64_t winner[2][COUNTS];
  uint64_t phase, step;         /* phase: what has just gone on; step: of this episode */
  uint64_t n_episodes, n_steps; /* done; in all */
  uint64_t waiting;             /* an error waits for the next look */
  double reward, V, average, n_average;
  uint64_t actions[STEPS_MAX / 8]; /* of this episode, a byte each */
  double course[COURSE];           /* rewards at each part of an episode, */
  uint64_t n_course[COURSE];       /* and how many: of the last half of those planned */
  /* Steps with an answer to give, and with none; that got the right one, and that got one. */
  uint64_t due[2], given[2];
  uint64_t latency, n_latencies; /* sum over hits, in steps of the brain, and how many had one */
  /* [right action][action], of the first and of the last quarter of those planned */
  uint64_t chosen[2][TABLE][TABLE];
  episode episodes[EPISODES_MAX]; /* the one that goes on is [n_episodes] */
} state;

typedef struct named {
  int n, at[AM_BODY_ACTIONS], sizes[AM_BODY_ACTIONS];
} named;

typedef struct places {
  named sense, actions;
  int parts, n_actions; /* of the senses; that have a population or a part of one */
  int critic, n_critic;
  int reset, n_reset; /* reset: -1: nobody */
  am_place_code code; /* with CODE = PLACE */
} places;

static bool is(const am_stage *stage, int key, int what) {
  return (int)stage->parameters[key].number == what;
}
static double number(const am_stage *stage, int key) { return stage->parameters[key].number; }

/* ------------------------------------------------------------------------------ the populations */
/* The populations of a key: one, which has `parts` equal parts, or one for each. `what` they are: "3
 * actions" is what a sentence says. */
static amine_status find_named(named *out, const am_stage *stage, int key, int parts,
                               const char *what, amine_error *error) {
  const char *word = stage->words[key];
  for (out->n = 0; word && out->n < parts && out->n < AM_BODY_ACTIONS; out->n++) {
    const size_t length = strcspn(word, ",");
    char name[256];
    snprintf(name, sizeof name, "%.*s", (int)length, word);
    AM_TRY(am_stage_find(stage, "body", name, &out->at[out->n], &out->sizes[out->n], error));
    if (out->sizes[out->n] > AM_DRIVEN_MAX)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "the protocol body takes at most %d neurons in \"%.60s\"; this brain has %d",
                     AM_DRIVEN_MAX, name, out->sizes[out->n]);
    word = word[length] ? word + length + 1 : NULL;
  }
  if (word || (out->n > 1 && out->n != parts))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.%s=%.60s: task.type=%s has %d %s: one population, or so many",
                   keys[key].name, stage->words[key], stage->task->type->part.name, parts, what);
  if (out->n == 1 && out->sizes[0] % parts != 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol body needs a multiple of %d neurons in \"%.60s\", one part for "
                   "each of %d %s; this brain has %d",
                   parts, stage->words[key], parts, what, out->sizes[0]);
  return AMINE_OK;
}

/* Whether the last action of the task is what is done where no population says another. */
static bool may_rest(const am_stage *stage) { return number(stage, CRITERION) > 0; }

static amine_status find_actions(places *p, const am_stage *stage, amine_error *error) {
  const int n = stage->task->n_actions;
  if (n > AM_BODY_ACTIONS)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a body has at most %d actions; task.type=%s has %d", AM_BODY_ACTIONS,
                   stage->task->type->part.name, n);
  p->n_actions = may_rest(stage) ? n - 1 : n;
  if (p->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.criterion=%g: task.type=%s has no action besides its last one",
                   number(stage, CRITERION), stage->task->type->part.name);
  return find_named(
      &p->actions, stage, ACTION, p->n_actions,
      may_rest(stage) ? "actions that populations say, with body.criterion" : "actions", error);
}

static bool is_one_of(const named *these, int population) {
  for (int k = 0; k < these->n; k++)
    if (these->at[k] == population) return true;
  return false;
}

static amine_status find_reset(places *p, const am_stage *stage, amine_error *error) {
  const char *name = stage->words[RESET];
  p->reset = -1;
  if (strcmp(name, "none") == 0) return AMINE_OK;
  AM_TRY(am_stage_find(stage, "body", name, &p->reset, &p->n_reset, error));
  const bool sense = is_one_of(&p->sense, p->reset);
  if (sense || is_one_of(&p->actions, p->reset))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.reset=%.60s: it is driven by body.%s, too; it must be another population",
                   name, sense ? "sense" : "action");
  if (p->n_reset > AM_DRIVEN_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol body takes at most %d neurons in \"%.60s\"; this brain has %d",
                   AM_DRIVEN_MAX, name, p->n_reset);
  return AMINE_OK;
}

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  const am_task *task = stage->task;
  const bool place = is(stage, CODE, PLACE), bias = number(stage, BIAS) != 0;
  p->parts = task->n_inputs + bias;
  if (place) {
    AM_TRY(am_place_code_read(&p->code, task->n_inputs, stage->words[CENTRES], stage->words[RANGE],
                              number(stage, WIDTH), error));
    p->parts = am_place_cells(&p->code);
  }
  AM_TRY(find_named(&p->sense, stage, SENSE, p->parts,
                    place  ? "place cells"
                    : bias ? "inputs, body.bias among them"
                           : "inputs",
                    error));
  AM_TRY(find_actions(p, stage, error));
  AM_TRY(find_reset(p, stage, error));
  p->critic = -1;
  if (!is(stage, REWARD, TD)) return AMINE_OK;
  return am_stage_find(stage, "body", stage->words[CRITIC], &p->critic, &p->n_critic, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  places p;
  (void)v;
  if (number(stage, UNCERTAINTY_MS) > 0 && stage->task->n_actions - may_rest(stage) < 2)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.uncertainty_ms=%g: one population alone is never undecided",
                   number(stage, UNCERTAINTY_MS));
  if (stage->task->n_steps > STEPS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.steps=%d: a body plays episodes of at most %d steps", stage->task->n_steps,
                   STEPS_MAX);
  if (is(stage, REWARD, TD) && number(stage, GAMMA) > 0 && !(number(stage, LOOK_MS) > 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.gamma=%g needs a time in which the critic is read: body.look_ms",
                   number(stage, GAMMA));
  return find(&p, stage, error);
}

/* ------------------------------------------------------------------------------ acting on it */
/* `per` neurons of a population by each of `drive`; NULL: by nothing. */
static amine_status drive_one(am_stage *stage, int population, int n, int per, const float *drive,
                              amine_error *error) {
  const bool rate = is(stage, DRIVE, BY_RATE);
  const double most = number(stage, rate ? RATE_HZ : CURRENT);
  float each[AM_DRIVEN_MAX] = {0};
  if (!drive && !rate) return amine_brain_set_currents(stage->brain, population, NULL, error);
  for (int i = 0; drive && i < n; i++) {
    const float value = drive[i / per] * (float)most;
    each[i] = rate ? fmaxf(value, 0) : value;
  }
  if (rate) return amine_brain_set_parameter(stage->brain, population, "rate_hz", each, error);
  return amine_brain_set_currents(stage->brain, population, each, error);
}

/* What the task shows; NULL: nothing. */
static amine_status drive(const places *p, am_stage *stage, const float *input,
                          amine_error *error) {
  float drive[AM_DRIVEN_MAX] = {0};
  if (input && is(stage, CODE, PLACE)) {
    am_place_drive(drive, &p->code, input);
  } else if (input) {
    memcpy(drive, input, (size_t)stage->task->n_inputs * sizeof *drive);
    if (number(stage, BIAS) != 0) drive[stage->task->n_inputs] = 1;
  }
  for (int k = 0; k < p->sense.n; k++) {
    const int n = p->sense.sizes[k], per = p->sense.n > 1 ? n : n / p->parts;
    AM_TRY(drive_one(stage, p->sense.at[k], n, per, input ? drive + k : NULL, error));
  }
  return AMINE_OK;
}

/* An episode is over, or the next one begins. */
static amine_status reset(const places *p, am_stage *stage, bool over, amine_error *error) {
  const float one = 1;
  if (p->reset < 0) return AMINE_OK;
  return drive_one(stage, p->reset, p->n_reset, p->n_reset, over ? &one : NULL, error);
}

static amine_status hold(const places *p, am_stage *stage, bool held, amine_error *error) {
  if (!(number(stage, LOOK_MS) > 0)) return AMINE_OK;
  for (int k = 0; k < p->actions.n; k++)
    if (held) AM_TRY(am_stage_drive(stage, p->actions.at[k], 0, 1, -number(stage, HOLD), error));
    else AM_TRY(amine_brain_set_currents(stage->brain, p->actions.at[k], NULL, error));
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ reading it */
static int action_of(const places *p, const am_spike *spike) {
  for (int k = 0; k < p->actions.n; k++)
    if (p->actions.at[k] == spike->population)
      return p->actions.n > 1 ? k : spike->neuron / (p->actions.sizes[0] / p->n_actions);
  return -1;
}

/* Takes in what has been fired since the last call. */
static void hear(state *s, const places *p, const am_stage *stage) {
  uint64_t *lately = s->recent[s->n_watched % LATELY];
  const double need = fmax(number(stage, CRITERION), 1);
  memset(lately, 0, sizeof s->recent[0]);
  for (size_t i = 0; i < stage->n_spikes; i++) {
    const am_spike *spike = &stage->spikes[i];
    const int k = action_of(p, spike);
    s->heard.critic += spike->population == p->critic;
    if (k < 0) continue;
    if (s->heard.actions.n[k]++ == 0) s->heard.actions.first[k] = spike->step;
    if ((double)s->heard.actions.n[k] == need) s->heard.reached[k] = spike->step;
    lately[k]++;
    s->spikes++;
  }
  s->until = stage->now;
}

static void forget(state *s) {
  memset(&s->heard, 0, sizeof s->heard);
  memset(s->heard.actions.first, 0xff, sizeof s->heard.actions.first);
  memset(s->heard.reached, 0xff, sizeof s->heard.reached);
  s->watched = 0;
}

static int choose(const state *s, const places *p, const am_stage *stage) {
  float chance[AM_BODY_ACTIONS];
  for (int k = 0; k < p->n_actions; k++)
    chance[k] = am_uniform(am_stage_random(stage, (uint32_t)s->n_steps, (uint32_t)k / 4).v[k % 4]);
  return am_body_choose((am_body_choice)number(stage, CHOICE), &s->heard.actions, p->n_actions,
                        number(stage, TEMPERATURE), chance);
}

/* V as the critic's spikes say it that were fired in so long. */
static double read_value(const state *s, const places *p, const am_stage *stage, int length) {
  if (p->critic < 0) return 0;
  const double seconds =
      (double)am_stage_key_steps(stage, length) * stage->dt_ms * 1e-3 * p->n_critic;
  return ((double)s->heard.critic / seconds - number(stage, RATE_0)) / number(stage, RATE_1);
}

/* ------------------------------------------------------------------------------ how sure it is */
static bool watches(const am_stage *stage) { return number(stage, UNCERTAINTY_MS) > 0; }

static int key_of(uint64_t phase) {
  static const int of[] = {[GAP] = GAP_MS, [LOOK] = LOOK_MS, [ACT] = ACT_MS, [PAUSE] = PAUSE_MS};
  return of[phase];
}

/* Steps until the next time that the uncertainty is measured, or the phase is over. */
static uint64_t next_watch(const state *s, const am_stage *stage, int key) {
  if (!watches(stage)) return am_stage_key_steps(stage, key);
  return am_stage_look(stage, s->watched + 1, UNCERTAINTY_MS, key) -
         am_stage_look(stage, s->watched, UNCERTAINTY_MS, key);
}

static void watch(state *s, const places *p, am_stage *stage) {
  uint64_t counts[AM_BODY_ACTIONS] = {0};
  for (int l = 0; l < LATELY; l++)
    for (int k = 0; k < p->n_actions; k++) counts[k] += s->recent[l][k];
  const double uncertainty = am_uncertainty_expected(counts, p->n_actions);
  am_stage_uncertain(stage, uncertainty, 0);
  const double level = am_stage_level(stage, "norepinephrine");
  s->uncertainty += uncertainty;
  s->level += level;
  for (int e = 0; e < AM_TASK_EVENTS && s->in_step < WATCHED; e++) {
    if (!(s->shown >> e & 1)) continue;
    s->levels[e][s->in_step] += level;
    s->n_levels[e][s->in_step]++;
  }
  if (s->in_step < WATCHED) s->when[s->in_step++] = stage->now - s->shown_at;
  s->n_watched++;
  s->watched++;
}

/* ------------------------------------------------------------------------------ a step */
static void tell(state *s, am_stage *stage, double target, double expected) {
  const double dopamine = number(stage, DOPAMINE);
  episode *e = &s->episodes[s->n_episodes];
  e->error += fabs(target - expected);
  e->errors++;
  am_stage_reward(stage, dopamine * target, dopamine * expected);
}

/* A reward has come; `last`: with it the episode ends; V: what the state behind is worth then. */
static void judge(state *s, am_stage *stage, double reward, bool last, double V) {
  if (is(stage, REWARD, TD)) {
    s->reward = reward;
    s->waiting = !last && number(stage, GAMMA) > 0;
    if (!s->waiting) tell(s, stage, reward + number(stage, GAMMA) * V, s->V);
    return;
  }
  tell(s, stage, reward, is(stage, REWARD, MEAN) ? s->average : 0);
  if (s->n_average < number(stage, AVERAGE)) s->n_average++;
  s->average += (reward - s->average) / s->n_average;
}

/* The action that the task gets where one was chosen. */
static int said(const places *p, const state *s, const am_stage *stage, int chosen) {
  return (double)s->heard.actions.n[chosen] < number(stage, CRITERION) ? p->n_actions : chosen;
}

/* What was done where `right` was the right action, -1: none was. */
static void note_answer(state *s, const places *p, const am_stage *stage, int right, int chosen) {
  const int action = said(p, s, stage, chosen);
  const uint64_t planned = (uint64_t)number(stage, EPISODES), quarter = (planned + 3) / 4;
  const int part = s->n_episodes < quarter ? 0 : s->n_episodes >= planned - quarter ? 1 : -1;
  if (right < 0) return;
  const bool none = right == p->n_actions; /* is right */
  s->due[none]++;
  s->given[none] += none ? action != right : action == right;
  const uint64_t spikes = s->heard.actions.n[chosen];
  if (none || chosen == right) s->winner[none][spikes < COUNTS ? spikes : COUNTS - 1]++;
  if (!none && action == right && s->heard.reached[action] != UINT64_MAX) {
    s->latency += s->heard.reached[action] - (stage->now - am_stage_key_steps(stage, ACT_MS));
    s->n_latencies++;
  }
  s->episodes[s->n_episodes].asked++;
  s->episodes[s->n_episodes].right += action == right;
  if (part >= 0 && stage->task->n_actions <= TABLE) s->chosen[part][right][action]++;
}

static void note(state *s, const am_stage *stage, int action, double reward) {
  const uint64_t planned = (uint64_t)number(stage, EPISODES);
  const size_t at = (size_t)s->step * COURSE / (size_t)stage->task->n_steps;
  unsigned char *actions = (unsigned char *)s->actions;
  actions[s->step] = (unsigned char)action;
  s->episodes[s->n_episodes].reward += reward;
  s->episodes[s->n_episodes].steps++;
  if (2 * s->n_episodes < planned) return;
  s->course[at] += reward;
  s->n_course[at]++;
}

/* The next step begins: what is shown, and for how long in *key. */
static amine_status show(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  float input[AM_DRIVEN_MAX] = {0};
  const bool looks = number(stage, LOOK_MS) > 0;
  stage->task->type->observe(stage->task, stage->world, input);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->step);
  s->in_step = 0;
  s->shown_at = stage->now;
  s->shown = stage->task->type->happened
                 ? stage->task->type->happened(stage->task, stage->world, NULL)
                 : 0;
  s->phase = looks ? LOOK : ACT;
  *key = looks ? LOOK_MS : ACT_MS;
  AM_TRY(hold(p, stage, true, error));
  return drive(p, stage, input, error);
}

static amine_status begin(state *s, const places *p, am_stage *stage, int *key,
                          amine_error *error) {
  s->step = s->waiting = 0;
  stage->task->type->start(stage->task, stage->world, stage->seed, (uint32_t)s->n_episodes, 0);
  return show(s, p, stage, key, error);
}

static amine_status look(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  const double V = read_value(s, p, stage, LOOK_MS);
  if (s->waiting) tell(s, stage, s->reward + number(stage, GAMMA) * V, s->V);
  s->waiting = 0;
  s->V = V;
  s->phase = ACT;
  *key = ACT_MS;
  return hold(p, stage, false, error);
}

static amine_status act(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  const am_task *task = stage->task;
  const int chosen = choose(s, p, stage), action = said(p, s, stage, chosen);
  if (!(number(stage, LOOK_MS) > 0)) s->V = read_value(s, p, stage, ACT_MS);
  am_stage_note(stage, AMINE_EVENT_ACTION, action);
  note_answer(s, p, stage, task->type->answer ? task->type->answer(task, stage->world) : -1,
              chosen);
  const double reward = (double)task->type->step(task, stage->world, action);
  note(s, stage, action, reward);
  s->step++;
  s->n_steps++;
  const bool ended = task->type->over && task->type->over(task, stage->world);
  const bool over = ended || s->step >= (uint64_t)task->n_steps;
  judge(s, stage, reward, over, number(stage, BOOTSTRAP) != 0 && !ended ? s->V : 0);
  if (!over && !(number(stage, PAUSE_MS) > 0)) return show(s, p, stage, key, error);
  s->phase = over ? GAP : PAUSE;
  *key = over ? GAP_MS : PAUSE_MS;
  s->n_episodes += over;
  if (over) AM_TRY(reset(p, stage, true, error));
  return drive(p, stage, NULL, error);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  places p;
  int key = 0;
  AM_TRY(find(&p, stage, error));
  hear(s, &p, stage);
  if (watches(stage) && s->begun) {
    const int now = key_of(s->phase);
    watch(s, &p, stage);
    if (s->watched < am_stage_looks(stage, UNCERTAINTY_MS, now)) {
      *until = stage->now + next_watch(s, stage, now);
      return AMINE_OK;
    }
  }
  s->begun = 1;
  if (s->phase == GAP) {
    AM_TRY(reset(&p, stage, false, error));
    if (s->n_episodes >= (uint64_t)number(stage, EPISODES)) return AMINE_OK;
    AM_TRY(begin(s, &p, stage, &key, error));
  } else if (s->phase == LOOK) {
    AM_TRY(look(s, &p, stage, &key, error));
  } else if (s->phase == ACT) {
    AM_TRY(act(s, &p, stage, &key, error));
  } else {
    AM_TRY(show(s, &p, stage, &key, error));
  }
  forget(s);
  *until = stage->now + next_watch(s, stage, key);
  return AMINE_OK;
}

static double grain_ms(int key, const am_stage *stage) {
  return key == UNCERTAINTY_MS ? 0 : stage->dt_ms;
}

static const char *moved(const am_value *k) {
  const bool dopamine = k[DOPAMINE].number > 0;
  if (k[UNCERTAINTY_MS].number > 0) return dopamine ? "dopamine|norepinephrine" : "norepinephrine";
  return dopamine ? "dopamine" : NULL;
}

/* ------------------------------------------------------------------------------ going on */
static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const am_task *task = stage->task;
  const uint64_t planned = (uint64_t)number(stage, EPISODES), most = (uint64_t)task->n_steps;
  const unsigned char *actions = (const unsigned char *)s->actions;
  if (s->phase > PAUSE || s->n_episodes > planned || s->waiting > 1 || s->step > most ||
      !isfinite(s->reward) || !isfinite(s->V) || !isfinite(s->average) ||
      !(s->n_average >= 0 && s->n_average <= number(stage, AVERAGE)))
    return false;
  if (s->phase != GAP && (s->n_episodes == planned || s->step == most)) return false;
  for (uint64_t k = 0; k < s->step; k++)
    if (actions[k] >= task->n_actions) return false;
  for (int k = 0; k < 2; k++)
    if (s->given[k] > s->due[k]) return false;
  if (s->n_latencies > s->given[0] || s->begun > 1 || s->in_step > WATCHED ||
      !isfinite(s->uncertainty) || !isfinite(s->level))
    return false;
  for (int e = 0; e < AM_TASK_EVENTS; e++)
    for (int k = 0; k < WATCHED; k++)
      if (!isfinite(s->levels[e][k])) return false;
  for (int k = 0; k < COURSE; k++)
    if (!isfinite(s->course[k])) return false;
  for (int k = 0; k < EPISODES_MAX; k++) {
    const episode *e = &s->episodes[k];
    if (e->steps > most || e->errors > most || e->asked > e->steps || e->right > e->asked ||
        !isfinite(e->reward) || !isfinite(e->error))
      return false;
  }
  return true;
}

static void restore(const void *v, am_stage *stage) {
  const state *s = v;
  const unsigned char *actions = (const unsigned char *)s->actions;
  const am_task *task = stage->task;
  if (s->phase == GAP) return; /* the next episode begins anew */
  task->type->start(task, stage->world, stage->seed, (uint32_t)s->n_episodes, 0);
  for (uint64_t k = 0; k < s->step; k++) task->type->step(task, stage->world, actions[k]);
}

/* ------------------------------------------------------------------------------ measures */
static episode sum_of(const state *s, uint64_t first, uint64_t n) {
  episode sum = {0};
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

/* What the lowest and the highest line of the task earn; NAN: none, or not known. */
static void lines_of(double *guessing, double *ceiling, const am_task *task) {
  *guessing = *ceiling = (double)NAN;
  for (int k = 0; k < task->n_lines; k++) {
    if (strcmp(task->lines[k].policy, "random") == 0) *guessing = task->lines[k].reward;
    if (strcmp(task->lines[k].policy, "ceiling") == 0) *ceiling = task->lines[k].reward;
  }
}

static void earned(double *chance, double *best, const am_task *task) {
  lines_of(&chance[LATE_REWARD], &best[LATE_REWARD], task);
  chance[ALL_REWARD] = chance[LATE_REWARD];
  best[ALL_REWARD] = best[LATE_REWARD];
  if (!task->type->answer) return;
  chance[RIGHT_FIRST] = chance[RIGHT] = 1.0 / task->n_actions;
  best[RIGHT_FIRST] = best[RIGHT] = 1;
}

/* The largest difference of hits and false alarms, over all criteria. */
static double best_detection(const state *s) {
  uint64_t seen[2] = {0};
  double best = 0;
  if (s->due[0] == 0 || s->due[1] == 0) return (double)NAN;
  for (int criterion = COUNTS - 1; criterion > 0; criterion--) {
    for (int k = 0; k < 2; k++) seen[k] += s->winner[k][criterion];
    best = fmax(best, (double)seen[0] / (double)s->due[0] - (double)seen[1] / (double)s->due[1]);
  }
  return best;
}

static void measure_spikes(double *values, const state *s, const am_stage *stage) {
  places p;
  int neurons = 0;
  if (s->until == 0 || find(&p, stage, NULL) != AMINE_OK) return;
  for (int k = 0; k < p.actions.n; k++) neurons += p.actions.sizes[k];
  values[SPIKE_RATE] = (double)s->spikes / neurons / ((double)s->until * stage->dt_ms * 1e-3);
  values[BEST_DETECTION] = best_detection(s);
  values[NET] = values[BEST_DETECTION] - number(stage, COST) * values[SPIKE_RATE];
  if (s->n_watched == 0) return;
  values[UNCERTAINTY] = s->uncertainty / (double)s->n_watched;
  values[LEVEL] = s->level / (double)s->n_watched;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  double guessing, ceiling;
  measure_spikes(values, s, stage);
  values[DONE] = (double)s->n_episodes;
  if (is(stage, REWARD, MEAN) && s->n_average > 0) values[EXPECTED] = s->average;
  if (s->n_episodes == 0) return;
  const uint64_t n = (s->n_episodes + 3) / 4;
  const episode first = sum_of(s, 0, n), late = sum_of(s, s->n_episodes - n, n),
                all = sum_of(s, 0, s->n_episodes);
  lines_of(&guessing, &ceiling, stage->task);
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
  values[LATENCY] = am_ratio((double)s->latency, (double)s->n_latencies) * stage->dt_ms;
}

/* ------------------------------------------------------------------------------ pictures */
/* Every episode, the mean around it, and the task's lines. */
static void picture_episodes(am_pictures *pictures, const state *s, const am_stage *stage) {
  enum { HALF = 10 };
  const am_task *task = stage->task;
  double *x = am_alloc(3 * EPISODES_MAX, sizeof *x);
  const double ends[2] = {1, (double)s->n_episodes};
  double levels[AMINE_TASK_LINES][2];
  am_course_line lines[2 + AMINE_TASK_LINES];
  int n = 2;
  pictures->json.failed = pictures->json.failed || !x;
  if (!x) return;
  double *reward = x + EPISODES_MAX, *mean = reward + EPISODES_MAX;
  for (uint64_t k = 0; k < s->n_episodes; k++) {
    const uint64_t from = k > HALF ? k - HALF : 0;
    const uint64_t to = k + HALF < s->n_episodes ? k + HALF + 1 : s->n_episodes;
    x[k] = (double)k + 1;
    reward[k] = s->episodes[k].reward;
    mean[k] = sum_of(s, from, to - from).reward / (double)(to - from);
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
  lines_of(&p.chance, &p.best, task);
  if (isnan(p.chance)) p.chance_name = NULL;
  am_picture_course(pictures, &p);
  am_free(x);
}

/* How much an episode's reward grows within it. */
static void picture_course(am_pictures *pictures, const state *s, const am_stage *stage) {
  const double part = (double)stage->task->n_steps / COURSE;
  double x[COURSE], y[COURSE];
  size_t n = 0;
  for (int k = 0; k < COURSE; k++) {
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
static void picture_answers(am_pictures *pictures, const state *s, const am_stage *stage) {
  static const char *const parts[] = {"first quarter of the episodes", "last quarter"};
  const int n = stage->task->n_actions;
  places p;
  char words[TABLE][64];
  const char *names[TABLE];
  double values[2 * TABLE * TABLE];
  int right[TABLE];
  uint64_t last = 0;
  if (!stage->task->type->answer || n > TABLE || find(&p, stage, NULL) != AMINE_OK) return;
  for (int k = 0; k < n; k++) {
    const char *name =
        amine_brain_population(stage->brain, p.actions.at[k < p.actions.n ? k : 0], NULL, NULL);
    if (k == p.n_actions) snprintf(words[k], sizeof words[k], "none");
    else if (p.actions.n > 1 || p.n_actions == 1)
      snprintf(words[k], sizeof words[k], "%.60s", name);
    else snprintf(words[k], sizeof words[k], "%.40s %d", name, k + 1);
    names[k] = words[k];
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
static void picture_levels(am_pictures *pictures, const state *s, const am_stage *stage) {
  const am_task_event *events = stage->task->type->events;
  double ms[AM_TASK_EVENTS][WATCHED], levels[AM_TASK_EVENTS][WATCHED];
  am_course_line lines[AM_TASK_EVENTS];
  int n_lines = 0;
  for (int e = 0; events && e < AM_TASK_EVENTS && events[e].name; e++) {
    size_t n = 0;
    for (; n < WATCHED && s->n_levels[e][n] > 0; n++) {
      ms[n_lines][n] = (double)s->when[n] * stage->dt_ms;
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

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  if (s->n_episodes == 0) return;
  picture_levels(pictures, s, stage);
  picture_answers(pictures, s, stage);
  picture_episodes(pictures, s, stage);
  picture_course(pictures, s, stage);
}

const am_protocol am_protocol_body = {
    .name = "body",
    .meaning = "a task (task.*) is played through a body (body.*): inputs drive, spikes act",
    .title = "A task, played by a spiking brain",
    .story = "What the task shows drives a population; of the populations that are its actions one "
             "wins, by their spikes, and the task takes that action. Dopamine, unless body.dopamine "
             "is 0, is told how much better what came was than expected.",
    .headline = "In the last quarter of {episodes} episodes it earns {late_reward} an episode, in "
                "the first quarter {first_reward}",
    .judged = "late_reward",
    .needs = "populations for what is shown, for the actions and for V: those that body.sense, "
             "body.action and body.critic name",
    .plays = true,
    .section = "body",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "dopamine|serotonin|norepinephrine|acetylcholine|orexin",
    .moved = moved,
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .restore = restore,
    .measure = measure,
    .earned = earned,
    .picture = picture};
