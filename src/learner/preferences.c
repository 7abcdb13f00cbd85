/* The task whose reward is learned, and the asking (see preferences.h). */
#include "learner/preferences.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "format/json.h"
#include "learner/answers.h"
#include "learner/reward_model.h"
#include "task/world.h"

enum { LANES = AM_MODEL_LANES, MEMBERS = AM_MODEL_MEMBERS };

/* Rewards are summed as whole numbers of this, so that their order does not matter. */
#define GRAIN 0x1p-20
#define CLIPS_SALT UINT64_C(0x636c697073)

/* What draws are for: `episode` of AM_STREAM_PREFERENCES. */
enum { DRAW_CLIPS, DRAW_ANSWERS, DRAW_BATCHES, DRAW_EARLIER = DRAW_BATCHES + MEMBERS,
       DRAW_WANDER };

/* Behind the state of the world. */
typedef struct tail {
  uint32_t lane;
  float last;  /* what the step before was said to be worth */
  float sum[]; /* [n_inputs] z, if there is a memory */
} tail;

/* An episode that was played for clips. */
typedef struct played {
  float *x;      /* [n_steps][n_x] */
  float *say;    /* [n_steps][members] */
  double *given; /* [n_steps] by the world */
  int n;         /* steps that it lived */
} played;

/* A clip: from a step of an episode on, or one that was asked about before. */
typedef struct cut {
  int episode, from; /* EARLIER: its number among those */
} cut;

enum { EARLIER = -1 };

typedef struct candidate {
  cut clip[2];
  float p[MEMBERS]; /* that the first is preferred */
  float score;      /* how much they disagree */
  int index;
} candidate;

typedef struct preferences {
  am_task task; /* first */
  am_task_type type;
  am_task *world;
  am_preferences_options options;
  am_reward_model model;
  int n_x;            /* numbers that the model is told of a step */
  float *standard;    /* [2][n_x]: what is taken from each, and by what the rest is multiplied */
  size_t tail;        /* where it begins in a state */
  float fading;       /* 1 - 1/memory; 0: no memory */
  float centre, gain; /* r = gain (mean - centre) */
  /* what is known: [answers][2] clips, their lengths and what the world gave in them, and
   * [answers] answers */
  float *clips, *lengths, *given_in, *preferred;
  uint64_t asked, rounds, learned; /* answers; times; steps of learning */
  uint64_t agreed, decided;        /* of the answers of the last time that preferred one */
  played *episodes;                /* [options.episodes] */
  float *actions;                  /* [n_steps] */
  candidate *candidates;           /* [most * options.candidates] */
  float *answers;                  /* [most]: as many as are asked for at one time */
  am_text waiting, file; /* clips; the path of the answers */
  atomic_llong given, begun; /* by the world, in grains; episodes */
  double *heard;             /* [n_heard] sums of the episodes from `first_heard` on, or NULL */
  int n_heard;
  uint32_t first_heard;
} preferences;

static preferences *of(const am_task *task) { return (preferences *)(uintptr_t)task; }

static tail *tail_of(const preferences *p, const void *state) {
  return (tail *)(void *)((char *)(uintptr_t)state + p->tail);
}

/* ------------------------------------------------------------------------------ the task */
static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  preferences *p = of(task);
  p->world->type->start(p->world, state, seed, episode, lane);
  memset(tail_of(p, state), 0, task->state_size - p->tail);
  tail_of(p, state)->lane = lane;
  atomic_fetch_add_explicit(&p->begun, 1, memory_order_relaxed);
}

static void observe(const am_task *task, const void *state, float *input) {
  const preferences *p = of(task);
  p->world->type->observe(p->world, state, input);
  if (task->tells) input[task->tells - 1] = tail_of(p, state)->last;
}

/* x [n_x] of a step: what is shown, without what it tells of rewards, its fading sum, which goes
 * on, and the action. */
static void describe(const preferences *p, float *x, float *sum, const void *state, int action) {
  const int n = p->task.n_inputs, n_seen = p->n_x - p->task.n_actions;
  p->world->type->observe(p->world, state, x);
  if (p->task.tells) x[p->task.tells - 1] = 0;
  for (int i = 0; i < n_seen - n; i++) x[n + i] = sum[i] = p->fading * sum[i] + x[i];
  for (int a = 0; a < p->task.n_actions; a++) x[n_seen + a] = a == action ? 1 : 0;
}

static void standardise(const preferences *p, float *x) {
  for (int i = 0; i < p->n_x; i++) x[i] = (x[i] - p->standard[i]) * p->standard[p->n_x + i];
}

