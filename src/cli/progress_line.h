/* A line of progress on standard error: on a terminal one that is written over, elsewhere a line now
 * and then. What does not fit is left out whole. Nothing here fails. */
#ifndef AMINE_CLI_PROGRESS_LINE_H
#define AMINE_CLI_PROGRESS_LINE_H

#include "base/memory.h"

typedef struct cli_place {
  bool silent, in_place, colour, utf8;
  bool pending; /* what was reported last has not been written */
  double next;  /* when to write again, in seconds of the run's clock */
} cli_place;

cli_place cli_place_begin(bool silent);
/* It is time to write; the next time is then some time from now. */
bool cli_place_due(cli_place *place);
/* Writes a whole line, and frees it. */
void cli_place_write(cli_place *place, am_text *line);
/* The columns of a line that is written over. */
int cli_place_width(void);

typedef struct cli_piece {
  int bit;                        /* in layouts */
  const char *text, *style, *gap; /* style: of a terminal, ""; gap: before it, NULL: two spaces */
  bool needed;                    /* a layout with it is passed over while its text is empty */
} cli_piece;

/* Layouts from the widest to the narrowest: sets of pieces, and CLI_BAR; the first that fits. */
enum { CLI_BAR = 1, CLI_BAR_MIN = 6 };
typedef struct cli_layouts {
  const int *layouts;
  const cli_piece *pieces;
  int n_layouts, n_pieces, bar_max;
  double part; /* of the bar that is filled, in [0, 1] */
} cli_layouts;

/* One line of at most `width` columns; nothing if not even the narrowest fits. */
void cli_put_pieces(am_text *text, const cli_place *place, const cli_layouts *all, int width);

/* "1:05 left", "in 1:00:05", for `seconds` left or, if done, used. */
void cli_put_left(char *out, size_t size, bool done, double seconds);

#endif
