/* A model file that makes no sense gets a sentence that says where, and nothing is made; nor is
 * anything lost when memory is refused. */
#include "model_support.h"

#include "format/support.h"

/* ------------------------------------------------------------------------------ by hand */

/* Explicit models around one population E of 4 neurons: what is wrong, and what must be said. */
#define E "{\"name\": \"E\", \"n\": 4, \"model\": \"lif\"}"
#define WITH(rest) "{\"populations\": [" E "], " rest "}"
#define PROJECTION(rest) WITH("\"projections\": [{\"source\": \"E\", \"target\": \"E\", " rest "}]")
#define INPUT(rest) WITH("\"inputs\": [{\"population\": \"E\", " rest "}]")
#define LATTICE(rest) "{\"lattice_shape\": [4, 4, 4, 2], " rest "}"

static const char *const wrong[][2] = {
    {"{}", "no neurons|populations|areas"},
    {"[]", "an object"},
    {"{\"populations\": []}", "no neurons"},
    {"{\"populations\": 3}", "populations=3|array"},
    {"{\"populations\": [3]}", "populations[0]=3|object"},
    {"{\"population\": []}", "unknown key \"population\"; did you mean populations?"},
    {"{\"populations\": [{\"n\": 4, \"model\": \"lif\"}]}", "populations[0]|name is missing"},
    {"{\"populations\": [{\"name\": \"E\", \"model\": \"lif\"}]}", "populations.E|n is missing"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4}]}", "populations.E|model is missing"},
    {"{\"populations\": [{\"name\": \"\", \"n\": 4}]}", "name=\"\"|in quotes"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"liff\"}]}",
     "populations.E.model|\"liff\"|did you mean lif?"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": -4}]}", "populations.E.n=-4|1 to 10000000"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 1e300}]}",
     "populations.E.n=1e+300|1 to 10000000"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4.5}]}", "populations.E.n=4.5|whole number"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": \"nan\"}]}",
     "populations.E.n=\"nan\"|whole number"},
    {"{\"populations\": [" E ", " E "]}", "two populations|\"E\""},
    {"{\"populations\": [" E ", {\"name\": \"F\", \"n\": 10000000, \"model\": \"lif\"}]}",
     "populations.F|10000004|10000000"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"values\": {\"tau\": "
     "1}}]}",
     "populations.E.values|lif has no parameter \"tau\""},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"values\":"
     " {\"tau_m\": 1}}]}",
     "did you mean tau_m_ms?"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"values\":"
     " {\"tau_m_ms\": -1}}]}",
     "populations.E.values.tau_m_ms=-1|from 0.001"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"izhikevich\", \"values\":"
     " {\"c\": [1, 2]}}]}",
     "populations.E.values.c|2 numbers|4 neurons"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 2, \"model\": \"izhikevich\", \"values\":"
     " {\"c\": [1, \"x\"]}}]}",
     "populations.E.values.c[1]=\"x\""},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 2, \"model\": \"izhikevich\", \"values\":"
     " {\"tau_e_ms\": [1, 2]}}]}",
     "populations|E|tau_e_ms of izhikevich is one number for all neurons"},
    {INPUT("\"type\": \"current\", \"steps\": [[1, 2], [1, 3]]"), "steps[1][0]|not after 1"},
    {INPUT("\"type\": \"current\", \"steps\": [[1]]"), "steps[0]|[time in ms, value]"},
    {INPUT("\"type\": \"current\", \"steps\": [[-1, 2]]"), "steps[0][0]=-1|from 0"},
    {INPUT("\"type\": \"poisson\", \"steps\": [[1, -2]]"), "steps[0][1]=-2|from 0"},
    {INPUT("\"type\": \"poisson\", \"ramps\": [[1, 2]]"), "in steps only|model poisson"},
    {INPUT("\"type\": \"poisson\", \"rate_hz\": 1e6, \"steps\": [[1, 2]]"), "rate of 1e+06 Hz"},
    {INPUT("\"type\": \"current\", \"steps\": [[1, 2]], \"ramps\": []"), "one of the two"},
    {INPUT("\"type\": \"current\", \"steps\": [[1, 2]], \"noise\": 1"), "an input of its own"},
    {INPUT("\"type\": \"current\", \"neurons\": [0, 4]"), "neurons[1]=4|from 0 to 3"},
    {INPUT("\"type\": \"current\", \"neurons\": []"), "neurons|0 numbers|all 4"},
    {INPUT("\"type\": \"current\", \"neurons\": [1, 1]"), "neuron 1 twice"},
    {INPUT("\"type\": \"current\", \"range\": [1, 4]"), "range|[1, 4]|0 to 3"},
    {INPUT("\"type\": \"current\", \"range\": [1, 2], \"fraction\": 0.5"), "one of them"},
    {INPUT("\"type\": \"current\", \"fraction\": 2"), "fraction=2|to 1"},
    {INPUT("\"type\": \"image\", \"steps\": [[1, 2]]"), "steps|image has"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"poisson\"}], \"inputs\":"
     " [{\"population\": \"E\", \"type\": \"poisson\", \"weight\": 1}]}",
     "of model poisson|no weight"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\": {\"u\": 1}}]}",
     "populations.E.initial.u|lif has no state \"u\"; it has v, g_e, g_i, refractory"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\": 3}]}",
     "populations.E.initial=3|an object"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\":"
     " {\"v\": \"x\"}}]}",
     "populations.E.initial.v=\"x\"|number from -1000000"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\":"
     " {\"v\": [1, 2]}}]}",
     "populations.E.initial.v|2 numbers|4 neurons"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\":"
     " {\"v\": {\"uniform\": [2, 1]}}}]}",
     "populations.E.initial.v.uniform|[2, 1]"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"initial\":"
     " {\"v\": {\"gamma\": [2, 1]}}}]}",
     "populations.E.initial.v|lognormal"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"izhikevich\", \"values\":"
     " {\"c\": {\"normal\": [-60, -1]}}}]}",
     "populations.E.values.c.normal[1]=-1|from 0"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"positions\": [[1]]}]}",
     "populations.E.positions|1 positions for 4"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 1, \"model\": \"lif\", \"positions\": [[]]}]}",
     "populations.E.positions[0]|1 to 4"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"positions\": {\"x\":"
     " [0, 2]}}]}",
     "3 sites for 4"},
    {"{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\", \"positions\": {\"x\":"
     " [0.5, 9]}}]}",
     "populations.E.positions.x|whole"},
    {WITH("\"dt_ms\": 0"), "dt_ms=0|0.001 to 100"},
    {WITH("\"dt_ms\": 1, \"dt\": 1"), "dt|same"},
    {WITH("\"projection\": []"), "unknown key \"projection\"; did you mean projections?"},
    {WITH("\"projections\": [{\"source\": \"E\"}]"), "projections[0]|target is missing"},
    {WITH("\"projections\": [{\"source\": \"E\", \"target\": \"e\"}]"),
     "projections.E-e.target|no population \"e\"|did you mean E?"},
    {PROJECTION("\"weight\": 1"), "projections.E-E|connect is missing"},
    {PROJECTION("\"connect\": \"probability\""), "projections.E-E|needs probability"},
    {PROJECTION("\"connect\": \"probability\", \"probability\": 0"), "probability=0"},
    {PROJECTION("\"connect\": \"probability\", \"probability\": 1.5"), "E-E.probability=1.5|to 1"},
    {PROJECTION("\"connect\": \"distance\", \"radius\": 1"), "projections: E to E|positions"},
    {PROJECTION("\"connect\": \"one to one\""), "did you mean one-to-one?"},
    {PROJECTION("\"connect\": \"list\""), "needs pairs"},
    {PROJECTION("\"connect\": \"list\", \"pairs\": [[0, 4]]"), "E-E.pairs[0]=4|0 to 3"},
    {PROJECTION("\"connect\": \"list\", \"pairs\": [[0, 1], [1, 1, 1]]"), "E-E.pairs[1]"},
    {PROJECTION("\"connect\": \"list\", \"pairs\": [0, 1]"), "E-E.pairs[0]"},
    {PROJECTION("\"connect\": \"all\", \"weight\": [2, 1]"), "E-E.weight|[2, 1]|lower end"},
    {PROJECTION("\"connect\": \"all\", \"weight\": [1, 2, 3]"), "E-E.weight|[low, high]"},
    {PROJECTION("\"connect\": \"all\", \"weight\": 1e7"), "E-E.weight=10000000"},
    {PROJECTION("\"connect\": \"all\", \"delay_ms\": 0"), "E-E.delay_ms=0"},
    {PROJECTION("\"connect\": \"all\", \"delay_ms\": 1e5"), "projections: E to E|20000 steps"},
    {PROJECTION("\"connect\": \"all\", \"rule\": \"sdtp\""),
     "E-E.rule|\"sdtp\"|did you mean stdp?"},
    {PROJECTION("\"connect\": \"all\", \"rule\": \"zzzzzzzz\""),
     "E-E.rule|is no plasticity rule (amine list synapses)"},
    {PROJECTION("\"connect\": \"all\", \"rule\": \"stdp\", \"weight\": 6"),
     "E-E.weight|[6, 6]|stdp|0 to 1"},
    {PROJECTION("\"connect\": \"all\", \"rule\": \"stdp\", \"values\": {\"a_pluss\": 1}"),
     "E-E.values|did you mean a_plus?"},
    {PROJECTION(
         "\"connect\": \"all\", \"rule\": \"stdp\", \"values\": {\"w_min\": 0.5, \"w_max\": 0.2}"),
     "E-E.weight|0.5 to 0.2"},
    {PROJECTION("\"connect\": \"all\", \"factor\": \"dopamin\""),
     "E-E.factor|did you mean dopamine?"},
    {PROJECTION("\"connect\": \"all\", \"factor\": \"dopamine\""),
     "projections.E-E|neuromodulation"},
    {PROJECTION("\"connect\": \"all\", \"short_term\": {\"U\": 2}"), "E-E.short_term.U=2|0 to 1"},
    {PROJECTION("\"connect\": \"all\", \"short_term\": {\"u\": 0.5, \"tau_rec_ms\": 0}"),
     "projections: E to E|tau_rec_ms"},
    {PROJECTION("\"connect\": \"all\", \"name\": \"a\"}, {\"source\": \"E\", \"target\": \"E\","
                " \"connect\": \"all\", \"name\": \"a\""),
     "two projections|\"a\""},
    {INPUT("\"type\": \"currant\""), "inputs.E.type|did you mean current?"},
    {INPUT("\"mean\": 1"), "inputs.E|type is missing"},
    {INPUT("\"type\": \"current\", \"rate_hz\": 1"), "inputs.E.rate_hz|current|mean|noise"},
    {INPUT("\"type\": \"current\", \"sense\": \"vision\""), "one of the two"},
    {WITH("\"inputs\": [{\"type\": \"current\"}]"), "inputs[0]|one of the two"},
    {WITH("\"inputs\": [{\"type\": \"current\", \"sense\": \"vision\"}]"), "no sense \"vision\""},
    {WITH("\"inputs\": [{\"type\": \"current\", \"population\": \"F\"}]"), "no population \"F\""},
    {INPUT("\"type\": \"poisson\", \"rate_hz\": -1"), "inputs.E.rate_hz=-1"},
    {INPUT("\"type\": \"spikes\", \"neurons\": [0], \"times_ms\": [0]"), "inputs|E|lif"},
    {INPUT("\"type\": \"spikes\", \"neurons\": [0], \"times_ms\": []"), "inputs.E|as many"},
    {INPUT("\"type\": \"spikes\", \"neurons\": [4], \"times_ms\": [1]"), "inputs.E.neurons[0]=4"},
    {INPUT("\"type\": \"spikes\", \"neurons\": [0], \"times_ms\": [-1]"),
     "inputs.E.times_ms[0]=-1"},
    {INPUT("\"type\": \"image\""), "inputs.E|a file or values"},
    {INPUT("\"type\": \"image\", \"values\": []"), "inputs.E.values|one pixel"},
    {INPUT("\"type\": \"image\", \"values\": [[1, 2], [3]]"), "inputs.E.values[1]|2 numbers"},
    {INPUT("\"type\": \"image\", \"values\": [[1, 2], 3]"), "inputs.E.values[1]|2 numbers"},
    {INPUT("\"type\": \"image\", \"values\": [1, 2, \"3\"]"), "inputs.E.values[2]=\"3\""},
    {INPUT("\"type\": \"image\", \"values\": [1, 2, 3]"), "inputs.E|4 pixels, not 3"},
    {INPUT("\"type\": \"current\"}, {\"population\": \"E\", \"type\": \"current\""), "two inputs"},
    {"{\"populations\": [{\"name\": \"P\", \"n\": 2, \"model\": \"poisson\"}], \"inputs\":"
     " [{\"population\": \"P\", \"type\": \"current\"}]}",
     "inputs|P|takes no input"},
    {WITH("\"targets\": [{\"population\": \"E\", \"effects\": [\"learn\"]}]"),
     "targets.E.effects[0]=\"learn\"|learning|arousal"},
    {WITH("\"targets\": [{\"population\": \"E\", \"effects\": 3}]"), "targets.E.effects=3"},
    {WITH("\"targets\": [{\"effects\": []}]"), "targets[0]|population is missing"},
    {WITH("\"neuromodulation\": {\"dopamin\": {}}"), "neuromodulation|did you mean dopamine?"},
    {WITH("\"neuromodulation\": {\"dopamine\": 3}"), "neuromodulation.dopamine=3|object"},
    {WITH("\"neuromodulation\": {\"dopamine\": {\"basline\": 3}}"),
     "neuromodulation.dopamine|did you mean baseline?"},
    {WITH("\"neuromodulation\": {\"dopamine\": {\"baseline\": 3}}"),
     "neuromodulation.dopamine.baseline=3|0 to 1"},
    {WITH("\"neuromodulation\": {\"dopamine\": {\"baseline\": \"nan\"}}"),
     "neuromodulation.dopamine.baseline|0 to 1"},
    {WITH("\"neuromodulation\": {\"step_ms\": 0.01}"), "neuromodulation|step_ms = 0.01"},
    {LATTICE("\"areas\": [{}]"), "areas[0]|name"},
    {LATTICE("\"areas\": [{\"name\": 3}]"), "areas[0].name=3"},
    {LATTICE("\"areas\": [3]"), "areas[0]=3|object"},
    {LATTICE("\"areas\": [{\"name\": \"a\"}, {\"name\": \"a\"}]"), "two populations|\"a\""},
    {LATTICE("\"areas\": [{\"name\": \"a\", \"n\": 200}]"), "areas.a|200 neurons|128 sites"},
    {LATTICE("\"areas\": [{\"name\": \"a\", \"coord_ranges\": {\"x\": [0, 4]}}]"),
     "areas.a.coord_ranges.x|[0, 4]|0 to 3"},
    {LATTICE("\"areas\": [{\"name\": \"a\", \"coord_ranges\": {\"x\": [3, 1]}}]"),
     "areas.a.coord_ranges.x|[3, 1]"},
    {LATTICE("\"areas\": [{\"name\": \"a\", \"coord_ranges\": {\"x\": [-1, 1]}}]"),
     "areas.a.coord_ranges.x"},
    {LATTICE("\"areas\": [{\"name\": \"a\", \"coord_ranges\": {\"x\": \"all\"}}]"),
     "areas.a.coord_ranges.x=\"all\""},
    {LATTICE("\"neuron_density\": 2"), "neuron_density=2|to 1"},
    {LATTICE("\"neuron_density\": \"nan\""), "neuron_density=\"nan\""},
    {LATTICE("\"connection_probability\": -0.1"), "connection_probability=-0.1|0 to 1"},
    {LATTICE("\"neuron_model\": {\"type\": \"hodgkin_huxley\"}"),
     "neuron_model.type|\"hodgkin_huxley\""},
    {LATTICE("\"neuron_model\": {\"params_default\": {\"tau_m\": \"x\"}}"),
     "neuron_model.params_default.tau_m=\"x\""},
    {LATTICE("\"neuron_model\": {\"params_default\": {\"tau_m\": 0}}"),
     "neuron_model.params_default.tau_m=0|from 0.001"},
    {LATTICE("\"cell_types\": {\"a\": {\"fraction\": 0.5}, \"b\": {\"fraction\": 0.6}}"),
     "cell_types|1.1|add up to 1"},
    {LATTICE("\"cell_types\": {\"a\": 3}"), "cell_types.a=3|object"},
    {LATTICE("\"neuron_model\": {\"kind\": \"regular\"}"),
     "neuron_model.kind|a kind of izhikevich neuron|lif"},
    {LATTICE("\"neuron_model\": {\"type\": \"izh\", \"kind\": \"chatering\"}"),
     "neuron_model.kind|did you mean chattering"},
    {LATTICE("\"neuron_model\": {\"excitatory_synapse\": \"amp\"}"),
     "neuron_model.excitatory_synapse|ampa"},
    {LATTICE("\"neuron_model\": {\"type\": \"poisson\", \"inhibitory_synapse\": \"gaba\"}"),
     "neuron_model.inhibitory_synapse|poisson takes no synapses"},
    {LATTICE("\"plasticity\": {\"rule\": \"hebbish\"}"), "plasticity.rule|\"hebbish\""},
    {LATTICE("\"plasticity\": {\"weight_min\": 2}"), "plasticity|weight_min (2) is above"},
    {LATTICE("\"plasticity\": {\"learning_rate\": \"fast\"}"), "plasticity.learning_rate=\"fast\""},
    {LATTICE("\"plasticity\": {\"factor\": \"all\"}"), "plasticity.factor|neuromodulation"},
    {LATTICE("\"plasticity\": {\"short_term\": {\"U\": -1}}"), "plasticity.short_term.U=-1"},
    {LATTICE("\"connectivity\": {\"type\": \"small_world\"}"), "connectivity.type=\"small_world\""},
    {LATTICE("\"connectivity\": {\"weight\": 1, \"weight_mean\": 1}"), "connectivity|weight_mean"},
    {LATTICE("\"senses\": {\"s\": {\"input_size\": \"big\"}}"), "senses.s.input_size=\"big\""},
    {LATTICE("\"senses\": {\"s\": {\"w_index\": -1}}"), "senses.s.w_index=-1"},
    {LATTICE("\"senses\": {\"s\": {\"areal\": \"x\"}}, \"inputs\": [{\"sense\": \"s\", \"type\":"
             " \"current\"}]"),
     "inputs.s.sense|no area"},
    {"{\"lattice_shape\": [4, 4, 4]}", "lattice_shape|four"},
    {"{\"lattice_shape\": [4, 4, 4, 0]}", "lattice_shape[3]=0|1 to 32768"},
    {"{\"lattice_shape\": [4, 4, 4, 1e9]}", "lattice_shape[3]=1e+09|1 to 32768"},
    {"{\"lattice_shape\": [32768, 32768, 32768, 32768]}", "areas|at most 10000000"},
    {"{\"lattice_shape\": [1000, 1000, 10, 1], \"density\": 0.9}",
     "connectivity|synapses|2147483648"},
    {"{\"lattice_shape\": [100, 1, 1, 1], \"density\": 1, \"connectivity\": {\"type\": \"all\"},"
     " \"populations\": [{\"name\": \"E\", \"n\": 100000, \"model\": \"lif\"}], \"projections\":"
     " [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\"}]}",
     "projections.E-E|synapses|2147483648"},
};

