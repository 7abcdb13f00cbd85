#!/usr/bin/python3
"""The task `grid-world`, which `amine simulate gridworld` plays, without neurons: what chance gives exactly, and what
a tabular actor-critic learns in as many episodes.

World: 5 x 5 cells, number y * 5 + x, the border is a wall; with the obstacle cells 11, 12 and 13 are
walls too. A step goes up, right, down or left, or nowhere if there is a wall. The goal ends an
episode with reward 1, and so do `cap` steps without reward. Starts are uniform over the other cells.

Chance. With T the number of steps of a uniform random walk to the goal, E[T | s] solves
(I - P) t = 1 on the cells that are not the goal; and E[min(T, cap)] = sum over k < cap of
P(T > k), the mass that is left after k multiplications with P.

Tabular actor-critic (Barto, Sutton, Anderson 1983, doi:10.1109/TSMC.1983.6313077; Sutton, Barto:
Reinforcement learning, 13.5, without eligibility):
    pi(a | s) = softmax(theta(s, .))      delta = r + gamma V(s') - V(s),  V(goal) = 0
    V(s) += alpha delta                   theta(s, a) += beta delta (1[a taken] - pi(a | s))
A run that reaches the cap bootstraps from where it is.

    python3 tests/reference/gridworld.py            the figures of docs/reproductions.md
    python3 tests/reference/gridworld.py --check    that its table has them, and tests/task/test_grid.c the exact ones
    python3 tests/reference/gridworld.py --sweep    how alpha and beta were chosen, seeds 0 to 9
    python3 tests/reference/gridworld.py --walk     the exact level beside 200,000 simulated walks
"""
import os
import re
import sys

import numpy as np

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir)

SIDE, CELLS, ACTIONS = 5, 25, 4
STEP = [(0, -1), (1, 0), (0, 1), (-1, 0)]
EPISODES, CAP, GAMMA, GOAL = 200, 100, 0.9, 24
ALPHA, BETA = 0.5, 8.0  # by --sweep: the fewest steps over all episodes


def is_wall(cell, obstacle):
    return obstacle and cell in (11, 12, 13)


def move(cell, action, obstacle):
    x, y = cell % SIDE + STEP[action][0], cell // SIDE + STEP[action][1]
    if not (0 <= x < SIDE and 0 <= y < SIDE) or is_wall(y * SIDE + x, obstacle):
        return cell
    return y * SIDE + x


def starts(goal, obstacle):
    return [c for c in range(CELLS) if c != goal and not is_wall(c, obstacle)]


def chance(goal, obstacle, cap):
    """Mean steps of the uniform walk from a uniform start: without and with the cap."""
    free = starts(goal, obstacle)
    P = np.zeros((len(free), len(free)))
    for i, c in enumerate(free):
        for a in range(ACTIONS):
            to = move(c, a, obstacle)
            if to != goal:
                P[i, free.index(to)] += 1 / ACTIONS
    exact = np.linalg.solve(np.eye(len(free)) - P, np.ones(len(free))).mean()
    mass, capped = np.full(len(free), 1 / len(free)), 0.0
    for _ in range(cap):
        capped += mass.sum()
        mass = mass @ P
    return exact, capped


def distances(goal, obstacle):
    d = np.full(CELLS, -1)
    d[goal], queue = 0, [goal]
    for c in queue:
        for a in range(ACTIONS):
            to = move(c, a, obstacle)
            if d[to] < 0:
                d[to] = d[c] + 1
                queue.append(to)
    return d


def learn(seed, alpha, beta, goal=GOAL, obstacle=False, episodes=EPISODES, cap=CAP, gamma=GAMMA):
    """Steps of each episode, the share of moves of the last tenth that lead nearer, and the
    correlation of V with gamma^(distance - 1)."""
    rng = np.random.default_rng(seed)
    V, theta = np.zeros(CELLS), np.zeros((CELLS, ACTIONS))
    d, free = distances(goal, obstacle), starts(goal, obstacle)
    steps, nearer, moves = [], 0, 0
    for e in range(episodes):
        s, n = free[rng.integers(len(free))], 0
        while s != goal and n < cap:
            p = np.exp(theta[s] - theta[s].max())
            p /= p.sum()
            a = rng.choice(ACTIONS, p=p)
            to = move(s, a, obstacle)
            delta = (to == goal) + gamma * (V[to] if to != goal else 0) - V[s]
            V[s] += alpha * delta
            theta[s] += beta * delta * ((np.arange(ACTIONS) == a) - p)
            n += 1
            if e >= episodes - episodes // 10:
                moves += 1
                nearer += d[to] < d[s]
            s = to
        steps.append(n)
    true = gamma ** (d[free] - 1.0)
    return np.array(steps), nearer / moves, np.corrcoef(V[free], true)[0, 1]


