/* List linking: fresh cues stand in a hidden order. In each trial two of them are shown, and the
 * one that stands higher is to be said. At first only neighbours are shown and feedback is given,
 * then any two, and none is: whoever ranks what was told also knows pairs that were never seen
 * together. After Miconi and Kay 2025, doi:10.1038/s41593-024-01852-8.
 *
 *   single   one list of n cues, n uniform in [fewest, most]; `practice` trials of its neighbours,
 *            then `test` trials of any pair, each as likely
 *   linked   two lists of `most` / 2 cues, of which one, either, stands above the other.
 *            Neighbours of the first are shown, then those of the second, (practice - link) / 2
 *            trials each, the odd one in the first; then `link` times the pair that joins them,
 *            the last of the higher list and the first of the lower; then any two of all cues.
 *
 * Training has single lists, but for a share `linked` of its episodes. Evaluation plays a world of
 * its own: `most` cues, single lists in even episodes, linked ones in odd ones.
 *
 * A trial has four steps: the two cues, each on a side of its own; an empty one, in which the side
 * of the higher one is to be said; what that brought (1, or -1; in tests 0) beside what was said;
 * an empty one.
 *
 * Inputs: whether a trial begins, whether to answer, what was paid, what was said (2), a bias of
 * 1, then the cues, each of `bits` numbers, -1 or 1, the left one first. */
#ifndef AMINE_TASK_LIST_LINKING_H
#define AMINE_TASK_LIST_LINKING_H

#include "task/world.h"

enum { AM_LINKING_CUES = 8, AM_LINKING_BITS = 31, AM_LINKING_TRIAL = 4, AM_LINKING_SIDES = 2 };
/* steps of a trial */
enum { AM_LINKING_SHOW, AM_LINKING_ANSWER, AM_LINKING_FEEDBACK, AM_LINKING_REST };
enum {
  AM_LINKING_INPUT_BEGINS,
  AM_LINKING_INPUT_ANSWER,
  AM_LINKING_INPUT_REWARD,
  AM_LINKING_INPUT_SAID,
  AM_LINKING_INPUT_BIAS = AM_LINKING_INPUT_SAID + AM_LINKING_SIDES,
  AM_LINKING_INPUTS
};
/* What an answer is about, which is also the number of the task's event: neighbours that are
 * practised; a test of cues of a single list by how far they are apart; of linked ones, of two of
 * the same list, of both lists with a cue that is the first or last of its own, and with none. At
 * the latter whoever does not know which list is higher is at chance, whatever it knows of each
 * list: with the lists exchanged the same cues are asked for. */
enum {
  AM_LINKING_PRACTICE,
  AM_LINKING_APART, /* and 1 to 7 apart */
  AM_LINKING_WITHIN = AM_LINKING_APART + AM_LINKING_CUES - 1,
  AM_LINKING_ENDS,
  AM_LINKING_ACROSS,
  AM_LINKING_EVENTS
};

typedef struct am_list_linking_options {
  int fewest, most;         /* 3 to most; to 8, even */
  int bits;                 /* 3 to 31, so many that all cues differ */
  int practice, test, link; /* trials; link at most practice */
  double linked;            /* share of the episodes of training */
  float test_weight;        /* of an answer of a test beside one of practice, above 0 */
} am_list_linking_options;

am_list_linking_options am_list_linking_default(void); /* 4 to 8 cues of 15 bits; 20, 10, 4; 0; 3 */

typedef struct am_list_linking_state {
  am_world world;
  uint32_t cue[AM_LINKING_CUES];   /* by rank, the highest first */
  int32_t n, half;                 /* cues; of the higher list, 0: there is one list */
  int32_t second;                  /* 1: the lower list is practised first */
  int32_t shown[AM_LINKING_SIDES]; /* ranks */
  int32_t said;                    /* -1: nothing yet */
  float paid;
  uint32_t known; /* bit r: that r stands above r + 1 was told */
} am_list_linking_state;

/* Lines, exact (tests/reference/list_linking.py). Who infers knows of practice that it shows
 * neighbours: a cue beside one that is known to stand below another stands below that one. Between
 * runs of neighbours that were shown nothing is known of a single list. A linked pair, one of
 * which was seen before, tells which list is higher, so that any two of both lists are known, and
 * that what is tied to it is the end of the one or the beginning of the other. It guesses at cues
 * that it never saw.
 *
 * | line      | policy                                                            |
 * |-----------|-------------------------------------------------------------------|
 * | `random`  | each side alike: 0                                                |
 * | `pairs`   | remembers the pairs that were told, guesses at others             |
 * | `infers`  | knows what follows from them                                      |
 * | `ceiling` | told: one for each trial                                          |
 */
extern const am_task_type am_list_linking_type;

#endif
