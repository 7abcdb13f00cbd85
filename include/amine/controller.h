/* A controller that learns while it acts, for a microcontroller: the Neuromodulator Signaling Model
 * in a block of memory of fixed size, one episode at a time.
 *
 *   static uint32_t block[12000];
 *   amine_controller *c;
 *   amine_controller_options o = amine_controller_options_default();
 *   o.n_inputs = 3, o.n_actions = 2;
 *   amine_controller_init(&c, block, sizeof block, &o, 1);          seed 1
 *   for (;;) {                                                      an episode
 *     amine_controller_begin(c);
 *     while (it goes on) {
 *       amine_controller_act(c, &action, input);                    do it, then:
 *       amine_controller_reward(c, what it brought);
 *     }
 *     amine_controller_end(c);                                      here it may learn
 *   }
 *
 * A GRU reads the inputs and chooses actions; a second one, the signalling GRU, sees its activity,
 * its output, its actions and the rewards, raises or lowers the activity of each of its units
 * (gains), and expects rewards; what comes beyond expectation is dopamine, which turns the traces
 * of what each connection did into changes. No gradient of a loss is computed backward and nothing
 * of the past is stored but one trace and one tag a connection: memory and work of a step do not
 * depend on how long an episode is. Equations, symbols, sources, measured sizes: docs/controller.md
 *
 * Memory. Everything is in the caller's block; there is no allocation and no C library (the
 * compiler itself may want memset and memcpy). The block holds no pointers: copied byte by byte, to
 * another place, to flash and back, or to another machine of the same byte order, it goes on there
 * with the same bits (amine_controller_open).
 *
 * Arithmetic is float32, in one order: the same calls with the same seed give the same bits on
 * every machine with IEEE 754 floats and fused multiply-add, computed as the calling thread does
 * (to nearest, unless somebody changed that). Work of a step is bounded; changes are applied at the
 * end of an episode or after so many steps.
 *
 * Controllers may be used from different threads, one controller by one thread at a time. A call
 * that answers other than AMINE_OK has changed nothing, unless it says so. */
#ifndef AMINE_CONTROLLER_H
#define AMINE_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AMINE_CONTROLLER_UNITS_MAX 1024 /* of inputs, hidden and signalling units */
#define AMINE_CONTROLLER_ACTIONS_MAX 64

typedef struct amine_controller amine_controller;

/* When changes are applied (`update_unit`), and whether the feedback learns (`feedback`). */
enum { AMINE_CONTROLLER_EPISODES = 0, AMINE_CONTROLLER_STEPS = 1 };
enum { AMINE_CONTROLLER_KOLEN_POLLACK = 0, AMINE_CONTROLLER_RANDOM = 1 };

/* Defaults after the name. Those of learning are for episodes with a reward at the end. */
typedef struct amine_controller_options {
  uint32_t size;     /* sizeof(amine_controller_options), as the default sets it */
  int32_t n_inputs;  /* 1; 1 to AMINE_CONTROLLER_UNITS_MAX */
  int32_t n_actions; /* 2; 2 to AMINE_CONTROLLER_ACTIONS_MAX */
  int32_t n_hidden;  /* 16; 1 to AMINE_CONTROLLER_UNITS_MAX: units of the controller */
  int32_t n_signal;  /* 8; likewise: units of the signalling GRU */
  float gamma;       /* 1; 0 to 1: discount of rewards */
  float lambda;      /* 1; 0 to 1: of TD(lambda) and of the tags */
  float entropy;     /* 0.2; 0 to 1000: c, weight of the entropy bonus */
  float gain;        /* 1; 0 to 1: m_max, how far a unit is raised or lowered */
  float gain_start;  /* 0.5; 0 to 100: W_a begins uniform in +- this */
  int32_t feedback;  /* AMINE_CONTROLLER_KOLEN_POLLACK: B learns with W_o; or _RANDOM: it stays */
  float decay;       /* 1e-3; 0 to 0.5: of B and W_o an update, with KOLEN_POLLACK */
  int32_t critic_sees_output;         /* 0; 1: V reads the controller's units too */
  int32_t update_unit;                /* AMINE_CONTROLLER_EPISODES, or _STEPS */
  int32_t update_every;               /* 8; 1 to 2^24: of these */
  float rate;                         /* 0.005; 0 to 100: size of an update's step */
  float input_share, recurrent_share; /* 1, 1; 0 to 1000: of the rate, for parts of the network */
  float output_share, gain_share;     /* 3, 1 */
  float critic_share;                 /* 1 */
  float beta1, beta2, eps; /* 0.5, 0.999, 1e-8: Adam; 0 to 0.999999, 0 to 0.999999, 1e-12 to 1 */
  /* First weights: of the reset and candidate gates from the inputs (8) and from the units (3),
   * times PyTorch's; 0 to 100. Of the update gate's bias: plus bias (0) plus U(0, spread) (4), so
   * that units have many time constants; -100 to 100, 0 to 100. */
  float input_scale, recurrent_scale, update_bias, update_spread;
} amine_controller_options;

