/* A run's folder: its files by name, and the lock that one process at a time holds. */
#ifndef AMINE_RUN_FOLDER_H
#define AMINE_RUN_FOLDER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/file.h"

#define AM_CONFIG_FILE "config.json"
#define AM_CHECKPOINT_FILE "checkpoint.safetensors"
#define AM_NOTES_FILE "notes.txt"
#define AM_RECORDING_FILE "recording.npz"
#define AM_EPISODE_FILE "episode.json" /* what a recording of series shows: train/recording.h */
#define AM_SEEDS_FILE "seeds.json" /* of a folder that holds the folders of runs: seeds.h */

/* A folder with a configuration or with seeds in it is taken: AMINE_ERROR_ARGUMENT. So is one with
 * a published experiment, for all but that experiment. A folder that is not there is free; one that
 * cannot be looked into is AMINE_ERROR_IO. */
amine_status am_folder_must_hold_no_run(const char *folder, amine_error *error);
amine_status am_folder_must_be_free(const char *folder, amine_error *error);

/* A folder without a configuration and a checkpoint, a file, or nothing: AMINE_ERROR_INPUT, or
 * AMINE_ERROR_IO. */
amine_status am_folder_must_hold_run(const char *folder, amine_error *error);

/* *fd holds the lock until it is closed by am_folder_unlock. AMINE_ERROR_IO if the folder is not
 * there, or another process has the lock. */
amine_status am_folder_lock(int *fd, const char *folder, amine_error *error);
void am_folder_unlock(int fd);
/* Does a process hold the lock, this one included? Who looks disturbs nobody who wants it. */
bool am_folder_is_locked(const char *folder);

/* Keeps what a run said at its start (keys that are not used, times that are no whole number of
 * steps) in the folder. Where nothing was said there is no such file, or it becomes empty. */
amine_status am_folder_notes(const char *folder, const am_text *notes, amine_error *error);

#endif
