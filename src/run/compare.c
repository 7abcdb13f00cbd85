/* Runs side by side (see compare.h). */
#include "run/compare.h"

#include <math.h>
#include <string.h>

typedef struct work {
  am_comparison *comparison;
  am_simulation_config *configs; /* [n_runs]: seed 0 treated, seed 0 control, seed 1 treated, ... */
  int n_runs;
} work;

static int arms(const am_comparison *c) { return c->has_control ? 2 : 1; }

/* ------------------------------------------------------------------------------ the control */
/* What the protocol's control clamps: those of its systems that the brain has, at their baselines.
 */
static void protocols_control(am_comparison *c, const amine_chemical *chemical) {
  for (const char *p = c->protocol->control; p && chemical; p = strchr(p, '|')) {
    if (*p == '|') p++;
    const int k = am_modulator_find(p, strcspn(p, "|"));
    if (k < 0 || !am_modulator_is_on(chemical, (am_modulator)k)) continue;
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
  if (!c->has_control) protocols_control(c, amine_brain_chemical(brain));
  amine_brain_destroy(brain);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the runs */
/* "seed=5", "clamp.dopamine=0.5" or "clamp.dopamine=none" */
static amine_status configure(am_simulation_config *out, const am_comparison *c,
                              const am_simulation_config *config, int seed, bool control,
                              amine_error *error) {
  AM_TRY(am_simulation_config_from(out, config->root, config->source, error));
  am_text text = {0};
  am_text_printf(&text, "seed=%llu", (unsigned long long)(c->first_seed + (uint64_t)seed));
  const char *assignment = text.data;
  amine_status status = text.failed ? am_fail_memory(error, 64)
                                    : am_simulation_config_apply(out, &assignment, 1, error);
  am_text_free(&text);
  for (int k = 0; k < AM_N_MODULATORS && status == AMINE_OK; k++) {
    out->values[AM_SIM_CLAMP + k].number = control && c->clamped[k] ? c->levels[k] : (double)NAN;
  }
  if (status != AMINE_OK) am_simulation_config_free(out);
  return status;
}

static amine_status finished(void *context, int run, am_simulation *s, amine_error *error) {
  const work *w = context;
  const am_comparison *c = w->comparison;
  const size_t n_measures = (size_t)c->protocol->n_measures;
  (void)error;
  am_simulation_measure(s, c->values[run % arms(c)] + (size_t)(run / arms(c)) * n_measures);
  return AMINE_OK;
}

static amine_status run_all(work *w, const am_simulation_config *config,
                            const am_batch_watch *watch, amine_error *error) {
  const size_t n = (size_t)w->n_runs;
  w->configs = am_alloc(n, sizeof *w->configs);
  if (!w->configs) return am_fail_memory(error, n * sizeof *w->configs);
  for (int k = 0; k < w->n_runs; k++)
    AM_TRY(configure(&w->configs[k], w->comparison, config, k / arms(w->comparison),
                     k % arms(w->comparison) == 1, error));
  const am_batch batch = {.n_runs = w->n_runs,
                          .configs = w->configs,
                          .n_threads = (int)am_simulation_number(config, AM_SIM_THREADS),
                          .context = w,
                          .finished = finished};
  return am_batch_run(&batch, watch, error);
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
                        const am_batch_watch *watch, amine_error *error) {
  am_comparison c = {.protocol = config->protocol,
                     .first_seed = config->values[AM_SIM_SEED].integer,
                     .n_seeds = n_seeds};
  if (n_seeds < 2 || n_seeds > AM_SEEDS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seeds=%d: it must be a whole number from 2 to %d",
                   n_seeds, AM_SEEDS_MAX);
  if (c.first_seed > UINT64_MAX - (uint64_t)n_seeds)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seed=%llu leaves no room for %d seeds",
                   (unsigned long long)c.first_seed, n_seeds);
  AM_TRY(choose_control(&c, config, error));
  const size_t count = am_size_mul((size_t)n_seeds, (size_t)c.protocol->n_measures);
  work w = {.comparison = &c, .n_runs = n_seeds * arms(&c)};
  amine_status status = AMINE_OK;
  for (int k = 0; k < arms(&c) && status == AMINE_OK; k++) {
    c.values[k] = am_alloc(count, sizeof(double));
    if (!c.values[k]) status = am_fail_memory(error, count * sizeof(double));
  }
  if (status == AMINE_OK) status = run_all(&w, config, watch, error);
  if (status == AMINE_OK) status = summarise(&c, error);
  for (int k = 0; w.configs && k < w.n_runs; k++) am_simulation_config_free(&w.configs[k]);
  am_free(w.configs);
  if (status == AMINE_OK) *comparison = c;
  else am_comparison_free(&c);
  return status;
}

void am_comparison_free(am_comparison *c) {
  am_free(c->values[0]);
  am_free(c->values[1]);
  *c = (am_comparison){0};
}
