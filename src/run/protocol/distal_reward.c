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
#include "run/protocol/protocols.h"
#include "run/protocol/waiting.h"

#define NAME "distal-reward"
#define LOOK_MS 50.0    /* between two looks at the spikes; less than the least delay */
#define WEIGH_MS 1000.0 /* between two looks at the weight */

enum { POINTS = 128 }; /* of the picture of eligibilities; even */

enum { ORDER_CHOICE, ORDER_DELAY, ORDER_RANDOM };
enum { REWARD, DELAY_MIN_MS, DELAY_MAX_MS, WINDOW_MS, BOUND, RANDOM_REWARDS, RANDOM_RATE_HZ };
static const amine_parameter keys[] = {
    AM_NUMBER("reward", 0.05, 0, 1e3, "", "what a reward adds to the dopamine of the rule da-stdp"),
    AM_NUMBER("delay_min_ms", 1000, 100, 1e5, "ms", "least delay of a reward"),
    AM_NUMBER("delay_max_ms", 3000, 100, 1e5, "ms",
              "delays are uniform up to this one; at least delay_min_ms"),
    AM_NUMBER("window_ms", 20, 1, 1e3, "ms",
              "the second neuron is to fire within so much after the first"),
    AM_NUMBER("bound", 3.9, -1e6, 1e6, "weight",
              "the synapse has been reinforced once it is as strong as this"),
    AM_SWITCH("random_rewards", 0, "control: rewards at random times"),
    AM_NUMBER("random_rate_hz", 0.05, 1e-3, 10, "Hz", "of random rewards, on average"),
};
static const am_measure measures[] = {
    AM_PANEL("weight", "", "Weight of the rewarded synapse, and of all",
             "Weight of the rewarded synapse", "of the chosen synapse",
             .chance = {"at the start", 0}, .best = {"reinforced", (double)NAN}),
    AM_CURVE("mean_weight", "", "Mean weight of all synapses", "of all synapses from E"),
    AM_FIGURE("reached", "s", "When it was first at the bound",
              "when it was first found at the bound or above; looked at every second",
              .better = -1),
    AM_PANEL("above", "", "Share of the synapses that are stronger", "Synapses that are stronger",
             "share of the synapses from E that are stronger"),
    AM_PANEL("strong", "", "Share of the synapses at the bound or above", "Synapses at the bound",
             "share of the synapses from E at the bound or above"),
    AM_PANEL("rewards", "", "Rewards so far", "Rewards", "given so far"),
    AM_FIGURE("drift", "", "Weight for each reward", "weight for each reward given"),
    AM_FIGURE("rate", "Hz", "Mean rate of E", "mean rate of E"),
};

/* The eligibility of the chosen synapse and the mean of all of its projection, when rewards came:
 * sums over `stride` rewards a point. When all points are full, two become one. */
typedef struct eligibilities {
  uint64_t n, stride; /* rewards; 0: none yet */
  double chosen[POINTS], mean[POINTS];
} eligibilities;

typedef struct state {
  uint64_t projection, synapse, first, second; /* n1, n2: neurons of E */
  uint64_t fired[2];                           /* n1's last spike and the one before: step + 1 */
  am_waiting waiting;                          /* rewards */
  uint64_t n_drawn, n_rewards;
  uint64_t weigh, reached; /* step of the next look at the weight; when at the bound: step + 1 */
  eligibilities eligibilities;
} state;

/* ------------------------------------------------------------------------------ weights */
static int source_of(const am_stage *stage, int projection) {
  int source, target;
  amine_brain_projection(stage->brain, projection, &source, &target, NULL);
  return source;
}

/* "w" or "c" of a projection, to be freed. AMINE_ERROR_ARGUMENT: its rule has no such variable. */
static amine_status variable_of(float **values, size_t *n, const am_stage *stage, int projection,
                                const char *variable, amine_error *error) {
  amine_brain_projection(stage->brain, projection, NULL, NULL, n);
  *values = am_alloc(*n, sizeof **values);
  if (!*values) return am_fail_memory(error, am_size_mul(*n, sizeof **values));
  const amine_status status =
      amine_brain_synapses(stage->brain, projection, variable, NULL, NULL, NULL, *values, error);
  if (status == AMINE_OK) return AMINE_OK;
  am_free(*values);
  *values = NULL;
  return status;
}

/* The weights of all synapses from E, to be freed, and which of them is the chosen one; NULL if
 * there is no memory. */
