/* One line for each run. */
#include <math.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/train/sections.h"

static void put_run(am_text *page, const am_overview *o, size_t s) {
  const am_source *source = &o->sources[s];
  const char *seed = am_source_setting(source, "seed");
  const size_t v = am_variant_of(o, s);
  char classes[16];
  am_text_printf(page, "<tr><td><i class=\"swatch %s\"></i>",
                 am_curve_classes(classes, sizeof classes, v));
  am_html_brief(page, source->name[0] ? source->name : "run", 60);
  am_text_puts(page, "</td>");
  if (o->n_variants > 1) {
    am_html_between(page, "<td>", o->variants[v].label, 80, "</td>");
  }
  am_html_between(page, "<td class=\"n\">", seed ? seed : "\xe2\x80\x93", 24,
                  "</td><td class=\"n\">");
  am_html_figure(page, am_iterations_of(o, s), 3);
  am_text_puts(page, "</td><td class=\"n\">");
  am_html_duration(page, am_seconds_of(o, s));
  am_text_puts(page, "</td><td class=\"n\">");
  const double trained = am_trained_of(o, s);
  const double result = source->eval.there ? source->eval.reward : (double)NAN;
  am_html_figure(page, o->perplexity ? am_spoken(o, trained) : trained, 3);
  am_text_puts(page, "</td><td class=\"n\">");
  am_html_with_error(page, o->perplexity ? am_spoken(o, result) : result,
                     am_spoken_error(o, result, source->eval.se));
  am_text_puts(page, "</td></tr>\n");
}

void am_run_table(am_text *page, const am_overview *o) {
  if (o->n_sources < 2) return;
  am_text_printf(page,
                 "<details>\n<summary>All %zu runs</summary>\n<div class=\"scroll\"><table>\n"
                 "<thead><tr><th>run</th>%s<th class=\"n\">seed</th>"
                 "<th class=\"n\">iterations</th><th class=\"n\">time</th>"
                 "<th class=\"n\">%s, last 5 %%</th><th class=\"n\">evaluated</th></tr>"
                 "</thead>\n<tbody>\n",
                 o->n_sources, o->n_variants > 1 ? "<th>configuration</th>" : "",
                 o->main == AM_METRIC_LOSS ? "loss"
                 : o->perplexity           ? "perplexity"
                                           : "reward");
  for (size_t s = 0; s < o->n_sources; s++) put_run(page, o, s);
  am_text_puts(page, "</tbody></table></div>\n</details>\n");
}
