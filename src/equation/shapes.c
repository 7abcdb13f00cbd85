/* Which shape everything in a text has (see equations.h): what is declared says it, and what is
 * combined agrees. Sizes that must be equal become one; names that differ never do.
 *
 * The text is gone through until nothing new is found, since what stands below may say what stands
 * above. */
#include "equation/equations.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "equation/mark.h"

typedef struct inference {
  am_equations *e;
  bool moved; /* something was found in this round */
  amine_error *error;
} inference;

static const am_shape unknown = {-1, {-1, -1}}, scalar = {0, {-1, -1}};

/* ------------------------------------------------------------------------------ sentences */
amine_status am_equations_refuse(const am_equations *e, int at, amine_error *error,
                                 const char *format, ...) {
  char sentence[400];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  am_fail(error, AMINE_ERROR_INPUT, "%.200s:%d:%d: %s", e->name, am_mark_line(e->text, at),
          am_mark_column(e->text, at), sentence);
  if (error) {
    error->offset = at;
    am_mark_excerpt(error->excerpt, sizeof error->excerpt, e->text, at);
  }
  return AMINE_ERROR_INPUT;
}

int am_equations_size(const am_equations *e, int size) {
  while (e->sizes[size].same != size) size = e->sizes[size].same;
  return size;
}

static void put_size(const am_equations *e, int size, am_text *text) {
  const am_size *s = &e->sizes[am_equations_size(e, size)];
  if (s->name[0]) am_text_puts(text, s->name);
  else if (s->number) am_text_printf(text, "%d", s->number);
  else am_text_puts(text, "?");
}

static void put_shape(const am_equations *e, am_shape s, am_text *text) {
  for (int k = 0; k < s.rank; k++) {
    am_text_puts(text, k ? ", " : "[");
    put_size(e, s.dim[k], text);
  }
  am_text_puts(text, s.rank > 0 ? "]" : "");
}

void am_equations_put_shape(const am_equations *e, int symbol, am_text *text) {
  static const char *const of_connection[] = {"", "[i]", "[j]", "[i, j]"};
  am_text_puts(text, e->symbols[symbol].name);
  if (e->is_rule) am_text_puts(text, of_connection[e->symbols[symbol].sides]);
  put_shape(e, e->symbols[symbol].shape, text);
}

void am_equations_put_tensors(const am_equations *e, am_text *text) {
  for (int t = 0; t < e->n_tensors; t++) {
    int parts = 0, only = -1;
    for (int k = 0; k < e->n_symbols; k++)
      if (e->symbols[k].tensor == t) only = k, parts++;
    if (parts == 1 && strcmp(e->symbols[only].name, e->tensors[t].name) == 0)
      am_equations_put_shape(e, only, text);
    else {
      am_text_printf(text, "%s =", e->tensors[t].name);
      for (int k = 0; k < e->n_symbols; k++) {
        if (e->symbols[k].tensor != t) continue;
        am_text_puts(text, " ");
        am_equations_put_shape(e, k, text);
      }
    }
    am_text_puts(text, "\n");
  }
}

static amine_status do_not_fit(inference *f, int at, am_shape a, am_shape b) {
  am_text left = {0}, right = {0};
  put_shape(f->e, a, &left);
  put_shape(f->e, b, &right);
  const amine_status status = am_equations_refuse(f->e, at, f->error, "%s and %s do not fit here",
                                                  left.length ? left.data : "a number",
                                                  right.length ? right.data : "a number");
  am_text_free(&left);
  am_text_free(&right);
  return status;
}

/* ------------------------------------------------------------------------------ agreement */
static bool sizes_agree(inference *f, int a, int b) {
  am_equations *e = f->e;
  a = am_equations_size(e, a), b = am_equations_size(e, b);
  if (a == b) return true;
  const am_size *x = &e->sizes[a], *y = &e->sizes[b];
  const bool x_said = x->name[0] || x->number, y_said = y->name[0] || y->number;
  if (x_said && y_said && (x->name[0] || y->name[0] || x->number != y->number)) return false;
  if (y_said) e->sizes[a].same = b;
  else e->sizes[b].same = a;
  f->moved = true;
  return true;
}

static bool is_one(const am_equations *e, am_shape s) {
  if (s.rank != 1) return false;
  const am_size *size = &e->sizes[am_equations_size(e, s.dim[0])];
  return !size->name[0] && size->number == 1;
}

