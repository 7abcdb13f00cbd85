/* What the tests of model files share: short ways to read one, and a file with every key. */
#ifndef TESTS_BRAIN_MODEL_SUPPORT_H
#define TESTS_BRAIN_MODEL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "brain/brain.h"
#include "brain/model.h"
#include "brain/model_plan.h"
#include "format/json.h"

static inline json_t *tree(const char *text) {
  json_t *root = NULL;
  amine_error error = {0};
  if (am_json_parse(&root, "test", text, strlen(text), NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  return root;
}

static inline amine_brain *brain_of(const json_t *root, uint64_t seed, am_text *notes) {
  amine_brain *brain = NULL;
  amine_error error = {0};
  if (am_brain_from_json(&brain, root, "model.json", seed, notes, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  return brain;
}

static inline amine_brain *brain_from(const char *text) {
  json_t *root = tree(text);
  amine_brain *brain = brain_of(root, 1, NULL);
  json_decref(root);
  return brain;
}

/* true if the model is refused with a sentence of the file in which all parts stand ("a|b|c"). */
static inline bool refuses(const json_t *root, const char *parts, char *sentence, size_t size) {
  amine_brain *const untouched = (amine_brain *)(uintptr_t)64, *brain = untouched;
  amine_error error = {0};
  const amine_status status = am_brain_from_json(&brain, root, "model.json", 1, NULL, &error);
  snprintf(sentence, size, "%s", status == AMINE_OK ? "it was accepted" : error.message);
  if (status == AMINE_OK) amine_brain_destroy(brain);
  if (status != AMINE_ERROR_INPUT || brain != untouched) return false;
  if (strncmp(error.message, "model.json: ", 12) != 0) return false;
  while (parts) {
    const size_t n = strcspn(parts, "|");
    char part[200];
    snprintf(part, sizeof part, "%.*s", (int)n, parts);
    if (!strstr(error.message, part)) return false;
    parts = parts[n] ? parts + n + 1 : NULL;
  }
  return true;
}

/* Both forms in one file, with every key of every table. */
static const char whole_model[] =
    "{\"preset\": \"x\", \"seed\": 3, \"duration_s\": 1, \"threads\": 2, \"record\": true,"
    " \"checkpoint_every\": 1, \"checkpoint_every_s\": 1, \"protocol\": {}, \"clamp\": {},"
    " \"meaning\": \"a test\", \"dt_ms\": 0.5, \"lattice_shape\": [6, 5, 4, 3],"
    " \"neuron_density\": 0.1, \"connection_probability\": 0.2,"
    " \"neuron_model\": {\"type\": \"LIF\", \"params_default\": {\"tau_m\": 15}},"
    " \"cell_types\": {"
    "   \"excitatory\": {\"fraction\": 0.75, \"strength\": 1, \"inhibitory\": false},"
    "   \"inhibitory\": {\"type\": \"izhikevich\", \"params\": {\"a\": 0.1, \"d\": 2}}},"
    " \"plasticity\": {\"enabled\": true, \"rule\": \"bcm\", \"factor\": \"all\","
    "   \"learning_rate\": 0.002, \"weight_min\": -2, \"weight_max\": 2, \"weight_decay\": 1e-4,"
    "   \"homeostatic\": {\"enabled\": true, \"target_rate\": 4, \"time_window\": 500,"
    "                   \"scaling_rate\": 0.02},"
    "   \"metaplasticity\": {\"enabled\": true, \"bcm_tau\": 900, \"bcm_target_rate\": 6},"
    "   \"short_term\": {\"enabled\": true, \"default_type\": \"mixed\", \"u\": 0.3,"
    "                  \"tau_rec\": 100, \"tau_facil\": 30}},"
    " \"connectivity\": {\"type\": \"random\", \"probability\": 0.3, \"radius\": 2, \"n_out\": 3,"
    "   \"weight\": [0.1, 0.2], \"delay_ms\": [1, 2], \"velocity\": 10, \"self\": true},"
    " \"senses\": {\"vision\": {\"areal\": \"V1\", \"w_index\": 0, \"input_size\": [5, 6],"
    "   \"enabled\": true}},"
    " \"areas\": [{\"name\": \"V1\", \"sense\": \"vision\", \"neuron_density\": 0.2,"
    "   \"coord_ranges\": {\"x\": [0, 5], \"y\": [0, 4], \"z\": [0, 3], \"w\": 0}},"
    "   {\"name\": \"A1\", \"n\": 10, \"coord_ranges\": {\"w\": [1, 2]}}],"
    " \"neuromodulation\": {\"step_ms\": 1, \"enabled\": true,"
    "   \"dopamine\": {\"baseline\": 0.5, \"decay_rate\": 0.1, \"learning_rate_modulation\": 2},"
    "   \"serotonin\": {\"baseline\": 0.5, \"tau_ms\": 100, \"step_ms\": 1,"
    "                 \"inhibition_strength\": 0.5},"
    "   \"norepinephrine\": {\"gain_modulation\": 2},"
    "   \"acetylcholine\": {\"plasticity_modulation\": 1.5, \"attention_gain\": 0.5},"
    "   \"orexin\": {\"arousal_strength\": 2}},"
    " \"populations\": [{\"name\": \"E\", \"n\": 8, \"model\": \"izhikevich\", \"record\": true,"
    "   \"values\": {\"a\": 0.03, \"d\": [1, 2, 3, 4, 5, 6, 7, 8],"
    "   \"c\": {\"normal\": [-60, 1]}}, \"initial\": {\"v\": {\"uniform\": [-70, -60]}, \"u\": 1},"
    "   \"receptors\": {\"x\": {\"name\": \"x\",\"tau_ms\": 80, \"e_mv\": 0}},"
    "   \"positions\": {\"x\": [0, 3], \"y\": [0, 3], \"z\": 0, \"w\": 0}},"
    "   {\"name\": \"S\", \"n\": 3, \"model\": \"spikes\", \"record\": false,"
    "    \"positions\": [[0, 0, 0, 0], [1, 0.5], [2]]}],"
    " \"projections\": [{\"name\": \"in\", \"source\": \"S\", \"target\": \"E\","
    "   \"receptor\": \"excitatory\", \"connect\": \"list\", \"pairs\": [[0, 1, 0.5], [2, 7, 1]],"
    "   \"probability\": 0.5, \"radius\": 3, \"n_out\": 2, \"self\": false, \"weight\": 1,"
    "   \"delay_ms\": [0.5, 1], \"dendritic_delay_ms\": 0.5, \"velocity\": 0, \"rule\": \"stdp\","
    "   \"values\": {\"a_plus\": 0.02}, \"factor\": \"dopamine\","
    "   \"short_term\": {\"u\": 0.5, \"tau_rec_ms\": 100, \"tau_facil_ms\": 10}}],"
    " \"inputs\": [{\"name\": \"told\", \"population\": \"S\", \"type\": \"spikes\","
    "   \"neurons\": [0, 2], \"times_ms\": [1, 2]},"
    "   {\"population\": \"E\", \"type\": \"current\", \"mean\": 1, \"noise\": 2},"
    "   {\"population\": \"E\", \"type\": \"current\", \"mean\": 1, \"steps\": [[3, 2], [9.5, 0]],"
    "    \"neurons\": [1, 5], \"amplitude\": 3, \"period_ms\": 50, \"phase\": 0.5},"
    "   {\"population\": \"E\", \"type\": \"current\", \"ramps\": [[3, 2], [9, 0]], \"range\": [2, 4]},"
    "   {\"population\": \"E\", \"type\": \"poisson\", \"steps\": [[3, 40]], \"fraction\": 0.5},"
    "   {\"population\": \"E\", \"type\": \"poisson\", \"rate_hz\": 10, \"weight\": 1,"
    "    \"receptor\": \"inhibitory\"},"
    "   {\"sense\": \"vision\", \"type\": \"image\", \"values\": [[0, 1], [2, 3]], \"scale\": 2}],"
    " \"targets\": [{\"population\": \"E\", \"effects\": [\"learning\", \"sensory\"],"
    "   \"delay_ms\": 10, \"tau_ms\": 20}],"
    " \"events\": [{\"name\": \"look\", \"type\": \"cue\", \"sense\": \"vision\","
    "   \"current\": 1, \"for_ms\": 5, \"every_ms\": [50, 60], \"from_ms\": 1, \"until_ms\": 900},"
    "   {\"type\": \"reward\", \"value\": [0, 1], \"expected\": 0.5, \"alpha\": 0.1,"
    "    \"otherwise\": 0, \"probability\": 0.9, \"delay_ms\": [0, 5],"
    "    \"when\": {\"after\": \"look\", \"population\": \"E\", \"neuron\": 1,"
    "              \"more_than\": \"S\", \"within_ms\": 10}},"
    "   {\"type\": \"novelty\", \"when\": {\"population\": \"E\", \"follows\": \"E\","
    "    \"follows_neuron\": 2}},"
    "   {\"type\": \"circadian\", \"rate_hz\": 1, \"day_ms\": 1000, \"sleep_need\": 0.2},"
    "   {\"type\": \"attention\", \"novelty\": 0.1, \"at_ms\": 3},"
    "   {\"type\": \"punishment\", \"stress\": 0.1, \"at_ms\": [1, 2]}]}";

#endif
