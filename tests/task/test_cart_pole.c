/* Cart and pole: the physics against the two equations of motion solved in double with the C
 * library's sine, which the float form never sees; and one episode's bits. */
#include "support.h"

#include "task/create.h"
#include "task/cart_pole.h"

static const am_task_type *const type = &am_cart_pole_type;

static double ulp_below_one(double x) {
  int exponent;
  frexp(x, &exponent);
  return ldexp(1, exponent - 24);
}

/* Every 61st float up to 0.3 (all of them: 0.533 and 0.587). */
static void sine_and_cosine(void **state) {
  (void)state;
  double worst_sin = 0, worst_cos = 0;
  const float limit = 0.3f;
  uint32_t last;
  memcpy(&last, &limit, sizeof last);
  for (uint32_t bits = 1; bits <= last; bits += 61) {
    float x;
    memcpy(&x, &bits, sizeof x);
    const double s = sin((double)x), c = cos((double)x);
    if (bits > 0x01000000) /* normal with room: not among the subnormals */
      worst_sin = fmax(worst_sin, fabs((double)am_cart_sin(x) - s) / ulp_below_one(s));
    worst_cos = fmax(worst_cos, fabs((double)am_cart_cos(x) - c) / ulp_below_one(c));
    if (am_cart_sin(-x) != -am_cart_sin(x) || am_cart_cos(-x) != am_cart_cos(x)) fail();
  }
  assert_true(worst_sin > 0.5 && worst_sin <= 0.54);
  assert_true(worst_cos > 0.5 && worst_cos <= 0.59);
}

/* The pole about its pivot and the cart along its track, friction on the right:
 *   4/3 m l^2 theta'' + m l cos x''    = m g l sin - mu_p theta'
 *   m l cos theta''   + (m_c + m) x''  = F + m l theta'^2 sin - mu_c sgn x'  */
static void motion(double *x, double *x_dot, double *theta, double *theta_dot, double force,
                   double mu_c, double mu_p) {
  const double m = 0.1, m_c = 1, l = 0.5, g = 9.8, tau = 0.02;
  const double a = 4.0 / 3 * m * l * l, b = m * l * cos(*theta), d = m_c + m;
  const double sign = *x_dot > 0 ? 1 : *x_dot < 0 ? -1 : 0;
  const double p = m * g * l * sin(*theta) - mu_p * *theta_dot;
  const double q = force + m * l * *theta_dot * *theta_dot * sin(*theta) - mu_c * sign;
  const double theta_ddot = (p * d - b * q) / (a * d - b * b);
  const double x_ddot = (a * q - b * p) / (a * d - b * b);
  *x += tau * *x_dot;
  *theta += tau * *theta_dot;
  *x_dot += tau * x_ddot;
  *theta_dot += tau * theta_ddot;
}

static float some(uint32_t bits, float limit) { return limit * (2 * am_uniform(bits) - 1); }

static void moves_as_the_equations_say(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 20000; i++) {
    const am_random_key key = {.seed = 5, .stream = AM_STREAM_TASK};
    const am_random4 r = am_random(key, i);
    const bool friction = i & 1;
    const float force = i & 2 ? 10 : -10;
    am_cart_pole_state s = {.x = some(r.v[0], 2.4f),
                            .x_dot = i & 4 ? 0 : some(r.v[1], 3),
                            .theta = some(r.v[2], 0.21f),
                            .theta_dot = some(r.v[3], 3)};
    double x = (double)s.x, v = (double)s.x_dot, theta = (double)s.theta;
    double w = (double)s.theta_dot;
    motion(&x, &v, &theta, &w, (double)force, friction ? 0.0005 : 0, friction ? 0.000002 : 0);
    am_cart_pole_move(&s, force, friction);
    near((double)s.x, x, 3e-7);
    near((double)s.theta, theta, 5e-8);
    near((double)s.x_dot, v, 5e-7);
    near((double)s.theta_dot, w, 1e-6);
  }
}

/* Friction is small, but it is there: it slows the cart by mu_c / M a second and more. */
static void friction_brakes(void **state) {
  (void)state;
  am_cart_pole_state a = {.x_dot = 1, .theta_dot = 1}, b = a;
  am_cart_pole_move(&a, 0, true);
  am_cart_pole_move(&b, 0, false);
  assert_true(a.x_dot < b.x_dot);
  near((double)(b.x_dot - a.x_dot), 0.02 * 0.0005 / (1.1 - 0.75 * 0.1), 2e-7);
}

