/* Lists the sets of cells that an agent can believe itself in, then
 *
 *     V_k(B) = max over a of  sum over views o of P(o | B, a) V_{k-1}(B after a and o)
 *                             + P(find | B, a) (1 + U_{k-1})
 *     U_k    = sum over views o of P(o) V_k(cells that show o),       V_0 = 0
 *
 * where V_k is what a belief is worth with k steps left and U_k what a teleport is. */
#include "task/maze/belief.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

/* What an action may lead to: outcome[first .. first + n), or a find. Neither: a wall. */
typedef struct move {
  int32_t first, n;
  double find; /* probability of entering the reward */
} move;

typedef struct outcome {
  int32_t believed, view;
  double probability;
} outcome;

struct am_maze_belief {
  const am_maze *maze;
  int horizon;
  int n_sets, n_outcomes; /* of the goal solved last; 0 if none is */
  int set_capacity, outcome_capacity, n_slots;
  size_t choice_capacity;
  am_maze_set *set;                /* [n_sets] */
  move (*move)[AM_MAZE_ACTIONS];   /* [n_sets][action] */
  double *value[2];                /* [n_sets]: V with k and k - 1 steps left */
  outcome *outcome;                /* [n_outcomes] */
  int32_t *slot;                   /* [n_slots], a power of two: sets by their hash, or -1 */
  uint8_t *choice;                 /* [horizon + 1][n_sets]: the best action */
  int32_t arrival[AM_MAZE_VIEWS];  /* the set after a teleport that shows this view, or -1 */
  am_maze_set part[AM_MAZE_VIEWS]; /* scratch of `split` */
};

amine_status am_maze_belief_create(am_maze_belief **out, const am_maze *maze, int horizon,
                                   amine_error *error) {
  assert(maze->n_free <= 64 * AM_MAZE_WORDS && horizon >= 1);
  am_maze_belief *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  b->maze = maze;
  b->horizon = horizon;
  *out = b;
  return AMINE_OK;
}

void am_maze_belief_destroy(am_maze_belief *b) {
  if (!b) return;
  am_free(b->set);
  am_free(b->move);
  am_free(b->value[0]);
  am_free(b->value[1]);
  am_free(b->outcome);
  am_free(b->slot);
  am_free(b->choice);
  am_free(b);
}

/* Resizes *block, the address of a pointer of any type, to count items of `size` bytes. */
static bool grow(void *block, size_t count, size_t size) {
  void *old, *fresh;
  memcpy(&old, block, sizeof old);
  fresh = am_resize(old, count, size);
  if (fresh) memcpy(block, &fresh, sizeof fresh);
  return fresh != NULL;
}

static int32_t *find_slot(am_maze_belief *b, const am_maze_set *set) {
  size_t mask = (size_t)b->n_slots - 1, k = (size_t)am_maze_set_hash(set) & mask;
  while (b->slot[k] >= 0 && !am_maze_set_same(&b->set[b->slot[k]], set)) k = (k + 1) & mask;
  return &b->slot[k];
}

static bool make_room_for_sets(am_maze_belief *b) {
  int capacity = b->set_capacity ? 2 * b->set_capacity : 256;
  size_t n = (size_t)capacity;
  if (!grow(&b->set, n, sizeof *b->set) || !grow(&b->move, n, sizeof *b->move) ||
      !grow(&b->value[0], n, sizeof *b->value[0]) || !grow(&b->value[1], n, sizeof *b->value[1]) ||
      !grow(&b->slot, 2 * n, sizeof *b->slot))
    return false;
  b->set_capacity = capacity;
  b->n_slots = 2 * capacity;
  memset(b->slot, -1, 2 * n * sizeof *b->slot);
  for (int k = 0; k < b->n_sets; k++) *find_slot(b, &b->set[k]) = k;
  return true;
}

/* The number of a set, listed now if it was not; -1 if memory was refused. */
static int number_of(am_maze_belief *b, const am_maze_set *set) {
  if (b->n_sets == b->set_capacity && !make_room_for_sets(b)) return -1;
  int32_t *slot = find_slot(b, set);
  if (*slot < 0) {
    *slot = b->n_sets;
    b->set[b->n_sets++] = *set;
  }
  return *slot;
}

/* Moves every cell of the set by `action` (-1: leaves them) and sorts the new cells by what they
 * show into b->part; views[] gets the n views that occur. Returns n; *hit tells whether one of
 * them is the goal, which is left out. -1 if the action runs into a wall. All cells of a set show
 * the same walls, so it does for all or for none. */
static int split(am_maze_belief *b, int *views, bool *hit, am_maze_set set, int action, int goal) {
  int n = 0;
  *hit = false;
  for (int w = 0; w < AM_MAZE_WORDS; w++)
    for (uint64_t bits = set.word[w]; bits; bits &= bits - 1) {
      int s = 64 * w + __builtin_ctzll(bits);
      if (action >= 0) s = b->maze->next[s][action];
      if (s < 0) return -1;
      if (s == goal) {
        *hit = true;
        continue;
      }
      am_maze_cell cell = b->maze->cell[s];
      int view = b->maze->view[cell.row * b->maze->options.size + cell.col], k = 0;
      while (k < n && views[k] != view) k++;
      if (k == n) {
        views[n++] = view;
        b->part[view] = (am_maze_set){0};
      }
      am_maze_set_add(&b->part[view], s);
    }
  return n;
}

