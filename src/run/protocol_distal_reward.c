/* Reinforcement of one synapse by a distal reward (Izhikevich 2007, Fig. 1,
 * doi:10.1093/cercor/bhl152).
 *
 * At the start one synapse n1 -> n2 is drawn from those of "E" onto itself, and its weight set to
 * 0. Whenever n2 fires within window_ms after n1,
 *
 *     0 < t(n2) - t(n1) <= window_ms,        a reward follows after U[delay_min, delay_max),
 *
 * which adds `reward` to the dopamine d of the rule da-stdp. Since d decays with tau_d and is read
 * by all synapses alike, nothing but its eligibility trace tells the synapse from the others.
 *
 * Controls: random_rewards, which come at intervals U[0, 2 / random_rate) whatever the neurons do;
 * or reward = 0. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "run/protocols.h"
#include "run/waiting.h"

#define NAME "distal-reward"
#define LOOK_MS 50.0    /* between two looks at the spikes; less than the least delay */
#define WEIGH_MS 1000.0 /* between two looks at the weight */

enum { ORDER_CHOICE, ORDER_DELAY, ORDER_RANDOM };
enum { REWARD, DELAY_MIN_MS, DELAY_MAX_MS, WINDOW_MS, BOUND, RANDOM_REWARDS, RANDOM_RATE_HZ };
static const am_key keys[] = {
    {"reward", AM_KEY_NUMBER, 0.05, 0, 1e3, NULL, "",
     "what a reward adds to the dopamine of the rule da-stdp", true},
    {"delay_min_ms", AM_KEY_NUMBER, 1000, 100, 1e5, NULL, "ms", "least delay of a reward", true},
    {"delay_max_ms", AM_KEY_NUMBER, 3000, 100, 1e5, NULL, "ms",
     "delays are uniform up to this one; at least delay_min_ms", true},
    {"window_ms", AM_KEY_NUMBER, 20, 1, 1e3, NULL, "ms",
     "the second neuron is to fire within so much after the first", true},
    {"bound", AM_KEY_NUMBER, 3.9, -1e6, 1e6, NULL, "weight",
     "the synapse has been reinforced once it is as strong as this", true},
    {"random_rewards", AM_KEY_SWITCH, 0, 0, 1, "true|false", "", "control: rewards at random times",
     true},
    {"random_rate_hz", AM_KEY_NUMBER, 0.05, 1e-3, 10, NULL, "Hz", "of random rewards, on average",
     true},
};
static const am_measure measures[] = {
    {.name = "weight",
     .unit = "",
     .meaning = "of the chosen synapse",
     .title = "Weight of the rewarded synapse",
     .panel = "Weight of the rewarded synapse, and of all",
     .chance = {"at the start", 0},
     .best = {"reinforced", (double)NAN}},
    {.name = "mean_weight",
     .unit = "",
     .meaning = "of all synapses from E",
     .title = "Mean weight of all synapses"},
    {.name = "reached",
     .unit = "s",
     .meaning = "when it was first found at the bound or above; looked at every second",
     .title = "When it was first at the bound",
     .figure = true},
    {.name = "above",
     .unit = "",
     .meaning = "share of the synapses from E that are stronger",
     .title = "Synapses that are stronger",
     .panel = "Share of the synapses that are stronger"},
    {.name = "strong",
     .unit = "",
     .meaning = "share of the synapses from E at the bound or above",
     .title = "Synapses at the bound",
     .panel = "Share of the synapses at the bound or above"},
    {.name = "rewards",
     .unit = "",
     .meaning = "given so far",
     .title = "Rewards",
     .panel = "Rewards so far"},
    {.name = "drift",
     .unit = "",
     .meaning = "weight for each reward given",
     .title = "Weight for each reward",
     .figure = true},
    {.name = "rate",
     .unit = "Hz",
     .meaning = "mean rate of E",
     .title = "Mean rate of E",
     .figure = true},
};

typedef struct state {
  uint64_t projection, synapse, first, second; /* n1, n2: neurons of E */
  uint64_t fired[2];                           /* n1's last spike and the one before: step + 1 */
  am_waiting waiting;                          /* rewards */
  uint64_t n_drawn, n_rewards;
  uint64_t weigh, reached; /* step of the next look at the weight; when at the bound: step + 1 */
} state;

static uint64_t steps_of(const am_stage *stage, int key) {
  return am_stage_steps(stage, stage->parameters[key].number);
}