static void shows_positions_scaled(void **state) {
  (void)state;
  am_task *task = NULL;
  float input[4];
  am_cart_pole_state s = {.x = 1.2f, .x_dot = 0.5f, .theta = -0.05235988f, .theta_dot = -2};
  MAKE(cart_pole, &task, {.steps = 200, .masked = true});
  assert_int_equal(task->n_inputs, 2);
  type->observe(task, &s, input);
  near((double)input[0], 0.5, 1e-7);
  near((double)input[1], -0.25, 1e-7);
  am_task_destroy(task);
  MAKE(cart_pole, &task, {.steps = 200});
  assert_int_equal(task->n_inputs, 4);
  type->observe(task, &s, input);
  assert_true(input[2] == 0.5f && input[3] == -2);
  am_task_destroy(task);
}

/* It is over past 2.4 m or 12 degrees, on either side, and not before. */
static void fails_at_its_limits(void **state) {
  (void)state;
  static const struct {
    float x, theta;
    bool over;
  } cases[] = {{2.39f, 0, false},  {2.41f, 0, true},   {-2.39f, 0, false},  {-2.41f, 0, true},
               {0, 0.209f, false}, {0, 0.2096f, true}, {0, -0.209f, false}, {0, -0.2096f, true}};
  am_task *task = NULL;
  assert_int_equal(am_cart_pole_create(&task, NULL, NULL), AMINE_OK);
  near(12 * acos(-1.0) / 180, (double)AM_CART_THETA_LIMIT, 1e-8);
  for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
    am_cart_pole_state s = {.x = cases[c].x, .theta = cases[c].theta};
    assert_true(type->step(task, &s, 0) == 1);
    assert_int_equal(type->over(task, &s), cases[c].over);
  }
  am_task_destroy(task);
}

static void starts_near_the_middle(void **state) {
  (void)state;
  am_task *task = NULL;
  double squares[4] = {0};
  enum { N = 20000 };
  assert_int_equal(am_cart_pole_create(&task, NULL, NULL), AMINE_OK);
  for (uint32_t i = 0; i < N; i++) {
    am_cart_pole_state s;
    type->start(task, &s, 1, 0, i);
    const float v[4] = {s.x, s.x_dot, s.theta, s.theta_dot};
    for (int k = 0; k < 4; k++) {
      assert_true(v[k] >= -0.05f && v[k] < 0.0500001f);
      squares[k] += (double)v[k] * (double)v[k] / N;
    }
  }
  for (int k = 0; k < 4; k++) near(squares[k], 0.0025 / 3, 5 * 0.0025 * sqrt(4.0 / 45 / N));
  am_task_destroy(task);
}

/* The same bits everywhere: 100 steps of pushing by turns from a given start, told by the words of
 * the four numbers. Any other order of operations or a fused one gives others. */
static void the_same_bits(void **state) {
  (void)state;
  am_cart_pole_state s = {.x = 0.01f, .x_dot = -0.02f, .theta = 0.03f, .theta_dot = 0.04f};
  uint32_t bits[4];
  for (int t = 0; t < 100; t++)
    am_cart_pole_move(&s, s.theta + 0.25f * s.theta_dot > 0 ? 10.0f : -10.0f, true);
  memcpy(bits, (const float[]){s.x, s.x_dot, s.theta, s.theta_dot}, sizeof bits);
  const uint32_t expected[4] = {0x3e9339f2, 0x3eb77626, 0xb8c57e64, 0xbe944ac7};
  for (int k = 0; k < 4; k++)
    if (bits[k] != expected[k]) fail_msg("number %d is 0x%08x", k, (unsigned)bits[k]);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(cart_pole, am_task, "cart-pole", steps, 0);
  REFUSED(cart_pole, am_task, "cart-pole", steps, 100001);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sine_and_cosine),     cmocka_unit_test(moves_as_the_equations_say),
      cmocka_unit_test(friction_brakes),     cmocka_unit_test(shows_positions_scaled),
      cmocka_unit_test(fails_at_its_limits), cmocka_unit_test(starts_near_the_middle),
      cmocka_unit_test(the_same_bits),       cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
