/* Behavioural inhibition: a go/no-go task with more serotonin than usual.
 *
 * For cue_ms the neurons of one of two populations ("go", "no-go") are driven; a response is
 * `criterion` spikes of the population "response" meanwhile. At the start serotonin is brought to
 * the level `serotonin` by an event (stress below 0 if that is above the baseline); it stays there
 * if its decay_rate is 0, as in the preset.
 * Control: serotonin at its baseline. The same by the library: examples/inhibition.c. */
#include <math.h>

#include "base/error.h"
#include "run/protocol/protocols.h"

enum { GO, NO_GO, NEURONS_MAX = 1024 };
enum { TRIALS, CUE_MS, GAP_MS, LOOK_MS, CRITERION, STRENGTH, SPREAD, SEROTONIN };
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 200, 2, 1e6, "", "how many; then nothing more is done"),
    AM_NUMBER("cue_ms", 200, 1, 1e5, "ms", "a cue, and the time to respond"),
    AM_NUMBER("gap_ms", 150, 1, 1e5, "ms", "between two cues"),
    AM_NUMBER("look_ms", 5, 0.1, 1e4, "ms", "steps in which latencies are measured"),
    AM_INTEGER("criterion", 10, 1, 1e6, "", "spikes that make a response"),
    AM_NUMBER("strength", 13, 0, 1e6, "", "least current of a cue"),
    AM_NUMBER("spread", 3, 0, 1e6, "", "between the least and the largest current"),
    AM_NUMBER("serotonin", 0.8, 0, 1, "", "its level"),
};
static const am_measure measures[] = {
    AM_PANEL("go", "", "Responses", "Responses to go", "cues to go that got a response",
             .best = {"all go cues", 1}, .better = 1),
    AM_CURVE("no_go", "", "Responses to no-go", "cues not to go that got a response", .better = -1),
    AM_PANEL("latency_ms", "ms", "Latency of responses to go", "Latency of responses to go",
             "mean latency of responses to go"),
    AM_FIGURE("serotonin", "", "Level of serotonin", "its level now"),
    AM_FIGURE("difference", "", "Responses to go less those to no-go", "go - no_go",
              .chance = {"one that answers whatever it sees", 0}, .best = {"no mistake", 1}),
};

typedef struct state {
  uint64_t trial, cue, showing, looks; /* looks: since the cue began */
  uint64_t spikes, latency;            /* since then; in looks, 0 if there was no response yet */
  uint64_t shown[2], responses[2], latencies; /* sum, in looks, of responses to go */
} state;

typedef struct places {
  int cues[2], response;
} places;

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  static const char *const names[] = {"go", "no-go"};
  AM_TRY(am_stage_find_all(p->cues, stage, "inhibition", names, 2, NEURONS_MAX, error));
  return am_stage_find(stage, "inhibition", "response", &p->response, NULL, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  places p;
  (void)v;
  AM_TRY(find(&p, stage, error));
  if (!stage->chemical || !stage->chemical->serotonin_on)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol inhibition needs serotonin; this brain has none");
  const double baseline = (double)stage->chemical->serotonin.level.baseline;
  am_stage_punish(stage, 0, 2 * (baseline - stage->parameters[SEROTONIN].number));
  return AMINE_OK;
}

static amine_status begin_trial(state *s, const places *p, am_stage *stage, amine_error *error) {
  const am_random4 random = am_stage_random(stage, (uint32_t)s->trial, 0);
  const double strength = stage->parameters[STRENGTH].number +
                          stage->parameters[SPREAD].number * (double)am_uniform(random.v[1]);
  s->cue = am_below(random.v[0], 2);
  s->showing = 1;
  s->looks = s->spikes = s->latency = 0;
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->cue);
  return am_stage_drive(stage, p->cues[s->cue], 0, 1, strength, error);
}

