/* A world of your own that takes one call for all lanes: for who steps arrays, as a binding to another
 * language or a simulator does. A world that steps lane by lane is amine/task.h.
 *
 *   static int start(void *context, int n_lanes, float *inputs, uint64_t seed, uint32_t episode,
 *                    const uint32_t *lanes) { ... return 0; }
 *   static int step(void *context, int n_lanes, float *inputs, float *rewards, unsigned char *over,
 *                   const int *actions, const float *moves) { ... return 0; }
 *
 *   static const amine_lanes_type mine = {.size = sizeof mine, .name = "mine", .meaning = "...",
 *       .n_inputs = 4, .n_actions = 2, .n_steps = 100, .criterion = NAN, .start = start, .step = step};
 *   amine_registry_add_lanes(registry, &mine, &error);         then task.type=mine
 *
 * A world may say which action is right, or ask for values or for the next symbol of a text instead of actions (`ask`).
 *
 * The lanes of a batch begin together and step together, on the thread that called the library, with
 * the C locale and IEEE 754 arithmetic as it is by default; learning from what they did goes on as for
 * every world. What else plays it (an evaluation, a recording) begins batches of its own, of
 * as many lanes at most: those of before are then over. */
#ifndef AMINE_LANES_H
#define AMINE_LANES_H

#include <stddef.h>
#include <stdint.h>

#include "amine/registry.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct amine_lanes_type {
  size_t size;         /* sizeof(amine_lanes_type) */
  const char *name;    /* a word: task.type=NAME */
  const char *meaning; /* one line */
  void *context;       /* the caller's own */
  int n_inputs;        /* 1 to 900 */
  int n_actions;       /* actions are 0 to n_actions - 1; 0: they are real */
  int n_real;          /* numbers that a real action is, 1 to 16; 0: they are not */
  int n_steps;         /* length of an episode, at most */
  double criterion;    /* mean reward per episode from which it counts as learned; NAN: none */
  /* A batch begins: lane k plays the episode (seed, episode, lanes[k]), of which it has to be a
   * function, and shows inputs [n_lanes][n_inputs], which are zero before. Another answer than 0: it
   * cannot, and the call of the library that wanted it fails. */
  int (*start)(void *context, int n_lanes, float *inputs, uint64_t seed, uint32_t episode,
               const uint32_t *lanes);
  /* One step of the batch that began last. actions [n_lanes], -1 for a lane whose episode is over, or
   * moves [n_lanes][n_real], 0 for it. Writes inputs, which hold those of the step before, rewards
   * [n_lanes], zero before, and over [n_lanes]: 1 once the episode of a lane is over, as before if it
   * was. What it writes of lanes that are over is passed over. Answers as start does. */
  int (*step)(void *context, int n_lanes, float *inputs, float *rewards, unsigned char *over,
              const int *actions, const float *moves);
  /* Evaluation plays what training never shows: the functions get this as their context there. NULL:
   * it plays the same. */
  void *held_context;
  /* What is asked for at the present step: called after `start` and after each `step` but the last. A
   * world of actions tells those that are taught which is the right one: answers [n_lanes], -1 before,
   * which is none. One of values (n_targets above 0; n_actions and n_real are 0) writes targets
   * [n_lanes][n_targets] and counts [n_lanes], 1 where they do; both are 0 before. One of symbols
   * (n_symbols above 0; the three others are 0, n_inputs is 1: the number of the symbol that is shown)
   * writes into answers which comes next. In the last two, nobody acts: actions are 0, and what `step`
   * says of rewards and, of symbols, of the end is passed over: values are worth minus their mean
   * squared error, symbols the mean of log p. Answers as start does. NULL: a world of actions that only
   * rewards. */
  int (*ask)(void *context, int n_lanes, int *answers, float *targets, unsigned char *counts);
  int n_targets; /* with n_inputs 900 at most */
  int absolute;  /* minus a mean absolute error instead; 0: squared */
  int n_counted; /* steps that an error is the mean over, at which it counts; 0: all */
  int n_symbols;
  const char *const *symbols; /* [n_symbols]: their names for people, UTF-8 */
  const char *between;        /* what people read between two of them; NULL: "" */
} amine_lanes_type;

/* Adds it. The struct is copied, what it points to is not: that stays where it is as long as there is
 * the registry or an experiment made from it. AMINE_ERROR_ARGUMENT: there is a task of that name, or
 * something is missing or out of its range. */
AMINE_API amine_status amine_registry_add_lanes(amine_registry *registry,
                                                const amine_lanes_type *type, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