static void nonsense_gets_a_sentence(void **state) {
  (void)state;
  char sentence[800];
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    json_t *root = tree(wrong[k][0]);
    if (!refuses(root, wrong[k][1], sentence, sizeof sentence))
      fail_msg("%s\n wants \"%s\"\n says: %s", wrong[k][0], wrong[k][1], sentence);
    json_decref(root);
  }
}

static void limits_are_the_callers(void **state) {
  (void)state;
  const am_model_limits small = {.neurons = 100, .synapses = 50, .no_files = true};
  static const char *const texts[][2] = {
      {"{\"lattice_shape\": [10, 10, 10, 1], \"density\": 0.5}", "at most 100"},
      {"{\"populations\": [{\"name\": \"E\", \"n\": 101, \"model\": \"lif\"}]}", "at most 100"},
      {"{\"populations\": [{\"name\": \"E\", \"n\": 10, \"model\": \"lif\"}], \"projections\":"
       " [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\"}]}",
       "at most 50"},
      {"{\"populations\": [{\"name\": \"E\", \"n\": 10, \"model\": \"lif\"}], \"inputs\":"
       " [{\"population\": \"E\", \"type\": \"image\", \"file\": \"x\"}]}",
       "inputs.E.file"},
  };
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    json_t *root = tree(texts[k][0]);
    amine_brain *b;
    amine_error error = {0};
    expect_failure(am_brain_from_json_within(&b, root, NULL, 1, &small, NULL, &error),
                   AMINE_ERROR_INPUT, &error, texts[k][1]);
    json_decref(root);
  }
}

