/* What was recorded over an episode, against time. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/palette.h"
#include "report/plot.h"
#include "report/train/episode.h"

/* One strip: a line, perhaps with a band around it. */
typedef struct strip {
  const char *key, *title, *meaning, *classes; /* key: what the script calls it */
  am_recorded centre;
  bool has_band; /* +- eta_sd */
} strip;

bool am_eta_is_level(const am_recording *r, size_t n_steps) {
  const float *level = r->numbers[AM_RECORDED_LEVEL], *mean = r->numbers[AM_RECORDED_ETA_MEAN];
  const float *sd = r->numbers[AM_RECORDED_ETA_SD];
  if (!level || !mean) return false;
  for (size_t t = 0; t < n_steps; t++)
    if (!(fabsf(level[t] - mean[t]) <= 1e-5f) || (sd && !(sd[t] <= 1e-5f))) return false;
  return true;
}

bool am_eta_is_constant(const am_recording *r, size_t n_steps) {
  const float *mean = r->numbers[AM_RECORDED_ETA_MEAN], *sd = r->numbers[AM_RECORDED_ETA_SD];
  if (!mean || r->numbers[AM_RECORDED_LEVEL]) return false;
  for (size_t t = 0; t < n_steps; t++)
    if (!(fabsf(mean[t] - mean[0]) <= 1e-5f) || (sd && !(sd[t] <= 1e-5f))) return false;
  return true;
}

/* The name of a modulator that has a colour of its own; any other is drawn as a read-out. */
static const char *colour_of(const char *modulator) {
#define NAME(name, light, dark) name,
  static const char *const names[] = {AM_MODULATOR_COLOURS(NAME)};
#undef NAME
  for (size_t k = 0; modulator && k < sizeof names / sizeof names[0]; k++)
    if (strcmp(names[k], modulator) == 0) return names[k];
  return "readout";
}

/* out[0..2][n]: low, centre, high of a strip; t[n] */
static void take_values(double *t, double *out, const am_recording *r, const strip *s, size_t n) {
  const float *centre = r->numbers[s->centre], *sd = r->numbers[AM_RECORDED_ETA_SD];
  for (size_t k = 0; k < n; k++) {
    double spread = s->has_band && sd ? (double)sd[k] : 0;
    t[k] = (double)k;
    out[n + k] = (double)centre[k];
    out[k] = out[n + k] - spread;
    out[2 * n + k] = out[n + k] + spread;
  }
}

void am_strip_head(am_text *page, const char *key, const char *title, const char *meaning) {
  am_text_printf(page, "<h3><span>%s</span> <small>%s</small>", title, meaning);
  if (key) am_text_printf(page, "<output data-of=\"%s\"></output>", key);
  am_text_puts(page, "</h3>\n");
}

static amine_status put_strip(am_text *page, const am_recording *r, const am_trips *trips, size_t n,
                              const strip *s, const char *x_title, amine_error *error) {
  double *t = am_alloc(4 * n, sizeof *t), low, high;
  if (!t) return am_fail_memory(error, 4 * n * sizeof *t);
  double *values = t + n;
  take_values(t, values, r, s, n);
  am_range(&low, &high, values, 3 * n);
  if (low > 0) low = 0;
  if (high < 0) high = 0;
  am_plot plot = {.x = am_axis_exact(0, (double)n, 5),
                  .y = am_axis_round(low, high, 3),
                  .classes = "strip",
                  .x_title = x_title};
  am_strip_head(page, s->key, s->title, s->meaning);
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  am_plot_across(page, &plot, "zero", 0);
  for (size_t k = 0; k < trips->n; k++)
    if (trips->trip[k].found) am_plot_down(page, &plot, "hit", (double)(trips->trip[k].end - 1));
  if (s->has_band) am_plot_band(page, &plot, s->classes, t, values, values + 2 * n, n);
  am_plot_line(page, &plot, s->classes, t, values + n, n);
  am_plot_close(page);
  am_free(t);
  return AMINE_OK;
}

amine_status am_strips(am_text *page, const am_recording *r, const am_trips *trips, size_t n,
                       const char *modulator, amine_error *error) {
  const bool same = am_eta_is_level(r, n), constant = am_eta_is_constant(r, n);
  const char *colour = colour_of(modulator);
  const strip strips[] = {
      {"level", same ? "Modulator <i>M</i> = \xce\xb7" : "Modulator <i>M</i>(<i>t</i>)",
       "how fast, and with which sign, connections change", colour, AM_RECORDED_LEVEL, false},
      {"eta", "\xce\xb7", "the rate at each unit: mean \xc2\xb1 sd", colour, AM_RECORDED_ETA_MEAN,
       true},
      {"trace", "Trace <i>H</i>", "root mean square: how much is remembered", "c5",
       AM_RECORDED_TRACE_NORM, false},
      {"value", "Value", "the reward that the network expects", "c2", AM_RECORDED_VALUE, false},
  };
  const size_t n_strips = sizeof strips / sizeof strips[0];
  const bool has_raster = r->numbers[AM_RECORDED_ACTIVITY] != NULL;
  size_t last = n_strips;
  bool shown[sizeof strips / sizeof strips[0]];
  for (size_t k = 0; k < n_strips; k++) {
    const bool is_eta = strips[k].centre == AM_RECORDED_ETA_MEAN;
    shown[k] = r->numbers[strips[k].centre] && !(is_eta && (same || constant));
    if (shown[k]) last = k;
  }
  if (has_raster) AM_TRY(am_raster(page, r, n, error));
  for (size_t k = 0; k < n_strips; k++) {
    if (!shown[k]) continue;
    AM_TRY(put_strip(page, r, trips, n, &strips[k], k == last ? "step" : "", error));
  }
  return AMINE_OK;
}

amine_status am_trip_chart(am_text *page, const am_trips *trips, amine_error *error) {
  const size_t n = trips->n;
  double *x = am_alloc(3 * n, sizeof *x), high = 1;
  if (!x) return am_fail_memory(error, 3 * n * sizeof *x);
  double *taken = x + n, *least = x + 2 * n;
  for (size_t k = 0; k < n; k++) {
    const am_trip *trip = &trips->trip[k];
    x[k] = (double)(k + 1);
    taken[k] = (double)(trip->end - trip->first);
    least[k] = trip->shortest >= 0 ? trip->shortest : (double)NAN;
    if (taken[k] > high) high = taken[k];
    if (trip->shortest > high) high = trip->shortest;
  }
  am_plot plot = {.x = am_axis_whole(0.4, (double)n + 0.6, 12),
                  .y = am_axis_round(0, high, 3),
                  .classes = "low",
                  .x_title = "trip"};
  am_plot_open(page, &plot);
  am_plot_begin(page, &plot);
  for (size_t k = 0; k < n; k++) {
    const am_trip *trip = &trips->trip[k];
    am_plot_bar(page, &plot,
                !trip->found ? "lost"
                : k == 0     ? "search"
                             : "back",
                x[k], 0.7, taken[k]);
    if (trip->shortest < 0) continue;
    const double ends[2] = {x[k] - 0.42, x[k] + 0.42}, level[2] = {least[k], least[k]};
    am_plot_line(page, &plot, "least", ends, level, 2);
  }
  am_plot_close(page);
  am_readout_open(page, &plot, "trip", x, n);
  const am_readout curves[2] = {{.label = "steps taken", .classes = "back", .y = taken},
                                {.label = "least possible", .classes = "least", .y = least}};
  for (int k = 0; k < 2; k++) am_readout_add(page, &curves[k], n);
  am_readout_close(page);
  am_free(x);
  return AMINE_OK;
}
