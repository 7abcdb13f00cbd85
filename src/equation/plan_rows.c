/* Rows for what operations make, and the order of the way back (see plan_builder.h). */
#include <string.h>

#include "equation/plan_builder.h"

/* ------------------------------------------------------------------------------ rows */
/* May the result lie where operand value v lies? */
static bool in_place(const am_builder *b, int v, int rows) {
  const am_value *x = &b->values[v];
  return x->from == AM_FROM_STEP && x->uses == 1 && !x->kept && x->rows == rows &&
         !am_builder_needs[b->p->operations[x->producer].kind].result;
}

/* Does the way back need operand i of operation k? Not to get through a product with a number. */
static bool is_needed(const am_builder *b, int k, int i) {
  const am_operation *o = &b->p->operations[k];
  const bool product = o->kind == AM_DO_MULTIPLY || o->kind == AM_DO_MULTIPLY_ADD ||
                       o->kind == AM_DO_MULTIPLY_SUBTRACT;
  const am_value *other = product && i < 2 ? &b->values[b->in[k][1 - i]] : NULL;
  if (other && other->from == AM_FROM_FIXED && !b->p->fixed[other->row].learned) return false;
  return am_builder_needs[o->kind].in[i];
}

void am_builder_remove_unused(am_builder *b) {
  am_plan *p = b->p;
  for (int k = p->n_operations - 1; k >= 0; k--) {
    if (b->values[b->out[k]].uses > 0) continue;
    for (int i = 0; i < p->operations[k].n_in; i++) b->values[b->in[k][i]].uses--;
    if (b->base[k] >= 0) b->values[b->base[k]].uses--;
    p->operations[k].rows = 0;
  }
  int n = 0;
  for (int k = 0; k < p->n_operations; k++) {
    if (p->operations[k].rows == 0) continue;
    p->operations[n] = p->operations[k];
    memcpy(b->in[n], b->in[k], sizeof b->in[n]);
    b->base[n] = b->base[k], b->out[n] = b->out[k];
    b->values[b->out[n]].producer = n;
    n++;
  }
  p->n_operations = n;
}

/* A trace lives in its product: one that nobody asks for would leave it without an update. */
static amine_status check_products(const am_builder *b) {
  const am_plan *p = b->p;
  bool asked_for[AM_TRACES_MAX] = {false};
  for (int k = 0; k < p->n_operations; k++)
    if (p->operations[k].trace >= 0) asked_for[p->operations[k].trace] = true;
  for (int k = 0; k < b->e->n_symbols; k++)
    if (b->trace[k] >= 0 && !asked_for[b->trace[k]])
      return REFUSE(b, b->e->symbols[k].at, "nobody asks for the product that %s stands in",
                    b->e->symbols[k].name);
  return AMINE_OK;
}

static void swap_operations(am_builder *b, int i, int k) {
  am_plan *p = b->p;
  const am_operation o = p->operations[i];
  p->operations[i] = p->operations[k], p->operations[k] = o;
  int in[AM_OPERANDS];
  memcpy(in, b->in[i], sizeof in);
  memcpy(b->in[i], b->in[k], sizeof in);
  memcpy(b->in[k], in, sizeof in);
  const int base = b->base[i], out = b->out[i];
  b->base[i] = b->base[k], b->out[i] = b->out[k];
  b->base[k] = base, b->out[k] = out;
  b->values[b->out[i]].producer = i, b->values[b->out[k]].producer = k;
}

/* Those that states and output ask for come first, in their order, then the others. */
static void put_off(am_builder *b) {
  am_plan *p = b->p;
  bool now[AM_OPERATIONS_MAX] = {false};
  am_operation *all = p->operations;
  for (int s = 0; s < p->n_states; s++) now[b->values[p->states[s].row].producer] = true;
  now[b->values[p->output].producer] = true;
  for (int k = p->n_operations - 1; k >= 0; k--) {
    if (!now[k]) continue;
    for (int i = 0; i < all[k].n_in; i++)
      if (b->values[b->in[k][i]].producer >= 0) now[b->values[b->in[k][i]].producer] = true;
    if (b->base[k] >= 0) now[b->values[b->base[k]].producer] = true;
  }
  for (int k = 0; k < p->n_operations; k++) {
    if (!now[k]) continue;
    for (int i = k; i > p->n_now; i--) swap_operations(b, i, i - 1);
    p->n_now++;
  }
}