static float step(const am_task *task, void *state, int action) {
  preferences *p = of(task);
  tail *s = tail_of(p, state);
  float x[AM_MODEL_INPUTS], say[MEMBERS], sum = 0;
  if (p->type.over && p->type.over(task, state)) return 0;
  describe(p, x, s->sum, state, action);
  standardise(p, x);
  am_reward_model_say(&p->model, say, x);
  for (int k = 0; k < MEMBERS; k++) sum += say[k];
  s->last = p->gain * (sum / MEMBERS - p->centre);
  const double given = (double)p->world->type->step(p->world, state, action);
  atomic_fetch_add_explicit(&p->given, llround(given / GRAIN), memory_order_relaxed);
  const uint32_t heard = s->lane - p->first_heard;
  if (p->heard && heard < (uint32_t)p->n_heard) p->heard[heard] += given;
  return s->last;
}

static bool over(const am_task *task, const void *state) {
  const am_task *world = of(task)->world;
  return world->type->over(world, state);
}

static int kind(const am_task *task, const void *state) {
  const am_task *world = of(task)->world;
  return world->type->kind(world, state);
}

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_task *world = of(task)->world;
  return world->type->happened(world, before, after);
}

static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  return am_task_play(of(task)->world, line, seed, episode, lane);
}

static void destroy(am_task *task) {
  preferences *p = of(task);
  for (int k = 0; p->episodes && k < p->options.episodes; k++) {
    am_free(p->episodes[k].x);
    am_free(p->episodes[k].say);
    am_free(p->episodes[k].given);
  }
  am_free(p->episodes);
  am_free(p->actions);
  am_free(p->answers);
  am_free(p->candidates);
  am_free(p->standard);
  am_free(p->clips);
  am_free(p->lengths);
  am_free(p->given_in);
  am_free(p->preferred);
  am_text_free(&p->waiting);
  am_text_free(&p->file);
  am_reward_model_close(&p->model);
  am_task_destroy(p->world);
}

/* ------------------------------------------------------------------------------ making it */
static amine_status check_world(const am_task *world, int n_x, size_t state, amine_error *error) {
  const char *name = world->type->part.name;
  const char *asks = world->n_symbols > 0 ? "symbols"
                     : world->n_real > 0  ? "real actions"
                                          : "target values";
  if (world->n_actions == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.type=preferences needs actions; task.type=%s asks for %s", name, asks);
  if (world->held_out)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.type=preferences: task.type=%s holds episodes out for evaluation, which "
                   "it cannot do with a learned reward",
                   name);
  if (n_x > AM_MODEL_INPUTS || state > AM_TASK_STATE_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.type=preferences: a step of task.type=%s is %d numbers with its memory "
                   "and action, and a learned reward reads %d",
                   name, n_x, AM_MODEL_INPUTS);
  return AMINE_OK;
}

/* How many answers there should be before an iteration. */
static uint64_t wanted(const preferences *p, uint64_t iteration) {
  const am_preferences_options *o = &p->options;
  const uint64_t first = o->first < o->answers ? o->first : o->answers;
  const uint64_t gone = iteration < o->spread ? iteration : o->spread;
  return first + (o->answers - first) * gone / o->spread;
}

/* The most that are asked for at one time. */
static uint64_t most_at_once(const am_preferences_options *o) {
  const uint64_t first = o->first < o->answers ? o->first : o->answers, rest = o->answers - first;
  const uint64_t later = o->every < o->spread ? rest * o->every / o->spread + 1 : rest;
  return first > later ? first : later;
}

static amine_status take_memory(preferences *p, amine_error *error) {
  const size_t n = (size_t)p->options.answers, T = (size_t)p->task.n_steps,
               real_size = sizeof(float);
  const size_t most = (size_t)most_at_once(&p->options);
  const am_block blocks[] = {
      {&p->clips, am_size_mul(2 * n, am_clip_size(&p->model)), real_size},
      {&p->lengths, 2 * n, real_size},
      {&p->given_in, p->options.earlier > 0 ? 2 * n : 0, real_size},
      {&p->preferred, n, real_size},
      {&p->standard, 2 * (size_t)p->n_x, real_size},
      {&p->actions, T, real_size},
      {&p->answers, most, real_size},
      {&p->candidates, am_size_mul(most, (size_t)p->options.candidates), sizeof *p->candidates},
      {&p->episodes, (size_t)p->options.episodes, sizeof *p->episodes}};
  AM_TRY(am_blocks_take(blocks, sizeof blocks / sizeof *blocks, "what is known of preferences",
                        error));
  for (int i = 0; i < p->n_x; i++) p->standard[p->n_x + i] = 1;
  for (int k = 0; k < p->options.episodes; k++) {
    played *e = &p->episodes[k];
    AM_TRY(AM_TAKE(e->x, am_size_mul(T, (size_t)p->n_x), error));
    AM_TRY(AM_TAKE(e->say, T * MEMBERS, error));
    AM_TRY(AM_TAKE(e->given, T, error));
  }
  return AMINE_OK;
}

