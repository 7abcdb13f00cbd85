/* Networks whose units do not learn (see still.h). */
#include "learner/still.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "network/units.h"

enum { LANES = AM_GROUP_LANES };

typedef struct still {
  am_agent agent; /* first */
  am_actor_net net;
  bool taught;
} still;

typedef struct memory {
  am_rollout e;
  float *error; /* [slot][n_out][LANES] */
  const still *x;
} memory;

static const still *still_of(const am_agent *a) { return (const still *)(const void *)a; }

static size_t lay_out(memory *m, float *block, const still *x) {
  const int n_steps = x->agent.learner.task->n_steps;
  const size_t at = am_rollout_lay_out(&m->e, block, &x->net, n_steps, false);
  const am_span spans[] = {{&m->error, (size_t)(m->e.n_slots * x->net.n_out)}};
  m->x = x;
  return at + am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, still_of(a));
}

/* The read-out's change by the steps that are kept, once the last of them is over. */
static void teach(void *context, am_turn *turn, int slot) {
  const memory *m = context;
  const am_actor_net *net = &m->x->net;
  const size_t n = (size_t)net->n_out * LANES;
  float *error = am_rows(m->error, slot, net->n_out);
  memset(error, 0, n * sizeof *error);
  am_rollout_taught(&m->e, net, turn, error, slot);
  for (size_t k = 0; k < n; k++) error[k] /= (float)am_task_counted(turn->group.task);
  if (slot + 1 == m->e.n_slots)
    am_rollout_collect_heads(&m->e, net, turn->change, m->error, NULL);
}

static void play(const am_agent *a, am_turn *turn) {
  const still *x = still_of(a);
  memory m;
  lay_out(&m, turn->scratch, x);
  const am_rollout_how how = {.parameters = a->parameters,
                              .dropped = turn->change != NULL,
                              .step_over = turn->change && x->taught ? teach : NULL,
                              .context = &m};
  am_rollout_play(&m.e, &x->net, turn, &how);
  if (x->net.linear) turn->sums->entropy = (double)NAN; /* it has none */
}

int am_still_series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&still_of(am_agent_of_const(learner))->net, out);
}

void am_still_destroy(am_learner *learner) {
  am_actor_net_free(&((still *)(void *)learner)->net);
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

static const am_agent_ops alone = {.lacks = AM_LACKS_VALUE | AM_LACKS_LOSS,
                                   .scratch_bytes = scratch_bytes,
                                   .play = play,
                                   .plain = true};
static const am_agent_ops taught_ops = {
    .lacks = AM_LACKS_VALUE, .scratch_bytes = scratch_bytes, .play = play, .plain = true};

static amine_status open_all(still *x, const am_task *task, const am_still_options *o, bool taught,
                             amine_error *error) {
  am_places *places = &x->agent.places;
  x->net.bare = o->readout == AM_READOUT_NONE;
  AM_TRY(am_actor_net_make(&x->net, places, task, &o->units, false, error));
  AM_TRY(am_agent_open(&x->agent, task, &o->agent, taught ? &taught_ops : &alone, error));
  x->agent.learner.signals = x->net.stack.plan[0];
  for (int k = 0; k < places->n; k++) x->agent.share[k] = taught && k >= x->net.heads ? 1 : 0;
  am_actor_net_initialise(&x->net, places, x->agent.parameters, o->agent.seed);
  return AMINE_OK;
}

amine_status am_still_create(am_learner **learner, const am_learner_type *type, const am_task *task,
                             const am_still_options *o, bool taught, amine_error *error) {
  if (taught && task->n_targets == 0 && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: learner.type=%s cannot be taught it",
                   task->type->part.name, type->part.name);
  still *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = type;
  x->taught = taught;
  const amine_status status = open_all(x, task, o, taught, error);
  if (status != AMINE_OK) am_still_destroy(&x->agent.learner);
  else *learner = &x->agent.learner;
  return status;
}

amine_status am_still_create_chosen(am_learner **learner, const am_learner_type *type,
                                    const am_task *task, const am_chosen *chosen, bool taught,
                                    amine_error *error) {
  am_still_options o = *(const am_still_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, true, error));
  o.units = units.stack;
  const amine_status status = am_still_create(learner, type, task, &o, taught, error);
  am_units_free(&units);
  return status;
}
