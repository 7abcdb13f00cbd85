/* The command that a training is made with: its preset, and each key in which it is otherwise. */
#ifndef AMINE_RUN_CONFIG_COMMAND_H
#define AMINE_RUN_CONFIG_COMMAND_H

#include "run/config/config.h"

/* Adds "amine train maze seed=1 network.hidden=200", as a shell reads it, for a configuration that
 * is resolved. Where that would not give the same configuration (it is of a file, or has texts of
 * its own) it is "amine train FOLDER/config.json". AMINE_ERROR_MEMORY only. */
amine_status am_config_command(am_text *text, const am_config *config, const char *folder,
                               amine_error *error);

#endif
