/* Distal reward (Izhikevich 2007, doi:10.1093/cercor/bhl152): an independent simulation in double
 * precision of the discrete equations at the top of "reinforcement of a synapse" in
 * docs/reproductions.md, whose figures of an independent simulation are those of
 *
 *   gcc -O3 tests/reference/distal_reward.c -o distal_reward
 *   for seed in 1 2 3 4 5 6 7 8 9 10; do ./distal_reward $seed 3600 0.5; done
 *
 * Arguments: seed, seconds, reward, and then, if wanted, the rate of random rewards in Hz and the
 * least and largest delay in ms. A line when the chosen synapse reaches 3.9, and one at the end. In
 * C because an hour of it takes a loop in Python a day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
enum { NE = 800, NI = 200, N = 1000, M = 100 };
static uint64_t S;
static double U(void) {
  S ^= S << 13;
  S ^= S >> 7;
  S ^= S << 17;
  return (double)((S * 0x2545F4914F6CDD1DULL) >> 11) * 0x1p-53;
}
static int post[N][M];
static double w[N][M], c[N][M];
static int npre[N];
static int (*pre)[2];
static int off[N + 1];
int main(int argc, char **argv) {
  int seed = atoi(argv[1]);
  double T = atof(argv[2]);
  double reward = atof(argv[3]);
  double rnd = argc > 4 ? atof(argv[4]) : 0;
  double dmin = argc > 5 ? atof(argv[5]) : 1000, dmax = argc > 6 ? atof(argv[6]) : 3000;
  S = 0x9E3779B97F4A7C15ULL * (uint64_t)(seed + 1);
  for (int i = 0; i < 100; i++) U();
  for (int i = 0; i < N; i++) {
    int lim = i < NE ? N : NE;
    char used[N] = {0};
    for (int k = 0; k < M;) {
      int j = (int)(U() * lim);
      if (used[j] || j == i) continue;
      used[j] = 1;
      post[i][k] = j;
      w[i][k] = i < NE ? 1 : -1;
      k++;
    }
  }
  pre = malloc(sizeof(int) * 2 * NE * M);
  for (int i = 0; i < NE; i++)
    for (int k = 0; k < M; k++) npre[post[i][k]]++;
  for (int i = 0; i < N; i++) off[i + 1] = off[i] + npre[i];
  memset(npre, 0, sizeof npre);
  for (int i = 0; i < NE; i++)
    for (int k = 0; k < M; k++) {
      int j = post[i][k];
      int a = off[j] + npre[j]++;
      pre[a][0] = i;
      pre[a][1] = k;
    }
  double v[N], u[N], a[N], d[N], xp[N] = {0}, x[N] = {0}; /* x: trace set at own spike */
  for (int i = 0; i < N; i++) {
    v[i] = -65;
    u[i] = .2 * v[i];
    a[i] = i < NE ? .02 : .1;
    d[i] = i < NE ? 8 : 2;
  }
  int n1, k1;
  do {
    n1 = (int)(U() * NE);
    k1 = (int)(U() * M);
  } while (post[n1][k1] >= NE);
  int n2 = post[n1][k1];
  w[n1][k1] = 0;
  double DA = 0;
  static long due[100000];
  int nd = 0, done = 0;
  long last = -1000;
  long reached = -1;
  long spikes = 0, rew = 0;
  double strong_at = -1, above_at = -1;
  char *given = calloc((size_t)(T * 1000 + 5000), 1);
  if (rnd > 0)
    for (double t = 0;;) {
      t += U() * 2 / rnd;
      if (t >= T) break;
      given[(long)(t * 1000)]++;
    }
  for (long t = 0; t < (long)(T * 1000); t++) {
    double I[N];
    int fired[N], nf = 0;
    for (int i = 0; i < N; i++) I[i] = 13 * (U() - .5);
    memcpy(xp, x, sizeof x); /* one ms old presynaptic traces, before this step's spikes */
    for (int i = 0; i < N; i++)
      if (v[i] >= 30) {
        v[i] = -65;
        u[i] += d[i];
        x[i] = .1;
        fired[nf++] = i;
        if (i < NE) spikes++;
      }
    for (int f = 0; f < nf; f++) {
      int j = fired[f];
      for (int q = off[j]; q < off[j + 1]; q++) c[pre[q][0]][pre[q][1]] += xp[pre[q][0]] / .95;
    }
    for (int f = 0; f < nf; f++) {
      int i = fired[f];
      for (int k = 0; k < M; k++) {
        int j = post[i][k];
        I[j] += w[i][k];
        if (i < NE) c[i][k] -= 1.5 * x[j];
      }
    }
    int f2 = 0, f1 = 0;
    for (int f = 0; f < nf; f++) {
      f2 |= fired[f] == n2;
      f1 |= fired[f] == n1;
    }
    if (f2 && t - last <= 20 && rnd == 0) {
      long dl = (long)(dmin + U() * (dmax - dmin));
      given[t + dl]++;
    }
    if (f1) last = t;
    for (int r = 0; r < 2; r++)
      for (int i = 0; i < N; i++) v[i] += .5 * ((.04 * v[i] + 5) * v[i] + 140 - u[i] + I[i]);
    for (int i = 0; i < N; i++) {
      u[i] += a[i] * (.2 * v[i] - u[i]);
      x[i] *= .95;
    }
    DA *= .995;
    while (given[t] > 0) {
      given[t]--;
      DA += reward;
      rew++;
    }
    if (t % 10 == 0)
      for (int i = 0; i < NE; i++)
        for (int k = 0; k < M; k++) {
          double z = w[i][k] + (.002 + DA) * c[i][k];
          w[i][k] = z < 0 ? 0 : z > 4 ? 4 : z;
          c[i][k] *= .99;
        }
    int now = reached < 0 && w[n1][k1] >= 3.9;
    if (now) reached = t;
    if (now || t == (long)(T * 1000) - 1) {
      long ab = 0, st = 0, tie = 0;
      double s = 0;
      for (int i = 0; i < NE; i++)
        for (int k = 0; k < M; k++) {
          ab += w[i][k] > w[n1][k1];
          tie += w[i][k] >= w[n1][k1];
          st += w[i][k] >= 3.9;
          s += w[i][k];
        }
      printf("seed %d t %.1f w %.4f reached %.1f rewards %ld above %.5f atleast %.5f strong %.5f "
             "mean %.4f rateE %.3f\n",
             seed, t / 1000., w[n1][k1], reached / 1000., rew, ab / 80000., tie / 80000.,
             st / 80000., s / 80000., spikes / 800. / ((t + 1) / 1000.));
      fflush(stdout);
    }
  }
}
