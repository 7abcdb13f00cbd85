/* The learned reward, forward and back (see reward_model.h). */
#include "learner/reward_model.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "learner/optimiser.h"
#include "learner/policy_lane.h"
#include "network/linear_lane.h"

enum { LANES = AM_MODEL_LANES, CLIPS = 2 * AM_MODEL_BATCH, TENSORS = 6 };
enum { W_1, B_1, W_2, B_2, W_3, B_3 };

#define LEAK 0.01f

/* ------------------------------------------------------------------------------ memory */
static void add_places(am_reward_model *model) {
  static const char *const names[TENSORS] = {"0.weight", "0.bias",   "2.weight",
                                             "2.bias",   "4.weight", "4.bias"};
  const int D = model->options.n_in, H = model->options.hidden;
  const int rows[TENSORS] = {H, H, H, H, 1, 1}, cols[TENSORS] = {D, 0, H, 0, H, 0};
  for (int k = 0; k < AM_MODEL_MEMBERS; k++)
    for (int i = 0; i < TENSORS; i++) {
      char name[48];
      snprintf(name, sizeof name, "reward.%d.%s", k, names[i]);
      am_places_add(&model->places, name, rows[i], cols[i]);
    }
  model->size = model->places.size / AM_MODEL_MEMBERS;
}

static const float *at(const am_reward_model *model, int member, int tensor) {
  return model->parameters + model->places.place[member * TENSORS + tensor].at;
}

static float *gradient_at(const am_reward_model *model, int tensor) {
  return model->gradient + model->places.place[tensor].at;
}

static void initialise(am_reward_model *model) {
  for (int k = 0; k < model->places.n; k++) {
    const int tensor = k % TENSORS;
    const int fan_in = tensor < W_2 ? model->options.n_in : model->options.hidden;
    am_places_uniform(&model->places, k, model->parameters, 1 / sqrtf((float)fan_in),
                      model->options.seed);
  }
  for (int k = 0; k < AM_MODEL_MEMBERS; k++) model->powers[k][0] = model->powers[k][1] = 1;
}

amine_status am_reward_model_open(am_reward_model *model, const am_model_options *options,
                                  amine_error *error) {
  *model = (am_reward_model){.options = *options};
  model->n_blocks = (options->clip + LANES - 1) / LANES;
  add_places(model);
  const size_t D = (size_t)options->n_in, H = (size_t)options->hidden, real_size = sizeof(float);
  const size_t steps = (size_t)(CLIPS * model->n_blocks) * LANES, n = model->places.size;
  const am_block blocks[] = {{&model->parameters, n, real_size},
                             {&model->m, n, real_size},
                             {&model->v, n, real_size},
                             {&model->x, steps * D, real_size},
                             {&model->h1, steps * H, real_size},
                             {&model->h2, steps * H, real_size},
                             {&model->r, steps, real_size},
                             {&model->d1, steps * H, real_size},
                             {&model->d2, steps * H, real_size},
                             {&model->dr, steps, real_size},
                             {&model->gradient, model->size, real_size},
                             {&model->turned_1, AM_MODEL_MEMBERS * D * H, real_size},
                             {&model->turned_2, AM_MODEL_MEMBERS * H * H, real_size}};
  AM_TRY(am_blocks_take(blocks, sizeof blocks / sizeof *blocks, "the learned reward", error));
  initialise(model);
  am_reward_model_changed(model);
  return AMINE_OK;
}

void am_reward_model_close(am_reward_model *model) {
  float *const blocks[] = {model->parameters, model->m,        model->v,       model->x,  model->h1,
                           model->h2,         model->r,        model->d1,      model->d2, model->dr,
                           model->gradient,   model->turned_1, model->turned_2};
  for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) am_free(blocks[k]);
}

/* ------------------------------------------------------------------------------ forward */
static void leak(float *h, int n) {
  for (int i = 0; i < n * LANES; i++) h[i] = h[i] > 0 ? h[i] : LEAK * h[i];
}

/* r [lanes], h1, h2 [hidden][lanes] of x [n_in][lanes] */
static void forward(const am_reward_model *model, int member, float *r, float *h1, float *h2,
                    const float *x) {
  const am_linear_ops *code = am_linear_code();
  const int D = model->options.n_in, H = model->options.hidden;
  code->forward(h1, at(model, member, W_1), at(model, member, B_1), x, H, D);
  leak(h1, H);
  code->forward(h2, at(model, member, W_2), at(model, member, B_2), h1, H, H);
  leak(h2, H);
  code->forward(r, at(model, member, W_3), at(model, member, B_3), h2, 1, H);
}

