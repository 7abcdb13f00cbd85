#!/usr/bin/python3
"""A world in Python, stepped by a training of ours and by the same training in PyTorch: peer_world.py [SECONDS]

The world is a class of numpy: 30 lanes in one call, a cue that has to be kept over 40 steps. Both train a plastic
RNN of Backpropamine (a learned read-out modulates its traces) or a GRU by actor-critic, one iteration of 30 episodes
after the other, each on one thread, in turns of SECONDS (3); what is printed is iterations a second, the medians of five
turns, and their ratio. Needs the package amine (PYTHONPATH=python) and PyTorch."""
import statistics
import sys
import time

import numpy as np
import torch

import amine

LANES, STEPS, INPUTS, ACTIONS = 30, 40, 4, 2


class Keep(amine.World):
    """say at the end which of two was shown at the beginning"""
    inputs, actions, steps = INPUTS, ACTIONS, STEPS

    def start(self, lanes):
        return self.begin(len(lanes), self.random)

    def begin(self, n, random):
        self.t, self.cue = 0, random.integers(2, size=n)
        shown = np.zeros((n, INPUTS), np.float32)
        shown[np.arange(n), self.cue] = 1
        return shown

    def step(self, actions):
        self.t += 1
        n = len(self.cue)
        shown = np.zeros((n, INPUTS), np.float32)
        shown[:, 2] = self.t == STEPS - 1
        shown[:, 3] = self.t / STEPS
        reward = (actions == self.cue).astype(np.float32) if self.t == STEPS else np.zeros(n, np.float32)
        return shown, reward, None


class Plastic(torch.nn.Module):
    """h = tanh(W_i x + (w + alpha H) h), H = clip(H + M h h'), M = tanh(w_m h): one step at a time."""

    def __init__(self, n):
        super().__init__()
        self.n, self.i2h, self.h2m = n, torch.nn.Linear(INPUTS, n), torch.nn.Linear(n, 1)
        self.fanout = torch.nn.Linear(1, n)
        self.w = torch.nn.Parameter(0.01 * torch.randn(n, n))
        self.alpha = torch.nn.Parameter(0.01 * torch.randn(n, n))

    def begin(self):
        return torch.zeros(LANES, self.n), torch.zeros(LANES, self.n, self.n)

    def forward(self, x, state):
        h, trace = state
        new = torch.tanh(self.i2h(x) + torch.einsum("bij,bj->bi", self.w + self.alpha * trace, h))
        m = self.fanout(torch.tanh(self.h2m(new)))
        trace = torch.clamp(trace + m[:, :, None] * new[:, :, None] * h[:, None, :], -1, 1)
        return new, (new, trace)


class Gated(torch.nn.Module):
    def __init__(self, n):
        super().__init__()
        self.n, self.cell = n, torch.nn.GRUCell(INPUTS, n)

    def begin(self):
        return torch.zeros(LANES, self.n)

    def forward(self, x, h):
        h = self.cell(x, h)
        return h, h


class PyTorch:
    """Actor-critic over whole episodes, as an experienced user writes it."""

    def __init__(self, units, n):
        self.net, self.heads = units(n), torch.nn.Linear(n, ACTIONS + 1)
        self.parameters = [*self.net.parameters(), *self.heads.parameters()]
        self.adam = torch.optim.Adam(self.parameters, lr=1e-3)
        self.world, self.random = Keep(), np.random.default_rng(1)

    def iterate(self):
        seen, state = self.world.begin(LANES, self.random), self.net.begin()
        logps, values, entropies, rewards = [], [], [], []
        for _ in range(STEPS):
            h, state = self.net(torch.from_numpy(seen), state)
            out = self.heads(h)
            logp = torch.log_softmax(out[:, :ACTIONS], 1)
            action = torch.multinomial(logp.exp(), 1)
            seen, reward, _ = self.world.step(action[:, 0].numpy())
            logps.append(logp.gather(1, action)[:, 0])
            entropies.append(-(logp.exp() * logp).sum(1))
            values.append(out[:, ACTIONS])
            rewards.append(torch.from_numpy(reward))
        gain, loss = torch.zeros(LANES), 0.0
        for t in reversed(range(STEPS)):
            gain = rewards[t] + 0.9 * gain
            off = gain - values[t]
            loss = loss - logps[t] * off.detach() + 0.1 * off ** 2 - 0.03 * entropies[t]
        self.adam.zero_grad()
        (loss.mean() / STEPS).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 4.0)
        self.adam.step()


def rate(iterate, seconds):
    done, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        iterate()
        done += 1
    return done / (time.perf_counter() - begin)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    torch.set_num_threads(1)
    for network, units, n in (("plastic-rnn", Plastic, 64), ("plastic-rnn", Plastic, 24), ("gru", Gated, 64),
                              ("gru", Gated, 24)):
        theirs = PyTorch(units, n)
        ours = amine.Experiment(task=Keep(), network=network, network_hidden=n, learner_type="a2c",
                                batch=LANES, threads=1)
        theirs.iterate(), ours.step()
        turns = [(rate(ours.step, seconds), rate(theirs.iterate, seconds)) for _ in range(5)]
        a, b = (statistics.median(t) for t in zip(*turns))
        ratios = [x / y for x, y in turns]
        print(f"{network}, {n} units: {a:.1f} here, {b:.2f} in PyTorch: {statistics.median(ratios):.1f} times "
              f"({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
