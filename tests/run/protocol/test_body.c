/* A body: what it drives and what it chooses, by hand; what a task is told and gives, played anew from
 * the events of a run; the errors that dopamine gets; and what is said where it cannot be. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/json.h"
#include "run/protocol/body_code.h"
#include "run/protocol/uncertainty.h"
#include "run/simulate/simulation.h"
#include "task/world.h"

static void must(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static void same(double a, double b, double within) {
  if (!(fabs(a - b) <= within)) fail_msg("%.9g is not %.9g", a, b);
}

/* ------------------------------------------------------------------------------ codes */
static void place_cells(void **state) {
  (void)state;
  am_place_code code;
  amine_error error = {0};
  float drive[15];
  must(am_place_code_read(&code, 2, "3,5", "2,1", 0.5, &error), &error);
  assert_int_equal(am_place_cells(&code), 15);
  am_place_drive(drive, &code, (const float[]){0, 0.5f}); /* in the centre of cell (1, 3) */
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 5; j++) {
      const double d0 = (i - 1) / 0.5, d1 = (j - 3) / 0.5;
      same((double)drive[5 * i + j], exp(-0.5 * (d0 * d0 + d1 * d1)), 1e-6);
    }
  am_place_drive(drive, &code, (const float[]){-7, 40}); /* beyond both ranges: the corner */
  same((double)drive[4], 1, 1e-6);
  must(am_place_code_read(&code, 3, "1", "4", 2, &error), &error); /* one for all, and one cell */
  assert_int_equal(am_place_cells(&code), 1);
  am_place_drive(drive, &code, (const float[]){0, 4, 0}); /* half a width from its centre */
  same((double)drive[0], exp(-0.125), 1e-6);
}

static void refuse(int n, const char *centres, const char *range, const char *part) {
  am_place_code code;
  amine_error error = {0};
  assert_int_equal(am_place_code_read(&code, n, centres, range, 1, &error), AMINE_ERROR_ARGUMENT);
  if (!strstr(error.message, part)) fail_msg("%s", error.message);
}

static void place_cells_that_cannot_be(void **state) {
  (void)state;
  refuse(2, "3,x", "1", "body.centres=3,x");
  refuse(2, "3,4,5", "1", "the task has 2 inputs");
  refuse(3, "3,4", "1", "a number for each, or one for all");
  refuse(2, "2.5", "1", "2.5 is no whole number");
  refuse(2, "3", "0", "body.range=0");
  refuse(4, "64", "1", "place cells");
  refuse(9, "2", "1", "at most 8 inputs");
}