amine_status am_preferences_file(am_text *path, const char *name, uint64_t seed,
                                 amine_error *error) {
  const char *from = name, *place;
  for (; (place = strstr(from, AM_ANSWERS_SEED)); from = place + strlen(AM_ANSWERS_SEED))
    am_text_printf(path, "%.*s%llu", (int)(place - from), from, (unsigned long long)seed);
  am_text_puts(path, from);
  return path->failed ? am_fail_memory(error, path->length) : AMINE_OK;
}

amine_status am_preferences_check_seeds(const am_preferences_options *o, amine_error *error) {
  if (o->judge != AM_ANSWERS_FILE || strstr(o->file, AM_ANSWERS_SEED)) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "reward.file=%s: several seeds are asked about different clips, so each needs a "
                 "file of its own: " AM_ANSWERS_SEED " in the name is the seed",
                 o->file);
}

/* The type that its task begins with; the task's own has what its world has. */
typedef struct setup {
  am_task *world;
  const am_preferences_options *options;
  bool *taken; /* the world, by the task */
} setup;

static amine_status make(am_task *task, void *options, amine_error *error) {
  const setup *s = options;
  preferences *p = of(task);
  const am_preferences_options *o = s->options;
  const am_task *world = p->world = s->world;
  *s->taken = true;
  const am_task_type *its = world->type;
  p->options = *o;
  p->fading = o->memory > 0 ? 1 - 1 / (float)o->memory : 0;
  p->n_x = world->n_inputs * (o->memory > 0 ? 2 : 1) + world->n_actions;
  p->tail = am_size_round(world->state_size, 16);
  *task = (am_task){.type = &p->type,
                    .options = task->options,
                    .n_inputs = world->n_inputs,
                    .n_actions = world->n_actions,
                    .n_steps = world->n_steps,
                    .n_kinds = world->n_kinds,
                    .tells = world->tells,
                    .criterion = world->criterion,
                    .n_criterion = world->n_criterion,
                    .n_lines = world->n_lines};
  p->type = (am_task_type){.part = its->part,
                           .start = start,
                           .observe = observe,
                           .step = step,
                           .over = its->over ? over : NULL,
                           .kind = its->kind ? kind : NULL,
                           .events = its->events,
                           .happened = its->happened ? happened : NULL,
                           .play = play,
                           .destroy = destroy};
  memcpy(task->lines, world->lines, sizeof task->lines);
  const size_t sums = o->memory > 0 ? (size_t)world->n_inputs : 0;
  task->state_size = p->tail + am_size_round(sizeof(tail) + sums * sizeof(float), 16);
  AM_TRY(check_world(world, p->n_x, task->state_size, error));
  if (p->options.judge == AM_ANSWERS_FILE)
    AM_TRY(am_preferences_file(&p->file, p->options.file, p->options.seed, error));
  const am_model_options model = {.n_in = p->n_x,
                                  .hidden = o->hidden,
                                  .clip = o->clip < world->n_steps ? o->clip : world->n_steps,
                                  .rate = o->rate,
                                  .decay = o->decay,
                                  .slip = o->slip,
                                  .seed = o->seed ^ CLIPS_SALT};
  AM_TRY(am_reward_model_open(&p->model, &model, error));
  return take_memory(p, error);
}

static const am_task_type beginning = {.part = {.kind = AM_TASK, .options_size = sizeof(setup)},
                                       .size = sizeof(preferences),
                                       .make = make,
                                       .destroy = destroy};

amine_status am_preferences_create(am_task **task, am_task *world,
                                   const am_preferences_options *options, amine_error *error) {
  bool taken = false;
  const setup s = {world, options, &taken};
  const amine_status status = am_task_create(task, &beginning, &s, error);
  if (!taken) am_task_destroy(world);
  return status;
}

bool am_is_preferences(const am_task *task) { return task->type->start == start; }

/* ---------------------------------------------------------------------------- clips */
/* The step of an episode from which on it wanders, if it does. Any that the policy's own way lives is
 * as likely. */
static int wander_from(const preferences *p, void *state, uint64_t seed, uint32_t lane) {
  const am_task *world = p->world;
  const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES, DRAW_WANDER, lane};
  const am_random4 draw = am_random(key, 0);
  int n = 0;
  if (!am_chance_of(draw, 0, (double)p->options.wander, key, 0)) return world->n_steps;
  world->type->start(world, state, seed, 0, lane);
  for (; n < world->n_steps && !(world->type->over && world->type->over(world, state)); n++)
    world->type->step(world, state, (int)p->actions[n]);
  return n > 0 ? (int)am_below(draw.v[2], (uint32_t)n) : 0;
}

