/* One recorded episode: what happened in words, the maze, the strips, the numbers for the replay.
 */
#include "report/train/episode.h"

#include <math.h>

#include "format/json.h"
#include "report/html.h"
#include "report/train/sections.h"

#define AFTER 3 /* steps after a reward in which the modulator is looked at */

/* -------------------------------------------------------------------------------------- words */

static void put_trips_story(am_text *page, const am_trips *trips) {
  const size_t n_back = trips->n_found > 0 ? trips->n_found - 1 : 0;
  if (trips->n == 0) return;
  if (trips->n_found == 0) {
    am_text_printf(page, "It did not find the reward in %zu steps. ", trips->trip[0].end);
    return;
  }
  am_text_printf(page, "It found the reward after <b>%zu</b> steps of search", trips->trip[0].end);
  if (n_back == 0) {
    am_text_puts(page, ", and did not find it again. ");
    return;
  }
  am_text_printf(page, ", was thrown somewhere else each time, and came back <b>%zu</b> time%s",
                 n_back, n_back == 1 ? "" : "s");
  am_text_puts(page, n_back == 1 ? ", in " : ", in <b>");
  am_html_figure(page, am_trips_mean(trips), 2);
  am_text_puts(page, n_back == 1 ? " steps" : "</b> steps on average");
  if (isfinite(am_trips_mean_shortest(trips))) {
    am_text_puts(page, " where the shortest way, for one who knew its place, has ");
    am_html_figure(page, am_trips_mean_shortest(trips), 2);
  }
  am_text_puts(page, ". ");
}

/* Mean size of M in the steps after rewards, and in the others. */
static void put_modulator_story(am_text *page, const am_recording *r, const am_trips *trips,
                                size_t n) {
  const float *level = r->numbers[AM_RECORDED_LEVEL];
  double sum[2] = {0}, count[2] = {0};
  if (am_eta_is_constant(r, n)) {
    am_text_puts(page, "Its connections change at the constant rate <i>\xce\xb7</i> = ");
    am_html_figure(page, (double)r->numbers[AM_RECORDED_ETA_MEAN][0], 2);
    am_text_puts(page, ". ");
  }
  if (!level || trips->n_found < 2) return;
  for (size_t t = 0, since = AFTER + 1; t < n; t++) {
    const bool near = since >= 1 && since <= AFTER;
    if (isfinite(level[t])) {
      sum[near] += fabs((double)level[t]);
      count[near]++;
    }
    since = r->numbers[AM_RECORDED_REWARDS][t] > 0 ? 1 : since + 1;
  }
  if (count[0] == 0 || count[1] == 0) return;
  am_text_puts(page, "The modulator's size |<i>M</i>| averages ");
  am_html_fixed(page, sum[1] / count[1], 2);
  am_text_printf(page, " in the %d steps after a reward and ", AFTER);
  am_html_fixed(page, sum[0] / count[0], 2);
  am_text_puts(page, " otherwise. ");
}

/* ------------------------------------------------------------------------------------ numbers */

static void put_floats(am_text *page, const char *key, const float *values, size_t n, int digits) {
  if (!values) return;
  am_text_printf(page, ",\"%s\":[", key);
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(page, ",");
    am_json_number(page, (double)values[k], digits);
  }
  am_text_puts(page, "]");
}

static void put_data(am_text *page, const am_recording *r, const am_trips *trips, size_t n) {
  am_text_printf(page,
                 "<script type=\"application/json\" id=\"episode-data\">{\"steps\":%zu,"
                 "\"trips\":[",
                 n);
  for (size_t k = 0; k < trips->n; k++)
    am_text_printf(page, "%s[%zu,%zu]", k > 0 ? "," : "", trips->trip[k].first, trips->trip[k].end);
  if (trips->n == 0) am_text_printf(page, "[0,%zu]", n);
  am_text_puts(page, "]");
  if (r->actions) {
    am_text_puts(page, ",\"actions\":[");
    for (size_t t = 0; t < n; t++)
      am_text_printf(page, "%s%d", t > 0 ? "," : "", (int)r->actions[t]);
    am_text_puts(page, "]");
  }
  put_floats(page, "rewards", r->numbers[AM_RECORDED_REWARDS], n, 4);
  put_floats(page, "level", r->numbers[AM_RECORDED_LEVEL], n, 3);
  if (!am_eta_is_level(r, n)) {
    put_floats(page, "eta", r->numbers[AM_RECORDED_ETA_MEAN], n, 3);
    put_floats(page, "eta_sd", r->numbers[AM_RECORDED_ETA_SD], n, 2);
  }
  put_floats(page, "trace", r->numbers[AM_RECORDED_TRACE_NORM], n, 3);
  put_floats(page, "value", r->numbers[AM_RECORDED_VALUE], n, 3);
  put_floats(page, "policy", r->numbers[AM_RECORDED_POLICY], AM_RECORDING_ACTIONS * n, 2);
  am_text_puts(page, "}</script>\n");
}

