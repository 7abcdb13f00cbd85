"""Islands and four of its players, in numpy: what src/task/islands.h says, without its code.

  islands.py           write tests/data/islands.safetensors
  islands.py --check   recompute and compare: the same numbers
  islands.py --play    what players earn in 100,000 episodes

Two programs stand here. `episode` follows the random numbers of the C code (Philox, by key and step): `maps`
[map][place][action], the place that an action leads to, or -1, of some maps of evaluation and of training; and EPISODES whole episodes on
maps of either sort, played by coins: `inputs` [episode][step][input], `actions` and `rewards` [episode][step].

`play` knows nothing of those numbers: numpy's own generator draws a new map for each episode, and all episodes are
played at once. `lines` [player][mean, standard error] are what `random`, `neighbours`, `learns-map` and `knows-map`
earn in N_PLAYED episodes.
"""
import os
import sys

import numpy as np

from kin import philox
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "islands.safetensors")
PLACES, ACTIONS, STEPS, GRAPHS, PATIENCE, REWARD, PENALTY = 5, 3, 30, 600, 5, 10.0, 0.05
TASK, TASK_START, MAPS, SEED, EPISODES = 3, 4, 1, 20261130, 6
SHOWN_MAPS = [0, 1, 2, 598, 599, 600, 601, 1199]
PLAYERS = ["random", "neighbours", "learns-map", "knows-map"]
N_PLAYED = 20_000


# ---------------------------------------------------------------- maps
def is_connected(to):
    """The matrix of ways, to the power of 2^places, has no zero."""
    Q = np.zeros((PLACES, PLACES))
    for place, action in zip(*np.where(to >= 0)):
        Q[place, to[place, action]] = 1
    return bool((np.linalg.matrix_power(Q, 2**PLACES) > 0).all())


def draw_map(below):
    """below(n) draws a whole number; again until it is a map."""
    while True:
        to = np.full((PLACES, ACTIONS), -1)
        for place in range(PLACES):
            others = [q for q in range(PLACES) if q != place]
            target = others[below(PLACES - 1)]
            to[place, below(ACTIONS)] = target
        for target in range(PLACES):
            free = [(p, a) for a in range(ACTIONS) for p in range(PLACES) if to[p, a] < 0 and p != target]
            if not free:
                break
            to[free[below(len(free))]] = target
        else:
            if is_connected(to):
                return to


