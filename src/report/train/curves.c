/* The learning curve, and the smaller curves of what happened inside training. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/train/curve.h"
#include "report/train/sections.h"

#define LARGE_BINS 200
#define SMALL_BINS 100

/* A time axis in a unit that gives handy numbers. */
typedef struct time_unit {
  double seconds;
  const char *name, *mark;
} time_unit;

static time_unit unit_of(const am_bins *bins) {
  if (bins->against == AM_METRIC_ITERATION) return (time_unit){1, "iterations", "iterations"};
  if (bins->x_max > 5400) return (time_unit){3600, "hours of training", "h"};
  if (bins->x_max > 180) return (time_unit){60, "minutes of training", "min"};
  return (time_unit){1, "seconds of training", "s"};
}

/* One picture: a metric of all configurations against one time. */
typedef struct picture {
  const am_overview *overview;
  am_metric metric;
  am_bins bins;
  am_curve *curves; /* [n_variants] */
  time_unit unit;
  bool small;
} picture;

static void picture_free(picture *p) {
  for (size_t v = 0; p->curves && v < p->overview->n_variants; v++) am_curve_free(&p->curves[v]);
  am_free(p->curves);
  am_bins_free(&p->bins);
}

static amine_status picture_make(picture *p, amine_error *error) {
  const am_overview *o = p->overview;
  const size_t n_most = p->small ? SMALL_BINS : LARGE_BINS;
  amine_status status = am_bins_make(&p->bins, o, p->bins.against, n_most, error);
  if (status == AMINE_OK) {
    p->curves = am_alloc(o->n_variants, sizeof *p->curves);
    if (!p->curves) status = am_fail_memory(error, o->n_variants * sizeof *p->curves);
  }
  for (size_t v = 0; v < o->n_variants && status == AMINE_OK; v++)
    status = am_curve_make(&p->curves[v], o, &p->bins, v, p->metric, error);
  if (status != AMINE_OK) return status;
  p->unit = unit_of(&p->bins);
  p->bins.x_max /= p->unit.seconds;
  for (size_t k = 0; k < p->bins.n; k++) p->bins.x[k] /= p->unit.seconds;
  return AMINE_OK;
}

/* The least and greatest number that the picture has to show; bands count on the large one. */
static void limits(const picture *p, double *low, double *high) {
  *low = *high = (double)NAN;
  for (size_t v = 0; v < p->overview->n_variants; v++) {
    const am_curve *c = &p->curves[v];
    const double *rows[3] = {c->y, c->low, c->high};
    for (int r = 0; r < (p->small ? 1 : 3); r++) {
      double a, b;
      am_range(&a, &b, rows[r], p->bins.n);
      *low = fmin(*low, a);
      *high = fmax(*high, b);
    }
  }
}

/* What known ways to play earn is shown where all runs play the same. */
static bool has_lines(const picture *p) {
  const am_overview *o = p->overview;
  return p->metric == AM_METRIC_REWARD && !p->small && o->one_task && o->sources[0].n_lines > 0;
}

static am_axis y_axis(const picture *p) {
  const am_source *source = &p->overview->sources[0];
  double low, high;
  limits(p, &low, &high);
  if (p->metric == AM_METRIC_REWARD) {
    for (size_t k = 0; has_lines(p) && k < source->n_lines; k++) {
      low = fmin(low, source->lines[k].reward);
      high = fmax(high, source->lines[k].reward);
    }
    return am_axis_round(fmin(0, low), fmax(high, 0), 8);
  }
  bool by_powers = p->metric == AM_METRIC_GRADIENT_NORM || p->metric == AM_METRIC_RATE;
  if (by_powers && low > 0 && high > 20 * low) return am_axis_log(low, high);
  if (low > 0 && low < 0.6 * high) low = 0;
  return am_axis_round(low, high, p->small ? 4 : 6);
}

/* -------------------------------------------------------------------------------------- lines */

/* Names of the calibration lines at the right edge, moved apart where they would touch. */
static void put_line_names(am_text *page, const am_source *source, const am_plot *plot) {
  double below = am_plot_names_begin;
  for (size_t k = 0; k < source->n_lines; k++) /* the lowest first */
    if (am_line_shown(source, k))
      am_plot_name(page, plot, &below, am_line_name(source->lines[k].policy),
                   source->lines[k].reward);
}

