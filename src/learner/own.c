/* Learners of others (see own.h). */
#include "learner/own.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/parameter.h"
#include "base/sized.h"
#include "learner/inside.h"
#include "learner/rollout.h"
#include "learner/rows.h"
#include "network/units.h"

enum { LANES = AM_GROUP_LANES };

#define REFUSE(error, ...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

/* What the keys fill; behind it, at GIVEN_AT, the struct of the given ones. */
typedef struct own_options {
  am_agent_options agent;
} own_options;

enum {
  ALIGN = sizeof(max_align_t),
  GIVEN_AT = (sizeof(own_options) + ALIGN - 1) / ALIGN * ALIGN,
  GIVEN_MAX = 128
};
static_assert(GIVEN_AT + GIVEN_MAX <= AM_OPTIONS_MAX, "both fit");

typedef struct instance {
  am_agent agent; /* first */
  am_agent_ops ops;
  const amine_learner_type *type;
  am_actor_net net;
  amine_learner seen; /* what the other one sees */
  amine_weights weights[AM_PLACES_MAX];
  amine_kept kept[AMINE_KEPT_MAX];
  amine_batch batch;
  am_inside inside;
  float *arrays;  /* those of the batch, and what is inside the units */
  float *tensors; /* values, then changes, of all weights */
  float *keeps;   /* what is kept, then what `learn` writes into */
  size_t n_numbers, n_keeps;
  int n_tensors; /* of the agent, before those that are kept */
  max_align_t options[GIVEN_MAX / sizeof(max_align_t)];
} instance;

typedef struct memory {
  am_rollout e;
  float *each; /* [weight][LANES], where lanes differ */
  float *lane; /* the weights of one lane */
  const instance *x;
  int t; /* the step that is played */
} memory;

static const instance *own_of(const am_agent *a) { return (const instance *)(const void *)a; }
static instance *inside(am_learner *l) { return (instance *)(void *)l; }

static size_t lay_out(memory *m, float *block, const instance *x) {
  const am_places *places = &x->agent.places;
  const bool varied = x->type->vary != NULL;
  const size_t at =
      am_rollout_lay_out(&m->e, block, &x->net, x->agent.learner.task->n_steps, false);
  const am_span spans[] = {{&m->each, varied ? places->size : 0},
                           {&m->lane, varied ? places->size / LANES : 0}};
  m->x = x;
  m->t = 0;
  return at + am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, own_of(a));
}

/* ------------------------------------------------------------------------------ playing */
/* rows [n][LANES] of this step into an array of the batch, [lane][step][n]. */
static void copy(const memory *m, const am_group *g, const float *array, const float *rows,
                 const float *live, int n) {
  const size_t T = (size_t)m->x->batch.n_steps;
  float *first = m->x->arrays + (array - m->x->arrays);
  for (int k = 0; k < g->n; k++) {
    const size_t at = ((size_t)g->first + (size_t)k) * T + (size_t)m->t;
    float *to = first + at * (size_t)n;
    for (int i = 0; i < n; i++) to[i] = live[k] > 0 ? rows[i * LANES + k] : 0;
  }
}

/* At the end of a step. */
static void note(void *context, am_turn *turn, int slot) {
  memory *m = context;
  const am_actor_net *net = &m->x->net;
  const amine_batch *b = &m->x->batch;
  const am_rollout *e = &m->e;
  const am_group *g = &turn->group;
  const float *live = am_rows(e->live, slot, 1);
  const int A = net->n_out;
  copy(m, g, b->inputs, am_rows(e->u, slot, net->n_in), live, net->n_in);
  copy(m, g, b->units, am_rollout_h(e, net, slot), live, net->n);
  copy(m, g, b->said, am_rows(e->p, slot, A), live, A);
  if (!net->linear) copy(m, g, b->taken, am_rows(e->hit, slot, A), live, A);
  copy(m, g, b->wanted, am_rows(e->answer, slot, A), live, A);
  copy(m, g, b->asked, am_rows(e->asked, slot, 1), live, 1);
  copy(m, g, b->rewards, am_rows(e->reward, slot, 1), live, 1);
  copy(m, g, b->live, live, live, 1);
  if (net->critic) copy(m, g, b->values, am_rows(e->value, slot, 1), live, 1);
  am_inside_note(&m->x->inside, &net->stack,
                 &(am_inside_moment){.episode = e,
                                     .slot = slot,
                                     .t = m->t,
                                     .n_steps = b->n_steps,
                                     .dropped = net->stack.dropout > 0,
                                     .first = g->first,
                                     .n = g->n});
  m->t++;
}

