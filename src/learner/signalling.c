/* The Neuromodulator Signaling Model as a learner: what it is made of, its feedback weights, its
 * series (see signalling.h). */
#include "learner/signalling.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/group_feed.h"
#include "learner/rows.h"
#include "learner/signalling_state.h"
#include "network/units.h"

#define REWARD_RATE 0.02 /* of the running mean and mean square of rewards, an iteration */

static am_signalling *inside(am_agent *a) { return (am_signalling *)(void *)a; }

static size_t scratch_bytes(const am_agent *a) {
  am_signalling_memory m;
  return am_signalling_lay_out(&m, NULL, am_signalling_of(a));
}

/* ------------------------------------------------------------------------------ the step */
static void before(am_agent *a, float *change) {
  am_signalling *x = inside(a);
  (void)change;
  if (x->options.consolidation.on) am_consolidation_before(a);
  memcpy(x->old_output, a->parameters + x->o_w, (size_t)(x->n_out * x->n) * sizeof(float));
}

/* B of the top layer follows W_o: by the same change and the same decay, or as its copy. Where W_o is
 * held, so is B. */
static void follow(am_signalling *x) {
  const am_signalling_options *o = &x->options;
  const int n = x->n, A = x->n_out;
  const float keep = 1 - o->feedback_decay;
  float *W = x->agent.parameters + x->o_w;
  float *B = x->agent.parameters + x->b_w + (size_t)((x->n_units - n) * A);
  for (int i = 0; i < A && o->feedback != AM_FEEDBACK_RANDOM; i++)
    for (int j = 0; j < n; j++) {
      float *w = &W[i * n + j], *b = &B[j * A + i];
      if (o->feedback == AM_FEEDBACK_SYMMETRIC) {
        *b = *w;
      } else if (!am_agent_holds(&x->agent, x->o_w)) {
        *b = keep * (*b + (*w - x->old_output[i * n + j]));
        *w *= keep;
      }
    }
}

/* The running mean and mean square of what episodes bring. */
static void after(am_agent *a) {
  double *numbers = a->learner.numbers, mean = 0, square = 0;
  if (am_agent_rate(a) > 0) {
    follow(inside(a));
    if (inside(a)->options.consolidation.on)
      am_consolidation_after(a, &inside(a)->options.consolidation);
  }
  for (int g = 0; g < a->n_groups; g++)
    for (int k = 0; k < AM_GROUP_LANES; k++) {
      const double r = (double)a->sums[g].reward[k];
      mean += r / a->options.n_lanes;
      square += r * r / a->options.n_lanes;
    }
  numbers[2] += REWARD_RATE * (mean - numbers[2]);
  numbers[3] += REWARD_RATE * (square - numbers[3]);
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  am_signalling *x = inside(am_agent_of(learner));
  am_free(x->old_output);
  am_free(x->then);
  for (int l = 0; l < LAYERS; l++) am_eligibility_free(&x->traces[l]);
  am_eligibility_free(&x->signal_traces);
  am_stack_free(&x->units);
  am_stack_free(&x->signal);
  am_agent_close(&x->agent);
  am_free(learner);
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  am_agent_first(am_agent_of(learner));
  return am_agent_iterate(learner, report, error);
}

const char *const am_signalling_gain_names[AM_SEGMENTS] = {
    [AM_INPUT] = "gain_input", [AM_UNITS] = "gain", [AM_OUTPUT] = "gain_output"};

static bool holds(const am_learner *learner, const char *name, int *rows) {
  const am_signalling *x = am_signalling_of(am_agent_of_const(learner));
  for (int q = 0; q < AM_SEGMENTS; q++)
    if (strcmp(am_signalling_gain_names[q], name) == 0) return (*rows = x->gains[q].n) > 0;
  return am_hold_can(learner->signals, name, rows);
}

static int series(const am_learner *learner, am_series *out) {
  const am_task *task = learner->task;
  const am_signalling *x = am_signalling_of(am_agent_of_const(learner));
  const am_series all[] = {
      {"activity", "o of the controller's units", x->n_units, NULL},
      {am_signalling_gain_names[AM_UNITS],
       "m: how much the signalling GRU raises or lowers each unit", x->n_units, NULL},
      {am_signalling_gain_names[AM_INPUT], "m of each input", x->gains[AM_INPUT].n, NULL},
      {am_signalling_gain_names[AM_OUTPUT], "m of what it says for each action or value",
       x->gains[AM_OUTPUT].n, NULL},
      {"output", task->n_targets ? "what it says" : "probability of each action", x->n_out, NULL},
      {"signal", "s of the signalling GRU's units", x->options.n_signal, NULL},
      {"value", "V: the reward that is expected", 1, NULL},
      {"told", "reward, as the signalling GRU is told of it", 1, NULL},
      {"dopamine", "delta: reward beyond what was expected", 1, NULL},
      {"actions", "what it did", task->n_targets == 0, NULL}};
  int n = 0;
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (all[k].width > 0) out[n++] = all[k]; /* of what there is */
  return am_group_feed_series(&x->units, out, n);
}

