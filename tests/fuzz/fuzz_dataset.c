/* Any bytes as a table: what is given is whole and finite. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/dataset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  am_dataset table = {0};
  amine_error error = {.status = AMINE_OK};
  unsigned char *text = malloc(size + 1); /* with the 0 that a file has after it */
  if (!text) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = 0;
  const amine_status status = am_dataset_parse(&table, "fuzz", text, size, &error);
  free(text);
  if (status != AMINE_OK && (error.status != status || !error.message[0] || table.values)) abort();
  if (status == AMINE_OK && (table.n_rows == 0 || table.n_columns == 0)) abort();
  for (size_t k = 0; k < table.n_rows * table.n_columns; k++)
    if (!isfinite(table.values[k])) abort();
  am_free(table.values);
  return 0;
}
