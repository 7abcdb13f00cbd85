/* A named array as it stands in a file: type, shape, elements. Shared by the formats that hold
 * them.
 *
 * Promise: `count` is the product of the dims and count * size fits in memory; `data` is aligned to
 * the size of an element. Files are little-endian, and so must the machine be. */
#ifndef AMINE_FORMAT_TENSOR_H
#define AMINE_FORMAT_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the files are little-endian: this machine is not supported"
#endif

#define AM_TENSOR_MAX_RANK 8

typedef enum am_dtype {
  AM_F32,
  AM_F64,
  AM_I32,
  AM_I64,
  AM_U64,
  AM_U8,
  AM_BOOL, /* one byte, 0 or 1 */
  AM_N_DTYPES
} am_dtype;

typedef struct am_tensor {
  const char *name;
  am_dtype dtype;
  int rank;
  size_t dims[AM_TENSOR_MAX_RANK]; /* row-major: the last one runs fastest */
  size_t count;                    /* elements; 1 if rank is 0 */
  const void *data;
} am_tensor;

/* Bytes of one element. */
size_t am_dtype_size(am_dtype dtype);
/* "F32", as safetensors writes it. */
const char *am_dtype_name(am_dtype dtype);

/* *count = product of the dims; false if the bytes do not fit in memory, also where a dim is 0. */
bool am_tensor_count(size_t *count, am_dtype dtype, int rank, const size_t *dims);

/* Fills in a tensor with checks: AMINE_ERROR_ARGUMENT for a wrong type or rank, an empty name, a
 * size that overflows, or data that is NULL while there are elements. Nothing is copied. */
amine_status am_tensor_make(am_tensor *tensor, const char *name, am_dtype dtype, int rank,
                            const size_t *dims, const void *data, amine_error *error);

/* Writes "[2, 3]" ("[]" for rank 0) and returns out; 200 bytes are enough. */
char *am_shape_text(char *out, size_t size, int rank, const size_t *dims);

/* Copies the elements to `out`, an array of `dtype` with the given shape. F32 and F64 are converted
 * into each other (to the nearest); every other type must be the same. AMINE_ERROR_INPUT names the
 * file, the tensor, what is wanted and what is found; `out` is then untouched. */
amine_status am_tensor_copy(const am_tensor *tensor, const char *file, void *out, am_dtype dtype,
                            int rank, const size_t *dims, amine_error *error);

#endif