static void choices(void **state) {
  (void)state;
  const float chance[3] = {0.1f, 0.5f, 0.3f};
  const am_body_spikes s = {.n = {4, 6, 6}, .first = {12, 20, 15}};
  const am_body_spikes none = {.first = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
  assert_int_equal(am_body_choose(AM_BODY_ARGMAX, &s, 3, 1, chance), 1); /* of 1 and 2 by chance */
  assert_int_equal(am_body_choose(AM_BODY_FIRST, &s, 3, 1, chance), 0);
  assert_int_equal(am_body_choose(AM_BODY_ARGMAX, &none, 3, 1, chance), 1);
  assert_int_equal(am_body_choose(AM_BODY_FIRST, &none, 3, 1, chance), 1);
  /* softmax of 4, 6, 6 with T = 2: 1 / (1 + 2 e), and twice e / (1 + 2 e) */
  const double p = 1 / (1 + 2 * exp(1)), q = (1 - p) / 2;
  int n[3] = {0};
  for (int k = 0; k < 1000; k++) {
    const float u = ((float)k + 0.5f) / 1000;
    n[am_body_choose(AM_BODY_SOFTMAX, &s, 3, 2, &u)]++;
  }
  assert_true(fabs(n[0] - 1000 * p) <= 1 && fabs(n[1] - 1000 * q) <= 1);
}

/* ------------------------------------------------------------------------------ a life */
#define BRAIN(sense)                                                                               \
  "{\"dt_ms\": 1, \"neuromodulation\": {\"dopamine\": {\"tau_ms\": 20}}, \"populations\": ["       \
  "{\"name\": \"eyes\", \"n\": " sense "}, {\"name\": \"V\", \"n\": 10, \"model\": \"lif\"},"      \
  "{\"name\": \"hand\", \"n\": 12, \"model\": \"lif\"}], \"projections\": ["                       \
  "{\"source\": \"eyes\", \"target\": \"hand\", \"connect\": \"all\", \"weight\": 0.4},"           \
  "{\"source\": \"eyes\", \"target\": \"V\", \"connect\": \"all\", \"weight\": 0.4}], \"inputs\":" \
  "[{\"population\": \"hand\", \"type\": \"current\", \"mean\": 12, \"noise\": 60},"               \
  "{\"population\": \"V\", \"type\": \"current\", \"mean\": 12, \"noise\": 60}]}"
#define NAMES "body.sense=eyes", "body.action=hand", "body.critic=V"

static am_simulation_config config_of(const char *text, const char *const *changes, int n) {
  am_simulation_config c;
  json_t *root;
  amine_error error = {0};
  must(am_json_parse(&root, "test", text, strlen(text), NULL, &error), &error);
  must(am_simulation_config_from(&c, root, "test", &error), &error);
  json_decref(root);
  must(am_simulation_config_apply(&c, changes, n, &error), &error);
  return c;
}

static am_simulation *lived(const am_simulation_config *c) {
  am_simulation *s;
  amine_error error = {0};
  must(am_simulation_create(&s, c, 1, NULL, &error), &error);
  while (!am_simulation_done(s)) must(am_simulation_run(s, NULL, &error), &error);
  return s;
}

typedef struct replay {
  am_task *task;
  _Alignas(max_align_t) unsigned char world[AM_TASK_STATE_MAX];
  uint32_t episode;
  double sum, sums[128]; /* of this episode, and of those that are done */
  bool begun, limited;   /* limited: the last episode was ended by its length */
} replay;

/* An action of the run, taken in a world of our own. */
static float take(replay *r, uint64_t seed, int action) {
  const am_task_type *type = r->task->type;
  if (!r->begun) type->start(r->task, r->world, seed, r->episode, 0);
  r->begun = true;
  const float reward = type->step(r->task, r->world, action);
  r->sum += (double)reward;
  const bool ended = type->over && type->over(r->task, r->world);
  r->limited = !ended;
  if (!ended && ((const am_world *)(const void *)r->world)->step < r->task->n_steps) return reward;
  r->begun = false;
  r->sums[r->episode++] = r->sum;
  r->sum = 0;
  return reward;
}

/* The task that the body plays is the task: with the run's actions it gives the run's rewards. And
 * errors are those of the temporal difference: what V(s') adds to a reward is what the next one is
 * expected to be. */
static void a_task_is_played(void **state) {
  (void)state;
  const char *const changes[] = {NAMES,
                                 "task=cart-pole",
                                 "task.masked=false",
                                 "task.steps=18",
                                 "body.bootstrap=true",
                                 "body.code=place",
                                 "body.centres=2",
                                 "body.range=1,1,2,2",
                                 "body.reward=td",
                                 "body.gamma=0.8",
                                 "body.look_ms=20",
                                 "body.act_ms=15",
                                 "body.pause_ms=0",
                                 "body.gap_ms=25",
                                 "body.dopamine=0.25",
                                 "body.rate_1=20",
                                 "seed=7",
                                 "duration_s=12"};
  amine_error error = {0};
  am_simulation_config c = config_of(BRAIN("32, \"model\": \"lif\""), changes, 20);
  am_simulation *s = lived(&c);
  replay r = {0};
  const am_recorder *e = &s->log.events;
  double last_target = (double)NAN, last_reward = 0, given = 0;
  double values[AM_MEASURES_MAX];
  int n_errors = 0, n_limited = 0, n_fallen = 0;
  must(am_simulation_config_task(&r.task, &c, &error), &error);
  uint32_t episode = 0;
  bool over = false;
  for (size_t k = 0; k < e->n; k++) {
    const float *row = e->values + k * e->n_columns;
    const double value = (double)row[AM_EVENT_FIRST], second = (double)row[AM_EVENT_SECOND];
    if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_ACTION) {
      given = (double)take(&r, 7, (int)value);
      over = r.episode > episode;
      episode = r.episode;
    } else if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_REWARD) {
      if (!isnan(last_target)) /* V of the state that the last one led to */
        same((last_target / 0.25 - last_reward) / 0.8, second / 0.25, 1e-5);
      if (over) same(value / 0.25, given + (r.limited ? 0.8 * second / 0.25 : 0), 1e-5);
      n_limited += over && r.limited;
      n_fallen += over && !r.limited;
      last_target = over ? (double)NAN : value;
      last_reward = given;
      over = false;
      n_errors++;
    }
  }
  am_simulation_measure(s, values);
  assert_true(n_errors > 200 && n_limited > 2 && n_fallen > 2);
  assert_int_equal(r.episode, (int)values[am_measure_find(c.protocol, "episodes")]);
  double sum = 0;
  for (uint32_t k = 0; k < r.episode; k++) sum += r.sums[k];
  same(sum / r.episode, values[am_measure_find(c.protocol, "reward")], 1e-9);
  am_task_destroy(r.task);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* Spikes of the first population by parts of 10 neurons, in [0, 100), [100, 200), ... ms. */
