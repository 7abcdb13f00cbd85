/* What a modulator does, drawn (see explained.h). */
#include "report/explained.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "report/html.h"
#include "report/plot.h"

enum { WINDOW_MAX = 64, UNITS_MAX = 1024 };

amine_status am_explained_read(json_t **root, const char *folder, amine_error *error) {
  am_text path = {0};
  *root = NULL;
  AM_TRY(am_folder_path(&path, folder, "explain.json", error));
  amine_status status = AMINE_OK;
  if (!am_file_missing(path.data)) status = am_json_read(root, path.data, NULL, error);
  if (*root && !json_is_array(json_object_get(*root, "signals"))) {
    json_decref(*root);
    *root = NULL;
    status =
        am_fail_file(error, AMINE_ERROR_INPUT, path.data, -1, "an array \"signals\" is wanted");
  }
  am_text_free(&path);
  return status;
}

/* The numbers of an array, NAN for what is null; returns how many, at most `most`. */
static size_t numbers(double *out, const json_t *object, const char *key, size_t most) {
  const json_t *array = json_object_get(object, key);
  const size_t n = json_array_size(array) < most ? json_array_size(array) : most;
  for (size_t k = 0; k < n; k++) {
    const json_t *x = json_array_get(array, k);
    out[k] = json_is_number(x) ? json_number_value(x) : (double)NAN;
  }
  return n;
}

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

/* ------------------------------------------------------------------------------ events */
/* The scale that all events of a signal share. */
static void range_of(double *low, double *high, const json_t *signal) {
  static const char *const keys[] = {"mean", "low", "high", "null_low", "null_high"};
  double all[WINDOW_MAX], least, most;
  *low = INFINITY, *high = -INFINITY;
  size_t e;
  const json_t *event;
  json_array_foreach(json_object_get(signal, "events"), e, event) for (int k = 0; k < 5; k++) {
    const size_t n = numbers(all, event, keys[k], WINDOW_MAX);
    am_range(&least, &most, all, n);
    *low = fmin(*low, least), *high = fmax(*high, most);
  }
  if (!(*high > *low)) *low = fmin(*low, 0) - 0.5, *high = *low + 1;
}

static void put_event(am_text *page, const json_t *root, const json_t *signal, const json_t *event,
                      const char *colour, double low, double high) {
  const double sample_s = am_json_number_of(root, "sample_s");
  const double unit = sample_s > 0 ? sample_s : 1;
  const double before = am_json_number_of(root, "before");
  double x[WINDOW_MAX], mean[WINDOW_MAX], q[2][WINDOW_MAX], null[2][WINDOW_MAX];
  const size_t n = numbers(mean, event, "mean", WINDOW_MAX);
  if (n < 2 || numbers(q[0], event, "low", n) != n || numbers(q[1], event, "high", n) != n ||
      numbers(null[0], event, "null_low", n) != n || numbers(null[1], event, "null_high", n) != n)
    return;
  for (size_t k = 0; k < n; k++) x[k] = ((double)k - before) * unit;
  am_plot plot = {.x = am_axis_exact(x[0], x[n - 1], 5),
                  .y = am_axis_round(low, high, 3),
                  .classes = "low",
                  .x_title = sample_s > 0 ? "s since it" : "steps since it"};
  am_html_between(page, "<figure class=\"chart\">\n<h3>", text_of(event, "name"), 60, " <small>");
  am_html_count(page, (size_t)fmax(0, am_json_number_of(event, "n")));
  am_html_between(page, " times: ", text_of(event, "meaning"), 160, "</small></h3>\n");
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  am_plot_band(page, &plot, colour, x, q[0], q[1], n);
  am_plot_band(page, &plot, "was", x, null[0], null[1], n);
  am_plot_down(page, &plot, "known", 0);
  am_plot_across(page, &plot, "zero", am_json_number_of(signal, "mean"));
  am_plot_line(page, &plot, colour, x, mean, n);
  am_plot_close(page);
  am_readout_open(page, &plot, sample_s > 0 ? "s" : "step", x, n);
  am_readout_add(
      page, &(am_readout){.label = "mean", .classes = colour, .y = mean, .low = q[0], .high = q[1]},
      n);
  am_readout_add(page, &(am_readout){.label = "shuffled, up to", .classes = "was", .y = null[1]},
                 n);
  am_readout_close(page);
  am_text_puts(page, "</figure>\n");
}

static void put_events(am_text *page, const json_t *root, const json_t *signal,
                       const char *colour) {
  const json_t *events = json_object_get(signal, "events"), *event;
  size_t e;
  double low, high;
  if (json_array_size(events) == 0) return;
  range_of(&low, &high, signal);
  am_text_printf(
      page,
      "<ul class=\"key\"><li><i class=\"swatch %s\"></i>mean, and the middle half of "
      "the events</li><li><i class=\"swatch was\"></i>95 %% of the means where the signal "
      "is shuffled in time</li></ul>\n<div class=\"multiples\">\n",
      colour);
  json_array_foreach(events, e, event) put_event(page, root, signal, event, colour, low, high);
  am_text_puts(page, "</div>\n");
}

