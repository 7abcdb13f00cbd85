/* The page of one or more simulations: what stands at its top and at its end. */
#include "report/brain/page.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "report/explained.h"
#include "report/html.h"
#include "report/page.h"
#include "report/plot.h"

#define ROWS_MAX 400 /* of the description */
#define TITLE_MAX 80

const am_brain_source *am_brain_shown(const am_brain_source *sources, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (sources[k].recording.i) return &sources[k];
  return &sources[0];
}

const char *am_brain_label(const am_brain_source *s) { return s->name[0] ? s->name : "run"; }

double am_brain_lived(const am_brain_source *s) {
  const double *t = am_columns_find(&s->metrics, "", "t_s");
  const double last = t && s->metrics.n_rows ? t[s->metrics.n_rows - 1] : 0;
  return fmax(isfinite(last) ? last : 0, s->recording.end_s);
}

double am_brain_end(const am_brain_source *s) {
  const double lived = am_brain_lived(s), finished = s->protocol.finished_s;
  return finished > 0 ? fmin(lived, finished) : lived;
}

/* The share of the rows until then. */
static double end_share(const am_brain_source *s) {
  const double lived = am_brain_lived(s);
  return lived > 0 ? am_brain_end(s) / lived : 1;
}

double am_brain_mean(const am_columns *metrics, const double *values, double from, double to) {
  const size_t n = metrics->n_rows;
  const double *t = am_columns_find(metrics, "", "t_s");
  double sum = 0, all = 0;
  for (size_t k = (size_t)floor(from * (double)n); values && k < n && (double)k < to * (double)n;
       k++) {
    const double length = t ? t[k] - (k > 0 ? t[k - 1] : 0) : 1;
    if (!isfinite(values[k]) || !(length > 0)) continue;
    sum += length * values[k];
    all += length;
  }
  return all > 0 ? sum / all : (double)NAN;
}

/* ------------------------------------------------------------------------------ summary */
/* Mean rate of all neurons; sizes are known from a recording alone. */
static double rate_of_all(const am_brain_source *s) {
  const am_brain_recording *r = &s->recording;
  double sum = 0, n = 0;
  const am_column *c;
  for (size_t k = 0; (c = am_columns_of(&s->metrics, "rate_hz", k)) != NULL; k++) {
    const double size = k < r->n_populations ? r->sizes[k] : 1;
    sum += size * am_brain_mean(&s->metrics, c->values, 0, end_share(s));
    n += size;
  }
  return n > 0 ? sum / n : (double)NAN;
}

static double synapses_of(const am_brain_recording *r) {
  double n = 0;
  for (size_t k = 0; r->synapses && k < r->n_projections; k++) n += (double)r->synapses[k];
  return n;
}

/* What the network is, and how it fired: the headline where the protocol has none. */
static void put_facts(am_text *page, const am_brain_source *s, bool is_headline) {
  const am_brain_recording *r = &s->recording;
  am_text_puts(page, is_headline ? "<p class=\"headline\">" : "<p>");
  if (r->n_neurons) {
    am_html_count(page, r->n_neurons);
    am_text_printf(page, " neuron%s in %zu population%s", r->n_neurons == 1 ? "" : "s",
                   r->n_populations, r->n_populations == 1 ? "" : "s");
    if (synapses_of(r) > 0) {
      am_text_puts(page, ", with ");
      am_html_figure(page, synapses_of(r), 7);
      am_text_puts(page, " synapses that learn");
    }
    am_text_puts(page, ", ");
  }
  am_text_puts(page, "lived for ");
  am_html_duration(page, am_brain_lived(s));
  am_text_puts(page, " and fired at <b>");
  am_html_figure(page, rate_of_all(s), 3);
  am_text_puts(page, "&nbsp;Hz</b> on average.");
  const size_t n_moved = is_headline ? am_brain_moved(r) : 0;
  if (n_moved) {
    am_text_puts(page, " <b>");
    am_html_count(page, n_moved);
    am_text_printf(page, "</b> event%s moved its modulators.", n_moved == 1 ? "" : "s");
  }
  if (am_brain_end(s) < am_brain_lived(s)) {
    am_text_puts(page, " The protocol had done all it does after ");
    am_html_duration(page, am_brain_end(s));
    am_text_puts(page, ": pictures and rates are of the time until then, not of the idle rest; the "
                       "figures that the protocol measured are of the whole time.");
  }
  am_text_puts(page, "</p>\n");
}

