/* The top of the page: what was done, what came of it, and where that lies between chance and
 * oracle. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/sections.h"

/* ------------------------------------------------------------------------------------ sentences */

static bool setting_is(const am_source *source, const char *key, const char *value) {
  const char *found = am_source_setting(source, key);
  return found && strcmp(found, value) == 0;
}

/* What the agent has to do, and what it is made of, if the configuration is one we know. */
static void put_task(am_text *page, const am_overview *o) {
  const am_source *s = &o->sources[0];
  const char *rule = am_source_setting(s, "rule.type");
  double units = am_source_number(s, "network.hidden");
  am_text_puts(page, "<p class=\"lead\">");
  if (setting_is(s, "task.type", "maze"))
    am_text_puts(page, "Find a reward that cannot be seen, remember where it is, and come back from "
                       "wherever you are thrown: each episode has its own hidden place, so it must "
                       "be learned anew within the episode. ");
  if (o->n_groups == 1 && units > 0 && rule) {
    am_text_puts(page, "The agent is a recurrent network of ");
    am_html_figure(page, units, 6);
    if (strcmp(rule, "none") == 0)
      am_text_puts(page, " units; its only memory is its activity.");
    else if (setting_is(s, "modulator.type", "readout"))
      am_text_puts(page, " units whose connections keep changing while it lives, at a rate that it "
                         "sets itself: its modulator <i>M</i>(<i>t</i>).");
    else
      am_text_puts(page, " units whose connections keep changing while it lives, at a constant "
                         "learned rate.");
  }
  am_text_puts(page, "</p>\n");
}

/* "198 ± 1": both with the decimals that the error deserves. */
static void put_with_error(am_text *page, double value, double error) {
  if (!(error > 0)) {
    am_html_figure(page, value, 3);
    return;
  }
  int decimals = error >= 0.95 ? 0 : error >= 0.095 ? 1 : 2;
  am_html_fixed(page, value, decimals);
  am_text_puts(page, " \xc2\xb1 ");
  am_html_fixed(page, error, decimals);
}

static void put_range(am_text *page, const am_spread *s) {
  am_html_figure(page, s->low, 3);
  am_text_puts(page, " to ");
  am_html_figure(page, s->high, 3);
}

/* The configuration that reached most, or n_groups if none reached anything. */
static size_t best_group(const am_overview *o) {
  size_t best = o->n_groups;
  double most = -INFINITY;
  for (size_t g = 0; g < o->n_groups; g++) {
    double mean = o->groups[g].result.mean;
    double score = o->main == AM_METRIC_LOSS ? -mean : mean;
    if (isnan(score) || !(score > most)) continue;
    most = score;
    best = g;
  }
  return best;
}

static void put_who(am_text *page, const am_overview *o, const am_group *group) {
  bool is_many = group->n_runs > 1;
  if (o->n_groups > 1) {
    am_text_printf(page, "Of %zu configurations, <b>", o->n_groups);
    am_html_brief(page, group->label, 80);
    am_text_printf(page, "</b> %s: ", o->main == AM_METRIC_LOSS ? "loses least" : "earns most");
  }
  if (group->iterations.high > 0) {
    am_text_puts(page, o->n_groups > 1 ? "after " : "After ");
    am_html_figure(page, group->iterations.high, 3);
    am_text_puts(page, " iterations ");
  }
  if (is_many)
    am_text_printf(page, "%zu networks that differ only in their random seed %s ", group->n_runs,
                   o->main == AM_METRIC_LOSS ? "have a loss of" : "earn");
  else
    am_text_printf(page, "the network %s ",
                   o->main == AM_METRIC_LOSS ? "has a loss of" : "earns");
}

static void put_result(am_text *page, const am_overview *o, const am_group *group) {
  const am_source *source = &o->sources[group->runs[0]];
  const char *of = o->main == AM_METRIC_LOSS ? "" : " per episode";
  am_text_puts(page, "<b>");
  if (group->n_runs > 1) {
    am_html_figure(page, group->result.mean, 3);
    am_text_printf(page, "</b>%s on average (", of);
    put_range(page, &group->result);
    am_text_puts(page, ")");
  } else {
    put_with_error(page, group->result.mean,
                   o->evaluated ? source->eval.se : (double)NAN);
    am_text_printf(page, "</b>%s", of);
  }
  if (o->evaluated && source->eval.episodes > 0) {
    am_text_puts(page, ", measured in ");
    am_html_figure(page, source->eval.episodes, 9);
    am_text_puts(page, group->n_runs > 1 ? " fresh episodes each" : " fresh episodes");
  } else if (!o->evaluated) {
    am_text_puts(page, " at the end of training");
  }
  am_text_puts(page, ". ");
}

