/* Runs side by side (see compare.h). */
#include "run/simulate/compare.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "run/simulate/inputs.h"
#include "run/simulate/run.h"
#include "run/simulate/unmoved.h"

/* Runs are numbered: seed 0 treated, seed 0 control, seed 1 treated, ... */
typedef struct work {
  am_comparison *comparison;
  const am_simulation_config *config;
  const char *folder;
  const am_side_watch *watch;
  am_side_share share;
  char **limits; /* [runs] the lines of each, NULL until it is done */
} work;

static int arms(const am_comparison *c) { return c->has_control ? 2 : 1; }

/* ------------------------------------------------------------------------------ the control */
/* What the protocol's control clamps: those of its systems that the brain has and that something
 * moves, at their baselines. */
static void protocols_control(am_comparison *c, const am_simulation_config *config,
                              amine_brain *brain) {
  const amine_chemical *chemical = amine_brain_chemical(brain);
  for (const char *p = c->protocol->control; p && chemical; p = strchr(p, '|')) {
    if (*p == '|') p++;
    const int k = am_modulator_find(p, strcspn(p, "|"));
    if (k < 0 || !am_modulator_is_on(chemical, (am_modulator)k)) continue;
    if (!am_simulation_moves(config, brain, (am_modulator)k)) continue;
    c->clamped[k] = true;
    c->levels[k] = am_modulator_baseline(chemical, (am_modulator)k);
    c->has_control = true;
  }
}

static amine_status choose_control(am_comparison *c, const am_simulation_config *config,
                                   amine_error *error) {
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    c->clamped[k] = am_simulation_clamp(config, (am_modulator)k, &c->levels[k]);
    c->has_control = c->has_control || c->clamped[k];
  }
  amine_brain *brain; /* says whether what is clamped is there; its synapses are not drawn */
  AM_TRY(am_simulation_config_brain(config, &brain, NULL, error));
  if (!c->has_control) protocols_control(c, config, brain);
  amine_brain_destroy(brain);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the runs */
/* The configuration with its seed, its clamps, and one thread. */
static amine_status configure(am_simulation_config *out, const work *w, uint64_t seed, bool control,
                              amine_error *error) {
  const am_comparison *c = w->comparison;
  AM_TRY(am_simulation_config_copy(out, w->config, error));
  amine_status status = am_simulation_config_put(out, AM_SIM_SEED, (am_value){(double)seed, seed}, error);
  if (status == AMINE_OK) status = am_simulation_config_put(out, AM_SIM_THREADS, (am_value){1, 1}, error);
  for (int k = 0; k < AM_N_MODULATORS && status == AMINE_OK; k++) {
    const double level = control && c->clamped[k] ? c->levels[k] : (double)NAN;
    status = am_simulation_config_put(out, AM_SIM_CLAMP + k, (am_value){level, 0}, error);
  }
  if (status != AMINE_OK) am_simulation_config_free(out);
  return status;
}

typedef struct one {
  work *work;
  uint64_t told;
} one;

static void step(void *context, const am_simulation_progress *now) {
  one *o = context;
  am_side_tell(&o->work->share, &o->told, (double)now->slice / (double)now->slices);
}

static amine_status simulate(am_simulation_outcome *outcome, one *o,
                             const am_simulation_config *config, const char *folder,
                             amine_error *error) {
  const am_simulation_watch watch = {
      .progress = step, .context = o, .stop = o->work->watch ? o->work->watch->stop : NULL};
  if (am_side_stopped(o->work->watch)) return am_fail(error, AMINE_ERROR_STOPPED, "stopped");
  return am_seeds_begun(folder) ? am_simulation_resume(outcome, config, folder, &watch, error)
                                : am_simulation_new(outcome, config, folder, &watch, error);
}

static amine_status one_run(void *context, int run, amine_error *error) {
  work *w = context;
  const am_comparison *c = w->comparison;
  const bool control = run % arms(c) == 1;
  const size_t seed = (size_t)(run / arms(c)), m = (size_t)c->protocol->n_measures;
  one o = {.work = w};
  am_text folder = {0};
  am_simulation_config config = {0};
  am_simulation_outcome outcome = {0};
  amine_status status = am_seeds_path(&folder, w->folder, c->first_seed + seed, control, error);
  if (status == AMINE_OK) status = configure(&config, w, c->first_seed + seed, control, error);
  if (status == AMINE_OK) status = simulate(&outcome, &o, &config, folder.data, error);
  if (status == AMINE_OK) {
    memcpy(c->values[control] + seed * m, outcome.measures, m * sizeof *outcome.measures);
    w->limits[run] = outcome.limits;
    outcome.limits = NULL;
    am_side_tell(&w->share, &o.told, 1);
  }
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&config);
  am_text_free(&folder);
  return status;
}

static amine_status run_all(work *w, amine_error *error) {
  am_text text = {0};
  am_simulation_config own = {0};
  amine_status status = am_folder_make(w->folder, error);
  if (status == AMINE_OK)
    status = am_simulation_inputs_copy(&own, w->config, w->folder, error);
  if (status == AMINE_OK) status = am_simulation_config_write(&own, false, &text, error);
  if (status == AMINE_OK)
    status = am_seeds_write(w->folder, w->comparison->first_seed, w->comparison->n_seeds, &text,
                            error);
  am_text_free(&text);
  am_simulation_config_free(&own);
  if (status != AMINE_OK) return status;
  const am_side_runs runs = {.n = w->comparison->n_seeds * arms(w->comparison),
                             .n_threads = (int)am_simulation_number(w->config, AM_SIM_THREADS),
                             .context = w,
                             .one = one_run};
  w->share.n = runs.n;
  return am_side_by_side(&runs, error);
}

