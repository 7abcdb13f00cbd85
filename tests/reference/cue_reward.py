"""The cue-reward association and its best player, in numpy: what src/task/cue_reward.h says, without its code.

  cue_reward.py           write tests/data/cue_reward.safetensors
  cue_reward.py --check   recompute and compare: the same numbers
  cue_reward.py --play    what players earn in a million episodes

Two programs stand here. `episode` follows the random numbers of the C code (Philox, by key and step) and writes down
EPISODES whole episodes: `inputs` [episode][step][input], `actions`, `rewards`, `answers` (-1: none is asked for), and
`belief` [episode][step][cue], the probability that a cue is the target before the step: Bayes' rule, from the
likelihood of each reward. An even episode is played by who says what is more probable by that belief, an odd one by
coins.

`play` knows nothing of those numbers: numpy's own generator plays all episodes at once, by posteriors. `lines` [case][player]
[mean, standard error] are what `latest`, `bayes` and `ceiling` earn in N_PLAYED episodes of each of CASES (cues, steps,
what a wrong answer costs).
"""
import os
import sys

import numpy as np

from kin import philox
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "cue_reward.safetensors")
CUES, WIDTH, STEPS, EPISODES, SEED = 4, 20, 120, 4, 20261130
TASK, TASK_START = 3, 4  # streams
CASES = [(4, 120, 1.0), (4, 120, 0.0), (3, 9, 1.0), (5, 60, 0.5), (16, 200, 2.5)]
N_PLAYED = 100_000


def below(bits, n):
    return bits * n >> 32


def ordered_pair(bits, n):
    """The bits-th of the ordered pairs of different numbers below n, in the order (0,1), (0,2), ..., (1,0), ..."""
    return [(a, b) for a in range(n) for b in range(n) if a != b][below(bits, n * (n - 1))]


def cues_of(episode, lane):
    """Without replacement: the j-th pattern that is left, of all 2^WIDTH in their order."""
    taken = []
    for k in range(CUES):
        j = below(philox(SEED, TASK_START, episode, lane, 1 + k // 4)[k % 4], 2**WIDTH - k)
        for t in sorted(taken):
            if t <= j:
                j += 1
        taken.append(j)
    return np.array([[1 if c >> k & 1 else -1 for k in range(WIDTH)] for c in taken], float)


def trials_of(episode, lane):
    """What each step shows: -2 the go step, -1 nothing, else a cue; and the pair of each go step."""
    shows, pairs = [], {}
    while len(shows) < STEPS:
        v = philox(SEED, TASK, episode, lane, len(shows))
        middle = [-1] * (2 + below(v[0], 4))
        pair, places = ordered_pair(v[1], CUES), sorted(ordered_pair(v[2], len(middle)))
        for cue, place in zip(pair, places):
            middle[place] = cue
        pairs[len(shows) + 1 + len(middle)] = set(pair)
        shows += [-1] + middle + [-2, -1]
    return shows[:STEPS], pairs


def episode(number, lane, wrong=1.0):
    cues, (shows, pairs) = cues_of(number, lane), trials_of(number, lane)
    target = below(philox(SEED, TASK_START, number, lane, 0)[0], CUES)
    coins = np.random.default_rng([SEED, number, lane])
    belief, reward, action = np.full(CUES, 1 / CUES), 0.0, None
    out = dict(inputs=[], actions=[], rewards=[], answers=[], belief=[])
    for t, shown in enumerate(shows):
        bits = cues[shown] if shown >= 0 else np.zeros(WIDTH)
        before = [0.0, 0.0] if action is None else [float(action == 0), float(action == 1)]
        out["inputs"].append([*bits, float(shown == -2), 1.0, t / STEPS, reward, 0.0, *before])
        out["belief"].append(belief)
        is_in = np.array([k in pairs.get(t, ()) for k in range(CUES)])
        action = int(belief @ is_in >= 0.5) if lane % 2 == 0 and shown == -2 else int(coins.integers(2))
        right = int(target in pairs[t]) if shown == -2 else -1
        reward = 0.0 if right < 0 else 1.0 if action == right else -wrong
        if right >= 0:  # how probable is that reward, were k the target?
            likelihood = np.where(is_in == (action == 1), 1.0, -wrong) == reward
            belief = belief * likelihood / (belief * likelihood).sum()
        for name, value in (("actions", action), ("rewards", reward), ("answers", right)):
            out[name].append(float(value))
    return {name: np.array(value, np.float32).astype(np.float64) for name, value in out.items()}


def pairs_of(rng, n, cues):
    """n random pairs of different cues, as a mask [n][cues]."""
    order = rng.random((n, cues)).argsort(1)
    return (order < 2) if cues > 2 else np.ones((n, cues), bool)


def play(cues, steps, wrong, n, seed):
    """Rewards [player][n] of latest, bayes, ceiling."""
    rng = np.random.default_rng([SEED, seed])
    target = rng.integers(cues, size=n)
    begin, rows, rewards = np.zeros(n, int), np.arange(n), np.zeros((3, n))
    beliefs = [np.full((n, cues), 1 / cues) for _ in range(2)]
    while (begin + 3 < steps).any():
        more = rng.integers(4, size=n)
        counts = begin + 3 + more < steps  # its go step is in the episode
        pair = pairs_of(rng, n, cues)
        holds = pair[rows, target]
        said = [(b * pair).sum(1) >= 0.5 - 1e-9 for b in beliefs] + [holds]
        for player in range(3):
            rewards[player] += np.where(said[player] == holds, 1.0, -wrong) * counts
        told = pair == holds[:, None]  # what each cue would have let happen: the posterior's likelihood
        beliefs = [told / told.sum(1, keepdims=True), beliefs[1] * told]
        beliefs[1] /= beliefs[1].sum(1, keepdims=True)
        begin = begin + 5 + more
    return rewards


def summary(rewards):
    return np.stack([rewards.mean(1), rewards.std(1) / np.sqrt(rewards.shape[1] - 1)], 1)


def make():
    episodes = [episode(7, lane) for lane in range(EPISODES)]
    out = {name: np.stack([e[name] for e in episodes]) for name in episodes[0]}
    out["lines"] = np.concatenate([summary(play(*case, N_PLAYED, k)) for k, case in enumerate(CASES)])
    return out


if __name__ == "__main__":
    if "--play" in sys.argv:
        for name, (mean, error) in zip(("latest", "bayes", "ceiling"), summary(play(4, 120, 1.0, 1_000_000, 99))):
            print(f"{name:8} {mean:.4f} +- {error:.4f}")
        sys.exit()
    made = make()
    if "--check" in sys.argv:
        kept, _ = read_safetensors(FILE)
        assert set(kept) == set(made), "other tensors"
        worst = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", worst)
        sys.exit(worst > 1e-12)
    write_safetensors(FILE, made, {})