/* Which modulators are held still, if any. */
static void put_clamps(am_text *page, const am_brain_source *s) {
  const char *key, *gap = "";
  json_t *value;
  json_object_foreach(json_object_get(s->config, "clamp"), key, value) {
    if (!json_is_number(value)) continue;
    am_text_puts(page, gap);
    am_html_brief(page, key, 20);
    am_text_puts(page, " at ");
    am_html_figure(page, json_number_value(value), 3);
    gap = ", ";
  }
  if (!gap[0]) am_text_puts(page, "\xe2\x80\x93");
}

static bool is_clamped(const am_brain_source *s) {
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(s->config, "clamp"), key,
                      value) if (json_is_number(value)) return true;
  return false;
}

/* Text that begins with a capital letter. */
static void put_sentence(am_text *page, const char *text, size_t n_max) {
  char first[2] = {text[0], 0};
  const bool small = first[0] >= 'a' && first[0] <= 'z';
  if (small) first[0] = (char)(first[0] - 'a' + 'A');
  if (small) am_html_text(page, first);
  am_html_brief(page, text + small, n_max);
}

static void put_lead(am_text *page, const am_brain_source *s) {
  const char *meaning = am_brain_text(s, "meaning", NULL);
  const char *protocol = am_brain_text(s, "protocol", "type");
  am_text_puts(page, "<p class=\"lead\">");
  if (s->protocol.story) {
    put_sentence(page, s->protocol.story, 1000);
    am_text_puts(page, " ");
  } else if (meaning) {
    put_sentence(page, meaning, 300);
    am_text_puts(page, ". ");
  }
  if (protocol && strcmp(protocol, "none") != 0) {
    am_html_between(page, "Protocol: ", protocol, 40, ". ");
  }
  if (is_clamped(s)) {
    am_text_puts(page, "Held still: ");
    put_clamps(page, s);
    am_text_puts(page, ".");
  }
  am_text_puts(page, "</p>\n");
}

static void put_cell(am_text *page, double value) {
  am_text_puts(page, "<td class=\"n\">");
  am_html_figure(page, value, 3);
  am_text_puts(page, "</td>");
}

/* Does the recording say what synapses brought, and did they bring anything? */
static bool has_balance(const am_brain_recording *r) {
  for (size_t k = 0; r->excitation && r->inhibition && k < r->n_populations; k++)
    if (r->excitation[k] > 0 || r->inhibition[k] > 0) return true;
  return false;
}

static double balance_of(const am_brain_recording *r, size_t k) {
  if (k >= r->n_populations || !(r->excitation[k] > 0)) return (double)NAN;
  return r->inhibition[k] / r->excitation[k];
}

