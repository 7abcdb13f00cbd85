/* What a program gives to make an experiment or a run of (amine_experiment_options), as a
 * configuration. */
#ifndef AMINE_RUN_TRAIN_OPTIONS_H
#define AMINE_RUN_TRAIN_OPTIONS_H

#include "amine/experiment.h"
#include "run/config/config.h"

/* All that is known of them, in our own size; NULL: nothing is said. */
amine_experiment_options am_options_known(const amine_experiment_options *options);

/* A configuration of their parts, every key standard. */
void am_options_begin(am_config *config, const amine_experiment_options *options);

/* The preset, the file or the configuration that they have goes into a config that was begun, and then
 * their assignments. */
amine_status am_options_load(am_config *config, const char *preset_or_file,
                             const amine_experiment_options *options, amine_error *error);

/* The same for what is then read from a run or a checkpoint, and their assignments, which go into it
 * after that. */
amine_status am_options_begin_saved(am_config *config, const amine_experiment_options *options,
                                    amine_error *error);
amine_status am_options_apply(am_config *config, const amine_experiment_options *options,
                              amine_error *error);

#endif