/* ------------------------------------------------------------------------------ tables */
static void put_share(am_text *page, const char *what, double share) {
  if (!isfinite(share)) return;
  am_text_printf(page, "<tr><td>%s</td><td class=\"n\">", what);
  am_html_fixed(page, share, 2);
  am_text_puts(page, "</td></tr>\n");
}

static void put_predicted(am_text *page, const json_t *signal) {
  const json_t *p = json_object_get(signal, "predicted");
  if (!isfinite(am_json_number_of(p, "all"))) return;
  am_text_puts(page, "<h3>How much of it its world predicts <small>R\xc2\xb2 on ");
  am_html_count(page, (size_t)am_json_number_of(p, "held_out"));
  am_text_puts(page, " samples held out, by ridge regression on ");
  am_html_count(page, (size_t)am_json_number_of(p, "fitted"));
  am_text_puts(page, " others</small></h3>\n<div class=\"scroll\"><table>\n<tbody>\n");
  put_share(page, "everything below", am_json_number_of(p, "all"));
  put_share(page, "what is shown, alone", am_json_number_of(p, "shown"));
  put_share(page, "what was paid, now and before, alone", am_json_number_of(p, "paid"));
  put_share(page, "the time, alone", am_json_number_of(p, "time"));
  put_share(page, "what happened, now and up to 3 samples ago, alone",
            am_json_number_of(p, "events"));
  am_text_puts(page, "</tbody></table></div>\n");
}

static void put_how(am_text *page, const json_t *held) {
  static const struct {
    const char *how, *words;
  } all[] = {{"free", "free, as it is"},
             {"mean", "held at its mean, always"},
             {"zero", "held at 0, always"},
             {"shuffled", "its own course, shuffled in time"},
             {"within", "held at its mean up to 3 steps after "},
             {"outside", "held at its mean but for up to 3 steps after "}};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (strcmp(text_of(held, "how"), all[k].how) == 0) am_text_puts(page, all[k].words);
  am_html_text(page, text_of(held, "event"));
}

