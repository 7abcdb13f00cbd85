/* Who says M (see feed.h). */
#include "modulator/feed.h"

#include "base/memory.h"

/* In front of the numbers of an episode. */
typedef struct fed {
  am_drive drive;
  int n_inputs;
} fed;

static size_t head_bytes(void) { return am_size_round(sizeof(fed), 64); }
static float *familiar_of(fed *f) { return (float *)(void *)((char *)f + head_bytes()); }

amine_status am_feed_check(const am_feed *feed, const char *modulator, amine_error *error) {
  if (feed->kind != AM_FEED_NOBODY) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "a number that is given from outside is what chemical systems say, or what a step "
                 "brought: modulator.type=chemical or given%s%s",
                 modulator ? ", not " : "", modulator ? modulator : "");
}

size_t am_feed_bytes(int n_inputs) {
  return am_size_add(head_bytes(), am_size_round(am_size_mul((size_t)n_inputs, sizeof(float)), 64));
}

void am_feed_begin(const am_feed *feed, void *episode, int n_inputs) {
  fed *f = episode;
  float *familiar = familiar_of(f);
  f->n_inputs = n_inputs;
  for (int i = 0; i < n_inputs; i++) familiar[i] = 0;
  if (feed->kind == AM_FEED_DRIVE) am_drive_begin(&f->drive, &feed->drive, familiar, n_inputs);
}

float am_feed_before(const am_feed *feed, const void *episode) {
  const fed *f = episode;
  return feed->kind == AM_FEED_DRIVE ? am_drive_level(&f->drive) : 0;
}

/* How new an input is; the sum of those so far. */
static float novelty(fed *f, const am_feed_moment *m) {
  float *sum = familiar_of(f), most = 0;
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
  if (feed->kind == AM_FEED_SIGNAL) {
    const am_given_moment now = {
        .key = m->key, .step = m->step, .error = m->error, .novelty = novelty(f, m)};
    return am_given_level(&feed->signal, &now);
  }
  if (feed->kind == AM_FEED_NOBODY) return 0;
  const float level = am_drive_level(&f->drive);
  am_drive_feed(&f->drive, &(am_drive_moment){
                               .reward = m->reward,
                               .uncertainty = am_drive_uncertainty(m->p, m->stride, m->n_actions),
                               .input = m->input,
                               .stride = m->stride});
  return level;
}
