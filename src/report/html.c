/* Escaping and numbers. */
#include "report/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "format/json.h"

#define MINUS "\xe2\x88\x92"
#define DASH "\xe2\x80\x93"
#define REPLACEMENT "\xef\xbf\xbd"

/* --------------------------------------------------------------------------------------- text */

/* Bytes of the valid UTF-8 character at s, 0 if there is none. */
static size_t character(const char *s) {
  const unsigned char *u = (const unsigned char *)s;
  size_t n = u[0] < 0x80 ? 1 : u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
  char one[5] = {0};
  for (size_t k = 0; k < n && s[k]; k++) one[k] = s[k];
  return strlen(one) == n && am_utf8_valid(one) ? n : 0;
}

static void put_character(am_text *page, const char *s, size_t n) {
  switch (*s) {
  case '<': am_text_puts(page, "&lt;"); return;
  case '>': am_text_puts(page, "&gt;"); return;
  case '&': am_text_puts(page, "&amp;"); return;
  case '"': am_text_puts(page, "&quot;"); return;
  case '\'': am_text_puts(page, "&#39;"); return;
  default: break;
  }
  if (n == 0 || (unsigned char)*s < 0x20 || *s == 0x7f) am_text_puts(page, REPLACEMENT);
  else am_text_add(page, s, n);
}

void am_html_brief(am_text *page, const char *s, size_t n_max) {
  for (size_t count = 0; *s; count++) {
    if (count == n_max) {
      am_text_puts(page, "\xe2\x80\xa6");
      return;
    }
    size_t n = character(s);
    put_character(page, s, n);
    s += n ? n : 1;
  }
}

void am_html_between(am_text *page, const char *before, const char *s, size_t n_max,
                     const char *after) {
  am_text_puts(page, before);
  am_html_brief(page, s, n_max);
  am_text_puts(page, after);
}

void am_html_text(am_text *page, const char *s) { am_html_brief(page, s, SIZE_MAX); }

void am_html_json_string(am_text *page, const char *s) {
  am_text raw = {0};
  am_json_string(&raw, s);
  if (raw.failed) page->failed = true;
  for (size_t k = 0; !raw.failed && k < raw.length; k++) {
    char c = raw.data[k];
    if (c == '<' || c == '>' || c == '&') am_text_printf(page, "\\u%04x", (unsigned)c);
    else am_text_add(page, &c, 1);
  }
  am_text_free(&raw);
}

/* ------------------------------------------------------------------------------------ numbers */

/* printf's "%.*f" with '.' whatever the locale writes. */
static void fixed(char *out, size_t size, double value, int decimals) {
  char raw[400];
  snprintf(raw, sizeof raw, "%.*f", decimals, value);
  size_t n = 0;
  for (const char *p = raw; *p && n + 1 < size; p++) {
    if (strchr("0123456789-", *p)) out[n++] = *p;
    else if (n == 0 || out[n - 1] != '.') out[n++] = '.';
  }
  out[n] = 0;
}

/* Digits of a number without its sign, thousands set apart. */
static void put_digits(am_text *page, const char *digits) {
  size_t whole = strcspn(digits, ".");
  for (size_t k = 0; k < whole; k++) {
    if (k > 0 && (whole - k) % 3 == 0) am_text_puts(page, ",");
    am_text_add(page, digits + k, 1);
  }
  am_text_puts(page, digits + whole);
}

void am_html_fixed(am_text *page, double value, int decimals) {
  if (!isfinite(value)) {
    am_text_puts(page, DASH);
    return;
  }
  char out[400];
  fixed(out, sizeof out, fabs(value), decimals);
  if (value < 0 && strspn(out, "0.") != strlen(out)) am_text_puts(page, MINUS);
  put_digits(page, out);
}

void am_html_count(am_text *page, size_t n) {
  char out[32];
  snprintf(out, sizeof out, "%zu", n);
  put_digits(page, out);
}

void am_html_figure(am_text *page, double value, int digits) {
  double size = fabs(value);
  if (!isfinite(value) || size == 0) {
    am_html_fixed(page, value, 0);
  } else if (size >= 1e7 || size < 1e-4) {
    int exponent = (int)floor(log10(size));
    double lead = value / pow(10, exponent);
    if (fabs(lead) >= 9.9995) exponent++, lead /= 10;
    am_html_fixed(page, lead, digits > 2 ? digits - 2 : 1);
    am_text_printf(page, "e%s%d", exponent < 0 ? MINUS : "", abs(exponent));
  } else {
    int decimals = digits - 1 - (int)floor(log10(size) + 1e-9);
    char out[400];
    if (decimals < 0 || value == floor(value)) decimals = 0;
    fixed(out, sizeof out, size, decimals);
    size_t n = strlen(out);
    while (decimals > 0 && strchr(out, '.') && (out[n - 1] == '0' || out[n - 1] == '.')) {
      bool point = out[n - 1] == '.';
      out[--n] = 0;
      if (point) break;
    }
    if (value < 0) am_text_puts(page, MINUS);
    put_digits(page, out);
  }
}

void am_html_with_error(am_text *page, double value, double error) {
  if (!(error > 5e-7)) { /* none that six places could show */
    am_html_figure(page, value, 3);
    return;
  }
  int decimals = 0; /* one digit of the error, but never more than six places */
  for (double least = 0.95; error < least && decimals < 6; least /= 10) decimals++;
  am_html_fixed(page, value, decimals);
  am_text_puts(page, "&nbsp;\xc2\xb1&nbsp;");
  am_html_fixed(page, error, decimals);
}

void am_html_duration(am_text *page, double seconds) {
  if (!isfinite(seconds) || seconds < 0 || seconds > 1e12) {
    am_text_puts(page, DASH);
    return;
  }
  unsigned long long s = (unsigned long long)(seconds + 0.5);
  if (seconds < 10) {
    am_html_figure(page, seconds, 2);
    am_text_puts(page, "&nbsp;s");
  } else if (s < 100) {
    am_text_printf(page, "%llu&nbsp;s", s);
  } else if (s < 3600) {
    am_text_printf(page, "%llu&nbsp;min&nbsp;%llu&nbsp;s", s / 60, s % 60);
  } else {
    am_text_printf(page, "%llu&nbsp;h&nbsp;%llu&nbsp;min", s / 3600, s % 3600 / 60);
  }
}

void am_html_at(am_text *page, double value) {
  if (!isfinite(value) || fabs(value) > 1e9) value = 0;
  long long n = llround(value * 100);
  if (n < 0) am_text_puts(page, "-");
  n = n < 0 ? -n : n;
  am_text_printf(page, "%lld", n / 100);
  if (n % 10) am_text_printf(page, ".%02lld", n % 100);
  else if (n % 100) am_text_printf(page, ".%lld", n % 100 / 10);
}

void am_html_real(am_text *text, double value) {
  char out[AM_NUMBER_SIZE];
  am_text_puts(text, isfinite(value) ? am_number_exact(out, value, 1) : "null");
}
