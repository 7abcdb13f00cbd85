/* Layout, first values and memory of pairs (see pair.h). */
#include "network/pair.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "kernel/isa.h"
#include "network/first_values.h"

AM_ISA_DECLARE(const am_pair_ops, am_pair_ops);

const am_pair_ops *am_pair_code(void) {
  static const am_pair_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_pair_ops);
  return code[am_isa_now()];
}

/* ------------------------------------------------------------------------------ tensors */
static amine_status add_heads(am_pair *pair, am_places *places, const am_pair_options *o,
                              amine_error *error) {
  const int n = pair->n_outputs;
  pair->bare = o->n_bare != 0;
  pair->n_heads = o->n_bare < 0 ? n : o->n_bare;
  if (pair->bare && o->n_bare > n)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network gives out %d numbers, and %d are to be what it says", n, o->n_bare);
  for (int k = 0; k < o->n_heads; k++) pair->n_heads += o->heads[k].rows;
  if (pair->n_heads > 1024 || places->n + 2 * o->n_heads > AM_PLACES_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network has at most 1024 heads, not %d",
                   pair->n_heads);
  pair->head_rows = am_pad(pair->n_heads, 16);
  pair->head_w = pair->head_b = pair->size = places->size;
  if (pair->bare) return AMINE_OK;
  pair->head = am_panel_of(pair->n_heads, n);
  pair->head_b = pair->head_w + (am_panel_elements(pair->head) + 15) / 16 * 16;
  pair->size = pair->head_b + (size_t)pair->head_rows;
  const am_form weights = am_form_of(AM_ORDER_PANEL, pair->n_heads, n);
  const am_form biases = am_form_of(AM_ORDER_VECTOR, pair->n_heads, 1);
  for (int k = 0, row = 0; k < o->n_heads; row += o->heads[k++].rows) {
    am_place w = {.rank = 2, .dims = {o->heads[k].rows, n}, .at = pair->head_w, .form = weights};
    am_place b = {.rank = 1, .dims = {o->heads[k].rows, 1}, .at = pair->head_b, .form = biases};
    w.row = b.row = row;
    w.role = b.role = AM_ROLE_HEADS;
    snprintf(w.name, sizeof w.name, "%s.weight", o->heads[k].name);
    snprintf(b.name, sizeof b.name, "%s.bias", o->heads[k].name);
    places->place[places->n++] = w;
    places->place[places->n++] = b;
  }
  places->size = pair->size;
  return AMINE_OK;
}

static amine_status add_layer(am_pair *pair, am_places *places, const am_pair_options *o, int l,
                              amine_error *error) {
  const int n_inputs = l ? pair->plan[l - 1]->n_outputs : o->units.n_inputs;
  AM_TRY(am_layer_plan(&pair->plan[l], &o->units, l, n_inputs, AM_LAYOUT_UNITS, error));
  pair->n_layers = l + 1;
  pair->at[l] = places->size;
  AM_TRY(am_layer_places(places, pair->plan[l], &o->units, l, error));
  places->size = pair->at[l] + pair->plan[l]->n_packed;
  return AMINE_OK;
}

amine_status am_pair_make(am_pair *pair, am_places *places, const am_pair_options *o,
                          amine_error *error) {
  *pair = (am_pair){.dropout = o->units.dropout,
                    .clip = o->clip,
                    .rate = o->rate,
                    .trace_penalty = o->units.trace_penalty,
                    .anew = o->units.anew,
                    .forward = o->forward,
                    .open = o->units.open};
  if (o->program) pair->program = *o->program;
  amine_status status = am_layers_check(&o->units, error);
  for (int l = 0; status == AMINE_OK && l < o->units.n_layers; l++)
    status = add_layer(pair, places, o, l, error);
  if (status == AMINE_OK) {
    pair->n_outputs = pair->plan[pair->n_layers - 1]->n_outputs;
    status = add_heads(pair, places, o, error);
  }
  if (status != AMINE_OK) am_pair_free(pair);
  return status;
}

void am_pair_free(am_pair *pair) {
  for (int l = 0; l < AM_PAIR_LAYERS_MAX; l++) am_plan_free(pair->plan[l]);
  *pair = (am_pair){0};
}