/* ------------------------------------------------------------------------------ weights */
/* The weights of a projection, to be freed; NULL if there is no memory. */
static float *weights_of(const am_stage *stage, int projection, size_t *n) {
  amine_brain_projection(stage->brain, projection, NULL, NULL, n);
  float *w = am_alloc(*n, sizeof *w);
  if (w &&
      amine_brain_synapses(stage->brain, projection, "w", NULL, NULL, NULL, w, NULL) == AMINE_OK)
    return w;
  am_free(w);
  return NULL;
}

static int source_of(const am_stage *stage, int projection) {
  int source, target;
  amine_brain_projection(stage->brain, projection, &source, &target, NULL);
  return source;
}

/* ------------------------------------------------------------------------------ the choice */
/* The first projection from E to itself that has synapses. */
static amine_status find_projection(state *s, const am_stage *stage, size_t *n,
                                    amine_error *error) {
  int E;
  AM_TRY(am_stage_find(stage, NAME, "E", &E, NULL, error));
  for (int k = 0; k < amine_brain_n_projections(stage->brain); k++) {
    int source, target;
    amine_brain_projection(stage->brain, k, &source, &target, n);
    s->projection = (uint64_t)k;
    if (source == E && target == E && *n > 0) return AMINE_OK;
  }
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "the protocol " NAME " needs a projection from \"E\" to itself");
}

