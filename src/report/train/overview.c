/* Sorting runs into variants, naming these, and choosing the run whose recording is shown. */
#include "report/train/overview.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/student.h"
#include "report/html.h"

#define TAIL 0.05

/* Keys that do not make another configuration. */
static bool is_incidental(const char *key) {
  static const char *const keys[] = {"seed", "threads", "checkpoint_every", "record"};
  for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
    if (strcmp(key, keys[k]) == 0) return true;
  return false;
}

static bool same_text(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

/* Every setting of a that counts is in b with the same value. */
static bool within(const am_source *a, const am_source *b) {
  for (size_t k = 0; k < a->n_settings; k++) {
    const am_setting *s = &a->settings[k];
    if (!is_incidental(s->key) && !same_text(s->value, am_source_setting(b, s->key))) return false;
  }
  return true;
}

static bool same_lines(const am_source *a, const am_source *b) {
  bool same = a->n_lines == b->n_lines;
  for (size_t k = 0; same && k < a->n_lines; k++)
    same = a->lines[k].reward == b->lines[k].reward &&
           strcmp(a->lines[k].policy, b->lines[k].policy) == 0;
  return same;
}

/* ----------------------------------------------------------------------------------- variants */

static amine_status add_run(am_overview *o, size_t source, amine_error *error) {
  size_t v = 0;
  for (; v < o->n_variants; v++) {
    const am_source *a = &o->sources[o->variants[v].runs[0]], *b = &o->sources[source];
    if (within(a, b) && within(b, a)) break;
  }
  am_variant *variant = &o->variants[v];
  if (v == o->n_variants) {
    AM_TRY(AM_TAKE(variant->runs, o->n_sources, error));
    o->n_variants++;
  }
  variant->runs[variant->n_runs++] = source;
  return AMINE_OK;
}

static const char *value_in(const am_overview *o, size_t variant, const char *key) {
  return am_source_setting(&o->sources[o->variants[variant].runs[0]], key);
}

static bool is_differing(const am_overview *o, const char *key) {
  for (size_t v = 1; v < o->n_variants; v++)
    if (!same_text(value_in(o, 0, key), value_in(o, v, key))) return !is_incidental(key);
  return false;
}

static bool is_known(const am_overview *o, const char *key) {
  for (size_t k = 0; k < o->n_differing; k++)
    if (strcmp(o->differing[k], key) == 0) return true;
  return false;
}

static amine_status find_differing(am_overview *o, amine_error *error) {
  size_t most = 1;
  for (size_t v = 0; v < o->n_variants; v++) most += o->sources[o->variants[v].runs[0]].n_settings;
  AM_TRY(AM_TAKE(o->differing, most, error));
  for (size_t v = 0; v < o->n_variants; v++) {
    const am_source *source = &o->sources[o->variants[v].runs[0]];
    for (size_t k = 0; k < source->n_settings; k++) {
      const char *key = source->settings[k].key;
      if (is_differing(o, key) && !is_known(o, key)) o->differing[o->n_differing++] = key;
    }
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------------ results */

double am_trained_of(const am_overview *o, size_t source) {
  const am_metrics *m = &o->sources[source].metrics;
  double last = 0, sum = 0, n = 0;
  for (size_t k = 0; k < m->n; k++) last = fmax(last, m->column[AM_METRIC_ITERATION][k]);
  for (size_t k = 0; k < m->n; k++) {
    double value = m->column[o->main][k];
    if (m->column[AM_METRIC_ITERATION][k] <= (1 - TAIL) * last || isnan(value)) continue;
    sum += value;
    n++;
  }
  return n > 0 ? sum / n : (double)NAN;
}

double am_result_of(const am_overview *o, size_t source) {
  return o->evaluated ? o->sources[source].eval.reward : am_trained_of(o, source);
}

double am_iterations_of(const am_overview *o, size_t source) {
  const am_metrics *m = &o->sources[source].metrics;
  double most = (double)NAN;
  for (size_t k = 0; k < m->n; k++) most = fmax(most, m->column[AM_METRIC_ITERATION][k]);
  return most;
}

double am_seconds_of(const am_overview *o, size_t source) {
  const am_metrics *m = &o->sources[source].metrics;
  double most = (double)NAN;
  for (size_t k = 0; k < m->n; k++) most = fmax(most, m->column[AM_METRIC_SECONDS][k]);
  return most;
}

static am_spread spread_of(const am_overview *o, const am_variant *variant,
                           double (*figure)(const am_overview *o, size_t source)) {
  am_spread s = {(double)NAN, (double)NAN, (double)NAN};
  double sum = 0, n = 0;
  for (size_t k = 0; k < variant->n_runs; k++) {
    double value = figure(o, variant->runs[k]);
    if (isnan(value)) continue;
    sum += value;
    n++;
    s.low = fmin(s.low, value); /* fmin and fmax pass over NAN */
    s.high = fmax(s.high, value);
  }
  if (n > 0) s.mean = sum / n;
  return s;
}

bool am_overview_has(const am_overview *o, am_metric metric) {
  for (size_t s = 0; s < o->n_sources; s++) {
    const am_metrics *m = &o->sources[s].metrics;
    for (size_t k = 0; k < m->n; k++)
      if (!isnan(m->column[metric][k])) return true;
  }
  return false;
}

double am_overview_max(const am_overview *o, am_metric metric) {
  double most = 0;
  for (size_t s = 0; s < o->n_sources; s++) {
    const am_metrics *m = &o->sources[s].metrics;
    for (size_t k = 0; k < m->n; k++) most = fmax(most, m->column[metric][k]);
  }
  return most;
}

size_t am_variant_of(const am_overview *o, size_t source) {
  for (size_t v = 0; v < o->n_variants; v++)
    for (size_t k = 0; k < o->variants[v].n_runs; k++)
      if (o->variants[v].runs[k] == source) return v;
  return 0;
}

size_t am_best_variant(const am_overview *o) {
  size_t best = o->n_variants;
  double most = -INFINITY;
  for (size_t v = 0; v < o->n_variants; v++) {
    double mean = o->variants[v].result.mean;
    double score = o->main == AM_METRIC_LOSS ? -mean : mean;
    if (isnan(score) || !(score > most)) continue;
    most = score;
    best = v;
  }
  return best;
}

/* The results of a variant's runs in values [n_runs]. */
static void results_of(double *values, const am_overview *o, const am_variant *variant) {
  for (size_t k = 0; k < variant->n_runs; k++) values[k] = am_result_of(o, variant->runs[k]);
}

bool am_variants_differ(const am_overview *o, size_t a, size_t b) {
  const am_variant *x = &o->variants[a], *y = &o->variants[b];
  results_of(o->room, o, x);
  results_of(o->room + x->n_runs, o, y);
  const am_interval d =
      am_interval_of_difference(o->room, x->n_runs, o->room + x->n_runs, y->n_runs);
  return fabs(d.mean) > d.half; /* false if there is no interval */
}

double am_spoken(const am_overview *o, double result) {
  if (o->perplexity) return exp(-result);
  return o->errors ? -result : result;
}

double am_spoken_error(const am_overview *o, double result, double error) {
  return o->perplexity ? exp(-result) * error : error;
}

/* No key of the task differs. */
static bool is_comparable(const am_overview *o) {
  for (size_t k = 0; k < o->n_differing; k++)
    if (strncmp(o->differing[k], "task.", 5) == 0) return false;
  return true;
}

/* Nothing acts, and neither a result nor a line is above 0, which is then perfect. */
static bool are_errors(const am_overview *o) {
  bool below = false;
  if (o->main == AM_METRIC_LOSS || !o->evaluated) return false;
  for (size_t s = 0; s < o->n_sources; s++) {
    const am_source *source = &o->sources[s];
    if (source->eval.acts || source->eval.reward > 0) return false;
    below = below || source->eval.reward < 0;
    for (size_t k = 0; k < source->n_lines; k++)
      if (source->lines[k].reward > 0) return false;
  }
  return below;
}

/* The run to show: of the configuration that reached most among those with recordings, the one
 * nearest to its mean. Neither the best nor the worst seed. */
static size_t choose_shown(const am_overview *o) {
  size_t best = o->n_sources;
  double best_mean = -INFINITY, best_gap = INFINITY;
  for (size_t v = 0; v < o->n_variants; v++) {
    if (!o->comparable && best < o->n_sources) break; /* what another task earned says nothing */
    const am_variant *variant = &o->variants[v];
    double mean = o->main == AM_METRIC_LOSS ? -variant->result.mean : variant->result.mean;
    if (isnan(mean)) mean = -INFINITY;
    for (size_t k = 0; k < variant->n_runs; k++) {
      double gap = fabs(am_result_of(o, variant->runs[k]) - variant->result.mean);
      if (isnan(gap)) gap = INFINITY;
      if (!o->sources[variant->runs[k]].has_recording) continue;
      if (best < o->n_sources && (mean < best_mean || (mean == best_mean && gap >= best_gap)))
        continue;
      best = variant->runs[k];
      best_mean = mean;
      best_gap = gap;
    }
  }
  return best;
}

amine_status am_overview_make(am_overview *overview, const am_source *sources, size_t n_sources,
                              amine_error *error) {
  am_overview o = {.sources = sources, .n_sources = n_sources, .evaluated = true, .one_task = true};
  o.variants = am_alloc(n_sources, sizeof *o.variants);
  o.room = am_alloc(n_sources, sizeof *o.room);
  amine_status status = AMINE_OK;
  if (!o.variants || !o.room) status = am_fail_memory(error, n_sources * sizeof *o.variants);
  for (size_t s = 0; s < n_sources && status == AMINE_OK; s++) status = add_run(&o, s, error);
  if (status == AMINE_OK) status = find_differing(&o, error);
  if (status == AMINE_OK) status = am_overview_label(&o, error);
  if (status != AMINE_OK) {
    am_overview_free(&o);
    return status;
  }
  o.main = AM_METRIC_REWARD;
  for (size_t s = 0; s < n_sources; s++) {
    o.evaluated = o.evaluated && sources[s].eval.there;
    o.one_task = o.one_task && same_lines(&sources[0], &sources[s]);
  }
  if (!am_overview_has(&o, AM_METRIC_REWARD) && am_overview_has(&o, AM_METRIC_LOSS) && !o.evaluated)
    o.main = AM_METRIC_LOSS;
  for (size_t v = 0; v < o.n_variants; v++) {
    am_variant *variant = &o.variants[v];
    variant->result = spread_of(&o, variant, am_result_of);
    variant->iterations = spread_of(&o, variant, am_iterations_of);
    variant->seconds = spread_of(&o, variant, am_seconds_of);
    results_of(o.room, &o, variant);
    variant->half = am_interval_of(o.room, variant->n_runs).half;
  }
  o.comparable = is_comparable(&o);
  o.perplexity = o.evaluated;
  for (size_t s = 0; s < n_sources; s++) o.perplexity = o.perplexity && sources[s].eval.of_symbols;
  o.errors = !o.perplexity && are_errors(&o);
  o.shown = choose_shown(&o);
  *overview = o;
  return AMINE_OK;
}

void am_overview_free(am_overview *o) {
  for (size_t v = 0; v < o->n_variants; v++) {
    am_free(o->variants[v].label);
    am_free(o->variants[v].runs);
  }
  am_free(o->variants);
  am_free(o->differing);
  am_free(o->room);
  am_recorded_episode_free(&o->episode);
  am_recording_free(&o->recording);
  *o = (am_overview){0};
}