void am_pair_initialise(const am_pair *pair, const am_places *places, float *parameters,
                        uint64_t seed) {
  int k = 0;
  memset(parameters, 0, pair->size * sizeof *parameters);
  for (int l = 0; l < pair->n_layers; k += pair->plan[l++]->n_tensors)
    am_first_values(pair->plan[l], places, k, parameters, seed);
  for (; k < places->n; k++) {
    const am_plan_tensor linear = {.first = AM_FIRST_LINEAR, .size = pair->n_outputs};
    am_first_tensor(&linear, &places->place[k], k, parameters, 0, seed);
  }
}

/* ------------------------------------------------------------------------------ memory */
/* Steps between two saved states: few enough that the states computed again, every second one,
 * stay in the second-level cache, and near sqrt(T) where they cannot. Any choice gives the same
 * bits. */
static int segment_for(const am_plan *p, const am_plan_trace *t, int n_steps, bool has_E,
                       size_t real_size) {
  const size_t budget = 208 * 1024 / (size_t)p->n_traces; /* for each of two lanes */
  const size_t state = am_panel_size(t->rows, t->cols) * real_size * (has_E ? 2 : 1);
  int root = 1;
  while (root * root < n_steps) root++;
  const size_t fit = budget / state;
  return fit < 4 || 2 * fit > (size_t)root ? root : 2 * (int)fit;
}

static void cut_trace(am_cutter *c, const am_pair *pair, am_pair_trace *m, const am_plan *p,
                      const am_plan_trace *t, int n_steps, bool has_E) {
  const size_t panel = am_panel_size(t->rows, t->cols), second = has_E ? panel : 0;
  const size_t back = pair->forward ? 0 : panel, back_second = pair->forward ? 0 : second;
  const size_t steps = am_size_mul((size_t)n_steps, (size_t)am_pad(t->rows, 16));
  m->segment = segment_for(p, t, n_steps, has_E, c->size);
  const size_t S = (size_t)m->segment, segments = ((size_t)n_steps + S - 1) / S;
  am_cut(c, &m->H, panel);
  am_cut(c, &m->E, second);
  am_cut(c, &m->dH, back);
  am_cut(c, &m->dE, back_second);
  am_cut(c, &m->met_H, pair->anew ? back : 0);
  am_cut(c, &m->met_E, pair->anew ? back_second : 0);
  am_cut(c, &m->seen_H, pair->trace_penalty > 0 ? back : 0);
  am_cut(c, &m->seen_E, pair->trace_penalty > 0 ? back_second : 0);
  am_cut(c, &m->again_H, am_size_mul(S / 2, back));
  am_cut(c, &m->again_E, am_size_mul(S / 2, back_second));
  am_cut(c, &m->saved_H, am_size_mul(segments, back));
  am_cut(c, &m->saved_E, am_size_mul(segments, back_second));
  am_cut(c, &m->a, steps);
  am_cut(c, &m->b, steps);
}

static size_t widest(const am_pair *pair) {
  int most = pair->n_heads;
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    for (int k = 0; k < p->n_operations; k++) {
      const am_operation *o = &p->operations[k];
      if (o->rows > most) most = o->rows;
      if (o->in[0].rows > most) most = o->in[0].rows;
    }
  }
  return (size_t)am_pad(most, 16);
}

static void cut_layer(am_cutter *c, const am_pair *pair, am_pair_layer *m, int l, int n_steps,
                      bool has_E) {
  const am_plan *p = pair->plan[l];
  const size_t T = (size_t)n_steps, n = (size_t)am_pad(p->n_outputs, 16);
  const bool dropped = pair->dropout > 0 && l + 1 < pair->n_layers;
  for (int k = 0; k < p->n_traces; k++)
    cut_trace(c, pair, &m->trace[k], p, &p->traces[k], n_steps, has_E);
  am_cut(c, &m->fixed, (size_t)p->n_fixed);
  am_cut(c, &m->dfixed, pair->forward ? 0 : (size_t)p->n_fixed);
  am_cut(c, &m->block, am_size_mul(T + 1, (size_t)p->n_rows));
  am_cut(c, &m->gradient, pair->forward ? 0 : am_size_mul(T + 1, (size_t)p->n_rows));
  am_cut(c, &m->mask, dropped ? am_size_mul(T, n) : 0);
  am_cut(c, &m->shown, dropped ? am_size_mul(T, n) : 0);
}

