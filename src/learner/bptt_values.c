/* Backpropagation through time of predicted values (see bptt_values.h). */
#include "learner/bptt_values.h"

#include <string.h>

#include "base/memory.h"
#include "equation/plan_backward.h"
#include "network/hebbian_rnn_backward.h"
#include "network/linear_lane.h"

enum { LANES = AM_GROUP_LANES };

/* What the way back needs beside the episode: da of each step, and of one step dx, dh, G. */
typedef struct way_back {
  float *da, *dx, *dh, *G;
} way_back;

static size_t lay_out(am_hebbian_memory *m, way_back *w, float *block, const am_hebbian *x) {
  const size_t T = (size_t)x->agent.learner.task->n_steps, n = (size_t)x->rnn.options.n_hidden;
  const bool traced = x->rnn.options.rule.stage != AM_HEBBIAN_NONE;
  size_t at = am_hebbian_lay_out(m, block, x) / sizeof(float);
#define CUT(field, rows) (w->field = block ? block + at : NULL, at += (rows)*LANES)
  CUT(da, T * n), CUT(dx, n), CUT(dh, n), CUT(G, traced ? n * n : 0);
#undef CUT
  return at * sizeof(float);
}

static size_t scratch_bytes(const am_agent *a) {
  am_hebbian_memory m;
  way_back w;
  return lay_out(&m, &w, NULL, am_hebbian_of(a));
}

static void learn(const am_hebbian *x, const am_hebbian_memory *m, const way_back *w,
                  am_turn *turn) {
  const am_task *task = x->agent.learner.task;
  const am_hebbian_cell cell = am_hebbian_cell_of(&x->rnn, x->agent.parameters);
  const int T = task->n_steps, A = task->n_targets, I = task->n_inputs, n = cell.n;
  const size_t rows = (size_t)n * LANES, out = (size_t)A * LANES, in = (size_t)I * LANES;
  const float factor = 2 / ((float)A * (float)T);
  float *dy = am_hebbian_slot(m, m->error, 0, (size_t)A);
  const float *first = am_hebbian_slot(m, m->x, 0, (size_t)n);
  for (size_t k = 0; k < (size_t)T * out; k++) dy[k] *= factor;
  memset(w->dh, 0, rows * sizeof(float));
  if (am_hebbian_trace(x, m, 0)) memset(w->G, 0, (size_t)n * rows * sizeof(float));
  for (int t = T - 1; t >= 0; t--) {
    const am_hebbian_moment moment = {.x = am_hebbian_slot(m, m->x, t, (size_t)n),
                                      .h = am_hebbian_slot(m, m->x, t - 1, (size_t)n),
                                      .H_before = am_hebbian_trace(x, m, t - 1),
                                      .H_after = am_hebbian_trace(x, m, t),
                                      .m = am_hebbian_slot(m, m->m, t, 1)};
    memcpy(w->dx, w->dh, rows * sizeof(float));
    am_plan_backward_code()->linear(w->dx, x->agent.parameters + x->o_w, dy + (size_t)t * out, A, n);
    am_hebbian_backward_code()->back(&cell, &x->rnn.options.rule, w->da + (size_t)t * rows, w->dh,
                                     w->G, w->dx, &moment);
  }
  am_linear_code()->collect(turn->change + x->o_w, turn->change + x->o_b, dy, out, first, rows, T,
                            A, n);
  am_linear_code()->collect(turn->change + x->rnn.w_x, turn->change + x->rnn.b, w->da, rows,
                            am_hebbian_slot(m, m->u, 0, (size_t)I), in, T, n, I);
  am_linear_code()->collect(turn->change + x->rnn.w_h, NULL, w->da, rows, first - rows, rows, T, n,
                            n);
}

static void play(const am_agent *a, am_turn *turn) {
  const am_hebbian *x = am_hebbian_of(a);
  am_hebbian_memory m;
  way_back w;
  lay_out(&m, &w, turn->scratch, x);
  am_hebbian_begin(x, &m, turn);
  for (int t = 0; t < a->learner.task->n_steps; t++) am_hebbian_step(x, &m, turn, t);
  if (turn->change) learn(x, &m, &w, turn);
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  const am_hebbian_options o = am_hebbian_chosen(task, chosen);
  return am_bptt_values_create(learner, task, &o, error);
}

const am_learner_type am_bptt_values_type = {
    .part = {.kind = AM_LEARNER,
             .name = "bptt-values",
             .meaning =
                 "predicted values by backpropagation through time, the trace H included: the "
                 "yardstick",
             .equation = "descends the mean squared error of the values asked for",
             .source = "Werbos 1990, doi:10.1109/5.58337",
             .parameters = am_hebbian_parameters,
             .options_size = sizeof(am_hebbian_options)},
    .networks = "hebbian-rnn",
    .asks = AM_ASKS_VALUES,
    .create = create,
    .backprop = true,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .series = am_hebbian_series,
    .watch = am_agent_watch,
    .destroy = am_hebbian_destroy,
};

static const am_agent_ops ops = {
    .lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY, .scratch_bytes = scratch_bytes, .play = play};

amine_status am_bptt_values_create(am_learner **learner, const am_task *task,
                                   const am_hebbian_options *options, amine_error *error) {
  am_hebbian *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &am_bptt_values_type;
  amine_status status = am_hebbian_open(x, task, options, true, &ops, error);
  if (status != AMINE_OK) {
    am_hebbian_destroy(&x->agent.learner);
    return status;
  }
  *learner = &x->agent.learner;
  return AMINE_OK;
}
