/* src/kernel/math.h: error against the C library's double functions, exact answers at the special
 * points, and one checksum for every instruction set and compiler.
 *
 * The build compiles this file once for each form of base/vec.h (AMINE_VEC_...) and runs all of
 * them; a form that the processor lacks prints "skipped" and exits with 77 (runs_here.c).
 *
 *   test_math               samples: every 1021st float and the neighbours of all critical points
 *   test_math --all [name]  all 2^32 floats of each function, or of the one named; needs minutes
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kernel/math.h"

#if defined(AMINE_VEC_AVX512)
#define FORM "AVX-512"
#elif defined(AMINE_VEC_AVX2)
#define FORM "AVX2"
#elif defined(AMINE_VEC_NEON)
#define FORM "NEON"
#elif defined(AMINE_VEC_PLAIN)
#define FORM "plain"
#elif defined(AMINE_VEC_F64)
#define FORM "double"
#elif defined(AMINE_VEC_ONE)
#define FORM "one"
#else
#error "define one of AMINE_VEC_AVX512, _AVX2, _NEON, _PLAIN, _F64, _ONE"
#endif

static void run_exp(real *y, const real *x) { v_store(y, v_exp(v_load(x))); }
static void run_tanh(real *y, const real *x) { v_store(y, v_tanh(v_load(x))); }
static void run_sigmoid(real *y, const real *x) { v_store(y, v_sigmoid(v_load(x))); }
static void run_log(real *y, const real *x) { v_store(y, v_log(v_load(x))); }
static void run_exprel(real *y, const real *x) { v_store(y, v_exprel(v_load(x))); }

/* Infinite where e^x is, in the form that is tried. */
static double exact_exprel(double x) {
  const bool beyond = sizeof(real) == sizeof(float) && exp(x) > 0x1.ffffffp+127;
  return x == 0 ? 1 : beyond || isinf(x) ? exp(x > 0 ? HUGE_VAL : x) : expm1(x) / x;
}
static double exact_sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }

struct function {
  const char *name;
  void (*run)(real *y, const real *x); /* 16 elements */
  double (*exact)(double x);
  double limit;      /* the promise of math.h, ULP */
  bool monotone;     /* never falls from one float to the next */
  uint64_t checksum; /* of the float results over all samples */
};

static struct function functions[] = {
    {"exp", run_exp, exp, 1.01, true, UINT64_C(0xaa4c61f568a6a3f5)},
    {"tanh", run_tanh, tanh, 1.16, true, UINT64_C(0x9e01e72068421705)},
    {"sigmoid", run_sigmoid, exact_sigmoid, 1.66, false, UINT64_C(0x0ee728482045a1bc)},
    {"log", run_log, log, 0.95, true, UINT64_C(0xaa78c8ff3d36db86)},
    {"exprel", run_exprel, exact_exprel, 2.14, false, UINT64_C(0xf183a35a5bc3aeed)},
};
enum { EXP, TANH, SIGMOID, LOG, EXPREL, N_FUNCTIONS };
static const uint64_t softmax_checksum = UINT64_C(0xf6b4d8c92081e933);

/* A number in [-1, 1), the i-th of a fixed sequence, exact in float. */
static real scattered(uint32_t i) {
  uint32_t h = (i + 1) * UINT32_C(2654435761);
  h = (h ^ h >> 15) * UINT32_C(2246822519);
  h ^= h >> 13;
  return (real)((int32_t)(h >> 8) - (1 << 23)) * (real)0x1p-23;
}

#if !defined(AMINE_VEC_F64) /* --------------------------------------------------- float forms */

static uint32_t bits_of(float x) {
  uint32_t b;
  memcpy(&b, &x, sizeof b);
  return b;
}

static float of_bits(uint32_t b) {
  float x;
  memcpy(&x, &b, sizeof x);
  return x;
}

/* |got - want| in units in the last place of want. What lies beyond the largest float counts as the
 * next power of two, which is where rounding to infinity starts to be right. */
