/* Who says M (see feed.h). */
#include "modulator/feed.h"

#include <string.h>

#include "base/memory.h"

/* In front of the numbers of an episode. */
typedef struct fed {
  am_drive drive;
  float value[AM_FEEDS_MAX], known[AM_FEEDS_MAX]; /* known: before the next step */
  int n_inputs;
} fed;

static size_t head_bytes(void) { return am_size_round(sizeof(fed), 64); }
/* [n_inputs] of the drive, and likewise the sum of the inputs so far. */
static float *familiar_of(fed *f) { return (float *)(void *)((char *)f + head_bytes()); }

/* ------------------------------------------------------------------------------ names */
static const struct {
  const char *name;
  bool chemical;
  int what; /* an am_given_kind, or an amine_third_factor */
} sources[] = {{"one", false, AM_GIVEN_ONE},
               {"random", false, AM_GIVEN_RANDOM},
               {"error", false, AM_GIVEN_ERROR},
               {"reward", false, AM_GIVEN_REWARD},
               {"novelty", false, AM_GIVEN_NOVELTY},
               {"dopamine", true, AMINE_FACTOR_DOPAMINE},
               {"signed", true, AMINE_FACTOR_SIGNED},
               {"acetylcholine", true, AMINE_FACTOR_ACETYLCHOLINE},
               {"norepinephrine", true, AMINE_FACTOR_NOREPINEPHRINE},
               {"serotonin", true, AMINE_FACTOR_SEROTONIN},
               {"all", true, AMINE_FACTOR_ALL}};
enum { N_SOURCES = sizeof sources / sizeof *sources, BY_KIND = -1 };

/* Of modulator.NAME, or of a network's own. */
static int source_of(const char *name) {
  const char *behind = strrchr(name, '.');
  if (behind) name = behind + 1;
  int k = N_SOURCES - 1;
  while (k >= 0 && strcmp(sources[k].name, name) != 0) k--;
  return k; /* -1 is BY_KIND */
}

bool am_feed_is_chemical(const char *name) {
  const int k = source_of(name);
  return k >= 0 && sources[k].chemical;
}

amine_status am_feed_ask(am_feed *feed, const char *name, bool before, const char *modulator,
                         amine_error *error) {
  const int k = source_of(name);
  if (feed->n == AM_FEEDS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "at most %d numbers are given from outside",
                   AM_FEEDS_MAX);
  if (k >= 0 || feed->kind != AM_FEED_NOBODY)
    return feed->before[feed->n] = before, feed->source[feed->n++] = (signed char)k, AMINE_OK;
  am_text names = {0};
  for (int i = 0; i < N_SOURCES; i++)
    am_text_printf(&names, "%s%s", i ? ", " : "", sources[i].name);
  if (feed->of_slot)
    am_fail(error, AMINE_ERROR_ARGUMENT,
            "modulator.factor=slot: nothing that is given is called %s, as the statement around "
            "modulator(...) is; there are %s",
            name, names.data ? names.data : "");
  else
    am_fail(error, AMINE_ERROR_ARGUMENT,
            "%s: a number that is given from outside is what chemical systems say, or what a step "
            "brought: modulator.type=chemical or given%s%s, or a name that says which: %s",
            name, modulator ? ", not " : "", modulator ? modulator : "",
            names.data ? names.data : "");
  am_text_free(&names);
  return AMINE_ERROR_ARGUMENT;
}

/* ------------------------------------------------------------------------------ episodes */
size_t am_feed_bytes(int n_inputs) {
  return am_size_add(head_bytes(),
                     am_size_round(am_size_mul((size_t)n_inputs, 2 * sizeof(float)), 64));
}

static bool is_chemical(const am_feed *feed, int k) {
  return feed->source[k] == BY_KIND ? feed->kind == AM_FEED_DRIVE
                                    : sources[feed->source[k]].chemical;
}
static bool drives(const am_feed *feed) {
  for (int k = 0; k < feed->n; k++)
    if (is_chemical(feed, k)) return true;
  return false;
}

/* What signal k is; false where it is none. */
static bool signal_of(const am_feed *feed, int k, am_given *signal) {
  if (is_chemical(feed, k) || (feed->source[k] == BY_KIND && feed->kind == AM_FEED_NOBODY))
    return false;
  *signal = feed->signal;
  if (feed->source[k] != BY_KIND)
    *signal = (am_given){.kind = (am_given_kind)sources[feed->source[k]].what, .scale = 1};
  return true;
}

void am_feed_begin(const am_feed *feed, void *episode, int n_inputs) {
  fed *f = episode;
  float *familiar = familiar_of(f);
  f->n_inputs = n_inputs;
  for (int i = 0; i < 2 * n_inputs; i++) familiar[i] = 0;
  for (int k = 0; k < feed->n; k++) {
    am_given signal;
    const bool ahead = signal_of(feed, k, &signal) && am_given_is_ahead(&signal);
    f->known[k] = ahead ? am_given_level(&signal, &(am_given_moment){.step = 0}) : 0;
  }
  if (drives(feed)) am_drive_begin(&f->drive, &feed->drive, familiar, n_inputs);
}

float am_feed_before(const am_feed *feed, void *episode) {
  fed *f = episode;
  for (int k = 0; k < feed->n; k++)
    f->value[k] = !is_chemical(feed, k) ? feed->before[k] ? f->known[k] : 0
                  : feed->source[k] == BY_KIND
                      ? am_drive_level(&f->drive)
                      : amine_chemical_factor(&f->drive.chemical,
                                              (amine_third_factor)sources[feed->source[k]].what);
  return f->value[0];
}

float am_feed_value(const void *episode, int k) { return ((const fed *)episode)->value[k]; }

/* How new an input is; the sum of those so far. */
static float novelty(fed *f, const am_feed_moment *m) {
  float *sum = familiar_of(f) + f->n_inputs, most = 0;
  const float part = m->step > 0 ? 1 / (float)m->step : 0;
  for (int i = 0; i < f->n_inputs; i++) {
    const float u = m->input[(size_t)i * m->stride];
    most = fmaxf(most, fabsf(u - part * sum[i]));
    sum[i] += u;
  }
  return most;
}

float am_feed_after(const am_feed *feed, void *episode, const am_feed_moment *m) {
  fed *f = episode;
  am_given_moment now = {.key = m->key, .step = m->step, .error = m->error, .novelty = -1};
  am_feed_before(feed, f); /* the levels, before they have heard of the step */
  for (int k = 0; k < feed->n; k++) {
    am_given signal;
    if (!signal_of(feed, k, &signal)) continue;
    if (now.novelty < 0) now.novelty = novelty(f, m);
    now.step = m->step + (feed->before[k] && am_given_is_ahead(&signal));
    *(feed->before[k] ? &f->known[k] : &f->value[k]) = am_given_level(&signal, &now);
  }
  if (drives(feed))
    am_drive_feed(&f->drive, &(am_drive_moment){
                                 .reward = m->reward,
                                 .uncertainty = am_drive_uncertainty(m->p, m->stride, m->n_actions),
                                 .input = m->input,
                                 .stride = m->stride});
  return f->value[0];
}
