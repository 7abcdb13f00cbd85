"""Check values for the chemical modulators: float64 and numpy, written from the equations.

  chemical.py           write tests/data/chemical.txt and together.txt
  chemical.py --check   recompute them and compare with the files (relative difference <= 2e-7)

Each of the five has a level in [0, 1] with a baseline b, at which it starts:

  0 dopamine        event (reward, expected):       clip01(b + reward - expected)
  1 serotonin       event (punishment, stress):     clip01(b - 0.5 (punishment + stress))
  2 norepinephrine  event (uncertainty, novelty):   clip01(b + 0.5 (uncertainty + novelty))
  3 acetylcholine   event (attention, novelty):     clip01(b + 0.5 (attention + novelty))
  4 orexin          event (phase, sleep_need):      clip01(b + 0.5 (phase - sleep_need))

A step moves a level by decay_rate toward b and not beyond, or, if tau > 0, takes it to
b + (level - b) exp(-step_ms / tau_ms). Novelty of an uncertainty event that is not 0 is also an
event (0, novelty) of acetylcholine, if that is on. A system that is off is switched on by its own
event. While a level is clamped nothing moves it.

together.txt has the worked example in which all come together, 1,000 steps with all five at their
defaults: the levels of each step, after its events. Reward 1 every 100 steps, of which what is
expected follows by a tenth of the difference; punishment 0.6 with stress 0.2 every 150 from 50;
uncertainty 0.6 with novelty 0.3 every 200.

chemical.txt has one line for each thing that happens; "levels" lines are what must hold after the line
before them, "effects" lines what the system then does to fixed numbers:

  config system on baseline decay_rate tau_ms step_ms strength gain
  init                         of what the five config lines before it say
  event system first second [delta of dopamine]
  step n
  clamp system level           unclamp system
  levels five levels
  effects learning(0.5) input(-3) membrane(-65, -50) threshold(10) sensory(2) arousal

All numbers that go in are exact in float32 (decay rates aside).
"""
import argparse
import os
import sys

import numpy as np

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "data")
TOLERANCE = 2e-7  # levels are written with 7 digits
EPISODES, OPERATIONS = 12, 200
DEFAULTS = [  # on, baseline, decay_rate, tau_ms, step_ms, strength, gain
    [1, 0.5, 0.1, 0, 1, 2.0, 0],
    [1, 0.5, 0.1, 0, 1, 0.5, 0],
    [1, 0.5, 0.1, 0, 1, 2.0, 0],
    [0, 0.5, 0.1, 0, 1, 1.5, 0.5],
    [0, 0.5, 0.1, 0, 1, 2.0, 0],
]
SIGNS = np.array([[1.0, -1.0], [-0.5, -0.5], [0.5, 0.5], [0.5, 0.5], [0.5, -0.5]])


class World:
    """The five as arrays over systems."""

    def __init__(self, config):
        c = np.array(config, np.float64)
        self.on = c[:, 0] > 0
        self.baseline, self.rate, self.tau, self.dt, self.strength, self.gain = c[:, 1:].T
        self.level = self.baseline.copy()
        self.held = np.zeros(5, bool)

    def event(self, k, inputs):
        self.on[k] = True
        if not self.held[k]:
            self.level[k] = np.clip(self.baseline[k] + SIGNS[k] @ inputs, 0.0, 1.0)
        if k == 2 and self.on[3] and inputs[1] != 0:
            self.event(3, np.array([0.0, inputs[1]]))

    def step(self):
        away = self.level - self.baseline
        linear = np.sign(away) * np.maximum(np.abs(away) - self.rate, 0.0)
        with np.errstate(divide="ignore"):
            exponential = away * np.exp(-self.dt / self.tau)
        moved = self.baseline + np.where(self.tau > 0, exponential, linear)
        self.level = np.where(self.held, self.level, moved)

    def effects(self):
        strength = self.level * self.strength
        da, ht, ne, ach, _ = np.where(self.on, strength, [1.0, 0.0, 0.0, 0.0, 0.0])
        return [0.5 * da * (1 + ach), -3.0 * (1 + ne), -65 + (-50 - -65) * (1 + ht),
                10.0 * (1 + strength[1]), 2.0 * (1 + self.gain[3] * self.level[3]), strength[4]]


