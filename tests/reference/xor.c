/* How often a network learns XOR by reward-modulated STDP: an independent simulation in double
 * precision, from the equations of Florian 2007, doi:10.1162/neco.2007.19.6.1468, section 4.3.
 *
 *   gcc -O3 tests/reference/xor.c -lm -o xor
 *   ./xor TRACE DELAY RUNS       TRACE 0: MSTDP, 1: MSTDPET. DELAY 0: plasticity takes no notice of
 *                                the delay, as published; 1: it sees a spike when it arrives, as in
 *                                Amine. One line a run: rates for 00, 01, 10, 11; then how many
 *                                have 01 and 10 above 11 over the last 20 of 200 epochs.
 *
 * docs/reproductions.md has the figures of `./xor 0 0 40`, `1 0 40`, `0 1 40`, `1 1 40`. V decays
 * with 20 ms and fires at 16 mV above rest; P+ <- P+ e^{-1/20} + f_pre, P- <- P- e^{-1/20} -
 * f_post, zeta = P+ f_post + P- f_pre; w <- w + 0.1 r zeta, or z <- z e^{-1/25} + zeta / 25, w <- w
 * + 0.625 r z. */
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <stdint.h>
static uint64_t S;
static double U(void) {
  S ^= S << 13;
  S ^= S >> 7;
  S ^= S << 17;
  return (S >> 11) * 0x1p-53;
}
#define N 60
static double w[N][N], wo[N], z[N][N], zo[N];
int main(int c, char **v) {
  int et = atoi(v[1]);
  int variant = atoi(v[2]);
  int seeds = atoi(v[3]);
  int s0 = c > 4 ? atoi(v[4]) : 0;
  double g = et ? 0.625 : 0.1, d20 = exp(-1 / 20.), bz = exp(-1 / 25.);
  int solved = 0;
  for (int seed = s0; seed < s0 + seeds; seed++) {
    S = 88172645463325252ull + seed * 7919ull * 104729ull;
    for (int i = 0; i < 50; i++) U();
    double lo[N], hi[N];
    for (int i = 0; i < N; i++) {
      int inh = (i % 30) < 15;
      lo[i] = inh ? -5 : 0;
      hi[i] = inh ? 0 : 5;
    }
    for (int j = 0; j < N; j++) {
      wo[j] = 5 * U();
      for (int i = 0; i < N; i++) w[i][j] = lo[i] + 5 * U();
    }
    memset(z, 0, sizeof z);
    memset(zo, 0, sizeof zo);
    double Pi[N] = {0}, Ph[N] = {0}, Mh[N] = {0}, Mo = 0, Vh[N], Vo = 0;
    for (int j = 0; j < N; j++) Vh[j] = 0;
    int fi[N] = {0}, fh[N] = {0}, fo = 0;
    double cnt[4] = {0};
    for (int ep = 0; ep < 200; ep++) {
      int ord[4] = {0, 1, 2, 3};
      for (int k = 3; k > 0; k--) {
        int j = U() * (k + 1);
        int t = ord[k];
        ord[k] = ord[j];
        ord[j] = t;
      }
      for (int q = 0; q < 4; q++) {
        int p = ord[q];
        double tgt = (p == 1 || p == 2) ? 1 : -1;
        for (int t = 0; t < 500; t++) {
          int ni[N], nh[N], no;
          double in[N];
          for (int i = 0; i < N; i++) {
            int on = i < 30 ? (p >> 1) & 1 : p & 1;
            ni[i] = on && U() < 0.04;
          }
          /* membrane: spikes of the previous step arrive */
          for (int j = 0; j < N; j++) in[j] = 0;
          for (int i = 0; i < N; i++)
            if (fi[i])
              for (int j = 0; j < N; j++) in[j] += w[i][j];
          double ino = 0;
          for (int j = 0; j < N; j++)
            if (fh[j]) ino += wo[j];
          for (int j = 0; j < N; j++) {
            Vh[j] = Vh[j] * d20 + in[j];
            nh[j] = Vh[j] >= 16;
            if (nh[j]) Vh[j] = 0;
          }
          Vo = Vo * d20 + ino;
          no = Vo >= 16;
          if (no) Vo = 0;
          /* plasticity with spikes at t: variant 0 = Florian (pre at emission), 1 = pre at arrival
           */
          int *pi = variant ? fi : ni, *ph = variant ? fh : nh;
          if (variant == 0) {
            for (int i = 0; i < N; i++) Pi[i] = Pi[i] * d20 + ni[i];
            for (int j = 0; j < N; j++) {
              Ph[j] = Ph[j] * d20 + nh[j];
              Mh[j] = Mh[j] * d20 - nh[j];
            }
            Mo = Mo * d20 - no;
          } else {
            for (int i = 0; i < N; i++) Pi[i] = Pi[i] * d20 + fi[i];
            for (int j = 0; j < N; j++) {
              Ph[j] = Ph[j] * d20 + fh[j];
              Mh[j] *= d20;
            }
            Mo *= d20;
          }
          for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
              double ze = Pi[i] * nh[j] + Mh[j] * pi[i];
              if (et) z[i][j] = bz * z[i][j] + ze / 25;
              else z[i][j] = ze;
            }
          for (int j = 0; j < N; j++) {
            double ze = Ph[j] * no + Mo * ph[j];
            if (et) zo[j] = bz * zo[j] + ze / 25;
            else zo[j] = ze;
          }
          if (variant) {
            for (int j = 0; j < N; j++) Mh[j] -= nh[j];
            Mo -= no;
          }
          if (no) {
            double r = g * tgt;
            for (int i = 0; i < N; i++)
              for (int j = 0; j < N; j++) {
                double x = w[i][j] + r * z[i][j];
                w[i][j] = x < lo[i] ? lo[i] : x > hi[i] ? hi[i] : x;
              }
            for (int j = 0; j < N; j++) {
              double x = wo[j] + r * zo[j];
              wo[j] = x < 0 ? 0 : x > 5 ? 5 : x;
            }
            if (ep >= 180) cnt[p]++;
          }
          memcpy(fi, ni, sizeof fi);
          memcpy(fh, nh, sizeof fh);
          fo = no;
          (void)fo;
        }
      }
    }
    int ok = cnt[1] > cnt[3] && cnt[2] > cnt[3];
    solved += ok;
    printf("%d: %.1f %.1f %.1f %.1f %s\n", seed, cnt[0] / 10, cnt[1] / 10, cnt[2] / 10, cnt[3] / 10,
           ok ? "" : "FAILED");
    fflush(stdout);
  }
  printf("et %d variant %d: %d of %d\n", et, variant, solved, seeds);
}