/* Lists what the action leads to from set number `from`. False: memory was refused. */
static bool list_outcomes(am_maze_belief *b, int from, int action, int goal) {
  int views[AM_MAZE_VIEWS];
  bool hit;
  int n = split(b, views, &hit, b->set[from], action, goal);
  move m = {.first = b->n_outcomes};
  if (n >= 0) {
    double each = 1.0 / am_maze_set_count(&b->set[from]);
    m.n = n;
    m.find = hit ? each : 0;
    if (b->n_outcomes + n > b->outcome_capacity) {
      int capacity = 2 * b->outcome_capacity + AM_MAZE_VIEWS;
      if (!grow(&b->outcome, (size_t)capacity, sizeof *b->outcome)) return false;
      b->outcome_capacity = capacity;
    }
    for (int k = 0; k < n; k++) {
      am_maze_set part = b->part[views[k]];
      int believed = number_of(b, &part);
      if (believed < 0) return false;
      b->outcome[b->n_outcomes++] = (outcome){believed, views[k], each * am_maze_set_count(&part)};
    }
  }
  b->move[from][action] = m;
  return true;
}

/* Lists all sets that can arise, those after a teleport first. False: memory was refused. */
static bool list_sets(am_maze_belief *b, int goal) {
  int views[AM_MAZE_VIEWS];
  bool hit;
  am_maze_set all = {0};
  for (int s = 0; s < b->maze->n_free; s++) am_maze_set_add(&all, s);
  b->n_sets = b->n_outcomes = 0;
  if (b->slot) memset(b->slot, -1, (size_t)b->n_slots * sizeof *b->slot);
  memset(b->arrival, -1, sizeof b->arrival);
  int n = split(b, views, &hit, all, -1, goal);
  for (int k = 0; k < n; k++) {
    am_maze_set part = b->part[views[k]];
    if ((b->arrival[views[k]] = number_of(b, &part)) < 0) return false;
  }
  for (int from = 0; from < b->n_sets; from++)
    for (int a = 0; a < AM_MAZE_ACTIONS; a++)
      if (!list_outcomes(b, from, a, goal)) return false;
  size_t n_choices = ((size_t)b->horizon + 1) * (size_t)b->n_sets;
  if (n_choices > b->choice_capacity) {
    if (!grow(&b->choice, n_choices, sizeof *b->choice)) return false;
    b->choice_capacity = n_choices;
  }
  return true;
}

/* The best action for one set and what it is worth, given V_{k-1} and U_{k-1}. */
static double best(uint8_t *choice, const am_maze_belief *b, int believed, const double *old,
                   double thrown) {
  double most = -1;
  for (int a = 0; a < AM_MAZE_ACTIONS; a++) {
    const move *m = &b->move[believed][a];
    if (m->n == 0 && m->find <= 0) continue;
    double sum = m->find * (1 + thrown);
    for (int k = 0; k < m->n; k++) {
      const outcome *o = &b->outcome[m->first + k];
      sum += o->probability * old[o->believed];
    }
    if (sum > most) {
      most = sum;
      *choice = (uint8_t)a;
    }
  }
  return most;
}

amine_status am_maze_belief_solve(am_maze_belief *b, double *find, int goal, amine_error *error) {
  if (!list_sets(b, goal)) {
    b->n_sets = 0;
    return am_fail(error, AMINE_ERROR_MEMORY, "out of memory while planning in a maze of size %d",
                   b->maze->options.size);
  }
  const size_t n = (size_t)b->n_sets;
  double *v = b->value[0], *old = b->value[1], thrown = 0;
  memset(v, 0, n * sizeof *v);
  if (find) find[0] = 0;
  for (int k = 1; k <= b->horizon; k++) {
    double *swap = v;
    v = old;
    old = swap;
    for (size_t i = 0; i < n; i++)
      v[i] = best(&b->choice[(size_t)k * n + i], b, (int)i, old, thrown);
    thrown = 0;
    for (int view = 0; view < AM_MAZE_VIEWS; view++) {
      int i = b->arrival[view];
      if (i >= 0) thrown += am_maze_set_count(&b->set[i]) * v[i];
    }
    thrown /= b->maze->n_free - 1;
    if (find) find[k] = thrown;
  }
  return AMINE_OK;
}

int am_maze_belief_arrive(const am_maze_belief *b, int view) {
  return view >= 0 && view < AM_MAZE_VIEWS && b->n_sets ? b->arrival[view] : -1;
}

int am_maze_belief_follow(const am_maze_belief *b, int believed, int action, int view) {
  const move *m = &b->move[believed][action];
  if (m->n == 0 && m->find <= 0) return believed;
  for (int k = 0; k < m->n; k++)
    if (b->outcome[m->first + k].view == view) return b->outcome[m->first + k].believed;
  return -1;
}

int am_maze_belief_action(const am_maze_belief *b, int believed, int left) {
  assert(left >= 1 && left <= b->horizon);
  return b->choice[(size_t)left * (size_t)b->n_sets + (size_t)believed];
}

int am_maze_belief_count(const am_maze_belief *b) { return b->n_sets; }