static void hear(am_builder *b, int *v) {
  if (*v != b->said) return;
  b->values[*v].uses--;
  b->values[ *v = b->heard].uses++;
}

/* What traces take up comes after what somebody does to the output. */
static void hear_all(am_builder *b) {
  for (int k = b->p->n_now; k < b->p->n_operations && b->said >= 0; k++)
    for (int i = 0; i < b->p->operations[k].n_in; i++) hear(b, &b->in[k][i]);
}

static void give_rows(am_builder *b) {
  am_plan *p = b->p;
  for (int k = 0; k < p->n_operations; k++) {
    am_operation *o = &p->operations[k];
    am_value *y = &b->values[b->out[k]];
    o->adds = b->base[k] >= 0; /* matrices of one sum follow each other, in the same rows */
    if (o->adds) y->row = b->values[b->base[k]].row;
    for (int i = 0; i < o->n_in && y->row < 0 && o->kind != AM_DO_SUM; i++) {
      if (is_needed(b, k, i) || !in_place(b, b->in[k][i], o->rows)) continue;
      y->row = b->values[b->in[k][i]].row;
    }
    if (y->row < 0) y->row = p->n_rows, p->n_rows += room_of(b, o->rows);
    o->row = y->row;
    if (o->kind == AM_DO_ATTEND) o->norms = p->n_rows, p->n_rows += room_of(b, o->heads);
  }
}

/* Where a value lies, once rows are given. */
static am_operand operand_of(const am_builder *b, int of) {
  const am_plan *p = b->p;
  const am_value *v = &b->values[of];
  am_operand o = {.from = v->from, .row = v->row, .rows = v->rows};
  for (int s = 0; v->from == AM_FROM_BEFORE && s < p->n_states; s++)
    if (strcmp(p->states[s].name, b->e->symbols[v->row].name) == 0)
      o.row = b->values[p->states[s].row].row;
  return o;
}

static amine_status note_kept(am_builder *b) {
  am_plan *p = b->p;
  int n = 0;
  for (int v = 0; v < b->n_values; v++) n += b->values[v].kept;
  p->kept = am_alloc((size_t)n, sizeof *p->kept);
  if (!p->kept) return am_fail_memory(b->error, (size_t)n * sizeof *p->kept);
  for (int v = 0; v < b->n_values; v++)
    if (b->values[v].kept && b->values[v].row >= 0)
      p->kept[p->n_kept++] = (am_plan_rows){b->values[v].row, b->values[v].rows};
  return AMINE_OK;
}

static void take_rows(am_builder *b) {
  am_plan *p = b->p;
  for (int k = 0; k < p->n_operations; k++)
    for (int i = 0; i < p->operations[k].n_in; i++)
      p->operations[k].in[i] = operand_of(b, b->in[k][i]);
  for (int t = 0; t < p->n_traces; t++) {
    p->traces[t].post = operand_of(b, b->ends[t][0]);
    p->traces[t].pre = operand_of(b, b->ends[t][1]);
    p->traces[t].eta = operand_of(b, b->ends[t][2]);
  }
  for (int k = 0; k < p->n_noises; k++)
    p->noises[k] = (am_plan_noise){operand_of(b, b->noises[k][0]), operand_of(b, b->noises[k][1]),
                                   b->given >= 0};
  if (p->has_level) p->level = operand_of(b, b->level);
  for (int k = 0; k < p->n_told; k++) p->told[k].operand = operand_of(b, b->told[k]);
  for (int k = 0; k < p->n_seen; k++) p->seen[k].operand = operand_of(b, b->seen[k]);
  for (int s = 0; s < p->n_states; s++) p->states[s].row = b->values[p->states[s].row].row;
  p->n_outputs = b->values[p->output].rows;
  for (int s = 0; s < p->n_states; s++)
    p->output_is_state |= p->states[s].row == b->values[p->output].row;
  p->output = b->values[p->output].row;
}

