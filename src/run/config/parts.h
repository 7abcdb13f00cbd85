/* The standard parts. */
#ifndef AMINE_RUN_CONFIG_PARTS_H
#define AMINE_RUN_CONFIG_PARTS_H

#include "base/registry.h"

/* Every part of ours. A program that has parts of its own copies it and adds them. */
extern const am_registry am_standard_parts;

#endif
