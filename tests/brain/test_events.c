/* Events come when their plans say, do to the levels what the chemical system says, and are part of
 * a brain's state. */
#include "model_support.h"

#include <math.h>
#include <unistd.h>

#include "amine/model.h"
#include "format/support.h"
#include "memory.h"

/* Runs a brain in stretches and collects what has happened. */
static size_t live(amine_brain *b, uint64_t until, uint64_t stretch, amine_brain_event *events,
                   size_t most) {
  amine_error error = {0};
  size_t n = 0;
  while (amine_brain_step(b) < until) {
    const uint64_t left = until - amine_brain_step(b);
    EXPECT_OK(amine_brain_run(b, left < stretch ? left : stretch, &error), &error);
    const size_t more = amine_brain_n_events(b);
    assert_true(n + more <= most);
    amine_brain_read_events(b, events + n, more);
    n += more;
    assert_int_equal(amine_brain_n_events(b), 0);
  }
  return n;
}

#define MOST 5000
static amine_brain_event events[MOST], again[MOST];

#define SILENT "\"populations\": [{\"name\": \"E\", \"n\": 1, \"model\": \"lif\"}]"
#define MODULATORS                                                                                 \
  "\"neuromodulation\": {\"dopamine\": {\"tau_ms\": 30}, \"acetylcholine\": {}, "                  \
  "\"orexin\": {\"decay_rate\": 0.001}}"

/* ------------------------------------------------------------------------------ times, levels */
static void take_levels(float out[5], const amine_chemical *c) {
  static const char *const names[] = {"dopamine", "serotonin", "norepinephrine", "acetylcholine",
                                      "orexin"};
  for (int k = 0; k < 5; k++) assert_true(amine_chemical_get_state(c, &out[k], names[k]));
}