static void put_held(am_text *page, const json_t *root, const json_t *signal) {
  const json_t *all = json_object_get(signal, "held"), *held;
  size_t k;
  if (json_array_size(all) == 0) return;
  am_text_printf(
      page,
      "<h3>What holding it costs <small>%s, with 95 %% intervals; the difference is "
      "episode by episode</small></h3>\n<div class=\"scroll\"><table>\n<thead><tr><th></th>"
      "<th class=\"n\">%s</th><th class=\"n\">beside free</th></tr></thead>\n<tbody>\n",
      json_is_true(json_object_get(root, "of_symbols")) ? "the mean log probability of what came"
                                                        : "the reward per episode",
      json_is_true(json_object_get(root, "of_symbols")) ? "log p" : "reward");
  json_array_foreach(all, k, held) {
    am_text_puts(page, "<tr><td>");
    put_how(page, held);
    am_text_puts(page, "</td><td class=\"n\">");
    am_html_with_error(page, am_json_number_of(held, "value"), am_json_number_of(held, "half"));
    am_text_puts(page, "</td><td class=\"n\">");
    if (k > 0)
      am_html_with_error(page, am_json_number_of(held, "difference"),
                         am_json_number_of(held, "difference_half"));
    am_text_puts(page, "</td></tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

/* Of a brain: what its protocol measures, with the system free and held. */
static void put_levels(am_text *page, const json_t *root, const json_t *signal) {
  const json_t *all = json_object_get(signal, "held"), *held;
  const double seeds = am_json_number_of(root, "seeds");
  size_t k;
  if (json_array_size(all) == 0) return;
  am_text_puts(page, "<h3>What holding it costs <small>");
  if (seeds > 1) {
    am_html_count(page, (size_t)seeds);
    am_text_puts(page, " lives each, with 95 % intervals; the difference is seed by seed");
  } else am_text_puts(page, "one life more, with the same seed");
  am_text_puts(page, "</small></h3>\n<div class=\"scroll\"><table>\n<thead><tr><th></th>"
                     "<th class=\"n\">free</th><th class=\"n\">held at ");
  am_html_fixed(page, am_json_number_of(json_array_get(all, 0), "level"), 2);
  am_text_puts(page, "</th><th class=\"n\">difference</th></tr></thead>\n<tbody>\n");
  json_array_foreach(all, k, held) {
    static const char *const keys[3][2] = {
        {"free", "free_half"}, {"value", "half"}, {"difference", "difference_half"}};
    am_html_between(page, "<tr><td>", text_of(held, "title"), 120, "");
    if (*text_of(held, "unit")) am_html_between(page, ", ", text_of(held, "unit"), 24, "");
    am_text_puts(page, "</td>");
    for (int c = 0; c < 3; c++) {
      am_text_puts(page, "<td class=\"n\">");
      am_html_with_error(page, am_json_number_of(held, keys[c][0]),
                         am_json_number_of(held, keys[c][1]));
      am_text_puts(page, "</td>");
    }
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

/* ------------------------------------------------------------------------------ reach */
static int descending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

static void put_reach(am_text *page, const json_t *signal, const char *colour) {
  const json_t *reach = json_object_get(signal, "reach");
  double share[UNITS_MAX], sum = 0;
  size_t half = 0;
  const size_t n = numbers(share, reach, "share", UNITS_MAX);
  if (n < 2) return;
  qsort(share, n, sizeof *share, descending);
  while (half < n && sum < 0.5) sum += share[half++];
  const am_plot plot = {.x = am_axis_exact(0, (double)n, 5),
                        .y = am_axis_round(0, share[0] * (double)n, 3),
                        .classes = "low",
                        .x_title = "units, those that it reaches most first"};
  am_text_puts(
      page,
      "<figure class=\"chart\">\n<h3>Which units it reaches <small>half of its weight is on ");
  am_html_count(page, half);
  am_text_puts(page, " of ");
  am_html_count(page, n);
  am_text_printf(page, " units; 1 is as much as all alike would have; %s</small></h3>\n",
                 json_is_true(json_object_get(reach, "fanout"))
                     ? "the fan-out's weight, times what the trace weighs there"
                     : "what the trace weighs there");
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < n; k++)
    am_plot_bar(page, &plot, colour, (double)k + 0.5, 0.8, share[k] * (double)n);
  am_plot_across(page, &plot, "known", 1);
  am_plot_close(page);
  am_text_puts(page, "</figure>\n");
}

/* ------------------------------------------------------------------------------ the section */
static void put_spread(am_text *page, const json_t *root, const json_t *signal) {
  am_html_between(page, "<p><b>", text_of(signal, "name"), 60, "</b>, ");
  am_html_brief(page, text_of(signal, "meaning"), 160);
  am_text_puts(page, ": on average <b>");
  am_html_fixed(page, am_json_number_of(signal, "mean"), 3);
  am_text_puts(page, "</b>, standard deviation ");
  am_html_fixed(page, am_json_number_of(signal, "sd"), 3);
  am_text_puts(page, ", quartiles ");
  am_html_fixed(page, am_json_number_of(signal, "low"), 3);
  am_text_puts(page, ", ");
  am_html_fixed(page, am_json_number_of(signal, "middle"), 3);
  am_text_puts(page, " and ");
  am_html_fixed(page, am_json_number_of(signal, "high"), 3);
  am_text_puts(page, ", over ");
  am_html_count(page, (size_t)fmax(0, am_json_number_of(signal, "samples")));
  am_text_puts(page, am_json_number_of(root, "sample_s") > 0 ? " samples.</p>\n" : " steps.</p>\n");
}

/* A signal's colour: a chemical system its own. */
static const char *colour_of(const char *name, char *out, size_t size) {
  static const char *const systems[] = {"dopamine", "serotonin", "norepinephrine", "acetylcholine",
                                        "orexin"};
  for (size_t k = 0; k < sizeof systems / sizeof *systems; k++)
    if (strcmp(systems[k], name) == 0) return systems[k];
  return am_curve_classes(out, size, 0);
}

void am_explained_section(am_text *page, const json_t *root) {
  const json_t *signals = json_object_get(root, "signals"), *signal;
  size_t k;
  if (json_array_size(signals) == 0) return;
  am_text_puts(page, "<section id=\"explained\">\n<h2>What the modulator does</h2>\n");
  const double episodes = am_json_number_of(root, "episodes");
  if (episodes > 0) {
    am_text_puts(page, "<p>Of ");
    am_html_count(page, (size_t)episodes);
    am_text_puts(page, " fresh episodes, without learning. ");
  } else am_text_puts(page, "<p>Of what is recorded. ");
  const json_t *limits = json_object_get(root, "limits"), *limit;
  json_array_foreach(limits, k, limit) {
    if (!json_is_string(limit)) continue;
    am_html_text(page, json_string_value(limit));
    am_text_puts(page, ". ");
  }
  am_text_puts(page, "</p>\n");
  json_array_foreach(signals, k, signal) {
    char classes[16];
    const char *colour = colour_of(text_of(signal, "name"), classes, sizeof classes);
    put_spread(page, root, signal);
    put_events(page, root, signal, colour);
    put_predicted(page, signal);
    if (am_json_number_of(root, "sample_s") > 0) put_levels(page, root, signal);
    else put_held(page, root, signal);
    put_reach(page, signal, colour);
  }
  am_text_puts(page, "</section>\n");
}