/* The weights of each lane, as `vary` has them. */
static void vary(const memory *m, const am_group *g) {
  const instance *x = m->x;
  const am_places *places = &x->agent.places;
  float *w[AM_PLACES_MAX];
  for (int k = 0; k < g->n; k++) {
    float *at = m->lane;
    for (int t = 0; t < places->n; at += am_place_count(&places->place[t++])) {
      memcpy(at, x->weights[t].values, am_place_count(&places->place[t]) * sizeof *at);
      w[t] = at;
    }
    x->type->vary(&x->seen, (int)g->first + k, w);
    for (int t = 0; t < places->n; t++) {
      const am_place *p = &places->place[t];
      for (int i = 0; i < p->dims[0]; i++)
        for (int j = 0; j < p->dims[1]; j++)
          m->each[am_place_at(p, i, j) * LANES + (size_t)k] = w[t][i * p->dims[1] + j];
    }
  }
}

static void play(const am_agent *a, am_turn *turn) {
  const instance *x = own_of(a);
  memory m;
  lay_out(&m, turn->scratch, x);
  const bool learns = turn->change != NULL, varied = learns && x->type->vary;
  const am_rollout_how how = {.parameters = a->parameters,
                              .each = varied ? m.each : NULL,
                              .dropped = learns && !varied,
                              .step_over = learns ? note : NULL,
                              .context = &m};
  const am_group g = turn->group;
  if (varied) vary(&m, &g);
  if (learns && x->type->twins > 1)
    am_group_begin_twins(&turn->group, g.seed, g.episode, g.first, g.n, x->type->twins);
  am_rollout_play(&m.e, &x->net, turn, &how);
  if (x->net.linear) turn->sums->entropy = (double)NAN; /* it has none */
}

/* ------------------------------------------------------------------------------ learning */
/* What `begin` and `learn` see of the weights, and of what is kept. */
static void show(instance *x) {
  const am_agent *a = &x->agent;
  float *values = x->tensors, *kept = x->keeps + x->n_keeps;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    am_place_get(p, values, a->parameters);
    x->weights[k].values = values;
    x->weights[k].change = values + x->n_numbers;
    x->weights[k].held = a->held[k];
    values += am_place_count(p);
  }
  memset(x->tensors + x->n_numbers, 0, x->n_numbers * sizeof *x->tensors);
  memcpy(kept, x->keeps, x->n_keeps * sizeof *kept);
  x->seen.iteration = a->learner.iteration;
  x->seen.loss = (double)NAN;
}

static amine_status check_kept(const instance *x, amine_error *error) {
  for (int k = 0; k < x->seen.n_kept; k++) {
    const amine_kept *kept = &x->kept[k];
    for (int i = 0; i < kept->dims[0] * kept->dims[1]; i++)
      if (!isfinite(kept->values[i]))
        return am_fail(
            error, AMINE_ERROR_NUMERIC,
            "%s: at iteration %llu it would keep a number that is not finite: %s[%d][%d]",
            x->type->name, (unsigned long long)x->seen.iteration, kept->name, i / kept->dims[1],
            i % kept->dims[1]);
  }
  return AMINE_OK;
}

