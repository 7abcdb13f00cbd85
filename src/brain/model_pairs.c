#include "brain/model_pairs.h"

#include <math.h>
#include <string.h>

#include "brain/model_files.h"
#include "format/npz.h"
#include "format/table_text.h"

#define LARGEST_WEIGHT 1e6

/* Room in the plan for n pairs. */
typedef struct list {
  int *sources, *targets;
  float *weights; /* NULL: they have none */
  size_t n;
} list;

static amine_status make_room(list *l, size_t n, bool weighted, am_model_plan *plan,
                              amine_error *error) {
  void *block;
  AM_TRY(am_model_plan_alloc(plan, &block, n, sizeof *l->sources, error));
  l->sources = block;
  AM_TRY(am_model_plan_alloc(plan, &block, n, sizeof *l->targets, error));
  l->targets = block;
  l->n = n;
  if (!weighted) return AMINE_OK;
  AM_TRY(am_model_plan_alloc(plan, &block, n, sizeof *l->weights, error));
  l->weights = block;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ of the model */

static amine_status read_index(const am_reader *r, const am_where *where, const json_t *value,
                               int n, int *out) {
  const am_field field = {.kind = AM_FIELD_INTEGER, .max = n - 1};
  return am_field_read(r, where, value, &field, out);
}

/* [[source, target], ...] or [[source, target, weight], ...] */
static amine_status read_array(list *l, am_model_plan *plan, am_reader *r, const am_where *where,
                               const json_t *pairs, int n_sources, int n_targets) {
  static const am_field weight = {
      .kind = AM_FIELD_NUMBER, .min = -LARGEST_WEIGHT, .max = LARGEST_WEIGHT};
  const size_t n = json_array_size(pairs), n_row = json_array_size(json_array_get(pairs, 0));
  AM_TRY(make_room(l, n, n_row == 3, plan, r->error));
  size_t k;
  json_t *row;
  json_array_foreach(pairs, k, row) {
    const am_where here = {.above = where, .index = k, .element = true};
    double w = 0;
    if (json_array_size(row) != n_row || n_row < 2 || n_row > 3)
      return am_refuse(r, &here, NULL,
                       "each pair is [source, target], or each is [source, target, weight]");
    AM_TRY(read_index(r, &here, json_array_get(row, 0), n_sources, &l->sources[k]));
    AM_TRY(read_index(r, &here, json_array_get(row, 1), n_targets, &l->targets[k]));
    if (l->weights) AM_TRY(am_field_read(r, &here, json_array_get(row, 2), &weight, &w));
    if (l->weights) l->weights[k] = (float)w;
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ of a file */

/* What a file is read for. */
typedef struct source {
  const char *path;
  int n_sources, n_targets;
  am_model_plan *plan;
  amine_error *error;
} source;

#define REFUSE(s, ...) am_fail_file((s)->error, AMINE_ERROR_INPUT, (s)->path, -1, __VA_ARGS__)

/* Pair k, if its numbers are such. */
static amine_status put(list *l, size_t k, double from, double to, double weight, const source *s) {
  if (!(from >= 0 && from < s->n_sources && from == floor(from)) ||
      !(to >= 0 && to < s->n_targets && to == floor(to)))
    return REFUSE(s,
                  "pair %zu, from %.10g to %.10g: a source is a whole number from 0 to %d, a "
                  "target from 0 to %d",
                  k, from, to, s->n_sources - 1, s->n_targets - 1);
  if (!(fabs(weight) <= LARGEST_WEIGHT))
    return REFUSE(s, "pair %zu has the weight %.10g: it must be a number from %g to %g", k, weight,
                  -LARGEST_WEIGHT, LARGEST_WEIGHT);
  l->sources[k] = (int)from;
  l->targets[k] = (int)to;
  if (l->weights) l->weights[k] = (float)weight;
  return AMINE_OK;
}

static amine_status check_count(size_t n, const source *s) {
  if (n <= s->plan->limits.synapses) return AMINE_OK;
  return REFUSE(s, "it has %zu pairs: at most %zu synapses are allowed", n,
                s->plan->limits.synapses);
}

static amine_status from_text(list *l, const unsigned char *data, size_t size, const source *s) {
  double *rows = NULL;
  size_t n = 0;
  int columns = 0;
  AM_TRY(
      am_table_text_parse(&rows, &n, &columns, 2, 3, s->path, (const char *)data, size, s->error));
  amine_status status = check_count(n, s);
  if (status == AMINE_OK) status = make_room(l, n, columns == 3, s->plan, s->error);
  for (size_t k = 0; k < n && status == AMINE_OK; k++) {
    const double *row = rows + k * (size_t)columns;
    status = put(l, k, row[0], row[1], columns == 3 ? row[2] : 0, s);
  }
  am_free(rows);
  return status;
}

/* An element of an array that may lie anywhere. */
static double element(const am_tensor *t, size_t k) {
  const char *at = (const char *)t->data + k * am_dtype_size(t->dtype);
  union {
    float f32;
    double f64;
    int32_t i32;
    int64_t i64;
    uint64_t u64;
    uint8_t u8;
  } x;
  memcpy(&x, at, am_dtype_size(t->dtype));
  switch (t->dtype) {
  case AM_F32: return (double)x.f32;
  case AM_F64: return x.f64;
  case AM_I32: return x.i32;
  case AM_I64: return (double)x.i64;
  case AM_U64: return (double)x.u64;
  default: return x.u8;
  }
}

static amine_status from_npy(list *l, const unsigned char *data, size_t size, const source *s) {
  am_tensor t;
  AM_TRY(am_npy_parse(&t, s->path, "arr_0", data, size, s->error));
  if (t.rank != 2 || (t.dims[1] != 2 && t.dims[1] != 3))
    return REFUSE(s, "pairs are an array [n][2], source and target, or [n][3] with the weight; a "
                     "matrix of weights is the array `matrix` of an NPZ");
  const size_t n = t.dims[0], columns = t.dims[1];
  AM_TRY(check_count(n, s));
  AM_TRY(make_room(l, n, columns == 3, s->plan, s->error));
  for (size_t k = 0; k < n; k++)
    AM_TRY(put(l, k, element(&t, k * columns), element(&t, k * columns + 1),
               columns == 3 ? element(&t, k * columns + 2) : 0, s));
  return AMINE_OK;
}

static amine_status from_matrix(list *l, const am_tensor *t, const source *s) {
  if (t->rank != 2 || t->dims[0] != (size_t)s->n_sources || t->dims[1] != (size_t)s->n_targets)
    return REFUSE(s, "the array `matrix` must be [%d][%d], a weight for each source and target",
                  s->n_sources, s->n_targets);
  size_t n = 0;
  for (size_t k = 0; k < t->count; k++) n += element(t, k) != 0;
  AM_TRY(check_count(n, s));
  AM_TRY(make_room(l, n, true, s->plan, s->error));
  n = 0;
  for (size_t k = 0; k < t->count; k++) {
    const double weight = element(t, k);
    if (weight == 0) continue;
    AM_TRY(put(l, n++, (double)(k / t->dims[1]), (double)(k % t->dims[1]), weight, s));
  }
  return AMINE_OK;
}

/* The array of a name, NULL if there is none. */
static amine_status array_of(const am_tensor **t, am_npz *npz, const char *name,
                             amine_error *error) {
  *t = NULL;
  for (size_t k = 0; k < am_npz_count(npz); k++)
    if (strcmp(am_npz_name(npz, k), name) == 0) return am_npz_load(npz, t, k, error);
  return AMINE_OK;
}

static amine_status from_arrays(list *l, am_npz *npz, const source *s) {
  const am_tensor *matrix, *from, *to, *weights;
  AM_TRY(array_of(&matrix, npz, "matrix", s->error));
  AM_TRY(array_of(&from, npz, "sources", s->error));
  AM_TRY(array_of(&to, npz, "targets", s->error));
  AM_TRY(array_of(&weights, npz, "weights", s->error));
  if (matrix && !from && !to && !weights) return from_matrix(l, matrix, s);
  if (matrix || !from || !to)
    return REFUSE(s, "it must have the arrays `sources` and `targets`, and may have `weights`; or "
                     "`matrix` alone");
  const size_t n = from->count;
  if (from->rank != 1 || to->rank != 1 || to->count != n ||
      (weights && (weights->rank != 1 || weights->count != n)))
    return REFUSE(s, "its arrays `sources`, `targets`%s must be of one length, [n]",
                  weights ? ", `weights`" : "");
  AM_TRY(check_count(n, s));
  AM_TRY(make_room(l, n, weights != NULL, s->plan, s->error));
  for (size_t k = 0; k < n; k++)
    AM_TRY(put(l, k, element(from, k), element(to, k), weights ? element(weights, k) : 0, s));
  return AMINE_OK;
}

static amine_status from_npz(list *l, const unsigned char *data, size_t size, const source *s) {
  am_npz *npz;
  AM_TRY(am_npz_parse(&npz, s->path, data, size, AM_MODEL_FILE_LIMIT, s->error));
  const amine_status status = from_arrays(l, npz, s);
  am_npz_close(npz);
  return status;
}

static amine_status read_file(list *l, const am_reader *r, const am_where *above,
                              const am_pairs_keys *keys, const source *s) {
  const am_where where = {.above = above, .key = "file"};
  unsigned char *data = NULL;
  size_t size = 0;
  AM_TRY(am_model_file_read(&data, &size, s->plan, r, &where, keys->file, keys->checksum));
  amine_status status;
  if (size > 1 && data[0] == 0x93) status = from_npy(l, data, size, s);
  else if (size > 1 && memcmp(data, "PK", 2) == 0) status = from_npz(l, data, size, s);
  else status = from_text(l, data, size, s);
  am_free(data);
  return status;
}

amine_status am_pairs_read(amine_projection *p, am_model_plan *plan, am_reader *r,
                           const am_where *above, const am_pairs_keys *keys) {
  const am_where where = {.above = above, .key = "pairs"};
  const int n_sources = plan->populations[p->source].n, n_targets = plan->populations[p->target].n;
  const source s = {keys->file, n_sources, n_targets, plan, r->error};
  list l = {0};
  if (!keys->pairs == !keys->file)
    return am_refuse(r, above, NULL, "connect=list needs pairs, or a file of them: one of the two");
  if (keys->file) AM_TRY(read_file(&l, r, above, keys, &s));
  else AM_TRY(read_array(&l, plan, r, &where, keys->pairs, n_sources, n_targets));
  p->sources = l.sources, p->targets = l.targets, p->weights = l.weights, p->n_pairs = l.n;
  return AMINE_OK;
}
