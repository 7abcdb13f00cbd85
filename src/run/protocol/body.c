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
 *             episode, but V(s) with `bootstrap` where its length ends it and not the world. It comes at
 *             the end of the next look, with gamma = 0 and at the end of an episode at once; with
 *             `last_look` the state in which an episode ends is looked at, too, so that each error comes
 *             as late after what it is of, and V(s') is what is read then: where the world has ended,
 *             nothing is shown and the critic is left to itself.
 *   average   delta = r - mean of the rewards before, over about `average` of them; at once
 *   plain     delta = r; at once
 *
 * and its level becomes clip01(baseline + dopamine delta); with `shuffled` dopamine is told one of the
 * last errors instead, drawn at random.
 *
 * Norepinephrine and acetylcholine may be told how uncertain the brain is, by its own spikes and errors
 * (uncertainty.h). At each answer, of the spikes of its time and of the errors before it,
 *
 *   expected    quadratic entropy of the actions' spikes
 *   unexpected  clip01(-<delta> / <|delta|> - margin), means over about the last `fast` and `slow` of them
 *
 * norepinephrine is told surprise unexpected, as uncertainty; acetylcholine is told attention expected, as
 * attention, and novelty unexpected, as novelty. The present error is not among those means: it would
 * weigh bad outcomes more than good ones, and no weight would survive. Or norepinephrine is told expected
 * every uncertainty_ms.
 *
 * Control: each chemical system that something moves at its baseline.
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
#include "run/protocol/body_score.h"
#include "run/protocol/protocols.h"
#include "run/protocol/uncertainty.h"

enum { STEPS_MAX = 4096, LATELY = 5, OTHERS = 64 };
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
  LAST_LOOK,
  RATE_0,
  RATE_1,
  AVERAGE,
  DOPAMINE,
  SHUFFLED,
  UNCERTAINTY_MS,
  SURPRISE,
  ATTENTION,
  NOVELTY,
  FAST,
  SLOW,
  MARGIN,
  COST
};
enum { ONE_HOT, PLACE };
enum { BY_CURRENT, BY_RATE };
enum { MEAN, TD, PLAIN };
static const amine_parameter keys[] = {
    AM_INTEGER("episodes", AM_BODY_EPISODES, 1, AM_BODY_EPISODES, "",
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
    AM_SWITCH("last_look", 0,
              "the state in which an episode ends is looked at, too: its error waits for that, "
              "with V(s') as "
              "it is read then"),
    AM_NUMBER("rate_0", 10, 0, 1e4, "Hz", "rate of the critic that means V = 0"),
    AM_NUMBER("rate_1", 30, 1e-3, 1e4, "Hz", "more of it that means V = 1"),
    AM_NUMBER("average", 50, 1, 1e6, "rewards", "over which the mean runs, with reward=average"),
    AM_NUMBER("dopamine", 0.5, 0, 1e3, "", "of its level for an error of 1"),
    AM_SWITCH("shuffled", 0, "dopamine is told one of the last 64 errors instead, any of them"),
    AM_NUMBER(
        "uncertainty_ms", 0, 0, 1e4, "ms",
        "so often norepinephrine is told how undecided the actions' last spikes are; 0: never"),
    AM_NUMBER(
        "surprise", 0, 0, 100, "",
        "of unexpected uncertainty, which norepinephrine is told at each answer; 0: it is not"),
    AM_NUMBER("attention", 0, 0, 100, "",
              "of expected uncertainty, which acetylcholine is told at each answer"),
    AM_NUMBER("novelty", 0, 0, 100, "", "of unexpected uncertainty, which it is told, too"),
    AM_NUMBER("fast", 6, 1, 1e6, "errors", "over which they are averaged to see a surprise"),
    AM_NUMBER("slow", 30, 1, 1e6, "errors", "over which their size is"),
    AM_NUMBER("margin", 0.25, 0, 100, "", "of <-error>/<|error|> that is no surprise"),
    AM_NUMBER("cost", 0, 0, 1e6, "1/Hz",
              "of the measure net, for each spike of an action's neuron in a second"),
};
enum { GAP, LOOK, ACT, PAUSE };
enum { SHUFFLES = AM_BODY_ACTIONS }; /* draws of choices are below it */

/* Since the phase began: spikes of each action, the step of the last one that it needs to be chosen
 * (UINT64_MAX: it has not so many), and spikes of the critic. */
typedef struct heard {
  am_body_spikes actions;
  uint64_t reached[AM_BODY_ACTIONS], critic;
} heard;

typedef struct state {
  am_body_score score;
  heard heard;
  uint64_t begun; /* time has passed */
  /* Uncertainty: how often it was measured in this phase; spikes between the last times. */
  uint64_t watched, recent[LATELY][AM_BODY_ACTIONS];
  uint64_t phase, step, n_steps; /* phase: what has just gone on; step: of this episode; in all */
  uint64_t waiting;              /* an error waits for the next look */
  uint64_t last; /* 1: an episode's length has ended it, 2: the world; one more look */
  double reward, V, average, n_average;
  am_surprise surprise;
  double others[OTHERS];           /* the last errors, ring */
  uint64_t n_others;               /* errors so far */
  uint64_t actions[STEPS_MAX / 8]; /* of this episode, a byte each */
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

static bool looks_last(const am_stage *stage) {
  return number(stage, LAST_LOOK) != 0 && is(stage, REWARD, TD) && number(stage, LOOK_MS) > 0 &&
         number(stage, GAMMA) > 0;
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  places p;
  (void)v;
  if (number(stage, UNCERTAINTY_MS) > 0 && stage->task->n_actions - may_rest(stage) < 2)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.uncertainty_ms=%g: one population alone is never undecided",
                   number(stage, UNCERTAINTY_MS));
  if (number(stage, ATTENTION) > 0 && stage->task->n_actions - may_rest(stage) < 2)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.attention=%g: one population alone is never undecided",
                   number(stage, ATTENTION));
  if (number(stage, UNCERTAINTY_MS) > 0 && number(stage, SURPRISE) > 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.surprise=%g: norepinephrine is told one uncertainty, this or that of "
                   "body.uncertainty_ms",
                   number(stage, SURPRISE));
  if (stage->task->n_steps > STEPS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.steps=%d: a body plays episodes of at most %d steps", stage->task->n_steps,
                   STEPS_MAX);
  if (is(stage, REWARD, TD) && number(stage, GAMMA) > 0 && !(number(stage, LOOK_MS) > 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.gamma=%g needs a time in which the critic is read: body.look_ms",
                   number(stage, GAMMA));
  if (number(stage, LAST_LOOK) != 0 && !looks_last(stage))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.last_look is for errors that wait for a look: body.reward=td, with "
                   "body.look_ms and body.gamma above 0");
  return find(&p, stage, error);
}