/* The policy's own way through an episode, or as far as it does not wander, and what the world gave. */
static void play_for_clips(preferences *p, am_learner *learner, played *e, uint32_t lane) {
  max_align_t state[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  am_series wanted[2] = {{.name = "actions", .width = 1, .values = p->actions}};
  const am_task *world = p->world;
  const uint64_t seed = p->options.seed ^ CLIPS_SALT;
  float sum[AM_MODEL_INPUTS] = {0};
  learner->type->watch(learner, wanted, lane, seed, false);
  const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES, DRAW_WANDER, lane};
  const int from = wander_from(p, state, seed, lane);
  world->type->start(world, state, seed, 0, lane);
  for (e->n = 0; e->n < world->n_steps; e->n++) {
    const int t = e->n;
    if (world->type->over && world->type->over(world, state)) break;
    const uint32_t any = am_random(key, 1 + (uint32_t)t).v[0];
    const int action =
        t < from ? (int)p->actions[t] : (int)am_below(any, (uint32_t)world->n_actions);
    describe(p, e->x + (size_t)t * (size_t)p->n_x, sum, state, action);
    e->given[t] = (double)world->type->step(world, state, action);
  }
}

/* From the episodes of the first time: what is shown then has mean 0 and variance 1, or is 0. */
static void set_standard(preferences *p) {
  for (int i = 0; i < p->n_x - p->task.n_actions; i++) {
    double n = 0, sum = 0, squares = 0;
    for (int k = 0; k < p->options.episodes; k++)
      for (int t = 0; t < p->episodes[k].n; t++) {
        const double x = (double)p->episodes[k].x[t * p->n_x + i];
        n++;
        sum += x;
        squares += x * x;
      }
    const double mean = sum / n, variance = squares / n - mean * mean;
    p->standard[i] = (float)mean;
    p->standard[p->n_x + i] = variance > 1e-6 ? (float)(1 / sqrt(variance)) : 1;
  }
}

static void play_all(preferences *p, am_learner *learner) {
  const uint32_t n = (uint32_t)p->options.episodes;
  for (uint32_t k = 0; k < n; k++)
    play_for_clips(p, learner, &p->episodes[k], (uint32_t)p->rounds * n + k);
  if (p->rounds == 0) set_standard(p);
  for (uint32_t k = 0; k < n; k++)
    for (int t = 0; t < p->episodes[k].n; t++) {
      float *x = p->episodes[k].x + (size_t)t * (size_t)p->n_x;
      standardise(p, x);
      am_reward_model_say(&p->model, p->episodes[k].say + t * MEMBERS, x);
    }
}

/* Steps of a clip that are lived. */
static int length_of(const preferences *p, cut c) {
  if (c.episode == EARLIER) return (int)p->lengths[c.from];
  const int rest = p->episodes[c.episode].n - c.from, whole = p->model.options.clip;
  return rest < whole ? rest : whole;
}

static double given_in(const preferences *p, cut c) {
  double sum = 0;
  if (c.episode == EARLIER) return (double)p->given_in[c.from];
  for (int t = 0; t < length_of(p, c); t++) sum += p->episodes[c.episode].given[c.from + t];
  return sum;
}

static const float *earlier(const preferences *p, cut c) {
  return p->clips + (size_t)c.from * am_clip_size(&p->model);
}

static void say_of(const preferences *p, float sums[MEMBERS], cut c) {
  if (c.episode == EARLIER) {
    am_reward_model_clip(&p->model, sums, earlier(p, c), length_of(p, c));
    return;
  }
  for (int k = 0; k < MEMBERS; k++) {
    sums[k] = 0;
    for (int t = 0; t < length_of(p, c); t++)
      sums[k] += p->episodes[c.episode].say[(c.from + t) * MEMBERS + k];
  }
}

/* Begins at any step that is lived and from which a whole clip fits into the episode's time, so
 * that one ends early only where the world does. */
static cut draw_clip(const preferences *p, uint32_t a, uint32_t b) {
  const int episode = (int)am_below(a, (uint32_t)p->options.episodes);
  const int n = p->episodes[episode].n, fits = p->task.n_steps - p->model.options.clip + 1;
  return (cut){episode, (int)am_below(b, (uint32_t)(n < fits ? n : fits))};
}

/* One that was asked about before, any as likely as any other, or the clip itself. */
static cut draw_earlier(const preferences *p, cut clip, int index) {
  const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES, DRAW_EARLIER,
                             (uint32_t)p->rounds};
  const am_random4 draw = am_random(key, (uint32_t)index);
  if (p->asked == 0 ||
      !am_chance_of(draw, 0, (double)p->options.earlier, key, (uint32_t)index))
    return clip;
  return (cut){EARLIER, (int)am_below(draw.v[1], 2 * (uint32_t)p->asked)};
}

