/* The recording of an episode that is no maze's: any number of series over its steps.
 *
 *   episode.json    {"task": NAME, "meaning": TEXT, "episodes": how many, one after the other and
 *                   equally long, "series": [{"name", "meaning", "width"}, ...]}
 *                   and of a task of symbols "text": {"between": TEXT, "shown": [NAME, ...], of some
 *                   first steps and the one after them, "written": [NAME, ...]}
 *   recording.npz   of each series f4 [T] or, where width > 1, f4 [T][width] */
#ifndef AMINE_REPORT_TRAIN_RECORDED_EPISODE_H
#define AMINE_REPORT_TRAIN_RECORDED_EPISODE_H

#include "base/error.h"
#include "base/memory.h"

#define AM_REPORT_EPISODE_FILE "episode.json"

typedef struct am_recorded_series {
  char *name, *meaning;
  size_t width;
  float *values; /* [n_steps][width]; may hold NaN and infinities */
} am_recorded_series;

/* What was read, step by step, with the symbol that came next, and how the network went on by itself
 * once the episode was over. */
typedef struct am_recorded_text {
  char *between; /* " " of words, "" of bytes; NULL: it was no text */
  char **shown;  /* [n_shown] */
  char **written;
  size_t n_shown, n_written;
} am_recorded_text;

typedef struct am_recorded_episode {
  char *task, *meaning;       /* of the task; NULL if there is no episode.json */
  size_t n_steps, n;          /* 0 if there is no recording */
  size_t n_episodes;          /* of n_steps / n_episodes steps; 1 if the file does not say */
  am_recorded_series *series; /* [n] */
  am_recorded_text text;
} am_recorded_episode;

/* Reads it from a folder; `arrays`: the recording, too. AMINE_ERROR_INPUT names the file, and what
 * in it is damaged or does not go together. */
amine_status am_recorded_episode_read(am_recorded_episode *episode, const char *folder, bool arrays,
                                      amine_error *error);
void am_recorded_episode_free(am_recorded_episode *episode);

#endif
