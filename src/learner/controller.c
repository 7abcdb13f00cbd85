/* A controller in a block of the caller's: options, layout, first weights, what can be read
 * (amine/controller.h). Its life is in controller_step.c.
 *
 * A vector source, compiled in the form of one lane only. First weights and draws are those of the
 * learner of signalling.h with the same seed: the same streams, tensors counted in the same order.
 * No C library. */
#include "kernel/vector.h"

#include "base/random.h"
#include "learner/controller_state.h"

amine_controller_options amine_controller_options_default(void) {
  return (amine_controller_options){.size = sizeof(amine_controller_options),
                                    .n_inputs = 1,
                                    .n_actions = 2,
                                    .n_hidden = 16,
                                    .n_signal = 8,
                                    .gamma = 1,
                                    .lambda = 1,
                                    .entropy = 0.2f,
                                    .gain = 1,
                                    .gain_start = 0.5f,
                                    .decay = 1e-3f,
                                    .update_every = 8,
                                    .rate = 0.005f,
                                    .input_share = 1,
                                    .recurrent_share = 1,
                                    .output_share = 3,
                                    .gain_share = 1,
                                    .critic_share = 1,
                                    .beta1 = 0.5f,
                                    .beta2 = 0.999f,
                                    .eps = 1e-8f,
                                    .input_scale = 8,
                                    .recurrent_scale = 3,
                                    .update_spread = 4};
}

static bool whole(int32_t x, int32_t low, int32_t high) { return x >= low && x <= high; }
static bool within(float x, float low, float high) { return x >= low && x <= high; }

static bool all_in_range(const amine_controller_options *o) {
  const int32_t most = AMINE_CONTROLLER_UNITS_MAX;
  if (!o || o->size != sizeof *o) return false;
  return whole(o->n_inputs, 1, most) && whole(o->n_actions, 2, AMINE_CONTROLLER_ACTIONS_MAX) &&
         whole(o->n_hidden, 1, most) && whole(o->n_signal, 1, most) && within(o->gamma, 0, 1) &&
         within(o->lambda, 0, 1) && within(o->entropy, 0, 1000) && within(o->gain, 0, 1) &&
         within(o->gain_start, 0, 100) && whole(o->feedback, 0, 1) && within(o->decay, 0, 0.5f) &&
         whole(o->critic_sees_output, 0, 1) && whole(o->update_unit, 0, 1) &&
         whole(o->update_every, 1, 1 << 24) && within(o->rate, 0, 100) &&
         within(o->input_share, 0, 1000) && within(o->recurrent_share, 0, 1000) &&
         within(o->output_share, 0, 1000) && within(o->gain_share, 0, 1000) &&
         within(o->critic_share, 0, 1000) && within(o->beta1, 0, 0.999999f) &&
         within(o->beta2, 0, 0.999999f) && within(o->eps, 1e-12f, 1) &&
         within(o->input_scale, 0, 100) && within(o->recurrent_scale, 0, 100) &&
         within(o->update_bias, -100, 100) && within(o->update_spread, 0, 100);
}

