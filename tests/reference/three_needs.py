#!/usr/bin/env python3
"""What the players of three-needs earn (src/task/three_needs.h): exact, with rational numbers, and played in numpy.

  three_needs.py           prints both for the settings below
  three_needs.py --check   compares with the numbers that stand below and in tests/task/test_three_needs.c

The world is written down once more here, with draws of its own; the best player of the cue is found over how often
a look showed the left and how often the right, not over their difference.
"""
import sys
from fractions import Fraction as F
from functools import lru_cache

import numpy as np

# looks, reliability, cost: random, greedy, best, ceiling
SETTINGS = {
    (12, F(3, 4), F(4, 100)): (0.57533333, 1.87666667, 2.44440788, 2.78645833),
    (1, F(9, 10), F(1, 10)): (0.56388889, 2.11666667, 2.45, 2.78645833),
    (50, F(6, 10), F(1, 100)): (0.58133333, 1.60666667, 2.31887346, 2.78645833),
}


def cue(looks, r, cost):
    """(worth of the best, {(left, right): whether to look}) with exact probabilities."""
    plan = {}

    @lru_cache(None)
    def worth(left, right):
        a, b = r**left * (1 - r) ** right, r**right * (1 - r) ** left
        p = a / (a + b)  # that it points to the left
        answer = abs(2 * p - 1)
        more = -cost
        if left + right < looks:
            q = p * r + (1 - p) * (1 - r)
            more += q * worth(left + 1, right) + (1 - q) * worth(left, right + 1)
        plan[left, right] = more > answer
        return max(answer, more)

    return worth(0, 0), plan


def lines(looks, r, cost):
    best, _ = cue(looks, r, cost)
    random = F(1, 2) * F(1, 2) + (F(1, 2) + F(1, 2) + 1) / 6 - cost * sum(F(1, 6) ** k for k in range(1, looks + 2))
    greedy = F(3, 4) + F(2, 3) + 2 * r - 1 - cost
    return tuple(float(x) for x in (random, greedy, F(7, 4) + best, F(3, 4) + F(199, 192) + 1))


def played(rng, n, looks, r, cost):
    """Means and standard errors of n episodes of each player."""
    v, w, rows = rng.random((n, 3)), rng.random((n, 3)), np.arange(n)
    new = rng.integers(0, 3, n)
    w[rows, new] += 0.5
    known = w.copy()
    known[rows, new] = -1
    first, second = rng.integers(0, 6, n), rng.integers(0, 6, n)
    random = np.where(first < 3, v[rows, first % 3], 0) + np.where(second < 3, w[rows, second % 3], 0)
    greedy = v.max(1) + known.max(1)
    best = v.max(1) + w[rows, new]
    _, plan = cue(looks, r, cost)
    for i in range(n):
        for player in ("random", "greedy", "best"):
            left = right = 0  # the cue points to the left
            earned = 0.0
            while True:
                action = rng.integers(0, 6)  # 5: look; 3, 4: left, right
                if player == "greedy":
                    action = 5 if left + right == 0 else 3 if left > right else 4
                elif player == "best":
                    action = 5 if plan[left, right] else 3 if left > right else 4
                if action < 5:
                    earned += (0, 0, 0, 1, -1)[action]
                    break
                earned -= float(cost)
                if left + right == looks:
                    break
                if rng.random() < float(r):
                    left += 1
                else:
                    right += 1
            (random if player == "random" else greedy if player == "greedy" else best)[i] += earned
    ceiling = v.max(1) + w.max(1) + 1
    return [(x.mean(), x.std() / n**0.5) for x in (random, greedy, best, ceiling)]


def main():
    ok = True
    for setting, told in SETTINGS.items():
        exact = lines(*setting)
        seen = played(np.random.default_rng(1), 20000, *setting)
        print("looks %d, reliability %g, cost %g" % tuple(float(x) for x in setting))
        for name, e, (mean, se), t in zip(("random", "greedy", "best", "ceiling"), exact, seen, told):
            good = abs(e - t) < 1e-7 and abs(mean - e) < 4 * se
            ok = ok and good
            print("  %-8s %.8f   played %.4f +- %.4f%s" % (name, e, mean, se, "" if good else "   NOT AS SAID"))
    if "--check" in sys.argv and not ok:
        sys.exit("three_needs.py: not as said")


if __name__ == "__main__":
    main()
