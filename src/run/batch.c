/* Runs side by side (see batch.h). */
#include "run/batch.h"

#include <math.h>

#include "base/steps.h"
#include "base/threads.h"

typedef struct work {
  const am_batch *batch;
  const am_batch_watch *watch;
  int *order;           /* [n_runs] */
  amine_status *status; /* [n_runs] */
  amine_error *errors;  /* [n_runs] */
  uint64_t all_ms;      /* biological time of all runs */
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

static bool stopped(const work *w) {
  return w->watch && w->watch->stop && atomic_load(w->watch->stop);
}

/* The run has come from step `before` to step `now`, each of them so many ms. */
static void tell(work *w, double step_ms, uint64_t before, uint64_t now) {
  const uint64_t more = am_steps(step_ms * (double)now, 1) - am_steps(step_ms * (double)before, 1);
  const uint64_t done = atomic_fetch_add(&w->done_ms, more) + more;
  if (w->watch && w->watch->progress)
    w->watch->progress(w->watch->context, (double)done / (double)w->all_ms);
}

static amine_status one_run(work *w, int run, amine_error *error) {
  const am_batch *b = w->batch;
  am_simulation *s;
  AM_TRY(am_simulation_create(&s, &b->configs[run], 1, NULL, error));
  const double step_ms = (double)length_ms(&b->configs[run]) / (double)s->end;
  const am_spike_sink sink = b->sink ? b->sink(b->context, run, s) : (am_spike_sink){0};
  amine_status status = AMINE_OK;
  while (!am_simulation_done(s) && status == AMINE_OK) {
    const uint64_t before = amine_brain_step(s->brain);
    if (stopped(w)) status = am_fail(error, AMINE_ERROR_STOPPED, "stopped");
    else status = am_simulation_run(s, &sink, error);
    if (status == AMINE_OK && b->slice) status = b->slice(b->context, run, s, error);
    if (status == AMINE_OK) tell(w, step_ms, before, amine_brain_step(s->brain));
  }
  if (status == AMINE_OK) status = b->finished(b->context, run, s, error);
  am_simulation_destroy(s);
  return status;
}

static void run_item(void *context, int item, int worker) {
  work *w = context;
  const int run = w->order[item];
  (void)worker;
  w->status[run] = one_run(w, run, &w->errors[run]);
}

static amine_status outcome(const work *w, amine_error *error) {
  int found = -1;
  for (int k = 0; k < w->batch->n_runs; k++) {
    if (w->status[k] == AMINE_OK) continue;
    if (found < 0 || w->status[found] == AMINE_ERROR_STOPPED) found = k;
    if (w->status[found] != AMINE_ERROR_STOPPED) break;
  }
  if (found < 0) return AMINE_OK;
  if (error) *error = w->errors[found];
  return w->status[found];
}

amine_status am_batch_run(const am_batch *batch, const am_batch_watch *watch, amine_error *error) {
  const size_t n = (size_t)batch->n_runs;
  work w = {.batch = batch,
            .watch = watch,
            .order = am_alloc(n, sizeof *w.order),
            .status = am_alloc(n, sizeof *w.status),
            .errors = am_alloc(n, sizeof *w.errors)};
  amine_status status = AMINE_OK;
  if (!w.order || !w.status || !w.errors) status = am_fail_memory(error, n * sizeof *w.errors);
  for (size_t k = 0; k < n; k++) w.all_ms += length_ms(&batch->configs[k]);
  if (status == AMINE_OK && n > 0) {
    put_in_order(w.order, batch);
    am_parallel(batch->n_threads > 0 ? batch->n_threads : am_processors(), batch->n_runs, run_item,
                &w);
    status = outcome(&w, error);
  }
  am_free(w.order);
  am_free(w.status);
  am_free(w.errors);
  return status;
}
