/* Learning from preferences: the world's reward is hidden, a judge says which of two short clips is
 * the better one, and what a model learns from the answers (reward_model.h) is the reward.
 *
 * It stands between a task and a learner as a task: worlds are started, shown and moved as they
 * are, but a step returns what the model says of it, and an input that tells the last step's reward
 * tells that. What the world itself gave is counted aside, for records and evaluation. So any
 * learner that acts learns from it, in any task of actions; the right action, where a task knows
 * it, is hidden, too. A world that ends early ends here, too; what stands behind the end is worth 0.
 *
 *     x = (inputs, their fading sum z <- (1 - 1/memory) z + inputs, action), what is shown scaled
 *         to mean 0 and variance 1 over the episodes of the first clips
 *     r = scale (mean over members of r_k(x) - centre) / spread
 *
 * spread: the root of the mean square over the steps of all clips; centre: their mean, or 0 in a
 * world that can end early, where it would say whether to live is good.
 *
 * Clips come from episodes that the present policy plays for it, which are not learned from; the
 * second of some pairs is one that was asked about before, at any time. All that is drawn is a function of the seed, and the state is saved whole, so a run that goes on has
 * the same bits, on any number of threads.
 * Source: Christiano et al. 2017, arXiv 1706.03741. */
#ifndef AMINE_LEARNER_PREFERENCES_H
#define AMINE_LEARNER_PREFERENCES_H

#include "base/memory.h"
#include "learner/learner.h"

/* Where the reward of an experiment comes from: "world" is the first, and changes nothing. */
extern const am_part am_reward_world_part, am_reward_preferences_part;

typedef enum am_answerer { AM_ANSWERS_REWARD, AM_ANSWERS_CHANCE, AM_ANSWERS_FILE } am_answerer;
typedef enum am_pick { AM_PICK_DISAGREEMENT, AM_PICK_RANDOM } am_pick;

#define AM_ANSWERS_SEED "{seed}"

typedef struct am_preferences_options {
  am_answerer judge;
  float wrong;      /* share of wrong answers */
  float notice;     /* by how much more a clip has to earn to be preferred */
  const char *file; /* of answers; AM_ANSWERS_SEED in it is the seed */
  uint64_t answers, first, spread, every;
  am_pick pick;
  float earlier; /* share of pairs whose second clip was shown before */
  float wander;  /* share of the episodes for clips that go on by chance */
  int candidates, episodes, clip, memory, hidden, updates;
  float rate, decay, slip, scale;
  uint64_t seed;
} am_preferences_options;

/* Takes the world over, which is destroyed with the task, or by a failure. AMINE_ERROR_ARGUMENT:
 * the world has no actions, or more inputs than a model reads. */
amine_status am_preferences_create(am_task **task, am_task *world,
                                   const am_preferences_options *options, amine_error *error);
bool am_is_preferences(const am_task *task);

/* Whether runs of several seeds would read the answers of one file, about clips that are not theirs:
 * AMINE_ERROR_ARGUMENT. */
amine_status am_preferences_check_seeds(const am_preferences_options *options, amine_error *error);

/* The file of a run's answers, added to an empty text: in its name AM_ANSWERS_SEED is the seed. */
amine_status am_preferences_file(am_text *path, const char *name, uint64_t seed,
                                 amine_error *error);

/* Before an iteration: if it is time, asks, and learns from the answers. AMINE_ERROR_STOPPED: the
 * answers are not in the file yet; am_preferences_waiting then has the clips, and nothing has
 * changed. AMINE_ERROR_ARGUMENT: the learner cannot show what it does. */
amine_status am_preferences_ask(am_task *task, am_learner *learner, amine_error *error);
/* A line of JSON for each pair of clips: {"pair": 0, "first": {"inputs": [[...]], "actions": [0]},
 * "second": ...}. Good until the next call; NULL: nothing waits. */
const char *am_preferences_waiting(const am_task *task);

/* Around an iteration: what the world gave from then on is counted, and put into the report, with
 * what the model said in its place. */
void am_preferences_begin(am_task *task);
void am_preferences_report(const am_task *task, am_learner_report *report);

/* Around an evaluation, of the episodes `first` ... first + n - 1: from `hear` on the sums of what
 * the world gives go into rewards [n]; `deafen` forgets the array. */
void am_preferences_hear(am_task *task, double *rewards, int n, uint32_t first);
void am_preferences_deafen(am_task *task);

/* What is saved, as am_learner_type.tensor: values [dims[0]][dims[1]] are borrowed. And numbers. */
enum { AM_PREFERENCES_NUMBERS = 16 };
bool am_preferences_tensor(const am_task *task, int k, am_learner_tensor *out, float **values);
void am_preferences_get(const am_task *task, double numbers[AM_PREFERENCES_NUMBERS]);
/* Whether they are in their ranges; then they may be set. */
bool am_preferences_fine(const am_task *task, const double numbers[AM_PREFERENCES_NUMBERS]);
void am_preferences_set(am_task *task, const double numbers[AM_PREFERENCES_NUMBERS]);

#endif
