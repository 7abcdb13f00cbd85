/* A day: orexin follows the sun and the need for sleep, pairs of cues and answers are learned, and
 * what is left of them is asked for in the evening and on the next morning.
 *
 * A day of 24 h lasts day_s. Every look, 0.05 h,
 *
 *   need    <- need + (1 - need) 0.05 h / rise_h   awake,   need - need 0.05 h / fall_h   asleep
 *   level   = clip01(baseline + 0.5 (sin(2 pi t / 24 h) - need))       orexin, of a circadian event
 *   awake until level < sleep_below; asleep until level > wake_above
 *
 * (Two processes: Borbely 1982; rise_h and fall_h as in Daan, Beersma, Borbely 1984,
 * doi:10.1152/ajpregu.1984.246.2.R161. That orexin holds the switch: Saper, Scammell, Lu 2005,
 * doi:10.1038/nature04284.) From 1 h to 9 h the parts of `cue` are driven one after the other, each
 * together with the same part of `answer`; from 10 h to 13 h, and on the next day from 0 h to 3 h,
 * the cues alone. Asleep they come back, half as often (replay). Plasticity is on but while it is asked, and asleep if night_plasticity says so: it
 * follows dopamine, whose baseline is 0 where it is off. With s the spikes of `answer` while a cue
 * is there,
 *
 *   recall = (share of s in the cue's part - 1/3) / (2/3)
 *
 * Reference: tests/reference/clock.py. */
#include <math.h>

#include "base/error.h"
#include "base/wave.h"
#include "run/protocol/protocols.h"

enum {
  PAIRS = 3,
  LOOKS = 20,
  DAY = 24 * LOOKS,
  SLOT = 5,
  SHOWN = 2,
  REPLAYED = 2
}; /* LOOKS: in an hour */
enum { DAY_S, CUE, ANSWER, REPLAY, NIGHT, RISE_H, FALL_H, NEED, WAKE_ABOVE, SLEEP_BELOW };
static const amine_parameter keys[] = {
    AM_NUMBER("day_s", 24, 1e-3, 1e6, "s", "how long 24 hours last"),
    AM_NUMBER("cue", 20, 0, 1e6, "", "current of a cue, in units of the model"),
    AM_NUMBER("answer", 20, 0, 1e6, "", "current of an answer while it is learned"),
    AM_NUMBER("replay", 90, 0, 1e6, "", "current of a cue that comes back asleep"),
    AM_SWITCH("night_plasticity", 1, "whether synapses change while it is asleep"),
    AM_NUMBER("rise_h", 18.2, 0.05, 1e6, "h", "in which need rises, awake"),
    AM_NUMBER("fall_h", 4.2, 0.05, 1e6, "h", "in which it falls, asleep"),
    AM_NUMBER("need", 0.15, 0, 1, "", "for sleep, at first"),
    AM_NUMBER("wake_above", 0.6, 0, 1, "", "level of orexin at which it wakes"),
    AM_NUMBER("sleep_below", 0.4, 0, 1, "", "level at which it falls asleep"),
};
static const am_measure measures[] = {
    AM_PANEL("level", "", "Orexin", "Mean level of orexin", "mean of all looks"),
    AM_CURVE("need", "", "Mean need for sleep", "mean of all looks"),
    AM_CURVE("awake", "", "Share of the time awake", "looks awake, of all"),
    AM_PANEL("rate_awake", "Hz", "Rates", "Rate awake", "spikes of a neuron in a second, awake"),
    AM_CURVE("rate_asleep", "Hz", "Rate asleep", "spikes of a neuron in a second, asleep"),
    AM_PANEL("recall_evening", "", "Recall", "Recall in the evening",
             "of the cues alone, 10 h to 13 h", .chance = {"guessing", 0}, .best = {"all", 1}),
    AM_CURVE("recall_morning", "", "Recall on the next morning", "24 h to 27 h",
             .chance = {"guessing", 0}, .best = {"all", 1}),
    AM_FIGURE("answers_evening", "", "Spikes of an answer in the evening",
              "of the right part while its cue is there, a neuron and presentation"),
    AM_FIGURE("answers_morning", "", "Spikes of an answer on the next morning",
              "of the right part while its cue is there, a neuron and presentation"),
};

enum { EVENING, MORNING, TESTS };

typedef struct state {
  uint64_t looks, awake;                 /* begun; awake: now */
  uint64_t n[2], spikes[2];              /* looks asleep and awake that are over, spikes in them */
  uint64_t answers[TESTS][PAIRS][PAIRS]; /* spikes by cue and part of the answer */
  uint64_t asked[TESTS];
  double need, sum_need, sum_level;
  double level[DAY]; /* of the last day */
} state;

