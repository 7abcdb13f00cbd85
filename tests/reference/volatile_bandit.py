"""The volatile bandit and those who play it, in numpy: what src/task/volatile_bandit.h and the texts of the presets volatile-bandit
and discounted-ucb say, without their code.

  volatile_bandit.py           write tests/data/volatile_bandit.safetensors
  volatile_bandit.py --check   recompute and compare
  volatile_bandit.py --play    the regret of 210 lives of 10,000 steps of each, every 500 steps
  volatile_bandit.py --lines   the regret of 2,000 and 400 lives of the two policies of the task
  volatile_bandit.py --grid    which gamma and width of discounted UCB, which rate and temperature have the least regret

Two programs stand here. `life` follows the random numbers of the C code (Philox, by key and step) and writes down one life of each of
CASES: `inputs` [step][input], `actions` [step], `policy` [step][arm], the softmax of the logits, from which the action is drawn.

`play` knows nothing of those numbers: numpy's own generator plays many lives at once. Both ask the same Player.
"""
import os
import sys

import numpy as np

from kin import normal, philox
from neurons import read_safetensors, write_safetensors

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data", "volatile_bandit.safetensors")
ARMS, SEED = 5, 20261130
POLICY, TASK, TASK_START = 2, 3, 4  # streams
CASES = {"estimated": dict(), "known": dict(known=True), "fixed": dict(rate=0.1, temperature=0.2, alarm_at=1000, bonus=0),
         "ucb": dict(gamma=0.987, width=0.15)}


class Player:
    """Acetylcholine E / (E + A) is the rate, norepinephrine raises the temperature, and E where the arms are held to be new.
    Arrays are [life] or [life][arm]."""

    def __init__(self, n, rate=None, temperature=None, known=False, E0=0.2, A0=0.1, beta=0.04, drift=1e-4, bonus=0.5, slack=0.5,
                 most=3.0, alarm_at=5.0, fade=0.9, keep=0.4, still=0.07, roused=0.5):
        self.__dict__.update(locals())
        self.q, self.E, self.A = np.zeros((n, ARMS)), np.full((n, ARMS), E0), np.full((n, ARMS), A0)
        self.C, self.N, self.rows = np.zeros(n), np.ones(n), np.arange(n)

    def policy(self):
        T = self.still + self.roused * self.N if self.temperature is None else np.full(self.n, self.temperature)
        logits = (self.q + self.bonus * np.sqrt(self.E)) / T[:, None]
        p = np.exp(logits - logits.max(1, keepdims=True))
        return p / p.sum(1, keepdims=True)

    def learn(self, arm, paid, sd, new):
        """sd: the arms' deviations as they are now, and whether they have just changed: for who is told."""
        at = self.rows, arm
        e, a = self.E[at], sd[at] ** 2 if self.known else self.A[at]
        delta = paid - self.q[at]
        rate = e / (e + a) if self.rate is None else np.full(self.n, self.rate)
        self.q[at] += rate * delta
        self.A[at] += self.beta * ((1 - rate) * delta**2 - a)
        self.E[at] -= rate * e
        self.E += self.drift * (self.E0 - self.E)
        self.N *= self.fade
        self.C = np.maximum(0, self.C + np.clip(-delta / np.sqrt(e + a), -self.most, self.most) - self.slack)
        alarm = new if self.known else self.C > self.alarm_at
        self.E[alarm], self.N[alarm], self.C[alarm] = self.E0, 1, 0
        self.q[alarm] *= self.keep


class Bounds:
    """Discounted upper confidence bounds."""

    def __init__(self, n, gamma, width):
        self.gamma, self.width, self.rows = gamma, width, np.arange(n)
        self.pulls, self.paid = np.zeros((n, ARMS)), np.zeros((n, ARMS))

    def policy(self):
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = self.paid / self.pulls + self.width * np.sqrt(np.log(np.maximum(self.pulls.sum(1, keepdims=True), 1)) / self.pulls)
        bound[self.pulls == 0] = np.inf
        best = bound == bound.max(1, keepdims=True)  # several at first: each alike
        return best / best.sum(1, keepdims=True)

    def learn(self, arm, paid, sd, new):
        self.pulls *= self.gamma
        self.paid *= self.gamma
        self.pulls[self.rows, arm] += 1
        self.paid[self.rows, arm] += paid


class Thompson:
    """Told the deviations and when the arms are new: the highest of draws from a Kalman filter's posteriors."""

    def __init__(self, n, rng):
        self.rng, self.rows, self.q, self.E = rng, np.arange(n), np.zeros((n, ARMS)), np.full((n, ARMS), 1 / 3)
        self.sd = None

    def policy(self):
        return np.eye(ARMS)[(self.q + np.sqrt(self.E) * self.rng.standard_normal(self.q.shape)).argmax(1)]

    def learn(self, arm, paid, sd, new):
        at = self.rows, arm
        gain = self.E[at] / (self.E[at] + self.sd[at] ** 2)
        self.q[at] += gain * (paid - self.q[at])
        self.E[at] *= 1 - gain
        self.E[new], self.q[new] = 1 / 3, 0


