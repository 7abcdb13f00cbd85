/* Layout and first values of the Hebbian RNN (see hebbian_rnn.h). */
#include "network/hebbian_rnn.h"

#include <math.h>

amine_status am_hebbian_rnn_make(am_hebbian_rnn *r, am_places *places,
                                 const am_hebbian_rnn_options *o, amine_error *error) {
  if (o->n_inputs < 1 || o->n_inputs > 4096)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a Hebbian RNN has 1 to 4096 inputs, not %d",
                   o->n_inputs);
  if (o->n_hidden < 1 || o->n_hidden > 1024)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a Hebbian RNN has 1 to 1024 units, not %d",
                   o->n_hidden);
  if (!(o->rule.eta >= 0 && o->rule.eta <= 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "eta of a Hebbian RNN is from 0 to 1, not %g",
                   (double)o->rule.eta);
  if (!(o->rule.bound > 0))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the bound of |H| is above 0, not %g",
                   (double)o->rule.bound);
  *r = (am_hebbian_rnn){.options = *o, .first = places->n};
  r->w_x = am_places_add(places, "i2h.weight", o->n_hidden, o->n_inputs);
  r->b = am_places_add(places, "i2h.bias", o->n_hidden, 0);
  r->w_h = am_places_add(places, "w", o->n_hidden, o->n_hidden);
  return AMINE_OK;
}

void am_hebbian_rnn_initialise(const am_hebbian_rnn *r, const am_places *places, float *parameters,
                               uint64_t seed) {
  const float bound = 1 / sqrtf((float)r->options.n_hidden);
  am_places_uniform(places, r->first, parameters, r->options.input_scale * bound, seed);
  am_places_uniform(places, r->first + 1, parameters, bound, seed);
  am_places_uniform(places, r->first + 2, parameters, r->options.recurrent_scale * bound, seed);
}
