/* The part of a delay that is the dendrite's: weights and somata are those of Brian2
 * (tests/brain/test_drives.c); here every rule, kernel and text, changes as if its targets had fired
 * so much later onto synapses that are so much nearer, to the last bit; what is on the way arrives, is
 * saved, and does not depend on threads; and what makes no sense is refused. */
#include "brain/brain.h"
#include "brain/step.h"
#include "format/support.h"
#include "model_support.h"
#include "replay.h"
#include "rule/synapse_rule.h"

enum { SOURCES = 7, TARGETS = 6, STEPS = 600 };
#define DT 0.5

static amine_error error;

/* ------------------------------------------------------------------------------ every rule */
/* Who fires when: some twice in a step, some in every step for a while. */
static void tell(amine_brain *b, int population, int n, unsigned every, int later) {
  int neurons[STEPS], n_spikes = 0;
  int32_t steps[STEPS];
  for (unsigned k = 0; k < STEPS - 40; k++) {
    const unsigned mixed = (k * 2654435761u + every * 40503u) >> 16;
    if (mixed % every != 0 && (k < 300 || k > 312)) continue;
    for (unsigned twice = 0; twice <= (mixed / 64 % 8 == 0) && n_spikes < STEPS; twice++) {
      neurons[n_spikes] = (int)(mixed / 8 % (unsigned)n);
      steps[n_spikes++] = (int32_t)k + later;
    }
  }
  add_spikes(b, population, neurons, steps, (size_t)n_spikes, DT);
}

/* Delays of low to high steps, of which so many are the dendrite's; the targets fire `later`. */
static amine_brain *told(const char *rule, int low, int high, int dendrite, int later) {
  amine_brain *b;
  good(amine_brain_create(&b, DT, 5, &error), &error);
  const int from = add_population(b, "from", SOURCES, "spikes", NULL, 0);
  const int to = add_population(b, "to", TARGETS, "spikes", NULL, 0);
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.rule = rule, p.weight = 0.3, p.weight_max = 0.5;
  p.delay_ms = low * DT, p.delay_max_ms = high * DT, p.dendritic_delay_ms = dendrite * DT;
  p.stp_u = 0.4;
  good(amine_brain_connect(b, NULL, &p, &error), &error);
  tell(b, from, SOURCES, 3, 0);
  tell(b, to, TARGETS, 4, later);
  return b;
}

/* Also what is seen of delays is the whole. */
static void is_the_same(const am_synapse_rule *rule, const char *said, int low, int high,
                        int dendrite, int later) {
  enum { N = SOURCES * TARGETS };
  amine_brain *split = told(said, low, high, dendrite, 0);
  amine_brain *near = told(said, low - later < 1 ? 1 : low - dendrite,
                           high - later < 1 ? 1 : high - dendrite, 0, later);
  float w[2][N], first[N];
  int delays[2][N];
  bool changed = false;
  good(amine_brain_synapses(split, 0, "w", NULL, NULL, delays[0], first, &error), &error);
  good(amine_brain_synapses(near, 0, "w", NULL, NULL, delays[1], w[1], &error), &error);
  for (int k = 0; k < N; k++) {
    assert_in_range(delays[0][k], low, high);
    if (dendrite == later) assert_int_equal(delays[0][k] - dendrite, delays[1][k]);
  }
  for (int at = 0; at < STEPS; at += 50) {
    for (int k = 0; k < 2; k++) {
      amine_brain *b = k == 0 ? split : near;
      if (am_synapse_rule_remembers(rule)) good(amine_brain_reward(b, 0.25, &error), &error);
      run(b, 50);
      good(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, w[k], &error), &error);
    }
    if (memcmp(w[0], w[1], sizeof w[0]) != 0)
      fail_msg("%s: other weights after %d steps", rule->part.name, at + 50);
    changed |= memcmp(first, w[0], sizeof first) != 0;
  }
  assert_true(changed);
  amine_brain_destroy(split);
  amine_brain_destroy(near);
}

static void every_rule_sees_its_targets_later(void **state) {
  (void)state;
  const am_part *part;
  int n = 0;
  for (int k = 0; (part = am_registry_at(&am_brain_parts, AM_SYNAPSE, k)) != NULL; k++) {
    const am_synapse_rule *rule = (const am_synapse_rule *)part;
    if (!am_synapse_learns(rule) || rule->reads_score) continue;
    n++;
    is_the_same(rule, part->name, 8, 11, 5, 5);
    is_the_same(rule, part->name, 6, 6, 6, 7); /* all of it: a step late */
    if (part->text) is_the_same(rule, part->text, 8, 11, 5, 5);
  }
  assert_int_equal(n, 9);
}

