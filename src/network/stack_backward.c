/* The gradient through layers and steps (see stack_backward.h). */
#include "network/stack_backward.h"

#include <assert.h>
#include <string.h>

#include "equation/plan_backward.h"

enum { LANES = AM_STACK_LANES };

/* What a layer above sends down to the output of step t. */
static void receive(const am_stack *s, const am_stack_memory *m, int layer, int t, bool dropped) {
  const am_plan *p = s->plan[layer];
  const size_t n = (size_t)p->n_outputs * LANES;
  const am_real *from = m->below + (size_t)t * n;
  const am_real *mask = dropped ? am_stack_mask(s, m, layer, t) : NULL;
  am_real *to = am_stack_gradient(s, m, layer, t) + (size_t)p->output * LANES;
  const bool later = p->output_is_state || p->looks_back; /* has some from later steps */
  for (size_t k = 0; k < n; k++) {
    const am_real g = mask ? mask[k] * from[k] : from[k];
    to[k] = later ? to[k] + g : g;
  }
}

static am_plan_gradient gradient_of(const am_stack *s, const am_stack_memory *m, int layer, int t) {
  const size_t width = (size_t)s->plan[layer]->n_inputs * LANES;
  am_real *input = layer ? m->below : m->input_gradient;
  return (am_plan_gradient){.block = am_stack_gradient(s, m, layer, t),
                            .before = t >= 0 ? am_stack_gradient(s, m, layer, t - 1) : NULL,
                            .input = input ? input + (size_t)t * width : NULL,
                            .fixed = m->layer[layer].fixed_gradient};
}

static void layer_back(const am_stack *s, const am_stack_memory *m, int layer,
                       const am_real *parameters, const am_real *seen, size_t seen_step,
                       bool dropped) {
  const am_plan *p = s->plan[layer];
  am_plan_rule rule = am_stack_rule_of(s, m, layer);
  am_plan_living living[2][AM_TRACES_MAX];
  assert(p->n_traces == 0 || s->through);
  for (int t = m->n_steps - 1; t >= 0; t--) {
    const am_real *input = seen + (size_t)t * seen_step, *own = parameters + s->at[layer];
    const am_plan_step now = am_stack_step_of(s, m, layer, t, own, input, living[0]);
    const am_plan_gradient to = gradient_of(s, m, layer, t);
    if (layer + 1 < s->n_layers) receive(s, m, layer, t, dropped);
    if (to.input) memset(to.input, 0, (size_t)(p->n_inputs * LANES) * sizeof *to.input);
    if (p->n_traces == 0 || t == 0) {
      am_plan_backward_code()->back(p, &now, &to, NULL);
      continue;
    }
    const am_plan_step last =
        am_stack_step_of(s, m, layer, t - 1, own, input - seen_step, living[1]);
    const am_plan_gradient before = gradient_of(s, m, layer, t - 1);
    if (s->anew) rule.keep = m->keep + (size_t)((t - 1) * LANES);
    const am_plan_past past = {.step = &last,
                               .gradient = &before,
                               .rule = &rule,
                               .penalty = (am_real)s->trace_penalty,
                               .live = m->live ? m->live + (size_t)(t * LANES) : NULL};
    am_plan_backward_code()->back(p, &now, &to, &past);
  }
}

/* Nothing comes to the traces from behind the last step. */
static void begin(const am_stack *s, const am_stack_memory *m, int layer) {
  const am_plan *p = s->plan[layer];
  for (int k = 0; k < p->n_traces; k++) {
    const am_plan_living *x = &m->layer[layer].living[k];
    const size_t bytes = (size_t)(p->traces[k].rows * p->traces[k].cols) * LANES * sizeof(am_real);
    memset(x->dH, 0, bytes);
    if (x->dE) memset(x->dE, 0, bytes);
  }
  if (p->n_traces > 0) memset(m->layer[layer].eta_e + LANES, 0, LANES * sizeof(am_real));
}

void am_stack_back(const am_stack *s, const am_stack_memory *m, am_real *change,
                   const am_real *parameters, const am_real *u, bool dropped) {
  for (int l = s->n_layers - 1; l >= 0; l--) {
    size_t step;
    const am_real *seen = am_stack_seen(s, m, l, u, dropped, &step);
    begin(s, m, l);
    layer_back(s, m, l, parameters, seen, step, dropped);
    am_stack_collect(s, m, l, change, seen, step, NULL, 0);
  }
}
