/* Neuron models and synapse rules as parts: what their tables promise, and a program's own beside
 * ours, named by a model file and by a simulation's configuration. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "amine/brain.h"
#include "brain/parts.h"
#include "brain/model.h"
#include "brain/model_values.h"
#include "format/json.h"
#include "run/config/parts.h"
#include "run/simulate/config.h"

#define GOOD(call)                                                                                 \
  if ((call) != AMINE_OK) fail_msg("%s", error.message)

/* ------------------------------------------------------------------------------ ours */
static const char *const common[AM_VALUES_COMMON] = {[AM_VALUE_W_MIN] = "w_min",
                                                     [AM_VALUE_W_MAX] = "w_max",
                                                     [AM_VALUE_DECAY] = "weight_decay",
                                                     [AM_VALUE_LOSS] = "weight_loss",
                                                     [AM_VALUE_TARGET_RATE] = "target_rate_hz",
                                                     [AM_VALUE_WINDOW] = "time_window_ms",
                                                     [AM_VALUE_SCALING] = "scaling_rate"};

static void check_rows(const am_part *part) {
  const amine_parameter *row = part->parameters;
  for (int k = 0; row && row[k].name; k++) {
    assert_true(row[k].min <= row[k].standard && row[k].standard <= row[k].max);
    assert_true(row[k].meaning[0] && row[k].unit);
    for (int j = 0; j < k; j++) assert_string_not_equal(row[j].name, row[k].name);
  }
  for (int k = 0; part->kind == AM_SYNAPSE && k < AM_VALUES_COMMON; k++)
    assert_string_equal(row[k].name, common[k]);
}

/* What a neuron keeps for itself is made of a parameter, and a way to fire of parameters. */
static void check_model(const am_neuron_model *model) {
  for (int k = 0; k < AM_NEURON_OWN && model->own[k]; k++) {
    const char *from = model->own_from[k] ? model->own_from[k] : model->own[k];
    if (!am_parameter_find(&model->part, from, false)) fail_msg("%s", from);
  }
  for (const am_neuron_kind *kind = model->kinds; kind && kind->name; kind++)
    for (const amine_value *v = kind->values; v->name; v++) {
      const amine_parameter *row = am_parameter_find(&model->part, v->name, false);
      assert_true(row && v->value >= row->min && v->value <= row->max);
    }
}

static void parts_keep_their_promises(void **state) {
  (void)state;
  int n[2] = {0};
  for (const am_part *const *part = am_standard_parts.parts; *part; part++) {
    if ((*part)->kind <= AM_N_KINDS) continue;
    n[(*part)->kind == AM_SYNAPSE]++;
    check_rows(*part);
    if ((*part)->kind == AM_NEURON) check_model((const am_neuron_model *)*part);
    assert_true(am_registry_find(&am_brain_parts, (*part)->kind, (*part)->name) == *part);
    assert_true((*part)->source || !(*part)->equation || strcmp((*part)->name, "poisson") == 0);
  }
  assert_int_equal(n[0], 8);
  assert_int_equal(n[1], 11);
}

/* Names of other tools, however they are spelled, lead to one part only. */
static void no_word_means_two_parts(void **state) {
  (void)state;
  static const struct {
    am_part_kind kind;
    const char *word, *part;
  } known[] = {{AM_NEURON, "Leaky Integrate_and fire", "lif"},
               {AM_NEURON, "IZH", "izhikevich"},
               {AM_NEURON, "cond_lif", "lif-cond"},
               {AM_NEURON, "AEIF", "adex"},
               {AM_SYNAPSE, "Hebbian-like", "hebb"},
               {AM_SYNAPSE, "R-STDP", "da-stdp"},
               {AM_SYNAPSE, "vogels", "istdp"},
               {AM_SYNAPSE, "static", "none"}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    const am_part *part =
        am_brain_part_of(&am_brain_parts, known[k].kind, known[k].word, true, NULL);
    assert_non_null(part);
    assert_string_equal(part->name, known[k].part);
    assert_null(am_brain_part_of(&am_brain_parts, known[k].kind, known[k].word, false, NULL));
  }
  const char *near = NULL;
  assert_null(am_brain_part_of(&am_brain_parts, AM_NEURON, "izhikewich", true, &near));
  assert_string_equal(near, "izhikevich");
  for (const am_part *const *a = am_brain_parts.parts; *a; a++)
    for (const am_part *const *b = am_brain_parts.parts; *b; b++) {
      if ((*a)->kind != (*b)->kind || a == b) continue;
      const char *others = (*b)->kind == AM_NEURON ? ((const am_neuron_model *)*b)->others
                                                   : ((const am_synapse_rule *)*b)->others;
      if (am_spelled_so((*a)->name, (*b)->name, others)) fail_msg("%s", (*a)->name);
    }
}

/* ------------------------------------------------------------------------------ a program's own */
/* Counts what arrives, and fires at `needed`. */
enum { NEEDED };
static const amine_parameter counter_parameters[] = {
    [NEEDED] = AM_NUMBER("needed", 3, 1, 100, "1", "arrivals"), {0}};

