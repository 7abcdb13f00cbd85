/* The top of the page: what was done, what came of it, and where that lies between chance and
 * oracle. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/train/sections.h"

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

/* What the agent has to do, and what it is made of, if the configuration is one we know. */
static void put_task(am_text *page, const am_overview *o) {
  const am_source *s = &o->sources[0];
  const char *rule = am_source_setting(s, "rule.type");
  double units = am_source_number(s, "network.hidden");
  am_text_puts(page, "<p class=\"lead\">");
  if (!o->comparable)
    am_text_puts(page,
                 "These runs have different tasks: a reward in one says nothing of another. ");
  else if (setting_is(s, "task.type", "maze"))
    am_text_puts(page,
                 "Find a reward that cannot be seen, remember where it is, and come back from "
                 "wherever you are thrown: each episode has its own hidden place, so it must "
                 "be learned anew within the episode. ");
  else if (o->episode.meaning) put_sentence(page, o->episode.meaning);
  if (o->n_variants == 1 && units > 0 && rule) {
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

/* "The network earns", "5 networks have an error of", "Chance earns" */
static const char *verb(const am_overview *o, bool many) {
  if (o->main == AM_METRIC_LOSS) return many ? "have a loss of" : "has a loss of";
  if (o->perplexity) return many ? "have a perplexity of" : "has a perplexity of";
  if (o->errors) return many ? "have an error of" : "has an error of";
  return many ? "earn" : "earns";
}

static void put_range(am_text *page, const am_overview *o, const am_spread *s) {
  const bool turned = o->errors || o->perplexity;
  am_html_figure(page, am_spoken(o, turned ? s->high : s->low), 3);
  am_text_puts(page, " to ");
  am_html_figure(page, am_spoken(o, turned ? s->low : s->high), 3);
}

static void put_label(am_text *page, const am_variant *variant) {
  am_html_between(page, "<b>", variant->label, 80, "</b>");
}

static void put_who(am_text *page, const am_overview *o, const am_variant *variant) {
  const bool is_many = variant->n_runs > 1, is_best = o->n_variants > 1;
  if (is_best) {
    am_text_printf(page, "Of %zu configurations, ", o->n_variants);
    put_label(page, variant);
    am_text_printf(page,
                   " %s (its difference from each other is more than another set of seeds "
                   "would change): ",
                   o->main == AM_METRIC_LOSS ? "loses least"
                   : o->perplexity           ? "predicts best"
                   : o->errors               ? "errs least"
                                             : "earns most");
  }
  if (variant->iterations.high > 0) {
    am_text_puts(page, is_best ? "after " : "After ");
    am_html_figure(page, variant->iterations.high, 3);
    am_text_puts(page, " iterations");
    if (variant->seconds.mean > 0) {
      am_text_puts(page, " (");
      am_html_duration(page, variant->seconds.mean);
      am_text_puts(page, is_many ? " each)" : ")");
    }
    am_text_puts(page, " ");
  }
  if (is_many)
    am_text_printf(page, "%zu networks that differ only in their random seed %s ", variant->n_runs,
                   verb(o, true));
  else am_text_printf(page, "the network %s ", verb(o, false));
}

/* "0.985 ± 0.004" */
static void put_mean(am_text *page, const am_overview *o, const am_variant *variant) {
  const am_source *source = &o->sources[variant->runs[0]];
  const double within = o->evaluated ? source->eval.se : (double)NAN;
  const double mean = variant->result.mean;
  am_html_with_error(page, am_spoken(o, mean),
                     am_spoken_error(o, mean, variant->n_runs > 1 ? variant->half : within));
}

static void put_result(am_text *page, const am_overview *o, const am_variant *variant) {
  const am_source *source = &o->sources[variant->runs[0]];
  am_text_puts(page, "<b>");
  put_mean(page, o, variant);
  am_text_printf(page, "</b>%s", o->main == AM_METRIC_LOSS || o->perplexity ? "" : " per episode");
  if (variant->n_runs > 1) {
    am_text_puts(page, " on average (95&nbsp;% interval over the seeds; single ones ");
    put_range(page, o, &variant->result);
    am_text_puts(page, ")");
  }
  if (o->evaluated && source->eval.episodes > 0) {
    am_text_puts(page, ", measured in ");
    am_html_figure(page, source->eval.episodes, 9);
    am_text_puts(page, o->perplexity ? " windows that training never showed" : " fresh episodes");
    if (variant->n_runs > 1) am_text_puts(page, " each");
  } else if (!o->evaluated) {
    am_text_puts(page, " at the end of training");
  }
  if (o->perplexity)
    am_text_puts(page, ": as unsure of what comes next as among so many equally likely symbols. ");
  else am_text_puts(page, o->errors ? "; 0 is perfect. " : ". ");
}

/* Is the variant as good as the best, as far as the seeds can tell? */
static bool is_rival(const am_overview *o, size_t v, size_t best) {
  return v != best && !isnan(o->variants[v].result.mean) && !am_variants_differ(o, v, best);
}

static size_t count_rivals(const am_overview *o, size_t best) {
  size_t n = 0;
  for (size_t v = 0; v < o->n_variants; v++) n += is_rival(o, v, best);
  return n;
}

/* Nobody is crowned where the seeds do not show who is best. */
static void put_rivals(am_text *page, const am_overview *o, size_t best) {
  bool single = o->variants[best].n_runs < 2;
  am_text_printf(page, "Of %zu configurations none is shown to be the best: ", o->n_variants);
  put_label(page, &o->variants[best]);
  am_text_printf(page, " %s ", verb(o, false));
  put_mean(page, o, &o->variants[best]);
  for (size_t v = 0; v < o->n_variants; v++) {
    if (!is_rival(o, v, best)) continue;
    single = single || o->variants[v].n_runs < 2;
    am_text_puts(page, ", ");
    put_label(page, &o->variants[v]);
    am_text_puts(page, " ");
    put_mean(page, o, &o->variants[v]);
  }
  am_text_puts(page, single ? ". One run does not tell how much another seed would change: train "
                              "several (seeds=5), and the page says whether they differ."
                            : ". Another set of seeds may turn their order round (95&nbsp;% "
                              "intervals of their differences hold 0).");
}

/* "Chance earns 7.8; a planner that knows the map, 223; ..." */
static void put_yardsticks(am_text *page, const am_overview *o, const am_source *source) {
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
    if (n == 0) am_text_printf(page, " %s ", verb(o, false));
    else am_text_puts(page, has_comma ? " " : ", ");
    am_html_figure(page, am_spoken(o, source->lines[k].reward), 3);
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
  size_t best = am_best_variant(o);
  if (best == o->n_variants) {
    am_text_puts(page, "<p class=\"headline\">This run has not written any results yet.</p>\n");
    return;
  }
  const am_variant *variant = &o->variants[best];
  const am_source *source = &o->sources[variant->runs[0]];
  if (!o->comparable) {
    am_text_printf(page,
                   "<p class=\"headline\">%zu configurations with different tasks, each on "
                   "its own scale:</p>\n",
                   o->n_variants);
    return;
  }
  const bool undecided = count_rivals(o, best) > 0;
  am_text_puts(page, "<p class=\"headline\">");
  if (undecided) {
    put_rivals(page, o, best);
  } else {
    put_who(page, o, variant);
    put_result(page, o, variant);
  }
  am_text_puts(page, "</p>\n");
  if (o->main == AM_METRIC_LOSS || source->n_lines == 0) return;
  am_text_puts(page, "<p>");
  put_yardsticks(page, o, source);
  if (!undecided) put_verdict(page, source, variant->result.mean);
  const am_report_eval *e = &source->eval;
  /* equal to the bit: nothing was drawn, as where values are predicted */
  const bool draws = e->greedy_reward != e->reward || e->greedy_se != e->se;
  if (o->n_sources == 1 && o->evaluated && isfinite(e->greedy_reward) && draws) {
    am_text_puts(page, e->acts ? " If it always takes the action it likes best, instead of drawing "
                                 "one, it "
                               : " Undisturbed, without what makes it explore, it ");
    am_text_printf(page, "%s ", verb(o, false));
    am_html_with_error(page, am_spoken(o, source->eval.greedy_reward), source->eval.greedy_se);
    am_text_puts(page, ".");
  }
  if (o->n_sources == 1) put_criterion(page, source);
  am_text_puts(page, "</p>\n");
}

/* Which of the runs ended with a network that cannot learn any more, and why. */
static void put_collapsed(am_text *page, const am_overview *o) {
  for (size_t k = 0; k < o->n_sources; k++) {
    const char *sentence = o->sources[k].eval.collapsed;
    if (!sentence[0]) continue;
    am_text_puts(page, "<p class=\"warning\"><b>");
    if (o->n_sources > 1) {
      am_html_text(page, o->sources[k].name);
      am_text_puts(page, "</b>: <b>");
    }
    put_sentence(page, sentence);
    am_text_puts(page, "</b></p>\n");
  }
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
  put_collapsed(page, o);
  if (o->n_sources == 1) am_done_sentence(page, &o->sources[0].done);
  am_ladder(page, o);
  am_run_table(page, o);
  am_text_puts(page, "</header>\n");
  return AMINE_OK;
}