am_controller_parts am_controller_lay_out(const amine_controller_options *o, float *block,
                                          uint32_t step) {
  const int I = o->n_inputs, A = o->n_actions, n = o->n_hidden, S = o->n_signal;
  am_controller_parts p = {.n_heard = n + 2 * A + 1,
                           .n_seen = S + (o->critic_sees_output ? n : 0),
                           .n_gru = 3 * n * (I + n + 2)};
  p.n_learning = p.n_gru + A * n + A + n * S + p.n_seen + 1;
  size_t at = 0;
  /* no table of spans, as in base/blocks.h: it would lie on a small stack, for each step anew */
#define CUT(field, count) (p.field = block ? block + at : NULL, at += (size_t)(count))
#define TWO(field, rows)                                                                           \
  (step % 2 ? (CUT(field##_before, rows), CUT(field, rows))                                        \
            : (CUT(field, rows), CUT(field##_before, rows)))
  CUT(weights, p.n_gru), CUT(o_w, A * n), CUT(o_b, A), CUT(a_w, n * S), CUT(v_w, p.n_seen);
  CUT(v_b, 1), CUT(signal, 3 * S * (p.n_heard + S + 2)), CUT(feedback, n * A);
  CUT(change, p.n_learning), CUT(moment, p.n_learning), CUT(square, p.n_learning);
  CUT(tag, p.n_learning), CUT(trace, p.n_gru);
  TWO(state, AM_GRU_ROWS * n), TWO(o, n), TWO(m, n), TWO(s, AM_GRU_ROWS * S);
  CUT(u, I), CUT(p, A), CUT(logp, A), CUT(hit, A), CUT(heard, p.n_heard), CUT(seen, p.n_seen);
  CUT(eps, A), CUT(now, A), CUT(L, n), CUT(N, n), CUT(credit, n), CUT(credit_now, n);
  CUT(dgain, n), CUT(dgain_now, n), CUT(own, n), CUT(gates, AM_GRU_GATES * n);
  CUT(old, A * n);
#undef TWO
#undef CUT
  p.n = at;
  return p;
}

size_t amine_controller_bytes(const amine_controller_options *o) {
  if (!all_in_range(o)) return 0;
  return sizeof(amine_controller) + am_controller_lay_out(o, NULL, 0).n * sizeof(float);
}

/* ------------------------------------------------------------------------------ tensors */
static const char *const names[] = {
    "gru.weight_ih_l0",  "gru.weight_hh_l0",    "gru.bias_ih_l0",
    "gru.bias_hh_l0",    "signal.weight_ih_l0", "signal.weight_hh_l0",
    "signal.bias_ih_l0", "signal.bias_hh_l0",   "h2o.weight",
    "h2o.bias",          "feedback.weight",     "gain.weight",
    "critic.weight",     "critic.bias"};
enum { GRU, SIGNAL = 4, OUTPUT = 8, FEEDBACK = 10, GAIN, CRITIC, CRITIC_BIAS, N_TENSORS };

typedef struct tensor {
  float *values;
  int rows, cols;
} tensor;

static tensor tensor_of(const amine_controller *c, int k) {
  const amine_controller_options *o = &c->options;
  const am_controller_parts p = am_controller_parts_of(c);
  const bool signal = k >= SIGNAL && k < OUTPUT;
  const int n = signal ? o->n_signal : o->n_hidden, A = o->n_actions;
  const int cols = signal ? p.n_heard : o->n_inputs;
  float *const w = signal ? p.signal : p.weights;
  switch (signal ? k - SIGNAL : k) {
  case GRU: return (tensor){w, 3 * n, cols};
  case GRU + 1: return (tensor){w + 3 * n * cols, 3 * n, n};
  case GRU + 2: return (tensor){w + 3 * n * (cols + n), 3 * n, 1};
  case GRU + 3: return (tensor){w + 3 * n * (cols + n + 1), 3 * n, 1};
  case OUTPUT: return (tensor){p.o_w, A, n};
  case OUTPUT + 1: return (tensor){p.o_b, A, 1};
  case FEEDBACK: return (tensor){p.feedback, n, A};
  case GAIN: return (tensor){p.a_w, n, o->n_signal};
  case CRITIC: return (tensor){p.v_w, 1, p.n_seen};
  default: return (tensor){p.v_b, 1, 1};
  }
}

bool amine_controller_tensor(amine_controller *c, int k, const char **name, float **values,
                             int dims[2]) {
  if (k < 0 || k >= N_TENSORS) return false;
  const tensor t = tensor_of(c, k);
  if (name) *name = names[k];
  if (values) *values = t.values;
  if (dims) dims[0] = t.rows, dims[1] = t.cols;
  return true;
}

/* ------------------------------------------------------------------------------ first weights */
static am_random4 draws(const amine_controller *c, int k, int row, int col) {
  const am_random_key key = {(uint64_t)c->seed[1] << 32 | c->seed[0], AM_STREAM_PARAMETERS,
                             (uint32_t)k, (uint32_t)row};
  return am_random(key, (uint32_t)col / 4);
}

static void uniform(const amine_controller *c, int k, float bound) {
  const tensor t = tensor_of(c, k);
  for (int i = 0; i < t.rows; i++)
    for (int j = 0; j < t.cols; j++)
      t.values[i * t.cols + j] = bound * (2 * am_uniform(draws(c, k, i, j).v[j % 4]) - 1);
}

/* Rows of the gates r and n; z keeps its scale. */
static void scale_gates(const amine_controller *c, int k, float scale) {
  const tensor t = tensor_of(c, k);
  const int block = t.rows / 3 * t.cols;
  for (int i = 0; i < block; i++) {
    t.values[i] *= scale;
    t.values[2 * block + i] *= scale;
  }
}

static void first_weights(const amine_controller *c) {
  const amine_controller_options *o = &c->options;
  const int n = o->n_hidden;
  const float of_units = 1 / v_sqrt((float)n), of_signals = 1 / v_sqrt((float)o->n_signal);
  for (int k = 0; k < 4; k++) {
    uniform(c, GRU + k, of_units);
    uniform(c, SIGNAL + k, of_signals);
  }
  for (int k = OUTPUT; k <= FEEDBACK; k++) uniform(c, k, of_units);
  uniform(c, GAIN, o->gain_start);
  scale_gates(c, GRU, o->input_scale);
  scale_gates(c, GRU + 1, o->recurrent_scale);
  float *bias = tensor_of(c, GRU + 2).values;
  for (int j = n; j < 2 * n; j++) /* the second number of the draw that made this element */
    bias[j] += o->update_bias + o->update_spread * am_uniform(draws(c, GRU + 2, j, 0).v[1]);
}

static bool aligned(const void *block) { return block && (uintptr_t)block % 4 == 0; }

amine_status amine_controller_init(amine_controller **out, void *block, size_t bytes,
                                   const amine_controller_options *o, uint64_t seed) {
  const size_t wanted = amine_controller_bytes(o);
  if (wanted == 0 || !aligned(block)) return AMINE_ERROR_ARGUMENT;
  if (bytes < wanted) return AMINE_ERROR_MEMORY;
  const amine_controller_options mine = *o; /* which may lie in the block */
  amine_controller *c = block;
  *c = (amine_controller){.magic = AM_CONTROLLER_MAGIC,
                          .version = AM_CONTROLLER_VERSION,
                          .bytes = (uint32_t)wanted,
                          .seed = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                          .learning = 1,
                          .one = 1,
                          .options = mine};
  float *values = (float *)(void *)(c + 1);
  const am_controller_parts p = am_controller_parts_of(c);
  for (size_t i = 0; i < p.n; i++) values[i] = 0;
  first_weights(c);
  *out = c;
  return AMINE_OK;
}

amine_status amine_controller_open(amine_controller **out, void *block, size_t bytes) {
  if (!aligned(block)) return AMINE_ERROR_ARGUMENT;
  amine_controller *c = block;
  if (bytes < sizeof *c || c->magic != AM_CONTROLLER_MAGIC || c->version != AM_CONTROLLER_VERSION ||
      !all_in_range(&c->options) || c->bytes != amine_controller_bytes(&c->options) ||
      bytes < c->bytes)
    return AMINE_ERROR_INPUT;
  const uint32_t flags = c->running | c->learning | c->greedy | c->stepped | c->pending;
  const float own[] = {c->filled1, c->filled2, c->value, c->delta, c->reward, c->asked, c->entropy};
  const float *values = (const float *)(const void *)(c + 1);
  bool sound = flags <= 1 && c->one == 1;
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) sound &= am_controller_finite(own[i]);
  for (size_t i = 0; i < (c->bytes - sizeof *c) / sizeof(float); i++)
    sound &= am_controller_finite(values[i]);
  if (!sound) return AMINE_ERROR_INPUT;
  *out = c;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what can be read
 */
const float *amine_controller_probabilities(const amine_controller *c) {
  return am_controller_parts_of(c).p;
}
const float *amine_controller_activity(const amine_controller *c) {
  return am_controller_parts_of(c).o;
}
const float *amine_controller_gains(const amine_controller *c) {
  return am_controller_parts_of(c).m;
}
float amine_controller_value(const amine_controller *c) { return c->value; }
float amine_controller_dopamine(const amine_controller *c) { return c->delta; }
uint32_t amine_controller_updates(const amine_controller *c) { return c->updates; }
uint32_t amine_controller_episodes(const amine_controller *c) { return c->episodes; }
void amine_controller_greedy(amine_controller *c, bool on) { c->greedy = on; }
