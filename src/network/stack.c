/* Layers of a text (see stack.h). */
#include "network/stack.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/blocks.h"
#include "equation/plan_draw.h"
#include "network/first_values.h"

enum { LANES = AM_STACK_LANES };

/* ------------------------------------------------------------------------------ tensors */
amine_status am_layers_check(const am_stack_options *o, amine_error *error) {
  if (o->n_inputs < 1 || o->n_inputs > 4096)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network has 1 to 4096 inputs, not %d",
                   o->n_inputs);
  if (o->n_hidden < 1 || o->n_hidden > 8192)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network has 1 to 8192 units, not %d",
                   o->n_hidden);
  if (o->n_layers < 1 || o->n_layers > AM_STACK_LAYERS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a network has 1 to %d layers, not %d",
                   AM_STACK_LAYERS_MAX, o->n_layers);
  if (!(o->dropout >= 0 && o->dropout < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "dropout is from 0 to below 1, not %g",
                   (double)o->dropout);
  return AMINE_OK;
}

amine_status am_layer_plan(am_plan **plan, const am_stack_options *o, int layer, int n_inputs,
                           am_layout layout, amine_error *error) {
  am_binding given[AM_SYMBOLS_MAX + 2]; /* constants are names of the text */
  int n = 0;
  const am_equations *e = layer > 0 && o->above ? o->above : o->text;
  assert(o->n_given <= AM_SYMBOLS_MAX);
  for (int k = 0; k < o->n_given; k++) given[n++] = o->given[k];
  given[n++] = (am_binding){e->symbols[e->input].name, n_inputs};
  for (int k = 0; k < e->n_sizes; k++)
    if (strcmp(e->sizes[k].name, "n") == 0)
      given[n++] = (am_binding){"n", o->n_hidden}, k = e->n_sizes;
  return am_plan_make(plan, e, given, n, layout, o->done, error);
}

amine_status am_layer_places(am_places *places, const am_plan *p, const am_stack_options *o,
                             int layer, amine_error *error) {
  const char *prefix = o->prefix ? o->prefix : o->text->network;
  const size_t at = places->size;
  if (places->n + p->n_tensors > AM_PLACES_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s: %d layers have too many tensors",
                   o->text->name, layer + 1);
  for (int t = 0; t < p->n_tensors; t++) {
    const am_plan_tensor *from = &p->tensors[t];
    am_place place = {.rank = from->rank,
                      .dims = {from->dims[0], from->dims[1]},
                      .at = at + from->at,
                      .form = from->form,
                      .role = from->role};
    char name[AM_SYMBOL_SIZE * 2 + 8];
    if (!from->whole) snprintf(name, sizeof name, "%s.%s_l%d", prefix, from->name, layer);
    else if (layer > 0) snprintf(name, sizeof name, "%s_l%d", from->name, layer);
    else snprintf(name, sizeof name, "%s", from->name);
    if (strlen(name) >= sizeof place.name)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%s: the name of a tensor, %s, has more than %d characters", o->text->name,
                     name, (int)sizeof place.name - 1);
    memcpy(place.name, name, strlen(name) + 1);
    places->place[places->n++] = place;
  }
  return AMINE_OK;
}

static amine_status make_layer(am_stack *s, am_places *places, const am_stack_options *o, int layer,
                               amine_error *error) {
  const int width = layer == 0 ? o->n_inputs : s->plan[layer - 1]->n_outputs;
  AM_TRY(am_layer_plan(&s->plan[layer], o, layer, width, AM_LAYOUT_LANES, error));
  s->n_layers = layer + 1;
  s->at[layer] = places->size;
  AM_TRY(am_layer_places(places, s->plan[layer], o, layer, error));
  places->size += s->plan[layer]->n_parameters;
  if (s->plan[layer]->n_given > s->n_given) s->n_given = s->plan[layer]->n_given;
  for (int k = 0; layer == 0 && k < s->plan[0]->n_numbers; k++)
    AM_TRY(
        am_feed_ask(&s->feed, s->plan[0]->given[k].name, s->plan[0]->given[k].before, NULL, error));
  return AMINE_OK;
}

