/* amine live: a page of what a folder holds, or of the classroom's demonstrations. */
#include <stdio.h>
#include <string.h>

#include "cli/classroom.h"
#include "cli/command.h"
#include "cli/module.h"
#include "cli/served.h"
#include "cli/signals.h"
#include "format/json.h"

const amine_parameter cli_live_keys[CLI_N_LIVE_KEYS] = {
    [CLI_LIVE_PORT] = AM_INTEGER("port", 0, 0, 65535, "", "port of 127.0.0.1; 0: a free one"),
};

#if AMINE_LIVE
#include "live/control.h"
#include "live/folder.h"
#include "live/server.h"

#define LOOK_S 0.5

/* Until Ctrl-C, or the page says so. */
static void watch(am_board *board, am_live_folder *live, const atomic_int *stop) {
  while (!atomic_load(stop) && !am_control_quits(board)) {
    if (am_board_watched(board)) am_live_folder_look(live);
    (void)am_board_wait(board, AM_BOARD_ITSELF, LOOK_S);
  }
}

static int show_folder(const cli_line *line, int port, const char *folder) {
  amine_error error = {0};
  am_board *board = NULL;
  am_live_folder *live = NULL;
  am_server *server = NULL;
  int code = CLI_DONE;
  amine_status status = am_board_create(&board, &error);
  if (status == AMINE_OK) status = am_live_folder_open(&live, board, folder, cli_parts(), &error);
  const bool reading = status != AMINE_OK;
  if (status == AMINE_OK) status = am_server_start(&server, board, port, &error);
  if (status == AMINE_OK) {
    const atomic_int *stop = cli_signals_catch();
    cli_live_say(line, am_server_url(server), folder);
    watch(board, live, stop);
    cli_signals_release();
  } else {
    code = cli_fail(status, &error, reading);
  }
  am_server_stop(server);
  am_live_folder_close(live);
  am_board_destroy(board);
  return code;
}

/* Its own keys; a world or a learner of the user's own is named only to be there. */
static amine_status take_keys(am_value own[CLI_N_LIVE_KEYS], const cli_line *line,
                              amine_error *error) {
  const cli_variant keys = {"", cli_live_keys, CLI_N_LIVE_KEYS};
  cli_line rest = *line;
  rest.assignments = NULL;
  rest.n_assignments = 0;
  AM_TRY(AM_TAKE(rest.assignments, (size_t)line->n_assignments + 1, error));
  for (int k = 0; k < line->n_assignments; k++)
    if (!cli_chose_module(line->assignments[k]))
      rest.assignments[rest.n_assignments++] = line->assignments[k];
  const amine_status status = cli_configure_variant(own, &keys, &rest, error);
  am_free(rest.assignments);
  return status;
}

int cli_live(const cli_line *line) {
  amine_error error = {0};
  am_value own[CLI_N_LIVE_KEYS];
  const amine_status status = take_keys(own, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const int port = (int)own[CLI_LIVE_PORT].number;
  return line->n_words > 0 ? show_folder(line, port, line->words[0]) : cli_classroom(line, port);
}

#else

int cli_live(const cli_line *line) {
  amine_error error = {0};
  (void)line;
  return cli_fail(cli_live_missing("amine live", &error), &error, false);
}

#endif