static void draw_pair(const preferences *p, candidate *c, int index) {
  const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES, DRAW_CLIPS,
                             (uint32_t)p->rounds};
  const am_random4 draw = am_random(key, (uint32_t)index);
  float first[MEMBERS], second[MEMBERS], mean = 0;
  c->index = index;
  c->clip[0] = draw_clip(p, draw.v[0], draw.v[1]);
  c->clip[1] = draw_earlier(p, draw_clip(p, draw.v[2], draw.v[3]), index);
  say_of(p, first, c->clip[0]);
  say_of(p, second, c->clip[1]);
  am_reward_model_prefer(c->p, first, second, MEMBERS);
  for (int k = 0; k < MEMBERS; k++) mean += c->p[k] / MEMBERS;
  c->score = 0;
  for (int k = 0; k < MEMBERS; k++) c->score += (c->p[k] - mean) * (c->p[k] - mean);
}

/* The most disputed first, of equals the first. */
static int by_score(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->score != y->score) return x->score > y->score ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

static void copy_clip(const preferences *p, float *out, cut c) {
  const size_t n_x = (size_t)p->n_x;
  if (c.episode == EARLIER) {
    memcpy(out, earlier(p, c), am_clip_size(&p->model) * sizeof *out);
    return;
  }
  memset(out, 0, am_clip_size(&p->model) * sizeof *out);
  for (int t = 0; t < length_of(p, c); t++) {
    const float *x = p->episodes[c.episode].x + (size_t)(c.from + t) * n_x;
    float *block = out + (size_t)(t / LANES) * n_x * LANES + t % LANES;
    for (size_t i = 0; i < n_x; i++) block[i * LANES] = x[i];
  }
}

/* ------------------------------------------------------------------------------ answers */
static float opposite_or_coin(float answer, uint32_t bits) {
  return answer == 0.5f ? (float)(bits >> 31) : 1 - answer;
}

/* What the judge says of pair number `pair`. */
static float judge(const preferences *p, const candidate *c, uint64_t pair) {
  const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES, DRAW_ANSWERS, 0};
  const am_random4 draw = am_random(key, (uint32_t)pair);
  const double first = given_in(p, c->clip[0]), second = given_in(p, c->clip[1]);
  const bool alike =
      fabs(first - second) <= fmax((double)p->options.notice, 1e-6 * fmax(1, fabs(first)));
  const float right = alike ? 0.5f : first > second ? 1 : 0;
  if (p->options.judge == AM_ANSWERS_CHANCE) return (float)(draw.v[1] >> 31);
  const bool errs = am_chance_of(draw, 0, (double)p->options.wrong, key, (uint32_t)pair);
  return errs ? opposite_or_coin(right, draw.v[1]) : right;
}

/* The i-th number of step t of a clip. */
static float x_of(const preferences *p, cut c, int t, int i) {
  if (c.episode == EARLIER)
    return earlier(p, c)[(t / LANES * p->n_x + i) * LANES + t % LANES];
  return p->episodes[c.episode].x[(c.from + t) * p->n_x + i];
}

static void put_clip(const preferences *p, am_text *text, const char *name, cut c) {
  const int n = length_of(p, c), n_inputs = p->task.n_inputs, n_x = p->n_x;
  am_json_put_key(text, name);
  am_json_begin(text);
  am_json_list(text, "inputs");
  for (int t = 0; t < n; t++)
    for (int i = 0; i < n_inputs; i++) {
      const float shown = x_of(p, c, t, i) / p->standard[n_x + i] + p->standard[i];
      am_text_puts(text, i > 0 ? "," : t > 0 ? "],[" : "[");
      am_json_number(text, (double)shown, 6);
    }
  am_text_puts(text, "]]");
  am_json_list(text, "actions");
  for (int t = 0; t < n; t++) {
    int action = 0;
    while (x_of(p, c, t, n_x - p->task.n_actions + action) == 0) action++;
    am_text_printf(text, "%s%d", t ? "," : "", action);
  }
  am_text_puts(text, "]}");
}

static amine_status wait_for(preferences *p, const candidate *chosen, int n, amine_error *error) {
  p->waiting.length = 0;
  for (int k = 0; k < n; k++) {
    am_json_begin(&p->waiting);
    am_json_put_uint(&p->waiting, "pair", p->asked + (uint64_t)k);
    put_clip(p, &p->waiting, "first", chosen[k].clip[0]);
    put_clip(p, &p->waiting, "second", chosen[k].clip[1]);
    am_json_end(&p->waiting);
  }
  if (p->waiting.failed) return am_fail_memory(error, p->waiting.length);
  return am_fail(error, AMINE_ERROR_STOPPED,
                 "%d pairs of clips, from number %llu on, wait for answers in reward.file=%s", n,
                 (unsigned long long)p->asked, p->file.data);
}