amine_status am_stack_make(am_stack *s, am_places *places, const am_stack_options *o,
                           amine_error *error) {
  *s = (am_stack){.first = places->n,
                  .dropout = o->dropout,
                  .rule = o->rule,
                  .clip = o->clip,
                  .trace_penalty = o->trace_penalty,
                  .anew = o->anew,
                  .through = o->done & AM_PLAN_THROUGH,
                  .open = o->open,
                  .rate = o->rate,
                  .feed = o->feed};
  if (o->program) s->program = *o->program;
  amine_status status = am_layers_check(o, error);
  for (int l = 0; status == AMINE_OK && l < o->n_layers; l++)
    status = make_layer(s, places, o, l, error);
  if (status != AMINE_OK) {
    am_stack_free(s);
    return status;
  }
  s->n_outputs = s->plan[s->n_layers - 1]->n_outputs;
  return AMINE_OK;
}

void am_stack_free(am_stack *s) {
  for (int l = 0; l < AM_STACK_LAYERS_MAX; l++) am_plan_free(s->plan[l]);
  *s = (am_stack){0};
}

void am_stack_initialise(const am_stack *s, const am_places *places, float *parameters,
                         uint64_t seed) {
  int k = s->first;
  for (int l = 0; l < s->n_layers; k += s->plan[l++]->n_tensors)
    am_first_values(s->plan[l], places, k, parameters, seed);
}

/* ------------------------------------------------------------------------------ memory */
static void cut_traces(am_cutter *c, am_stack_layer *layer, const am_stack *s, const am_plan *p,
                       size_t T, bool keeps) {
  if (p->n_traces > 0) am_cut(c, &layer->eta_e, 2);
  for (int k = 0; k < p->n_traces; k++) {
    const am_plan_trace *t = &p->traces[k];
    am_plan_living *x = &layer->living[k];
    const size_t rows = (size_t)t->rows, size = rows * (size_t)t->cols;
    const size_t kept = s->through ? T * size : size, back = s->through ? size : 0;
    am_cut(c, &x->H, kept);
    am_cut(c, &x->E, s->rule->has_E ? kept : 0);
    am_cut(c, &x->dH, back);
    am_cut(c, &x->dE, s->rule->has_E ? back : 0);
    am_cut(c, &x->lost, s->through ? (size_t)t->cols : 0);
    am_cut(c, &x->a, keeps ? T * rows : rows);
    am_cut(c, &x->b, keeps ? T * rows : rows);
    am_cut(c, &x->own, keeps && !s->through && t->rows == t->cols ? T * rows : 0);
  }
}

size_t am_stack_lay_out(am_stack_memory *m, am_real *block, const am_stack *s, int n_steps,
                        bool gradients) {
  const size_t T = (size_t)n_steps, n = (size_t)s->n_outputs, above = (size_t)s->n_layers - 1;
  const bool dropped = s->dropout > 0 && above > 0;
  am_cutter c = {block, 0, LANES * sizeof *block};
  *m = (am_stack_memory){.n_steps = n_steps, .keeps = gradients};
  am_cut_structs(&c, &m->layer, (size_t)s->n_layers, sizeof *m->layer);
  for (int l = 0; l < s->n_layers; l++) {
    const am_plan *p = s->plan[l];
    am_stack_layer measured = {0}, *layer = block ? &m->layer[l] : &measured;
    am_cut(&c, &layer->fixed, (size_t)p->n_fixed);
    am_cut(&c, &layer->block, (T + 1) * (size_t)p->n_rows);
    am_cut(&c, &layer->shown, dropped && l + 1 < s->n_layers ? T * n : 0);
    cut_traces(&c, layer, s, p, T, gradients);
    if (!gradients) continue;
    am_cut(&c, &layer->fixed_gradient, (size_t)p->n_fixed);
    am_cut(&c, &layer->gradient, (T + 1) * (size_t)p->n_rows);
  }
  am_cut(&c, &m->below, gradients && above > 0 ? T * n : 0);
  am_cut(&c, &m->input_gradient, gradients && s->open ? T * (size_t)s->plan[0]->n_inputs : 0);
  am_cut(&c, &m->mask, dropped ? T * n * above : 0);
  am_cut(&c, &m->given, T * (size_t)s->n_given);
  am_cut(&c, &m->keep, s->anew ? T : 0);
  return c.at / sizeof *block;
}

