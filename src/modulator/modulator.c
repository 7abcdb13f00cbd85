/* The modulators of plastic rate networks, and what each is told. */
#include "modulator/modulator.h"

#include <math.h>

#define AT(member) AM_MEMBER(am_readout_options, member)
static const amine_parameter readout_parameters[] = {
    AM_CHOICE("activation", "tanh|sigmoid|linear", "of the read-out", AT(activation)),
    AM_SWITCH("fanout", 0,
              "the read-out reaches each neuron through its own learned weight and bias",
              AT(fanout)),
    AM_NUMBER("clamp.readout", NAN, -1e6, 1e6, "",
              "holds the read-out at this level (a lesion); none leaves it free", AT(clamp)),
    {0}};

#define DRIVE(member) AM_MEMBER(am_drive_options, member)
#define CLAMP(system, k)                                                                           \
  AM_NUMBER("clamp." system, NAN, 0, 1, "",                                                        \
            "holds the level of " system " there (a lesion); none leaves it free",                 \
            DRIVE(clamp[k]))
static const amine_parameter chemical_parameters[] = {
    AM_CHOICE("factor", "dopamine|signed|acetylcholine|norepinephrine|serotonin|all|slot",
              "which chemical signal (modulator.type=chemical); signed: a dip of dopamine is "
              "negative; slot: the one after which the statement around modulator(...) is named, "
              "as M_acetylcholine = modulator(u)",
              DRIVE(factor)),
    AM_NUMBER("baseline", 0.5, 0, 1, "", "level at which the chemical systems rest",
              DRIVE(baseline)),
    AM_NUMBER("decay_rate", 0.1, 0, 1, "per step",
              "how fast the chemical levels go back to the baseline", DRIVE(decay_rate)),
    AM_SWITCH("clamp.chemical", 0, "holds the chemical levels at their baseline (a lesion)",
              DRIVE(clamped)),
    CLAMP("dopamine", 0),
    CLAMP("serotonin", 1),
    CLAMP("norepinephrine", 2),
    CLAMP("acetylcholine", 3),
    AM_BORROWED("task.reward", 1, DRIVE(scale)), /* the reward that counts as 1 */
    {0}};

#define GIVEN(member) AM_MEMBER(am_given, member)
static const amine_parameter given_parameters[] = {
    AM_CHOICE("given", AM_GIVEN_WORDS, AM_GIVEN_MEANING, GIVEN(kind)),
    AM_INTEGER("from", 0, 0, 100000, "steps", "the window opens at this step, counted from 0",
               GIVEN(from), .when = "given=window"),
    AM_INTEGER("until", 100000, 0, 100000, "steps", "and is closed from this one on", GIVEN(until),
               .when = "given=window"),
    AM_NUMBER("scale", 1, -1e6, 1e6, "", "the signal times this is M", GIVEN(scale)),
    {0}};

static void write_readout(am_text *text, const void *options, double rate) {
  static const char *const words[] = {[AM_ACTIVATION_TANH] = "tanh",
                                      [AM_ACTIVATION_SIGMOID] = "sigmoid",
                                      [AM_ACTIVATION_LINEAR] = ""};
  const am_readout_options *o = options;
  (void)rate;
  am_text_puts(text, "input x\n"
                     "learned w[1, x] as \"h2mod.weight\" = linear(x)\n"
                     "learned b[1] as \"h2mod.bias\" = linear(x)\n");
  /* held, it reads nothing and learns nothing */
  if (!isnan(o->clamp)) am_text_printf(text, "M = 0 * b + (%.9g)\n", o->clamp);
  else am_text_printf(text, "M = %s(w @ x + b)\n", words[o->activation]);
  if (!o->fanout) am_text_puts(text, "output M\n");
  else
    am_text_puts(text, "learned f[post] as \"modfanout.weight\" = linear(1)\n"
                       "learned g[post] as \"modfanout.bias\" = linear(1)\n"
                       "eta = f * M + g\n"
                       "output eta\n");
}

static void write_constant(am_text *text, const void *options, double rate) {
  (void)options;
  am_text_printf(text,
                 "input x\n"
                 "learned eta[1] as \"eta\" = (%.9g)\n"
                 "output eta\n",
                 rate);
}

/* modulator.factor=slot, the last of its words */
static bool is_of_slot(const void *options) {
  return (int)((const am_drive_options *)options)->factor == 6;
}

static void write_chemical(am_text *text, const void *options, double rate) {
  const char *name = is_of_slot(options) ? "slot" : "M";
  am_text_printf(text,
                 "input x\n"
                 "given %s\n"
                 "learned eta[1] as \"eta\" = (%.9g)\n"
                 "now = eta * %s\n"
                 "output now\n",
                 name, rate, name);
}

static void feed_chemical(am_feed *feed, const void *options) {
  const bool of_slot = is_of_slot(options);
  *feed = (am_feed){.kind = of_slot ? AM_FEED_NOBODY : AM_FEED_DRIVE,
                    .drive = *(const am_drive_options *)options,
                    .of_slot = of_slot};
  feed->drive.factor = of_slot ? AMINE_FACTOR_NONE : feed->drive.factor + AMINE_FACTOR_DOPAMINE;
}

static void feed_given(am_feed *feed, const void *options) {
  *feed = (am_feed){.kind = AM_FEED_SIGNAL, .signal = *(const am_given *)options};
}

const am_modulator_type am_readout_type = {
    .part = {.kind = AM_MODULATOR,
             .name = "readout",
             .meaning = "a signal that the network learns to emit",
             .equation = "M = f(w_m . x + b_m); eta_i = f_i M + g_i",
             .source = "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
             .parameters = readout_parameters,
             .options_size = sizeof(am_readout_options)},
    .write = write_readout};

const am_modulator_type am_constant_type = {
    .part = {.kind = AM_MODULATOR,
             .name = "constant",
             .meaning = "none: one learned rate for all connections, at all times",
             .equation = "eta"},
    .write = write_constant};

const am_modulator_type am_chemical_type = {
    .part = {.kind = AM_MODULATOR,
             .name = "chemical",
             .meaning = "dopamine, serotonin, norepinephrine or acetylcholine, driven by the task",
             .equation = "eta M, M: modulator.factor; eta 1 at first where there is no rule",
             .parameters = chemical_parameters,
             .options_size = sizeof(am_drive_options)},
    .write = write_chemical,
    .feed = feed_chemical};

const am_modulator_type am_given_type = {
    .part = {.kind = AM_MODULATOR,
             .name = "given",
             .meaning =
                 "a signal from outside, known once a step is over: how right it was, how new",
             .equation = "M: modulator.given",
             .source = "Schultz 1997, doi:10.1126/science.275.5306.1593; Yu, Dayan 2005, "
                       "doi:10.1016/j.neuron.2005.04.026",
             .text = "input x\ngiven M\noutput M\n",
             .parameters = given_parameters,
             .options_size = sizeof(am_given)},
    .feed = feed_given};

void am_modulator_feed_text(am_feed *feed, const void *options) {
  feed->drive = ((const am_modulator_text_options *)options)->drive;
}

am_feed am_modulator_feed(const am_chosen *chosen) {
  const am_modulator_type *type =
      (const am_modulator_type *)(const void *)chosen->part[AM_MODULATOR];
  am_feed feed = {
      .kind = AM_FEED_NOBODY,
      .drive = {.scale = 1, .baseline = 0.5f, .decay_rate = 0.1f, .clamp = {NAN, NAN, NAN, NAN}}};
  if (type && type->feed) type->feed(&feed, chosen->options[AM_MODULATOR]);
  return feed;
}