/* ------------------------------------------------------------------------------ what arrives */
/* Targets that never fire leave weights alone: with and without a dendrite they are moved alike. */
static void what_is_on_the_way_arrives(void **state) {
  (void)state;
  static const char *const rules[] = {"stdp", "bcm", "da-stdp"};
  for (int k = 0; k < 6; k++) {
    float v[2][TARGETS];
    for (int split = 0; split < 2; split++) {
      amine_brain *b;
      good(amine_brain_create(&b, DT, 5, &error), &error);
      const amine_value calm = {"v_threshold_mv", 900};
      const int from = add_population(b, "from", 9000, "spikes", NULL, 0);
      const int to = add_population(b, "to", TARGETS, "lif", &calm, 1);
      amine_projection p = amine_projection_default();
      p.source = from, p.target = to, p.rule = rules[k / 2], p.weight = 0.1, p.weight_max = 0.3;
      p.delay_ms = 3, p.dendritic_delay_ms = split ? (k % 2 ? 3 : 2) : 0;
      good(amine_brain_connect(b, NULL, &p, &error), &error);
      tell(b, from, 9000, 2, 0);
      run(b, 400);
      get(b, to, "v", v[split]);
      amine_brain_destroy(b);
    }
    assert_memory_equal(v[0], v[1], sizeof v[0]);
    assert_true(v[0][0] > -64);
  }
}

static const char network[] =
    "{\"dt_ms\": 0.5, \"populations\": [{\"name\": \"P\", \"n\": 1700, \"model\": \"poisson\","
    "  \"values\": {\"rate_hz\": 40}}, {\"name\": \"E\", \"n\": 1500, \"model\": \"lif\"}],"
    " \"projections\": [{\"source\": \"P\", \"target\": \"E\", \"connect\": \"out\", \"n_out\": 30,"
    "  \"weight\": [0.5, 0.9], \"rule\": \"stdp\", \"delay_ms\": [3, 6],"
    "  \"dendritic_delay_ms\": %s},"
    "  {\"source\": \"E\", \"target\": \"E\", \"connect\": \"out\", \"n_out\": 9, \"rule\": \"triplet\","
    "   \"weight\": 0.5, \"delay_ms\": 4, \"dendritic_delay_ms\": 4}]}";

static uint32_t looked_at(amine_brain *b, float *v, float *w, size_t n) {
  get(b, 1, "v", v);
  good(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, w, &error), &error);
  (void)n;
  return (uint32_t)amine_brain_spike_count(b, 1);
}

/* Saved while spikes are on dendrites, on other threads, in one run and in two. */
static void saved_brains_go_on(void **state) {
  (void)state;
  enum { SYNAPSES = 1700 * 30 };
  static float v[3][1500], w[3][SYNAPSES];
  char text[900];
  snprintf(text, sizeof text, network, "2.5");
  amine_brain *a = brain_from(text), *b = brain_from(text), *c = brain_from(text);
  const char *path = in_folder("dendrites");
  good(amine_brain_set_threads(b, 2, &error), &error);
  run(a, 133);
  run(c, 200);
  good(amine_brain_save(a, path, &error), &error);
  good(amine_brain_restore(b, path, &error), &error);
  run(a, 67);
  run(b, 67);
  const uint32_t fired = looked_at(a, v[0], w[0], SYNAPSES);
  assert_true(fired > 100);
  assert_int_equal(fired, looked_at(b, v[1], w[1], SYNAPSES));
  assert_int_equal(fired, looked_at(c, v[2], w[2], SYNAPSES));
  for (int k = 1; k < 3; k++) {
    assert_memory_equal(v[0], v[k], sizeof v[0]);
    assert_memory_equal(w[0], w[k], sizeof w[0]);
  }
  snprintf(text, sizeof text, network, "2");
  amine_brain *other = brain_from(text);
  assert_int_equal(amine_brain_restore(other, path, &error), AMINE_ERROR_INPUT);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  amine_brain_destroy(c);
  amine_brain_destroy(other);
}

/* ------------------------------------------------------------------------------ what is refused */
static void nonsense_is_refused(void **state) {
  (void)state;
  static const char model[] =
      "{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"escape\"}], \"projections\":"
      " [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\", \"delay_ms\": [2, 5],"
      "   \"rule\": \"%s\", \"dendritic_delay_ms\": %s}]}";
  static const struct {
    const char *rule, *value, *parts;
  } wrong[] = {
      {"stdp", "2.5", "projections.E-E.dendritic_delay_ms: 2.5: at most the whole delay, delay_ms=2"},
      {"stdp", "-1", "projections.E-E.dendritic_delay_ms=-1|0 to 100000"},
      {"stdp", "[1, 2]", "projections.E-E.dendritic_delay_ms|number"},
      {"r-max", "1", "r-max asks its targets in every step|dendritic_delay_ms"}};
  char text[500], sentence[900];
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    snprintf(text, sizeof text, model, wrong[k].rule, wrong[k].value);
    json_t *root = tree(text);
    if (!refuses(root, wrong[k].parts, sentence, sizeof sentence)) fail_msg("%s", sentence);
    json_decref(root);
  }
  amine_brain *b;
  good(amine_brain_create(&b, DT, 5, &error), &error);
  add_population(b, "E", 4, "lif", NULL, 0);
  amine_projection p = amine_projection_default();
  p.rule = "stdp", p.dendritic_delay_ms = 1.5;
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "dendritic_delay_ms = 1.5 is not in 0 to the whole delay, 1 ms"));
  p.dendritic_delay_ms = NAN;
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  p.dendritic_delay_ms = 0.7;
  good(amine_brain_connect(b, NULL, &p, &error), &error);
  assert_non_null(strstr(amine_brain_notes(b), "E-E: dendritic_delay_ms=0.7 is taken as 0.5"));
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_rule_sees_its_targets_later),
      cmocka_unit_test(what_is_on_the_way_arrives),
      cmocka_unit_test(saved_brains_go_on),
      cmocka_unit_test(nonsense_is_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