/* answers [n]: of the pairs that were chosen. */
static amine_status answer(preferences *p, float *answers, const candidate *chosen, int n,
                           amine_error *error) {
  bool all;
  if (p->options.judge != AM_ANSWERS_FILE) {
    for (int k = 0; k < n; k++) answers[k] = judge(p, &chosen[k], p->asked + (uint64_t)k);
    return AMINE_OK;
  }
  AM_TRY(am_answers_read(answers, &all, p->file.data, p->asked, n, error));
  return all ? AMINE_OK : wait_for(p, chosen, n, error);
}

/* ------------------------------------------------------------------------------ learning */
static void keep(preferences *p, const candidate *chosen, const float *answers, int n) {
  const size_t size = am_clip_size(&p->model);
  p->agreed = p->decided = 0;
  for (int k = 0; k < n; k++) {
    const size_t at = (size_t)p->asked + (size_t)k;
    float mean = 0;
    for (int i = 0; i < 2; i++) {
      copy_clip(p, p->clips + (2 * at + (size_t)i) * size, chosen[k].clip[i]);
      p->lengths[2 * at + (size_t)i] = (float)length_of(p, chosen[k].clip[i]);
      if (p->options.earlier > 0)
        p->given_in[2 * at + (size_t)i] = (float)given_in(p, chosen[k].clip[i]);
    }
    p->preferred[at] = answers[k];
    for (int i = 0; i < MEMBERS; i++) mean += chosen[k].p[i] / MEMBERS;
    if (answers[k] == 0.5f) continue;
    p->decided++;
    p->agreed += (mean > 0.5f) == (answers[k] > 0.5f);
  }
  p->asked += (uint64_t)n;
}

/* One step of each member, on draws of its own. */
static void learn_step(preferences *p) {
  const size_t size = am_clip_size(&p->model);
  for (int member = 0; member < MEMBERS; member++) {
    const am_random_key key = {p->options.seed, AM_STREAM_PREFERENCES,
                               DRAW_BATCHES + (uint32_t)member, (uint32_t)p->learned};
    am_compared pairs[AM_MODEL_BATCH];
    for (int k = 0; k < AM_MODEL_BATCH; k++) {
      const am_random4 draw = am_random(key, (uint32_t)k / 4);
      const size_t at = am_below(draw.v[k % 4], (uint32_t)p->asked);
      const float *clip = p->clips + 2 * at * size, *length = p->lengths + 2 * at;
      pairs[k] =
          (am_compared){{clip, clip + size}, {(int)length[0], (int)length[1]}, p->preferred[at]};
    }
    am_reward_model_learn(&p->model, member, pairs);
  }
  p->learned++;
}

/* Centre and gain, from the steps of all clips. */
static void normalise(preferences *p) {
  const size_t size = am_clip_size(&p->model), block = (size_t)p->n_x * LANES;
  double n = 0, sum = 0, squares = 0;
  float say[MEMBERS * LANES];
  for (size_t c = 0; c < 2 * (size_t)p->asked; c++)
    for (int b = 0; b * LANES < (int)p->lengths[c]; b++) {
      const int left = (int)p->lengths[c] - b * LANES, lived = left < LANES ? left : LANES;
      am_reward_model_say_all(&p->model, say, p->clips + c * size + (size_t)b * block);
      for (int i = 0; i < lived; i++) {
        double mean = 0;
        for (int k = 0; k < MEMBERS; k++) mean += (double)say[k * LANES + i] / MEMBERS;
        sum += mean;
        squares += mean * mean;
      }
      n += lived;
    }
  const double centre = p->type.over ? 0 : sum / n, square = squares / n - centre * centre;
  p->centre = (float)centre;
  p->gain = square > 1e-12 ? p->options.scale / (float)sqrt(square) : 0;
}

/* ------------------------------------------------------------------------------ asking */
static bool can_show(const am_learner *learner) {
  am_series series[AM_SERIES_MAX + 1];
  if (!learner->type->series || !learner->type->watch) return false;
  for (int k = learner->type->series(learner, series) - 1; k >= 0; k--)
    if (strcmp(series[k].name, "actions") == 0 && series[k].width == 1) return true;
  return false;
}

/* Asks about n pairs, and learns. */
static amine_status ask(preferences *p, int n, amine_error *error) {
  const bool pick = p->options.pick == AM_PICK_DISAGREEMENT;
  const int n_candidates = pick ? n * p->options.candidates : n;
  for (int k = 0; k < n_candidates; k++) draw_pair(p, &p->candidates[k], k);
  if (pick) qsort(p->candidates, (size_t)n_candidates, sizeof *p->candidates, by_score);
  AM_TRY(answer(p, p->answers, p->candidates, n, error));
  keep(p, p->candidates, p->answers, n);
  for (int k = 0; k < n * p->options.updates; k++) learn_step(p);
  normalise(p);
  p->rounds++;
  return AMINE_OK;
}