/* What is counted, and what of. */
static am_body_game game_of(const places *p, const am_stage *stage) {
  am_body_game game = {.task = stage->task,
                       .planned = (uint64_t)number(stage, EPISODES),
                       .n_said = p->n_actions,
                       .dt_ms = stage->dt_ms,
                       .cost = number(stage, COST),
                       .gamma = number(stage, GAMMA),
                       .expected = (double)NAN};
  for (int k = 0; k < p->actions.n; k++) game.n_neurons += p->actions.sizes[k];
  return game;
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
  uint64_t *lately = s->recent[s->score.n_watched % LATELY];
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
    s->score.spikes++;
  }
  s->score.until = stage->now;
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

/* V is what was read of the present state. */
static void note_value(state *s, const places *p, const am_stage *stage, double V) {
  const am_body_game game = game_of(p, stage);
  if (p->critic >= 0 && am_body_map_of(game.task))
    am_body_map_value(&s->score.map, game.task->type->place(game.task, stage->world), V);
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
  am_body_score_watched(&s->score, stage->now, uncertainty,
                        am_stage_level(stage, "norepinephrine"));
  s->watched++;
}

/* ------------------------------------------------------------------------------ a step */
static void tell(state *s, am_stage *stage, double target, double expected) {
  const double dopamine = number(stage, DOPAMINE), delta = target - expected;
  am_body_score_error(&s->score, delta);
  am_surprise_add(&s->surprise, delta, number(stage, FAST), number(stage, SLOW));
  if (number(stage, SHUFFLED) != 0 && s->n_others > 0) {
    const uint32_t n = s->n_others < OTHERS ? (uint32_t)s->n_others : OTHERS;
    const am_random4 random = am_stage_random(stage, (uint32_t)s->n_others, SHUFFLES);
    target = s->others[am_below(random.v[0], n)];
    expected = 0;
  }
  s->others[s->n_others++ % OTHERS] = delta;
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

static bool doubts(const am_stage *stage) {
  return number(stage, SURPRISE) > 0 || number(stage, ATTENTION) > 0 || number(stage, NOVELTY) > 0;
}

/* How uncertain it was when it answered. */
typedef struct doubt {
  double unexpected, expected;
} doubt;

static doubt doubt_of(const state *s, const places *p, const am_stage *stage) {
  doubt d = {0};
  if (!doubts(stage)) return d;
  d.unexpected = am_surprise_now(&s->surprise, number(stage, MARGIN));
  if (p->n_actions > 1) d.expected = am_uncertainty_expected(s->heard.actions.n, p->n_actions);
  return d;
}

static void tell_doubt(const doubt *d, am_stage *stage) {
  if (number(stage, SURPRISE) > 0)
    am_stage_uncertain(stage, number(stage, SURPRISE) * d->unexpected, 0);
  if (number(stage, ATTENTION) > 0 || number(stage, NOVELTY) > 0)
    am_stage_attend(stage, number(stage, ATTENTION) * d->expected,
                    number(stage, NOVELTY) * d->unexpected);
}

static void note_levels(state *s, const am_stage *stage) {
  if (doubts(stage))
    am_body_score_told(&s->score, am_stage_level(stage, "norepinephrine"),
                       am_stage_level(stage, "acetylcholine"));
}

/* What was done, before the task takes it. */
static void note_answer(state *s, const places *p, const am_stage *stage, int chosen, int action,
                        const doubt *d) {
  const am_task *task = stage->task;
  const am_body_game game = game_of(p, stage);
  const uint64_t begun = stage->now - am_stage_key_steps(stage, ACT_MS);
  am_body_answer a = {.right = task->type->answer ? task->type->answer(task, stage->world) : -1,
                      .chosen = chosen,
                      .action = action,
                      .spikes = s->heard.actions.n[chosen],
                      .latency = UINT64_MAX};
  am_task_block block;
  if (action < p->n_actions && s->heard.reached[action] != UINT64_MAX)
    a.latency = s->heard.reached[action] - begun;
  am_body_score_answer(&s->score, &game, &a);
  if (task->type->blocks && task->type->blocks(task, stage->world, &block))
    am_body_blocks_add(&s->score.blocks, &block,
                       &(am_body_turn){.right = action == a.right,
                                       .old = action == block.old,
                                       .unexpected = d->unexpected,
                                       .expected = d->expected});
}

/* The task takes it; its reward. */
static double take(state *s, const places *p, am_stage *stage, int action) {
  const am_task *task = stage->task;
  const am_body_game game = game_of(p, stage);
  const bool mapped = am_body_map_of(task) != NULL;
  const int from = mapped ? task->type->place(task, stage->world) : 0;
  const double reward = (double)task->type->step(task, stage->world, action);
  ((unsigned char *)s->actions)[s->step] = (unsigned char)action;
  am_body_score_reward(&s->score, &game, s->step, reward);
  if (mapped)
    am_body_score_moved(&s->score, &game, from, action, task->type->place(task, stage->world));
  return reward;
}

/* The next step begins: what is shown, and for how long in *key. */
static amine_status show(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  float input[AM_DRIVEN_MAX] = {0};
  const bool looks = number(stage, LOOK_MS) > 0;
  stage->task->type->observe(stage->task, stage->world, input);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->step);
  am_body_score_shown(&s->score, stage->now,
                      stage->task->type->happened
                          ? stage->task->type->happened(stage->task, stage->world, NULL)
                          : 0);
  s->phase = looks ? LOOK : ACT;
  *key = looks ? LOOK_MS : ACT_MS;
  AM_TRY(hold(p, stage, true, error));
  return drive(p, stage, input, error);
}

