/* A server of a board: pages of this machine alone look at its blocks, read files of its runs
 * and send commands.
 *
 * Promise: it listens on the loopback address, and answers only who has the token of the first
 * URL, as a cookie from then on, under a Host that is ours, and from no other origin. One thread
 * serves and one sleeps until a stream has something to say; who puts waits for neither: a page
 * that is slow or gone misses frames. Where a request is not as a page sends it, it is refused
 * with a sentence. */
#ifndef AMINE_LIVE_SERVER_H
#define AMINE_LIVE_SERVER_H

#include "live/board.h"

enum {
  AM_SERVER_CONNECTIONS = 32
}; /* at most; AM_STREAMS of them streams; each beyond is refused */

typedef struct am_server am_server;

/* Serves the board, which must outlive it and tells it of each put from now on: nobody else may
 * listen, and nobody put while this is called. port: 1024 to 65535, or 0: a free one.
 * AMINE_ERROR_ARGUMENT, AMINE_ERROR_IO (the port is taken), AMINE_ERROR_MEMORY; *server is then
 * NULL. */
amine_status am_server_start(am_server **server, am_board *board, int port, amine_error *error);
/* The first URL, with the token: "http://127.0.0.1:PORT/?token=..."; the server's. */
const char *am_server_url(const am_server *server);
/* Streams that are open: each is a page that is looked at. */
int am_server_pages(const am_server *server);
/* Closes every connection. Nobody may put meanwhile; NULL is fine. */
void am_server_stop(am_server *server);

#endif
