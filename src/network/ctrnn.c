/* Settings, layout and first weights of the continuous-time network. */
#include "network/ctrnn.h"

#include <math.h>

#include "base/normal.h"
#include "base/random.h"

AM_ISA_DECLARE(const am_ctrnn_ops, am_ctrnn_ops);

const am_ctrnn_ops *am_ctrnn_code(void) {
  static const am_ctrnn_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_ctrnn_ops);
  return code[am_isa_now()];
}

am_ctrnn_options am_ctrnn_default(int n_inputs) {
  return (am_ctrnn_options){.n_inputs = n_inputs,
                            .n_hidden = 200,
                            .tau_ms = 30,
                            .dt_ms = 1,
                            .g = 1.5f,
                            .x0 = 0.1f,
                            .keep = 0.05f,
                            .n_biases = 3,
                            .biases = {{1, 1}, {10, 1}, {11, -1}}};
}

am_ctrnn_options am_ctrnn_printed(int n_inputs) {
  am_ctrnn_options o = am_ctrnn_default(n_inputs);
  o.n_biases = 4;
  o.biases[2].x = 1;
  o.biases[3].neuron = 12;
  o.biases[3].x = 1;
  return o;
}

#define AT(member) AM_MEMBER(am_ctrnn_network, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("hidden", 100, 1, 8192, "units", "hidden units", AT(n_hidden)),
    AM_NUMBER("tau_ms", 30, 1e-3, 1e6, "ms", "time constant of a neuron", AT(tau_ms)),
    AM_NUMBER("dt_ms", 1, 1e-3, 1e6, "ms", "step of the Euler method", AT(dt_ms)),
    AM_NUMBER("g", 1.5, 0, 100, "",
              "J begins normal with the deviation g / sqrt(N); above 1 activity is chaotic without "
              "inputs",
              AT(g)),
    AM_NUMBER("x0", 0.1, 0, 100, "", "x begins a trial uniform within +- this", AT(x0)),
    AM_NUMBER("keep", 0.05, 0, 0.9999, "per step", "what the running mean of x keeps", AT(keep)),
    AM_CHOICE("biases", "three|four|none",
              "neurons with a constant x: 1 and 10 at 1, 11 at -1; 1, 10, 11 and 12 at 1; or none",
              AT(biases)),
    {0}};

const am_part am_ctrnn_part = {
    .kind = AM_NETWORK,
    .name = "ctrnn",
    .meaning = "continuous-time network with signed rates, chaotic before it learns",
    .equation = "tau dx/dt = -x + J r + B u + xi, r = tanh x",
    .source = "Sompolinsky, Crisanti, Sommers 1988, doi:10.1103/PhysRevLett.61.259",
    .parameters = parameters,
    .options_size = sizeof(am_ctrnn_network)};

am_ctrnn_options am_ctrnn_of(const am_ctrnn_network *network, int n_inputs) {
  am_ctrnn_options o =
      network->biases == AM_BIASES_FOUR ? am_ctrnn_printed(n_inputs) : am_ctrnn_default(n_inputs);
  if (network->biases == AM_BIASES_NONE) o.n_biases = 0;
  o.n_hidden = network->n_hidden;
  o.tau_ms = network->tau_ms;
  o.dt_ms = network->dt_ms;
  o.g = network->g;
  o.x0 = network->x0;
  o.keep = network->keep;
  return o;
}

