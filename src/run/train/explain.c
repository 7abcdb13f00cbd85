/* What a modulator does (see explain.h). */
#include "run/train/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/student.h"
#include "format/json.h"
#include "learner/hold.h"
#include "run/folder.h"
#include "run/train/evaluate.h"
#include "run/train/series.h"
#include "task/world.h"

enum { EVENTS = AM_TASK_EVENTS + 8, SHOWN_MAX = 128, FREE = 1 << 20 };

/* What was lived: episodes of T steps at most, [n][T]. */
typedef struct lived {
  am_learner *learner;
  const am_task *task; /* that is played */
  uint64_t seed;
  int n, T;
  uint32_t stride; /* episode e is that of lane e * stride */
  int *n_steps;
  uint32_t *events;
  float *rewards;      /* of steps */
  float *shown;        /* [n][T][n_shown] */
  float *surprise;     /* of symbols */
  int n_shown, n_left; /* inputs that are variables, and that are too many */
  am_signal_event event[EVENTS];
  int n_events, n_own;                     /* the task's own come first */
  int reward, punished, asked, unexpected; /* the first of each sort, -1: there is none */
  double *free;                            /* [n] the reward of each episode */
} lived;

/* A signal of it. */
typedef struct signal {
  const char *name, *meaning;
  int rows;
  float *values; /* [n][T][rows] */
  double *M;     /* [n][T]: their mean */
  float *mean;   /* [rows] */
  am_signal_spread spread;
} signal;

static size_t at_step(const lived *l, int e, int t) { return (size_t)e * (size_t)l->T + (size_t)t; }

/* ------------------------------------------------------------------------------ signals */
/* Is a series of that name, be it of an agent? */
static bool is_called(const char *name, const char *wanted) {
  const size_t n = strlen(name), m = strlen(wanted);
  return n >= m && strcmp(name + n - m, wanted) == 0 && (n == m || name[n - m - 1] == '.');
}

/* Modulates what only learning reads. */
static bool is_dopamine(const char *name) { return is_called(name, "dopamine"); }

/* How many there are, of which `out` has the first. */
static int signals_of(const am_learner *learner, am_series *out, int most) {
  am_series all[AM_SERIES_MAX + 1];
  int n = 0, rows;
  if (!learner->type->series || !learner->type->watch) return 0;
  const int n_all = learner->type->series(learner, all);
  for (int k = 0; k < n_all; k++) {
    const char *name = all[k].name;
    am_operand o;
    if (!(learner->signals && am_plan_signal(learner->signals, name, &o)) &&
        !am_learner_holds(learner, name, &rows) && !is_called(name, "level") && !is_dopamine(name))
      continue;
    if (n < most) out[n] = all[k];
    n++;
  }
  return n;
}

bool am_explain_has(const am_experiment *x) {
  am_series one[1];
  return signals_of(x->learner, one, 1) > 0;
}

/* ------------------------------------------------------------------------------ events */
static int add_event(lived *l, const char *name, const char *meaning) {
  am_signal_event *e = &l->event[l->n_events];
  snprintf(e->name, sizeof e->name, "%s", name);
  e->meaning = meaning;
  return l->n_events++;
}

/* Whether an answer or values are asked for at some steps and not at others is seen later: what is so
 * at every step is no event. */
static void name_events(lived *l) {
  const am_task_type *type = l->task->type;
  l->reward = l->punished = l->asked = l->unexpected = -1;
  for (int k = 0; type->events && type->events[k].name; k++)
    add_event(l, type->events[k].name, type->events[k].meaning);
  l->n_own = l->n_events;
  if (am_task_acted(l->task)) {
    l->reward = add_event(l, "reward", "the step was paid");
    l->punished = add_event(l, "punished", "the step cost something");
  }
  if (l->task->n_symbols > 0) {
    l->unexpected = add_event(l, "unexpected",
                              "what came next was among the quarter of the "
                              "largest surprise");
    add_event(l, "expected", "among the quarter of the smallest surprise");
    add_event(l, "rare", "the symbol shown is among the rarest that make up a quarter of the text");
    add_event(l, "common", "among the commonest that make up a quarter");
  } else if (type->answer || type->target)
    l->asked = add_event(l, "asked", "an answer is asked for");
}

