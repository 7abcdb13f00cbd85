#!/usr/bin/env python3
"""What the players of list-linking earn (src/task/list_linking.h): exact, with rational numbers, and played in numpy.

  list_linking.py           prints both for the settings below
  list_linking.py --check   compares with the numbers that stand below and in tests/task/test_list_linking.c

Exact: how probable it is that just these neighbours were shown, set by set, and what follows from each set by going
from cue to cue along what was told. Played: a player weighs all orders that there are by what it has seen; it knows
nothing of runs, and that nothing is known between them is what it finds.
"""
import sys
from fractions import Fraction as F
from functools import lru_cache
from itertools import combinations, permutations

import numpy as np

# fewest, most, practice, test, link, linked: of pairs and infers in training; in evaluation
SETTINGS = {
    (4, 8, 20, 10, 4, F(0)): (18.59945258, 27.53158677, 15.67834702, 26.56893616),
    (3, 4, 6, 5, 2, F(1, 4)): (6.19614841, 9.31424683, 5.52194787, 8.97107910),
    (6, 6, 9, 20, 0, F(1, 2)): (10.35690189, 17.85490155, 10.35690189, 17.85490155),
    (6, 6, 7, 20, 3, F(1)): (8.33333333, 20.68750000, 8.32523733, 18.59551747),
}


@lru_cache(None)
def shown(m, trials):
    """{set of the m pairs: probability that these were shown, just these}."""
    if trials == 0:
        return {frozenset(): F(1)}
    out = {}
    for s, p in shown(m, trials - 1).items():
        for k in range(m):
            key = s | {k}
            out[key] = out.get(key, 0) + p / m
    return out


def practised(m, trials, reach):
    """Expected reward of practice: a pair is known if one was shown that is at most `reach` away (0: itself; 1: or one
    that has a cue in common, since what stands beside a cue and not above it stands below), another is guessed."""
    return sum(p * F(any(abs(k - j) <= reach for j in s))
               for t in range(trials) for s, p in shown(m, t).items() for k in range(m)) / m


def follows(above):
    """All pairs that follow from pairs (high, low)."""
    all_ = set(above)
    while True:
        more = {(a, d) for a, b in all_ for c, d in all_ if b == c} - all_
        if not more:
            return all_
        all_ |= more


def single(n, practice, test, link):
    pairs = infers = F(0)
    choices = F(n * (n - 1), 2)
    for s, p in shown(n - 1, practice).items():
        told = {(k, k + 1) for k in s}
        pairs += p * len(told) / choices
        infers += p * len(follows(told)) / choices
    known = [practised(n - 1, practice, reach) for reach in range(2)]
    return known[0] + test * pairs, known[1] + test * infers


