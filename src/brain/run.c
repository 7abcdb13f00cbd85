/* Taking a brain through time: a team of threads, each with its chunks, in step with each other. */
#include <math.h>
#include <stdatomic.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/threads.h"
#include "brain/brain.h"
#include "brain/chemistry.h"
#include "brain/compact_rows.h"
#include "brain/event_plan.h"
#include "brain/step.h"

typedef struct course {
  amine_brain *b;
  uint64_t end, until;   /* of the run; of the stretch to the next look */
  bool reached;          /* d and F of the rules are those of b->step */
  _Atomic uint64_t full; /* the step before which a chunk has no room for the spikes of another */
  amine_status status;
  amine_error error;
} course;

/* Copies the spikes that are not yet recorded: chunks stand in the order of the line. */
static amine_status record(amine_brain *b, amine_error *error) {
  am_record *r = &b->record;
  for (; r->until < b->step; r->until++) {
    size_t most = r->n;
    for (int k = 0; k < b->n_chunks; k++) {
      uint32_t n;
      am_flight_list(&b->chunks[k].flight, r->until, &n);
      most += n;
    }
    if (most > r->capacity) {
      const size_t wanted = most + most / 2 + 1024;
      uint64_t *steps = am_resize(r->steps, wanted, sizeof *steps);
      if (steps) r->steps = steps;
      uint32_t *neurons = steps ? am_resize(r->neurons, wanted, sizeof *neurons) : NULL;
      if (neurons) r->neurons = neurons;
      if (!neurons) return am_fail_memory(error, am_size_mul(wanted, 12));
      r->capacity = wanted;
    }
    int population = 0;
    for (int k = 0; k < b->n_chunks; k++) {
      uint32_t n;
      const uint32_t *spikes = am_flight_list(&b->chunks[k].flight, r->until, &n);
      for (uint32_t i = 0; i < n; i++) {
        while (spikes[i] - b->populations[population].first >=
               (uint32_t)b->populations[population].padded)
          population++;
        if (!b->populations[population].recorded) continue;
        r->steps[r->n] = r->until;
        r->neurons[r->n++] = spikes[i];
      }
    }
  }
  return AMINE_OK;
}

/* The step of the next look, of the next event, or of the end of the course. */
static uint64_t next_look(const amine_brain *b, uint64_t end) {
  const uint64_t every = (uint64_t)b->look_every, event = am_plans_next(b);
  const uint64_t look = (b->step / every + 1) * every, next = event < look ? event : look;
  return next < end ? next : end;
}

/* What has to be done once when b->step is reached, by a look or by the end of a run. */
static void passed(amine_brain *b) {
  am_chemistry_step(b);
  for (int k = 0; k < b->n_populations; k++) {
    am_population *p = &b->populations[k];
    while (p->next < p->n_waiting && p->waiting[p->next].step < b->step) p->next++;
  }
}

/* Spikes that a population is told for the steps before `until`. */
static size_t told(const am_population *p, uint64_t until) {
  size_t low = p->next, high = p->n_waiting;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (p->waiting[middle].step < until) low = middle + 1;
    else high = middle;
  }
  return low - p->next;
}

static amine_status make_room(amine_brain *b, uint64_t until, amine_error *error) {
  for (int k = 0; k < b->n_chunks; k++) {
    am_chunk *c = &b->chunks[k];
    size_t most = 0;
    for (int j = 0; j < c->n_pieces; j++) {
      const am_population *p = &b->populations[c->pieces[j].population];
      most += (size_t)(c->pieces[j].end - c->pieces[j].begin) * p->most;
      if (p->n_waiting > p->next) most += told(p, until);
    }
    AM_TRY(am_flight_room(&c->flight, b->step, most, error));
  }
  return AMINE_OK;
}

/* d and F of the rules at b->step, so that a reward adds to them. */
static void reach(amine_brain *b) {
  for (int k = 0; k < b->n_projections; k++)
    if (b->projections[k].reward) am_reward_reach(b->projections[k].reward, b->step);
}

static void plan_rewards(amine_brain *b, uint64_t until) {
  for (int k = 0; k < b->n_projections; k++) {
    am_projection *p = &b->projections[k];
    if (p->reward)
      am_reward_plan(p->reward, b->step, (int)(until - b->step), b->dt_ms,
                     p->factor != AMINE_FACTOR_NONE,
                     (double)b->populations[p->target].factors[p->factor],
                     b->resting || p->blocked);
  }
}

/* What one thread does for all between two stretches of steps. */
static amine_status look(course *x, amine_error *error) {
  amine_brain *b = x->b;
  passed(b);
  AM_TRY(record(b, error));
  if (!x->reached) reach(b);
  x->reached = true;
  AM_TRY(am_plans_watch(b, error));
  AM_TRY(am_plans_come(b, error));
  am_chemistry_feel(b);
  x->until = next_look(b, x->end);
  AM_TRY(make_room(b, x->until, error));
  plan_rewards(b, x->until);
  return AMINE_OK;
}

static bool is_sweep(const amine_brain *b, uint64_t step) {
  return b->sweep_grid > 0 && step > 0 && step % b->sweep_grid == 0;
}

