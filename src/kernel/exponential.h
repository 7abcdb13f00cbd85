/* e^x and ln x in double, for constants that are computed once: within 1 unit in the last place,
 * and with the same bits under every C library, which exp() does not promise. */
#ifndef AMINE_KERNEL_EXPONENTIAL_H
#define AMINE_KERNEL_EXPONENTIAL_H

double am_exp(double x);
/* e^x - 1, without loss where x is small */
double am_expm1(double x);
/* tanh x, within 3 units in the last place */
double am_tanh(double x);
/* The natural logarithm of a positive, finite x, within 2 units in the last place */
double am_log(double x);

#endif
