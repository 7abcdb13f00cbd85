/* Blocks and commands (see board.h). */
#include "live/board.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"

typedef struct named {
  char name[AM_BOARD_NAME];
  am_board_block *block;
  double asked; /* clock; 0: never */
} named;

typedef struct waiting {
  struct waiting *next;
  uint64_t id;
  size_t length;
  char text[];
} waiting;

typedef struct shown {
  char *folder;
  int n_names, n_waiting;
  named names[AM_BOARD_NAMES];
  waiting *first, *last;
} shown;

struct am_board {
  pthread_mutex_t lock;
  pthread_cond_t sent;
  uint64_t version, id, wakes;
  double asked;
  int n;                          /* runs */
  int pages;                      /* that look */
  shown *runs[AM_BOARD_RUNS + 1]; /* the board's own first */
  void (*changed)(void *context);
  void *context;
};

/* ------------------------------------------------------------------------------ the board */
static amine_status add(am_board *b, const char *folder, amine_error *error) {
  shown *run = am_alloc(1, sizeof *run);
  if (run && folder) run->folder = am_strdup(folder);
  if (!run || (folder && !run->folder)) {
    am_free(run);
    return am_fail_memory(error, sizeof *run);
  }
  b->runs[b->n++] = run;
  return AMINE_OK;
}

amine_status am_board_create(am_board **board, amine_error *error) {
  pthread_condattr_t clock;
  am_board *b = am_alloc(1, sizeof *b);
  *board = NULL;
  if (!b) return am_fail_memory(error, sizeof *b);
  pthread_mutex_init(&b->lock, NULL);
  pthread_condattr_init(&clock);
  pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
  pthread_cond_init(&b->sent, &clock);
  pthread_condattr_destroy(&clock);
  const amine_status status = add(b, NULL, error);
  if (status == AMINE_OK) *board = b;
  else am_board_destroy(b);
  return status;
}

static void free_run(shown *run) {
  for (int k = 0; k < run->n_names; k++)
    if (run->names[k].block) am_board_release(run->names[k].block);
  while (run->first) {
    waiting *next = run->first->next;
    am_free(run->first);
    run->first = next;
  }
  am_free(run->folder);
  am_free(run);
}

void am_board_destroy(am_board *b) {
  if (!b) return;
  for (int k = 0; k < b->n; k++) free_run(b->runs[k]);
  pthread_cond_destroy(&b->sent);
  pthread_mutex_destroy(&b->lock);
  am_free(b);
}

amine_status am_board_add(am_board *b, int *run, const char *folder, amine_error *error) {
  pthread_mutex_lock(&b->lock);
  const int number = b->n - 1;
  const amine_status status =
      number == AM_BOARD_RUNS
          ? am_fail(error, AMINE_ERROR_ARGUMENT, "a page shows %d runs at most", AM_BOARD_RUNS)
          : add(b, folder, error);
  pthread_mutex_unlock(&b->lock);
  if (status == AMINE_OK) *run = number;
  return status;
}

/* Whoever changes nothing takes the lock as well. */
static pthread_mutex_t *lock_of(const am_board *b) { return (pthread_mutex_t *)&b->lock; }

int am_board_runs(const am_board *b) {
  pthread_mutex_lock(lock_of(b));
  const int n = b->n - 1;
  pthread_mutex_unlock(lock_of(b));
  return n;
}

/* With the lock; NULL: there is no such run. */
static shown *find_run(const am_board *b, int run) {
  return run < AM_BOARD_ITSELF || run >= b->n - 1 ? NULL : b->runs[run + 1];
}

const char *am_board_folder(const am_board *b, int run) {
  pthread_mutex_lock(lock_of(b));
  const shown *r = find_run(b, run);
  const char *folder = r ? r->folder : NULL;
  pthread_mutex_unlock(lock_of(b));
  return folder;
}

