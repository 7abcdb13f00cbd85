/* The modulators of plastic rate networks by name. */
#ifndef AMINE_MODULATOR_MODULATOR_H
#define AMINE_MODULATOR_MODULATOR_H

#include "base/memory.h"
#include "base/registry.h"
#include "modulator/feed.h"
#include "modulator/readout.h"

/* What the read-out is told. */
typedef struct am_readout_options {
  am_activation activation;
  bool fanout;  /* it reaches each neuron through its own f_i, g_i */
  double clamp; /* a lesion: it is held at this level; NAN: free */
} am_readout_options;

/* What stands in the slot modulator(...) of a network: a text of equations (equation/equations.h),
 * whose input is the activity and whose output is the plasticity eta. What it calls M is recorded. */
typedef struct am_modulator_type {
  am_part part; /* first */
  /* Writes it; rate: the first value of a learned rate. NULL: the part's text. */
  void (*write)(am_text *text, const void *options, double rate);
  /* Who says the number that its text is given; NULL: it is given none. */
  void (*feed)(am_feed *feed, const void *options);
} am_modulator_type;

/* What a modulator that is a user's text is told: how the chemical systems live, if it is given
 * what they say; its constants are those of its rows that are doubles. */
enum { AM_MODULATOR_CONSTANTS = 32 };
typedef struct am_modulator_text_options {
  am_drive_options drive;
  double constants[AM_MODULATOR_CONSTANTS];
} am_modulator_text_options;
void am_modulator_feed_text(am_feed *feed, const void *options);

/* Who says what the chosen modulator's text is given. */
am_feed am_modulator_feed(const am_chosen *chosen);

/* The options of chemical are an am_drive_options, of which `factor` counts from dopamine; those of
 * given an am_given. */
extern const am_modulator_type am_readout_type, am_constant_type, am_chemical_type, am_given_type;

#endif
