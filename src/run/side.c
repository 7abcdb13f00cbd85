/* Whole runs side by side (see side.h). */
#include "run/side.h"

#include "base/memory.h"
#include "base/threads.h"

#define WHOLE 1000000 /* of a run */

void am_side_tell(am_side_share *share, uint64_t *told, double part) {
  const uint64_t now = (uint64_t)(part * WHOLE);
  if (!share->watch || !share->watch->progress || now <= *told) return;
  const uint64_t done = atomic_fetch_add(&share->done, now - *told) + now - *told;
  *told = now;
  share->watch->progress(share->watch->context, (double)done / ((double)share->n * WHOLE));
}

bool am_side_stopped(const am_side_watch *watch) {
  return watch && watch->stop && atomic_load(watch->stop);
}

typedef struct work {
  const am_side_runs *runs;
  amine_status *status; /* [n] */
  amine_error *errors;  /* [n] */
} work;

static void take(void *context, int item, int worker) {
  work *w = context;
  const int run = w->runs->order ? w->runs->order[item] : item;
  (void)worker;
  w->status[run] = w->runs->one(w->runs->context, run, &w->errors[run]);
}

static amine_status outcome(const work *w, amine_error *error) {
  int found = -1;
  for (int k = 0; k < w->runs->n; k++) {
    if (w->status[k] == AMINE_OK) continue;
    if (found < 0 || w->status[found] == AMINE_ERROR_STOPPED) found = k;
    if (w->status[found] != AMINE_ERROR_STOPPED) break;
  }
  if (found < 0) return AMINE_OK;
  if (error) *error = w->errors[found];
  return w->status[found];
}

amine_status am_side_by_side(const am_side_runs *runs, amine_error *error) {
  const size_t n = (size_t)runs->n;
  work w = {.runs = runs,
            .status = am_alloc(n, sizeof *w.status),
            .errors = am_alloc(n, sizeof *w.errors)};
  amine_status status = AMINE_OK;
  if (!w.status || !w.errors) status = am_fail_memory(error, am_size_mul(n, sizeof *w.errors));
  if (status == AMINE_OK && n > 0) {
    am_parallel(runs->n_threads > 0 ? runs->n_threads : am_processors(), runs->n, take, &w);
    status = outcome(&w, error);
  }
  am_free(w.status);
  am_free(w.errors);
  return status;
}
