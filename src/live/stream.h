/* Streams: pages that are told which blocks are new, by server-sent events.
 *
 *   data: {"version":17,"changed":[["0","state",17],["board","runs",3]]}
 *
 * Promise: a stream says at most every 50 ms what is new since it last did, never what was in
 * between, so that nothing is kept for a slow one. Nobody who puts waits for a stream. While none
 * is open a put costs one look at a number, and nothing else happens. */
#ifndef AMINE_LIVE_STREAM_H
#define AMINE_LIVE_STREAM_H

#include <microhttpd.h>

#include "live/board.h"

enum { AM_STREAMS = 8 }; /* at most, the next is refused */

typedef struct am_streams am_streams;

/* With a thread that wakes them. AMINE_ERROR_MEMORY, AMINE_ERROR_IO; *streams is then NULL. */
amine_status am_streams_create(am_streams **streams, am_board *board, amine_error *error);
/* Something was put; any thread. */
void am_streams_tell(void *streams);
/* Answers by a stream, or that there are too many. */
enum MHD_Result am_streams_answer(am_streams *streams, struct MHD_Connection *connection);
/* That are open. */
int am_streams_count(const am_streams *streams);
/* Ends them all: before the daemon is stopped. */
void am_streams_end(am_streams *streams);
/* After that; NULL is fine. */
void am_streams_destroy(am_streams *streams);

#endif
