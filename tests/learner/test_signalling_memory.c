/* What one worker of the Neuromodulator Signaling Model needs: the online form the same memory for
 * an episode of any length, the window form so much more for each step of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "gru_units.h"
#include "learner/signalling.h"
#include "learner/signalling_state.h"
#include "task/create.h"
#include "task/delayed_match.h"

static const int lengths[] = {12, 26, 40, 1000};
enum { N_LENGTHS = sizeof lengths / sizeof *lengths };

/* Of the preset delayed-match: 24 units, 16 signalling units, 2 cues. */
static size_t bytes(int steps, am_trace_form form, float signal) {
  const am_delayed_match_options match = {.steps = steps, .cues = 2};
  const am_signalling_options o = {.agent = {.n_lanes = 16,
                                             .n_threads = 1,
                                             .seed = 1,
                                             .optimiser = {.beta1 = 0.5f, .beta2 = 0.999f}},
                                   .units = gru_units(24, 1, 1, 1, 0),
                                   .n_signal = 16,
                                   .gain = 1,
                                   .form = form,
                                   .signal = signal};
  am_task *task;
  am_learner *learner;
  am_signalling_memory m;
  assert_int_equal(am_delayed_match_create(&task, &match, NULL), AMINE_OK);
  assert_int_equal(am_signalling_create(&learner, task, &o, NULL), AMINE_OK);
  const am_agent *a = am_agent_of(learner);
  const size_t n = am_signalling_lay_out(&m, NULL, am_signalling_of(a));
  assert_int_equal(a->ops->scratch_bytes(a), n); /* which is what a worker is given */
  assert_true(a->worlds >= n && a->worlds < n + 64);
  am_learner_destroy(learner);
  am_task_destroy(task);
  return n;
}

static void online_is_constant(void **state) {
  (void)state;
  for (int learns = 0; learns < 2; learns++) {
    const size_t n = bytes(3, AM_FORM_ONLINE, (float)learns);
    for (int k = 0; k < N_LENGTHS; k++)
      assert_int_equal(bytes(lengths[k], AM_FORM_ONLINE, (float)learns), n);
  }
}

/* Numbers a lane that the window keeps of a step, counted by hand. H = 24 units, S = 16 signalling
 * units, I = 3 inputs, A = 2 actions:
 *
 *   seen and done     I + 3 A + 3       u; hit, answer, p; live, asked, reward
 *   policy, critic    A + 2             log p; entropy, V
 *   controller        8 H               r, z, n, q, h; o, m; the gains' change
 *   signalling        H + 2 A + 1 + 6 S what it hears; r, z, n, q, s; what the critic sees
 *   learning          2 + A + 5 H       delta, its sum over what follows; error; credit of each row
 *
 * The table that it prints is that of docs/performance.md. */
static void window_grows_by_its_steps(void **state) {
  (void)state;
  enum { H = 24, S = 16, I = 3, A = 2 };
  const size_t step =
      AM_GROUP_LANES * sizeof(float) *
      ((I + 3 * A + 3) + (A + 2) + 8 * H + (H + 2 * A + 1 + 6 * S) + (2 + A + 5 * H));
  const size_t first = bytes(lengths[0], AM_FORM_WINDOW, 0);
  for (int k = 0; k < N_LENGTHS; k++) {
    const size_t window = bytes(lengths[k], AM_FORM_WINDOW, 0);
    const size_t online = bytes(lengths[k], AM_FORM_ONLINE, 0);
    assert_int_equal(window, first + step * (size_t)(lengths[k] - lengths[0]));
    assert_true(online < window);
    printf("T = %4d: window %8zu, online %8zu bytes\n", lengths[k], window, online);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(online_is_constant),
                                     cmocka_unit_test(window_grows_by_its_steps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