/* The same schedule, done by hand to a chemical system. */
static void a_schedule_is_what_one_would_do_by_hand(void **state) {
  (void)state;
  amine_brain *b = brain_from(
      "{" SILENT ", " MODULATORS ", \"events\": ["
      "{\"type\": \"reward\", \"every_ms\": 100, \"alpha\": 0.1},"
      "{\"type\": \"punishment\", \"value\": 0.6, \"stress\": 0.2, \"every_ms\": 150,"
      " \"from_ms\": 50, \"until_ms\": 650},"
      "{\"type\": \"uncertainty\", \"value\": 0.6, \"novelty\": 0.3, \"every_ms\": 200},"
      "{\"type\": \"attention\", \"value\": 0.5, \"at_ms\": [700, 20, 20]},"
      "{\"type\": \"novelty\", \"value\": 0.25, \"at_ms\": 333},"
      "{\"type\": \"circadian\", \"value\": 0.8, \"day_ms\": 800, \"every_ms\": 100,"
      " \"sleep_need\": 0.1}]}");
  amine_chemical c = *amine_brain_chemical(b);
  const size_t n = live(b, 1000, 1000, events, MOST);
  size_t at = 0;
  double expected = 0;
  for (uint64_t t = 0; t < 1000; t++) {
    float before[5];
    for (int which = 0; which < 7; which++) {
      static const amine_event_kind kinds[] = {
          AMINE_EVENT_REWARD,    AMINE_EVENT_PUNISHMENT, AMINE_EVENT_UNCERTAINTY,
          AMINE_EVENT_ATTENTION, AMINE_EVENT_ATTENTION,  AMINE_EVENT_NOVELTY,
          AMINE_EVENT_CIRCADIAN};
      const bool now[] = {t % 100 == 0, t >= 50 && t < 650 && (t - 50) % 150 == 0, t % 200 == 0,
                          t == 20,      t == 20 || t == 700,                      t == 333,
                          t % 100 == 0};
      if (!now[which]) continue;
      take_levels(before, &c);
      const float phase = (float)(0.8 * sin(2 * 3.14159265358979323846 * (double)t / 800));
      switch (which) {
      case 0:
        expected += 0.1 * (double)amine_chemical_process_reward(&c, 1, (float)expected);
        break;
      case 1: amine_chemical_process_punishment(&c, 0.6f, 0.2f); break;
      case 2: amine_chemical_process_uncertainty(&c, 0.6f, 0.3f); break;
      case 5: amine_chemical_process_uncertainty(&c, 0, 0.25f); break;
      case 6: amine_chemical_process_circadian(&c, phase, 0.1f); break;
      default: amine_chemical_process_attention(&c, 0.5f, 0); break;
      }
      float after[5];
      take_levels(after, &c);
      assert_true(at < n);
      const amine_brain_event *e = &events[at++];
      assert_int_equal(e->step, t);
      assert_int_equal(e->kind, kinds[which]);
      for (int k = 0; k < 5; k++)
        if (!(fabsf(e->before[k] - before[k]) < 1e-6f && fabsf(e->after[k] - after[k]) < 1e-6f))
          fail_msg("step %d, event %d, level %d: %g to %g, not %g to %g", (int)t, which, k,
                   (double)e->before[k], (double)e->after[k], (double)before[k],
                   (double)after[k]);
    }
    amine_chemical_step(&c);
  }
  assert_int_equal(at, n);
  assert_string_equal(amine_brain_plan(b, events[0].source, NULL), "reward");
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ together */
/* The worked example on a lattice file, against an independent computation in double. Read as a
 * program would, from the file. */
static void all_together_on_a_lattice(void **state) {
  (void)state;
  amine_error error = {0};
  amine_brain *b;
  EXPECT_OK(amine_brain_from_file(&b, TEST_DATA "/lattice_together.json", NULL, &error), &error);
  assert_string_equal(
      amine_brain_notes(b),
      "model_version: accepted, not used: every version is read alike\n"
      "dimensions: accepted, not used: a lattice always has four: lattice_shape says "
      "how long\n"
      "cell_lifecycle: accepted, not used: neurons neither die nor multiply\n");
  FILE *f = fopen(TEST_DATA "/together.txt", "r");
  assert_non_null(f);
  size_t n_given = 0;
  for (int t = 0; t < 1000; t++) {
    int step;
    double right[5], before[5];
    if (fscanf(f, "%d %lf %lf %lf %lf %lf", &step, &right[0], &right[1], &right[2], &right[3],
               &right[4]) != 6)
      fail_msg("together.txt ends at step %d", t);
    assert_int_equal(step, t);
    const amine_chemical *c = amine_brain_chemical(b);
    for (int k = 0; k < 5; k++) before[k] = am_modulator_level(c, (am_modulator)k);
    EXPECT_OK(amine_brain_run(b, 1, &error), &error);
    const size_t n = amine_brain_n_events(b);
    amine_brain_read_events(b, events, n);
    n_given += n;
    for (int k = 0; k < 5; k++) {
      const double level = n > 0 ? (double)events[n - 1].after[k] : before[k];
      if (!(fabs(level - right[k]) <= 3e-7))
        fail_msg("step %d, level %d: %.9g, not %.9g", t, k, level, right[k]);
    }
  }
  fclose(f);
  assert_int_equal(n_given, 10 + 7 + 5);
  assert_true(amine_brain_spike_count(b, 0) > 100);
  amine_brain_destroy(b);
}

static void files_are_read_by_programs(void **state) {
  (void)state;
  amine_error error = {0};
  amine_brain *const untouched = (amine_brain *)(uintptr_t)64, *b = untouched;
  static const char good[] = "{\"seed\": 7, " SILENT "}", bad[] = "{\"populations\": [}";
  const uint64_t seed = 9;
  assert_int_equal(amine_brain_from_json(&b, bad, sizeof bad - 1, NULL, &error),
                   AMINE_ERROR_INPUT);
  assert_int_equal(error.offset, 17); /* of the brace */
  assert_string_equal(error.file, "model");
  assert_int_equal(amine_brain_from_file(&b, "/nowhere.json", NULL, &error), AMINE_ERROR_IO);
  assert_string_equal(error.file, "/nowhere.json");
  assert_ptr_equal(b, untouched);
  EXPECT_OK(amine_brain_from_json(&b, good, sizeof good - 1, NULL, &error), &error);
  assert_int_equal(b->seed, 7);
  amine_brain_destroy(b);
  EXPECT_OK(amine_brain_from_json(&b, good, sizeof good - 1, &seed, &error), &error);
  assert_int_equal(b->seed, 9);
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ rules */
/* A fires at 103, 105, 110; B at 101 and 125; the cue is at 100, and again at 200. */
#define TOLD                                                                                       \
  "\"populations\": [{\"name\": \"A\", \"n\": 2, \"model\": \"spikes\"},"                          \
  " {\"name\": \"B\", \"n\": 4, \"model\": \"spikes\"}, "                                          \
  " {\"name\": \"E\", \"n\": 3, \"model\": \"lif\"}],"                                             \
  "\"inputs\": [{\"population\": \"A\", \"type\": \"spikes\", \"neurons\": [0, 1, 0],"             \
  " \"times_ms\": [103, 105, 110]}, {\"population\": \"B\", \"type\": \"spikes\","                 \
  " \"neurons\": [2, 3], \"times_ms\": [101, 125]}]"

static void spikes_decide(void **state) {
  (void)state;
  static const struct {
    const char *rule;
    uint64_t steps[4];
    double values[4];
    size_t n;
  } cases[] = {
      {"{\"when\": {\"after\": \"cue\"}, \"delay_ms\": 7}", {107, 207}, {1, 1}, 2},
      {"{\"when\": {\"after\": \"cue\", \"population\": \"A\", \"more_than\": 2}}", {120}, {1}, 1},
      {"{\"when\": {\"after\": \"cue\", \"population\": \"A\", \"more_than\": 2,"
       " \"within_ms\": 10}, \"otherwise\": -1}",
       {110, 210},
       {-1, -1},
       2},
      /* 3 spikes of 2 neurons against 1 of 4 */
      {"{\"when\": {\"after\": \"cue\", \"population\": \"A\", \"more_than\": \"B\"},"
       " \"otherwise\": 0}",
       {120, 220},
       {1, 0},
       2},
      /* 1 of 4 neurons is no more than 3 of 2 */
      {"{\"when\": {\"after\": \"cue\", \"population\": \"B\", \"more_than\": \"A\"}}",
       {0},
       {0},
       0},
      {"{\"when\": {\"after\": \"cue\", \"population\": \"B\", \"neuron\": 2, \"more_than\": 0}}",
       {120},
       {1},
       1},
      /* answered at the next step of the chemical system */
      {"{\"when\": {\"population\": \"A\", \"follows\": \"B\", \"within_ms\": 5}}",
       {104, 106},
       {1, 1},
       2},
      {"{\"when\": {\"population\": \"B\", \"follows\": \"A\"}, \"delay_ms\": [100, 300]}",
       {0},
       {1},
       1},
      {"{\"when\": {\"population\": \"A\", \"neuron\": 0, \"follows\": \"A\","
       " \"follows_neuron\": 1}}",
       {111},
       {1},
       1},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char text[2000];
    snprintf(text, sizeof text,
             "{" TOLD ", \"neuromodulation\": {}, \"events\": ["
             "{\"name\": \"cue\", \"type\": \"cue\", \"at_ms\": [100, 200]},"
             "{\"type\": \"reward\", %s]}",
             cases[k].rule + 1);
    for (uint64_t stretch = 1; stretch < 1000; stretch = stretch * 7 + 3) {
      amine_brain *b = brain_from(text);
      const size_t n = live(b, 600, stretch, events, MOST);
      size_t found = 0;
      for (size_t i = 0; i < n; i++) {
        if (events[i].kind != AMINE_EVENT_REWARD) continue;
        assert_true(found < cases[k].n);
        const uint64_t due = cases[k].steps[found];
        const bool drawn = due == 0 && events[i].step >= 226 && events[i].step < 426;
        if ((events[i].step != due && !drawn) || events[i].first != cases[k].values[found])
          fail_msg("%s: %g at %d", cases[k].rule, events[i].first, (int)events[i].step);
        found++;
      }
      if (found != cases[k].n) fail_msg("%s: %d rewards", cases[k].rule, (int)found);
      amine_brain_destroy(b);
    }
  }
}

/* ------------------------------------------------------------------------------ cues */
static void cues_stimulate(void **state) {
  (void)state;
  amine_brain *b = brain_from(
      "{\"populations\": [{\"name\": \"S\", \"n\": 50, \"model\": \"spikes\"},"
      " {\"name\": \"E\", \"n\": 20, \"model\": \"lif\"}], \"events\": ["
      "{\"name\": \"volley\", \"type\": \"cue\", \"population\": \"S\", \"at_ms\": 10},"
      "{\"name\": \"spread\", \"type\": \"cue\", \"population\": \"S\", \"at_ms\": 30,"
      " \"for_ms\": 20}, {\"name\": \"pulse\", \"type\": \"cue\", \"population\": \"E\","
      " \"current\": 30, \"for_ms\": 40, \"at_ms\": [100, 120]}]}");
  amine_error error = {0};
  assert_int_equal(live(b, 300, 7, events, MOST), 4);
  static uint64_t steps[1000];
  static int populations[1000];
  const size_t n = amine_brain_n_spikes(b);
  assert_true(n > 100 && n < 1000);
  amine_brain_read_spikes(b, steps, populations, NULL, n);
  size_t volley = 0, spread = 0, moments = 0, pulsed = 0;
  for (size_t k = 0; k < n; k++) {
    volley += steps[k] == 10;
    spread += steps[k] >= 30 && steps[k] < 50;
    moments += populations[k] == 0 && (k == 0 || steps[k] != steps[k - 1]);
    if (populations[k] == 0) continue;
    assert_true(steps[k] > 100 && steps[k] <= 160);
    pulsed++;
  }
  assert_int_equal(volley, 50);
  assert_int_equal(spread, 50);
  assert_true(moments > 10);
  assert_true(pulsed >= 20);
  float v[20];
  EXPECT_OK(amine_brain_get(b, 1, "v", v, &error), &error);
  for (int i = 0; i < 20; i++) assert_true(fabsf(v[i] - -65) < 0.5f); /* the pulse is over */
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ state */
static const char busy[] =
    "{\"dt_ms\": 0.5, \"populations\": [{\"name\": \"S\", \"n\": 20, \"model\": \"spikes\"},"
    " {\"name\": \"P\", \"n\": 30, \"model\": \"poisson\", \"values\": {\"rate_hz\": 20}},"
    " {\"name\": \"E\", \"n\": 200, \"model\": \"izhikevich\"}],"
    "\"projections\": [{\"source\": \"S\", \"target\": \"E\", \"connect\": \"probability\","
    " \"probability\": 0.5, \"weight\": 2, \"rule\": \"da-stdp\", \"factor\": \"signed\"},"
    " {\"source\": \"E\", \"target\": \"E\", \"connect\": \"out\", \"n_out\": 20, \"weight\": 1,"
    " \"rule\": \"da-stdp\", \"values\": {\"tau_c_ms\": 100}}],"
    "\"inputs\": [{\"population\": \"E\", \"type\": \"current\", \"noise\": 13}],"
    MODULATORS ", \"events\": ["
    "{\"name\": \"cue\", \"type\": \"cue\", \"population\": \"S\", \"for_ms\": 6,"
    " \"every_ms\": [10, 30]},"
    "{\"name\": \"push\", \"type\": \"cue\", \"population\": \"E\", \"current\": 5,"
    " \"for_ms\": 11, \"rate_hz\": 20},"
    "{\"type\": \"reward\", \"rate_hz\": 30, \"value\": [0.1, 0.9], \"probability\": 0.7,"
    " \"alpha\": 0.2, \"delay_ms\": [0, 40]},"
    "{\"name\": \"answer\", \"type\": \"reward\", \"value\": 0.5, \"otherwise\": 0, \"alpha\": 0.1,"
    " \"when\": {\"after\": \"cue\", \"population\": \"E\", \"more_than\": 4,"
    " \"within_ms\": 8}, \"delay_ms\": 15},"
    "{\"name\": \"pair\", \"type\": \"novelty\", \"when\": {\"population\": \"P\","
    " \"neuron\": 3, \"follows\": \"P\", \"within_ms\": 10}, \"delay_ms\": [5, 60]},"
    "{\"type\": \"circadian\", \"every_ms\": 25, \"day_ms\": 170}]}";

static void expect_same(const amine_brain_event *a, const amine_brain_event *b, size_t n) {
  for (size_t k = 0; k < n; k++) {
    const bool same = a[k].step == b[k].step && a[k].kind == b[k].kind &&
                      a[k].source == b[k].source && a[k].first == b[k].first &&
                      a[k].second == b[k].second &&
                      memcmp(a[k].before, b[k].before, sizeof a[k].before) == 0 &&
                      memcmp(a[k].after, b[k].after, sizeof a[k].after) == 0;
    if (!same) fail_msg("event %d: step %d against %d", (int)k, (int)a[k].step, (int)b[k].step);
  }
}

static void expect_same_state(amine_brain *a, amine_brain *b) {
  amine_error error = {0};
  for (int p = 0; p < amine_brain_n_projections(a); p++) {
    size_t n;
    amine_brain_projection(a, p, NULL, NULL, &n);
    float *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
    for (int c = 0; c < 2; c++) {
      const char *what = c ? "c" : "w";
      EXPECT_OK(amine_brain_synapses(a, p, what, NULL, NULL, NULL, x, &error), &error);
      EXPECT_OK(amine_brain_synapses(b, p, what, NULL, NULL, NULL, y, &error), &error);
      assert_memory_equal(x, y, n * sizeof *x);
    }
    free(x);
    free(y);
  }
}

static void events_are_part_of_the_state(void **state) {
  (void)state;
  amine_error error = {0};
  char path[100];
  snprintf(path, sizeof path, "/tmp/amine_events_%d.safetensors", (int)getpid());
  amine_brain *a = brain_from(busy);
  const size_t n = live(a, 1200, 1200, events, MOST);
  int kinds[AMINE_EVENT_KINDS] = {0}, sources[6] = {0};
  for (size_t k = 0; k < n; k++) kinds[events[k].kind]++, sources[events[k].source]++;
  for (int k = 0; k < 6; k++) assert_true(sources[k] > 3);
  for (uint64_t stretch = 1; stretch < 200; stretch = stretch * 5 + 2) {
    amine_brain *b = brain_from(busy);
    EXPECT_OK(amine_brain_set_threads(b, 1 + (int)(stretch % 3), &error), &error);
    assert_int_equal(live(b, 1200, stretch, again, MOST), n);
    expect_same(events, again, n);
    expect_same_state(a, b);
    amine_brain_destroy(b);
  }
  for (uint64_t at = 37; at < 1200; at += 171) {
    amine_brain *b = brain_from(busy), *c = brain_from(busy);
    const size_t first = live(b, at, 50, again, MOST);
    EXPECT_OK(amine_brain_save(b, path, &error), &error);
    EXPECT_OK(amine_brain_restore(c, path, &error), &error);
    assert_int_equal(first + live(c, 1200, 333, again + first, MOST - first), n);
    expect_same(events, again, n);
    expect_same_state(a, c);
    amine_brain_destroy(b);
    amine_brain_destroy(c);
  }
  remove(path);
  amine_brain_destroy(a);
}

/* A Poisson process of 50 Hz for 100 s: 5,000 and a standard deviation of 71; intervals of 20 ms,
 * whose standard deviation is as large; and with a chance of a third. */
static void random_times_are_as_random_as_they_say(void **state) {
  (void)state;
  static amine_brain_event many[20000];
  amine_brain *b = brain_from("{\"dt_ms\": 0.1, " SILENT ", \"events\": ["
                              "{\"name\": \"a\", \"type\": \"cue\", \"rate_hz\": 50},"
                              "{\"name\": \"b\", \"type\": \"cue\", \"every_ms\": [10, 30]},"
                              "{\"name\": \"c\", \"type\": \"cue\", \"when\": {\"after\": \"a\"},"
                              " \"probability\": 0.333, \"value\": [2, 4]}]}");
  const size_t n = live(b, 1000000, 1000000, many, 20000);
  double count[3] = {0}, sum[2] = {0}, square[2] = {0}, last[2] = {0}, value = 0;
  for (size_t k = 0; k < n; k++) {
    const int s = many[k].source;
    const double t = (double)many[k].step * 0.1;
    count[s]++;
    if (s == 2) value += many[k].first;
    if (s == 2) continue;
    sum[s] += t - last[s];
    square[s] += (t - last[s]) * (t - last[s]);
    if (s == 1) assert_true(t - last[s] > 9.85 && t - last[s] < 30.15);
    last[s] = t;
  }
  assert_true(fabs(count[0] - 5000) < 5 * 71 && fabs(count[1] - 5000) < 5 * 21);
  assert_true(fabs(count[2] / count[0] - 0.333) < 5 * 0.0067);
  assert_true(fabs(value / count[2] - 3) < 5 * 0.015);
  const double mean = sum[0] / count[0], sd = sqrt(square[0] / count[0] - mean * mean);
  assert_true(fabs(sd - mean) < 1.5);
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ refusals */
static void refusals_name_the_event(void **state) {
  (void)state;
  static const struct {
    const char *events, *parts;
  } cases[] = {
      {"[{\"type\": \"reward\"}]", "event reward|one of these"},
      {"[{\"type\": \"reward\", \"at_ms\": 1, \"rate_hz\": 2}]", "event reward|one of these"},
      {"[{\"at_ms\": 1}]", "events[0]|type is missing"},
      {"[{\"type\": \"rewards\", \"at_ms\": 1}]", "events[0].type|did you mean reward?"},
      {"[{\"type\": \"reward\", \"at_ms\": -1}]", "events[0].at_ms=-1|from 0"},
      {"[{\"type\": \"reward\", \"at_ms\": [1, \"2\"]}]", "at_ms[1]|number"},
      {"[{\"type\": \"reward\", \"at_ms\": []}]", "at_ms|a time"},
      {"[{\"type\": \"reward\", \"at_ms\": 1, \"stress\": 1}]", "stress|reward has none"},
      {"[{\"type\": \"reward\", \"at_m\": 1}]", "did you mean at_ms?"},
      {"{\"food\": {\"type\": \"reward\", \"every_ms\": 0.5}}", "event food|period|1 to"},
      {"{\"food\": {\"type\": \"reward\", \"rate_hz\": 2000}}", "event food|rate|1000"},
      {"{\"food\": {\"every_ms\": 5}}", "events.food|type is missing"},
      {"[{\"type\": \"cue\", \"at_ms\": 1}, {\"type\": \"cue\", \"at_ms\": 1}]",
       "event cue|of this name"},
      {"[{\"type\": \"cue\", \"at_ms\": 1, \"from_ms\": 5, \"until_ms\": 5}]", "later than"},
      {"[{\"type\": \"cue\", \"at_ms\": 1, \"alpha\": 0.1}]", "alpha is of rewards"},
      {"[{\"type\": \"cue\", \"at_ms\": 1, \"day_ms\": 10}]", "circadian"},
      {"[{\"type\": \"cue\", \"at_ms\": 1, \"population\": \"P\"}]", "poisson|no stimulus"},
      {"[{\"type\": \"cue\", \"at_ms\": 1, \"population\": \"X\"}]", "no population \"X\""},
      {"[{\"type\": \"reward\", \"at_ms\": 1, \"population\": \"E\"}]", "cues stimulate"},
      {"[{\"type\": \"reward\", \"when\": {\"after\": \"cue\"}}]", "no event \"cue\" before"},
      {"[{\"type\": \"reward\", \"when\": {}}]", "events[0].when|after which event"},
      {"[{\"type\": \"reward\", \"when\": {\"population\": \"E\"}}]", "event reward|follow"},
      {"[{\"type\": \"reward\", \"when\": {\"population\": \"E\", \"neuron\": 1,"
       " \"follows\": \"E\"}}]",
       "no neuron 1"},
      {"[{\"type\": \"reward\", \"when\": {\"population\": \"E\", \"more_than\": 1}}]",
       "more_than needs"},
      {"[{\"type\": \"reward\", \"at_ms\": 1, \"otherwise\": 0}]", "otherwise|counts spikes"},
      {"7", "events=7|braces"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char text[1000], sentence[1000];
    snprintf(text, sizeof text,
             "{\"populations\": [{\"name\": \"E\", \"n\": 1, \"model\": \"lif\"},"
             " {\"name\": \"P\", \"n\": 1, \"model\": \"poisson\"}], \"events\": %s}",
             cases[k].events);
    json_t *root = tree(text);
    if (!refuses(root, cases[k].parts, sentence, sizeof sentence))
      fail_msg("%s: %s", cases[k].events, sentence);
    json_decref(root);
  }
}

/* A run that was refused memory goes on, and nothing came twice. */
static void memory_that_is_refused_loses_no_event(void **state) {
  (void)state;
  amine_error error = {0};
  amine_brain *a = brain_from(busy);
  const size_t n = live(a, 240, 240, events, MOST);
  amine_memory_use(counting, NULL);
  for (long at = 1;; at++) {
    amine_brain *b = brain_from(busy);
    EXPECT_OK(amine_brain_run(b, 0, &error), &error);
    memory.requests = 0;
    memory.at = at;
    const amine_status status = amine_brain_run(b, 240, &error);
    memory.at = 0;
    assert_true(status == AMINE_OK || status == AMINE_ERROR_MEMORY);
    const uint64_t left = 240 - amine_brain_step(b);
    if (status != AMINE_OK) EXPECT_OK(amine_brain_run(b, left, &error), &error);
    assert_int_equal(amine_brain_n_events(b), n);
    amine_brain_read_events(b, again, n);
    expect_same(events, again, n);
    expect_same_state(a, b);
    amine_brain_destroy(b);
    if (status == AMINE_OK) break;
  }
  amine_memory_use(NULL, NULL);
  amine_brain_destroy(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_schedule_is_what_one_would_do_by_hand),
      cmocka_unit_test(all_together_on_a_lattice),
      cmocka_unit_test(files_are_read_by_programs),
      cmocka_unit_test(spikes_decide),
      cmocka_unit_test(cues_stimulate),
      cmocka_unit_test(events_are_part_of_the_state),
      cmocka_unit_test(random_times_are_as_random_as_they_say),
      cmocka_unit_test(refusals_name_the_event),
      cmocka_unit_test(memory_that_is_refused_loses_no_event),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