/* ------------------------------------------------------------------------------ as a part */
#define AT(member) AM_MEMBER(am_signalling_options, member)
#define AGENT(member) AM_MEMBER(am_signalling_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_signalling_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(am_signalling_options, agent.optimiser.member)
const amine_parameter am_signalling_parameters[] = {
    AM_PLAY_PARAMETERS(AGENT),
    AM_INTEGER("modulator.units", 16, 1, 1024, "units", "units of the signalling GRU",
               AT(n_signal)),
    AM_NUMBER("modulator.gain", 1, 0, 1, "",
              "how far the signalling GRU raises or lowers the activity of a unit", AT(gain)),
    AM_NUMBER("modulator.input_gain", 0, 0, 1, "", "the same of each input of the controller",
              AT(input_gain)),
    AM_NUMBER("modulator.output_gain", 0, 0, 1, "",
              "the same of what the controller says for each action or value", AT(output_gain)),
    AM_NUMBER("modulator.gain_start", 0.5, 0, 100, "",
              "the weights of the gains begin uniform within +- this", AT(gain_start)),
#define ALONE(member) AT(member), .when = "type=signalling"
    AM_TEACH_PARAMETER(ALONE),
    AM_SCHEDULE_PARAMETERS(SCHEDULE),
    AM_GAMMA_PARAMETER(AT),
    AM_LAMBDA_PARAMETER(AT),
    AM_ENTROPY_PARAMETER(AT(entropy_weight)),
#define ALONE_AGENT(member) AGENT(member), .when = "type=signalling"
    AM_FIRST_PARAMETERS(AT, ALONE_AGENT),
    AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER),
    AM_CHOICE("reward", "plain|adaptive",
              "adaptive: divided by the running spread of what episodes bring, so that it says "
              "more the rarer it is",
              AT(adaptive)),
    AM_FEEDBACK_PARAMETERS(AT),
    AM_TRACE_PARAMETER(AT(decay)),
    AM_CHOICE("form", "window|online",
              "the same change summed over the kept steps of an episode, or step by step in "
              "constant memory",
              AT(form)),
    AM_SHARE_PARAMETERS(AT),
    AM_NUMBER("gain_share", 1, 0, 1000, "", "of the rate, for the gains of the signalling GRU",
              AT(gains)),
    AM_NUMBER("critic_share", 1, 0, 1000, "", "of the rate, for the critic", AT(critic)),
    AM_NUMBER("signal_share", 0, 0, 1000, "",
              "of the rate, for the signalling GRU's own weights; 0 leaves them as they are",
              AT(signal)),
    AM_SWITCH("critic_sees_output", 0,
              "the critic reads the controller's units too, not only the signalling GRU's",
              AT(critic_sees_output)),
    AM_CHOICE("control", "none|frozen|shuffled|random|partner",
              "a lesion: the controller does not learn, rewards go to another episode, dopamine is "
              "noise, or of several agents only the first learns",
              AT(control)),
    AM_CHOICE("consolidation", "none|slow",
              "slow: each weight has a slow one beside it, which holds it where it proved useful",
              AT(consolidation.on)),
#define SLOW(member) AM_MEMBER(am_signalling_options, member), .when = "consolidation=slow"
    AM_NUMBER("slow_strength", 0.1, 0, 1e9, "", "kappa: how much usefulness holds a weight",
              SLOW(consolidation.strength)),
    AM_NUMBER("slow_rate", 0.01, 0, 1, "per update", "how fast a slow weight follows its fast one",
              SLOW(consolidation.rate)),
    {0}};

amine_status am_signalling_chosen(am_signalling_options *o, am_units *units,
                                  const am_chosen *chosen, amine_error *error) {
  *o = *(const am_signalling_options *)chosen->options[AM_LEARNER];
  AM_TRY(am_units_chosen(units, chosen, true, error));
  o->units = units->stack;
  return AMINE_OK;
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_signalling_options o;
  am_units units;
  AM_TRY(am_signalling_chosen(&o, &units, chosen, error));
  amine_status status;
  if (o.control == AM_CONTROL_PARTNER)
    status =
        am_fail(error, AMINE_ERROR_ARGUMENT,
                "learner.control=partner is for learner.type=agents: one alone has no partner");
  else status = am_signalling_create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}

