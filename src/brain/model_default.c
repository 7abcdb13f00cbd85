/* The default model in full: what a file that only says `{"neuron_model": {}}` would get, and
 * modulators, plasticity and a drive that keeps it awake. */
#include <string.h>

#include "brain/model.h"
#include "format/json.h"

static const char text[] =
    "{\n"
    "  \"dt_ms\": 1,\n"
    "  \"lattice_shape\": [20, 20, 20, 4],\n"
    "  \"neuron_density\": 0.03125,\n"
    "  \"neuron_model\": {\n"
    "    \"type\": \"lif\",\n"
    "    \"params_default\": {\"tau_m\": 20, \"v_rest\": -65, \"v_reset\": -70,\n"
    "                       \"v_threshold\": -50, \"refractory_period\": 5}\n"
    "  },\n"
    "  \"senses\": {\n"
    "    \"vision\": {\"areal\": \"V1_like\", \"w_index\": 0, \"input_size\": [20, 20]},\n"
    "    \"audition\": {\"areal\": \"A1_like\", \"w_index\": 1, \"input_size\": [20, 20]},\n"
    "    \"somatosensory\": {\"areal\": \"S1_like\", \"w_index\": 2, \"input_size\": [20, 20]},\n"
    "    \"digital\": {\"areal\": \"Digital_sensor\", \"w_index\": 3, \"input_size\": [20, 20]}\n"
    "  },\n"
    "  \"areas\": [\n"
    "    {\"name\": \"V1_like\", \"sense\": \"vision\", \"coord_ranges\":\n"
    "      {\"x\": [0, 19], \"y\": [0, 19], \"z\": [0, 19], \"w\": [0, 0]}},\n"
    "    {\"name\": \"A1_like\", \"sense\": \"audition\", \"coord_ranges\":\n"
    "      {\"x\": [0, 19], \"y\": [0, 19], \"z\": [0, 19], \"w\": [1, 1]}},\n"
    "    {\"name\": \"S1_like\", \"sense\": \"somatosensory\", \"coord_ranges\":\n"
    "      {\"x\": [0, 19], \"y\": [0, 19], \"z\": [0, 19], \"w\": [2, 2]}},\n"
    "    {\"name\": \"Digital_sensor\", \"sense\": \"digital\", \"coord_ranges\":\n"
    "      {\"x\": [0, 19], \"y\": [0, 19], \"z\": [0, 19], \"w\": [3, 3]}}\n"
    "  ],\n"
    "  \"connectivity\": {\"type\": \"random\", \"probability\": 0.1, \"weight_mean\": 0.1,\n"
    "                   \"weight_std\": 0.05, \"delay_ms\": 1},\n"
    "  \"plasticity\": {\n"
    "    \"rule\": \"hebb\", \"learning_rate\": 0.001, \"weight_min\": -1, \"weight_max\": 1,\n"
    "    \"weight_decay\": 1e-5,\n"
    "    \"homeostatic\": {\"enabled\": true, \"target_rate\": 5, \"time_window\": 1000,\n"
    "                    \"scaling_rate\": 0.01}\n"
    "  },\n"
    "  \"neuromodulation\": {\n"
    "    \"step_ms\": 1,\n"
    "    \"dopamine\": {\"baseline\": 0.5, \"decay_rate\": 0.1, \"learning_rate_modulation\": 2},\n"
    "    \"serotonin\": {\"baseline\": 0.5, \"decay_rate\": 0.1, \"inhibition_strength\": 0.5},\n"
    "    \"norepinephrine\": {\"baseline\": 0.5, \"decay_rate\": 0.1, \"gain_modulation\": 2}\n"
    "  },\n"
    "  \"inputs\": [\n"
    "    {\"population\": \"V1_like\", \"type\": \"poisson\", \"rate_hz\": 270, \"weight\": 1},\n"
    "    {\"population\": \"A1_like\", \"type\": \"poisson\", \"rate_hz\": 270, \"weight\": 1},\n"
    "    {\"population\": \"S1_like\", \"type\": \"poisson\", \"rate_hz\": 270, \"weight\": 1},\n"
    "    {\"population\": \"Digital_sensor\", \"type\": \"poisson\", \"rate_hz\": 270,\n"
    "     \"weight\": 1}\n"
    "  ]\n"
    "}\n";

void am_brain_default_model(json_t **root) {
  *root = NULL;
  (void)am_json_parse(root, "the default model", text, strlen(text), NULL, NULL);
}
