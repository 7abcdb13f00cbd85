/* A checkpoint of training, and the keys that it holds. */
#ifndef AMINE_RUN_CONFIG_SAVED_H
#define AMINE_RUN_CONFIG_SAVED_H

#include <jansson.h>

#include "format/safetensors.h"

/* A checkpoint of ours: its checksums must be there. Of a file that another program wrote it is said
 * how it can be used. */
amine_status am_saved_open(am_tensor_file **file, const char *path, amine_error *error);

/* The JSON object of its configuration, which the caller lets go of. */
amine_status am_saved_keys(json_t **keys, const char *path, amine_error *error);

#endif