/* The shape of two things combined element by element. */
static amine_status combine(inference *f, int at, am_shape *out, am_shape a, am_shape b) {
  if (a.rank < 0 || b.rank < 0) {
    *out = unknown;
    if (a.rank > 0) *out = a; /* whatever the other is, it is no larger */
    if (b.rank > 0) *out = b;
    return AMINE_OK;
  }
  *out = a.rank >= b.rank ? a : b;
  if (is_one(f->e, a) || is_one(f->e, b)) {
    if (is_one(f->e, *out)) *out = is_one(f->e, a) ? b : a;
    if (out->rank == 0) *out = a.rank ? a : b;
    return AMINE_OK;
  }
  const int common = a.rank < b.rank ? a.rank : b.rank;
  for (int k = 0; k < common; k++)
    if (!sizes_agree(f, a.dim[k], b.dim[k])) return do_not_fit(f, at, a, b);
  return AMINE_OK;
}

static amine_status same(inference *f, int at, am_shape a, am_shape b) {
  if (a.rank < 0 || b.rank < 0) return AMINE_OK;
  bool fits = a.rank == b.rank;
  for (int k = 0; fits && k < a.rank; k++) fits = sizes_agree(f, a.dim[k], b.dim[k]);
  return fits ? AMINE_OK : do_not_fit(f, at, a, b);
}