/* ------------------------------------------------------------------------------ the limits */
static const char *past_number(const char *p) { return p + strspn(p, "0123456789.,"); }

/* Do two lines say the same but for their figures? */
static bool alike(const char *a, const char *b) {
  for (;;) {
    a = past_number(a);
    b = past_number(b);
    if (*a != *b) return false;
    if (*a == '\n' || *a == 0) return true;
    a++;
    b++;
  }
}

static const char *next_line(const char *line) {
  const char *end = strchr(line, '\n');
  return end ? end + 1 : line + strlen(line);
}

static bool has_alike(const char *lines, const char *line) {
  for (; lines && *lines; lines = next_line(lines))
    if (alike(lines, line)) return true;
  return false;
}

/* "in seed1 (and 3 more of 10 runs): LINE" */
static amine_status put_limit(am_text *out, const work *w, int run, const char *line,
                              amine_error *error) {
  am_text folder = {0};
  const int n = w->comparison->n_seeds * arms(w->comparison);
  const uint64_t seed = w->comparison->first_seed + (uint64_t)(run / arms(w->comparison));
  const bool control = run % arms(w->comparison) == 1;
  int more = 0;
  for (int k = run + 1; k < n; k++) more += has_alike(w->limits[k], line);
  amine_status status = am_seeds_path(&folder, w->folder, seed, control, error);
  if (status == AMINE_OK) {
    am_text_printf(out, "in %s", strrchr(folder.data, '/') + 1);
    if (more > 0) am_text_printf(out, " (and %d more of %d runs)", more, n);
    am_text_puts(out, ": ");
    am_text_add(out, line, (size_t)(next_line(line) - line));
  }
  am_text_free(&folder);
  return status;
}

static amine_status put_limits(am_comparison *c, const work *w, amine_error *error) {
  am_text out = {0};
  amine_status status = AMINE_OK;
  for (int run = 0; run < c->n_seeds * arms(c); run++)
    for (const char *p = w->limits[run]; p && *p && status == AMINE_OK; p = next_line(p)) {
      bool said = false;
      for (int k = 0; k < run && !said; k++) said = has_alike(w->limits[k], p);
      if (!said) status = put_limit(&out, w, run, p, error);
    }
  if (status == AMINE_OK && out.failed) status = am_fail_memory(error, out.length);
  if (status == AMINE_OK) {
    c->limits = am_strdup(out.data ? out.data : "");
    if (!c->limits) status = am_fail_memory(error, out.length + 1);
  }
  am_text_free(&out);
  return status;
}

/* ------------------------------------------------------------------------------ the figures */
static amine_status summarise(am_comparison *c, amine_error *error) {
  const size_t n = (size_t)c->n_seeds, m = (size_t)c->protocol->n_measures;
  double *column = am_alloc(n, 3 * sizeof *column);
  if (!column) return am_fail_memory(error, n * 3 * sizeof *column);
  double *treated = column, *control = column + n, *difference = column + 2 * n;
  for (size_t k = 0; k < m; k++) {
    for (size_t i = 0; i < n; i++) {
      treated[i] = c->values[0][i * m + k];
      control[i] = c->has_control ? c->values[1][i * m + k] : (double)NAN;
      difference[i] = treated[i] - control[i];
    }
    c->treated[k] = am_interval_of(treated, n);
    c->control[k] = am_interval_of(control, n);
    c->difference[k] = am_interval_of(difference, n);
  }
  am_free(column);
  return AMINE_OK;
}

amine_status am_compare(am_comparison *comparison, const am_simulation_config *config, int n_seeds,
                        const char *folder, bool resume, const am_side_watch *watch,
                        amine_error *error) {
  am_comparison c = {.protocol = config->protocol,
                     .first_seed = config->values[AM_SIM_SEED].integer,
                     .n_seeds = n_seeds};
  AM_TRY(am_seeds_check(c.first_seed, n_seeds, error));
  if (!resume) AM_TRY(am_folder_must_be_free(folder, error));
  AM_TRY(choose_control(&c, config, error));
  const size_t count = am_size_mul((size_t)n_seeds, (size_t)c.protocol->n_measures);
  work w = {.comparison = &c,
            .config = config,
            .folder = folder,
            .watch = watch,
            .share = {.watch = watch}};
  amine_status status = AMINE_OK;
  for (int k = 0; k < arms(&c) && status == AMINE_OK; k++) {
    c.values[k] = am_alloc(count, sizeof(double));
    if (!c.values[k]) status = am_fail_memory(error, count * sizeof(double));
  }
  const size_t runs = (size_t)(n_seeds * arms(&c));
  w.limits = am_alloc(runs, sizeof *w.limits);
  if (status == AMINE_OK && !w.limits) status = am_fail_memory(error, runs * sizeof *w.limits);
  if (status == AMINE_OK) status = run_all(&w, error);
  if (status == AMINE_OK) status = put_limits(&c, &w, error);
  for (size_t k = 0; w.limits && k < runs; k++) am_free(w.limits[k]);
  am_free(w.limits);
  if (status == AMINE_OK) status = summarise(&c, error);
  if (status == AMINE_OK) *comparison = c;
  else am_comparison_free(&c);
  return status;
}

void am_comparison_free(am_comparison *c) {
  am_free(c->values[0]);
  am_free(c->values[1]);
  am_free(c->limits);
  *c = (am_comparison){0};
}
