/* Layout, names and initial values of the plastic recurrent network. The equations are in
 * plastic_lane.h, the rules in src/rule. */
#include "network/plastic_rnn.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

AM_ISA_DECLARE(const am_plastic_ops, am_plastic_ops);

am_plastic_options am_plastic_default(void) {
  return (am_plastic_options){
      .n_inputs = 17,
      .n_hidden = 100,
      .n_actions = 4,
      .rule = AM_RULE_CLIP,
      .readout = true,
      .activation = AM_ACTIVATION_TANH,
      .alpha = AM_ALPHA_CONNECTION,
      .clip = 1,
      .init_w = 0.01f,
      .init_alpha = 0.01f,
      .init_eta = 0.01f,
      .init_eta_e = 0.01f,
  };
}

static amine_status check(const am_plastic_options *o, amine_error *error) {
  if (o->n_inputs < 1 || o->n_inputs > 65536)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network needs 1 to 65536 inputs, not %d",
                   o->n_inputs);
  if (o->n_hidden < 1 || o->n_hidden > 8192)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network needs 1 to 8192 hidden units, not %d",
                   o->n_hidden);
  if (o->n_actions < 1 || o->n_actions > 1024)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network needs 1 to 1024 actions, not %d",
                   o->n_actions);
  if (!(o->clip > 0) || o->clip > 1e6f)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "the clip must lie in (0, 1e6], not %g",
                   (double)o->clip);
  if ((unsigned)o->rule >= AM_N_RULES || (unsigned)o->alpha > AM_ALPHA_NETWORK ||
      (unsigned)o->activation > AM_ACTIVATION_LINEAR)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown rule, alpha form or activation");
  return AMINE_OK;
}

/* Takes `count` elements at the end of the vector; every tensor starts at a multiple of 16. */
static size_t take(size_t *end, size_t count) {
  const size_t at = *end;
  *end += (count + 15) / 16 * 16;
  return at;
}

static void name_tensor(am_plastic *n, const char *name, int rank, int rows, int cols,
                        am_tensor_order order, size_t at, int first_row) {
  am_plastic_tensor t = {name, rank, {rows, cols}, order, at, first_row, 0};
  t.panel_cols = order == AM_ORDER_PANEL_TRANSPOSED ? rows : cols;
  n->tensors[n->n_tensors++] = t;
}

static void lay_out(am_plastic *n) {
  const am_plastic_options *o = &n->options;
  am_plastic_layout *l = &n->layout;
  const int N = o->n_hidden;
  const size_t square = am_panel_size(N, N);
  size_t end = 0;
  l->w = take(&end, square);
  if (l->has_trace) {
    const size_t sizes[] = {square, (size_t)N, 1};
    l->alpha = take(&end, sizes[o->alpha]);
    l->alpha_is_full = o->alpha == AM_ALPHA_CONNECTION;
  }
  l->input_w = take(&end, am_panel_size(o->n_inputs, N));
  l->input_b = take(&end, (size_t)l->cols);
  l->head_w = take(&end, am_panel_size(l->n_heads, N));
  l->head_b = take(&end, (size_t)l->head_rows);
  if (l->has_trace && !l->has_readout) l->eta = take(&end, 1);
  if (o->rule == AM_RULE_ELIGIBILITY) l->eta_e = take(&end, 1);
  if (l->has_fanout) {
    l->fan_f = take(&end, (size_t)l->cols);
    l->fan_g = take(&end, (size_t)l->cols);
  }
  l->n_parameters = end;
  l->alpha_full = l->has_trace && !l->alpha_is_full ? take(&end, square) : l->alpha;
  l->n_gradient = end;
}

