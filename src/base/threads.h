/* Independent pieces of work over several threads (OpenMP). Results never depend on how many there
 * are: each item writes only what is its own. */
#ifndef AMINE_BASE_THREADS_H
#define AMINE_BASE_THREADS_H

/* Calls work(context, item, worker) for every item in [0, n_items), each once, on up to n_threads
 * threads; worker in [0, n_threads) is the caller's number, for scratch memory. Returns when all is
 * done. */
void am_parallel(int n_threads, int n_items, void (*work)(void *context, int item, int worker),
                 void *context);

/* A team that works in step: `work` runs once on each of up to n_threads threads at the same time,
 * worker in [0, n_workers), n_workers at most 64, and they wait for each other at am_team_wait,
 * which every worker must call equally often. */
typedef struct am_team am_team;
void am_team_run(int n_threads,
                 void (*work)(void *context, am_team *team, int worker, int n_workers),
                 void *context);
void am_team_wait(am_team *team, int worker);

/* Processors that this process may use, at least 1. */
int am_processors(void);

#endif
