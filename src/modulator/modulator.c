/* The modulators of plastic rate networks, and what each is told. */
#include "modulator/modulator.h"

#include <math.h>

#include "modulator/drive.h"

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
static const amine_parameter chemical_parameters[] = {
    AM_CHOICE("factor", "dopamine|signed|acetylcholine|norepinephrine|serotonin|all",
              "which chemical signal (modulator.type=chemical); signed: a dip of dopamine is "
              "negative",
              DRIVE(factor)),
    AM_NUMBER("baseline", 0.5, 0, 1, "", "level at which the chemical systems rest",
              DRIVE(baseline)),
    AM_NUMBER("decay_rate", 0.1, 0, 1, "per step",
              "how fast the chemical levels go back to the baseline", DRIVE(decay_rate)),
    AM_SWITCH("clamp.chemical", 0, "holds the chemical levels at their baseline (a lesion)",
              DRIVE(clamped)),
    AM_BORROWED("task.reward", 1, DRIVE(scale)), /* the reward that counts as 1 */
    {0}};

const am_part am_readout_part = {.kind = AM_MODULATOR,
                                 .name = "readout",
                                 .meaning = "a signal that the network learns to emit",
                                 .equation = "M = f(w_m . x + b_m); eta_i = f_i M + g_i",
                                 .source = "Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585",
                                 .parameters = readout_parameters,
                                 .options_size = sizeof(am_readout_options)};

const am_part am_constant_part = {.kind = AM_MODULATOR,
                                  .name = "constant",
                                  .meaning =
                                      "none: one learned rate for all connections, at all times",
                                  .equation = "eta"};

const am_part am_chemical_part = {
    .kind = AM_MODULATOR,
    .name = "chemical",
    .meaning = "dopamine, serotonin, norepinephrine or acetylcholine, driven by the task",
    .equation = "eta M, M: modulator.factor",
    .parameters = chemical_parameters,
    .options_size = sizeof(am_drive_options)};
