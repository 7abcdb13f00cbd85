/* What `moment` of a training does under a page (see train.h). */
#include "live/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "format/npz.h"
#include "live/beat.h"
#include "run/train/evaluate.h"
#include "run/train/recording.h"

enum { SIDE = 256 }; /* rows and columns of a matrix that is shown, at most */
#define SHOW_S 0.1   /* between two states */
#define SHARE 0.01   /* of the run's time that each block may take */

struct am_live_train {
  am_board *board;
  int run;
  am_control control;
  am_beat state, episode, weights;
  am_train_progress latest;
  char criterion[AM_CRITERION_LENGTH], collapsed[240];
  uint64_t iteration, iterations;
  double rate_factor;
  bool resting;
};

amine_status am_live_train_create(am_live_train **live, am_board *board, int run,
                                  const atomic_int *stop, amine_error *error) {
  static const char *const offered[] = {"episode", "series", "weights"};
  am_live_train *l = am_alloc(1, sizeof *l);
  *live = l;
  if (!l) return am_fail_memory(error, sizeof *l);
  l->board = board;
  l->run = run;
  l->state = (am_beat){.every_s = SHOW_S, .share = SHARE};
  l->episode = l->weights = (am_beat){.every_s = 1, .share = SHARE};
  am_control_begin(&l->control, board, run, "iteration", stop);
  amine_status status = AMINE_OK;
  for (int k = 0; k < 3 && status == AMINE_OK; k++)
    status = am_board_put(board, run, offered[k], NULL, 0, error);
  if (status == AMINE_OK) return status;
  am_live_train_destroy(l);
  *live = NULL;
  return status;
}

void am_live_train_destroy(am_live_train *l) { am_free(l); }

am_control *am_live_train_control(am_live_train *l) { return &l->control; }

void am_live_train_progress(void *live, const am_train_progress *now) {
  am_live_train *l = live;
  l->latest = *now;
  l->iteration = now->iteration;
  snprintf(l->criterion, sizeof l->criterion, "%s", now->criterion);
  snprintf(l->collapsed, sizeof l->collapsed, "%s", now->collapsed);
}

/* ------------------------------------------------------------------------------ blocks */
static void put_state(const am_live_train *l, const char *ended) {
  const am_train_progress *p = &l->latest;
  const double left = l->iterations > l->iteration ? (double)(l->iterations - l->iteration) : 0;
  const bool known = p->iteration > 0;
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_uint(&text, "iteration", l->iteration);
  am_json_put_uint(&text, "iterations", l->iterations);
  am_json_put_double(&text, "seconds", known ? p->seconds : (double)NAN);
  am_json_put_double(&text, "rate", known ? p->rate : (double)NAN);
  am_json_put_double(&text, "left_s", known && p->rate > 0 ? left / p->rate : (double)NAN);
  am_json_put_double(&text, "reward", known ? p->reward : (double)NAN);
  am_json_put_bool(&text, "resting", l->resting);
  am_json_put_double(&text, "rate_factor", l->rate_factor);
  am_json_put_string(&text, "criterion", l->criterion);
  am_json_put_uint(&text, "reached", p->reached);
  am_json_put_string(&text, "collapsed", l->collapsed);
  am_control_put(&text, &l->control, ended);
}

static void put_episode(const am_live_train *l, am_experiment *x) {
  am_text arrays = {0}, about = {0};
  const uint64_t seed = am_evaluate_seed(x->config.common.seed);
  if (am_recording_make(&arrays, &about, x, seed, false, NULL) == AMINE_OK) {
    (void)am_board_put(l->board, l->run, "series", about.data, about.length, NULL);
    (void)am_board_put(l->board, l->run, "episode", arrays.data, arrays.length, NULL);
  }
  am_text_free(&arrays);
  am_text_free(&about);
}

/* Every so many-th row and column, so that at most SIDE of each are left. */
static float *thinned(size_t dims[2], const float *values) {
  const size_t down = (dims[0] + SIDE - 1) / SIDE, across = (dims[1] + SIDE - 1) / SIDE;
  const size_t rows = (dims[0] + down - 1) / down, cols = (dims[1] + across - 1) / across;
  float *out = am_alloc(rows * cols, sizeof *out);
  for (size_t i = 0; out && i < rows; i++)
    for (size_t j = 0; j < cols; j++) out[i * cols + j] = values[i * down * dims[1] + j * across];
  dims[0] = rows;
  dims[1] = cols;
  return out;
}

/* The k-th tensor, if it is a matrix of parameters. *block is then to be freed after the archive. */
static bool add_matrix(am_npz_builder *b, float **block, const am_learner *learner,
                       const am_learner_tensor *tensor, int k) {
  size_t dims[2] = {tensor->dims[0], tensor->dims[1]};
  if (!tensor->is_parameter || tensor->rank != 2 || dims[0] < 2 || dims[1] < 2) return true;
  float *values = am_alloc(am_size_mul(dims[0], dims[1]), sizeof *values);
  if (!values) return false;
  learner->type->get(learner, k, values);
  *block = thinned(dims, values);
  am_free(values);
  return *block && am_npz_builder_add(b, tensor->name, AM_F32, 2, dims, *block, NULL) == AMINE_OK;
}

enum { MATRICES = 24 };

static void put_weights(const am_live_train *l, const am_experiment *x) {
  const am_learner *learner = x->learner;
  am_learner_tensor tensor;
  float *blocks[MATRICES] = {0};
  am_npz_builder *b = NULL;
  am_text bytes = {0};
  int n = 0;
  bool fine = am_npz_builder_new(&b, NULL) == AMINE_OK;
  for (int k = 0; fine && n < MATRICES && learner->type->tensor(learner, k, &tensor); k++) {
    fine = add_matrix(b, &blocks[n], learner, &tensor, k);
    n += blocks[n] != NULL;
  }
  if (fine && am_npz_builder_bytes(b, &bytes, false, NULL) == AMINE_OK)
    (void)am_board_put(l->board, l->run, "weights", bytes.data, bytes.length, NULL);
  am_npz_builder_free(b);
  am_text_free(&bytes);
  for (int k = 0; k < MATRICES; k++) am_free(blocks[k]);
}

typedef struct looked_at {
  am_live_train *live;
  am_experiment *experiment;
} looked_at;

static void show(void *context, bool now) {
  const looked_at *it = context;
  am_live_train *l = it->live;
  am_experiment *x = it->experiment;
  l->iteration = x->learner->iteration;
  l->iterations = x->config.common.iterations;
  l->rate_factor = x->rate_factor;
  l->resting = x->resting;
  if (now || (am_beat_due(&l->state) && am_board_watched(l->board))) {
    am_beat_begin(&l->state);
    put_state(l, NULL);
    am_beat_end(&l->state);
  }
  if (am_beat_due(&l->episode) && am_board_wanted(l->board, l->run, "episode")) {
    am_beat_begin(&l->episode);
    put_episode(l, x);
    am_beat_end(&l->episode);
  }
  if (am_beat_due(&l->weights) && am_board_wanted(l->board, l->run, "weights")) {
    am_beat_begin(&l->weights);
    put_weights(l, x);
    am_beat_end(&l->weights);
  }
}

/* ------------------------------------------------------------------------------ reaching in */
bool am_live_train_moment(void *live, am_experiment *x, am_interventions *interventions) {
  am_live_train *l = live;
  const uint64_t now = x->learner->iteration;
  looked_at it = {l, x};
  return am_control_attend(&l->control, interventions, now, (double)now, show, &it);
}

void am_live_train_end(am_live_train *l, const char *ended) { put_state(l, ended); }
