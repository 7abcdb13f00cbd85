/* The plastic recurrent network: its variants, its tensors and their names. */
#ifndef AMINE_NETWORK_PLASTIC_RNN_H
#define AMINE_NETWORK_PLASTIC_RNN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "network/plastic_lane.h"
#include "rule/rule.h"

typedef enum am_alpha_form { AM_ALPHA_CONNECTION, AM_ALPHA_NEURON, AM_ALPHA_NETWORK } am_alpha_form;

typedef struct am_plastic_options {
  int n_inputs, n_hidden, n_actions;
  am_rule_id rule;
  bool readout;             /* plasticity from a learned read-out; otherwise one learned number */
  bool given;               /* without a read-out: M comes from outside and multiplies eta */
  bool fanout;              /* the read-out reaches each neuron through its own f_i, g_i */
  am_activation activation; /* of the read-out */
  bool clamped; /* a lesion: the read-out is held at `clamp` and its weights do not learn */
  float clamp;
  am_alpha_form alpha;
  float clip;               /* bound of |H| */
  float init_w, init_alpha; /* both drawn from U[0, init) */
  float init_eta, init_eta_e;
} am_plastic_options;

/* As a part it fills n_hidden, alpha, init_w and init_alpha of its options; rule and modulator have
 * the others. */
extern const am_part am_plastic_part;

/* How a tensor's elements lie in the parameter vector. */
typedef enum am_tensor_order {
  AM_ORDER_VECTOR,
  AM_ORDER_PANEL,
  AM_ORDER_PANEL_TRANSPOSED
} am_tensor_order;

/* One tensor as PyTorch names and shapes it. */
typedef struct am_plastic_tensor {
  const char *name;
  int rank;
  int dims[2]; /* the shape; dims[1] = 1 where rank is 1 */
  am_tensor_order order;
  size_t at;      /* where its panel or vector begins in the parameter vector */
  int first_row;  /* row of the panel (for vectors: element) where it begins */
  int panel_cols; /* columns of the panel it is part of */
} am_plastic_tensor;

#define AM_PLASTIC_MAX_TENSORS 16

typedef struct am_plastic {
  am_plastic_options options;
  am_plastic_layout layout;
  am_plastic_tensor tensors[AM_PLASTIC_MAX_TENSORS];
  int n_tensors;
} am_plastic;

/* The published settings for 17 inputs and 4 actions: 100 hidden, modulated. */
am_plastic_options am_plastic_default(void);

/* Checks the options and works out the layout. No memory is taken. */
amine_status am_plastic_make(am_plastic *network, const am_plastic_options *options,
                             amine_error *error);

/* Fills parameters [layout.n_parameters] as published: w and alpha uniform, the other layers as
 * PyTorch's Linear does, U(+-1/sqrt(fan in)). */
void am_plastic_initialise(const am_plastic *network, float *parameters, uint64_t seed);

/* Index in the parameter vector of element (row, col) of a tensor. */
size_t am_plastic_at(const am_plastic_tensor *tensor, int row, int col);

/* Copies a tensor out of, or into, a parameter vector; values are [dims[0]][dims[1]], row-major. */
void am_plastic_get(const am_plastic_tensor *tensor, float *values, const float *parameters);
void am_plastic_set(const am_plastic_tensor *tensor, float *parameters, const float *values);

/* Bytes of one lane of n_steps, or SIZE_MAX if that does not fit; and the lane laid out in a zeroed
 * block of that size. `real_size` is sizeof(float), or sizeof(double) in gradient checks. */
size_t am_plastic_lane_bytes(const am_plastic *network, int n_steps, size_t real_size);
void am_plastic_lane_place(const am_plastic *network, am_plastic_lane *lane, void *block,
                           int n_steps, size_t real_size);

/* The code for the instruction set in use; rule is NULL for AM_RULE_NONE. */
const am_plastic_ops *am_plastic_code(void);
const am_trace_ops *am_plastic_rule_code(const am_plastic *network);

#endif