static amine_status begin(state *s, const places *p, am_stage *stage, int *key,
                          amine_error *error) {
  s->step = s->waiting = s->last = 0;
  const am_task *task = stage->task;
  task->type->start(task, stage->world, stage->seed, (uint32_t)s->score.n_episodes, 0);
  if (am_body_map_of(task))
    am_body_map_way(&s->score.map, s->score.n_episodes, 0, task->type->place(task, stage->world));
  return show(s, p, stage, key, error);
}

static amine_status end_episode(state *s, const places *p, am_stage *stage, int *key,
                                amine_error *error) {
  s->phase = GAP;
  *key = GAP_MS;
  s->last = 0;
  s->score.n_episodes++;
  AM_TRY(reset(p, stage, true, error));
  return drive(p, stage, NULL, error);
}

static amine_status look(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  const double V = read_value(s, p, stage, LOOK_MS);
  if (s->last < 2) note_value(s, p, stage, V);
  if (s->waiting) tell(s, stage, s->reward + number(stage, GAMMA) * V, s->V);
  s->waiting = 0;
  s->V = V;
  if (s->last > 0) return end_episode(s, p, stage, key, error);
  s->phase = ACT;
  *key = ACT_MS;
  return hold(p, stage, false, error);
}

static amine_status act(state *s, const places *p, am_stage *stage, int *key, amine_error *error) {
  const am_task *task = stage->task;
  const int chosen = choose(s, p, stage), action = said(p, s, stage, chosen);
  const doubt d = doubt_of(s, p, stage);
  if (!(number(stage, LOOK_MS) > 0)) {
    s->V = read_value(s, p, stage, ACT_MS);
    note_value(s, p, stage, s->V);
  }
  am_stage_note(stage, AMINE_EVENT_ACTION, action);
  note_answer(s, p, stage, chosen, action, &d);
  const double reward = take(s, p, stage, action);
  s->step++;
  s->n_steps++;
  const bool ended = task->type->over && task->type->over(task, stage->world);
  const bool over = ended || s->step >= (uint64_t)task->n_steps;
  s->score.episodes[s->score.n_episodes].ended = ended;
  tell_doubt(&d, stage);
  s->last = !over || !looks_last(stage) ? 0 : ended ? 2 : 1;
  const bool done = over && s->last == 0;
  judge(s, stage, reward, done, number(stage, BOOTSTRAP) != 0 && !ended ? s->V : 0);
  note_levels(s, stage);
  if (done) return end_episode(s, p, stage, key, error);
  if (!(number(stage, PAUSE_MS) > 0)) return show(s, p, stage, key, error);
  s->phase = PAUSE;
  *key = PAUSE_MS;
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
    if (s->score.n_episodes >= (uint64_t)number(stage, EPISODES)) return AMINE_OK;
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
  static const char *const systems[] = {NULL,
                                        "dopamine",
                                        "norepinephrine",
                                        "dopamine|norepinephrine",
                                        "acetylcholine",
                                        "dopamine|acetylcholine",
                                        "norepinephrine|acetylcholine",
                                        "dopamine|norepinephrine|acetylcholine"};
  const bool uncertain = k[UNCERTAINTY_MS].number > 0 || k[SURPRISE].number > 0;
  const bool attends = k[ATTENTION].number > 0 || k[NOVELTY].number > 0;
  return systems[(k[DOPAMINE].number > 0) + 2 * uncertain + 4 * attends];
}

