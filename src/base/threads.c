/* The one place that knows of OpenMP, and of how threads wait for each other. */
#include "base/threads.h"

#include <limits.h>
#include <omp.h>
#include <stdatomic.h>
#include <time.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#else
#include <sched.h>
#endif

#include "base/host.h"

void am_parallel(int n_threads, int n_items, void (*work)(void *context, int item, int worker),
                 void *context) {
  if (n_threads > n_items) n_threads = n_items;
  if (n_threads <= 1) {
    for (int item = 0; item < n_items; item++) work(context, item, 0);
    return;
  }
#pragma omp parallel num_threads(n_threads)
  {
    AM_ENTER; /* OpenMP's threads may be the host's, too, and compute as it wishes */
#pragma omp for schedule(dynamic, 1) nowait
    for (int item = 0; item < n_items; item++) work(context, item, omp_get_thread_num());
  }
}

/* Each worker says in a cache line of its own how often it has arrived, and reads those of the
 * others: one journey of a line from core to core, where a common counter takes two or three. */
typedef struct place {
  _Alignas(64) atomic_uint round;
  atomic_int asleep; /* who waits for this worker in the system */
} place;

enum { TEAM_MAX = 64 };

struct am_team {
  int n;
  place places[TEAM_MAX];
};

/* Who falls asleep in the very moment in which it is said that all have come may be overlooked: so
 * nobody sleeps for longer than this. In return, saying it is one plain store. */
enum { NAP_NS = 200000 };

/* Sleeps while *word is `value`, or wakes all that sleep on it. */
#if defined(__linux__)
static void team_sleep(atomic_uint *word, unsigned value) {
  const struct timespec nap = {.tv_nsec = NAP_NS};
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &nap, NULL, 0);
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

/* Until the place has come to `round`. */
static void wait_for(place *p, unsigned round) {
  unsigned now;
  for (int k = 0; k < SPINS; k++) {
    now = atomic_load_explicit(&p->round, memory_order_acquire);
    if ((int)(now - round) >= 0) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  atomic_fetch_add(&p->asleep, 1);
  while ((int)((now = atomic_load(&p->round)) - round) < 0) team_sleep(&p->round, now);
  atomic_fetch_sub(&p->asleep, 1);
}

void am_team_wait(am_team *team, int worker) {
  if (team->n == 1) return;
  place *mine = &team->places[worker];
  const unsigned round = atomic_load_explicit(&mine->round, memory_order_relaxed) + 1;
  atomic_store_explicit(&mine->round, round, memory_order_release);
  if (atomic_load_explicit(&mine->asleep, memory_order_relaxed) > 0) team_wake(&mine->round);
  for (int k = 0; k < team->n; k++)
    if (k != worker) wait_for(&team->places[k], round);
}

void am_team_run(int n_threads,
                 void (*work)(void *context, am_team *team, int worker, int n_workers),
                 void *context) {
  am_team team = {.n = 1};
  if (n_threads > TEAM_MAX) n_threads = TEAM_MAX;
  if (n_threads <= 1) {
    work(context, &team, 0, 1);
    return;
  }
#pragma omp parallel num_threads(n_threads)
  {
    AM_ENTER;
#pragma omp single
    team.n = omp_get_num_threads();
    work(context, &team, omp_get_thread_num(), team.n);
  }
}

int am_processors(void) { return omp_get_num_procs(); }
