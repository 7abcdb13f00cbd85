/* The table of protocols (see protocols.h). */
#include "run/protocol/protocols.h"

#include <stdio.h>
#include <string.h>

static const am_protocol *const protocols[] = {
    &am_protocol_none,         &am_protocol_together,     &am_protocol_xor,
    &am_protocol_activity,     &am_protocol_layers,       &am_protocol_distal_reward,
    &am_protocol_conditioning, &am_protocol_instrumental, &am_protocol_clock,
    &am_protocol_body,
};

const am_protocol *am_protocol_at(int k) {
  return k >= 0 && k < (int)(sizeof protocols / sizeof *protocols) ? protocols[k] : NULL;
}

const am_protocol *am_protocol_find(const char *name) {
  for (int k = 0; am_protocol_at(k); k++)
    if (strcmp(am_protocol_at(k)->name, name) == 0) return am_protocol_at(k);
  return NULL;
}

bool am_protocol_section_key(amine_parameter *key, char name[80], int k) {
  for (int p = 0; am_protocol_at(p); p++) {
    const am_protocol *protocol = am_protocol_at(p);
    if (!protocol->section) continue;
    if (k < protocol->n_keys) {
      *key = protocol->keys[k];
      snprintf(name, 80, "%s.%s", protocol->section, key->name);
      key->name = name;
      return true;
    }
    k -= protocol->n_keys;
  }
  return false;
}
