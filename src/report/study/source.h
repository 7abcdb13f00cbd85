/* The folder of a published experiment that was run over seeds (docs/reproductions.md), or of a sweep
 * (docs/runs.md), which has "sweep" in its study.json, and no criteria.
 *
 *   study.json       what it is: arms, criteria, charts ("curves", "across", "planes"), at the end the
 *                    verdicts; needed
 *   runs.jsonl       one finished run a line; a torn last line is left out
 *   run-K-SEED.safetensors   a training run of arm K that is not finished; gone when it is
 *   raster-K.npz     the last second of the spikes of arm K's first run: the arrays
 *                    population_names, sizes, first, dt_ms, begin, end, i, t of a recording
 * The last two may be missing. */
#ifndef AMINE_REPORT_STUDY_SOURCE_H
#define AMINE_REPORT_STUDY_SOURCE_H

#include "report/brain/source.h"

#define AM_STUDY_FILE "study.json"
/* What the times of runs count where they are no seconds. */
#define AM_STUDY_TIME_TRIALS "trials"
#define AM_STUDY_TIME_STEPS "steps"
#define AM_STUDY_RUNS_FILE "runs.jsonl"
#define AM_STUDY_RASTER_FILE "raster-%zu.npz" /* the arm's number, from 0 */
#define AM_STUDY_RUN_FILE "run-%d-%llu.safetensors" /* the arm's number, from 0; the seed */

enum { AM_STUDY_POINTS_MAX = 256 }; /* of a chart of what came out */

/* A finished run. All numbers are finite or NAN. */
typedef struct am_study_run {
  bool done;        /* else there is nothing here */
  char *broke;      /* owned: of a run of a sweep whose numbers broke the sentence, and its measures are
                       NAN; else NULL */
  size_t n_measures;
  double *measures; /* [n_measures] at the end */
  size_t n_samples;
  double *times;  /* [n_samples] s, or trials of training, or steps of an episode; ascending */
  double *course; /* [n_samples][n_measures] */
} am_study_run;

/* Room for the numbers of a run that is done; AMINE_ERROR_MEMORY. */
amine_status am_study_run_make(am_study_run *run, size_t n_samples, size_t n_measures,
                               amine_error *error);
void am_study_run_free(am_study_run *run);

typedef struct am_study_measured {
  const char *name, *unit, *meaning;
  const char *title;                   /* its name if it has none */
  const char *chance_name, *best_name; /* NULL: there is none, and NAN here: */
  double chance, best;
  int better; /* 1: more of it is better; -1: less is; 0: nothing says so */
} am_study_measured;

typedef struct am_study_arm {
  const char *name, *preset;
  bool control;
  size_t n_measures;
  am_study_measured *measures; /* [n_measures] */
  am_study_run *runs;          /* [n_seeds] */
  am_brain_recording raster;   /* without populations if it was not kept or not asked for */
} am_study_arm;

typedef enum am_study_answer { AM_STUDY_MISSED, AM_STUDY_MET, AM_STUDY_OPEN } am_study_answer;

typedef struct am_study_criterion {
  size_t arm, measure;
  const char
      *judgement;    /* "at least", "at most" (a share of the seeds), "mean", "median", "ratio", "difference" */
  const char *other; /* of "ratio" the arm whose median it is divided by, of "difference" the one
                        whose mean is taken off; else NULL */
  double low, high;  /* may be infinite */
  double share;
  const char *meaning;
  /* the verdict, if there are verdicts: the figure with its 95 % interval (NAN: none) */
  double value, value_low, value_high;
  size_t inside; /* seeds in the band */
  am_study_answer answer;
} am_study_criterion;

/* A key of a sweep. The arms are all combinations, in the order of the keys, the last one's values
 * one after the other. */
typedef struct am_study_swept {
  const char *key;
  size_t n_values;
  const char **values; /* [n_values] as a user types them */
} am_study_swept;

/* Strings are borrowed from `root`. */
typedef struct am_study_source {
  json_t *root; /* study.json */
  const char *name, *meaning, *source, *page, *form, *band;
  const char *title; /* its name if it has none */
  uint64_t first_seed;
  size_t n_seeds, n_arms, n_criteria;
  am_study_arm *arms;
  am_study_criterion *criteria;
  bool judged;
  am_study_answer answer; /* to all criteria */
  const char *time;       /* what times count, as above; NULL: seconds */
  size_t n_swept; /* 0: it is no sweep */
  am_study_swept *swept;
  const char *from; /* of a sweep: the preset or file */
  uint64_t position; /* bytes of runs.jsonl that are whole lines */
} am_study_source;

/* Reads a folder; the rasters only if they are wanted. AMINE_ERROR_INPUT names the file, and the
 * line or the value, that is damaged. */
amine_status am_study_source_read(am_study_source *source, const char *folder, bool rasters,
                                  amine_error *error);
void am_study_source_free(am_study_source *source);

/* Is there a study.json? AMINE_ERROR_MEMORY only. */
amine_status am_study_folder(bool *is, const char *folder, amine_error *error);

/* The value that a key of a sweep has in an arm. */
const char *am_study_value(const am_study_source *source, size_t arm, size_t key);

/* A value that is a number; NAN if it is none. */
double am_study_number(const char *value);

/* The number of a measure of an arm, n_measures if it has none of that name. */
size_t am_study_measure(const am_study_arm *arm, const char *name);

#endif
