/* The one place that knows of OpenMP. */
#include "base/threads.h"

#include <omp.h>

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

int am_processors(void) { return omp_get_num_procs(); }
