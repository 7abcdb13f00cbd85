/* Real actions: each number of one is drawn from a Gaussian of its own,
 *
 *     a_k = mu_k + sigma_k e_k,   e_k standard normal,   mu_k = head k,
 *     log sigma_k = head n + k, kept within [AM_LOG_SIGMA_LOW, AM_LOG_SIGMA_HIGH]
 *
 *     d log pi(a) / d mu = e / sigma        d log pi(a) / d log sigma = e^2 - 1
 *     H = sum_k [ log sigma_k + log(2 pi e) / 2 ],   dH / d log sigma = 1
 *
 * nats; where log sigma was bounded, its head has no gradient. Sources: Williams 1992,
 * doi:10.1007/BF00992696, section 6; with its spread given by the network as in Mnih et al. 2016,
 * arXiv 1602.01783, section 5.2. */
#ifndef AMINE_LEARNER_GAUSS_H
#define AMINE_LEARNER_GAUSS_H

#define AM_LOG_SIGMA_LOW (-3.0f)
#define AM_LOG_SIGMA_HIGH 1.0f
#define AM_GAUSS_ENTROPY 1.4189385332046727 /* log(2 pi e) / 2: of sigma = 1 */

#endif