def interval(x):
    t = {10: 2.262157}[len(x)]
    return "%.3g +- %.2g" % (np.mean(x), t * np.std(x, ddof=1) / np.sqrt(len(x)))


def learned(obstacle):
    """Means over ten runs, as text: steps of the first and the last tenth, moves nearer, correlation of V."""
    tenth = EPISODES // 10
    runs = [learn(s, ALPHA, BETA, obstacle=obstacle) for s in range(100, 110)]
    return [interval(x) for x in ([r[0][:tenth].mean() for r in runs], [r[0][-tenth:].mean() for r in runs],
                                  [r[1] for r in runs], [r[2] for r in runs])]


def report(obstacle):
    first, last, nearer, correlation = learned(obstacle)
    d = distances(GOAL, obstacle)[starts(GOAL, obstacle)]
    print("obstacle" if obstacle else "open")
    print("  shortest              %.4f" % d.mean())
    print("  chance                %.4f, with the cap %.4f" % chance(GOAL, obstacle, CAP))
    print("  steps, first tenth    " + first)
    print("  steps, last tenth     " + last)
    print("  moves nearer, late    " + nearer)
    print("  correlation of V      " + correlation)


def check():
    """Whether what the docs say of the tabular one is what is learned here, and the exact levels are those of the test in C."""
    wrong = []
    with open(os.path.join(TOP, "docs", "reproductions.md"), encoding="utf-8") as f:
        said = " ".join(f.read().replace("\u00b1", "+-").split())
    first, last, nearer, _ = learned(False)
    ours = (f"takes {first} steps in the first tenth of its episodes, {last} in the last, with {nearer} of its moves "
            f"nearer ({learned(True)[1]} with the obstacle)")
    if ours not in said:
        wrong.append(f"docs/reproductions.md does not say: {ours}")
    with open(os.path.join(TOP, "tests", "task", "test_grid.c"), encoding="utf-8") as f:
        levels = re.findall(r"[\d.]+", re.search(r"reference\[2\]\[2\] = (.*);", f.read())[1])
    ours = ["%.4f" % level for obstacle in (False, True) for level in chance(GOAL, obstacle, CAP)]
    if levels != ours:
        wrong.append(f"chance: {ours}, in tests/task/test_grid.c {levels}")
    print("\n".join(wrong) or "gridworld: the docs' figures and the test's levels")
    return 1 if wrong else 0


def sweep():
    for alpha in (0.05, 0.1, 0.2, 0.5, 1.0):
        for beta in (0.5, 1, 2, 4, 8, 16):
            late = [learn(s, alpha, beta)[0] for s in range(10)]
            print("alpha %4g beta %4g  last tenth %6.3f  all %6.3f" % (
                alpha, beta, np.mean([s[-EPISODES // 10:].mean() for s in late]),
                np.mean([s.mean() for s in late])))


def walk():
    rng = np.random.default_rng(1)
    for obstacle in (False, True):
        free = starts(GOAL, obstacle)
        steps = []
        for _ in range(200000):
            s, n = free[rng.integers(len(free))], 0
            while s != GOAL:
                s, n = move(s, rng.integers(ACTIONS), obstacle), n + 1
            steps.append(n)
        steps = np.array(steps)
        print("exact %.4f, %.4f;" % chance(GOAL, obstacle, CAP), "simulated",
              "%.4f, %.4f" % (steps.mean(), np.minimum(steps, CAP).mean()))


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(check())
    if "--sweep" in sys.argv:
        sweep()
    elif "--walk" in sys.argv:
        walk()
    else:
        report(False)
        report(True)