static void put_curves(am_text *page, const picture *p, const am_plot *plot) {
  const am_overview *o = p->overview;
  char classes[16];
  for (size_t v = 0; v < o->n_variants && !p->small; v++)
    am_plot_band(page, plot, am_curve_classes(classes, sizeof classes, v), p->bins.x,
                 p->curves[v].low, p->curves[v].high, p->bins.n);
  for (size_t v = o->n_variants; v-- > 0;) /* the first on top */
    am_plot_line(page, plot, am_curve_classes(classes, sizeof classes, v), p->bins.x,
                 p->curves[v].y, p->bins.n);
}

static void put_readout(am_text *page, const picture *p, const am_plot *plot) {
  const am_overview *o = p->overview;
  char classes[16];
  am_readout_open(page, plot, p->unit.mark, p->bins.x, p->bins.n);
  for (size_t v = 0; v < o->n_variants; v++) {
    const char *label = o->n_variants > 1 ? o->variants[v].label : am_metric_keys[p->metric];
    am_curve_classes(classes, sizeof classes, v);
    am_readout curve = {.label = label, .classes = classes, .y = p->curves[v].y};
    if (!p->small) curve.low = p->curves[v].low, curve.high = p->curves[v].high;
    am_readout_add(page, &curve, p->bins.n);
  }
  am_readout_close(page);
}

/* Who has a band, and which. */
static void put_caption(am_text *page, const picture *p) {
  const am_overview *o = p->overview;
  bool many = false, one = false;
  for (size_t v = 0; v < o->n_variants; v++) {
    const am_variant *variant = &o->variants[v];
    if (variant->n_runs > 1) many = true;
    if (variant->n_runs == 1 && am_bins_spread(&p->bins, o->sources[variant->runs[0]].metrics.n))
      one = true;
  }
  am_text_puts(page, "<figcaption>");
  if (many)
    am_text_puts(page, "Lines are means over the seeds; the shaded band reaches from the lowest to "
                       "the highest seed. ");
  if (one)
    am_text_printf(page, "%s the band is one standard deviation of the neighbouring iterations. ",
                   many ? "Where there is one run," : "The line is a running mean;");
  if (!o->comparable)
    am_text_puts(page, "The tasks differ, and so do the scales of their rewards: compare the "
                       "shapes of the curves, not their heights. ");
  if (has_lines(p)) am_text_puts(page, "Dashed: what known ways to play earn.");
  am_text_puts(page, "</figcaption>\n");
}

static amine_status put_picture(am_text *page, picture *p, amine_error *error) {
  amine_status status = picture_make(p, error);
  if (status == AMINE_OK) {
    const am_source *source = &p->overview->sources[0];
    const bool lines = has_lines(p);
    am_plot plot = {.x = am_axis_exact(0, p->bins.x_max, p->small ? 3 : 6),
                    .y = y_axis(p),
                    .classes = p->small ? "low"
                               : lines  ? "tall named"
                                        : "tall",
                    .x_title = p->small ? NULL : p->unit.name,
                    .bridged = true};
    am_plot_open(page, &plot);
    if (lines) put_line_names(page, source, &plot);
    am_plot_begin(page, &plot);
    for (size_t k = 0; lines && k < source->n_lines; k++)
      if (am_line_shown(source, k)) am_plot_across(page, &plot, "known", source->lines[k].reward);
    put_curves(page, p, &plot);
    am_plot_close(page);
    put_readout(page, p, &plot);
    if (!p->small) put_caption(page, p);
  }
  picture_free(p);
  return status;
}

/* ----------------------------------------------------------------------------------- sections */

