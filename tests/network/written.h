/* Texts written in a test, as parts. */
#ifndef TESTS_WRITTEN_H
#define TESTS_WRITTEN_H

#include <string.h>

#include "network/units.h"

/* A text without constants; rows: its parameters, as long as it lives. */
static inline am_part written_part(const char *text, amine_parameter rows[4]) {
  am_part part = am_plastic_rnn_part;
  memset(rows, 0, 4 * sizeof *rows);
  memcpy(rows, am_gru_part.parameters, 3 * sizeof *rows); /* hidden, layers, dropout */
  part.parameters = rows;
  part.text = text;
  part.name = "written";
  return part;
}

/* Two traces in one sum, each with a modulator that reads something of its own. */
static const char two_signals[] =
    "network twofold\n"
    "learned alpha_x = uniform(0, 0.02)\n"
    "learned alpha_c = uniform(0, 0.02)\n"
    "input u\nstate x[n]\nstate c[n]\ntrace H[n, n]\ntrace G[n, n]\n"
    "y = tanh((w + alpha_x * H) @ x + b + (v + alpha_c * G) @ c + W_in @ u)\n"
    "store = modulator(y)\n"
    "H <- rule(post = y, pre = x, eta = store)\n"
    "search = modulator(x - c)\n"
    "G <- rule(post = y, pre = c, eta = search)\n"
    "x <- y\nc <- 0.7 * c + 0.3 * y\noutput y\n";

#endif
