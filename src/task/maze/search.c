/* Beam search over (cell, cells seen): each step keeps the WIDTH most promising of all walks one
 * step longer, the better of two that are in the same place and have seen the same. What a walk
 * promises is what it has plus what the rest would bring if each step from its nearest unseen cell
 * on saw one more cell. */
#include "task/maze/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "task/maze/value.h"

enum { WIDTH = 1000, CHILDREN = AM_MAZE_ACTIONS * WIDTH, SLOTS = 8192 };

typedef struct node {
  am_maze_set seen;
  double score; /* sum over the cells seen of their worth */
  int32_t cell, parent;
  uint8_t action;
  bool straight; /* has not left the column of the centre */
} node;

typedef struct ranked {
  double promise;
  int32_t child;
} ranked;

typedef struct link {
  int32_t parent;
  uint8_t action;
} link;

typedef struct search {
  const am_maze *maze;
  const double *worth;
  int steps, n_now, n_children;
  node now[WIDTH], children[CHILDREN];
  ranked rank[CHILDREN];
  int32_t slot[SLOTS]; /* children by the hash of (cell, seen), or -1 */
  int *distance;       /* [n_free][n_free] */
  link *links;         /* [steps][WIDTH]: how each walk kept at a step came about */
  struct {
    double score;
    int step; /* the last one; 0: no walk yet */
    link last;
  } best;
} search;

/* The child in the same place that has seen the same, or a new one; NULL if it is there with at
 * least this score. */
static node *place(search *s, const node *child) {
  uint64_t h = (am_maze_set_hash(&child->seen) ^ (uint64_t)child->cell) * 0x9e3779b97f4a7c15u;
  size_t k = (size_t)(h >> 32) % SLOTS;
  for (; s->slot[k] >= 0; k = (k + 1) % SLOTS) {
    node *there = &s->children[s->slot[k]];
    if (there->cell == child->cell && am_maze_set_same(&there->seen, &child->seen))
      return child->score > there->score ? there : NULL;
  }
  s->slot[k] = s->n_children;
  return &s->children[s->n_children++];
}

/* All walks of t steps that extend those of t - 1. The maze is its own mirror image, so walks that
 * start up, and leave the centre's column to the left if they leave it, stand for all others. */
static void extend(search *s, int t) {
  const double *worth = s->worth + (size_t)(s->steps - t) * (size_t)s->maze->n_free;
  int centre_col = s->maze->options.size / 2;
  s->n_children = 0;
  memset(s->slot, -1, sizeof s->slot);
  for (int i = 0; i < s->n_now; i++)
    for (int a = 0; a < AM_MAZE_ACTIONS; a++) {
      const node *from = &s->now[i];
      int to = s->maze->next[from->cell][a];
      if (to < 0 || (t == 1 && a != 0) || (from->straight && a == 3)) continue;
      node child = *from;
      child.cell = to;
      child.parent = i;
      child.action = (uint8_t)a;
      child.straight = from->straight && s->maze->cell[to].col == centre_col;
      if (!am_maze_set_has(&child.seen, to)) {
        am_maze_set_add(&child.seen, to);
        child.score += worth[to];
      }
      node *kept = place(s, &child);
      if (kept) *kept = child;
    }
}

/* What a walk of t steps may come to in the end; -1 if it has seen everything. */
static double promise(const search *s, const node *walk, int t) {
  const int n = s->maze->n_free;
  const int *distance = s->distance + (size_t)walk->cell * (size_t)n;
  int unseen = 0, nearest = n;
  for (int u = 0; u < n; u++)
    if (!am_maze_set_has(&walk->seen, u)) {
      unseen++;
      if (distance[u] < nearest) nearest = distance[u];
    }
  if (unseen == 0) return -1;
  int in_time = s->steps - (t + nearest) + 1;
  if (in_time > unseen) in_time = unseen;
  if (in_time <= 0) return walk->score;
  int when = t + nearest + (in_time - 1) / 2;
  const double *worth = s->worth + (size_t)(s->steps - when) * (size_t)n;
  double sum = 0;
  for (int u = 0; u < n; u++)
    if (!am_maze_set_has(&walk->seen, u)) sum += worth[u];
  return walk->score + sum * in_time / unseen;
}

static int by_promise(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->promise > y->promise) return -1;
  if (x->promise < y->promise) return 1;
  return (x->child > y->child) - (x->child < y->child);
}

/* Keeps the most promising walks of t steps, and notes the best of all. */
static void keep(search *s, int t) {
  int n = 0;
  for (int c = 0; c < s->n_children; c++) {
    const node *child = &s->children[c];
    if (s->best.step == 0 || child->score > s->best.score) {
      s->best.score = child->score;
      s->best.step = t;
      s->best.last = (link){child->parent, child->action};
    }
    double p = promise(s, child, t);
    if (p >= 0) s->rank[n++] = (ranked){p, c};
  }
  qsort(s->rank, (size_t)n, sizeof *s->rank, by_promise);
  s->n_now = n < WIDTH ? n : WIDTH;
  for (int i = 0; i < s->n_now; i++) {
    const node *child = &s->children[s->rank[i].child];
    s->now[i] = *child;
    s->links[(size_t)(t - 1) * WIDTH + (size_t)i] = (link){child->parent, child->action};
  }
}

static void run(search *s) {
  int centre = s->maze->centre;
  s->now[0] = (node){.cell = centre, .parent = -1, .straight = true};
  am_maze_set_add(&s->now[0].seen, centre);
  s->n_now = 1;
  for (int t = 1; t <= s->steps && s->n_now > 0; t++) {
    extend(s, t);
    keep(s, t);
  }
}

amine_status am_maze_search(uint8_t *walk, int *length, double *mean, const am_maze *maze,
                            const double *worth, int steps, amine_error *error) {
  const size_t n = (size_t)maze->n_free, n_links = am_size_mul((size_t)steps, WIDTH);
  search *s = am_alloc(1, sizeof *s);
  int *distance = am_alloc(n * n + n, sizeof *distance);
  link *links = am_alloc(n_links, sizeof *links);
  amine_status status = AMINE_OK;
  if (s && distance && links) {
    for (size_t from = 0; from < n; from++)
      am_maze_distances(distance + from * n, distance + n * n, maze, (int)from);
    s->maze = maze;
    s->worth = worth;
    s->steps = steps;
    s->distance = distance;
    s->links = links;
    run(s);
    link last = s->best.last;
    for (int t = s->best.step; t >= 1; t--) {
      walk[t - 1] = last.action;
      if (t > 1) last = links[(size_t)(t - 2) * WIDTH + (size_t)last.parent];
    }
    *length = s->best.step;
    *mean = s->best.score / (maze->n_free - 1);
  } else {
    status = am_fail_memory(error, sizeof *s + am_size_mul(n_links, sizeof *links));
  }
  am_free(s);
  am_free(distance);
  am_free(links);
  return status;
}
