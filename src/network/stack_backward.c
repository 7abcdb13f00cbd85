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
  for (size_t k = 0; k < n; k++) {
    const am_real g = mask ? mask[k] * from[k] : from[k];
    to[k] = p->output_is_state ? to[k] + g : g;
  }
}

static void layer_back(const am_stack *s, const am_stack_memory *m, int layer,
                       const am_real *parameters, const am_real *seen, size_t seen_step,
                       bool dropped) {
  const am_plan *p = s->plan[layer];
  const size_t width = (size_t)p->n_inputs * LANES;
  assert(p->n_traces == 0); /* for these there are pairs (network/pair_backward.h) */
  for (int t = m->n_steps - 1; t >= 0; t--) {
    am_real *below = layer ? m->below + (size_t)t * width : NULL;
    const am_plan_step now = {.parameters = parameters + s->at[layer],
                              .fixed = m->fixed[layer],
                              .input = seen + (size_t)t * seen_step,
                              .before = am_stack_block(s, m, layer, t - 1),
                              .block = am_stack_block(s, m, layer, t)};
    const am_plan_gradient to = {.block = am_stack_gradient(s, m, layer, t),
                                 .before = am_stack_gradient(s, m, layer, t - 1),
                                 .input = below,
                                 .fixed = m->fixed_gradient[layer]};
    if (layer + 1 < s->n_layers) receive(s, m, layer, t, dropped);
    if (below) memset(below, 0, width * sizeof *below);
    am_plan_backward_code()->back(p, &now, &to);
  }
}

void am_stack_back(const am_stack *s, const am_stack_memory *m, am_real *change,
                   const am_real *parameters, const am_real *u, bool dropped) {
  for (int l = s->n_layers - 1; l >= 0; l--) {
    size_t step;
    const am_real *seen = am_stack_seen(s, m, l, u, dropped, &step);
    layer_back(s, m, l, parameters, seen, step, dropped);
    am_stack_collect(s, m, l, change, seen, step);
  }
}
