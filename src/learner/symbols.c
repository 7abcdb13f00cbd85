/* Vectors and probabilities of symbols (see symbols.h). */
#include "learner/symbols.h"

#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "base/threads.h"
#include "network/linear_lane.h"

enum {
  LANES = AM_SYMBOLS_LANES,
  ROWS = 96, /* of W at a time: they and what meets them stay in the second-level cache */
  PARTS = 8, /* of the alphabet, which are added in their order: always the same */
  N_BLOCKS = 9
};

static int tiles_of(const am_symbols *s) { return (s->n_out + LANES - 1) / LANES; }

static void blocks_of(am_symbols *s, am_block out[N_BLOCKS]) {
  const size_t B = (size_t)s->n_blocks, N = (size_t)s->n, real_size = sizeof(float);
  const size_t wide = am_size_mul(B, (size_t)s->n_out * LANES);
  const am_block all[N_BLOCKS] = {
      {&s->shown, (size_t)s->n_tokens, sizeof *s->shown},
      {&s->next, B * LANES, sizeof *s->next},
      {&s->logp, B * LANES, real_size},
      {&s->h, wide, real_size},
      {&s->dh, wide, real_size},
      {&s->turned, am_size_mul((size_t)tiles_of(s) * B, LANES * LANES), real_size},
      {&s->parts, am_size_mul(wide, PARTS), real_size},
      {&s->packed, PARTS * ROWS * (size_t)s->n_out, real_size},
      {&s->z, am_size_mul(B, N * LANES), real_size}};
  memcpy(out, all, sizeof all);
}

