/* What is chosen to stand in the slots of a text, rule(...) and modulator(...). */
#ifndef AMINE_EQUATION_SLOTS_H
#define AMINE_EQUATION_SLOTS_H

#include <stdbool.h>

/* How the plasticity coefficients are shared that multiply a trace. */
typedef enum am_alpha_form {
  AM_ALPHA_CONNECTION, /* one for each connection */
  AM_ALPHA_NEURON,     /* one for each post unit */
  AM_ALPHA_NETWORK     /* one */
} am_alpha_form;

/* What stands in the slots of a text, for as long as it is read. */
typedef struct am_slots {
  bool above;          /* it is a layer that lies on another: what "lowest" says is not of it */
  bool plastic;        /* traces live; if not, they are 0 and nothing about them is learned */
  am_alpha_form alpha; /* where the text leaves that open */
  const char *rate;    /* a learned rate of the rule's own: the whole name of its tensor */
  double rate_first;   /* and its first value; NULL: it has none */
  const char *modulator_name; /* stands in sentences */
  const char *modulator;      /* a text; NULL: what its slots say is 0 */
} am_slots;

#endif
