/* A plan becomes a brain. */
#include "brain/model_plan.h"

#include "brain/brain.h"
#include "brain/model_input.h"
#include "brain/model_population.h"

/* What the brain refused, in the words of the file. */
static amine_status in_file(amine_status status, const am_reader *r, const char *what,
                            const amine_error *detail) {
  if (status == AMINE_ERROR_MEMORY) {
    if (r->error) *r->error = *detail;
    return status;
  }
  return am_fail_file(r->error, AMINE_ERROR_INPUT, r->file, -1, "%s: %s", what, detail->message);
}

static amine_status add_population(amine_brain *brain, const am_model_plan_population *p,
                                   amine_error *error) {
  int id;
  AM_TRY(am_brain_add_population(brain, &id, p->name, p->n, p->model, p->values, p->n_values,
                                 error));
  for (int k = 0; k < p->n_receptors; k++)
    AM_TRY(amine_brain_add_receptor(brain, NULL, id, p->receptors[k].name, p->receptors[k].tau_ms,
                                    p->receptors[k].e_mv, error));
  if (p->positions) AM_TRY(amine_brain_set_positions(brain, id, p->positions, error));
  for (int k = 0; k < p->n_columns; k++)
    AM_TRY(
        amine_brain_draw_parameter(brain, id, p->columns[k].name, &p->columns[k].draw, error));
  for (int k = 0; k < p->n_initial; k++)
    AM_TRY(amine_brain_set_initial(brain, id, p->initial[k].name, &p->initial[k].draw, error));
  return p->silent ? amine_brain_record(brain, id, 0, error) : AMINE_OK;
}

static amine_status fill(amine_brain *brain, const am_model_plan *plan, const char **what,
                         amine_error *error) {
  *what = "populations";
  for (size_t k = 0; k < plan->n_populations; k++)
    AM_TRY(add_population(brain, &plan->populations[k], error));
  *what = "neuromodulation";
  if (plan->has_chemical)
    AM_TRY(amine_brain_set_chemical(brain, &plan->chemical, plan->step_ms, error));
  *what = "projections";
  for (size_t k = 0; k < plan->n_projections; k++)
    AM_TRY(am_brain_connect(brain, NULL, &plan->projections[k].p, plan->projections[k].rule,
                            error));
  *what = "layout";
  AM_TRY(amine_brain_set_layout(brain, plan->layout, error));
  *what = "targets";
  for (size_t k = 0; k < plan->n_targets; k++) {
    const am_model_plan_target *t = &plan->targets[k];
    AM_TRY(amine_brain_target(brain, t->population, t->effects, t->delay_ms, t->tau_ms, error));
  }
  *what = "events";
  for (size_t k = 0; k < plan->n_events; k++)
    AM_TRY(amine_brain_plan_event(brain, NULL, &plan->events[k], error));
  *what = "inputs";
  return am_inputs_set(brain, plan, error);
}

amine_status am_model_plan_build(amine_brain **brain, am_model_plan *plan, const am_reader *r) {
  const char *what = "dt_ms";
  amine_error detail = {0};
  amine_brain *made = NULL;
  AM_TRY(am_populations_place(plan, r->error));
  amine_status status = am_brain_create(&made, r->parts, plan->dt_ms, plan->seed, &detail);
  if (status == AMINE_OK) status = fill(made, plan, &what, &detail);
  if (status != AMINE_OK) {
    amine_brain_destroy(made);
    return in_file(status, r, what, &detail);
  }
  *brain = made;
  return AMINE_OK;
}
