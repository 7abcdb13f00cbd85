"""How often a network learns XOR by reward-modulated STDP: an independent simulation in float64.

  xor.py [runs]      prints, for MSTDP and MSTDPET, in how many runs (40) the output rates for 01 and
                     10 are above that for 11 over the last 20 of 200 epochs. Takes some minutes.

Florian 2007, doi:10.1162/neco.2007.19.6.1468, section 4.3, from its equations, all runs side by
side in arrays [run][...]: 60 inputs, 60 hidden neurons, one output, fully connected forward, steps
of 1 ms. V decays with 20 ms and fires at 16 mV above rest, where it returns to; a spike of step t
moves the targets' V by w in step t + 1. Half of the 30 neurons of each input are inhibitory, w in
[-5, 0], all others in [0, 5] mV, uniform at first. In step t, f being 1 where a neuron fires,

  P+ <- P+ e^{-1/20} + f_pre        P- <- P- e^{-1/20} - f_post        zeta = P+ f_post + P- f_pre
  MSTDP    w <- w + 0.1 r zeta      MSTDPET  z <- z e^{-1/25} + zeta / 25,  w <- w + 0.625 r z

with r = +1 (01, 10) or -1 (00, 11) where the output fires, else 0. The plasticity takes no notice of
the delay: where pre and post fire in one step both terms count, 1 - 1 = 0. In docs/reproductions.md
Amine's axonal delay is compared with that.
"""
import sys

import numpy as np

N, EPOCHS, STEPS, LAST = 60, 200, 500, 20
LEAK, KEEP = np.exp(-1 / 20), np.exp(-1 / 25)


class Layer:
    """Synapses onto one layer: w, z [run][pre][post], traces, and the potential of the targets."""

    def __init__(self, rng, runs, low, high, n_post, trace):
        shape = (runs, len(low), n_post)
        self.low, self.high = low[None, :, None], high[None, :, None]
        self.w = self.low + (self.high - self.low) * rng.random_sample(shape)
        self.z = np.zeros(shape)
        self.plus, self.minus = np.zeros(shape[:2]), np.zeros((runs, n_post))
        self.v = np.zeros((runs, n_post))
        self.trace = trace

    def fire(self, arriving):
        """The targets' spikes, given what their sources did one step before."""
        self.v = self.v * LEAK + np.einsum("ri,rij->rj", arriving, self.w)
        fired = (self.v >= 16).astype(float)
        self.v *= 1 - fired
        return fired

    def learn(self, pre, post, reward):
        """reward [run]: of this step, 0 where the output is silent."""
        self.plus = self.plus * LEAK + pre
        self.minus = self.minus * LEAK - post
        if not self.trace and not reward.any():
            return
        zeta = self.plus[:, :, None] * post[:, None, :] + self.minus[:, None, :] * pre[:, :, None]
        self.z = self.z * KEEP + zeta / 25 if self.trace else zeta
        if reward.any():
            rate = 0.625 if self.trace else 0.1
            self.w = np.clip(self.w + rate * reward[:, None, None] * self.z, self.low, self.high)


def rates(trace, runs, seed):
    """Output rates [run][pattern] over the last epochs."""
    rng = np.random.RandomState(seed)
    inhibitory = np.arange(N) % 30 < 15
    low, high = np.where(inhibitory, -5.0, 0.0), np.where(inhibitory, 0.0, 5.0)
    hidden = Layer(rng, runs, low, high, N, trace)
    output = Layer(rng, runs, np.zeros(N), np.full(N, 5.0), 1, trace)
    pre, mid = np.zeros((runs, N)), np.zeros((runs, N))
    spikes = np.zeros((runs, 4))
    for epoch in range(EPOCHS):
        order = np.argsort(rng.random_sample((runs, 4)), axis=1)
        for pattern in order.T:
            on = np.repeat(np.stack([pattern >> 1 & 1, pattern & 1], axis=1), N // 2, axis=1)
            target = np.where((pattern == 1) | (pattern == 2), 1.0, -1.0)
            for _ in range(STEPS):
                now = (rng.random_sample((runs, N)) < 0.04) * on
                now_mid, out = hidden.fire(pre), output.fire(mid)
                reward = target * out[:, 0]
                hidden.learn(now, now_mid, reward)
                output.learn(now_mid, out, reward)
                pre, mid = now, now_mid
                if epoch >= EPOCHS - LAST:
                    spikes[np.arange(runs), pattern] += out[:, 0]
    return spikes / (LAST * STEPS * 1e-3)


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for name, trace in (("MSTDP", False), ("MSTDPET", True)):
        r = rates(trace, runs, 1)
        solved = (np.minimum(r[:, 1], r[:, 2]) > r[:, 3]).sum()
        print("%s: %d of %d; mean rates 00 %.1f, 01 %.1f, 10 %.1f, 11 %.1f Hz" % (
            (name, solved, runs) + tuple(r.mean(axis=0))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
