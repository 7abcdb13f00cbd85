/* Who may ask, and what a request must look like before anything is done for it.
 *
 * Promise: a page of another origin, a name that was made to point at this machine, and whoever
 * was not given the token get nothing but a refusal; how long that takes says nothing about the
 * token. */
#ifndef AMINE_LIVE_GUARD_H
#define AMINE_LIVE_GUARD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { AM_GUARD_TOKEN = 32 }; /* hexadecimal digits: 128 bits */

typedef struct am_guard {
  char token[AM_GUARD_TOKEN + 1];
  char hosts[2][24]; /* "127.0.0.1:PORT" and "localhost:PORT" */
  char cookie[24];   /* "amine-PORT": cookies know no ports */
} am_guard;

/* Draws the token. AMINE_ERROR_IO: this machine gives no random bytes. */
amine_status am_guard_create(am_guard *guard, int port, amine_error *error);

/* What is answered at once; status 0: nothing yet, the request goes on. */
typedef struct am_verdict {
  unsigned status;
  const char *sentence;
} am_verdict;

/* By the head of the request; body_max: bytes of a body, at most. With the right token in the
 * URL of the page the status is 303. */
am_verdict am_guard_look(const am_guard *guard, struct MHD_Connection *connection,
                         const char *method, const char *path, const char *version,
                         size_t body_max);

/* The single argument behind the URL's "?": false if there are others, or it is no number up to
 * `most`; without it *out stays. */
bool am_guard_number(struct MHD_Connection *connection, const char *name, uint64_t most,
                     uint64_t *out);
/* A text of digits, and nothing else, as a number up to `most`. */
bool am_guard_digits(const char *text, uint64_t most, uint64_t *out);

#endif
