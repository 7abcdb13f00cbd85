/* A random walk that reward turns (equations: reward_walk.h). */
#include "learner/reward_walk.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/rows.h"
#include "network/units.h"

enum { MEAN, NEXT, N_VECTORS, N_SAVED = NEXT }; /* of extra: p_mean, and what it is to be */
enum { E_MEAN = 2 };                            /* of numbers, behind the optimiser's */

typedef struct walk {
  am_agent agent; /* first */
  am_reward_walk_options options;
  am_actor_net net;
  uint32_t *group; /* [places.size]: whose noise an element has; NULL: its own */
  double e;        /* of this batch */
} walk;

static const walk *walk_of(const am_agent *a) { return (const walk *)(const void *)a; }

static size_t lay_out(am_rollout *e, float *block, const walk *x) {
  return am_rollout_lay_out(e, block, &x->net, x->agent.learner.task->n_steps, false);
}

static size_t scratch_bytes(const am_agent *a) {
  am_rollout e;
  return lay_out(&e, NULL, walk_of(a));
}

static void play(const am_agent *a, am_turn *turn) {
  const walk *x = walk_of(a);
  am_rollout e;
  lay_out(&e, turn->scratch, x);
  am_rollout_play(&e, &x->net, turn, &(am_rollout_how){.parameters = a->parameters});
}

/* ------------------------------------------------------------------------------ the change */
static double error_of(const am_agent *a) {
  double reward = 0;
  for (int g = 0; g < a->n_groups; g++)
    for (int k = 0; k < AM_GROUP_LANES; k++) reward += (double)a->sums[g].reward[k];
  return -reward / a->options.n_lanes;
}

static float turn_of(const walk *x) {
  const am_agent *a = &x->agent;
  if (x->options.control == AM_REWARD_WALK_RANDOM) {
    const am_random_key key = {a->options.seed, AM_STREAM_SIGNAL, (uint32_t)a->learner.iteration,
                               0};
    return am_random(key, 0).v[0] >> 31 ? 1 : -1;
  }
  const double mean = a->learner.iteration ? a->learner.numbers[E_MEAN] : x->e;
  return (float)((mean > x->e) - (mean < x->e));
}

/* The group's noise is that of the element of its number. */
static float xi(const walk *x, const am_place *p, size_t i) {
  const am_agent *a = &x->agent;
  const am_random_key key = {a->options.seed, AM_STREAM_WEIGHT_NOISE,
                             (uint32_t)a->learner.iteration, 0};
  const size_t at = x->group ? p->at + x->group[p->at + i] : p->at + i;
  return am_normal(am_random(key, (uint32_t)at));
}

static void ask(am_agent *a, float *change) {
  walk *x = (walk *)(void *)a;
  x->e = error_of(a);
  const float R = turn_of(x), part = x->options.average;
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    for (size_t i = 0; i < am_place_count(p) && !a->held[t]; i++) {
      const size_t at = p->at + i;
      const float now = a->parameters[at];
      const float before = a->learner.iteration ? a->extra[MEAN][at] : now;
      const float mean = (1 - part) * before + part * now;
      a->extra[NEXT][at] = mean;
      change[at] = R * (now - mean) + x->options.sigma * xi(x, p, i);
    }
  }
}

static void keep(am_agent *a) {
  const walk *x = walk_of(a);
  const double part = (double)x->options.average;
  const double mean = a->learner.iteration ? a->learner.numbers[E_MEAN] : x->e;
  a->learner.numbers[E_MEAN] = (1 - part) * mean + part * x->e;
  memcpy(a->extra[MEAN], a->extra[NEXT], a->places.size * sizeof(float));
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  walk *x = (walk *)(void *)learner;
  am_free(x->group);
  am_actor_net_free(&x->net);
  am_agent_close(&x->agent);
  am_free(x);
}

static int series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&walk_of(am_agent_of_const(learner))->net, out);
}

/* As many elements in each group, or one more: a shuffled tensor is dealt out. */
static void deal(const walk *x) {
  const am_agent *a = &x->agent;
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    const uint32_t n = (uint32_t)am_place_count(p), groups = (uint32_t)x->options.groups;
    const am_random_key key = {a->options.seed, AM_STREAM_GROUPS, (uint32_t)t, 0};
    uint32_t *group = x->group + p->at;
    for (uint32_t i = 0; i < n; i++) group[i] = i % groups;
    for (uint32_t i = n; i > 1; i--) {
      const uint32_t k = am_below(am_random(key, i).v[0], i), kept = group[i - 1];
      group[i - 1] = group[k];
      group[k] = kept;
    }
  }
}