static double ulps(float got, double want) {
  const double edge = 0x1p128;
  if (isnan(want) || isnan(got)) return isnan(want) && isnan(got) ? 0 : HUGE_VAL;
  double g = isinf(got) ? copysign(edge, (double)got) : (double)got;
  if (fabs(want) > edge) want = copysign(edge, want);
  uint64_t b;
  memcpy(&b, &want, sizeof b);
  b &= UINT64_C(0x7ff0000000000000);
  double unit;
  memcpy(&unit, &b, sizeof unit);
  unit *= 0x1p-23;
  return fabs(g - want) / (unit > 0x1p-149 ? unit : 0x1p-149);
}

/* FNV-1a, 32 bits at a time. All NaNs count as one: their payload is not part of the promise. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
static uint64_t hash(uint64_t h, float y) {
  uint32_t b = isnan(y) ? UINT32_C(0x7fc00000) : bits_of(y);
  return (h ^ b) * UINT64_C(0x100000001b3);
}

/* ---- which arguments */

#define STRIDE 1021 /* odd: all mantissa endings occur */
#define N_STRIDED (UINT32_MAX / STRIDE + 1)
#define NEAR 4 /* neighbours on each side of a critical point */

static float critical[8192];
static uint32_t n_critical;

static void add_critical(double x) {
  assert_true(n_critical + 2 <= sizeof critical / sizeof *critical);
  critical[n_critical++] = (float)x;
  critical[n_critical++] = -(float)x;
}

/* Where the errors are largest, the functions change their path or the results leave the ordinary
 * range. */
static int find_critical(void **state) {
  (void)state;
  const double ln2 = 0x1.62e42fefa39efp-1, inf = HUGE_VAL;
  const double at[] = {0,     0.65,    9.0109, 9.5,     16.6355, 17.3287, 87.3365, 88.0297,
                       88.72, 88.7228, 89,     103.279, 103.972, 104,     FLT_MAX, inf};
  const float worst[] = {-0x1.b610fp+4f, 0x1.4e3b18p-1f, -0x1.1edd8ap+0f, 0x1.69bf4p-1f};
  for (size_t i = 0; i < sizeof worst / sizeof *worst; i++) add_critical((double)worst[i]);
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) add_critical(at[i]);
  for (int n = 0; n <= 151; n++) { /* the next exponent, for e^x and for e^2x */
    add_critical((n + 0.5) * ln2);
    add_critical((n + 0.5) * ln2 / 2);
    add_critical(n * ln2);
  }
  for (int k = -149; k <= 127; k++) { /* the next exponent, for log */
    add_critical(ldexp(1, k));
    add_critical(ldexp(0x1.6a09e667f3bcdp-1, k));
  }
  return 0;
}

static uint32_t n_samples(void) { return N_STRIDED + n_critical * (2 * NEAR + 1); }

static float sample(uint32_t i) {
  if (i < N_STRIDED) return of_bits(i * STRIDE);
  i -= N_STRIDED;
  if (i >= n_critical * (2 * NEAR + 1)) return 0;
  return of_bits(bits_of(critical[i / (2 * NEAR + 1)]) + i % (2 * NEAR + 1) - NEAR);
}

static float every(uint32_t i) { return of_bits(i); }

/* ---- error, order and checksum */

struct found {
  double worst; /* ULP */
  float at;
  uint64_t falls; /* pairs of successive arguments whose results have the opposite order */
  uint64_t checksum;
};

static struct found go_over(const struct function *f, float (*argument)(uint32_t i), uint64_t n) {
  struct found found = {-1, 0, 0, HASH_START};
  float last_x = NAN, last_y = NAN;
  n = (n + 15) / 16 * 16; /* so that every form sees the same */
  for (uint64_t i = 0; i < n; i += VEC_LANES) {
    float x[VEC_LANES], y[VEC_LANES];
    for (uint32_t k = 0; k < VEC_LANES; k++) x[k] = argument((uint32_t)i + k);
    f->run(y, x);
    for (uint32_t k = 0; k < VEC_LANES; k++) {
      double e = ulps(y[k], f->exact((double)x[k]));
      if (e > found.worst) {
        found.worst = e;
        found.at = x[k];
      }
      found.falls += (x[k] > last_x && y[k] < last_y) || (x[k] < last_x && y[k] > last_y);
      last_x = x[k];
      last_y = y[k];
      found.checksum = hash(found.checksum, y[k]);
    }
  }
  printf("%s %s: at most %.4f ULP, at %a (%.9g); falls %" PRIu64 "; checksum %016" PRIx64 "\n",
         FORM, f->name, found.worst, (double)found.at, (double)found.at, found.falls,
         found.checksum);
  fflush(stdout);
  return found;
}