static void many_are_too_many(void **state) {
  (void)state;
  json_t *root = tree("{\"populations\": [], \"projections\": []}");
  json_t *populations = json_object_get(root, "populations");
  char name[20], sentence[800];
  for (int k = 0; k < 1001; k++) {
    snprintf(name, sizeof name, "p%d", k);
    json_array_append_new(populations,
                          json_pack("{s:s, s:i, s:s}", "name", name, "n", 1, "model", "lif"));
  }
  assert_true(refuses(root, "populations.p1000|at most 1000", sentence, sizeof sentence));
  json_decref(root);
}

/* ------------------------------------------------------------------------------ every key */

static json_t *whole;
static int n_tried;

/* Sets the key to something else for a moment: the model must be refused, and the key named. */
static void try_value(json_t *object, const char *key, json_t *value) {
  char sentence[800], shown[60];
  json_t *before = json_incref(json_object_get(object, key));
  snprintf(shown, sizeof shown, "%s", key);
  json_object_set_new(object, key, value);
  if (!refuses(whole, shown, sentence, sizeof sentence)) {
    am_text text = {0};
    am_json_write(&text, value);
    fail_msg("%s = %s: %s", key, text.data, sentence);
  }
  if (before) json_object_set_new(object, key, before);
  else json_object_del(object, key);
  n_tried++;
}