const am_learner_type am_signalling_type = {
    .part =
        {.kind = AM_LEARNER,
         .name = "signalling",
         .meaning = "Neuromodulator Signaling Model: a network taught by the signals of a GRU, "
                    "without backprop",
         .equation =
             "dW_ji = sum_t delta_t tag_ji,  tag <- gamma lambda tag + (B eps)_j (1 + m_j) e_ji",
         .source =
             "Murray 2019, doi:10.7554/eLife.43299; Bellec et al. 2020, "
             "doi:10.1038/s41467-020-17236-y; Kolen & Pollack 1994, doi:10.1109/ICNN.1994.374486",
         .parameters = am_signalling_parameters,
         .options_size = sizeof(am_signalling_options)},
    .asks = AM_ASKS_ACTIONS | AM_ASKS_VALUES,
    .create = create,
    .iterate = iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = series,
    .watch = am_agent_watch,
    .holds = holds,
    .destroy = destroy,
};

static const am_agent_ops ops = {
    .scratch_bytes = scratch_bytes, .play = am_signalling_play, .before = before, .after = after};

/* The shares of the rate: by name, for all layers. A gain that is there has a strength, but for
 * that of the units, which is there always. */
static void share_out(am_signalling *x) {
  const am_signalling_options *o = &x->options;
  am_agent *a = &x->agent;
  const bool frozen = o->control == AM_CONTROL_FROZEN;
  for (int k = 0; k < a->places.n; k++) {
    const char *name = a->places.place[k].name;
    const bool controller = k < x->signal.first;
    const bool off = frozen || (strncmp(name, "gain.", 5) == 0 && o->gain == 0);
    if (controller && (strstr(name, "_ih") || strncmp(name, "i2h", 3) == 0))
      a->share[k] = frozen ? 0 : o->input;
    else if (controller) a->share[k] = frozen ? 0 : o->recurrent;
    else if (strncmp(name, "h2o.", 4) == 0) a->share[k] = o->output;
    else if (strncmp(name, "gain", 4) == 0) a->share[k] = off ? 0 : o->gains;
    else if (strncmp(name, "critic.", 7) == 0) a->share[k] = o->critic;
    else if (strncmp(name, "signal.", 7) == 0) a->share[k] = o->signal;
    else a->share[k] = 0; /* B: see `after` */
  }
}

/* The controller and the signalling GRU, which hears it. */
static amine_status make_networks(am_signalling *x, const am_task *task, amine_error *error) {
  const am_signalling_options *o = &x->options;
  am_stack_options units = o->units;
  am_equations *gru;
  if (units.n_layers > LAYERS)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "signals reach 1 to %d layers, not %d", LAYERS,
                   units.n_layers);
  units.n_inputs = task->n_inputs;
  units.done = AM_PLAN_GAINED;
  AM_TRY(am_stack_make(&x->units, &x->agent.places, &units, error));
  for (int l = 0; l < x->units.n_layers; l++) {
    x->from[l] = x->n_units;
    x->n_units += x->units.plan[l]->n_outputs;
  }
  x->n = x->units.n_outputs;
  x->n_heard = x->n_units + 2 * x->n_out + 1;
  x->n_seen = o->n_signal + (o->critic_sees_output ? x->n_units : 0);
  AM_TRY(am_equations_read(&gru, am_gru_part.name, am_gru_part.text, NULL, error));
  const am_stack_options signal = {.text = gru,
                                   .prefix = "signal",
                                   .n_inputs = x->n_heard,
                                   .n_hidden = o->n_signal,
                                   .n_layers = 1};
  const amine_status status = am_stack_make(&x->signal, &x->agent.places, &signal, error);
  am_equations_free(gru);
  for (int k = x->signal.first; k < x->agent.places.n; k++)
    x->agent.places.place[k].role = AM_ROLE_MODULATOR;
  return status;
}

static amine_status make_traces(am_signalling *x, amine_error *error) {
  x->reach = x->options.decay ? AM_REACH_ELEMENTS : AM_REACH_UNIT;
  if (x->options.form == AM_FORM_WINDOW) return AMINE_OK;
  for (int l = 0; l < x->units.n_layers; l++)
    AM_TRY(am_eligibility_make(&x->traces[l], x->units.plan[l], error));
  return am_eligibility_make(&x->signal_traces, x->signal.plan[0], error);
}

/* The gains of inputs and output have tensors only where they are asked for. */
static void add_gains(am_signalling *x, const am_task *task, int places[AM_SEGMENTS]) {
  static const char *const names[AM_SEGMENTS] = {"gain_input.weight", "gain.weight",
                                                 "gain_output.weight"};
  static const int order[AM_SEGMENTS] = {AM_UNITS, AM_INPUT, AM_OUTPUT};
  const am_signalling_options *o = &x->options;
  const float most[AM_SEGMENTS] = {o->input_gain, o->gain, o->output_gain};
  const int n[AM_SEGMENTS] = {task->n_inputs, x->n_units, x->n_out};
  for (int k = 0; k < AM_SEGMENTS; k++) {
    const int q = order[k];
    places[q] = -1;
    if (q != AM_UNITS && most[q] == 0) continue;
    places[q] = x->agent.places.n;
    x->gains[q] = (am_signalling_gains){.most = most[q], .n = n[q]};
    x->gains[q].w = am_places_add(&x->agent.places, names[q], n[q], o->n_signal);
    x->agent.places.place[places[q]].role = AM_ROLE_GAINS;
  }
}

