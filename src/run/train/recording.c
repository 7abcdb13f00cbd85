/* Plays an episode with a watcher that writes everything down (see recording.h): the maze with the
 * network inside; everything else as series. */
#include "run/train/recording.h"

#include <math.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "format/file.h"
#include "format/npz.h"
#include "run/folder.h"
#include "run/train/series.h"
#include "task/maze/maze.h"

/* Steps after a reward at which the trace is looked at again: the reward is an input one step
 * later, the modulator answers in that step, and the trace of the next step shows it. */
#define AFTER_REWARD 3

typedef struct recording {
  am_bptt *learner;
  int T, N, n_actions, n_inputs;
  unsigned char *walls;
  int32_t *agent, goal[2], *actions, trace_steps[2];
  float *inputs, *rewards, *level, *eta_mean, *eta_sd, *value, *policy, *activity, *trace_norm;
  float *told; /* [n_told of the lowest layer's plan][T]; of several rows the first */
  float *trace_before, *trace_after, *trace_now, *w, *alpha;
} recording;

/* What is recorded: the first trace that lies between units of one layer; NULL: none lives. */
static const am_plan_trace *trace_of(const am_bptt *a) {
  const am_plan *p = a->pair.plan[0];
  for (int k = 0; k < p->n_traces; k++)
    if (p->traces[k].rows == p->n_outputs && p->traces[k].cols == p->n_outputs)
      return &p->traces[k];
  return NULL;
}

/* The first recurrent matrix; NULL: there is none. */
static const float *recurrent_of(const am_bptt *a) {
  const am_plan *p = a->pair.plan[0];
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind == AM_DO_AFFINE && o->in[0].from == AM_FROM_BEFORE && o->rows == p->n_outputs &&
        o->in[0].rows == p->n_outputs)
      return a->agent.parameters + a->pair.at[0] + o->weights;
  }
  return NULL;
}

static void copy_panel(float *out, const float *panel, int rows, int cols) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j++) *out++ = panel[am_panel_at(i, j, cols)];
}

static void note_place(recording *r, const am_actor *actor, int t) {
  const am_maze_state *world = actor->world;
  r->agent[2 * t] = world->agent.row;
  r->agent[2 * t + 1] = world->agent.col;
}

/* Mean and spread over the post units of what gates plasticity at step t. */
static void note_eta(recording *r, const am_actor *actor, const am_plan_trace *trace, int t) {
  const float *eta = am_pair_at(&r->learner->pair, &actor->lane, 0, t, &trace->eta);
  const int n = trace->eta.rows;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++) {
    sum += (double)eta[i];
    squares += (double)eta[i] * (double)eta[i];
  }
  r->eta_mean[t] = (float)(sum / n);
  r->eta_sd[t] = (float)sqrt(fmax(0, squares / n - sum / n * sum / n));
}

static void note_trace(recording *r, const am_actor *actor, const am_plan_trace *trace, int t) {
  const size_t n = (size_t)trace->rows * (size_t)trace->cols;
  copy_panel(r->trace_now,
             actor->lane.layer[0].trace[trace - r->learner->pair.plan[0]->traces].H, trace->rows,
             trace->cols);
  double squares = 0;
  for (size_t i = 0; i < n; i++) squares += (double)r->trace_now[i] * (double)r->trace_now[i];
  r->trace_norm[t] = (float)sqrt(squares / (double)n);
  if (r->trace_steps[0] < 0 && actor->rewards[t] > 0) {
    memcpy(r->trace_before, r->trace_now, n * sizeof(float));
    r->trace_steps[0] = t;
  }
  if (r->trace_steps[0] >= 0 && t <= r->trace_steps[0] + AFTER_REWARD) {
    memcpy(r->trace_after, r->trace_now, n * sizeof(float));
    r->trace_steps[1] = t;
  }
}