/* A learned number that goes with every row of a result becomes so many rows, all of the same
 * place: so each row's effect on its own unit stays apart. */
static amine_status spread(am_builder *b, am_operation *o, am_operand *in) {
  const am_plan *p = b->p;
  const bool each = !by_units(b) && o->kind != AM_DO_AFFINE && o->kind != AM_DO_SUM &&
                    o->kind != AM_DO_DOT && o->kind != AM_DO_ATTEND;
  if (!each || in->from != AM_FROM_FIXED || !p->fixed[in->row].learned || in->rows == o->rows)
    return AMINE_OK;
  const am_fixed learned = p->fixed[in->row];
  AM_TRY(am_builder_fixed(b, &in->row, o->rows, 0));
  for (int k = 0; k < o->rows; k++) b->p->fixed[in->row + k] = learned;
  in->rows = o->rows;
  return AMINE_OK;
}

static amine_status spread_all(am_builder *b) {
  for (int k = 0; k < b->p->n_operations; k++)
    for (int i = 0; i < b->p->operations[k].n_in; i++)
      AM_TRY(spread(b, &b->p->operations[k], &b->p->operations[k].in[i]));
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the way back */
static int compare_weights(const am_plan *p, int a, int b) {
  const size_t x = p->operations[a].weights, y = p->operations[b].weights;
  return x < y ? -1 : x > y;
}

/* Through the matrices that wait, in the order in which their parameters lie. */
static int flush(const am_plan *p, int *order, int n, int *waiting, int n_waiting) {
  for (int k = 1; k < n_waiting; k++)
    for (int i = k; i > 0 && compare_weights(p, waiting[i], waiting[i - 1]) < 0; i--) {
      const int t = waiting[i];
      waiting[i] = waiting[i - 1], waiting[i - 1] = t;
    }
  for (int k = 0; k < n_waiting; k++) order[n++] = waiting[k];
  return n;
}

/* How many operations there are on the way back. */
static int n_back(const am_builder *b) {
  return by_units(b) || b->done & AM_PLAN_THROUGH ? b->p->n_operations : b->p->n_now;
}

/* Matrices wait until somebody needs what comes through them: so what goes back to a state is
 * summed in the order of its parameters, whatever the order of the text. */
static void order_backward(const am_builder *b) {
  am_plan *p = b->p;
  int waiting[AM_OPERATIONS_MAX], n_waiting = 0, n = 0;
  p->n_back = n_back(b);
  for (int k = p->n_back - 1; k >= 0; k--) {
    for (int i = 0; i < n_waiting; i++)
      if (b->in[waiting[i]][0] == b->out[k]) {
        n = flush(p, p->backward, n, waiting, n_waiting);
        n_waiting = 0;
      }
    if (p->operations[k].kind == AM_DO_AFFINE) waiting[n_waiting++] = k;
    else p->backward[n++] = k;
  }
  flush(p, p->backward, n, waiting, n_waiting);
}

/* Which gradients are written and which are added to. Those of states and of the output are there
 * before: from the step behind and from above. */
static void mark_first(const am_builder *b) {
  am_plan *p = b->p;
  bool touched[AM_VALUES_MAX] = {false};
  for (int v = 0; v < b->n_values; v++) touched[v] = b->values[v].kept;
  for (int k = 0; k < p->n_back; k++) {
    am_operation *o = &p->operations[p->backward[k]];
    for (int i = 0; i < o->n_in; i++) {
      const int v = b->in[p->backward[k]][i];
      o->in[i].first = o->in[i].from == AM_FROM_STEP && !touched[v];
      touched[v] = true;
    }
  }
}

/* ------------------------------------------------------------------------------ all of it */
amine_status am_builder_rows(am_builder *b) {
  am_builder_remove_unused(b);
  AM_TRY(check_products(b));
  put_off(b);
  AM_TRY(am_builder_known(b));
  hear_all(b);
  give_rows(b);
  AM_TRY(note_kept(b));
  take_rows(b);
  AM_TRY(spread_all(b));
  order_backward(b);
  mark_first(b);
  return AMINE_OK;
}