static amine_status check(const am_ctrnn_options *o, amine_error *error) {
  if (o->n_hidden < 1 || o->n_hidden > 4096 || o->n_inputs < 0 || o->n_inputs > 4096)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a network has 1 to 4096 neurons and up to 4096 inputs, not %d and %d",
                   o->n_hidden, o->n_inputs);
  if (!(o->dt_ms > 0 && o->tau_ms >= o->dt_ms && isfinite(o->tau_ms)))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "tau is at least dt and dt above 0, not %g ms and %g ms", (double)o->tau_ms,
                   (double)o->dt_ms);
  if (!(o->tau_ms <= AM_CTRNN_STEPS * o->dt_ms))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "tau of %g ms is more than %d steps of %g ms: what a step changes would be lost",
                   (double)o->tau_ms, AM_CTRNN_STEPS, (double)o->dt_ms);
  if (!(o->g >= 0 && o->g <= 100) || !(o->x0 >= 0 && o->x0 <= 100))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "g and x0 are 0 to 100, not %g and %g",
                   (double)o->g, (double)o->x0);
  if (!(o->keep >= 0 && o->keep < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the running mean keeps 0 to below 1 of itself, not %g", (double)o->keep);
  if (o->n_biases < 0 || o->n_biases > AM_CTRNN_MAX_BIASES)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there are 0 to %d bias neurons, not %d",
                   AM_CTRNN_MAX_BIASES, o->n_biases);
  for (int k = 0; k < o->n_biases; k++)
    if (o->biases[k].neuron < 0 || o->biases[k].neuron >= o->n_hidden || !isfinite(o->biases[k].x))
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "neuron %d cannot be held at %g: neurons are 0 to %d", o->biases[k].neuron,
                     (double)o->biases[k].x, o->n_hidden - 1);
  return AMINE_OK;
}

amine_status am_ctrnn_make(am_ctrnn *network, const am_ctrnn_options *options, amine_error *error) {
  AM_TRY(check(options, error));
  const int n = options->n_hidden, cols = n + options->n_inputs;
  *network = (am_ctrnn){.options = *options,
                        .shape = am_panel_of(n, cols),
                        .cols = am_pad(cols, AM_PANEL_COLS),
                        .n_vector = am_pad(n, AM_PANEL_COLS),
                        .n_panel = am_panel_size(n, cols),
                        .euler = options->dt_ms / options->tau_ms};
  return AMINE_OK;
}

void am_ctrnn_initialise(const am_ctrnn *network, float *panel, uint64_t seed) {
  const am_ctrnn_options *o = &network->options;
  const int n = o->n_hidden, cols = n + o->n_inputs;
  const double sd = (double)o->g / sqrt((double)n);
  for (int i = 0; i < n; i++) {
    const am_random_key J = {seed, AM_STREAM_PARAMETERS, 0, (uint32_t)i};
    const am_random_key B = {seed, AM_STREAM_PARAMETERS, 1, (uint32_t)i};
    for (int j = 0; j < n; j += 2) {
      const am_random4 draw = am_random(J, (uint32_t)j / 4);
      double z[2];
      am_normal2(z, draw.v[j % 4], draw.v[j % 4 + 1]);
      panel[am_panel_at(i, j, cols)] = (float)(sd * z[0]);
      if (j + 1 < n) panel[am_panel_at(i, j + 1, cols)] = (float)(sd * z[1]);
    }
    for (int k = 0; k < o->n_inputs; k++) {
      const float u = am_uniform(am_random(B, (uint32_t)k / 4).v[k % 4]);
      panel[am_panel_at(i, n + k, cols)] = 2 * u - 1;
    }
  }
}

size_t am_ctrnn_state_size(const am_ctrnn *network) {
  return 6 * (size_t)network->n_vector + (size_t)network->cols + 16;
}

void am_ctrnn_place(const am_ctrnn *network, am_ctrnn_state *state, float *block) {
  const int n = network->n_vector;
  float **const parts[] = {&state->x,    &state->mean,  &state->r, &state->y,
                           &state->held, &state->value, &state->z};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) *parts[k] = block + k * (size_t)n;
  for (int i = network->options.n_hidden; i < n; i++) state->held[i] = 1;
  for (int k = 0; k < network->options.n_biases; k++) {
    state->held[network->options.biases[k].neuron] = 1;
    state->value[network->options.biases[k].neuron] = network->options.biases[k].x;
  }
}

void am_ctrnn_draw_start(const am_ctrnn *network, am_ctrnn_state *state, uint64_t seed,
                         uint32_t episode, uint32_t lane) {
  const am_random_key key = {seed, AM_STREAM_CTRNN_X, episode, lane};
  const float x0 = network->options.x0;
  for (int i = 0; i < network->options.n_hidden; i += 4) {
    const am_random4 draw = am_random(key, (uint32_t)i / 4);
    for (int k = 0; k < 4 && i + k < network->options.n_hidden; k++)
      state->x[i + k] = x0 * (2 * am_uniform(draw.v[k]) - 1);
  }
}
