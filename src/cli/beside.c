/* A page beside several runs (see beside.h). */
#include "cli/beside.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "cli/served.h"
#include "cli/module.h"
#include "cli/signals.h"

#if AMINE_LIVE
#include "live/control.h"
#include "live/folder.h"
#include "live/server.h"

#define LOOK_S 0.5
enum { FOLDERS_MAX = 256 };

/* The command's. */
static struct {
  am_board *board; /* NULL: there is no page */
  am_server *server;
  pthread_t thread;
  pthread_mutex_t lock;       /* of the folders' names */
  char *folders[FOLDERS_MAX]; /* [n] owned */
  int n;
  am_live_folder *live;  /* the thread's */
  int shown;             /* folders that are in it */
  atomic_int stop, quit; /* the thread ends; the page has said that it is enough */
} beside = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* What was not there before may be there now. */
static void show_more(void) {
  pthread_mutex_lock(&beside.lock);
  const char *next = beside.shown < beside.n ? beside.folders[beside.shown] : NULL;
  pthread_mutex_unlock(&beside.lock);
  if (!next) return;
  const amine_status status =
      beside.live ? am_live_folder_add(beside.live, next, NULL)
                  : am_live_folder_open(&beside.live, beside.board, next, cli_parts(), NULL);
  if (status == AMINE_OK) beside.shown++;
}

static void *look(void *unused) {
  (void)unused;
  while (!atomic_load(&beside.stop)) {
    show_more();
    if (beside.live && am_board_watched(beside.board)) am_live_folder_look(beside.live);
    (void)am_board_wait(beside.board, AM_BOARD_ITSELF, LOOK_S);
    if (am_control_quits(beside.board)) atomic_store(&beside.quit, 1);
  }
  return NULL;
}

static amine_status begin(const cli_line *line, amine_error *error) {
  static const char none[] = "{\"mode\":\"seeds\",\"title\":\"\",\"runs\":[]}";
  (void)line;
  AM_TRY(am_board_put(beside.board, AM_BOARD_ITSELF, "runs", none, strlen(none), error));
  AM_TRY(am_server_start(&beside.server, beside.board, 0, error));
  if (pthread_create(&beside.thread, NULL, look, NULL) == 0) return AMINE_OK;
  am_server_stop(beside.server);
  return am_fail(error, AMINE_ERROR_MEMORY, "there is no thread for the page");
}

amine_status cli_beside_open(const cli_line *line, amine_error *error) {
  if (!cli_has(line, CLI_LIVE)) return AMINE_OK;
  AM_TRY(am_board_create(&beside.board, error));
  const amine_status status = begin(line, error);
  if (status != AMINE_OK) {
    am_board_destroy(beside.board);
    beside.board = NULL;
    return status;
  }
  fprintf(stderr, "live  %s\n", am_server_url(beside.server));
  fflush(stderr);
  return AMINE_OK;
}

void cli_beside_show(const char *folder) {
  if (!beside.board) return;
  pthread_mutex_lock(&beside.lock);
  char *copy = beside.n < FOLDERS_MAX ? am_strdup(folder) : NULL;
  if (copy) beside.folders[beside.n++] = copy;
  pthread_mutex_unlock(&beside.lock);
}

static void linger(const cli_line *line) {
  const atomic_int *stop = cli_signals_catch();
  cli_say(line, CLI_LINGERS);
  am_control_linger(beside.board, stop, &beside.quit);
  cli_signals_release();
}

void cli_beside_close(const cli_line *line, int signal) {
  if (!beside.board) return;
  fflush(stdout);
  if (!signal) linger(line);
  atomic_store(&beside.stop, 1);
  am_board_wake(beside.board);
  pthread_join(beside.thread, NULL);
  am_server_stop(beside.server);
  am_live_folder_close(beside.live);
  am_board_destroy(beside.board);
  for (int k = 0; k < beside.n; k++) am_free(beside.folders[k]);
  beside.board = NULL;
}

#else

amine_status cli_beside_open(const cli_line *line, amine_error *error) {
  return cli_has(line, CLI_LIVE) ? cli_live_missing("--live", error) : AMINE_OK;
}

void cli_beside_show(const char *folder) { (void)folder; }
void cli_beside_close(const cli_line *line, int signal) { (void)line, (void)signal; }

#endif