static amine_status end_trial(state *s, const places *p, am_stage *stage, amine_error *error) {
  s->shown[s->cue]++;
  s->responses[s->cue] += s->latency > 0;
  if (s->cue == GO) s->latencies += s->latency;
  s->showing = 0;
  s->trial++;
  return amine_brain_set_currents(stage->brain, p->cues[s->cue], NULL, error);
}

static void look(state *s, const places *p, am_stage *stage) {
  for (size_t k = 0; k < stage->n_spikes; k++)
    s->spikes += stage->spikes[k].population == p->response;
  s->looks++;
  if (s->latency > 0 || (double)s->spikes < stage->parameters[CRITERION].number) return;
  s->latency = s->looks;
  am_stage_note(stage, AMINE_EVENT_ACTION, (double)s->cue);
}

static double grain_ms(int key, const am_stage *stage) { return key == LOOK_MS ? 0 : stage->dt_ms; }

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (s->showing) {
    look(s, &p, stage);
    if (s->looks == am_stage_looks(stage, LOOK_MS, CUE_MS)) AM_TRY(end_trial(s, &p, stage, error));
    if (!s->showing) *until = stage->now + am_stage_key_steps(stage, GAP_MS);
  } else {
    if (s->trial >= (uint64_t)stage->parameters[TRIALS].number) return AMINE_OK;
    AM_TRY(begin_trial(s, &p, stage, error));
  }
  if (s->showing)
    *until = stage->now + am_stage_look(stage, s->looks + 1, LOOK_MS, CUE_MS) -
             am_stage_look(stage, s->looks, LOOK_MS, CUE_MS);
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  bool fine = s->trial <= (uint64_t)stage->parameters[TRIALS].number && s->cue <= NO_GO &&
              s->showing <= 1 && s->looks <= am_stage_looks(stage, LOOK_MS, CUE_MS) &&
              s->latency <= s->looks;
  for (int k = 0; k < 2; k++)
    fine = fine && s->responses[k] <= s->shown[k] && s->shown[k] <= s->trial;
  return fine;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  for (int k = 0; k < 2; k++) values[k] = am_ratio((double)s->responses[k], (double)s->shown[k]);
  values[2] =
      am_ratio((double)s->latencies, (double)s->responses[GO]) * stage->parameters[LOOK_MS].number;
  values[3] = am_stage_level(stage, "serotonin");
  values[4] = values[GO] - values[NO_GO];
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"all trials"};
  static const char *const cues[] = {"go", "no-go"}, *const answers[] = {"response", "none"};
  const state *s = v;
  double values[2][2];
  (void)stage;
  for (int k = 0; k < 2; k++) {
    values[k][0] = am_ratio((double)s->responses[k], (double)s->shown[k]);
    values[k][1] = 1 - values[k][0];
  }
  am_picture_table(pictures, &(am_table_picture){.title = "What it did when it saw a cue",
                                                 .meaning = "What is right has a frame.",
                                                 .unit = "share of the cue's trials",
                                                 .row_title = "cue",
                                                 .x_title = "answer",
                                                 .n_parts = 1,
                                                 .n_rows = 2,
                                                 .n_columns = 2,
                                                 .parts = parts,
                                                 .rows = cues,
                                                 .columns = answers,
                                                 .values = values[0],
                                                 .right = (const int[]){0, 1},
                                                 .high = 1});
}

const am_protocol am_protocol_inhibition = {
    .name = "inhibition",
    .meaning = "go/no-go: serotonin raises the threshold of the response",
    .title = "To go, or not to go",
    .story = "A cue says go, or it says no-go: both excite the neurons of the response, and no-go "
             "excites neurons, too, that hold them back, only later. With more serotonin the "
             "neurons of the response have a higher threshold, so that the brake comes in time.",
    .headline = "It responded to a share of {go} of the cues to go, after {latency_ms}, and "
                "to {no_go} of those not to go",
    .judged = "difference",
    .needs = "populations go and no-go (at most 1024 neurons) and response; serotonin",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "serotonin",
    .moves = "serotonin",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure,
    .picture = picture};
