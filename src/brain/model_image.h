/* Pictures as input: a file or an array of rows becomes brightness, and brightness a current for
 * each neuron of a population that lies on the lattice. */
#ifndef AMINE_BRAIN_MODEL_IMAGE_H
#define AMINE_BRAIN_MODEL_IMAGE_H

#include "brain/model_plan.h"

/* The picture `index` of an IDX or NPY file with pictures of [height][width], or an array of them.
 * Bytes become 0 to 1, other numbers stay as they are; a checksum (NULL: none) is that of
 * model_files.h. AMINE_ERROR_IO, AMINE_ERROR_INPUT. */
amine_status am_image_file(am_model_plan_image *image, am_model_plan *plan, const am_reader *r,
                           const am_where *where, const char *path, const char *checksum,
                           int index);

/* An array of rows, or one row; n of width * height numbers in one row are cut into rows. */
amine_status am_image_values(am_model_plan_image *image, am_model_plan *plan, const am_reader *r,
                             const am_where *where, const json_t *values, int width, int height);

/* currents[n]: each neuron gets the pixel that is nearest to its x and y when the picture is
 * stretched over the population's box; y runs downward. A population without positions takes the
 * pixels in order. */
void am_image_map(float *currents, const am_model_plan_image *image,
                  const am_model_plan_population *p);

#endif