static size_t cut_lane(am_cutter *c, const am_pair *pair, am_pair_lane *lane, int n_steps,
                       bool has_E) {
  const size_t T = (size_t)n_steps, wide = widest(pair);
  size_t scratch = 0, given = 0, below = 0;
  *lane = (am_pair_lane){.n_steps = n_steps};
  am_cut_structs(c, &lane->layer, (size_t)pair->n_layers, sizeof *lane->layer);
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    am_pair_layer measured = {0};
    cut_layer(c, pair, c->block ? &lane->layer[l] : &measured, l, n_steps, has_E);
    for (int k = 0; k < p->n_traces; k++) {
      const am_panel_shape shape = am_panel_of(p->traces[k].rows, p->traces[k].cols);
      if (am_trace_scratch(shape) > scratch) scratch = am_trace_scratch(shape);
    }
    if ((size_t)p->n_given > given) given = (size_t)p->n_given;
    if (l > 0) below = (size_t)am_pad(p->n_inputs, 16);
  }
  am_real **const rooms[] = {&lane->sum, &lane->lost, &lane->eta, &lane->deta,
                             &lane->da,  &lane->db,   &lane->dk};
  for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) am_cut(c, rooms[k], wide);
  am_cut(c, &lane->scratch, scratch);
  am_cut(c, &lane->u, am_size_mul(T, (size_t)am_pad(pair->plan[0]->n_inputs, 16)));
  am_cut(c, &lane->given, am_size_mul(T, given * 16));
  am_cut(c, &lane->keep, pair->anew ? T : 0);
  am_cut(c, &lane->below, am_size_mul(T, below));
  am_cut(c, &lane->dinput,
         pair->open ? am_size_mul(T, (size_t)am_pad(pair->plan[0]->n_inputs, 16)) : 0);
  am_cut(c, &lane->heads, am_size_mul(T, (size_t)pair->head_rows));
  am_cut(c, &lane->dheads, am_size_mul(T, (size_t)pair->head_rows));
  return c->at;
}

size_t am_pair_lane_bytes(const am_pair *pair, int n_steps, bool has_E, size_t real_size) {
  am_pair_lane lane;
  return cut_lane(&(am_cutter){NULL, 0, real_size}, pair, &lane, n_steps, has_E);
}

void am_pair_lane_place(const am_pair *pair, am_pair_lane *lane, void *block, int n_steps,
                        bool has_E, size_t real_size) {
  cut_lane(&(am_cutter){block, 0, real_size}, pair, lane, n_steps, has_E);
}

/* ------------------------------------------------------------------------------ going on */
/* A part of what the step after t reads of a lane. */
typedef struct piece {
  am_real *at;
  size_t n;
  bool states; /* of a layer: its block before step t, and that of t */
} piece;

enum { PIECES = 2 + AM_PAIR_LAYERS_MAX * (2 + 4 * AM_TRACES_MAX) };

static int pieces_of(piece out[PIECES], const am_pair *pair, const am_pair_lane *lane, int t) {
  int n = 0;
  const size_t s = (size_t)t, read = (size_t)am_pad(pair->plan[0]->n_inputs, 16);
  const size_t given = 16 * (size_t)pair->plan[0]->n_given;
  out[n++] = (piece){lane->u + s * read, read, false};
  if (given > 0) out[n++] = (piece){lane->given + s * given, given, false};
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    assert(!p->looks_back);
    const am_pair_layer *m = &lane->layer[l];
    const size_t rows = (size_t)p->n_rows, wide = (size_t)am_pad(p->n_outputs, 16);
    out[n++] = (piece){m->block + s * rows, 2 * rows, true};
    if (m->shown) out[n++] = (piece){m->shown + s * wide, wide, false};
    for (int k = 0; k < p->n_traces; k++) {
      const am_pair_trace *x = &m->trace[k];
      const size_t panel = am_panel_size(p->traces[k].rows, p->traces[k].cols);
      const size_t width = (size_t)am_pad(p->traces[k].rows, 16);
      out[n++] = (piece){x->H, panel, false};
      if (x->E) out[n++] = (piece){x->E, panel, false};
      out[n++] = (piece){x->a + s * width, width, false};
      out[n++] = (piece){x->b + s * width, width, false};
    }
  }
  return n;
}

