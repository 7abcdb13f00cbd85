/* The published experiments, each in a file NAME.c. */
#ifndef AMINE_RUN_STUDY_STUDIES_H
#define AMINE_RUN_STUDY_STUDIES_H

#include "run/study/study.h"

extern const am_study am_study_izhikevich2007_reinforcement, am_study_izhikevich2007_conditioning,
    am_study_izhikevich2007_instrumental, am_study_florian2007_xor, am_study_vogels_abbott,
    am_study_brunel2000, am_study_vogels2011, am_study_potjans2014, am_study_gridworld,
    am_study_reversal, am_study_attention, am_study_clock, am_study_signalling,
    am_study_miconi2017_dnms, am_study_miconi2017_selective, am_study_adding,
    am_study_pattern_completion, am_study_cue_reward, am_study_language, am_study_volatile_bandit,
    am_study_retrieval, am_study_highway_depth, am_study_fine_tuning, am_study_nmn,
    am_study_nmn_targets, am_study_preferences, am_study_islands, am_study_gains,
    am_study_multimodal, am_study_over_optimisation, am_study_preferences_t_maze,
    am_study_list_linking, am_study_brain_bandit, am_study_brain_cart_pole,
    am_study_brain_delayed_match;

#endif
