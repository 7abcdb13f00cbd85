/* What a body does at either end of a brain: inputs become drives of neurons, spikes become an action.
 *
 * Codes. Neurons are equal parts of a population, and the neurons of a part are driven alike, by a
 * number that is 1 where the input says so most:
 *
 *   one-hot         a part for each input, driven by its value as it is; so are pixels of an image
 *   place           a part for each point of a grid over the inputs, centres_i along input i, evenly
 *                   from -range_i to range_i: exp(-1/2 sum_i ((x_i - c_i) / (width spacing_i))^2),
 *                   x_i bounded by range_i; spacing_i = 2 range_i / (centres_i - 1), or range_i where
 *                   there is one centre. The last input's centres are the innermost.
 *
 * Choices, of counts n_k or of the first spikes of n_actions:
 *
 *   argmax          the greatest n_k
 *   softmax         k with probability exp(n_k / T) / sum_j exp(n_j / T)
 *   first-spike     the one that fires first
 *
 * Equals are decided by chance; where nobody fires argmax and first-spike choose any. */
#ifndef AMINE_RUN_PROTOCOL_BODY_CODE_H
#define AMINE_RUN_PROTOCOL_BODY_CODE_H

#include <stdint.h>

#include "base/error.h"

enum { AM_PLACE_INPUTS = 8, AM_PLACE_CENTRES = 64, AM_BODY_ACTIONS = 64 };

typedef enum am_body_choice { AM_BODY_ARGMAX, AM_BODY_SOFTMAX, AM_BODY_FIRST } am_body_choice;
#define AM_BODY_CHOICES "argmax|softmax|first-spike"

typedef struct am_place_code {
  int n_inputs, centres[AM_PLACE_INPUTS];
  double range[AM_PLACE_INPUTS], width; /* width in spacings */
} am_place_code;

/* From words: numbers with commas between, one for each input or one for all. AMINE_ERROR_ARGUMENT
 * names key and value. */
amine_status am_place_code_read(am_place_code *code, int n_inputs, const char *centres,
                                const char *range, double width, amine_error *error);
/* The product of all centres. */
int am_place_cells(const am_place_code *code);
/* drive [am_place_cells]; input [n_inputs] */
void am_place_drive(float *drive, const am_place_code *code, const float *input);

/* What a choice is made from: spikes of each action, and the step of the first, UINT64_MAX: none. */
typedef struct am_body_spikes {
  uint64_t n[AM_BODY_ACTIONS], first[AM_BODY_ACTIONS];
} am_body_spikes;

/* chance [n_actions]: uniform in [0, 1), of which softmax uses the first alone. */
int am_body_choose(am_body_choice choice, const am_body_spikes *spikes, int n_actions,
                   double temperature, const float *chance);

#endif
