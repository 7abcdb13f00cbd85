/* What a learned tensor does in its network. Each has one role, which follows from its text
 * (plan_tensors.c); a run may let some roles learn and hold the others (learner/agent.h).
 *
 *     modulator   what a modulator's text learns, but for a rate `eta` of its own
 *     gains       numbers and vectors that are factors of a product
 *     biases      all other numbers and vectors
 *     traces      what multiplies a trace, rates of plasticity `eta`, and a rule's own rate
 *     heads       read-outs and critics, which are no text's
 *     weights     matrices
 *
 * A tensor whose parts have several roles is of the weights. */
#ifndef AMINE_EQUATION_ROLE_H
#define AMINE_EQUATION_ROLE_H

typedef enum am_role {
  AM_ROLE_MODULATOR,
  AM_ROLE_GAINS,
  AM_ROLE_BIASES,
  AM_ROLE_TRACES,
  AM_ROLE_HEADS,
  AM_ROLE_WEIGHTS,
  AM_N_ROLES
} am_role;

/* As words of the key `learn`, whose value has a bit for each that is said. */
#define AM_ROLE_WORDS "all|modulator|gains|biases|traces|heads|weights"
#define AM_ROLES_ALL 1u
static inline unsigned am_role_bit(am_role role) { return 2u << role; }
static inline const char *am_role_name(am_role role) {
  static const char *const names[AM_N_ROLES] = {"modulator", "gains", "biases",
                                                "traces",    "heads", "weights"};
  return names[role];
}

#endif