static void counter_setup(double *k, double *initial, const double *values, double dt_ms) {
  (void)dt_ms;
  k[0] = values[NEEDED];
  initial[0] = 0;
}

static int counter_update(const am_neurons *p, uint32_t *spikes) {
  int n = 0;
  for (int i = 0; i < p->n; i++) {
    p->s[0][i] += p->in[0][i];
    p->in[0][i] = p->in[1][i] = 0;
    if (p->s[0][i] < p->k[0]) continue;
    p->s[0][i] = 0;
    spikes[n++] = p->first + (uint32_t)i;
  }
  return n;
}
static const am_neuron_kernel counter_kernel = {counter_update};
static const am_neuron_model counter_model = {.part = {.kind = AM_NEURON,
                                                       .name = "counter",
                                                       .meaning = "counts what arrives",
                                                       .parameters = counter_parameters},
                                              .states = {"v"},
                                              .setup = counter_setup,
                                              .kernels = AM_ISA_ALL(counter_kernel)};

static const char model[] =
    "{\"dt_ms\": 1, \"populations\": ["
    "  {\"name\": \"S\", \"n\": 1, \"model\": \"spikes\"},"
    "  {\"name\": \"C\", \"n\": 2, \"model\": \"counter\", \"values\": {\"needed\": 2}}],"
    " \"projections\": [{\"source\": \"S\", \"target\": \"C\", \"connect\": \"all\", \"weight\": "
    "1}],"
    " \"inputs\": [{\"population\": \"S\", \"type\": \"spikes\", \"neurons\": [0, 0, 0, 0, 0],"
    "   \"times_ms\": [1, 3, 5, 7, 9]}]}";

static json_t *tree(const char *text) {
  amine_error error = {0};
  json_t *root;
  GOOD(am_json_parse(&root, "test", text, strlen(text), NULL, &error));
  return root;
}

/* Every second arrival makes it fire, in the step in which it comes: one after the source. */
static void check_counted(amine_brain *b) {
  amine_error error = {0};
  uint64_t steps[9];
  int populations[9], neurons[9];
  GOOD(amine_brain_run(b, 20, &error));
  assert_int_equal(amine_brain_n_spikes(b), 9);
  amine_brain_read_spikes(b, steps, populations, neurons, 9);
  static const uint64_t when[9] = {1, 3, 4, 4, 5, 7, 8, 8, 9};
  for (int k = 0; k < 9; k++) {
    assert_int_equal(steps[k], when[k]);
    assert_int_equal(populations[k], when[k] % 4 == 0);
  }
}

static void a_program_adds_a_neuron_model(void **state) {
  (void)state;
  amine_error error = {0};
  am_registry mine = am_standard_parts;
  GOOD(am_registry_add(&mine, &counter_model.part, &error));
  const am_model_limits limits = {.neurons = 100, .synapses = 100, .parts = &mine};
  amine_brain *b = NULL;
  json_t *root = tree(model);
  GOOD(am_brain_from_json_within(&b, root, "test", 1, &limits, NULL, &error));
  check_counted(b);
  amine_brain_destroy(b);

  /* not in the standard registry, and named where it was mistyped */
  assert_int_equal(am_brain_from_json(&b, root, "test", 1, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "\"counter\" is no neuron model"));
  assert_null(strstr(error.message, "did you mean"));
  json_t *c = json_array_get(json_object_get(root, "populations"), 1);
  json_object_set_new(c, "model", json_string("countar"));
  assert_int_equal(am_brain_from_json_within(&b, root, "test", 1, &limits, NULL, &error),
                   AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "did you mean counter?"));
  json_decref(root);
}

/* Its parameters are keys of a simulation, with their range. */
static void and_simulates_it_by_a_configuration(void **state) {
  (void)state;
  amine_error error = {0};
  am_registry mine = am_standard_parts;
  GOOD(am_registry_add(&mine, &counter_model.part, &error));
  static const char *const set[] = {"populations.C.values.needed=2"};
  static const char *const wrong[] = {"populations.C.values.neded=2"};
  am_simulation_config c, copy;
  amine_brain *b = NULL;
  json_t *root = tree(model);
  json_t *values =
      json_object_get(json_array_get(json_object_get(root, "populations"), 1), "values");
  json_object_set_new(values, "needed", json_integer(7));
  GOOD(am_simulation_config_from(&c, root, "test", &error));
  json_decref(root);
  assert_int_equal(am_simulation_config_apply(&c, set, 1, &error), AMINE_ERROR_ARGUMENT);
  c.parts = &mine;
  assert_int_equal(am_simulation_config_apply(&c, wrong, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "did you mean populations.C.values.needed?"));
  GOOD(am_simulation_config_apply(&c, set, 1, &error));
  GOOD(am_simulation_config_copy(&copy, &c, &error));
  GOOD(am_simulation_config_brain(&copy, &b, NULL, &error));
  check_counted(b);
  amine_brain_destroy(b);
  am_simulation_config_free(&copy);
  am_simulation_config_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(parts_keep_their_promises),
                                     cmocka_unit_test(no_word_means_two_parts),
                                     cmocka_unit_test(a_program_adds_a_neuron_model),
                                     cmocka_unit_test(and_simulates_it_by_a_configuration)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
