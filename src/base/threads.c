/* The one place that knows of OpenMP. */
#include "base/threads.h"

#include <omp.h>
#include <sched.h>
#include <stdatomic.h>

void am_parallel(int n_threads, int n_items, void (*work)(void *context, int item, int worker),
                 void *context) {
  if (n_threads > n_items) n_threads = n_items;
  if (n_threads <= 1) {
    for (int item = 0; item < n_items; item++) work(context, item, 0);
    return;
  }
#pragma omp parallel for num_threads(n_threads) schedule(dynamic, 1)
  for (int item = 0; item < n_items; item++) work(context, item, omp_get_thread_num());
}

struct am_team {
  int n;
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_uint round;
};

/* Waiting is spinning, for steps last microseconds; who waits long gives its processor away, so
 * that more threads than processors still get on. */
void am_team_wait(am_team *team) {
  if (team->n == 1) return;
  const unsigned round = atomic_load_explicit(&team->round, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->n) {
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    atomic_store_explicit(&team->round, round + 1, memory_order_release);
    return;
  }
  for (int spins = 0; atomic_load_explicit(&team->round, memory_order_acquire) == round; spins++) {
    if (spins > 2000) sched_yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

void am_team_run(int n_threads,
                 void (*work)(void *context, am_team *team, int worker, int n_workers),
                 void *context) {
  am_team team = {.n = 1};
  if (n_threads <= 1) {
    work(context, &team, 0, 1);
    return;
  }
#pragma omp parallel num_threads(n_threads)
  {
#pragma omp single
    team.n = omp_get_num_threads();
    work(context, &team, omp_get_thread_num(), team.n);
  }
}

int am_processors(void) { return omp_get_num_procs(); }
