/* Whether learning has collapsed, in words.
 *
 * A run whose steps were too large ends with a network that does the same whatever it sees, or with
 * weights so large that every unit is at its bound: nothing that it plays afterwards can teach it
 * better. Neither a certain policy nor a large weight is a fault by itself, so both count only
 * where the network earns no more than the least of the task's known players and a tenth of the way
 * from that to the best, or where nothing is known to compare with. */
#ifndef AMINE_RUN_TRAIN_HEALTH_H
#define AMINE_RUN_TRAIN_HEALTH_H

#include "run/train/experiment.h"
#include "run/train/series.h"

enum { AM_HEALTH_SENTENCE = 320 };

typedef struct am_health {
  double reward;  /* per episode, lately; NAN: unknown */
  double entropy; /* of the policy, per step, nats; NAN: unknown, or it has none */
  double largest; /* |parameter|; NAN: unknown */
} am_health;

/* Writes a sentence and returns true if learning has collapsed; else the sentence is empty. It
 * neither begins with a capital nor ends with a full stop. */
bool am_health_say(char sentence[AM_HEALTH_SENTENCE], const am_health *health,
                   const am_config *config, const am_task *task);

/* The largest |parameter|; work has am_health_work elements. */
size_t am_health_work(const am_learner *learner);
double am_health_largest(const am_learner *learner, float *work);

/* Of a network that was evaluated with that reward and played that episode, whose policy tells its
 * entropy. */
amine_status am_health_look(am_health *health, const am_experiment *experiment, double reward,
                            const am_episode *episode, amine_error *error);

#endif