static uint32_t bit(int event, bool is) { return event >= 0 && is ? UINT32_C(1) << event : 0; }

/* after NULL: those that the shown step tells; else all, and the reward is known. */
static uint32_t events_of(const lived *l, const void *before, const void *after, float reward) {
  const am_task_type *type = l->task->type;
  float wanted[AM_TARGETS_MAX];
  uint32_t all = type->happened ? type->happened(l->task, before, after) : 0;
  if (l->asked >= 0)
    all |= bit(l->asked, type->answer ? type->answer(l->task, before) >= 0
                                      : type->target(l->task, before, wanted));
  if (after) all |= bit(l->reward, reward > 0) | bit(l->punished, reward < 0);
  return all;
}

/* ------------------------------------------------------------------------------ living */
static amine_status take(lived *l, amine_error *error) {
  const size_t n = (size_t)l->n, steps = am_size_mul(n, (size_t)l->T);
  const am_block blocks[] = {{&l->n_steps, n, sizeof *l->n_steps},
                             {&l->events, steps, sizeof *l->events},
                             {&l->rewards, steps, sizeof *l->rewards},
                             {&l->shown, am_size_mul(steps, (size_t)l->n_shown), sizeof *l->shown},
                             {&l->free, n, sizeof *l->free},
                             {&l->surprise, steps, sizeof *l->surprise}};
  const size_t n_blocks = sizeof blocks / sizeof *blocks - (l->task->n_symbols == 0);
  return am_blocks_take(blocks, n_blocks, "a look at a modulator", error);
}

static void free_lived(lived *l) {
  am_free(l->n_steps);
  am_free(l->events);
  am_free(l->rewards);
  am_free(l->shown);
  am_free(l->surprise);
  am_free(l->free);
}

/* The world once more, by what was done; world: [2] states. */
static void walk(lived *l, int e, const am_episode *played, unsigned char *world) {
  const am_task *task = l->task;
  const am_series *actions = am_episode_find(played, "actions");
  unsigned char *before = world + task->state_size;
  if (am_task_acted(task) && !actions) return; /* nobody knows what it did */
  task->type->start(task, world, l->seed, 0, (uint32_t)e * l->stride);
  for (int t = 0; t < l->n_steps[e]; t++) {
    memcpy(before, world, task->state_size);
    const float reward = am_episode_step(task, world, actions ? actions->values : NULL, t);
    l->rewards[at_step(l, e, t)] = reward;
    l->events[at_step(l, e, t)] = events_of(l, before, world, reward);
  }
}

/* Copies the first n of each step's row; NULL: zeros. */
static void copy(float *out, const lived *l, int e, const am_series *s, int n) {
  for (int t = 0; s && t < l->n_steps[e]; t++)
    for (int k = 0; k < n; k++)
      out[at_step(l, e, t) * (size_t)n + (size_t)k] = s->values[t * s->width + k];
}

