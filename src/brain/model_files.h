/* The files that a model names: "file" of its inputs and of its projections. */
#ifndef AMINE_BRAIN_MODEL_FILES_H
#define AMINE_BRAIN_MODEL_FILES_H

#include "brain/model_plan.h"

#define AM_MODEL_FILE_LIMIT ((size_t)1 << 30)

/* Reads one, if the model may name files; a file packed by gzip, and one whose checksum is not what
 * the model says (NULL: nothing), are refused. The caller frees *data, behind which stands a 0. */
amine_status am_model_file_read(unsigned char **data, size_t *size, const am_model_plan *plan,
                                const am_reader *r, const am_where *where, const char *path,
                                const char *checksum);

/* The checksum of a file's bytes as a model says it: 8 digits, and a 0. */
enum { AM_MODEL_CHECKSUM = 9 };
void am_model_checksum(char out[AM_MODEL_CHECKSUM], const void *data, size_t size);

/* The k-th input or projection that names a file, borrowed; NULL past the end. */
json_t *am_model_file_at(const json_t *root, size_t k);

/* Names that are relative are from now on meant from the folder in which the process runs; so far
 * they were meant from `folder`, a path from there ("": there). AMINE_ERROR_MEMORY only. */
amine_status am_model_files_from(json_t *root, const char *folder, amine_error *error);

/* How many bytes of a path are its folder: 3 of "a/b/model.json", 0 of "model.json". */
size_t am_folder_length(const char *path);

#endif
