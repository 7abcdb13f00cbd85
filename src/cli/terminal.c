/* The terminal (see terminal.h). */
#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool cli_terminal(int fd) {
  const char *term = getenv("TERM");
  return isatty(fd) && term && term[0] && strcmp(term, "dumb") != 0;
}

int cli_terminal_width(int fd, int otherwise) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char *columns = getenv("COLUMNS");
  const int said = columns ? atoi(columns) : 0;
  return said > 0 && said <= 100000 ? said : otherwise;
}

bool cli_terminal_colour(int fd) {
  const char *no = getenv("NO_COLOR");
  return cli_terminal(fd) && !(no && no[0]);
}

bool cli_terminal_utf8(void) {
  static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (int k = 0; k < 3; k++) {
    const char *value = getenv(names[k]);
    if (!value || !value[0]) continue;
    return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
  }
  return false;
}

const char *cli_plus_minus(void) { return cli_terminal_utf8() ? " ± " : " +- "; }

int cli_columns(const char *text) {
  int n = 0;
  for (; *text; text++) n += ((unsigned char)*text & 0xc0) != 0x80;
  return n;
}

static void new_line(am_text *out, int indent) {
  am_text_printf(out, "\n%*s", indent, "");
}

void cli_wrap(am_text *out, const char *text, int column, int indent, int width) {
  bool fresh = true; /* nothing stands on this line yet */
  while (*text) {
    const size_t n = strcspn(text, " \n");
    char word[512];
    const size_t kept = n < sizeof word - 1 ? n : sizeof word - 1;
    memcpy(word, text, kept);
    word[kept] = 0;
    const int columns = cli_columns(word);
    if (kept > 0) {
      if (!fresh && width > 0 && column + 1 + columns > width) {
        new_line(out, indent);
        column = indent;
      } else if (!fresh) {
        am_text_puts(out, " ");
        column++;
      }
      am_text_add(out, word, kept);
      column += columns;
      fresh = false;
    }
    text += kept;
    if (*text == '\n') {
      new_line(out, indent);
      column = indent;
      fresh = true;
    }
    if (*text == ' ' || *text == '\n') text++;
  }
}
