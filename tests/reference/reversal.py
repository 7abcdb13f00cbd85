#!/usr/bin/python3
"""What an observer earns in the task `reversal` at its default settings (src/task/reversal.h): three cues, blocks
of 40 to 60 steps, each length alike, rewards with 0.8 and 0.2, episodes of 200 steps.

The observer holds the probability p_s of each of the three mappings ("shifts"), all alike at first; takes the
action of the likeliest; multiplies p by the likelihood of the reward, 0.8 or 0.2 for the shift it believed in
and 0.2 or 0.8 for the others, normalises, and lets a block end with probability 1/50: p <- 49/50 p + 1/50 (1 - p)/2.

Cues do not matter: an action is a shift. So an episode is the true shift, the belief, and a coin.

    python3 tests/reference/reversal.py           mean reward of an episode, 2 million of them, and its error
    python3 tests/reference/reversal.py --check   200,000 of them, against the number in src/task/reversal.c
"""
import re
import sys
from pathlib import Path

import numpy as np

CUES, BLOCK, STEPS, RIGHT, WRONG = 3, 40, 200, 0.8, 0.2


def lengths(rng, n):
    return rng.integers(BLOCK, BLOCK + BLOCK // 2 + 1, n)


def play(rng, n):
    """Rewards of n episodes."""
    who = np.arange(n)
    shift, left = rng.integers(0, CUES, n), lengths(rng, n)
    p = np.full((n, CUES), 1 / CUES)
    earned, end = np.zeros(n), 1 / (1.25 * BLOCK)
    for _ in range(STEPS):
        said = p.argmax(1)
        won = rng.random(n) < np.where(said == shift, RIGHT, WRONG)
        earned += won
        pays = np.full((n, CUES), WRONG)
        pays[who, said] = RIGHT
        p *= np.where(won[:, None], pays, 1 - pays)
        p /= p.sum(1, keepdims=True)
        p = (1 - end) * p + end * (1 - p) / (CUES - 1)
        left -= 1
        over = left == 0
        shift[over] = (shift[over] + rng.integers(1, CUES, over.sum())) % CUES
        left[over] = lengths(rng, over.sum())
    return earned


def mean(n):
    rng, parts = np.random.default_rng(1), []
    for _ in range(n // 100000):
        parts.append(play(rng, 100000))
    earned = np.concatenate(parts)
    return earned.mean(), earned.std() / np.sqrt(len(earned))


if __name__ == "__main__":
    check = "--check" in sys.argv
    value, error = mean(200000 if check else 2000000)
    print("%.4f +- %.4f" % (value, error))
    if check:
        source = Path(__file__).resolve().parents[2] / "src/task/reversal.c"
        said = float(re.search(r"#define BY_OBSERVER ([\d.]+)", source.read_text()).group(1))
        sys.exit(abs(said - value) > 5 * error)
