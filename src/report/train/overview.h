/* What several runs have in common, where they differ, and what came out. */
#ifndef AMINE_REPORT_TRAIN_OVERVIEW_H
#define AMINE_REPORT_TRAIN_OVERVIEW_H

#include "report/train/recorded_episode.h"
#include "report/train/source.h"

/* A figure over the runs of a variant. */
typedef struct am_spread {
  double mean, low, high; /* NAN without runs */
} am_spread;

/* A variant: runs of one configuration, which differ in nothing but their seed and in how they were
 * run. */
typedef struct am_variant {
  char *label;  /* what tells it from the others, "" if it is the only one */
  size_t *runs; /* [n_runs] indices into sources, in the order given */
  size_t n_runs;
  am_spread result, iterations, seconds; /* result: see am_result_of */
  double half; /* of the 95 % interval of its mean over the seeds; NAN with fewer than two */
} am_variant;

typedef struct am_overview {
  const am_source *sources;
  size_t n_sources;
  am_variant *variants; /* in the order of their first run */
  size_t n_variants;
  const char **differing; /* [n_differing] keys that differ between variants; point into sources */
  size_t n_differing;
  double *room; /* [n_sources] for the results of some runs */
  am_metric main; /* AM_METRIC_REWARD, or AM_METRIC_LOSS if no run has rewards */
  bool evaluated; /* every run has an eval.json: results are from there */
  bool one_task;  /* every run has the same lines.json */
  bool comparable; /* the runs have one task: no key of it differs, and results are on one scale */
  bool perplexity; /* the results are mean log probabilities: they are spoken of as perplexities */
  bool errors;     /* the results are errors with their signs turned: nothing acts, none is above 0 */
  size_t shown;   /* the source whose recording is shown; n_sources if there is none */
  am_recording
      recording; /* of that source; filled in by who made the overview, and freed with it */
  am_recorded_episode episode; /* the same of what is no maze: then the recording is empty */
} am_overview;

/* The sources must outlive it. AMINE_ERROR_MEMORY only. */
amine_status am_overview_make(am_overview *overview, const am_source *sources, size_t n_sources,
                              amine_error *error);
void am_overview_free(am_overview *overview);

/* Gives each variant its label; part of am_overview_make (label.c). */
amine_status am_overview_label(am_overview *overview, amine_error *error);

/* What a run reached: its evaluation if all runs have one, else what it had while training. */
double am_result_of(const am_overview *overview, size_t source);
/* A result, and an error of one, as they are spoken of: what is an error without the sign that makes
 * it a reward, a mean log probability r as the perplexity exp(-r). */
double am_spoken(const am_overview *overview, double result);
double am_spoken_error(const am_overview *overview, double result, double error);
/* Mean of the main metric over the last 5 % of the iterations; NAN without rows. */
double am_trained_of(const am_overview *overview, size_t source);

/* The last iteration of a run, and the seconds it took; NAN without rows. */
double am_iterations_of(const am_overview *overview, size_t source);
double am_seconds_of(const am_overview *overview, size_t source);

/* Whether the seeds show (at 5 %, by Welch's interval of the difference) that the means of two
 * configurations differ. One run of either shows nothing. */
bool am_variants_differ(const am_overview *overview, size_t a, size_t b);

/* The variant that reached most, or n_variants if none reached anything. Whether the others are
 * shown to have reached less is another question; and it has no meaning unless they are comparable.
 */
size_t am_best_variant(const am_overview *overview);
/* The variant a source belongs to. */
size_t am_variant_of(const am_overview *overview, size_t source);

/* The largest finite value of a metric over all runs, or 0. */
double am_overview_max(const am_overview *overview, am_metric metric);
/* true if any run has a finite value of it */
bool am_overview_has(const am_overview *overview, am_metric metric);

#endif