/* ------------------------------------------------------------------------------ forward */
static void begin_traces(const am_stack *s, const am_stack_memory *m, int layer,
                         const am_real *parameters, bool each) {
  const am_plan *p = s->plan[layer];
  for (int k = 0; k < p->n_traces; k++) {
    const am_plan_living *x = &m->layer[layer].living[k];
    const size_t bytes =
        (size_t)p->traces[k].rows * (size_t)p->traces[k].cols * LANES * sizeof(am_real);
    memset(x->H, 0, bytes);
    if (x->E) memset(x->E, 0, bytes);
  }
  for (size_t k = 0; p->n_traces > 0 && k < LANES; k++)
    m->layer[layer].eta_e[k] =
        p->rate == SIZE_MAX ? (am_real)s->rate : parameters[each ? p->rate * LANES + k : p->rate];
}

void am_stack_begin(const am_stack *s, const am_stack_memory *m, const am_real *parameters,
                    bool each) {
  const am_plan_lanes_ops *code = am_plan_lanes_code();
  for (int l = 0; l < s->n_layers; l++) {
    const am_real *own = parameters + s->at[l] * (each ? LANES : 1);
    (each ? code->fix_each : code->fix)(s->plan[l], m->layer[l].fixed, own);
    code->begin(s->plan[l], m->layer[l].block);
    begin_traces(s, m, l, own, each);
  }
}

void am_stack_draw(const am_stack *s, const am_stack_memory *m, uint64_t seed, uint32_t episode,
                   uint32_t first, int n, int twins) {
  for (int l = 0; l < s->n_layers; l++)
    for (uint32_t k = 0; k < (uint32_t)n; k++)
      am_plan_draw(s->plan[l], m->layer[l].block + k, LANES, seed, episode,
                   (first + k) / (uint32_t)twins,
                   l);
}

const am_real *am_stack_seen(const am_stack *s, const am_stack_memory *m, int layer,
                             const am_real *u, bool dropped, size_t *step) {
  if (layer == 0) return *step = (size_t)s->plan[0]->n_inputs * LANES, u;
  const am_plan *below = s->plan[layer - 1];
  if (dropped) return *step = (size_t)below->n_outputs * LANES, m->layer[layer - 1].shown;
  *step = (size_t)below->n_rows * LANES;
  return am_stack_block(s, m, layer - 1, 0) + (size_t)below->output * LANES;
}

/* Step t of a layer; its traces are told in `living`. */
am_plan_step am_stack_step_of(const am_stack *s, const am_stack_memory *m, int layer, int t,
                              const am_real *parameters, const am_real *input,
                              am_plan_living living[AM_TRACES_MAX]) {
  const am_plan *p = s->plan[layer];
  for (int k = 0; k < p->n_traces; k++) {
    const size_t at = m->keeps ? (size_t)t * (size_t)p->traces[k].rows * LANES : 0;
    const size_t size =
        s->through ? (size_t)p->traces[k].cols * LANES * (size_t)p->traces[k].rows : 0;
    am_plan_living *x = &living[k];
    *x = m->layer[layer].living[k];
    x->a += at, x->b += at;
    if (x->own) x->own += at;
    x->H += (size_t)t * size, x->H_next = x->H + size;
    if (x->E) x->E += (size_t)t * size, x->E_next = x->E + size;
  }
  return (am_plan_step){.parameters = parameters,
                        .fixed = m->layer[layer].fixed,
                        .input = input,
                        .given = s->n_given > 0 ? am_stack_given(s, m, t) : NULL,
                        .living = living,
                        .held = layer == 0 ? m->held : NULL,
                        .before = am_stack_block(s, m, layer, t - 1),
                        .block = am_stack_block(s, m, layer, t),
                        .n_past = t,
                        .block_step = (size_t)p->n_rows * LANES};
}

