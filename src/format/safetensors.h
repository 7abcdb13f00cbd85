/* Checkpoints and weights as safetensors: an 8-byte little-endian header length, a JSON header,
 * the tensors one after the other. PyTorch's and numpy's readers open what is written here.
 *
 * Layout that is written. Tensors with the larger elements first, otherwise in order of addition;
 * the header lists them in that order and is padded with spaces to a multiple of 8, so every tensor
 * is aligned to its element. Equal content gives equal bytes.
 *
 * Checksums. __metadata__ comes first, and its first key is "crc32c", so that the header begins
 * with {"__metadata__":{"crc32c":"xxxxxxxx"   where xxxxxxxx is, in lower-case hexadecimal digits,
 * the CRC-32C of the 8 bytes of the header length and of the whole header with its padding, with
 * xxxxxxxx itself taken as 00000000. For each tensor "crc32c.NAME" holds the CRC-32C of its bytes.
 * Digits are compared as text. So every single changed bit of the file is found: in the length by
 * the length of the file, in the header by "crc32c", in the data by "crc32c.NAME". */
#ifndef AMINE_FORMAT_SAFETENSORS_H
#define AMINE_FORMAT_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>

#include "format/tensor.h"

#define AM_TENSOR_HEADER_MAX ((size_t)100000000) /* bytes of header that the format allows */

/* ---- Writing: a list of tensors, whose names are copied and whose data is not. */
typedef struct am_tensor_builder am_tensor_builder;

amine_status am_tensor_builder_new(am_tensor_builder **builder, amine_error *error);
void am_tensor_builder_free(am_tensor_builder *builder);

/* `data` must stay as it is until the last save. AMINE_ERROR_ARGUMENT: what am_tensor_make refuses,
 * a name that is not UTF-8, was given before or is "__metadata__". */
amine_status am_tensor_builder_add(am_tensor_builder *builder, const char *name, am_dtype dtype,
                                   int rank, const size_t *dims, const void *data,
                                   amine_error *error);

/* Adds an entry of __metadata__; both are copied. Keys "crc32c" and "crc32c...." are ours. */
amine_status am_tensor_builder_note(am_tensor_builder *builder, const char *key, const char *value,
                                    amine_error *error);

/* Writes the file by am_file_replace_slices. May be called again. */
amine_status am_tensor_builder_save(const am_tensor_builder *builder, const char *path,
                                    amine_error *error);

/* ---- Reading: the whole file in memory, everything checked before it is handed out. */
typedef struct am_tensor_file am_tensor_file;

/* `limit` is the size in bytes that the file may have. With require_checksums a file without them
 * is refused; otherwise they are checked if there are any. AMINE_ERROR_INPUT says what is wrong. */
amine_status am_tensor_file_open(am_tensor_file **file, const char *path, size_t limit,
                                 bool require_checksums, amine_error *error);

/* The same for bytes in memory, which are borrowed until am_tensor_file_close. `name` stands in the
 * sentences; it is copied. */
amine_status am_tensor_file_parse(am_tensor_file **file, const char *name, const void *data,
                                  size_t size, bool require_checksums, amine_error *error);
void am_tensor_file_close(am_tensor_file *file);

/* The tensors in the order of their data; what they point to lives as long as the file. */
size_t am_tensor_file_count(const am_tensor_file *file);
const am_tensor *am_tensor_file_at(const am_tensor_file *file, size_t index);
/* The tensor of that name, or NULL. */
const am_tensor *am_tensor_file_find(const am_tensor_file *file, const char *name);
/* The value of a key of __metadata__, or NULL. */
const char *am_tensor_file_note(const am_tensor_file *file, const char *key);

/* am_tensor_copy of the tensor of that name; AMINE_ERROR_INPUT too if there is none. */
amine_status am_tensor_file_copy(const am_tensor_file *file, const char *name, void *out,
                                 am_dtype dtype, int rank, const size_t *dims, amine_error *error);

#endif
