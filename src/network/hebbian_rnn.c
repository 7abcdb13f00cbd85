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

/* ------------------------------------------------------------------------------ as a part */
#define AT(member) AM_MEMBER(am_hebbian_network, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("hidden", 100, 1, 8192, "units", "hidden units", AT(rnn.n_hidden)),
    AM_NUMBER("input_scale", 1, 0, 100, "", "multiplies the first input weights",
              AT(rnn.input_scale)),
    AM_NUMBER("recurrent_scale", 1, 0, 100, "", "multiplies the first recurrent weights",
              AT(rnn.recurrent_scale)),
    AM_CHOICE(
        "rule.stage", "none|basic|connection|outer|accumulate|decay|modulated",
        "the Hebbian trace H: of each unit's connection to itself, of each connection, of the "
        "last step, of all steps, fading, and fading with a modulator; none is an ordinary "
        "RNN",
        AT(rnn.rule.stage)),
    AM_NUMBER("rule.eta_h", 0.1, 0, 1, "", "eta: how fast H takes up the new and lets go the old",
              AT(rnn.rule.eta), .when = "rule.stage!=none"),
    AM_NUMBER("rule.bound", 1, 1e-6, 1e6, "", "c: bound of |H| where nothing fades",
              AT(rnn.rule.bound), .when = "rule.stage=accumulate"),
    AM_CHOICE("rule.product", "before|same",
              "what H takes up: a unit's activity times those of the step before, or of the same",
              AT(rnn.rule.product), .when = "rule.stage=outer|accumulate|decay|modulated"),
    AM_CHOICE("modulator.given", AM_GIVEN_WORDS, AM_GIVEN_MEANING, AT(given.kind),
              .when = "rule.stage=modulated"),
    AM_INTEGER("modulator.from", 0, 0, 100000, "steps",
               "the window opens at this step, counted from 0", AT(given.from),
               .when = "modulator.given=window"),
    AM_INTEGER("modulator.until", 100000, 0, 100000, "steps", "and is closed from this one on",
               AT(given.until), .when = "modulator.given=window"),
    {0}};

const am_part am_hebbian_part = {
    .kind = AM_NETWORK,
    .name = "hebbian-rnn",
    .meaning =
        "recurrent network with a Hebbian trace in stages (rule.stage) and a given modulator "
        "(modulator.given)",
    .equation = "x_t = tanh(W_x u + b + (W_h + H) h); H <- (1 - eta) H + eta m_t x_t h^T",
    .source = "Ba et al. 2016, arXiv 1610.06258",
    .parameters = parameters,
    .options_size = sizeof(am_hebbian_network)};