static void name_all(am_plastic *n) {
  const am_plastic_options *o = &n->options;
  const am_plastic_layout *l = &n->layout;
  const int N = o->n_hidden, A = o->n_actions;
  name_tensor(n, "i2h.weight", 2, N, o->n_inputs, AM_ORDER_PANEL_TRANSPOSED, l->input_w, 0);
  name_tensor(n, "i2h.bias", 1, N, 1, AM_ORDER_VECTOR, l->input_b, 0);
  name_tensor(n, "w", 2, N, N, AM_ORDER_PANEL, l->w, 0);
  if (l->has_trace) {
    if (o->alpha == AM_ALPHA_CONNECTION)
      name_tensor(n, "alpha", 2, N, N, AM_ORDER_PANEL, l->alpha, 0);
    else if (o->alpha == AM_ALPHA_NEURON)
      name_tensor(n, "alpha", 2, N, 1, AM_ORDER_VECTOR, l->alpha, 0);
    else name_tensor(n, "alpha", 1, 1, 1, AM_ORDER_VECTOR, l->alpha, 0);
  }
  if (l->eta != SIZE_MAX) name_tensor(n, "eta", 1, 1, 1, AM_ORDER_VECTOR, l->eta, 0);
  if (l->eta_e != SIZE_MAX) name_tensor(n, "etaet", 1, 1, 1, AM_ORDER_VECTOR, l->eta_e, 0);
  if (l->has_readout) {
    name_tensor(n, "h2mod.weight", 2, 1, N, AM_ORDER_PANEL, l->head_w, A + 1);
    name_tensor(n, "h2mod.bias", 1, 1, 1, AM_ORDER_VECTOR, l->head_b, A + 1);
  }
  if (l->has_fanout) {
    name_tensor(n, "modfanout.weight", 2, N, 1, AM_ORDER_VECTOR, l->fan_f, 0);
    name_tensor(n, "modfanout.bias", 1, N, 1, AM_ORDER_VECTOR, l->fan_g, 0);
  }
  name_tensor(n, "h2o.weight", 2, A, N, AM_ORDER_PANEL, l->head_w, 0);
  name_tensor(n, "h2o.bias", 1, A, 1, AM_ORDER_VECTOR, l->head_b, 0);
  name_tensor(n, "h2v.weight", 2, 1, N, AM_ORDER_PANEL, l->head_w, A);
  name_tensor(n, "h2v.bias", 1, 1, 1, AM_ORDER_VECTOR, l->head_b, A);
}

amine_status am_plastic_make(am_plastic *network, const am_plastic_options *options,
                             amine_error *error) {
  AM_TRY(check(options, error));
  const bool trace = options->rule != AM_RULE_NONE, readout = trace && options->readout;
  am_plastic made = {.options = *options};
  made.layout = (am_plastic_layout){
      .n_inputs = options->n_inputs,
      .n_hidden = options->n_hidden,
      .n_actions = options->n_actions,
      .n_heads = options->n_actions + 1 + (readout ? 1 : 0),
      .square = am_panel_of(options->n_hidden, options->n_hidden),
      .input = am_panel_of(options->n_inputs, options->n_hidden),
      .cols = am_pad(options->n_hidden, 16),
      .input_rows = am_pad(options->n_inputs, 4),
      .has_trace = trace,
      .has_readout = readout,
      .has_fanout = readout && options->fanout,
      .is_given = trace && !readout && options->given,
      .activation = options->activation,
      .is_clamped = readout && options->clamped,
      .clamp = options->clamp,
      .clip = options->clip,
      .alpha = SIZE_MAX,
      .eta = SIZE_MAX,
      .eta_e = SIZE_MAX,
      .fan_f = SIZE_MAX,
      .fan_g = SIZE_MAX,
  };
  made.layout.head = am_panel_of(made.layout.n_heads, options->n_hidden);
  made.layout.head_rows = am_pad(made.layout.n_heads, 16);
  lay_out(&made);
  name_all(&made);
  *network = made;
  return AMINE_OK;
}

size_t am_plastic_at(const am_plastic_tensor *t, int row, int col) {
  switch (t->order) {
  case AM_ORDER_PANEL: return t->at + am_panel_at(t->first_row + row, col, t->panel_cols);
  case AM_ORDER_PANEL_TRANSPOSED: return t->at + am_panel_at(col, row, t->panel_cols);
  default: return t->at + (size_t)(t->first_row + row);
  }
}

void am_plastic_get(const am_plastic_tensor *t, float *values, const float *parameters) {
  for (int i = 0; i < t->dims[0]; i++)
    for (int j = 0; j < t->dims[1]; j++) *values++ = parameters[am_plastic_at(t, i, j)];
}

