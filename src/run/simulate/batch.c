/* Runs side by side (see batch.h). */
#include "run/simulate/batch.h"

#include <math.h>

#include "base/memory.h"
#include "base/steps.h"

typedef struct work {
  const am_batch *batch;
  const am_side_watch *watch;
  uint64_t all_ms; /* biological time of all runs */
  _Atomic uint64_t done_ms;
} work;

static uint64_t length_ms(const am_simulation_config *config) {
  return (uint64_t)ceil(1e3 * am_simulation_number(config, AM_SIM_DURATION_S));
}

/* The longest first; equal ones in their order. */
static void put_in_order(int *order, const am_batch *b) {
  for (int k = 0; k < b->n_runs; k++) {
    int at = k;
    for (; at > 0 && length_ms(&b->configs[order[at - 1]]) < length_ms(&b->configs[k]); at--)
      order[at] = order[at - 1];
    order[at] = k;
  }
}

/* The run has come from step `before` to step `now`, each of them so many ms. */
static void tell(work *w, double step_ms, uint64_t before, uint64_t now) {
  const uint64_t more = am_steps(step_ms * (double)now, 1) - am_steps(step_ms * (double)before, 1);
  const uint64_t done = atomic_fetch_add(&w->done_ms, more) + more;
  if (w->watch && w->watch->progress)
    w->watch->progress(w->watch->context, (double)done / (double)w->all_ms);
}

static amine_status whole_run(work *w, int run, amine_error *error) {
  const am_batch *b = w->batch;
  am_simulation *s;
  AM_TRY(am_simulation_create(&s, &b->configs[run], 1, NULL, error));
  const double step_ms = (double)length_ms(&b->configs[run]) / (double)s->end;
  const am_spike_sink sink = b->sink ? b->sink(b->context, run, s) : (am_spike_sink){0};
  amine_status status = AMINE_OK;
  while (!am_simulation_done(s) && status == AMINE_OK) {
    const uint64_t before = amine_brain_step(s->brain);
    if (am_side_stopped(w->watch)) status = am_fail(error, AMINE_ERROR_STOPPED, "stopped");
    else status = am_simulation_run(s, &sink, error);
    if (status == AMINE_OK && b->slice) status = b->slice(b->context, run, s, error);
    if (status == AMINE_OK) tell(w, step_ms, before, amine_brain_step(s->brain));
  }
  if (status == AMINE_OK) status = b->finished(b->context, run, s, error);
  am_simulation_destroy(s);
  return status;
}

static amine_status one_run(void *context, int run, amine_error *error) {
  work *w = context;
  const amine_status status = whole_run(w, run, error);
  return status == AMINE_OK || !w->batch->failed
             ? status
             : w->batch->failed(w->batch->context, run, status, error);
}

amine_status am_batch_run(const am_batch *batch, const am_side_watch *watch, amine_error *error) {
  const size_t n = (size_t)batch->n_runs;
  work w = {.batch = batch, .watch = watch};
  int *order = am_alloc(n, sizeof *order);
  if (!order) return am_fail_memory(error, am_size_mul(n, sizeof *order));
  for (size_t k = 0; k < n; k++) w.all_ms += length_ms(&batch->configs[k]);
  put_in_order(order, batch);
  const am_side_runs runs = {.n = batch->n_runs,
                             .n_threads = batch->n_threads,
                             .order = order,
                             .context = &w,
                             .one = one_run};
  const amine_status status = am_side_by_side(&runs, error);
  am_free(order);
  return status;
}