/* Draws the synapse, and takes its weight away. */
static amine_status choose(state *s, int *ends, float *w, size_t n, am_stage *stage,
                           amine_error *error) {
  const int k = (int)s->projection;
  s->synapse = am_below(am_stage_random(stage, 0, ORDER_CHOICE).v[0], (uint32_t)n);
  AM_TRY(amine_brain_synapses(stage->brain, k, "w", ends, ends + n, NULL, w, error));
  s->first = (uint64_t)ends[s->synapse];
  s->second = (uint64_t)ends[n + s->synapse];
  w[s->synapse] = 0;
  return amine_brain_set_weights(stage->brain, k, w, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  size_t n = 0;
  if (stage->parameters[DELAY_MAX_MS].number < stage->parameters[DELAY_MIN_MS].number)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.delay_max_ms is less than protocol.delay_min_ms");
  AM_TRY(find_projection(s, stage, &n, error));
  int *ends = am_alloc(am_size_mul(2, n), sizeof *ends);
  float *w = am_alloc(n, sizeof *w);
  amine_status status = ends && w ? choose(s, ends, w, n, stage, error)
                                  : am_fail_memory(error, am_size_mul(3, am_size_mul(n, 4)));
  am_free(ends);
  am_free(w);
  return status;
}

/* ------------------------------------------------------------------------------ rewards */
static uint64_t draw(state *s, uint64_t low, uint64_t high, const am_stage *stage, uint32_t order) {
  const am_random4 random = am_stage_random(stage, (uint32_t)++s->n_drawn, order);
  return high > low ? low + am_below(random.v[0], (uint32_t)(high - low)) : low;
}

/* n2's spike counts if the last spike of n1 before it was not too long ago. */
static amine_status answer(state *s, uint64_t step, const am_stage *stage, amine_error *error) {
  const uint64_t last = s->fired[0] == step + 1 ? s->fired[1] : s->fired[0];
  if (last == 0 || step + 1 - last > steps_of(stage, WINDOW_MS)) return AMINE_OK;
  const uint64_t delay =
      draw(s, steps_of(stage, DELAY_MIN_MS), steps_of(stage, DELAY_MAX_MS), stage, ORDER_DELAY);
  return am_waiting_add(&s->waiting, step + delay, NAME, error);
}

static amine_status look(state *s, const am_stage *stage, amine_error *error) {
  const int E = source_of(stage, (int)s->projection);
  const bool counts = stage->parameters[RANDOM_REWARDS].number == 0;
  for (size_t k = 0; k < stage->n_spikes; k++) {
    const am_spike *spike = &stage->spikes[k];
    if (spike->population != E) continue;
    if ((uint64_t)spike->neuron == s->first) {
      s->fired[1] = s->fired[0];
      s->fired[0] = spike->step + 1;
    }
    if (counts && (uint64_t)spike->neuron == s->second)
      AM_TRY(answer(s, spike->step, stage, error));
  }
  return AMINE_OK;
}

/* There is always one random reward to wait for. */
static amine_status draw_random(state *s, const am_stage *stage, amine_error *error) {
  if (stage->parameters[RANDOM_REWARDS].number == 0 || s->waiting.n > 0) return AMINE_OK;
  const uint64_t most = am_stage_steps(stage, 2e3 / stage->parameters[RANDOM_RATE_HZ].number);
  const uint64_t due = stage->now + draw(s, 1, most + 1, stage, ORDER_RANDOM);
  return am_waiting_add(&s->waiting, due, NAME, error);
}

static void give(state *s, am_stage *stage) {
  for (int n = am_waiting_take(&s->waiting, stage->now); n > 0; n--) {
    am_stage_reward(stage, stage->parameters[REWARD].number, 0);
    s->n_rewards++;
  }
}

static amine_status weigh(state *s, const am_stage *stage, amine_error *error) {
  if (s->reached > 0 || stage->now < s->weigh) return AMINE_OK;
  size_t n;
  float *w = weights_of(stage, (int)s->projection, &n);
  if (!w) return am_fail_memory(error, am_size_mul(n, sizeof *w));
  if ((double)w[s->synapse] >= stage->parameters[BOUND].number) s->reached = stage->now + 1;
  s->weigh = stage->now + am_stage_steps(stage, WEIGH_MS);
  am_free(w);
  return AMINE_OK;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  AM_TRY(look(s, stage, error));
  give(s, stage);
  AM_TRY(draw_random(s, stage, error));
  const uint64_t next = am_waiting_next(&s->waiting),
                 soon = stage->now + am_stage_steps(stage, LOOK_MS);
  *until = next < soon ? next : soon;
  return weigh(s, stage, error);
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  int n_e, source, target;
  size_t n = 0;
  if (s->projection >= (uint64_t)amine_brain_n_projections(stage->brain)) return false;
  amine_brain_projection(stage->brain, (int)s->projection, &source, &target, &n);
  amine_brain_population(stage->brain, source, &n_e, NULL);
  return s->synapse < n && s->first < (uint64_t)n_e && s->second < (uint64_t)n_e &&
         s->waiting.n <= AM_WAITING_MAX && s->n_drawn < UINT32_MAX;
}

/* ------------------------------------------------------------------------------ measures */
static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const int E = source_of(stage, (int)s->projection);
  const double bound = stage->parameters[BOUND].number;
  double above = 0, strong = 0, sum = 0, all = 0;
  size_t n = 0;
  int n_e;
  float *w = weights_of(stage, (int)s->projection, &n);
  if (!w) return;
  const float weight = w[s->synapse];
  am_free(w);
  for (int k = 0; k < amine_brain_n_projections(stage->brain); k++) {
    if (source_of(stage, k) != E || !(w = weights_of(stage, k, &n))) continue;
    for (size_t i = 0; i < n; i++) {
      above += w[i] > weight;
      strong += (double)w[i] >= bound;
      sum += (double)w[i];
    }
    all += (double)n;
    am_free(w);
  }
  amine_brain_population(stage->brain, E, &n_e, NULL);
  values[0] = (double)weight;
  values[1] = sum / all;
  if (s->reached > 0) values[2] = (double)(s->reached - 1) * stage->dt_ms * 1e-3;
  values[3] = above / all;
  values[4] = strong / all;
  values[5] = (double)s->n_rewards;
  if (s->n_rewards > 0) values[6] = (double)weight / (double)s->n_rewards;
  if (stage->now > 0)
    values[7] = (double)amine_brain_spike_count(stage->brain, E) / n_e /
                ((double)stage->now * stage->dt_ms * 1e-3);
}

static void known(double *chance, double *best, const am_value *parameters) {
  (void)chance;
  best[0] = parameters[BOUND].number;
}

const am_protocol am_protocol_distal_reward = {
    .name = NAME,
    .meaning =
        "one synapse is rewarded, seconds later, for a spike of its source before its target",
    .title = "A reward that comes seconds late",
    .story = "One synapse is chosen, and its weight taken away. Whenever its target fires shortly "
             "after its source, a reward follows, but only seconds later, when thousands of other "
             "spikes have come between. All synapses get the same dopamine: nothing but its "
             "eligibility trace tells the one that earned it.",
    .headline = "After {rewards} rewards the rewarded synapse has a weight of {weight}, where all "
                "have {mean_weight} on average; a share of {above} is stronger",
    .judged = "weight",
    .needs = "population E with a projection to itself",
    .keys = keys,
    .n_keys = sizeof keys / sizeof *keys,
    .measures = measures,
    .n_measures = sizeof measures / sizeof *measures,
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .known = known};