AMINE_API amine_controller_options amine_controller_options_default(void);

/* Bytes of the block; 0 if an option is out of its range. */
AMINE_API size_t amine_controller_bytes(const amine_controller_options *options);

/* Makes a controller in the block, which has to be aligned to 4 bytes; first weights are a pure
 * function of options and seed. The block stays the caller's: there is nothing to destroy.
 * AMINE_ERROR_ARGUMENT for an option out of range or a block that is not aligned,
 * AMINE_ERROR_MEMORY for one that is too small; block and *c are then as they were. */
AMINE_API amine_status amine_controller_init(amine_controller **c, void *block, size_t bytes,
                                             const amine_controller_options *options,
                                             uint64_t seed);

/* The controller in a block that was copied from elsewhere. AMINE_ERROR_INPUT if there is none, if
 * it is of another version, larger than `bytes`, or one of its numbers is broken;
 * AMINE_ERROR_ARGUMENT if the block is not aligned. */
AMINE_API amine_status amine_controller_open(amine_controller **c, void *block, size_t bytes);

/* An episode starts: activity, traces and tags are zero. AMINE_ERROR_ARGUMENT within an episode. */
AMINE_API amine_status amine_controller_begin(amine_controller *c);

/* One step: reads input [n_inputs], draws *action, in [0, n_actions). AMINE_ERROR_ARGUMENT outside
 * an episode or if an input is no finite number; AMINE_ERROR_NUMERIC as for amine_controller_end,
 * but the step is done. */
AMINE_API amine_status amine_controller_act(amine_controller *c, int *action, const float *input);

/* One step in which nothing is decided, the same otherwise. Where the world asks only at times, a
 * controller that is told when learns sooner. */
AMINE_API amine_status amine_controller_observe(amine_controller *c, const float *input);

/* The reward of the last step. Several add up; without this call it is 0. Traces move on in here,
 * after the action is known, or else at the next call: with the same bits, but then the action
 * waits for them. AMINE_ERROR_ARGUMENT before the first step of an episode, or if it is no finite
 * number; AMINE_ERROR_NUMERIC as for amine_controller_end, but the reward counts. */
AMINE_API amine_status amine_controller_reward(amine_controller *c, float reward);

/* The episode is over. Applies the changes if it is time for that. AMINE_ERROR_ARGUMENT outside an
 * episode. AMINE_ERROR_NUMERIC if the changes are broken or far too large: the episode has ended,
 * they are dropped, traces begin anew, weights are as they were. */
AMINE_API amine_status amine_controller_end(amine_controller *c);

/* Off: it acts, and nothing but its activity changes. On again: traces begin anew. On at first. */
AMINE_API void amine_controller_learning(amine_controller *c, bool on);

/* On: takes the most probable action, the lowest of equals, instead of drawing one. Off at first.
 */
AMINE_API void amine_controller_greedy(amine_controller *c, bool on);

/* As of the last step. The arrays are the controller's own, valid as long as its block. */
AMINE_API const float *amine_controller_probabilities(const amine_controller *c); /* [n_actions] */
AMINE_API const float *amine_controller_activity(const amine_controller *c);      /* o [n_hidden] */
AMINE_API const float *amine_controller_gains(const amine_controller *c);         /* m [n_hidden] */
AMINE_API float amine_controller_value(const amine_controller *c);                /* V */
/* delta of the latest step for which it is known: of the step before the last one, and after
 * amine_controller_end of the last. */
AMINE_API float amine_controller_dopamine(const amine_controller *c);
/* How many updates have been applied, and episodes ended. */
AMINE_API uint32_t amine_controller_updates(const amine_controller *c);
AMINE_API uint32_t amine_controller_episodes(const amine_controller *c);

/* The k-th tensor: its name, as `amine train` saves it, its shape [dims[0]][dims[1]] (dims[1] = 1
 * for vectors), its row-major values, which may be written between episodes. false past the last.
 * Any of the outputs may be NULL. */
AMINE_API bool amine_controller_tensor(amine_controller *c, int k, const char **name,
                                       float **values, int dims[2]);

#ifdef __cplusplus
}
#endif
#endif
