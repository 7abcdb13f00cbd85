"""Orexin over a day (src/run/protocol/clock.c): numpy, float64, written from the equations.

  clock.py           write tests/data/clock.txt, and say when it sleeps
  clock.py --check   recompute and compare (difference <= 1e-6)

Every look, 0.05 h, n = 0, 1, ... with t = 0.05 n hours:

  need    after a look awake need + (1 - need) 0.05 / 18.2, asleep need - need 0.05 / 4.2
  level = clip01(0.85 + 0.5 (sin(2 pi t / 24) - need))
  awake   until level < 0.4; asleep until level > 0.6

need is 0.15 and it is awake at first. A line of the file: need, level and awake (1 or 0) at look n. need stays
within 2e-3 of the exponentials of Daan, Beersma, Borbely 1984, and it sleeps at the same looks; both are checked at every run.
"""
import os
import sys

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "clock.txt")
LOOK, LOOKS = 0.05, 542


def live(rise=LOOK / 18.2, fall=LOOK / 4.2):
    need, awake, out = 0.15, True, []
    for n in range(LOOKS):
        if n > 0:
            need += (1 - need) * rise if awake else -need * fall
        level = np.clip(0.85 + 0.5 * (np.sin(2 * np.pi * n * LOOK / 24) - need), 0, 1)
        awake = level >= 0.4 if awake else level > 0.6
        out.append((need, level, awake))
    return np.array(out, dtype=float)


def main():
    lives = live()
    exact = live(-np.expm1(-LOOK / 18.2), -np.expm1(-LOOK / 4.2))
    assert np.abs(lives - exact)[:, :2].max() <= 2e-3 and (lives[:, 2] == exact[:, 2]).all()
    if "--check" in sys.argv[1:]:
        assert np.abs(np.loadtxt(PATH) - lives).max() <= 1e-6
        return
    np.savetxt(PATH, lives, fmt=["%.9f", "%.9f", "%d"])
    day, all_of = lives[:480], np.abs(lives - exact)[:, 0].max()
    print("a day: awake %.4f of it; mean level %.4f, awake %.4f, asleep %.4f; need within %.1e of the exponentials" % (
        day[:, 2].mean(), day[:, 1].mean(), day[day[:, 2] == 1, 1].mean(), day[day[:, 2] == 0, 1].mean(), all_of))
    for n in np.nonzero(np.diff(lives[:, 2]))[0]:
        print("%.2f h: %s" % ((n + 1) * LOOK, "wakes" if lives[n + 1, 2] else "falls asleep"))


main()
