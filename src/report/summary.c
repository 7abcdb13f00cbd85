/* The top of the page: what was done, what came of it, and where that lies between chance and
 * oracle. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/sections.h"

/* ---------------------------------------------------------------------------------- sentences */

static bool setting_is(const am_source *source, const char *key, const char *value) {
  const char *found = am_source_setting(source, key);
  return found && strcmp(found, value) == 0;
}

/* A task's own meaning, as a sentence: it begins small and has no full stop. */
static void put_sentence(am_text *page, const char *meaning) {
  const char first[2] = {
      (char)(meaning[0] >= 'a' && meaning[0] <= 'z' ? meaning[0] - 'a' + 'A' : meaning[0])};
  am_html_text(page, first);
  if (meaning[0]) am_html_text(page, meaning + 1);
  am_text_puts(page, ". ");
}

static bool tasks_differ(const am_overview *o) {
  for (size_t k = 0; k < o->n_differing; k++)
    if (strcmp(o->differing[k], "task.type") == 0) return true;
  return false;
}

/* What the agent has to do, and what it is made of, if the configuration is one we know. */
static void put_task(am_text *page, const am_overview *o) {
  const am_source *s = &o->sources[0];
  const char *rule = am_source_setting(s, "rule.type");
  double units = am_source_number(s, "network.hidden");
  am_text_puts(page, "<p class=\"lead\">");
  if (tasks_differ(o))
    am_text_puts(page,
                 "These runs have different tasks: a reward in one says nothing of another. ");
  else if (setting_is(s, "task.type", "maze"))
    am_text_puts(page,
                 "Find a reward that cannot be seen, remember where it is, and come back from "
                 "wherever you are thrown: each episode has its own hidden place, so it must "
                 "be learned anew within the episode. ");
  else if (o->episode.meaning) put_sentence(page, o->episode.meaning);
  if (o->n_groups == 1 && units > 0 && rule) {
    am_text_puts(page, "The agent is a recurrent network of ");
    am_html_figure(page, units, 6);
    if (strcmp(rule, "none") == 0) am_text_puts(page, " units; its only memory is its activity.");
    else if (setting_is(s, "modulator.type", "readout"))
      am_text_puts(page, " units whose connections keep changing while it lives, at a rate that it "
                         "sets itself: its modulator <i>M</i>(<i>t</i>).");
    else
      am_text_puts(page, " units whose connections keep changing while it lives, at a constant "
                         "learned rate.");
  }
  am_text_puts(page, "</p>\n");
}

static void put_range(am_text *page, const am_spread *s) {
  am_html_figure(page, s->low, 3);
  am_text_puts(page, " to ");
  am_html_figure(page, s->high, 3);
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
    am_text_puts(page, " iterations");
    if (group->seconds.mean > 0) {
      am_text_puts(page, " (");
      am_html_duration(page, group->seconds.mean);
      am_text_puts(page, is_many ? " each)" : ")");
    }
    am_text_puts(page, " ");
  }
  if (is_many)
    am_text_printf(page, "%zu networks that differ only in their random seed %s ", group->n_runs,
                   o->main == AM_METRIC_LOSS ? "have a loss of" : "earn");
  else
    am_text_printf(page, "the network %s ", o->main == AM_METRIC_LOSS ? "has a loss of" : "earns");
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
    am_html_with_error(page, group->result.mean, o->evaluated ? source->eval.se : (double)NAN);
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

/* "Chance earns 7.8; a planner that knows the map, 223; ..." */
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

/* When the criterion of the task was reached. */
static void put_criterion(am_text *page, const am_source *source) {
  const am_report_eval *e = &source->eval;
  if (!isfinite(e->criterion) && !e->criterion_meaning[0]) return;
  am_text_puts(page, " The criterion, ");
  if (e->criterion_meaning[0]) {
    am_html_text(page, e->criterion_meaning);
  } else {
    am_text_puts(page, "a mean of ");
    am_html_figure(page, e->criterion, 3);
    am_text_puts(page, " over 1000 episodes");
  }
  am_text_puts(page, ", was ");
  if (isfinite(e->trials)) {
    am_text_puts(page, "reached after <b>");
    am_html_figure(page, e->trials, 9);
    am_text_puts(page, "</b> trials.");
  } else {
    am_text_puts(page, "not reached.");
  }
}

/* How far the best result is from chance to the planner. */
static void put_verdict(am_text *page, const am_source *source, double result) {
  double chance = am_source_line(source, "random"), planner = am_source_line(source, "planner");
  double share = (result - chance) / (planner - chance);
  if (!isfinite(share) || !(planner > chance)) return;
  if (share >= 1) {
    am_text_puts(page, "It has learned to beat a planner that was given the map.");
  } else if (share >= 0.03) {
    am_text_puts(page, "That is ");
    am_html_fixed(page, 100 * share, 0);
    am_text_puts(page, " % of the way from chance to the planner, and nobody gave it the map.");
  } else {
    am_text_puts(page, "That is hardly more than chance: it has not learned the task yet.");
  }
}

static void put_headline(am_text *page, const am_overview *o) {
  size_t best = am_best_group(o);
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
  const am_report_eval *e = &source->eval;
  /* equal to the bit: nothing was drawn, as where values are predicted */
  const bool draws = e->greedy_reward != e->reward || e->greedy_se != e->se;
  if (o->n_sources == 1 && o->evaluated && isfinite(e->greedy_reward) && draws) {
    am_text_puts(page, e->acts ? " If it always takes the action it likes best, instead of drawing "
                                 "one, it earns "
                               : " Undisturbed, without what makes it explore, it earns ");
    am_html_with_error(page, source->eval.greedy_reward, source->eval.greedy_se);
    am_text_puts(page, ".");
  }
  if (o->n_sources == 1) put_criterion(page, source);
  am_text_puts(page, "</p>\n");
}

amine_status am_section_summary(am_text *page, const am_overview *o, amine_error *error) {
  (void)error;
  am_text title = {0};
  am_page_title(&title, o);
  am_text_puts(page, "<header>\n<h1>");
  if (title.failed) page->failed = true;
  else am_html_brief(page, title.data, 120);
  am_text_free(&title);
  am_text_puts(page, "</h1>\n");
  put_task(page, o);
  put_headline(page, o);
  am_ladder(page, o);
  am_run_table(page, o);
  am_text_puts(page, "</header>\n");
  return AMINE_OK;
}