static amine_status new_size(inference *f, int at, int *out) {
  am_equations *e = f->e;
  if (e->n_sizes == AM_SIZES_MAX)
    return am_equations_refuse(e, at, f->error, "a text has at most %d sizes", AM_SIZES_MAX);
  e->sizes[e->n_sizes] = (am_size){.same = e->n_sizes};
  *out = e->n_sizes++;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ trees */
/* The shape of a node; `wanted` is what it would best be if it is open (a learned name). */
static amine_status infer(inference *f, int node, am_shape *out, am_shape wanted);

static amine_status of_symbol(inference *f, const am_node *n, am_shape *out, am_shape wanted) {
  am_symbol *s = &f->e->symbols[n->symbol];
  if (s->kind == AM_SYMBOL_LEARNED && s->shape.rank < 0 && wanted.rank >= 0)
    s->shape = wanted, f->moved = true;
  *out = s->shape;
  return AMINE_OK;
}

static amine_status of_pair(inference *f, const am_node *n, am_shape *out, am_shape wanted) {
  am_shape a, b;
  AM_TRY(infer(f, n->a[0], &a, unknown));
  AM_TRY(infer(f, n->a[1], &b, a.rank > 0 ? a : wanted));
  const am_shape wish = b.rank > 0 ? b : wanted;
  if (a.rank < 0 && wish.rank >= 0) AM_TRY(infer(f, n->a[0], &a, wish));
  return combine(f, n->at, out, a, b);
}

static amine_status of_apply(inference *f, const am_node *n, am_shape *out, am_shape wanted) {
  am_shape W, x;
  AM_TRY(infer(f, n->a[1], &x, unknown));
  AM_TRY(infer(f, n->a[0], &W, unknown));
  if (x.rank >= 0 && x.rank != 1)
    return am_equations_refuse(f->e, f->e->nodes[n->a[1]].at, f->error,
                               "behind @ a vector belongs, this is a %s",
                               x.rank == 0 ? "number" : "matrix");
  if (W.rank < 0 && x.rank == 1) {
    am_shape matrix = {2, {-1, x.dim[0]}};
    if (wanted.rank == 1) matrix.dim[0] = wanted.dim[0];
    else AM_TRY(new_size(f, n->at, &matrix.dim[0]));
    AM_TRY(infer(f, n->a[0], &W, matrix));
  }
  *out = unknown;
  if (W.rank < 0) return AMINE_OK;
  if (W.rank != 2)
    return am_equations_refuse(f->e, f->e->nodes[n->a[0]].at, f->error,
                               "before @ a matrix belongs, this is a %s",
                               W.rank == 0 ? "number" : "vector");
  *out = (am_shape){1, {W.dim[0], -1}};
  if (x.rank == 1 && !sizes_agree(f, W.dim[1], x.dim[0])) return do_not_fit(f, n->at, W, x);
  return AMINE_OK;
}

static amine_status of_call(inference *f, const am_node *n, am_shape *out, am_shape wanted) {
  const am_function g = n->function;
  const bool vector = am_function_of_vectors(g);
  am_shape first = unknown;
  for (int k = n->n - 1; k > 0 && g != AM_CLIP && g != AM_SPIKE; k--) /* what the others say */
    AM_TRY(infer(f, n->a[k], &first, unknown));
  AM_TRY(infer(f, n->a[0], &first, first.rank >= 0 ? first : vector ? unknown : wanted));
  *out = first;
  for (int k = 1; k < n->n; k++) {
    am_shape other;
    const bool number = g == AM_CLIP || g == AM_SPIKE;
    AM_TRY(infer(f, n->a[k], &other, number ? scalar : first));
    if (g == AM_DOT) AM_TRY(same(f, n->at, first, other));
    else AM_TRY(combine(f, n->at, out, *out, other));
  }
  if (vector && first.rank >= 0 && first.rank != 1)
    return am_equations_refuse(f->e, f->e->nodes[n->a[0]].at, f->error,
                               "%s takes a vector, this is a %s", am_function_name(g),
                               first.rank == 0 ? "number" : "matrix");
  if (g == AM_SUM || g == AM_DOT) *out = scalar;
  return AMINE_OK;
}

/* q and k are of one size, v of its own, which is that of the result; the plan looks at the numbers. */
static amine_status of_attend(inference *f, const am_node *n, am_shape *out) {
  am_shape found[AM_ARGUMENTS_MAX];
  for (int k = n->n - 1; k >= 0; k--) AM_TRY(infer(f, n->a[k], &found[k], k < 3 ? unknown : scalar));
  for (int k = 0; k < 2; k++) /* one tells the other, if that is open */
    if (found[k].rank < 0 && found[1 - k].rank >= 0)
      AM_TRY(infer(f, n->a[k], &found[k], found[1 - k]));
  for (int k = 0; k < n->n; k++) {
    const am_node *a = &f->e->nodes[n->a[k]];
    if (k >= 3 ? found[k].rank > 0 : found[k].rank >= 0 && found[k].rank != 1)
      return am_equations_refuse(f->e, a->at, f->error, "attend takes a %s here, this is a %s",
                                 k < 3 ? "vector" : "number", found[k].rank == 0   ? "number"
                                                              : found[k].rank == 1 ? "vector"
                                                                                   : "matrix");
  }
  *out = found[2];
  return same(f, n->at, found[0], found[1]);
}

/* 1 at unit k of n, else 0 */
static amine_status of_unit(inference *f, const am_node *n, am_shape *out) {
  const am_node *size = &f->e->nodes[n->a[1]];
  if (size->kind != AM_NODE_SIZE)
    return am_equations_refuse(f->e, size->at, f->error,
                               "unit(k, n) is of a size n that stands above: state x[n]");
  *out = (am_shape){1, {size->a[0], -1}};
  return infer(f, n->a[0], &(am_shape){0}, scalar);
}

/* A trace: post by pre; eta a number, or one for each post unit. */
static amine_status of_rule(inference *f, const am_node *n, am_shape *out, am_shape trace) {
  const am_shape ends[3] = {
      {1, {trace.dim[0], -1}}, {1, {trace.dim[1], -1}}, {1, {trace.dim[0], -1}}};
  for (int k = 0; k < 3; k++) {
    am_shape found;
    AM_TRY(infer(f, n->a[k], &found, k < 2 ? ends[k] : scalar));
    if (k == 2 && (found.rank == 0 || is_one(f->e, found))) continue;
    AM_TRY(same(f, f->e->nodes[n->a[k]].at, ends[k], found));
  }
  *out = trace;
  return AMINE_OK;
}

static amine_status infer(inference *f, int node, am_shape *out, am_shape wanted) {
  const am_node *n = &f->e->nodes[node];
  switch (n->kind) {
  case AM_NODE_RULE: return of_rule(f, n, out, wanted);
  case AM_NODE_NUMBER:
  case AM_NODE_SIZE: *out = scalar; return AMINE_OK;
  case AM_NODE_SYMBOL: return of_symbol(f, n, out, wanted);
  case AM_NODE_NEGATE: return infer(f, n->a[0], out, wanted);
  case AM_NODE_APPLY: return of_apply(f, n, out, wanted);
  case AM_NODE_CALL:
    return n->function == AM_UNIT     ? of_unit(f, n, out)
           : n->function == AM_ATTEND ? of_attend(f, n, out)
                                      : of_call(f, n, out, wanted);
  case AM_NODE_STANDARD:
  case AM_NODE_DRAWN:
  case AM_NODE_DIAGONAL: *out = scalar; return AMINE_OK; /* not in equations */
  default: return of_pair(f, n, out, wanted);
  }
}

static bool is_read(const am_equations *e, int symbol) {
  for (int k = 0; k < e->n_modulators; k++)
    if (e->modulators[k].reads == symbol) return true;
  return false;
}

static amine_status assignment(inference *f, const am_assignment *a) {
  am_symbol *s = &f->e->symbols[a->symbol];
  am_shape found;
  AM_TRY(infer(f, a->node, &found, s->shape));
  if (is_read(f->e, a->symbol) && found.rank >= 0 && found.rank != 1)
    return am_equations_refuse(f->e, f->e->nodes[a->node].at, f->error,
                               "a modulator reads a vector, this is a %s",
                               found.rank == 0 ? "number" : "matrix");
  if (!a->update) {
    if (s->shape.rank < 0 && found.rank >= 0) s->shape = found, f->moved = true;
    return same(f, a->at, s->shape, found);
  }
  if (found.rank == 0) return AMINE_OK; /* a number is what every element becomes */
  return same(f, a->at, s->shape, found);
}

/* What the lowest layer reads has its shapes in those above too, where it is nobody's value. */
static amine_status lowest(inference *f) {
  const am_equations *e = f->e;
  am_shape found, units = {1, {0, -1}};
  if (e->lowest < 0) return AMINE_OK;
  while (strcmp(e->sizes[units.dim[0]].name, "n") != 0) units.dim[0]++;
  AM_TRY(infer(f, e->lowest, &found, units));
  return same(f, e->nodes[e->lowest].at, units, found);
}

/* Parts of a tensor agree in all but their first size. */
static amine_status parts(inference *f) {
  am_equations *e = f->e;
  for (int t = 0; t < e->n_tensors; t++) {
    const am_symbol *first = NULL;
    for (int k = 0; k < e->n_symbols; k++) {
      const am_symbol *s = &e->symbols[k];
      if (s->tensor != t) continue;
      if (!first) first = s;
      if (s == first || s->shape.rank < 0 || first->shape.rank < 0) continue;
      if (s->shape.rank != first->shape.rank ||
          (s->shape.rank == 2 && !sizes_agree(f, s->shape.dim[1], first->shape.dim[1])))
        return do_not_fit(f, s->at, first->shape, s->shape);
    }
  }
  return AMINE_OK;
}

/* What a tensor or a state is at first is made of numbers and constants. Of values (of states) and
 * calls the plan sees whether they are. */
static amine_status is_constant(const am_equations *e, int node, bool state, amine_error *error) {
  if (node < 0) return AMINE_OK;
  const am_node *n = &e->nodes[node];
  const am_symbol *s = n->kind == AM_NODE_SYMBOL ? &e->symbols[n->symbol] : NULL;
  if (s && s->kind != AM_SYMBOL_CONSTANT && !(state && s->kind == AM_SYMBOL_VALUE))
    return am_equations_refuse(e, n->at, error, "%s is no constant, which a first value is made of",
                               s->name);
  if (n->kind == AM_NODE_APPLY || n->kind == AM_NODE_RULE)
    return am_equations_refuse(e, n->at, error, "a first value is a sum or product of constants");
  for (int k = 0; k < n->n; k++) AM_TRY(is_constant(e, n->a[k], state, error));
  return AMINE_OK;
}

static amine_status first_values(const am_equations *e, amine_error *error) {
  for (int t = 0; t < e->n_tensors; t++)
    for (int k = 0; k < 2; k++) AM_TRY(is_constant(e, e->tensors[t].from[k], false, error));
  for (int k = 0; k < e->n_symbols; k++) {
    AM_TRY(is_constant(e, e->symbols[k].begin, true, error));
    AM_TRY(is_constant(e, e->symbols[k].first, false, error));
  }
  return AMINE_OK;
}

/* Every size is a name or a number, or nobody could say how large a network is. */
static amine_status all_known(const am_equations *e, amine_error *error) {
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    for (int d = 0; d < s->shape.rank; d++) {
      const am_size *size = &e->sizes[am_equations_size(e, s->shape.dim[d])];
      if (!size->name[0] && !size->number)
        return am_equations_refuse(e, s->at, error,
                                   "nothing says how large %s is: \"learned %s[...]\" would",
                                   s->name, s->name);
    }
  }
  const int rank = e->symbols[e->output].shape.rank;
  if (rank != 1 && !(rank == 0 && (e->is_modulator || e->is_rule)))
    return am_equations_refuse(e, e->symbols[e->output].at, error, "the output is a vector");
  return AMINE_OK;
}

/* What nothing says anything about is a number: the first such name, then what follows from it. */
static bool settle_one(am_equations *e) {
  for (int k = 0; k < e->n_symbols; k++) {
    am_symbol *s = &e->symbols[k];
    if (s->kind != AM_SYMBOL_LEARNED || s->shape.rank >= 0) continue;
    s->shape = scalar;
    return true;
  }
  return false;
}

amine_status am_equations_infer(am_equations *e, amine_error *error) {
  inference f = {.e = e, .error = error};
  do {
    do {
      f.moved = false;
      for (int k = 0; k < e->n_assignments; k++) AM_TRY(assignment(&f, &e->assignments[k]));
      AM_TRY(lowest(&f));
      AM_TRY(parts(&f));
    } while (f.moved);
  } while (settle_one(e));
  AM_TRY(first_values(e, error));
  return all_known(e, error);
}
