/* What a run is, for a page: its block `run`, which does not change while it goes on.
 *
 *   {"name":"maze, seed 1","kind":"train","task":"maze","task_meaning":...,"preset":...,"seed":1,
 *    "folder":...,"recorded":bool,"lines":[{"policy","reward"}],"criterion":number or null,
 *    "spoken":"reward"|"perplexity","iterations":N,
 *    "command":"amine train maze seed=1","again":the same with --events FOLDER/events.jsonl,
 *                                         or null: nothing was done, and nobody can,
 *    "config":{as config.json},"controls":bool,"twin_of":number or null,
 *    "reach":[{"name","meaning","of","has_value","low","high"}]}
 *
 * and of a brain, whose kind is "brain", instead of the lines, the criterion and the iterations
 *
 *    "populations":[{"name","n","first"}],
 *    "projections":[{"name","pre","post","synapses":number or null,"learns":bool}],
 *    "modulators":[{"name","baseline":number or null,"on":bool}],     always all five
 *    "dt_ms","duration_s","protocol","title","story" */
#ifndef AMINE_LIVE_DESCRIBE_H
#define AMINE_LIVE_DESCRIBE_H

#include "run/simulate/config.h"
#include "task/task.h"

enum { AM_LIVE_NO_TWIN = -1 };

/* Adds the block of a training, whose configuration is resolved. "recorded": recording.npz is in
 * the folder. twin_of: the number of the run that it began as a copy of, or AM_LIVE_NO_TWIN.
 * AMINE_ERROR_MEMORY only. */
amine_status am_live_describe_train(am_text *text, const am_config *config, const am_task *task,
                                    const char *folder, bool controls, int twin_of,
                                    amine_error *error);

/* The same of a simulation. brain NULL: one is made of the description for a moment, and its
 * synapses are neither drawn nor counted; failures are then those of am_simulation_config_brain. */
amine_status am_live_describe_brain(am_text *text, const am_simulation_config *config,
                                    const amine_brain *brain, const char *folder, bool controls,
                                    int twin_of, amine_error *error);

/* Adds what a run is called: "maze, seed 1". */
void am_live_name(am_text *text, const char *preset, const char *what, uint64_t seed);

#endif
