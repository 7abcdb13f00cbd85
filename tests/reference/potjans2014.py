#!/usr/bin/env python3
"""presets/potjans2014.json from the numbers of the paper: Potjans and Diesmann, The cell-type specific cortical
microcircuit, Cerebral Cortex 24:785, 2014, doi:10.1093/cercor/bhs358 (tables 4 and 5).

  potjans2014.py            prints it
  potjans2014.py --check    the preset is what is printed
  potjans2014.py --run SEEDS   rates of a tenth of the network, in numpy, for the band of tests/brain/test_scale.c

The number of synapses of a projection from N_s to N_t neurons whose pairs are joined, perhaps several times, with probability
C is ln(1 - C) / ln(1 - 1 / (N_s N_t)). A weight is the current of a potential of 0.15 mV, 87.81 pA; here currents are in mV,
times tau_m / C_m. Rates: means of one run at full size."""
import json
import math
import sys
from pathlib import Path

NAMES = ("L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
N = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)
C = ((.1009, .1689, .0437, .0818, .0323, 0, .0076, 0),  # row: target, column: source
     (.1346, .1371, .0316, .0515, .0755, 0, .0042, 0),
     (.0077, .0059, .0497, .135, .0067, .0003, .0453, 0),
     (.0691, .0029, .0794, .1597, .0033, 0, .1057, 0),
     (.1004, .0622, .0505, .0057, .0831, .3726, .0204, 0),
     (.0548, .0269, .0257, .0022, .06, .3158, .0086, 0),
     (.0156, .0066, .0211, .0166, .0572, .0197, .0396, .2252),
     (.0364, .001, .0034, .0005, .0277, .008, .0658, .1443))
EXTERNAL = (1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100)
START = ((-68.28, 5.36), (-63.16, 4.57), (-63.33, 4.74), (-63.45, 4.94), (-63.11, 4.94), (-61.66, 4.55), (-66.72, 5.46),
         (-61.43, 4.48))