am_plan_rule am_stack_rule_of(const am_stack *s, const am_stack_memory *m, int layer) {
  am_real *eta_e = m->layer[layer].eta_e;
  return (am_plan_rule){.ops = s->rule,
                        .constants = {.clip = (am_real)s->clip, .program = &s->program},
                        .eta_e = eta_e,
                        .deta_e = eta_e ? eta_e + LANES : NULL,
                        .keep = s->anew ? m->keep : NULL};
}

/* What a layer reads at t. */
static const am_real *seen_at(const am_stack *s, const am_stack_memory *m, int layer, int t,
                              const am_real *u, bool dropped) {
  size_t step = 0;
  return layer == 0 ? u : am_stack_seen(s, m, layer, NULL, dropped, &step) + (size_t)t * step;
}

/* What the layer above sees of what this one said. */
static void show(const am_stack *s, const am_stack_memory *m, int layer, int t) {
  const am_plan *p = s->plan[layer];
  const size_t n = (size_t)p->n_outputs * LANES;
  const am_real *mask = am_stack_mask(s, m, layer, t);
  const am_real *h = am_stack_block(s, m, layer, t) + (size_t)p->output * LANES;
  for (size_t k = 0; k < n; k++) m->layer[layer].shown[(size_t)t * n + k] = mask[k] * h[k];
}

void am_stack_step(const am_stack *s, const am_stack_memory *m, int t, const am_real *parameters,
                   const am_real *u, bool dropped) {
  am_plan_living living[AM_TRACES_MAX];
  for (int l = 0; l < s->n_layers; l++) {
    const am_plan_step now = am_stack_step_of(s, m, l, t, parameters + s->at[l],
                                              seen_at(s, m, l, t, u, dropped), living);
    am_plan_lanes_code()->step(s->plan[l], &now);
    if (dropped && l + 1 < s->n_layers) show(s, m, l, t);
  }
}

void am_stack_step_each(const am_stack *s, const am_stack_memory *m, int t,
                        const am_real *parameters, const am_real *u) {
  am_plan_living living[AM_TRACES_MAX];
  for (int l = 0; l < s->n_layers; l++) {
    const am_plan_step now = am_stack_step_of(s, m, l, t, parameters + s->at[l] * LANES,
                                              seen_at(s, m, l, t, u, false), living);
    am_plan_lanes_code()->step_each(s->plan[l], &now);
  }
}

void am_stack_after(const am_stack *s, const am_stack_memory *m, int t, const am_real *parameters,
                    const am_real *u, bool dropped, bool each) {
  const am_plan_lanes_ops *code = am_plan_lanes_code();
  am_plan_living living[AM_TRACES_MAX];
  for (int l = 0; l < s->n_layers; l++) {
    const am_plan *p = s->plan[l];
    if (p->n_traces == 0) continue;
    const am_plan_step now =
        am_stack_step_of(s, m, l, t, parameters + s->at[l] * (each ? LANES : 1),
                         seen_at(s, m, l, t, u, dropped), living);
    am_plan_rule rule = am_stack_rule_of(s, m, l);
    if (rule.keep) rule.keep += (size_t)(t * LANES);
    /* where all states are kept, nobody reads what the last step would leave */
    const bool last = s->through && t + 1 == m->n_steps;
    (each ? code->after_each : code->after)(p, &now, last ? NULL : &rule);
  }
}

bool am_stack_looks_back(const am_stack *s) {
  bool any = false;
  for (int l = 0; l < s->n_layers; l++) any |= s->plan[l]->looks_back;
  return any;
}

void am_stack_forget(const am_stack *s, const am_stack_memory *m) {
  for (int l = 0; l < s->n_layers; l++)
    memcpy(m->layer[l].block, am_stack_block(s, m, l, 0),
           (size_t)s->plan[l]->n_rows * LANES * sizeof(am_real));
}

