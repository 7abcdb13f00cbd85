/* Matrices as pictures: PNG with a palette, inside a data: address. */
#ifndef AMINE_REPORT_PNG_H
#define AMINE_REPORT_PNG_H

#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

enum { AM_HEAT_ZERO = 127, AM_HEAT_FULL = 254, AM_HEAT_NONE = 255 };

/* The palette's number of a value: 0 is -scale and less, 127 is 0, 254 is +scale and more, 255 is
 * what is not finite. scale > 0. */
uint8_t am_heat_index(double value, double scale);

/* Adds "data:image/png;base64,..." of height x width pixels [row][column], each a number of the
 * diverging palette (palette.h). AMINE_ERROR_MEMORY, or AMINE_ERROR_ARGUMENT for a size of 0 or
 * above 4096; the page is then as it was. Equal pixels give equal bytes. */
amine_status am_png_data(am_text *page, const uint8_t *pixels, size_t height, size_t width,
                         amine_error *error);

/* The colours of a heat map from low, below 0 or 0 itself, to high, with these figures at its ends
 * and what they are beside it. */
void am_heat_scale(am_text *page, double low, double high, const char *unit);

#endif
