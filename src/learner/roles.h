/* Which tensors learn: those of the roles that the key `learn` names (equation/role.h). */
#ifndef AMINE_LEARNER_ROLES_H
#define AMINE_LEARNER_ROLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "network/places.h"

/* held [places->n]: whether a tensor is held; learn 0: none is. AMINE_ERROR_ARGUMENT names a role
 * that no tensor has. */
amine_status am_roles_hold(bool *held, const am_places *places, uint32_t learn, amine_error *error);

#endif