static amine_status say(const instance *x, amine_status status, amine_error *theirs,
                        amine_error *error) {
  theirs->message[sizeof theirs->message - 1] = 0;
  if (status < AMINE_OK || status > AMINE_ERROR_STOPPED) status = AMINE_ERROR_ARGUMENT;
  return am_fail(error, status, "%s: %s", x->type->name, theirs->message);
}

static amine_status ask(instance *x, amine_error *error) {
  amine_error theirs = {.message = "learn failed and did not say why"};
  const amine_status status = x->type->learn(&x->seen, &x->batch, &theirs);
  return status == AMINE_OK ? check_kept(x, error) : say(x, status, &theirs, error);
}

/* The change that was said is that of the whole batch. */
static void before(am_agent *a, float *change) {
  const instance *x = own_of(a);
  for (int k = 0; k < a->places.n; k++)
    am_place_set(&a->places.place[k], change, x->weights[k].change);
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  instance *x = inside(learner);
  am_agent *a = &x->agent;
  float norm;
  show(x);
  am_agent_learn(a);
  AM_TRY(am_task_trouble(learner->task, error));
  AM_TRY(ask(x, error));
  AM_TRY(am_agent_gather(a, &norm, error));
  memcpy(x->keeps, x->keeps + x->n_keeps, x->n_keeps * sizeof *x->keeps);
  am_agent_finish(a, norm, report);
  report->loss = x->seen.loss;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what is saved */
/* Where the k-th of all tensors is kept; NULL: it is one of the agent's. */
static float *kept_at(const instance *x, int k) {
  float *at = x->keeps;
  if (k < x->n_tensors) return NULL;
  for (int i = 0; i < k - x->n_tensors; i++) at += x->kept[i].dims[0] * x->kept[i].dims[1];
  return at;
}

static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const instance *x = own_of(am_agent_of_const(learner));
  if (k < x->n_tensors) return am_agent_tensor(learner, k, out);
  if (k >= x->n_tensors + x->seen.n_kept) return false;
  const amine_kept *kept = &x->kept[k - x->n_tensors];
  *out = (am_learner_tensor){.rank = 2, .dims = {(size_t)kept->dims[0], (size_t)kept->dims[1]}};
  snprintf(out->name, sizeof out->name, "kept.%s", kept->name);
  return true;
}

static size_t kept_bytes(const instance *x, int k) {
  const amine_kept *kept = &x->kept[k - x->n_tensors];
  return (size_t)kept->dims[0] * (size_t)kept->dims[1] * sizeof(float);
}

static void get(const am_learner *learner, int k, float *values) {
  const instance *x = own_of(am_agent_of_const(learner));
  const float *kept = kept_at(x, k);
  if (kept) memcpy(values, kept, kept_bytes(x, k));
  else am_agent_get(learner, k, values);
}

static void set(am_learner *learner, int k, const float *values) {
  const instance *x = inside(learner);
  float *kept = kept_at(x, k);
  if (kept) memcpy(kept, values, kept_bytes(x, k));
  else am_agent_set(learner, k, values);
}

/* ------------------------------------------------------------------------------ making one */
static int series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&own_of(am_agent_of_const(learner))->net, out);
}

static void destroy(am_learner *learner) {
  instance *x = inside(learner);
  if (x->type->destroy && x->seen.size) x->type->destroy(&x->seen); /* once `begin` was called */
  am_inside_free(&x->inside);
  am_free(x->arrays);
  am_free(x->tensors);
  am_free(x->keeps);
  am_actor_net_free(&x->net);
  am_agent_close(&x->agent);
  am_free(x);
}