class Dice:
    """Whole numbers of one key, one after the other."""

    def __init__(self, *key):
        self.key, self.n = key, 0

    def below(self, n):
        bits = philox(*self.key, self.n // 4)[self.n % 4]
        self.n += 1
        return bits * n >> 32


def all_maps():
    """Of evaluation, then of training: of these none that is among the former."""
    held, own = [], []
    for k in range(2 * GRAPHS):
        dice = Dice(MAPS, TASK_START, k, 2**32 - 1)
        while True:
            drawn = draw_map(dice.below)
            if k < GRAPHS or not any((drawn == m).all() for m in held):
                break
        (held if k < GRAPHS else own).append(drawn)
    return held, own


# ---------------------------------------------------------------- an episode to the bit
def episode(maps, number, lane):
    def thrown(goal, v):
        goals = [g for g in range(PLACES) if g != goal]
        goal = goals[v[0] * len(goals) >> 32]
        return goal, [p for p in range(PLACES) if p != goal][v[1] * (PLACES - 1) >> 32]

    first = philox(SEED, TASK_START, number, lane, 0)
    to = maps[first[2] * GRAPHS >> 32]
    goal, place = thrown(None, first)
    coins = np.random.default_rng([SEED, number, lane])
    out, action, reward, idle = dict(inputs=[], actions=[], rewards=[]), None, 0.0, 0
    for t in range(STEPS):
        one = np.eye(PLACES)
        before = [float(action == a) for a in range(ACTIONS)] + [float(action is None)]
        out["inputs"].append([*one[goal], *one[place], *before, 1.0, t / STEPS, reward / REWARD])
        action = int(coins.integers(ACTIONS))
        next_place, v = to[place, action], philox(SEED, TASK, number, lane, t)
        out["actions"].append(float(action))
        if next_place == goal:
            reward = REWARD
            goal, place = thrown(goal, v)
        else:
            reward, idle = -PENALTY if next_place < 0 else 0.0, idle + 1
            place = place if next_place < 0 else next_place
            if idle > PATIENCE:
                (goal, place), idle, action = thrown(goal, v), 0, None
        out["rewards"].append(reward)
    return {name: np.array(value, np.float32).astype(np.float64) for name, value in out.items()}


# ---------------------------------------------------------------- all at once, by players
def distances(ways, FAR=99):
    """Steps [episode][from][to], ways [episode][place][action] the place that is led to, or -1."""
    n = len(ways)
    steps = np.full((n, PLACES, PLACES), FAR)
    steps[:, range(PLACES), range(PLACES)] = 0
    for action in range(ACTIONS):
        rows, places = np.where(ways[:, :, action] >= 0)
        target = ways[rows, places, action]
        steps[rows, places, target] = np.minimum(steps[rows, places, target], 1)
    for via in range(PLACES):
        steps = np.minimum(steps, steps[:, :, via, None] + steps[:, None, via, :])
    return np.minimum(steps, FAR)


def uniform_choice(rng, mask):
    """One column of each row's that are true."""
    return (rng.random(mask.shape) * mask).argmax(1)


def nearer(ways, steps, rows, place):
    """[episode][action]: whether it leads to a place that is nearer to the end; steps [episode][place]."""
    led = ways[rows, place]
    there = np.where(led >= 0, steps[rows[:, None], np.maximum(led, 0)], 10**6)
    return there + 1 == steps[rows, place][:, None]


def wanted(player, to, tried, place, goal):
    """[episode][action]: the actions that the player takes alike."""
    rows = np.arange(len(to))
    if player == "random":
        return np.ones((len(to), ACTIONS), bool)
    if player == "knows-map":
        return nearer(to, distances(to)[rows, :, goal], rows, place)
    known = np.where(tried, to, -1)
    here, fresh = known[rows, place], ~tried[rows, place]
    if player == "neighbours":
        leads = here == goal[:, None]
        return np.where(leads.any(1)[:, None], leads, np.where(fresh.any(1)[:, None], fresh, here >= 0))
    between = distances(known)
    is_open = (~tried).any(2)
    to_open = np.where(is_open[:, None, :], between, 10**6).min(2)
    by_goal, by_open = nearer(known, between[rows, :, goal], rows, place), nearer(known, to_open, rows, place)
    knows = between[rows, place, goal] < 99
    return np.where(knows[:, None], by_goal, np.where(fresh.any(1)[:, None], fresh, by_open))


def play(player, maps, seed):
    rng = np.random.default_rng([SEED, seed])
    to = np.stack(maps)
    n, rows = len(to), np.arange(len(to))
    other = lambda drawn, than: drawn + (drawn >= than)
    goal = rng.integers(PLACES, size=n)
    place = other(rng.integers(PLACES - 1, size=n), goal)
    tried, idle, total = np.zeros(to.shape, bool), np.zeros(n, int), np.zeros(n)
    for _ in range(STEPS):
        action = uniform_choice(rng, wanted(player, to, tried, place, goal))
        led = to[rows, place, action]
        tried[rows, place, action] = True
        there = led == goal
        total += np.where(there, REWARD, np.where(led < 0, -PENALTY, 0))
        idle += ~there
        place = np.where(led >= 0, led, place)
        anew = there | (idle > PATIENCE)
        idle[idle > PATIENCE] = 0
        new_goal = other(rng.integers(PLACES - 1, size=n), goal)
        new_place = other(rng.integers(PLACES - 1, size=n), new_goal)
        goal, place = np.where(anew, new_goal, goal), np.where(anew, new_place, place)
    return total


def lines(n):
    rng = np.random.default_rng(SEED)
    maps = [draw_map(lambda k: int(rng.integers(k))) for _ in range(n)]
    earned = [play(player, maps, k) for k, player in enumerate(PLAYERS)]
    return np.array([[r.mean(), r.std() / np.sqrt(n - 1)] for r in earned])


def make():
    held, own = all_maps()
    out = {"maps": np.stack([(held + own)[k] for k in SHOWN_MAPS]).astype(np.float64)}
    episodes = [episode(held if lane % 2 else own, 7, lane) for lane in range(EPISODES)]
    out.update({name: np.stack([e[name] for e in episodes]) for name in episodes[0]})
    out["lines"] = lines(N_PLAYED)
    return out


if __name__ == "__main__":
    if "--play" in sys.argv:
        for player, (mean, error) in zip(PLAYERS, lines(100_000)):
            print(f"{player:10} {mean:.2f} +- {error:.2f}")
        sys.exit()
    made = make()
    if "--check" in sys.argv:
        kept, _ = read_safetensors(FILE)
        assert set(kept) == set(made), "other tensors"
        worst = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", worst)
        sys.exit(worst > 1e-12)
    write_safetensors(FILE, made, {})
