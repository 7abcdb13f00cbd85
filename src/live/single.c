/* The page of runs as one file (see single.h). */
#include "live/single.h"

#include <stdio.h>
#include <string.h>

#include "format/file.h"
#include "live/page.h"

/* In the order in which they find room: what a page cannot do without, and what may be large last. */
static const char *const files[] = {"config.json",  "study.json",    "seeds.json",
                                    "lines.json",   "eval.json",     "episode.json",
                                    "explain.json", "protocol.json", "events.jsonl",
                                    "runs.jsonl",   "metrics.jsonl", "recording.npz"};
enum { N_FILES = sizeof files / sizeof *files };

typedef struct writer {
  am_text *page, *left_out;
  am_board *board;
  size_t room; /* bytes that are left */
  amine_error *error;
} writer;

/* ------------------------------------------------------------------------------ what it reads */
static void put_base64(am_text *text, const unsigned char *bytes, size_t n) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char piece[4096];
  size_t length = 0;
  for (size_t k = 0; k < n; k += 3) {
    const unsigned a = bytes[k], b = k + 1 < n ? bytes[k + 1] : 0, c = k + 2 < n ? bytes[k + 2] : 0;
    piece[length++] = digits[a >> 2];
    piece[length++] = digits[(a & 3) << 4 | b >> 4];
    piece[length++] = k + 1 < n ? digits[(b & 15) << 2 | c >> 6] : '=';
    piece[length++] = k + 2 < n ? digits[c & 63] : '=';
    if (length == sizeof piece || k + 3 >= n) {
      am_text_add(text, piece, length);
      length = 0;
    }
  }
}

static void put_element(writer *w, const char *what, int run, const char *name, const void *bytes,
                        size_t n) {
  char number[16];
  snprintf(number, sizeof number, run < 0 ? "board" : "%d", run);
  am_text_printf(w->page, "<script type=\"application/octet-stream\" id=\"%s-%s-%s\">", what,
                 number, name);
  put_base64(w->page, bytes, n);
  am_text_puts(w->page, "</script>\n");
}

static bool has_room(writer *w, int run, const char *name, uint64_t n) {
  if (n <= w->room) {
    w->room -= (size_t)n;
    return true;
  }
  const char *folder = run < 0 ? NULL : am_board_folder(w->board, run);
  am_text_printf(w->left_out, "%s%s%s: %.0f MiB do not fit into a page\n", folder ? folder : "",
                 folder ? "/" : "", name, (double)n / 1048576);
  return false;
}

/* What blocks there are: while they are told, the board does not answer. */
typedef struct listed {
  int run;
  char name[AM_BOARD_NAME];
} listed;

typedef struct list {
  listed *all; /* [AM_BOARD_NAMES runs + the board's] */
  size_t n;
} list;

static void note_block(void *context, int run, const char *name, uint64_t version) {
  list *l = context;
  (void)version;
  l->all[l->n].run = run;
  snprintf(l->all[l->n++].name, AM_BOARD_NAME, "%s", name);
}

static void put_block(writer *w, int run, const char *name) {
  const am_board_block *block;
  if (!am_board_get(w->board, &block, run, name, 0)) return;
  if (block->n > 0 && has_room(w, run, name, block->n))
    put_element(w, "block", run, name, block->bytes, block->n);
  am_board_release(block);
}

static amine_status put_blocks(writer *w) {
  list l = {0};
  const size_t most = AM_BOARD_NAMES * ((size_t)am_board_runs(w->board) + 1);
  AM_TRY(AM_TAKE(l.all, most, w->error));
  am_board_changed(w->board, 0, note_block, &l);
  for (size_t k = 0; k < l.n; k++) put_block(w, l.all[k].run, l.all[k].name);
  am_free(l.all);
  return AMINE_OK;
}

static amine_status put_file(writer *w, int run, const char *name) {
  const char *folder = am_board_folder(w->board, run);
  am_text path = {0};
  struct stat is;
  unsigned char *bytes = NULL;
  size_t n = 0;
  if (!folder) return AMINE_OK;
  amine_status status = am_folder_path(&path, folder, name, w->error);
  if (status == AMINE_OK && am_io.stat(path.data, &is) == 0 && S_ISREG(is.st_mode) &&
      has_room(w, run, name, (uint64_t)is.st_size)) {
    /* one that grows meanwhile has a few bytes more */
    status = am_file_read(path.data, (size_t)is.st_size + AM_SINGLE_MAX, &bytes, &n, w->error);
    if (status == AMINE_OK) put_element(w, "file", run, name, bytes, n);
  }
  am_free(bytes);
  am_text_free(&path);
  return status;
}