static void try_field(json_t *object, const am_field *f) {
  const bool number = f->kind == AM_FIELD_NUMBER || f->kind == AM_FIELD_INTEGER ||
                      f->kind == AM_FIELD_RANGE || f->kind == AM_FIELD_SPREAD;
  if (f->kind == AM_FIELD_OTHERS || f->kind == AM_FIELD_ANY) return;
  if (f->kind == AM_FIELD_SWITCH) {
    try_value(object, f->name, json_string("yes"));
    try_value(object, f->name, json_integer(2));
  } else if (f->kind != AM_FIELD_TEXT && f->kind != AM_FIELD_WORD) {
    try_value(object, f->name, json_string("nan"));
    try_value(object, f->name, json_true());
  }
  try_value(object, f->name, json_null());
  if (number) {
    try_value(object, f->name, json_real(1e300));
    try_value(object, f->name, json_real(-1e300));
    try_value(object, f->name, json_real(f->max * 1.1 + 1));
    try_value(object, f->name, json_real(f->min - 1));
    try_value(object, f->name, json_object());
  } else if (f->kind != AM_FIELD_SWITCH) {
    try_value(object, f->name, json_integer(3));
  }
  if (f->kind == AM_FIELD_INTEGER) try_value(object, f->name, json_real(1.5));
  if (f->kind == AM_FIELD_TEXT || f->kind == AM_FIELD_WORD)
    try_value(object, f->name, json_string(""));
  if (f->kind == AM_FIELD_WORD) try_value(object, f->name, json_string("no such word"));
}