void am_reward_model_say_all(const am_reward_model *model, float *out, const float *x) {
  _Alignas(64) float h1[AM_MODEL_HIDDEN * LANES], h2[AM_MODEL_HIDDEN * LANES], r[LANES];
  for (int k = 0; k < AM_MODEL_MEMBERS; k++) {
    forward(model, k, r, h1, h2, x);
    memcpy(out + k * LANES, r, sizeof r);
  }
}

/* out [m][n] of W [n][m] */
static void turn(float *out, const float *W, int n, int m) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < m; i++) out[i * n + j] = W[j * m + i];
}

static float *turned_2(const am_reward_model *model, int member) {
  return model->turned_2 + member * model->options.hidden * model->options.hidden;
}

static void turn_member(am_reward_model *model, int member) {
  const int D = model->options.n_in, H = model->options.hidden;
  turn(model->turned_1 + member * D * H, at(model, member, W_1), H, D);
  turn(turned_2(model, member), at(model, member, W_2), H, H);
}

void am_reward_model_changed(am_reward_model *model) {
  for (int k = 0; k < AM_MODEL_MEMBERS; k++) turn_member(model, k);
}

/* h [n] = relu'(b + W x), W turned: unit by unit for each x, so that many units are one vector. */
static void layer(float *h, const float *turned, const float *b, const float *x, int n, int m) {
  memcpy(h, b, (size_t)n * sizeof *h);
  for (int i = 0; i < m; i++, turned += n)
    for (int j = 0; x[i] != 0 && j < n; j++) h[j] += turned[j] * x[i];
  for (int j = 0; j < n; j++) h[j] = h[j] > 0 ? h[j] : LEAK * h[j];
}

void am_reward_model_say(const am_reward_model *model, float *out, const float *x) {
  const int D = model->options.n_in, H = model->options.hidden;
  float h1[AM_MODEL_HIDDEN], h2[AM_MODEL_HIDDEN];
  for (int k = 0; k < AM_MODEL_MEMBERS; k++) {
    const float *w = at(model, k, W_3);
    layer(h1, model->turned_1 + k * D * H, at(model, k, B_1), x, H, D);
    layer(h2, turned_2(model, k), at(model, k, B_2), h1, H, H);
    out[k] = *at(model, k, B_3);
    for (int j = 0; j < H; j++) out[k] += w[j] * h2[j];
  }
}

/* How many steps of block b are lived. */
static int lived(int length, int b) {
  const int rest = length - b * LANES;
  return rest < 0 ? 0 : rest < LANES ? rest : LANES;
}

void am_reward_model_clip(const am_reward_model *model, float *sums, const float *clip,
                          int length) {
  const size_t block = (size_t)model->options.n_in * LANES;
  float out[AM_MODEL_MEMBERS * LANES];
  for (int k = 0; k < AM_MODEL_MEMBERS; k++) sums[k] = 0;
  for (int b = 0; b < model->n_blocks && lived(length, b) > 0; b++) {
    am_reward_model_say_all(model, out, clip + (size_t)b * block);
    for (int k = 0; k < AM_MODEL_MEMBERS; k++)
      for (int i = 0; i < lived(length, b); i++) sums[k] += out[k * LANES + i];
  }
}

void am_reward_model_prefer(float *p, const float *first, const float *second, int n) {
  _Alignas(64) float logits[2 * LANES] = {0}, both[2 * LANES], logp[2 * LANES], entropy[LANES];
  assert(n <= LANES);
  memcpy(logits, first, (size_t)n * sizeof *first);
  memcpy(logits + LANES, second, (size_t)n * sizeof *second);
  am_policy_code()->policy(both, logp, entropy, logits, 2);
  memcpy(p, both, (size_t)n * sizeof *p);
}

/* ------------------------------------------------------------------------------ backward */
/* The 2 n_blocks blocks of pair k: of its first clip, then of its second. */
static size_t block_of(const am_reward_model *model, int k, int side, int b) {
  return (size_t)((2 * k + side) * model->n_blocks + b);
}

