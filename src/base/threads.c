/* The one place that knows of OpenMP, and of how threads wait for each other. */
#include "base/threads.h"

#include <limits.h>
#include <omp.h>
#include <stdatomic.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <sched.h>
#endif

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
  atomic_int asleep;
  _Alignas(64) atomic_uint round;
};

/* Sleeps while *word is `value`, or wakes all that sleep on it. */
#if defined(__linux__)
static void team_sleep(atomic_uint *word, unsigned value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}
static void team_wake(atomic_uint *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}
#else
static void team_sleep(atomic_uint *word, unsigned value) {
  (void)word, (void)value;
  sched_yield();
}
static void team_wake(atomic_uint *word) { (void)word; }
#endif

/* Waiting is spinning first, for a step lasts microseconds. Who waits longer sleeps, because then
 * somebody else has the processor that the others need: where a processor falls idle, the system
 * moves them there. */
enum { SPINS = 3000 };

void am_team_wait(am_team *team) {
  if (team->n == 1) return;
  const unsigned round = atomic_load_explicit(&team->round, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) + 1 == team->n) {
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    atomic_store(&team->round, round + 1);
    if (atomic_load(&team->asleep) > 0) team_wake(&team->round);
    return;
  }
  for (int k = 0; k < SPINS; k++) {
    if (atomic_load_explicit(&team->round, memory_order_acquire) != round) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  atomic_fetch_add(&team->asleep, 1);
  while (atomic_load(&team->round) == round) team_sleep(&team->round, round);
  atomic_fetch_sub(&team->asleep, 1);
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
