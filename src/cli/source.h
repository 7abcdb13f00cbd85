/* What a user may name where a configuration is wanted. */
#ifndef AMINE_CLI_SOURCE_H
#define AMINE_CLI_SOURCE_H

#include "run/config/config.h"
#include "run/simulate/config.h"

typedef enum cli_source {
  CLI_SOURCE_PRESET,
  CLI_SOURCE_RUN,        /* a run's folder */
  CLI_SOURCE_CHECKPOINT, /* NAME.safetensors */
  CLI_SOURCE_FILE        /* anything else: a JSON file, if it is there */
} cli_source;

/* A preset's name comes first; a folder of that name is written ./NAME. */
cli_source cli_source_of(const char *word);

/* Says that no trained network is there: of a folder that is hidden by a preset, how it is written;
 * else what to name, then `more`. */
amine_status cli_source_untrained(const char *word, const char *more, amine_error *error);

/* Is it a brain that is described there, to be simulated? What cannot be read is not. */
bool cli_source_is_brain(const char *word);
/* The configuration of such a one. */
amine_status cli_source_brain(am_simulation_config *config, const char *word, amine_error *error);

/* The configuration of any of the others, not yet resolved. */
amine_status cli_source_config(am_config *config, const char *word, amine_error *error);

#endif