typedef struct counted {
  int n[4][12];
} counted;

static void count(void *context, const am_spike *spikes, size_t n) {
  counted *c = context;
  for (size_t k = 0; k < n; k++)
    if (spikes[k].population == 0 && spikes[k].step < 1200)
      c->n[spikes[k].neuron / 10][spikes[k].step / 100]++;
}

/* Each input drives its own part, by a current or by its rate, and nothing else does; what is always
 * there drives the last part. Of this task the first step shows a cue, and the next ones nothing. */
static void inputs_drive_their_parts(void **state) {
  (void)state;
  for (int rate = 0; rate < 2; rate++) {
    const char *const changes[] = {NAMES,
                                   "task=delayed-match",
                                   "task.steps=20",
                                   "body.bias=true",
                                   "body.act_ms=100",
                                   "body.pause_ms=100",
                                   rate ? "body.drive=rate" : "body.drive=current",
                                   "duration_s=0.6",
                                   "body.rate_hz=400"};
    am_simulation_config c = config_of(
        rate ? BRAIN("40, \"model\": \"poisson\"") : BRAIN("40, \"model\": \"lif\""), changes, 11);
    amine_error error = {0};
    am_simulation *s;
    counted spikes = {{{0}}};
    float input[3];
    must(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    s->task->type->start(s->task, s->world, 1, 0, 0);
    s->task->type->observe(s->task, s->world, input);
    assert_true(input[0] + input[1] == 1 && input[2] == 0);
    while (!am_simulation_done(s))
      must(am_simulation_run(s, &(am_spike_sink){count, &spikes}, &error), &error);
    for (int part = 0; part < 4; part++)
      for (int t = 0; t < 6; t++) {
        const bool shown = part == 3 ? t % 2 == 0 : t == 0 && input[part] > 0;
        if ((spikes.n[part][t] > 20) != shown || (!shown && spikes.n[part][t] > 0))
          fail_msg("part %d fires %d spikes in [%d, %d) ms", part, spikes.n[part][t], 100 * t,
                   100 * t + 100);
      }
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Between two episodes, and then only, a population is driven; after the last one for as long. */
#define ENDS(model)                                                                                \
  "{\"dt_ms\": 1, \"populations\": [{\"name\": \"end\", \"n\": 20, \"model\": \"" model            \
  "\"}, {\"name\": \"eyes\", \"n\": 30, \"model\": \"" model                                       \
  "\"}, {\"name\": \"hand\", \"n\": 4, \"model\": \"lif\"}]}"

static void the_end_of_an_episode_is_told(void **state) {
  (void)state;
  for (int rate = 0; rate < 2; rate++) {
    const char *const changes[] = {
        "task=delayed-match", "task.steps=3",
        "body.episodes=2",    "body.act_ms=70",
        "body.pause_ms=45",   "body.gap_ms=200",
        "body.sense=eyes",    "body.action=hand",
        "body.reset=end",     rate ? "body.drive=rate" : "body.drive=current",
        "body.rate_hz=400",   "duration_s=1.2"};
    am_simulation_config c = config_of(rate ? ENDS("poisson") : ENDS("lif"), changes, 12);
    amine_error error = {0};
    am_simulation *s;
    counted spikes = {{{0}}}; /* episodes end at 300 and at 800 ms, gaps at 500 and at 1000 */
    must(am_simulation_create(&s, &c, 1, NULL, &error), &error);
    while (!am_simulation_done(s))
      must(am_simulation_run(s, &(am_spike_sink){count, &spikes}, &error), &error);
    for (int t = 0; t < 12; t++) {
      const bool gap = t == 3 || t == 4 || t == 8 || t == 9;
      const int n = spikes.n[0][t] + spikes.n[1][t];
      if (gap ? n < 40 : n > 0) fail_msg("%d spikes in [%d, %d) ms", n, 100 * t, 100 * t + 100);
    }
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* Dopamine as the reward itself, and against the mean of those before it. */
static void rewards_become_errors(void **state) {
  (void)state;
  for (int plain = 0; plain < 2; plain++) {
    const char *const changes[] = {NAMES,
                                   "task=bandit",
                                   "task.steps=7",
                                   "body.act_ms=10",
                                   "body.pause_ms=10",
                                   "body.average=5",
                                   "body.dopamine=0.25",
                                   plain ? "body.reward=plain" : "body.reward=average",
                                   "duration_s=3"};
    am_simulation_config c = config_of(BRAIN("44, \"model\": \"lif\""), changes, 11);
    am_simulation *s = lived(&c);
    const am_recorder *e = &s->log.events;
    double mean = 0, n = 0;
    int n_one = 0;
    for (size_t k = 0; k < e->n; k++) {
      const float *row = e->values + k * e->n_columns;
      if ((int)row[AM_EVENT_KIND] != AMINE_EVENT_REWARD) continue;
      const double reward = (double)row[AM_EVENT_FIRST] / 0.25;
      assert_true(reward == 0 || reward == 1);
      same((double)row[AM_EVENT_SECOND], plain ? 0 : 0.25 * mean, 1e-6);
      n = fmin(n + 1, 5);
      mean += (reward - mean) / n;
      n_one += reward == 1;
    }
    assert_true(n_one > 10);
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
}

/* A response is so many spikes of the one population that there is, of two populations that each
 * input drives alone: hits, false alarms and latencies, counted anew from the spikes. */
#define RACE                                                                                       \
  "{\"dt_ms\": 1, \"populations\": [{\"name\": \"red\", \"n\": 5, \"model\": \"lif\"},"            \
  "{\"name\": \"green\", \"n\": 10, \"model\": \"lif\"}, {\"name\": \"foot\", \"n\": 4, "          \
  "\"model\":"                                                                                     \
  "\"lif\"}], \"projections\": [{\"source\": \"green\", \"target\": \"foot\", \"connect\": "       \
  "\"all\","                                                                                       \
  "\"weight\": 2}], \"inputs\": [{\"population\": \"foot\", \"type\": \"current\", \"mean\": 10,"  \
  "\"noise\": 90}]}"
enum { TRIALS = 60, TRIAL_MS = 120, ACTING_MS = 80 };
typedef struct fired {
  int senses[2][TRIALS], foot[TRIALS], when[TRIALS]; /* when: of the third spike of foot */
} fired;

static void look_on(void *context, const am_spike *spikes, size_t n) {
  fired *f = context;
  for (size_t k = 0; k < n; k++) {
    const int trial = (int)(spikes[k].step / TRIAL_MS), at = (int)(spikes[k].step % TRIAL_MS);
    if (trial >= TRIALS || at >= ACTING_MS) continue;
    if (spikes[k].population < 2) f->senses[spikes[k].population][trial]++;
    else if (++f->foot[trial] == 3) f->when[trial] = at;
  }
}

static void a_response_is_so_many_spikes(void **state) {
  (void)state;
  const char *const changes[] = {"task=go-no-go",    "task.steps=5",         "body.episodes=12",
                                 "task.spread=0.5",  "body.sense=green,red", "body.action=foot",
                                 "body.criterion=3", "body.act_ms=80",       "body.pause_ms=40",
                                 "body.gap_ms=40",   "duration_s=7.2",       "seed=5"};
  am_simulation_config c = config_of(RACE, changes, 12);
  amine_error error = {0};
  am_simulation *s;
  fired f = {0};
  double values[AM_MEASURES_MAX], n[2] = {0}, given[2] = {0}, latency = 0;
  must(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  while (!am_simulation_done(s))
    must(am_simulation_run(s, &(am_spike_sink){look_on, &f}, &error), &error);
  am_simulation_measure(s, values);
  for (int t = 0; t < TRIALS; t++) {
    s->task->type->start(s->task, s->world, 5, (uint32_t)t / 5, 0);
    for (int k = 0; k < t % 5; k++) s->task->type->step(s->task, s->world, 0);
    const int no_go = s->task->type->answer(s->task, s->world);
    assert_true(f.senses[!no_go][t] > 0 && f.senses[no_go][t] == 0); /* red is population 0 */
    n[no_go]++;
    given[no_go] += f.foot[t] >= 3;
    if (!no_go && f.foot[t] >= 3) latency += f.when[t];
  }
  assert_true(given[0] > 10 && given[1] > 2 && given[1] < n[1]);
  same(values[am_measure_find(c.protocol, "hits")], given[0] / n[0], 1e-12);
  same(values[am_measure_find(c.protocol, "false_alarms")], given[1] / n[1], 1e-12);
  same(values[am_measure_find(c.protocol, "latency_ms")], latency / given[0], 1e-9);
  same(values[am_measure_find(c.protocol, "reward")] * 12, given[0] + n[1] - given[1], 1e-9);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* What norepinephrine is told every 20 ms is the quadratic entropy of the spikes of the last 100 ms, and
 * the measures are its mean, the level's and the rate. */
#define PAIR                                                                                       \
  "{\"dt_ms\": 1, \"neuromodulation\": {\"norepinephrine\": {\"baseline\": 0, \"tau_ms\": 50}},"   \
  "\"populations\": [{\"name\": \"a\", \"n\": 8, \"model\": \"lif\"}, {\"name\": \"b\", \"n\": 8," \
  "\"model\": \"lif\"}], \"inputs\": [{\"population\": \"a\", \"type\": \"current\", \"mean\": 8," \
  "\"noise\": 90}, {\"population\": \"b\", \"type\": \"current\", \"mean\": 8, \"noise\": 90}]}"
enum { BINS = 500 };

static void bin(void *context, const am_spike *spikes, size_t n) {
  int(*bins)[BINS] = context;
  for (size_t k = 0; k < n; k++)
    if (spikes[k].step / 20 < BINS) bins[spikes[k].population][spikes[k].step / 20]++;
}

static void uncertainty_is_of_the_last_spikes(void **state) {
  (void)state;
  const char *const changes[] = {"task=detection",   "task.places=2",   "task.strong=2",
                                 "task.steps=5",     "body.sense=a,b",  "body.action=a,b",
                                 "body.criterion=4", "body.act_ms=80",  "body.pause_ms=40",
                                 "body.gap_ms=60",   "body.current=12", "body.uncertainty_ms=20",
                                 "body.dopamine=0",  "duration_s=9",    "seed=2"};
  am_simulation_config c = config_of(PAIR, changes, 15);
  amine_error error = {0};
  am_simulation *s;
  static int bins[2][BINS];
  double values[AM_MEASURES_MAX], sum = 0, least = 1, spikes = 0;
  int n = 0;
  must(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  while (!am_simulation_done(s))
    must(am_simulation_run(s, &(am_spike_sink){bin, bins}, &error), &error);
  am_simulation_measure(s, values);
  const am_recorder *e = &s->log.events;
  for (size_t k = 0; k < e->n; k++) {
    const float *row = e->values + k * e->n_columns;
    if ((int)row[AM_EVENT_KIND] != AMINE_EVENT_UNCERTAINTY) continue;
    n++; /* at 20 n ms */
    same(e->t[k], 0.02 * n, 1e-9);
    double share[2] = {1, 1};
    for (int p = 0; p < 2; p++)
      for (int l = n > 5 ? n - 5 : 0; l < n; l++) share[p] += bins[p][l];
    const double x = share[0] / (share[0] + share[1]);
    const double uncertainty = 2 * (1 - x * x - (1 - x) * (1 - x));
    same((double)row[AM_EVENT_FIRST], uncertainty, 1e-6);
    spikes += bins[0][n - 1] + bins[1][n - 1];
    sum += uncertainty;
    least = fmin(least, uncertainty);
  }
  if (!(n > 400 && n <= 450 && least < 0.5)) fail_msg("%d times, at least %g", n, least);
  same(values[am_measure_find(c.protocol, "uncertainty")], sum / n, 1e-6);
  same(values[am_measure_find(c.protocol, "rate_hz")], spikes / 16 / (0.02 * n), 1e-9);
  assert_true(values[am_measure_find(c.protocol, "level")] > 0.1);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* With a last look the error of every step comes at the end of the look behind it, that of an episode's
 * last step, too, whether the goal has ended it or its length. */
#define ERRORS                                                                                     \
  NAMES, "task=grid-world", "task.steps=4", "body.reward=td", "body.look_ms=20", "body.act_ms=15", \
      "body.pause_ms=0", "body.gap_ms=40", "body.dopamine=0.25", "body.gamma=0.8",                 \
      "body.last_look=true", "duration_s=20", "seed=7"
static void the_last_state_is_looked_at(void **state) {
  (void)state;
  const char *const changes[] = {ERRORS};
  amine_error error = {0};
  am_simulation_config c = config_of(BRAIN("50, \"model\": \"lif\""), changes, 15);
  am_simulation *s = lived(&c);
  const am_recorder *e = &s->log.events;
  replay r = {0};
  double acted_at = 0, given = 0, values[AM_MEASURES_MAX];
  int n_errors = 0, n_acted = 0, n_ends[2] = {0};
  must(am_simulation_config_task(&r.task, &c, &error), &error);
  for (size_t k = 0; k < e->n && r.episode < 100; k++) {
    const float *row = e->values + k * e->n_columns;
    if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_ACTION) {
      const uint32_t before = r.episode;
      given = (double)take(&r, 7, (int)row[AM_EVENT_FIRST]);
      if (r.episode > before) n_ends[r.limited]++;
      acted_at = e->t[k];
      n_acted++;
    } else if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_REWARD) {
      same(e->t[k], acted_at + 0.02, 1e-9);
      assert_true(fabs((double)row[AM_EVENT_FIRST] / 0.25 - given) < 0.8 * 4);
      n_errors++;
    }
  }
  assert_true(n_ends[0] > 3 && n_ends[1] > 3 && n_acted - n_errors <= 1);
  am_simulation_measure(s, values);
  assert_true(values[am_measure_find(c.protocol, "late_steps")] < 4);
  assert_true(fabs(values[am_measure_find(c.protocol, "value_policy")]) <= 1);
  am_task_destroy(r.task);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* Dopamine gets another step's error: each that it is told has been the error of one of the 64 before. */
static void errors_are_shuffled(void **state) {
  (void)state;
  const char *const changes[] = {NAMES,
                                 "task=bandit",
                                 "task.steps=7",
                                 "body.act_ms=10",
                                 "body.pause_ms=10",
                                 "body.average=5",
                                 "body.dopamine=0.25",
                                 "body.shuffled=true",
                                 "seed=7",
                                 "duration_s=6"};
  am_simulation_config c = config_of(BRAIN("44, \"model\": \"lif\""), changes, 12);
  amine_error error = {0};
  am_simulation *s = lived(&c);
  const am_recorder *e = &s->log.events;
  replay r = {0};
  double errors[400], mean = 0, n = 0;
  int n_errors = 0, n_other = 0;
  must(am_simulation_config_task(&r.task, &c, &error), &error);
  for (size_t k = 0; k < e->n; k++) {
    const float *row = e->values + k * e->n_columns;
    if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_ACTION) {
      const double reward = (double)take(&r, 7, (int)row[AM_EVENT_FIRST]);
      errors[n_errors] = reward - mean;
      n = fmin(n + 1, 5);
      mean += (reward - mean) / n;
    } else if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_REWARD) {
      const double told = ((double)row[AM_EVENT_FIRST] - (double)row[AM_EVENT_SECOND]) / 0.25;
      bool found = n_errors == 0;
      for (int i = n_errors > 64 ? n_errors - 64 : 0; i < n_errors; i++)
        found = found || fabs(errors[i] - told) < 1e-5;
      assert_true(found);
      n_other += fabs(errors[n_errors] - told) > 1e-5;
      n_errors++;
    }
  }
  assert_true(n_errors > 70 && 2 * n_other > n_errors);
  am_task_destroy(r.task);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* At each answer norepinephrine is told how far errors fell below what was expected, and acetylcholine
 * that and how undecided the actions were: computed anew from the errors before it. */
static void uncertainty_is_told_at_answers(void **state) {
  (void)state;
  const char *const changes[] = {NAMES,
                                 "task=reversal",
                                 "task.cues=4",
                                 "task.steps=40",
                                 "task.block=6",
                                 "task.feedback=false",
                                 "body.act_ms=20",
                                 "body.pause_ms=10",
                                 "body.dopamine=0.25",
                                 "body.surprise=0.5",
                                 "body.attention=0.2",
                                 "body.novelty=2",
                                 "body.fast=3",
                                 "body.slow=9",
                                 "body.margin=0.1",
                                 "duration_s=6"};
  am_simulation_config c = config_of(BRAIN("40, \"model\": \"lif\""), changes, 18);
  am_simulation *s = lived(&c);
  const am_recorder *e = &s->log.events;
  am_surprise surprise = {0};
  double values[AM_MEASURES_MAX], unexpected = 0, most = 0;
  int n[3] = {0};
  for (size_t k = 0; k < e->n; k++) {
    const float *row = e->values + k * e->n_columns;
    const double first = (double)row[AM_EVENT_FIRST], second = (double)row[AM_EVENT_SECOND];
    if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_UNCERTAINTY) {
      unexpected = am_surprise_now(&surprise, 0.1);
      most = fmax(most, unexpected);
      same(first, 0.5 * unexpected, 1e-5);
      n[0]++;
    } else if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_ATTENTION) {
      assert_true(first > 0 && first <= 0.2 + 1e-6);
      same(second, 2 * unexpected, 1e-5);
      n[1]++;
    } else if ((int)row[AM_EVENT_KIND] == AMINE_EVENT_REWARD) {
      am_surprise_add(&surprise, (first - second) / 0.25, 3, 9);
      n[2]++;
    }
  }
  assert_true(n[0] > 150 && n[0] == n[1] && n[1] == n[2] && most > 0.5);
  am_simulation_measure(s, values);
  const char *const measured[] = {"norepinephrine", "acetylcholine", "unexpected_early",
                                  "expected_late",  "right_early",   "relearned"};
  for (int k = 0; k < 6; k++) assert_true(values[am_measure_find(c.protocol, measured[k])] > 0);
  assert_true(values[am_measure_find(c.protocol, "changes")] > 10);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ what cannot be */
/* Where it is refused does not matter: by the configuration, or as the simulation is made. */
static void expect(const char *text, const char *const *changes, int n, const char *part) {
  am_simulation_config c;
  am_simulation *s = NULL;
  json_t *root;
  amine_error error = {0};
  must(am_json_parse(&root, "test", text, strlen(text), NULL, &error), &error);
  amine_status status = am_simulation_config_from(&c, root, "test", &error);
  json_decref(root);
  if (status == AMINE_OK) {
    status = am_simulation_config_apply(&c, changes, n, &error);
    if (status == AMINE_OK) status = am_simulation_create(&s, &c, 1, NULL, &error);
    am_simulation_config_free(&c);
  }
  assert_true(status == AMINE_ERROR_ARGUMENT || status == AMINE_ERROR_INPUT);
  if (!strstr(error.message, part)) fail_msg("%s", error.message);
}

static void what_cannot_be_is_said(void **state) {
  (void)state;
#define EXPECT(text, part, ...)                                                                    \
  expect(text, (const char *const[]){__VA_ARGS__},                                                 \
         (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)), part)
  const char *brain = BRAIN("40, \"model\": \"lif\"");
  EXPECT(brain, "did you mean bandit?", "task.type=bandid");
  EXPECT(brain, "did you mean task.arms?", "task=bandit", "task.armes=3");
  EXPECT(brain, "did you mean body.act_ms?", "task=bandit", "body.act_mss=3");
  EXPECT(brain, "task.cap", "task=bandit", "task.cap=3");
  EXPECT(brain, "body.act_ms has no effect without a task", "body.act_ms=3");
  EXPECT(brain, "task has no effect with protocol.type=none", "protocol=none", "task=bandit");
  EXPECT(brain, "needs a population \"sense\"", "task=bandit");
  EXPECT(brain, "needs a population \"arm\"", "task=bandit", "body.sense=eyes",
         "body.action=hand,arm");
  EXPECT(brain, "has 2 actions: one population, or so many", NAMES, "task=bandit",
         "body.action=V,V,V");
  EXPECT(brain, "has 3 actions: one population, or so many", NAMES, "task=bandit", "task.arms=3",
         "task.complementary=false", "body.action=V,V");
  EXPECT(brain, "a multiple of 7 neurons in \"hand\"", NAMES, "task=bandit", "task.arms=7",
         "task.complementary=false", "body.sense=V", "body.bias=true");
  EXPECT(brain, "a multiple of 5 neurons in \"hand\"", NAMES, "task=bandit", "body.sense=hand",
         "body.bias=true");
  EXPECT(brain, "has 1 actions that populations say", NAMES, "task=go-no-go", "body.criterion=1",
         "body.action=hand,V");
  EXPECT(brain, "has 2 inputs: one population, or so many", NAMES, "task=go-no-go",
         "body.sense=eyes,V,hand");
  EXPECT(brain, "one population alone is never undecided", NAMES, "task=go-no-go",
         "body.criterion=1", "body.uncertainty_ms=20");
  EXPECT(brain, "needs a time in which the critic is read", NAMES, "task=bandit", "body.reward=td");
  EXPECT(brain, "needs a population \"ends\"", NAMES, "task=bandit", "body.reset=ends");
  EXPECT(brain, "driven by body.sense, too", NAMES, "task=go-no-go", "body.criterion=1",
         "body.reset=eyes");
  EXPECT(brain, "driven by body.action, too", NAMES, "task=go-no-go", "body.criterion=1",
         "body.reset=hand");
  EXPECT(brain, "one population alone is never undecided", NAMES, "task=go-no-go",
         "body.criterion=1", "body.attention=1");
  EXPECT(brain, "norepinephrine is told one uncertainty", NAMES, "task=bandit", "body.sense=hand",
         "body.surprise=1", "body.uncertainty_ms=20");
  EXPECT(brain, "body.last_look is for errors that wait", NAMES, "task=bandit",
         "body.last_look=true");
  EXPECT(brain, "task.goal=12 is a cell of the obstacle", NAMES, "task=grid-world",
         "task.obstacle=true", "task.goal=12");
  EXPECT(brain, "asks for target values", NAMES, "task=recall-values", "body.reward=td");
  EXPECT(brain, "at most 4096 steps", NAMES, "task=cart-pole", "task.steps=5000");
  expect("{\"populations\": [], \"task\": {\"type\": \"bandit\", \"arms\": 99}}", NULL, 0,
         "task.arms=99");
  expect("{\"populations\": [], \"protocol\": \"none\", \"body\": {}}", NULL, 0,
         "body has no effect with protocol.type=none");
}

/* What was said of a task stands in the whole configuration, which says the same again; another
 * protocol drops it. */
static void a_task_is_part_of_the_configuration(void **state) {
  (void)state;
  const char *const changes[] = {NAMES, "task.arms=3", "task.type=bandit",
                                 "task.complementary=false", "body.act_ms=33"};
  const char *const other[] = {"protocol.type=none"};
  am_simulation_config c = config_of(BRAIN("40, \"model\": \"lif\""), changes, 7), again;
  am_text text = {0};
  json_t *root;
  amine_error error = {0};
  must(am_simulation_config_write(&c, false, &text, &error), &error);
  must(am_json_parse(&root, "again", text.data, text.length, NULL, &error), &error);
  must(am_simulation_config_from(&again, root, "again", &error), &error);
  assert_string_equal(c.protocol->name, "body");
  assert_true(json_equal(c.root, again.root));
  assert_int_equal(json_integer_value(am_tree_get(again.root, "task.arms")), 3);
  assert_int_equal(json_integer_value(am_tree_get(again.root, "body.act_ms")), 33);
  assert_string_equal(json_string_value(am_tree_get(again.root, "body.sense")), "eyes");
  must(am_simulation_config_apply(&again, other, 1, &error), &error);
  assert_null(json_object_get(again.root, "task"));
  assert_null(json_object_get(again.root, "body"));
  json_decref(root);
  am_text_free(&text);
  am_simulation_config_free(&c);
  am_simulation_config_free(&again);
}

/* The words of a command of docs/body.md for its brain, without its seeds; moves *page behind it. */
static int command_of(const char **words, char line[512], char **page) {
  static const char begin[] = "    amine simulate my-brain.json ";
  int n = 0;
  char *at = strstr(*page, begin);
  if (!at) return 0;
  at += sizeof begin - 1;
  const size_t length = strcspn(at, "\n");
  assert_true(length < 512);
  snprintf(line, 512, "%.*s", (int)length, at);
  *page = at + length;
  for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
    if (strncmp(word, "seeds=", 6) != 0) words[n++] = word;
  return n;
}

/* docs/body.md: its brain, with what its first command says, learns in the time of two episodes; with what
 * each of the others says, it is as good as the page says after thirty, of reversal after one. */
static void the_page_is_right(void **state) {
  (void)state;
  char text[16384], line[512], *page = text;
  static const struct {
    const char *word, *measure;
    int episodes;
    double least, most;
  } says[] = {{"duration_s=16", "reward", 2, 0, 50},
              {"body.episodes=30", "right", 30, 0.95, 1},
              {"body.episodes=30", "right", 30, 0.95, 1},
              {"body.episodes=30", "right", 30, 0.95, 1},
              {"body.episodes=1", "right_late", 1, 0.9, 1},
              {"body.episodes=30", "late_steps", 30, 4.2, 40}};
  const char *words[32];
  int n, k = 0;
  FILE *f = fopen(TEST_SOURCE "/../docs/body.md", "rb");
  assert_non_null(f);
  text[fread(text, 1, sizeof text - 1, f)] = 0;
  fclose(f);
  char *brain = strstr(text, "```json\n");
  assert_non_null(brain);
  page = strstr(brain + 8, "```");
  assert_non_null(page);
  *page++ = 0;
  for (; (n = command_of(words, line, &page)) > 0; k++) {
    assert_true(k < (int)(sizeof says / sizeof *says));
    words[n++] = says[k].word;
    am_simulation_config c = config_of(brain + 8, words, n);
    am_simulation *s = lived(&c);
    double moved = 0, values[AM_MEASURES_MAX];
    am_simulation_look_at_weights(s);
    for (int i = 0; i < s->n_learning; i++) moved += fabs(s->learning[i].mean - 0.3);
    am_simulation_measure(s, values);
    assert_int_equal(s->n_learning, 2);
    assert_true(moved > 0.02);
    assert_true(values[am_measure_find(c.protocol, "episodes")] == says[k].episodes);
    const double value = values[am_measure_find(c.protocol, says[k].measure)];
    if (!(value >= says[k].least && value <= says[k].most))
      fail_msg("%s is %g", says[k].measure, value);
    am_simulation_destroy(s);
    am_simulation_config_free(&c);
  }
  assert_int_equal(k, 6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(place_cells),
      cmocka_unit_test(place_cells_that_cannot_be),
      cmocka_unit_test(choices),
      cmocka_unit_test(a_task_is_played),
      cmocka_unit_test(inputs_drive_their_parts),
      cmocka_unit_test(the_end_of_an_episode_is_told),
      cmocka_unit_test(rewards_become_errors),
      cmocka_unit_test(a_response_is_so_many_spikes),
      cmocka_unit_test(uncertainty_is_of_the_last_spikes),
      cmocka_unit_test(the_last_state_is_looked_at),
      cmocka_unit_test(errors_are_shuffled),
      cmocka_unit_test(uncertainty_is_told_at_answers),
      cmocka_unit_test(what_cannot_be_is_said),
      cmocka_unit_test(a_task_is_part_of_the_configuration),
      cmocka_unit_test(the_page_is_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
