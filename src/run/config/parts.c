#include "run/config/parts.h"

#include "brain/parts.h"
#include "learner/agents.h"
#include "learner/bptt.h"
#include "learner/delta.h"
#include "learner/e_prop.h"
#include "learner/evolution.h"
#include "learner/exploratory_hebb.h"
#include "learner/feedback_alignment.h"
#include "learner/node_perturbation.h"
#include "learner/none.h"
#include "learner/preferences.h"
#include "learner/reward_walk.h"
#include "learner/rflo.h"
#include "learner/signalling.h"
#include "learner/weight_perturbation.h"
#include "modulator/modulator.h"
#include "network/units.h"
#include "rule/rule.h"
#include "task/adding.h"
#include "task/associative.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/classify.h"
#include "task/contextual_bandit.h"
#include "task/cue_reward.h"
#include "task/delayed_match.h"
#include "task/detection.h"
#include "task/dnms.h"
#include "task/evidence.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"
#include "task/go_no_go.h"
#include "task/grid_world.h"
#include "task/hidden_bias.h"
#include "task/islands.h"
#include "task/list_linking.h"
#include "task/maze/maze.h"
#include "task/movement.h"
#include "task/next.h"
#include "task/pattern_completion.h"
#include "task/recall.h"
#include "task/recall_values.h"
#include "task/retrieval.h"
#include "task/reversal.h"
#include "task/selective.h"
#include "task/t_maze.h"
#include "task/text.h"
#include "task/three_needs.h"
#include "task/two_targets.h"
#include "task/volatile_bandit.h"

/* Of each kind the first is the standard one. */
const am_registry am_standard_parts = {.parts = {&am_maze_type.part,
                                                 &am_delayed_match_type.part,
                                                 &am_evidence_type.part,
                                                 &am_bandit_type.part,
                                                 &am_t_maze_type.part,
                                                 &am_cart_pole_type.part,
                                                 &am_cue_reward_type.part,
                                                 &am_recall_type.part,
                                                 &am_random_bits_type.part,
                                                 &am_periodic_type.part,
                                                 &am_recall_values_type.part,
                                                 &am_associative_type.part,
                                                 &am_adding_type.part,
                                                 &am_movement_type.part,
                                                 &am_pattern_completion_type.part,
                                                 &am_islands_type.part,
                                                 &am_list_linking_type.part,
                                                 &am_hidden_bias_type.part,
                                                 &am_two_targets_type.part,
                                                 &am_three_needs_type.part,
                                                 &am_retrieval_type.part,
                                                 &am_signals_task_type.part,
                                                 &am_pennies_task_type.part,
                                                 &am_dnms_type.part,
                                                 &am_selective_type.part,
                                                 &am_text_task_type.part,
                                                 &am_classify_type.part,
                                                 &am_volatile_bandit_type.part,
                                                 &am_contextual_bandit_type.part,
                                                 &am_go_no_go_type.part,
                                                 &am_detection_type.part,
                                                 &am_grid_world_type.part,
                                                 &am_reversal_type.part,
                                                 &am_reward_world_part,
                                                 &am_reward_preferences_part,
                                                 &am_plastic_rnn_part,
                                                 &am_gru_part,
                                                 &am_leaky_rnn_part,
                                                 &am_hebbian_rnn_part,
                                                 &am_ctrnn_part,
                                                 &am_rnn_part,
                                                 &am_lstm_part,
                                                 &am_lstm_1997_part,
                                                 &am_nmn_part,
                                                 &am_highway_part,
                                                 &am_spiking_part,
                                                 &am_plastic_gru_part,
                                                 &am_plastic_lstm_part,
                                                 &am_plastic_lstm_gates_part,
                                                 &am_plastic_highway_part,
                                                 &am_hebbian_rnn_same_part,
                                                 &am_hebbian_basic_part,
                                                 &am_attention_part,
                                                 &am_highway_layer_part,
                                                 &am_plain_layer_part,
                                                 &am_gains_part,
                                                 &am_plastic_direct_part,
                                                 &am_attention_modulated_part,
                                                 &am_fast_weights_part,
                                                 &am_fast_weight_memory_part,
                                                 &am_rules[AM_RULE_CLIP].part,
                                                 &am_rules[AM_RULE_DECAY].part,
                                                 &am_rules[AM_RULE_OJA].part,
                                                 &am_rules[AM_RULE_SOFTCLIP].part,
                                                 &am_rules[AM_RULE_ELIGIBILITY].part,
                                                 &am_rules[AM_RULE_FADING].part,
                                                 &am_rules[AM_RULE_LAST].part,
                                                 &am_rules[AM_RULE_GATED].part,
                                                 &am_rules[AM_RULE_NONE].part,
                                                 &am_readout_type.part,
                                                 &am_constant_type.part,
                                                 &am_chemical_type.part,
                                                 &am_given_type.part,
                                                 &am_a2c_type.part,
                                                 &am_bptt_type.part,
                                                 &am_signalling_type.part,
                                                 &am_agents_type.part,
                                                 &am_delta_type.part,
                                                 &am_hebb_type.part,
                                                 &am_e_prop_type.part,
                                                 &am_rflo_type.part,
                                                 &am_feedback_alignment_type.part,
                                                 &am_node_perturbation_type.part,
                                                 &am_weight_perturbation_type.part,
                                                 &am_evolution_type.part,
                                                 &am_reward_walk_type.part,
                                                 &am_none_type.part,
                                                 AM_BRAIN_PARTS}};