void am_brain_populations(am_text *page, const am_brain_source *s) {
  const am_column *c;
  char classes[16];
  const double end = end_share(s);
  const bool balanced = has_balance(&s->recording);
  if (!am_columns_of(&s->metrics, "rate_hz", 0)) return;
  am_text_puts(page, "<div class=\"scroll\"><table>\n<thead><tr><th>population</th>"
                     "<th class=\"n\">neurons</th><th class=\"n\">rate, Hz</th>"
                     "<th class=\"n\">first tenth</th><th class=\"n\">last tenth</th>");
  if (balanced) am_text_puts(page, "<th class=\"n\">inhibition / excitation</th>");
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t k = 0; (c = am_columns_of(&s->metrics, "rate_hz", k)) != NULL; k++) {
    am_text_printf(page, "<tr><td><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, k));
    am_html_brief(page, c->name, 80);
    am_text_puts(page, "</td>");
    put_cell(page, k < s->recording.n_populations ? s->recording.sizes[k] : (double)NAN);
    put_cell(page, am_brain_mean(&s->metrics, c->values, 0, end));
    put_cell(page, am_brain_mean(&s->metrics, c->values, 0, 0.1 * end));
    put_cell(page, am_brain_mean(&s->metrics, c->values, 0.9 * end, end));
    if (balanced) put_cell(page, balance_of(&s->recording, k));
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

static double last_of(const am_brain_source *s, const char *family, const char *name) {
  const double *values = am_columns_find(&s->metrics, family, name);
  return values && s->metrics.n_rows ? values[s->metrics.n_rows - 1] : (double)NAN;
}

/* A measure in words, if its protocol has some for it, and its unit. */
static void put_measure_name(am_text *page, const am_brain_source *s, const char *name) {
  const am_brain_measure *m = am_brain_measure_find(&s->protocol, name, strlen(name));
  am_html_brief(page, m ? am_brain_measure_title(m) : name, 80);
  if (!m || !m->unit || !m->unit[0]) return;
  am_text_puts(page, ", ");
  am_html_brief(page, m->unit, 20);
}

static void put_runs(am_text *page, const am_brain_source *sources, size_t n) {
  const am_column *c;
  char classes[16];
  am_text_puts(page, "<div class=\"scroll\"><table class=\"runs\">\n<thead><tr><th>run</th>"
                     "<th class=\"n\">seed</th>"
                     "<th>protocol</th><th>held still</th><th class=\"n\">s</th>"
                     "<th class=\"n\">rate, Hz</th><th class=\"n\">reward</th>");
  for (size_t k = 0; (c = am_columns_of(&sources[0].metrics, "measure", k)) != NULL; k++) {
    am_text_puts(page, "<th class=\"n measured\">");
    put_measure_name(page, &sources[0], c->name);
    am_text_puts(page, "</th>");
  }
  am_text_puts(page, "</tr></thead>\n<tbody>\n");
  for (size_t s = 0; s < n; s++) {
    const char *protocol = am_brain_text(&sources[s], "protocol", "type");
    am_text_printf(page, "<tr><td><i class=\"swatch %s\"></i>",
                   am_curve_classes(classes, sizeof classes, s));
    am_html_brief(page, am_brain_label(&sources[s]), 60);
    am_text_puts(page, "</td>");
    put_cell(page, am_brain_number(&sources[s], "seed", NULL));
    am_html_between(page, "<td>", protocol ? protocol : "\xe2\x80\x93", 40, "</td><td>");
    put_clamps(page, &sources[s]);
    am_text_puts(page, "</td>");
    put_cell(page, am_brain_end(&sources[s]));
    put_cell(page, rate_of_all(&sources[s]));
    put_cell(page, last_of(&sources[s], "", "reward"));
    for (size_t k = 0; (c = am_columns_of(&sources[0].metrics, "measure", k)) != NULL; k++)
      put_cell(page, last_of(&sources[s], "measure", c->name));
    am_text_puts(page, "</tr>\n");
  }
  am_text_puts(page, "</tbody></table></div>\n");
}

/* The preset of all runs; NULL if they have none, or several. */
static const char *preset_of(const am_brain_source *sources, size_t n) {
  const char *preset = am_brain_text(&sources[0], "preset", NULL);
  for (size_t k = 1; k < n && preset; k++) {
    const char *other = am_brain_text(&sources[k], "preset", NULL);
    if (!other || strcmp(other, preset) != 0) preset = NULL;
  }
  return preset;
}

/* The protocol's own title, where it has a story to tell; what a preset's meaning says before its
 * colon ("Brunel 2000: ..."); the preset's name; or what is left to say. */
static void put_title(am_text *text, const am_brain_source *sources, size_t n) {
  const am_brain_protocol *protocol = &sources[0].protocol;
  const char *preset = preset_of(sources, n);
  const char *meaning = am_brain_text(&sources[0], "meaning", NULL);
  const char *colon = preset && meaning ? strstr(meaning, ": ") : NULL;
  if (n == 1 && protocol->title && protocol->story) am_text_puts(text, protocol->title);
  else if (colon && colon - meaning <= TITLE_MAX)
    am_text_add(text, meaning, (size_t)(colon - meaning));
  else if (preset && strcmp(preset, "brain") != 0) am_text_puts(text, preset);
  else am_text_puts(text, n > 1 ? "Spiking brains" : "A spiking brain");
}

amine_status am_brain_summary(am_text *page, const am_brain_source *sources, size_t n,
                              amine_error *error) {
  (void)error;
  am_text title = {0};
  put_title(&title, sources, n);
  am_text_puts(page, "<header>\n<h1>");
  if (title.failed) page->failed = true;
  else put_sentence(page, title.data, 80);
  am_text_puts(page, "</h1>\n");
  am_text_free(&title);
  if (n == 1) {
    put_lead(page, &sources[0]);
    am_done_sentence(page, &sources[0].done);
    const bool has_result = am_brain_headline(page, &sources[0]);
    if (has_result) am_brain_comparison(page, &sources[0]);
    put_facts(page, &sources[0], !has_result);
  } else {
    am_text_printf(page, "<p class=\"headline\">%zu simulations side by side.</p>\n", n);
    put_runs(page, sources, n);
  }
  am_text_puts(page, "</header>\n");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ settings */
typedef struct listing {
  am_text *page;
  size_t n;
} listing;

static void put_scalar(am_text *page, const json_t *value) {
  am_text text = {0};
  if (json_is_string(value)) am_text_puts(&text, json_string_value(value));
  else if (json_is_real(value)) am_html_real(&text, json_real_value(value));
  else am_json_write(&text, value);
  if (text.failed) page->failed = true;
  else am_html_brief(page, text.data ? text.data : "", 60);
  am_text_free(&text);
}

/* What an element of an array is called: its name, or of a projection its ends; nothing if it has
 * neither. */
static void put_element_name(am_text *text, const json_t *element) {
  static const char *const keys[] = {"name", "population", "sense"};
  const char *source = json_string_value(json_object_get(element, "source"));
  const char *target = json_string_value(json_object_get(element, "target"));
  for (int k = 0; k < 3; k++) {
    const char *name = json_string_value(json_object_get(element, keys[k]));
    if (name) am_text_puts(text, name);
    if (name) return;
  }
  if (source && target) am_text_printf(text, "%s-%s", source, target);
}

static void put_values(listing *l, const char *prefix, const json_t *value);

static void put_member(listing *l, const char *prefix, const char *key, const json_t *value) {
  am_text path = {0};
  am_text_printf(&path, "%s%s%s", prefix, prefix[0] && key[0] ? " " : "", key);
  if (path.failed) l->page->failed = true;
  else put_values(l, path.data ? path.data : "", value);
  am_text_free(&path);
}

static void put_element(listing *l, const char *prefix, const json_t *element) {
  am_text name = {0};
  put_element_name(&name, element);
  if (name.failed) l->page->failed = true;
  else put_member(l, prefix, name.data ? name.data : "", element);
  am_text_free(&name);
}

/* Rows of a list of terms: objects are walked through, and so are arrays of objects. */
static void put_values(listing *l, const char *prefix, const json_t *value) {
  const char *key;
  json_t *member;
  if (json_is_object(value)) {
    json_object_foreach((json_t *)(uintptr_t)value, key, member) put_member(l, prefix, key, member);
  } else if (json_is_array(value) && json_is_object(json_array_get(value, 0))) {
    for (size_t k = 0; k < json_array_size(value); k++)
      put_element(l, prefix, json_array_get(value, k));
  } else if (l->n++ < ROWS_MAX) {
    am_text_puts(l->page, "<dt>");
    am_html_brief(l->page, prefix, 60);
    am_text_puts(l->page, "</dt><dd>");
    put_scalar(l->page, value);
    am_text_puts(l->page, "</dd>\n");
  }
}

static bool is_group(const json_t *value) {
  return json_is_object(value) ||
         (json_is_array(value) && json_is_object(json_array_get(value, 0)));
}

static void put_block(listing *l, const char *title, const json_t *value) {
  am_text_puts(l->page, "<div class=\"block\">\n<h3>");
  am_html_brief(l->page, title, 60);
  am_text_puts(l->page, "</h3>\n<dl>\n");
  put_values(l, "", value);
  am_text_puts(l->page, "</dl>\n</div>\n");
}

amine_status am_brain_settings(am_text *page, const am_brain_source *sources, size_t n,
                               amine_error *error) {
  const am_brain_source *s = am_brain_shown(sources, n);
  listing l = {.page = page};
  const char *key;
  json_t *value;
  (void)error;
  am_text_puts(page, "<section id=\"settings\">\n<h2>Configuration</h2>\n");
  if (n > 1) {
    am_html_between(page, "<p>Of <i>", am_brain_label(s), 80, "</i>.</p>\n");
  }
  am_text_puts(page, "<div class=\"blocks\">\n<div class=\"block\">\n<h3>run</h3>\n<dl>\n");
  json_object_foreach(s->config, key, value) if (!is_group(value) && strcmp(key, "meaning") != 0)
      put_member(&l, "", key, value);
  am_text_puts(page, "</dl>\n</div>\n");
  json_object_foreach(s->config, key, value) if (is_group(value)) put_block(&l, key, value);
  am_text_puts(page, "</div>\n");
  if (l.n > ROWS_MAX)
    am_text_printf(page,
                   "<p class=\"missing\">%d of %zu values are shown; config.json has all.</p>\n",
                   ROWS_MAX, l.n);
  am_text_puts(page, "<h3>Run it again</h3>\n<p>The file config.json in the run's folder holds the "
                     "whole description: the same file gives the same spikes, to the bit, on any "
                     "machine and any number of threads.</p>\n"
                     "<pre><code>amine simulate config.json</code></pre>\n");
  if (n == 1) am_done_lines(page, &s->done);
  am_text_puts(page, "</section>\n");
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the page */
static amine_status put_page(am_text *page, const am_brain_source *sources, size_t n,
                             amine_error *error) {
  am_text title = {0};
  put_title(&title, sources, n);
  if (title.failed) return am_fail_memory(error, 128);
  am_page_head(page, title.data);
  am_text_free(&title);
  AM_TRY(am_brain_summary(page, sources, n, error));
  if (n == 1) AM_TRY(am_brain_pictures(page, &sources[0], error));
  AM_TRY(am_brain_measures(page, sources, n, error));
  AM_TRY(am_brain_activity(page, sources, n, error));
  AM_TRY(am_brain_modulators(page, sources, n, error));
  if (n == 1) am_explained_section(page, sources[0].explained);
  AM_TRY(am_brain_weights(page, sources, n, error));
  AM_TRY(am_brain_voltages(page, sources, n, error));
  AM_TRY(am_brain_settings(page, sources, n, error));
  am_page_foot(page);
  return page->failed ? am_fail_memory(error, page->length) : AMINE_OK;
}

amine_status am_brain_report_write(const char *const *folders, size_t n, const char *out_path,
                                   amine_error *error) {
  am_brain_source *sources = am_alloc(n, sizeof *sources);
  am_text page = {0};
  size_t n_read = 0;
  amine_status status = sources ? AMINE_OK : am_fail_memory(error, n * sizeof *sources);
  while (status == AMINE_OK && n_read < n) {
    status = am_brain_source_read(&sources[n_read], folders[n_read], true, error);
    if (status == AMINE_OK) n_read++;
  }
  if (status == AMINE_OK) status = put_page(&page, sources, n, error);
  if (status == AMINE_OK) status = am_file_replace(out_path, page.data, page.length, error);
  for (size_t k = 0; k < n_read; k++) am_brain_source_free(&sources[k]);
  am_free(sources);
  am_text_free(&page);
  return status;
}