amine_status am_section_learning(am_text *page, const am_overview *o, amine_error *error) {
  const bool is_loss = o->main == AM_METRIC_LOSS;
  const bool has_seconds = am_overview_max(o, AM_METRIC_SECONDS) > 0;
  am_text_printf(page, "<section id=\"learning\">\n<h2>%s</h2>\n",
                 is_loss         ? "Loss while it learns"
                 : o->perplexity ? "Prediction while it learns"
                                 : "Reward while it learns");
  if (!am_overview_has(o, o->main)) {
    am_text_puts(page, "<p class=\"missing\">No metrics have been written yet.</p>\n</section>\n");
    return AMINE_OK;
  }
  if (has_seconds)
    am_text_puts(page, "<input type=\"radio\" name=\"against\" id=\"by-iteration\" checked>"
                       "<label for=\"by-iteration\">iterations</label>"
                       "<input type=\"radio\" name=\"against\" id=\"by-time\">"
                       "<label for=\"by-time\">time</label>\n");
  am_page_key(page, o);
  for (int k = 0; k < (has_seconds ? 2 : 1); k++) {
    picture p = {.overview = o,
                 .metric = o->main,
                 .bins.against = k ? AM_METRIC_SECONDS : AM_METRIC_ITERATION};
    am_text_printf(page, "<figure class=\"chart %s\">\n<p class=\"y-title\">%s</p>\n",
                   k ? "by-time" : "by-iteration",
                   is_loss         ? "loss"
                   : o->perplexity ? "mean log probability of what comes next, nats"
                                   : "reward per episode");
    AM_TRY(put_picture(page, &p, error));
    am_text_puts(page, "</figure>\n");
  }
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}

/* Never written, or always 0: what no learner here has, as evolution has no critic. */
static bool is_nothing(const am_overview *o, am_metric metric) {
  for (size_t s = 0; s < o->n_sources; s++) {
    const am_metrics *m = &o->sources[s].metrics;
    for (size_t k = 0; k < m->n; k++)
      if (!isnan(m->column[metric][k]) && m->column[metric][k] != 0) return false;
  }
  return true;
}

/* Only a2c reports what its gradient lowers; others, how far off they are. */
static const char *meaning_of_loss(const am_overview *o) {
  for (size_t s = 0; s < o->n_sources; s++) {
    const char *learner = am_source_setting(&o->sources[s], "learner.type");
    if (learner && strcmp(learner, "a2c") != 0)
      return "mean error of the critic, or of what was asked";
  }
  return "what the gradient lowers";
}

amine_status am_section_training(am_text *page, const am_overview *o, amine_error *error) {
  const struct {
    am_metric metric;
    const char *title, *meaning;
  } small[] = {
      {AM_METRIC_LEARNED, "Learned reward", "what the model of the judge says of an episode"},
      {AM_METRIC_AGREEMENT, "Agreement",
       "share of the judge's answers that the model foresaw, before it learned from them"},
      {AM_METRIC_KL, "Way from the first policy",
       "KL(&pi; || &pi;<sub>first</sub>) of an episode, in nats"},
      {AM_METRIC_VALUE, "Value", "the reward to come, as the critic guesses it"},
      {AM_METRIC_ENTROPY, "Entropy", "how undecided the policy is, in nats"},
      {AM_METRIC_LOSS, "Loss", meaning_of_loss(o)},
      {AM_METRIC_GRADIENT_NORM, "Size of the change", "norm, before it is scaled or clipped"},
      {AM_METRIC_RATE, "Learning rate", "the step size"},
  };
  bool any = false;
  for (size_t k = 0; k < sizeof small / sizeof small[0]; k++) {
    if (small[k].metric == o->main || is_nothing(o, small[k].metric)) continue;
    if (!any)
      am_text_puts(page, "<section id=\"training\">\n<h2>Inside the training</h2>\n"
                         "<div class=\"multiples\">\n");
    any = true;
    picture p = {.overview = o,
                 .metric = small[k].metric,
                 .bins.against = AM_METRIC_ITERATION,
                 .small = true};
    am_text_printf(page, "<figure class=\"chart\">\n<h3>%s</h3>\n<p>%s</p>\n", small[k].title,
                   small[k].meaning);
    AM_TRY(put_picture(page, &p, error));
    am_text_puts(page, "</figure>\n");
  }
  if (any) {
    am_text_puts(page, "</div>\n");
    am_page_key(page, o);
    am_text_puts(page, "</section>\n");
  }
  return AMINE_OK;
}