# ------------------------------------------------------------------------------------------ with the random numbers of the C code
def life(lane, steps=300, block=50, chance=0.5, low=0.1, high=1.0, **how):
    """inputs, actions, policy of one life; every player is shown what the task tells."""
    player = Bounds(1, **how) if "gamma" in how else Player(1, **how)
    one, out, before, paid = np.float32, dict(inputs=[], actions=[], policy=[]), None, 0.0
    for t in range(steps):
        new = t % block == 0 and (t == 0 or philox(SEED, TASK_START, 0, lane, t // block * 17)[0] < chance * 2**32)
        if new:
            draws = [philox(SEED, TASK_START, 0, lane, t // block * 17 + 1 + k) for k in range(ARMS)]
            mu = np.array([2 * one((v[0] >> 8) * 2**-24) - one(1) for v in draws], one)
            sd = np.array([low + (high - low) * ((v[1] >> 8) * 2**-24) for v in draws], one)
        if before is not None:
            player.learn(np.array([before]), np.array([float(paid)]), sd[None].astype(float), np.array([new]))
        out["inputs"].append([*(float(k == before) for k in range(ARMS)), paid, *sd, float(new)])
        p = player.policy()[0]
        v = philox(SEED, POLICY, 0, lane, t)
        u = (v[0] << 21 | v[1] >> 11) * 2**-53
        before = int(min((u >= np.cumsum(p)).sum(), ARMS - 1))
        paid = mu[before] + sd[before] * (one(round(normal(SEED, TASK, 0, lane, t) * 87380**0.5)) * one(87380**-0.5))
        out["actions"].append(before)
        out["policy"].append(p)
    return {name: np.array(x, float) for name, x in out.items()}


# ------------------------------------------------------------------------------------------ with numpy's own
def play(make, n, steps=10000, block=500, chance=0.4, low=0.1, high=1.0, seed=1):
    """The regret so far of n lives after each block, [block][n]."""
    rng, rows = np.random.default_rng([SEED, seed]), np.arange(n)
    player, regret, out = make(n, np.random.default_rng([SEED, seed, 1])), np.zeros(n), []
    mu, sd = np.zeros((n, ARMS)), np.zeros((n, ARMS))
    for t in range(steps):
        new = np.zeros(n, bool)
        if t % block == 0:
            new = (rng.random(n) < chance) | (t == 0)
            mu[new], sd[new] = rng.uniform(-1, 1, (n, ARMS))[new], rng.uniform(low, high, (n, ARMS))[new]
            if t > 0:
                out.append(regret.copy())
        if t > 0:
            player.learn(arm, paid, sd, new)
        player.sd = sd.copy()
        arm = np.minimum((rng.random((n, 1)) >= player.policy().cumsum(1)).sum(1), ARMS - 1)
        paid = mu[rows, arm] + sd[rows, arm] * rng.standard_normal(n)
        regret += mu.max(1) - mu[rows, arm]
    return np.array([*out, regret])


ARMS_OF_THE_STUDY = {
    "both": lambda n, rng: Player(n),
    "rate fixed": lambda n, rng: Player(n, rate=0.07),
    "temperature fixed": lambda n, rng: Player(n, temperature=0.09),
    "both fixed, no alarm": lambda n, rng: Player(n, rate=0.1, temperature=0.1, alarm_at=1000, bonus=0),
    "no norepinephrine": lambda n, rng: Player(n, alarm_at=1000),
    "known": lambda n, rng: Player(n, known=True, keep=0),
    "discounted UCB": lambda n, rng: Bounds(n, 0.987, 0.15),
    "thompson, told": Thompson,
}


def tell(name, regret):
    last = regret[-1]
    print(f"{name:24} {last.mean():7.1f} +- {last.std() / np.sqrt(len(last) - 1):5.1f}   ", *(f"{x:.0f}" for x in regret.mean(1)), flush=True)


if __name__ == "__main__":
    if "--play" in sys.argv:
        for name, make in ARMS_OF_THE_STUDY.items():
            tell(name, play(make, 210))
        sys.exit()
    if "--lines" in sys.argv:
        for name, n in (("discounted UCB", 2000), ("thompson, told", 400)):
            tell(name, play(ARMS_OF_THE_STUDY[name], n))
        sys.exit()
    if "--grid" in sys.argv:
        for gamma in (0.98, 0.985, 0.987, 0.99, 0.993, 0.996):
            for width in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1):
                tell(f"UCB {gamma} {width}", play(lambda n, rng: Bounds(n, gamma, width), 210)[-1:])
        for rate in (0.03, 0.05, 0.1, 0.2):
            for temperature in (0.05, 0.07, 0.1, 0.14, 0.2):
                tell(f"fixed {rate} {temperature}",
                     play(lambda n, rng: Player(n, rate=rate, temperature=temperature, alarm_at=1000, bonus=0), 210)[-1:])
        sys.exit()
    made = {f"{case}/{name}": x for lane, (case, how) in enumerate(CASES.items()) for name, x in life(lane, **how).items()}
    if "--check" in sys.argv:
        kept, _ = read_safetensors(FILE)
        assert set(kept) == set(made), "other tensors"
        worst = max(float(np.abs(kept[k] - made[k]).max()) for k in made)
        print("largest difference", worst)
        sys.exit(worst > 1e-12)
    write_safetensors(FILE, made, {})