/* All that is known before memory is taken. */
static void describe(instance *x, const am_task *task, const am_agent_options *o) {
  const am_places *places = &x->agent.places;
  for (int k = 0; k < places->n; k++) {
    const am_place *p = &places->place[k];
    x->weights[k] =
        (amine_weights){.name = p->name, .rank = p->rank, .dims = {p->dims[0], p->dims[1]}};
    x->n_numbers += am_place_count(p);
  }
  x->seen = (amine_learner){.size = sizeof x->seen,
                            .options = x->options,
                            .context = x->type->context,
                            .seed = o->seed,
                            .n_lanes = o->n_lanes,
                            .n_steps = task->n_steps,
                            .n_inputs = x->net.n_in,
                            .n_units = x->net.n,
                            .n_said = x->net.n_out,
                            .n_actions = task->n_actions,
                            .n_real = task->n_real,
                            .n_targets = task->n_targets,
                            .n_weights = places->n,
                            .weights = x->weights,
                            .kept = x->kept,
                            .n_inner = x->inside.n,
                            .inner = x->inside.shown,
                            .loss = (double)NAN};
}

static amine_status count_kept(instance *x, amine_error *error) {
  const char *name = x->type->name;
  if (x->seen.n_kept < 0 || x->seen.n_kept > AMINE_KEPT_MAX)
    return REFUSE(error, "%s: it keeps %d arrays, and there is room for %d", name, x->seen.n_kept,
                  AMINE_KEPT_MAX);
  for (int k = 0; k < x->seen.n_kept; k++) {
    const amine_kept *kept = &x->kept[k];
    const char *called = kept->name ? kept->name : "";
    const size_t n = strlen(called);
    if (n < 1 || n >= AM_KEY_LENGTH ||
        strspn(called, "abcdefghijklmnopqrstuvwxyz"
                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                       "0123456789_.-") != n)
      return REFUSE(error,
                    "%s: \"%.60s\" is no name for what it keeps: 1 to %d letters, digits, _ . -",
                    name, called, AM_KEY_LENGTH - 1);
    for (int i = 0; i < k; i++)
      if (strcmp(x->kept[i].name, called) == 0)
        return REFUSE(error, "%s: it keeps two arrays called %s", name, called);
    if (kept->dims[0] < 1 || kept->dims[1] < 1 || kept->dims[0] > INT_MAX / kept->dims[1])
      return REFUSE(error, "%s: it cannot keep %d x %d numbers (%s)", name, kept->dims[0],
                    kept->dims[1], called);
    x->n_keeps = am_size_add(x->n_keeps, (size_t)kept->dims[0] * (size_t)kept->dims[1]);
  }
  return AMINE_OK;
}

/* Numbers of a step in the arrays of a batch. */
static size_t numbers_of_step(const instance *x) {
  const size_t said = (size_t)x->net.n_out * (x->net.linear ? 2 : 3);
  return am_size_add((size_t)x->net.n_in + (size_t)x->net.n + said + 3 + x->net.critic,
                     x->inside.n_numbers);
}

static void cut_batch(instance *x) {
  const am_actor_net *net = &x->net;
  const size_t rows = (size_t)x->seen.n_lanes * (size_t)x->seen.n_steps, A = (size_t)net->n_out;
  float *at = x->arrays;
  amine_batch *b = &x->batch;
  const struct {
    const float **to;
    size_t n;
  } cuts[] = {{&b->inputs, (size_t)net->n_in},
              {&b->units, (size_t)net->n},
              {&b->said, A},
              {&b->wanted, A},
              {&b->asked, 1},
              {&b->rewards, 1},
              {&b->live, 1},
              {&b->taken, net->linear ? 0 : A},
              {&b->values, net->critic}};
  *b = (amine_batch){.size = sizeof *b,
                     .n_lanes = x->seen.n_lanes,
                     .n_steps = x->seen.n_steps,
                     .n_inputs = net->n_in,
                     .n_units = net->n,
                     .n_said = net->n_out};
  for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++) {
    *cuts[k].to = cuts[k].n ? at : NULL;
    at += rows * cuts[k].n;
  }
  am_inside_cut(&x->inside, at, rows);
}