/* The world has taken step t already; the network's state is still that of step t. */
static void watch(void *context, const am_actor *actor, int t) {
  recording *r = context;
  const am_pair *p = &r->learner->pair;
  const am_plan_trace *trace = trace_of(r->learner);
  const size_t s = (size_t)t;
  note_place(r, actor, t + 1);
  r->actions[t] = actor->actions[t];
  r->rewards[t] = actor->rewards[t];
  r->value[t] = actor->lane.heads[s * (size_t)p->head_rows + (size_t)r->n_actions];
  memcpy(r->policy + s * (size_t)r->n_actions, actor->p + s * (size_t)r->n_actions,
         (size_t)r->n_actions * sizeof(float));
  memcpy(r->inputs + s * (size_t)r->n_inputs, actor->lane.u + s * (size_t)am_pad(r->n_inputs, 16),
         (size_t)r->n_inputs * sizeof(float));
  memcpy(r->activity + s * (size_t)r->N, am_pair_output(p, &actor->lane, t),
         (size_t)r->N * sizeof(float));
  if (am_pair_level_rows(p)) r->level[t] = *am_pair_level(p, &actor->lane, t);
  for (int k = 0; k < p->plan[0]->n_told; k++)
    r->told[k * r->T + t] = *am_pair_at(p, &actor->lane, 0, t, &p->plan[0]->told[k].operand);
  if (!trace) return;
  note_eta(r, actor, trace, t);
  note_trace(r, actor, trace, t);
}

enum { N_BLOCKS = 18 };

/* All memory of a recording. */
static void list_blocks(am_block blocks[N_BLOCKS], recording *r, size_t size) {
  const size_t T = (size_t)r->T, N = (size_t)r->N, square = am_size_mul(N, N);
  const am_block list[N_BLOCKS] = {
      {&r->walls, size * size, sizeof *r->walls},
      {&r->agent, 2 * (T + 1), sizeof *r->agent},
      {&r->actions, T, sizeof *r->actions},
      {&r->inputs, am_size_mul(T, (size_t)r->n_inputs), sizeof *r->inputs},
      {&r->rewards, T, sizeof *r->rewards},
      {&r->level, T, sizeof *r->level},
      {&r->told, am_size_mul(T, AM_TOLD_MAX), sizeof *r->told},
      {&r->eta_mean, T, sizeof *r->eta_mean},
      {&r->eta_sd, T, sizeof *r->eta_sd},
      {&r->value, T, sizeof *r->value},
      {&r->policy, am_size_mul(T, (size_t)r->n_actions), sizeof *r->policy},
      {&r->activity, am_size_mul(T, N), sizeof *r->activity},
      {&r->trace_norm, T, sizeof *r->trace_norm},
      {&r->trace_before, square, sizeof *r->trace_before},
      {&r->trace_after, square, sizeof *r->trace_after},
      {&r->trace_now, square, sizeof *r->trace_now},
      {&r->w, square, sizeof *r->w},
      {&r->alpha, square, sizeof *r->alpha},
  };
  memcpy(blocks, list, sizeof list);
}

static void play(recording *r, const am_maze *maze, uint64_t seed) {
  am_bptt *a = r->learner;
  const int size = maze->options.size;
  for (int k = 0; k < size * size; k++) r->walls[k] = maze->number[k] < 0;
  r->trace_steps[0] = r->trace_steps[1] = -1;
  r->agent[0] = r->agent[1] = size / 2;
  const am_actor *actor = am_bptt_watch(a, 0, seed, false, watch, r);
  const am_maze_state *world = actor->world;
  r->goal[0] = world->reward.row;
  r->goal[1] = world->reward.col;
  const am_plan_trace *trace = trace_of(a);
  if (recurrent_of(a)) copy_panel(r->w, recurrent_of(a), r->N, r->N);
  if (trace) copy_panel(r->alpha, a->agent.parameters + a->pair.at[0] + trace->alpha, r->N, r->N);
}

typedef struct part {
  const char *name;
  am_dtype dtype;
  int rank;
  size_t dims[2];
  const void *data;
} part;

static amine_status add_all(am_npz_builder *b, const part *parts, size_t n, amine_error *error) {
  for (size_t k = 0; k < n; k++)
    AM_TRY(am_npz_builder_add(b, parts[k].name, parts[k].dtype, parts[k].rank, parts[k].dims,
                              parts[k].data, error));
  return AMINE_OK;
}