amine_status am_preferences_ask(am_task *task, am_learner *learner, amine_error *error) {
  preferences *p = of(task);
  const uint64_t want = wanted(p, learner->iteration);
  if (learner->iteration % p->options.every != 0 || want <= p->asked) return AMINE_OK;
  if (!can_show(learner))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.type=preferences: learner.type=%s does not show what it does, so there "
                   "are no clips",
                   learner->type->part.name);
  play_all(p, learner);
  return ask(p, (int)(want - p->asked), error);
}

const char *am_preferences_waiting(const am_task *task) {
  const am_text *text = &of(task)->waiting;
  return text->length > 0 ? text->data : NULL;
}

/* ------------------------------------------------------------------------------ what is counted */
void am_preferences_begin(am_task *task) {
  atomic_store(&of(task)->given, 0);
  atomic_store(&of(task)->begun, 0);
}

void am_preferences_report(const am_task *task, am_learner_report *report) {
  const preferences *p = of(task);
  const long long begun = atomic_load(&p->begun);
  report->learned = report->reward;
  report->reward = (double)atomic_load(&p->given) * GRAIN / (double)begun;
  report->lowest = report->reward;
  report->answers = (double)p->asked;
  report->agreement = (double)p->agreed / (double)p->decided;
}

void am_preferences_hear(am_task *task, double *rewards, int n, uint32_t first) {
  preferences *p = of(task);
  memset(rewards, 0, (size_t)n * sizeof *rewards);
  p->heard = rewards;
  p->n_heard = n;
  p->first_heard = first;
}

void am_preferences_deafen(am_task *task) { of(task)->heard = NULL; }

/* ------------------------------------------------------------------------------ what is saved */
bool am_preferences_tensor(const am_task *task, int k, am_learner_tensor *out, float **values) {
  const preferences *p = of(task);
  const am_places *places = &p->model.places;
  const size_t n = (size_t)p->options.answers;
  static const char *const prefixes[] = {"", "adam.m.", "adam.v."};
  if (k < 3 * places->n) {
    const am_place *place = &places->place[k % places->n];
    float *const vectors[] = {p->model.parameters, p->model.m, p->model.v};
    *out = (am_learner_tensor){.rank = place->rank,
                               .dims = {(size_t)place->dims[0], (size_t)place->dims[1]}};
    snprintf(out->name, sizeof out->name, "%s%s", prefixes[k / places->n], place->name);
    *values = vectors[k / places->n] + place->at;
    return true;
  }
  const am_learner_tensor known[] = {
      {.name = "reward.clips", .rank = 2, .dims = {2 * n, am_clip_size(&p->model)}},
      {.name = "reward.lengths", .rank = 2, .dims = {n, 2}},
      {.name = "reward.preferred", .rank = 1, .dims = {n, 1}},
      {.name = "reward.standard", .rank = 2, .dims = {2, (size_t)p->n_x}},
      {.name = "reward.given", .rank = 2, .dims = {n, 2}}};
  float *const where[] = {p->clips, p->lengths, p->preferred, p->standard, p->given_in};
  k -= 3 * places->n;
  if (k >= (p->options.earlier > 0 ? 5 : 4)) return false;
  *out = known[k];
  *values = where[k];
  return true;
}

enum { ASKED, ROUNDS, LEARNED, AGREED, DECIDED, CENTRE, GAIN, POWERS };

void am_preferences_get(const am_task *task, double numbers[AM_PREFERENCES_NUMBERS]) {
  const preferences *p = of(task);
  const double begin[] = {
      [ASKED] = (double)p->asked,   [ROUNDS] = (double)p->rounds,   [LEARNED] = (double)p->learned,
      [AGREED] = (double)p->agreed, [DECIDED] = (double)p->decided, [CENTRE] = (double)p->centre,
      [GAIN] = (double)p->gain};
  memset(numbers, 0, AM_PREFERENCES_NUMBERS * sizeof *numbers);
  memcpy(numbers, begin, sizeof begin);
  for (int k = 0; k < 2 * MEMBERS; k++) numbers[POWERS + k] = p->model.powers[k / 2][k % 2];
}

bool am_preferences_fine(const am_task *task, const double numbers[AM_PREFERENCES_NUMBERS]) {
  for (int k = 0; k < AM_PREFERENCES_NUMBERS; k++)
    if (!isfinite(numbers[k])) return false;
  for (int k = ASKED; k <= DECIDED; k++)
    if (numbers[k] < 0 || numbers[k] > 0x1p53) return false;
  if (numbers[ASKED] > (double)of(task)->options.answers) return false;
  for (int k = 0; k < 2 * MEMBERS; k++)
    if (numbers[POWERS + k] < 0 || numbers[POWERS + k] > 1) return false;
  return true;
}