/* Every field of the table in the object, and of the tables below it. */
static void try_table(json_t *object, const am_table *table) {
  for (const am_field *f = table->fields; f->name; f++) {
    try_field(object, f);
    json_t *inside = json_object_get(object, f->name);
    if (!f->inside || !inside) continue;
    if (json_is_array(inside)) inside = json_array_get(inside, 0);
    else if (f->kind == AM_FIELD_MAP) inside = json_object_iter_value(json_object_iter(inside));
    try_table(inside, f->inside);
  }
}

static void every_key_refuses_what_makes_no_sense(void **state) {
  (void)state;
  whole = tree(whole_model);
  try_table(whole, &am_model_table);
  json_decref(whole);
  print_message("%d values refused\n", n_tried);
  assert_true(n_tried > 500);
}

/* ------------------------------------------------------------------------------ memory */

static amine_status read_and_build(const char *text, am_text *notes, amine_error *error) {
  json_t *root = NULL;
  amine_brain *const untouched = (amine_brain *)(uintptr_t)64, *brain = untouched;
  AM_TRY(am_json_parse(&root, "test", text, strlen(text), NULL, error));
  const amine_status status = am_brain_from_json(&brain, root, "test", 1, notes, error);
  json_decref(root);
  if (status == AMINE_OK) amine_brain_destroy(brain);
  else assert_ptr_equal(brain, untouched);
  return status;
}

