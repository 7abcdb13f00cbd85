/* The delta rule for the Hebbian RNN (see hebbian_delta.h). */
#include "learner/hebbian_delta.h"

#include <string.h>

#include "base/memory.h"
#include "network/linear_lane.h"

static size_t scratch_bytes(const am_agent *a) {
  am_hebbian_memory m;
  return am_hebbian_lay_out(&m, NULL, am_hebbian_of(a));
}

static void play(const am_agent *a, am_turn *turn) {
  const am_hebbian *x = am_hebbian_of(a);
  const am_task *task = a->learner.task;
  const size_t A = (size_t)task->n_targets, n = (size_t)x->rnn.options.n_hidden;
  const float part = 1 / (float)task->n_steps;
  am_hebbian_memory m;
  am_hebbian_lay_out(&m, turn->scratch, x);
  am_hebbian_begin(x, &m, turn);
  for (int t = 0; t < task->n_steps; t++) {
    am_hebbian_step(x, &m, turn, t);
    if (!turn->change) continue;
    float *error = am_hebbian_slot(&m, m.error, t, A);
    for (size_t k = 0; k < A * AM_GROUP_LANES; k++) error[k] *= part;
    am_linear_code()->collect(turn->change + x->o_w, turn->change + x->o_b, error, 0,
                              am_hebbian_slot(&m, m.x, t, n), 0, 1, (int)A, (int)n);
  }
}

static const am_learner_type type = {
    .part = {.kind = AM_LEARNER, .name = "delta"},
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .series = am_hebbian_series,
    .watch = am_agent_watch,
    .destroy = am_hebbian_destroy,
};

static const am_agent_ops ops = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY,
                                 .scratch_bytes = scratch_bytes,
                                 .play = play,
                                 .plain = true};

amine_status am_hebbian_delta_create(am_learner **learner, const am_task *task,
                                     const am_hebbian_options *options, amine_error *error) {
  am_hebbian *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &type;
  amine_status status = am_hebbian_open(x, task, options, false, &ops, error);
  if (status != AMINE_OK) {
    am_hebbian_destroy(&x->agent.learner);
    return status;
  }
  /* all but the read-out stays as it is */
  for (int k = 0; k < x->agent.places.n; k++)
    if (strncmp(x->agent.places.place[k].name, "h2o.", 4) != 0) x->agent.share[k] = 0;
  *learner = &x->agent.learner;
  return AMINE_OK;
}

amine_status am_hebbian_delta_create_chosen(am_learner **learner, const am_task *task,
                                            const am_chosen *chosen, amine_error *error) {
  const am_hebbian_options o = am_hebbian_chosen(task, chosen);
  return am_hebbian_delta_create(learner, task, &o, error);
}