static void test_error_and_bits(void **state) {
  const struct function *f = *state;
  struct found found = go_over(f, sample, n_samples());
  assert_true(found.worst <= f->limit);
  assert_true(!f->monotone || found.falls == 0);
  assert_true(found.checksum == f->checksum);
}

static int all(const char *name) {
  int bad = 0, known = 0;
  for (int k = 0; k < N_FUNCTIONS; k++) {
    if (name != NULL && strcmp(name, functions[k].name) != 0) continue;
    known++;
    const struct function *f = &functions[k];
    struct found found = go_over(f, every, UINT64_C(1) << 32);
    bad |= !(found.worst <= f->limit) || (f->monotone && found.falls > 0);
  }
  if (known == 0) fprintf(stderr, "no function is called %s\n", name);
  return bad || known == 0;
}

/* ---- exact answers and properties */

static float one_of(const struct function *f, float x) {
  float in[VEC_LANES], out[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) in[k] = x;
  f->run(out, in);
  for (int k = 1; k < VEC_LANES; k++) assert_memory_equal(&out[0], &out[k], sizeof(float));
  return out[0];
}

static void test_exact_answers(void **state) {
  (void)state;
  const float inf = INFINITY, tiny = 0x1p-149f, lowest = 0x1p-126f;
  const struct {
    int function;
    float x, y;
  } table[] = {
      {EXP, 0, 1},
      {EXP, -0.0f, 1},
      {EXP, tiny, 1},
      {EXP, inf, inf},
      {EXP, FLT_MAX, inf},
      {EXP, 0x1.62e43p+6f, inf}, /* the first float whose exponential is too large */
      {EXP, -inf, 0},
      {EXP, -FLT_MAX, 0},
      {EXP, -0x1.9d1d9ep+6f, tiny}, /* the last one with a result above half of the least float */
      {EXP, -104, 0},
      {TANH, 0, 0},
      {TANH, -0.0f, -0.0f},
      {TANH, tiny, tiny},
      {TANH, -tiny, -tiny},
      {TANH, lowest, lowest},
      {TANH, 0x1p-13f, 0x1p-13f},
      {TANH, 10, 1},
      {TANH, -10, -1},
      {TANH, FLT_MAX, 1},
      {TANH, inf, 1},
      {TANH, -inf, -1},
      {SIGMOID, 0, 0.5f},
      {SIGMOID, -0.0f, 0.5f},
      {SIGMOID, tiny, 0.5f},
      {SIGMOID, 20, 1},
      {SIGMOID, FLT_MAX, 1},
      {SIGMOID, inf, 1},
      {SIGMOID, -104, 0},
      {SIGMOID, -FLT_MAX, 0},
      {SIGMOID, -inf, 0},
      {LOG, 1, 0},
      {LOG, 0, -inf},
      {LOG, -0.0f, -inf},
      {LOG, inf, inf},
      {LOG, 2, 0x1.62e43p-1f},
      {LOG, 0.5f, -0x1.62e43p-1f},
      {LOG, -1, NAN},
      {LOG, -tiny, NAN},
      {LOG, -FLT_MAX, NAN},
      {LOG, -inf, NAN},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    float y = one_of(&functions[table[i].function], table[i].x);
    if (hash(0, y) != hash(0, table[i].y))
      fail_msg("%s(%a) is %a", functions[table[i].function].name, (double)table[i].x, (double)y);
  }
  const uint32_t nans[] = {0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff};
  for (int f = 0; f < N_FUNCTIONS; f++)
    for (size_t i = 0; i < sizeof nans / sizeof *nans; i++)
      assert_true(isnan(one_of(&functions[f], of_bits(nans[i]))));
}