static amine_status put_data(writer *w) {
  AM_TRY(put_blocks(w));
  for (int k = 0; k < N_FILES; k++)
    for (int run = 0; run < am_board_runs(w->board); run++) AM_TRY(put_file(w, run, files[k]));
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the page itself */
static const am_page_file *find_file(const char *path, size_t length) {
  for (const am_page_file *f = am_page_files; f->path; f++)
    if (strlen(f->path) == length && memcmp(f->path, path, length) == 0) return f;
  return NULL;
}

/* A script's text, in which nothing ends the element. */
static void put_script(am_text *page, const am_page_file *f) {
  const char *at = (const char *)f->bytes, *end = at + f->n, *tag;
  am_text_puts(page, "<script>\n");
  while ((tag = memmem(at, (size_t)(end - at), "</script", 8))) {
    am_text_add(page, at, (size_t)(tag - at));
    am_text_puts(page, "<\\/script");
    at = tag + 8;
  }
  am_text_add(page, at, (size_t)(end - at));
  am_text_puts(page, "</script>\n");
}

/* The file that a line of the head names by `before`, or NULL. */
static const am_page_file *named(const char *line, size_t length, const char *before) {
  const size_t n = strlen(before);
  if (length <= n || memcmp(line, before, n) != 0) return NULL;
  const char *quote = memchr(line + n, '"', length - n);
  return quote ? find_file(line + n, (size_t)(quote - line) - n) : NULL;
}

static const char policy[] =
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
    "form-action 'none'\">\n";

#define LINK "<link rel=\"stylesheet\" href=\""
#define SCRIPT "<script src=\""

/* One line of index.html: style sheets stand in its place, scripts are left for its end. */
static void put_line(am_text *page, const char *line, size_t length) {
  static const char charset[] = "<meta charset";
  const am_page_file *sheet = named(line, length, LINK);
  if (named(line, length, SCRIPT)) return;
  if (sheet) {
    am_text_puts(page, "<style>\n");
    am_text_add(page, (const char *)sheet->bytes, sheet->n);
    am_text_puts(page, "</style>");
  } else {
    am_text_add(page, line, length);
  }
  am_text_puts(page, "\n");
  if (length >= strlen(charset) && memcmp(line, charset, strlen(charset)) == 0)
    am_text_puts(page, policy);
}

/* Calls for each line of index.html, up to the one that ends the body. */
static void put_index(am_text *page, const am_page_file *index, bool scripts) {
  const char *at = (const char *)index->bytes, *end = at + index->n;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const size_t length = (size_t)((newline ? newline : end) - at);
    if (length >= 7 && memcmp(at, "</body>", 7) == 0) return;
    const am_page_file *script = named(at, length, SCRIPT);
    if (!scripts) put_line(page, at, length);
    else if (script) put_script(page, script);
    at += length + 1;
  }
}

static void put_left_out(am_text *page, const am_text *left_out) {
  if (left_out->length == 0) return;
  am_text_puts(page, "<p class=\"missing\">Left out, for it would be too much for one page: ");
  for (const char *at = left_out->data; *at; at++) {
    if (*at == '<') am_text_puts(page, "&lt;");
    else if (*at == '&') am_text_puts(page, "&amp;");
    else if (*at != '\n') am_text_add(page, at, 1);
    else if (at[1]) am_text_puts(page, "; ");
  }
  am_text_puts(page, "</p>\n");
}

amine_status am_live_single(am_text *page, am_text *left_out, am_board *board, amine_error *error) {
  const am_page_file *index = find_file("index.html", strlen("index.html"));
  writer w = {
      .page = page, .left_out = left_out, .board = board, .room = AM_SINGLE_MAX, .error = error};
  put_index(page, index, false);
  AM_TRY(put_data(&w));
  put_left_out(page, left_out);
  put_index(page, index, true);
  am_text_puts(page, "</body>\n</html>\n");
  return page->failed || left_out->failed ? am_fail_memory(error, page->length) : AMINE_OK;
}
