/* The recording of an episode as series: what the learner watched, and what the world showed and
 * gave meanwhile (see recording.h). */
#ifndef AMINE_RUN_TRAIN_SERIES_H
#define AMINE_RUN_TRAIN_SERIES_H

#include "run/train/experiment.h"

/* All series of an episode of n_steps, one array for each. */
typedef struct am_episode {
  int n_steps, n;
  am_series series[AM_SERIES_MAX + 4];
} am_episode;

/* Plays the episode (seed, 0, lane). AMINE_ERROR_MEMORY; *episode is empty (n = 0) then, and where
 * the learner has no series. Free it with am_episode_free. */
amine_status am_episode_play(am_episode *episode, am_learner *learner, uint32_t lane, uint64_t seed,
                             amine_error *error);
void am_episode_free(am_episode *episode);
/* The series of that name, or NULL. */
const am_series *am_episode_find(const am_episode *episode, const char *name);

/* Step t of a world once more, with the series "actions" of the one who acted in it (NULL: nobody acts); returns
 * its reward. */
float am_episode_step(const am_task *task, void *state, const float *actions, int t);

/* Plays one episode of each sort that the task has, in their order and one after the other in the
 * same series: (seed, 0, lane) for the first lane that begins one. A task without sorts: the
 * episode (seed, 0, 0), and where others go on from it, as many as about 200 steps are. *n_episodes
 * says how many there are. */
amine_status am_episodes_play(am_episode *episode, int *n_episodes, am_learner *learner,
                              uint64_t seed, amine_error *error);

/* Plays them and makes what recording.npz and episode.json hold of them (recording.h), added to two
 * texts; `arrays` gets nothing of a learner without series. */
amine_status am_series_make(am_text *arrays, am_text *about, am_experiment *experiment,
                            uint64_t seed, bool deflated, amine_error *error);

#endif