void am_plastic_set(const am_plastic_tensor *t, float *parameters, const float *values) {
  for (int i = 0; i < t->dims[0]; i++)
    for (int j = 0; j < t->dims[1]; j++) parameters[am_plastic_at(t, i, j)] = *values++;
}

/* How a tensor's first values are drawn: from + span * U[0, 1). */
static void first_values(const am_plastic *n, const am_plastic_tensor *t, float *from,
                         float *span) {
  const am_plastic_options *o = &n->options;
  const float input = 1 / sqrtf((float)o->n_inputs), hidden = 1 / sqrtf((float)o->n_hidden);
  *from = 0;
  if (strcmp(t->name, "w") == 0) {
    *span = o->init_w;
  } else if (strcmp(t->name, "alpha") == 0) {
    *span = o->init_alpha;
  } else if (strcmp(t->name, "eta") == 0 || strcmp(t->name, "etaet") == 0) {
    *from = t->name[3] == 0 ? o->init_eta : o->init_eta_e;
    *span = 0;
  } else {
    const bool fan = strncmp(t->name, "modfanout", 9) == 0; /* fan in: the one number M */
    const float bound = strncmp(t->name, "i2h", 3) == 0 ? input : fan ? 1 : hidden;
    *from = -bound;
    *span = 2 * bound;
  }
}

void am_plastic_initialise(const am_plastic *n, float *parameters, uint64_t seed) {
  memset(parameters, 0, n->layout.n_parameters * sizeof *parameters);
  for (int k = 0; k < n->n_tensors; k++) {
    const am_plastic_tensor *t = &n->tensors[k];
    float from, span;
    first_values(n, t, &from, &span);
    for (int i = 0; i < t->dims[0]; i++) {
      const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)k, (uint32_t)i};
      am_random4 draw = {{0}};
      for (int j = 0; j < t->dims[1]; j++) {
        if (j % 4 == 0) draw = am_random(key, (uint32_t)(j / 4));
        parameters[am_plastic_at(t, i, j)] = from + span * am_uniform(draw.v[j % 4]);
      }
    }
  }
}

/* Steps between two saved states: few enough that the states computed again, every second one,
 * stay in the second-level cache, and near sqrt(T) where they cannot. Any choice gives the same
 * bits. */
static int segment_for(const am_plastic *n, int n_steps, size_t real_size) {
  const size_t budget = 208 * 1024; /* for each of two lanes */
  const size_t state = am_panel_elements(n->layout.square) * real_size *
                       (n->options.rule == AM_RULE_ELIGIBILITY ? 2 : 1);
  int root = 1;
  while (root * root < n_steps) root++;
  const size_t fit = budget / state;
  return fit < 4 || 2 * fit > (size_t)root ? root : 2 * (int)fit;
}

/* The arrays of a lane in the order in which they lie in its block. */
typedef struct lane_part {
  size_t offset; /* of the pointer in am_plastic_lane */
  size_t count;
} lane_part;

#define N_PARTS 26

