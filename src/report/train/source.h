/* All that the report reads of one run's folder. */
#ifndef AMINE_REPORT_TRAIN_SOURCE_H
#define AMINE_REPORT_TRAIN_SOURCE_H

#include <jansson.h>
#include <stdbool.h>

#include "report/done.h"
#include "report/train/metrics.h"
#include "report/train/recording.h"

/* One key of the configuration: "task.size" and its value as one would type it. */
typedef struct am_setting {
  char *key, *value;
  double number; /* NAN if it is not a number */
} am_setting;

/* What a known policy earns, from lines.json. */
typedef struct am_report_line {
  char *policy;
  double reward;
} am_report_line;

/* eval.json; NAN for what it does not say. */
typedef struct am_report_eval {
  bool there;
  double episodes, reward, se, greedy_reward, greedy_se, criterion, trials;
  char criterion_meaning[64]; /* of a learner with a criterion of its own, else "" */
  char collapsed[320];        /* that learning has, in words, else "" */
  bool of_symbols;            /* the reward is a mean log probability */
  bool acts;                  /* false if the network answers with values */
} am_report_eval;

typedef struct am_source {
  char *name; /* the last part of the folder's path, "" if it says nothing ("." and "..") */
  am_setting *settings; /* in the order of the file */
  size_t n_settings;
  am_report_line *lines; /* the lowest first; only finite ones */
  size_t n_lines;
  am_report_eval eval;
  am_metrics metrics;
  bool has_recording;
  json_t *explained; /* what its modulator does (report/explained.h); NULL: not known */
  am_text done;      /* to it, while it went on (report/done.h) */
} am_source;

/* Reads a folder, all but its recording. AMINE_ERROR_IO if it has no config.json; other files may
 * be missing. */
amine_status am_source_read(am_source *source, const char *folder, amine_error *error);
/* Reads the recording of a folder; without one it is empty. */
amine_status am_source_recording(am_recording *recording, const char *folder, amine_error *error);
void am_source_free(am_source *source);

/* The value of a key, or NULL; and as a number, or NAN. */
const char *am_source_setting(const am_source *source, const char *key);
double am_source_number(const am_source *source, const char *key);

/* The reward of a line, or NAN. */
double am_source_line(const am_source *source, const char *policy);

#endif
