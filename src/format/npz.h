/* numpy's NPZ, a zip archive of NPY files, written and read; NPY files are read, too.
 *
 * Promise of the reader: safe on any bytes; memory is bounded by the size of the file and the
 * limit; an array is handed out only if its CRC-32 fits. Pickles are never read. Promise of the
 * writer: equal content gives equal bytes (the date in the archive is 1980-01-01). Archives of 4
 * GiB or more (zip64) and of more than 4096 arrays are neither written nor read. */
#ifndef AMINE_FORMAT_NPZ_H
#define AMINE_FORMAT_NPZ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "format/npy.h" /* and am_npy_save */
#include "format/tensor.h"

/* ---- Writing: a list of arrays, whose names are copied and whose data is not. */
typedef struct am_npz_builder am_npz_builder;

amine_status am_npz_builder_new(am_npz_builder **builder, amine_error *error);
void am_npz_builder_free(am_npz_builder *builder);

/* `data` must stay as it is until the last save. AMINE_ERROR_ARGUMENT: what am_tensor_make refuses,
 * a name that was given before, is longer than 1000 bytes or is not UTF-8, or the 4097th array. */
amine_status am_npz_builder_add(am_npz_builder *builder, const char *name, am_dtype dtype, int rank,
                                const size_t *dims, const void *data, amine_error *error);

/* Writes the archive by am_file_replace_slices, deflated or stored. AMINE_ERROR_ARGUMENT if an
 * array or the archive would have 4 GiB or more. May be called again. */
amine_status am_npz_builder_save(const am_npz_builder *builder, const char *path, bool deflated,
                                 amine_error *error);

/* The same, added to bytes in memory. */
amine_status am_npz_builder_bytes(const am_npz_builder *builder, am_text *bytes, bool deflated,
                                  amine_error *error);

/* ---- Reading. */
typedef struct am_npz am_npz;

/* The limit for what was written here: the largest archive that can be. */
#define AM_NPZ_LIMIT ((size_t)1 << 32)

/* Reads an NPZ or NPY file and checks its directory; an NPY file is an archive of one array named
 * "arr_0". `limit` is the size in bytes that the file, and that all loaded arrays together, may
 * have. AMINE_ERROR_INPUT says what is wrong. */
amine_status am_npz_open(am_npz **npz, const char *path, size_t limit, amine_error *error);

/* The same for bytes in memory, which are borrowed until am_npz_close. `name` stands in the
 * sentences; it is copied. */
amine_status am_npz_parse(am_npz **npz, const char *name, const void *data, size_t size,
                          size_t limit, amine_error *error);
void am_npz_close(am_npz *npz);

/* The names of the arrays, without ".npy", in the order of the directory. */
size_t am_npz_count(const am_npz *npz);
const char *am_npz_name(const am_npz *npz, size_t index);

/* Unpacks and checks array `index`, once; the tensor lives as long as the archive.
 * AMINE_ERROR_INPUT if it is damaged, of another type, or in Fortran order; others can still be
 * loaded. One thread. */
amine_status am_npz_load(am_npz *npz, const am_tensor **tensor, size_t index, amine_error *error);

/* The same by name; AMINE_ERROR_INPUT if there is none of that name. */
amine_status am_npz_find(am_npz *npz, const am_tensor **tensor, const char *name,
                         amine_error *error);

#endif