static amine_status open_all(am_signalling *x, const am_task *task, amine_error *error) {
  const am_signalling_options *o = &x->options;
  am_places *places = &x->agent.places;
  int gains[AM_SEGMENTS], input_feedback = -1;
  x->n_out = task->n_targets > 0 ? task->n_targets : task->n_actions;
  AM_TRY(make_networks(x, task, error));
  AM_TRY(make_traces(x, error));
  const int heads = places->n;
  x->o_w = am_places_add(places, "h2o.weight", x->n_out, x->n);
  x->o_b = am_places_add(places, "h2o.bias", x->n_out, 0);
  const int feedback = places->n;
  x->b_w = am_places_add(places, "feedback.weight", x->n_units, x->n_out);
  add_gains(x, task, gains);
  /* the critic begins at 0 */
  x->v_w = am_places_add(places, "critic.weight", 1, x->n_seen);
  x->v_b = am_places_add(places, "critic.bias", 1, 0);
  if (x->gains[AM_INPUT].n) {
    input_feedback = places->n;
    x->bi_w = am_places_add(places, "feedback_input.weight", task->n_inputs, x->n_out);
  }
  if (o->consolidation.on) am_consolidation_open(&x->agent);
  x->agent.own[x->agent.n_own++] =
      (am_block){&x->old_output, (size_t)(x->n_out * x->n), sizeof(float)};
  AM_TRY(am_agent_open(&x->agent, task, &o->agent, &ops, error));
  x->agent.learner.numbers[3] = 1;
  x->agent.learner.signals = x->units.plan[0];
  share_out(x);
  const uint64_t seed = o->agent.seed;
  const float bound = 1 / sqrtf((float)x->n);
  float *p = x->agent.parameters;
  am_stack_initialise(&x->units, places, p, seed);
  am_stack_initialise(&x->signal, places, p, seed);
  for (int k = heads; k <= feedback; k++) am_places_uniform(places, k, p, bound, seed);
  if (input_feedback >= 0) am_places_uniform(places, input_feedback, p, bound, seed);
  for (int q = 0; q < AM_SEGMENTS; q++)
    if (gains[q] >= 0) am_places_uniform(places, gains[q], p, o->gain_start, seed);
  if (o->feedback == AM_FEEDBACK_SYMMETRIC) follow(x);
  if (o->consolidation.on) am_consolidation_begin(&x->agent);
  if (!o->agent.keep_first) return AMINE_OK;
  x->then = am_alloc(1, sizeof *x->then);
  if (!x->then) return am_fail_memory(error, sizeof *x->then);
  *x->then = *x;
  x->then->agent.parameters = x->agent.extra[0];
  return AMINE_OK;
}

static amine_status check(const am_task *task, const am_signalling_options *o, amine_error *error) {
  const bool linear = task->n_targets > 0;
  if (linear && o->teach != AM_TEACH_SUPERVISED)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s asks for real values: it can be learned from a teacher only "
                   "(learner.teach=supervised)",
                   task->type->part.name);
  if (!linear && task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (!linear && o->teach != AM_TEACH_REWARD && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: it can be learned from rewards only "
                   "(learner.teach=reward)",
                   task->type->part.name);
  if (o->units.anew)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=signalling and agents do not begin an eligibility trace anew with "
                   "each trial (rule.anew=trial)");
  if (o->agent.keep_first && linear)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.keep_first=true keeps a policy, and task.type=%s asks for no actions",
                   task->type->part.name);
  if (o->agent.keep_first && o->consolidation.on)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.keep_first=true and learner.consolidation=slow each keep parameters "
                   "beside those that learn: one of the two at a time");
  if (o->control == AM_CONTROL_SHUFFLE && o->agent.n_lanes % AM_GROUP_LANES == 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "rewards are shuffled within %d episodes: a batch of %d leaves one alone",
                   AM_GROUP_LANES, o->agent.n_lanes);
  return AMINE_OK;
}

amine_status am_signalling_create(am_learner **learner, const am_task *task,
                                  const am_signalling_options *o, amine_error *error) {
  AM_TRY(check(task, o, error));
  am_signalling *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &am_signalling_type;
  x->options = *o;
  amine_status status = open_all(x, task, error);
  if (status != AMINE_OK) {
    destroy(&x->agent.learner);
    return status;
  }
  *learner = &x->agent.learner;
  return AMINE_OK;
}
