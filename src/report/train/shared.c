/* Names and small pieces that several sections use. */
#include <math.h>
#include <string.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/train/sections.h"

static const struct {
  const char *policy, *name, *meaning;
} lines[] = {
    {"random", "chance", "chance"},
    {"planner", "planner", "a planner that knows the map"},
    {"explore", "explorer", "an explorer that knows the map and is told where it is"},
    {"told", "told its position", "the same planner, told where it is at every step,"},
    {"oracle", "oracle", "an oracle that also knows where the reward lies"},
    {"uniform", "uniform", "one to whom all symbols are alike"},
    {"ptb-lstm", "LSTM, Penn Treebank",
     "of another text, Penn Treebank, an LSTM of two layers of 200 (Miconi et al. 2019)"},
    {"ptb-retroactive", "retroactive there",
     "a retroactive plastic LSTM of that text and size"},
    {"unigram", "unigram", "one who knows how often each comes, and no more"},
};

const char *am_line_name(const char *policy) {
  for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++)
    if (strcmp(policy, lines[k].policy) == 0) return lines[k].name;
  return policy;
}

const char *am_line_meaning(const char *policy) {
  for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++)
    if (strcmp(policy, lines[k].policy) == 0) return lines[k].meaning;
  return policy;
}

bool am_line_shown(const am_source *source, size_t line) {
  bool is_explore = strcmp(source->lines[line].policy, "explore") == 0;
  return !(is_explore && isfinite(am_source_line(source, "told")));
}

static bool same_everywhere(const am_overview *o, const char *key) {
  for (size_t k = 0; k < o->n_differing; k++)
    if (strcmp(o->differing[k], key) == 0) return false;
  return am_source_setting(&o->sources[0], key) != NULL;
}

void am_page_title(am_text *title, const am_overview *o) {
  const am_source *first = &o->sources[0];
  if (same_everywhere(o, "task.type")) {
    const char *type = am_source_setting(first, "task.type");
    double size = am_source_number(first, "task.size");
    if (strcmp(type, "maze") != 0) am_text_puts(title, type);
    else if (same_everywhere(o, "task.size") && size > 0 && size < 1000)
      am_text_printf(title, "Grid maze, %d \xc3\x97 %d", (int)size, (int)size);
    else am_text_puts(title, "Grid maze");
  } else if (o->comparable && same_everywhere(o, "preset")) {
    am_text_puts(title, am_source_setting(first, "preset"));
  } else if (o->n_sources == 1 && first->name[0]) {
    am_text_puts(title, first->name);
  }
  if (title->length == 0) am_text_puts(title, o->n_sources > 1 ? "Runs" : "Run");
}

void am_shown_run(am_text *page, const am_overview *o) {
  const am_variant *variant = &o->variants[am_variant_of(o, o->shown)];
  const char *seed = am_source_setting(&o->sources[o->shown], "seed");
  if (o->n_sources == 1) {
    am_text_puts(page, "the trained network");
    return;
  }
  if (seed) {
    am_text_puts(page, "seed ");
    am_html_brief(page, seed, 24);
  } else {
    am_text_printf(page, "run %zu", o->shown + 1);
  }
  if (variant->label[0]) {
    am_html_between(page, " of <i>", variant->label, 80, "</i>");
  }
  bool chosen = variant->n_runs > 2;
  for (size_t k = 0; k < variant->n_runs; k++)
    chosen = chosen && o->sources[variant->runs[k]].has_recording;
  if (chosen)
    am_text_printf(page, " (of its %zu seeds the nearest to their mean)", variant->n_runs);
}

void am_page_key(am_text *page, const am_overview *o) {
  char classes[16];
  if (o->n_variants < 2) return;
  am_text_puts(page, "<ul class=\"key\">\n");
  for (size_t v = 0; v < o->n_variants; v++) {
    am_text_printf(page, "<li><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, v));
    am_html_brief(page, o->variants[v].label, 80);
    if (o->variants[v].n_runs > 1)
      am_text_printf(page, " <small>%zu seeds</small>", o->variants[v].n_runs);
    am_text_puts(page, "</li>\n");
  }
  am_text_puts(page, "</ul>\n");
}
