/* Places in a text (see mark.h). */
#include "equation/mark.h"

#include <stdbool.h>
#include <string.h>

static bool begins_character(char c) { return ((unsigned char)c & 0xc0) != 0x80; }

static int line_start(const char *text, int at) {
  while (at > 0 && text[at - 1] != '\n') at--;
  return at;
}

int am_mark_line(const char *text, int at) {
  int line = 1;
  for (int k = 0; k < at && text[k]; k++) line += text[k] == '\n';
  return line;
}

int am_mark_column(const char *text, int at) {
  int column = 1;
  for (int k = line_start(text, at); k < at && text[k]; k++)
    column += begins_character(text[k + 1]);
  return column;
}

char *am_mark_excerpt(char *out, size_t size, const char *text, int at) {
  const int around = 60;
  int from = line_start(text, at), to = at;
  while (text[to] && text[to] != '\n' && to - at < around) to++;
  if (at - from > around) {
    from = at - around;
    while (from < at && !begins_character(text[from])) from++;
  }
  while (to > at && text[to] && !begins_character(text[to])) to--;
  size_t n = 0, marks = 0;
  for (int k = from; k < to && n + 1 < size; k++) {
    const unsigned char c = (unsigned char)text[k];
    out[n++] = c == '\t' ? ' ' : c < 0x20 || c == 0x7f ? '?' : (char)c;
  }
  if (n + 1 < size) out[n++] = '\n';
  for (int k = from; k < at; k++) marks += begins_character(text[k]);
  for (size_t k = 0; k < marks && n + 2 < size; k++) out[n++] = ' ';
  if (n + 1 < size) out[n++] = '^';
  out[n] = 0;
  return out;
}
