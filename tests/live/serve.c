/* serve FOLDER: a board with two runs, the first of them with files in FOLDER, served until the
 * input ends. Prints the URL, then one line for each line it reads:
 *
 *   put RUN NAME TEXT        the text as a block
 *   fill RUN NAME N          a block of N bytes
 *   storm RUN NAME TIMES N   that, so many times
 *   runs N                   so many runs more, each with as many empty blocks as it can have
 *   take RUN                 the next command that waits for the run
 *   pages                    streams that are open
 *   watched                  does anybody look, 0 or 1 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "live/server.h"

static int fail(am_board *board, const amine_error *error) {
  printf("failed: %s\n", error->message);
  am_board_destroy(board);
  return 1;
}

static void put(am_board *board, const char *line, amine_error *error) {
  char name[AM_BOARD_NAME] = {0};
  int run, at = 0;
  size_t n = 0, times = 1;
  const bool storm = sscanf(line, "storm %d %31s %zu %zu", &run, name, &times, &n) == 4;
  if (sscanf(line, "put %d %31s %n", &run, name, &at) == 2 && at > 0) {
    const char *text = line + at;
    if (am_board_put(board, run, name, text, strcspn(text, "\n"), error) != AMINE_OK)
      printf("failed: %s\n", error->message);
    else printf("version %llu\n", (unsigned long long)am_board_version(board));
  } else if (storm || sscanf(line, "fill %d %31s %zu", &run, name, &n) == 3) {
    char *bytes = am_alloc(n, 1);
    if (bytes) memset(bytes, 'x', n);
    for (size_t k = 0; bytes && k < times; k++)
      if (am_board_put(board, run, name, bytes, n, error) != AMINE_OK) break;
    am_free(bytes);
    printf("version %llu\n", (unsigned long long)am_board_version(board));
  } else {
    printf("what? %s", line);
  }
}

static void add_runs(am_board *board, int n, amine_error *error) {
  for (int k = 0, run; k < n && am_board_add(board, &run, NULL, error) == AMINE_OK; k++)
    for (int j = 0; j < AM_BOARD_NAMES; j++) {
      char name[AM_BOARD_NAME];
      snprintf(name, sizeof name, "block_%d", j);
      (void)am_board_put(board, run, name, NULL, 0, error);
    }
  printf("%d\n", am_board_runs(board));
}

int main(int argc, char **argv) {
  static char line[8192];
  am_board *board = NULL;
  am_server *server;
  amine_error error = {0};
  int run;
  if (am_board_create(&board, &error) != AMINE_OK ||
      am_board_add(board, &run, argc > 1 ? argv[1] : NULL, &error) != AMINE_OK ||
      am_board_add(board, &run, NULL, &error) != AMINE_OK ||
      am_server_start(&server, board, argc > 2 ? atoi(argv[2]) : 0, &error) != AMINE_OK)
    return fail(board, &error);
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("%s\n", am_server_url(server));
  while (fgets(line, sizeof line, stdin)) {
    am_board_command command;
    if (strcmp(line, "pages\n") == 0) printf("%d\n", am_server_pages(server));
    else if (strcmp(line, "watched\n") == 0) printf("%d\n", am_board_watched(board));
    else if (sscanf(line, "runs %d", &run) == 1) add_runs(board, run, &error);
    else if (sscanf(line, "take %d", &run) != 1) put(board, line, &error);
    else if (am_board_take(board, run, &command)) printf("%s\n", command.text);
    else printf("\n");
  }
  am_server_stop(server);
  am_board_destroy(board);
  return 0;
}