static amine_status open_all(instance *x, const am_task *task, const am_agent_options *o,
                             const am_stack_options *units, amine_error *error) {
  am_agent *a = &x->agent;
  amine_error theirs = {.message = "begin failed and did not say why"};
  const size_t rows = am_size_mul((size_t)o->n_lanes, (size_t)task->n_steps);
  am_learner_tensor t;
  AM_TRY(am_actor_net_make(&x->net, &a->places, task, units, x->type->critic, error));
  AM_TRY(am_inside_make(&x->inside, &x->net.stack, x->type->sees, error));
  describe(x, task, o);
  const amine_status status = x->type->begin ? x->type->begin(&x->seen, &theirs) : AMINE_OK;
  if (status != AMINE_OK) return say(x, status, &theirs, error);
  AM_TRY(count_kept(x, error));
  a->own[a->n_own++] = (am_block){&x->arrays, am_size_mul(rows, numbers_of_step(x)), sizeof(float)};
  a->own[a->n_own++] = (am_block){&x->tensors, am_size_mul(2, x->n_numbers), sizeof(float)};
  a->own[a->n_own++] = (am_block){&x->keeps, am_size_mul(2, x->n_keeps), sizeof(float)};
  AM_TRY(am_agent_open(a, task, o, &x->ops, error));
  a->learner.signals = x->net.stack.plan[0];
  am_actor_net_initialise(&x->net, &a->places, a->parameters, o->seed);
  while (am_agent_tensor(&a->learner, x->n_tensors, &t)) x->n_tensors++;
  float *at = x->keeps + x->n_keeps; /* where `learn` writes */
  for (int k = 0; k < x->seen.n_kept; at += x->kept[k].dims[0] * x->kept[k].dims[1], k++)
    x->kept[k].values = at;
  cut_batch(x);
  return AMINE_OK;
}

static amine_status make(instance *x, const am_task *task, const am_chosen *chosen,
                         amine_error *error) {
  const char *options = chosen->options[AM_LEARNER];
  const own_options *o = (const own_options *)(const void *)options;
  am_units units;
  memcpy(x->options, options + GIVEN_AT, x->type->options_size);
  if (x->type->twins > 1 && o->agent.n_lanes % x->type->twins != 0)
    return REFUSE(error, "batch=%d: learner.type=%s plays %d lanes alike, so it must be a multiple",
                  o->agent.n_lanes, x->type->name, x->type->twins);
  AM_TRY(am_units_chosen(&units, chosen, x->type->vary == NULL, error));
  if (x->type->sees) units.stack.done |= AM_PLAN_SEEN;
  const amine_status status = open_all(x, task, &o->agent, &units.stack, error);
  am_units_free(&units);
  return status;
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  const am_own_learner *type = (const am_own_learner *)(const void *)chosen->part[AM_LEARNER];
  instance *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &type->type;
  x->type = &type->given;
  x->ops = (am_agent_ops){.lacks = x->type->critic ? 0 : AM_LACKS_VALUE,
                          .scratch_bytes = scratch_bytes,
                          .play = play,
                          .before = before,
                          .plain = x->type->plain};
  const amine_status status = make(x, task, chosen, error);
  if (status == AMINE_OK) *learner = &x->agent.learner;
  else destroy(&x->agent.learner);
  return status;
}

/* ------------------------------------------------------------------------------ what is given */
#define AGENT(member) AM_MEMBER(own_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(own_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(own_options, agent.optimiser.member)

static const amine_parameter played[] = {AM_PLAY_PARAMETERS(AGENT),
                                         AM_SCHEDULE_PARAMETERS(SCHEDULE)};
static const amine_parameter optimised[] = {AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER)};
enum {
  N_PLAYED = sizeof played / sizeof *played,
  N_OPTIMISED = sizeof optimised / sizeof *optimised
};

