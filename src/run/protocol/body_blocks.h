/* What is counted of a body's answers in a task of blocks (am_task_type.blocks), at whose ends another
 * action becomes right: plain numbers of 8 bytes, all zero at first. */
#ifndef AMINE_RUN_PROTOCOL_BODY_BLOCKS_H
#define AMINE_RUN_PROTOCOL_BODY_BLOCKS_H

#include "run/protocol/picture.h"
#include "task/task.h"

enum {
  AM_BODY_BEFORE = 20, /* steps before and after the end of a block that a picture shows */
  AM_BODY_AFTER = 60,
  AM_BODY_AROUND = AM_BODY_BEFORE + AM_BODY_AFTER,
  AM_BODY_STREAK = 4 /* right answers in a row: it has learned anew */
};

/* Sums over the steps of a part of the blocks. */
typedef struct am_body_part {
  uint64_t n, right, old; /* old: answers that were right in the block before */
  double unexpected, expected;
} am_body_part;

typedef struct am_body_blocks {
  uint64_t number, in_block;   /* of the last step, see am_task_block; steps of that block so far */
  uint64_t changes;            /* of what is right, so far */
  uint64_t streak, relearning; /* right answers in a row; since the change none of AM_BODY_STREAK */
  uint64_t relearned;          /* sum over the changes of steps until then */
  am_body_part early, late, all; /* first third of a block but the first; last third; all */
  /* Around all changes: steps, right answers, answers of the block that ends; and of the present block's
   * last steps, which may be before one, whether they were right, ring. */
  uint64_t around[AM_BODY_AROUND], right_around[AM_BODY_AROUND], old_around[AM_BODY_AROUND];
  uint64_t last[AM_BODY_BEFORE];
} am_body_blocks;

/* An answer, and how uncertain it was (0: nothing says so). */
typedef struct am_body_turn {
  bool right, old;
  double unexpected, expected;
} am_body_turn;
void am_body_blocks_add(am_body_blocks *blocks, const am_task_block *block,
                        const am_body_turn *turn);
bool am_body_blocks_check(const am_body_blocks *blocks);
/* Answers around a change. */
void am_body_blocks_picture(am_pictures *pictures, const am_body_blocks *blocks, int n_actions);

#endif
