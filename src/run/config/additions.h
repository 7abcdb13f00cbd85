/* A registry to which a program adds (amine/registry.h), as the rest of the library sees it. */
#ifndef AMINE_RUN_CONFIG_ADDITIONS_H
#define AMINE_RUN_CONFIG_ADDITIONS_H

#include "amine/registry.h"
#include "base/registry.h"

/* Its parts; NULL: the standard ones. */
const am_registry *am_additions_parts(const amine_registry *registry);

/* One more, or one less, who needs it: it goes with the last. NULL is fine. */
void am_additions_hold(amine_registry *registry);

#endif
