/* The machine's floor (see floor.h). */
#include "run/bench/floor.h"

#include <math.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/threads.h"
#include "kernel/floor.h"
#include "kernel/isa.h"

AM_ISA_DECLARE(const am_floor_ops, am_floor_ops);

static const am_floor_ops *floor_code(void) {
  static const am_floor_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_floor_ops);
  return code[am_isa_now()];
}

#define VECTOR_BYTES (16 * sizeof(float))

size_t am_floor_lane_bytes(const am_experiment *x) {
  const am_bptt *a = am_experiment_pairs(x);
  const int n = a ? a->pair.n_outputs : 0;
  return AM_FLOOR_MATRICES * am_panel_size(n, n) * sizeof(float);
}

/* ------------------------------------------------------------------------------ measuring */
typedef enum floor_kind { MULTIPLY_ADD, READ, UPDATE } floor_kind;

typedef struct floor_loop {
  floor_kind kind;
  double seconds;
  float *block; /* [n_threads][n_elements] */
  size_t n_elements;
  int n_threads;
  atomic_int arrived;
  _Atomic double rate; /* the sum over threads */
} floor_loop;

/* Once through the loop, or often enough that looking at the clock costs nothing; returns how many
 * vectors or bytes that was. */
static double once(const floor_loop *l, float *p) {
  enum { ROUNDS = 20000, LEAST = 1 << 18 };
  const am_floor_ops *code = floor_code();
  float sink[16];
  double done = 0;
  if (l->kind == MULTIPLY_ADD) {
    for (int k = 0; k < 16; k++) sink[k] = 0.75f;
    return code->multiply_add(sink, ROUNDS);
  }
  for (size_t n = 0; n < LEAST; n += l->n_elements) {
    if (l->kind == READ) code->read(sink, p, l->n_elements);
    else code->update(p, l->n_elements, 1e-6f);
    done += (double)(l->n_elements * sizeof *p) * (l->kind == UPDATE ? 2 : 1);
  }
  return done;
}

/* All threads begin together; one that is alone after a while begins alone. */
static void meet(floor_loop *l) {
  const double late = am_clock() + 0.5;
  atomic_fetch_add(&l->arrived, 1);
  while (atomic_load(&l->arrived) < l->n_threads && am_clock() < late) {
  }
}

/* The best of many short stretches: what the machine can do, not what else it did meanwhile. */
static void one_thread(void *context, int item, int worker) {
  (void)worker;
  const double stretch = 0.002;
  floor_loop *l = context;
  float *p = l->block + (size_t)item * l->n_elements;
  once(l, p);
  meet(l);
  double start = am_clock(), done = 0, best = 0, now;
  const double end = start + l->seconds;
  do {
    done += once(l, p);
    now = am_clock();
    if (now < start + stretch && now < end) continue;
    best = fmax(best, done / (now - start));
    start = now;
    done = 0;
  } while (now < end);
  double sum = atomic_load(&l->rate);
  while (!atomic_compare_exchange_weak(&l->rate, &sum, sum + best)) {
  }
}

static double loop_rate(floor_kind kind, float *block, size_t bytes, int n_threads,
                        double seconds) {
  floor_loop l = {.kind = kind,
                  .seconds = seconds,
                  .block = block,
                  .n_elements = bytes / sizeof(float) / AM_FLOOR_UNIT * AM_FLOOR_UNIT,
                  .n_threads = n_threads};
  am_parallel(n_threads, n_threads, one_thread, &l);
  return atomic_load(&l.rate);
}

