/* What neuron models share. */
#include "brain/neuron.h"

#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "kernel/exponential.h"

double am_neuron_decay(double tau_ms, double dt_ms) {
  return tau_ms > 0 ? am_exp(-dt_ms / tau_ms) : 0;
}

double am_neuron_steps(double ms, double dt_ms) { return (double)am_steps(ms, dt_ms); }

double am_neuron_slowness(double membrane_ms, double a_ms, double b_ms, double refractory_ms,
                          double dt_ms) {
  const double other = fmax(a_ms, b_ms) / dt_ms / AM_NARROW_STEPS;
  const double count = am_neuron_steps(refractory_ms, dt_ms) / AM_NARROW_COUNT;
  return fmax(fmax(membrane_ms / dt_ms / AM_NARROW_MEMBRANE, other), count);
}

int am_neuron_n_states(const am_neuron_model *model) {
  int n = 0;
  while (model->states[n]) n++;
  return n;
}

int am_neuron_n_receptors(const am_neuron_model *model) {
  int n = 2;
  while (model->receptors[n - 2]) n++;
  return model->is_source ? 0 : n;
}

int am_neuron_receptor(const am_neuron_model *model, const char *name) {
  static const char *const two[] = {"excitatory", "inhibitory"};
  for (int k = 0, n = am_neuron_n_receptors(model); k < n; k++)
    if (strcmp(k < 2 ? two[k] : model->receptors[k - 2], name) == 0) return k;
  return -1;
}

bool am_neuron_setup(const am_neuron_model *model, double *k, double *initial, const double *values,
                     double dt_ms) {
  if (model->program) return am_neuron_program_setup(model->program, k, initial, values, dt_ms);
  if (model->setup) model->setup(k, initial, values, dt_ms);
  return true;
}

double am_neuron_slowness_of(const am_neuron_model *model, const double *values, double dt_ms) {
  if (!model->program) return model->slowness ? model->slowness(values, dt_ms) : 0;
  const am_neuron_times is = am_neuron_program_times(model->program, values, dt_ms);
  return am_neuron_slowness(is.compared_ms, is.others_ms, 0, is.held_ms, dt_ms);
}

double am_neuron_longest_step(const am_neuron_model *model, const double *values, double dt_ms) {
  if (model->program) return am_neuron_program_times(model->program, values, dt_ms).longest_step_ms;
  return model->longest_step ? model->longest_step(values) : (double)INFINITY;
}

const char *am_neuron_own_from(const am_neuron_model *model, int which) {
  return model->own_from[which] ? model->own_from[which] : model->own[which];
}

am_real am_neuron_own_value(const am_neuron_model *model, int which, double value, double dt_ms) {
  return (am_real)(model->own_value ? model->own_value(which, value, dt_ms) : value);
}

bool am_neuron_takes_rate(const am_neuron_model *model) {
  if (!model->times || !model->own[0]) return false;
  for (int which = 0; which < AM_NEURON_OWN && model->own[which]; which++)
    if (strcmp(am_neuron_own_from(model, which), AM_NEURON_RATE) != 0) return false;
  return true;
}

uint32_t am_neuron_most(const am_neuron_model *model, const double *values,
                        const am_real *const own[AM_NEURON_OWN], int n, double dt_ms) {
  double mean = 0, part = 1;
  uint32_t k = 0;
  if (!model->times) return model->kernels[0] != NULL;
  if (!model->own[0]) n = 1; /* they are all alike */
  for (int i = 0; i < n; i++) mean = fmax(mean, model->mean(model, values, own, i, dt_ms));
  /* More come with a probability below 2^-53. */
  while (k < 2 || k < mean || part > 0x1p-60 * fmin(mean, 1)) part *= fmin(mean / ++k, 1);
  return k;
}

bool am_neuron_is_conductance(const am_neuron_model *model) {
  for (const amine_parameter *p = model->part.parameters; p && p->name; p++)
    if (strcmp(p->name, "e_i_mv") == 0) return true;
  return false;
}