RATES = (.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
TAU_M, C_M = 10.0, 250.0
WEIGHT = round(87.81 * TAU_M / C_M, 4)  # mV


def total(source, target):
    return round(math.log1p(-C[target][source]) / math.log1p(-1 / (N[source] * N[target])))


def preset():
    values = {"tau_m_ms": TAU_M, "v_rest_mv": -65, "v_reset_mv": -65, "v_threshold_mv": -50, "refractory_ms": 2,
              "tau_e_ms": 0.5, "tau_i_ms": 0.5}
    populations, projections, inputs = [], [], []
    for k, name in enumerate(NAMES):
        populations.append({"name": name, "n": N[k], "model": "lif", "values": values,
                            "initial": {"v": {"normal": list(START[k])}}})
        inputs.append({"population": name, "type": "poisson", "in_degree": EXTERNAL[k], "rate_hz": 8, "weight": WEIGHT})
    for t, target in enumerate(NAMES):
        for s, source in enumerate(NAMES):
            if not C[t][s]:
                continue
            excites = source.endswith("E")
            mean = WEIGHT * (1 if excites else -4) * (2 if (source, target) == ("L4E", "L23E") else 1)
            bound = {"min": 0} if excites else {"max": 0}
            projections.append({"source": source, "target": target, "connect": "total", "total": total(s, t), "self": True,
                                "receptor": "excitatory" if excites else "inhibitory",
                                "weight": {"normal": [round(mean, 5), round(abs(mean) / 10, 6)], **bound},
                                "delay_ms": {"normal": [1.5, 0.75] if excites else [0.75, 0.375]}})
    return {"meaning": "Potjans and Diesmann 2014: the cortical microcircuit, 77,169 neurons, 299 million synapses, eight "
                       "populations; scale.factor=0.1 is a tenth of it",
            "duration_s": 1.5, "protocol": {"type": "layers", "settle_s": 0.5}, "dt_ms": 0.1,
            "scale": {"factor": 1, "rates_hz": dict(zip(NAMES, RATES))},
            "populations": populations, "projections": projections, "inputs": inputs}


def rates(seed, factor=0.1, settle=5000, steps=10000):
    """Mean rates of the eight populations of a smaller network (van Albada, Helias and Diesmann 2015,
    doi:10.1371/journal.pcbi.1004490), pA, mV and ms as in the paper; [8] Hz."""
    import numpy as np
    rng = np.random.default_rng(seed)
    h, tau_s, w = 0.1, 0.5, 87.81 / math.sqrt(factor)
    n = np.array([round(factor * x) for x in N])
    of = np.repeat(np.arange(8), n)
    first = np.concatenate([[0], np.cumsum(n)])
    pulse = tau_s * TAU_M / (TAU_M - tau_s) / C_M * (math.exp(-h / TAU_M) - math.exp(-h / tau_s))
    constant = np.zeros(8)
    source, target, weight, delay = [], [], [], []
    for t in range(8):
        constant[t] += EXTERNAL[t] * 8e-3 * 87.81 * tau_s
        for s in range(8):
            if not C[t][s]:
                continue
            K = total(s, t) / N[t]
            mean = 87.81 * (1 if s % 2 == 0 else -4) * (2 if (s, t) == (2, 0) else 1)
            constant[t] += K * mean * RATES[s] * 1e-3 * tau_s
            m = round(K * factor * n[t])
            source.append(rng.integers(first[s], first[s + 1], m))
            target.append(rng.integers(first[t], first[t + 1], m))
            weight.append(mean / math.sqrt(factor) * np.maximum(rng.normal(1, 0.1, m), 0))
            ms = (1.5, 0.75) if s % 2 == 0 else (0.75, 0.375)
            d = np.rint(rng.normal(*ms, m) / h)
            while (d < 1).any():
                d[d < 1] = np.rint(rng.normal(*ms, (d < 1).sum()) / h)
            delay.append(d.astype(int))
    source, target, weight, delay = map(np.concatenate, (source, target, weight, delay))
    order = np.argsort(source, kind="stable")
    target, weight, delay = target[order], weight[order], delay[order]
    row = np.concatenate([[0], np.cumsum(np.bincount(source, minlength=len(of)))])
    dc = (1 - math.sqrt(factor)) * constant[of] * TAU_M / C_M * -math.expm1(-h / TAU_M)
    poisson = factor * np.array(EXTERNAL)[of] * 8e-3 * h
    V = rng.normal(np.array(START)[of, 0], np.array(START)[of, 1]) + 65
    current, held = np.zeros(len(of)), np.zeros(len(of), int)
    ring = np.zeros((delay.max() + 1, len(of)))
    found = np.zeros(8)
    for k in range(settle + steps):
        here = ring[k % len(ring)]
        current += here + w * rng.poisson(poisson)
        here[:] = 0
        moved = V * math.exp(-h / TAU_M) + dc + pulse * current
        V = np.where(held > 0, V, moved)
        current *= math.exp(-h / tau_s)
        fired = np.nonzero((V >= 15) & (held == 0))[0]
        held = np.maximum(held - 1, 0)
        V[fired], held[fired] = 0, 20
        for i in fired:
            at = slice(row[i], row[i + 1])
            np.add.at(ring, ((k + delay[at]) % len(ring), target[at]), weight[at])
        if k >= settle:
            found += np.bincount(of[fired], minlength=8)
    return found / n / (steps * h * 1e-3)


def text(value, depth=0):
    """JSON with a line for each element of a list of objects."""
    if depth < 1:
        rows = [f'  {json.dumps(k)}: {text(v, 1)}' for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + "\n}\n"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join("    " + json.dumps(v) for v in value) + "\n  ]"
    return json.dumps(value)


def main():
    here = Path(__file__).resolve().parent.parent.parent / "presets" / "potjans2014.json"
    if "--run" in sys.argv[1:]:
        for seed in map(int, sys.argv[2:]):
            print(seed, *(f"{hz:.3f}" for hz in rates(seed)), flush=True)
    elif "--check" in sys.argv[1:]:
        if here.read_text(encoding="utf-8") != text(preset()):
            sys.exit("presets/potjans2014.json is not what its numbers say")
        every = sum(total(s, t) for t in range(8) for s in range(8) if C[t][s])
        print(f"presets/potjans2014.json: {sum(N)} neurons, {every} synapses")
    else:
        print(text(preset()), end="")


if __name__ == "__main__":
    main()
