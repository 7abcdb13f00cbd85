"""A signal around events, and what predicts it: the figures of amine explain once more, in numpy and float64.

  explain.py            write tests/data/explain.txt
  explain.py --check    recompute and compare to 1e-10

Seven stretches of up to 40 samples, made by a linear congruential generator. First a line with stretches, samples,
variables and events; one with the samples of each stretch; one for each sample with M (nan: not known), its events as
bits and its variables, of which the first two are shown and the last was paid. Then for each event how often it
happened and rows of means and quartiles from 5 samples before it to 10 after it; then mean, standard deviation and
quartiles of all; then R^2 on the odd stretches of what was fitted on the even ones by ridge regression with lambda
0.001 (src/base/ridge.h): by all, shown, paid, time, events.
"""
import os
import sys

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "explain.txt")
EPISODES, T, VARIABLES, EVENTS, BEFORE, AFTER, LAGS, LAMBDA = 7, 40, 3, 2, 5, 10, 4, 1e-3


def draws():
    state = 1
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) / 2**31


def make():
    draw = draws()
    steps = [T - 3 * e for e in range(EPISODES)]
    M = np.full((EPISODES, T), np.nan)
    events = np.zeros((EPISODES, T), int)
    x = np.zeros((EPISODES, T, VARIABLES))
    for e in range(EPISODES):
        for t in range(steps[e]):
            x[e, t] = [next(draw), 1000 + next(draw), next(draw)]
            events[e, t] = (next(draw) < .15) + 2 * (next(draw) < .07)
            M[e, t] = .4 * x[e, t, 0] - .7 * x[e, t, 2] + .2 * next(draw)
            if t > 0:
                M[e, t] += .9 * (events[e, t - 1] & 1)
            M[e, t] -= .8 * (events[e, t] >> 1)
    M[2, 5] = np.nan
    return steps, M, events, x


def around(steps, M, events, k, off):
    found = [M[e, t + off] for e in range(EPISODES) for t in range(steps[e])
             if events[e, t] >> k & 1 and 0 <= t + off < steps[e]]
    found = [m for m in found if np.isfinite(m)]
    if not found:
        return np.nan, np.nan, np.nan
    return np.mean(found), np.quantile(found, .25), np.quantile(found, .75)


def variables(steps, events, x, e, t):
    row = list(x[e, t]) + [t / T]
    for k in range(EVENTS):
        row += [float(t >= lag and events[e, t - lag] >> k & 1) for lag in range(LAGS)]
    return row


def explained(fit, out, columns):
    X, y = fit[:, 1:][:, columns], fit[:, 0]
    mean, sd = X.mean(0), X.std(0)
    Z = (X - mean) / np.where(sd > 0, sd, 1)
    weight = np.linalg.solve(Z.T @ Z / len(y) + LAMBDA * np.eye(len(columns)), Z.T @ (y - y.mean()) / len(y))
    guess = y.mean() + ((out[:, 1:][:, columns] - mean) / np.where(sd > 0, sd, 1)) @ weight
    return 1 - ((out[:, 0] - guess)**2).sum() / ((out[:, 0] - out[:, 0].mean())**2).sum()


def compute():
    steps, M, events, x = make()
    lines = [[EPISODES, T, VARIABLES, EVENTS], steps]
    for e in range(EPISODES):
        for t in range(steps[e]):
            lines.append([M[e, t], events[e, t], *x[e, t]])
    for k in range(EVENTS):
        lines.append([sum(int(events[e, t] >> k & 1) for e in range(EPISODES) for t in range(steps[e]))])
        lines += list(zip(*[around(steps, M, events, k, off) for off in range(-BEFORE, AFTER + 1)]))
    known = M[np.isfinite(M)]
    lines.append([known.mean(), known.std(ddof=1), *np.quantile(known, [.25, .5, .75])])
    rows = [np.array([[M[e, t], *variables(steps, events, x, e, t)] for e in range(half, EPISODES, 2)
                      for t in range(steps[e]) if np.isfinite(M[e, t])]) for half in (0, 1)]
    n = VARIABLES + 1 + EVENTS * LAGS
    groups = [range(n), range(2), [2], [3], range(4, n)]
    lines.append([explained(rows[0], rows[1], list(g)) for g in groups])
    return lines


def main():
    lines = compute()
    if sys.argv[1:] != ["--check"]:
        with open(PATH, "w") as f:
            f.writelines(" ".join(f"{v:.17g}" for v in line) + "\n" for line in lines)
        return 0
    with open(PATH) as f:
        kept = [[float(v) for v in line.split()] for line in f]
    same = len(kept) == len(lines) and all(
        len(a) == len(b) and np.allclose(a, b, rtol=1e-10, atol=1e-10, equal_nan=True) for a, b in zip(kept, lines))
    print("explain.py:", "the same" if same else "differs from tests/data/explain.txt")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
