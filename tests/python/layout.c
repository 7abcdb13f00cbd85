/* Prints the structs that the Python package describes to ctypes: a line for each with its size, and
 * one for each of its members with where it is. */
#include <stddef.h>
#include <stdio.h>

#include "amine/amine.h"
#include "amine/parameter.h"

#define SIZE(type) printf(#type " %zu\n", sizeof(type))
#define AT(type, member)                                                                           \
  printf(#type "." #member " %zu %zu\n", offsetof(type, member), sizeof((type){0}.member))

int main(void) {
  SIZE(amine_error), AT(amine_error, status), AT(amine_error, offset), AT(amine_error, file);
  AT(amine_error, message), AT(amine_error, excerpt);
  SIZE(amine_value), AT(amine_value, name), AT(amine_value, value);
  SIZE(amine_parameter), AT(amine_parameter, name), AT(amine_parameter, kind);
  AT(amine_parameter, standard), AT(amine_parameter, min), AT(amine_parameter, max);
  AT(amine_parameter, choices), AT(amine_parameter, unit), AT(amine_parameter, meaning);
  AT(amine_parameter, neutral), AT(amine_parameter, offset), AT(amine_parameter, member);
  AT(amine_parameter, borrowed), AT(amine_parameter, when), AT(amine_parameter, zero_is);
  SIZE(amine_projection), AT(amine_projection, size), AT(amine_projection, name);
  AT(amine_projection, source), AT(amine_projection, target), AT(amine_projection, receptor);
  AT(amine_projection, connect), AT(amine_projection, probability), AT(amine_projection, radius);
  AT(amine_projection, n_out), AT(amine_projection, self_connections),
      AT(amine_projection, sources);
  AT(amine_projection, targets), AT(amine_projection, weights), AT(amine_projection, n_pairs);
  AT(amine_projection, weight), AT(amine_projection, weight_max), AT(amine_projection, delay_ms);
  AT(amine_projection, delay_max_ms), AT(amine_projection, velocity), AT(amine_projection, rule);
  AT(amine_projection, values), AT(amine_projection, n_values), AT(amine_projection, factor);
  AT(amine_projection, dendritic_delay_ms), AT(amine_projection, stp_u), AT(amine_projection, stp_tau_rec_ms);
  AT(amine_projection, stp_tau_facil_ms), AT(amine_projection, n_in);
  AT(amine_projection, n_total), AT(amine_projection, weights_drawn);
  AT(amine_projection, delays_drawn);
  SIZE(amine_draw), AT(amine_draw, size), AT(amine_draw, kind), AT(amine_draw, a);
  AT(amine_draw, b), AT(amine_draw, values), AT(amine_draw, min), AT(amine_draw, max);
  SIZE(amine_drive), AT(amine_drive, size), AT(amine_drive, kind), AT(amine_drive, receptor);
  AT(amine_drive, weight), AT(amine_drive, neurons), AT(amine_drive, n_neurons);
  AT(amine_drive, before), AT(amine_drive, times_ms), AT(amine_drive, values);
  AT(amine_drive, n_values), AT(amine_drive, ramps), AT(amine_drive, amplitude);
  AT(amine_drive, period_ms), AT(amine_drive, phase);
  SIZE(amine_brain_event), AT(amine_brain_event, step), AT(amine_brain_event, kind);
  AT(amine_brain_event, source), AT(amine_brain_event, first), AT(amine_brain_event, second);
  AT(amine_brain_event, before), AT(amine_brain_event, after);
  SIZE(amine_progress), AT(amine_progress, size), AT(amine_progress, reward);
  AT(amine_progress, value), AT(amine_progress, entropy), AT(amine_progress, loss);
  AT(amine_progress, gradient_norm), AT(amine_progress, rate);
  SIZE(amine_simulation_progress), AT(amine_simulation_progress, size);
  AT(amine_simulation_progress, t_s), AT(amine_simulation_progress, duration_s);
  AT(amine_simulation_progress, seconds), AT(amine_simulation_progress, speed);
  AT(amine_simulation_progress, reward);
  SIZE(amine_score), AT(amine_score, size), AT(amine_score, mean), AT(amine_score, se);
  AT(amine_score, min), AT(amine_score, max);
  SIZE(amine_experiment_options), AT(amine_experiment_options, size);
  AT(amine_experiment_options, assignments), AT(amine_experiment_options, n_assignments);
  AT(amine_experiment_options, registry), AT(amine_experiment_options, configuration);
  SIZE(amine_part), AT(amine_part, size), AT(amine_part, name), AT(amine_part, meaning);
  AT(amine_part, equation), AT(amine_part, source), AT(amine_part, text),
      AT(amine_part, parameters);
  SIZE(amine_lanes_type), AT(amine_lanes_type, size), AT(amine_lanes_type, name);
  AT(amine_lanes_type, meaning), AT(amine_lanes_type, context), AT(amine_lanes_type, n_inputs);
  AT(amine_lanes_type, n_actions), AT(amine_lanes_type, n_real), AT(amine_lanes_type, n_steps);
  AT(amine_lanes_type, criterion), AT(amine_lanes_type, start), AT(amine_lanes_type, step);
  AT(amine_lanes_type, held_context), AT(amine_lanes_type, ask), AT(amine_lanes_type, n_targets);
  AT(amine_lanes_type, absolute), AT(amine_lanes_type, n_counted), AT(amine_lanes_type, n_symbols);
  AT(amine_lanes_type, symbols), AT(amine_lanes_type, between);
  SIZE(amine_weights), AT(amine_weights, name), AT(amine_weights, rank), AT(amine_weights, dims);
  AT(amine_weights, held), AT(amine_weights, values), AT(amine_weights, change);
  SIZE(amine_kept), AT(amine_kept, name), AT(amine_kept, dims), AT(amine_kept, values);
  SIZE(amine_inner), AT(amine_inner, name), AT(amine_inner, rank), AT(amine_inner, dims);
  AT(amine_inner, values);
  SIZE(amine_batch), AT(amine_batch, size), AT(amine_batch, n_lanes), AT(amine_batch, n_steps);
  AT(amine_batch, n_inputs), AT(amine_batch, n_units), AT(amine_batch, n_said);
  AT(amine_batch, inputs), AT(amine_batch, units), AT(amine_batch, said), AT(amine_batch, taken);
  AT(amine_batch, wanted), AT(amine_batch, asked), AT(amine_batch, rewards);
  AT(amine_batch, live), AT(amine_batch, values);
  SIZE(amine_learner), AT(amine_learner, size), AT(amine_learner, options);
  AT(amine_learner, context), AT(amine_learner, own), AT(amine_learner, seed);
  AT(amine_learner, iteration), AT(amine_learner, n_lanes), AT(amine_learner, n_steps);
  AT(amine_learner, n_inputs), AT(amine_learner, n_units), AT(amine_learner, n_said);
  AT(amine_learner, n_actions), AT(amine_learner, n_real), AT(amine_learner, n_targets);
  AT(amine_learner, n_weights), AT(amine_learner, weights), AT(amine_learner, n_kept);
  AT(amine_learner, kept), AT(amine_learner, loss), AT(amine_learner, n_inner);
  AT(amine_learner, inner);
  SIZE(amine_learner_type), AT(amine_learner_type, size), AT(amine_learner_type, name);
  AT(amine_learner_type, meaning), AT(amine_learner_type, equation), AT(amine_learner_type, source);
  AT(amine_learner_type, parameters), AT(amine_learner_type, options_size);
  AT(amine_learner_type, context), AT(amine_learner_type, asks), AT(amine_learner_type, rate);
  AT(amine_learner_type, critic), AT(amine_learner_type, plain), AT(amine_learner_type, twins);
  AT(amine_learner_type, begin), AT(amine_learner_type, learn), AT(amine_learner_type, vary);
  AT(amine_learner_type, destroy), AT(amine_learner_type, sees);
  SIZE(amine_sweep_options), AT(amine_sweep_options, size), AT(amine_sweep_options, assignments);
  AT(amine_sweep_options, n_assignments), AT(amine_sweep_options, registry);
  AT(amine_sweep_options, seed), AT(amine_sweep_options, n_seeds);
  AT(amine_sweep_options, n_threads), AT(amine_sweep_options, watch), AT(amine_sweep_options, user);
  AT(amine_sweep_options, stop);
  SIZE(amine_run_progress), AT(amine_run_progress, size), AT(amine_run_progress, iteration);
  AT(amine_run_progress, iterations), AT(amine_run_progress, seconds), AT(amine_run_progress, rate);
  AT(amine_run_progress, reward);
  printf("room %zu\n", sizeof(amine_chemical));
  return 0;
}