static float *weights_of(const state *s, const am_stage *stage, size_t *n, size_t *chosen) {
  const int E = source_of(stage, (int)s->projection);
  float *w = NULL;
  *n = 0;
  for (int k = 0; k < amine_brain_n_projections(stage->brain); k++) {
    size_t n_more = 0;
    if (source_of(stage, k) != E) continue;
    amine_brain_projection(stage->brain, k, NULL, NULL, &n_more);
    float *longer = am_resize(w, *n + n_more, sizeof *w);
    if (longer) w = longer;
    if (!longer || amine_brain_synapses(stage->brain, k, "w", NULL, NULL, NULL, w + *n, NULL)) {
      am_free(w);
      return NULL;
    }
    if (k == (int)s->projection) *chosen = *n + s->synapse;
    *n += n_more;
  }
  return w;
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
  if (last == 0 || step + 1 - last > am_stage_key_steps(stage, WINDOW_MS)) return AMINE_OK;
  const uint64_t delay = draw(s, am_stage_key_steps(stage, DELAY_MIN_MS),
                              am_stage_key_steps(stage, DELAY_MAX_MS), stage, ORDER_DELAY);
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

static void add_eligibility(eligibilities *e, double chosen, double mean) {
  if (e->stride == 0) e->stride = 1;
  if (e->n == POINTS * e->stride) {
    for (int k = 0; k < POINTS; k++) {
      e->chosen[k] = k < POINTS / 2 ? e->chosen[2 * k] + e->chosen[2 * k + 1] : 0;
      e->mean[k] = k < POINTS / 2 ? e->mean[2 * k] + e->mean[2 * k + 1] : 0;
    }
    e->stride *= 2;
  }
  e->chosen[e->n / e->stride] += chosen;
  e->mean[e->n / e->stride] += mean;
  e->n++;
}

/* Before a reward; without a word if the rule has no eligibility. */
static amine_status look_at_eligibility(state *s, const am_stage *stage, amine_error *error) {
  size_t n;
  float *c;
  double sum = 0;
  amine_status status = variable_of(&c, &n, stage, (int)s->projection, "c", error);
  if (status == AMINE_ERROR_ARGUMENT) return AMINE_OK;
  AM_TRY(status);
  for (size_t k = 0; k < n; k++) sum += (double)c[k];
  add_eligibility(&s->eligibilities, (double)c[s->synapse], sum / (double)n);
  am_free(c);
  return AMINE_OK;
}

static amine_status give(state *s, am_stage *stage, amine_error *error) {
  for (int n = am_waiting_take(&s->waiting, stage->now); n > 0; n--) {
    AM_TRY(look_at_eligibility(s, stage, error));
    am_stage_reward(stage, stage->parameters[REWARD].number, 0);
    s->n_rewards++;
  }
  return AMINE_OK;
}

static amine_status weigh(state *s, const am_stage *stage, amine_error *error) {
  if (s->reached > 0 || stage->now < s->weigh) return AMINE_OK;
  size_t n;
  float *w;
  AM_TRY(variable_of(&w, &n, stage, (int)s->projection, "w", error));
  if ((double)w[s->synapse] >= stage->parameters[BOUND].number) s->reached = stage->now + 1;
  s->weigh = stage->now + am_stage_steps(stage, WEIGH_MS);
  am_free(w);
  return AMINE_OK;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  AM_TRY(look(s, stage, error));
  AM_TRY(give(s, stage, error));
  AM_TRY(draw_random(s, stage, error));
  const uint64_t next = am_waiting_next(&s->waiting),
                 soon = stage->now + am_stage_steps(stage, LOOK_MS);
  *until = next < soon ? next : soon;
  return weigh(s, stage, error);
}

static bool check_eligibilities(const eligibilities *e, uint64_t n_rewards) {
  bool fine = e->n <= n_rewards && e->stride <= n_rewards && e->n <= POINTS * e->stride;
  for (int k = 0; k < POINTS; k++) fine = fine && isfinite(e->chosen[k]) && isfinite(e->mean[k]);
  return fine;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  int n_e, source, target;
  size_t n = 0;
  if (s->projection >= (uint64_t)amine_brain_n_projections(stage->brain)) return false;
  amine_brain_projection(stage->brain, (int)s->projection, &source, &target, &n);
  amine_brain_population(stage->brain, source, &n_e, NULL);
  return s->synapse < n && s->first < (uint64_t)n_e && s->second < (uint64_t)n_e &&
         s->waiting.n <= AM_WAITING_MAX && s->n_drawn < UINT32_MAX &&
         s->n_rewards < UINT64_MAX / POINTS && check_eligibilities(&s->eligibilities, s->n_rewards);
}

/* ------------------------------------------------------------------------------ measures */
static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const int E = source_of(stage, (int)s->projection);
  const double bound = stage->parameters[BOUND].number;
  double above = 0, strong = 0, sum = 0;
  size_t n = 0, chosen = 0;
  float *w = weights_of(s, stage, &n, &chosen);
  if (!w) return;
  const float weight = w[chosen];
  const double all = (double)n;
  for (size_t k = 0; k < n; k++) {
    above += w[k] > weight;
    strong += (double)w[k] >= bound;
    sum += (double)w[k];
  }
  am_free(w);
  values[0] = (double)weight;
  values[1] = sum / all;
  if (s->reached > 0) values[2] = (double)(s->reached - 1) * stage->dt_ms * 1e-3;
  values[3] = above / all;
  values[4] = strong / all;
  values[5] = (double)s->n_rewards;
  if (s->n_rewards > 0) values[6] = (double)weight / (double)s->n_rewards;
  values[7] = am_stage_rate_hz(stage, E);
}