void am_pair_lane_carry(const am_pair *pair, am_pair_lane *lane, int t) {
  piece from[PIECES], to[PIECES];
  const int n = pieces_of(from, pair, lane, t);
  assert(t > 0 && pair->forward);
  pieces_of(to, pair, lane, 0);
  for (int k = 0; k < n; k++)
    if (from[k].at != to[k].at) memmove(to[k].at, from[k].at, to[k].n * sizeof *to[k].at);
}

size_t am_pair_carried(const am_pair *pair, bool has_E) {
  am_real some;
  am_pair_layer layers[AM_PAIR_LAYERS_MAX] = {{0}};
  am_pair_lane lane = {.layer = layers};
  piece pieces[PIECES];
  size_t n = 0;
  for (int l = 0; l < pair->n_layers; l++) {
    if (pair->dropout > 0 && l + 1 < pair->n_layers) layers[l].shown = &some;
    for (int k = 0; has_E && k < pair->plan[l]->n_traces; k++) layers[l].trace[k].E = &some;
  }
  for (int k = pieces_of(pieces, pair, &lane, 0) - 1; k >= 0; k--) n += pieces[k].n;
  return n;
}

void am_pair_carry_out(const am_pair *pair, const am_pair_lane *lane, am_real *to) {
  piece pieces[PIECES];
  const int n = pieces_of(pieces, pair, lane, lane->n_steps - 1);
  for (int k = 0; k < n; to += pieces[k++].n) memcpy(to, pieces[k].at, pieces[k].n * sizeof *to);
}

void am_pair_carry_in(const am_pair *pair, am_pair_lane *lane, const am_real *from) {
  piece pieces[PIECES];
  const int n = pieces_of(pieces, pair, lane, 0);
  lane->first = 1;
  for (int k = 0; k < n; k++) {
    const size_t size = pieces[k].n;
    if (from) memcpy(pieces[k].at, from, size * sizeof *from), from += size;
    else if (!pieces[k].states) memset(pieces[k].at, 0, size * sizeof *from);
    else memcpy(pieces[k].at + size / 2, pieces[k].at, size / 2 * sizeof *from);
  }
}

/* ------------------------------------------------------------------------------ what is in it */
bool am_pair_has_trace(const am_pair *pair) { return pair->plan[0]->n_traces > 0; }
bool am_pair_is_given(const am_pair *pair) { return pair->plan[0]->n_given > 0; }
int am_pair_level_rows(const am_pair *pair) {
  return pair->plan[0]->has_level ? pair->plan[0]->level.rows : 0;
}

const am_real *am_pair_at(const am_pair *pair, const am_pair_lane *lane, int l, int t,
                          const am_operand *o) {
  const am_plan *p = pair->plan[l];
  const am_pair_layer *m = &lane->layer[l];
  const size_t s = (size_t)t;
  switch (o->from) {
  case AM_FROM_STEP: return m->block + (s + 1) * (size_t)p->n_rows + o->row;
  case AM_FROM_BEFORE: return m->block + s * (size_t)p->n_rows + o->row;
  case AM_FROM_GIVEN: return lane->given + s * 16 * (size_t)p->n_given + o->row;
  case AM_FROM_FIXED: return m->fixed + o->row;
  case AM_FROM_GAINED: /* of plans on lanes */
  case AM_FROM_INPUT: break;
  }
  return l == 0 ? lane->u + s * (size_t)am_pad(p->n_inputs, 16) + o->row
                : am_pair_at(pair, lane, l - 1, t,
                             &(am_operand){.from = AM_FROM_STEP, .row = pair->plan[l - 1]->output});
}

const am_real *am_pair_level(const am_pair *pair, const am_pair_lane *lane, int t) {
  return am_pair_at(pair, lane, 0, t, &pair->plan[0]->level);
}

const am_real *am_pair_output(const am_pair *pair, const am_pair_lane *lane, int t) {
  const int top = pair->n_layers - 1;
  return am_pair_at(pair, lane, top, t,
                    &(am_operand){.from = AM_FROM_STEP, .row = pair->plan[top]->output});
}