amine_status am_floor_measure(am_floor_rates *best, size_t lane_bytes, size_t memory_bytes,
                              int n_threads, double seconds, amine_error *error) {
  const size_t unit = AM_FLOOR_UNIT * sizeof(float), lane = am_size_round(lane_bytes, unit);
  const size_t memory = am_size_round(memory_bytes / (size_t)n_threads, unit);
  const size_t each = lane > memory ? lane : memory;
  float *block = am_alloc((size_t)n_threads, each);
  if (!block) return am_fail_memory(error, am_size_mul((size_t)n_threads, each));
  const am_floor_rates now = {
      .multiply_adds = loop_rate(MULTIPLY_ADD, block, unit, n_threads, seconds),
      .lane_read = loop_rate(READ, block, lane, n_threads, seconds),
      .lane_update = loop_rate(UPDATE, block, lane, n_threads, seconds),
      .memory_read = loop_rate(READ, block, memory, n_threads, seconds),
      .memory_update = loop_rate(UPDATE, block, memory, n_threads, seconds),
  };
  am_free(block);
  best->multiply_adds = fmax(best->multiply_adds, now.multiply_adds);
  best->lane_read = fmax(best->lane_read, now.lane_read);
  best->lane_update = fmax(best->lane_update, now.lane_update);
  best->memory_read = fmax(best->memory_read, now.memory_read);
  best->memory_update = fmax(best->memory_update, now.memory_update);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ deriving */
/* How often a pass runs for one step of the whole batch: chunks are played two lanes at a time. */
static int runs_of(const am_bptt *a) {
  const int lanes = a->agent.options.n_lanes, groups = a->agent.n_groups;
  int runs = 0;
  for (int c = 0; c < groups; c++) {
    const int n = (c + 1) * lanes / groups - c * lanes / groups;
    runs += (n + AM_TRACE_LANES - 1) / AM_TRACE_LANES;
  }
  return runs;
}

/* How many updates of a lane are computed again on the way back, in how many runs: of a segment as
 * far as the last even state that was not saved (network/pair_backward.c). */
typedef struct again_count {
  double updates, runs;
} again_count;

static again_count computed_again(int n_updates, int segment) {
  if (n_updates == 0) return (again_count){0, 0};
  const int before = (n_updates - 1) / segment, last = (n_updates - 1) % segment;
  const int each = (segment - 1) / 2 * 2, newest = last + last % 2;
  return (again_count){before * each + newest, (each > 0 ? before : 0) + (newest > 0)};
}

/* In how many parts the sum over so many steps is taken. */
static double parts_of(double steps) { return ceil(steps / AM_PANEL_STEPS); }

amine_status am_floor_passes(am_floor_pass passes[AM_FLOOR_PASSES], const am_experiment *x,
                             amine_error *error) {
  const am_bptt *a = am_experiment_pairs(x);
  const bool known = a && a->rule == &am_rules[AM_RULE_CLIP] &&
                     x->config.part[AM_NETWORK] == &am_plastic_rnn_part && a->pair.n_layers == 1;
  if (!known)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the floor is known for learner.type=a2c with network.type=plastic-rnn of one "
                   "layer and rule.type=clip, whose operations are counted");
  const am_plan *plan = a->pair.plan[0];
  const am_plan_trace *trace = &plan->traces[0];
  const double vec = VECTOR_BYTES, lanes = a->agent.options.n_lanes;
  const double T = x->task->n_steps, S = T - 1; /* steps; those after the first have a product */
  const double shared = runs_of(a) / lanes;     /* times that w is read, for each lane */
  /* of each state: how often it is saved, computed again, and read one update early */
  const int n_updates = x->task->n_steps - 1;
  const int segment = am_bptt_actors(a)->lane.layer[0].trace[0].segment;
  const int whole = n_updates / segment, rest = n_updates % segment;
  const double saved = S > 0 ? (whole + (rest > 0)) / S : 0;
  const double early = S > 0 ? 1 - (whole * (segment / 2) + rest / 2) / S : 0;
  const again_count again = computed_again(n_updates, segment);
  const double square = (double)am_panel_size(trace->rows, trace->cols) / 16;
  const double heads = (double)am_panel_elements(a->pair.head) / 16;
  const double states = lanes * square, all = S * states;
  /* of all matrices: those that no trace goes with, there and, but for the input's, back */
  double rest_of_them = heads, there_and_back = 2 * heads;
  for (int k = 0; k < plan->n_operations; k++) {
    const am_operation *o = &plan->operations[k];
    if (o->kind != AM_DO_AFFINE || o->trace >= 0) continue;
    const bool input = o->in[0].from == AM_FROM_INPUT;
    const double elements = (double)(o->transposed ? am_panel_size(o->in[0].rows, o->rows)
                                                   : am_panel_size(o->rows, o->in[0].rows));
    rest_of_them += elements / 16;
    there_and_back += (input ? 1 : 2) * elements / 16;
  }
  const double layers = lanes * (T * there_and_back + square); /* w alone in the first step */
  const double products = lanes * T * (square + rest_of_them);
  const double sums = lanes * parts_of(T) * (square + rest_of_them);
  const am_floor_pass found[AM_FLOOR_PASSES] = {
      /* H <- min(max(H + a h)); y += (w + alpha H) x: w and alpha once for two lanes, H there and
       * back, and now and then to where it is kept */
      {"forward", all, 3 * all, 2 * shared * vec * all, (2 + saved) * vec * all},
      /* the same update from a saved H on, every second H written for the way back */
      {"states again", again.updates * states, again.updates * states, again.runs * vec * states,
       again.updates / 2 * vec * states},
      /* g = dy x; dx += (w + alpha H) dy; dH = clip'(dH + g alpha); da += dH h; dh += dH a;
       * dalpha += g H: w, alpha and dalpha once for two lanes, H, and dH there and back; where the
       * H that was kept is one update old, that update first */
      {"backward", all, (7 + early) * all, (2 * shared + 1) * vec * all,
       (2 * shared + 2) * vec * all},
      /* dw += dy x' and the same for input and heads, over all steps: four rows share what is read,
       * the sums stay in registers for some tens of steps */
      {"products over steps", products, products, vec / 4 * products, 2 * vec * sums},
      /* what no trace goes with */
      {"input and heads", layers, layers, vec * layers, 0},
  };
  for (int k = 0; k < AM_FLOOR_PASSES; k++) passes[k] = found[k];
  return AMINE_OK;
}

double am_floor_memory_ms(const am_floor_pass *p, const am_floor_rates *r) {
  return 1e3 * (p->read / r->lane_read + p->updated / r->lane_update);
}

double am_floor_arithmetic_ms(const am_floor_pass *p, const am_floor_rates *r) {
  return 1e3 * p->multiply_adds / r->multiply_adds;
}

double am_floor_ms(const am_floor_pass *p, const am_floor_rates *r) {
  return fmax(am_floor_memory_ms(p, r), am_floor_arithmetic_ms(p, r));
}
