/* Any bytes as an NPZ or NPY file: every array is loaded and read to its end. */
#include <stdint.h>
#include <stdlib.h>

#include "format/npz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  am_npz *npz = NULL;
  amine_error error = {.status = AMINE_OK};
  amine_status status = am_npz_parse(&npz, "fuzz", data, size, 1 << 20, &error);
  if ((status == AMINE_OK) != (npz != NULL)) abort();
  if (!npz && (error.status != status || !error.message[0])) abort();
  size_t n_arrays = npz ? am_npz_count(npz) : 0;
  unsigned sum = 0;
  for (size_t k = 0; k < n_arrays; k++) {
    const am_tensor *t;
    if (am_npz_load(npz, &t, k, &error) != AMINE_OK) continue;
    size_t n = t->count * am_dtype_size(t->dtype);
    if ((uintptr_t)t->data % am_dtype_size(t->dtype) != 0) abort();
    for (size_t i = 0; i < n; i++) sum += ((const unsigned char *)t->data)[i];
  }
  volatile unsigned sink = sum;
  (void)sink;
  am_npz_close(npz);
  return 0;
}
