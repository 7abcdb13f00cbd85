/* IDX is the format of MNIST: two zero bytes, the type, the number of dimensions, their sizes as
 * big-endian 32-bit numbers, the elements. Only unsigned bytes are read. */
#include "brain/model_image.h"

#include <math.h>
#include <string.h>

#include "brain/model_files.h"
#include "format/npy.h"

#define IDX_BYTE 8

static size_t big_endian(const unsigned char *b) {
  return (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
}

static amine_status parse_idx(am_tensor *t, const char *path, const unsigned char *data,
                              size_t size, amine_error *error) {
  const size_t rank = size >= 4 ? data[3] : 0, head = 4 + 4 * rank;
  if (size < 4 || data[0] || data[1] || rank < 2 || rank > 3 || size < head)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "it is neither an NPY nor an IDX file of pictures");
  if (data[2] != IDX_BYTE)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, 2,
                        "of IDX files only those of unsigned bytes (type 8) are read, not type %d",
                        data[2]);
  *t = (am_tensor){.dtype = AM_U8, .rank = (int)rank, .data = data + head};
  for (size_t k = 0; k < rank; k++) t->dims[k] = big_endian(data + 4 + 4 * k);
  if (!am_tensor_count(&t->count, t->dtype, t->rank, t->dims) || t->count != size - head)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "its head speaks of other sizes than the file has");
  return AMINE_OK;
}

/* The element as a float; files need not be aligned. */
static float element(const am_tensor *t, size_t at) {
  const char *p = (const char *)t->data + at * am_dtype_size(t->dtype);
  float f;
  double d;
  int32_t i;
  int64_t l;
  switch (t->dtype) {
  case AM_F32: return memcpy(&f, p, sizeof f), f;
  case AM_F64: return memcpy(&d, p, sizeof d), (float)d;
  case AM_I32: return memcpy(&i, p, sizeof i), (float)i;
  case AM_U8: return (float)*(const unsigned char *)p / 255;
  case AM_BOOL: return (float)*(const unsigned char *)p;
  default: return memcpy(&l, p, sizeof l), (float)l; /* AM_U64 above 2^63 is no brightness */
  }
}

static amine_status take(am_model_plan_image *image, am_model_plan *plan, const char *path,
                         const am_tensor *t, int index, amine_error *error) {
  const size_t n = t->rank == 3 ? t->dims[0] : 1;
  const size_t *dims = t->dims + (t->rank == 3);
  void *block;
  if (t->rank < 2 || t->rank > 3 || t->count == 0 || dims[0] > 32768 || dims[1] > 32768)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "it must hold a picture of [height][width], or an array of them, of at "
                        "most 32768 pixels each way");
  if ((size_t)index >= n)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "index=%d: there are %zu pictures, 0 to %zu", index, n, n - 1);
  const size_t n_pixels = dims[0] * dims[1];
  AM_TRY(am_model_plan_alloc(plan, &block, n_pixels, sizeof(float), error));
  *image = (am_model_plan_image){.width = (int)dims[1], .height = (int)dims[0], .values = block};
  for (size_t k = 0; k < n_pixels; k++) {
    image->values[k] = element(t, (size_t)index * n_pixels + k);
    if (!isfinite(image->values[k]))
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "pixel %zu is not a finite number",
                          k);
  }
  return AMINE_OK;
}

amine_status am_image_file(am_model_plan_image *image, am_model_plan *plan, const am_reader *r,
                           const am_where *where, const char *path, const char *checksum,
                           int index) {
  unsigned char *data = NULL;
  size_t size = 0;
  am_tensor t;
  AM_TRY(am_model_file_read(&data, &size, plan, r, where, path, checksum));
  const bool npy = size > 1 && data[0] == 0x93;
  amine_status status = npy ? am_npy_parse(&t, path, "arr_0", data, size, r->error)
                            : parse_idx(&t, path, data, size, r->error);
  if (status == AMINE_OK) status = take(image, plan, path, &t, index, r->error);
  am_free(data);
  return status;
}

/* ------------------------------------------------------------------------------ values */

static amine_status read_row(float *out, const am_reader *r, const am_where *where,
                             const json_t *row) {
  static const am_field field = {.kind = AM_FIELD_NUMBER, .min = -1e9, .max = 1e9};
  size_t k;
  json_t *value;
  json_array_foreach(row, k, value) {
    const am_where here = {.above = where, .index = k, .element = true};
    double x = 0;
    AM_TRY(am_field_read(r, &here, value, &field, &x));
    out[k] = (float)x;
  }
  return AMINE_OK;
}

amine_status am_image_values(am_model_plan_image *image, am_model_plan *plan, const am_reader *r,
                             const am_where *where, const json_t *values, int width, int height) {
  void *block;
  size_t k;
  json_t *row;
  const bool rows = json_is_array(json_array_get(values, 0));
  const size_t n = json_array_size(values);
  const size_t n_row = rows ? json_array_size(json_array_get(values, 0)) : n;
  if (n == 0 || n_row == 0) return am_refuse(r, where, NULL, "a picture has at least one pixel");
  *image = (am_model_plan_image){.width = (int)n_row, .height = rows ? (int)n : 1};
  AM_TRY(
      am_model_plan_alloc(plan, &block, am_size_mul(n_row, rows ? n : 1), sizeof(float), r->error));
  image->values = block;
  if (!rows) {
    if (n == (size_t)width * (size_t)height) image->width = width, image->height = height;
    return read_row(image->values, r, where, values);
  }
  json_array_foreach(values, k, row) {
    const am_where here = {.above = where, .index = k, .element = true};
    if (!json_is_array(row) || json_array_size(row) != n_row)
      return am_refuse(r, &here, NULL, "every row must have the %zu numbers of the first", n_row);
    AM_TRY(read_row(image->values + k * n_row, r, &here, row));
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ mapping */

/* The corners of what the neurons cover along one axis. */
static void extent(const am_model_plan_population *p, int axis, double *low, double *high) {
  if (p->in_box) {
    *low = p->box.low[axis];
    *high = p->box.high[axis];
    return;
  }
  *low = *high = (double)p->positions[axis];
  for (int k = 1; k < p->n; k++) {
    const double x = (double)p->positions[4 * (size_t)k + (size_t)axis];
    if (x < *low) *low = x;
    if (x > *high) *high = x;
  }
}

static size_t pixel(double x, double low, double high, int n) {
  const double at = floor((x - low + 0.5) / (high - low + 1) * n);
  return (size_t)fmin(fmax(at, 0), n - 1);
}

void am_image_map(float *currents, const am_model_plan_image *image,
                  const am_model_plan_population *p) {
  double low[2], high[2];
  for (int a = 0; a < 2 && p->positions; a++) extent(p, a, &low[a], &high[a]);
  for (int k = 0; k < p->n; k++) {
    const float *at = p->positions ? p->positions + 4 * (size_t)k : NULL;
    const size_t column = at ? pixel((double)at[0], low[0], high[0], image->width) : 0;
    const size_t row = at ? pixel((double)at[1], low[1], high[1], image->height) : 0;
    const size_t here = at ? row * (size_t)image->width + column : (size_t)k;
    currents[k] = image->values[here];
  }
}
