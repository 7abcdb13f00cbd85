/* numpy's NPY: one array as a magic number, a Python dictionary in ASCII, and the elements.
 *
 * Versions 1.0 to 3.0 are read, 1.0 is written. Read are '<f4', '<f8', '<i4', '<i8', '<u8', '|u1'
 * and '|b1' in C order; anything else (objects, that is pickles, among it) is refused with a
 * sentence. */
#ifndef AMINE_FORMAT_NPY_H
#define AMINE_FORMAT_NPY_H

#include "format/tensor.h"

/* All that stands before the elements; a multiple of 64 bytes. */
typedef struct am_npy_head {
  char bytes[384];
  size_t size;
} am_npy_head;

void am_npy_head_make(am_npy_head *head, const am_tensor *tensor);

/* Checks `size` bytes as a whole NPY file and describes them; tensor->name = name. The elements
 * stay where they are, in `data`, and may not be aligned. AMINE_ERROR_INPUT; `file` is for
 * sentences. */
amine_status am_npy_parse(am_tensor *tensor, const char *file, const char *name, const void *data,
                          size_t size, amine_error *error);

/* Writes one array as an NPY file by am_file_replace_slices. AMINE_ERROR_ARGUMENT: what
 * am_tensor_make refuses. */
amine_status am_npy_save(const char *path, am_dtype dtype, int rank, const size_t *dims,
                         const void *data, amine_error *error);

#endif