static void lane_parts(const am_plastic *n, lane_part parts[N_PARTS], int n_steps, int segment) {
  const am_plastic_layout *l = &n->layout;
  const size_t T = (size_t)n_steps, cols = (size_t)l->cols, S = (size_t)segment;
  const size_t square = l->has_trace ? am_panel_size(l->n_hidden, l->n_hidden) : 0;
  const size_t second = n->options.rule == AM_RULE_ELIGIBILITY ? square : 0;
  const size_t traces = l->has_trace ? am_size_mul(T, cols) : 0;
  const size_t segments = (T + S - 1) / S;
  const lane_part all[N_PARTS] = {
      {offsetof(am_plastic_lane, H), square},
      {offsetof(am_plastic_lane, E), second},
      {offsetof(am_plastic_lane, dH), square},
      {offsetof(am_plastic_lane, dE), second},
      {offsetof(am_plastic_lane, again_H), am_size_mul(S / 2, square)},
      {offsetof(am_plastic_lane, again_E), am_size_mul(S / 2, second)},
      {offsetof(am_plastic_lane, saved_H), am_size_mul(segments, square)},
      {offsetof(am_plastic_lane, saved_E), am_size_mul(segments, second)},
      {offsetof(am_plastic_lane, y), cols},
      {offsetof(am_plastic_lane, eta), cols},
      {offsetof(am_plastic_lane, deta), cols},
      {offsetof(am_plastic_lane, da), cols},
      {offsetof(am_plastic_lane, db), cols},
      {offsetof(am_plastic_lane, dk), cols},
      {offsetof(am_plastic_lane, scratch), l->has_trace ? am_trace_scratch(l->square) : 0},
      {offsetof(am_plastic_lane, dx), cols},
      {offsetof(am_plastic_lane, dx) + sizeof(am_real *), cols},
      {offsetof(am_plastic_lane, dx) + 2 * sizeof(am_real *), cols},
      {offsetof(am_plastic_lane, x), am_size_mul(T + 1, cols)},
      {offsetof(am_plastic_lane, a), traces},
      {offsetof(am_plastic_lane, b), traces},
      {offsetof(am_plastic_lane, dy), am_size_mul(T, cols)},
      {offsetof(am_plastic_lane, u), am_size_mul(T, (size_t)l->input_rows)},
      {offsetof(am_plastic_lane, heads), am_size_mul(T, (size_t)l->head_rows)},
      {offsetof(am_plastic_lane, dheads), am_size_mul(T, (size_t)l->head_rows)},
      {offsetof(am_plastic_lane, level), T},
  };
  memcpy(parts, all, sizeof all);
}

size_t am_plastic_lane_bytes(const am_plastic *n, int n_steps, size_t real_size) {
  lane_part parts[N_PARTS];
  lane_parts(n, parts, n_steps, segment_for(n, n_steps, real_size));
  size_t bytes = 0;
  for (int k = 0; k < N_PARTS; k++) {
    size_t part = am_size_round(am_size_mul(parts[k].count, real_size), 64);
    bytes = am_size_add(bytes, part);
  }
  return bytes;
}

void am_plastic_lane_place(const am_plastic *n, am_plastic_lane *lane, void *block, int n_steps,
                           size_t real_size) {
  lane_part parts[N_PARTS];
  const int segment = segment_for(n, n_steps, real_size);
  lane_parts(n, parts, n_steps, segment);
  *lane = (am_plastic_lane){.n_steps = n_steps, .segment = segment};
  char *at = block;
  for (int k = 0; k < N_PARTS; k++) {
    if (parts[k].count == 0) continue;
    void *part = at;
    memcpy((char *)lane + parts[k].offset, &part, sizeof part);
    at += am_size_round(parts[k].count * real_size, 64);
  }
}

const am_plastic_ops *am_plastic_code(void) {
  static const am_plastic_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_plastic_ops);
  return code[am_isa_now()];
}

const am_trace_ops *am_plastic_rule_code(const am_plastic *n) {
  return am_rules[n->options.rule].ops[am_isa_now()];
}

/* ------------------------------------------------------------------------------ as a part */
#define AT(member) AM_MEMBER(am_plastic_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("hidden", 100, 1, 8192, "units", "hidden units", AT(n_hidden)),
    AM_CHOICE("alpha", "connection|neuron|network",
              "plasticity coefficient alpha: one for each connection, each post neuron, or the "
              "network",
              AT(alpha), .when = "rule.type!=none"),
    AM_NUMBER("init_w", 0.01, 0, 100, "", "w begins uniform in [0, this)", AT(init_w)),
    AM_NUMBER("init_alpha", 0.01, 0, 100, "", "alpha begins uniform in [0, this)", AT(init_alpha),
              .when = "rule.type!=none"),
    {0}};

const am_part am_plastic_part = {
    .kind = AM_NETWORK,
    .name = "plastic-rnn",
    .meaning = "recurrent network whose connections have a slow and a plastic part",
    .equation = "x_t = tanh(W_in u_t + b + (w + alpha * H_t) x_{t-1})",
    .source = "Miconi, Stanley, Clune 2018, arXiv 1804.02464",
    .parameters = parameters,
    .options_size = sizeof(am_plastic_options),
    .takes = 1u << AM_RULE};
