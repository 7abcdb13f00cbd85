/* Codes and choices of a body (see body_code.h). */
#include "run/protocol/body_code.h"

#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "kernel/exponential.h"

/* Numbers of a key, one for each of n or one for all. */
static amine_status read_numbers(double *out, int n, const char *key, const char *words, double low,
                                 double high, amine_error *error) {
  const char *p = words;
  int found = 0;
  for (; found < n; found++) {
    char *end;
    out[found] = am_number_read(p, &end);
    if (end == p || (*end != 0 && *end != ',') || !(out[found] >= low && out[found] <= high))
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%s=%.60s: each must be a number from %g to %g, with commas between", key,
                     words, low, high);
    p = end + 1;
    if (*end == 0) break;
  }
  if (found == 0)
    for (int k = 1; k < n; k++) out[k] = out[0];
  else if (found != n - 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%.60s: the task has %d inputs%s", key, words, n,
                   found < n ? ", and it takes a number for each, or one for all" : "");
  return AMINE_OK;
}

amine_status am_place_code_read(am_place_code *code, int n_inputs, const char *centres,
                                const char *range, double width, amine_error *error) {
  double numbers[AM_PLACE_INPUTS];
  double cells = 1;
  if (n_inputs > AM_PLACE_INPUTS)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "body.code=place: place cells are of at most %d inputs, and the task has %d",
                   AM_PLACE_INPUTS, n_inputs);
  code->n_inputs = n_inputs;
  code->width = width;
  AM_TRY(read_numbers(code->range, n_inputs, "body.range", range, 1e-6, 1e6, error));
  AM_TRY(read_numbers(numbers, n_inputs, "body.centres", centres, 1, AM_PLACE_CENTRES, error));
  for (int i = 0; i < n_inputs; i++) {
    if (numbers[i] != floor(numbers[i]))
      return am_fail(error, AMINE_ERROR_ARGUMENT, "body.centres=%.60s: %g is no whole number",
                     centres, numbers[i]);
    code->centres[i] = (int)numbers[i];
    cells *= numbers[i];
  }
  if (cells > 1e6)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "body.centres=%.60s: these are %g place cells",
                   centres, cells);
  return AMINE_OK;
}

int am_place_cells(const am_place_code *code) {
  int n = 1;
  for (int i = 0; i < code->n_inputs; i++) n *= code->centres[i];
  return n;
}

void am_place_drive(float *drive, const am_place_code *code, const float *input) {
  double factor[AM_PLACE_INPUTS][AM_PLACE_CENTRES];
  const int n = am_place_cells(code);
  for (int i = 0; i < code->n_inputs; i++) {
    const int m = code->centres[i];
    const double range = code->range[i], spacing = m > 1 ? 2 * range / (m - 1) : range;
    const double x = fmin(fmax((double)input[i], -range), range);
    for (int c = 0; c < m; c++) {
      const double centre = m > 1 ? spacing * c - range : 0;
      const double z = (x - centre) / (code->width * spacing);
      factor[i][c] = am_exp(-0.5 * z * z);
    }
  }
  for (int k = 0; k < n; k++) {
    double product = 1;
    for (int i = code->n_inputs - 1, rest = k; i >= 0; rest /= code->centres[i--])
      product *= factor[i][rest % code->centres[i]];
    drive[k] = (float)product;
  }
}

static int softmax(const uint64_t *n, int n_actions, double temperature, double chance) {
  double p[AM_BODY_ACTIONS], sum = 0;
  uint64_t most = 0;
  for (int k = 0; k < n_actions; k++) most = n[k] > most ? n[k] : most;
  for (int k = 0; k < n_actions; k++) sum += p[k] = am_exp(-(double)(most - n[k]) / temperature);
  for (int k = 0; k < n_actions - 1; k++)
    if ((chance -= p[k] / sum) < 0) return k;
  return n_actions - 1;
}

int am_body_choose(am_body_choice choice, const am_body_spikes *spikes, int n_actions,
                   double temperature, const float *chance) {
  int best = 0;
  if (choice == AM_BODY_SOFTMAX)
    return softmax(spikes->n, n_actions, temperature, (double)chance[0]);
  for (int k = 1; k < n_actions; k++) {
    const uint64_t one = choice == AM_BODY_ARGMAX ? spikes->n[k] : spikes->first[best];
    const uint64_t other = choice == AM_BODY_ARGMAX ? spikes->n[best] : spikes->first[k];
    if (one > other || (one == other && chance[k] > chance[best])) best = k;
  }
  return best;
}
