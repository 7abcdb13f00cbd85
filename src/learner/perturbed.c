/* Perturbed networks and what they earned (see perturbed.h). */
#include "learner/perturbed.h"

#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "network/each_lane.h"
#include "network/units.h"

enum { LANES = AM_GROUP_LANES, ROW = 256 /* weights of one piece of work */ };

typedef struct memory {
  am_rollout e;
  float *noise, *each, *scale; /* [weight][LANES], [LANES] */
} memory;

static const am_perturbed *perturbed_of(const am_agent *a) {
  return (const am_perturbed *)(const void *)a;
}

static size_t lay_out(memory *m, float *block, const am_perturbed *x) {
  const int T = x->agent.learner.task->n_steps;
  const size_t each = x->agent.places.size;
  const am_span spans[] = {{&m->noise, each}, {&m->each, each}, {&m->scale, 1}};
  const size_t at = am_rollout_lay_out(&m->e, block, &x->net, T, false);
  return at + am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, perturbed_of(a));
}

/* eps of one pair and weight: its place in the vector of parameters is its number. */
static float eps(const am_perturbed *x, uint32_t pair, size_t weight) {
  const am_random_key key = {x->options.agent.seed, AM_STREAM_WEIGHT_NOISE,
                             (uint32_t)x->agent.learner.iteration, pair};
  return am_normal(am_random(key, (uint32_t)weight));
}

/* The weights of every lane; what lies between tensors is not read. What is held has no noise. */
static void perturb(const am_perturbed *x, const memory *m, const am_group *g) {
  const am_agent *a = &x->agent;
  for (int k = 0; k < LANES; k++) m->scale[k] = x->options.sigma * x->sign[k % 2];
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    const size_t n = am_place_count(p);
    float *noise = m->noise + p->at * LANES;
    for (size_t i = 0; i < n; i++)
      for (int k = 0; k < LANES; k += 2) {
        const uint32_t pair = (g->first + (uint32_t)k) / 2;
        noise[i * LANES + (size_t)k] = k < g->n && !a->held[t] ? eps(x, pair, p->at + i) : 0;
        noise[i * LANES + (size_t)k + 1] = noise[i * LANES + (size_t)k];
      }
    am_each_code()->perturb(m->each + p->at * LANES, a->parameters + p->at, noise, m->scale, n);
  }
}

static void play(const am_agent *a, am_turn *turn) {
  const am_perturbed *x = perturbed_of(a);
  memory m;
  lay_out(&m, turn->scratch, x);
  am_rollout_how how = {.parameters = a->parameters};
  if (!turn->change) {
    am_rollout_play(&m.e, &x->net, turn, &how);
    return;
  }
  const am_group g = turn->group;
  const int E = x->options.episodes;
  perturb(x, &m, &g);
  how.each = m.each;
  for (int e = 0; e < E; e++) {
    am_group_begin_twins(&turn->group, g.seed, g.episode * (uint32_t)E + (uint32_t)e, g.first, g.n,
                         2);
    am_rollout_play(&m.e, &x->net, turn, &how);
  }
  for (int k = 0; k < LANES; k++) turn->sums->reward[k] /= (float)E;
}

/* ------------------------------------------------------------------------------ the change */
typedef struct piece {
  const am_perturbed *x;
  float *change;
} piece;

static void sum_piece(void *context, int item, int worker) {
  const piece *w = context;
  const am_perturbed *x = w->x;
  const int n_pairs = x->options.agent.n_lanes / 2;
  const size_t from = (size_t)item * ROW;
  (void)worker;
  for (int t = 0; t < x->agent.places.n; t++) {
    const am_place *p = &x->agent.places.place[t];
    const size_t end = p->at + am_place_count(p);
    for (size_t i = p->at > from ? p->at : from; i < end && i < from + ROW; i++) {
      float sum = 0;
      for (int q = 0; q < n_pairs; q++)
        if (x->f[q] < 0 || x->f[q] > 0) sum += x->f[q] * eps(x, (uint32_t)q, i);
      w->change[i] = sum / (float)n_pairs;
    }
  }
}

