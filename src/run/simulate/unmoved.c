/* Saying that nothing will be learned (see unmoved.h). */
#include "run/simulate/unmoved.h"

#include "base/words.h"
#include "brain/brain.h"
#include "brain/chemistry.h"

#define LINES_MAX 8

/* Which systems an event of this kind moves. */
static bool kind_moves(amine_event_kind kind, am_modulator which) {
  switch (kind) {
  case AMINE_EVENT_REWARD: return which == AM_MODULATOR_DOPAMINE;
  case AMINE_EVENT_PUNISHMENT: return which == AM_MODULATOR_SEROTONIN;
  case AMINE_EVENT_UNCERTAINTY:
  case AMINE_EVENT_NOVELTY:
    return which == AM_MODULATOR_NOREPINEPHRINE || which == AM_MODULATOR_ACETYLCHOLINE;
  case AMINE_EVENT_ATTENTION: return which == AM_MODULATOR_ACETYLCHOLINE;
  case AMINE_EVENT_CIRCADIAN: return which == AM_MODULATOR_OREXIN;
  case AMINE_EVENT_CUE:
  case AMINE_EVENT_ACTION: return false;
  }
  return false;
}

bool am_simulation_moves(const am_simulation_config *config, const amine_brain *brain,
                         am_modulator which) {
  const am_protocol *protocol = config->protocol;
  const char *by_protocol =
      protocol->moved ? protocol->moved(config->parameters) : protocol->moves;
  if (by_protocol && am_word_among(by_protocol, am_modulator_names[which])) return true;
  for (int k = 0; k < amine_brain_n_plans(brain); k++) {
    amine_event_kind kind;
    amine_brain_plan(brain, k, &kind);
    if (kind_moves(kind, which)) return true;
  }
  return false;
}

static bool moves(const am_simulation_config *config, const amine_brain *brain,
                  am_modulator which) {
  double level;
  return am_simulation_clamp(config, which, &level) || am_simulation_moves(config, brain, which);
}

/* Does it learn by dopamine alone: with a dopamine of its own that is 0 without rewards, or by a
 * level's distance from its baseline? */
static bool waits(const am_projection *p) {
  if (p->factor == AMINE_FACTOR_SIGNED || p->factor == AMINE_FACTOR_SIGNED_ALL) return true;
  return p->reward && p->factor == AMINE_FACTOR_NONE && p->reward->is.base == 0;
}

void am_simulation_note_unmoved(const am_simulation_config *config, const amine_brain *brain,
                                const am_learning *learning, int n, am_text *notes) {
  bool any = false;
  for (int k = 0; k < AM_N_MODULATORS; k++) any = any || moves(config, brain, (am_modulator)k);
  if (brain->chemistry && !any)
    am_text_puts(notes, "neuromodulation: nothing moves it, neither events of the model nor the "
                        "protocol: its levels stay at their baselines\n");
  if (moves(config, brain, AM_MODULATOR_DOPAMINE)) return;
  int n_waiting = 0;
  for (int k = 0; k < n; k++) {
    const am_projection *p = &brain->projections[learning[k].projection];
    if (!waits(p) || ++n_waiting > LINES_MAX) continue;
    am_text_printf(notes,
                   "projections.%.130s: its rule %s waits for rewards, and nothing gives one, "
                   "neither events of the model nor the protocol: it will not learn\n",
                   learning[k].name, p->rule->part.name);
  }
  if (n_waiting > LINES_MAX)
    am_text_printf(notes, "and %d projections more that wait for rewards\n", n_waiting - LINES_MAX);
}