def draw_config(rng):
    """Random parameters, exact in float32 but for the decay rates."""
    config = []
    for on, *_ in DEFAULTS:
        tau = rng.choice([0, 0, 4, 37.5, 1000, 3600000])
        config.append([on if rng.rand() < 0.7 else 1 - on, rng.randint(0, 65) / 64,
                       rng.choice([0, 0.01, 0.05, 0.1, 0.3, 1]), tau, rng.choice([0.125, 1, 10]),
                       rng.randint(0, 17) / 4, rng.randint(0, 17) / 4])
    return config


def draw_inputs(rng):
    """Mostly of the usual size, sometimes far out, sometimes without the second one."""
    inputs = rng.randint(-8, 65, 2) / 64 * rng.choice([1, 1, 1, 4])
    return inputs * [1, rng.choice([0, 1])]


def text(values, digits=12):
    return " ".join("%.*g" % (digits, v) for v in values)


def scenario():
    rng = np.random.RandomState(20261122)
    lines = []
    for episode in range(EPISODES):
        config = DEFAULTS if episode == 0 else draw_config(rng)
        lines += ["config %d %s" % (k, text(c)) for k, c in enumerate(config)] + ["init"]
        w = World(config)
        for operation in range(OPERATIONS):
            what, k = rng.rand(), rng.randint(0, 5)
            if what < 0.5:
                if k > 2 and operation < 50:
                    k -= 3  # some time without those that are off
                inputs = draw_inputs(rng)
                w.event(k, inputs)
                delta = " " + text([inputs[0] - inputs[1]]) if k == 0 else ""
                lines.append("event %d %s%s" % (k, text(inputs), delta))
            elif what < 0.94:
                n = rng.choice([1, 1, 1, 2, 5, 40])
                for _ in range(n):
                    w.step()
                lines.append("step %d" % n)
            elif what < 0.96:
                w.level[k] = rng.randint(0, 65) / 64
                w.held[k] = True
                lines.append("clamp %d %g" % (k, w.level[k]))
            else:
                w.held[k] = False
                lines.append("unclamp %d" % k)
            lines.append("levels " + text(w.level, 7))
            if operation % 10 == 9:
                lines.append("effects " + text(w.effects(), 9))
    return lines


def together():
    w = World([[1] + c[1:] for c in DEFAULTS])
    lines, expected = [], 0.0
    for step in range(1000):
        if step % 100 == 0:
            w.event(0, np.array([1.0, expected]))
            expected += 0.1 * (1.0 - expected)
        if step >= 50 and (step - 50) % 150 == 0:
            w.event(1, np.array([0.6, 0.2]))
        if step % 200 == 0:
            w.event(2, np.array([0.6, 0.3]))
        lines.append("%d %s" % (step, text(w.level, 7)))
        w.step()
    return lines


def check(name, lines):
    with open(os.path.join(FOLDER, name), encoding="ascii") as f:
        old = f.read().splitlines()
    worst = 0.0 if len(old) == len(lines) else float("inf")
    for a, b in zip(old, lines):
        a, b = a.split(), b.split()
        if len(a) != len(b) or a[0] != b[0]:
            worst = float("inf")
            break
        pairs = [(float(x), float(y)) for x, y in zip(a[1:], b[1:])]
        worst = max([worst] + [abs(x - y) / max(1, abs(x)) for x, y in pairs])
    good = worst <= TOLERANCE
    print("%s: %d lines, largest difference %.3g %s" % (
        name, len(old), worst, "ok" if good else "WRONG"))
    return good


def main():
    parser = argparse.ArgumentParser(description="check values for the chemical modulators")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    args = parser.parse_args()
    good = True
    for name, lines in (("chemical.txt", scenario()), ("together.txt", together())):
        if args.check:
            good = check(name, lines) and good
            continue
        with open(os.path.join(FOLDER, name), "w", encoding="ascii") as f:
            f.write("\n".join(lines) + "\n")
        print("%s: %d lines written" % (name, len(lines)))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
