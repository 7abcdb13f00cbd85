/* A named value of a part: a task, a network, a rule, a modulator, a learner, a neuron model, a
 * synapse rule. One row says everything about it: configuration, lists, help and sentences are made
 * from the rows, and the value is written from there into the part's own options. */
#ifndef AMINE_PARAMETER_H
#define AMINE_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum amine_parameter_kind {
  AMINE_NUMBER,
  AMINE_INTEGER,
  AMINE_CHOICE, /* one of `choices`; its value is the index */
  AMINE_SWITCH,
  AMINE_WORD, /* any word, which whoever has the parameter reads for himself */
  AMINE_FILE, /* a path, or none; the same */
  AMINE_WORDS /* some of `choices`, with commas between; its value has bit k for the k-th */
} amine_parameter_kind;

/* The C type of the member that gets the value. */
typedef enum amine_member {
  AMINE_MEMBER_NONE, /* it is not written anywhere */
  AMINE_MEMBER_INT,  /* an enum too */
  AMINE_MEMBER_UINT32,
  AMINE_MEMBER_UINT64,
  AMINE_MEMBER_FLOAT,
  AMINE_MEMBER_DOUBLE,
  AMINE_MEMBER_BOOL,
  AMINE_MEMBER_PATH /* const char *, NULL for none: good while the part is made, no longer */
} amine_member;

/* Static storage. A table of them ends with a NULL name. */
typedef struct amine_parameter {
  const char *name;
  amine_parameter_kind kind;
  double standard;     /* value if nothing is said: a number, 0 or 1, or index of the choice; NAN: a
                          number that may be none */
  double min, max;     /* range of a number or integer */
  const char *choices; /* "a|b|c"; NULL: none */
  const char *unit;    /* "" if it has none */
  const char *meaning; /* one line */
  bool neutral;        /* results do not depend on it: it only changes how something runs */
  size_t offset;       /* of the member of the options that gets the value */
  amine_member member;
  bool borrowed;    /* it is another part's, by its whole name, or every run's: read, not set;
                          `standard` where that has no effect */
  /* it has an effect only so: "consolidation=slow", "rule.type!=none" (a name with a dot is of
   * another part), "schedule=linear|cosine&rate!=0" (both); NULL: always */
  const char *when;
  /* of an integer: what 0 stands for, the difference of two keys by their whole names, at least 1
   * ("iterations-learner.warmup_iterations"); NULL: 0 is 0 */
  const char *zero_is;
} amine_parameter;

/* The member of an options struct that gets the value, in a row written in C:
 *
 *   {.name = "words", .kind = AMINE_INTEGER, .standard = 3, .min = 2, .max = 64, .unit = "",
 *    .meaning = "how many there are", AMINE_FILLS(echo_options, words)} */
#define AMINE_FILLS(type, m)                                                                       \
  .offset = offsetof(type, m), .member = _Generic(((type *)0)->m, uint32_t                         \
                                                  : AMINE_MEMBER_UINT32, uint64_t                  \
                                                  : AMINE_MEMBER_UINT64, float                     \
                                                  : AMINE_MEMBER_FLOAT, double                     \
                                                  : AMINE_MEMBER_DOUBLE, bool                      \
                                                  : AMINE_MEMBER_BOOL, const char *                \
                                                  : AMINE_MEMBER_PATH, default                     \
                                                  : AMINE_MEMBER_INT)

#ifdef __cplusplus
}
#endif
#endif
