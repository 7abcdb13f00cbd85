/* Pieces of an HTML page: escaped text, and numbers that look the same in every locale.
 *
 * All of them add to an am_text, whose `failed` is looked at once, at the end. */
#ifndef AMINE_REPORT_HTML_H
#define AMINE_REPORT_HTML_H

#include "base/memory.h"

/* Text as the content of an element or of a quoted attribute. Bytes that are not UTF-8 and control
 * characters become U+FFFD. */
void am_html_text(am_text *page, const char *s);
/* At most n_max characters of it, with an ellipsis. */
void am_html_brief(am_text *page, const char *s, size_t n_max);
/* The same between two pieces of HTML; SIZE_MAX: all of it. */
void am_html_between(am_text *page, const char *before, const char *s, size_t n_max,
                     const char *after);

/* A JSON string that may stand inside <script>: '<', '>' and '&' are \u escapes. */
void am_html_json_string(am_text *page, const char *s);

/* A number for people: about `digits` significant digits, thousands set apart ("30,000"), a true
 * minus sign, a dash for what is not finite. Large integers keep all their digits. */
void am_html_figure(am_text *page, double value, int digits);
/* "198 ± 1": both with the decimals that the error deserves; without one, three digits. */
void am_html_with_error(am_text *page, double value, double error);
/* With that many decimals. */
void am_html_fixed(am_text *page, double value, int decimals);
/* A whole number, with thousands set apart. */
void am_html_count(am_text *page, size_t n);
/* "41 s", "6 min 12 s", "2 h 5 min" */
void am_html_duration(am_text *page, double seconds);

/* A coordinate or percentage: two decimals at most, '.' and '-'; 0 for what is not finite. */
void am_html_at(am_text *page, double value);

/* A real number as one would type it: the shortest that reads back as the same. */
void am_html_real(am_text *text, double value);

#endif