size_t am_stack_carried(const am_stack *s) {
  size_t n = 0;
  for (int l = 0; l < s->n_layers; l++) n += (size_t)s->plan[l]->n_rows;
  return n;
}

void am_stack_carry_out(const am_stack *s, const am_stack_memory *m, int k, am_real *to) {
  for (int l = 0; l < s->n_layers; l++) {
    const am_real *from = am_stack_block(s, m, l, m->n_steps - 1);
    for (int i = 0; i < s->plan[l]->n_rows; i++) *to++ = from[i * LANES + k];
  }
}

void am_stack_carry_in(const am_stack *s, const am_stack_memory *m, int k, const am_real *from) {
  for (int l = 0; l < s->n_layers; l++) {
    am_real *to = am_stack_block(s, m, l, -1);
    for (int i = 0; i < s->plan[l]->n_rows; i++) to[i * LANES + k] = *from++;
  }
}

/* ------------------------------------------------------------------------------ learning */
void am_stack_clear(const am_stack *s, const am_stack_memory *m) {
  for (int l = 0; l < s->n_layers; l++) {
    const am_plan *p = s->plan[l];
    if (p->n_fixed > 0)
      memset(m->layer[l].fixed_gradient, 0, (size_t)p->n_fixed * LANES * sizeof(am_real));
    for (int t = -1; t < m->n_steps; t++)
      for (int k = 0; k < p->n_kept; k++)
        memset(am_stack_gradient(s, m, l, t) + (size_t)p->kept[k].row * LANES, 0,
               (size_t)p->kept[k].rows * LANES * sizeof(am_real));
  }
}

void am_stack_local(const am_stack *s, const am_stack_memory *m, am_real *change,
                    const am_real *parameters, const am_real *u, am_stack_reach reach) {
  const am_plan *p = s->plan[0];
  const size_t width = (size_t)p->n_inputs * LANES;
  am_plan_living living[AM_TRACES_MAX];
  assert(reach == AM_STACK_NOW || !p->looks_back);
  for (int t = m->n_steps - 1; t >= 0; t--) {
    const am_plan_step now =
        am_stack_step_of(s, m, 0, t, parameters + s->at[0], u + (size_t)t * width, living);
    const am_plan_gradient gradient = {
        .block = am_stack_gradient(s, m, 0, t),
        .before = reach == AM_STACK_NOW ? NULL : am_stack_gradient(s, m, 0, t - 1),
        .fixed = m->layer[0].fixed_gradient};
    am_plan_lanes_code()->local(p, &now, &gradient,
                                reach == AM_STACK_ELEMENTS ? AM_REACH_ELEMENTS : AM_REACH_UNIT);
  }
  am_stack_collect(s, m, 0, change, u, width, NULL, 0);
}

void am_stack_collect(const am_stack *s, const am_stack_memory *m, int layer, am_real *change,
                      const am_real *u, size_t u_step, const am_real *gained, size_t gained_step) {
  const am_plan *p = s->plan[layer];
  const am_plan_rule rule = am_stack_rule_of(s, m, layer);
  const am_plan_window w = {.n_steps = m->n_steps,
                            .rule = &rule,
                            .living = m->layer[layer].living,
                            .fixed = m->layer[layer].fixed,
                            .input = u,
                            .before = am_stack_block(s, m, layer, -1),
                            .block = am_stack_block(s, m, layer, 0),
                            .gradient = am_stack_gradient(s, m, layer, 0),
                            .gained = gained,
                            .gained_step = gained_step,
                            .input_step = u_step,
                            .block_step = (size_t)p->n_rows * LANES,
                            .gradient_step = (size_t)p->n_rows * LANES};
  am_plan_lanes_code()->collect(p, change + s->at[layer], &w);
  am_plan_lanes_code()->collect_fixed(p, change + s->at[layer], m->layer[layer].fixed_gradient);
  for (size_t k = 0; s->through && p->rate != SIZE_MAX && k < LANES; k++)
    change[s->at[layer] + p->rate] += rule.deta_e[k];
}