typedef struct places {
  int cue, answer, n_cue, n_answer;
} places;

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  AM_TRY(am_stage_find_parts(&p->cue, stage, "clock", "cue", PAIRS, AM_DRIVEN_MAX, error));
  AM_TRY(am_stage_find_parts(&p->answer, stage, "clock", "answer", PAIRS, AM_DRIVEN_MAX, error));
  amine_brain_population(stage->brain, p->cue, &p->n_cue, NULL);
  amine_brain_population(stage->brain, p->answer, &p->n_answer, NULL);
  return AMINE_OK;
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (!stage->chemical)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol clock needs neuromodulation with orexin and dopamine");
  if (stage->parameters[WAKE_ABOVE].number < stage->parameters[SLEEP_BELOW].number)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.wake_above=%g is less than protocol.sleep_below=%g",
                   stage->parameters[WAKE_ABOVE].number, stage->parameters[SLEEP_BELOW].number);
  if (stage->parameters[DAY_S].number * 1e3 / DAY < stage->dt_ms)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.day_s=%g: a look, a %dth of it, must be at least a step, %g ms",
                   stage->parameters[DAY_S].number, DAY, stage->dt_ms);
  s->awake = 1;
  s->need = stage->parameters[NEED].number;
  return AMINE_OK;
}

static double grain_ms(int key, const am_stage *stage) { return key == DAY_S ? 0 : stage->dt_ms; }

static bool within(uint64_t look, int from_h, int to_h) {
  return look >= (uint64_t)from_h * LOOKS && look < (uint64_t)to_h * LOOKS;
}

static bool learns(uint64_t look) { return within(look, 1, 9); }

/* Which test it is; TESTS: none. */
static int test_at(uint64_t look) {
  return within(look, 10, 13) ? EVENING : within(look, 24, 27) ? MORNING : TESTS;
}

static uint64_t pair_at(uint64_t look) { return look / SLOT % PAIRS; }

/* What the spikes since the last look say of it. */
static void count(state *s, const places *p, const am_stage *stage) {
  const uint64_t look = s->looks - 1;
  const int test = test_at(look);
  const bool shown = test < TESTS && look % SLOT < SHOWN;
  s->n[s->awake]++;
  for (size_t i = 0; i < stage->n_spikes; i++) {
    const am_spike *spike = &stage->spikes[i];
    s->spikes[s->awake] += spike->population == p->cue || spike->population == p->answer;
    if (shown && spike->population == p->answer)
      s->answers[test][pair_at(look)][spike->neuron / (p->n_answer / PAIRS)]++;
  }
  s->asked[test % TESTS] += shown && look % SLOT == 0;
  const double tau_h = stage->parameters[s->awake ? RISE_H : FALL_H].number;
  s->need += ((double)s->awake - s->need) / (LOOKS * tau_h);
}

static void wake_or_sleep(state *s, am_stage *stage) {
  am_stage_arouse(stage, am_wave((double)(s->looks % DAY), DAY), s->need);
  const double level = am_stage_level(stage, "orexin");
  s->awake = s->awake ? !(level < stage->parameters[SLEEP_BELOW].number)
                      : level > stage->parameters[WAKE_ABOVE].number;
  s->level[s->looks % DAY] = level;
  s->sum_level += level;
  s->sum_need += s->need;
}

static amine_status show(const state *s, const places *p, am_stage *stage, amine_error *error) {
  const uint64_t pair = pair_at(s->looks), in_slot = s->looks % SLOT;
  if (in_slot == SHOWN) {
    AM_TRY(amine_brain_set_currents(stage->brain, p->cue, NULL, error));
    return amine_brain_set_currents(stage->brain, p->answer, NULL, error);
  }
  const bool seen = learns(s->looks) || test_at(s->looks) < TESTS;
  const bool replayed = !seen && !s->awake && s->looks / SLOT % REPLAYED == 0;
  if (in_slot != 0 || (!seen && !replayed)) return AMINE_OK;
  am_stage_note(stage, AMINE_EVENT_CUE, (double)pair);
  if (learns(s->looks))
    AM_TRY(am_stage_drive(stage, p->answer, (int)pair, PAIRS, stage->parameters[ANSWER].number,
                          error));
  return am_stage_drive(stage, p->cue, (int)pair, PAIRS,
                        stage->parameters[seen ? CUE : REPLAY].number, error);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (s->looks > 0) count(s, &p, stage);
  wake_or_sleep(s, stage);
  const bool plastic =
      test_at(s->looks) == TESTS && (s->awake || stage->parameters[NIGHT].number != 0);
  (void)amine_chemical_set_baseline(stage->chemical, "dopamine", plastic ? 0.5f : 0);
  AM_TRY(show(s, &p, stage, error));
  s->looks++;
  *until = am_stage_steps(stage, stage->parameters[DAY_S].number * 1e3 / DAY * (double)s->looks);
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  (void)stage;
  for (int k = 0; k < DAY; k++)
    if (!(s->level[k] >= 0 && s->level[k] <= 1)) return false;
  return s->awake <= 1 && s->n[0] <= s->looks && s->n[1] <= s->looks && s->need >= 0 &&
         s->need <= 1 && s->asked[EVENING] <= s->looks && s->asked[MORNING] <= s->looks &&
         isfinite(s->sum_need) && isfinite(s->sum_level);
}