static amine_status live(lived *l, signal *signals, int n_signals, unsigned char *world,
                         amine_error *error) {
  for (int e = 0; e < l->n; e++) {
    am_episode played;
    AM_TRY(am_episode_play(&played, l->learner, (uint32_t)e * l->stride, l->seed, error));
    l->n_steps[e] = played.n_steps;
    for (int k = 0; k < n_signals; k++)
      copy(signals[k].values, l, e, am_episode_find(&played, signals[k].name), signals[k].rows);
    copy(l->shown, l, e, am_episode_find(&played, "inputs"), l->n_shown);
    if (l->surprise) {
      copy(l->surprise, l, e, am_episode_find(&played, "surprise"), 1);
      for (int t = 0; t < l->n_steps[e]; t++)
        l->free[e] -= (double)l->surprise[at_step(l, e, t)] / l->n_steps[e];
    } else walk(l, e, &played, world);
    am_episode_free(&played);
  }
  if (!l->surprise) l->learner->type->evaluate(l->learner, l->free, l->n, 0, l->seed, false);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ symbols */
typedef struct pair {
  float value;
  uint32_t at;
} pair;

static int by_value(const void *a, const void *b) {
  const pair *x = a, *y = b;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return x->at < y->at ? -1 : 1;
}

/* Marks the quarter of all steps with the least values with one event, that with the largest with
 * another; steps of equal value are on one side. */
static void mark(lived *l, pair *sorted, size_t n, int least, int most) {
  qsort(sorted, n, sizeof *sorted, by_value);
  const float low = sorted[n / 4].value, high = sorted[n - 1 - n / 4].value;
  for (size_t k = 0; k < n; k++)
    l->events[sorted[k].at] |= bit(least, sorted[k].value <= low && low < high) |
                               bit(most, sorted[k].value >= high && low < high);
}

/* How often each symbol was shown takes the place of its number, as a logarithm. */
static amine_status count_symbols(lived *l, amine_error *error) {
  const size_t n_symbols = (size_t)l->task->n_symbols;
  size_t n = 0;
  double *count = am_alloc(n_symbols, sizeof *count);
  pair *sorted = am_alloc(am_size_mul((size_t)l->n, (size_t)l->T), sizeof *sorted);
  if (!count || !sorted) {
    am_free(count), am_free(sorted);
    return am_fail_memory(error, n_symbols * sizeof *count);
  }
  for (int e = 0; e < l->n; e++)
    for (int t = 0; t < l->n_steps[e]; t++) count[(size_t)l->shown[at_step(l, e, t)]]++;
  for (int pass = 0; pass < 2; pass++) {
    n = 0;
    for (int e = 0; e < l->n; e++)
      for (int t = 0; t < l->n_steps[e]; t++) {
        const size_t at = at_step(l, e, t);
        if (pass) l->shown[at] = (float)log(count[(size_t)l->shown[at]]);
        sorted[n++] = (pair){pass ? l->shown[at] : l->surprise[at], (uint32_t)at};
      }
    const int first = l->unexpected;
    if (n > 0) mark(l, sorted, n, pass ? first + 2 : first + 1, pass ? first + 3 : first);
  }
  am_free(count);
  am_free(sorted);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ variables */
/* The inputs, and what was paid; of symbols how common what is shown is, and the last surprise. */
typedef struct variables {
  const lived *l;
  am_signal_group group[SHOWN_MAX + 2];
} variables;

static void fill(void *context, int e, int t, double *x) {
  const lived *l = ((const variables *)context)->l;
  const size_t at = at_step(l, e, t);
  for (int k = 0; k < l->n_shown; k++) *x++ = (double)l->shown[at * (size_t)l->n_shown + (size_t)k];
  if (l->surprise) *x++ = t > 0 ? (double)l->surprise[at - 1] : 0;
  if (l->reward < 0) return;
  *x++ = (double)l->rewards[at];
  *x++ = t > 0 ? (double)l->rewards[at - 1] : 0;
}

static amine_status look(signal *s, lived *l, am_predicted *predicted, amine_error *error) {
  const am_signal about = {l->n, l->T, l->n_steps, s->M, l->events, l->seed};
  variables all = {.l = l};
  am_signal_variables v = {l->n_shown, l->n_events, all.group, fill, &all};
  for (int k = 0; k < l->n_shown; k++) all.group[k] = AM_SIGNAL_SHOWN;
  if (l->surprise) all.group[v.n++] = AM_SIGNAL_SHOWN;
  for (int k = 0; l->reward >= 0 && k < 2; k++) all.group[v.n++] = AM_SIGNAL_PAID;
  AM_TRY(am_signal_spread_of(&s->spread, &about, error));
  for (int k = 0; k < l->n_events; k++)
    AM_TRY(am_signal_respond(&l->event[k].response, &about, k, error));
  return am_signal_predict(predicted, &about, &v, error);
}

/* ------------------------------------------------------------------------------ holding */
typedef enum manner { AT_MEAN, AT_ZERO, SHUFFLED, WITHIN, OUTSIDE } manner;

typedef struct holding {
  const lived *l;
  const signal *s;
  manner how;
  int event;
  const float *zero;
  float *shuffled;       /* [n][T][rows] */
  int *since;            /* [n]: steps since the event; FREE: none yet */
  unsigned char *before; /* [n][state_size]: as the step was shown */
} holding;

static bool is_within(holding *h, int e, int step, const void *world, float reward, bool over) {
  const lived *l = h->l;
  unsigned char *before = h->before + (size_t)e * l->task->state_size;
  uint32_t now;
  if (!world) /* what is read does not depend on what is said */
    now = l->events[at_step(l, e, step)] & (over ? ~UINT32_C(0) : ~(UINT32_C(3) << l->unexpected));
  else {
    if (!over) memcpy(before, world, l->task->state_size);
    now = events_of(l, before, over ? world : NULL, reward);
  }
  if (step == 0 && !over) h->since[e] = FREE;
  if (now >> h->event & 1) h->since[e] = 0;
  else if (!over && h->since[e] < FREE) h->since[e]++;
  return h->since[e] <= AM_EXPLAIN_WITHIN;
}

static const float *say(void *context, uint32_t lane, int step, const void *world, float reward,
                        bool over) {
  holding *h = context;
  const lived *l = h->l;
  const int e = (int)(lane / l->stride);
  if (lane % l->stride || e >= l->n) return NULL;
  switch (h->how) {
  case AT_MEAN: return h->s->mean;
  case AT_ZERO: return h->zero;
  case SHUFFLED: /* an episode that is longer than it was begins the order again */
    return h->shuffled +
           at_step(l, e, l->n_steps[e] > 0 ? step % l->n_steps[e] : 0) * (size_t)h->s->rows;
  case WITHIN:
  case OUTSIDE: break;
  }
  const bool within = is_within(h, e, step, world, reward, over);
  return within == (h->how == WITHIN) ? h->s->mean : NULL;
}

static amine_status play_held(double *rewards, holding *h, amine_error *error) {
  const lived *l = h->l;
  const am_hold hold = {h->s->name, say, h};
  amine_status status = AMINE_OK;
  l->learner->hold = &hold;
  if (!l->surprise) l->learner->type->evaluate(l->learner, rewards, l->n, 0, l->seed, false);
  for (int e = 0; l->surprise && e < l->n && status == AMINE_OK; e++) {
    am_episode played;
    status = am_episode_play(&played, l->learner, (uint32_t)e * l->stride, l->seed, error);
    if (status != AMINE_OK) break;
    const am_series *s = am_episode_find(&played, "surprise");
    rewards[e] = 0;
    for (int t = 0; t < played.n_steps; t++) rewards[e] -= (double)s->values[t] / played.n_steps;
    am_episode_free(&played);
  }
  l->learner->hold = NULL;
  return status;
}

static void put_held(am_text *text, const lived *l, const char *how, const char *event,
                     const double *rewards, double *difference) {
  const am_interval reward = am_interval_of(rewards, (size_t)l->n);
  for (int e = 0; e < l->n; e++) difference[e] = rewards[e] - l->free[e];
  const am_interval off = am_interval_of(difference, (size_t)l->n);
  am_json_begin(text);
  am_json_put_string(text, "how", how);
  if (event) am_json_put_string(text, "event", event);
  am_json_put_double(text, "value", reward.mean);
  am_json_put_double(text, "half", reward.half);
  am_json_put_double(text, "difference", off.mean);
  am_json_put_double(text, "difference_half", off.half);
  am_text_puts(text, "}");
}

/* Is it an event that one can hold around: not of every step? */
static bool is_apart(const lived *l, int event) {
  int64_t all = 0;
  for (int e = 0; e < l->n; e++) all += l->n_steps[e];
  return l->event[event].response.n > 0 && l->event[event].response.n < all;
}

static amine_status hold_all(am_text *text, holding *h, double *rewards, double *difference,
                             amine_error *error) {
  static const char *const names[] = {[AT_MEAN] = "mean",
                                      [AT_ZERO] = "zero",
                                      [SHUFFLED] = "shuffled",
                                      [WITHIN] = "within",
                                      [OUTSIDE] = "outside"};
  const lived *l = h->l;
  put_held(text, l, "free", NULL, l->free, difference);
  for (int how = AT_MEAN; how <= OUTSIDE; how++) {
    const bool each = how >= WITHIN; /* once for each event */
    for (int k = 0; k < (each ? l->n_events : 1); k++) {
      if (each && !is_apart(l, k)) continue;
      h->how = (manner)how;
      h->event = k;
      AM_TRY(play_held(rewards, h, error));
      put_held(text, l, names[how], each ? l->event[k].name : NULL, rewards, difference);
    }
  }
  return AMINE_OK;
}

static void shuffle(float *out, int *order, const lived *l, const signal *s) {
  const size_t rows = (size_t)s->rows;
  for (int e = 0; e < l->n; e++) {
    am_signal_shuffle(order, l->n_steps[e], l->seed, e, AM_SIGNAL_SHUFFLES);
    for (int t = 0; t < l->n_steps[e]; t++)
      memcpy(out + at_step(l, e, t) * rows, s->values + at_step(l, e, order[t]) * rows,
             rows * sizeof *out);
  }
}

static amine_status cost(am_text *text, const lived *l, const signal *s, amine_error *error) {
  int rows;
  if (!am_learner_holds(l->learner, s->name, &rows)) return AMINE_OK;
  holding h = {.l = l, .s = s};
  float *zero;
  double *rewards, *difference;
  int *order;
  const size_t n = (size_t)l->n, steps = am_size_mul(n, (size_t)l->T);
  const am_block blocks[] = {{&zero, (size_t)s->rows, sizeof *zero},
                             {&rewards, n, sizeof *rewards},
                             {&difference, n, sizeof *difference},
                             {&order, (size_t)l->T, sizeof *order},
                             {&h.shuffled, am_size_mul(steps, (size_t)s->rows), sizeof(float)},
                             {&h.since, n, sizeof *h.since},
                             {&h.before, n, l->task->state_size}};
  enum { N = sizeof blocks / sizeof *blocks };
  zero = NULL, rewards = difference = NULL, order = NULL;
  amine_status status = am_blocks_take(blocks, N, "a look at a modulator", error);
  if (status == AMINE_OK) {
    h.zero = zero;
    shuffle(h.shuffled, order, l, s);
    am_json_list(text, "held");
    status = hold_all(text, &h, rewards, difference, error);
    am_text_puts(text, "]");
  }
  am_blocks_free(blocks, N);
  return status;
}

/* ------------------------------------------------------------------------------ reach */
/* The parameter whose name ends so, and its place; -1: there is none. */
static int tensor_of(const am_learner *learner, const char *end, am_learner_tensor *t) {
  for (int k = 0; learner->type->tensor(learner, k, t); k++) {
    const size_t n = strlen(t->name), m = strlen(end);
    if (t->is_parameter && n >= m && strcmp(t->name + n - m, end) == 0) return k;
  }
  return -1;
}

/* |f_i| of the fan-out, times the root mean square of unit i's row of alpha: what M does there. */
static amine_status put_reach(am_text *text, const am_learner *learner, amine_error *error) {
  am_learner_tensor f, alpha;
  const int fan = tensor_of(learner, "modfanout.weight", &f);
  int rows = tensor_of(learner, "alpha", &alpha);
  if (rows < 0) rows = tensor_of(learner, "alpha_l0", &alpha);
  if (rows >= 0 && (alpha.rank != 2 || alpha.dims[0] < 2)) rows = -1;
  if (fan < 0 && rows < 0) return AMINE_OK; /* it reaches every unit alike */
  const size_t n = fan >= 0 ? f.dims[0] : alpha.dims[0];
  const size_t m = rows >= 0 ? alpha.dims[1] : 1;
  if (rows >= 0 && alpha.dims[0] != n) return AMINE_OK;
  float *values = am_alloc(am_size_mul(n, m > 1 ? m : 1), sizeof *values);
  double *share = am_alloc(n, sizeof *share), sum = 0;
  if (!values || !share) {
    am_free(values), am_free(share);
    return am_fail_memory(error, n * sizeof *share);
  }
  for (size_t i = 0; i < n; i++) share[i] = 1;
  if (fan >= 0) {
    learner->type->get(learner, fan, values);
    for (size_t i = 0; i < n; i++) share[i] = fabs((double)values[i]);
  }
  if (rows >= 0) {
    learner->type->get(learner, rows, values);
    for (size_t i = 0; i < n; i++) {
      double squares = 0;
      for (size_t j = 0; j < m; j++)
        squares += (double)values[i * m + j] * (double)values[i * m + j];
      share[i] *= sqrt(squares / (double)m);
    }
  }
  for (size_t i = 0; i < n; i++) sum += share[i];
  for (size_t i = 0; i < n && sum > 0; i++) share[i] /= sum;
  am_json_put_key(text, "reach");
  am_json_begin(text);
  am_json_put_int(text, "units", (int64_t)n);
  am_json_put_bool(text, "fanout", fan >= 0);
  am_signal_put_array(text, "share", share, n);
  am_text_puts(text, "}");
  am_free(values);
  am_free(share);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ together */
static void finish(signal *s, const lived *l) {
  double n = 0;
  double *sum = am_alloc((size_t)s->rows, sizeof *sum);
  for (int e = 0; e < l->n; e++)
    for (int t = 0; t < l->n_steps[e]; t++, n++) {
      double all = 0;
      for (int k = 0; k < s->rows; k++) {
        const double value = (double)s->values[at_step(l, e, t) * (size_t)s->rows + (size_t)k];
        if (sum) sum[k] += value;
        all += value;
      }
      s->M[at_step(l, e, t)] = all / s->rows;
    }
  for (int k = 0; sum && k < s->rows; k++) s->mean[k] = (float)(sum[k] / n);
  am_free(sum);
}

static amine_status put_signal(am_text *text, signal *s, lived *l, amine_error *error) {
  am_predicted predicted;
  finish(s, l);
  AM_TRY(look(s, l, &predicted, error));
  for (int k = 0; k < l->n_events; k++) /* what is so at every step is no event */
    if (!is_apart(l, k)) l->event[k].response.n = 0;
  am_json_begin(text);
  am_json_put_string(text, "name", s->name);
  am_json_put_string(text, "meaning", s->meaning);
  am_json_put_int(text, "rows", s->rows);
  am_signal_put(text, &s->spread, l->event, l->n_events, &predicted);
  AM_TRY(cost(text, l, s, error));
  if (strcmp(s->name, "level") == 0) AM_TRY(put_reach(text, l->learner, error));
  am_text_puts(text, "}");
  return AMINE_OK;
}

static amine_status take_signal(signal *s, const am_series *series, const lived *l,
                                amine_error *error) {
  const size_t steps = am_size_mul((size_t)l->n, (size_t)l->T), rows = (size_t)series->width;
  const am_block blocks[] = {{&s->values, am_size_mul(steps, rows), sizeof *s->values},
                             {&s->M, steps, sizeof *s->M},
                             {&s->mean, rows, sizeof *s->mean}};
  s->name = series->name, s->meaning = series->meaning, s->rows = series->width;
  return am_blocks_take(blocks, 3, "a look at a modulator", error);
}

static void put_head(am_text *text, const am_experiment *x, const lived *l) {
  am_json_begin(text);
  am_json_put_string(text, "of", "training");
  am_json_put_key(text, "checkpoint");
  am_json_begin(text);
  am_json_put_uint(text, "bytes", x->from.bytes);
  am_json_put_uint(text, "crc32c", x->from.crc32c);
  am_text_puts(text, "}");
  am_json_put_uint(text, "iteration", x->learner->iteration);
  am_json_put_string(text, "task", l->task->type->part.name);
  am_json_put_int(text, "episodes", l->n);
  am_json_put_double(text, "sample_s", 0);
  am_json_put_int(text, "before", AM_SIGNAL_BEFORE);
  am_json_put_bool(text, "of_symbols", l->task->n_symbols > 0);
}

static void put_limits(am_text *text, const lived *l, const signal *signals, int n, int n_all) {
  const am_learner *learner = l->learner;
  int rows;
  bool first = true;
  am_json_list(text, "limits");
#define SAY(...)                                                                                   \
  do {                                                                                             \
    char sentence[240];                                                                            \
    snprintf(sentence, sizeof sentence, __VA_ARGS__);                                              \
    am_text_puts(text, first ? "" : ", ");                                                         \
    am_json_string(text, sentence);                                                                \
    first = false;                                                                                 \
  } while (0)
  if (l->n_left > 0)
    SAY("of %d inputs the first %d are variables", l->n_shown + l->n_left, l->n_shown);
  if (n_all > n) SAY("of %d signals the first %d are looked at", n_all, n);
  for (int k = 0; k < n; k++) {
    if (!(signals[k].spread.sd > 0)) SAY("%s is the same at every step", signals[k].name);
    const bool can = am_learner_holds(learner, signals[k].name, &rows);
    if (!can && is_dopamine(signals[k].name))
      SAY("%s is not held: only learning reads it", signals[k].name);
    else if (!can && !learner->signals)
      SAY("%s is not held: learner.type=%s plays in a way of its own", signals[k].name,
          learner->type->part.name);
    else if (!can)
      SAY("%s is not held: the network's text neither computes it nor is given it",
          signals[k].name);
    if (signals[k].rows > 1)
      SAY("%s is %d numbers at each step: shown is their mean, held are all", signals[k].name,
          signals[k].rows);
  }
#undef SAY
  am_text_puts(text, "]");
}

static amine_status explain(am_text *text, am_experiment *x, lived *l, signal *signals, int n,
                            int n_all, amine_error *error) {
  void *world;
  amine_status status = am_take(&world, 2, l->task->state_size, error);
  if (status == AMINE_OK) status = live(l, signals, n, world, error);
  am_free(world);
  if (status == AMINE_OK && l->surprise) status = count_symbols(l, error);
  if (status != AMINE_OK) return status;
  put_head(text, x, l);
  am_json_list(text, "signals");
  for (int k = 0; k < n && status == AMINE_OK; k++)
    status = put_signal(text, &signals[k], l, error);
  am_text_puts(text, "]");
  put_limits(text, l, signals, n, n_all);
  am_json_end(text);
  return status == AMINE_OK && text->failed ? am_fail_memory(error, text->length) : status;
}

/* How many are played: of a text no more windows than one lane reads in a row. */
static int count_of(const lived *l, int wanted) {
  const int n = wanted > 0           ? wanted
                : l->task->n_symbols ? AM_EXPLAIN_EPISODES / 4
                                     : AM_EXPLAIN_EPISODES;
  const int most = l->task->n_episodes / (int)l->stride;
  return l->task->n_symbols && n > most && most > 1 ? most : n;
}

amine_status am_explain(am_text *text, am_experiment *x, int n_episodes, uint64_t seed,
                        amine_error *error) {
  am_series series[AM_EXPLAIN_SIGNALS];
  signal signals[AM_EXPLAIN_SIGNALS] = {{0}};
  const int n_all = signals_of(x->learner, series, AM_EXPLAIN_SIGNALS);
  const int n = n_all < AM_EXPLAIN_SIGNALS ? n_all : AM_EXPLAIN_SIGNALS;
  lived l = {.learner = x->learner,
             .task = am_task_evaluated(x->task),
             .seed = seed,
             .T = x->task->n_steps,
             .stride = x->task->n_symbols ? (uint32_t)x->learner->n_lanes : 1};
  if (n == 0)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "no signal modulates this network: modulator.type=readout, chemical or given, or "
        "learner.type=signalling, has one");
  l.n = count_of(&l, n_episodes);
  l.n_shown = l.task->n_inputs < SHOWN_MAX ? l.task->n_inputs : SHOWN_MAX;
  l.n_left = l.task->n_inputs - l.n_shown;
  name_events(&l);
  amine_status status = take(&l, error);
  for (int k = 0; k < n && status == AMINE_OK; k++)
    status = take_signal(&signals[k], &series[k], &l, error);
  if (status == AMINE_OK) status = explain(text, x, &l, signals, n, n_all, error);
  for (int k = 0; k < n; k++) {
    am_free(signals[k].values);
    am_free(signals[k].M);
    am_free(signals[k].mean);
  }
  free_lived(&l);
  return status;
}

/* ------------------------------------------------------------------------------ the file */
static bool is_fresh(const char *path, const am_experiment *x) {
  json_t *root = NULL;
  if (am_json_read(&root, path, NULL, NULL) != AMINE_OK) return false;
  const json_t *from = json_object_get(root, "checkpoint");
  const bool is = json_integer_value(json_object_get(from, "bytes")) == (json_int_t)x->from.bytes &&
                  json_integer_value(json_object_get(from, "crc32c")) == (json_int_t)x->from.crc32c;
  json_decref(root);
  return is;
}

amine_status am_explain_record(am_experiment *x, const char *folder, amine_error *error) {
  am_text path = {0}, text = {0};
  if (!am_explain_has(x)) return AMINE_OK;
  amine_status status = am_folder_path(&path, folder, AM_EXPLAIN_FILE, error);
  if (status == AMINE_OK && !is_fresh(path.data, x)) {
    status = am_explain(&text, x, 0, am_evaluate_seed(x->config.common.seed), error);
    if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  }
  am_text_free(&text);
  am_text_free(&path);
  return status;
}