/* ------------------------------------------------------------------------------ going on */
static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const am_task *task = stage->task;
  const uint64_t planned = (uint64_t)number(stage, EPISODES), most = (uint64_t)task->n_steps;
  const unsigned char *actions = (const unsigned char *)s->actions;
  places p;
  if (find(&p, stage, NULL) != AMINE_OK) return false;
  const am_body_game game = game_of(&p, stage);
  if (s->phase > PAUSE || s->waiting > 1 || s->last > 2 || s->begun > 1 || s->step > most ||
      !isfinite(s->reward) || !isfinite(s->V) || !isfinite(s->average) ||
      !(s->n_average >= 0 && s->n_average <= number(stage, AVERAGE)) ||
      !am_surprise_is_fine(&s->surprise))
    return false;
  for (int k = 0; k < OTHERS; k++)
    if (!isfinite(s->others[k])) return false;
  if (s->phase != GAP && (s->score.n_episodes == planned || (s->step == most && !s->last)))
    return false;
  if (s->last && (s->phase == GAP || s->phase == ACT)) return false;
  for (uint64_t k = 0; k < s->step; k++)
    if (actions[k] >= task->n_actions) return false;
  return am_body_score_check(&s->score, &game);
}

static void restore(const void *v, am_stage *stage) {
  const state *s = v;
  const unsigned char *actions = (const unsigned char *)s->actions;
  const am_task *task = stage->task;
  if (s->phase == GAP) return; /* the next episode begins anew */
  task->type->start(task, stage->world, stage->seed, (uint32_t)s->score.n_episodes, 0);
  for (uint64_t k = 0; k < s->step; k++) task->type->step(task, stage->world, actions[k]);
}