amine_status am_symbols_open(am_symbols *s, am_places *places, int n, int n_in, int n_out,
                             int n_tokens, amine_error *error) {
  *s = (am_symbols){.n = n,
                    .n_in = n_in,
                    .n_out = n_out,
                    .first = places->n,
                    .n_tokens = n_tokens,
                    .n_blocks = (n_tokens + LANES - 1) / LANES};
  if (places->n + 3 > AM_PLACES_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network has at most %d tensors", AM_PLACES_MAX);
  s->vectors = am_places_add(places, "symbols.weight", n, n_in);
  places->place[s->first].role = AM_ROLE_WEIGHTS;
  s->weight = am_places_add(places, "h2s.weight", n, n_out);
  s->bias = am_places_add(places, "h2s.bias", n, 0);
  am_block blocks[N_BLOCKS];
  blocks_of(s, blocks);
  s->bytes = am_blocks_bytes(blocks, N_BLOCKS);
  return am_blocks_take(blocks, N_BLOCKS, "learner.type=bptt", error);
}

void am_symbols_close(am_symbols *s) {
  am_block blocks[N_BLOCKS];
  blocks_of(s, blocks);
  am_blocks_free(blocks, N_BLOCKS);
}

void am_symbols_initialise(const am_symbols *s, const am_places *places, float *parameters,
                           uint64_t seed) {
  am_places_uniform(places, s->first, parameters, 0.1f, seed);
  am_places_uniform(places, s->first + 1, parameters, 0.1f, seed);
}

/* ------------------------------------------------------------------------------ a token */
static float *of_token(const am_symbols *s, float *blocks, int k) {
  return blocks + (size_t)(k / LANES) * (size_t)s->n_out * LANES + k % LANES;
}

void am_symbols_read(const am_symbols *s, const float *parameters, int k, float *u, int stride) {
  const float *from = parameters + s->vectors + (size_t)s->shown[k] * (size_t)s->n_in;
  for (int i = 0; i < s->n_in; i++) u[i * stride] = from[i];
}

void am_symbols_put(const am_symbols *s, int k, const float *h, int stride) {
  float *to = of_token(s, s->h, k);
  float *turned = s->turned + (size_t)(k / LANES * LANES + k % LANES) * LANES;
  const size_t tile = (size_t)s->n_blocks * LANES * LANES;
  for (int i = 0; i < s->n_out; i++) {
    to[i * LANES] = h[i * stride];
    turned[(size_t)(i / LANES) * tile + (size_t)(i % LANES)] = h[i * stride];
  }
}

void am_symbols_take(const am_symbols *s, int k, float *dh, int stride) {
  const float *from = of_token(s, s->dh, k);
  for (int i = 0; i < s->n_out; i++) dh[i * stride] = from[i * LANES];
}

void am_symbols_back(const am_symbols *s, float *gradient, int k, const float *du, int stride) {
  float *to = gradient + s->vectors + (size_t)s->shown[k] * (size_t)s->n_in;
  for (int i = 0; i < s->n_in; i++) to[i] += du[i * stride];
}

/* ------------------------------------------------------------------------------ all of them */
typedef struct job {
  const am_symbols *s;
  const float *parameters;
  float *gradient;
  int first, n_tokens; /* the block that it begins with, and tokens from there */
  float scale;
} job;

static int rows_from(const am_symbols *s, int row) { return s->n - row < ROWS ? s->n - row : ROWS; }

static int blocks_in(const job *j) { return (j->n_tokens + LANES - 1) / LANES; }
static int items_of(const am_symbols *s) { return (s->n + ROWS - 1) / ROWS; }

static void logits_of_rows(void *context, int item, int worker) {
  (void)worker;
  const job *j = context;
  const am_symbols *s = j->s;
  const size_t row = (size_t)item * ROWS, wide = (size_t)s->n_out;
  const float *W = j->parameters + s->weight + row * wide, *b = j->parameters + s->bias + row;
  for (size_t k = (size_t)j->first; k < (size_t)(j->first + blocks_in(j)); k++)
    am_linear_code()->forward(s->z + (k * (size_t)s->n + row) * LANES, W, b,
                              s->h + k * wide * LANES, rows_from(s, (int)row), s->n_out);
}

/* Of the job's first block, all tokens: z becomes p, but for a 1 that symbol 0 has less. */
static void predict_first(const job *j) {
  const am_symbols *s = j->s;
  float weight[LANES];
  for (int q = 0; q < LANES; q++) weight[q] = 1;
  am_symbols_code()->predict(s->z + (size_t)j->first * (size_t)s->n * LANES,
                             s->logp + j->first * LANES, s->next + j->first * LANES, weight, s->n);
}

static void predict_block(void *context, int block, int worker) {
  (void)worker;
  const job *j = context;
  const am_symbols *s = j->s;
  float weight[LANES];
  for (int q = 0; q < LANES; q++) weight[q] = block * LANES + q < j->n_tokens ? j->scale : 0;
  am_symbols_code()->predict(s->z + (size_t)block * (size_t)s->n * LANES, s->logp + block * LANES,
                             s->next + block * LANES, weight, s->n);
}

/* dh of one part of the alphabet. */
static void back_part(void *context, int part, int worker) {
  (void)worker;
  const job *j = context;
  const am_symbols *s = j->s;
  const size_t wide = (size_t)s->n_out, size = (size_t)s->n_blocks * wide * LANES;
  float *dh = s->parts + (size_t)part * size, *packed = s->packed + (size_t)part * ROWS * wide;
  memset(dh, 0, size * sizeof *dh);
  const int items = items_of(s), end = (part + 1) * items / PARTS;
  for (int item = part * items / PARTS; item < end; item++) {
    const int row = item * ROWS, n = rows_from(s, row);
    am_symbols_code()->turn(packed, j->parameters + s->weight + (size_t)row * wide, n, s->n_out);
    am_symbols_code()->add(dh, packed, s->z + (size_t)row * LANES, (size_t)s->n * LANES,
                           blocks_in(j), s->n_out, n);
  }
}

static void add_parts(void *context, int block, int worker) {
  (void)worker;
  const job *j = context;
  const am_symbols *s = j->s;
  const size_t wide = (size_t)s->n_out * LANES, size = (size_t)s->n_blocks * wide;
  float *dh = s->dh + (size_t)block * wide;
  const float *from = s->parts + (size_t)block * wide;
  memcpy(dh, from, wide * sizeof *dh);
  for (size_t p = 1; p < PARTS; p++)
    for (size_t k = 0; k < wide; k++) dh[k] += from[p * size + k];
}

void am_symbols_predict(const am_symbols *s, const float *parameters, int n_tokens, float scale,
                        bool learns, int n_threads) {
  job j = {.s = s, .parameters = parameters, .n_tokens = n_tokens, .scale = scale};
  am_parallel(n_threads, items_of(s), logits_of_rows, &j);
  am_parallel(n_threads, blocks_in(&j), predict_block, &j);
  if (!learns) return;
  am_parallel(n_threads, PARTS, back_part, &j);
  am_parallel(n_threads, blocks_in(&j), add_parts, &j);
}

int am_symbols_draw(const am_symbols *s, const float *parameters, int k, float u, int n_threads) {
  job j = {.s = s, .parameters = parameters, .first = k / LANES, .n_tokens = 1, .scale = 1};
  const float *p = s->z + (size_t)j.first * (size_t)s->n * LANES + k % LANES;
  float sum = 0;
  int drawn = 0;
  am_parallel(n_threads, items_of(s), logits_of_rows, &j);
  memset(s->next + j.first * LANES, 0, LANES * sizeof *s->next);
  predict_first(&j);
  for (int i = 0; i < s->n; i++) { /* what is left by rounding is the last that may come at all */
    const float one = p[(size_t)i * LANES] + (i == 0 ? 1 : 0);
    if (one > 0) drawn = i;
    sum += one;
    if (sum > u) break;
  }
  return drawn;
}

static void collect_rows(void *context, int item, int worker) {
  (void)worker;
  const job *j = context;
  const am_symbols *s = j->s;
  const size_t row = (size_t)item * ROWS;
  const int n = rows_from(s, (int)row);
  am_symbols_code()->collect(j->gradient + s->weight + row * (size_t)s->n_out,
                             j->gradient + s->bias + row, s->z + row * LANES, (size_t)s->n * LANES,
                             s->turned, s->n_blocks, n, s->n_out);
  memset(j->gradient + s->vectors + row * (size_t)s->n_in, 0,
         (size_t)n * (size_t)s->n_in * sizeof *j->gradient);
}

void am_symbols_collect(const am_symbols *s, float *gradient, int n_threads) {
  job j = {.s = s, .gradient = gradient};
  am_parallel(n_threads, items_of(s), collect_rows, &j);
}
