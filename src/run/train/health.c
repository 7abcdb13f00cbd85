/* Collapsed or not (see health.h). */
#include "run/train/health.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define CERTAIN 1e-6      /* nats: a policy with no more is the same at every step */
#define LARGE 100         /* a weight beside which no input is felt; others end below 10 */
#define FAR_OFF 100       /* times the error of the worst known player */
#define SHARE_OF_BEST 0.1 /* of the way from the least known player to the best */

/* The most that counts as having learned nothing; NAN if no player is known. */
static double bound_of(const am_task *task) {
  if (task->n_lines == 0) return (double)NAN;
  const double low = task->lines[0].reward, best = task->lines[task->n_lines - 1].reward;
  return isnan(best) ? low : low + SHARE_OF_BEST * (best - low);
}

/* One reason at most, the plainest. */
static void find_reason(char *reason, size_t size, const am_health *h, const am_task *task) {
  if (task->n_real == 0 && h->entropy < CERTAIN) /* of a density it may be below 0 */
    snprintf(reason, size, "the policy does the same at every step (its entropy is %.2g)",
             h->entropy < 0 ? 0 : h->entropy);
  else if (h->largest > LARGE)
    snprintf(reason, size, "a weight has grown to %.3g, beside which no input is felt", h->largest);
  else if (task->n_targets > 0 && task->n_lines > 0 && h->reward < FAR_OFF * task->lines[0].reward)
    snprintf(reason, size, "the error is %.3g", -h->reward);
}

bool am_health_say(char sentence[AM_HEALTH_SENTENCE], const am_health *h, const am_config *config,
                   const am_task *task) {
  char reason[100] = "", beside[80] = "", rate[80] = "";
  const double bound = bound_of(task);
  sentence[0] = 0;
  if (h->reward > bound) return false;
  find_reason(reason, sizeof reason, h, task);
  if (!reason[0]) return false;
  if (h->reward <= bound)
    snprintf(beside, sizeof beside, ", and it earns %s more than \"%.30s\"",
             h->reward > task->lines[0].reward ? "hardly" : "no", task->lines[0].policy);
  if (am_config_applies(config, "learner.rate"))
    snprintf(rate, sizeof rate, "; try a learner.rate below %g",
             am_config_number(config, "learner.rate"));
  snprintf(sentence, AM_HEALTH_SENTENCE, "learning has collapsed: %s%s%s", reason, beside, rate);
  return true;
}

static size_t count_of(const am_learner_tensor *t) {
  return t->dims[0] * (t->rank > 1 ? t->dims[1] : 1);
}

size_t am_health_work(const am_learner *learner) {
  am_learner_tensor t;
  size_t most = 0;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++)
    if (t.is_parameter && count_of(&t) > most) most = count_of(&t);
  return most;
}

double am_health_largest(const am_learner *learner, float *work) {
  am_learner_tensor t;
  float largest = 0;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    if (!t.is_parameter) continue;
    const size_t n = count_of(&t);
    learner->type->get(learner, k, work);
    for (size_t i = 0; i < n; i++) largest = fmaxf(largest, fabsf(work[i]));
  }
  return (double)largest;
}

/* The mean of -sum p log p over an episode's steps; NAN if the learner records no policy. */
static double entropy_of(const am_episode *e) {
  const am_series *s = am_episode_find(e, "policy");
  double sum = 0;
  if (!s || e->n_steps == 0) return (double)NAN;
  for (int i = 0; i < e->n_steps * s->width; i++) {
    const double p = (double)s->values[i];
    if (p > 0) sum -= p * log(p);
  }
  return sum / e->n_steps;
}

amine_status am_health_look(am_health *health, const am_experiment *x, double reward,
                            const am_episode *episode, amine_error *error) {
  const size_t n = am_health_work(x->learner);
  *health = (am_health){.reward = reward, .entropy = entropy_of(episode)};
  float *work = am_alloc(n, sizeof *work);
  if (!work) return am_fail_memory(error, am_size_mul(n, sizeof *work));
  health->largest = am_health_largest(x->learner, work);
  am_free(work);
  return AMINE_OK;
}