/* ------------------------------------------------------------------------------ what came of it */
static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  places p;
  if (find(&p, stage, NULL) != AMINE_OK) return;
  am_body_game game = game_of(&p, stage);
  if (is(stage, REWARD, MEAN) && s->n_average > 0) game.expected = s->average;
  am_body_measure(values, &s->score, &game);
}

/* What the actions are called that populations say: by those, or by its parts. */
static void name_actions(const char *names[AM_BODY_ACTIONS], char words[AM_BODY_ACTIONS][64],
                         const places *p, const am_stage *stage) {
  for (int k = 0; k < p->n_actions; k++) {
    const int at = p->actions.at[p->actions.n > 1 ? k : 0];
    const char *name = amine_brain_population(stage->brain, at, NULL, NULL);
    if (p->actions.n > 1 || p->n_actions == 1) snprintf(words[k], 64, "%.60s", name);
    else snprintf(words[k], 64, "%.40s %d", name, k + 1);
    names[k] = words[k];
  }
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  const char *names[AM_BODY_ACTIONS];
  char words[AM_BODY_ACTIONS][64];
  places p;
  if (find(&p, stage, NULL) != AMINE_OK) return;
  am_body_game game = game_of(&p, stage);
  name_actions(names, words, &p, stage);
  game.names = names;
  game.goes_on = s->phase != GAP;
  am_body_pictures(pictures, &s->score, &game);
}

const am_protocol am_protocol_body = {
    .name = "body",
    .meaning = "a task (task.*) is played through a body (body.*): inputs drive, spikes act",
    .title = "A task, played by a spiking brain",
    .story =
        "What the task shows drives a population; of the populations that are its actions one "
        "wins, by their spikes, and the task takes that action. Dopamine, unless body.dopamine "
        "is 0, is told how much better what came was than expected; norepinephrine and "
        "acetylcholine, where body.surprise, body.attention and body.novelty say so, how uncertain "
        "the brain was by its own spikes and errors.",
    .headline = "In the last quarter of {episodes} episodes it earns {late_reward} an episode, in "
                "the first quarter {first_reward}",
    .judged = "late_reward",
    .needs = "populations for what is shown, for the actions and for V: those that body.sense, "
             "body.action and body.critic name",
    .plays = true,
    .section = "body",
    AM_KEYS(keys),
    .measures = am_body_measures,
    .n_measures = AM_BODY_MEASURES,
    .control = "dopamine|serotonin|norepinephrine|acetylcholine|orexin",
    .moved = moved,
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .restore = restore,
    .measure = measure,
    .earned = am_body_earned,
    .says = am_body_says,
    .picture = picture};