static void test_tanh_odd_and_bounded(void **state) {
  (void)state;
  for (uint32_t i = 0; i < n_samples(); i += VEC_LANES) {
    float x[VEC_LANES], y[VEC_LANES], y_of_minus[VEC_LANES];
    for (uint32_t k = 0; k < VEC_LANES; k++) x[k] = sample(i + k);
    run_tanh(y, x);
    for (uint32_t k = 0; k < VEC_LANES; k++) x[k] = -x[k];
    run_tanh(y_of_minus, x);
    for (uint32_t k = 0; k < VEC_LANES; k++) {
      if (isnan(x[k])) continue;
      assert_true(bits_of(y[k]) == (bits_of(y_of_minus[k]) ^ UINT32_C(0x80000000)));
      assert_true(fabsf(y[k]) <= 1);
    }
  }
}

static void test_sigmoid_bounded(void **state) {
  (void)state;
  for (uint32_t i = 0; i < n_samples(); i += VEC_LANES) {
    float x[VEC_LANES], y[VEC_LANES];
    for (uint32_t k = 0; k < VEC_LANES; k++) x[k] = sample(i + k);
    run_sigmoid(y, x);
    for (uint32_t k = 0; k < VEC_LANES; k++) assert_true(isnan(x[k]) || (y[k] >= 0 && y[k] <= 1));
  }
}

/* f rises, or stays, over every `step`-th float from a to b, both of one sign. */
static void assert_rising(const struct function *f, float a, float b, uint32_t step) {
  const bool negative = a < 0;
  uint32_t at = bits_of(a), left = negative ? at - bits_of(b) : bits_of(b) - at;
  float last = -HUGE_VALF;
  for (uint32_t i = 0; i <= left / step; i += VEC_LANES) {
    float x[VEC_LANES], y[VEC_LANES];
    for (uint32_t k = 0; k < VEC_LANES; k++)
      x[k] = of_bits(negative ? at - (i + k) * step : at + (i + k) * step);
    f->run(y, x);
    for (uint32_t k = 0; k < VEC_LANES; k++) {
      if (!(y[k] >= last)) fail_msg("%s falls before %a", f->name, (double)x[k]);
      last = y[k];
    }
  }
}

static void test_rising_at_the_ends(void **state) {
  (void)state;
  assert_rising(&functions[SIGMOID], -110, -87, 3);
  assert_rising(&functions[SIGMOID], 12, 20, 11);
  assert_rising(&functions[TANH], 6, 12, 11);
  assert_rising(&functions[TANH], -12, -6, 11);
  assert_rising(&functions[EXP], -110, -87, 3);
}

#else /* --------------------------------------------------------------------------- double form   \
       */

static void test_c_library(void **state) {
  (void)state;
  for (uint32_t i = 0; i < 4000; i += VEC_LANES) {
    double x[VEC_LANES], y[VEC_LANES];
    for (uint32_t k = 0; k < VEC_LANES; k++) x[k] = ldexp(scattered(i + k), (int)(i % 19) - 8);
    for (int f = 0; f < N_FUNCTIONS; f++) {
      functions[f].run(y, x);
      for (uint32_t k = 0; k < VEC_LANES; k++) {
        double want = functions[f].exact(x[k]);
        if (isnan(want)) assert_true(isnan(y[k]));
        else assert_true(y[k] == want || fabs(y[k] - want) <= 4 * DBL_EPSILON * fabs(want));
      }
    }
  }
}

#endif

/* ------------------------------------------------------------------------------------- softmax */

#define LONGEST 1000
#define SIGNAL ((real)77) /* stands where nothing may be written */

/* p and logp of n logits against long double; REAL_MANTISSA + 1 bits count as exact. */
static void check_softmax(const real *p, const real *logp, const real *logits, int n) {
  const long double unit = ldexpl(1, -REAL_MANTISSA - 1);
  long double max = -HUGE_VALL, sum = 0, sum_p = 0;
  for (int i = 0; i < n; i++) max = logits[i] > max ? (long double)logits[i] : max;
  for (int i = 0; i < n; i++) sum += expl(logits[i] - max);
  for (int i = 0; i < n; i++) {
    long double x = logits[i] - max, want = expl(x) / sum, roundings = 6 + n / 16;
    if (isinf(x)) {
      assert_true(p[i] == 0 && isinf(logp[i]) && logp[i] < 0);
      continue;
    }
    assert_true(fabsl(p[i] - want) <= (roundings - x) * unit * want + 0x1p-149L);
    assert_true(fabsl(logp[i] - (x - logl(sum))) <= (roundings - 2 * x + 2 * logl(sum)) * unit);
    sum_p += p[i];
  }
  assert_true(fabsl(sum_p - 1) <= (6 + n / 16) * unit);
}

