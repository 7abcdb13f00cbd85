/* Strands: pieces of work that go on side by side on one thread and meet. Each runs on a stack of
 * its own until it comes to am_strands_meet; when all that still run have come there, what they have
 * brought is dealt with in one call, in the order of their numbers, and all go on. For worlds that
 * step all lanes in one call (task/lanes.h), whatever learner plays them. */
#ifndef AMINE_BASE_STRANDS_H
#define AMINE_BASE_STRANDS_H

#include <stdbool.h>

#include "base/error.h"

typedef struct am_strands am_strands;

/* Bytes of a strand's stack. A learner's frames are a few kB, but for those of a rule's text
 * (rule/text.c), of which two thirds of this are in double; sanitizers make them larger. */
enum { AM_STRAND_STACK = 3 << 18 };

/* Room for so many at once. */
amine_status am_strands_create(am_strands **strands, int n_strands, amine_error *error);
void am_strands_destroy(am_strands *strands); /* NULL is fine */

/* Deals with n things that were brought. */
typedef void am_meeting(void *context, void *const *brought, int n);

/* Calls work(context, item, strand) for every item in [0, n_items), each once, as many side by side
 * as there are strands, and the rest when all of those are done; strand is the number of the item
 * among them. Whenever all have come to am_strands_meet, `meeting` is called, on the caller's stack.
 * Allocates nothing. Not from within a strand. */
void am_strands_run(am_strands *strands, int n_items,
                    void (*work)(void *context, int item, int strand), void *context,
                    am_meeting *meeting, void *with);

/* Brings something to the meeting of the others and returns when it has been dealt with; false at
 * once where the caller is no strand. */
bool am_strands_meet(void *brought);

#endif
