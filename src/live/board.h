/* What a live page shows, and what persons say there: blocks of bytes with names, of several runs, that
 * are replaced whole, and commands that wait for their run.
 *
 * Promise: any thread may call any of it. Who puts never waits for who reads: a block that is being read
 * stays as it is until it is released, and what was put meanwhile is a newer one. What nobody read is
 * forgotten. */
#ifndef AMINE_LIVE_BOARD_H
#define AMINE_LIVE_BOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum {
  AM_BOARD_RUNS = 1024,        /* runs, at most */
  AM_BOARD_NAMES = 16,         /* blocks of a run */
  AM_BOARD_NAME = 32,          /* bytes of a name, with its end */
  AM_BOARD_COMMAND_MAX = 4096, /* bytes of a command */
  AM_BOARD_WAITING = 256,      /* commands that wait for a run, at most */
  AM_BOARD_ITSELF = -1         /* as a run: the board's own blocks and commands */
};
#define AM_BOARD_BLOCK_MAX ((size_t)64 << 20) /* bytes */
#define AM_BOARD_LOOKED_S 3.0 /* so long after it was asked for, somebody looks at a block */

typedef struct am_board am_board;

amine_status am_board_create(am_board **board, amine_error *error);
/* Nobody uses it any more, and every block is released; NULL is fine. */
void am_board_destroy(am_board *board);

/* One run more, whose number is counted from 0; pages may read files of the folder, which is copied
 * (NULL: none). AMINE_ERROR_ARGUMENT: there are AM_BOARD_RUNS. */
amine_status am_board_add(am_board *board, int *run, const char *folder, amine_error *error);
int am_board_runs(const am_board *board);
/* The folder of a run, or NULL; good as long as the board. */
const char *am_board_folder(const am_board *board, int run);

/* ------------------------------------------------------------------------------ blocks */
/* Replaces a block by a copy of n bytes. AMINE_ERROR_ARGUMENT: there is no such run, the name has other
 * characters than a to z, 0 to 9, - and _, or the bytes or the names are too many. */
amine_status am_board_put(am_board *board, int run, const char *name, const void *bytes, size_t n,
                          amine_error *error);

typedef struct am_board_block {
  atomic_int holders; /* the board's own */
  uint64_t version;
  size_t n;
  unsigned char bytes[]; /* [n] */
} am_board_block;

/* The newest, if it is newer than version `after` (0: any); notes that it was asked for. It stays until
 * it is released. false: there is none. */
bool am_board_get(am_board *board, const am_board_block **block, int run, const char *name,
                  uint64_t after);
void am_board_release(const am_board_block *block);

/* Was this block asked for lately? (So that nobody makes what nobody looks at: an empty one says that it
 * can be had.) */
bool am_board_wanted(am_board *board, int run, const char *name);
/* Was anything, or does a page look? */
bool am_board_watched(am_board *board);
/* Did anybody ever look? */
bool am_board_was_watched(am_board *board);
/* So many pages more look; below 0: fewer. */
void am_board_look(am_board *board, int pages);

/* The version of the latest put. */
uint64_t am_board_version(const am_board *board);
/* Calls `each` for every block that is newer than `after`. */
void am_board_changed(am_board *board, uint64_t after,
                      void (*each)(void *context, int run, const char *name, uint64_t version),
                      void *context);
/* Who is told of each put, by the thread that puts, and must be quick; NULL: nobody. Not to be changed
 * while others put. */
void am_board_listen(am_board *board, void (*changed)(void *context), void *context);

/* ------------------------------------------------------------------------------ commands */
typedef struct am_board_command {
  uint64_t id;
  int run;
  size_t length;
  char text[AM_BOARD_COMMAND_MAX + 1]; /* ends with 0 */
} am_board_command;

/* Appends a command; its number is counted from 1 over the board. AMINE_ERROR_ARGUMENT: there is no such
 * run, or it is too long; AMINE_ERROR_MEMORY: too many wait. */
amine_status am_board_send(am_board *board, uint64_t *id, int run, const char *text, size_t length,
                           amine_error *error);
/* The first that waits for this run. */
bool am_board_take(am_board *board, int run, am_board_command *out);
/* Until one waits for this run, am_board_wake is called, or so many seconds are over. Does one? */
bool am_board_wait(am_board *board, int run, double seconds);
void am_board_wake(am_board *board);

#endif