/* ------------------------------------------------------------------------------ blocks */
static bool is_name(const char *name) {
  const size_t n = strlen(name);
  return n > 0 && n < AM_BOARD_NAME && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

/* With the lock; NULL: there is none of that name. */
static named *find(am_board *b, int run, const char *name) {
  shown *r = find_run(b, run);
  for (int k = 0; r && k < r->n_names; k++)
    if (strcmp(r->names[k].name, name) == 0) return &r->names[k];
  return NULL;
}

/* The same, or else a new one if there is room. */
static named *find_or_make(am_board *b, int run, const char *name) {
  named *there = find(b, run, name);
  shown *r = find_run(b, run);
  if (there || !r || r->n_names == AM_BOARD_NAMES || !is_name(name)) return there;
  named *one = &r->names[r->n_names++];
  memcpy(one->name, name, strlen(name) + 1);
  return one;
}

amine_status am_board_put(am_board *b, int run, const char *name, const void *bytes, size_t n,
                          amine_error *error) {
  if (n > AM_BOARD_BLOCK_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.31s: %zu bytes are more than a page gets", name,
                   n);
  am_board_block *block = am_alloc(1, sizeof *block + n);
  if (!block) return am_fail_memory(error, n);
  atomic_init(&block->holders, 1);
  block->n = n;
  if (n > 0) memcpy(block->bytes, bytes, n);
  pthread_mutex_lock(&b->lock);
  named *one = find_or_make(b, run, name);
  am_board_block *before = one ? one->block : block;
  if (one) block->version = ++b->version;
  if (one) one->block = block;
  pthread_mutex_unlock(&b->lock);
  if (before) am_board_release(before);
  if (!one)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no block %.31s of run %d", name, run);
  if (b->changed) b->changed(b->context);
  return AMINE_OK;
}

bool am_board_get(am_board *b, const am_board_block **block, int run, const char *name,
                  uint64_t after) {
  const double now = am_clock();
  *block = NULL;
  pthread_mutex_lock(&b->lock);
  named *one = find(b, run, name);
  b->asked = now;
  if (one) one->asked = now;
  if (one && one->block && one->block->version > after) {
    atomic_fetch_add(&one->block->holders, 1);
    *block = one->block;
  }
  pthread_mutex_unlock(&b->lock);
  return *block != NULL;
}

void am_board_release(const am_board_block *block) {
  am_board_block *own = (am_board_block *)block;
  if (atomic_fetch_sub(&own->holders, 1) == 1) am_free(own);
}

static bool is_late(double asked) { return asked > 0 && am_clock() - asked < AM_BOARD_LOOKED_S; }

bool am_board_wanted(am_board *b, int run, const char *name) {
  pthread_mutex_lock(&b->lock);
  const named *one = find(b, run, name);
  const double asked = one ? one->asked : 0;
  pthread_mutex_unlock(&b->lock);
  return is_late(asked);
}

bool am_board_was_watched(am_board *b) {
  pthread_mutex_lock(&b->lock);
  const bool was = b->asked > 0 || b->pages > 0;
  pthread_mutex_unlock(&b->lock);
  return was;
}

bool am_board_watched(am_board *b) {
  pthread_mutex_lock(&b->lock);
  const double asked = b->asked;
  const int pages = b->pages;
  pthread_mutex_unlock(&b->lock);
  return pages > 0 || is_late(asked);
}

void am_board_look(am_board *b, int pages) {
  pthread_mutex_lock(&b->lock);
  b->pages += pages;
  pthread_mutex_unlock(&b->lock);
}

uint64_t am_board_version(const am_board *b) {
  pthread_mutex_lock(lock_of(b));
  const uint64_t version = b->version;
  pthread_mutex_unlock(lock_of(b));
  return version;
}

void am_board_changed(am_board *b, uint64_t after,
                      void (*each)(void *context, int run, const char *name, uint64_t version),
                      void *context) {
  pthread_mutex_lock(&b->lock);
  for (int k = 0; k < b->n; k++)
    for (int j = 0; j < b->runs[k]->n_names; j++) {
      const named *one = &b->runs[k]->names[j];
      if (one->block && one->block->version > after)
        each(context, k - 1, one->name, one->block->version);
    }
  pthread_mutex_unlock(&b->lock);
}

void am_board_listen(am_board *b, void (*changed)(void *context), void *context) {
  b->changed = changed;
  b->context = context;
}

/* ------------------------------------------------------------------------------ commands */
amine_status am_board_send(am_board *b, uint64_t *id, int run, const char *text, size_t length,
                           amine_error *error) {
  if (length > AM_BOARD_COMMAND_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a command has %d bytes at most, not %zu",
                   AM_BOARD_COMMAND_MAX, length);
  waiting *one = am_alloc(1, sizeof *one + length);
  if (!one) return am_fail_memory(error, length);
  one->length = length;
  memcpy(one->text, text, length);
  pthread_mutex_lock(&b->lock);
  shown *r = find_run(b, run);
  const bool fits = r && r->n_waiting < AM_BOARD_WAITING;
  if (fits) {
    *id = one->id = ++b->id;
    if (r->last) r->last->next = one;
    else r->first = one;
    r->last = one;
    r->n_waiting++;
    pthread_cond_broadcast(&b->sent);
  }
  pthread_mutex_unlock(&b->lock);
  if (fits) return AMINE_OK;
  am_free(one);
  if (!r) return am_fail(error, AMINE_ERROR_ARGUMENT, "there is no run %d", run);
  return am_fail(error, AMINE_ERROR_MEMORY, "%d commands wait for run %d already", AM_BOARD_WAITING,
                 run);
}

bool am_board_take(am_board *b, int run, am_board_command *out) {
  pthread_mutex_lock(&b->lock);
  shown *r = find_run(b, run);
  waiting *one = r ? r->first : NULL;
  if (one) {
    r->first = one->next;
    if (!r->first) r->last = NULL;
    r->n_waiting--;
  }
  pthread_mutex_unlock(&b->lock);
  if (!one) return false;
  out->id = one->id;
  out->run = run;
  out->length = one->length;
  memcpy(out->text, one->text, one->length);
  out->text[one->length] = 0;
  am_free(one);
  return true;
}

bool am_board_wait(am_board *b, int run, double seconds) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  const double whole = (double)(int64_t)seconds;
  end.tv_sec += (time_t)whole;
  end.tv_nsec += (long)((seconds - whole) * 1e9);
  if (end.tv_nsec >= 1000000000L) end.tv_nsec -= 1000000000L, end.tv_sec++;
  pthread_mutex_lock(&b->lock);
  const shown *r = find_run(b, run);
  const uint64_t wakes = b->wakes;
  int late = 0;
  while (r && !r->first && b->wakes == wakes && late != ETIMEDOUT)
    late = pthread_cond_timedwait(&b->sent, &b->lock, &end);
  const bool does = r && r->first;
  pthread_mutex_unlock(&b->lock);
  return does;
}

void am_board_wake(am_board *b) {
  pthread_mutex_lock(&b->lock);
  b->wakes++;
  pthread_cond_broadcast(&b->sent);
  pthread_mutex_unlock(&b->lock);
}