static void refuse_each_allocation(const char *text) {
  amine_error error = {0};
  am_text notes = {0};
  memory_start(0, false);
  EXPECT_OK(read_and_build(text, &notes, &error), &error);
  am_text_free(&notes);
  const long n = memory_watch.requests;
  memory_stop();
  int refused = 0;
  for (int for_good = 0; for_good < 2; for_good++)
    for (long at = 1; at <= n; at++) {
      error = (amine_error){0};
      memory_start(at, for_good);
      const amine_status status = read_and_build(text, &notes, &error);
      am_text_free(&notes);
      memory_stop(); /* nothing is alive */
      if (status == AMINE_OK) continue;
      refused++;
      if (status != AMINE_ERROR_MEMORY || error.message[0] == 0)
        fail_msg("allocation %ld: %s, \"%s\"", at, amine_status_name(status), error.message);
    }
  print_message("%ld allocations, %d refusals answered\n", n, refused);
  assert_true(refused > n);
}

static void memory_may_be_refused_anywhere(void **state) {
  (void)state;
  refuse_each_allocation(whole_model);
  refuse_each_allocation("{\"lattice_shape\": [3, 3, 3, 2], \"x\": 1, \"y\": {\"z\": []}}");
  json_t *root;
  memory_start(1, true);
  am_brain_default_model(&root);
  assert_null(root);
  memory_stop();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nonsense_gets_a_sentence),
      cmocka_unit_test(limits_are_the_callers),
      cmocka_unit_test(many_are_too_many),
      cmocka_unit_test(every_key_refuses_what_makes_no_sense),
      cmocka_unit_test(memory_may_be_refused_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
