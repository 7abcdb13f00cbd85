/* Which tensors learn (see roles.h). */
#include "learner/roles.h"

#include "base/memory.h"

amine_status am_roles_hold(bool *held, const am_places *places, uint32_t learn,
                           amine_error *error) {
  unsigned there = 0;
  am_text words = {0};
  for (int k = 0; k < places->n; k++) {
    const unsigned bit = am_role_bit(places->place[k].role);
    held[k] = learn && !(learn & (AM_ROLES_ALL | bit));
    there |= bit;
  }
  const unsigned missing = learn & AM_ROLES_ALL ? 0 : learn & ~there;
  if (!missing) return AMINE_OK;
  for (am_role role = 0; role < AM_N_ROLES; role++)
    if (there & am_role_bit(role))
      am_text_printf(&words, "%s%s", words.length ? ", " : "", am_role_name(role));
  am_role first = 0;
  while (!(missing & am_role_bit(first))) first++;
  const amine_status status = words.failed
                                  ? am_fail_memory(error, 64)
                                  : am_fail(error, AMINE_ERROR_ARGUMENT,
                                            "learn=%s: this network has none that learn; it has %s",
                                            am_role_name(first), words.data);
  am_text_free(&words);
  return status;
}
