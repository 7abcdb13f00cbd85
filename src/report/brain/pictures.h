/* What the kinds of pictures of a protocol's world share (run/protocol/picture.h says what stands
 * in them). What a picture lacks is "" or NAN. */
#ifndef AMINE_REPORT_BRAIN_PICTURES_H
#define AMINE_REPORT_BRAIN_PICTURES_H

#include <jansson.h>

#include "base/memory.h"

const char *am_picture_text(const json_t *picture, const char *key);
double am_picture_at(const json_t *array, size_t k);

/* Its title, and what it shows. */
void am_picture_head(am_text *page, const json_t *picture);
/* A world of cells, and the ways in it. */
void am_picture_grid_put(am_text *page, const json_t *picture);

#endif
