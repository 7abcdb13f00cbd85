/* What a training run writes down: a line (run/lines.h) of every `every` iterations, with the means
 * over them, and at the end of a session one of those that are left. What a learner does not have
 * (NaN) is null there, and left out of the events. */
#ifndef AMINE_RUN_TRAIN_RECORDS_H
#define AMINE_RUN_TRAIN_RECORDS_H

#include "learner/learner.h"
#include "run/lines.h"

enum { AM_RECORD_ANSWERS = 7, AM_RECORD_KL = 9, AM_RECORD_SUMS = 10 };
/* Whether the k-th of them is written and saved. */
static inline bool am_record_has(int k, bool preferences, bool kl) {
  return k < 6 || (k < AM_RECORD_KL ? preferences : kl);
}

/* The part of the records that belongs into a checkpoint. */
typedef struct am_record_state {
  uint64_t lines;              /* written so far */
  double sums[AM_RECORD_SUMS]; /* of reward, value, entropy, loss, gradient norm, rate; and
                                * with preferences learned reward, answers, agreement; and
                                * where the first policy is kept KL, else NAN */
  uint64_t pending;            /* iterations in those sums */
  double *course;              /* [n_course] a study's samples of the run so far; NULL: none */
  size_t n_course;
} am_record_state;

typedef struct am_records am_records;

/* Opens the files of a folder to go on after state->lines lines (am_lines_open). */
amine_status am_records_open(am_records **records, const char *folder, const am_record_state *state,
                             uint64_t every, amine_error *error);

/* One iteration, `iteration` of them being done now; seconds since the start of training. */
amine_status am_records_add(am_records *records, uint64_t iteration, double seconds,
                            const am_learner_report *report, amine_error *error);

/* At the end of a session: the iterations that no line tells of yet get one. The state does not
 * change, so a run that goes on puts the whole line in its place. */
amine_status am_records_finish(am_records *records, uint64_t iteration, double seconds,
                               amine_error *error);

const am_record_state *am_records_state(const am_records *records);
/* Seconds of the last line, for a run that goes on. */
double am_records_seconds(const am_records *records);
amine_status am_records_sync(am_records *records, amine_error *error);
/* Closes and frees, also when it reports an error; NULL is fine. */
amine_status am_records_close(am_records *records, amine_error *error);

#endif