static const am_agent_ops ops = {.lacks = AM_LACKS_VALUE | AM_LACKS_LOSS,
                                 .scratch_bytes = scratch_bytes,
                                 .play = play,
                                 .before = ask,
                                 .after = keep,
                                 .plain = true};
static const am_agent_ops of_values = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY | AM_LACKS_LOSS,
                                       .scratch_bytes = scratch_bytes,
                                       .play = play,
                                       .before = ask,
                                       .after = keep,
                                       .plain = true};

static amine_status open_all(walk *x, const am_task *task, amine_error *error) {
  static const char *const prefixes[N_SAVED] = {"mean."};
  am_agent *a = &x->agent;
  AM_TRY(am_actor_net_make(&x->net, &a->places, task, &x->options.units, false, error));
  a->n_extra = N_VECTORS;
  a->n_extra_saved = N_SAVED;
  a->extra_prefixes = prefixes;
  if (x->options.groups)
    a->own[a->n_own++] = (am_block){&x->group, a->places.size, sizeof *x->group};
  AM_TRY(am_agent_open(a, task, &x->options.agent, task->n_targets > 0 ? &of_values : &ops, error));
  a->learner.signals = x->net.stack.plan[0];
  am_actor_net_initialise(&x->net, &a->places, a->parameters, x->options.agent.seed);
  if (x->group) deal(x);
  return AMINE_OK;
}

static amine_status check(const am_reward_walk_options *o, amine_error *error) {
  if (!(o->sigma > 0 && o->sigma <= 100))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=reward-walk needs noise: sigma above 0 and to 100, not %g",
                   (double)o->sigma);
  if (!(o->average > 0 && o->average <= 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a running mean takes up more than 0 and up to 1 of what is new, not %g",
                   (double)o->average);
  if (o->groups < 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there are 0 groups or more, not %d", o->groups);
  return AMINE_OK;
}

amine_status am_reward_walk_create(am_learner **learner, const am_task *task,
                                   const am_reward_walk_options *o, amine_error *error) {
  AM_TRY(check(o, error));
  walk *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &am_reward_walk_type;
  x->options = *o;
  const amine_status status = open_all(x, task, error);
  if (status != AMINE_OK) destroy(&x->agent.learner);
  else *learner = &x->agent.learner;
  return status;
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_reward_walk_options o = *(const am_reward_walk_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, false, error));
  o.units = units.stack;
  const amine_status status = am_reward_walk_create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}

#define AT(member) AM_MEMBER(am_reward_walk_options, member)
#define AGENT(member) AM_MEMBER(am_reward_walk_options, agent.member)
static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AGENT),
    AM_NUMBER("rate", 1, 0, 100, "", "of what the rule says; 0: no learning",
              AT(agent.schedule.rate)),
    AM_NUMBER("sigma", 0.001, 1e-9, 100, "", "standard deviation of the noise of a step",
              AT(sigma)),
    AM_NUMBER("average", 0.7, 1e-6, 1, "per update",
              "what is new takes so much of the running means of parameters and error",
              AT(average)),
    AM_INTEGER("groups", 0, 0, 1000000, "",
               "at random, of a tensor's elements, which make the same steps; 0: each its own",
               AT(groups)),
    AM_CHOICE("control", "none|random", "R by chance, whatever the error", AT(control)),
    {0}};

const am_learner_type am_reward_walk_type = {
    .part = {.kind = AM_LEARNER,
             .name = "reward-walk",
             .meaning = "a random walk of parameters that goes on while the error falls and turns "
                        "back while it rises",
             .equation = "p <- p + R (p - p_mean) + sigma xi, R = sign(e_mean - e)",
             .source = "Stroud, Porter, Hennequin, Vogels 2018, doi:10.1038/s41593-018-0276-0",
             .parameters = parameters,
             .options_size = sizeof(am_reward_walk_options)},
    .past = true,
    .asks = AM_ASKS_ACTIONS | AM_ASKS_VALUES,
    .create = create,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = series,
    .watch = am_agent_watch,
    .destroy = destroy,
};