static amine_status add_parts(am_npz_builder *b, const recording *r, size_t size,
                              amine_error *error) {
  const size_t T = (size_t)r->T, N = (size_t)r->N;
  const part always[] = {
      {"walls", AM_U8, 2, {size, size}, r->walls},
      {"agent", AM_I32, 2, {T + 1, 2}, r->agent},
      {"goal", AM_I32, 1, {2, 0}, r->goal},
      {"inputs", AM_F32, 2, {T, (size_t)r->n_inputs}, r->inputs},
      {"actions", AM_I32, 1, {T, 0}, r->actions},
      {"rewards", AM_F32, 1, {T, 0}, r->rewards},
      {"value", AM_F32, 1, {T, 0}, r->value},
      {"policy", AM_F32, 2, {T, (size_t)r->n_actions}, r->policy},
      {"activity", AM_F32, 2, {T, N}, r->activity},
      {"w", AM_F32, 2, {N, N}, r->w},
  };
  const part level = {"level", AM_F32, 1, {T, 0}, r->level};
  const part traces[] = {
      {"eta_mean", AM_F32, 1, {T, 0}, r->eta_mean},
      {"eta_sd", AM_F32, 1, {T, 0}, r->eta_sd},
      {"alpha", AM_F32, 2, {N, N}, r->alpha},
      {"trace_norm", AM_F32, 1, {T, 0}, r->trace_norm},
      {"trace_steps", AM_I32, 1, {2, 0}, r->trace_steps},
      {"trace_before", AM_F32, 2, {N, N}, r->trace_before},
      {"trace_after", AM_F32, 2, {N, N}, r->trace_after},
  };
  AM_TRY(add_all(b, always, sizeof always / sizeof *always, error));
  if (am_pair_level_rows(&r->learner->pair)) AM_TRY(add_all(b, &level, 1, error));
  const am_plan *p = r->learner->pair.plan[0];
  for (int k = 0; k < p->n_told; k++) {
    const part told = {p->told[k].name, AM_F32, 1, {T, 0}, r->told + (size_t)(k * r->T)};
    AM_TRY(add_all(b, &told, 1, error));
  }
  if (!trace_of(r->learner)) return AMINE_OK;
  return add_all(b, traces, r->trace_steps[0] < 0 ? 4 : 7, error);
}

static amine_status make_maze(am_text *arrays, am_experiment *x, uint64_t seed, bool deflated,
                              amine_error *error) {
  const am_maze *maze = am_maze_of(x->task);
  am_bptt *a = am_experiment_pairs(x);
  recording r = {.learner = a,
                 .T = x->task->n_steps,
                 .N = a->pair.plan[0]->n_outputs,
                 .n_actions = x->task->n_actions,
                 .n_inputs = x->task->n_inputs};
  am_npz_builder *b = NULL;
  am_block blocks[N_BLOCKS];
  list_blocks(blocks, &r, (size_t)maze->options.size);
  amine_status status = am_blocks_take(blocks, N_BLOCKS, "the recording of an episode", error);
  if (status == AMINE_OK) status = am_npz_builder_new(&b, error);
  if (status == AMINE_OK) {
    play(&r, maze, seed);
    status = add_parts(b, &r, (size_t)maze->options.size, error);
  }
  if (status == AMINE_OK) status = am_npz_builder_bytes(b, arrays, deflated, error);
  am_npz_builder_free(b);
  am_blocks_free(blocks, N_BLOCKS);
  return status;
}

bool am_recording_is_maze(const am_experiment *x) {
  return x->task->type == &am_maze_type && am_experiment_pairs(x);
}

amine_status am_recording_make(am_text *arrays, am_text *about, am_experiment *x, uint64_t seed,
                               bool deflated, amine_error *error) {
  return am_recording_is_maze(x) ? make_maze(arrays, x, seed, deflated, error)
                                 : am_series_make(arrays, about, x, seed, deflated, error);
}

/* Nothing: there is no such file. */
static amine_status write_file(const char *folder, const char *name, const am_text *bytes,
                               amine_error *error) {
  am_text path = {0};
  if (bytes->length == 0) return AMINE_OK;
  amine_status status = am_folder_path(&path, folder, name, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, bytes->data, bytes->length, error);
  am_text_free(&path);
  return status;
}

amine_status am_recording_write(am_experiment *x, const char *folder, uint64_t seed,
                                amine_error *error) {
  am_text arrays = {0}, about = {0};
  amine_status status = am_recording_make(&arrays, &about, x, seed, true, error);
  if (status == AMINE_OK) status = write_file(folder, AM_RECORDING_FILE, &arrays, error);
  if (status == AMINE_OK) status = write_file(folder, AM_EPISODE_FILE, &about, error);
  am_text_free(&arrays);
  am_text_free(&about);
  return status;
}
