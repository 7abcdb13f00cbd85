/* A body's answers before and after what is right has changed (see body_blocks.h). */
#include "run/protocol/body_blocks.h"

#include <math.h>

#include "run/protocol/protocol.h"

static void add(am_body_part *p, const am_body_turn *turn) {
  p->n++;
  p->right += turn->right;
  p->old += turn->old;
  p->unexpected += turn->unexpected;
  p->expected += turn->expected;
}

/* The last steps of the block that has ended were before a change. What was right then is what ends. */
static void note_before(am_body_blocks *b) {
  for (uint64_t k = 0; k < AM_BODY_BEFORE && k < b->in_block; k++) {
    const uint64_t right = b->last[(b->in_block - 1 - k) % AM_BODY_BEFORE];
    b->around[AM_BODY_BEFORE - 1 - k]++;
    b->right_around[AM_BODY_BEFORE - 1 - k] += right;
    b->old_around[AM_BODY_BEFORE - 1 - k] += right;
  }
}

static void note_after(am_body_blocks *b, const am_body_turn *turn) {
  b->last[b->in_block % AM_BODY_BEFORE] = turn->right;
  if (b->number == 0 || b->in_block >= AM_BODY_AFTER) return;
  b->around[AM_BODY_BEFORE + b->in_block]++;
  b->right_around[AM_BODY_BEFORE + b->in_block] += turn->right;
  b->old_around[AM_BODY_BEFORE + b->in_block] += turn->old;
}

void am_body_blocks_add(am_body_blocks *b, const am_task_block *block, const am_body_turn *turn) {
  const bool changed = (uint64_t)block->number > b->number;
  if (changed) {
    note_before(b);
    b->changes++;
    b->relearning = 1;
  } else if (block->number == 0 && block->at == 0) { /* another episode */
    b->relearning = 0;
  }
  if (block->at == 0) b->streak = 0;
  b->number = (uint64_t)block->number;
  b->in_block = (uint64_t)block->at;
  add(&b->all, turn);
  if (block->number > 0 && block->at < block->length / 3) add(&b->early, turn);
  if (block->at >= block->length - block->length / 3) add(&b->late, turn);
  note_after(b, turn);
  b->in_block++;
  b->streak = turn->right ? b->streak + 1 : 0;
  b->relearned += b->relearning;
  if (b->streak >= AM_BODY_STREAK) b->relearning = 0;
}

static bool check_part(const am_body_part *p, uint64_t n) {
  return p->n <= n && p->right <= p->n && p->old <= p->n && isfinite(p->unexpected) &&
         isfinite(p->expected);
}

bool am_body_blocks_check(const am_body_blocks *b) {
  for (int k = 0; k < AM_BODY_AROUND; k++)
    if (b->around[k] > b->changes || b->right_around[k] > b->around[k] ||
        b->old_around[k] > b->around[k])
      return false;
  for (int k = 0; k < AM_BODY_BEFORE; k++)
    if (b->last[k] > 1) return false;
  return b->relearning <= 1 && b->changes <= b->all.n && b->relearned <= b->all.n &&
         b->streak <= b->all.n && b->in_block <= b->all.n && check_part(&b->early, b->all.n) &&
         check_part(&b->late, b->all.n) && check_part(&b->all, b->all.n);
}

void am_body_blocks_picture(am_pictures *pictures, const am_body_blocks *b, int n_actions) {
  double x[AM_BODY_AROUND + 1], right[AM_BODY_AROUND + 1], old[AM_BODY_AROUND + 1];
  if (b->changes == 0) return;
  for (int k = 0, at = 0; k < AM_BODY_AROUND; k++, at++) {
    if (k == AM_BODY_BEFORE)
      x[at] = 0.5, right[at] = old[at] = (double)NAN, at++; /* no line across */
    x[at] = k - AM_BODY_BEFORE + 1; /* the first step after the change is step 1 */
    right[at] = am_ratio((double)b->right_around[k], (double)b->around[k]);
    old[at] = am_ratio((double)b->old_around[k], (double)b->around[k]);
  }
  const am_course_line lines[] = {
      {.label = "what is right", .x = x, .y = right, .n = AM_BODY_AROUND + 1},
      {.label = "what was right before", .x = x, .y = old, .n = AM_BODY_AROUND + 1},
      {.label = "the change",
       .x = (const double[]){0.5, 0.5},
       .y = (const double[]){0, 1},
       .n = 2}};
  am_picture_course(pictures, &(am_course_picture){.title = "Around a change of what is right",
                                                   .meaning = "Mean over all changes.",
                                                   .x_title = "step after the change",
                                                   .y_title = "share of the choices",
                                                   .lines = lines,
                                                   .n_lines = 3,
                                                   .chance_name = "guessing",
                                                   .chance = 1.0 / n_actions});
}
