#!/usr/bin/env python3
"""What the known players of two-targets earn, played in numpy (src/task/two_targets.h): the lines of the task.

  two_targets.py --check      5,000 episodes of each line: within four standard errors of the numbers in src/task/two_targets.c
  two_targets.py [EPISODES]   mean and standard error of each line, 100 steps, without a swap, with one halfway, and
                              with one by chance, 0.02 a step; and with the one halfway what the believer earns in a step of the third quarter, the same with the
                              belief held as it was before the swap, and then of the last one, the belief free again

The world is written down once more here, with draws of its own. The numbers in src/task/two_targets.c are a million
episodes of each, `amine eval two.json policy=NAME task.swap=true episodes=1000000`; 20,000 here agree:
still 0.246 +- 0.006, 13.11 +- 0.03, 13.58 +- 0.03; swap 0.247 +- 0.006, 12.09 +- 0.02, 13.33 +- 0.03.
"""
import os
import re
import sys

import numpy as np

TASK = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, "src", "task", "two_targets.c")
PLAYERS = ("random", "believer", "ceiling")

T, SPAN, PLACES, EDGE, ZONE, APART, STRIDE, WRONG = 100, 1.0, 1.5, 2.0, 0.4, 0.6, 0.25, -0.5


def new_places(rng, targets):
    """Places [n, 2] uniform in the square, drawn again (64 draws in all) where a target [n, 2, 2] is within APART."""
    place = rng.uniform(-PLACES, PLACES, (len(targets), 2))
    for _ in range(63):
        near = np.linalg.norm(targets - place[:, None], axis=2).min(1) <= APART
        if not near.any():
            break
        place[near] = rng.uniform(-PLACES, PLACES, (near.sum(), 2))
    return place


def play(rng, n, player, swap, rate=0, held=None):
    """Rewards [n, T] of n episodes; the player says which target to go to, `random` any direction. From the first step
    of held to the one before the second nothing is learned from rewards."""
    targets = rng.uniform(-SPAN, SPAN, (n, 2, 2))
    good = rng.integers(0, 2, n)
    believed = np.full(n, -1)
    place = new_places(rng, targets)
    rewards, rows = np.zeros((n, T)), np.arange(n)
    for t in range(T):
        if swap and t == T // 2:
            good = 1 - good
        if rate and t > 0:
            good = np.where(rng.random(n) < rate, 1 - good, good)
        apart = np.linalg.norm(targets - place[:, None], axis=2)
        at = (apart[:, 1] < apart[:, 0]).astype(int)
        arrived = apart[rows, at] <= ZONE
        if player == "random":
            action = rng.uniform(-1, 1, (n, 2))
        else:
            goal = good if player == "ceiling" else np.where(believed < 0, at, believed)
            action = targets[rows, goal] - place
        rewards[:, t] = np.where(arrived, np.where(at == good, 1, WRONG), 0)
        if not held or not held[0] <= t < held[1]:
            believed = np.where(arrived, np.where(at == good, at, 1 - at), believed)
        length = np.linalg.norm(action, axis=1, keepdims=True)
        moved = place + STRIDE * action / np.where(length > 0, length, 1)
        moved = np.where(moved >= EDGE, moved - 2 * EDGE, np.where(moved < -EDGE, moved + 2 * EDGE, moved))
        place = np.where(arrived[:, None], place, moved)
        if arrived.any():
            place[arrived] = new_places(rng, targets[arrived])
    return rewards


def check():
    with open(TASK, encoding="utf-8") as f:
        rows = re.search(r"measured\[2\]\[N_LINES\] = \{\{(.*?)\},\s*\{(.*?)\}\}", f.read())
    rng, farthest = np.random.default_rng(1), 0
    for swap in (False, True):
        for player, said in zip(PLAYERS, rows[1 + swap].split(",")):
            rewards = play(rng, 5000, player, swap).sum(1)
            error = np.hypot(rewards.std() / np.sqrt(len(rewards)), 0.005)  # theirs
            farthest = max(farthest, abs(rewards.mean() - float(said)) / error)
    print(f"two_targets: six lines, the farthest {farthest:.1f} standard errors away")
    return 0 if farthest <= 4 else 1


def main():
    if "--check" in sys.argv:
        return check()
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    rng = np.random.default_rng(1)

    def several(*how):
        return np.concatenate([play(rng, min(20000, n), *how) for _ in range(max(1, n // 20000))])

    for swap, rate in ((False, 0), (True, 0), (False, 0.02)):
        for player in PLAYERS:
            rewards = several(player, swap, rate).sum(1)
            error = rewards.std() / np.sqrt(len(rewards))
            print(f"{'chance' if rate else 'swap' if swap else 'still'} {player:9s} {rewards.mean():.5f} +- {error:.5f}")
    free, held = several("believer", True), several("believer", True, 0, (T // 2, 3 * T // 4))
    third, last = slice(T // 2, 3 * T // 4), slice(3 * T // 4, T)
    print(f"a step: free {free[:, third].mean():.4f} held {held[:, third].mean():.4f} released {held[:, last].mean():.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
