/* A rule's text as operations that run over many connections at once (rule/text.c).
 *
 * Values lie in an arena of vectors of sixteen. What is a number has a row of sixteen equal ones;
 * what is of post one row, which holds the four post units of a panel's stripe; what is of pre
 * AM_RULE_PRE rows, sixteen pre units in each; what is of both AM_RULE_ROWS rows, the connections
 * of a stripe in the order of the panel. What is of post or pre alone and is read by an operation
 * on both is spread over as many rows first. */
#ifndef AMINE_EQUATION_RULE_PROGRAM_H
#define AMINE_EQUATION_RULE_PROGRAM_H

#include "equation/plan.h"

enum {
  AM_RULE_OPERATIONS = 32,
  AM_RULE_NUMBERS = 24,
  AM_RULE_SPREADS = 16,
  AM_RULE_BLOCKS = 8,                     /* of 16 columns, in one go */
  AM_RULE_PRE = AM_RULE_BLOCKS + 1,       /* and the block of 4 */
  AM_RULE_ROWS = 4 * AM_RULE_BLOCKS + 1,  /* vectors of a stripe */
  AM_RULE_ARENA = 40 * (AM_RULE_ROWS + 1) /* rows at most */
};

/* The four kinds of operations, in the order in which they run; indices are those of AM_SIDE_. */
enum { AM_RULE_SIDES = 4 };

typedef struct am_rule_spread {
  int from, to; /* rows */
  bool pre;     /* else of post */
} am_rule_spread;

/* An operation on both sides. An operand that another makes for it alone, an arm, is made in the
 * same pass, and stands nowhere. Indices of operations; -1: the operand is what it says. */
typedef struct am_rule_brief {
  int operation, arm[2];
  bool together; /* on the way back one pass for all operands, from the last to the first */
} am_rule_brief;

/* Plain data, to be copied. Operands and results: rows of the arena, but for the states before the
 * update (AM_FROM_BEFORE: H, AM_FROM_GAINED: E); what no gradient is asked of is AM_FROM_GIVEN,
 * which is the arena too. An operand's `rows` is 1 if it is one row for all, else 0. */
typedef struct am_rule_program {
  am_operation operations[AM_RULE_OPERATIONS];
  int begin[AM_RULE_SIDES + 1];   /* of the operations of each side */
  am_rule_brief brief[AM_RULE_OPERATIONS];
  int n_brief;
  double number[AM_RULE_NUMBERS]; /* row k holds number k; */
  int n_numbers, rate;            /* in that row what is learned lies instead, -1: nothing is */
  double rate_first;              /* with what it begins */
  am_rule_spread spread[AM_RULE_SPREADS];
  int n_spreads;
  int end[3];    /* the rows of post, pre and eta; -1: not read */
  int H, E;      /* the rows of the states after the update; E -1: there is none */
  bool reads[2]; /* H and E are read by an update */
  int n_rows;
} am_rule_program;

/* The program of a rule's text, with its constants. AMINE_ERROR_INPUT: more operations than it has
 * room for; AMINE_ERROR_ARGUMENT as am_plan_make. */
amine_status am_rule_program_make(am_rule_program *program, const am_equations *e,
                                  const am_binding *given, int n, amine_error *error);

#endif