def linked(n, practice, test, link):
    h = n // 2
    choices = F(n * (n - 1), 2)
    trials = [(practice - link + 1) // 2, (practice - link) // 2]
    pairs = infers = F(0)
    for upper, lower in (trials, trials[::-1]):
        for s, p in shown(h - 1, upper).items():
            for r, q in shown(h - 1, lower).items():
                told = facts = {(k, k + 1) for k in s} | {(h + k, h + k + 1) for k in r}
                if link:
                    told = facts | {(h - 1, h)}
                if link and (h - 2 in s or 0 in r):
                    # which list is above; and what is tied to the two cues is the end of one, the beginning of the other
                    seen = {k for pair in told for k in pair}
                    last = {a for a in range(h) if (a, h - 1) in follows(facts)} | {h - 1}
                    begin = {b for b in range(h, n) if (h, b) in follows(facts)} | {h}
                    facts = facts | {(a, b) for a in seen for b in seen if a < h <= b}
                    facts |= {(a, b) for a in seen - last for b in last if a < h}
                    facts |= {(a, b) for a in begin for b in seen - begin if b >= h}
                pairs += p * q * len(told) / choices / 2
                infers += p * q * len(follows(facts | told)) / choices / 2
    known = [sum(practised(h - 1, t, reach) for t in trials) + max(link - 1, 0) for reach in range(2)]
    if link:  # which list is above is known if one of the two cues was seen to be the last or the first
        known[1] += 1 - (1 - F(1, h - 1)) ** (trials[0] + trials[1])
    return known[0] + test * pairs, known[1] + test * infers


def lines(fewest, most, practice, test, link, share):
    args = (practice, test, link)
    of = [single(n, *args) for n in range(fewest, most + 1)]
    one = [sum(x[k] for x in of) / len(of) for k in range(2)]
    two, last = linked(most, *args), single(most, *args)
    return tuple(float(x) for x in [share * two[k] + (1 - share) * one[k] for k in range(2)]
                 + [(two[k] + last[k]) / 2 for k in range(2)])


def played_by_all_orders(rng, episodes, n, practice, test, link, two):
    """Rewards of the best player, who guesses at a cue that was never shown: which of two lists it is of may be more
    probable by how many are missing in each. Cues are 0 to n - 1; a world is an order of them and, of two lists, whether the one
    that is practised first is above."""
    h = n // 2
    orders = np.array(list(permutations(range(n))))
    rank = np.argsort(orders, axis=1)  # of each cue
    first_above = np.array([True, False] if two else [True])
    rank = np.repeat(rank, len(first_above), axis=0)
    first_above = np.tile(first_above, len(orders))
    trials = (practice - link + 1) // 2

    def weight(a, b, t):
        """How probable cues a and b are at trial t of practice in each world."""
        low, apart = np.minimum(rank[:, a], rank[:, b]), abs(rank[:, a] - rank[:, b])
        if not two:
            return (apart == 1) / (n - 1)
        if t >= practice - link:
            return ((apart == 1) & (low == h - 1)) * 1.0
        above = first_above == (t < trials)
        return (apart == 1) & (low != h - 1) & ((low < h) == above)

    rewards = np.zeros(episodes)
    for e in range(episodes):
        true, above = rng.permutation(n), rng.integers(0, 2)
        p = np.ones(len(rank))
        seen = set()
        for t in range(practice + test):
            if t >= practice:
                k, l = sorted(rng.choice(n, 2, replace=False))
            elif not two:
                k = rng.integers(0, n - 1)
            elif t >= practice - link:
                k = h - 1
            else:
                k = rng.integers(0, h - 1) + h * ((t < trials) != above)
            if t < practice:
                l = k + 1
            a, b = true[k], true[l]  # a is above b
            if t < practice:
                p = p * weight(a, b, t)
            p = p / p.sum()
            right = p[rank[:, a] < rank[:, b]].sum()
            if t >= practice and not {a, b} <= seen:
                continue
            seen |= {a, b}
            rewards[e] += 1 if right > 0.5 + 1e-9 else 0 if right > 0.5 - 1e-9 else -1
            if t < practice:
                p = p * (rank[:, a] < rank[:, b])
    return rewards.mean(), rewards.std() / episodes**0.5


def main():
    ok = True
    for setting, told in SETTINGS.items():
        fewest, most, *rest, share = setting
        exact = lines(*setting)
        print("cues %d to %d; practice, test, link %s; linked %s" % (fewest, most, rest, share))
        for name, e, t in zip(("pairs", "infers", "pairs, evaluation", "infers, evaluation"), exact, told):
            good = abs(e - t) < 1e-7
            ok = ok and good
            print("  %-18s %.8f%s" % (name, e, "" if good else "   NOT AS SAID"))
        if most > 6:
            continue
        rng = np.random.default_rng(1)
        for name, two, e in (("single", False, single(most, *rest)[1]), ("linked", True, linked(most, *rest)[1])):
            mean, se = played_by_all_orders(rng, 600, most, *rest, two)
            good = abs(mean - float(e)) < 4 * se + 1e-9
            ok = ok and good
            print("  %-18s %.4f   played %.4f +- %.4f%s" % (name, float(e), mean, se, "" if good else "   NOT AS SAID"))
    if "--check" in sys.argv and not ok:
        sys.exit("list_linking.py: not as said")


if __name__ == "__main__":
    main()
