/* Tensors as they stand in files: element types, checked sizes, copies with a checked shape. */
#include "format/tensor.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

static const struct {
  const char *name;
  size_t size;
} types[AM_N_DTYPES] = {
    [AM_F32] = {"F32", 4}, [AM_F64] = {"F64", 8}, [AM_I32] = {"I32", 4},   [AM_I64] = {"I64", 8},
    [AM_U64] = {"U64", 8}, [AM_U8] = {"U8", 1},   [AM_BOOL] = {"BOOL", 1},
};

size_t am_dtype_size(am_dtype dtype) { return types[dtype].size; }

const char *am_dtype_name(am_dtype dtype) { return types[dtype].name; }

bool am_tensor_count(size_t *count, am_dtype dtype, int rank, const size_t *dims) {
  size_t n = 1, bytes = am_dtype_size(dtype);
  for (int k = 0; k < rank; k++) { /* the product of the dims that are not 0 must fit, too */
    if (dims[k] && __builtin_mul_overflow(bytes, dims[k], &bytes)) return false;
    n *= dims[k];
  }
  if (bytes > PTRDIFF_MAX) return false;
  *count = n;
  return true;
}

amine_status am_tensor_make(am_tensor *tensor, const char *name, am_dtype dtype, int rank,
                            const size_t *dims, const void *data, amine_error *error) {
  if (!name || !name[0]) return am_fail(error, AMINE_ERROR_ARGUMENT, "a tensor has no name");
  if ((unsigned)dtype >= AM_N_DTYPES)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s: no type has the number %d", name,
                   (int)dtype);
  if (rank < 0 || rank > AM_TENSOR_MAX_RANK)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s: rank %d is not in 0 to %d", name,
                   rank, AM_TENSOR_MAX_RANK);
  size_t count;
  if (!am_tensor_count(&count, dtype, rank, dims))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s: its size overflows", name);
  if (!data && count > 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "tensor %.200s: there is no data", name);
  *tensor = (am_tensor){.name = name, .dtype = dtype, .rank = rank, .count = count, .data = data};
  for (int k = 0; k < rank; k++) tensor->dims[k] = dims[k];
  return AMINE_OK;
}

char *am_shape_text(char *out, size_t size, int rank, const size_t *dims) {
  size_t used = 0;
  snprintf(out, size, "[]");
  for (int k = 0; k < rank && used < size; k++) {
    const char *end = k + 1 < rank ? "" : "]";
    int n = snprintf(out + used, size - used, "%s%zu%s", k ? ", " : "[", dims[k], end);
    used += n > 0 ? (size_t)n : 0;
  }
  return out;
}

amine_status am_tensor_copy(const am_tensor *tensor, const char *file, void *out, am_dtype dtype,
                            int rank, const size_t *dims, amine_error *error) {
  bool same_shape = rank == tensor->rank;
  for (int k = 0; same_shape && k < rank; k++) same_shape = dims[k] == tensor->dims[k];
  if (!same_shape) {
    char wanted[200], found[200];
    return am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                        "tensor %.200s: shape %s is wanted, %s is found", tensor->name,
                        am_shape_text(wanted, sizeof wanted, rank, dims),
                        am_shape_text(found, sizeof found, tensor->rank, tensor->dims));
  }
  size_t n = tensor->count;
  if (dtype == tensor->dtype) {
    if (n > 0) memcpy(out, tensor->data, n * am_dtype_size(dtype));
  } else if (dtype == AM_F32 && tensor->dtype == AM_F64) {
    const double *from = tensor->data;
    for (size_t k = 0; k < n; k++) ((float *)out)[k] = (float)from[k];
  } else if (dtype == AM_F64 && tensor->dtype == AM_F32) {
    const float *from = tensor->data;
    for (size_t k = 0; k < n; k++) ((double *)out)[k] = (double)from[k];
  } else {
    return am_fail_file(error, AMINE_ERROR_INPUT, file, -1,
                        "tensor %.200s: type %s is wanted, %s is found", tensor->name,
                        am_dtype_name(dtype), am_dtype_name(tensor->dtype));
  }
  return AMINE_OK;
}