void am_preferences_set(am_task *task, const double numbers[AM_PREFERENCES_NUMBERS]) {
  preferences *p = of(task);
  p->asked = (uint64_t)numbers[ASKED];
  p->rounds = (uint64_t)numbers[ROUNDS];
  p->learned = (uint64_t)numbers[LEARNED];
  p->agreed = (uint64_t)numbers[AGREED];
  p->decided = (uint64_t)numbers[DECIDED];
  p->centre = (float)numbers[CENTRE];
  p->gain = (float)numbers[GAIN];
  for (int k = 0; k < 2 * MEMBERS; k++) p->model.powers[k / 2][k % 2] = numbers[POWERS + k];
  am_reward_model_changed(&p->model);
}

/* ------------------------------------------------------------------------------ the parts */
#define AT(member) AM_MEMBER(am_preferences_options, member)
static const amine_parameter parameters[] = {
    AM_CHOICE("judge", "reward|chance|file",
              "who answers: the hidden reward; chance, which tells nothing, a control; a file",
              AT(judge)),
    AM_NUMBER("wrong", 0.1, 0, 1, "", "share of the judge's answers that are wrong", AT(wrong),
              .when = "judge=reward"),
    AM_NUMBER("notice", 0, 0, 1e6, "reward",
              "the judge finds two clips alike that do not differ by more", AT(notice),
              .when = "judge=reward"),
    AM_FILE("file",
            "of answers, a line of JSON each: {\"pair\": 0, \"preferred\": \"first\"}; " AM_ANSWERS_SEED
            " in its name is the run's seed",
            AT(file), .when = "judge=file"),
    AM_INTEGER("answers", 700, 1, 100000, "", "how many the judge gives in all", AT(answers)),
    AM_INTEGER("first", 175, 1, 100000, "", "of them before the first update", AT(first)),
    AM_INTEGER("spread", 1000, 1, 4e9, "updates", "over which the others are spread evenly",
               AT(spread)),
    AM_INTEGER("every", 20, 1, 4e9, "updates", "from one time of asking to the next", AT(every)),
    AM_CHOICE("pick", "disagreement|random",
              "of which pairs is asked: those on which the members differ most, or any", AT(pick)),
    AM_NUMBER("earlier", 0, 0, 1, "",
              "share of the pairs in which the second clip was asked about before, at any time",
              AT(earlier)),
    AM_INTEGER("candidates", 4, 1, 100, "", "pairs from which one is picked", AT(candidates),
               .when = "pick=disagreement"),
    AM_INTEGER("episodes", 4, 1, 1000, "episodes", "played for the clips of one time",
               AT(episodes)),
    AM_NUMBER("wander", 0, 0, 1, "",
              "share of these episodes that from some step on go on by chance, each action alike",
              AT(wander)),
    AM_INTEGER("clip", 25, 1, 1000, "steps", "length of a clip", AT(clip)),
    AM_INTEGER("memory", 0, 0, 10000, "steps",
               "time constant of a fading sum of what was shown, which the model sees; 0: none",
               AT(memory)),
    AM_INTEGER("units", 16, 1, AM_MODEL_HIDDEN, "units", "in each of the model's two layers",
               AT(hidden)),
    AM_INTEGER("updates", 5, 1, 1000, "", "of the model for one answer", AT(updates)),
    AM_NUMBER("rate", 0.003, 1e-8, 1, "", "step size of the model's Adam", AT(rate)),
    AM_NUMBER("decay", 1e-4, 0, 1, "", "of the model's weights: weight of their half square",
              AT(decay)),
    AM_NUMBER("slip", 0.1, 0, 0.9, "",
              "share of answers that the model takes to be given by chance", AT(slip)),
    AM_NUMBER("scale", 1, 1e-6, 1e6, "",
              "size of the learned reward: root of its mean square over the clips' steps",
              AT(scale)),
    AM_BORROWED("seed", 1, AT(seed)),
    {0}};

static amine_status check(const void *options, amine_error *error) {
  const am_preferences_options *o = options;
  if (o->judge == AM_ANSWERS_FILE && !o->file)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "reward.judge=file needs reward.file=FILE, which need not have answers yet");
  return AMINE_OK;
}

const am_part am_reward_world_part = {
    .kind = AM_REWARD, .name = "world", .meaning = "what the task gives"};

const am_part am_reward_preferences_part = {
    .kind = AM_REWARD,
    .name = "preferences",
    .meaning = "what a model has learned from answers which of two clips is better; the task's own "
               "is hidden",
    .equation = "P(1 before 2) = sigmoid(sum r(clip 1) - sum r(clip 2))",
    .source = "Christiano et al. 2017, arXiv 1706.03741",
    .parameters = parameters,
    .options_size = sizeof(am_preferences_options),
    .check = check};
