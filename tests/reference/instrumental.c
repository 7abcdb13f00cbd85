/* Instrumental conditioning (Izhikevich 2007, doi:10.1093/cercor/bhl152) as specified: an
 * independent simulation in double precision, weights read every 10 ms, for docs/reproductions.md.
 *
 *   gcc -O3 tests/reference/instrumental.c -o instrumental
 *   ./instrumental 1 0.5 0.002        seed, reward, tonic dopamine
 *
 * Every 50 trials a line: share of the response A, spikes of A and of B in a window, rewards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
enum { NE = 800, NI = 200, N = 1000 };
static uint64_t S;
static double U(void) {
  S ^= S << 13;
  S ^= S >> 7;
  S ^= S << 17;
  return (double)((S * 0x2545F4914F6CDD1DULL) >> 11) * 0x1p-53;
}
static int *out[N], nout[N];
static double *w[N], *c[N];
static int npre[N], off[N + 1], (*pre)[2];
int main(int argc, char **argv) {
  int seed = atoi(argv[1]);
  double reward = atof(argv[2]);
  double tonic = atof(argv[3]);
  (void)argc;
  S = 0x9E3779B97F4A7C15ULL * (uint64_t)(seed + 1);
  for (int i = 0; i < 100; i++) U();
  for (int i = 0; i < N; i++) {
    out[i] = malloc(N * sizeof(int));
    w[i] = calloc(N, 8);
    c[i] = calloc(N, 8);
    for (int j = 0; j < N; j++)
      if (j != i && U() < .1) {
        w[i][nout[i]] = i < NE ? 1 : -1;
        out[i][nout[i]++] = j;
        if (i < NE) npre[j]++;
      }
  }
  for (int i = 0; i < N; i++) off[i + 1] = off[i] + npre[i];
  pre = malloc(8 * (size_t)off[N]);
  memset(npre, 0, sizeof npre);
  for (int i = 0; i < NE; i++)
    for (int k = 0; k < nout[i]; k++) {
      int j = out[i][k];
      int a = off[j] + npre[j]++;
      pre[a][0] = i;
      pre[a][1] = k;
    }
  int g[N];
  for (int i = 0; i < N; i++) g[i] = i;
  for (int i = 0; i < 150; i++) {
    int j = i + (int)(U() * (N - i));
    int t = g[i];
    g[i] = g[j];
    g[j] = t;
  }
  int grp[N] = {0};
  for (int i = 0; i < 150; i++) grp[g[i]] = 1 + i / 50;
  double v[N], u[N], a[N], d[N], xp[N], x[N] = {0};
  for (int i = 0; i < N; i++) {
    v[i] = -65;
    u[i] = .2 * v[i];
    a[i] = i < NE ? .02 : .1;
    d[i] = i < NE ? 8 : 2;
  }
  double DA = 0;
  long due = -1;
  int trial = 0, nA = 0, nB = 0;
  double pa = 0, sa = 0, sb = 0;
  int rew = 0;
  for (long t = 0; t < 8010000; t++) {
    double I[N];
    int fired[N], nf = 0;
    for (int i = 0; i < N; i++) I[i] = 13 * (U() - .5);
    if (t % 10000 == 0 && t > 0 && trial < 800) {
      trial++;
      nA = nB = 0;
      for (int i = 0; i < N; i++)
        if (grp[i] == 1) I[i] += 40;
    }
    memcpy(xp, x, sizeof x);
    for (int i = 0; i < N; i++)
      if (v[i] >= 30) {
        v[i] = -65;
        u[i] += d[i];
        x[i] = .1;
        fired[nf++] = i;
        nA += grp[i] == 2;
        nB += grp[i] == 3;
      }
    if (t % 10000 == 20 && t > 20) {
      int ok = trial <= 400 ? nA > nB : nB > nA;
      if (ok) {
        due = t + (long)(U() * 1000);
      }
      pa += nA > nB;
      sa += nA;
      sb += nB;
      if (trial % 50 == 0) {
        printf("seed %d trial %d p_a %.2f a %.2f b %.2f rewards %d\n", seed, trial, pa / 50,
               sa / 50, sb / 50, rew);
        fflush(stdout);
        pa = sa = sb = 0;
      }
    }
    for (int f = 0; f < nf; f++) {
      int j = fired[f];
      for (int q = off[j]; q < off[j + 1]; q++) c[pre[q][0]][pre[q][1]] += xp[pre[q][0]] / .95;
    }
    for (int f = 0; f < nf; f++) {
      int i = fired[f];
      for (int k = 0; k < nout[i]; k++) {
        int j = out[i][k];
        I[j] += w[i][k];
        if (i < NE) c[i][k] -= 1.5 * x[j];
      }
    }
    for (int r = 0; r < 2; r++)
      for (int i = 0; i < N; i++) v[i] += .5 * ((.04 * v[i] + 5) * v[i] + 140 - u[i] + I[i]);
    for (int i = 0; i < N; i++) {
      u[i] += a[i] * (.2 * v[i] - u[i]);
      x[i] *= .95;
    }
    DA *= .995;
    if (t == due) {
      DA += reward;
      rew++;
    }
    if (t % 10 == 0)
      for (int i = 0; i < NE; i++)
        for (int k = 0; k < nout[i]; k++) {
          double z = w[i][k] + (tonic + DA) * c[i][k];
          w[i][k] = z < 0 ? 0 : z > 4 ? 4 : z;
          c[i][k] *= .99;
        }
  }
}
