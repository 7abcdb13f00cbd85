/* Lives with a level held (see levels_held.h). */
#include "run/simulate/levels_held.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "run/seeds.h"
#include "run/simulate/batch.h"
#include "run/simulate/unmoved.h"

/* Lives are numbered: all seeds free, then all seeds with the first system held, ... Life 0 is the
 * folder's own. */
typedef struct lives {
  am_levels_held *held;
  int n_arms, system[1 + AM_N_MODULATORS]; /* of each arm; the first has none */
  am_simulation_config *configs;           /* [n_arms n_seeds - 1] of lives 1, 2, ... */
  int n_configs;                           /* made so far */
} lives;

static double *of_life(const lives *l, int life) {
  const am_levels_held *h = l->held;
  const int arm = life / h->n_seeds;
  double *values = arm == 0 ? h->free : h->values[l->system[arm]];
  return values + (size_t)(life % h->n_seeds) * (size_t)h->protocol->n_measures;
}

static void choose(lives *l, const am_simulation *saved) {
  am_levels_held *h = l->held;
  const amine_chemical *chemical = saved->stage.chemical;
  l->n_arms = 1;
  for (int k = 0; k < AM_N_MODULATORS && chemical; k++) {
    double level;
    if (!am_modulator_is_on(chemical, (am_modulator)k) ||
        am_simulation_clamp(saved->config, (am_modulator)k, &level) ||
        !am_simulation_moves(saved->config, saved->brain, (am_modulator)k))
      continue;
    h->held[k] = true;
    h->levels[k] = am_modulator_baseline(chemical, (am_modulator)k);
    l->system[l->n_arms++] = k;
  }
}

static amine_status configure(lives *l, const am_simulation *saved, int life, amine_error *error) {
  const am_levels_held *h = l->held;
  const uint64_t seed = saved->config->values[AM_SIM_SEED].integer + (uint64_t)(life % h->n_seeds);
  const int arm = life / h->n_seeds;
  am_simulation_config *c = &l->configs[l->n_configs];
  AM_TRY(am_simulation_config_copy(c, saved->config, error));
  l->n_configs++;
  AM_TRY(am_simulation_config_put(c, AM_SIM_SEED, (am_value){(double)seed, seed}, error));
  AM_TRY(am_simulation_config_put(c, AM_SIM_DURATION_S, (am_value){am_simulation_time(saved), 0},
                                  error));
  if (arm == 0) return AMINE_OK;
  const int which = l->system[arm];
  return am_simulation_config_put(c, AM_SIM_CLAMP + which, (am_value){h->levels[which], 0}, error);
}

static amine_status measured(void *context, int run, am_simulation *simulation,
                             amine_error *error) {
  (void)error;
  am_simulation_measure(simulation, of_life(context, run + 1));
  return AMINE_OK;
}

static amine_status take(lives *l, amine_error *error) {
  am_levels_held *h = l->held;
  const size_t n = am_size_mul((size_t)h->n_seeds, (size_t)h->protocol->n_measures);
  const size_t n_lives = (size_t)l->n_arms * (size_t)h->n_seeds;
  h->free = am_alloc(n, sizeof(double));
  l->configs = am_alloc(n_lives, sizeof *l->configs);
  bool all = h->free && l->configs;
  for (int k = 0; k < AM_N_MODULATORS && all; k++) {
    if (!h->held[k]) continue;
    h->values[k] = am_alloc(n, sizeof(double));
    all = h->values[k] != NULL;
  }
  return all ? AMINE_OK : am_fail_memory(error, n * sizeof(double));
}

static amine_status live(lives *l, const am_simulation *saved, int n_threads,
                         const am_side_watch *watch, amine_error *error) {
  const int n_lives = l->n_arms * l->held->n_seeds;
  if (l->n_arms == 1) return AMINE_OK; /* nothing to hold */
  AM_TRY(take(l, error));
  am_simulation_measure(saved, of_life(l, 0));
  for (int life = 1; life < n_lives; life++) AM_TRY(configure(l, saved, life, error));
  const am_batch batch = {.n_runs = l->n_configs,
                          .configs = l->configs,
                          .n_threads = n_threads,
                          .context = l,
                          .finished = measured};
  return am_batch_run(&batch, watch, error);
}

amine_status am_levels_hold(am_levels_held *out, const am_simulation *saved, int n_seeds,
                            int n_threads, const am_side_watch *watch, amine_error *error) {
  am_levels_held held = {.protocol = saved->config->protocol, .n_seeds = n_seeds};
  lives l = {.held = &held};
  if (n_seeds != 1)
    AM_TRY(am_seeds_check(saved->config->values[AM_SIM_SEED].integer, n_seeds, error));
  choose(&l, saved);
  const amine_status status = live(&l, saved, n_threads, watch, error);
  for (int k = 0; k < l.n_configs; k++) am_simulation_config_free(&l.configs[k]);
  am_free(l.configs);
  if (status == AMINE_OK) *out = held;
  else am_levels_held_free(&held);
  return status;
}

void am_levels_held_free(am_levels_held *h) {
  am_free(h->free);
  for (int k = 0; k < AM_N_MODULATORS; k++) am_free(h->values[k]);
  *h = (am_levels_held){0};
}

am_level_cost am_levels_cost(const am_levels_held *h, am_modulator which, int measure) {
  enum { MOST = AM_SEEDS_MAX };
  double free_ones[MOST], held[MOST], difference[MOST];
  const size_t n = (size_t)h->n_seeds, m = (size_t)h->protocol->n_measures;
  for (size_t i = 0; i < n; i++) {
    free_ones[i] = h->free[i * m + (size_t)measure];
    held[i] = h->values[which][i * m + (size_t)measure];
    difference[i] = held[i] - free_ones[i];
  }
  return (am_level_cost){am_interval_of(free_ones, n), am_interval_of(held, n),
                         am_interval_of(difference, n)};
}
