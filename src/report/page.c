/* What every page begins and ends with (see page.h). */
#include "report/page.h"

#include "report/html.h"
#include "report/palette.h"

/* The colours of palette.h as CSS variables: --readout, --c0, ... and their use. */
static void put_colours(am_text *page) {
  static const struct {
    const char *name, *light, *dark;
  } colours[] = {
#define ROW(name, light, dark) {name, light, dark},
      AM_MODULATOR_COLOURS(ROW) AM_CURVE_COLOURS(ROW)
#undef ROW
  };
  static const int above[] = {AM_HEAT_ABOVE_FULL}, below[] = {AM_HEAT_BELOW_FULL};
  const size_t n = sizeof colours / sizeof colours[0];
  am_text_printf(page, ":root{--above:%d %d %d;--below:%d %d %d;", above[0], above[1], above[2],
                 below[0], below[1], below[2]);
  for (size_t k = 0; k < n; k++)
    am_text_printf(page, "--%s:%s;", colours[k].name, colours[k].light);
  am_text_puts(page, "}\n@media screen and (prefers-color-scheme:dark){:root{");
  for (size_t k = 0; k < n; k++) am_text_printf(page, "--%s:%s;", colours[k].name, colours[k].dark);
  am_text_puts(page, "}}\n");
  for (size_t k = 0; k < n; k++)
    am_text_printf(page, ".%s{--ink:var(--%s)}", colours[k].name, colours[k].name);
  am_text_puts(page, "\n");
}

/* The page forbids itself to load anything. */
void am_page_head(am_text *page, const char *title) {
  am_html_between(page,
                  "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<link rel=\"icon\" href=\"data:,\">\n<title>",
                  title, 120, " \xe2\x80\x93 Amine</title>\n<style>\n");
  put_colours(page);
  am_text_puts(page, am_page_style);
  am_text_puts(page, "</style>\n</head>\n<body>\n<main>\n");
}

void am_page_foot(am_text *page) {
  am_html_between(page, "<footer>Made by Amine ", amine_version(), SIZE_MAX,
                  ", neuromodulated learning in C. This page holds all that it shows.</footer>\n"
                  "</main>\n<div id=\"tip\" hidden></div>\n<script>\n");
  am_text_puts(page, am_page_script);
  am_text_puts(page, "</script>\n</body>\n</html>\n");
}