static double rate(const state *s, const am_stage *stage, const places *p, int awake) {
  const double look_s = stage->parameters[DAY_S].number / DAY;
  return am_ratio((double)s->spikes[awake],
                  (double)s->n[awake] * look_s * (p->n_cue + p->n_answer));
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  places p;
  if (find(&p, stage, NULL) != AMINE_OK) return;
  values[0] = am_ratio(s->sum_level, (double)s->looks);
  values[1] = am_ratio(s->sum_need, (double)s->looks);
  values[2] = am_ratio((double)s->n[1], (double)(s->n[0] + s->n[1]));
  values[3] = rate(s, stage, &p, 1);
  values[4] = rate(s, stage, &p, 0);
  for (int test = 0; test < TESTS; test++) {
    uint64_t right = 0, all = 0;
    for (int k = 0; k < PAIRS; k++) {
      right += s->answers[test][k][k];
      for (int j = 0; j < PAIRS; j++) all += s->answers[test][k][j];
    }
    values[5 + test] = (am_ratio((double)right, (double)all) - 1.0 / PAIRS) / (1 - 1.0 / PAIRS);
    values[7 + test] = am_ratio((double)right, (double)s->asked[test] * (p.n_answer / PAIRS));
  }
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const tests[TESTS] = {"evening", "next morning"};
  static const char *const cues[PAIRS] = {"1", "2", "3"};
  const state *s = v;
  double hours[DAY], values[TESTS][PAIRS][PAIRS];
  const size_t n = s->looks < DAY ? (size_t)s->looks : DAY;
  for (int k = 0; k < DAY; k++) hours[k] = (double)k / LOOKS;
  const am_course_line lines[] = {{.label = "orexin", .x = hours, .y = s->level, .n = n},
                                  {.label = "wakes above",
                                   .x = (const double[]){0, 24},
                                   .n = 2,
                                   .y = (const double[]){stage->parameters[WAKE_ABOVE].number,
                                                         stage->parameters[WAKE_ABOVE].number}},
                                  {.label = "falls asleep below",
                                   .x = (const double[]){0, 24},
                                   .n = 2,
                                   .y = (const double[]){stage->parameters[SLEEP_BELOW].number,
                                                         stage->parameters[SLEEP_BELOW].number}}};
  am_picture_course(pictures, &(am_course_picture){.title = "Orexin over a day",
                                                   .meaning = "The level at each look, of the last "
                                                              "day.",
                                                   .x_title = "hour of the day",
                                                   .y_title = "level",
                                                   .lines = lines,
                                                   .n_lines = 3});
  for (int test = 0; test < TESTS; test++)
    for (int k = 0; k < PAIRS; k++) am_shares(values[test][k], s->answers[test][k], PAIRS);
  am_picture_table(pictures, &(am_table_picture){.title = "What each cue brings back",
                                                 .meaning = "Without its answer's current. The "
                                                            "learned one has a frame.",
                                                 .unit = "share of the spikes of the answer",
                                                 .row_title = "cue",
                                                 .x_title = "part of the answer",
                                                 .n_parts = TESTS,
                                                 .n_rows = PAIRS,
                                                 .n_columns = PAIRS,
                                                 .parts = tests,
                                                 .rows = cues,
                                                 .columns = cues,
                                                 .values = values[0][0],
                                                 .right = (const int[]){0, 1, 2},
                                                 .high = 1});
}

const am_protocol am_protocol_clock = {
    .name = "clock",
    .meaning = "orexin over a day, awake and asleep; pairs are learned and asked for again",
    .title = "A day, a night, and what is left in the morning",
    .story =
        "Orexin follows the sun and the need for sleep; it keeps the network awake, and scales "
        "what comes into it. During the day three cues are shown, each with its answer. In the "
        "evening, and on the next morning, the cues come alone.",
    .headline =
        "Awake a share of {awake} of the time, firing at {rate_awake}, asleep at "
        "{rate_asleep}; recall was {recall_evening} in the evening, {recall_morning} on the "
        "next morning",
    .judged = "recall_morning",
    .needs =
        "populations cue and answer (multiples of 3 neurons, at most 3072), orexin and dopamine",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "orexin",
    .moves = "orexin|dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure,
    .picture = picture};