static void test_softmax(void **state) {
  (void)state;
  static real logits[LONGEST], p[LONGEST + 1], logp[LONGEST + 1], again[LONGEST];
  const real scales[] = {0, (real)0.01, 1, 30, 1000};
#if !defined(AMINE_VEC_F64)
  uint64_t checksum = HASH_START;
#endif
  for (int n = 1; n <= LONGEST; n += n < 70 ? 1 : 93)
    for (uint32_t s = 0; s < sizeof scales / sizeof *scales; s++) {
      for (int i = 0; i < n; i++) logits[i] = scales[s] * scattered((uint32_t)(i + 1000 * n) + s);
      if (n > 20) logits[7] = logits[19] = -(real)INFINITY;
      p[n] = logp[n] = SIGNAL;
      m_softmax(p, logp, logits, n);
      assert_true(p[n] == SIGNAL && logp[n] == SIGNAL);
      check_softmax(p, logp, logits, n);
#if !defined(AMINE_VEC_F64)
      for (int i = 0; i < n; i++) checksum = hash(hash(checksum, p[i]), logp[i]);
#endif
      const size_t size = (size_t)n * sizeof(real);
      memcpy(again, logits, size);
      m_softmax(again, NULL, again, n);
      assert_memory_equal(again, p, size);
      real q[LONGEST];
      memcpy(again, logits, size);
      m_softmax(q, again, again, n);
      assert_memory_equal(q, p, size);
      assert_memory_equal(again, logp, size);
    }
#if !defined(AMINE_VEC_F64) && !defined(AMINE_VEC_ONE) /* which adds in one partial sum */
  printf("%s softmax: checksum %016" PRIx64 "\n", FORM, checksum);
  assert_true(checksum == softmax_checksum);
#elif defined(AMINE_VEC_ONE)
  (void)softmax_checksum, (void)checksum;
#else
  (void)softmax_checksum;
#endif
}

static void test_softmax_without_answer(void **state) {
  (void)state;
  const real inf = (real)INFINITY, bad[][3] = {{-inf, -inf, -inf}, {0, inf, 1}, {0, (real)NAN, 1}};
  for (size_t c = 0; c < sizeof bad / sizeof *bad; c++) {
    real p[3], logp[3];
    m_softmax(p, logp, bad[c], 3);
    for (int i = 0; i < 3; i++) assert_true(isnan(p[i]) && isnan(logp[i]));
  }
  real p = SIGNAL;
  m_softmax(&p, NULL, &p, 0);
  assert_true(p == SIGNAL);
}

int test_math(int argc, char **argv);

int test_math(int argc, char **argv) {
#if defined(AMINE_VEC_F64)
  (void)argc, (void)argv;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_c_library),
      cmocka_unit_test(test_softmax),
      cmocka_unit_test(test_softmax_without_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
#else
  if (argc > 1 && strcmp(argv[1], "--all") == 0) return all(argv[2]);
  const struct CMUnitTest tests[] = {
      {"exp: error and bits", test_error_and_bits, NULL, NULL, &functions[EXP]},
      {"tanh: error and bits", test_error_and_bits, NULL, NULL, &functions[TANH]},
      {"sigmoid: error and bits", test_error_and_bits, NULL, NULL, &functions[SIGMOID]},
      {"log: error and bits", test_error_and_bits, NULL, NULL, &functions[LOG]},
      {"exprel: error and bits", test_error_and_bits, NULL, NULL, &functions[EXPREL]},
      cmocka_unit_test(test_exact_answers),
      cmocka_unit_test(test_tanh_odd_and_bounded),
      cmocka_unit_test(test_sigmoid_bounded),
      cmocka_unit_test(test_rising_at_the_ends),
      cmocka_unit_test(test_softmax),
      cmocka_unit_test(test_softmax_without_answer),
  };
  return cmocka_run_group_tests(tests, find_critical, NULL);
#endif
}