static void put_controls(am_text *page, size_t n) {
  am_text_printf(page,
                 "<div class=\"controls\">\n"
                 "<button type=\"button\" id=\"play\" aria-label=\"Play the episode\">"
                 "<svg viewBox=\"0 0 10 10\" aria-hidden=\"true\"><path class=\"go\" "
                 "d=\"M2 1l7 4-7 4z\"/><path class=\"halt\" d=\"M2 1h2v8h-2zM6 1h2v8h-2z\"/></svg>"
                 "</button>\n<input type=\"range\" id=\"step\" min=\"0\" max=\"%zu\" "
                 "value=\"%zu\" step=\"1\" aria-label=\"Step of the episode\">\n"
                 "<p id=\"now\" role=\"status\"></p>\n</div>\n",
                 n, n);
}

static void put_maze_key(am_text *page, const am_recording *r, const am_trips *trips) {
  am_text_puts(page, "<ul class=\"key\">\n<li><i class=\"swatch search\"></i>first search</li>\n");
  if (trips->n > 1) am_text_puts(page, "<li><i class=\"swatch back\"></i>ways back</li>\n");
  if (r->goal) am_text_puts(page, "<li><i class=\"goal\"></i>reward, unseen</li>\n");
  am_text_puts(page, "<li><i class=\"agent\"></i>agent</li>\n</ul>\n");
}

static amine_status put_stage(am_text *page, const am_overview *o, const am_trips *trips, size_t n,
                              amine_error *error) {
  const am_source *source = &o->sources[o->shown];
  const am_recording *r = &o->recording;
  const bool has_maze = am_maze_picture_possible(r);
  am_text_printf(page, "<div class=\"stage%s\" id=\"episode-stage\">\n", has_maze ? "" : " single");
  if (has_maze) {
    am_text_puts(page, "<div class=\"scene\">\n");
    am_maze_picture(page, r, trips, n);
    put_controls(page, n);
    put_maze_key(page, r, trips);
    am_text_puts(page, "</div>\n");
  }
  am_text_puts(page, "<div class=\"strips\">\n");
  AM_TRY(am_strips(page, r, trips, n, am_source_setting(source, "modulator.type"), error));
  if (!has_maze) put_controls(page, n);
  am_text_puts(page, "</div>\n");
  put_data(page, r, trips, n);
  am_text_puts(page, "</div>\n");
  if (trips->n > 1) {
    am_text_puts(page, "<figure class=\"chart\">\n<h3>Steps to the reward <small>trip by trip; the "
                       "marks are the least possible</small></h3>\n");
    AM_TRY(am_trip_chart(page, trips, error));
    am_text_puts(page, "</figure>\n");
  }
  return AMINE_OK;
}

/* What is no maze: its series. */
static amine_status put_series(am_text *page, const am_overview *o, amine_error *error) {
  const am_recorded_episode *e = &o->episode;
  if (e->text.between) am_text_puts(page, "<p>A passage that training never showed, read by ");
  else if (e->n_episodes > 1)
    am_text_printf(page, "<p>Fresh episodes, one of each of %zu sorts, played by ", e->n_episodes);
  else am_text_puts(page, "<p>A fresh episode, played by ");
  am_shown_run(page, o);
  am_text_puts(page, ". Training is over. ");
  if (e->n_steps > AM_EPISODE_STEPS_MAX)
    am_text_printf(page, "The first %d of %zu steps are shown. ", AM_EPISODE_STEPS_MAX, e->n_steps);
  am_text_puts(page, "</p>\n");
  am_words(page, e);
  am_text_puts(page, "<div class=\"strips\">\n");
  AM_TRY(am_series_strips(page, e, error));
  am_text_puts(page, "</div>\n</section>\n");
  return AMINE_OK;
}

amine_status am_section_episode(am_text *page, const am_overview *o, amine_error *error) {
  am_text_printf(page, "<section id=\"episode\">\n<h2>%s</h2>\n",
                 o->episode.text.between ? "What it reads and writes" : "One episode");
  if (o->episode.n > 0) return put_series(page, o, error);
  if (o->recording.n_steps == 0) {
    am_text_puts(page, "<p class=\"missing\">No episode was recorded.</p>\n</section>\n");
    return AMINE_OK;
  }
  const am_recording *r = &o->recording;
  const size_t n = r->n_steps < AM_EPISODE_STEPS_MAX ? r->n_steps : AM_EPISODE_STEPS_MAX;
  am_trips trips = {0};
  AM_TRY(am_trips_make(&trips, r, n, error));
  am_text_puts(page, "<p>A fresh episode, played by ");
  am_shown_run(page, o);
  am_text_puts(page, ". Training is over: all that the network gets to know of this episode is in "
                     "its activity and in its connections. ");
  put_trips_story(page, &trips);
  put_modulator_story(page, r, &trips, n);
  if (n < r->n_steps) am_text_printf(page, "The first %zu of %zu steps are shown. ", n, r->n_steps);
  am_text_puts(page, "</p>\n");
  amine_status status = put_stage(page, o, &trips, n, error);
  am_trips_free(&trips);
  am_text_puts(page, "</section>\n");
  return status;
}
