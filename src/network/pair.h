/* Layers of a text whose traces live, with heads (pair_lane.h): tensors among the places, first
 * values, memory for an episode. */
#ifndef AMINE_NETWORK_PAIR_H
#define AMINE_NETWORK_PAIR_H

#include "base/error.h"
#include "equation/rule_program.h"
#include "network/pair_lane.h"
#include "network/places.h"
#include "network/stack.h"

/* Rows of the heads that have a name of their own: NAME.weight [rows][n_outputs], NAME.bias. */
typedef struct am_pair_head {
  const char *name;
  int rows;
} am_pair_head;

typedef struct am_pair_options {
  am_stack_options units; /* text, sizes, layers, dropout */
  const am_pair_head *heads;
  int n_heads;  /* of those */
  int n_bare;   /* above 0, without `heads`: so many outputs, the first, are the heads themselves;
                   below 0: all */
  float clip;   /* the rule's bound of |H| */
  float rate;   /* its own rate, if it does not learn one */
  bool forward; /* no gradient: lanes have no room for one, and save no traces */
  const am_rule_program *program; /* of a rule that is a text; it is copied; NULL: it is code */
} am_pair_options;

/* Adds the tensors to the places, which must be empty: whole names as the text says, others
 * NETWORK.NAME_l0, ..._l1, ...; then the heads. places->size is then pair->size.
 * AMINE_ERROR_ARGUMENT, AMINE_ERROR_INPUT, AMINE_ERROR_MEMORY; the pair is then empty. */
amine_status am_pair_make(am_pair *pair, am_places *places, const am_pair_options *options,
                          amine_error *error);
void am_pair_free(am_pair *pair);

/* First values, as the text says, the heads' as PyTorch's Linear: a pure function of seed, tensor
 * and the place of the element. */
void am_pair_initialise(const am_pair *pair, const am_places *places, float *parameters,
                        uint64_t seed);

/* Bytes of one lane of n_steps, or SIZE_MAX if that does not fit; and the lane laid out in a zeroed
 * block of that size. has_E: the rule keeps a second trace. `real_size` is sizeof(float), or
 * sizeof(double) in gradient checks. */
size_t am_pair_lane_bytes(const am_pair *pair, int n_steps, bool has_E, size_t real_size);
void am_pair_lane_place(const am_pair *pair, am_pair_lane *lane, void *block, int n_steps,
                        bool has_E, size_t real_size);

/* For a lane with room for fewer steps than its episode has, of a pair that is `forward`, without
 * dropout, that does not look back: step t > 0, which is over, becomes step 0, with the states before it and what its traces
 * have yet to take up of it. The next is step 1. */
void am_pair_lane_carry(const am_pair *pair, am_pair_lane *lane, int t);

/* What a lane is left with after its last step, am_pair_carried numbers; and put before the first
 * step of one that goes on, as its step 0, after `begin` (NULL: it begins anew, no trace has taken up
 * anything). The steps of the
 * lane's own are then 1 to n_steps - 1; no gradient goes further back. */
size_t am_pair_carried(const am_pair *pair, bool has_E);
void am_pair_carry_out(const am_pair *pair, const am_pair_lane *lane, am_real *to);
void am_pair_carry_in(const am_pair *pair, am_pair_lane *lane, const am_real *from);

/* Whether a trace lives in it; whether M is given; the width of M, 0: there is none. */
bool am_pair_has_trace(const am_pair *pair);
bool am_pair_is_given(const am_pair *pair);
int am_pair_level_rows(const am_pair *pair);
/* Where an operand of layer l lies at step t. */
const am_real *am_pair_at(const am_pair *pair, const am_pair_lane *lane, int l, int t,
                          const am_operand *operand);
/* M of the lowest layer after step t. */
const am_real *am_pair_level(const am_pair *pair, const am_pair_lane *lane, int t);
/* The top layer's output of step t. */
const am_real *am_pair_output(const am_pair *pair, const am_pair_lane *lane, int t);

#endif
