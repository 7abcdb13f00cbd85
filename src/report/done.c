/* Interventions on a page (see done.h). */
#include "report/done.h"

#include <string.h>

#include "format/file.h"
#include "format/text_file.h"
#include "report/html.h"

#define DONE_LIMIT ((size_t)64 << 20)
enum { LINES_MAX = 100 };

amine_status am_done_read(am_text *done, const char *folder, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, "events.jsonl", error);
  if (status == AMINE_OK && !am_file_missing(path.data))
    status = am_text_file_read(done, path.data, DONE_LIMIT, error);
  am_text_free(&path);
  return status;
}

static size_t count_lines(const am_text *done) {
  size_t n = 0;
  for (size_t k = 0; k < done->length; k++) n += done->data[k] == '\n';
  return n;
}

void am_done_sentence(am_text *page, const am_text *done) {
  const size_t n = count_lines(done);
  if (n == 0) return;
  am_text_puts(page, "<p class=\"warning\">While it went on ");
  am_html_count(page, n);
  am_text_puts(page, n == 1 ? " thing was" : " things were");
  am_text_puts(page, " done to it: <a href=\"#done\">which</a>.</p>\n");
}

void am_done_lines(am_text *page, const am_text *done) {
  const size_t n = count_lines(done);
  const char *at = done->data;
  if (n == 0) return;
  am_text_puts(page, "<h3 id=\"done\">What was done to it</h3>\n<p>Each with its step, in the folder's "
                     "events.jsonl: with <code>--events events.jsonl</code> the command does it again, "
                     "to the bit.</p>\n<pre><code>");
  for (size_t k = 0; k < n && k < LINES_MAX; k++) {
    am_text line = {0};
    const size_t length = strcspn(at, "\n");
    am_text_add(&line, at, length);
    am_html_text(page, line.data ? line.data : "");
    am_text_puts(page, "\n");
    if (line.failed) page->failed = true;
    am_text_free(&line);
    at += length + 1;
  }
  am_text_puts(page, "</code></pre>\n");
  if (n > LINES_MAX)
    am_text_printf(page, "<p class=\"missing\">%d of %zu lines are shown.</p>\n", LINES_MAX, n);
}
