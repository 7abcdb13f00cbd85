/* The results as bars on one scale, between what known ways to play earn. */
#include <math.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/train/sections.h"

/* The scale: from 0, or from the worst of what is below it, to the best of what is above it. Bars
 * begin at 0, so that one to the left is as much less than nothing as it is long. */
typedef struct scale {
  double low, high;
} scale;

/* The variants of one ladder have one task. */
typedef struct ladder {
  const am_overview *overview;
  const am_source *source; /* whose lines are drawn */
  size_t first, end;       /* variants */
} ladder;

static scale ladder_scale(const ladder *l) {
  const am_overview *o = l->overview;
  const am_source *source = l->source;
  scale s = {0, 0};
  for (size_t k = 0; k < source->n_lines; k++) {
    s.low = fmin(s.low, source->lines[k].reward);
    s.high = fmax(s.high, source->lines[k].reward);
  }
  for (size_t v = l->first; v < l->end; v++) {
    s.low = fmin(s.low, o->variants[v].result.low);
    s.high = fmax(s.high, o->variants[v].result.high);
  }
  if (!(s.high > s.low)) s.high = s.low + 1;
  if (s.high > 0) s.high *= 1.04;
  return s;
}

static double share_of(const scale *s, double value) {
  return fmax(0, fmin(1, (value - s->low) / (s->high - s->low)));
}

static void put_left(am_text *page, const char *classes, double value, const scale *s) {
  am_text_printf(page, "<i class=\"%s\" style=\"left:", classes);
  am_html_at(page, 100 * share_of(s, value));
  am_text_puts(page, "%\"></i>");
}

/* Names stand above their marks; where two would touch, the second goes a storey up. A wide page
 * has room for a name in an eighth of the scale, a narrow one in a third. */
enum { STOREYS = 4 };
static const double wide = 0.125, narrow = 0.33;
typedef struct storeys {
  double room, last[STOREYS]; /* where on each the last name stands */
} storeys;

static storeys no_names(double room) { return (storeys){room, {-1, -1, -1, -1}}; }

/* Where a name goes that stands right of those before it. */
static int storey_of(storeys *names, double at) {
  int k = 0;
  while (k < STOREYS - 1 && at - names->last[k] < names->room) k++;
  names->last[k] = at;
  return k;
}

static int highest_storey(const am_source *source, const scale *s, double room) {
  storeys names = no_names(room);
  int highest = 0;
  for (size_t k = 0; k < source->n_lines; k++)
    if (am_line_shown(source, k)) {
      const int storey = storey_of(&names, share_of(s, source->lines[k].reward));
      if (storey > highest) highest = storey;
    }
  return highest;
}

static void put_ladder_names(am_text *page, const am_overview *o, const am_source *source,
                             const scale *s) {
  storeys on_wide = no_names(wide), on_narrow = no_names(narrow);
  am_text_printf(page, "<div class=\"rung names\"><div class=\"track\" style=\"--w:%d;--n:%d\">",
                 highest_storey(source, s, wide), highest_storey(source, s, narrow));
  for (size_t k = 0; k < source->n_lines; k++) { /* the lowest first */
    if (!am_line_shown(source, k)) continue;
    const double reward = source->lines[k].reward, at = share_of(s, reward);
    const char *side = at > 0.9 ? "at right" : at < 0.1 ? "at left" : "at";
    am_text_printf(page, "<span class=\"%s\" style=\"left:", side);
    am_html_at(page, 100 * at);
    am_text_printf(page, "%%;--w:%d;--n:%d\">", storey_of(&on_wide, at), storey_of(&on_narrow, at));
    am_html_brief(page, am_line_name(source->lines[k].policy), 20);
    am_text_puts(page, " <b>");
    am_html_figure(page, o->perplexity ? am_spoken(o, reward) : reward, 3);
    am_text_puts(page, "</b></span>");
  }
  am_text_puts(page, "</div></div>\n");
}

/* From 0 to the value. */
static void put_bar(am_text *page, double value, const scale *s) {
  const double zero = share_of(s, 0), end = share_of(s, value);
  am_text_puts(page, "<i class=\"fill\" style=\"left:");
  am_html_at(page, 100 * fmin(zero, end));
  am_text_puts(page, "%;width:");
  am_html_at(page, 100 * fabs(end - zero));
  am_text_puts(page, "%\"></i>");
}

static void put_rung(am_text *page, const ladder *l, size_t v, const scale *s) {
  const am_overview *o = l->overview;
  const am_variant *variant = &o->variants[v];
  const am_source *source = l->source;
  char classes[16];
  am_text_printf(page, "<div class=\"rung %s\">", am_curve_classes(classes, sizeof classes, v));
  if (o->n_variants > 1) {
    am_html_between(page, "<span class=\"who\">", variant->label, 80, "</span>");
  }
  am_text_puts(page, "<div class=\"track\">");
  put_bar(page, variant->result.mean, s);
  for (size_t k = 0; k < source->n_lines; k++)
    if (am_line_shown(source, k)) put_left(page, "mark", source->lines[k].reward, s);
  for (size_t k = 0; k < variant->n_runs && variant->n_runs > 1; k++) {
    double result = am_result_of(o, variant->runs[k]);
    if (isnan(result)) continue;
    put_left(page, "seed", result, s);
  }
  am_text_puts(page, "</div><b class=\"what\">");
  const double mean = variant->result.mean;
  am_html_figure(page, o->perplexity ? am_spoken(o, mean) : mean, 3);
  am_text_puts(page, "</b></div>\n");
}

static void put_ladder(am_text *page, const ladder *l) {
  const am_overview *o = l->overview;
  const scale s = ladder_scale(l);
  am_text_printf(page, "<figure class=\"ladder%s\">\n", o->n_variants > 1 ? " many" : "");
  if (l->source->n_lines > 0) put_ladder_names(page, o, l->source, &s);
  for (size_t v = l->first; v < l->end; v++) put_rung(page, l, v, &s);
  am_text_puts(
      page, o->perplexity ? "<figcaption>Perplexity, on a logarithmic scale that ends at 1, where "
                            "all is known: the shorter the bar, the better"
            : o->errors   ? "<figcaption>Reward per episode, which is an error with its sign "
                            "turned: 0 is perfect, and the shorter the bar, the better"
                          : "<figcaption>Reward per episode");
  if (o->n_sources > o->n_variants)
    am_text_puts(page, "; each dot is one seed, the bar their mean");
  am_text_puts(page, ".</figcaption>\n</figure>\n");
}

void am_ladder(am_text *page, const am_overview *o) {
  const size_t step = o->comparable ? o->n_variants : 1;
  if (o->main == AM_METRIC_LOSS || am_best_variant(o) == o->n_variants) return;
  if (o->sources[0].n_lines == 0 && o->n_sources == 1) return;
  for (size_t v = 0; v < o->n_variants; v += step) {
    const ladder l = {o, &o->sources[o->variants[v].runs[0]], v, v + step};
    put_ladder(page, &l);
  }
}