static void known(double *chance, double *best, const am_value *parameters) {
  (void)chance;
  best[0] = parameters[BOUND].number;
}

/* ------------------------------------------------------------------------------ its world */
/* The weights of all synapses from E, and where among them the chosen one is. */
static void picture_weights(am_pictures *pictures, const state *s, const am_stage *stage) {
  double x[AM_SPREAD_BINS], y[AM_SPREAD_BINS];
  am_spread spread = {.low = INFINITY, .high = -INFINITY};
  size_t n = 0, chosen = 0;
  float *w = weights_of(s, stage, &n, &chosen);
  if (!w) return;
  for (size_t k = 0; k < n; k++) {
    spread.low = fmin(spread.low, (double)w[k]);
    spread.high = fmax(spread.high, (double)w[k]);
  }
  if (!(spread.high > spread.low)) spread.high = spread.low + 1;
  for (size_t k = 0; k < n; k++) am_spread_add(&spread, (double)w[k]);
  const double top = am_spread_line(x, y, &spread);
  const double at[] = {(double)w[chosen], (double)w[chosen]}, up[] = {0, top};
  const am_course_line lines[] = {
      {.label = "the rewarded synapse", .x = at, .y = up, .n = 2},
      {.label = "all synapses from E", .x = x, .y = y, .n = AM_SPREAD_BINS}};
  am_free(w);
  am_picture_course(pictures,
                    &(am_course_picture){.title = "The rewarded synapse among all, at the end",
                                         .meaning = "How many synapses have which weight. The line "
                                                    "down is the weight of the rewarded one.",
                                         .x_title = "weight",
                                         .y_title = "share of the synapses",
                                         .lines = lines,
                                         .n_lines = 2});
}

static void picture_eligibilities(am_pictures *pictures, const eligibilities *e) {
  double x[POINTS], chosen[POINTS], mean[POINTS];
  size_t n = 0;
  for (uint64_t from = 0; from < e->n; from += e->stride, n++) {
    const uint64_t many = e->n - from < e->stride ? e->n - from : e->stride;
    x[n] = (double)from + 0.5 * (double)(many + 1);
    chosen[n] = e->chosen[n] / (double)many;
    mean[n] = e->mean[n] / (double)many;
  }
  const am_course_line lines[] = {
      {.label = "the rewarded synapse", .x = x, .y = chosen, .n = n, .dots = true},
      {.label = "all synapses, on average", .x = x, .y = mean, .n = n}};
  if (n > 0)
    am_picture_course(
        pictures,
        &(am_course_picture){.title = "What a reward finds",
                             .meaning = "The eligibility just before a reward: it is all that is "
                                        "left of the spikes that earned it, and what the reward "
                                        "turns into weight. In long runs a dot is the mean of a "
                                        "few rewards.",
                             .x_title = "reward",
                             .y_title = "eligibility",
                             .lines = lines,
                             .n_lines = 2});
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  picture_weights(pictures, s, stage);
  picture_eligibilities(pictures, &s->eligibilities);
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
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .known = known,
    .picture = picture};
