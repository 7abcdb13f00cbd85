/* Spikes as text, read: what am_gdf_put, NEST and numpy.savetxt write, and lists of times.
 *
 * A line is a neuron's number and a time in ms, with blanks, a tab or a comma between them; or a
 * time alone, which is of neuron 0. All lines of a file have the same form. Empty lines and what
 * follows a # are passed over.
 *
 *   17	234.5
 *   3, 12.25        # the third
 *
 * Promise: reading is safe on any bytes. */
#ifndef AMINE_FORMAT_SPIKE_TEXT_H
#define AMINE_FORMAT_SPIKE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"

/* The spikes of a text that ends with a 0 byte at text[length], in its order; `file` stands in the
 * sentences. The caller frees both arrays [*n] with am_free. AMINE_ERROR_INPUT names the line;
 * AMINE_ERROR_MEMORY. After a failure the outputs are untouched. */
amine_status am_spike_text_parse(uint64_t **neurons, double **times_ms, size_t *n, const char *file,
                                 const char *text, size_t length, amine_error *error);

#endif