static amine_status check_given(const amine_learner_type *t, amine_error *error) {
  const unsigned all = AMINE_ASKS_ACTIONS | AMINE_ASKS_VALUES | AMINE_ASKS_REAL;
  if (!t->name) return REFUSE(error, "a learner has no name");
  if (!t->meaning) return REFUSE(error, "%s: it has no meaning", t->name);
  if (!t->learn) return REFUSE(error, "%s: it has no function learn", t->name);
  if (t->sees & ~(unsigned)(AMINE_SEES_VALUES | AMINE_SEES_TRACES))
    return REFUSE(error, "%s: sees=%#x: there is nothing more to be seen", t->name, t->sees);
  if (t->asks & ~all)
    return REFUSE(error, "%s: asks=%#x: there is no such sort of task", t->name, t->asks);
  if (t->vary && t->critic)
    return REFUSE(error, "%s: lanes with weights of their own (vary) have no critic", t->name);
  if (t->critic && t->asks & AMINE_ASKS_VALUES)
    return REFUSE(error, "%s: a critic is of worlds that are acted in, not of values", t->name);
  if (t->twins < 0 || t->twins > 65536)
    return REFUSE(error, "%s: twins=%d: 0 to 65536", t->name, t->twins);
  if (!(t->rate >= 0 && t->rate <= 100))
    return REFUSE(error, "%s: rate=%g: 0 to 100", t->name, t->rate);
  if (t->options_size > GIVEN_MAX)
    return REFUSE(error, "%s: options of %zu bytes are more than %d", t->name, t->options_size,
                  GIVEN_MAX);
  return am_parameters_check(t->parameters, t->options_size, t->name, error);
}

/* Its own must not be called as one of those that all have. */
static amine_status put_rows(am_own_learner *own, amine_error *error) {
  const amine_learner_type *t = &own->given;
  const size_t n_optimised = t->plain ? 0 : N_OPTIMISED;
  size_t n_given = 0, n = 0;
  while (t->parameters && t->parameters[n_given].name) n_given++;
  own->rows = am_alloc(N_PLAYED + n_optimised + n_given + 1, sizeof *own->rows);
  if (!own->rows) return am_fail_memory(error, (N_PLAYED + n_given) * sizeof *own->rows);
  for (size_t k = 0; k < N_PLAYED; k++) {
    own->rows[n] = played[k];
    if (t->rate > 0 && strcmp(played[k].name, "rate") == 0) own->rows[n].standard = t->rate;
    n++;
  }
  for (size_t k = 0; k < n_optimised; k++) own->rows[n++] = optimised[k];
  const size_t n_ours = n;
  for (size_t k = 0; k < n_given; k++) {
    for (size_t i = 0; i < n_ours; i++)
      if (!t->parameters[k].borrowed && strcmp(t->parameters[k].name, own->rows[i].name) == 0)
        return REFUSE(error, "%s: \"%s\" is a parameter that every learner has", t->name,
                      t->parameters[k].name);
    own->rows[n] = t->parameters[k];
    own->rows[n++].offset += GIVEN_AT;
  }
  return AMINE_OK;
}

amine_status am_own_learner_begin(am_own_learner *own, const amine_learner_type *given,
                                  amine_error *error) {
  amine_learner_type t = {.size = sizeof t};
  am_sized_copy(&t, sizeof t, given, given->size);
  *own = (am_own_learner){.given = t};
  AM_TRY(check_given(&t, error));
  AM_TRY(put_rows(own, error));
  own->type = (am_learner_type){.part = {.kind = AM_LEARNER,
                                         .name = t.name,
                                         .meaning = t.meaning,
                                         .equation = t.equation,
                                         .source = t.source,
                                         .parameters = own->rows,
                                         .options_size = GIVEN_AT + t.options_size},
                                .past = true,
                                .asks = t.asks ? t.asks : AM_ASKS_ACTIONS,
                                .create = create,
                                .iterate = iterate,
                                .evaluate = am_agent_evaluate,
                                .tensor = tensor,
                                .get = get,
                                .set = set,
                                .release = am_agent_release,
                                .series = series,
                                .watch = am_agent_watch,
                                .destroy = destroy};
  return AMINE_OK;
}

void am_own_learner_end(am_own_learner *own) { am_free(own->rows); }