/* Sums [2][lanes] over the clips of each pair. */
static void play_all(am_reward_model *model, int member, float *sums, const am_compared *pairs) {
  const size_t D = (size_t)model->options.n_in * LANES, H = (size_t)model->options.hidden * LANES;
  for (int k = 0; k < AM_MODEL_BATCH; k++)
    for (int side = 0; side < 2; side++) {
      float sum = 0;
      for (int b = 0; b < model->n_blocks; b++) {
        const size_t at_block = block_of(model, k, side, b);
        float *r = model->r + at_block * LANES;
        memcpy(model->x + at_block * D, pairs[k].clip[side] + (size_t)b * D, D * sizeof(float));
        forward(model, member, r, model->h1 + at_block * H, model->h2 + at_block * H,
                model->x + at_block * D);
        for (int i = 0; i < lived(pairs[k].length[side], b); i++) sum += r[i];
      }
      sums[side * LANES + k] = sum;
    }
}

/* dr of every step: d loss / d (sum of the first clip), less it for the second. */
static void blame(am_reward_model *model, const float *sums, const am_compared *pairs) {
  const float slip = model->options.slip;
  float p[LANES];
  am_reward_model_prefer(p, sums, sums + LANES, AM_MODEL_BATCH);
  for (int k = 0; k < AM_MODEL_BATCH; k++) {
    const float P = (1 - slip) * p[k] + slip / 2, mu = pairs[k].preferred;
    /* without a slip the factors of P cancel, and nothing is divided by what may be 0 */
    const float slope =
        slip > 0 ? (1 - slip) * p[k] * (1 - p[k]) * ((1 - mu) / (1 - P) - mu / P) : p[k] - mu;
    for (int side = 0; side < 2; side++)
      for (int b = 0; b < model->n_blocks; b++) {
        float *dr = model->dr + block_of(model, k, side, b) * LANES;
        const int n = lived(pairs[k].length[side], b);
        for (int i = 0; i < LANES; i++)
          dr[i] = i < n ? (side ? -slope : slope) / AM_MODEL_BATCH : 0;
      }
  }
}

/* d [n][lanes] times the slope of the units h. */
static void slope_of(float *d, const float *h, int n) {
  for (int i = 0; i < n * LANES; i++) d[i] = h[i] > 0 ? d[i] : LEAK * d[i];
}

/* What each unit of a block did to its r. */
static void back(am_reward_model *model, int member, size_t block) {
  const int H = model->options.hidden;
  const size_t units = (size_t)H * LANES;
  const float *w = at(model, member, W_3), *dr = model->dr + block * LANES;
  float *d1 = model->d1 + block * units, *d2 = model->d2 + block * units;
  for (int j = 0; j < H; j++)
    for (int i = 0; i < LANES; i++) d2[j * LANES + i] = w[j] * dr[i];
  slope_of(d2, model->h2 + block * units, H);
  am_linear_code()->forward(d1, turned_2(model, member), NULL, d2, H, H);
  slope_of(d1, model->h1 + block * units, H);
}

void am_reward_model_gradient(am_reward_model *model, int member,
                              const am_compared pairs[AM_MODEL_BATCH]) {
  const am_linear_ops *code = am_linear_code();
  const int D = model->options.n_in, H = model->options.hidden, n = CLIPS * model->n_blocks;
  const size_t x_step = (size_t)D * LANES, h_step = (size_t)H * LANES;
  _Alignas(64) float sums[2 * LANES];
  play_all(model, member, sums, pairs);
  blame(model, sums, pairs);
  for (int b = 0; b < n; b++) back(model, member, (size_t)b);
  memset(model->gradient, 0, model->size * sizeof *model->gradient);
  code->collect(gradient_at(model, W_3), gradient_at(model, B_3), model->dr, LANES, model->h2,
                h_step, n, 1, H);
  code->collect(gradient_at(model, W_2), gradient_at(model, B_2), model->d2, h_step, model->h1,
                h_step, n, H, H);
  code->collect(gradient_at(model, W_1), gradient_at(model, B_1), model->d1, h_step, model->x,
                x_step, n, H, D);
  const float *w = model->parameters + (size_t)member * model->size;
  for (size_t i = 0; i < model->size; i++) model->gradient[i] += model->options.decay * w[i];
}

void am_reward_model_learn(am_reward_model *model, int member,
                           const am_compared pairs[AM_MODEL_BATCH]) {
  const am_optimiser adam = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f, .norm_clip = 1e9f};
  const size_t from = (size_t)member * model->size;
  am_reward_model_gradient(model, member, pairs);
  const am_step step = am_step_begin(&adam, model->powers[member], 0);
  am_step_take(&step, model->parameters + from, model->m + from, model->v + from, model->gradient,
               model->size, model->options.rate);
  turn_member(model, member);
}