/* "Moving at random earns 7.8; a planner that knows the map, 223; ..." */
static void put_yardsticks(am_text *page, const am_source *source) {
  size_t n = 0;
  for (size_t k = 0; k < source->n_lines; k++) {
    if (!am_line_shown(source, k)) continue;
    am_text add = {0};
    am_html_text(&add, am_line_meaning(source->lines[k].policy));
    if (add.failed) page->failed = true;
    if (add.length > 0 && n == 0 && add.data[0] >= 'a' && add.data[0] <= 'z')
      add.data[0] = (char)(add.data[0] - 'a' + 'A');
    if (n > 0) am_text_puts(page, "; ");
    am_text_add(page, add.data, add.length);
    bool has_comma = add.length > 0 && add.data[add.length - 1] == ',';
    am_text_puts(page, n == 0 ? " earns " : has_comma ? " " : ", ");
    am_html_figure(page, source->lines[k].reward, 3);
    am_text_free(&add);
    n++;
  }
  if (n > 0) am_text_puts(page, ". ");
}

/* How far the best result is from chance to the planner. */
static void put_verdict(am_text *page, const am_source *source, double result) {
  double chance = am_source_line(source, "random"), planner = am_source_line(source, "planner");
  double share = (result - chance) / (planner - chance);
  if (!isfinite(share) || !(planner > chance)) return;
  if (share >= 1) {
    am_text_puts(page, "It has learned to beat a planner that was given the map.");
  } else if (share >= 0.1) {
    am_text_puts(page, "That is ");
    am_html_fixed(page, 100 * share, 0);
    am_text_puts(page, " % of the way from chance to the planner, and nobody gave it the map.");
  } else {
    am_text_puts(page, "That is hardly more than chance: it has not learned the task yet.");
  }
}

static void put_headline(am_text *page, const am_overview *o) {
  size_t best = best_group(o);
  if (best == o->n_groups) {
    am_text_puts(page, "<p class=\"headline\">This run has not written any results yet.</p>\n");
    return;
  }
  const am_group *group = &o->groups[best];
  const am_source *source = &o->sources[group->runs[0]];
  am_text_puts(page, "<p class=\"headline\">");
  put_who(page, o, group);
  put_result(page, o, group);
  am_text_puts(page, "</p>\n");
  if (o->main == AM_METRIC_LOSS || source->n_lines == 0) return;
  am_text_puts(page, "<p>");
  put_yardsticks(page, source);
  put_verdict(page, source, group->result.mean);
  if (o->n_sources == 1 && o->evaluated && isfinite(source->eval.greedy_reward)) {
    am_text_puts(page, " If it always takes the action it likes best, instead of drawing one, it "
                       "earns ");
    put_with_error(page, source->eval.greedy_reward, source->eval.greedy_se);
    am_text_puts(page, ".");
  }
  am_text_puts(page, "</p>\n");
}

/* ------------------------------------------------------------------------------------ ladder */

static double ladder_top(const am_overview *o) {
  const am_source *source = &o->sources[0];
  double top = 0;
  for (size_t k = 0; k < source->n_lines; k++) top = fmax(top, source->lines[k].reward);
  for (size_t g = 0; g < o->n_groups; g++) top = fmax(top, o->groups[g].result.high);
  return top > 0 ? 1.04 * top : 1;
}

static void put_left(am_text *page, const char *element, const char *classes, double value,
                     double top) {
  am_text_printf(page, "<%s class=\"%s\" style=\"left:", element, classes);
  am_html_at(page, 100 * fmax(0, fmin(1, value / top)));
  am_text_puts(page, "%\">");
}

static void put_ladder_names(am_text *page, const am_source *source, double top) {
  am_text_puts(page, "<div class=\"rung names\"><div class=\"track\">");
  for (size_t k = 0; k < source->n_lines; k++) {
    if (!am_line_shown(source, k)) continue;
    double reward = source->lines[k].reward;
    const char *side = reward > 0.9 * top ? "at right" : reward < 0.1 * top ? "at left" : "at";
    put_left(page, "span", side, reward, top);
    am_html_brief(page, am_line_name(source->lines[k].policy), 20);
    am_text_puts(page, " <b>");
    am_html_figure(page, reward, 3);
    am_text_puts(page, "</b></span>");
  }
  am_text_puts(page, "</div></div>\n");
}

