/* Any bytes as a safetensors file: read with and without demanding checksums; all that is handed
 * out must be readable, and asking for the shape that was found must succeed. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const am_tensor_file *file) {
  unsigned sum = 0;
  size_t end = am_tensor_file_count(file);
  for (size_t k = 0; k < end; k++) {
    const am_tensor *t = am_tensor_file_at(file, k);
    size_t n = t->count * am_dtype_size(t->dtype);
    if ((uintptr_t)t->data % am_dtype_size(t->dtype) != 0) abort();
    for (size_t i = 0; i < n; i++) sum += ((const unsigned char *)t->data)[i];
    amine_error error;
    void *copy = am_alloc(n, 1);
    if (!copy) abort();
    if (am_tensor_file_copy(file, t->name, copy, t->dtype, t->rank, t->dims, &error) != AMINE_OK)
      abort();
    if (n > 0 && memcmp(copy, t->data, n) != 0) abort();
    am_free(copy);
  }
  const char *note = am_tensor_file_note(file, "format");
  if (note) sum += (unsigned)strlen(note);
  volatile unsigned sink = sum;
  (void)sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  amine_status status[2];
  for (int require = 0; require < 2; require++) {
    am_tensor_file *file = NULL;
    amine_error error = {.status = AMINE_OK};
    status[require] = am_tensor_file_parse(&file, "fuzz", data, size, require, &error);
    if ((status[require] == AMINE_OK) != (file != NULL)) abort();
    if (file)
      use(file);
    else if (error.status != status[require] || !error.message[0])
      abort();
    am_tensor_file_close(file);
  }
  if (status[1] == AMINE_OK && status[0] != AMINE_OK) abort();
  return 0;
}