/* The chunks, and the units if there are any, of one worker. */
typedef struct share {
  int from, to, first_unit, end_unit;
} share;

static share share_of(const amine_brain *b, int worker, int n_workers) {
  const int n = b->compact.n_units;
  share s = {.first_unit = (int)((int64_t)n * worker / n_workers),
             .end_unit = (int)((int64_t)n * (worker + 1) / n_workers)};
  if (n > 0) {
    s.from = b->compact.units[s.first_unit].first_chunk;
    s.to = b->compact.units[s.end_unit - 1].end_chunk;
  } else {
    s.from = (int)((int64_t)b->n_chunks * worker / n_workers);
    s.to = (int)((int64_t)b->n_chunks * (worker + 1) / n_workers);
  }
  return s;
}

/* Who can take part: a chunk, or a unit, is one worker's. */
static int workers(const amine_brain *b) {
  const int most = b->compact.n_units > 0 ? b->compact.n_units : b->n_chunks;
  return b->n_threads < most ? b->n_threads : most;
}

/* The steps before `end`, or fewer if some chunk needs room: all workers come to the same step. Who
 * runs out of it in step s says s + 1, and nobody can say more before all have read that. */
static uint64_t stretch(course *x, am_team *team, int worker, uint64_t end, const share *mine) {
  amine_brain *b = x->b;
  for (uint64_t step = b->step; step < end; step++) {
    const bool sweep = is_sweep(b, step);
    for (int k = mine->first_unit; k < mine->end_unit; k++)
      am_unit_deliver(b, &b->compact.units[k], step);
    for (int k = mine->from; k < mine->to; k++) {
      if (step > 0) am_chunk_settle(b, k, step);
      if (sweep) am_chunk_sweep(b, k, step);
      am_chunk_step(b, k, step, sweep || step == b->step);
      if (am_flight_full(&b->chunks[k].flight))
        atomic_store_explicit(&x->full, step + 1, memory_order_relaxed);
    }
    am_team_wait(team, worker);
    if (atomic_load_explicit(&x->full, memory_order_relaxed) == step + 1) return step + 1;
  }
  return end;
}

static void work(void *context, am_team *team, int worker, int n_workers) {
  course *x = context;
  amine_brain *b = x->b;
  const share mine = share_of(b, worker, n_workers);
  for (;;) {
    if (worker == 0) x->status = look(x, &x->error);
    am_team_wait(team, worker);
    if (x->status != AMINE_OK) return;
    const uint64_t reached = stretch(x, team, worker, x->until, &mine);
    if (worker == 0) {
      b->step = reached;
      x->reached = false;
    }
    am_team_wait(team, worker);
    if (reached == x->end) return;
  }
}

/* The first neuron whose potential is not finite. */
static amine_status check_finite(const amine_brain *b, amine_error *error) {
  for (int k = 0; k < b->n_populations; k++) {
    const am_population *p = &b->populations[k];
    for (int i = 0; i < p->n; i++)
      for (int s = 0; s < 2; s++)
        if (!isfinite(b->states[s][p->first + (uint32_t)i]))
          return am_fail(error, AMINE_ERROR_NUMERIC,
                         "population %s, neuron %d: %s is no longer a number at step %llu (%g ms); "
                         "with a dt_ms below %g it may stay one",
                         p->name, i, p->model->states[s], (unsigned long long)b->step,
                         (double)b->step * b->dt_ms, b->dt_ms);
  }
  return AMINE_OK;
}

amine_status amine_brain_run(amine_brain *b, uint64_t n_steps, amine_error *error) {
  AM_ENTER;
  if (b->broken)
    return am_fail(error, AMINE_ERROR_NUMERIC, "the brain's numbers broke in an earlier run");
  AM_TRY(am_brain_build(b, error));
  if (n_steps == 0) return AMINE_OK;
  if (n_steps > AM_BRAIN_STEPS - b->step)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%llu steps more are beyond the last step, 2^48",
                   (unsigned long long)n_steps);
  course x = {.b = b, .end = b->step + n_steps, .reached = true};
  am_team_run(workers(b), work, &x);
  if (!x.reached) reach(b);
  passed(b);
  if (x.status == AMINE_OK) x.status = record(b, &x.error);
  if (x.status == AMINE_OK) x.status = am_plans_watch(b, &x.error);
  if (x.status == AMINE_OK) {
    x.status = check_finite(b, &x.error);
    b->broken = x.status == AMINE_ERROR_NUMERIC;
  }
  if (x.status != AMINE_OK && error) *error = x.error;
  return x.status;
}

amine_status amine_brain_reward(amine_brain *b, double amount, amine_error *error) {
  AM_ENTER;
  if (!isfinite(amount))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a reward of %g is not a number", amount);
  AM_TRY(am_brain_build(b, error));
  for (int k = 0; k < b->n_projections; k++) {
    const am_projection *p = &b->projections[k];
    if (p->reward && p->factor == AMINE_FACTOR_NONE)
      am_reward_give(p->reward, amount, b->step, b->dt_ms);
  }
  return AMINE_OK;
}