static void put_rung(am_text *page, const am_overview *o, size_t g, double top) {
  const am_group *group = &o->groups[g];
  const am_source *source = &o->sources[0];
  char classes[16];
  am_text_printf(page, "<div class=\"rung %s\">", am_series_classes(classes, sizeof classes, g));
  if (o->n_groups > 1) {
    am_text_puts(page, "<span class=\"who\">");
    am_html_brief(page, group->label, 80);
    am_text_puts(page, "</span>");
  }
  am_text_puts(page, "<div class=\"track\"><i class=\"fill\" style=\"width:");
  am_html_at(page, 100 * fmax(0, fmin(1, group->result.mean / top)));
  am_text_puts(page, "%\"></i>");
  for (size_t k = 0; k < source->n_lines; k++)
    if (am_line_shown(source, k)) {
      put_left(page, "i", "mark", source->lines[k].reward, top);
      am_text_puts(page, "</i>");
    }
  for (size_t k = 0; k < group->n_runs && group->n_runs > 1; k++) {
    double result = am_result_of(o, group->runs[k]);
    if (isnan(result)) continue;
    put_left(page, "i", "seed", result, top);
    am_text_puts(page, "</i>");
  }
  am_text_puts(page, "</div><b class=\"what\">");
  am_html_figure(page, group->result.mean, 3);
  am_text_puts(page, "</b></div>\n");
}

static void put_ladder(am_text *page, const am_overview *o) {
  double top = ladder_top(o);
  if (o->main == AM_METRIC_LOSS || best_group(o) == o->n_groups) return;
  if (o->sources[0].n_lines == 0 && o->n_sources == 1) return;
  am_text_printf(page, "<figure class=\"ladder%s\">\n", o->n_groups > 1 ? " many" : "");
  if (o->sources[0].n_lines > 0) put_ladder_names(page, &o->sources[0], top);
  for (size_t g = 0; g < o->n_groups; g++) put_rung(page, o, g, top);
  am_text_puts(page, "<figcaption>Reward per episode");
  if (o->n_sources > o->n_groups) am_text_puts(page, "; each dot is one seed, the bar their mean");
  am_text_puts(page, ".</figcaption>\n</figure>\n");
}

/* ------------------------------------------------------------------------------------ runs */

static void put_run(am_text *page, const am_overview *o, size_t s) {
  const am_source *source = &o->sources[s];
  const char *seed = am_source_setting(source, "seed");
  const size_t g = am_group_of(o, s);
  char classes[16];
  am_group alone = o->groups[g];
  am_text_printf(page, "<tr><td><i class=\"swatch %s\"></i>",
                 am_series_classes(classes, sizeof classes, g));
  am_html_brief(page, source->name[0] ? source->name : "run", 60);
  am_text_puts(page, "</td>");
  if (o->n_groups > 1) {
    am_text_puts(page, "<td>");
    am_html_brief(page, alone.label, 80);
    am_text_puts(page, "</td>");
  }
  am_text_puts(page, "<td class=\"n\">");
  am_html_brief(page, seed ? seed : "\xe2\x80\x93", 24);
  am_text_puts(page, "</td><td class=\"n\">");
  double last = 0, seconds = (double)NAN;
  for (size_t k = 0; k < source->metrics.n; k++) {
    last = fmax(last, source->metrics.column[AM_METRIC_ITERATION][k]);
    seconds = fmax(seconds, source->metrics.column[AM_METRIC_SECONDS][k]);
  }
  am_html_figure(page, last, 3);
  am_text_puts(page, "</td><td class=\"n\">");
  am_html_duration(page, seconds);
  am_text_puts(page, "</td><td class=\"n\">");
  am_html_figure(page, am_trained_of(o, s), 3);
  am_text_puts(page, "</td><td class=\"n\">");
  put_with_error(page, source->eval.there ? source->eval.reward : (double)NAN, source->eval.se);
  am_text_puts(page, "</td></tr>\n");
}

static void put_runs(am_text *page, const am_overview *o) {
  if (o->n_sources < 2) return;
  am_text_printf(page, "<details>\n<summary>All %zu runs</summary>\n<div class=\"scroll\"><table>\n"
                       "<thead><tr><th>run</th>%s<th class=\"n\">seed</th>"
                       "<th class=\"n\">iterations</th><th class=\"n\">time</th>"
                       "<th class=\"n\">%s, last 5 %%</th><th class=\"n\">evaluated</th></tr>"
                       "</thead>\n<tbody>\n",
                 o->n_sources, o->n_groups > 1 ? "<th>configuration</th>" : "",
                 o->main == AM_METRIC_LOSS ? "loss" : "reward");
  for (size_t s = 0; s < o->n_sources; s++) put_run(page, o, s);
  am_text_puts(page, "</tbody></table></div>\n</details>\n");
}

amine_status am_section_summary(am_text *page, const am_overview *o, amine_error *error) {
  (void)error;
  am_text title = {0};
  am_page_title(&title, o);
  am_text_puts(page, "<header>\n<h1>");
  if (title.failed)
    page->failed = true;
  else
    am_html_brief(page, title.data, 120);
  am_text_free(&title);
  am_text_puts(page, "</h1>\n");
  put_task(page, o);
  put_headline(page, o);
  put_ladder(page, o);
  put_runs(page, o);
  am_text_puts(page, "</header>\n");
  return AMINE_OK;
}