static void before(am_agent *a, float *change) {
  const am_perturbed *x = perturbed_of(a);
  for (int k = 0; k < a->options.n_lanes; k++) x->F[k] = a->sums[k / LANES].reward[k % LANES];
  x->weigh(x, x->f, x->F, x->work);
  piece work = {x, change};
  am_parallel(a->options.n_threads, (int)((a->places.size + ROW - 1) / ROW), sum_piece, &work);
}

/* ------------------------------------------------------------------------------ the learner */
void am_perturbed_destroy(am_learner *learner) {
  am_perturbed *x = (am_perturbed *)(void *)learner;
  am_free(x->F);
  am_free(x->f);
  am_free(x->work);
  am_actor_net_free(&x->net);
  am_agent_close(&x->agent);
  am_free(x);
}

int am_perturbed_series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&perturbed_of(am_agent_of_const(learner))->net, out);
}

static const am_agent_ops ops = {.lacks = AM_LACKS_VALUE | AM_LACKS_LOSS,
                                 .scratch_bytes = scratch_bytes,
                                 .play = play,
                                 .before = before};

static amine_status open_all(am_perturbed *x, const am_task *task, amine_error *error) {
  const size_t n = (size_t)x->options.agent.n_lanes;
  AM_TRY(am_actor_net_make(&x->net, &x->agent.places, task, &x->options.units, false, error));
  x->agent.own[x->agent.n_own++] = (am_block){&x->F, n, sizeof *x->F};
  x->agent.own[x->agent.n_own++] = (am_block){&x->f, n / 2, sizeof *x->f};
  x->agent.own[x->agent.n_own++] = (am_block){&x->work, n, sizeof *x->work};
  AM_TRY(am_agent_open(&x->agent, task, &x->options.agent, &ops, error));
  x->agent.learner.signals = x->net.stack.plan[0];
  am_actor_net_initialise(&x->net, &x->agent.places, x->agent.parameters, x->options.agent.seed);
  return AMINE_OK;
}

static amine_status check(const am_task *task, const am_perturbed_options *o, const char *name,
                          amine_error *error) {
  if (task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (o->agent.n_lanes % 2 != 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "batch=%d: learner.type=%s compares pairs, so it must be even", o->agent.n_lanes,
                   name);
  if (!(o->sigma > 0 && o->sigma <= 100))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s needs noise: sigma above 0 and to 100, not %g", name,
                   (double)o->sigma);
  if (o->episodes < 1 || o->episodes > 65536)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a lane lives 1 to 65536 episodes, not %d",
                   o->episodes);
  return AMINE_OK;
}

amine_status am_perturbed_create(
    am_learner **learner, const am_learner_type *type, const am_task *task,
    const am_perturbed_options *o, const float sign[2],
    void (*weigh)(const am_perturbed *, float *, const float *, float *), amine_error *error) {
  AM_TRY(check(task, o, type->part.name, error));
  am_perturbed *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = type;
  x->agent.learner.n_further = o->episodes - 1;
  x->options = *o;
  memcpy(x->sign, sign, sizeof x->sign);
  x->weigh = weigh;
  amine_status status = open_all(x, task, error);
  if (status != AMINE_OK) {
    am_perturbed_destroy(&x->agent.learner);
    return status;
  }
  *learner = &x->agent.learner;
  return AMINE_OK;
}

amine_status am_perturbed_create_chosen(am_learner **learner, const am_task *task,
                                        const am_chosen *chosen,
                                        amine_status (*create)(am_learner **, const am_task *,
                                                               const am_perturbed_options *,
                                                               amine_error *),
                                        amine_error *error) {
  am_perturbed_options o = *(const am_perturbed_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, false, error));
  o.units = units.stack;
  const amine_status status = create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}
